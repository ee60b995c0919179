// The app's only global keys, and the list that says what they are.
import { useEffect } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

const BUSY = "input, textarea, select, [contenteditable='true'], [role='menu']";
const MAC = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);
const KEYS = [
  ["Search, go anywhere, do anything", [MAC ? "⌘" : "Ctrl", "K"]],
  ["Search", ["/"]],
  ["Start or stop the timer", ["T"]],
  ["Something new", ["N"]],
  ["Next or previous row", ["↓", "↑"]],
  ["Open the row", ["Enter"]],
  ["Select the row", ["X"]],
  ["Close", ["Esc"]],
  ["This list", ["?"]],
];

// The button that a letter presses on this page, if there is one; N also means the page's own new, then the menu.
const pressed = (letter, newMenu) => {
  const main = document.querySelector("main");
  const own = main?.querySelector(`[data-key="${letter}"]`);
  if (own || letter !== "n") return own;
  return main?.querySelector("[data-new]") ?? document.querySelector(`[popovertarget="${newMenu}"]`);
};

export function useKeys({ toggle, show, help, newMenu, onTimer }) {
  useEffect(() => {
    const searched = () => {
      const box = document.querySelector("main input[type=search]");
      if (!box) return show();
      box.focus();
      return box.select();
    };
    const meaning = (event) => {
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "k") return toggle;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return null;
      if (event.target.closest?.(BUSY) || document.querySelector("dialog[open]")) return null;
      if (event.key === "/") return searched;
      if (event.key === "?") return help;
      const letter = event.key.toLowerCase();
      if (!/^[a-z]$/.test(letter)) return null;
      if (letter === "t") return onTimer;
      const row = letter === "n" && document.getElementById("week-add");
      if (row) return () => row.focus();
      const button = pressed(letter, newMenu);
      return button && (() => button.click());
    };
    const key = (event) => {
      const act = meaning(event);
      if (!act) return;
      event.preventDefault();
      act();
    };
    const press = (event) => {
      if (event.target.closest?.("[data-palette]")) show();
      else if (event.target.closest?.("[data-keys]")) help();
    };
    addEventListener("keydown", key);
    addEventListener("click", press);
    return () => {
      removeEventListener("keydown", key);
      removeEventListener("click", press);
    };
  }, [newMenu, onTimer]);
}

export function KeyList({ dialog, more }) {
  const close = () => dialog.current.close();
  return (
    <dialog
      ref={dialog}
      className="dialog narrow"
      aria-labelledby="keys-title"
      onMouseDown={(event) => event.target === dialog.current && close()}>
      <header>
        <h2 id="keys-title">Keys</h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={close}>
          <Icon name="x" />
        </button>
      </header>
      <div className="content">
        <dl className="keylist">
          {[...KEYS, ...(more ?? [])].map(([what, keys]) => (
            <div key={what}>
              <dt>{what}</dt>
              <dd>
                {keys.map((name) => (
                  <kbd key={name}>{name}</kbd>
                ))}
              </dd>
            </div>
          ))}
        </dl>
      </div>
    </dialog>
  );
}
