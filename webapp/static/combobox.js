// Suggestions below a field: the editable combobox of the ARIA patterns. Without script the field has a fixed list.
{
  const listOf = (input) => document.getElementById(input.getAttribute("aria-controls"));
  const optionsOf = (input) => [...listOf(input).querySelectorAll("[role=option]")];
  const fieldOf = (list) => document.querySelector(`[aria-controls="${list.id}"]`);
  const isOpen = (input) => input.getAttribute("aria-expanded") === "true";

  const upgrade = (root) =>
    root.querySelectorAll("[data-combobox]:not([role])").forEach((input) => {
      input.removeAttribute("list");
      const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": input.dataset.combobox };
      for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);
    });
  upgrade(document);
  document.addEventListener("htmx:load", ({ detail }) => upgrade(detail.elt.parentNode ?? document));

  const show = (input, open) => {
    const shown = open && optionsOf(input).length > 0;
    listOf(input).hidden = !shown;
    input.setAttribute("aria-expanded", String(shown));
    if (!shown) mark(input, null);
  };
  const mark = (input, option) => {
    for (const each of optionsOf(input)) each.setAttribute("aria-selected", String(each === option));
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };
  const step = (input, by) => {
    const options = optionsOf(input);
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    const next = at < 0 && by < 0 ? options.length - 1 : (at + by + options.length) % options.length;
    mark(input, options[next] ?? null);
  };
  const choose = (input, option) => {
    input.value = option.dataset.value;
    input.dataset.chosen = input.value;
    show(input, false);
    // What is said below the field belongs to its value.
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };

  document.addEventListener("htmx:afterSwap", ({ detail }) => {
    const input = detail.target.matches("[role=listbox]") && fieldOf(detail.target);
    if (input && input === document.activeElement) show(input, input.value !== input.dataset.chosen);
  });
  document.addEventListener("keydown", (event) => {
    const { key, target: input } = event;
    if (input.getAttribute?.("role") !== "combobox") return;
    const marked = isOpen(input) && listOf(input).querySelector("[aria-selected=true]");
    if (key === "ArrowDown" || key === "ArrowUp") {
      if (!isOpen(input)) show(input, true);
      step(input, key === "ArrowDown" ? 1 : -1);
    } else if (key === "Enter" && marked) choose(input, marked);
    // The dialog stays open: only the list closes.
    else if (key === "Escape" && isOpen(input)) show(input, false);
    else return;
    event.preventDefault();
  });
  // The field keeps the focus, so the list is there until an option is chosen.
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest(".options [role=option]");
    if (!option) return;
    event.preventDefault();
    choose(fieldOf(option.parentNode), option);
  });
  document.addEventListener("focusout", ({ target }) => {
    if (target.getAttribute?.("role") === "combobox") show(target, false);
  });

  // "KTM is an OEM. Switch catalog"
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-switch-catalog]");
    if (!button) return;
    const catalog = document.getElementById("catalog");
    catalog.value = button.dataset.switchCatalog;
    catalog.dispatchEvent(new Event("change", { bubbles: true }));
    document.getElementById("manufacturer").focus();
  });
}
