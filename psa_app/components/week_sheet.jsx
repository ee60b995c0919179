// One cell opened: hours and note. By Enter in the grid, by a touch on a phone.
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { DAY, apply, show } from "$/public/hours.js";
import { Parts, choicesOf, read } from "$/public/external/psa_app/components/week_grid/week_parts.jsx";

const textsOf = (parts) => Object.fromEntries(parts.map((part) => [part.id, show(part.minutes)]));

// The hours and how they are divided: a part that is the whole stays the whole.
function useHours(minutes, parts) {
  const [text, setText] = useState(show(minutes));
  const [texts, setTexts] = useState(() => textsOf(parts));
  const [bad, setBad] = useState(""); // "" | hours | parts
  const whole = (said = text) => {
    const n = apply(said, minutes);
    return Number.isNaN(n) || n > DAY ? null : n;
  };
  const type = (said) => {
    const before = whole(),
      after = whole(said);
    const all = Object.keys(texts).find((id) => before && apply(texts[id], 0) === before);
    if (all && after !== null) setTexts({ ...texts, [all]: show(after) });
    setText(said);
    setBad("");
  };
  const divide = (next) => {
    setTexts(next);
    setBad("");
  };
  return { text, texts, bad, setBad, whole, type, divide };
}

export function Sheet({ row, day, minutes, parts, note, locked, first, why, onSave, onClose }) {
  const dialog = useRef(null),
    hours = useRef(null),
    words = useRef(null);
  const typed = useHours(minutes, parts);
  const bad = typed.bad === "hours";
  const choices = choicesOf(row, day, parts);
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
    const m = typed.whole();
    if (m === null) {
      typed.setBad("hours");
      hours.current.focus();
      return;
    }
    const divided = m ? read(typed.texts, m) : {};
    if (divided === null) {
      typed.setBad("parts");
      return;
    }
    const given = { ...Object.fromEntries(parts.map((part) => [part.id, 0])), ...divided };
    const same = parts.every((part) => given[part.id] === part.minutes) && m === minutes;
    const isNew = Object.keys(divided).some((id) => divided[id] && !parts.some((part) => part.id === id));
    onSave(m, words.current.value.trim(), (same && !isNew) || !choices.length ? null : given);
    dialog.current.close();
  };
  const add = (by) => typed.type(show(Math.min(DAY, (typed.whole() ?? 0) + by)));
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
              value={typed.text}
              disabled={Boolean(locked)}
              autoComplete="off"
              placeholder="0:00"
              aria-invalid={bad || undefined}
              aria-describedby={bad ? "sheet-bad" : undefined}
              onChange={(e) => typed.type(e.target.value)}
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
        {choices.length ? (
          <Parts
            {...{ choices }}
            texts={typed.texts}
            whole={typed.whole() ?? 0}
            bad={typed.bad === "parts"}
            locked={Boolean(locked)}
            onChange={typed.divide}
          />
        ) : null}
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
