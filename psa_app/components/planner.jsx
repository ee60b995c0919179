// People over weeks: drag to create, move and stretch; the same by keyboard. Loads come from the server.
import { memo, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { Link } from "react-router";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";
import { HEAD, LANE, height, lanes, moved, stretched, within } from "$/public/external/psa_app/components/planner/plan_layout.js";
import { dragBar, dragNew } from "$/public/external/psa_app/components/planner/plan_drag.js";

const NAMES = 200, NARROW = 128, LEAST = 84;

const Bar = memo(function Bar({ bar, columns, act }) {
  const last = columns[bar.from + bar.span - 1], says = `${bar.title}${bar.amount ? `, ${bar.amount}` : ""}, ${columns[bar.from].label} to ${last.label}${bar.tentative ? ", tentative" : ""}${bar.locked ? ", cannot be moved" : ""}`;
  return (
    <button type="button" className={`plan-bar c-${bar.color} ${bar.tentative ? "tentative" : ""} ${bar.locked ? "locked" : ""} ${bar.cutLeft ? "cut-left" : ""} ${bar.cutRight ? "cut-right" : ""}`} data-id={bar.id} aria-label={says}
      title={bar.tip || undefined} aria-describedby="plan-help" style={{ left: `calc(${bar.from} * var(--w) + 2px)`, width: `calc(${bar.span} * var(--w) - 4px)`, top: HEAD + bar.lane * LANE }}
      onPointerDown={(e) => act("down", e, bar)} onKeyDown={(e) => act("key", e, bar)} onClick={(e) => act("click", e, bar)}>
      <i data-edge="left" aria-hidden="true" /><span>{bar.title}</span> <small>{bar.amount}</small><i data-edge="right" aria-hidden="true" />
    </button>);
});

const Row = memo(function Row({ row, bars, columns, act, canCreate }) {
  const placed = useMemo(() => lanes(bars.map((b) => within(b, columns.length)).filter(Boolean)), [bars, columns]);
  return (
    <section className={`plan-row ${row.open ? "open" : ""}`} aria-label={row.name} data-plan-row={row.id} style={{ height: height(placed) }}>
      <div className="plan-who"><span className={`avatar ${row.open ? "open" : ""}`} aria-hidden="true">{row.open ? "?" : row.initials}</span>
        <div className="plan-name">{row.href ? <Link to={row.href}>{row.name}</Link> : <span>{row.name}</span>}<small>{row.sub}</small></div>
        {canCreate ? <button type="button" className="icon-button" aria-label={`Book ${row.name}`} title="Book" onClick={() => act("create", null, { row: row.id, start: Math.max(0, columns.findIndex((c) => c.today)), length: 1 })}><Icon name="plus" /></button> : null}</div>
      <div className="plan-track" onPointerDown={(e) => canCreate && act("draw", e, row)}>
        {columns.map((c, i) => <span key={c.id} className={`plan-load t-${row.loads?.[i]?.tone || "none"}`} style={{ left: `calc(${i} * var(--w))` }} title={row.loads?.[i]?.tip || undefined}>{row.loads?.[i]?.text}</span>)}
        {placed.map((b) => <Bar key={b.id} bar={b} columns={columns} act={act} />)}
      </div>
    </section>);
});

export function Planner({ rows, columns, bars, label = "Bookings by person and week", locked = false, onChange, onCreate, onOpen, onRemove }) {
  const root = useRef(null), width = useRef(LEAST), [size, setSize] = useState(null);
  const [local, setLocal] = useState({}), [say, setSay] = useState("");
  useEffect(() => setLocal({}), [bars]);                      // the server's word is final
  useEffect(() => {
    const measure = () => {
      const all = root.current.clientWidth, names = all < 700 ? NARROW : NAMES;
      width.current = Math.max(LEAST, Math.floor((all - names) / columns.length * 100) / 100);
      setSize({ "--w": `${width.current}px`, "--names": `${names}px` });
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(root.current);
    return () => watch.disconnect();
  }, [columns.length]);
  const kept = useRef({});
  const byRow = useMemo(() => {                               // rows that did not change keep their array: memo holds
    const found = Object.fromEntries(rows.map((r) => [r.id, []]));
    for (const b of bars) { const x = local[b.id] ? { ...b, ...local[b.id] } : b; found[x.row]?.push(x); }
    const out = {};
    for (const [id, list] of Object.entries(found)) {
      const old = kept.current[id];
      out[id] = old && old.length === list.length && old.every((b, i) => b === list[i]) ? old : list;
    }
    return (kept.current = out);
  }, [rows, bars, local]);
  const put = useCallback((bar, change) => {
    if (!change || bar.locked || locked) return;
    const next = { row: bar.row, ...change }, first = columns[Math.max(0, next.start)], last = columns[Math.min(columns.length, next.start + next.length) - 1];
    if (!first || !last) return;
    setLocal((l) => ({ ...l, [bar.id]: next }));
    setSay(`${bar.title}: ${rows.find((r) => r.id === next.row)?.name}, ${first.label} to ${last.label}`);
    onChange({ id: bar.id, ...next });
  }, [columns, rows, locked]);
  const act = useCallback((what, e, thing) => {
    if (what === "create") onCreate?.(thing);
    else if (what === "draw") dragNew(e, width.current, columns, (start, length) => onCreate?.({ row: thing.id, start, length }));
    else if (what === "down") {
      if (thing.locked || locked) return;
      dragBar(e, width.current, {
        onMove: (by, row) => put(thing, moved(thing, by) || (row && row !== thing.row ? { start: thing.start, length: thing.length } : null) ? { start: thing.start + by, length: thing.length, row: row ?? thing.row } : null),
        onStretch: (by, left) => put(thing, stretched(thing, by, left)),
        onOpen: () => {},
      });
    } else if (what === "click") { if (e.currentTarget.dataset.dragged === undefined) onOpen?.({ id: thing.id }); }
    else {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[e.key], down = { ArrowUp: -1, ArrowDown: 1 }[e.key];
      if (by) { e.preventDefault(); put(thing, e.shiftKey ? stretched(thing, by, false) : moved(thing, by)); }
      else if (down && e.altKey) {
        const next = rows[rows.findIndex((r) => r.id === thing.row) + down];
        e.preventDefault();
        if (next) put(thing, { row: next.id, start: thing.start, length: thing.length });
        requestAnimationFrame(() => requestAnimationFrame(() => root.current?.querySelector(`[data-id="${thing.id}"]`)?.focus()));
      } else if (down) {
        const all = [...root.current.querySelectorAll(".plan-bar")], at = all.indexOf(e.currentTarget);
        e.preventDefault(); all[at + down]?.focus();
      } else if ((e.key === "Delete" || e.key === "Backspace") && onRemove && !thing.locked && !locked) { e.preventDefault(); onRemove({ id: thing.id }); }
    }
  }, [put, rows, columns, locked]);
  return (
    <div className="card plan" ref={root} style={size ?? undefined} tabIndex={0} role="region" aria-label={label}>
      <p id="plan-help" hidden>Left and right move, with Shift they stretch; Alt and up or down change the person; Enter opens, Delete removes.</p>
      {size ? (<>
        <div className="plan-head" aria-hidden="true"><span className="plan-corner" />{columns.map((c) => <span key={c.id} className={c.today ? "today" : undefined}>{c.label}</span>)}</div>
        {rows.map((r) => <Row key={r.id} row={r} bars={byRow[r.id]} columns={columns} act={act} canCreate={Boolean(onCreate) && !locked} />)}
      </>) : null}
      <p role="status" className="sr">{say}</p>
    </div>);
}
