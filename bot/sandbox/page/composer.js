// Where a person writes: text, commands, files, places, replies, inline queries.

import { act, upload } from "./api.js";
import { $, arrange, dialog, el, icon, iconButton } from "./dom.js";
import { word } from "./labels.js";

const PLACES = [["Almaty", 43.238, 76.945], ["Astana", 51.128, 71.43], ["Bishkek", 42.876, 74.604], ["Tashkent", 41.311, 69.279],
  ["Dushanbe", 38.56, 68.774], ["Ashgabat", 37.95, 58.38], ["Moscow", 55.756, 37.617], ["New York", 40.713, -74.006]];

// `context()` gives { person, chat (frame), bot username }.
export class Composer {
  constructor(context) {
    this.context = context;
    this.reply = null;
    this.options = [];
    this.picked = 0;
    this.drafts = new Map();
    this.input = el("textarea", { rows: "1", data: { input: "" }, "aria-label": word("message"), placeholder: word("message"), autocomplete: "off", enterkeyhint: "send", "aria-autocomplete": "list", "aria-controls": "popup",
      oninput: () => this.changed(), onkeydown: (event) => this.key(event), onpaste: (event) => this.pasted(event) });
    this.sendButton = iconButton("send", word("send"), "send", () => this.send());
    this.file = el("input", { type: "file", hidden: true, multiple: true, data: { file: "" }, onchange: () => { this.files(this.file.files); this.file.value = ""; } });
    this.popup = el("div", { class: "popup", id: "popup", role: "listbox", "aria-label": word("offers"), hidden: true, data: { popup: "" }, onkeydown: (event) => this.key(event) });
    this.replyBar = el("div", { class: "reply-bar", hidden: true });
    this.keys = el("div", { class: "reply-keys", hidden: true, data: { replyKeyboard: "" } });
    this.menu = el("button", { type: "button", class: "menu", "aria-label": word("menu"), data: { action: "menu" }, onclick: () => this.toggleMenu() }, icon("menu"), el("span", {}, word("menu")));
    this.writing = el("div", { class: "writing" }, this.menu, iconButton("attach", word("attach"), "attach", () => this.attach()), this.input, this.sendButton, this.file);
    this.root = el("div", { class: "composer", data: { composer: "" } }, this.popup, this.replyBar,
      this.writing, this.keys);
  }

  get text() { return this.input.value; }

  show(frame) {
    this.input.value = this.drafts.get(this.draftKey(frame)) ?? "";
    const label = word(frame.kind === "channel" ? "broadcast" : "message");
    this.input.placeholder = label;
    this.input.setAttribute("aria-label", label);
    this.quote(null);
    this.frame(frame);
    this.changed();
  }

  draftKey(frame) { return `${this.context().person}/${frame.id}`; }

  frame(frame) {
    this.menu.hidden = !frame.commands.length;
    this.keys.hidden = !frame.keyboard;
    arrange(this.keys, frame.keyboard ?? [], "replyKey", (row) => el("div", {}, row.map((key) =>
      el("button", { type: "button", class: "key", data: { replyKey: key.text }, onclick: () => (key.location ? this.place() : this.say(key.text)) }, el("span", { class: "label" }, key.text)))));
    this.fit();
  }

  // As high as its text; what is hidden has no height to measure.
  fit() {
    this.input.style.height = "auto";
    if (this.input.scrollHeight) this.input.style.height = `${Math.min(this.input.scrollHeight, 180)}px`;
  }

  changed() {
    this.writing.classList.toggle("filled", Boolean(this.text));
    this.fit();
    this.sendButton.disabled = !this.text.trim();
    const { chat } = this.context();
    if (chat) this.drafts.set(this.draftKey(chat), this.text);
    const slash = /^\/(\w*)$/.exec(this.text);
    if (slash) this.suggest(slash[1]);
    else this.close();
    this.inline();
  }

  suggest(prefix) {
    const { chat } = this.context();
    const found = chat.commands.filter((command) => command.command.startsWith(prefix.toLowerCase()));
    this.open(found.map((command) => ({ title: `/${command.command}`, note: command.description, data: { command: command.command }, run: () => this.command(command.command) })), "", -1);
  }

  toggleMenu() {
    if (!this.popup.hidden) { this.close(); return; }
    this.suggest("");
    this.enter(this.menu);
  }

  command(name) {
    const { chat, bot } = this.context();
    this.close();
    this.input.value = "";
    this.say(chat.kind === "private" || chat.kind === "channel" ? `/${name}` : `/${name}@${bot}`);
  }

  inline() {
    const { bot, chat, person } = this.context();
    clearTimeout(this.inlineTimer);
    const found = new RegExp(`^@${bot}\\s(.*)$`, "is").exec(this.text);
    if (found) this.inlineTimer = setTimeout(() => act("inline", person, chat.id, { query: found[1] }), 350);
  }

  inlineResults(event) {
    const { chat, person } = this.context();
    this.open(event.results.map((result, index) => ({ title: result.title, note: result.description, data: { result: index },
      run: () => { this.input.value = ""; this.changed(); act("choose", person, chat.id, { ask: event.ask, index }); } })), "cards");
  }

  // `kind`: how they look, "" a line each, "cards" title over text, "narrow" a small menu.
  // `picked`: what Enter takes; -1 leaves it to the arrow keys, and Enter sends what is typed.
  open(options, kind = "", picked = 0) {
    this.options = options;
    this.popup.className = `popup ${kind}`;
    this.picked = picked;
    this.popup.hidden = !options.length;
    this.popup.replaceChildren(...options.map((option, place) => el("button", { type: "button", role: "option", tabindex: "-1", id: `option-${place}`, data: option.data, onclick: option.run },
      el("b", {}, option.title), option.note ? el("span", {}, option.note) : null)));
    this.popup.scrollTop = 0;
    this.tellPicked();
  }

  // `back`: where the keyboard goes from the list, the text field without it.
  close(back = null) {
    if (this.popup.contains(document.activeElement)) back ? back.focus() : focusInput();
    this.options = [];
    this.picked = -1;
    this.popup.hidden = true;
    this.tellPicked();
  }

  tellPicked() {
    [...this.popup.children].forEach((node, place) => node.setAttribute("aria-selected", String(place === this.picked)));
    if (this.picked >= 0) this.input.setAttribute("aria-activedescendant", `option-${this.picked}`);
    else this.input.removeAttribute("aria-activedescendant");
  }

  // Brings the keyboard into the list; Escape brings it back to what opened it.
  enter(opener) {
    this.opener = opener;
    this.popup.firstChild?.focus();
    this.pick(1);
  }

  // Moves to the next or previous option; the keyboard goes along when it is in the list.
  pick(step) {
    const count = this.options.length;
    this.picked = (Math.max(this.picked, step > 0 ? -1 : 0) + step + count) % count;
    this.tellPicked();
    const node = this.popup.children[this.picked];
    node.scrollIntoView({ block: "nearest" });
    if (this.popup.contains(document.activeElement)) node.focus();
  }

  key(event) {
    if (event.isComposing) return;
    const open = !this.popup.hidden;
    if (open && (event.key === "ArrowDown" || event.key === "ArrowUp")) { event.preventDefault(); this.pick(event.key === "ArrowDown" ? 1 : -1); }
    else if (open && event.key === "Tab") { event.preventDefault(); this.complete(); }
    else if (event.key === "Escape") { this.close(this.opener); this.quote(null); }
    else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      if (open && this.picked >= 0) this.options[this.picked].run();
      else this.send();
    }
  }

  complete() {
    const option = this.options[Math.max(this.picked, 0)];
    if (!option.data.command) { option.run(); return; }
    this.input.value = `${option.title} `;
    this.changed();
  }

  send() {
    const text = this.text.trim();
    if (!text) return;
    this.input.value = "";
    this.changed();
    this.say(text);
    this.input.focus();
  }

  say(text) {
    const { person, chat } = this.context();
    act("say", person, chat.id, { text, reply_to: this.reply?.id ?? 0, thread: this.reply?.thread ?? 0 });
    this.quote(null);
  }

  quote(message) {
    this.reply = message;
    this.replyBar.hidden = !message;
    if (!message) return;
    const text = message.text || message.document?.name || "…";
    this.replyBar.replaceChildren(icon("reply"), el("span", { class: "quoted" }, el("b", {}, message.author), el("span", {}, text.slice(0, 120))), iconButton("close", word("cancel"), "unquote", () => this.quote(null)));
    this.input.focus();
  }

  attach() {
    if (this.options.length) { this.close(); return; }
    this.open([
      { title: word("file"), note: "≤ 20 MB", data: { attach: "file" }, run: () => { this.close(); this.file.click(); } },
      { title: word("place"), note: "", data: { attach: "location" }, run: () => { this.close(); this.place(); } },
    ], "narrow", -1);
    this.enter(this.root.querySelector('[data-action="attach"]'));
  }

  place() {
    const { person, chat } = this.context();
    dialog(word("whereabouts"), el("h2", {}, word("whereabouts")), [...PLACES.map(([name, latitude, longitude]) =>
      [name, `place-${name}`, () => act("location", person, chat.id, { latitude, longitude })]), [word("cancel"), "cancel", null]]);
  }

  async files(list) {
    const { person, chat } = this.context();
    const caption = this.text.trim();
    this.input.value = "";
    this.changed();
    for (const [place, file] of [...list].entries()) await upload(person, chat.id, file, place === 0 ? caption : "");
  }

  pasted(event) {
    if (event.clipboardData?.files.length) { event.preventDefault(); this.files(event.clipboardData.files); }
  }

  acceptDrops(pane) {
    pane.addEventListener("click", (event) => { if (!this.root.contains(event.target)) this.close(); });
    const veil = el("div", { class: "veil" }, word("drop"));
    let depth = 0;
    const turn = (on) => pane.classList.toggle("dropping", on);
    pane.addEventListener("dragenter", (event) => { event.preventDefault(); depth += 1; turn(true); });
    pane.addEventListener("dragleave", () => { depth -= 1; if (depth <= 0) turn(false); });
    pane.addEventListener("dragover", (event) => event.preventDefault());
    pane.addEventListener("drop", (event) => { event.preventDefault(); depth = 0; turn(false); if (event.dataTransfer.files.length && !this.root.hidden) this.files(event.dataTransfer.files); });
    pane.append(veil);
  }
}

export const focusInput = () => { if (matchMedia("(hover: hover)").matches) $("[data-input]")?.focus(); };
