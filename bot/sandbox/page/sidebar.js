// Who you are, and your chats.

import { $, arrange, avatar, el } from "./dom.js";
import { role, shortTime, word } from "./labels.js";

export function showPeople(people, me, choose) {
  arrange($("[data-people]"), people.map((person) => [person, person.id === me]), "person", ([person]) => el("button", {
    type: "button", class: "person", "aria-pressed": String(person.id === me), title: `${person.name}, ${role(person.role)}`,
    data: { person: person.id }, onclick: () => choose(person.id),
  }, avatar(person.name, person.id), el("span", { class: "who" }, el("b", {}, person.name.split(" ")[0]), el("small", {}, role(person.role))),
  person.unread && person.id !== me ? el("span", { class: "dot", role: "img", "aria-label": `${word("unread")}: ${person.unread}` }) : null));
}

export function showChats(chats, current, choose) {
  const sorted = [...chats].sort((a, b) => (b.last?.at ?? 0) - (a.last?.at ?? 0));
  arrange($("[data-chats]"), sorted.map((chat) => [chat, chat.id === current]), "chat", ([chat, selected]) => row(chat, selected, choose));
}

function row(chat, selected, choose) {
  return el("button", { type: "button", class: "chat-row", "aria-current": selected ? "true" : null, data: { chat: chat.id, kind: chat.kind }, onclick: () => choose(chat.id) },
    face(chat),
    el("span", { class: "lines" },
      el("span", { class: "line" }, el("b", {}, chat.title), badgeOf(chat), el("time", {}, chat.last ? shortTime(chat.last.at) : "")),
      el("span", { class: "line" }, el("span", { class: "last" }, lastLine(chat)),
        chat.unread ? el("span", { class: "unread", data: { unread: chat.unread }, role: "img", "aria-label": `${word("unread")}: ${chat.unread}` }, chat.unread > 99 ? "99+" : chat.unread) : null)));
}

function badgeOf(chat) {
  return chat.kind === "private" ? el("span", { class: "tag" }, word("bot")) : chat.kind === "channel" ? el("span", { class: "tag" }, word("channel")) : null;
}

function lastLine(chat) {
  if (!chat.last) return word("empty");
  const author = chat.last.author && !chat.last.out ? el("span", { class: "by" }, `${chat.last.author.split(" ")[0]}: `) : null;
  return [author, chat.last.text].filter(Boolean);
}

export function face(chat) {
  return chat.kind === "private" ? el("img", { class: "avatar", src: "/page/icon.svg", alt: "" }) : avatar(chat.title, chat.id);
}
