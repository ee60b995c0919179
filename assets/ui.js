// Keys in tables and menus, and the guard of unsaved forms. One listener each on the document; nothing is sent.
import { parse, show } from "/hours.js";

(() => {
  const ROW = "tr[data-row]", typing = (t) => t.closest?.("input:not([type=checkbox]), textarea, select, [contenteditable='true']");
  const mark = (row) => row?.querySelector("a.cover, button.cover") ?? row?.querySelector("input[type=checkbox]:not(:disabled)");

  addEventListener("keydown", (event) => {                       // rows: up, down, home, end, x selects
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target, row = target.closest?.(ROW);
    if (!row && target !== document.body) return;
    if (row && typing(target)) return;
    const table = row ? row.closest("table") : document.querySelector("main table[data-rows]");
    if (!table || document.querySelector("dialog[open]")) return;
    const rows = [...table.querySelectorAll(ROW)], at = rows.indexOf(row);
    const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: row && 0, End: row && rows.length - 1 }[event.key];
    if (to !== undefined && (row || event.key === "j" || event.key === "k")) {
      const next = mark(rows[Math.max(0, Math.min(rows.length - 1, to))]);
      if (next) { event.preventDefault(); next.focus(); next.scrollIntoView({ block: "nearest" }); }
    } else if (row && event.key === "x") {
      const box = row.querySelector("input[type=checkbox]:not(:disabled)");
      if (box) { event.preventDefault(); box.click(); }
    }
  });
  addEventListener("click", (event) => {                         // the whole first cell selects
    const cell = event.target.closest?.("td.pick");
    if (cell && event.target === cell) cell.querySelector("input:not(:disabled)")?.click();
  });

  addEventListener("toggle", (event) => {                        // menus: focus moves in
    const menu = event.target;
    if (menu.matches?.("[data-menu]") && event.newState === "open") menu.querySelector("[role=menuitem]:not(:disabled)")?.focus();
  }, true);
  addEventListener("keydown", (event) => {
    const menu = event.target.closest?.("[data-menu]");
    if (!menu) return;
    const items = [...menu.querySelectorAll("[role=menuitem]:not(:disabled)")], at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to !== undefined) { event.preventDefault(); items[(to + items.length) % items.length]?.focus(); }
    if (event.key === "Tab") menu.hidePopover();
  });
  addEventListener("click", (event) => {
    const item = event.target.closest?.("[role=menuitem], [data-close]"), menu = item?.closest("[popover]:popover-open");
    if (menu) setTimeout(() => menu.isConnected && menu.hidePopover());
  });

  const dirty = () => [...document.querySelectorAll("form[data-guard][data-dirty]")]   // sent: the answer replaces the form
    .find((form) => form.dataset.sent === undefined || Date.now() - form.dataset.at > 3000);
  addEventListener("input", (event) => {
    const form = event.target.form;
    if (form?.dataset.guard !== undefined) { form.dataset.dirty = ""; delete form.dataset.sent; }
  }, true);
  addEventListener("submit", (event) => {                        // a second press within a second does nothing
    const form = event.target, now = Date.now();
    if (form.getAttribute("aria-busy") === "true" || now - (form.dataset.at || 0) < 1000) {
      event.preventDefault(); event.stopImmediatePropagation();
      return;
    }
    form.dataset.at = now;
    if (form.dataset.guard !== undefined) form.dataset.sent = "";
  }, true);
  addEventListener("submit", (event) => {                        // unsent hours belong to who typed them
    if (!event.target.action?.endsWith("/auth/logout")) return;
    for (const key of Object.keys(localStorage)) if (key.startsWith("week:")) localStorage.removeItem(key);
  }, true);
  addEventListener("beforeunload", (event) => { if (dirty()) event.preventDefault(); });

  const ask = (form, leave) => {
    const dialog = document.createElement("dialog"), name = form.getAttribute("aria-label");
    dialog.className = "dialog narrow";
    dialog.setAttribute("aria-label", "Leave without saving?");
    dialog.innerHTML = '<header><h2>Leave without saving?</h2></header><div class="content"><p class="lead"></p><div class="form-foot">'
      + '<button type="button" class="button">Stay</button><button type="button" class="button danger">Leave</button></div></div>';
    dialog.querySelector(".lead").textContent = name ? `What you typed in “${name}” is lost.` : "What you typed is lost.";
    const [stay, go] = dialog.querySelectorAll("button");
    stay.onclick = () => dialog.close();
    go.onclick = () => { delete form.dataset.dirty; dialog.close(); leave(); };
    dialog.onclose = () => dialog.remove();
    document.body.append(dialog);
    dialog.showModal();
  };
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]"), form = link && dirty();
    if (!form || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || link.target === "_blank" || link.hasAttribute("download")) return;
    if (link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    event.stopPropagation();
    ask(form, () => link.click());
  }, true);
  globalThis.navigation?.addEventListener("navigate", (event) => {   // the browser's Back
    const form = event.navigationType === "traverse" && event.cancelable && dirty();
    if (!form) return;
    event.preventDefault();
    ask(form, () => navigation.traverseTo(event.destination.key));
  });

  addEventListener("focusout", (event) => {                      // shows how the hours were understood
    const input = event.target;
    if (input.dataset?.hours === undefined || !input.value.trim()) return;
    const minutes = parse(input.value);
    if (!Number.isNaN(minutes)) input.value = show(minutes) || "0:00";
  });
  addEventListener("click", (event) => {                         // copies what stands in the element of that id
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    navigator.clipboard?.writeText(button.dataset.copy).then(() => {
      button.dataset.copied = "";
      setTimeout(() => delete button.dataset.copied, 1500);
    });
  });
})();
