// Bootstrap picks its dark colours by an attribute, not by a media query. This runs before the first paint,
// so that a dark screen never flashes white.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const choose = () => document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
dark.addEventListener("change", choose);
choose();
