// Columns with cards. A move is shown at once; the server's next word is final.
import { useEffect, useMemo, useRef, useState } from "react";
import { dragCard, holdScroll } from "$/public/external/psa_app/components/board/board_drag.js";
import { Column } from "$/public/external/psa_app/components/board/board_card.jsx";

const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

// The list with a card at a place of a column, and that place.
function put(list, id, column, index) {
  const card = list.find((one) => one.id === id);
  const rest = list.filter((one) => one.id !== id);
  const inside = rest.filter((one) => one.column === column);
  const place = Math.max(0, Math.min(index, inside.length));
  const at = place < inside.length ? rest.indexOf(inside[place]) : rest.length;
  return [[...rest.slice(0, at), { ...card, column }, ...rest.slice(at)], place];
}

// What can be done, always with the newest props, in one object that never changes.
function useActs(now) {
  return useMemo(() => {
    const name = (id) => now.current.columns.find((one) => one.id === id)?.name;
    const drop = (card, column, index, before) => {
      const [list, place] = put(now.current.list, card.id, column, index);
      const stays = column === before.column && place === before.index;
      now.current.setHeld(null);
      now.current.setLocal(stays ? null : list);
      now.current.setSay(`${card.title}: ${name(column)}, place ${place + 1}.`);
      if (!stays) now.current.onMove({ id: card.id, column, index: place, before: before.column });
    };
    const where = (card) => {
      const one = now.current.list.find((other) => other.id === card.id);
      const inside = now.current.list.filter((other) => other.column === one.column);
      return { column: one.column, index: inside.indexOf(one), inside };
    };
    const lift = (card) => {
      const { column, index } = where(card);
      now.current.setHeld({ id: card.id, column, index });
      now.current.setSay(`${card.title} picked up. Arrows move it, Space drops it, Escape puts it back.`);
    };
    const back = (card) => {
      now.current.setHeld(null);
      now.current.setLocal(null);
      now.current.setSay(`${card.title} is where it was.`);
      now.current.focus(card.id);
    };
    const arrow = (card, [dx, dy], held) => {
      const { columns, list, setLocal, setSay, focus } = now.current;
      const { column, index, inside } = where(card);
      const to = columns[columns.findIndex((one) => one.id === column) + dx];
      if (!to) return;
      if (!held) {
        const next = dx ? list.find((one) => one.column === to.id) : inside[index + dy];
        if (next) focus(next.id);
        return;
      }
      const [moved, place] = put(list, card.id, to.id, dx ? 0 : index + dy);
      setLocal(moved);
      setSay(`${to.name}, place ${place + 1}`);
      focus(card.id);
    };
    const key = (event, card) => {
      const { held, locked } = now.current;
      const mine = held?.id === card.id;
      if (STEPS[event.key]) arrow(card, STEPS[event.key], mine);
      else if (event.key === " " && !locked && !mine) lift(card);
      else if (mine && (event.key === " " || event.key === "Enter")) {
        const { column, index } = where(card);
        drop(card, column, index, held);
        now.current.focus(card.id);
      } else if (mine && event.key === "Escape") back(card);
      else return;
      event.preventDefault();
      event.stopPropagation();
    };
    const drag = (event, card) => {
      if (now.current.locked) return;
      const before = where(card);
      dragCard(event, now.current.root.current, {
        onLift: () => now.current.setHeld(null),
        onDrop: (column, index) => drop(card, column, index, before),
      });
    };
    const click = (event) => {
      if (event.currentTarget.dataset.dragged !== undefined) event.preventDefault();
    };
    return { key, drag, click };
  }, []);
}

export function Board({ columns, cards, label, locked = false, epoch = 0, onMove }) {
  const root = useRef(null);
  const [local, setLocal] = useState(null);
  const [held, setHeld] = useState(null);
  const [say, setSay] = useState("");
  useEffect(() => {
    setLocal(null);
    setHeld(null);
  }, [cards, epoch]);
  useEffect(() => holdScroll(root.current), []);
  const list = local ?? cards;
  const now = useRef({});
  const focus = (id) =>
    requestAnimationFrame(() =>
      requestAnimationFrame(() => root.current?.querySelector(`[data-card="${id}"]`)?.focus()),
    );
  now.current = { root, columns, list, held, locked, onMove, setLocal, setHeld, setSay, focus };
  const act = useActs(now);
  return (
    <>
      <div className="board" ref={root} role="region" aria-label={label} tabIndex={0}>
        {columns.map((column) => (
          <Column
            key={column.id}
            column={column}
            cards={list.filter((card) => card.column === column.id)}
            held={held?.id}
            act={act}
          />
        ))}
      </div>
      <p id="board-help" hidden>
        Enter opens. Space picks up, then arrows move, Space drops, Escape puts back.
      </p>
      <p role="status" className="sr">
        {say}
      </p>
    </>
  );
}
