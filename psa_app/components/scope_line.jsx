// One line of a scope: by time with rates and a cap, or at a fixed price with milestones.
import { useId } from "react";
import { parse, show } from "$/public/hours.js";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { minor, shown } from "$/public/external/psa_app/components/scope_lines/scope_amounts.js";
import { Field } from "$/public/external/psa_app/components/scope_lines/scope_fields.jsx";
import { Milestones, Rates } from "$/public/external/psa_app/components/scope_lines/scope_rows.jsx";

export const TIME = "time_and_materials";

/** Minor units of a list of milestones; what cannot be read counts as 0. */
export const sumOf = (parts, digits) => parts.reduce((sum, part) => sum + (minor(part.value, digits) ?? 0), 0);

const amount = (text, digits, currency) => {
  const read = minor(text, digits);
  return read === null ? "?" : shown(read, currency);
};

const hoursAs = (text) => {
  const minutes = parse(text);
  return text.trim() && !Number.isNaN(minutes) ? show(minutes) || "0:00" : text;
};

export function Line(props) {
  const { line, at, count, name, currency, digits, errors, change, onMove, onDrop } = props;
  const byTime = line.model === TIME,
    title = useId(),
    of = (field) => errors[`${name}.${at}.${field}`];
  const value = byTime
    ? line.cap.trim()
      ? `at most ${amount(line.cap, digits, currency)}`
      : "no cap"
    : shown(sumOf(line.milestones, digits), currency);
  return (
    <section className="scope-line" aria-labelledby={title}>
      <header>
        <h3 id={title}>
          {at + 1}. {byTime ? "By time" : "At a fixed price"}
        </h3>
        <span className="sum">{value}</span>
        {at > 0 ? (
          <button type="button" className="icon-button" aria-label="Move the line up" onClick={() => onMove(-1)}>
            <Icon name="arrow-up" />
          </button>
        ) : null}
        <button
          type="button"
          className="icon-button"
          aria-label={`Remove line ${at + 1} of ${count}`}
          onClick={onDrop}>
          <Icon name="trash" />
        </button>
      </header>
      <div className="fields two">
        <Field
          id={`${name}-${at}-title`}
          label="What is done"
          wide
          value={line.title}
          error={of("title") ?? of("model")}
          onChange={(title) => change(at, { title })}
        />
        {byTime ? (
          <Field
            id={`${name}-${at}-cap`}
            label="Not more than"
            unit={currency}
            inputMode="decimal"
            autoComplete="off"
            value={line.cap}
            error={of("cap")}
            help="Empty: no cap."
            onChange={(cap) => change(at, { cap })}
          />
        ) : null}
        <Field
          id={`${name}-${at}-estimate_minutes`}
          label="Estimated time"
          unit="h"
          placeholder="0:00"
          autoComplete="off"
          value={line.estimate}
          error={of("estimate_minutes")}
          onChange={(estimate) => change(at, { estimate })}
          onBlur={(e) => change(at, { estimate: hoursAs(e.target.value) })}
        />
        <Field
          id={`${name}-${at}-description`}
          label="Description"
          area
          wide
          value={line.description}
          error={of("description")}
          onChange={(description) => change(at, { description })}
        />
      </div>
      {byTime ? <Rates {...props} /> : <Milestones {...props} />}
    </section>
  );
}
