// How a line of a scope is billed: how often, who approves its time, and its own rounding.
import { useId } from "react";
import { Choice, Field } from "$/public/external/psa_app/components/scope_lines/scope_fields.jsx";
import { RHYTHMS, worked } from "$/public/external/psa_app/components/scope_lines/scope_models.js";

const STEPS = ["1", "5", "6", "10", "15", "30", "60"];

const words = (line) => {
  const often = (RHYTHMS[line.model] ?? []).find(([key]) => key === line.rhythm)?.[1] ?? "";
  const who = worked(line.model) ? (line.approval === "client" ? "lead and client approve" : "the lead approves") : "";
  const round = worked(line.model) ? (line.round_increment ? `rounded to ${line.round_increment} min` : "rounded as the scope") : "";
  return [`billed ${often}`, who, round].filter(Boolean).join(" · ");
};

export function Rules({ line, at, name, errors, change }) {
  const ident = useId(),
    of = (field) => errors[`${name}.${at}.${field}`],
    id = (field) => `${name}-${at}-${field}`,
    set = (field) => (value) => change(at, { [field]: value });
  if (RHYTHMS[line.model].length === 1 && !worked(line.model)) return null;
  const wrong = ["rhythm", "approval", "silence_days", "round_increment", "round_minimum"].some(of);
  return (
    <details className="scope-rules" open={wrong || undefined}>
      <summary id={ident}>
        <span className="strong">Rules</span> <span className="muted">{words(line)}</span>
      </summary>
      <div className="fields two">
        {RHYTHMS[line.model].length > 1 ? (
          <Choice
            id={id("rhythm")}
            label="Billed"
            value={line.rhythm}
            options={RHYTHMS[line.model]}
            error={of("rhythm")}
            onChange={set("rhythm")}
          />
        ) : null}
        {worked(line.model) ? (
          <>
            <Choice
              id={id("approval")}
              label="Time is approved by"
              value={line.approval}
              options={[
                ["lead", "the lead"],
                ["client", "the lead, then the client"],
              ]}
              error={of("approval")}
              onChange={set("approval")}
            />
            {line.approval === "client" ? (
              <Field
                id={id("silence_days")}
                label="Silence approves after"
                unit="days"
                inputMode="numeric"
                value={line.silence}
                error={of("silence_days")}
                help="Empty: never."
                onChange={set("silence")}
              />
            ) : null}
            <Choice
              id={id("round_increment")}
              label="Time is rounded"
              value={line.round_increment}
              options={[["", "as in the whole scope"], ...STEPS.map((step) => [step, `to ${step} min`])]}
              error={of("round_increment")}
              onChange={set("round_increment")}
            />
            {line.round_increment ? (
              <>
                <Choice
                  id={id("round_mode")}
                  label="Rounded"
                  value={line.round_mode}
                  options={[
                    ["up", "up"],
                    ["nearest", "to the nearest"],
                    ["down", "down"],
                  ]}
                  onChange={set("round_mode")}
                />
                <Choice
                  id={id("round_per")}
                  label="Rounded for"
                  value={line.round_per}
                  options={[
                    ["entry", "each entry"],
                    ["day_task", "each person, day and task"],
                  ]}
                  onChange={set("round_per")}
                />
                <Field
                  id={id("round_minimum")}
                  label="At least"
                  unit="h"
                  placeholder="0:00"
                  value={line.round_minimum}
                  error={of("round_minimum")}
                  onChange={set("round_minimum")}
                />
              </>
            ) : null}
          </>
        ) : null}
      </div>
    </details>
  );
}
