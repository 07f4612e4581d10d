"""Update → Ask: what Telegram tells us of a message or a press, as plain values."""

import re
from dataclasses import dataclass
from datetime import datetime

from telegram import Bot, CallbackQuery, MessageOriginChannel, User
from telegram import Chat as TelegramChat
from telegram import Message as TelegramMessage
from telegram.constants import ChatType
from telegram.error import BadRequest, Forbidden

from bot import texts
from bot.context import ChannelFacts, Context
from bot.conversation import Ask, Forwarded, SentFile
from bot.telegram.rights import MANAGING
from storage import chats, dialogs, inbox
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, ThreadId
from storage.outbox import chat_queues, queue, settle
from storage.sql import Connection

MOST_TEXT = 4096

_COMMAND = re.compile(r"/([A-Za-z0-9_]{1,64})(?:@(\w{1,64}))?(?:\s+(.*))?", re.DOTALL)
_PRESS = re.compile(r"[a-z0-9_]{1,6}(?::[A-Za-z0-9_+./-]{0,40}){0,4}")


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom an update came from: the chat it was written in, and the one it concerns."""

    here: Chat
    chat: Chat


def command_of(text: str, bot_username: str) -> tuple[str, str] | None:
    """Split ``/name@bot arguments``; None where it is no command, or another bot's."""
    found = _COMMAND.fullmatch(text.strip())
    if found is None:
        return None
    name, bot, rest = found.groups()
    if bot is not None and bot.casefold() != bot_username.casefold():
        return None
    return name.casefold(), (rest or "").strip()


def press_of(data: str | None) -> tuple[str, ...]:
    """Split a button's data; () where it is not of our form (anybody can send any)."""
    return tuple(data.split(":")) if data and _PRESS.fullmatch(data) else ()


def kind_of(chat: TelegramChat) -> ChatKind:
    """Return the kind of a chat."""
    return ChatKind(str(chat.type))


def thread_of(message: TelegramMessage) -> ThreadId:
    """Return the topic a message stands in; a mere thread of replies is none."""
    if message.is_topic_message and message.message_thread_id:
        return ThreadId(message.message_thread_id)
    return NO_THREAD


def new_chat(chat: TelegramChat, person: User | None, context: Context) -> Chat:
    """Describe a chat as it would begin with us."""
    language = person.language_code if person is not None else None
    return Chat(
        id=ChatId(chat.id),
        kind=kind_of(chat),
        # People's names are no business of ours; /privacy says so.
        title=(chat.title or "")[:200],
        language=texts.choose(language, context.language),
        time_zone=context.time_zone,
        zone_assumed=True,
    )


def see_chat(
    db: Connection, chat: Chat, now: datetime, bot_name: str = "", *, arrived: bool = False
) -> Sender:
    """Note a chat that speaks to us; one that was gone is back with all it had.

    Who is new here, or gone from where they were, or ``arrived`` just now, is ours among the
    archive's bots.
    """
    known = chats.get(db, chat.id)
    if known is not None and not known.active:
        settle.back(db, chat.id, now)
    here = chats.see_chat(db, chat, now)
    if known is None or not known.active or arrived:
        queue.give_to_bot(db, chat.id, bot_name, now)
    elif here.kind is ChatKind.PRIVATE and chats.bot_of(db, chat.id) == bot_name:
        chat_queues.let_in(db, chat.id, now)  # a new token's bot was refused before its Start
    return Sender(here, _speaks_for(db, here))


def _speaks_for(db: Connection, here: Chat) -> Chat:
    channel = dialogs.acting_for(db, here.id) if here.kind is ChatKind.PRIVATE else None
    managed = chats.get(db, channel) if channel is not None else None
    return managed or here


def begin(
    db: Connection, chat: Chat, person_id: int, row: int, now: datetime, *, bot_name: str = ""
) -> tuple[Sender, str | None]:
    """Note a chat that speaks to us, and which question of ours this person answers now.

    We wait for that answer no more; the update's ``row`` keeps the question until it is answered.
    """
    found = see_chat(db, chat, now, bot_name)
    question = dialogs.answered(db, found.here.id, person_id, now)
    if question is not None and row:
        inbox.answers(db, row, question)
    return found, question


def known_sender(db: Connection, chat_id: ChatId) -> Sender | None:
    """Return a chat that speaks to us as far as it is known; None where it is new."""
    here = chats.get(db, chat_id)
    return Sender(here, _speaks_for(db, here)) if here is not None else None


async def see_sender(
    context: Context, chat: TelegramChat, person: User | None, *, arrived: bool = False
) -> Sender:
    """Note a chat that speaks to us, and know the names that were taught meanwhile."""
    await context.names.refresh()
    new = new_chat(chat, person, context)
    return await context.db.write(
        see_chat, new, context.clock(), context.bot_name, arrived=arrived
    )


async def manages(
    bot: Bot, chat: TelegramChat, person: User | None, by: TelegramChat | None
) -> bool:
    """Tell whether somebody may change a chat's settings: alone with us, or as its admin.

    Anonymous admins write in the name of the group itself.
    """
    if chat.type == ChatType.PRIVATE or (by is not None and by.id == chat.id):
        return True
    if person is None:
        return False
    try:
        member = await bot.get_chat_member(chat.id, person.id)
    except (BadRequest, Forbidden):  # such as "user not found": whoever left manages nothing
        return False
    return member.status in MANAGING


async def channel_facts(bot: Bot, name: str, person_id: int) -> ChannelFacts | None:
    """Ask Telegram about a channel by @name or id, for a person; None where there is none."""
    wanted: str | int = int(name) if name.lstrip("-").isdecimal() else f"@{name.lstrip('@')}"
    try:
        chat = await bot.get_chat(wanted)
        if chat.type != ChatType.CHANNEL:
            return None
        admins = await bot.get_chat_administrators(chat.id)
    except (BadRequest, Forbidden):
        return None
    own = next((admin for admin in admins if admin.user.id == bot.id), None)
    return ChannelFacts(
        id=ChatId(chat.id),
        title=chat.title or name,
        bot_may_post=bool(getattr(own, "can_post_messages", False)),
        person_manages=any(admin.user.id == person_id for admin in admins),
    )


def ask_of_message(message: TelegramMessage, found: Sender, context: Context) -> Ask:
    """Read a message as an Ask; its command is filled in by whoever recognises one."""
    person = message.from_user
    anonymous = message.sender_chat is not None
    reply = message.reply_to_message
    return Ask(
        chat=found.chat,
        here=found.here,
        language=found.here.language,
        thread_id=thread_of(message) if found.chat is found.here else NO_THREAD,
        person_id=writer_of(message),
        text=(message.text or message.caption or "")[:MOST_TEXT],
        message_id=message.message_id,
        replies_to=reply.message_id if reply is not None and reply.message_id else None,
        is_admin=person is not None and not anonymous and person.id in context.admin_ids,
        document=document_of(message) or (document_of(reply) if reply is not None else None),
        location=(message.location.latitude, message.location.longitude)
        if message.location is not None
        else None,
        forwarded=forwarded_of(message),
        language_code=(person.language_code or "") if person is not None else "",
    )


def writer_of(message: TelegramMessage) -> int:
    """Return who wrote a message: a person, or the channel in whose name somebody did.

    Only who writes in the group's own name is 0: so do its anonymous admins, and what is asked
    of one of them is answered by any of them, and by nobody else.
    """
    if message.sender_chat is not None:
        return 0 if message.sender_chat.id == message.chat.id else message.sender_chat.id
    return message.from_user.id if message.from_user is not None else 0


def document_of(message: TelegramMessage) -> SentFile | None:
    """Return the file that came with a message, to be read only when it is wanted."""
    attached = message.document
    if attached is None:
        return None

    async def read() -> bytes:
        file = await attached.get_file()
        return bytes(await file.download_as_bytearray())

    return SentFile((attached.file_name or "")[:200], attached.file_size or 0, read)


def forwarded_of(message: TelegramMessage) -> Forwarded | None:
    """Return the channel whose post a message is; people and groups are none of our business."""
    origin = message.forward_origin
    if not isinstance(origin, MessageOriginChannel):
        return None
    return Forwarded(origin.chat.username or "", (origin.chat.title or "")[:200])


def ask_of_press(query: CallbackQuery, found: Sender, context: Context) -> Ask:
    """Read the press of a button as an Ask."""
    message = query.message
    thread = thread_of(message) if isinstance(message, TelegramMessage) else NO_THREAD
    return Ask(
        chat=found.chat,
        here=found.here,
        language=found.here.language,
        thread_id=thread if found.chat is found.here else NO_THREAD,
        person_id=query.from_user.id,
        button=press_of(query.data),
        message_id=message.message_id if message is not None else None,
        is_admin=query.from_user.id in context.admin_ids,
    )
