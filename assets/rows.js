// Keys in tables: up, down (or k, j), Home and End move between rows, x selects. Nothing is sent.
const ROW = "tr[data-row]";
const WRITES = "input:not([type=checkbox]), textarea, select, [contenteditable='true']";

const checkbox = (row) => row.querySelector("input[type=checkbox]:not(:disabled)");
const mark = (row) => row?.querySelector("a.cover, button.cover") ?? (row && checkbox(row));

const place = (key, at, last) => {
  if (key === "ArrowDown" || key === "j") return Math.min(last, at + 1);
  if (key === "ArrowUp" || key === "k") return Math.max(0, at - 1);
  if (at < 0) return undefined;
  return { Home: 0, End: last }[key];
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const row = event.target.closest?.(ROW);
  const outside = !row && event.target === document.body && "jk".includes(event.key);
  if ((!row && !outside) || event.target.closest(WRITES) || document.querySelector("dialog[open]")) return;
  const table = row ? row.closest("table") : document.querySelector("main table[data-rows]");
  const rows = [...(table?.querySelectorAll(ROW) ?? [])];
  const to = mark(rows[place(event.key, rows.indexOf(row), rows.length - 1)]);
  const box = row && event.key === "x" && checkbox(row);
  if (!to && !box) return;
  event.preventDefault();
  box?.click?.();
  to?.focus();
  to?.scrollIntoView({ block: "nearest" });
});

addEventListener("click", (event) => {
  // the whole first cell selects, not only its box
  if (event.target.matches?.("td.pick")) checkbox(event.target)?.click();
});
