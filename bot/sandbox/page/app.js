// The page: who you are, which chat is open, and what the stream brings.

import { act, get, stream } from "./api.js";
import { $, dialog, el, toast } from "./dom.js";
import { speak, word } from "./labels.js";
import { showChats, showPeople } from "./sidebar.js";
import { Talk } from "./talk.js";

const app = { people: [], chats: [], me: 0, chat: 0, talk: null, unlisten: null, events: 0 };

const frameOf = (id) => app.chats.find((chat) => chat.id === id);
const isBot = (chat) => chat?.kind === "private";
const theBot = () => (isBot(frameOf(app.chat)) ? frameOf(app.chat) : app.chats.find(isBot)); // there may be several

function fromHash() {
  const [person, chat] = location.hash.slice(1).split("/").filter(Boolean).map(Number);
  return { person: app.people.some((one) => one.id === person) ? person : app.people[0]?.id, chat: chat || 0 };
}

function toHash() {
  const hash = `#/${app.me}${app.chat ? `/${app.chat}` : ""}`;
  if (location.hash !== hash) history.pushState(null, "", hash);
}

function soon(run) {
  let timer = 0;
  return () => { clearTimeout(timer); timer = setTimeout(run, 60); };
}

async function refreshPeople() {
  app.people = await get("people");
  showPeople(app.people, app.me, (id) => become(id));
}

async function refreshChats() {
  const person = app.me;
  for (let tries = 0; tries < 5; tries += 1) {
    const before = app.events;
    const chats = await get("chats", { person });
    if (person !== app.me) return;
    app.chats = chats;
    if (before === app.events) break; // else this answer may be older than what the stream told
  }
  drawChats();
  const frame = frameOf(app.chat);
  if (frame && app.talk?.frame?.id === frame.id) app.talk.showFrame(frame);
  else if (app.chat && !frame) leave(); // left, or the group moved to another id
}

const refreshAll = soon(() => { refreshChats(); refreshPeople(); });
const refreshPeopleSoon = soon(refreshPeople);

function drawChats() {
  showChats(app.chats, app.chat, (id) => openChat(id));
  const unread = app.chats.reduce((sum, chat) => sum + chat.unread, 0);
  document.title = `${unread ? `(${unread}) ` : ""}SteppeWire sandbox`;
}

async function become(person, chat) {
  app.unlisten?.();
  app.me = person;
  speak(app.people.find((one) => one.id === person)?.language.slice(0, 2));
  $("[data-banner]").textContent = word("banner");
  $("[data-people]").setAttribute("aria-label", word("whoami"));
  $("nav").setAttribute("aria-label", word("chats"));
  $("[data-nothing]").textContent = word("choose");
  app.chats = await get("chats", { person });
  app.talk?.close();
  app.talk = new Talk({ person: () => app.me, bot: () => theBot()?.username ?? "", leave, changed: refreshAll, deepLink });
  const wide = matchMedia("(min-width: 720px)").matches;
  const wanted = frameOf(chat ?? app.chat) ? (chat ?? app.chat) : wide ? theBot()?.id ?? 0 : 0;
  let lost = false;
  app.unlisten = stream(person, take, (up) => {
    document.body.classList.toggle("offline", !up);
    if (up && lost) reload(); // what happened meanwhile was not told
    lost = !up;
  });
  refreshPeople();
  if (wanted) await openChat(wanted);
  else leave();
}

async function reload() {
  await refreshChats();
  const frame = frameOf(app.chat);
  if (frame) await app.talk.open(frame);
}

async function openChat(id) {
  app.chat = id;
  $("#app").dataset.view = "chat";
  toHash();
  drawChats();
  await app.talk.open(frameOf(id));
}

function leave() {
  app.chat = 0;
  $("#app").dataset.view = "list";
  app.talk.close();
  toHash();
  drawChats();
}

async function deepLink(payload) {
  const bot = theBot();
  if (app.chat !== bot.id) await openChat(bot.id);
  if (bot.started && !bot.blocked) act("start", app.me, bot.id, { payload });
  else app.talk.payload = payload;
}

function take(event) {
  app.events += 1;
  if (event.kind === "chats") { refreshAll(); return; }
  if (event.kind === "people") { refreshPeopleSoon(); return; }
  if (event.kind === "answer") { answered(event); return; }
  if (event.kind === "inline") { app.talk.composer.inlineResults(event); return; }
  if (event.frame) {
    app.chats = app.chats.map((chat) => (chat.id === event.frame.id ? event.frame : chat));
    if (!frameOf(event.frame.id)) app.chats.push(event.frame);
  }
  if (event.chat === app.chat && app.talk.frame) app.talk.take(event);
  drawChats();
}

function answered(event) {
  app.talk.answered(event);
  if (event.url) app.talk.link(event.url);
  if (!event.text) return;
  if (event.alert) dialog("SteppeWire", el("p", {}, event.text), [["OK", "ok", null]]);
  else toast(event.text);
}

async function main() {
  await refreshPeople();
  const { person, chat } = fromHash();
  await become(person, chat);
  window.addEventListener("popstate", () => { const wanted = fromHash(); if (wanted.person !== app.me) become(wanted.person, wanted.chat); else if (wanted.chat && frameOf(wanted.chat)) openChat(wanted.chat); else leave(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) app.talk?.scrolled(); });
  window.addEventListener("resize", () => { app.talk?.composer.fit(); });
  document.body.dataset.ready = "";
}

main();
