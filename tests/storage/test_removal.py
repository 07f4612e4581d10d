"""A feed that told much leaves at once, and what it told in steps, over any crash between them."""

from datetime import timedelta
from pathlib import Path

import pytest

from storage import feeds, items, removal, stories
from storage.audit.report import audit
from storage.database import Database
from storage.feeds import NewFeed
from storage.model import FeedId, FeedNoticeKind, FeedState, FeedStatus, ItemId, StoryId
from storage.sql import Connection
from tests.storage.rows import NOON, feed, new_item, told

ADDRESS = "https://oasis.example/rss"
SHARED = StoryId(1)


@pytest.fixture
def few_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "ITEMS_A_STEP", 3)
    monkeypatch.setattr(removal, "KEYS_A_STEP", 2)


def archive(db: Connection) -> tuple[FeedId, FeedId]:
    """File one story that two feeds tell, and nine more of the one that will go."""
    stays, goes = feed(db), feed(db, ADDRESS)
    told(db, stays, new_item(1))
    told(db, goes, new_item(2, SHARED), *map(new_item, range(3, 12)))
    for one, count in ((stays, 1), (goes, 10)):
        feeds.grow(db, one, count)
        db.conn.execute(
            "insert into tallies values (:feed, 1, 1, :told, :told, 0, 0, 0, 0)",
            {"feed": one, "told": count},
        )
    return stays, goes


def wrong(path: Path) -> tuple[object, ...]:
    """Say what does not add up."""
    found = audit(path, NOON + timedelta(days=1), lambda _: None)
    return (*found.breaches, *(book for book in found.books if book.missing))


@pytest.mark.usefixtures("few_a_step")
def test_every_step_leaves_an_archive_that_adds_up(connection: Connection, tmp_path: Path) -> None:
    _, goes = archive(connection)
    feeds.remove(connection, goes)
    steps = 0
    while True:
        connection.conn.execute("begin immediate")
        gone = removal.some(connection)
        connection.conn.execute("commit")
        assert () == wrong(tmp_path / "news.db")
        if not gone:
            break
        steps += 1
    assert steps >= 8
    shown = stories.get(connection, SHARED)
    assert shown is not None
    assert [1] == [item.id for item in shown.items]
    left = connection.conn.execute("select (select count(*) from feeds),"
        " (select count(*) from stories), (select count(*) from item_keys)").fetchone()  # fmt: skip
    assert (1, 1, 1) == left


@pytest.mark.usefixtures("few_a_step")
def test_it_is_out_of_sight_at_once_and_its_address_is_free(connection: Connection) -> None:
    stays, goes = archive(connection)
    feeds.remove(connection, goes)
    assert connection.conn.execute("select 1 from items where feed_id = ?", (goes,)).fetchone()
    ill = FeedState(FeedStatus.OK, notice=FeedNoticeKind.ILL)
    feeds.keep_state(connection, goes, ill)  # by a look that was under way
    assert ((), None) == (feeds.take_notices(connection), feeds.get(connection, goes))
    assert [stays] == [one.id for one in (*feeds.every(connection), *feeds.due(connection, NOON))][
        :1
    ]
    assert {stays} == {one.id for one in feeds.pollable(connection)}
    assert 1 == sum(feeds.count(connection).values())
    assert goes != feeds.add(connection, NewFeed(ADDRESS, "", "Oasis"), NOON).id


@pytest.mark.usefixtures("few_a_step")
async def test_what_a_crash_left_is_ended_by_whoever_looks_next(db: Database) -> None:
    _, goes = await db.write(archive)
    await db.write(feeds.remove, goes)
    beats: list[None] = []
    assert await removal.finish(db, lambda: beats.append(None))
    assert not await db.read(
        lambda c: c.conn.execute("select 1 from items where id > 1").fetchone()
    )
    assert (len(beats) > 4, 0) == (True, await removal.finish(db))


def test_no_id_of_what_went_with_a_feed_is_given_again(connection: Connection) -> None:
    """The buttons of old messages name stories by their ids: another one would answer."""
    _, goes = archive(connection)
    feeds.remove(connection, goes)
    assert (ItemId(11), StoryId(11)) == items.last_ids(connection)
