// Three dots whose menu exists only while it is open: a table has one in every row.
import { useEffect, useId, useRef, useState } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

export function MenuButton({ label = "More", icon = "dots", children }) {
  const [open, setOpen] = useState(false),
    sheet = useRef(null),
    button = useRef(null),
    name = `--m${useId().replace(/\W/g, "")}`;
  useEffect(() => {
    if (!open) return;
    sheet.current.showPopover({ source: button.current });
  }, [open]);
  const toggled = (e) => {
    if (e.newState === "closed" && e.target === sheet.current) setOpen(false);
  };
  return (
    <>
      <button
        ref={button}
        type="button"
        className="icon-button"
        aria-label={label}
        aria-haspopup="menu"
        aria-expanded={open}
        style={{ anchorName: name }}
        onClick={() => setOpen(!open)}>
        <Icon name={icon} />
      </button>
      {open ? (
        <div
          ref={sheet}
          popover="auto"
          className="menu"
          role="menu"
          data-menu=""
          aria-label={label}
          style={{ positionAnchor: name }}
          onToggle={toggled}>
          {children}
        </div>
      ) : null}
    </>
  );
}
