import { useEffect } from "react";

export function FocusOn({ target }) {
  // "id#n": n grows so that the same field can be focused twice
  useEffect(() => {
    if (!target) return;
    const element = document.getElementById(target.split("#")[0]);
    element?.focus();
    element?.scrollIntoView({ block: "nearest" });
  }, [target]);
  return null;
}
