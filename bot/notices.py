"""Notices to admins: of feeds that fall ill or recover, of a file that could not be written."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.conversation import Html
from bot.render import feeds as render
from bot.render.markup import translate_html
from bot.texts import sentence, words
from storage import chats, feeds
from storage.errors import StorageError
from storage.model import NO_THREAD, ChatId
from storage.outbox import queue
from storage.outbox.deliveries import DeliveryKind, NewDelivery, Rendered
from storage.sql import Connection


def enqueue_feed_notices(db: Connection, admins: Iterable[int], now: datetime) -> int:
    """Queue one message about changed feeds for each admin who has a chat with us.

    Run in one transaction, so that no notice is taken and not queued. Returns how many messages
    were queued. While no admin has a chat with us, the notices wait.
    """
    known = [
        chat for admin in sorted(admins) if (chat := chats.get(db, ChatId(admin))) is not None
    ]
    if not known:
        return 0
    notices = feeds.take_notices(db)
    if not notices:
        return 0
    new = [
        NewDelivery(
            chat.id,
            NO_THREAD,
            DeliveryKind.NOTICE,
            f"feeds/{now:%Y%m%d%H%M%S%f}",
            payload=Rendered(render.notices(notices, chat, now=now).html),
        )
        for chat in known
    ]
    return queue.enqueue(db, new, now)


def storage_notice(error: StorageError, language: str, lasted: timedelta | None = None) -> Html:
    """Say that nothing can be written to the database, or, with how long it ``lasted``, could."""
    reason = sentence(error, language)
    if lasted is None:
        return translate_html(language, "notice.unwritable", reason=reason)
    told = words.lasting(lasted, language)
    return translate_html(language, "notice.writable", lasted=told, reason=reason)


def enqueue_storage_notice(
    db: Connection,
    admins: Iterable[int],
    error: StorageError,
    lasted: timedelta,
    now: datetime,
) -> int:
    """Queue one message for each admin that the database can be written again; return how many."""
    known = (chats.get(db, ChatId(admin)) for admin in sorted(admins))
    new = [
        NewDelivery(
            chat.id,
            NO_THREAD,
            DeliveryKind.NOTICE,
            f"storage/{now:%Y%m%d%H%M%S%f}",
            payload=Rendered(storage_notice(error, chat.language, lasted)),
        )
        for chat in known
        if chat is not None
    ]
    return queue.enqueue(db, new, now)
