// A week by keyboard: rows are project and task, columns days. The server is told what a cell holds ("set"),
// with a number that grows; it answers with the highest number that it has applied.
import { useEffect, useMemo, useRef, useState } from "react";
import { Picker } from "$/public/external/psa_app/components/picker/picker.jsx";
import { show } from "$/public/hours.js";
import { useCells } from "$/public/external/psa_app/components/week_grid/week_cells.js";
import { DayList } from "$/public/external/psa_app/components/week_grid/week_day.jsx";
import { Sheet } from "$/public/external/psa_app/components/week_grid/week_sheet.jsx";
import { WeekTable } from "$/public/external/psa_app/components/week_grid/week_table.jsx";

function usePhone() {
  const query = useMemo(() => matchMedia("(max-width: 700px)"), []);
  const [phone, setPhone] = useState(query.matches);
  useEffect(() => {
    const on = () => setPhone(query.matches);
    query.addEventListener("change", on);
    return () => query.removeEventListener("change", on);
  }, [query]);
  return phone;
}

function Suggested({ list, onAccept, onDismiss }) {
  const [first] = list;
  return (
    <div className="notice week-suggest" role="group" aria-label="Suggestions">
      <span className="badge t-accent">
        {list.length === 1 ? "1 suggestion" : `${list.length} suggestions`}
      </span>
      <div className="text">{[first.title, first.source].filter(Boolean).join(", ")}</div>
      <button type="button" className="button quiet" onClick={() => onDismiss?.(first.id)}>
        Dismiss
      </button>
      <button type="button" className="button" data-key="a" onClick={() => onAccept?.(first.id)}>
        {`Accept ${show(first.minutes)}`}
        <kbd>A</kbd>
      </button>
    </div>
  );
}

function OpenCell({ open, rows, days, cells, why, onDone }) {
  const row = rows.find((r) => r.id === open.row);
  const at = days.findIndex((d) => d.id === open.day);
  if (!row || at < 0) return null;
  return (
    <Sheet
      key={`${open.row}${open.day}`}
      row={row}
      day={days[at]}
      first={open.first}
      minutes={cells.minutes(row, at)}
      parts={cells.parts(row, at)}
      note={cells.note(row, at)}
      locked={cells.locked(row, at)}
      why={why && `${why}&task=${row.id}&day=${open.day}`}
      onSave={(minutes, words, parts) => {
        cells.setMinutes(row, at, minutes, parts);
        cells.setNote(row, at, words);
        onDone(rows.indexOf(row), at);
      }}
      onClose={() => onDone(rows.indexOf(row), at)}
    />
  );
}

// A row that was just added takes the focus, on today.
function useNewRow(rows, days, focus) {
  const asked = useRef(false);
  const known = useRef(rows.length);
  useEffect(() => {
    if (rows.length > known.current && asked.current) {
      asked.current = false;
      const today = days.findIndex((day) => day.today);
      focus(rows.length - 1, Math.max(0, today));
    }
    known.current = rows.length;
  }, [rows.length]);
  return asked;
}

export function WeekGrid(props) {
  const { rows, days, shut = "", why = "", suggestions, choices, answered, onAdd, onFind, onTimer, children } = props;
  const phone = usePhone();
  const cells = useCells(props);
  const table = useRef(null);
  const [open, setOpen] = useState(null); // {row, day, first}
  const [say, setSay] = useState("");
  const focus = (row, at) =>
    requestAnimationFrame(() => table.current?.querySelector(`[data-cell="${row},${at}"]`)?.focus());
  const asked = useNewRow(rows, days, focus);
  const add = (value) => {
    if (!value) return;
    asked.current = true;
    onAdd(value);
  };
  const picker = onAdd && !shut && (
    <Picker
      key={`add${rows.length}`}
      ident="week-add"
      name="week-add"
      placeholder={phone ? "Project or task" : "+ Add a row — or press N"}
      options={choices ?? []}
      answered={answered}
      remote={Boolean(onFind)}
      onSearch={onFind}
      onPick={add}
    />
  );
  const status = say || cells.refusals[0] || (cells.waiting ? `Saving ${cells.waiting}…` : "Saved");
  const sheet = open && (
    <OpenCell
      {...{ open, rows, days, cells, why }}
      onDone={(row, at) => {
        setOpen(null);
        focus(row, at);
      }}
    />
  );
  if (phone) {
    return (
      <DayList
        {...{ rows, days, cells, status, suggestions, picker, onTimer }}
        onAccept={props.onAccept}
        onOpen={(row, day) => setOpen({ row, day, first: "hours" })}>
        {children}
        {sheet}
      </DayList>
    );
  }
  return (
    <div className="week">
      {suggestions?.length ? (
        <Suggested list={suggestions} onAccept={props.onAccept} onDismiss={props.onDismiss} />
      ) : null}
      <div className="card week-card">
        <WeekTable
          {...{ rows, days, cells, shut, table, suggestions, picker, onTimer, onAdd }}
          onRemove={props.onRemove}
          onAccept={props.onAccept}
          onSay={setSay}
          onOpen={(row, day) => setOpen({ row, day, first: "note" })}
        />
      </div>
      <div className="week-foot">
        <p>
          Type 1:30, 1.5, 90m or +30m · Tab to the next day · Enter for a note or a modifier · T starts the timer in the row
        </p>
        <p role="status" className={say || cells.refusals.length ? "bad" : ""}>
          {status}
        </p>
      </div>
      {sheet}
    </div>
  );
}
