"""Clocks that are set: nothing waits for a wrong time, digests neither skip nor repeat."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.timekeeper import Timekeeper
from bot.trusted_clock import MARK_FACT, TrustedClock
from storage import chats, feeds, meta, wrong_times
from storage.database import Database
from storage.model import Chat, ChatId, ChatKind, Feed, FeedState, FeedStatus
from storage.outbox import rows as outbox_rows
from storage.outbox.deliveries import DeliveryKind, DigestPart
from storage.sql import Connection, to_ms
from tests.bot.people import digests_of
from tests.storage import rows

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
READER, ADMIN = ChatId(1001), ChatId(7)
JUMPS = [
    sign * by
    for by in (timedelta(hours=1), timedelta(days=1), timedelta(days=365))
    for sign in (1, -1)
]


@dataclass
class World:
    """A watching bot beside the true time; its clock is ``off`` by as much."""

    db: Database
    holds: bool = True
    now: datetime = START
    off: timedelta = timedelta(0)
    told: int = 0
    looks: list[datetime] = field(default_factory=list)

    def wall(self) -> datetime:
        return self.now + self.off

    def steady(self) -> float:
        return self.now.timestamp()

    async def started(self) -> None:
        """Start the program, or start it anew."""
        # Beside a played clock nothing tells a jump from time that went by.
        own = TrustedClock(self.wall, lambda: self.wall().timestamp())
        self.clock = TrustedClock(self.wall, self.steady, "a boot") if self.holds else own
        self.clock.resume(await self.db.read(meta.get, MARK_FACT))
        self.digests = digests_of(self.db, self.clock)
        self.timekeeper = Timekeeper(
            self.db,
            self.clock,
            self.digests,
            admins=frozenset({ADMIN}),
            wake=lambda: None,
        )

    async def tick(self) -> None:
        """Look at the clock and at what is due: a feed that has something each time, digests."""
        await self.timekeeper.look()
        if await self.db.read(feeds.due, self.clock()):
            await self.db.write(self.looked)
            self.looks.append(self.now)
        if self.timekeeper.is_settled:
            await self.digests.round()

    def looked(self, db: Connection) -> None:
        """Keep what a look brings: an item that its outlet dates honestly."""
        (feed,) = feeds.due(db, self.clock())
        published = self.now - timedelta(minutes=3)
        if published > self.clock() + timedelta(minutes=5):
            return  # a day that has not come: what is dated so is no news yet
        self.told += 1
        item = rows.new_item(self.told, published=published)
        rows.told(db, feed.id, item, now=self.clock())
        feeds.keep_state(db, feed.id, self.state())

    def state(self) -> FeedState:
        now = self.clock()
        return FeedState(
            FeedStatus.OK,
            next_check_at=now + timedelta(hours=1),
            interval_s=3600,
            last_checked_at=now,
            last_ok_at=now,
            last_new_at=now,
        )

    async def live(self, until: datetime, step: timedelta = timedelta(minutes=30)) -> None:
        while self.now < until:
            self.now += step
            await self.tick()

    async def set_wrong(self, by: timedelta, lasting: timedelta) -> None:
        """Let the clock be wrong for a while."""
        self.off = by
        await self.live(self.now + lasting, timedelta(seconds=5))
        self.off = timedelta(0)

    async def shown(self) -> Counter[int]:
        """How often each story stood in a digest."""
        parts = await self.db.read(digests_given)
        return Counter(int(story) for _, part in parts for story in shown_in(part))

    async def names(self) -> list[str]:
        return [name for name, _ in await self.db.read(digests_given)]

    async def feed(self) -> Feed:
        (found,) = await self.db.read(feeds.every)
        return found


def shown_in(part: DigestPart) -> tuple[int, ...]:
    assert part.issued is not None
    assert part.issued.more == 0, "more than a page: the test cannot see it all"
    return tuple(map(int, part.issued.stories))


def digests_given(db: Connection) -> list[tuple[str, DigestPart]]:
    found = db.conn.execute("select id from deliveries where kind = ? order by id", ("digest",))
    given = [outbox_rows.by_id(db, row[0]) for row in found.fetchall()]
    return [(one.subject, one.payload) for one in given if isinstance(one.payload, DigestPart)]


async def a_world(db: Database, *, holds: bool = True) -> World:
    await db.write(rows.feed)
    for chat in (READER, ADMIN):
        reader = Chat(chat, ChatKind.PRIVATE, digest_times=(8 * 60, 14 * 60, 20 * 60))
        await db.write(chats.see_chat, reader, START)
    await db.write(lambda db: chats.change(db, ADMIN, digest_times=(), weekly_day=0))
    world = World(db, holds)
    await world.started()
    await world.tick()
    return world


@pytest.mark.parametrize("by", JUMPS, ids=str)
@pytest.mark.parametrize("holds", [True, False], ids=["told by a steady clock", "by rows alone"])
@pytest.mark.parametrize("restarts", [False, True], ids=["running", "restarted"])
async def test_a_clock_that_was_wrong_for_a_moment_costs_nothing(
    db: Database, by: timedelta, *, holds: bool, restarts: bool
) -> None:
    world = await a_world(db, holds=holds)
    await world.live(START + timedelta(days=1, hours=2))
    await world.set_wrong(by, timedelta(seconds=25))
    if restarts:
        await world.started()
    before = len(world.looks)
    await world.live(START + timedelta(days=1, hours=13, minutes=30))
    assert len(world.looks) - before >= 10, "polls go on: one an hour"
    await world.live(START + timedelta(days=2, hours=11, minutes=20))
    shown = await world.shown()
    told = set(range(1, world.told - 1))
    assert told - set(shown) <= {world.told - 1, world.told - 2}, "nothing is skipped"
    assert [] == [story for story, times in shown.items() if times > 1], "nothing is repeated"
    names = await world.names()
    assert len(names) == len(set(names))
    assert set(names) >= {
        f"2026-11-{day}T{hour:02}:00/1"
        for day, hour in [(24, 14), (24, 20), (25, 8), (25, 14), (25, 20)]
    }


@pytest.mark.parametrize("by", [one for one in JUMPS if one > timedelta(0)], ids=str)
async def test_a_clock_set_ahead_makes_no_digest_before_it_is_believed(
    db: Database, by: timedelta
) -> None:
    world = await a_world(db)
    await world.live(START + timedelta(hours=1))
    await world.set_wrong(by, timedelta(seconds=25))
    assert [] == await world.names()
    world.off = by  # and now it stays so: who knows better?
    await world.live(world.now + timedelta(minutes=30), timedelta(minutes=5))
    assert world.timekeeper.is_settled


@pytest.mark.parametrize("by", JUMPS, ids=str)
async def test_a_start_with_a_wrong_clock_forgets_nothing_and_the_next_one_is_right(
    db: Database, by: timedelta
) -> None:
    world = await a_world(db)
    await world.live(START + timedelta(hours=20))
    now = world.now + by
    believed = await db.read(wrong_times.believable, now)
    assert believed <= world.now + timedelta(days=1)
    world.off = by
    await world.started()
    await world.live(world.now + timedelta(seconds=25), timedelta(seconds=5))
    world.off = timedelta(0)
    await world.started()
    before = len(world.looks)
    await world.live(world.now + timedelta(hours=5))
    assert len(world.looks) - before >= 4
    state = (await world.feed()).state
    assert state.next_check_at is not None
    assert state.next_check_at <= world.now + timedelta(hours=1)


@pytest.mark.parametrize(
    ("holds", "told_of"),
    [(True, ["clock/doubted"]), (False, ["clock/behind"])],
    ids=["told by a steady clock", "by rows alone"],
)
async def test_a_clock_that_is_behind_rewrites_nothing_and_is_told_once(
    db: Database, told_of: list[str], *, holds: bool
) -> None:
    world = await a_world(db, holds=holds)
    await world.live(START + timedelta(hours=20))
    kept = await db.read(seen)
    world.off = -timedelta(days=365)
    await world.live(world.now + timedelta(minutes=10), timedelta(seconds=10))
    assert world.timekeeper.is_behind is not holds
    assert not world.timekeeper.is_trusted
    assert kept == (await db.read(seen))[: len(kept)]
    assert told_of == [one.rpartition("/")[0].partition("/2")[0] for one in await db.read(notices)]
    world.off = timedelta(0)
    await world.tick()
    assert not world.timekeeper.is_behind


@pytest.mark.parametrize(
    ("told", "believed"),
    [(None, False), (-timedelta(days=2), False), (-timedelta(hours=1), True),
     (timedelta(hours=1), False)],
    ids=["never", "long ago", "just now", "later"],
)  # fmt: skip
async def test_a_young_clock_is_believed_where_outlets_speak_for_it(
    db: Database, told: timedelta | None, *, believed: bool
) -> None:
    """Who is started anew every few minutes has no other to forget by and to back up by."""
    world = World(db)

    def tell(db: Connection) -> None:
        rows.told(db, rows.feed(db), rows.new_item(1))
        db.conn.execute("update items set published = ?", (to_ms(START + (told or timedelta(0))),))

    if told is not None:
        await db.write(tell)
    await world.started()
    await world.timekeeper.look()
    assert not world.timekeeper.is_trusted
    assert believed is await world.timekeeper.is_believed()


def seen(db: Connection) -> list[tuple[int, int]]:
    return db.conn.execute("select id, first_seen from items order by id").fetchall()


def notices(db: Connection) -> list[str]:
    found = db.conn.execute(
        "select subject from deliveries where kind = ?", (DeliveryKind.NOTICE,)
    )
    return [row[0] for row in found]


async def test_a_jump_is_told_to_the_admins_once(db: Database) -> None:
    world = await a_world(db)
    world.off = timedelta(hours=1)
    for _ in range(3):
        await world.tick()
    (subject,) = await db.read(notices)
    assert subject.startswith("clock/")


async def test_a_digest_whose_time_comes_while_the_clock_is_behind_waits_for_the_right_time(
    db: Database,
) -> None:
    """Its window has not begun yet by that clock; when it is right again, nothing is missing."""
    world = await a_world(db)
    await world.live(START + timedelta(days=1, hours=2))
    world.off = -timedelta(days=365)
    await world.live(world.now + timedelta(hours=4))  # past 14:00
    given, told = await world.names(), world.told
    assert "2026-11-24T08:00/1" == given[-1]
    world.off = timedelta(0)
    await world.live(world.now + timedelta(hours=8))
    shown = await world.shown()
    assert {1} == set(shown.values())
    assert set(range(1, told + 1)) <= set(shown)
