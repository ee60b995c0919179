// Sends what was typed after a short rest; what stands in the box is never overwritten while one types.
import { useEffect, useRef, useState } from "react";
import { Icon } from "$/public/external/psa_app/components/icons/icons.jsx";

export function SearchBox({ value = "", label, placeholder, onSearch }) {
  const [text, setText] = useState(value),
    rest = useRef(),
    input = useRef(null),
    sent = useRef(value);
  useEffect(() => {
    if (value !== sent.current) {
      sent.current = value;
      setText(value);
    }
  }, [value]);
  const send = (next) => {
    clearTimeout(rest.current);
    if (next !== sent.current) {
      sent.current = next;
      onSearch?.(next);
    }
  };
  const type = (next) => {
    setText(next);
    clearTimeout(rest.current);
    rest.current = setTimeout(() => send(next.trim()), 180);
  };
  return (
    <div className="search" role="search">
      <div className="box">
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          aria-label={label || "Search"}
          placeholder={placeholder || "Search"}
          value={text}
          autoComplete="off"
          spellCheck="false"
          onChange={(e) => type(e.target.value)}
          onKeyDown={(e) => {
            if (e.key === "Enter") {
              e.preventDefault();
              send(text.trim());
            }
            if (e.key === "Escape") {
              if (text) {
                e.stopPropagation();
                setText("");
                send("");
              } else input.current.blur();
            }
          }}
        />
      </div>
    </div>
  );
}
