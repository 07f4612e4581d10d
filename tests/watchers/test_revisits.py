"""Pages looked at again over real HTTP: what a round asks, writes and leaves alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from aiohttp import web

from storage import items
from storage.database import Database
from storage.sql import Connection
from tests.farm import Farm, opened
from tests.storage import rows
from watchers import fetch
from watchers.host_queues import Politeness
from watchers.revisits import Revisits

ARTICLES = 4
"""Every page of the outlet; of the last one's story readers asked."""


@dataclass
class Room:
    """An outlet's pages, and who looks at them."""

    farm: Farm
    db: Database
    revisits: Revisits
    now: datetime = rows.NOON
    told: list[None] = field(default_factory=list)

    async def round(self, **later: float) -> list[str]:
        """Let time pass and look at what is due; return what was asked for."""
        self.now += timedelta(**later)
        self.farm.asked.clear()
        await self.revisits.round()
        return [path for path, _ in self.farm.asked]

    async def removed(self) -> list[int]:
        found = await self.db.read(lambda db: list(items.every(db)))
        return [item.id for item, _ in found if item.removed_at is not None]


@asynccontextmanager
async def room(db: Database, *, allowed: bool = True) -> AsyncIterator[Room]:
    async with opened() as farm:
        endpoint = ("127.0.0.1", farm.port)
        async with fetch.opened(
            user_agent="test", allowed=frozenset({endpoint} if allowed else ())
        ) as fetcher:
            revisits = Revisits(
                db,
                fetcher,
                lambda: made.now,
                wake=lambda: made.told.append(None),
                politeness=Politeness(at_once=1),
            )
            made = Room(farm, db, revisits)
            for number in range(1, ARTICLES + 1):
                farm.serve(f"/{number}", "<html>", Content_Type="text/html")
            await db.write(stocked, farm)
            yield made


@pytest.fixture
async def here(db: Database) -> AsyncIterator[Room]:
    async with room(db) as made:
        yield made


def stocked(db: Connection, farm: Farm) -> None:
    feed = rows.feed(db, farm.url("/rss"))
    db.conn.execute("update feeds set status = 'ok'")
    articles = (
        rows.new_item(number, url=farm.url(f"/{number}")) for number in range(1, ARTICLES + 1)
    )
    rows.told(db, feed, *articles)
    db.conn.execute("insert into chats(id, kind, created_at) values (7, 'private', 0)")
    db.conn.execute(
        "insert into subscriptions(id, chat_id, query, created_at) values (1, 7, 'q', 0)"
    )
    db.conn.execute(
        "insert into matches(query, item_id, story_id, seen_at) values ('q', :item, :item, 0)",
        {"item": ARTICLES},
    )


async def test_a_page_that_stands_is_asked_for_three_times_and_never_again(here: Room) -> None:
    asked = [await here.round(hours=hours) for hours in (0, 3, 1, 20, 1, 47, 1, 1000)]
    assert [[], ["/4"], [], ["/4"], [], ["/4"], [], []] == asked
    assert ([], []) == (await here.removed(), here.told)


@pytest.mark.parametrize("status", [404, 410])
async def test_a_removal_is_believed_hours_later_and_while_an_older_page_stands(
    here: Room, status: int
) -> None:
    await here.round()
    here.farm.serve("/4", "<html>", status=status)
    assert ["/4"] == await here.round(hours=3)
    assert [] == await here.removed()
    assert ["/4", "/3"] == await here.round(hours=6)
    assert ([4], [None]) == (await here.removed(), here.told)
    [item] = await here.db.read(items.by_ids, [4])
    assert rows.NOON + timedelta(hours=3) == item.removed_at  # since the first look that missed it
    here.farm.serve("/4", "<html>")
    assert ["/4"] == await here.round(days=1)
    assert ([], [None, None]) == (await here.removed(), here.told)


@pytest.mark.parametrize("answer", ["404", "front page", "forbidden", "nobody"])
async def test_an_outlet_of_which_every_page_answers_so_removes_nothing(
    here: Room, answer: str
) -> None:
    await here.round()

    async def to_the_front(_: web.Request) -> web.Response:
        return web.Response(status=302, headers={"Location": "/"})

    here.farm.serve("/", "<html>")
    for number in range(1, ARTICLES + 1):
        if answer == "front page":
            here.farm.at(f"/{number}")(to_the_front)
        elif answer == "nobody":
            here.farm.endpoints.pop(f"/{number}")  # the farm's own 404
        else:
            here.farm.serve(f"/{number}", status=403 if answer == "forbidden" else 404)
    looks = 0
    for _ in range(40):
        asked = await here.round(hours=6)
        assert len(asked) <= 3  # itself, and two older ones where it depends on them
        looks += "/4" in asked
    assert 3 <= looks <= 8
    assert ([], []) == (await here.removed(), here.told)


async def test_where_only_the_removed_redirect_to_the_front_page_nothing_is_said(
    here: Room,
) -> None:
    await here.round()
    here.farm.serve("/", "<html>")

    @here.farm.at("/4")
    async def _(_: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": "/"})

    for _ in range(5):
        await here.round(days=1)
    assert [] == await here.removed()


async def test_a_page_is_asked_for_as_a_reader_would_and_not_downloaded(here: Room) -> None:
    """So it may be larger than any document that is read: it stands."""
    sent: list[int] = []
    await here.round()
    here.farm.serve("/4", status=404)
    await here.round(hours=3)
    assert 1 == (await here.db.read(missed))[0]

    @here.farm.at("/4")
    async def _(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        try:
            for _ in range(2000):
                await response.write(b"x" * 65_536)
                sent.append(65_536)
        except ConnectionError:
            pass
        return response

    assert ["/4"] == await here.round(hours=6)
    assert sum(sent) < 2000 * 65_536
    assert (0, None) == await here.db.read(missed)


def missed(db: Connection) -> tuple[int, int | None]:
    """How many pages were missed, and when the one that is looked at was."""
    return (
        len(db.conn.execute("select 1 from page_looks where missed_at is not null").fetchall()),
        db.conn.execute("select missed_at from page_looks where item_id = 4").fetchone()[0],
    )


@pytest.mark.parametrize("status", [429, 503])
async def test_a_host_that_wants_rest_is_left_alone(here: Room, status: int) -> None:
    for number in (2, 3):
        await here.db.write(
            lambda db, number: db.conn.execute(
                "insert into matches(query, item_id, story_id, seen_at)"
                " values ('q', :item, :item, 0)",
                {"item": number},
            ),
            number,
        )
    for number in (2, 3, 4):
        here.farm.serve(f"/{number}", status=status, Retry_After=str(8 * 3600))
    await here.round()
    assert 1 == len(await here.round(hours=3))  # the others of the host are not even tried
    assert [] == await here.round(hours=7)
    assert 1 == len(await here.round(hours=1))


async def test_private_places_are_not_looked_at(db: Database) -> None:
    async with room(db, allowed=False) as here:
        await here.round()
        assert [] == await here.round(hours=3)
        assert (0, None) == await db.read(missed)


async def test_a_program_that_was_off_does_not_hurry(here: Room) -> None:
    def crowded(db: Connection) -> None:
        for number in range(10, 40):
            feed = rows.feed(db, f"https://o{number}.example/rss")
            rows.told(db, feed, rows.new_item(number, url=here.farm.url(f"/{number}")))
            db.conn.execute(
                "insert into page_looks(item_id, host, taken_at, due_at) values (?, 'x', 0, 0)",
                (number,),
            )
        db.conn.execute("update feeds set status = 'ok'")

    await here.db.write(crowded)
    assert 20 == len(await here.round())
