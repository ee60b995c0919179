// Ctrl-K, and the app's only global keys: / searches, ? lists the keys, T is the timer, N makes something new.
import { useEffect, useMemo, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

const typing = (e) => e.target.closest?.("input, textarea, select, [contenteditable='true'], [role='menu']") || document.querySelector("dialog[open]");
const matches = (x, q) => q.toLowerCase().split(/\s+/).every((w) => `${x.label} ${x.sub || ""} ${x.words || ""}`.toLowerCase().includes(w));
const byStart = (q) => (a, b) => Number(b.label.toLowerCase().startsWith(q)) - Number(a.label.toLowerCase().startsWith(q));
const MAC = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);
const KEYS = [["Search, go anywhere, do anything", [MAC ? "⌘" : "Ctrl", "K"]], ["Search", ["/"]], ["Start or stop the timer", ["T"]], ["Something new", ["N"]], ["Next or previous row", ["↓", "↑"]], ["Open the row", ["Enter"]], ["Select the row", ["X"]], ["Close", ["Esc"]], ["This list", ["?"]]];

export function Palette({ actions, results, answered, keys, newMenu, onSearch, onPick, onTimer }) {
  const dialog = useRef(null), help = useRef(null), rest = useRef(), go = useNavigate();
  const [q, setQ] = useState(""), [at, setAt] = useState(0);
  const show = () => { if (!dialog.current.open) { setQ(""); setAt(0); dialog.current.showModal(); } };
  useEffect(() => {
    const key = (e) => {
      if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === "k") {
        e.preventDefault();
        if (dialog.current.open) dialog.current.close(); else show();
        return;
      }
      if (e.ctrlKey || e.metaKey || e.altKey || e.defaultPrevented || typing(e)) return;
      if (e.key === "/") { e.preventDefault(); const box = document.querySelector("main input[type=search]"); if (box) { box.focus(); box.select(); } else show(); }
      else if (e.key === "?") { e.preventDefault(); help.current.showModal(); }
      else if (e.key.toLowerCase() === "t") { e.preventDefault(); onTimer?.(); }
      else if (/^[a-z]$/.test(e.key) && document.querySelector(`main [data-key="${e.key}"]`)) { e.preventDefault(); document.querySelector(`main [data-key="${e.key}"]`).click(); }
      else if (e.key.toLowerCase() === "n") { const own = document.querySelector("main [data-new]"), menu = document.querySelector(`[popovertarget="${newMenu}"]`), row = document.getElementById("week-add"); if (row) { e.preventDefault(); row.focus(); } else if (own) { e.preventDefault(); own.click(); } else if (menu) { e.preventDefault(); menu.click(); } }
    };
    const press = (e) => { if (e.target.closest?.("[data-palette]")) show(); else if (e.target.closest?.("[data-keys]")) help.current.showModal(); };
    addEventListener("keydown", key);
    addEventListener("click", press);
    return () => { removeEventListener("keydown", key); removeEventListener("click", press); };
  }, [newMenu, onTimer]);
  const list = useMemo(() => {
    const needle = q.trim();
    const own = needle ? actions.filter((x) => matches(x, needle)).sort(byStart(needle.toLowerCase())).slice(0, 8) : actions.slice(0, 12);
    return [...own, ...(needle.length > 1 ? results.filter((x) => answered === needle || matches(x, needle)) : [])];
  }, [q, actions, results, answered]);
  const type = (value) => {
    setQ(value); setAt(0); clearTimeout(rest.current);
    if (value.trim().length > 1) rest.current = setTimeout(() => onSearch?.(value.trim()), 150);
  };
  const pick = (x) => { if (!x) return; dialog.current.close(); if (x.href) go(x.href); else onPick?.(x.id); };
  const key = (e) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
    if (step) { e.preventDefault(); setAt((n) => (n + step + list.length) % (list.length || 1)); }
    if (e.key === "Enter") { e.preventDefault(); pick(list[at]); }
  };
  useEffect(() => { document.getElementById(`pal-${at}`)?.scrollIntoView({ block: "nearest" }); }, [at]);
  const searching = q.trim().length > 1 && answered !== q.trim();
  const say = list.length ? `${list.length} ${list.length === 1 ? "result" : "results"}` : searching ? "Searching…" : "Nothing found";
  return (<>
    <dialog ref={dialog} className="palette" aria-label="Search and commands" onMouseDown={(e) => e.target === dialog.current && dialog.current.close()}>
      <div className="ask-line"><Icon name="search" />
        <input role="combobox" aria-expanded={list.length > 0} aria-controls="pal-list" aria-autocomplete="list" aria-label="Search or jump to" autoFocus
          aria-activedescendant={list[at] ? `pal-${at}` : undefined} value={q} onChange={(e) => type(e.target.value)} onKeyDown={key}
          placeholder="Search or jump to…" autoComplete="off" spellCheck="false" /></div>
      <ul role="listbox" id="pal-list" aria-label="Results">
        {list.map((x, n) => [
          n === 0 || list[n - 1].group !== x.group ? <li key={`g${x.group}${n}`} role="presentation" className="group">{x.group}</li> : null,
          <li key={`${x.group}${x.id}`} id={`pal-${n}`} role="option" aria-selected={n === at} onMouseMove={() => setAt(n)} onClick={() => pick(x)}>
            <Icon name={x.icon || "arrow-right"} /><span>{x.label}</span><span className="sub">{x.sub}</span></li>])}
      </ul>
      <div className="foot"><p role="status">{say}</p><span><kbd>↑</kbd><kbd>↓</kbd> choose</span><span><kbd>Enter</kbd> open</span><span><kbd>Esc</kbd> close</span></div>
    </dialog>
    <dialog ref={help} className="dialog narrow" aria-labelledby="keys-title" onMouseDown={(e) => e.target === help.current && help.current.close()}>
      <header><h2 id="keys-title">Keys</h2><button type="button" className="icon-button" aria-label="Close" onClick={() => help.current.close()}><Icon name="x" /></button></header>
      <div className="content"><dl className="keylist">{[...KEYS, ...(keys ?? [])].map(([what, which]) => (
        <div key={what}><dt>{what}</dt><dd>{which.map((k) => <kbd key={k}>{k}</kbd>)}</dd></div>))}</dl></div>
    </dialog>
  </>);
}
