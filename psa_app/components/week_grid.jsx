// A week by keyboard: rows are project and task, columns days. The server is told what a cell holds ("set"),
// with a number that grows; it answers with the highest number that it has applied.
import { useEffect, useMemo, useRef, useState } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { Picker } from "$/public/external/psa_app/components/picker/picker.jsx";
import { DAY, apply, show } from "$/public/hours.js";
import { usePending } from "$/public/external/psa_app/components/week_grid/week_pending.js";
import { Sheet } from "$/public/external/psa_app/components/week_grid/week_sheet.jsx";
import { DayList } from "$/public/external/psa_app/components/week_grid/week_day.jsx";

const HOW = "Type hours as 1:30, 1.5, 90m or +30m, at most 24:00";
const sum = (list) => list.reduce((a, b) => a + b, 0);

function usePhone() {
  const query = useMemo(() => matchMedia("(max-width: 700px)"), []);
  const [phone, setPhone] = useState(query.matches);
  useEffect(() => { const on = () => setPhone(query.matches); query.addEventListener("change", on); return () => query.removeEventListener("change", on); }, [query]);
  return phone;
}

export function WeekGrid({ rows, days, acked = 0, refused, draftKey, shut = "", suggestions, choices, answered, onCommit, onNote, onTimer, onAdd, onRemove, onFind, onAccept, onDismiss, children }) {
  const phone = usePhone(), table = useRef(null), adder = useRef(null), known = useRef(rows.length);
  const { pending, bad, send, forget } = usePending(draftKey, acked, refused, (key, kind, value, seq) => {
    const [row, day] = key.split("|");
    if (kind === "note") onNote?.({ row, day, note: value, seq }); else onCommit({ row, day, minutes: value, seq });
  });
  const [edit, draw] = useState(null), typed = useRef(null);  // {key, text, wrong}; the ref is true between two drawings
  const setEdit = (next) => { typed.current = next; draw(next); };
  const [open, setOpen] = useState(null);                     // {row, day, first}: the sheet
  const [say, setSay] = useState("");
  const minutes = (r, c) => { const key = `${r.id}|${days[c].id}`; return pending[key]?.value ?? bad[key]?.value ?? r.cells[c]?.minutes ?? 0; };
  const note = (r, c) => pending[`${r.id}|${days[c].id}|note`]?.value ?? r.cells[c]?.note ?? "";
  const why = (r, c) => shut || r.cells[c]?.locked || "";
  const focus = (r, c) => table.current?.querySelector(`[data-cell="${r},${c}"]`)?.focus();
  useEffect(() => {                                           // a row that was just added takes the focus
    if (rows.length > known.current && adder.current) { adder.current = null; requestAnimationFrame(() => focus(rows.length - 1, Math.max(0, days.findIndex((d) => d.today)))); }
    known.current = rows.length;
  }, [rows.length]);
  const put = (r, c, m) => { if (m !== minutes(r, c) || bad[`${r.id}|${days[c].id}`]) send(`${r.id}|${days[c].id}`, "minutes", m); };
  const commit = (r, c) => {
    const key = `${r.id}|${days[c].id}`;
    const now = typed.current;
    if (now?.key !== key) return true;
    const m = apply(now.text, minutes(r, c));
    if (Number.isNaN(m) || m > DAY) { setEdit({ ...now, wrong: true }); setSay(HOW); return false; }
    setEdit(null); setSay("");
    put(r, c, m);
    return true;
  };
  const onKey = (e, r, ri, c) => {
    const key = `${r.id}|${days[c].id}`, box = e.target, typing = edit?.key === key, letter = e.key.toLowerCase();
    if (e.ctrlKey || e.metaKey || e.altKey) return;
    const go = (dr, dc) => { e.preventDefault(); if (commit(r, c)) focus(ri + dr, c + dc); };
    if (e.key === "Enter") { e.preventDefault(); if (commit(r, c)) setOpen({ row: r.id, day: days[c].id, first: "note" }); }
    else if (e.key === "ArrowUp") go(-1, 0);
    else if (e.key === "ArrowDown") go(1, 0);
    else if (e.key === "ArrowLeft" && (!typing || box.selectionStart === 0)) go(0, -1);
    else if (e.key === "ArrowRight" && (!typing || box.selectionEnd === box.value.length)) go(0, 1);
    else if (e.key === "Escape") { e.preventDefault(); setEdit(null); forget(key); setSay(""); requestAnimationFrame(() => box.select()); }
    else if (letter === "t" && onTimer && !typing) { e.preventDefault(); if (commit(r, c)) onTimer({ row: r.id }); }
    else if (letter === "n" && onAdd && !typing) { e.preventDefault(); if (commit(r, c)) document.getElementById("week-add")?.focus(); }
    else if (letter === "a" && suggestions?.length && !typing) { e.preventDefault(); onAccept?.(suggestions[0].id); setSay(`Accepted ${suggestions[0].title}`); }
    else if (e.key.length === 1 && why(r, c)) { e.preventDefault(); setSay(why(r, c)); }
  };
  const add = (value) => { if (!value) return; adder.current = value; onAdd?.(value); };
  const columns = days.map((_, c) => sum(rows.map((r) => minutes(r, c))));
  const waiting = Object.keys(pending).length, refusals = Object.values(bad);
  const status = say || (refusals.length ? refusals[0].why : waiting ? `Saving ${waiting}…` : "Saved");
  const shown = open && { row: rows.find((r) => r.id === open.row), at: days.findIndex((d) => d.id === open.day) };
  const sheet = shown?.row ? (
    <Sheet key={`${open.row}${open.day}`} row={shown.row} day={days[shown.at]} first={open.first} minutes={minutes(shown.row, shown.at)} note={note(shown.row, shown.at)} locked={why(shown.row, shown.at)}
      onSave={(m, words) => { put(shown.row, shown.at, m); if (words !== note(shown.row, shown.at)) send(`${open.row}|${open.day}|note`, "note", words); setOpen(null); requestAnimationFrame(() => focus(rows.indexOf(shown.row), shown.at)); }}
      onClose={() => { setOpen(null); requestAnimationFrame(() => focus(rows.indexOf(shown.row), shown.at)); }} />) : null;
  const bar = suggestions?.length ? (
    <div className="notice week-suggest" role="group" aria-label="Suggestions">
      <span className="badge t-accent">{suggestions.length === 1 ? "1 suggestion" : `${suggestions.length} suggestions`}</span>
      <div className="text">{[suggestions[0].title, suggestions[0].source].filter(Boolean).join(", ")}</div>
      <button type="button" className="button quiet" onClick={() => onDismiss?.(suggestions[0].id)}>Dismiss</button>
      <button type="button" className="button" data-key="a" onClick={() => onAccept?.(suggestions[0].id)}>{`Accept ${show(suggestions[0].minutes)}`}<kbd>A</kbd></button>
    </div>) : null;
  const picker = onAdd && !shut ? (
    <Picker ident="week-add" name="week-add" placeholder={phone ? "Project or task" : "+ Add a row — or press N"} options={choices ?? []} answered={answered} remote={Boolean(onFind)} onSearch={onFind} onPick={add} value="" key={`add${rows.length}`} />) : null;
  if (phone) {
    return (
      <DayList {...{ rows, days, minutes, note, why, bad, pending, status, suggestions, columns, picker, shut, onTimer, onAccept }} onOpen={(row, day) => setOpen({ row, day, first: "hours" })}>{children}{sheet}</DayList>);
  }
  return (
    <div className="week">
      {bar}
      <div className="card week-card">
        <table ref={table} className="week-table" aria-label="Hours of the week">
          <thead><tr><th scope="col">Project and task</th>
            {days.map((d) => <th scope="col" key={d.id} className={`${d.today ? "today" : ""} ${d.off ? "off" : ""}`} title={d.off || undefined}>{d.name} <b>{d.number}</b></th>)}
            <th scope="col">Total</th></tr></thead>
          <tbody>
            {rows.map((r, ri) => (
              <tr key={r.id} className={r.running ? "running" : undefined}>
                <th scope="row">
                  <div className="week-what"><div className="what"><div><b>{r.project}</b> <span className="muted">{r.client}</span></div><div className="task">{r.task}</div></div>
                    {onTimer && !shut ? <button type="button" tabIndex={-1} className="icon-button" aria-label={`${r.running ? "Stop" : "Start"} the timer, ${r.project} ${r.task}`} title="Timer (T)" onClick={() => onTimer({ row: r.id })}><Icon name={r.running ? "stop" : "play"} /></button> : null}
                    {r.removable && onRemove && !shut ? <button type="button" tabIndex={-1} className="icon-button" aria-label={`Remove the row ${r.project} ${r.task}`} title="Remove the row" onClick={() => onRemove({ row: r.id })}><Icon name="x" /></button> : null}</div>
                </th>
                {days.map((d, c) => {
                  const key = `${r.id}|${d.id}`, ed = edit?.key === key, cell = r.cells[c] ?? {}, lock = why(r, c), wrong = (ed && edit.wrong) || bad[key];
                  return (
                    <td key={d.id} className={`${d.off ? "off" : ""} ${note(r, c) ? "noted" : ""} s-${cell.state || "none"}`}>
                      <input data-cell={`${ri},${c}`} autoComplete="off" spellCheck="false" placeholder={cell.wish ? show(cell.wish) : "·"} className={cell.wish ? "wish" : undefined}
                        aria-label={`${r.project} ${r.task}, ${d.long || `${d.name} ${d.number}`}${note(r, c) ? ", has a note" : ""}${lock ? ", locked" : ""}`} readOnly={Boolean(lock)} aria-invalid={wrong ? true : undefined}
                        title={bad[key]?.why || lock || note(r, c) || undefined} data-pending={pending[key] ? "" : undefined}
                        value={ed ? edit.text : show(minutes(r, c))} onFocus={(e) => { e.target.select(); setSay(bad[key]?.why || lock || ""); }}
                        onChange={(e) => setEdit({ key, text: e.target.value, wrong: false })} onBlur={() => commit(r, c)} onKeyDown={(e) => onKey(e, r, ri, c)} />
                    </td>);
                })}
                <td className="sum">{show(sum(days.map((_, c) => minutes(r, c)))) || "0:00"}</td>
              </tr>))}
            {picker ? <tr className="add"><td colSpan={days.length + 2}><label className="sr" htmlFor="week-add">Add a row</label>{picker}</td></tr> : null}
          </tbody>
          <tfoot><tr><th scope="row">Total</th>
            {days.map((d, c) => <td key={d.id}><b>{show(columns[c])}</b>{d.capacity ? <span>of {show(d.capacity)}</span> : null}</td>)}
            <td><b>{show(sum(columns)) || "0:00"}</b></td></tr></tfoot>
        </table>
      </div>
      <div className="week-foot"><p>Type 1:30, 1.5, 90m or +30m · Tab to the next day · Enter for a note · T starts the timer in the row</p>
        <p role="status" className={refusals.length || edit?.wrong ? "bad" : ""}>{status}</p></div>
      {sheet}
    </div>);
}
