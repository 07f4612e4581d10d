"""What the command line asks the running process to do is done once, or told to be unfinished."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot import messenger
from bot.cli.workers import at_work
from bot.errands import refusal, refused
from bot.instance import alone, watchers_lock
from bot.messenger import ErrandPatience, Messenger
from bot.pipeline import Pipeline, open_pipeline, wall_clock
from bot.settings import Settings
from storage import errands, feeds, items
from storage.database import Database
from storage.errands import ErrandState
from storage.errors import NewsError, Text
from storage.local_time import rfc3339
from tests import farm
from tests.bot.pipeline import errands_done
from watchers.host_queues import Politeness


@dataclass
class Both:
    """A running pipeline, who asks it from beside, and outlets."""

    room: Pipeline
    asks: Messenger
    farm: farm.Farm


@pytest.fixture
async def both(news_file: Path) -> AsyncIterator[Both]:
    async with farm.opened() as outlets:
        settings = Settings(
            database_path=news_file, feed_allow_hosts=frozenset({("127.0.0.1", outlets.port)})
        )
        async with open_pipeline(settings, politeness=Politeness(), clock=wall_clock) as room:
            room.ingester.remember_at_news(wall_clock())
            async with at_work(settings) as asks:
                assert isinstance(asks, Messenger)
                yield Both(room, asks, outlets)


async def test_what_is_asked_for_is_done_by_the_running_process(both: Both) -> None:
    url = both.farm.serve("/rss", farm.rss(*map(farm.item, range(3))))
    other = both.farm.serve("/other", farm.rss(farm.item(9)))
    told: list[dict[str, Any]] = []
    async with errands_done(both.room):
        added = await both.asks.do("feeds.add", {"source": url})
        feed = await both.asks.db.read(feeds.found, str(added["feed"]))
        assert (url, 3) == (feed.url, feed.items)
        both.farm.serve("/rss", farm.rss(*map(farm.item, range(5))))
        tally = await both.asks.do("poll", {"force": True}, told.append)
        assert (1, 2, 0) == (tally["feeds"], tally["new"], tally["failed"])
        assert 0 == (await both.asks.do("poll", {"feed": feed.id}))["new"]
        answer = await both.asks.do("feeds.fallback", {"feed": feed.id, "source": other})
        assert feed.id == (await both.asks.db.read(feeds.get, answer["feed"])).fallback_of
    rows = await both.asks.db.read(lambda db: list(db["errands"].rows))
    assert [("done", "{}")] * 4 == [(row["state"], row["arguments"]) for row in rows]
    assert all("process" in row["asked_by"] for row in rows)


async def test_a_wrong_request_is_refused_in_the_words_of_its_own(both: Both) -> None:
    url = both.farm.serve("/rss", farm.rss(farm.item(1)))
    async with errands_done(both.room):
        await both.asks.do("feeds.add", {"source": url})
        for what, asked, key in (
            ("feeds.add", {"source": url}, "feed.exists"),
            ("feeds.add", {"source": "no address"}, "feed.address"),
            ("poll", {"feed": 99}, "feed.unknown"),
            ("dance", {}, "errand.unknown"),
            ("ingest", {"lines": ["{}"], "name": "a"}, "error.bug"),  # no start: a bug of ours
        ):
            with pytest.raises(NewsError, match=key):
                await both.asks.do(what, asked)


@pytest.mark.parametrize(
    "error",
    [
        NewsError("feed.exists", url="https://a.kz/", id=7),
        NewsError("settings.listen", reason=Text("feeds.just_now")),
        NewsError("error.page_html", feeds=["a", "b"], title=None),
    ],
)
def test_a_refusal_survives_its_way_through_the_row(error: NewsError) -> None:
    read = refused(refusal(error))
    assert (error.text_key, error.values) == (read.text_key, read.values)


def lines(*titles: str) -> dict[str, Any]:
    told = [f'{{"title": "{title}"}}\n' for title in titles]
    return {"name": "old", "lines": told, "start": rfc3339(wall_clock()), "swept": ""}


async def test_a_file_taken_in_twice_stores_nothing_twice(both: Both) -> None:
    async with errands_done(both.room):
        assert 2 == (await both.asks.do("ingest", lines("Wheat", "Gas")))["new"]
        again = await both.asks.do("ingest", lines("Gas", "Cotton"))
    assert (1, 1) == (again["new"], again["unchanged"])
    assert 3 == len(await both.room.db.read(lambda db: list(items.every(db))))


async def test_who_stops_waiting_is_not_worked_for(both: Both, monkeypatch) -> None:
    begun = asyncio.Event()
    take = both.room.ingester.take

    async def slow(*words: Any, **named: Any) -> Any:
        begun.set()
        await asyncio.sleep(0)
        return await take(*words, **named)

    monkeypatch.setattr(both.room.ingester, "take", slow)
    monkeypatch.setattr("bot.errands.TOLD_EVERY_S", 0)
    async with errands_done(both.room):
        asking = asyncio.create_task(
            both.asks.do("ingest", lines(*(f"Wheat {n}" for n in range(3_000))))
        )
        await begun.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        while (await state_of(both.room.db, 1)) is ErrandState.RUNNING:  # noqa: ASYNC110
            await asyncio.sleep(0)
    assert ErrandState.REFUSED is await state_of(both.room.db, 1)
    assert 3_000 > len(await both.room.db.read(lambda db: list(items.every(db)))) > 0


async def state_of(db: Database, number: int) -> ErrandState | None:
    errand = await db.read(errands.get, number)
    return errand.state if errand else None


async def test_what_a_crash_left_half_done_is_told_to_be_unfinished(both: Both) -> None:
    await both.room.db.write(errands.ask, "poll", {}, "me", wall_clock())
    await both.room.db.write(errands.claim, wall_clock())
    waiting = asyncio.create_task(both.asks._awaited(1, lambda _: None))
    async with errands_done(both.room):
        assert ErrandState.UNFINISHED is (await waiting).state


async def test_where_nobody_runs_any_more_an_errand_is_unfinished(
    news_file: Path, db: Database
) -> None:
    asks = Messenger(db, watchers_lock(news_file), "me")
    with pytest.raises(NewsError, match=r"errand\.unfinished"):
        await asks.do("poll", {})
    assert await state_of(db, 1) is None  # withdrawn: a later start does not do it


async def test_where_nobody_takes_it_it_is_said_who_has_the_database(
    news_file: Path, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messenger, "PATIENCE_S", 0)
    lock = watchers_lock(news_file)
    with alone(lock, "instance.database"), pytest.raises(NewsError) as raised:
        await Messenger(db, lock, "me").do("poll", {})
    assert ("errand.unheard", True) == (raised.value.text_key, bool(raised.value.values["pid"]))
    assert await state_of(db, 1) is None


async def test_an_errand_behind_another_is_waited_for(
    news_file: Path, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messenger, "PATIENCE_S", 0.01)
    await db.write(errands.ask, "poll", {}, "somebody", wall_clock())
    await db.write(errands.claim, wall_clock())
    lock = watchers_lock(news_file)
    with alone(lock, "instance.database"):
        asking = asyncio.create_task(Messenger(db, lock, "me").do("poll", {}))
        for _ in range(3):
            await asyncio.wait([asking], timeout=0.05)
        assert not asking.done()
        await db.write(errands.end, 1, ErrandState.DONE, {}, wall_clock())
        with pytest.raises(NewsError, match=r"errand\.unheard"):
            await asking


async def test_what_nobody_waits_for_any_more_is_not_done(db: Database) -> None:
    now = wall_clock()
    await db.write(errands.ask, "poll", {"feed": 1}, "killed", now - timedelta(minutes=5))
    await db.write(errands.ask, "poll", {"feed": 2}, "waits", now - timedelta(minutes=5))
    await db.write(errands.still_waits, 2, now)
    claimed = await db.write(errands.claim, now)
    assert (2, {"feed": 2}) == (claimed.id, claimed.arguments)
    assert await db.write(errands.claim, now) is None
    assert ErrandState.UNFINISHED is await state_of(db, 1)


async def test_ended_errands_are_forgotten_and_their_numbers_never_given_again(
    db: Database,
) -> None:
    now = wall_clock()
    await db.write(errands.ask, "poll", {}, "me", now)
    await db.write(errands.claim, now)
    assert await db.write(errands.report, 1, {"done": 1}, now)
    await db.write(errands.withdraw, 1)
    assert not await db.write(errands.report, 1, {"done": 2}, now)
    await db.write(errands.end, 1, ErrandState.DONE, {}, now)
    assert 0 == await db.write(errands.prune, now)
    assert 1 == await db.write(errands.prune, now + timedelta(days=2))
    assert 2 == await db.write(errands.ask, "poll", {}, "me", now)


def test_patience_counts_from_the_last_word() -> None:
    at = [0.0]
    patience = ErrandPatience(lambda: at[0])
    at[0] = 10
    assert patience.is_over(9)
    patience.heard(3)
    assert (False, True) == (patience.is_over(9), patience.is_over(2))
    assert patience.is_to_say()
    assert not patience.is_to_say()
