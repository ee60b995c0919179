// The cells of a table's row, drawn from data: a list has hundreds of them, so they are plain elements.
// A cell names only what differs from an empty one (see cells.py).
import { memo } from "react";
import { Link } from "react-router";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

const LONG = 28; // what a column may cut off is read on hovering
const OUTSIDE = /^((https?|mailto|tel):|\/files\/)/;
const NEW_TAB = { target: "_blank", rel: "noopener noreferrer" };
const COLOURED = ["strong", "muted", "warn", "bad"];

function Bar({ text, value = 0, tone, tip }) {
  const look = tone || (value > 100 ? "bad" : "");
  return (
    <span className="cell-bar">
      <span
        className={`bar t-${look}`}
        role="progressbar"
        aria-label={tip || "Used"}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={value}>
        <i style={{ width: `${Math.min(value, 100)}%` }} />
      </span>
      <span>{text}</span>
    </span>
  );
}

function words(cell) {
  const { kind, text, icon, tone } = cell;
  if (!kind) return text;
  if (kind === "badge") return <span className={`badge t-${tone || "wait"}`}>{text}</span>;
  if (kind === "bar") return <Bar {...cell} />;
  if (COLOURED.includes(kind)) return <span className={kind}>{text}</span>;
  if (kind === "person")
    return (
      <span className="person">
        <span className="avatar small" aria-hidden="true">
          {icon}
        </span>
        <span>{text}</span>
      </span>
    );
  if (kind === "icon")
    return (
      <span>
        <Icon name={icon} />
        <span className="sr">{text}</span>
      </span>
    );
  return text;
}

function linked(cell, rowHref) {
  const to = rowHref || cell.href;
  if (!to) return words(cell);
  if (OUTSIDE.test(to))
    return (
      <a href={to} className="link" {...(to.startsWith("http") ? NEW_TAB : {})}>
        {words(cell)}
      </a>
    );
  return (
    <Link to={to} prefetch="intent" className={rowHref ? "cover main-text" : "link"}>
      {words(cell)}
    </Link>
  );
}

/** The first cell is the row's title, and with `href` the row's own link, which covers the row. */
export const RowCells = memo(function RowCells({ cells, columns, href = "" }) {
  return (cells ?? []).map((cell, at) => {
    const { align, phone, label } = columns[at] ?? {};
    const place = phone === "named" ? "p-line named" : `p-${phone}`;
    return (
      <td
        key={at}
        className={`a-${align} ${at ? place : "title"}${cell.text === "–" && !cell.sub ? " void" : ""}`}
        data-label={label}
        title={cell.text?.length > LONG ? cell.text : undefined}>
        {linked(cell, at ? "" : href)}
        {cell.sub ? <span className="sub">{cell.sub}</span> : null}
        {cell.text || cell.icon ? null : <span className="blank" />}
      </td>
    );
  });
});
