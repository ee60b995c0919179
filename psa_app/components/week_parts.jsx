// How many of a cell's hours have which modifier of the rate: after hours, on site.
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { MenuButton } from "$/public/external/psa_app/components/menu/menu_button.jsx";
import { DAY, apply, show } from "$/public/hours.js";
import { sum } from "$/public/external/psa_app/components/week_grid/week_cells.js";

// What may be chosen on a day, and what the cell has already.
export function choicesOf(row, day, parts) {
  const open = (row.modifiers ?? []).filter((m) => m.first <= day.id && (!m.last || day.id <= m.last));
  return [...open, ...parts.filter((part) => !open.some((m) => m.id === part.id))];
}

// Minutes by modifier from what is typed; null where it cannot be read or is more than the whole.
export function read(texts, minutes) {
  const parts = Object.fromEntries(Object.entries(texts).map(([id, text]) => [id, apply(text, 0)]));
  const all = Object.values(parts);
  return all.some((n) => Number.isNaN(n) || n > DAY) || sum(all) > minutes ? null : parts;
}

// Starts the timer with one of the modifiers that may be chosen today.
export function TimerWith({ row, day, onTimer }) {
  const choices = day && onTimer && !row.running ? choicesOf(row, day, []) : [];
  if (!choices.length) return null;
  return (
    <MenuButton label={`Start the timer with a modifier, ${row.project} ${row.task}`} icon="chevron-down">
      {choices.map((one) => (
        <button
          key={one.id}
          type="button"
          role="menuitem"
          className="menu-item"
          onClick={() => onTimer({ row: row.id, modifier: one.id })}>
          <Icon name="play" />
          {one.name}
        </button>
      ))}
    </MenuButton>
  );
}

export function Parts({ choices, texts, whole, bad, locked, onChange }) {
  const none = Object.fromEntries(choices.map((one) => [one.id, ""]));
  return (
    <fieldset className="field sheet-parts" aria-describedby={bad ? "parts-bad" : undefined}>
      <legend>Of these</legend>
      {choices.map((one) => (
        <div className="line" key={one.id}>
          <label htmlFor={`part-${one.id}`}>{one.name}</label>
          <input
            id={`part-${one.id}`}
            className="input sheet-hours"
            value={texts[one.id] ?? ""}
            disabled={locked}
            autoComplete="off"
            placeholder="0:00"
            aria-invalid={bad || undefined}
            onChange={(e) => onChange({ ...texts, [one.id]: e.target.value })}
          />
          <button
            type="button"
            className="button"
            disabled={locked || !whole}
            aria-label={`All of it ${one.name}`}
            onClick={() => onChange({ ...none, [one.id]: show(whole) })}>
            All
          </button>
        </div>
      ))}
      {bad ? (
        <div className="error" id="parts-bad" role="alert">
          <Icon name="warning" />
          <span>{`Type hours as 1:30, 1.5 or 90m, together at most ${show(whole) || "0:00"}.`}</span>
        </div>
      ) : null}
    </fieldset>
  );
}
