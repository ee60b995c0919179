// The lines of a quote while it is written. What is typed stays here; the form carries it as JSON.
import { useEffect, useRef, useState } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { Wrong } from "$/public/external/psa_app/components/scope_lines/scope_fields.jsx";
import { isPeriodic, Line, TIME } from "$/public/external/psa_app/components/quote_lines/quote_line.jsx";

const SOON = 250; // ms after the last key before the sums are asked for
const HEAD = ["discount", "tax_rate_id", "currency"];
const BLANK = {
  model: TIME,
  title: "",
  description: "",
  role: "",
  hours: "",
  rate: "",
  value: "",
  cap: "",
  periods: "",
  discount: "",
  optional: false,
  alternative: "",
  chosen: true,
  item: "",
};
let last = 0;
const keyed = (line) => ({ ...BLANK, ...line, key: ++last });
const plain = ({ key: _, ...line }) => ({
  ...line,
  rate: line.model === TIME ? line.rate : "",
  cap: line.model === TIME ? line.cap : "",
  value: line.model === TIME ? "" : line.value,
  periods: isPeriodic(line.model) ? line.periods : "",
  chosen: line.chosen || !(line.optional || line.alternative.trim()),
});
const ofItem = (item, currency) => ({
  model: item.model,
  title: item.name,
  description: item.description,
  role: item.role,
  hours: item.hours,
  item: item.id,
  periods: isPeriodic(item.model) ? "12" : "",
  [item.model === TIME ? "rate" : "value"]: item.currency === currency ? item.price : "",
});

export function QuoteLines({
  lines = [],
  roles = [],
  items = [],
  currency = "EUR",
  amounts = [],
  errors = {},
  name = "lines",
  onDraft,
}) {
  const [kept, setKept] = useState(() => lines.map(keyed));
  const [over, setOver] = useState(-1);
  const hidden = useRef(null),
    toFocus = useRef(""),
    dragged = useRef(-1),
    timer = useRef(0),
    told = useRef("");
  const text = JSON.stringify(kept.map(plain));
  const first = useRef(text);

  const tell = () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const form = hidden.current?.form;
      if (!form) return;
      const head = Object.fromEntries(HEAD.map((key) => [key, form.elements.namedItem(key)?.value ?? ""]));
      const draft = JSON.stringify({ lines: JSON.parse(hidden.current.value), ...head });
      if (draft !== told.current) onDraft?.(draft);
      told.current = draft;
    }, SOON);
  };
  useEffect(() => {
    if (text !== first.current) hidden.current?.dispatchEvent(new Event("input", { bubbles: true }));
    if (toFocus.current) document.getElementById(toFocus.current)?.focus();
    toFocus.current = "";
    tell();
  }, [text]);
  useEffect(() => {
    const form = hidden.current?.form;
    const changed = (e) => HEAD.includes(e.target.name) && tell();
    form?.addEventListener("input", changed);
    form?.addEventListener("change", changed);
    return () => {
      clearTimeout(timer.current);
      form?.removeEventListener("input", changed);
      form?.removeEventListener("change", changed);
    };
  }, []);

  const set = (at) => (values) => setKept((all) => all.map((one, n) => (n === at ? { ...one, ...values } : one)));
  const move = (from, to) =>
    setKept((all) => {
      if (to < 0 || to >= all.length || from < 0 || from === to) return all;
      const next = [...all];
      next.splice(to, 0, ...next.splice(from, 1));
      return next;
    });
  const add = (line) => {
    toFocus.current = `${name}-${kept.length}-title`;
    setKept((all) => [...all, keyed(line)]);
  };
  // Enter goes on to the next line's title, or a new line after the last; Alt with an arrow moves the line.
  const key = (e) => {
    const at = +(e.target.closest("[data-at]")?.dataset.at ?? -1);
    if (at < 0) return;
    if (e.altKey && (e.key === "ArrowUp" || e.key === "ArrowDown")) {
      e.preventDefault();
      const to = at + (e.key === "ArrowUp" ? -1 : 1);
      if (to >= 0 && to < kept.length) toFocus.current = e.target.id.replace(`${name}-${at}-`, `${name}-${to}-`);
      return void move(at, to);
    }
    if (e.key !== "Enter" || e.target.tagName !== "INPUT" || e.target.type === "checkbox") return;
    e.preventDefault();
    if (e.ctrlKey || e.metaKey) return void hidden.current.form?.requestSubmit();
    if (at + 1 < kept.length) document.getElementById(`${name}-${at + 1}-title`)?.focus();
    else add({ model: kept[at].model });
  };
  const grip = (at) => ({
    handle: {
      draggable: true,
      onDragStart: (e) => {
        dragged.current = at;
        e.dataTransfer.effectAllowed = "move";
        e.dataTransfer.setData("text/plain", String(at));
      },
      onDragEnd: () => setOver((dragged.current = -1)),
    },
    zone: {
      "data-at": at,
      "data-over": over === at || undefined,
      onDragOver: (e) => {
        if (dragged.current < 0) return;
        e.preventDefault();
        if (over !== at) setOver(at);
      },
      onDrop: (e) => {
        if (dragged.current < 0) return;
        e.preventDefault();
        move(dragged.current, at);
        setOver((dragged.current = -1));
      },
    },
  });
  const groups = [...new Set(kept.map((line) => line.alternative.trim()).filter(Boolean))];
  return (
    <div className="stack" onKeyDown={key}>
      <input ref={hidden} type="hidden" name={name} value={text} readOnly />
      {kept.map((line, at) => (
        <Line
          key={line.key}
          {...{ line, at, name, currency, roles, errors, groups }}
          count={kept.length}
          amount={amounts[at] ?? ""}
          set={set(at)}
          grip={grip(at)}
          onMove={(by) => move(at, at + by)}
          onDrop={() => setKept((all) => all.filter((_, n) => n !== at))}
        />
      ))}
      <Wrong text={errors[name]} id={`${name}-error`} />
      <div className="scope-add">
        <button type="button" className="button" id={`${name}-add`} onClick={() => add({})}>
          <Icon name="plus" /> Line
        </button>
        {items.length ? (
          <select
            className="input"
            aria-label="Add a line from the catalogue"
            value=""
            onChange={(e) => {
              const item = items.find((one) => one.id === e.target.value);
              if (item) add(ofItem(item, currency));
            }}>
            <option value="">From the catalogue…</option>
            {items.map((item) => (
              <option key={item.id} value={item.id}>
                {item.name}
              </option>
            ))}
          </select>
        ) : null}
      </div>
    </div>
  );
}
