// One line of a scope by its billing model: its words, its amounts, and what belongs to it.
import { useId } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { minor, shown } from "$/public/external/psa_app/components/scope_lines/scope_amounts.js";
import { RateCard } from "$/public/external/psa_app/components/scope_lines/scope_card.jsx";
import { Field, hoursAs } from "$/public/external/psa_app/components/scope_lines/scope_fields.jsx";
import {
  FIXED,
  MILESTONE,
  MODELS,
  PERIOD,
  RETAINER,
  SUBSCRIPTION,
  TIME,
  many,
  periodic,
  rated,
} from "$/public/external/psa_app/components/scope_lines/scope_models.js";
import { Fees } from "$/public/external/psa_app/components/scope_lines/scope_parts.jsx";
import { Held, Periods } from "$/public/external/psa_app/components/scope_lines/scope_periods.jsx";
import { Milestones } from "$/public/external/psa_app/components/scope_lines/scope_rows.jsx";
import { Rules } from "$/public/external/psa_app/components/scope_lines/scope_rules.jsx";

/** Minor units of a list of milestones; what cannot be read counts as 0. */
export const sumOf = (parts, digits) => parts.reduce((sum, part) => sum + (minor(part.value, digits) ?? 0), 0);

const amount = (text, digits, currency) => {
  const read = minor(text, digits);
  return read === null ? "?" : shown(read, currency);
};

/** What the line comes to, in words. */
function worth(line, digits, currency) {
  if (line.model === TIME) return line.cap.trim() ? `at most ${amount(line.cap, digits, currency)}` : "no cap";
  if (line.model === MILESTONE) return shown(sumOf(line.milestones, digits), currency);
  if (!line.value.trim()) return "no price yet";
  if (line.model === FIXED) return amount(line.value, digits, currency);
  const each = minor(line.value, digits),
    times = /^[0-9]{1,3}$/.test(line.periods.trim()) ? Number(line.periods) : 0;
  if (each === null) return `? a ${PERIOD[line.rhythm]}`;
  const whole = each * many(line);
  return times ? shown(whole * times, currency) : `${shown(whole, currency)} a ${PERIOD[line.rhythm]}`;
}

export function Line(props) {
  const { line, at, count, name, onMove, onDrop, currency, digits } = props;
  const title = useId();
  const kind = MODELS.find((one) => one.model === line.model)?.name ?? "No billing model";
  return (
    <section className="scope-line" aria-labelledby={title}>
      <header>
        <h3 id={title}>
          {at + 1}. {kind}
        </h3>
        <span className="sum">{worth(line, digits, currency)}</span>
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
      <Words {...props} />
      {line.model === MILESTONE ? <Milestones {...props} /> : null}
      {line.model === FIXED ? <Fees {...props} /> : null}
      {rated(line.model) ? <RateCard {...props} /> : null}
      {periodic(line.model) ? <Periods {...props} /> : null}
      <Rules {...props} />
    </section>
  );
}

function Words(props) {
  const { line, at, name, errors, change } = props;
  const of = (field) => errors[`${name}.${at}.${field}`];
  return (
    <div className="fields two">
      <Field
        id={`${name}-${at}-title`}
        label="What is done"
        wide
        value={line.title}
        error={of("title") ?? of("model")}
        onChange={(title) => change(at, { title })}
      />
      <Price {...props} of={of} />
      {periodic(line.model) ? null : (
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
      )}
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
  );
}

function priceOf(line) {
  if (line.model === FIXED) return "Fee";
  return line.model === SUBSCRIPTION ? `Price of one a ${PERIOD[line.rhythm]}` : `Price of a ${PERIOD[line.rhythm]}`;
}

/** The amounts of the line: a cap, a fee, or the price of a period with what it holds. */
function Price({ line, at, name, currency, change, of }) {
  const money = { unit: currency, inputMode: "decimal", autoComplete: "off" };
  if (line.model === MILESTONE) return null;
  if (line.model === TIME)
    return (
      <Field
        id={`${name}-${at}-cap`}
        label="Not more than"
        {...money}
        value={line.cap}
        error={of("cap")}
        help="Empty: no cap."
        onChange={(cap) => change(at, { cap })}
      />
    );
  return (
    <>
      <Field
        id={`${name}-${at}-value`}
        label={priceOf(line)}
        {...money}
        value={line.value}
        error={of("value")}
        onChange={(value) => change(at, { value })}
      />
      {line.model === SUBSCRIPTION ? (
        <Field
          id={`${name}-${at}-quantity`}
          label="Quantity"
          inputMode="numeric"
          autoComplete="off"
          placeholder="1"
          value={line.quantity}
          error={of("quantity")}
          help="Seats, shops, servers: the price is for one."
          onChange={(quantity) => change(at, { quantity })}
        />
      ) : null}
      {line.model === RETAINER ? <Held {...{ line, at, name, currency, change, of }} /> : null}
      {periodic(line.model) ? (
        <Field
          id={`${name}-${at}-periods`}
          label={`How many ${PERIOD[line.rhythm]}s`}
          inputMode="numeric"
          autoComplete="off"
          value={line.periods}
          error={of("periods")}
          help="Empty: until the scope ends."
          onChange={(periods) => change(at, { periods })}
        />
      ) : null}
    </>
  );
}
