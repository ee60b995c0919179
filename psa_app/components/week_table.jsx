// The week on a wide screen: a table of inputs, moved through by Tab and arrows.
import { useRef, useState } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { DAY, apply, show } from "$/public/hours.js";
import { sum } from "$/public/external/psa_app/components/week_grid/week_cells.js";
import { TimerWith } from "$/public/external/psa_app/components/week_grid/week_parts.jsx";

const HOW = "Type hours as 1:30, 1.5, 90m or +30m, at most 24:00";

function What({ row, today, shut, onTimer, onRemove }) {
  const name = `${row.project} ${row.task}`;
  return (
    <div className="week-what">
      <div className="what">
        <div>
          <b>{row.project}</b> <span className="muted">{row.client}</span>
        </div>
        <div className="task">{row.task}</div>
      </div>
      {onTimer && !shut ? (
        <button
          type="button"
          tabIndex={-1}
          className="icon-button"
          aria-label={`${row.running ? "Stop" : "Start"} the timer, ${name}`}
          title="Timer (T)"
          onClick={() => onTimer({ row: row.id })}>
          <Icon name={row.running ? "stop" : "play"} />
        </button>
      ) : null}
      {shut ? null : <TimerWith row={row} day={today} onTimer={onTimer} />}
      {row.removable && onRemove && !shut ? (
        <button
          type="button"
          tabIndex={-1}
          className="icon-button"
          aria-label={`Remove the row ${name}`}
          title="Remove the row"
          onClick={() => onRemove({ row: row.id })}>
          <Icon name="x" />
        </button>
      ) : null}
    </div>
  );
}

function Head({ days }) {
  return (
    <thead>
      <tr>
        <th scope="col">Project and task</th>
        {days.map((day) => (
          <th
            scope="col"
            key={day.id}
            className={day.today ? "today" : undefined}
            title={day.off || undefined}>
            {day.name} <b>{day.number}</b>
          </th>
        ))}
        <th scope="col">Total</th>
      </tr>
    </thead>
  );
}

function Foot({ days, cells }) {
  const totals = days.map((_, at) => cells.ofDay(at));
  return (
    <tfoot>
      <tr>
        <th scope="row">Total</th>
        {days.map((day, at) => (
          <td key={day.id}>
            <b>{show(totals[at])}</b>
            {day.capacity ? <span>of {show(day.capacity)}</span> : null}
          </td>
        ))}
        <td>
          <b>{show(sum(totals)) || "0:00"}</b>
        </td>
      </tr>
    </tfoot>
  );
}

// One input. `text` is what is being typed in it, or null; `wrong`: it cannot be read.
function Cell({ row, day, at, place, cells, text, wrong, on, onOpen }) {
  const lock = cells.locked(row, at);
  const refusal = cells.refusal(row, at);
  const note = cells.note(row, at);
  const { state, wish } = row.cells[at] ?? {};
  const parts = cells.parts(row, at).map((part) => `${part.name} ${show(part.minutes)}`);
  const name = `${row.project} ${row.task}, ${day.long || `${day.name} ${day.number}`}`;
  const says = [
    name,
    ...parts,
    ...(note ? ["has a note"] : []),
    ...(lock ? ["locked"] : []),
  ].join(", ");
  return (
    <td
      className={`${day.off ? "off" : ""} ${note ? "noted" : ""} s-${state || "none"}`}
      data-part={parts.length ? "" : undefined}>
      {cells.minutes(row, at) ? (
        <button
          type="button"
          tabIndex={-1}
          className="cell-open"
          aria-label={`Open ${name}`}
          title={row.modifiers?.length ? "Note and modifier (Enter)" : "Note (Enter)"}
          onClick={onOpen}>
          <Icon name="dots" />
        </button>
      ) : null}
      <input
        data-cell={place}
        autoComplete="off"
        spellCheck="false"
        placeholder={wish ? show(wish) : "·"}
        className={wish ? "wish" : undefined}
        aria-label={says}
        aria-invalid={wrong || refusal ? true : undefined}
        readOnly={Boolean(lock)}
        title={refusal || lock || [...parts, note].filter(Boolean).join(" · ") || undefined}
        data-pending={cells.waits(row, at) ? "" : undefined}
        value={text ?? show(cells.minutes(row, at))}
        onFocus={(event) => {
          event.target.select();
          on.say(refusal || lock);
        }}
        onChange={(event) => on.type(event.target.value)}
        onBlur={on.commit}
        onKeyDown={on.key}
      />
    </td>
  );
}

export function WeekTable({
  rows,
  days,
  cells,
  shut,
  table,
  suggestions,
  picker,
  say,
  onSay,
  onOpen,
  ...act
}) {
  const [typed, draw] = useState({}); // key -> {text, wrong}: what could not be read stays until it is mended
  const now = useRef(typed); // the same, true between two drawings
  const setTyped = (key, entry) => {
    const { [key]: _, ...others } = now.current;
    now.current = entry ? { ...others, [key]: entry } : others;
    draw(now.current);
  };
  const focus = (row, at) => table.current?.querySelector(`[data-cell="${row},${at}"]`)?.focus();
  const commit = (row, at) => {
    const key = cells.keyOf(row, at);
    const entry = now.current[key];
    if (!entry) return true;
    const minutes = apply(entry.text, cells.minutes(row, at));
    if (Number.isNaN(minutes) || minutes > DAY) {
      setTyped(key, { ...entry, wrong: true });
      onSay(HOW);
      return false;
    }
    setTyped(key, null);
    onSay("");
    cells.setMinutes(row, at, minutes);
    return true;
  };
  const letters = {
    t: act.onTimer && ((row) => act.onTimer({ row: row.id })),
    n: act.onAdd && (() => document.getElementById("week-add")?.focus()),
    a: suggestions?.length && (() => act.onAccept?.(suggestions[0].id)),
  };
  const steps = (box, typing) => ({
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: (!typing || box.selectionStart === 0) && [0, -1],
    ArrowRight: (!typing || box.selectionEnd === box.value.length) && [0, 1],
  });
  const onKey = (event, row, index, at) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = cells.keyOf(row, at) in typed;
    const step = steps(event.target, typing)[event.key];
    const letter = !typing && letters[event.key.toLowerCase()];
    const lock = event.key.length === 1 && cells.locked(row, at);
    if (!step && !letter && !lock && event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Escape") {
      setTyped(cells.keyOf(row, at), null);
      cells.forget(cells.keyOf(row, at));
      onSay("");
      const box = event.target;
      requestAnimationFrame(() => box.select());
    } else if (letter) letter(row);
    else if (lock) onSay(lock);
    else if (commit(row, at)) {
      if (step) focus(index + step[0], at + step[1]);
      else onOpen(row.id, days[at].id);
    }
  };
  const bound = (row, index, at) => ({
    say: (words) => onSay(words || (Object.values(now.current).some((entry) => entry.wrong) ? HOW : "")),
    type: (text) => setTyped(cells.keyOf(row, at), { text, wrong: false }),
    commit: () => commit(row, at),
    key: (event) => onKey(event, row, index, at),
  });
  return (
    <table ref={table} className="week-table" aria-label="Hours of the week">
      <Head days={days} />
      <tbody>
        {rows.map((row, index) => (
          <tr key={row.id} className={row.running ? "running" : undefined}>
            <th scope="row">
              <What
                {...{ row, shut }}
                today={days.find((day) => day.today)}
                onTimer={act.onTimer}
                onRemove={act.onRemove}
              />
            </th>
            {days.map((day, at) => (
              <Cell
                key={day.id}
                {...{ row, day, at, cells }}
                place={`${index},${at}`}
                text={typed[cells.keyOf(row, at)]?.text ?? null}
                wrong={typed[cells.keyOf(row, at)]?.wrong}
                on={bound(row, index, at)}
                onOpen={() => onOpen(row.id, day.id)}
              />
            ))}
            <td className="sum">{show(cells.ofRow(row)) || "0:00"}</td>
          </tr>
        ))}
        {picker ? (
          <tr className="add">
            <td colSpan={days.length + 2}>
              <label className="sr" htmlFor="week-add">
                Add a row
              </label>
              {picker}
            </td>
          </tr>
        ) : null}
      </tbody>
      <Foot days={days} cells={cells} />
    </table>
  );
}
