// People over weeks: drag to create, move and stretch; the same by keyboard. Loads come from the server.
import { useEffect, useMemo, useRef, useState } from "react";
import { moved, stretched } from "$/public/external/psa_app/components/planner/plan_layout.js";
import { dragBar, dragNew } from "$/public/external/psa_app/components/planner/plan_drag.js";
import { Row } from "$/public/external/psa_app/components/planner/plan_row.jsx";

const NAMES = 200;
const NARROW = 128;
const LEAST = 80;

// Columns share the width that there is, down to the least that can be read.
function useWidth(root, count) {
  const width = useRef(LEAST);
  const [size, setSize] = useState(null);
  useEffect(() => {
    const measure = () => {
      const all = root.current.clientWidth;
      const names = all < 700 ? NARROW : NAMES;
      width.current = Math.max(LEAST, Math.floor(((all - names) / count) * 100) / 100);
      setSize({ "--w": `${width.current}px`, "--names": `${names}px` });
    };
    measure();
    const watch = new ResizeObserver(measure);
    watch.observe(root.current);
    return () => watch.disconnect();
  }, [count]);
  return [width, size];
}

// Bars by row, with what was just dragged; a row that did not change keeps its array, so it is not drawn again.
function useBars(rows, bars, local) {
  const kept = useRef({});
  return useMemo(() => {
    const found = Object.fromEntries(rows.map((row) => [row.id, []]));
    for (const bar of bars) {
      const now = local[bar.id] ? { ...bar, ...local[bar.id] } : bar;
      found[now.row]?.push(now);
    }
    const same = (one, other) => one?.length === other.length && other.every((bar, i) => bar === one[i]);
    for (const [id, list] of Object.entries(found))
      if (same(kept.current[id], list)) found[id] = kept.current[id];
    return (kept.current = found);
  }, [rows, bars, local]);
}

// What can be done, always with the newest props, in one object that never changes.
function useActs(now) {
  return useMemo(() => {
    const put = (bar, change) => {
      const { rows, columns, locked, show, onChange } = now.current;
      if (!change || bar.locked || locked) return;
      const next = { row: bar.row, ...change };
      const first = columns[Math.max(0, next.start)];
      const last = columns[Math.min(columns.length, next.start + next.length) - 1];
      if (!first || !last) return;
      const who = rows.find((row) => row.id === next.row)?.name;
      show(bar.id, next, `${bar.title}: ${who}, ${first.label} to ${last.label}`);
      onChange({ id: bar.id, ...next });
    };
    const toRow = (bar, step) => {
      const { rows, focus } = now.current;
      const next = rows[rows.findIndex((row) => row.id === bar.row) + step];
      if (next) put(bar, { row: next.id, start: bar.start, length: bar.length });
      focus(bar.id);
    };
    const key = (event, bar) => {
      const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      const down = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      const remove = ["Delete", "Backspace"].includes(event.key) && !bar.locked && !now.current.locked;
      if (!by && !down && !remove) return;
      event.preventDefault();
      if (by) put(bar, event.shiftKey ? stretched(bar, by, false) : moved(bar, by));
      else if (remove) now.current.onRemove?.({ id: bar.id });
      else if (event.altKey) toRow(bar, down);
      else now.current.step(event.currentTarget, down);
    };
    const drag = (event, bar) => {
      if (bar.locked || now.current.locked) return;
      dragBar(event, now.current.width.current, {
        onMove: (by, row = bar.row) => {
          if (by || row !== bar.row) put(bar, { row, start: bar.start + by, length: bar.length });
        },
        onStretch: (by, left) => put(bar, stretched(bar, by, left)),
      });
    };
    const draw = (event, row) => {
      const { width, columns, onCreate } = now.current;
      dragNew(event, width.current, columns, (start, length) => onCreate({ row: row.id, start, length }));
    };
    const book = (row) => {
      const today = now.current.columns.findIndex((column) => column.today);
      now.current.onCreate({ row: row.id, start: Math.max(0, today), length: 1 });
    };
    const open = (event, bar) => {
      if (event.currentTarget.dataset.dragged === undefined) now.current.onOpen?.({ id: bar.id });
    };
    return { key, drag, draw, book, open };
  }, []);
}

export function Planner(props) {
  const { rows, columns, bars, label = "Bookings by person and week", locked = false, onCreate } = props;
  const root = useRef(null);
  const [width, size] = useWidth(root, columns.length);
  const [local, setLocal] = useState({});
  const [say, setSay] = useState("");
  useEffect(() => setLocal({}), [bars]); // the server's word is final
  const byRow = useBars(rows, bars, local);
  const now = useRef(props);
  now.current = {
    ...props,
    width,
    show: (id, change, words) => {
      setLocal((old) => ({ ...old, [id]: change }));
      setSay(words);
    },
    focus: (id) =>
      requestAnimationFrame(() =>
        requestAnimationFrame(() => root.current?.querySelector(`[data-id="${id}"]`)?.focus()),
      ),
    step: (bar, by) => {
      const all = [...root.current.querySelectorAll(".plan-bar")];
      all[all.indexOf(bar) + by]?.focus();
    },
  };
  const act = useActs(now);
  return (
    <div
      className="card plan"
      ref={root}
      style={size ?? undefined}
      tabIndex={0}
      role="region"
      aria-label={label}>
      <p id="plan-help" hidden>
        Left and right move, with Shift they stretch; Alt and up or down change the person; Enter opens,
        Delete removes.
      </p>
      {size ? (
        <div className="plan-head" aria-hidden="true">
          <span className="plan-corner" />
          {columns.map((column) => (
            <span key={column.id} className={column.today ? "today" : undefined}>
              {column.label}
            </span>
          ))}
        </div>
      ) : null}
      {size
        ? rows.map((row) => (
            <Row
              key={row.id}
              {...{ row, columns, act }}
              bars={byRow[row.id]}
              canCreate={Boolean(onCreate) && !locked}
            />
          ))
        : null}
      <p role="status" className="sr">
        {say}
      </p>
    </div>
  );
}
