// Rates and milestones of a scope's line: a row each.
import { useState } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { Cell, Drop, Wrong } from "$/public/external/psa_app/components/scope_lines/scope_fields.jsx";

export function Rates({ line, at, name, roles, currency, errors, changeRow, addRow, dropRow }) {
  const pick = (row, role) => {
    const usual = roles.find((r) => r.id === role)?.price ?? "";
    const before = roles.find((r) => r.id === line.rates[row].role)?.price ?? "";
    const typed = line.rates[row].amount;
    changeRow(at, "rates", row, { role, amount: typed && typed !== before ? typed : usual || typed });
  };
  const [asked, setAsked] = useState(false);
  const dated = asked || line.rates.some((rate) => rate.since || rate.until);
  const days = [
    ["since", "From", "First day"],
    ["until", "Until", "Last day"],
  ];
  return (
    <div>
      <table className="scope-rows">
        <thead>
          <tr>
            <th scope="col">Role</th>
            {dated ? days.map(([key, word]) => (
              <th key={key} scope="col" className="day">
                {word}
              </th>
            )) : null}
            <th scope="col" className="amount">
              An hour
            </th>
            <th className="end">
              <span className="sr">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {line.rates.map((rate, row) => {
            const where = `${name}-${at}-rates-${row}`,
              wrong = errors[`${name}.${at}.rates.${row}`];
            const who = roles.find((r) => r.id === rate.role)?.name ?? "everyone";
            return (
              <tr key={rate.key} data-at={at} data-part="rates" data-row={row}>
                <td>
                  <Cell
                    id={`${where}-role`}
                    label={`Role of rate ${row + 1}`}
                    head="Role"
                    value={rate.role}
                    onChange={(e) => pick(row, e.target.value)}>
                    <option value="">Everyone</option>
                    {roles.map((r) => (
                      <option key={r.id} value={r.id}>
                        {r.name}
                      </option>
                    ))}
                  </Cell>
                </td>
                {dated ? days.map(([key, word, label]) => (
                  <td key={key} className="day">
                    <Cell
                      id={`${where}-${key}`}
                      type="date"
                      label={`${label} of rate ${row + 1}`}
                      head={word}
                      value={rate[key] ?? ""}
                      onChange={(e) => changeRow(at, "rates", row, { [key]: e.target.value })}
                    />
                  </td>
                )) : null}
                <td className="amount">
                  <Cell
                    id={where}
                    label={`What an hour costs: ${who}`}
                    head="An hour"
                    unit={currency}
                    value={rate.amount}
                    error={wrong}
                    onChange={(e) => changeRow(at, "rates", row, { amount: e.target.value })}
                  />
                </td>
                <Drop label={`Remove the rate of ${who}`} onClick={() => dropRow(at, "rates", row)} />
              </tr>
            );
          })}
        </tbody>
      </table>
      <Wrong text={errors[`${name}.${at}.rates`]} id={`${name}-${at}-rates-error`} />
      <div className="scope-part-foot">
        <button type="button" className="button small quiet" onClick={() => addRow(at, "rates")}>
          <Icon name="plus" /> Rate
        </button>
        {line.rates.length && !dated ? (
          <button type="button" className="button small quiet" onClick={() => setAsked(true)}>
            Rates that change on a day
          </button>
        ) : null}
        {dated ? <span className="muted">Empty: as long as the scope.</span> : null}
      </div>
    </div>
  );
}

export function Milestones({ line, at, name, currency, errors, changeRow, addRow, dropRow }) {
  const set = (row, field) => (e) => changeRow(at, "milestones", row, { [field]: e.target.value });
  return (
    <div>
      <table className="scope-rows">
        <thead>
          <tr>
            <th scope="col">Milestone</th>
            <th scope="col">Accepted when</th>
            <th scope="col" className="day">
              Planned
            </th>
            <th scope="col" className="amount">
              Value
            </th>
            <th className="end">
              <span className="sr">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {line.milestones.map((part, row) => {
            const where = `${name}-${at}-milestones-${row}`,
              of = (field) => errors[`${name}.${at}.milestones.${row}.${field}`];
            const which = part.title || `milestone ${row + 1}`;
            return (
              <tr key={part.key} data-at={at} data-part="milestones" data-row={row}>
                <td>
                  <Cell
                    id={where}
                    label={`Title of milestone ${row + 1}`}
                    head="Milestone"
                    value={part.title}
                    error={of("title")}
                    onChange={set(row, "title")}
                  />
                </td>
                <td className="wide">
                  <Cell
                    id={`${where}-criteria`}
                    label={`When ${which} is accepted`}
                    head="Accepted when"
                    value={part.criteria}
                    error={of("criteria")}
                    onChange={set(row, "criteria")}
                  />
                </td>
                <td className="day">
                  <Cell
                    id={`${where}-due_on`}
                    type="date"
                    label={`Planned day of ${which}`}
                    head="Planned"
                    value={part.due}
                    error={of("due_on")}
                    onChange={set(row, "due")}
                  />
                </td>
                <td className="amount">
                  <Cell
                    id={`${where}-value`}
                    label={`Value of ${which}`}
                    head="Value"
                    unit={currency}
                    value={part.value}
                    error={of("value")}
                    onChange={set(row, "value")}
                  />
                </td>
                <Drop label={`Remove ${which}`} onClick={() => dropRow(at, "milestones", row)} />
              </tr>
            );
          })}
        </tbody>
      </table>
      <Wrong
        text={errors[`${name}.${at}.milestones`] ?? errors[`${name}.${at}.value`]}
        id={`${name}-${at}-milestones-error`}
      />
      <button type="button" className="button small quiet" onClick={() => addRow(at, "milestones")}>
        <Icon name="plus" /> Milestone
      </button>
    </div>
  );
}
