// The same week on a phone: one day at a time.
import { useState } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { show } from "$/public/hours.js";
import { sum } from "$/public/external/psa_app/components/week_grid/week_cells.js";
import { TimerWith } from "$/public/external/psa_app/components/week_grid/week_parts.jsx";

const time = (minutes) => show(minutes) || "0:00";

function Head({ day, spent, week }) {
  const today = `${time(spent)}${day.capacity ? ` of ${show(day.capacity)}` : ""}`;
  return (
    <div className="day-head">
      <h1>{day.long || `${day.name} ${day.number}`}</h1>
      <p className="muted">{`${today} · week ${week}`}</p>
      {day.off ? <p className="muted">{day.off}</p> : null}
    </div>
  );
}

function Strip({ days, totals, at, onGo }) {
  const key = (event) => {
    const next = at + ({ ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? NaN);
    if (!days[next]) return;
    event.preventDefault();
    onGo(next);
    event.currentTarget.children[next].focus();
  };
  return (
    <div className="day-strip" role="tablist" aria-label="Days" onKeyDown={key}>
      {days.map((day, n) => (
        <button
          key={day.id}
          type="button"
          role="tab"
          id={`day-${day.id}`}
          aria-selected={n === at}
          aria-controls="day-panel"
          tabIndex={n === at ? 0 : -1}
          onClick={() => onGo(n)}>
          <span>{day.name}</span>
          <b>{day.number}</b>
          <span>{show(totals[n])}</span>
        </button>
      ))}
    </div>
  );
}

function Proposal({ suggestion, onAccept }) {
  return (
    <div className="card day-suggest">
      <div className="text">
        <span className="badge t-accent">Suggested</span>
        <b>{suggestion.title}</b>
        <span className="muted">{suggestion.source}</span>
      </div>
      <button type="button" className="button" onClick={() => onAccept?.(suggestion.id)}>
        {`Add ${show(suggestion.minutes)}`}
      </button>
    </div>
  );
}

function End({ row, day, lock, onTimer }) {
  if (lock) {
    return (
      <span className="round still" title={lock}>
        <Icon name="lock" />
      </span>
    );
  }
  if (!onTimer) return null;
  return (
    <>
      <TimerWith row={row} day={day} onTimer={onTimer} />
      <button
        type="button"
        className={`round ${row.running ? "on" : ""}`}
        aria-label={`${row.running ? "Stop" : "Start"} the timer, ${row.project} ${row.task}`}
        onClick={() => onTimer({ row: row.id })}>
        <Icon name={row.running ? "stop" : "play"} />
      </button>
    </>
  );
}

function Line({ row, at, today, cells, onTimer, onOpen }) {
  const lock = cells.locked(row, at);
  const refusal = cells.refusal(row, at);
  const note = cells.note(row, at);
  const parts = cells.parts(row, at).map((part) => `${part.name} ${show(part.minutes)}`);
  return (
    <li>
      <button type="button" className="day-open" onClick={onOpen}>
        <span className="text">
          <b>{row.project}</b>
          <span>{[row.client, row.task].filter(Boolean).join(" · ")}</span>
          {note ? <span className="note">{note}</span> : null}
          {parts.length ? <span className="note part">{parts.join(" · ")}</span> : null}
          {refusal ? <span className="bad">{refusal}</span> : null}
        </span>
        <span className={`hours ${cells.waits(row, at) ? "waits" : ""} ${refusal ? "bad" : ""}`}>
          {show(cells.minutes(row, at)) || "–"}
          {lock ? <span className="sr">, locked</span> : null}
        </span>
      </button>
      <End row={row} day={today} lock={lock} onTimer={onTimer} />
    </li>
  );
}

function Lines({ title, rows, children }) {
  if (!rows.length) return null;
  return (
    <section className="card lined">
      <div className="card-head">
        <h2>{title}</h2>
      </div>
      <ul className="day-lines">{rows.map(children)}</ul>
    </section>
  );
}

export function DayList({
  rows,
  days,
  cells,
  status,
  suggestions,
  picker,
  onTimer,
  onAccept,
  onOpen,
  children,
}) {
  const [at, setAt] = useState(() =>
    Math.max(
      0,
      days.findIndex((day) => day.today),
    ),
  );
  const [adding, setAdding] = useState(false);
  const day = days[at];
  const today = days.find((one) => one.today);
  const totals = days.map((_, n) => cells.ofDay(n));
  const filled = rows.filter((row) => cells.minutes(row, at) > 0);
  const others = rows.filter((row) => !filled.includes(row));
  const proposal = suggestions?.find((s) => !s.day || s.day === day.id);
  const week = `${time(sum(totals))} of ${time(sum(days.map((d) => d.capacity)))}`;
  const line = (row) => (
    <Line key={row.id} {...{ row, at, today, cells, onTimer }} onOpen={() => onOpen(row.id, day.id)} />
  );
  const add = () => {
    setAdding(true);
    setTimeout(() => document.getElementById("week-add")?.focus());
  };
  return (
    <div className="week day">
      <Head day={day} spent={totals[at]} week={week} />
      <Strip days={days} totals={totals} at={at} onGo={setAt} />
      <div id="day-panel" role="tabpanel" aria-labelledby={`day-${day.id}`} className="stack">
        {proposal ? <Proposal suggestion={proposal} onAccept={onAccept} /> : null}
        <Lines title={day.today ? "Today" : "Entries"} rows={filled}>
          {line}
        </Lines>
        <Lines title={filled.length ? "More rows of this week" : "Rows of this week"} rows={others}>
          {line}
        </Lines>
        {rows.length ? null : <p className="muted">No rows yet. Add what you worked on.</p>}
        {adding && picker ? (
          <div className="card pad">
            <label htmlFor="week-add" className="strong">
              Add a row
            </label>
            {picker}
          </div>
        ) : null}
        {children}
        <p role="status" className="muted small">
          {status}
        </p>
      </div>
      {picker ? (
        <button type="button" className="fab" aria-label="Add a row" onClick={add}>
          <Icon name="plus" />
        </button>
      ) : null}
    </div>
  );
}
