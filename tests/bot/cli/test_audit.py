"""``steppewire audit``: says what adds up in a line each, and what does not with its rows."""

import asyncio
import json
import sqlite3
import threading
from contextlib import closing

import pytest

from bot.cli.common import aside
from tests.bot.cli.conftest import lines


@pytest.fixture
def kept(cli, news_file, tmp_path):
    """A database with some news in it."""
    file = tmp_path / "news.jsonl"
    titles = ("Wheat prices rise", "A bridge opens")
    file.write_text("\n".join(json.dumps({"title": one}) for one in titles), encoding="utf-8")
    assert 0 == cli("ingest", str(file)).exit_code
    return cli


def broken(tmp_path, statement):
    with closing(sqlite3.connect(tmp_path / "news.db")) as db, db:
        db.execute(statement)


def test_the_books_of_a_sound_database_are_a_line_each(kept):
    result = kept("audit")
    assert (0, "") == (result.exit_code, result.stderr)
    told = result.stdout.splitlines()
    assert "entries      2 = 2 stored" in told
    assert "items        2 = 2 alone in their story" in told
    assert "WRONG" not in result.stdout
    assert told[-1].endswith(" laws hold")


def test_an_imported_time_that_has_not_come_is_not_when_it_was_seen(cli, news_file, tmp_path):
    file = tmp_path / "news.jsonl"
    told = ({"title": "Wheat", "published": "2098-12-03T10:00:00Z"}, {"title": "A bridge opens"})
    file.write_text("\n".join(map(json.dumps, told)), encoding="utf-8")
    assert "2 new" in cli("ingest", str(file)).stdout
    first, second = lines(cli("items", "--json"))
    assert first["first_seen"][:3] == second["first_seen"][:3] == "202"
    assert told[0]["published"] == first["published"]
    assert 0 == cli("audit").exit_code


def test_a_broken_law_is_told_with_its_rows_and_fails(kept, tmp_path):
    broken(tmp_path, "update stories set size = 7 where id = 1")
    result = kept("audit")
    assert 1 == result.exit_code
    assert "WRONG  size of a story: 1 break the law that a story counts" in result.stdout
    assert "story=1 size=7 items=1" in result.stdout
    assert result.stderr.endswith("do not add up.\n")


def test_a_book_that_does_not_add_up_says_what_is_missing(kept, tmp_path):
    broken(tmp_path, "update tallies set known = known - 1")
    result = kept("audit")
    assert 1 == result.exit_code
    assert "entries      WRONG 2 ≠" in result.stdout


def test_json_has_a_line_for_each_book_and_each_broken_law(kept, tmp_path):
    books = lines(kept("audit", "--json"))
    assert [0] * len(books) == [book["missing"] for book in books]
    broken(tmp_path, "update stories set size = 7 where id = 1")
    result = kept("audit", "--json")
    assert 1 == result.exit_code
    last = json.loads(result.stdout.splitlines()[-1])
    assert ("size of a story", 1) == (last["law"], last["rows"])


def test_what_is_no_database_of_ours_is_refused(cli, tmp_path):
    missing = cli("audit")
    assert 1 == missing.exit_code
    assert "no database" in missing.stderr
    (tmp_path / "news.db").write_text("a letter")
    assert 1 == cli("audit").exit_code


async def test_who_stops_a_command_waits_for_nothing_that_reads_a_large_file():
    began, goes_on = threading.Event(), threading.Event()

    def read() -> None:
        began.set()
        goes_on.wait()

    reading = asyncio.create_task(aside(read))
    await asyncio.to_thread(began.wait)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert [True] == [one.daemon for one in threading.enumerate() if one.name.endswith("(run)")]
    goes_on.set()


async def test_what_goes_wrong_aside_is_heard():
    with pytest.raises(ZeroDivisionError):
        await aside(lambda: 1 // 0)
    assert "3" == await aside(str, 3)
