// Rates and milestones of a scope's line: a row each.
import { useState } from "react";
import { Foot, Rows } from "$/public/external/psa_app/components/scope_lines/scope_table.jsx";

export function Rates({ line, at, name, roles, currency, errors, changeRow, addRow, dropRow }) {
  const path = `${name}.${at}.rates`;
  const priceOf = (role) => roles.find((r) => r.id === role)?.price ?? "";
  const who = (rate) => roles.find((r) => r.id === rate.role)?.name ?? "everyone";
  const set = (row, field, value) => {
    if (field !== "role") return changeRow(at, "rates", row, { [field]: value });
    const { role, amount: typed } = line.rates[row];
    const usual = priceOf(value);
    changeRow(at, "rates", row, { role: value, amount: typed && typed !== priceOf(role) ? typed : usual || typed });
  };
  const choices = [
    <option key="" value="">
      Everyone
    </option>,
    ...roles.map((r) => (
      <option key={r.id} value={r.id}>
        {r.name}
      </option>
    )),
  ];
  const [asked, setAsked] = useState(false);
  const dated = asked || line.rates.some((rate) => rate.since || rate.until);
  const day = (field, head, what) => ({
    field,
    head,
    kind: "day",
    id: field,
    error: field,
    label: (_, n) => `${what} day of rate ${n + 1}`,
  });
  const days = dated ? [day("since", "From", "First"), day("until", "Until", "Last")] : [];
  return (
    <div>
      <Rows
        rows={line.rates}
        columns={[
          { field: "role", head: "Role", id: "role", error: "role", choices, label: (_, n) => `Role of rate ${n + 1}` },
          ...days,
          {
            field: "amount",
            head: "An hour",
            kind: "amount",
            unit: currency,
            error: "",
            label: (rate) => `What an hour costs: ${who(rate)}`,
          },
        ]}
        path={path}
        errors={errors}
        dropLabel={(rate) => `the rate of ${who(rate)}`}
        onSet={set}
        onDrop={(row) => dropRow(at, "rates", row)}
        at={at}
        part="rates"
      />
      <Foot word="Rate" wrong={errors[path]} id={`${name}-${at}-rates`} onAdd={() => addRow(at, "rates")}>
        {line.rates.length && !dated ? (
          <button type="button" className="button small quiet" onClick={() => setAsked(true)}>
            Rates that change on a day
          </button>
        ) : null}
        {dated ? <span className="muted">Empty: as long as the scope.</span> : null}
      </Foot>
    </div>
  );
}

/** Title, criteria and day, as milestones and deliverables have them. */
export const promised = (what, day) => {
  const which = (row, n) => row.title || `${what} ${n + 1}`;
  const columns = [
    {
      field: "title",
      head: what[0].toUpperCase() + what.slice(1),
      label: (_, n) => `Title of ${what} ${n + 1}`,
    },
    {
      field: "criteria",
      head: "Accepted when",
      kind: "wide",
      id: "criteria",
      error: "criteria",
      label: (row, n) => `When ${which(row, n)} is accepted`,
    },
    {
      field: "due",
      head: day,
      kind: "day",
      id: "due_on",
      error: "due_on",
      label: (row, n) => `${day} day of ${which(row, n)}`,
    },
  ];
  return { which, columns };
};

export function Milestones({ line, at, name, currency, errors, changeRow, addRow, dropRow }) {
  const path = `${name}.${at}.milestones`;
  const { which, columns } = promised("milestone", "Planned");
  const value = {
    field: "value",
    head: "Value",
    kind: "amount",
    unit: currency,
    id: "value",
    error: "value",
    label: (row, n) => `Value of ${which(row, n)}`,
  };
  return (
    <div>
      <Rows
        rows={line.milestones}
        columns={[...columns, value]}
        path={path}
        errors={errors}
        dropLabel={which}
        onSet={(row, field, typed) => changeRow(at, "milestones", row, { [field]: typed })}
        onDrop={(row) => dropRow(at, "milestones", row)}
        at={at}
        part="milestones"
      />
      <Foot
        word="Milestone"
        wrong={errors[path] ?? errors[`${name}.${at}.value`]}
        id={`${name}-${at}-milestones`}
        onAdd={() => addRow(at, "milestones")}
      />
    </div>
  );
}
