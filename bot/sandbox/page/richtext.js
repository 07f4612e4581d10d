// Text and entities → DOM. Offsets are UTF-16 units, which is what JavaScript strings count.

import { copy, el } from "./dom.js";
import { word } from "./labels.js";

const SIMPLE = { bold: "strong", italic: "em", underline: "u", strikethrough: "s", hashtag: "span", cashtag: "span", custom_emoji: "span" };
const BLOCKS = new Set(["pre", "blockquote", "expandable_blockquote"]);
const SAFE = /^(https?:|mailto:|tg:)/i;

// `hooks.command(text)` runs a tapped command, `hooks.link(url)` returns true when it took the link.
export function richText(text, entities, hooks) {
  const sorted = [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length);
  return render(text, 0, text.length, sorted, hooks);
}

function render(text, from, to, entities, hooks) {
  const nodes = [];
  let at = from;
  while (entities.length) {
    const entity = entities[0];
    const start = Math.max(entity.offset, at), end = Math.min(entity.offset + entity.length, to);
    if (entity.offset >= to) break;
    entities.shift();
    if (end <= start) continue;
    if (start > at) nodes.push(text.slice(at, start));
    nodes.push(wrap(entity, text.slice(start, end), render(text, start, end, entities, hooks), hooks));
    // A block ends its line by itself: the line break after it is not shown again.
    at = BLOCKS.has(entity.type) && text[end] === "\n" ? Math.min(end + 1, to) : end;
  }
  if (at < to) nodes.push(text.slice(at, to));
  return nodes;
}

function wrap(entity, source, children, hooks) {
  switch (entity.type) {
    case "url": return link(/^\w+:/.test(source) ? source : `http://${source}`, children, hooks);
    case "text_link": return link(entity.url, children, hooks);
    case "email": return link(`mailto:${source}`, children, hooks);
    case "mention": return link(`https://t.me/${source.slice(1)}`, children, hooks);
    case "bot_command":
      return el("button", { type: "button", class: "link", data: { tap: source }, onclick: () => hooks.command(source) }, children);
    case "spoiler": return spoiler(children);
    case "code": return el("code", { title: word("copy"), tabindex: "0", role: "button", onclick: () => copy(source), onkeydown: onEnter(() => copy(source)) }, children);
    case "pre": return pre(entity.language, source, children);
    case "blockquote": return el("blockquote", {}, children);
    case "expandable_blockquote": return expandable(children);
    default: return el(SIMPLE[entity.type] ?? "span", { class: entity.type }, children);
  }
}

const onEnter = (run) => (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); run(); } };

function link(url, children, hooks) {
  if (!SAFE.test(url)) return el("span", {}, children);
  const onclick = (event) => { if (hooks.link(url)) event.preventDefault(); };
  return el("a", { href: url, target: "_blank", rel: "noopener noreferrer nofollow", title: url, onclick }, children);
}

function spoiler(children) {
  const node = el("span", { class: "spoiler", tabindex: "0", role: "button", "aria-label": word("hidden") }, el("span", {}, children));
  const reveal = () => { node.classList.add("open"); node.removeAttribute("aria-label"); node.removeAttribute("role"); };
  node.addEventListener("click", reveal);
  node.addEventListener("keydown", onEnter(reveal));
  return node;
}

function pre(language, source, children) {
  const head = el("span", { class: "pre-head" }, el("span", {}, language || "code"), el("button", { type: "button", class: "link", onclick: () => copy(source) }, word("copy").toLowerCase()));
  return el("pre", {}, head, el("code", {}, children));
}

function expandable(children) {
  const body = el("span", { class: "clamp" }, children);
  const toggle = el("button", { type: "button", class: "link", "aria-expanded": "false", data: { action: "expand" } }, word("more"));
  const quote = el("blockquote", { class: "folded" }, body, toggle);
  toggle.addEventListener("click", () => {
    const folded = quote.classList.toggle("folded");
    toggle.textContent = word(folded ? "more" : "less");
    toggle.setAttribute("aria-expanded", String(!folded));
  });
  return quote;
}
