"""What eyes and fingers meet on the page, measured in the browser: contrast, sizes, cuts."""

from typing import Any

from tests.browser.chrome import Page

LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3, text of any size
LEAST_TAP = 40  # CSS pixels

# Every visible text with its colour over what lies beneath it: the colours of its ancestors laid
# over each other, gradients by their worst stop. Hidden texts and pictures are not measured.
_CONTRASTS = """(() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (css) => { canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = css; canvas.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
  const over = (top, under) => under.map((v, n) => n === 3 ? 1 : top[n] * top[3] + v * (1 - top[3]));
  const light = (c) => { const [r, g, b] = c.slice(0, 3).map((v) => v / 255)
    .map((v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const ratio = (a, b) => { const [x, y] = [light(a), light(b)]; return (Math.max(x, y) + .05) / (Math.min(x, y) + .05); };
  const grounds = (node) => {
    const stack = [];
    for (let at = node; at; at = at.parentElement) {
      const style = getComputedStyle(at);
      const stops = style.backgroundImage.includes("gradient(") ? style.backgroundImage.match(/(?:rgb|color)a?\\([^)]*\\)/g) : null;
      stack.push((stops ?? [style.backgroundColor]).map(rgba));
      if (stack.at(-1).every((one) => one[3] === 1) || at.tagName === "DIALOG") break;
    }
    return stack.reverse().reduce((under, layers) => under.flatMap((u) => layers.map((l) => over(l, u))), [[255, 255, 255, 1]]);
  };
  const faint = (node) => { for (let at = node; at; at = at.parentElement) if (getComputedStyle(at).opacity === "0") return true; return false; };
  const seen = new Map();
  const judge = (text, node, css) => {
    const worst = Math.min(...grounds(node).map((under) => ratio(over(rgba(css), under), under)));
    const was = seen.get(node.className + css);
    if (!was || worst < was[0]) seen.set(node.className + css, [Math.round(worst * 100) / 100, text.trim().slice(0, 30), css]);
  };
  const emoji = /^[\\p{Extended_Pictographic}\\p{Emoji_Component}\\uFE0F\\s]*$/u;
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement, text = walk.currentNode.textContent;
    if (!text.trim() || (emoji.test(text) && !/\\d/.test(text)) || !node.getClientRects().length || faint(node)) continue;
    judge(text, node, getComputedStyle(node).color);
  }
  for (const node of document.querySelectorAll("textarea")) if (node.getClientRects().length) {
    judge(node.placeholder, node, getComputedStyle(node, "::placeholder").color);
    judge("typed", node, getComputedStyle(node).color);
  }
  for (const node of document.querySelectorAll("button svg")) if (node.getClientRects().length && !node.closest(":disabled") && !faint(node))
    judge(`icon of ${node.parentElement.getAttribute("aria-label") ?? ""}`, node.parentElement, getComputedStyle(node).color);
  return [...seen.values()].sort((a, b) => a[0] - b[0]);
})()"""

# Controls that stand by themselves; links within a text are as high as its lines (WCAG 2.5.8).
_SMALL = """[...document.querySelectorAll("button, a, textarea, summary")]
  .filter((n) => n.getClientRects().length && !n.closest("[data-text]") && getComputedStyle(n).opacity !== "0")
  .map((n) => [n.innerText || n.getAttribute("aria-label"), n.getBoundingClientRect()])
  .filter(([, box]) => box.width < LEAST || box.height < LEAST)
  .map(([name, box]) => `${name}: ${Math.round(box.width)}×${Math.round(box.height)}`)"""

_CUT = """[...document.querySelectorAll(".label")]
  .filter((n) => n.getClientRects().length && n.scrollWidth > n.clientWidth).map((n) => n.innerText)"""

_SIDEWAYS = """[...document.querySelectorAll("body, body *")].filter((n) => {
    const box = n.getBoundingClientRect(), style = getComputedStyle(n);
    return box.width && style.visibility !== "hidden" && (box.right > innerWidth + .5 || box.left < -.5) && !n.closest("pre");
  }).map((n) => n.outerHTML.slice(0, 120))"""


async def pale(page: Page) -> list[Any]:
    """List the texts whose contrast is too low: [ratio, text, colour]."""
    found: list[Any] = await page.run(_CONTRASTS)
    assert len(found) > 2, "nothing was measured"
    return [one for one in found if one[0] < LEAST_CONTRAST]


async def small(page: Page, but: str = "[data-text]") -> list[str]:
    """List the controls too small for a finger, but for links in running text."""
    found: list[str] = await page.run(
        _SMALL.replace("LEAST", str(LEAST_TAP)).replace("[data-text]", but)
    )
    return found


async def cut(page: Page) -> list[str]:
    """List the labels of buttons that do not fit on their line."""
    found: list[str] = await page.run(_CUT)
    return found


async def sideways(page: Page) -> list[str]:
    """List what reaches beyond the left and right edge of the window."""
    found: list[str] = await page.run(_SIDEWAYS)
    return found
