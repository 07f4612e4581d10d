"""Updates about our own place in chats: added, blocked, removed, moved to another id."""

from datetime import datetime

import structlog
from telegram import ChatMemberUpdated, Message
from telegram.constants import ChatType

from bot.context import Context
from bot.render.markup import tidy
from bot.telegram.incoming import Sender, see_sender
from bot.telegram.rights import MANAGING
from storage import chats, dialogs
from storage.model import NO_THREAD, ChatId
from storage.outbox import queue, settle
from storage.outbox.deliveries import DeliveryKind, NewDelivery, Sentence
from storage.sql import Connection

log = structlog.get_logger(__name__)

IN_CHAT = ("member", "administrator", "creator", "restricted")


async def follow_membership(change: ChatMemberUpdated, context: Context) -> Sender | None:
    """Note a chat as gone or back; return a group that has just taken us in.

    A channel is bound by its owner with /channel, not by adding us: nor does it go over to us from
    another bot of the archive.
    """
    chat, now = change.chat, context.clock()
    status = str(change.new_chat_member.status)
    if status not in IN_CHAT:
        await context.db.write(left, ChatId(chat.id), status, now, context.bot_name)
        log.info("chat gone", chat=chat.id, why=status)
        return None
    known = await context.db.read(chats.get, ChatId(chat.id))
    if chat.type == ChatType.CHANNEL and known is None:
        return None
    has_come = arrived(change) and chat.type != ChatType.CHANNEL
    found = await see_sender(context, chat, change.from_user, arrived=has_come)
    is_group = chat.type in (ChatType.GROUP, ChatType.SUPERGROUP)
    return found if has_come and is_group else None


def left(db: Connection, chat_id: ChatId, why: str, now: datetime, bot_name: str) -> None:
    """Note a chat as gone, unless another bot of the archive writes to it."""
    if chats.bot_of(db, chat_id) == bot_name:
        settle.gone(db, chat_id, why, now)


def arrived(change: ChatMemberUpdated) -> bool:
    """Tell whether a chat has just let us in."""
    before, after = change.old_chat_member.status, change.new_chat_member.status
    return str(before) not in IN_CHAT and str(after) in IN_CHAT


async def follow_rights(change: ChatMemberUpdated, context: Context) -> None:
    """End the binding of a channel whose admin somebody is no more, with a word to them.

    Telegram tells it to bots that are admins there themselves. Where it does not, a lost right is
    noticed when it is used.
    """
    member = change.new_chat_member
    channel, person = ChatId(change.chat.id), ChatId(member.user.id)
    if member.status in MANAGING:
        return
    context.rights.lost(channel, member.user.id)
    now = context.clock()

    def unbind(db: Connection) -> None:
        if dialogs.unbind(db, channel, person):
            said = Sentence("channel.lost", {"title": tidy(change.chat.title or "", 80)})
            key = f"unbound:{channel}:{now:%Y-%m-%dT%H:%M}"
            word = NewDelivery(person, NO_THREAD, DeliveryKind.NOTICE, key, payload=said)
            queue.enqueue(db, [word], now)

    if change.chat.type == ChatType.CHANNEL:
        await context.db.write(unbind)
        context.wake()


async def follow_migration(message: Message, context: Context) -> None:
    """Move what a group had to the supergroup it became; both chats announce it."""
    if message.migrate_to_chat_id:
        old, new = message.chat.id, message.migrate_to_chat_id
    elif message.migrate_from_chat_id:
        old, new = message.migrate_from_chat_id, message.chat.id
    else:
        return
    await context.db.write(settle.moved, ChatId(old), ChatId(new), context.clock())
    log.info("chat moved", old=old, new=new)
