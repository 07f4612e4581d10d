"""Telegram itself, as people use it: say, press, send, share, ask inline."""

from dataclasses import replace
from datetime import timedelta
from mimetypes import guess_type

from bot.sandbox.telegram.autolinks import with_spans
from bot.sandbox.telegram.chats import GroupChats
from bot.sandbox.telegram.entities import parse_html, trimmed
from bot.sandbox.telegram.model import (
    ANONYMOUS_ADMIN_ID,
    BotCommand,
    CallbackQuery,
    Dialog,
    ForwardedPost,
    InlineQuery,
    Key,
    KeyboardButton,
    Location,
    SandboxMessage,
    StoredFile,
    StoreEvent,
    Topic,
)
from bot.sandbox.telegram.pictures import picture_size
from bot.sandbox.telegram.wire import callback_query_json, user_json


class Telegram(GroupChats):
    """The whole service; tests speak to it as people do, the Bot API speaks to it as bots."""

    def key(self, person_id: int, chat_id: int | None = None) -> Key:
        """Where a person writes: None or a bot's id is a private chat, else a group or channel."""
        if chat_id is None or chat_id in self.bots:
            return Key(person_id, chat_id or self.main_bot)
        chat = self.chats[chat_id]
        return Key(chat.migrated_to or chat.id)

    def start(
        self, person_id: int, payload: str = "", bot_id: int | None = None
    ) -> SandboxMessage:
        """Press START (or RESTART after a block), with a deep link's payload if any."""
        self.unblock(person_id, bot_id)
        return self.say(person_id, f"/start {payload}".strip(), chat=bot_id)

    def say(
        self,
        person_id: int,
        text: str,
        *,
        chat: int | None = None,
        reply_to: int | None = None,
        thread: int | None = None,
    ) -> SandboxMessage:
        """Write a text message as a person; bots that may see it get an update."""
        clean, _ = trimmed(text, ())
        if not clean:
            raise ValueError("nothing to say")
        return self._post(
            person_id, chat, text=clean, reply_to=reply_to, thread=thread, file=None, location=None
        )

    def send_file(
        self,
        person_id: int,
        name: str,
        content: bytes,
        *,
        mime: str = "",
        caption: str = "",
        chat: int | None = None,
    ) -> SandboxMessage:
        """Send a document as a person."""
        kind = mime or guess_type(name)[0] or "application/octet-stream"
        file = self.put_file(content, name, kind, picture_size(content) or (0, 0))
        return self._post(
            person_id, chat, text=caption, reply_to=None, thread=None, file=file, location=None
        )

    def share_location(
        self, person_id: int, latitude: float, longitude: float, *, chat: int | None = None
    ) -> SandboxMessage:
        """Share a point on the map as a person; degrees."""
        place = Location(latitude, longitude)
        return self._post(
            person_id, chat, text="", reply_to=None, thread=None, file=None, location=place
        )

    def forward(
        self, person_id: int, post: ForwardedPost, text: str, *, chat: int | None = None
    ) -> SandboxMessage:
        """Forward a channel's post as a person."""
        return self._post(person_id, chat, text=text, forwarded=post)

    def _post(
        self,
        person_id: int,
        chat_id: int | None,
        *,
        text: str,
        reply_to: int | None = None,
        thread: int | None = None,
        file: StoredFile | None = None,
        location: Location | None = None,
        forwarded: ForwardedPost | None = None,
    ) -> SandboxMessage:
        key = self.key(person_id, chat_id)
        if key.bot_id:
            self._open_dialog(key)
        sender, sender_chat = self._signature(person_id, key)
        message = SandboxMessage(
            self.next_message_id(key),
            key,
            self.clock(),
            sender,
            text=text,
            entities=with_spans(text, ()),
            document=file,
            location=location,
            reply_to=reply_to,
            thread_id=thread,
            sender_chat_id=sender_chat,
            forwarded=forwarded,
        )
        self.append(message)
        self.read[person_id, key] = message.id
        self.queue_message(message, self._update_kind(key, edited=False))
        return message

    def _open_dialog(self, key: Key) -> None:
        dialog = self.dialogs.get(key, Dialog())
        if dialog.blocked:
            raise ValueError("the person has blocked this bot; press START first")
        if not dialog.started:
            self.dialogs[key] = replace(dialog, started=True)
            self.notify(StoreEvent("chats", key))

    def _signature(self, person_id: int, key: Key) -> tuple[int | None, int | None]:
        if key.bot_id:
            return person_id, None
        chat = self.chats[key.chat_id]
        member = chat.member(person_id)
        if member is None or not member.is_inside:
            raise ValueError(f"{person_id} is not in {chat.title}")
        if chat.kind == "channel":
            if not member.is_admin:
                raise ValueError("only admins post in a channel")
            return None, chat.id
        return (ANONYMOUS_ADMIN_ID, chat.id) if member.anonymous else (person_id, None)

    def _update_kind(self, key: Key, *, edited: bool) -> str:
        channel = not key.bot_id and self.chats[key.chat_id].kind == "channel"
        return ("edited_" if edited else "") + ("channel_post" if channel else "message")

    def edit(self, message: SandboxMessage, text: str) -> SandboxMessage:
        """Edit a person's own message."""
        edited = replace(message, text=text, entities=with_spans(text, ()), edited=self.clock())
        self.change(edited)
        self.queue_message(edited, self._update_kind(message.key, edited=True))
        return edited

    # -- buttons

    def press(
        self,
        person_id: int,
        message: SandboxMessage,
        button: str | int | KeyboardButton = 0,
        *,
        data: str | None = None,
    ) -> CallbackQuery:
        """Press an inline button given by text, index or itself; `data` forges what is sent."""
        current = self.find(message.key, message.id) or message
        sent = data if data is not None else chosen(current, button).callback_data
        if sent is None:
            raise ValueError("this button sends nothing to the bot")
        author = current.via_bot_id or current.sender_id
        bot_id = author if author in self.bots else self.channel_bot(message.key)
        press = CallbackQuery(
            f"{self.serial():018d}", bot_id, person_id, message.key, message.id, self.clock()
        )
        self.put_callback_query(press)
        self.queue(bot_id, "callback_query", callback_query_json(self, press, sent))
        return press

    def channel_bot(self, key: Key) -> int:
        """Find the bot behind a channel's posts, or the main one."""
        if key.bot_id:
            return key.bot_id
        inside = (m.user_id for m in self.chats[key.chat_id].members if m.is_inside)
        return next((i for i in inside if i in self.bots), self.main_bot)

    def answer_to(self, press: CallbackQuery) -> CallbackQuery:
        """Read what became of a press."""
        return self.callback_queries[press.id]

    # -- inline mode

    def ask_inline(self, person_id: int, query: str, bot_id: int | None = None) -> InlineQuery:
        """Type `@bot query` in any chat."""
        to = bot_id or self.main_bot
        ask = InlineQuery(f"{self.serial():018d}", to, person_id, query, self.clock())
        self.inline_queries[ask.id] = ask
        if len(self.inline_queries) > self.keep:
            self.inline_queries.popitem(last=False)
        person = user_json(self.users[person_id])
        body = {"id": ask.id, "from": person, "query": query, "offset": ""}
        self.queue(to, "inline_query", body)
        return ask

    def choose_inline(self, ask: InlineQuery, index: int, *, chat: int) -> SandboxMessage:
        """Send one of the results of an answered inline query to a chat."""
        result = self.inline_queries[ask.id].results[index]
        content = result.get("input_message_content") or {"message_text": result.get("title", "")}
        text = str(content.get("message_text", ""))
        if content.get("parse_mode") == "HTML":
            text, entities = trimmed(*parse_html(text))
        else:
            entities = ()
        key = self.key(ask.person_id, chat)
        message = SandboxMessage(
            self.next_message_id(key),
            key,
            self.clock(),
            ask.person_id,
            text=text,
            entities=with_spans(text, entities),
            via_bot_id=ask.bot_id,
        )
        return self.append(message)

    # -- what a person sees

    def menu(self, person_id: int, key: Key) -> tuple[BotCommand, ...]:
        """Resolve the command menu for a person in a chat: narrowest scope, then language."""
        bot_id = self.channel_bot(key)
        language = self.users[person_id].language_code or ""
        for scope in self._scopes(person_id, key):
            for code in dict.fromkeys((language[:2], "")):
                found = self.commands.get((bot_id, scope, code))
                if found:
                    return found
        return ()

    def _scopes(self, person_id: int, key: Key) -> tuple[str, ...]:
        if not key.bot_id and self.chats[key.chat_id].kind == "channel":
            return ()  # channels have no menus
        if key.bot_id:
            return (f"chat:{person_id}", "all_private_chats", "default")
        member = self.chats[key.chat_id].member(person_id)
        admin = member is not None and member.is_admin
        here = key.chat_id
        return (
            f"chat_member:{here}:{person_id}",
            *((f"chat_administrators:{here}",) if admin else ()),
            f"chat:{here}",
            *(("all_chat_administrators",) if admin else ()),
            "all_group_chats",
            "default",
        )

    def age(self, message: SandboxMessage) -> timedelta:
        """How long ago a message was sent."""
        return self.clock() - message.date

    def topics(self, chat_id: int) -> tuple[Topic, ...]:
        """List the topics of a forum."""
        return self.chats[chat_id].topics


def chosen(message: SandboxMessage, button: str | int | KeyboardButton) -> KeyboardButton:
    """Find a button by its place, its text (or a part of it) or its data."""
    if isinstance(button, KeyboardButton):
        return button
    if isinstance(button, int):
        return message.buttons[button]
    exact = [b for b in message.buttons if button in (b.text, b.callback_data)]
    partial = [b for b in message.buttons if button in b.text]
    if not (exact or partial):
        raise LookupError(f"no button {button!r} among {[b.text for b in message.buttons]}")
    return (exact or partial)[0]
