"""What axe-core, a keyboard and a finger find on a page of the chat, for its tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from axe_playwright_python.base import AXE_SCRIPT

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Faults in Gradio's own markup that neither its settings nor `ui/static/access.js` can mend: the rule, the
# element, and why it stays.
ALLOWED: dict[tuple[str, str], str] = {}

_AXE = """async (rules) => {
  const moving = document.getAnimations().filter((each) => each.effect.getTiming().iterations < Infinity);
  await Promise.allSettled(moving.map((each) => each.finished));
  const options = { resultTypes: ["violations"], preload: false };
  if (rules.length) options.runOnly = { type: "rule", values: rules };
  const { violations } = await axe.run(document, options);
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map((node) => [id, node.target.join(" "), node.failureSummary]));
}"""

# Every link, button and field that can be seen and that a touch meets on less than 40 by 40 pixels.
_TARGETS = """() => {
  const typed = "input:not([type='radio'], [type='checkbox'], [type='file'])";
  const wanted = `a[href], button, summary, select, textarea, ${typed}, label`;
  const small = [];
  for (const each of document.querySelectorAll(wanted)) {
    if (each.matches("label") && !each.querySelector("input[type='radio'], input[type='checkbox']")) continue;
    if (!each.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    each.scrollIntoView({ block: "center" });
    const box = each.getClientRects()[0];
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    const meets = (dx, dy) => {
      const met = document.elementFromPoint(x + dx, y + dy);
      return met === null || each === met || each.contains(met) || met.matches("label") && met.contains(each);
    };
    if (!meets(0, 0)) continue; // covered by a view above it
    const reach = (dx, dy) => {
      let far = 0;
      while (far < 40 && meets(dx * (far + 1), dy * (far + 1))) far++;
      return far;
    };
    const [wide, high] = [reach(-1, 0) + reach(1, 0) + 1, reach(0, -1) + reach(0, 1) + 1];
    const words = each.textContent.trim().slice(0, 30);
    if (wide < 40 || high < 40) small.push(`${each.tagName} ${each.className} "${words}" ${wide} by ${high}`);
  }
  return small;
}"""


def faults(page: Page, *rules: str) -> list[str]:
    """Return the serious and critical findings of axe-core on the page as it is, of all rules or of these."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(_AXE, list(rules))
    return [f"{rule}: {element}: {why}" for rule, element, why in found if (rule, element) not in ALLOWED]


def too_small(page: Page) -> list[str]:
    """Return what can be touched but is narrower or lower than 40 pixels."""
    return list(page.evaluate(_TARGETS))
