// The few words of the page itself, in the person's language.

const WORDS = {
  en: {
    start: "START", restart: "RESTART", message: "Message", broadcast: "Broadcast", edited: "edited", typing: "typing", menu: "Menu",
    about: "What can this bot do?", empty: "No messages here yet", today: "Today", yesterday: "Yesterday", readonly: "Only admins can post here",
    choose: "Choose a chat and start writing", file: "File", place: "Location", whereabouts: "Where are you?", cancel: "Cancel", block: "Stop and block the bot",
    add: "Add the bot to this chat", reply: "Reply", more: "Show more", less: "Show less", hidden: "hidden text", drop: "Drop a file to send it",
    banner: "A sandbox on this machine: no real Telegram, and all outlets are invented.", older: "Earlier messages", sending: "sends a file",
    send: "Send", attach: "Attach", offers: "Suggestions", back: "Back", actions: "More", down: "To the end", copied: "Copied", copy: "Copy", photo: "Photo",
    silently: "sent without sound", chats: "Chats", whoami: "Who you are", bot: "bot", channel: "channel", unread: "unread",
  },
  ru: {
    start: "НАЧАТЬ", restart: "ПЕРЕЗАПУСТИТЬ", message: "Сообщение", broadcast: "Публикация", edited: "изменено", typing: "печатает", menu: "Меню",
    about: "Что умеет этот бот?", empty: "Здесь пока пусто", today: "Сегодня", yesterday: "Вчера", readonly: "Писать могут только администраторы",
    choose: "Выберите чат и напишите", file: "Файл", place: "Геопозиция", whereabouts: "Где вы?", cancel: "Отмена", block: "Остановить и заблокировать",
    add: "Добавить бота в чат", reply: "Ответить", more: "Показать всё", less: "Свернуть", hidden: "скрытый текст", drop: "Отпустите файл, чтобы отправить",
    banner: "Это песочница на вашем компьютере: Telegram не настоящий, все издания вымышлены.", older: "Ранние сообщения", sending: "отправляет файл",
    send: "Отправить", attach: "Прикрепить", offers: "Подсказки", back: "Назад", actions: "Ещё", down: "В конец", copied: "Скопировано", copy: "Копировать", photo: "Фото",
    silently: "отправлено без звука", chats: "Чаты", whoami: "Кто вы", bot: "бот", channel: "канал", unread: "не прочитано",
  },
};

let language = "en";
export const speak = (code) => { language = WORDS[code] ? code : "en"; document.documentElement.lang = language; };
export const word = (name) => WORDS[language][name];
export const locale = () => (language === "ru" ? "ru-RU" : "en-GB");

const MEMBERS = {
  en: { channel: { one: "subscriber", other: "subscribers" }, group: { one: "member", other: "members" } },
  ru: { channel: { one: "подписчик", few: "подписчика", many: "подписчиков" }, group: { one: "участник", few: "участника", many: "участников" } },
};

// What stands under a chat's name: bot, 3 members, 5 subscribers.
export function kindOf(frame) {
  if (frame.kind === "private") return word("bot");
  const forms = MEMBERS[language][frame.kind === "channel" ? "channel" : "group"];
  return `${frame.members} ${forms[new Intl.PluralRules(language).select(frame.members)]}`;
}

const ROLES = { "reader in English": "по-английски", "reader in Russian": "по-русски", administrator: "админ", reader: "читатель" };
export const role = (name) => (language === "ru" ? ROLES[name] : null) ?? name;

export function clock(at) {
  return new Date(at).toLocaleTimeString(locale(), { hour: "2-digit", minute: "2-digit" });
}

export function day(at) {
  const then = new Date(at), now = new Date();
  const days = Math.round((new Date(now.toDateString()) - new Date(then.toDateString())) / 86_400_000);
  if (days === 0) return word("today");
  if (days === 1) return word("yesterday");
  const year = then.getFullYear() === now.getFullYear() ? undefined : "numeric";
  return then.toLocaleDateString(locale(), { day: "numeric", month: "long", year });
}

export function shortTime(at) {
  const then = new Date(at);
  return then.toDateString() === new Date().toDateString() ? clock(at) : then.toLocaleDateString(locale(), { day: "numeric", month: "short" });
}

export function size(bytes) {
  const unit = bytes < 1000 ? 0 : bytes < 1_000_000 ? 1 : 2;
  const figure = (bytes / 1000 ** unit).toLocaleString(locale(), { maximumFractionDigits: 1 });
  return `${figure} ${(language === "ru" ? ["Б", "КБ", "МБ"] : ["B", "KB", "MB"])[unit]}`;
}
