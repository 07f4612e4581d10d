"""Days of unforced rounds on a clock of their own: what outlets see of us, what rows promise."""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from aiohttp import web

from bot.cli.feeds.listing import feed_row
from storage import feeds
from storage.database import Database
from storage.feeds import NewFeed
from storage.model import Feed, FeedNoticeKind, FeedStatus
from tests.farm import Farm, item, opened, rss
from tests.watchers.in_place import InPlace
from watchers import fetch
from watchers.host_queues import Politeness
from watchers.ingester import Ingester
from watchers.poll import Poller
from watchers.schedule import PollingPace

START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
DAYS = 3
BASE_S = 3600
PACE = PollingPace(base_s=BASE_S)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Answer = Callable[[web.Request], web.Response]


@dataclass
class World:
    """A farm whose outlets live on a clock, and when each of their addresses was asked for."""

    farm: Farm
    db: Database
    now: datetime = START
    asked: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    early: list[str] = field(default_factory=list)
    notices: dict[str, list[FeedNoticeKind]] = field(default_factory=lambda: defaultdict(list))

    async def outlet(self, path: str, answer: Answer, host: str = "127.0.0.1") -> None:
        """Open an outlet and add its feed."""
        self.at(path, answer)
        await self.db.write(feeds.add, NewFeed(self.farm.url(path, host), "", path), START)

    def at(self, path: str, answer: Answer) -> None:
        async def asked(request: web.Request) -> web.StreamResponse:
            self.asked[path].append(self.now)
            return answer(request)

        self.farm.endpoints[path] = asked

    def hour(self) -> int:
        return (self.now - START) // HOUR

    async def feed(self, path: str) -> Feed:
        every = await self.db.read(feeds.every)
        return next(one for one in every if one.outlet.name == path)

    def gaps(self, path: str) -> list[timedelta]:
        return [after - before for before, after in pairwise(self.asked[path])]

    async def live(self, poller: Poller, days: float) -> None:
        """Let the program's rounds come when something is due, and admins read their notices."""
        until = self.now + timedelta(days=days)
        while (due := await self.db.read(feeds.next_due)) is not None and due < until:
            self.now = max(self.now + timedelta(seconds=1), due)
            promised = {
                one.url: one.state.next_check_at for one in await self.db.read(feeds.every)
            }
            counts = {path: len(asked) for path, asked in self.asked.items()}
            await poller.round()
            for path, asked in self.asked.items():
                promise = promised.get(self.farm.url(path))
                if len(asked) > counts.get(path, 0) and promise and promise > self.now:
                    self.early.append(path)
            for notice in await self.db.write(feeds.take_notices):
                self.notices[notice.url.rpartition("/")[2]].append(notice.kind)


@asynccontextmanager
async def polling(world: World) -> AsyncIterator[Poller]:
    """A start of the program: nothing is known but what the database keeps."""
    hosts = frozenset({("127.0.0.1", world.farm.port), ("localhost", world.farm.port)})
    async with fetch.opened(user_agent="test", allowed=hosts, clock=lambda: world.now) as fetcher:
        yield Poller(
            world.db,
            await Ingester.opened(world.db),
            fetcher,
            InPlace(),
            politeness=Politeness(),
            pace=PACE,
            clock=lambda: world.now,
        )


def dated(world: World, number: int) -> str:
    return item(number, date=f"{START + number * HOUR:%a, %d %b %Y %H:%M:%S} GMT")


def document(world: World, last: int, extra: str = "", **headers: str) -> web.Response:
    """The last twenty items up to that number, an hour between two."""
    body = rss(*(dated(world, number) for number in range(last, last - 20, -1)), extra=extra)
    return web.Response(
        text=body,
        content_type="application/xml",
        headers={"ETag": f'"{last}"', **{k.replace("_", "-"): v for k, v in headers.items()}},
    )


@asynccontextmanager
async def lived(db: Database) -> AsyncIterator[World]:
    """Three days of ten outlets, with a restart on each."""
    async with opened() as farm:
        world = World(farm, db)
        await open_outlets(world)
        for _ in range(DAYS):
            async with polling(world) as poller:
                await world.live(poller, 1)
        yield world


async def open_outlets(world: World) -> None:
    def conditional(answer: Callable[[], web.Response]) -> Answer:
        def told(request: web.Request) -> web.Response:
            response = answer()
            if request.headers.get("If-None-Match") == response.headers.get("ETag"):
                return web.Response(status=304)
            return response

        return told

    def limited(request: web.Request) -> web.Response:
        if world.hour() % 12 == 1:
            return web.Response(status=429, headers={"Retry-After": "14400"})
        return document(world, world.hour())

    def flaky(request: web.Request) -> web.Response:
        is_down = 6 <= world.hour() < 30
        return web.Response(status=500) if is_down else document(world, world.hour())

    def moved(request: web.Request) -> web.Response:
        return web.Response(status=301, headers={"Location": "/new"})

    hourly = lambda: document(world, world.hour())  # noqa: E731
    await world.outlet("/news", conditional(hourly))
    await world.outlet("/quiet", conditional(lambda: document(world, 0)))
    await world.outlet(
        "/aged", lambda _: document(world, world.hour(), Cache_Control="max-age=9000")
    )
    await world.outlet("/ttl", lambda _: document(world, world.hour(), "<ttl>180</ttl>"))
    await world.outlet("/limited", limited, "localhost")
    await world.outlet("/sibling", lambda _: document(world, world.hour()), "localhost")
    await world.outlet("/moved", moved)
    world.at("/new", lambda _: document(world, world.hour()))
    await world.outlet("/gone", lambda _: web.Response(status=410))
    await world.outlet("/missing", lambda _: web.Response(status=404))
    await world.outlet("/flaky", flaky)


@pytest.mark.no_cover
async def test_days_of_rounds(db: Database) -> None:
    """One run of three days; each law by name below."""
    async with lived(db) as world:
        nothing_is_asked_before_its_promise_nor_after_a_restart(world)
        what_servers_ask_for_is_kept(world)
        news_is_followed_and_quiet_rests(world)
        await what_fails_rests_longer_and_is_never_given_up(world)
        await what_moved_is_asked_at_its_new_address_and_what_is_gone_no_more(world)
        admins_hear_of_each_change_once(world)
        await every_row_explains_itself(world)


def nothing_is_asked_before_its_promise_nor_after_a_restart(world: World) -> None:
    assert [] == world.early
    floor = timedelta(seconds=PACE.lowest_s)
    assert all(gap >= floor for path in world.asked for gap in world.gaps(path))


def what_servers_ask_for_is_kept(world: World) -> None:
    assert min(world.gaps("/aged")) >= timedelta(seconds=9000)
    assert min(world.gaps("/ttl")) >= 3 * HOUR
    refused = [at for at in world.asked["/limited"] if (at - START) // HOUR % 12 == 1]
    assert refused
    for at in refused:
        resting = [
            one
            for path in ("/limited", "/sibling")
            for one in world.asked[path]
            if at < one < at + 4 * HOUR
        ]
        # A sibling already under way in the same round is no answer to the refusal.
        assert all(one - at < timedelta(minutes=1) for one in resting)


def news_is_followed_and_quiet_rests(world: World) -> None:
    assert 24 * DAYS * 0.8 < len(world.asked["/news"]) <= 24 * DAYS + 1
    assert world.gaps("/quiet")[-1] >= timedelta(seconds=PACE.quiet_s)
    assert max(world.gaps("/quiet")) <= timedelta(seconds=PACE.quiet_s * 1.1)


async def what_fails_rests_longer_and_is_never_given_up(world: World) -> None:
    gaps = world.gaps("/missing")
    assert sorted(gaps) == gaps
    assert timedelta(seconds=2 * BASE_S) <= gaps[0] < gaps[-1] <= DAY
    assert FeedStatus.ERROR is (await world.feed("/missing")).state.status
    assert FeedStatus.OK is (await world.feed("/flaky")).state.status


async def what_moved_is_asked_at_its_new_address_and_what_is_gone_no_more(world: World) -> None:
    moved = await world.feed("/moved")
    assert (world.farm.url("/new"), world.farm.url("/moved")) == (moved.url, moved.moved_from)
    assert 2 == len(world.asked["/moved"])
    assert len(world.asked["/new"]) > 24
    assert 1 == len(world.asked["/gone"])


def admins_hear_of_each_change_once(world: World) -> None:
    ill, well, silent = FeedNoticeKind.ILL, FeedNoticeKind.RECOVERED, FeedNoticeKind.SILENT
    assert {
        "gone": [FeedNoticeKind.GONE],
        "missing": [ill],
        "flaky": [ill, well],
        "quiet": [silent],
    } == world.notices


async def every_row_explains_itself(world: World) -> None:
    rows = {one.outlet.name: feed_row(one) for one in await world.db.read(feeds.every)}
    assert {
        "/news": ("ok", 200),
        "/quiet": ("ok", 304),
        "/aged": ("ok", 200),
        "/ttl": ("ok", 200),
        "/limited": ("ok", 200),
        "/sibling": ("ok", 200),
        "/moved": ("ok", 200),
        "/gone": ("gone", 410),
        "/missing": ("error", 404),
        "/flaky": ("ok", 200),
    } == {path: (row["status"], row["last_status"]) for path, row in rows.items()}
    ill = {"/gone", "/missing"}
    assert ill == {path for path, row in rows.items() if row["error"]}
    assert {"/missing"} == {path for path, row in rows.items() if row["failing_since"]} - {"/gone"}
    assert {"/gone"} == {path for path, row in rows.items() if row["next_check_at"] is None}
    promised = [row["next_check_at"] for row in rows.values() if row["next_check_at"]]
    assert all(world.now.isoformat() <= at <= (world.now + DAY).isoformat() for at in promised)
    news = (await world.feed("/news")).items
    assert news == world.asked["/news"][-1].timestamp() // 3600 - START.timestamp() // 3600 + 20
