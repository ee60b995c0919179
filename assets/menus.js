// Menus on the popover API: the focus moves in, arrows move it, a choice closes. Also: copy by a button.
const ITEMS = "[role=menuitem]:not(:disabled)";

addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (event.newState === "open" && menu.matches?.("[data-menu]")) menu.querySelector(ITEMS)?.focus();
  },
  true,
);

addEventListener("keydown", (event) => {
  const menu = event.target.closest?.("[data-menu]");
  if (!menu) return;
  if (event.key === "Tab") menu.hidePopover();
  const items = [...menu.querySelectorAll(ITEMS)];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  items[(to + items.length) % items.length]?.focus();
});

addEventListener("click", (event) => {
  const chosen = event.target.closest?.("[role=menuitem], [data-close]");
  const menu = chosen?.closest("[popover]:popover-open");
  if (menu) setTimeout(() => menu.isConnected && menu.hidePopover());
});

addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.dataset.copied = "";
  setTimeout(() => delete button.dataset.copied, 1500);
});

// The open tab is in view where the tabs are wider than the screen; afterwards they stay where they are put.
const brought = new WeakMap();
let waits = 0;
const bring = () => {
  waits = 0;
  for (const tab of document.querySelectorAll("nav.tabs > a[aria-current]")) {
    const row = tab.parentElement;
    if (brought.get(row) === tab) continue;
    brought.set(row, tab);
    if (row.scrollWidth > row.clientWidth)
      row.scrollLeft += tab.getBoundingClientRect().left - row.getBoundingClientRect().left - 24;
  }
};
new MutationObserver(() => (waits ||= requestAnimationFrame(bring))).observe(document.documentElement, {
  attributeFilter: ["aria-current"],
  childList: true,
  subtree: true,
});
