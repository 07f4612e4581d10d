// The open chat: its header, its messages, its foot.

import { act, get } from "./api.js";
import { bubble, rewrite, separator } from "./bubbles.js";
import { $, dialog, el, iconButton } from "./dom.js";
import { face } from "./sidebar.js";
import { Composer, focusInput } from "./composer.js";
import { day, kindOf, word } from "./labels.js";

const NEAR = 80; // pixels from the end that still count as "at the end"
const TYPING = 5000;

export class Talk {
  // `app`: person(), bot(), leave(), changed(); `frame` is the chat as the list shows it.
  constructor(app) {
    this.app = app;
    this.frame = null;
    this.pinned = true; // follows what comes in, until the person scrolls up
    this.top = 0;
    this.messages = new Map();
    this.waiting = new Map();
    this.early = new Set();
    this.late = null;
    this.composer = new Composer(() => ({ person: app.person(), chat: this.frame, bot: app.bot() }));
    this.hooks = {
      command: (text) => this.composer.say(this.frame.kind === "private" || text.includes("@") ? text : `${text}@${app.bot()}`),
      link: (url) => this.link(url),
      press: (message, key, node) => this.press(message, key, node),
      inline: (query) => { this.composer.input.value = `@${app.bot()} ${query}`; this.composer.changed(); this.composer.input.focus(); },
      reply: (message) => this.composer.quote(this.messages.get(message.id) ?? message), // as edited since
      jump: (id) => this.jump(id),
    };
    this.build();
  }

  build() {
    this.title = el("b", { data: { title: "" } });
    this.subtitle = el("small", { data: { subtitle: "" } });
    this.faceSlot = el("span", { class: "face" });
    this.list = el("div", { class: "messages", data: { messages: "" }, role: "log", "aria-live": "polite", tabindex: "0" });
    this.list.addEventListener("scroll", () => this.scrolled());
    new ResizeObserver(() => { if (this.frame && this.pinned) this.toEnd(); }).observe(this.list);
    this.downButton = iconButton("down", word("down"), "down", () => this.toEnd(true));
    this.downButton.hidden = true;
    this.start = el("button", { type: "button", class: "start", data: { action: "start" }, onclick: () => this.pressStart() });
    this.readonly = el("p", { class: "readonly" });
    this.pane = $("[data-chat-pane]");
    this.pane.replaceChildren(
      el("header", {}, iconButton("back", word("back"), "back", () => this.app.leave()), this.faceSlot, el("span", { class: "titles" }, this.title, this.subtitle), iconButton("more", word("actions"), "more", () => this.more())),
      this.list, el("footer", {}, this.downButton, this.composer.root, this.start, this.readonly));
    this.composer.acceptDrops(this.pane);
  }

  async open(frame) {
    const changed = this.frame?.id !== frame.id || this.owner !== this.app.person();
    this.frame = frame;
    this.owner = this.app.person();
    this.pane.hidden = false;
    if (changed) { this.messages.clear(); this.list.replaceChildren(); }
    const late = this.late = []; // what the stream tells while we load
    const { messages, more } = await get("messages", { person: this.owner, chat: frame.id });
    if (this.late !== late || this.owner !== this.app.person()) return;
    this.messages = new Map(messages.map((message) => [message.id, message]));
    this.older = more;
    this.showFrame(frame);
    this.composer.show(frame);
    this.list.replaceChildren(); // what was edited meanwhile is drawn anew
    this.redraw();
    this.late = null;
    for (const event of late) this.take(event);
    this.toEnd();
    focusInput();
  }

  close() { this.frame = null; this.late = null; this.pane.hidden = true; }

  showFrame(frame) {
    const about = this.frame?.about;
    this.frame = frame;
    if (!this.messages.size && this.list.firstChild && about !== frame.about) this.redraw(); // the bot has just introduced itself
    this.title.textContent = frame.title;
    this.list.setAttribute("aria-label", frame.title);
    if (!this.typing) this.subtitle.textContent = kindOf(frame);
    if (this.faceSlot.dataset.of !== `${frame.id}`) { this.faceSlot.replaceChildren(face(frame)); this.faceSlot.dataset.of = `${frame.id}`; }
    const idle = frame.kind === "private" && (!frame.started || frame.blocked);
    this.start.hidden = !idle;
    this.start.textContent = word(frame.blocked ? "restart" : "start");
    this.readonly.hidden = frame.writable;
    this.readonly.textContent = word("readonly");
    this.composer.root.hidden = idle || !frame.writable;
    this.composer.frame(frame);
  }

  // Bubbles that are there stay the same nodes: what a person has unfolded stays unfolded, and
  // a button does not vanish under a finger.
  redraw() {
    const nodes = [];
    const drawn = new Map([...this.list.querySelectorAll("[data-message]")].map((node) => [node.dataset.message, node]));
    if (this.older) nodes.push(el("button", { type: "button", class: "older", data: { action: "older" }, onclick: () => this.loadOlder() }, word("older")));
    if (!this.messages.size) nodes.push(this.emptiness());
    let before = null;
    for (const message of this.messages.values()) { nodes.push(...this.nodesFor(message, before, drawn)); before = message; }
    this.list.replaceChildren(...(this.messages.size ? [el("div", { class: "spacer" })] : []), ...nodes);
  }

  emptiness() {
    const about = this.frame.about && this.frame.kind === "private";
    return el("div", { class: "about", data: { about: "" } }, face(this.frame), el("h2", {}, about ? word("about") : this.frame.title), el("p", { class: about ? "told" : null }, about ? this.frame.about : word("empty")));
  }

  nodesFor(message, before, drawn) {
    const nodes = [];
    if (!before || day(before.at) !== day(message.at)) nodes.push(separator(day(message.at)));
    const node = drawn?.get(`${message.id}`) ?? bubble(message, this.frame.kind !== "private", this.hooks);
    node.classList.remove("new");
    node.classList.toggle("joined", Boolean(before && before.author_id === message.author_id && !before.service && message.at - before.at < 300_000 && !nodes.length));
    return [...nodes, node];
  }

  atEnd() { return this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < NEAR; }

  toEnd(smooth = false) {
    this.pinned = true;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const top = this.messages.size ? this.list.scrollHeight : 0; // an introduction is read from its beginning
    this.list.scrollTo({ top, behavior: smooth && !calm ? "smooth" : "instant" });
    this.scrolled();
  }

  scrolled() {
    const top = this.list.scrollTop;
    if (this.atEnd()) this.pinned = true;
    else if (top < this.top - 2) this.pinned = false; // only a person scrolls upwards
    this.top = top;
    this.downButton.hidden = this.pinned;
    if (this.atEnd()) this.markRead();
  }

  markRead() {
    const last = [...this.messages.keys()].pop();
    if (!last || !this.frame.unread || document.hidden) return;
    this.frame.unread = 0;
    act("read", this.owner, this.frame.id, { message: last }).then(() => this.app.changed());
  }

  async loadOlder() {
    const first = this.messages.keys().next().value;
    const { messages, more } = await get("messages", { person: this.owner, chat: this.frame.id, before: first });
    this.messages = new Map([...messages.map((message) => [message.id, message]), ...this.messages]);
    this.older = more;
    this.keeping(() => this.redraw());
  }

  // What happened in this chat

  take(event) {
    if (this.late) { this.late.push(event); return; }
    if (event.kind === "message") this.added(event.message);
    if (event.kind === "edit") this.edited(event.message);
    if (event.kind === "delete") { this.messages.delete(event.message); this.keeping(() => this.redraw()); }
    if (event.kind === "action") this.showTyping(event.action);
    if (event.frame) { this.showFrame(event.frame); if (this.pinned) this.markRead(); }
  }

  added(message) {
    if (this.messages.has(message.id)) { this.edited(message); return; }
    const follow = this.pinned || message.out;
    const before = [...this.messages.values()].pop();
    this.messages.set(message.id, message);
    if (message.bot) this.stopTyping();
    if (message.asks) this.composer.quote(message);
    if (before) this.list.append(...this.nodesFor(message, before).map((node) => (node.classList.add("new"), node)));
    else this.redraw();
    if (follow) this.toEnd(true);
    else this.scrolled();
  }

  edited(message) {
    const before = this.messages.get(message.id);
    const node = $(`[data-message="${message.id}"]`, this.list);
    if (!node) return; // older than what is shown
    this.messages.set(message.id, message);
    this.keeping(() => rewrite(node, before, message, this.frame.kind !== "private", this.hooks));
  }

  // Changes the list while what a person reads stays where it is: at the end the end, else the
  // first message that is in view.
  keeping(change) {
    if (this.pinned) { change(); this.toEnd(); return; }
    const top = this.list.scrollTop;
    const ends = (node) => node.offsetTop + node.offsetHeight; // where it lies, even while it moves in
    const inView = [...this.list.querySelectorAll("[data-message]")].find((node) => ends(node) > top);
    // Of one that began above and ends here, the end stays: more is read below it than of it.
    const tail = inView && inView.offsetTop < top && ends(inView) < top + this.list.clientHeight;
    const place = tail ? ends : (node) => node.offsetTop;
    const was = inView && place(inView);
    change();
    const now = inView && $(`[data-message="${inView.dataset.message}"]`, this.list);
    if (now) this.list.scrollTop = top + place(now) - was;
    this.scrolled();
  }


  showTyping(action) {
    this.stopTyping();
    this.subtitle.replaceChildren(el("span", { class: "typing", data: { typing: action } }, word(action === "typing" ? "typing" : "sending"), el("i"), el("i"), el("i")));
    this.typing = setTimeout(() => this.stopTyping(), TYPING);
  }

  stopTyping() {
    clearTimeout(this.typing);
    this.typing = 0;
    this.subtitle.textContent = this.frame ? kindOf(this.frame) : "";
  }

  // What the person does

  async press(message, key, node) {
    node.classList.add("waiting");
    setTimeout(() => node.classList.remove("waiting"), 10_000);
    const press = await act("press", this.owner, this.frame.id, { message: message.id, number: key.number });
    if (press && !this.early.delete(press)) this.waiting.set(press, node);
    else node.classList.remove("waiting");
  }

  answered(event) {
    if (!this.waiting.has(event.press)) this.early.add(event.press); // quicker than our own request
    this.waiting.get(event.press)?.classList.remove("waiting");
    this.waiting.delete(event.press);
  }

  pressStart() {
    const payload = this.payload ?? "";
    this.payload = "";
    act("start", this.owner, this.frame.id, { payload });
  }

  link(url) {
    const found = /^(?:https?:\/\/t\.me\/|tg:\/\/resolve\?domain=)([A-Za-z0-9_]+)(?:[?&]start=([A-Za-z0-9_-]{0,64}))?$/.exec(url);
    if (!found || found[1].toLowerCase() !== this.app.bot().toLowerCase()) return false;
    this.app.deepLink(found[2] ?? "");
    return true;
  }

  jump(id) {
    const node = $(`[data-message="${id}"]`, this.list);
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    node?.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
    node?.animate([{ background: "var(--flash)" }, { background: "transparent" }], 1400);
  }

  more() {
    const { frame, owner } = this;
    const choices = [];
    if (frame.kind === "private" && frame.started && !frame.blocked) choices.push([word("block"), "block", () => act("block", owner, frame.id)]);
    if (frame.kind !== "private" && frame.admin && !frame.has_bot) choices.push([word("add"), "add-bot", () => act("add_bot", owner, frame.id)]);
    const facts = el("div", { class: "profile" }, face(frame), el("h2", {}, frame.title), frame.username ? el("p", {}, `@${frame.username}`) : null, el("p", { data: { bio: "" } }, frame.bio || kindOf(frame)));
    dialog(frame.title, facts, [...choices, [word("cancel"), "cancel", null]]);
  }
}


