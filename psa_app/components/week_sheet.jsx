// One cell opened: hours and note. By Enter in the grid, by a touch on a phone.
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { DAY, apply, show } from "$/public/hours.js";

export function Sheet({ row, day, minutes, note, locked, first, why, onSave, onClose }) {
  const dialog = useRef(null),
    hours = useRef(null),
    words = useRef(null);
  const [text, setText] = useState(show(minutes)),
    [bad, setBad] = useState(false);
  useEffect(() => {
    dialog.current.showModal();
    const start = first === "hours" ? hours.current : words.current;
    start?.focus();
    start?.select();
  }, []);
  const close = () => {
    dialog.current.close();
    onClose();
  };
  const save = (e) => {
    e?.preventDefault();
    const m = apply(text, minutes);
    if (Number.isNaN(m) || m > DAY) {
      setBad(true);
      hours.current.focus();
      return;
    }
    onSave(m, words.current.value.trim());
    dialog.current.close();
  };
  const add = (by) => {
    const m = apply(text, minutes);
    setBad(false);
    setText(show(Math.min(DAY, (Number.isNaN(m) ? 0 : m) + by)));
  };
  return (
    <dialog
      ref={dialog}
      className="dialog narrow"
      aria-labelledby="sheet-title"
      onCancel={(e) => {
        e.preventDefault();
        close();
      }}
      onMouseDown={(e) => e.target === dialog.current && close()}>
      <header>
        <h2 id="sheet-title">
          {row.project}
          <span className="sheet-sub">
            {[row.task, day.long || `${day.name} ${day.number}`].filter(Boolean).join(" · ")}
          </span>
        </h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={close}>
          <Icon name="x" />
        </button>
      </header>
      <form className="content form" onSubmit={save} noValidate>
        {locked ? <p className="notice">{locked}</p> : null}
        <div className="field">
          <label htmlFor="sheet-hours">Hours</label>
          <div className="line">
            <input
              ref={hours}
              id="sheet-hours"
              className="input sheet-hours"
              value={text}
              disabled={Boolean(locked)}
              autoComplete="off"
              placeholder="0:00"
              aria-invalid={bad || undefined}
              aria-describedby={bad ? "sheet-bad" : undefined}
              onChange={(e) => {
                setText(e.target.value);
                setBad(false);
              }}
            />
            {[15, 30, 60].map((by) => (
              <button
                key={by}
                type="button"
                className="button"
                disabled={Boolean(locked)}
                onClick={() => add(by)}>{`+${show(by)}`}</button>
            ))}
          </div>
          {bad ? (
            <div className="error" id="sheet-bad" role="alert">
              <Icon name="warning" />
              <span>Type hours as 1:30, 1.5 or 90m, at most 24:00.</span>
            </div>
          ) : null}
        </div>
        <div className="field">
          <label htmlFor="sheet-note">Note</label>
          <textarea
            ref={words}
            id="sheet-note"
            className="input"
            rows={3}
            defaultValue={note}
            disabled={Boolean(locked)}
            placeholder="What was done; it can stand on the invoice"
            onKeyDown={(e) => {
              if (e.key === "Enter" && !e.shiftKey) save(e);
            }}
          />
        </div>
        <div className="form-foot">
          {why && minutes ? (
            <Link to={why} className="link">
              Why this rate
            </Link>
          ) : null}
          <button type="button" className="button" onClick={close}>
            {locked ? "Close" : "Cancel"}
          </button>
          {locked ? null : (
            <button type="submit" className="button primary">
              Save
            </button>
          )}
        </div>
      </form>
    </dialog>
  );
}
