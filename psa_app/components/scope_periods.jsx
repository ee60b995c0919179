// What a period of a retainer holds, when periods are billed, and what becomes of the rest.
import { useId } from "react";
import { Choice, Field, hoursAs } from "$/public/external/psa_app/components/scope_lines/scope_fields.jsx";
import {
  CAPPED,
  HOURS,
  MONEY,
  PERIOD,
  RETAINER,
} from "$/public/external/psa_app/components/scope_lines/scope_models.js";

const REST = [
  ["none", "expires with its period"],
  ["capped", "goes over, up to a limit"],
  ["unlimited", "goes over"],
];
const BEYOND = [
  ["overage", "is billed at the rates of this line"],
  ["carry", "counts against the next period"],
  ["absorb", "costs nothing more"],
];
const word = (options, key) => options.find(([one]) => one === key)?.[1] ?? "";

/** Hours or money that a period holds. */
export function Held({ line, at, name, currency, change, of }) {
  const period = PERIOD[line.rhythm],
    set = (field) => (value) => change(at, { [field]: value });
  return (
    <>
      <Choice
        id={`${name}-${at}-holds`}
        label={`A ${period} holds`}
        value={line.holds}
        options={[
          [HOURS, "hours"],
          [MONEY, "work by its value"],
        ]}
        error={of("holds")}
        onChange={set("holds")}
      />
      {line.holds === MONEY ? (
        <Field
          id={`${name}-${at}-period_value`}
          label={`Worth of a ${period}’s work`}
          unit={currency}
          inputMode="decimal"
          autoComplete="off"
          value={line.worth}
          error={of("period_value")}
          onChange={set("worth")}
        />
      ) : (
        <Field
          id={`${name}-${at}-period_minutes`}
          label={`Hours in a ${period}`}
          unit="h"
          placeholder="0:00"
          autoComplete="off"
          value={line.period}
          error={of("period_minutes")}
          onChange={set("period")}
          onBlur={(e) => change(at, { period: hoursAs(e.target.value) })}
        />
      )}
    </>
  );
}

const words = (line) => {
  const own = line.model === RETAINER;
  const parts = [
    line.billed_in === "arrears" ? "billed when it is over" : "billed when it begins",
    line.counted_from === "calendar" && "by the calendar",
    line.trial.trim() && `${line.trial.trim()} days free`,
    own && `what is not used ${word(REST, line.rollover)}`,
    own && `work beyond ${word(BEYOND, line.deficit)}`,
  ];
  return parts.filter(Boolean).join(" · ");
};

/** When periods are billed and counted from; of a retainer, the rest and the work beyond. */
export function Periods({ line, at, name, errors, currency, change }) {
  const ident = useId(),
    of = (field) => errors[`${name}.${at}.${field}`],
    id = (field) => `${name}-${at}-${field}`,
    set = (field) => (value) => change(at, { [field]: value }),
    period = PERIOD[line.rhythm];
  const fields = ["billed_in", "counted_from", "trial_days", "rollover", "rollover_cap", "rollover_periods", "deficit"];
  return (
    <details className="scope-rules" open={fields.some(of) || undefined}>
      <summary id={ident}>
        <span className="strong">Periods</span> <span className="muted">{words(line)}</span>
      </summary>
      <div className="fields two">
        <Choice
          id={id("billed_in")}
          label={`A ${period} is billed`}
          value={line.billed_in}
          options={[
            ["advance", "when it begins"],
            ["arrears", "when it is over"],
          ]}
          error={of("billed_in")}
          onChange={set("billed_in")}
        />
        <Choice
          id={id("counted_from")}
          label={`A ${period} begins`}
          value={line.counted_from}
          options={[
            ["contract", "on the scope’s first day"],
            ["calendar", "with the calendar"],
          ]}
          error={of("counted_from")}
          help={line.counted_from === "calendar" ? "The first and the last cost their share of days." : undefined}
          onChange={set("counted_from")}
        />
        <Field
          id={id("trial_days")}
          label="Free at the start"
          unit="days"
          inputMode="numeric"
          autoComplete="off"
          value={line.trial}
          error={of("trial_days")}
          help="Empty: none."
          onChange={set("trial")}
        />
        {line.model === RETAINER ? <Rest {...{ line, id, of, set, period, currency }} /> : null}
      </div>
    </details>
  );
}

function Rest({ line, id, of, set, period, currency }) {
  const inHours = line.holds !== MONEY;
  return (
    <>
      <Choice
        id={id("deficit")}
        label="Work beyond"
        value={line.deficit}
        options={BEYOND}
        error={of("deficit")}
        onChange={set("deficit")}
      />
      <Choice
        id={id("rollover")}
        label="What is not used"
        value={line.rollover}
        options={REST}
        error={of("rollover")}
        onChange={set("rollover")}
      />
      {line.rollover === CAPPED ? (
        <Field
          id={id("rollover_cap")}
          label="Goes over at most"
          unit={inHours ? "h" : currency}
          placeholder={inHours ? "0:00" : undefined}
          autoComplete="off"
          value={line.rollover_cap}
          error={of("rollover_cap")}
          onChange={set("rollover_cap")}
          onBlur={inHours ? (e) => set("rollover_cap")(hoursAs(e.target.value)) : undefined}
        />
      ) : null}
      {line.rollover !== "none" ? (
        <Field
          id={id("rollover_periods")}
          label="Can be used for"
          unit={`more ${period}s`}
          inputMode="numeric"
          autoComplete="off"
          value={line.rollover_periods}
          error={of("rollover_periods")}
          help="Empty: one more."
          onChange={set("rollover_periods")}
        />
      ) : null}
    </>
  );
}
