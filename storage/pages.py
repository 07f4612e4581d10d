"""Pages: which articles' pages are looked at again, when, and which of them are gone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from storage.feeds import host_of
from storage.forgetting import forget
from storage.model import FeedId, ItemId, StoryId
from storage.outbox import queue
from storage.sql import Connection, from_ms, moment, to_ms

MOST_A_DAY = 200
"""So many pages are taken up in 24 hours; each is looked at a few times and no more."""

MOST_OF_A_HOST = 20
"""So many of them of one host."""

MOST_OF_A_STORY = 3
"""So many pages of one story are looked at: the first of each of its first outlets."""

FRESH = timedelta(days=2)
"""A story whose newest item came longer ago is not taken up any more."""

NEAREST = 20
"""So many older items of a feed are looked through for pages of the same host."""

REMEMBERED = timedelta(days=14)
"""How long it is known that a page was looked at: longer than any story is taken up."""


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An item's page: where it is, and since when it is kept."""

    item_id: ItemId
    story_id: StoryId
    feed_id: FeedId
    url: str
    url_key: str
    first_seen: datetime

    @property
    def host(self) -> str:
        """Whom a look asks."""
        return host_of(self.url)


@dataclass(frozen=True, slots=True)
class Watch:
    """A page that is looked at again: how often it was, and what came of it.

    ``due_at`` is None where it is looked at no more. ``missed_at`` is when it first answered that
    it is not there, ``removed_at`` the same once that is believed.
    """

    page: ArticlePage
    due_at: datetime | None
    looks: int = 0
    missed_at: datetime | None = None
    removed_at: datetime | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return self.page.url


PAGE = "i.id, i.story_id, i.feed_id, i.url, i.url_key, i.first_seen"

WANTED = f"""
with first as (      -- each outlet's first page of a story that somebody asked for
    select min(i.id) as id, i.story_id,
        row_number() over (partition by i.story_id order by min(i.id)) as place,
        (select count(*) from matches m where m.story_id = i.story_id) as wanted
    from stories s join items i on i.story_id = s.id join feeds f on f.id = i.feed_id
    where s.updated_at > :since and f.kind not in ('telegram', 'import') and i.url <> ''
        and exists (select 1 from matches m where m.story_id = s.id)
    group by i.story_id, f.outlet_id
)
select {PAGE} from first join items i on i.id = first.id
where first.place <= :of_a_story and i.first_seen > :since
    and not exists (select 1 from page_looks p where p.item_id = i.id)
order by first.wanted desc, i.id desc limit :most
"""  # noqa: S608 (our own column list)

DUE = f"""
select {PAGE}, p.due_at, p.looks, p.missed_at, i.removed_at
from page_looks p join items i on i.id = p.item_id join feeds f on f.id = i.feed_id
-- An outlet whose feed is ill says nothing of a page by not giving it either.
where p.due_at <= :now and f.status = 'ok'
order by p.missed_at is null, p.due_at limit :most
"""  # noqa: S608 (our own column list)

NEIGHBOURS = f"""
select {PAGE} from items i
where i.feed_id = :feed and i.id < :item and i.url <> :url and i.removed_at is null
    and not exists
        (select 1 from page_looks p where p.item_id = i.id and p.missed_at is not null)
order by i.id desc limit :most
"""  # noqa: S608 (our own column list)


def wanted(db: Connection, now: datetime) -> tuple[ArticlePage, ...]:
    """Return pages that may be taken up: of stories that readers asked for, most asked for first.

    No more than a day's number allows.
    """
    (taken,) = db.conn.execute(
        "select count(*) from page_looks where taken_at > ? and (looks > 0 or due_at is not null)",
        (to_ms(now - timedelta(days=1)),),
    ).fetchone()
    rows = db.conn.execute(
        WANTED,
        {
            "since": to_ms(now - FRESH),
            "of_a_story": MOST_OF_A_STORY,
            "most": max(0, MOST_A_DAY - taken),
        },
    )
    return tuple(_page(row) for row in rows)


def take_up(db: Connection, new: Iterable[Watch], now: datetime) -> None:
    """Look at pages again from now on, as far as their hosts are not asked enough already.

    One without a due time is noted only, so that it is not weighed again.
    """
    for watch in new:
        (taken,) = db.conn.execute(
            "select count(*) from page_looks where host = ? and taken_at > ?"
            " and (looks > 0 or due_at is not null)",
            (watch.page.host, to_ms(now - timedelta(days=1))),
        ).fetchone()
        due_at = watch.due_at if taken < MOST_OF_A_HOST else None
        db.conn.execute(
            "insert into page_looks(item_id, host, taken_at, due_at) values (?, ?, ?, ?)"
            " on conflict do nothing",
            (watch.page.item_id, watch.page.host, to_ms(now), to_ms(due_at)),
        )


def due(db: Connection, now: datetime, most: int) -> tuple[Watch, ...]:
    """Return pages that are to be looked at, first those that were missed once."""
    return tuple(
        Watch(_page(row), moment(row[6]), row[7], from_ms(row[8]), from_ms(row[9]))
        for row in db.conn.execute(DUE, {"now": to_ms(now), "most": most})
    )


def neighbours(db: Connection, page: ArticlePage, most: int) -> tuple[ArticlePage, ...]:
    """Return older pages of the same feed and host, nearest first, of which none was missed."""
    values = {"feed": page.feed_id, "item": page.item_id, "url": page.url, "most": NEAREST}
    near = (_page(row) for row in db.conn.execute(NEIGHBOURS, values))
    return tuple(islice((one for one in near if one.host == page.host), most))


def record(db: Connection, watch: Watch, now: datetime) -> bool:
    """Write down what a look came to; tell the living messages where a page went or came back.

    Returns whether there is something to tell.
    """
    values = {
        "item": watch.page.item_id,
        "url": watch.page.url,
        "due": to_ms(watch.due_at),
        "looks": watch.looks,
        "missed": to_ms(watch.missed_at),
        "removed": to_ms(watch.removed_at),
    }
    db.conn.execute(
        # A page that moved meanwhile was not looked at: it stays due.
        "update page_looks set due_at = :due, looks = :looks, missed_at = :missed"
        " where item_id = :item and exists (select 1 from items where id = :item and url = :url)",
        values,
    )
    changed = db.conn.execute(
        # An outlet's feeds may bring one page twice.
        "update items set removed_at = :removed where url = :url"
        " and story_id = (select story_id from items where id = :item and url = :url)"
        " and removed_at is not :removed returning story_id",
        values,
    ).fetchall()
    if not changed:
        return False
    queue.went(db, StoryId(changed[0][0]), now)
    return True


def put_off(db: Connection, host: str, until: datetime) -> None:
    """Leave a host's pages alone for a while."""
    db.conn.execute(
        "update page_looks set due_at = :until where host = :host and due_at < :until",
        {"host": host, "until": to_ms(until)},
    )


def prune(db: Connection, now: datetime) -> None:
    """Forget looks at pages of which no further one is due."""
    forget(db, "page_looks", "taken_at", now - REMEMBERED, order="item_id")


def _page(row: Sequence[int | str]) -> ArticlePage:
    item, story, feed, url, url_key, seen = row[:6]
    return ArticlePage(
        ItemId(int(item)),
        StoryId(int(story)),
        FeedId(int(feed)),
        str(url),
        str(url_key),
        moment(int(seen)),
    )
