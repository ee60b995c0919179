// Dragging a card by mouse or finger, without React between the first and the last pixel.
const HOLD = 280; // ms that a finger rests before it drags instead of scrolling
const SLACK = 5;
const EDGE = 56;
const SPEED = 14;

export function dragCard(event, root, { onLift, onDrop }) {
  if (event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const card = event.currentTarget;
  const item = card.closest("[data-item]");
  const byTouch = event.pointerType === "touch";
  const from = { x: event.clientX, y: event.clientY, left: root.scrollLeft, top: window.scrollY };
  const at = { x: from.x, y: from.y };
  let going = false;
  let frame = 0;
  let over = null;

  const lift = () => {
    going = true;
    card.setPointerCapture(event.pointerId);
    root.dataset.dragging = "";
    item.classList.add("dragging");
    onLift();
    frame = requestAnimationFrame(follow);
  };
  const timer = byTouch ? setTimeout(lift, HOLD) : 0;

  const find = () => {
    item.style.visibility = "hidden";
    const hit = document.elementFromPoint(at.x, at.y);
    item.style.visibility = "";
    return hit?.closest("[data-column]") ?? null;
  };
  const index = (column) => {
    const others = [...column.querySelectorAll("[data-item]")].filter((one) => one !== item);
    return others.filter((one) => {
      const box = one.getBoundingClientRect();
      return box.top + box.height / 2 < at.y;
    }).length;
  };
  const mark = (column) => {
    if (over !== column) over?.removeAttribute("data-over");
    over = column;
    over?.setAttribute("data-over", "");
  };
  const draw = () => {
    const dx = at.x - from.x + root.scrollLeft - from.left;
    const dy = at.y - from.y + window.scrollY - from.top;
    item.style.transform = `translate(${dx}px, ${dy}px)`;
  };
  const follow = () => {
    if (!going) return;
    const box = root.getBoundingClientRect();
    if (at.x > box.right - EDGE) root.scrollLeft += SPEED;
    else if (at.x < box.left + EDGE) root.scrollLeft -= SPEED;
    if (at.y > window.innerHeight - EDGE) window.scrollBy(0, SPEED);
    else if (at.y < EDGE) window.scrollBy(0, -SPEED);
    draw();
    mark(find());
    frame = requestAnimationFrame(follow);
  };
  const move = (e) => {
    at.x = e.clientX;
    at.y = e.clientY;
    const far = Math.hypot(at.x - from.x, at.y - from.y) > SLACK;
    if (!going && far && byTouch) end();
    else if (!going && far) lift();
  };
  const end = () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    card.removeEventListener("pointermove", move);
    card.removeEventListener("pointerup", up);
    card.removeEventListener("pointercancel", end);
    window.removeEventListener("keydown", escape, true);
    going = false;
    mark(null);
    delete root.dataset.dragging;
    item.classList.remove("dragging");
    item.style.transform = "";
  };
  const up = (e) => {
    const dragged = going;
    at.x = e.clientX;
    at.y = e.clientY;
    const column = dragged ? find() : null;
    const place = column ? index(column) : 0;
    end();
    if (!dragged) return;
    card.dataset.dragged = "";
    setTimeout(() => delete card.dataset.dragged);
    if (column) onDrop(column.dataset.column, place);
  };
  const escape = (e) => {
    if (e.key !== "Escape" || !going) return;
    e.stopPropagation();
    card.dataset.dragged = "";
    setTimeout(() => delete card.dataset.dragged, 300);
    end();
  };
  card.addEventListener("pointermove", move);
  card.addEventListener("pointerup", up);
  card.addEventListener("pointercancel", end);
  window.addEventListener("keydown", escape, true);
}

// A finger that drags must not scroll: only a listener that may prevent can say so.
export function holdScroll(root) {
  const hold = (e) => {
    if (root.dataset.dragging !== undefined && e.cancelable) e.preventDefault();
  };
  root.addEventListener("touchmove", hold, { passive: false });
  root.addEventListener("contextmenu", hold);
  return () => {
    root.removeEventListener("touchmove", hold);
    root.removeEventListener("contextmenu", hold);
  };
}
