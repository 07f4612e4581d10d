"""What admins are told of the sources: one message when some fall ill, one when they recover."""

from collections.abc import Iterable
from datetime import datetime

from bot.render import feeds as render
from storage import chats, feeds
from storage.model import NO_THREAD, ChatId
from storage.outbox import queue
from storage.outbox.deliveries import DeliveryKind, NewDelivery, Rendered
from storage.sql import Connection


def enqueue_feed_notices(db: Connection, admins: Iterable[int], now: datetime) -> int:
    """Owe every admin who has met us one message about what befell the feeds since last time.

    Run in one transaction: what is taken is owed. Returns how many messages are owed. Without
    any admin to tell, the notices wait.
    """
    known = [chat for one in sorted(admins) if (chat := chats.get(db, ChatId(one))) is not None]
    if not known:
        return 0
    told = feeds.take_notices(db)
    if not told:
        return 0
    new = [
        NewDelivery(
            chat.id,
            NO_THREAD,
            DeliveryKind.NOTICE,
            f"feeds/{now:%Y%m%d%H%M%S%f}",
            payload=Rendered(render.notices(told, chat, now=now).html),
        )
        for chat in known
    ]
    return queue.enqueue(db, new, now)
