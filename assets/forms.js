// Forms: a half-filled one is not left by accident, a second press does nothing, hours show how they were read.
import { parse, show } from "/hours.js";

const GRACE = 3000; // ms after sending in which the answer replaces the form
const TWICE = 1000; // ms in which a second press is the same press

const answered = new WeakSet(); // forms whose first wrong field was shown since they were sent

const guarded = (form) => form?.dataset?.guard !== undefined;
const waits = (form) => form.dataset.sent !== undefined && Date.now() - form.dataset.at < GRACE;
const unsaved = () =>
  [...document.querySelectorAll("form[data-guard][data-dirty]")].find((form) => !waits(form));

addEventListener(
  "input",
  ({ target }) => {
    if (!guarded(target.form)) return;
    target.form.dataset.dirty = "";
    delete target.form.dataset.sent;
  },
  true,
);

addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.getAttribute("aria-busy") === "true" || Date.now() - (form.dataset.at || 0) < TWICE) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    form.dataset.at = Date.now();
    if (guarded(form)) form.dataset.sent = "";
    answered.delete(form);
    if (form.action.endsWith("/auth/logout")) forgetHours();
  },
  true,
);

// What was changed since may be sent at once.
addEventListener("input", ({ target }) => {
  if (target.form) delete target.form.dataset.at;
});

addEventListener("click", ({ target }) => {
  const unfold = target.closest?.("[data-unfold]");
  if (!unfold) return;
  const open = unfold.getAttribute("aria-expanded") !== "true";
  unfold.setAttribute("aria-expanded", String(open));
  if (open) unfold.nextElementSibling?.querySelector("input, select, textarea")?.focus();
});

// In a long form the first thing that is wrong may lie out of sight.
new MutationObserver((changes) => {
  for (const { target } of changes) {
    const form = target.form;
    if (!form?.dataset.at || answered.has(form) || target.getAttribute("aria-invalid") !== "true") continue;
    answered.add(form);
    const first = form.querySelector("[aria-invalid=true]");
    first.focus({ preventScroll: true });
    first.scrollIntoView({ block: "center" });
  }
}).observe(document, { subtree: true, attributeFilter: ["aria-invalid"] });

// Hours that were not sent belong to who typed them.
function forgetHours() {
  for (const key of Object.keys(localStorage)) if (key.startsWith("week:")) localStorage.removeItem(key);
}

addEventListener("focusout", ({ target }) => {
  if (target.dataset?.hours === undefined || !target.value.trim()) return;
  const minutes = parse(target.value);
  if (!Number.isNaN(minutes)) target.value = show(minutes) || "0:00";
});

const QUESTION = `
  <header><h2>Leave without saving?</h2></header>
  <div class="content">
    <p class="lead"></p>
    <div class="form-foot">
      <button type="button" class="button">Stay</button>
      <button type="button" class="button danger">Leave</button>
    </div>
  </div>`;

function ask(form, leave) {
  const name = form.getAttribute("aria-label");
  const dialog = document.createElement("dialog");
  dialog.className = "dialog narrow";
  dialog.setAttribute("aria-label", "Leave without saving?");
  dialog.innerHTML = QUESTION;
  dialog.querySelector("p").textContent = `What you typed${name ? ` in “${name}”` : ""} is lost.`;
  const [stay, go] = dialog.querySelectorAll("button");
  stay.onclick = () => dialog.close();
  go.onclick = () => {
    delete form.dataset.dirty;
    dialog.close();
    leave();
  };
  dialog.onclose = () => dialog.remove();
  document.body.append(dialog);
  dialog.showModal();
}

addEventListener("beforeunload", (event) => {
  if (unsaved()) event.preventDefault();
});

const leads = (link, event) =>
  !event.defaultPrevented &&
  !event.button &&
  !event.ctrlKey &&
  !event.metaKey &&
  link.target !== "_blank" &&
  !link.hasAttribute("download") &&
  !link.getAttribute("href").startsWith("#");

addEventListener(
  "click",
  (event) => {
    const link = event.target.closest?.("a[href]");
    const form = link && leads(link, event) && unsaved();
    if (!form) return;
    event.preventDefault();
    event.stopPropagation();
    ask(form, () => link.click());
  },
  true,
);

// The browser's Back.
globalThis.navigation?.addEventListener("navigate", (event) => {
  const form = event.navigationType === "traverse" && event.cancelable && unsaved();
  if (!form) return;
  event.preventDefault();
  ask(form, () => navigation.traverseTo(event.destination.key));
});
