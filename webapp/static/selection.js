// Selected rows of a table: their number, also in the button; all at once, and none again. What is
// done with them shows while there are any (.chosen in app.css).
const NOTHING = "Select dealers to update them now.";
const BOXES = "tbody [type=checkbox]";
const count = (form) => {
  const boxes = [...form.querySelectorAll(BOXES)];
  const chosen = boxes.filter((box) => box.checked).length;
  const all = form.querySelector("[data-all]");
  if (all) {
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  form.querySelector("[data-selected]").textContent = chosen ? `${chosen} selected` : NOTHING;
  const button = form.querySelector("[data-label]");
  if (!button) return;
  button.lastElementChild.textContent = `${button.dataset.label} ${chosen} ${chosen === 1 ? "dealer" : "dealers"}`;
  button.hidden = form.querySelector('[type="reset"]').hidden = chosen === 0;
};

const start = () => document.querySelectorAll("[data-selection]").forEach(count);

document.addEventListener("change", ({ target }) => {
  const form = target.closest?.("[data-selection]");
  if (!form) return;
  if (target.matches("[data-all]"))
    form.querySelectorAll(BOXES).forEach((box) => (box.checked = target.checked));
  count(form);
});
// A form is emptied after its event.
document.addEventListener("reset", ({ target }) => setTimeout(() => target.matches("[data-selection]") && count(target)));
document.addEventListener("htmx:afterSettle", start);
// A page from the browser's memory keeps its check marks.
window.addEventListener("pageshow", start);
start();
