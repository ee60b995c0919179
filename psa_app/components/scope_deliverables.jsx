// The deliverables of a scope, a row each. What is typed stays here; the form carries it as JSON.
import { useEffect, useRef, useState } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { Cell, Drop, Wrong } from "$/public/external/psa_app/components/scope_lines/scope_fields.jsx";

let last = 0;
const keyed = (row) => ({ ...row, key: ++last });

export function ScopeDeliverables({ rows = [], errors = {}, name = "deliverables" }) {
  const [kept, setKept] = useState(() => rows.map(keyed));
  const hidden = useRef(null),
    toFocus = useRef("");
  const text = JSON.stringify(kept.map(({ key: _, ...row }) => row));
  const first = useRef(text);
  useEffect(() => {
    if (text !== first.current) hidden.current?.dispatchEvent(new Event("input", { bubbles: true }));
    if (toFocus.current) document.getElementById(toFocus.current)?.focus();
    toFocus.current = "";
  }, [text]);
  const set = (row, field) => (e) =>
    setKept((all) => all.map((one, n) => (n === row ? { ...one, [field]: e.target.value } : one)));
  const add = () => {
    toFocus.current = `${name}-${kept.length}`;
    setKept((all) => [...all, keyed({ title: "", criteria: "", due: "" })]);
  };
  const key = (e) => {
    if (e.key !== "Enter" || e.target.tagName !== "INPUT") return;
    e.preventDefault();
    if (e.ctrlKey || e.metaKey) return void hidden.current.form?.requestSubmit();
    const next = document.getElementById(`${name}-${+e.target.closest("tr").dataset.row + 1}`);
    if (next) next.focus();
    else add();
  };
  return (
    <div onKeyDown={key}>
      <input ref={hidden} type="hidden" name={name} value={text} readOnly />
      {kept.length ? (
        <table className="scope-rows">
          <thead>
            <tr>
              <th scope="col">Deliverable</th>
              <th scope="col">Accepted when</th>
              <th scope="col" className="day">
                Due
              </th>
              <th className="end">
                <span className="sr">Remove</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {kept.map((one, row) => {
              const where = `${name}-${row}`,
                of = (field) => errors[`${name}.${row}.${field}`],
                which = one.title || `deliverable ${row + 1}`;
              return (
                <tr key={one.key} data-row={row}>
                  <td>
                    <Cell
                      id={where}
                      label={`Title of deliverable ${row + 1}`}
                      head="Deliverable"
                      value={one.title}
                      error={of("title")}
                      onChange={set(row, "title")}
                    />
                  </td>
                  <td className="wide">
                    <Cell
                      id={`${where}-criteria`}
                      label={`When ${which} is accepted`}
                      head="Accepted when"
                      value={one.criteria}
                      error={of("criteria")}
                      onChange={set(row, "criteria")}
                    />
                  </td>
                  <td className="day">
                    <Cell
                      id={`${where}-due_on`}
                      type="date"
                      label={`Due day of ${which}`}
                      head="Due"
                      value={one.due}
                      error={of("due_on")}
                      onChange={set(row, "due")}
                    />
                  </td>
                  <Drop
                    label={`Remove ${which}`}
                    onClick={() => setKept((all) => all.filter((_, n) => n !== row))}
                  />
                </tr>
              );
            })}
          </tbody>
        </table>
      ) : null}
      <Wrong text={errors[name]} id={`${name}-error`} />
      <button type="button" className="button small quiet" id={`${name}-add`} onClick={add}>
        <Icon name="plus" /> Deliverable
      </button>
    </div>
  );
}
