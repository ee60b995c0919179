// One line of a quote: what it is, how it is billed, what it costs, and whether the client may leave it.
import { useId } from "react";
import { parse, show } from "$/public/hours.js";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { Cell, Field } from "$/public/external/psa_app/components/scope_lines/scope_fields.jsx";

export const TIME = "time_and_materials";
const MODELS = [
  [TIME, "By time"],
  ["fixed", "Fixed price"],
  ["milestone", "Milestone"],
  ["retainer", "Retainer"],
  ["subscription", "Subscription"],
];
export const isPeriodic = (model) => model === "retainer" || model === "subscription";

const hoursAs = (text) => {
  const minutes = parse(text);
  return text.trim() && !Number.isNaN(minutes) ? show(minutes) || "0:00" : text;
};

function Choice({ id, label, value, options, error, onChange }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <Cell id={id} label={label} value={value} error={error} onChange={(e) => onChange(e.target.value)}>
        {options.map(([key, word]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </Cell>
    </div>
  );
}

function Tick({ id, label, checked, onChange }) {
  return (
    <div className="check">
      <input type="checkbox" id={id} checked={checked} onChange={(e) => onChange(e.target.checked)} />
      <label htmlFor={id}>{label}</label>
    </div>
  );
}

export function Line({ line, at, count, name, currency, roles, amount, errors, groups, set, onMove, onDrop, grip }) {
  const title = useId(),
    byTime = line.model === TIME,
    periodic = isPeriodic(line.model),
    id = (field) => `${name}-${at}-${field}`,
    of = (field) => errors[`${name}.${at}.${field}`],
    put = (field) => (value) => set({ [field]: value });
  const money = { unit: currency, inputMode: "decimal", autoComplete: "off" };
  const hours = (
    <Field
      id={id("minutes")}
      label={line.model === "retainer" ? "Hours a month" : byTime ? "Hours" : "Hours we plan"}
      unit="h"
      placeholder="0:00"
      autoComplete="off"
      value={line.hours}
      error={of("minutes")}
      onChange={put("hours")}
      onBlur={(e) => set({ hours: hoursAs(e.target.value) })}
    />
  );
  const left = line.optional && !line.chosen;
  return (
    <section className={`scope-line quote-line${left ? " left-out" : ""}`} aria-labelledby={title} {...grip.zone}>
      <header>
        <span className="grip" aria-hidden="true" {...grip.handle}>
          <Icon name="grip" />
        </span>
        <h3 id={title}>
          {at + 1}. {line.title || "New line"}
        </h3>
        <span className="sum">{amount}</span>
        <button
          type="button"
          className="icon-button"
          aria-label={`Move line ${at + 1} up`}
          disabled={at === 0}
          onClick={() => onMove(-1)}>
          <Icon name="arrow-up" />
        </button>
        <button
          type="button"
          className="icon-button turned"
          aria-label={`Move line ${at + 1} down`}
          disabled={at === count - 1}
          onClick={() => onMove(1)}>
          <Icon name="arrow-up" />
        </button>
        <button type="button" className="icon-button" aria-label={`Remove line ${at + 1}`} onClick={onDrop}>
          <Icon name="trash" />
        </button>
      </header>
      <div className="quote-fields">
        <div className="wide-2">
          <Field id={id("title")} label="What is offered" value={line.title} error={of("title")} onChange={put("title")} />
        </div>
        <Choice
          id={id("model")}
          label="Billed"
          value={line.model}
          options={MODELS}
          error={of("model")}
          onChange={put("model")}
        />
        <Choice
          id={id("role_id")}
          label="Role"
          value={line.role}
          options={[["", "–"], ...roles.map((r) => [r.id, r.name])]}
          error={of("role_id")}
          onChange={(role) => {
            const usual = roles.find((r) => r.id === role)?.price ?? "";
            const before = roles.find((r) => r.id === line.role)?.price ?? "";
            const typed = line.rate.trim() && line.rate !== before;
            set({ role, ...(byTime && !typed && usual ? { rate: usual } : {}) });
          }}
        />
        {hours}
        {byTime ? (
          <Field id={id("rate")} label="An hour" {...money} value={line.rate} error={of("rate")} onChange={put("rate")} />
        ) : (
          <Field
            id={id("value")}
            label={periodic ? "A month" : "Price"}
            {...money}
            value={line.value}
            error={of("value")}
            onChange={put("value")}
          />
        )}
        {byTime ? (
          <Field id={id("cap")} label="Not more than" {...money} value={line.cap} error={of("cap")} onChange={put("cap")} />
        ) : null}
        {periodic ? (
          <Field
            id={id("periods")}
            label="Months"
            inputMode="numeric"
            autoComplete="off"
            value={line.periods}
            error={of("periods")}
            onChange={put("periods")}
          />
        ) : null}
        <Field
          id={id("discount")}
          label="Discount"
          unit="%"
          inputMode="decimal"
          autoComplete="off"
          value={line.discount}
          error={of("discount")}
          onChange={put("discount")}
        />
        <div className="wide-4">
          <Field
            id={id("description")}
            label="Description"
            area
            value={line.description}
            error={of("description")}
            onChange={put("description")}
          />
        </div>
        <div className="wide-2">
          <Field
            id={id("alternative")}
            label="One of"
            help="Lines with the same word exclude each other; the client takes one."
            list={`${name}-groups`}
            autoComplete="off"
            value={line.alternative}
            error={of("alternative")}
            onChange={put("alternative")}
          />
        </div>
        <div className="wide-2 quote-ticks">
          <Tick id={id("optional")} label="Optional: the client may leave it" checked={line.optional} onChange={put("optional")} />
          {line.optional || line.alternative.trim() ? (
            <Tick id={id("chosen")} label="In the total as we propose it" checked={line.chosen} onChange={put("chosen")} />
          ) : null}
        </div>
      </div>
      {at === 0 ? (
        <datalist id={`${name}-groups`}>
          {groups.map((group) => (
            <option key={group} value={group} />
          ))}
        </datalist>
      ) : null}
    </section>
  );
}
