"""Times beyond their rule: each column has one, and what a wrong clock wrote is drawn back."""

from datetime import timedelta

import pytest

from storage import wrong_times
from storage.sql import Connection, to_ms
from storage.wrong_times import DUE_TIMES, STAMPS, DueTime, lies_ahead
from tests.storage import rows

NOW = rows.NOON
SOON, YEAR = timedelta(minutes=10), timedelta(days=365)

OTHER_TIMES = {
    # The reader's calendar says what is too far: ``DigestService.draw_back``.
    ("chats", "next_digest_at"),
    # Worked out from the rows of ``deliveries`` and ``rests``.
    ("lanes", "next_at"),
    ("lanes", "open_at"),
    # As it came from a page's looks: drawn back with its due time.
    ("page_looks", "taken_at"),
}


def times_of(db: Connection) -> set[tuple[str, str]]:
    """Every column whose name says that it is a time of ours."""
    tables = db.conn.execute("select name from sqlite_schema where type = 'table'").fetchall()
    return {
        (table, column[1])
        for (table,) in tables
        for column in db.conn.execute(f"pragma table_info({table})")
        if column[1].endswith("_at") or column[1] in {"until", "digest_from", "sending_since"}
        if column[2].upper() == "INTEGER"
    }


def test_every_time_in_the_database_has_its_rule(connection: Connection) -> None:
    """A new column of times belongs into one of the tables, or is said why not."""
    ruled = {(due.table, due.column) for due in DUE_TIMES} | set(STAMPS) | OTHER_TIMES
    assert set() == times_of(connection) - ruled
    assert ruled <= times_of(connection) | {
        ("feeds", "failing_since"), ("feeds", "silent_since"), ("items", "first_seen")
    }  # fmt: skip


def put(db: Connection, due: DueTime, at: int | None, written: int | None) -> None:
    """Let one row of a table be due then, appointed at ``written``."""
    item = rows.new_item(1)
    feed = rows.feed(db)
    rows.told(db, feed, item, now=NOW - YEAR)
    now = to_ms(NOW)
    of_a_text = "digest, source, target, headline, text, rank, due_at, wanted_at"
    an_alert = f"values (1, 'alert', 'a', {now}, 0)"
    for statement in (
        "insert into chats(id, kind, created_at) values (1, 'private', 0)",
        "insert into page_looks(item_id, host, taken_at) values (1, 'a', 0)",
        f"insert into deliveries(chat_id, kind, subject, due_at, created_at) {an_alert}",
        f"insert into rests(chat_id, until) values (1, {now})",
        f"insert into shut(chat_id, thread_id, why, until) values (1, 0, '', {now})",
        "insert into rate_sources(name, url, due_at) values ('kz', 'a', 0)",
        f"insert into translations({of_a_text}) values (x'00', 'kk', 'ru', 1, 'a', 0, {now}, 0)",
        "update feeds set interval_s = 900",
        "insert into wanted_articles(item_id, feed_id, wanted_at, due_at) values (1, 1, 0, 0)",
    ):
        db.conn.execute(statement)
    db.conn.execute(f"update {due.table} set {due.column} = ?", (at,))
    if due.written:
        db.conn.execute(f"update {due.table} set {due.written} = ?", (written,))


def due_in(db: Connection, due: DueTime) -> timedelta:
    (at,) = db.conn.execute(f"select {due.column} from {due.table}").fetchone()
    return timedelta(milliseconds=at - (to_ms(NOW) or 0))


LARGE = ("items", "stories", "matches", "deliveries")


@pytest.mark.parametrize("stamp", [one for one in STAMPS if one[0] in LARGE], ids=".".join)
def test_no_large_table_is_read_through_for_a_wrong_clock(
    connection: Connection, stamp: tuple[str, str]
) -> None:
    """All of it is one transaction, and five years of news are 25 million items."""
    table, column = stamp
    for doing in (f"select max({column}) from {table}", f"update {table} set {column} = 1"):
        plan = connection.conn.execute(
            f"explain query plan {doing} where {lies_ahead(table, column)}", {"soon": 5}
        )
        told = [row[3] for row in plan]
        assert not [step for step in told if step in (f"SCAN {table}", "SCAN d")], told


@pytest.mark.parametrize("due", DUE_TIMES, ids=lambda due: due.table)
def test_what_is_due_beyond_its_longest_is_drawn_back(
    connection: Connection, due: DueTime
) -> None:
    put(connection, due, to_ms(NOW + YEAR), to_ms(NOW - SOON))
    wrong_times.draw_back(connection, NOW)
    assert timedelta(0) <= due_in(connection, due) <= due.longest
    drawn = due_in(connection, due)
    wrong_times.draw_back(connection, NOW)
    assert drawn == due_in(connection, due), "once is enough"


@pytest.mark.parametrize("due", DUE_TIMES, ids=lambda due: due.table)
def test_what_is_due_within_its_rule_stays(connection: Connection, due: DueTime) -> None:
    put(connection, due, to_ms(NOW + SOON), to_ms(NOW - SOON))
    wrong_times.draw_back(connection, NOW)
    assert SOON == due_in(connection, due)


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(days=1), YEAR], ids=str)
@pytest.mark.parametrize(
    "due", [due for due in DUE_TIMES if due.written], ids=lambda due: due.table
)
def test_what_was_appointed_in_the_future_is_as_far_from_now_as_it_was_from_then(
    connection: Connection, due: DueTime, ahead: timedelta
) -> None:
    put(connection, due, to_ms(NOW + ahead + SOON), to_ms(NOW + ahead))
    wrong_times.draw_back(connection, NOW)
    assert SOON == due_in(connection, due)


def test_what_was_seen_in_the_future_keeps_its_order_and_comes_back(
    connection: Connection,
) -> None:
    feed = rows.feed(connection)
    for number, ahead in enumerate((YEAR, YEAR + SOON), 1):
        item = rows.new_item(number, published=NOW - SOON)
        rows.told(connection, feed, item, now=NOW + ahead)
    assert wrong_times.draw_back(connection, NOW)
    found = connection.conn.execute("select first_seen from items order by id").fetchall()
    assert [(to_ms(NOW - SOON),), (to_ms(NOW),)] == found


def test_what_outlets_too_date_later_than_now_stays(connection: Connection) -> None:
    """Our clock is behind: it will come there again."""
    feed = rows.feed(connection)
    rows.told(connection, feed, rows.new_item(1, published=NOW + YEAR), now=NOW + YEAR)
    assert not wrong_times.draw_back(connection, NOW)
    assert [(to_ms(NOW + YEAR),)] == connection.conn.execute(
        "select first_seen from items"
    ).fetchall()


def test_a_date_that_only_the_wrong_clock_let_pass_is_no_date(connection: Connection) -> None:
    feed = rows.feed(connection)
    for number in range(1, 10):
        dated = NOW + timedelta(days=90) if number == 1 else NOW - SOON
        item = rows.new_item(number, published=dated)
        rows.told(connection, feed, item, now=NOW + YEAR)
    assert wrong_times.draw_back(connection, NOW)
    assert [(1,)] == connection.conn.execute(
        "select id from items where published is null"
    ).fetchall()


def test_one_outlet_that_dates_its_news_next_year_does_not_make_time_pass(
    connection: Connection,
) -> None:
    feed = rows.feed(connection)
    for number in range(1, 51):
        dated = NOW + YEAR if number % 12 == 0 else NOW - SOON
        rows.told(connection, feed, rows.new_item(number, published=dated))
    assert NOW - SOON == wrong_times.told_lately(connection)
    assert NOW - SOON + timedelta(days=1) == wrong_times.believable(connection, NOW + YEAR)
    assert NOW == wrong_times.believable(connection, NOW)


@pytest.mark.parametrize(
    ("statement", "thorough"),
    [
        ("update feeds set last_checked_at = :later", False),
        ("update feeds set next_check_at = :later", False),
        ("update items set first_seen = :later", False),
        ("update deliveries set settled_at = :later", False),
        ("update rests set until = :later", False),
        ("update chats set next_digest_at = :later", False),
        ("update chats set digest_from = :later", True),
    ],
)
def test_what_would_hold_something_up_is_noticed_and_gone_after_it_was_drawn_back(
    connection: Connection, statement: str, *, thorough: bool
) -> None:
    put(connection, DUE_TIMES[0], to_ms(NOW), to_ms(NOW))
    assert not wrong_times.has_any(connection, NOW, thorough=True)
    connection.conn.execute(statement, {"later": to_ms(NOW + YEAR)})
    assert wrong_times.has_any(connection, NOW, thorough=True)
    assert thorough is not wrong_times.has_any(connection, NOW)
    wrong_times.draw_back(connection, NOW)
    is_the_calendars = "next_digest_at" in statement
    assert is_the_calendars is wrong_times.has_any(connection, NOW, thorough=True)
