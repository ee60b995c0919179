// Moving, stretching and creating by pointer, without React between the first and the last pixel.
const track = (element, event, move, done) => {
  element.setPointerCapture(event.pointerId);
  const up = (e) => {
    element.removeEventListener("pointermove", move);
    element.removeEventListener("pointerup", up);
    element.removeEventListener("pointercancel", up);
    done(e, e.type === "pointercancel");
  };
  element.addEventListener("pointermove", move);
  element.addEventListener("pointerup", up);
  element.addEventListener("pointercancel", up);
};

export function dragBar(event, width, { onMove, onStretch }) {
  if (event.button || event.pointerType === "touch") return;
  const bar = event.currentTarget;
  const edge = event.target.dataset.edge;
  const [x, y] = [event.clientX, event.clientY];
  const [left, full] = [bar.offsetLeft, bar.offsetWidth];
  let dx = 0;
  let going = false;
  track(
    bar,
    event,
    (e) => {
      const dy = e.clientY - y;
      dx = e.clientX - x;
      if (!going && Math.hypot(dx, dy) < 4) return;
      going = true;
      bar.classList.add("dragging");
      if (edge === "right") bar.style.width = `${Math.max(width - 4, full + dx)}px`;
      else if (edge === "left") {
        const by = Math.min(dx, full - width + 4);
        bar.style.left = `${left + by}px`;
        bar.style.width = `${full - by}px`;
      } else bar.style.transform = `translate(${dx}px, ${dy}px)`;
    },
    (e, cancelled) => {
      bar.classList.remove("dragging");
      bar.style.transform = bar.style.width = bar.style.left = "";
      if (cancelled || !going) return;
      bar.dataset.dragged = "";
      setTimeout(() => delete bar.dataset.dragged);
      const by = Math.round(dx / width);
      if (edge) {
        onStretch(by, edge === "left");
        return;
      }
      bar.style.visibility = "hidden";
      const row = document.elementFromPoint(e.clientX, e.clientY)?.closest("[data-plan-row]")
        ?.dataset.planRow;
      bar.style.visibility = "";
      onMove(by, row);
    },
  );
}

export function dragNew(event, width, columns, onCreate) {
  if (event.button || event.pointerType === "touch" || event.target !== event.currentTarget) return;
  const lane = event.currentTarget;
  const box = lane.getBoundingClientRect();
  const first = Math.floor((event.clientX - box.left) / width);
  const ghost = document.createElement("div");
  let start = first;
  let length = 1;
  ghost.className = "plan-ghost";
  const draw = () => {
    ghost.style.left = `${start * width + 2}px`;
    ghost.style.width = `${length * width - 4}px`;
    ghost.textContent =
      length === 1 ? columns[start].label : `${columns[start].label} to ${columns[start + length - 1].label}`;
  };
  ghost.style.top = `${Math.max(22, event.clientY - box.top - 11)}px`;
  lane.append(ghost);
  draw();
  track(
    lane,
    event,
    (e) => {
      const at = Math.max(0, Math.min(columns.length - 1, Math.floor((e.clientX - box.left) / width)));
      start = Math.min(first, at);
      length = Math.abs(at - first) + 1;
      draw();
    },
    (_, cancelled) => {
      ghost.remove();
      if (!cancelled) onCreate(start, length);
    },
  );
}
