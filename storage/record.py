"""Recording one document's consequences: all of it in the caller's one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import (
    feeds,
    fingerprints,
    items,
    matches,
    revisions,
    search,
    set_aside,
    stories,
    subscriptions,
    tallies,
)
from storage.items import EditedItem, LearntKey, MovedItem, NewItem
from storage.model import ChatId, FeedId, FeedState, ItemId, Match, StoryId, ThreadId
from storage.outbox import queue
from storage.outbox.deliveries import AlertCause, DeliveryKind, NewDelivery, Turn
from storage.outbox.policy import rings
from storage.set_aside import Aside
from storage.sql import Connection, to_json
from storage.tallies import NOTHING_READ, DocumentTally


@dataclass(frozen=True, slots=True)
class ChangedStory:
    """An item changed a story's facts; ``key`` names the change, which is sent once.

    Of a toll ``turn`` says from what to what.
    """

    story_id: StoryId
    item_id: ItemId
    key: str
    turn: Turn | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything one document changes, recorded in ONE transaction.

    ``state`` is None where nothing was polled (an import). ``grown`` are older stories that
    got a further item, ``changed`` those whose facts it changed. ``owed`` are the alerts that this
    makes due. ``vectors`` are what was learnt of the meaning of items, new and old. ``asides`` are
    what raised on the way and was left out, ``tally`` counts what became of the entries.
    """

    feed_id: FeedId
    now: datetime
    new: tuple[NewItem, ...] = ()
    edited: tuple[EditedItem, ...] = ()
    moved: tuple[MovedItem, ...] = ()
    learnt: tuple[LearntKey, ...] = ()
    matches: tuple[Match, ...] = ()
    grown: tuple[StoryId, ...] = ()
    changed: tuple[ChangedStory, ...] = ()
    owed: tuple[NewDelivery, ...] = ()
    state: FeedState | None = None
    vectors: tuple[tuple[ItemId, bytes], ...] = ()
    asides: tuple[Aside, ...] = ()
    tally: DocumentTally = NOTHING_READ


def record(db: Connection, intake: Intake) -> None:
    """Keep new and edited items, their stories, what they met, and the messages about them.

    The order is that of the foreign keys. Nothing of it is kept unless all of it is.
    """
    for new in intake.new:
        # Also where it opens none: the story's other items may have gone with their feed.
        stories.open_new(db, new.story_id, new.published or intake.now)
    items.add(db, intake.feed_id, intake.new, intake.now)
    revisions.keep(db, (item.id for item in intake.edited), intake.now)
    items.edit(db, intake.edited, intake.now)
    items.readdress(db, intake.moved)
    items.learn(db, intake.feed_id, intake.learnt)
    changed: tuple[NewItem | EditedItem, ...] = (*intake.new, *intake.edited)
    fingerprints.keep(
        db, [(one.id, one.packed_features) for one in changed if one.packed_features]
    )
    fingerprints.keep_vectors(db, intake.vectors)
    for item in changed:
        search.index(db, item.id, item.words)
    matches.add(db, intake.matches, intake.now)
    stories.refresh(db, {item.story_id for item in changed})
    set_aside.note(db, intake.asides, intake.now)
    queue.enqueue(db, intake.owed, intake.now)
    for story_id in intake.grown:
        queue.grown(db, story_id, intake.now)
    for change in intake.changed:
        queue.changed(
            db, change.story_id, change.key, change.item_id, intake.now, turn=change.turn
        )
    tallies.add(db, intake.feed_id, intake.tally, intake.now)
    if intake.state is not None:
        feeds.keep_state(db, intake.feed_id, intake.state, new=len(intake.new))
    elif intake.new:
        feeds.grow(db, intake.feed_id, len(intake.new))


def join(db: Connection, story_id: StoryId, into: StoryId, now: datetime) -> None:
    """Make one story of two that turned out to be one; the messages of both show it whole."""
    stories.join(db, story_id, into, now)
    queue.reshown(db, [into], now)


def move(
    db: Connection, moved: Sequence[ItemId], source: StoryId, target: StoryId, now: datetime
) -> None:
    """Move items that turned out to tell another story, and tell whom that keeps from its news.

    Who heard of ``source`` heard nothing of ``target``, or under a wrong headline: there its items
    are news, once. An alert that the story's first item brought was of this item alone: it goes
    along, and what it left behind is news in its place.
    """
    (opener,) = db.conn.execute(
        "select min(id) from items where story_id = ?", (source,)
    ).fetchone()
    heard = heard_of(db, source)
    stories.move(db, moved, target, now)
    if opener in moved:
        take_along(db, opener, source, target)
    news = [item for item in moved if not is_told_by_page(db, item, source)]
    queue.enqueue(db, alerts_of(db, news, target, heard), now, retold=True)
    if opener in moved:
        left = [row[0] for row in db.conn.execute(STAYING, (source,))]
        queue.enqueue(db, alerts_of(db, left, source, heard), now, retold=True)
    queue.reshown(db, [source, target], now)


def is_told_by_page(db: Connection, item: ItemId, story_id: StoryId) -> bool:
    """Tell whether a story has an item of the same page: who was told that page knows it."""
    return bool(
        db.conn.execute(
            "select 1 from items where story_id = :story and id <> :item and url_key <> ''"
            " and url_key = (select url_key from items where id = :item)",
            {"item": item, "story": story_id},
        ).fetchone()
    )


STAYING = "select id from items where story_id = ? order by id"
Place = tuple[ChatId, ThreadId]
"""A chat, and a topic in it."""


def heard_of(db: Connection, story_id: StoryId) -> frozenset[Place]:
    """Return the places for which a story was to be an alert, whatever became of it."""
    rows = db.conn.execute(
        "select chat_id, thread_id from deliveries where story_id = ? and kind = 'alert'",
        (story_id,),
    )
    return frozenset((ChatId(chat), ThreadId(thread)) for chat, thread in rows)


def take_along(db: Connection, item: ItemId, source: StoryId, target: StoryId) -> None:
    """Let the alerts that an item brought tell ``target``, where it was not told yet."""
    given = db.conn.execute(
        "update deliveries set story_id = :target, subject = 's' || :target"
        " where story_id = :source and kind = 'alert' and json_extract(payload, '$.item') = :item"
        " and (chat_id, thread_id) not in (select chat_id, thread_id from deliveries"
        " where story_id = :target and kind = 'alert')"
        " and not exists (select 1 from deliveries t where t.chat_id = deliveries.chat_id"
        " and t.thread_id = deliveries.thread_id and t.kind = 'alert'"
        " and t.subject = 's' || :target) returning id",
        {"source": source, "target": target, "item": item},
    ).fetchall()
    db.conn.execute(
        "update deliveries set story_id = :target where story_id = :source"
        " and kind in ('edit', 'update')"
        " and json_extract(payload, '$.of') in (select value from json_each(:given))",
        {"source": source, "target": target, "given": to_json([row[0] for row in given])},
    )


def alerts_of(
    db: Connection, told: Sequence[ItemId], story_id: StoryId, places: frozenset[Place]
) -> list[NewDelivery]:
    """Return the alerts of a story that its items are to these places, one each."""
    met = matches.of_items(db, told)
    listening = {
        one.id: one
        for one in subscriptions.by_ids(db, list({match.subscription_id for match in met}))
        if (one.chat_id, one.thread_id) in places
    }
    owed: dict[Place, NewDelivery] = {}
    for match in met:
        subscription = listening.get(match.subscription_id)
        if subscription is None or not rings(subscription, match):
            continue
        place = (subscription.chat_id, subscription.thread_id)
        cause = AlertCause(
            subscription.id, subscription.query, match.term, match.word, match.item_id
        )
        owed.setdefault(
            place,
            NewDelivery(*place, DeliveryKind.ALERT, f"s{story_id}", story_id, payload=cause),
        )
    return list(owed.values())
