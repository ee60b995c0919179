// The dates of a fixed fee, a row each: an amount, or a share of the fee such as "30 %".
import { minor, shown } from "$/public/external/psa_app/components/scope_lines/scope_amounts.js";
import { Foot, Rows } from "$/public/external/psa_app/components/scope_lines/scope_table.jsx";

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

const columns = [
  {
    field: "due",
    head: "Billed on",
    kind: "day",
    id: "due_on",
    error: "due_on",
    label: (_, n) => `Day of part ${n + 1}`,
  },
  { field: "title", head: "What for", label: (_, n) => `What part ${n + 1} is for` },
  {
    field: "value",
    head: "Amount or %",
    kind: "amount",
    id: "value",
    error: "value",
    label: (_, n) => `Amount or percentage of part ${n + 1}`,
  },
];

export function Fees({ line, at, name, currency, digits, errors, changeRow, addRow, dropRow }) {
  const path = `${name}.${at}.fee_parts`;
  return (
    <div>
      <Rows
        rows={line.fees}
        columns={columns}
        path={path}
        errors={errors}
        dropLabel={(_, n) => `part ${n + 1}`}
        onSet={(row, field, value) => changeRow(at, "fees", row, { [field]: value })}
        onDrop={(row) => dropRow(at, "fees", row)}
        at={at}
        part="fees"
      />
      <Foot
        word="Date"
        wrong={errors[path] ?? errors[`${name}.${at}.milestones`]}
        id={`${name}-${at}-fee_parts`}
        onAdd={() => addRow(at, "fees")}>
        <span className="muted num">{partsOf(line, digits, currency)}</span>
      </Foot>
    </div>
  );
}
