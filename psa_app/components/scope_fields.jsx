// The fields of a scope's line: a label, an input, and what is wrong below it.
import { parse, show } from "$/public/hours.js";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

/** Hours as they are kept, h:mm; what cannot be read stays as typed. */
export const hoursAs = (text) => {
  const minutes = parse(text);
  return text.trim() && !Number.isNaN(minutes) ? show(minutes) || "0:00" : text;
};

export function Wrong({ text, id }) {
  return text ? (
    <div className="error" role="alert" id={id}>
      {text}
    </div>
  ) : null;
}

export function Field({ id, label, value, onChange, error, unit, help, wide, area, ...more }) {
  const about = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(" ") || undefined;
  const props = { id, value, "aria-invalid": !!error || undefined, "aria-describedby": about, ...more };
  const type = (e) => onChange(e.target.value);
  const input = area ? (
    <textarea className="input" rows="2" onChange={type} {...props} />
  ) : unit ? (
    <div className="box">
      <input onChange={type} {...props} />
      <span className="unit">{unit}</span>
    </div>
  ) : (
    <input className="input" onChange={type} {...props} />
  );
  return (
    <div className={wide ? "field wide" : "field"}>
      <label htmlFor={id}>{label}</label>
      {input}
      {help ? (
        <div className="help" id={`${id}-help`}>
          {help}
        </div>
      ) : null}
      <Wrong text={error} id={`${id}-error`} />
    </div>
  );
}

export function Choice({ id, label, value, options, onChange, error, help }) {
  const about = [error && `${id}-error`, help && `${id}-help`].filter(Boolean).join(" ") || undefined;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        className="input"
        id={id}
        value={value}
        aria-invalid={!!error || undefined}
        aria-describedby={about}
        onChange={(e) => onChange(e.target.value)}>
        {options.map(([key, word]) => (
          <option key={key} value={key}>
            {word}
          </option>
        ))}
      </select>
      {help ? (
        <div className="help" id={`${id}-help`}>
          {help}
        </div>
      ) : null}
      <Wrong text={error} id={`${id}-error`} />
    </div>
  );
}

export function Cell({ id, label, head, error, unit, children, ...more }) {
  const given = { id, "aria-label": label, "aria-invalid": !!error || undefined, ...more };
  const tied = { ...given, "aria-describedby": error ? `${id}-error` : undefined };
  return (
    <>
      {head ? (
        <span className="cell-head" aria-hidden="true">
          {head}
        </span>
      ) : null}
      {children ? (
        <select className="input" {...tied}>
          {children}
        </select>
      ) : unit ? (
        <div className="box">
          <input inputMode="decimal" autoComplete="off" {...tied} />
          <span className="unit">{unit}</span>
        </div>
      ) : (
        <input className="input" autoComplete="off" {...tied} />
      )}
      <Wrong text={error} id={`${id}-error`} />
    </>
  );
}

export function Drop({ label, onClick }) {
  return (
    <td className="end">
      <button type="button" className="icon-button" aria-label={label} onClick={onClick}>
        <Icon name="x" />
      </button>
    </td>
  );
}

