// One message → one bubble.

import { fileUrl } from "./api.js";
import { avatar, copy, el, icon, iconButton } from "./dom.js";
import { clock, size, word } from "./labels.js";
import { richText } from "./richtext.js";

const BIG_EMOJI = /^(?:\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}\uFE0F]?){1,3}$/u;

// `hooks`: command, link, press, reply, jump; `shared` shows who wrote.
export function bubble(message, shared, hooks) {
  const data = { message: message.id, author: message.author_id };
  if (message.out) data.out = "";
  if (message.service) return el("div", { class: "service", data }, el("span", {}, message.service));
  const classes = ["row", message.out ? "out" : "in"];
  const column = el("div", { class: "column" }, balloon(message, shared, hooks), keyboard(message, hooks));
  return el("article", { class: classes.join(" "), data, "aria-label": named(message) },
    shared && !message.out ? portrait(message) : null,
    column,
    iconButton("reply", word("reply"), "reply", () => hooks.reply(message)));
}

// Shows a message as edited in the bubble that is there. What is the same stays the same node, so
// that a button does not vanish under a finger; what a person has unfolded stays unfolded.
export function rewrite(node, before, message, shared, hooks) {
  const old = node.querySelector(".bubble");
  if (!old || message.service) { node.replaceWith(bubble(message, shared, hooks)); return; }
  node.setAttribute("aria-label", named(message));
  const focused = node.contains(document.activeElement) ? document.activeElement : null;
  const next = balloon(message, shared, hooks);
  reopen(old, next);
  old.replaceWith(next);
  if (JSON.stringify(before.keyboard) !== JSON.stringify(message.keyboard)) {
    node.querySelector(".keys")?.remove();
    next.after(...[keyboard(message, hooks)].filter(Boolean));
  }
  if (focused && !focused.isConnected) (node.querySelector(`[data-button="${focused.dataset.button}"]`) ?? node.querySelector("button, a"))?.focus({ preventScroll: true });
}

function reopen(old, next) {
  for (const [all, open, act] of [["blockquote:has([data-action])", "blockquote:not(.folded)", "[data-action]"], [".spoiler", ".spoiler.open", null]]) {
    const were = [...old.querySelectorAll(all)], are = [...next.querySelectorAll(all)];
    if (were.length !== are.length) continue;
    were.forEach((one, place) => { if (one.matches(open)) (act ? are[place].querySelector(act) : are[place]).click(); });
  }
}

const named = (message) => `${message.author}, ${clock(message.at)}`;

function balloon(message, shared, hooks) {
  const big = message.text && BIG_EMOJI.test(message.text) && !message.photo && !message.document && !message.reply;
  return el("div", { class: `bubble${big ? " big" : ""}${message.photo ? " pictured" : ""}` },
    shared && !message.out ? el("div", { class: `author ink${Math.abs(message.author_id) % 7}` }, message.author) : null,
    message.topic ? el("div", { class: "topic", data: { topic: message.thread } }, `# ${message.topic}`) : null,
    message.reply ? quoted(message.reply, hooks) : null,
    message.photo ? photo(message.photo, message.text) : null,
    message.document ? attachment(message.document) : null,
    message.location ? place(message.location) : null,
    message.preview?.above ? card(message.preview) : null,
    text(message, hooks),
    message.preview && !message.preview.above ? card(message.preview) : null);
}

function portrait(message) {
  const anonymous = message.author_id === 1087968824; // an anonymous admin signs as the group
  return message.bot && !anonymous ? el("img", { class: "avatar", src: "/page/icon.svg", alt: "" }) : avatar(message.author || "?", message.author_id);
}

function text(message, hooks) {
  const meta = el("span", { class: "meta" },
    message.via ? el("span", {}, `via @${message.via}`) : null,
    message.silent && !message.out ? el("span", { class: "silent", title: word("silently") }, "🔕") : null,
    message.edited ? el("span", { data: { edited: "" } }, word("edited")) : null,
    el("time", { datetime: new Date(message.at).toISOString(), title: new Date(message.at).toLocaleString() }, clock(message.at)),
    message.out ? icon("checks") : null);
  return el("div", { class: "text", dir: "auto" }, el("span", { data: { text: "" } }, richText(message.text, message.entities, hooks)), meta);
}

function quoted(reply, hooks) {
  return el("button", { type: "button", class: "quoted", data: { quoted: reply.id }, onclick: () => hooks.jump(reply.id) },
    el("b", {}, reply.author), el("span", {}, reply.text));
}

function photo(file, caption) {
  const image = el("img", { src: fileUrl(file.id), alt: caption ? caption.slice(0, 120) : word("photo"), width: file.width || null, height: file.height || null, loading: "lazy" });
  return el("a", { class: "photo", href: fileUrl(file.id), target: "_blank", rel: "noopener", data: { photo: file.id } }, image);
}

// A link's preview: as in Telegram, what cannot be fetched leaves the text alone.
function card(preview) {
  const image = el("img", { src: preview.url, alt: "", loading: "lazy", onerror: () => node.remove() });
  const node = el("a", { class: `card ${preview.large ? "large" : "small"}`, href: preview.url, target: "_blank", rel: "noopener noreferrer", "aria-label": word("photo"), data: { preview: preview.url } }, image);
  return node;
}

function attachment(file) {
  const extension = file.name.includes(".") ? file.name.split(".").pop().slice(0, 4) : "file";
  return el("a", { class: "attachment", href: fileUrl(file.id, true), download: file.name, data: { document: file.name } },
    el("span", { class: "sheet" }, extension), el("span", { class: "what" }, el("b", {}, file.name), el("small", {}, size(file.size))));
}

function place([latitude, longitude]) {
  return el("div", { class: "place", data: { location: "" } }, el("span", { class: "map" }, icon("pin")),
    el("span", { class: "what" }, el("b", {}, word("place")), el("small", {}, `${latitude.toFixed(4)}, ${longitude.toFixed(4)}`)));
}

function keyboard(message, hooks) {
  if (!message.keyboard.length) return null;
  return el("div", { class: "keys" }, message.keyboard.map((row) => el("div", {}, row.map((key) => button(message, key, hooks)))));
}

const label = (key) => el("span", { class: "label" }, key.text);

function button(message, key, hooks) {
  const data = { button: key.number };
  if (key.kind === "url") {
    const onclick = (event) => { if (hooks.link(key.value)) event.preventDefault(); };
    return el("a", { class: "key", href: key.value, target: "_blank", rel: "noopener noreferrer", data, onclick }, label(key), icon("out"));
  }
  const run = (event) => (key.kind === "copy" ? copy(key.value) : key.kind === "inline" ? hooks.inline(key.value) : hooks.press(message, key, event.currentTarget));
  return el("button", { type: "button", class: "key", data, onclick: run }, label(key), key.kind === "copy" ? icon("copy") : null);
}

export function separator(label) {
  return el("div", { class: "day", data: { day: label } }, el("span", {}, label));
}
