"""Reading, in one transaction, what an outbox row speaks of."""

from bot.delivery.message import RenderContext
from bot.digests import listing
from storage import chats, items, matches, stories, subscriptions
from storage.model import Item, Match, Story, SubscriptionId
from storage.outbox import reports, rows
from storage.outbox.deliveries import Change, Delivery, DeliveryKind, message_of
from storage.sql import Connection

ALERTING = frozenset({DeliveryKind.ALERT, DeliveryKind.EDIT})


def gather(
    db: Connection, delivery: Delivery, *, reads_pages: bool = True
) -> RenderContext | None:
    """Read the chat, the story and the message concerned; None where the chat is gone.

    ``reads_pages`` says that articles' pages can be read here.
    """
    chat = chats.get(db, delivery.chat_id)
    if chat is None or not chat.active:
        return None
    of = message_of(delivery.payload)
    target = rows.of_id(db, of) if of is not None else None
    fold = next(
        (one for one in (delivery, target) if one is not None and one.kind is DeliveryKind.FOLD),
        None,
    )
    story = stories.get(db, delivery.story_id) if delivery.story_id is not None else None
    met: tuple[Match, ...] = ()
    queries: tuple[tuple[SubscriptionId, str], ...] = ()
    if story is not None and delivery.kind in ALERTING:
        here = {
            one.id: one.query
            for one in subscriptions.of_chat(db, chat.id)
            if one.thread_id == delivery.thread_id
        }
        met = tuple(
            one for one in matches.of_story(db, chat.id, story.id) if one.subscription_id in here
        )
        queries = tuple(here.items())
    carried = stories.by_ids(db, reports.carried(db, fold.id)) if fold is not None else ()
    return RenderContext(
        chat=chat,
        story=story,
        target=target,
        carried=carried,
        met=listing.queries_of(db, chat, [one.id for one in carried]),
        matches=met,
        queries=queries,
        item=answered_item(db, delivery, story),
        told=delivery.kind is DeliveryKind.ALERT
        and story is not None
        and rows.alerted_as_another(db, delivery, story.id),
        muted=story is not None and chats.mutes(db, chat.id, story.id),
        reads_pages=reads_pages,
    )


def answered_item(db: Connection, delivery: Delivery, story: Story | None) -> Item | None:
    """Return the item that an answer under an alert speaks of: the one that changed the facts."""
    if delivery.kind is not DeliveryKind.UPDATE or story is None:
        return None
    item_id = delivery.payload.item if isinstance(delivery.payload, Change) else None
    named = items.by_ids(db, [item_id]) if item_id is not None else ()
    return next(iter(named), story.items[-1] if story.items else None)
