"""The audit: a sound database adds up, and each law that is broken on purpose is told."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage import search
from storage.audit import report
from storage.audit.laws import LAWS
from storage.audit.numbers import ItemNumbers
from storage.audit.report import DEEP_LAWS, Report, audit, counts, steps
from storage.database import connect
from storage.errors import StorageError
from storage.model import FeedId, ItemId
from storage.sql import Connection, to_ms
from tests.storage import rows
from tests.storage.sample import LATER, NOW, hours_of_news


@pytest.fixture
def sound(news_file: Path) -> Path:
    """A database in which some hours of news left their rows, as the program writes them."""
    hours_of_news(news_file)
    return news_file


def audited(path: Path, now: datetime = NOW) -> Report:
    return audit(path, now, lambda _step: None)


def broken(path: Path, now: datetime = NOW) -> set[str]:
    return {breach.law.name for breach in audited(path, now).breaches}


def test_a_sound_database_adds_up(sound: Path) -> None:
    report = audited(sound)
    assert () == report.breaches
    assert report.adds_up
    books = {book.name: dict(book.parts) for book in report.books}
    assert {"answered": 1, "waiting for their answer": 1} == books["commands"]
    assert {"stored": 5, "known": 2} == books["entries"]
    assert {"alerted of": 2} == books["matches"]
    assert {"sent": 1, "held over quiet hours": 1} == books["alerts"]
    assert {"sent": 1} == books["edits"]
    assert {"sent": 2} == books["digests"]
    assert {"on the way": 1} == books["lists"]


OUTBOX = "update deliveries set "
PROMISES = "insert into promises(kind, details, after, made_at, turns) values"
BROKEN = {
    "references": "update deliveries set chat_id = 77 where subject = '1/1'",
    "size of a story": "update stories set size = 9 where id = 2",
    "empty story": "insert into stories values (50, 0, 0, 0)",
    "stories in all": "update counts set number = number + 1",
    "items of a feed": "update feeds set items = items + 1 where id = 1",
    "entries of a document": "update tallies set known = 0 where feed_id = 1",
    "entries that were stored": "update tallies set stored = 3, known = 0 where feed_id = 1",
    "former name of a story": "update story_aliases set story_id = 60 where id = 4",
    "key without an item": "insert into item_keys values (1, x'00', 99)",
    "story of a match": "update matches set story_id = 2",
    "query that is asked for": "update askings set ended = 5",
    "muted story": "insert into muted_stories values (1, 4)",
    "command left behind": "insert into inbox(bot_id, update_id, chat_id, taken_at)"
    f" values (1, 9, 0, {to_ms(LATER + timedelta(hours=1))})",
    "errand left behind": "insert into errands(what, arguments, asked_by, asked_at, told_at,"
    " state) values ('poll', '{}', 'me', 0, 0, 'running'), ('poll', '{}', 'me', 5, 5, 'done')",
    "promise left behind": f"{PROMISES} ('alerts', '{{}}', 0, 1, 0)",
    "promise passed over": f"{PROMISES} ('alerts', '{{}}', 0, 0, 1 << 40)",
    "state of a message": f"{OUTBOX} settled_at = null where kind = 'digest'",
    "kind of a message": f"{OUTBOX} kind = 'letter' where subject = '2/1'",
    "story of a message": f"{OUTBOX} story_id = 4, subject = 's4' where state = 'held'",
    "alert of nothing": f"{OUTBOX} story_id = 88, subject = 's88' where state = 'held'",
    "two alerts of one story": "insert into deliveries(chat_id, kind, subject, story_id, state,"
    " due_at, created_at, settled_at) values (1, 'alert', 's77', 1, 'sent', 0, 0, 0)",
    "chat that is gone": "update chats set active = 0 where id = 2",
    "turn of a chat": "update lanes set next_at = null",
    "two at a time": f"{OUTBOX} state = 'sending', settled_at = null, sending_since = 0"
    " where kind in ('edit', 'alert') and chat_id = 1",
    "held without a list": f"{OUTBOX} state = 'sent', settled_at = 0 where kind = 'fold'",
    "told by no list": f"{OUTBOX} carrier = 9999, state = 'merged', reason = 'hour',"
    " settled_at = 0 where state = 'held'",
    "overflow without a list": f"{OUTBOX} state = 'merged', reason = 'hour', carrier = null,"
    " settled_at = 0 where state = 'held'",
    "edit of nothing": f"{OUTBOX} state = 'queued', settled_at = null, payload = '{{\"of\":999}}'"
    " where kind = 'edit'; update lanes set next_at = 0",
    "edit owed": f"{OUTBOX} behind = 1 where kind = 'alert'; delete from deliveries"
    " where kind = 'edit'",
    "telling that is not in the message": f"{OUTBOX} settled_at = settled_at - 86400000"
    " where kind = 'edit'",
    "digests that overlap": f"{OUTBOX} payload = json_set(payload, '$.since', 5)"
    " where subject = '2/1'",
    "window of a chat": "update chats set digest_from = 5 where id = 1",
    "digest without a time": "update chats set next_digest_at = 5 where id = 1",
    "message of the future": f"{OUTBOX} due_at = due_at + 365 * 86400000 where kind = 'fold'",
    "item of the future": "update items set first_seen = first_seen + 864000000 where id = 2",
    "feed put off": "update feeds set next_check_at = next_check_at + 864000000 where id = 1",
    "state of a translation": "update translations set text = 'x' where state = 'done'",
    "translation left behind": "update translated_items set arrived_at = null where item_id = 2;"
    " update translated_items set arrived_at = arrived_at + 1 where item_id <> 2",
    "text of an article": "update full_texts set refusal = 'paid'",
    "state of an article": "update wanted_articles set feed_id = 2",
    "article left behind": "update wanted_articles set ended_at = null, outcome = '',"
    " wanted_at = wanted_at - 172800000",
    "official rate": "update official_rates set value = '5,1'",
    "threshold of a rate": "update rate_alerts set quote = base",
    "bank put off": "update rate_sources set due_at = due_at + 864000000",
    "text put off": "update translations set due_at = due_at + 864000000",
    "digest put off": "update chats set next_digest_at = next_digest_at + 8640000000 where id = 1",
    "chat put off": "update lanes set open_at = open_at + 99999999999999 where chat_id = 2",
}
"""How each law is broken; the names are all of them."""

ALSO = {
    "story of a message": {"alert of nothing"},
    "edit owed": {"telling that is not in the message"},
    "former name of a story": {"references"},
}
"""Laws that cannot hold where another one is broken so."""


def test_each_law_is_broken_below() -> None:
    assert {law.name for law in LAWS} == set(BROKEN)


@pytest.mark.parametrize("law", BROKEN)
def test_a_law_that_is_broken_is_told(law: str, sound: Path) -> None:
    with closing(sqlite3.connect(sound)) as db, db:
        db.executescript(BROKEN[law])
    found = broken(sound)
    assert law in found
    assert found - {law} <= ALSO.get(law, set())


SET_ASIDE = "insert into set_aside(kind, what, why, first_at, last_at) values ('delivery', '{}', 'e', 0, 0)"


@pytest.mark.parametrize(
    "rows",
    [
        f"{PROMISES} ('alerts', '{{}}', 0, 1, 1 << 40); {SET_ASIDE}",
        f"{PROMISES} ('alerts', '{{}}', 0, 0, 3)",  # an older program's
        f"{PROMISES} ('alerts', '{{}}', 0, {to_ms(LATER)}, 3)",  # nothing came in since
        # Nobody runs to say what became of it.
        (
            "insert into errands(what, arguments, asked_by, asked_at, told_at, state)"
            " values ('poll', '{}', 'me', 0, 0, 'running')"
        ),
    ],
    ids=["said why", "of no known time", "of just now", "of a process that was killed"],
)
def test_what_is_promised_or_asked_and_accounted_for_accuses_nobody(
    rows: str, sound: Path
) -> None:
    with closing(sqlite3.connect(sound)) as db, db:
        db.executescript(rows)
    assert set() == broken(sound)


def test_what_retention_removed_accuses_nobody(sound: Path) -> None:
    """A list goes before what it told: its row is older."""
    with closing(sqlite3.connect(sound)) as db, db:
        db.executescript(
            "update deliveries set state = 'merged', reason = 'hour', settled_at = 0,"
            " carrier = 9999 where state = 'held'"
        )
    much_later = NOW + timedelta(days=100)
    assert "told by no list" in broken(sound)
    assert "told by no list" not in broken(sound, much_later)
    notes = [book.note for book in audited(sound, much_later).books if book.name == "alerts"]
    assert ["those settled before 2027-01-01 are kept no more"] == notes


def test_a_digest_of_a_clock_that_was_wrong_accuses_nobody(sound: Path) -> None:
    """It ended a day ahead; the next one began at the right time again."""
    with closing(sqlite3.connect(sound)) as db, db:
        db.executescript(
            f"{OUTBOX} created_at = created_at + 86400000, payload = json_set(payload, '$.until',"
            " json_extract(payload, '$.until') + 86400000) where subject = '1/1'"
        )
    assert set() == broken(sound)


# --- deep ---------------------------------------------------------------------------------------


def emptied_index(path: Path) -> None:
    """Put an empty leaf in the place of an index's root (SQLite's file format, 1.6)."""
    with closing(sqlite3.connect(path)) as db:
        (root,) = db.execute(
            "select rootpage from sqlite_schema where type = 'index' and tbl_name = 'items'"
        ).fetchone()
        (size,) = db.execute("pragma page_size").fetchone()
    with path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\x0a\0\0\0\0" + size.to_bytes(2) + b"\0")


def stated(statement: str) -> Callable[[Path], None]:
    def spoil(path: Path) -> None:
        with closing(sqlite3.connect(path)) as db, db:
            db.execute(statement)

    return spoil


SPOILT = {
    "pages": emptied_index,
    "words of nothing": stated("delete from removed_items"),
    "item without words": stated(
        "insert into item_words(item_words, rowid, words) values ('delete', 2, 's:headline')"
    ),
    "odd rows": stated("update chats set quiet_mode = 'sometimes' where id = 1"),
}


def deeply(path: Path) -> set[str]:
    return {one.law.name for one in audit(path, NOW, lambda _step: None, deep=True).breaches}


def test_a_whole_database_is_found_so_step_by_step(sound: Path) -> None:
    heard: list[str] = []
    report = audit(sound, NOW, heard.append, deep=True)
    assert () == report.breaches
    assert len(LAWS) + len(DEEP_LAWS) == report.laws
    assert (steps(deep=True), True) == (len(heard), report.adds_up)


def test_each_deep_law_is_broken_below() -> None:
    assert {law.name for law in DEEP_LAWS} == set(SPOILT)


@pytest.mark.parametrize("law", SPOILT)
def test_what_only_a_deep_audit_sees_is_told(law: str, sound: Path) -> None:
    SPOILT[law](sound)
    assert law not in broken(sound)
    assert {law} == deeply(sound)


def test_every_item_is_asked_for_whatever_its_number(connection: Connection) -> None:
    source = rows.feed(connection)
    for number in (1, 2, 0xFFFF, 0x10000, 1 << 40):
        rows.told(connection, source, rows.new_item(number))
    connection.conn.execute("insert into removed_items(id) values (7)")
    numbers = ItemNumbers(connection)
    assert [True, False, True, False] == [numbers.is_item(n) for n in (1, 3, 1 << 40, 1 << 41)]
    # Of each that is neither there nor gone it is said once.
    assert [9, 1 << 41, -1] == [
        n for n in (1, 7, 9, 9, 1 << 41, 1 << 40, -1) if numbers.is_lost(n)
    ]
    assert [True, False, True] == [numbers.was_filed(n) for n in (1, 2, 1 << 42)]


def test_what_comes_while_the_audit_reads_breaks_no_law(
    sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def counted(db: Connection) -> ItemNumbers:
        numbers = ItemNumbers(db)
        with closing(connect(sound)) as bot:
            rows.told(bot, FeedId(1), rows.new_item(190))
            search.index(bot, ItemId(190), "s:headline")
            bot.conn.execute("update feeds set items = items + 1 where id = 1")
            bot.conn.execute(
                "insert into tallies values (1, 1, 1, 1, 1, 0, 0, 0, 0)"
                " on conflict do update set entries = entries + 1, stored = stored + 1"
            )
        return numbers

    monkeypatch.setattr(report, "ItemNumbers", counted)
    assert set() == deeply(sound)


def test_a_search_index_with_spoilt_pages_is_told(sound: Path) -> None:
    """Its pages are rows to SQLite, which finds nothing wrong with them."""
    stated("update item_words_data set block = zeroblob(length(block)) where id > 10")(sound)
    try:
        told = deeply(sound)
    except StorageError as error:
        told = {error.text_key}
    # Which of them, is a matter of SQLite's version and of what is spoilt.
    assert told & {"storage.corrupt", "pages", "item without words"}


def test_rows_are_counted_by_table(sound: Path) -> None:
    told = counts(sound)
    assert (5, 1) == (told["items"], told["removed_items"])
    assert [] == [name for name in told if name.startswith("item_words")]
    assert all(told.values())


def test_the_audit_writes_nothing(sound: Path) -> None:
    before = sound.read_bytes()
    audited(sound)
    assert before == sound.read_bytes()


def test_an_older_file_is_refused(news_file: Path) -> None:
    with closing(sqlite3.connect(news_file)) as db, db:
        db.execute("delete from _sqlite_migrations where name like 'm02%'")
    with pytest.raises(StorageError, match="older"):
        audited(news_file)
