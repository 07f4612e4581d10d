"""Notices to admins about feeds: one message when some fall ill, one when they recover."""

from collections.abc import Iterable
from datetime import datetime

from bot.render import feeds as render
from storage import chats, feeds
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
