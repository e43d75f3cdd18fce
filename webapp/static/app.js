// What htmx cannot do by attributes: one native dialog, and a word when the server does not answer.
const dialog = document.getElementById("dialog");

document.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target === dialog.querySelector(".frame") && !dialog.open) dialog.showModal();
});

// A link that leads away from a dialog's page only has to close the dialog.
dialog.addEventListener("click", (event) => {
  if (!event.target.closest("[data-closes-dialog]")) return;
  event.preventDefault();
  dialog.close();
});

// What is left inside would have the same ids as what is opened next.
dialog.addEventListener("close", () => dialog.querySelector(".frame").replaceChildren());

const silence = () => document.querySelectorAll("[data-no-answer]").forEach((alert) => alert.remove());

const sayNoAnswer = () => {
  silence();
  const template = document.getElementById("no-answer");
  document.querySelectorAll(".alerts").forEach((place) => place.append(template.content.cloneNode(true)));
};
for (const failure of ["htmx:sendError", "htmx:timeout", "htmx:responseError"])
  document.addEventListener(failure, sayNoAnswer);
document.addEventListener("htmx:afterOnLoad", ({ detail }) => {
  if (detail.successful) silence();
});
