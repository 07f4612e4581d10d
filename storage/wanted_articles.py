"""Wanted articles: pages that are read because their feeds tell only headlines; rows with a state.

An admin says of a feed that its articles are read. Each new entry is then wanted in the
transaction that keeps it, and ends once its words serve search and stories, or there are none.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from storage import forgetting, full_texts, items
from storage.errors import NewsError
from storage.model import FeedId, FeedKind, Item, ItemId
from storage.sql import Connection, to_json, to_ms

AN_HOUR: Final = 30
"""So many articles of a feed are asked for in an hour: what a busy outlet tells."""

A_LOOK: Final = 4
"""So many of a feed in one look: nobody's twenty keep another's first one waiting."""

TOLD_WHOLE: Final = 500
"""Characters of an entry's own text from which it needs no page."""

TOO_LATE: Final = timedelta(hours=6)
"""What is not had by then is left: its story was told without it."""

MOST_TRIES: Final = 3
NOT_IN_TIME: Final = "late"

_NEWS: Final = timedelta(days=1)
KEPT: Final = full_texts.KEPT
"""As long as the text: the row says that its words serve."""
_PAUSE: Final = full_texts.REFUSED + timedelta(minutes=5)
"""That long it is remembered that a page could not be had."""


@dataclass(frozen=True, slots=True)
class WantedArticle:
    """An item whose page is to be read, and whose entry it is."""

    item: Item

    @property
    def url(self) -> str:
        """Where it is."""
        return self.item.url


@dataclass(frozen=True, slots=True)
class ArticleCounts:
    """What reading a feed's articles came to within a day; ``waiting`` are yet to be read."""

    read: int = 0
    without_text: int = 0
    waiting: int = 0


def switch(db: Connection, feed_id: FeedId, *, on: bool) -> None:
    """Read a feed's articles from now on, or no more; of a fallback, those of its source.

    NewsError where its posts are whole already, or nobody polls it.
    """
    feed = db.conn.execute("select kind, title from feeds where id = ?", (feed_id,)).fetchone()
    if feed is not None and feed[0] in (FeedKind.TELEGRAM, FeedKind.IMPORT):
        raise NewsError("articles.no_pages", title=feed[1])
    db.conn.execute(
        "update feeds set reads_articles = :on where id ="
        " (select coalesce(fallback_of, id) from feeds where id = :feed)",
        {"on": int(on), "feed": feed_id},
    )
    if not on:
        db.conn.execute(
            "delete from wanted_articles where ended_at is null and item_id in"
            " (select i.id from items i join feeds f on f.id = i.feed_id"
            " join feeds o on coalesce(o.fallback_of, o.id) = coalesce(f.fallback_of, f.id)"
            " where o.id = ?)",
            (feed_id,),
        )


def want(db: Connection, feed_id: FeedId, told: Iterable[ItemId], now: datetime) -> None:
    """Want the pages of what a feed tells now, or tells anew in other words, where it is to be.

    Not of its first document, of old news, nor of what brings its text along.
    """
    db.conn.execute(
        "insert into wanted_articles(item_id, feed_id, wanted_at, due_at)"
        " select i.id, i.feed_id, :now, :now from feeds f"
        " join feeds s on s.id = coalesce(f.fallback_of, f.id) and s.reads_articles = 1"
        " cross join json_each(:told) w cross join items i on i.id = w.value"
        " where f.id = :feed and f.baseline_done = 1 and f.kind not in ('telegram', 'import')"
        " and i.url <> '' and length(i.summary) < :whole"
        " and coalesce(i.published, i.first_seen) > :old"
        " on conflict(item_id) do update set wanted_at = :now, due_at = :now, tries = 0,"
        " ended_at = null, outcome = ''",
        {
            "feed": feed_id,
            "told": to_json(list(told)),
            "now": to_ms(now),
            "old": to_ms(now - _NEWS),
            "whole": TOLD_WHOLE,
        },
    )


def due(db: Connection, now: datetime, limit: int) -> list[WantedArticle]:
    """Return what is read next, the newest first; of no feed more than its hour allows."""
    asked = Counter(
        dict(
            db.conn.execute(
                "select feed_id, count(*) from wanted_articles where asked_at > ? group by feed_id",
                (to_ms(now - timedelta(hours=1)),),
            ).fetchall()
        )
    )
    rows = db.conn.execute(
        "select w.item_id, w.feed_id from wanted_articles w"
        " cross join feeds f on f.id = w.feed_id and f.articles_due_at <= :now"
        " where w.ended_at is null and w.due_at <= :now and w.wanted_at > :late"
        " order by w.item_id desc limit 500",
        {"now": to_ms(now), "late": to_ms(now - TOO_LATE)},
    )
    chosen: list[ItemId] = []
    looked: Counter[int] = Counter()
    for item_id, feed_id in rows:
        if looked[feed_id] < min(A_LOOK, AN_HOUR - asked[feed_id]) and len(chosen) < limit:
            looked[feed_id] += 1
            chosen.append(ItemId(item_id))
    return [WantedArticle(item) for item in items.by_ids(db, chosen)]


def begin(db: Connection, item_id: ItemId, now: datetime) -> None:
    """Note that a page is asked for before it is: a crash may waste a question, not the budget."""
    db.conn.execute(
        "update wanted_articles set asked_at = :now, tries = tries + 1,"
        " due_at = :now + :pause * (tries + 1) where item_id = :item",
        {"item": item_id, "now": to_ms(now), "pause": _PAUSE // timedelta(milliseconds=1)},
    )


def put_off(db: Connection, feed_id: FeedId, until: datetime) -> None:
    """Leave a feed's articles alone until then: their host wants rest."""
    db.conn.execute(
        "update feeds set articles_due_at = max(articles_due_at, ?) where id = ?",
        (to_ms(until), feed_id),
    )


def end(
    db: Connection, item_id: ItemId, now: datetime, refusal: str = "", *, again: bool = False
) -> None:
    """Note what came of a page: its words serve now (``refusal`` ""), or why there are none.

    What may be had ``again`` later is asked for a few times.
    """
    db.conn.execute(
        "update wanted_articles set ended_at = :now, outcome = :refusal where item_id = :item"
        " and ended_at is null and (not :again or tries >= :most)",
        {
            "item": item_id,
            "now": to_ms(now),
            "refusal": refusal,
            "again": again,
            "most": MOST_TRIES,
        },
    )


def counts(db: Connection, now: datetime, feed_id: FeedId | None = None) -> ArticleCounts:
    """Count what reading articles came to within a day, of one feed or of all."""
    row = db.conn.execute(
        "select count(*) filter (where ended_at > :day and outcome = ''),"
        " count(*) filter (where ended_at > :day and outcome <> ''),"
        " count(*) filter (where ended_at is null)"
        " from wanted_articles where :feed is null or feed_id = :feed",
        {"day": to_ms(now - timedelta(days=1)), "feed": feed_id},
    ).fetchone()
    return ArticleCounts(*row)


def prune(db: Connection, now: datetime) -> int:
    """Want no longer what was not had in time; forget what ended as long ago as a text is kept.

    Returns how many rows went.
    """
    db.conn.execute(
        "update wanted_articles set ended_at = ?, outcome = ?"
        " where ended_at is null and wanted_at <= ?",
        (to_ms(now), NOT_IN_TIME, to_ms(now - TOO_LATE)),
    )
    return forgetting.forget(db, "wanted_articles", "ended_at", now - KEPT, order="item_id")
