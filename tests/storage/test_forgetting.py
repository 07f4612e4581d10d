"""Forgetting by age: rows that a wrong clock stamped stay as long as their neighbours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from storage import (
    chats,
    errands,
    inbox,
    matches,
    pages,
    rates,
    translations,
    wanted_articles,
)
from storage.errands import ErrandState
from storage.model import Chat, ChatId, ChatKind
from storage.outbox import recovery
from storage.rates import OfficialRate
from storage.sql import Connection, to_ms
from tests.storage import rows
from tests.storage.rows import NOON

DAY = timedelta(days=1)
READER = ChatId(1001)


def told(db: Connection, number: int, now: datetime) -> None:
    """A feed tells something, of which a reader is alerted."""
    feed = rows.feed(db, f"https://courier.example/{number}")
    rows.told(db, feed, rows.new_item(number), now=now)
    at = to_ms(now)
    db.conn.execute(
        "insert into matches(query, item_id, story_id, seen_at) select 'word', id, story_id, ?"
        " from items order by id desc limit 1",
        (at,),
    )
    db.conn.execute(
        "insert into page_looks(item_id, host, taken_at)"
        " select id, 'courier.example', ? from items order by id desc limit 1",
        (at,),
    )


def sent(db: Connection, number: int, now: datetime) -> None:
    db.conn.execute(
        "insert into deliveries(chat_id, kind, subject, state, due_at, created_at, settled_at)"
        " values (?, 'notice', ?, 'sent', ?, ?, ?)",
        (READER, f"n{number}", *[to_ms(now)] * 3),
    )


def answered(db: Connection, number: int, now: datetime) -> None:
    db.conn.execute(
        "insert into inbox(bot_id, update_id, chat_id, taken_at) values (1, ?, ?, ?)",
        (number, READER, to_ms(now)),
    )


def done(db: Connection, number: int, now: datetime) -> None:
    del number
    asked = errands.ask(db, "poll", {}, "me", now)
    errands.end(db, asked, ErrandState.DONE, {}, now)


def translated(db: Connection, number: int, now: datetime) -> None:
    db.conn.execute(
        "insert into translations(digest, source, target, headline, text, said, state, rank,"
        " due_at, wanted_at, ended_at) values (?, 'kk', 'ru', 1, '', 'x', 'done', 0, ?, ?, ?)",
        (b"%d" % number, *[to_ms(now)] * 3),
    )


def read(db: Connection, number: int, now: datetime) -> None:
    feed = rows.feed(db, f"https://courier.example/{number}")
    rows.told(db, feed, rows.new_item(number), now=now)
    at = to_ms(now)
    db.conn.execute(
        "insert into wanted_articles(item_id, feed_id, wanted_at, due_at, ended_at)"
        " values (?, ?, ?, ?, ?)",
        (number, feed, at, at, at),
    )


@dataclass(frozen=True)
class Table:
    """A table that is pruned by age: how a row comes, and how rows go."""

    name: str
    add: Callable[[Connection, int, datetime], None]
    prune: Callable[[Connection, datetime], object]
    kept: timedelta

    def count(self, db: Connection) -> int:
        (found,) = db.conn.execute(f"select count(*) from {self.name}").fetchone()
        return int(found)


TABLES = (
    Table("deliveries", sent, recovery.prune, recovery.KEPT),
    Table("matches", told, matches.prune, matches.KEPT),
    Table("inbox", answered, inbox.prune, inbox.ANSWERED_KEPT),
    Table("errands", done, errands.prune, errands.KEPT),
    Table("page_looks", told, pages.prune, pages.REMEMBERED),
    Table("translations", translated, translations.prune, translations.KEPT),
    Table("wanted_articles", read, wanted_articles.prune, wanted_articles.KEPT),
)
each_table = pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)


@pytest.fixture
def db(connection: Connection) -> Connection:
    chats.see_chat(connection, Chat(READER, ChatKind.PRIVATE), NOON)
    return connection


@each_table
@pytest.mark.parametrize("behind", [365 * DAY, 61 * DAY], ids=str)
def test_what_a_clock_that_was_behind_stamped_stays_as_long_as_its_neighbours(
    db: Connection, table: Table, behind: timedelta
) -> None:
    table.add(db, 1, NOON)
    table.add(db, 2, NOON - behind)
    table.add(db, 3, NOON)
    table.prune(db, NOON + DAY / 2)
    assert 3 == table.count(db)
    table.prune(db, NOON + table.kept + DAY)
    assert 0 == table.count(db)


@each_table
def test_what_is_old_goes_and_what_is_young_stays(db: Connection, table: Table) -> None:
    for number in range(6):
        table.add(db, number, NOON + number * table.kept)
    table.prune(db, NOON + 4 * table.kept - DAY / 10)
    assert 3 == table.count(db)


def test_slices_go_on_until_none_is_left(db: Connection) -> None:
    for number in range(5):
        sent(db, number, NOON + number * DAY)
    gone = [recovery.prune(db, NOON + recovery.KEPT + 4 * DAY, limit=2) for _ in range(3)]
    assert [2, 2, 0] == gone


def test_rates_are_old_beside_the_newest_of_their_currency_whatever_the_clock_says(
    db: Connection,
) -> None:
    today = NOON.date()
    days = (0, 1, rates.KEPT.days, rates.KEPT.days + 1, 3 * rates.KEPT.days)
    for currency, since in (("USD", 0), ("DEM", 9_000), (rates.KEY, 0)):
        told = (today - timedelta(days=since + ago) for ago in days)
        rates.keep(db, [OfficialRate("KZ", currency, day, Decimal(5)) for day in told])
    rates.prune(db)
    left = {name: len(rates.points(db, "KZ", name, 9)) for name in ("USD", "DEM", rates.KEY)}
    assert {"USD": 3, "DEM": 3, rates.KEY: len(days)} == left
