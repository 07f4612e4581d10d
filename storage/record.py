"""Recording one document's consequences: all of it in the caller's one transaction."""

from dataclasses import dataclass
from datetime import datetime

from storage import feeds, fingerprints, items, matches, search, stories
from storage.items import EditedItem, LearntKey, NewItem
from storage.model import FeedId, FeedState, ItemId, Match, StoryId
from storage.outbox import queue
from storage.outbox.deliveries import NewDelivery
from storage.sql import Connection


@dataclass(frozen=True, slots=True)
class ChangedStory:
    """An item changed a story's facts; ``key`` names the change, which is sent once."""

    story_id: StoryId
    item_id: ItemId
    key: str


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything one document changes, recorded in ONE transaction.

    ``state`` is None where nothing was polled (an import). ``grown`` are older stories that
    got a further item, ``changed`` those whose facts it changed. ``owed`` are the alerts that this
    makes due. ``vectors`` are what was learnt of the meaning of items, new and old.
    """

    feed_id: FeedId
    now: datetime
    new: tuple[NewItem, ...] = ()
    edited: tuple[EditedItem, ...] = ()
    learnt: tuple[LearntKey, ...] = ()
    matches: tuple[Match, ...] = ()
    grown: tuple[StoryId, ...] = ()
    changed: tuple[ChangedStory, ...] = ()
    owed: tuple[NewDelivery, ...] = ()
    state: FeedState | None = None
    vectors: tuple[tuple[ItemId, bytes], ...] = ()


def record(db: Connection, intake: Intake) -> None:
    """Keep new and edited items, their stories, what they met, and the messages about them.

    The order is that of the foreign keys. Nothing of it is kept unless all of it is.
    """
    for new in intake.new:
        # Also where it opens none: the story's other items may have gone with their feed.
        stories.open_new(db, new.story_id, new.published or intake.now)
    items.add(db, intake.feed_id, intake.new, intake.now)
    fingerprints.keep(db, [(new.id, new.telling) for new in intake.new if new.telling])
    fingerprints.keep_vectors(db, intake.vectors)
    items.edit(db, intake.edited, intake.now)
    items.learn(db, intake.feed_id, intake.learnt)
    changed: tuple[NewItem | EditedItem, ...] = (*intake.new, *intake.edited)
    for item in changed:
        search.index(db, item.id, item.words)
    matches.add(db, intake.matches, intake.now)
    stories.refresh(db, {item.story_id for item in changed})
    queue.enqueue(db, intake.owed, intake.now)
    for story_id in intake.grown:
        queue.grown(db, story_id, intake.now)
    for change in intake.changed:
        queue.changed(db, change.story_id, change.key, change.item_id, intake.now)
    if intake.state is not None:
        feeds.keep_state(db, intake.feed_id, intake.state, new=len(intake.new))
    elif intake.new:
        feeds.grow(db, intake.feed_id, len(intake.new))
