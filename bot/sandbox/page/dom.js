// Elements from plain values. Foreign text only ever becomes text nodes: nothing here parses HTML.

import { word } from "./labels.js";

export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "data") Object.assign(node.dataset, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value === true) node.setAttribute(name, "");
    else node.setAttribute(name, String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// Makes `values` the children of `parent`, a node each; what says the same as before stays the same
// node, so that neither a press under way nor the keyboard's place is lost.
export function arrange(parent, values, key, draw) {
  const old = new Map([...parent.children].map((node) => [node.drawnFrom, node]));
  const nodes = values.map((value) => {
    const drawnFrom = JSON.stringify([value, document.documentElement.lang]);
    const node = old.get(drawnFrom) ?? draw(value);
    old.delete(drawnFrom);
    node.drawnFrom = drawnFrom;
    return node;
  });
  const focused = parent.contains(document.activeElement) ? document.activeElement.dataset[key] : null;
  for (const node of [...parent.children]) if (!nodes.includes(node)) node.remove();
  nodes.forEach((node, place) => { if (parent.children[place] !== node) parent.insertBefore(node, parent.children[place] ?? null); });
  if (focused && !parent.contains(document.activeElement)) nodes.find((node) => node.dataset[key] === focused)?.focus();
}

export const $ = (selector, root = document) => root.querySelector(selector);

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  send: "M3.4 20.4 21 12 3.4 3.6 3 10l11 2-11 2z",
  attach: "M16.5 6.5v9.4a4.5 4.5 0 0 1-9 0V6a3 3 0 0 1 6 0v9.4a1.5 1.5 0 0 1-3 0V7H9v8.4a3 3 0 0 0 6 0V6a4.5 4.5 0 0 0-9 0v9.9a6 6 0 0 0 12 0V6.5z",
  back: "M20 11H7.8l5.6-5.6L12 4l-8 8 8 8 1.4-1.4L7.8 13H20z",
  menu: "M3 6h18v2H3zm0 5h18v2H3zm0 5h12v2H3z",
  more: "M12 7a2 2 0 1 0 0-4 2 2 0 0 0 0 4zm0 2.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4zM12 17a2 2 0 1 0 0 4 2 2 0 0 0 0-4z",
  down: "m12 15.6-6.3-6.3-1.4 1.4 7.7 7.7 7.7-7.7-1.4-1.4z",
  file: "M6 2h8l6 6v14H6zm7 1.5V9h5.5z",
  pin: "M12 2a7 7 0 0 0-7 7c0 5 7 13 7 13s7-8 7-13a7 7 0 0 0-7-7zm0 9.5a2.5 2.5 0 1 1 0-5 2.5 2.5 0 0 1 0 5z",
  reply: "M10 8V4l-8 8 8 8v-4.3c5.2 0 8.8 1.6 11.4 5.3-1-5.3-4-11.4-11.4-13z",
  close: "m6.4 5-1.4 1.4 5.6 5.6L5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6L19 6.4 17.6 5 12 10.6z",
  out: "M7 5v2h8.6L4.3 18.3l1.4 1.4L17 8.4V17h2V5z",
  copy: "M8 3h11v13h-2V5H8zM5 7h10v14H5z",
  checks: "m1.5 12.7 4.2 4.2L14 8.6l-1.3-1.3-7 7-2.9-2.9zM11 16.9l8.3-8.3L18 7.3l-7.6 7.6z",
  keyboard: "M3 6h18v12H3zm2.5 2.5v2h2v-2zm4 0v2h2v-2zm4 0v2h2v-2zm4 0v2h1.5v-2zM7 13.5v2h10v-2z",
};

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

export function iconButton(name, label, action, onclick) {
  return el("button", { type: "button", class: "icon", "aria-label": label, title: label, data: { action }, onclick }, icon(name));
}

const PALETTES = 7;

export function avatar(name, id) {
  const words = name.split(/\s+/).filter(Boolean);
  const initials = words.slice(0, 2).map((word) => [...word][0].toUpperCase()).join("");
  return el("span", { class: `avatar tint${Math.abs(id) % PALETTES}`, "aria-hidden": "true" }, initials);
}

export function toast(text) {
  const node = el("div", { class: "toast", data: { toast: "" } }, text);
  $("[data-toasts]").append(node);
  setTimeout(() => node.remove(), 4200);
}

export function dialog(label, body, buttons) {
  const box = el("dialog", { "aria-label": label, data: { alert: "" } }, body, el("div", { class: "dialog-buttons" }, buttons.map(([text, action, run]) =>
    el("button", { type: "button", data: { action }, onclick: () => { box.close(); run?.(); } }, text))));
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  document.body.append(box);
  box.showModal();
  return box;
}

export async function copy(text) {
  try { await navigator.clipboard.writeText(text); } catch { return; }
  toast(word("copied"));
}
