// The deliverables of a scope, a row each. What is typed stays here; the form carries it as JSON.
import { useEffect, useRef, useState } from "react";
import { promised } from "$/public/external/psa_app/components/scope_lines/scope_rows.jsx";
import { Foot, Rows } from "$/public/external/psa_app/components/scope_lines/scope_table.jsx";

let last = 0;
const keyed = (row) => ({ ...row, key: ++last });
const { which, columns } = promised("deliverable", "Due");

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
      <Rows
        rows={kept}
        columns={columns}
        path={name}
        errors={errors}
        dropLabel={which}
        onSet={(row, field, value) =>
          setKept((all) => all.map((one, n) => (n === row ? { ...one, [field]: value } : one)))
        }
        onDrop={(row) => setKept((all) => all.filter((_, n) => n !== row))}
      />
      <Foot word="Deliverable" wrong={errors[name]} id={name} onAdd={add} />
    </div>
  );
}
