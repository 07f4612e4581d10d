"""What a person sees in the chat page (pure): the sandbox's values → our page's own JSON."""

from collections import OrderedDict
from collections.abc import Iterable
from itertools import islice

from bot.sandbox.telegram.model import (
    Dialog,
    Json,
    Key,
    KeyboardButton,
    SandboxChat,
    SandboxMessage,
    StoredFile,
)
from bot.sandbox.telegram.people import ROLES
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.telegram.wire import entity_json

MOST_UNREAD = 999
RECENT = 200  # messages searched for a reply keyboard
PREVIEW = 120  # characters of a chat list's second line


def people_view(telegram: Telegram) -> list[Json]:
    """List the people one can be."""
    return [
        {
            "id": user.id,
            "name": user.name,
            "language": user.language_code or "",
            "role": ROLES.get(user.id, "reader"),
            "unread": sum(unread(telegram, user.id, key) for key in keys_of(telegram, user.id)),
        }
        for user in telegram.users.values()
        if not user.is_bot and not user.deactivated
    ]


def keys_of(telegram: Telegram, person_id: int) -> list[Key]:
    """List the conversations a person sees."""
    private = [Key(person_id, bot_id) for bot_id in telegram.bots]
    shared = [Key(c.id) for c in telegram.chats.values() if sees(telegram, person_id, Key(c.id))]
    return private + shared


def sees(telegram: Telegram, person_id: int, key: Key) -> bool:
    """Whether this conversation is the person's to see."""
    if key.bot_id:
        return key.chat_id == person_id
    chat = telegram.chats.get(key.chat_id)
    if chat is None or chat.migrated_to is not None:
        return False
    member = chat.member(person_id)
    return member is not None and member.is_inside


def unread(telegram: Telegram, person_id: int, key: Key) -> int:
    """Count what came since the person last looked, from the end backwards."""
    read = telegram.read.get((person_id, key), 0)
    count = 0
    for message_id, message in reversed(telegram.talks.get(key, OrderedDict()).items()):
        if message_id <= read:
            break
        count += message.sender_id != person_id
        if count > MOST_UNREAD:
            break
    return count


def page_chat_id(key: Key) -> int:
    """Give the number a conversation has for its person: private chats by the bot's id."""
    return key.bot_id or key.chat_id


def chat_view(telegram: Telegram, person_id: int, key: Key) -> Json:
    """One line of the chat list, with all the page needs to draw the chat's frame."""
    talk = telegram.talks.get(key, OrderedDict())
    last = next(reversed(talk.values())) if talk else None
    body = {
        "id": page_chat_id(key),
        "unread": unread(telegram, person_id, key),
        "last": message_preview(telegram, last, person_id) if last else None,
        "commands": [
            {"command": c.command, "description": c.description}
            for c in telegram.menu(person_id, key)
        ],
        "keyboard": _reply_keyboard(islice(reversed(talk.values()), RECENT)),
    }
    return body | (
        _private_frame(telegram, key) if key.bot_id else _shared_frame(telegram, person_id, key)
    )


def _private_frame(telegram: Telegram, key: Key) -> Json:
    bot = telegram.bots[key.bot_id]
    dialog = telegram.dialogs.get(key, Dialog())
    code = (telegram.users[key.chat_id].language_code or "")[:2]
    texts = {
        field: telegram.profiles.get((bot.id, field, code))
        or telegram.profiles.get((bot.id, field, ""))
        or ""
        for field in ("description", "short_description", "name")
    }
    return {
        "kind": "private",
        "title": texts["name"] or bot.user.name,
        "username": bot.user.username,
        "members": 0,
        "about": texts["description"],
        "bio": texts["short_description"],
        "started": dialog.started,
        "blocked": dialog.blocked,
        "writable": True,
        "admin": False,
        "has_bot": True,
    }


def _shared_frame(telegram: Telegram, person_id: int, key: Key) -> Json:
    chat = telegram.chats[key.chat_id]
    inside = [m for m in chat.members if m.is_inside]
    me = chat.member(person_id)
    admin = me is not None and me.is_admin
    return {
        "kind": chat.kind,
        "title": chat.title,
        "username": chat.username,
        "members": len(inside),
        "about": "",
        "bio": "",
        "started": True,
        "blocked": False,
        "writable": chat.kind != "channel" or admin,
        "admin": admin,
        "has_bot": any(m.user_id in telegram.bots for m in inside),
        "topics": [{"id": t.id, "name": t.name, "closed": t.closed} for t in chat.topics],
    }


def _reply_keyboard(newest_first: Iterable[SandboxMessage]) -> list[list[Json]] | None:
    for message in newest_first:
        if message.markup is None or message.markup.kind == "inline":
            continue
        if message.markup.kind != "reply":
            return None
        return [
            [{"text": key.text, "location": key.request_location} for key in row]
            for row in message.markup.rows
        ]
    return None


def message_preview(telegram: Telegram, message: SandboxMessage, person_id: int) -> Json:
    """Shorten a message to one line."""
    return {
        "text": _summary(message)[:PREVIEW],
        "at": int(message.date.timestamp() * 1000),
        "out": message.sender_id == person_id,
        "author": "" if message.key.bot_id else author_name(telegram, message),
    }


def _summary(message: SandboxMessage) -> str:
    text = " ".join(message.text.split())
    if message.photo:
        return f"🖼 {text or 'Photo'}"
    if message.document:
        return f"📎 {text or message.document.name}"
    if message.location:
        return "📍 Location"
    return text or service_text(message.service)


def service_text(service: Json | None) -> str:
    """Say what a service message says."""
    if not service:
        return ""
    if "new_chat_members" in service:
        names = ", ".join(user["first_name"] for user in service["new_chat_members"])
        return f"{names} joined the chat"
    if "migrate_to_chat_id" in service or "migrate_from_chat_id" in service:
        return "The group was upgraded to a supergroup"
    if "forum_topic_created" in service:
        return f"Topic “{service['forum_topic_created']['name']}” was created"
    return "Service message"


def author_name(telegram: Telegram, message: SandboxMessage) -> str:
    """Say who wrote: a person, a bot, or the chat itself."""
    if message.sender_chat_id is not None:
        chat: SandboxChat | None = telegram.chats.get(message.sender_chat_id)
        return chat.title if chat else "Channel"
    user = telegram.users.get(message.sender_id or 0)
    return user.name if user else ""


def message_view(telegram: Telegram, message: SandboxMessage, person_id: int) -> Json:
    """One bubble."""
    replied = telegram.find(message.key, message.reply_to) if message.reply_to else None
    sender = telegram.users.get(message.sender_id or 0)
    body: Json = {
        "id": message.id,
        "chat": page_chat_id(message.key),
        "at": int(message.date.timestamp() * 1000),
        "edited": message.edited is not None,
        "out": message.sender_id == person_id,
        "author": author_name(telegram, message),
        "author_id": message.sender_id or 0,
        "bot": bool(sender and sender.is_bot),
        "silent": message.silent,
        "text": message.text,
        "entities": [entity_json(entity) for entity in message.entities],
        "service": service_text(message.service),
        "keyboard": _keyboard(message),
        "asks": _asks(message, replied, person_id),
        "photo": _file(message.photo),
        "document": _file(message.document),
        "preview": _preview(message),
        "location": None,
        "reply": None,
        "thread": message.thread_id or 0,
        "topic": _topic_name(telegram, message),
        "via": telegram.users[message.via_bot_id].username if message.via_bot_id else "",
    }
    if message.location:
        body["location"] = [message.location.latitude, message.location.longitude]
    if replied:
        text = message.quote or _summary(replied)
        name = author_name(telegram, replied)
        body["reply"] = {"id": replied.id, "author": name, "text": text[:PREVIEW]}
    return body


def _preview(message: SandboxMessage) -> Json | None:
    """Say which picture stands beside a text, and where.

    Only an address that the bot named itself: the page has no preview of other sites to show.
    """
    shown = message.preview
    if message.has_media or shown.disabled or not shown.url:
        return None
    return {"url": shown.url, "large": shown.large, "above": shown.above}


def _asks(message: SandboxMessage, replied: SandboxMessage | None, person_id: int) -> bool:
    """Whether Telegram would open an answer to this message by itself (ForceReply).

    In a group only for whom it answers or names: others are not asked.
    """
    if message.markup is None or message.markup.kind != "force":
        return False
    if message.key.bot_id or (replied is not None and replied.sender_id == person_id):
        return True
    return any(entity.url == f"tg://user?id={person_id}" for entity in message.entities)


def _topic_name(telegram: Telegram, message: SandboxMessage) -> str:
    chat = telegram.chats.get(message.key.chat_id)
    topic = chat.topic(message.thread_id) if chat and message.thread_id else None
    return topic.name if topic else ""


def _keyboard(message: SandboxMessage) -> list[list[Json]]:
    if message.markup is None or message.markup.kind != "inline":
        return []
    number = 0
    rows = []
    for row in message.markup.rows:
        rows.append([_button(key, number + place) for place, key in enumerate(row)])
        number += len(row)
    return rows


def _button(button: KeyboardButton, number: int) -> Json:
    kind = "data"
    if button.url:
        kind = "url"
    elif button.copy_text:
        kind = "copy"
    elif button.inline_query is not None or button.inline_here is not None:
        kind = "inline"
    value = button.url or button.copy_text or button.inline_query or button.inline_here or ""
    return {"text": button.text, "kind": kind, "value": value, "number": number}


def _file(file: StoredFile | None) -> Json | None:
    if file is None:
        return None
    return {
        "id": file.id,
        "name": file.name,
        "size": len(file.content),
        "mime": file.mime,
        "width": file.width,
        "height": file.height,
    }
