// The dates of a fixed fee, a row each: an amount, or a share of the fee such as "30 %".
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { minor, shown } from "$/public/external/psa_app/components/scope_lines/scope_amounts.js";
import { Cell, Drop, Wrong } from "$/public/external/psa_app/components/scope_lines/scope_fields.jsx";

/** What the parts make of the fee, in words: "100 %", "€4,000.00 of €10,000.00", "" for none. */
export function partsOf(line, digits, currency) {
  const texts = line.fees.map((part) => part.value.trim()).filter(Boolean);
  const shares = texts.filter((text) => text.endsWith("%"));
  if (!texts.length) return "";
  if (shares.length && shares.length < texts.length) return "amounts and percentages are mixed";
  if (shares.length) {
    const sum = shares.reduce((all, text) => all + Math.round(parseFloat(text.replace(",", ".")) * 10000 || 0), 0);
    return `${sum / 10000} % of the fee`;
  }
  const sum = texts.reduce((all, text) => all + (minor(text, digits) ?? 0), 0);
  return `${shown(sum, currency)} of ${shown(minor(line.value, digits) ?? 0, currency)}`;
}

export function Fees({ line, at, name, currency, digits, errors, changeRow, addRow, dropRow }) {
  const set = (row, field) => (e) => changeRow(at, "fees", row, { [field]: e.target.value });
  return (
    <div>
      <table className="scope-rows">
        <thead>
          <tr>
            <th scope="col" className="day">
              Billed on
            </th>
            <th scope="col">What for</th>
            <th scope="col" className="amount">
              Amount or %
            </th>
            <th className="end">
              <span className="sr">Remove</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {line.fees.map((part, row) => {
            const where = `${name}-${at}-fee_parts-${row}`,
              of = (field) => errors[`${name}.${at}.fee_parts.${row}.${field}`];
            return (
              <tr key={part.key} data-at={at} data-part="fees" data-row={row}>
                <td className="day">
                  <Cell
                    id={`${where}-due_on`}
                    type="date"
                    label={`Day of part ${row + 1}`}
                    head="Billed on"
                    value={part.due}
                    error={of("due_on")}
                    onChange={set(row, "due")}
                  />
                </td>
                <td>
                  <Cell
                    id={where}
                    label={`What part ${row + 1} is for`}
                    head="What for"
                    value={part.title}
                    error={of("title")}
                    onChange={set(row, "title")}
                  />
                </td>
                <td className="amount">
                  <Cell
                    id={`${where}-value`}
                    label={`Amount or percentage of part ${row + 1}`}
                    head="Amount or %"
                    value={part.value}
                    error={of("value")}
                    autoComplete="off"
                    onChange={set(row, "value")}
                  />
                </td>
                <Drop label={`Remove part ${row + 1}`} onClick={() => dropRow(at, "fees", row)} />
              </tr>
            );
          })}
        </tbody>
      </table>
      <Wrong
        text={errors[`${name}.${at}.fee_parts`] ?? errors[`${name}.${at}.milestones`]}
        id={`${name}-${at}-fee_parts-error`}
      />
      <div className="scope-part-foot">
        <button type="button" className="button small quiet" onClick={() => addRow(at, "fees")}>
          <Icon name="plus" /> Date
        </button>
        <span className="muted num">{partsOf(line, digits, currency)}</span>
      </div>
    </div>
  );
}
