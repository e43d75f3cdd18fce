// The page around the content: keys, menus, busy buttons, toasts. Everything works without it.
const USE_KEYS = "use-keys";
const usesKeys = () => localStorage.getItem(USE_KEYS) !== "no";

const press = (key) => document.querySelector(`[data-key="${CSS.escape(key)}"]`)?.click();
const search = () => {
  const field = document.querySelector("main [role=search] input[type=search]");
  if (!field) return press("/");
  field.focus();
  field.select();
};

let goes = false;
document.addEventListener("keydown", (event) => {
  const { key, target } = event;
  const taken = event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select");
  if (taken || document.querySelector("dialog[open]") || !usesKeys()) return;
  if (goes) press(key);
  else if (key === "/") search();
  else if (key === "?") press("?");
  else if (key !== "g") return;
  goes = key === "g" && !goes;
  event.preventDefault();
});

// Whoever types by voice, or often by mistake, can turn the keys off.
document.addEventListener("change", ({ target }) => {
  if (target.id === USE_KEYS) localStorage.setItem(USE_KEYS, target.checked ? "yes" : "no");
});
const showChoice = () => {
  const choice = document.getElementById(USE_KEYS);
  if (choice) choice.checked = usesKeys();
};
showChoice();
document.addEventListener("htmx:afterSwap", showChoice);

// A menu closes by Escape and by a click elsewhere.
const closeMenus = (but) =>
  document.querySelectorAll("details.menu[open]").forEach((menu) => {
    if (!but || !menu.contains(but)) menu.open = false;
  });
document.addEventListener("click", ({ target }) => {
  closeMenus(target.closest(".panel a") ? null : target);
});
document.addEventListener("keydown", ({ key, target }) => {
  const menu = target.closest("details.menu[open]");
  if (key !== "Escape" || !menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});

// The button of a request that runs shows so, and does nothing when pressed again.
const setBusy = (button, busy) => {
  if (busy) button?.setAttribute("aria-busy", "true");
  else button?.removeAttribute("aria-busy");
};
document.addEventListener(
  "submit",
  (event) => {
    if (event.submitter?.getAttribute("aria-busy") !== "true") return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
document.addEventListener("submit", ({ target, submitter, defaultPrevented }) => {
  // A plain form leaves the page. What downloads a file, or closes a dialog, does not.
  if (!defaultPrevented && target.method === "post" && !target.hasAttribute("data-stays")) setBusy(submitter, true);
});
const pressed = ({ elt, requestConfig }) =>
  requestConfig?.triggeringEvent?.submitter ?? (elt.matches("a.btn") ? elt : null);
document.addEventListener("htmx:beforeRequest", ({ detail }) => setBusy(pressed(detail), true));
document.addEventListener("htmx:afterRequest", ({ detail }) => setBusy(pressed(detail), false));
window.addEventListener("pageshow", () => {
  document.querySelectorAll("[aria-busy=true]").forEach((button) => setBusy(button, false));
});

// A toast goes after a while, but not while it is read with the mouse or the keyboard.
const TOAST_MS = 10_000;
const dismiss = (toast) => {
  if (toast.matches(":hover, :focus-within")) setTimeout(dismiss, TOAST_MS, toast);
  else toast.remove();
};
const watch = () =>
  document.querySelectorAll(".toasts > :not([data-seen])").forEach((toast) => {
    toast.setAttribute("data-seen", "");
    setTimeout(dismiss, TOAST_MS, toast);
  });
watch();
document.addEventListener("htmx:oobAfterSwap", watch);
