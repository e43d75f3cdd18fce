// What htmx cannot do by attributes: one native dialog, and a word when the server does not answer.
const dialog = document.getElementById("dialog");

// An alert belongs to the page until the dialog is open: what it told then is old.
let openedBy = "";
const open = () => {
  openedBy = document.activeElement.id;
  dialog.querySelectorAll(".alerts, .toasts").forEach((place) => place.replaceChildren());
  dialog.showModal();
  first().focus();
};
// What the dialog is for, not the button that closes it.
const FIELDS = "input:not([type=hidden]), select, textarea";
const first = () => {
  const frame = dialog.querySelector(".frame");
  return frame.querySelector("[autofocus]") ?? frame.querySelector(FIELDS) ?? frame.querySelector("h2") ?? frame;
};

let heldFocus = false;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  heldFocus = detail.target.contains(document.activeElement);
});

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  const frame = detail.target.closest(".frame");
  if (frame && dialog.contains(frame) && !dialog.open) open();
  // What had the focus was swapped away: without this a keyboard would start again at the top of the page.
  if (frame && heldFocus && document.activeElement === document.body) frame.focus({ preventScroll: true });
});

// A link that leads away from a dialog's page only has to close the dialog.
dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-closes-dialog]")) return;
  event.preventDefault();
  dialog.close();
});

// What is left inside would have the same ids as what is opened next.
dialog.addEventListener("close", () => {
  dialog.querySelector(".frame").replaceChildren();
  // The browser gives the focus back to what opened the dialog, but not if that was swapped meanwhile.
  const left = document.activeElement === document.body || dialog.contains(document.activeElement);
  if (left) document.getElementById(openedBy)?.focus();
});

const silence = () => document.querySelectorAll("[data-no-answer]").forEach((alert) => alert.remove());

const sayNoAnswer = () => {
  // A poll that fails says it once, not every two seconds.
  if (document.querySelector("[data-no-answer]")) return;
  const template = document.getElementById("no-answer");
  document.querySelectorAll(".alerts").forEach((place) => place.append(template.content.cloneNode(true)));
};
for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"])
  document.addEventListener(failure, sayNoAnswer);
document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  if (detail.successful) silence();
});
