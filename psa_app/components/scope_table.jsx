// A table whose rows are filled in: a cell for each column, and a press that takes the row out.
import { Cell, Drop, Wrong } from "$/public/external/psa_app/components/scope_lines/scope_fields.jsx";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

/**
 * `columns` have field, head, label(row, n), and as they need it kind ("day", "amount", "wide"), unit,
 * choices, id (what follows the row's id) and error (what follows the row's error path, "title" where it is
 * not said). `path` names the rows in `errors`, such as "lines.0.rates"; `at` and `part` are told to the keys.
 */
export function Rows({ rows, columns, path, errors, dropLabel, onSet, onDrop, at, part }) {
  const where = path.replaceAll(".", "-");
  if (!rows.length) return null;
  return (
    <table className="scope-rows">
      <thead>
        <tr>
          {columns.map(({ head, kind }) => (
            <th key={head} scope="col" className={kind === "wide" ? undefined : kind}>
              {head}
            </th>
          ))}
          <th className="end">
            <span className="sr">Remove</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row, n) => (
          <tr key={row.key} data-at={at} data-part={part} data-row={n}>
            {columns.map(({ field, head, label, kind, unit, choices, id = "", error = "title" }) => (
              <td key={field} className={kind}>
                <Cell
                  id={`${where}-${n}${id && `-${id}`}`}
                  type={kind === "day" ? "date" : undefined}
                  label={label(row, n)}
                  head={head}
                  unit={unit}
                  value={row[field] ?? ""}
                  error={errors[`${path}.${n}${error && `.${error}`}`]}
                  onChange={(e) => onSet(n, field, e.target.value)}>
                  {choices}
                </Cell>
              </td>
            ))}
            <Drop label={`Remove ${dropLabel(row, n)}`} onClick={() => onDrop(n)} />
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What is wrong with all rows, and the press that adds one; `children` stand beside it. */
export function Foot({ word, wrong, id, onAdd, children }) {
  const press = (
    <button type="button" className="button small quiet" id={`${id}-add`} onClick={onAdd}>
      <Icon name="plus" /> {word}
    </button>
  );
  return (
    <>
      <Wrong text={wrong} id={`${id}-error`} />
      {children ? (
        <div className="scope-part-foot">
          {press}
          {children}
        </div>
      ) : (
        press
      )}
    </>
  );
}
