// The same week on a phone: one day at a time.
import { useState } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { show } from "$/public/hours.js";

const sum = (list) => list.reduce((a, b) => a + b, 0);

export function DayList({ rows, days, minutes, note, why, bad, pending, status, suggestions, columns, picker, shut, onTimer, onAccept, onOpen, children }) {
  const today = days.findIndex((d) => d.today);
  const [at, setAt] = useState(today < 0 ? 0 : today), [adding, setAdding] = useState(false);
  const day = days[at], filled = rows.filter((r) => minutes(r, at) > 0), others = rows.filter((r) => !(minutes(r, at) > 0));
  const proposed = (suggestions ?? []).filter((s) => !s.day || s.day === day.id);
  const line = (r) => {
    const key = `${r.id}|${day.id}`, words = note(r, at);
    return (
      <li key={r.id}>
        <button type="button" className="day-open" onClick={() => onOpen(r.id, day.id)}>
          <span className="text"><b>{r.project}</b><span>{[r.client, r.task].filter(Boolean).join(" · ")}</span>{words ? <span className="note">{words}</span> : null}{bad[key] ? <span className="bad">{bad[key].why}</span> : null}</span>
          <span className={`hours ${pending[key] ? "waits" : ""} ${bad[key] ? "bad" : ""}`}>{show(minutes(r, at)) || "–"}{why(r, at) ? <span className="sr">, locked</span> : null}</span>
        </button>
        {why(r, at) ? <span className="round still" title={why(r, at)}><Icon name="lock" /></span>
          : onTimer ? <button type="button" className={`round ${r.running ? "on" : ""}`} aria-label={`${r.running ? "Stop" : "Start"} the timer, ${r.project} ${r.task}`} onClick={() => onTimer({ row: r.id })}><Icon name={r.running ? "stop" : "play"} /></button> : null}
      </li>);
  };
  const key = (e) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[e.key], next = at + step;
    if (!step || !days[next]) return;
    e.preventDefault(); setAt(next); e.currentTarget.children[next].focus();
  };
  return (
    <div className="week day">
      <div className="day-head"><h1>{day.long || `${day.name} ${day.number}`}</h1>
        <p className="muted">{`${show(columns[at]) || "0:00"}${day.capacity ? ` of ${show(day.capacity)}` : ""} · week ${show(sum(columns)) || "0:00"} of ${show(sum(days.map((d) => d.capacity))) || "0:00"}`}</p>
        {day.off ? <p className="muted">{day.off}</p> : null}</div>
      <div className="day-strip" role="tablist" aria-label="Days" onKeyDown={key}>
        {days.map((d, n) => (
          <button key={d.id} type="button" role="tab" id={`day-${d.id}`} aria-selected={n === at} aria-controls="day-panel" tabIndex={n === at ? 0 : -1} onClick={() => setAt(n)}>
            <span>{d.name}</span><b>{d.number}</b><span>{show(columns[n])}</span></button>))}
      </div>
      <div id="day-panel" role="tabpanel" aria-labelledby={`day-${day.id}`} className="stack">
        {proposed.slice(0, 1).map((s) => (
          <div key={s.id} className="card day-suggest"><div className="text"><span className="badge t-accent">Suggested</span><b>{s.title}</b><span className="muted">{s.source}</span></div>
            <button type="button" className="button" onClick={() => onAccept?.(s.id)}>{`Add ${show(s.minutes)}`}</button></div>))}
        {filled.length ? <section className="card lined"><div className="card-head"><h2>{day.today ? "Today" : "Entries"}</h2></div><ul className="day-lines">{filled.map(line)}</ul></section> : null}
        {others.length ? <section className="card lined"><div className="card-head"><h2>{filled.length ? "More rows of this week" : "Rows of this week"}</h2></div><ul className="day-lines">{others.map(line)}</ul></section> : null}
        {rows.length ? null : <p className="muted">No rows yet. Add what you worked on.</p>}
        {adding && picker ? <div className="card pad"><label htmlFor="week-add" className="strong">Add a row</label>{picker}</div> : null}
        {children}
        <p role="status" className="muted small">{status}</p>
      </div>
      {picker && !shut ? <button type="button" className="fab" aria-label="Add a row" onClick={() => { setAdding(true); setTimeout(() => document.getElementById("week-add")?.focus()); }}><Icon name="plus" /></button> : null}
    </div>);
}
