// Shows each toast of the server once, one line each, and takes it away by itself.
import { useEffect, useRef, useState } from "react";
import { Link } from "react-router";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

const SEEN = "toast-seen";
const seen = () => Number(sessionStorage.getItem(SEEN) || 0);
// What still shows. An act that leads to another page takes its frame away, and the frame of the next page
// goes on with these.
let alive = [];
const ICON = { ok: "check", bad: "warning", info: "info" };

function Line({ toast, onUndo, gone }) {
  const timer = useRef(),
    rest = useRef(toast.undo || toast.kind === "bad" ? 10000 : 5000);
  const go = () => {
    timer.current = setTimeout(gone, rest.current);
  };
  const hold = () => clearTimeout(timer.current);
  useEffect(() => {
    go();
    return hold;
  }, []);
  return (
    <div
      className={`toast ${toast.kind || "ok"}`}
      onMouseEnter={hold}
      onMouseLeave={go}
      onFocus={hold}
      onBlur={go}>
      <Icon name={ICON[toast.kind] ?? "check"} />
      <p>{toast.text}</p>
      {toast.href ? (
        <Link to={toast.href} onClick={gone}>
          {toast.link || "Open"}
        </Link>
      ) : null}
      {toast.undo ? (
        <button
          type="button"
          onClick={() => {
            onUndo?.(toast.id);
            gone();
          }}>
          {toast.undo}
        </button>
      ) : null}
      <button type="button" className="close" aria-label="Dismiss" onClick={gone}>
        <Icon name="x" />
      </button>
    </div>
  );
}

export function Toasts({ toasts, onUndo }) {
  const [shown, setShown] = useState(alive),
    box = useRef(null);
  const show = (toasts) => {
    alive = toasts;
    setShown(toasts);
  };
  useEffect(() => {
    const fresh = (toasts ?? []).filter((t) => t.id > seen());
    if (!fresh.length) return;
    sessionStorage.setItem(SEEN, Math.max(...fresh.map((t) => t.id)));
    show([...alive, ...fresh].slice(-3));
  }, [toasts]);
  useEffect(() => {
    // above an open dialog too: the newest popover lies on top
    const element = box.current;
    if (!element?.showPopover) return;
    if (element.matches(":popover-open")) element.hidePopover();
    if (shown.length) element.showPopover();
  }, [shown]);
  return (
    <>
      <p className="sr" role="status">
        {shown.at(-1)?.text}
      </p>
      <div className="toasts" popover="manual" ref={box} role="group" aria-label="Messages">
        {shown.map((t) => (
          <Line
            key={t.id}
            toast={t}
            onUndo={onUndo}
            gone={() => show(alive.filter((x) => x.id !== t.id))}
          />
        ))}
      </div>
    </>
  );
}
