// Light, dark or as the system says. assets/theme.js sets the page's colours before it is painted.
import { useEffect, useState } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

const CHOICES = [
  ["light", "sun", "Light"],
  ["dark", "moon", "Dark"],
  ["system", "screen", "As the system"],
];

export function ThemeSwitch() {
  const [choice, setChoice] = useState("system");
  useEffect(() => {
    const read = () => setChoice(localStorage.getItem("theme") || "system");
    read();
    addEventListener("themechange", read);
    return () => removeEventListener("themechange", read);
  }, []);
  const pick = (value) => dispatchEvent(new CustomEvent("picktheme", { detail: value }));
  const key = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    const at = CHOICES.findIndex(([value]) => value === choice);
    pick(CHOICES[(at + step + 3) % 3][0]);
    event.currentTarget.children[(at + step + 3) % 3].focus();
  };
  return (
    <div className="segmented" role="radiogroup" aria-label="Colours" onKeyDown={key}>
      {CHOICES.map(([value, icon, label]) => (
        <button
          key={value}
          type="button"
          role="radio"
          aria-checked={choice === value}
          aria-label={label}
          title={label}
          tabIndex={choice === value ? 0 : -1}
          onClick={() => pick(value)}>
          <Icon name={icon} />
        </button>
      ))}
    </div>
  );
}
