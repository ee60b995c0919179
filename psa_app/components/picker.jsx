// A combobox: typing filters the given options, and asks the server when there is one to ask.
import { useEffect, useId, useMemo, useRef, useState } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

const MOST = 50; // choices that are listed at once
const fits = (x, q) =>
  q
    .toLowerCase()
    .split(/\s+/)
    .every((w) => `${x.label} ${x.sub || ""}`.toLowerCase().includes(w));

// What is meant exactly stands first, then what begins so.
const rank = (x, q) => {
  const [label, sub, word] = [x.label, x.sub || "", q].map((s) => s.toLowerCase());
  return label === word || sub === word ? 0 : label.startsWith(word) ? 1 : 2;
};

export function Picker({
  ident,
  name,
  value = "",
  shown = "",
  options,
  answered,
  placeholder,
  required,
  disabled,
  invalid,
  describedBy,
  remote,
  free,
  onSearch,
  onPick,
}) {
  const [chosen, setChosen] = useState({ value, label: shown }),
    [text, setText] = useState(shown);
  const [open, setOpen] = useState(false),
    [at, setAt] = useState(0);
  const rest = useRef(),
    input = useRef(null),
    hidden = useRef(null),
    list = useId();
  useEffect(() => {
    const label = shown || options?.find((o) => o.value === value)?.label || "";
    setChosen({ value, label });
    setText(label);
  }, [value, shown]);
  const touched = text !== chosen.label;
  const found = useMemo(() => {
    const q = touched ? text.trim() : "";
    const all = (options ?? []).filter((o) => !q || (remote && answered === q) || fits(o, q));
    const first = (o) => (q ? rank(o, q) : Number(o.value !== chosen.value));
    return (remote ? all : all.sort((a, b) => first(a) - first(b))).slice(0, MOST);
  }, [options, text, touched, answered, chosen.value]);
  const announce = () => hidden.current?.dispatchEvent(new Event("input", { bubbles: true }));
  const pick = (o) => {
    setChosen(o);
    setText(o.label);
    setOpen(false);
    onPick?.(o.value);
    requestAnimationFrame(announce);
  };
  const type = (next) => {
    setText(next);
    setAt(0);
    setOpen(true);
    clearTimeout(rest.current);
    if (remote) rest.current = setTimeout(() => onSearch?.(next.trim()), 150);
  };
  const leave = () => {
    setOpen(false);
    if (!touched) return;
    const same = found.find((o) => !rank(o, text.trim())) ?? (found.length === 1 ? found[0] : null);
    if (!text.trim()) pick({ value: "", label: "" });
    else if (same) pick(same);
    else if (free) pick({ value: text.trim(), label: text.trim() });
    else setText(chosen.label);
  };
  const key = (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) {
      e.preventDefault();
      if (!open) {
        setOpen(true);
        if (remote && !options?.length) onSearch?.("");
      } else setAt((n) => (n + step + found.length) % (found.length || 1));
    } else if (e.key === "Enter" && open && found[at]) {
      e.preventDefault();
      pick(found[at]);
    } else if (e.key === "Escape" && open) {
      e.preventDefault();
      e.stopPropagation();
      setText(chosen.label);
      setOpen(false);
    }
  };
  useEffect(() => {
    if (open) document.getElementById(`${list}-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at, open]);
  return (
    <div className="picker">
      <div className="box">
        <input
          ref={input}
          id={ident}
          role="combobox"
          aria-expanded={open}
          aria-controls={open ? list : undefined}
          aria-autocomplete="list"
          autoComplete="off"
          aria-activedescendant={open && found[at] ? `${list}-${at}` : undefined}
          aria-invalid={invalid || undefined}
          aria-describedby={describedBy || undefined}
          aria-required={required || undefined}
          disabled={disabled}
          placeholder={placeholder}
          value={text}
          onChange={(e) => type(e.target.value)}
          onKeyDown={key}
          onBlur={leave}
          onFocus={(e) => e.target.select()}
          onClick={() => {
            setOpen(true);
            if (remote && !options?.length) onSearch?.("");
          }}
        />
        <Icon name="chevron-down" />
      </div>
      <input ref={hidden} type="hidden" name={name} value={chosen.value} readOnly />
      {open ? (
        <ul
          role="listbox"
          id={list}
          className="picker-list"
          aria-label="Choices"
          onMouseDown={(e) => e.preventDefault()}>
          {found.map((o, n) => (
            <li
              key={o.value}
              id={`${list}-${n}`}
              role="option"
              aria-selected={o.value === chosen.value}
              data-at={n === at}
              onMouseMove={() => setAt(n)}
              onClick={() => pick(o)}>
              {o.icon ? (
                <span className="avatar small" aria-hidden="true">
                  {o.icon}
                </span>
              ) : null}
              <span>{o.label}</span>
              <span className="sub">{o.sub}</span>
            </li>
          ))}
          {found.length ? null : (
            <li className="none" role="option" aria-selected="false" aria-disabled="true">
              {remote && answered !== text.trim() ? "Searching…" : "Nothing found"}
            </li>
          )}
        </ul>
      ) : null}
    </div>
  );
}
