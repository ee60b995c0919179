// A person's (or open role's) row: name, loads, bars.
import { memo, useMemo } from "react";
import { Link } from "react-router";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import {
  HEAD,
  LANE,
  height,
  lanes,
  within,
} from "$/public/external/psa_app/components/planner/plan_layout.js";

const Bar = memo(function Bar({ bar, columns, act }) {
  const last = columns[bar.from + bar.span - 1];
  const says = [
    bar.title,
    ...(bar.amount ? [bar.amount] : []),
    `${columns[bar.from].label} to ${last.label}`,
    ...(bar.tentative ? ["tentative"] : []),
    ...(bar.locked ? ["cannot be moved"] : []),
  ].join(", ");
  const looks = [
    `plan-bar c-${bar.color}`,
    bar.tentative && "tentative",
    bar.locked && "locked",
    bar.cutLeft && "cut-left",
    bar.cutRight && "cut-right",
  ];
  return (
    <button
      type="button"
      className={looks.filter(Boolean).join(" ")}
      data-id={bar.id}
      aria-label={says}
      aria-describedby="plan-help"
      title={bar.tip || undefined}
      style={{
        left: `calc(${bar.from} * var(--w) + 2px)`,
        width: `calc(${bar.span} * var(--w) - 4px)`,
        top: HEAD + bar.lane * LANE,
      }}
      onPointerDown={(event) => act.drag(event, bar)}
      onKeyDown={(event) => act.key(event, bar)}
      onClick={(event) => act.open(event, bar)}>
      <i data-edge="left" aria-hidden="true" />
      <span>{bar.title}</span> <small>{bar.amount}</small>
      <i data-edge="right" aria-hidden="true" />
    </button>
  );
});

function Who({ row, onBook }) {
  return (
    <div className="plan-who">
      <span className={row.open ? "avatar open" : "avatar"} aria-hidden="true">
        {row.open ? "?" : row.initials}
      </span>
      <div className="plan-name">
        {row.href ? <Link to={row.href}>{row.name}</Link> : <span>{row.name}</span>}
        <small>{row.sub}</small>
      </div>
      {onBook ? (
        <button
          type="button"
          className="icon-button"
          aria-label={`Book ${row.name}`}
          title="Book"
          onClick={onBook}>
          <Icon name="plus" />
        </button>
      ) : null}
    </div>
  );
}

export const Row = memo(function Row({ row, bars, columns, act, canCreate }) {
  const placed = useMemo(
    () => lanes(bars.map((bar) => within(bar, columns.length)).filter(Boolean)),
    [bars, columns],
  );
  return (
    <section
      className={row.open ? "plan-row open" : "plan-row"}
      aria-label={row.name}
      data-plan-row={row.id}
      style={{ height: height(placed) }}>
      <Who row={row} onBook={canCreate ? () => act.book(row) : null} />
      <div className="plan-track" onPointerDown={(event) => canCreate && act.draw(event, row)}>
        {columns.map((column, i) => (
          <span
            key={column.id}
            className={`plan-load t-${row.loads?.[i]?.tone || "none"}`}
            style={{ left: `calc(${i} * var(--w))` }}
            title={row.loads?.[i]?.tip || undefined}>
            {row.loads?.[i]?.text}
          </span>
        ))}
        {placed.map((bar) => (
          <Bar key={bar.id} bar={bar} columns={columns} act={act} />
        ))}
      </div>
    </section>
  );
});
