// The few words of the page itself, in the person's language.

const WORDS = {
  en: {
    start: "START", restart: "RESTART", message: "Message", broadcast: "Broadcast", edited: "edited", typing: "typing", menu: "Menu",
    about: "What can this bot do?", empty: "No messages here yet", today: "Today", yesterday: "Yesterday", readonly: "Only admins can post here",
    choose: "Choose a chat and start writing", file: "File", place: "Location", whereabouts: "Where are you?", cancel: "Cancel", block: "Stop and block the bot",
    add: "Add the bot to this chat", reply: "Reply", more: "Show more", less: "Show less", hidden: "hidden text", drop: "Drop a file to send it",
    banner: "A sandbox on this machine: no real Telegram, and all outlets are invented.", older: "Earlier messages", lost: "Connecting…", sending: "sends a file",
  },
  ru: {
    start: "НАЧАТЬ", restart: "ПЕРЕЗАПУСТИТЬ", message: "Сообщение", broadcast: "Публикация", edited: "изменено", typing: "печатает", menu: "Меню",
    about: "Что умеет этот бот?", empty: "Здесь пока пусто", today: "Сегодня", yesterday: "Вчера", readonly: "Писать могут только администраторы",
    choose: "Выберите чат и напишите", file: "Файл", place: "Геопозиция", whereabouts: "Где вы?", cancel: "Отмена", block: "Остановить и заблокировать",
    add: "Добавить бота в чат", reply: "Ответить", more: "Показать всё", less: "Свернуть", hidden: "скрытый текст", drop: "Отпустите файл, чтобы отправить",
    banner: "Это песочница на вашем компьютере: Telegram не настоящий, все издания вымышлены.", older: "Ранние сообщения", lost: "Соединение…", sending: "отправляет файл",
  },
};

let language = "en";
export const speak = (code) => { language = WORDS[code] ? code : "en"; document.documentElement.lang = language; };
export const word = (name) => WORDS[language][name];
export const locale = () => (language === "ru" ? "ru-RU" : "en-GB");

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
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${(bytes / 1000).toFixed(1)} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}
