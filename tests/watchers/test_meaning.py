"""The ingester in doubt: whom it asks what, what that changes, and what it keeps."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
from aiohttp import web

from storage import feeds, fingerprints, items, stories
from storage.database import Database
from storage.model import Feed, ItemId
from storage.sql import Connection
from tests.farm import Farm, opened
from tests.watchers.test_ingester import entry, feed_of
from watchers.ingester import WINDOW, Ingester
from watchers.meaning.asking import Asking, Patience
from watchers.meaning.opening import Embeddings, asking
from watchers.stories.meaning import CosineWeight

PATH = "/v1/embeddings"
QUAKE = "Quake shakes Almaty at night"
TREMOR = "Night tremor felt in Almaty"
FLOOD = "Flood cuts off villages in southern Turkmenistan"
PATIENT = Patience(item_s=20, probe_s=20, failures=2, pause_s=600)


@dataclass
class Service:
    """A service that gives every text the vector that a test says; ``asked`` are the texts."""

    farm: Farm
    vector_of: Callable[[str], list[float]] = field(default=lambda _: [1.0, 0.0])
    status: int = 200
    asked: list[list[str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        texts = (await request.json())["input"]
        if texts != ["query: News"]:
            self.asked.append([text.removeprefix("query: ") for text in texts])
        rows = [{"index": n, "embedding": self.vector_of(text)} for n, text in enumerate(texts)]
        return web.Response(text=json.dumps({"data": rows}), status=self.status)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    async with opened() as farm:
        running = Service(farm)
        farm.at(PATH)(running.answer)
        yield running


@asynccontextmanager
async def in_doubt(
    db: Database, service: Service, model: str = "multilingual-e5-small"
) -> AsyncIterator[tuple[Ingester, Asking]]:
    """An ingester that is in doubt of whatever is alike, and decides by meaning alone."""
    async with asking(Embeddings(service.farm.url(""), model=model), PATIENT) as meaning:
        await meaning.answering()
        yield await doubting(db, meaning), meaning


async def doubting(db: Database, meaning: Asking) -> Ingester:
    ingester = await Ingester.opened(db, meaning=meaning)
    index = ingester._memory.index
    by_cosine = CosineWeight(middle=0.5, by_odds=0.01, by_cosine=100.0)
    index.meaning = replace(
        index.meaning, least=-4.9, most=4.9, bare=by_cosine, told=by_cosine, across=by_cosine
    )
    return ingester


async def take(
    ingester: Ingester, number: int, title: str, now: datetime, feed: Feed | None = None
) -> None:
    feed = feed or await feed_of(ingester._db, f"outlet{number}", now)
    await ingester.take(feed, (entry(number, title),), None, now + timedelta(minutes=number))


def told(db: Connection) -> list[tuple[int, str]]:
    return [(item.story_id, item.title) for item, _ in items.every(db)]


def vectors(db: Connection) -> list[tuple[int, int]]:
    rows = db.conn.execute("select item_id, length(vector) from tellings order by item_id")
    return [(item, length) for item, length in rows if length]


async def test_who_is_like_nobody_is_never_sent_anywhere(db, now, service) -> None:
    async with in_doubt(db, service) as (ingester, _):
        await take(ingester, 1, QUAKE, now)
        await take(ingester, 2, FLOOD, now)
    assert [] == service.asked
    assert [] == await db.read(vectors)


@pytest.mark.parametrize(("near", "count"), [(True, 1), (False, 2)])
async def test_meaning_decides_what_words_leave_in_doubt(db, now, service, near, count) -> None:
    service.vector_of = lambda text: [1.0, 0.0] if near or QUAKE in text else [0.0, 1.0]
    async with in_doubt(db, service) as (ingester, meaning):
        await take(ingester, 1, QUAKE, now)
        await take(ingester, 2, TREMOR, now)
        kept = await db.read(fingerprints.vectors, meaning.mark)
    assert count == len({story for story, _ in await db.read(told)})
    assert [{QUAKE, TREMOR}] == [set(texts) for texts in service.asked]
    assert [1, 2] == [item for item, _ in kept]
    _, reasons = await db.read(items.reasons, ItemId(2))
    assert ["meaning", float(near)] in [list(reason) for reason in reasons]


async def test_two_entries_of_one_document_are_asked_about_too(db, now, service) -> None:
    feed = await feed_of(db, "courier", now)
    async with in_doubt(db, service) as (ingester, _):
        await ingester.take(feed, (entry(1, TREMOR), entry(2, QUAKE)), None, now)
    assert [{QUAKE, TREMOR}] == [set(texts) for texts in service.asked]
    assert [(1, 6), (2, 6)] == await db.read(vectors)


async def test_what_was_asked_is_not_asked_again_after_a_restart_either(db, now, service) -> None:
    feed = await feed_of(db, "courier", now)
    async with in_doubt(db, service) as (ingester, meaning):
        await take(ingester, 1, QUAKE, now, feed)
        await take(ingester, 2, TREMOR, now, feed)
        again = await doubting(db, meaning)
        await again.remember(now)
        await take(again, 3, "Quake in Almaty: night on the streets", now, feed)
    assert ["Quake in Almaty: night on the streets"] == service.asked[-1]


async def test_vectors_of_another_model_are_asked_for_anew(db, now, service) -> None:
    async with in_doubt(db, service) as (ingester, _):
        await take(ingester, 1, QUAKE, now)
        await take(ingester, 2, TREMOR, now)
    async with in_doubt(db, service, "another-e5-small") as (ingester, _):
        await ingester.remember(now)
        await take(ingester, 3, "Quake in Almaty: night on the streets", now)
    assert 3 == len(service.asked[-1])


@pytest.mark.parametrize("vector", [[float("nan"), 1.0], [1.0], [0.0, 0.0]], ids=str)
async def test_a_wrong_answer_leaves_the_doubt_as_it_was(db, now, service, vector) -> None:
    async with in_doubt(db, service) as (ingester, _):
        service.vector_of = lambda _: vector
        await take(ingester, 1, QUAKE, now)
        await take(ingester, 2, TREMOR, now)
    without = await Ingester.opened(db)
    assert not without._memory.index.weighs_meaning
    assert [] == await db.read(vectors)
    assert 2 == len(await db.read(told))


async def test_a_service_that_fails_is_asked_no_more(db, now, service) -> None:
    async with in_doubt(db, service) as (ingester, meaning):
        service.status = 503
        feed = await feed_of(db, "courier", now)
        for number, how in enumerate("again anew badly gently long short hard soft".split()):
            await take(ingester, number, f"{QUAKE} {how}", now, feed)
        assert not meaning.is_on
    assert PATIENT.failures == len(service.asked)
    assert 8 == len(await db.read(told))


async def test_meaning_is_pruned_with_what_is_known_of_the_text(db, now, service) -> None:
    async with in_doubt(db, service) as (ingester, _):
        await take(ingester, 1, QUAKE, now)
        await take(ingester, 2, TREMOR, now)
        await ingester.expire(now + WINDOW + timedelta(days=1))
        assert {} == ingester._memory.index._vectors
    assert [] == await db.read(vectors)


async def test_meaning_goes_with_its_feed(db, now, service) -> None:
    feed = await feed_of(db, "courier", now)
    async with in_doubt(db, service) as (ingester, _):
        await take(ingester, 1, QUAKE, now, feed)
        await take(ingester, 2, TREMOR, now, feed)
    await db.write(feeds.remove, feed.id)
    assert [] == await db.read(vectors)


async def test_a_document_that_could_not_be_recorded_leaves_no_meaning(db, now, service) -> None:
    feed = await feed_of(db, "courier", now)
    async with in_doubt(db, service) as (ingester, _):
        await take(ingester, 1, QUAKE, now, feed)
        await db.write(lambda connection: connection.conn.execute("drop table tellings"))
        await take(ingester, 2, TREMOR, now, feed)  # set aside, and nothing of it is kept
        assert not ingester._memory.index.has_meaning(ItemId(2))
    assert 1 == len(await db.read(told))


async def test_off_by_default_nothing_is_in_doubt(db, now, service) -> None:
    ingester = await Ingester.opened(db)
    await take(ingester, 1, QUAKE, now)
    await take(ingester, 2, TREMOR, now)
    _, reasons = await db.read(items.reasons, ItemId(2))
    assert "meaning" not in [reason[0] for reason in reasons]
    assert await db.read(stories.get, (await db.read(told))[0][0]) is not None
    assert [] == service.farm.asked
