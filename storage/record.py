"""Recording what a document, or a part of it, means: all in the caller's one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from storage import (
    feeds,
    fingerprints,
    items,
    matches,
    owing,
    revisions,
    search,
    set_aside,
    stories,
    tallies,
    translations,
    wanted_articles,
)
from storage.fingerprints import KeptFeatures
from storage.items import EditedItem, LearntKey, MovedItem, NewItem
from storage.model import FeedId, FeedState, ItemId, NewMatch, StoryId
from storage.outbox import queue
from storage.outbox.deliveries import Turn
from storage.outbox.promises import OwedAlerts
from storage.set_aside import Aside
from storage.sql import Connection, to_json
from storage.tallies import NOTHING_READ, DocumentTally
from storage.translations import ArrivedTranslation


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
    """What a document changes, or a part of a long one, recorded in ONE transaction.

    ``state`` is None of all but a document's last part, and of imports. ``grown`` are older
    stories that got a further item, ``changed`` those whose facts it changed. ``matches`` were
    found ``as_of`` a change of subscriptions; ``news`` are those of them that are to ring.
    ``vectors`` are what was learnt of the meaning of items, new and old. ``asides`` are what
    raised on the way and was left out, ``tally`` counts what became of the entries.
    """

    feed_id: FeedId
    now: datetime
    new: tuple[NewItem, ...] = ()
    edited: tuple[EditedItem, ...] = ()
    moved: tuple[MovedItem, ...] = ()
    learnt: tuple[LearntKey, ...] = ()
    matches: tuple[NewMatch, ...] = ()
    as_of: int = 0
    grown: tuple[StoryId, ...] = ()
    changed: tuple[ChangedStory, ...] = ()
    news: tuple[OwedAlerts, ...] = ()
    state: FeedState | None = None
    vectors: tuple[tuple[ItemId, bytes], ...] = ()
    asides: tuple[Aside, ...] = ()
    tally: DocumentTally = NOTHING_READ


def record(db: Connection, intake: Intake) -> None:
    """Keep new and edited items, their stories, what they met, and the messages about them.

    The order is that of the foreign keys. Nothing of it is kept unless all of it is. Raises
    FeedGoneError where the feed was removed meanwhile.
    """
    feeds.must_be_there(db, intake.feed_id)
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
        db,
        [
            KeptFeatures(one.id, one.packed_features, one.packed_weights)
            for one in changed
            if one.packed_features
        ],
    )
    fingerprints.keep_vectors(db, intake.vectors)
    for item in changed:
        search.index(db, item.id, item.words)
    matches.add(db, intake.matches, intake.as_of, intake.now)
    stories.refresh(db, {item.story_id for item in changed})
    set_aside.note(db, intake.asides, intake.now)
    owing.alert(db, intake.news, intake.now)
    for story_id in intake.grown:
        queue.grown(db, story_id, intake.now)
    for change in intake.changed:
        queue.changed(
            db, change.story_id, change.key, change.item_id, intake.now, turn=change.turn
        )
    if changed:
        wanted_articles.want(db, intake.feed_id, [item.id for item in changed], intake.now)
    tallies.add(db, intake.feed_id, intake.tally, intake.now)
    if intake.state is not None:
        feeds.keep_state(db, intake.feed_id, intake.state, new=len(intake.new))
    elif intake.new:
        feeds.grow(db, intake.feed_id, len(intake.new))


@dataclass(frozen=True, slots=True)
class Translated:
    """An item that arrived in a language: its search keys there, and whom its words concern.

    Empty where it has no headline. ``matches``, ``as_of`` and ``news`` are as of ``Intake``.
    """

    arrival: ArrivedTranslation
    words: str = ""
    matches: tuple[NewMatch, ...] = ()
    as_of: int = 0
    news: tuple[OwedAlerts, ...] = ()


def translated(db: Connection, one: Translated, now: datetime) -> None:
    """Give an item's translation to search, to subscriptions and to the messages about it."""
    translations.arrive(db, one.arrival, now)
    row = db.conn.execute(
        "select story_id from items where id = ?", (one.arrival.item,)
    ).fetchone()
    if row is None or one.arrival.text is None:
        return
    search.index(db, one.arrival.item, one.words)
    # It may have come to another story since the matches were found.
    matches.add(db, (replace(met, story_id=row[0]) for met in one.matches), one.as_of, now)
    owing.alert(db, one.news, now)
    queue.translated(db, StoryId(row[0]), one.arrival.target, now)


@dataclass(frozen=True, slots=True)
class ReadArticle:
    """An item whose article was read: its search keys, and whom its words concern.

    ``packed_features`` is what it is compared with others by from now on, empty where it is out of
    the window. ``matches``, ``as_of`` and ``news`` are as of ``Intake``.
    """

    item: ItemId
    words: str
    packed_features: bytes = b""
    matches: tuple[NewMatch, ...] = ()
    as_of: int = 0
    news: tuple[OwedAlerts, ...] = ()


def article(db: Connection, one: ReadArticle, now: datetime) -> None:
    """Give an article's words to search, to subscriptions and to what is compared with it."""
    wanted_articles.end(db, one.item, now)
    row = db.conn.execute("select story_id from items where id = ?", (one.item,)).fetchone()
    if row is None:
        return
    search.index(db, one.item, one.words)
    if one.packed_features:
        fingerprints.keep(db, [KeptFeatures(one.item, one.packed_features)])
    # It may have come to another story since the matches were found.
    matches.add(db, (replace(met, story_id=row[0]) for met in one.matches), one.as_of, now)
    owing.alert(db, one.news, now)


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
    stories.move(db, moved, target, now)
    if opener in moved:
        take_along(db, opener, source, target)
    news = [item for item in moved if not is_told_by_page(db, item, source)]
    if opener in moved:
        news += [ItemId(row[0]) for row in db.conn.execute(STAYING, (source,))]
    heard = (source, target)
    owing.alert(
        db,
        [OwedAlerts(query, item, heard) for query, item in matches.queries_of_items(db, news)],
        now,
    )
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
