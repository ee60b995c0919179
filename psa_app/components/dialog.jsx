// A native <dialog> that the server opens and closes. showModal keeps the focus inside and gives it back.
import { useEffect, useId, useRef, useState } from "react";
import { useLocation } from "react-router";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

const first = (dialog) =>
  dialog.querySelector("[autofocus], [data-autofocus]") ??
  dialog.querySelector(".content :is(input, select, textarea):not([type=hidden], :disabled)");

// A picker arrives a moment later than the rest; who is in another field by then stays there.
function focusFirst(dialog) {
  const given = first(dialog);
  given?.focus();
  const kept = document.activeElement;
  setTimeout(() => {
    const now = first(dialog);
    const moved = document.activeElement !== kept && document.activeElement !== document.body;
    if (dialog.open && now !== given && !moved && !dialog.querySelector("form[data-dirty]")) now?.focus();
  }, 100);
}

// What is left open does not wait on the next page, nor here for who comes back.
function useClosedOnLeaving(dialog, open, onClose) {
  const { pathname } = useLocation();
  const latest = useRef({});
  useEffect(() => {
    latest.current = { open, onClose };
  });
  useEffect(
    () => () => {
      if (!latest.current.open) return;
      dialog.current?.close();
      latest.current.onClose?.();
    },
    [pathname],
  );
}

export function Dialog({ open, heading, size = "", onClose, children }) {
  const dialog = useRef(null),
    title = useId();
  const [asking, setAsking] = useState(false);
  useClosedOnLeaving(dialog, open, onClose);
  useEffect(() => {
    const element = dialog.current;
    if (open && !element.open) {
      element.showModal();
      focusFirst(element);
    }
    if (!open && element.open) element.close();
    if (!open) setAsking(false);
  }, [open]);
  const close = () => {
    setAsking(false);
    dialog.current.close();
    onClose?.();
  };
  const tryClose = () => {
    if (dialog.current.querySelector("form[data-dirty]") && !asking) setAsking(true);
    else close();
  };
  return (
    <dialog
      ref={dialog}
      className={`dialog ${size}`}
      aria-labelledby={title}
      onCancel={(e) => {
        if (e.target === dialog.current) {
          e.preventDefault();
          tryClose();
        }
      }}
      onMouseDown={(e) => {
        if (e.target === dialog.current) tryClose();
      }}>
      {open ? (
        <>
          <header>
            <h2 id={title}>{heading}</h2>
            <button type="button" className="icon-button" aria-label="Close" onClick={tryClose}>
              <Icon name="x" />
            </button>
          </header>
          <div className="content" tabIndex={-1}>
            {children}
          </div>
          {asking ? (
            <div className="ask" role="alert">
              <p>Close without saving what you typed?</p>
              <button type="button" className="button small" autoFocus onClick={() => setAsking(false)}>
                Keep editing
              </button>
              <button type="button" className="button small danger" onClick={close}>
                Discard
              </button>
            </div>
          ) : null}
        </>
      ) : null}
    </dialog>
  );
}
