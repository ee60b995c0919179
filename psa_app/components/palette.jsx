// Ctrl-K: own entries are filtered per key here, records are asked of the server after a short rest.
import { useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { KeyList, useKeys } from "$/public/external/psa_app/components/palette/palette_keys.jsx";

const text = (hit) => `${hit.label} ${hit.sub || ""} ${hit.words || ""}`.toLowerCase();
const matches = (hit, needle) =>
  needle
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text(hit).includes(word));
const starts = (hit, needle) => Number(hit.label.toLowerCase().startsWith(needle.toLowerCase()));

const choose = (actions, results, answered, needle) => {
  if (!needle) return actions.slice(0, 12);
  const own = actions.filter((hit) => matches(hit, needle));
  own.sort((a, b) => starts(b, needle) - starts(a, needle));
  const records =
    needle.length > 1 ? results.filter((hit) => answered === needle || matches(hit, needle)) : [];
  return [...own.slice(0, 8), ...records];
};

function Hits({ hits, at, onPoint, onPick }) {
  return (
    <ul role="listbox" id="pal-list" aria-label="Results">
      {hits.map((hit, n) => [
        n === 0 || hits[n - 1].group !== hit.group ? (
          <li key={`${hit.group}${n}`} role="presentation" className="group">
            {hit.group}
          </li>
        ) : null,
        <li
          key={`${hit.group}${hit.id}`}
          id={`pal-${n}`}
          role="option"
          aria-selected={n === at}
          onMouseMove={() => onPoint(n)}
          onClick={() => onPick(hit)}>
          <Icon name={hit.icon || "arrow-right"} />
          <span>{hit.label}</span>
          <span className="sub">{hit.sub}</span>
        </li>,
      ])}
    </ul>
  );
}

function Foot({ say }) {
  return (
    <div className="foot">
      <p role="status">{say}</p>
      <span>
        <kbd>↑</kbd>
        <kbd>↓</kbd> choose
      </span>
      <span>
        <kbd>Enter</kbd> open
      </span>
      <span>
        <kbd>Esc</kbd> close
      </span>
    </div>
  );
}

export function Palette({ actions, results, answered, keys, newMenu, onSearch, onPick, onTimer }) {
  const dialog = useRef(null);
  const list = useRef(null);
  const rest = useRef();
  const go = useNavigate();
  const [query, setQuery] = useState("");
  const [at, setAt] = useState(0);
  const needle = query.trim();
  const show = () => {
    if (dialog.current.open) return;
    setQuery("");
    setAt(0);
    dialog.current.showModal();
  };
  const toggle = () => (dialog.current.open ? dialog.current.close() : show());
  useKeys({ toggle, show, help: () => list.current.showModal(), newMenu, onTimer });
  const hits = useMemo(
    () => choose(actions, results, answered, needle),
    [actions, results, answered, needle],
  );
  useEffect(() => {
    document.getElementById(`pal-${at}`)?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const type = (value) => {
    setQuery(value);
    setAt(0);
    clearTimeout(rest.current);
    if (value.trim().length > 1) rest.current = setTimeout(() => onSearch?.(value.trim()), 150);
  };
  const pick = (hit) => {
    if (!hit) return;
    dialog.current.close();
    if (hit.href) go(hit.href);
    else if (hit.id === "do-timer") onTimer?.();
    else onPick?.(hit.id);
  };
  const key = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step && event.key !== "Enter") return;
    event.preventDefault();
    if (step) setAt((n) => (n + step + hits.length) % (hits.length || 1));
    else pick(hits[at]);
  };
  const none = needle.length > 1 && answered !== needle ? "Searching…" : "Nothing found";
  const say = hits.length ? `${hits.length} ${hits.length === 1 ? "result" : "results"}` : none;
  return (
    <>
      <dialog
        ref={dialog}
        className="palette"
        aria-label="Search and commands"
        onMouseDown={(event) => event.target === dialog.current && dialog.current.close()}>
        <div className="ask-line">
          <Icon name="search" />
          <input
            role="combobox"
            aria-expanded={hits.length > 0}
            aria-controls="pal-list"
            aria-autocomplete="list"
            aria-activedescendant={hits[at] ? `pal-${at}` : undefined}
            aria-label="Search or jump to"
            placeholder="Search or jump to…"
            autoComplete="off"
            autoFocus
            spellCheck="false"
            value={query}
            onChange={(event) => type(event.target.value)}
            onKeyDown={key}
          />
        </div>
        <Hits hits={hits} at={at} onPoint={setAt} onPick={pick} />
        <Foot say={say} />
      </dialog>
      <KeyList dialog={list} more={keys} />
    </>
  );
}
