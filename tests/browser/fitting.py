"""Overflow checks: nothing is cut off or beyond the edge, and nothing scrolls sideways."""

from __future__ import annotations

from playwright.sync_api import Page

# Looks at every piece of text that is shown. What is hidden from the eye alone is 1 px small.
_LOST = """() => {
  const top = document.querySelector("dialog[open]") ?? document.body;
  const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
  const found = [];
  const boxes = (element) => {
    const all = [];
    for (let one = element; one && one !== document.documentElement; one = one.parentElement) all.push(one);
    return all;
  };
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const parent = node.parentElement;
    if (!node.data.trim() || parent.closest("option, textarea") || !parent.checkVisibility()) continue;
    const around = boxes(parent);
    if (around.some((box) => getComputedStyle(box).clipPath !== "none" || box.offsetWidth === 1)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    const holders = around.filter((box) => getComputedStyle(box).overflowX !== "visible");
    const edges = holders.map((box) => box.getBoundingClientRect());
    edges.push({ left: 0, right: window.innerWidth });
    if (edges.some((edge) => text.right > edge.right + 1 || text.left < edge.left - 1))
      found.push(`“${node.data.trim().slice(0, 60)}” does not fit`);
  }
  const wide = document.documentElement.scrollWidth;
  if (wide > window.innerWidth) found.push(`the page is ${wide} px wide: it scrolls sideways`);
  return found;
}"""


def unfitting(page: Page) -> list[str]:
    """What does not fit into the window as it is now."""
    return page.evaluate(_LOST)
