"""What screen readers and eyes need of a page: names, landmarks, headings in order, targets and contrast."""

from __future__ import annotations

from typing import Final

from playwright.sync_api import Page

# What a person can act on must say what it is.
ACTED_ON: Final = frozenset(
    [
        "button",
        "link",
        "textbox",
        "checkbox",
        "combobox",
        "slider",
        "spinbutton",
        "searchbox",
        "radio",
        "switch",
        "tab",
    ]
)

MARKS: Final = """() => {
  const wrong = [];
  const seen = new Set();
  for (const {id} of document.querySelectorAll("[id]")) seen.has(id) ? wrong.push(`two of #${id}`) : seen.add(id);
  if (!document.documentElement.lang) wrong.push("no language");
  if (!document.title) wrong.push("no title");
  if (document.querySelectorAll("main").length !== 1) wrong.push("not one main");
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
  let level = 1;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    if (!heading.checkVisibility()) continue;
    if (heading.tagName[1] - level > 1) wrong.push(`${heading.tagName} after H${level}: ${heading.textContent}`);
    level = Number(heading.tagName[1]);
  }
  for (const each of document.querySelectorAll("[tabindex]")) if (each.tabIndex > 0) wrong.push("a tabindex above 0");
  for (const each of document.querySelectorAll("img:not([alt])")) wrong.push(`an image without alt: ${each.src}`);
  const targets = "button:not(.link), a.button, label.button, select, input:not(.unseen, [type=hidden])";
  for (const each of document.querySelectorAll(targets)) {
    const {height} = each.getBoundingClientRect();
    const small = each.matches("[type=checkbox]") ? 16 : 24;
    if (!height || !each.checkVisibility() || height >= small) continue;
    wrong.push(`${height} px high: ${each.outerHTML.slice(0, 80)}`);
  }
  return wrong;
}"""

# Every piece of text against what is behind it, as WCAG counts: 4.5, or 3 for what is large.
# Text on pictures has a ground of its own.
CONTRAST: Final = """() => {
  const pen = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
  const rgba = colour => {
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = (top, below) => top.slice(0, 3).map((each, n) => each * top[3] + below[n] * (1 - top[3]));
  const light = colour => colour.map(each => (each /= 255) <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4)
    .reduce((sum, each, n) => sum + each * [0.2126, 0.7152, 0.0722][n], 0);
  const ground = element => {
    const layers = [];
    for (let each = element; each; each = each.parentElement) {
      const style = getComputedStyle(each);
      layers.push(rgba(style.backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const wrong = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    const words = texts.currentNode.data.trim();
    if (!words || !element.checkVisibility({opacityProperty: true, visibilityProperty: true})) continue;
    if (element.closest(":disabled, .unseen, script, style, svg, template, option")) continue;
    const style = getComputedStyle(element);
    const behind = ground(element);
    const [a, b] = [light(over(rgba(style.color), behind)), light(behind)].sort((x, y) => y - x);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) wrong.add(`${ratio.toFixed(2)}: ${words.slice(0, 40)}`);
  }
  return [...wrong];
}"""


def nameless(page: Page) -> list[str]:
    """What can be acted on and says nothing to a screen reader."""
    session = page.context.new_cdp_session(page)
    found = []
    for node in session.send("Accessibility.getFullAXTree")["nodes"]:
        role = node.get("role", {}).get("value")
        if role in ACTED_ON and not node.get("ignored") and not node.get("name", {}).get("value", "").strip():
            found.append(f"a {role} without a name")
    session.detach()
    return found


def faults(page: Page) -> list[str]:
    """Everything that is wrong with the page as it is now."""
    marks: list[str] = page.evaluate(MARKS)
    contrast: list[str] = page.evaluate(CONTRAST)
    return [*nameless(page), *marks, *contrast]
