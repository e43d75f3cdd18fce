// What was typed and not saved is not given up by a slip of the hand. Forms with data-typed are watched; the server
// marks one with data-unsaved if it came back with something that is not saved yet.
{
  const QUESTION = "Leave without saving what you typed?";
  let typed = Boolean(document.querySelector("main [data-unsaved]"));

  document.addEventListener("input", ({ target }) => {
    if (target.closest("[data-typed]")) typed = true;
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    // Suggestions below a field change nothing.
    if (detail.target.matches(".frame")) typed = Boolean(document.querySelector("[data-unsaved]"));
  });
  const isLeft = () => !typed || confirm(QUESTION);
  const keepTyped = (event) => {
    if (!isLeft()) event.preventDefault();
  };
  dialog.addEventListener("cancel", keepTyped);
  dialog.querySelector(".dialog-close").addEventListener("submit", keepTyped);
  dialog.addEventListener("close", () => {
    typed = false;
  });
  // A link or another form that takes the place of the form.
  document.addEventListener("htmx:confirm", (event) => {
    const { elt, target } = event.detail;
    const form = document.querySelector("[data-typed]");
    if (!typed || !form || !target.contains(form) || (elt.form ?? elt) === form) return;
    if (!confirm(QUESTION)) event.preventDefault();
    else typed = false;
  });
  dialog.addEventListener(
    "click",
    (event) => {
      if (!event.target.closest("[data-closes-dialog]") || isLeft()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
  // The page itself is left: by a link, a reload, or the browser's own buttons.
  document.addEventListener("submit", ({ target, defaultPrevented }) => {
    if (!defaultPrevented && target.matches("[data-typed]")) typed = false;
  });
  document.addEventListener("htmx:beforeOnLoad", ({ detail }) => {
    if (detail.xhr.getResponseHeader("HX-Redirect")) typed = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (typed) event.preventDefault();
  });
}
