"""Short ways to put a feed, an item, a story into a test's database."""

from datetime import UTC, datetime

from storage import items, outlets, stories
from storage.items import NewItem
from storage.model import FeedId, ItemId, Ownership, StoryId
from storage.sql import Connection, to_ms

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def feed(db: Connection, url: str = "https://courier.example/rss", **outlet: object) -> FeedId:
    """Add a feed of an outlet of its own and return its id."""
    known = {"name": url.split("/")[2], "country": "KZ", "ownership": Ownership.PRIVATE} | outlet
    owner = outlets.named(db, **known)
    (feed_id,) = db.conn.execute(
        "insert into feeds(url, title, outlet_id, added_at) values (?, ?, ?, ?) returning id",
        (url, owner.name, owner.id, to_ms(NOON)),
    ).fetchone()
    return FeedId(feed_id)


def new_item(number: int, story: int | None = None, **changed: object) -> NewItem:
    """Describe item ``number``; without a story it opens one of its own id."""
    values: dict[str, object] = {
        "id": ItemId(number),
        "story_id": StoryId(story or number),
        "opens": story is None,
        "external_id": f"guid-{number}",
        "url": f"https://courier.example/{number}",
        "url_key": f"courier.example/{number}",
        "title": f"Headline {number}",
        "summary": "",
        "lang": "en",
        "published": None,
        "keys": (f"guid-{number}",),
        "words": f"s:headline n:{number}",
    }
    return NewItem(**(values | changed))  # type: ignore[arg-type]


def told(db: Connection, feed_id: FeedId, *new: NewItem, now: datetime = NOON) -> None:
    """Store items and their stories."""
    for item in new:
        if item.opens:
            stories.open_new(db, item.story_id, now)
    items.add(db, feed_id, new, now)
    stories.refresh(db, {item.story_id for item in new})
