"""Corrections are obeyed for good: by the index and the database alike, whatever comes after."""

import asyncio
import contextlib
import shutil
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from storage import corrections, feeds, stories
from storage.corrections import Correction
from storage.database import Database
from storage.errors import NewsError
from storage.model import Feed, ItemId, StoryId
from storage.sql import Connection
from tests.watchers.test_ingester import entry, feed_of
from watchers import stories as identity
from watchers.ingester import Ingester

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ADMIN = 7
TOLD = (
    "Earthquake of magnitude 5.1 felt in Almaty region",
    "Magnitude 5.1 earthquake felt in the Almaty region",
    "Almaty region feels earthquake of magnitude 5.1",
    "New bridge over the Nura river opens in Karaganda",
    "Karaganda opens a new bridge over the river Nura",
    "Wheat harvest ends in Kostanay with a record crop",
    "Kostanay ends wheat harvest with record crop",
    "Earthquake of magnitude 6.8 felt in Almaty region",
)
ACTS = some.lists(
    some.tuples(
        some.sampled_from(("take", "merge", "split", "move", "undo", "restart", "silence")),
        some.integers(0, 6),
        some.integers(0, 6),
        some.integers(1, 7),
    ),
    min_size=4,
    max_size=14,
)


@dataclass
class Archive:
    """An ingester over a database, corrected at will."""

    db: Database
    ingester: Ingester
    made: list[Correction] = field(default_factory=list)
    ids: set[StoryId] = field(default_factory=set)
    feeds: list[Feed] = field(default_factory=list)
    now: datetime = NOW

    @property
    def told(self) -> int:
        return len(self.feeds)

    async def act(self, kind: str, one: int, other: int, mask: int) -> None:
        """Do one thing; what cannot be done is refused and changes nothing."""
        every = await self.db.read(lambda db: list(stories.every(db)))
        if kind == "take":
            await self.take()
        elif kind == "restart":
            self.ingester, self.ids = await Ingester.opened(self.db), set()
            await self.ingester.remember(self.now)
        elif kind == "silence":
            self.now += timedelta(days=30)
            await self.ingester.expire(self.now)
        elif kind == "undo" and self.made:
            await self.ingester.undo(self.made[one % len(self.made)].id, self.now)
        elif kind in ("merge", "split", "move") and every:
            first, second = (every[at % len(every)] for at in (one, other))
            out = [item.id for at, item in enumerate(first.items) if mask >> at & 1]
            match kind:
                case "merge":
                    made = await self.ingester.merge(first.id, second.id, 7, self.now)
                case "split":
                    made = await self.ingester.split(out, 7, self.now)
                case _:
                    made = await self.ingester.move(out, second.id, 7, self.now)
            self.made.append(made)

    async def take(self) -> None:
        if self.told == len(TOLD):
            return
        at, title = self.told, TOLD[self.told]
        feed = await feed_of(self.db, f"outlet{at}", self.now)
        self.feeds.append(feed)
        told = entry(at, title, url_key=f"outlet{at}.example/{at}")
        await self.ingester.take(feed, (told,), None, self.now + timedelta(minutes=at))

    async def second_thoughts(self) -> None:
        """Think every story over, as is done where an item has come."""
        index = self.ingester._memory.index
        for story in sorted(set(index.stories().values())):
            for change in identity.revise(index, story):
                await self.ingester._apply(change, self.now)

    async def agrees(self) -> None:
        """Index, database and what a start would make of it say the same."""
        index = self.ingester._memory.index
        homes = await self.db.read(homes_of_all)
        living = {item: homes[item] for item in index.stories()}
        assert living == index.stories()
        self.ids |= set(homes.values())
        for one in self.ids:
            called = await self.db.read(stories.current, one)
            assert called == index.story(one), one
        again = await Ingester.opened(self.db)
        await again.remember(self.now)
        fresh = again._memory.index
        assert living == fresh.stories()
        assert fresh._constraints.barred(fresh._home) == index._constraints.barred(index._home)
        for story in set(living.values()):
            assert groups(fresh, story) == groups(index, story)

    async def obeys(self) -> None:
        """What no later correction speaks of holds."""
        homes = await self.db.read(homes_of_all)
        valid = await self.db.read(corrections.in_force)
        for at, made in enumerate(valid):
            if any(later.items & made.items for later in valid[at + 1 :]):
                continue
            (home,) = {homes[item] for item in made.moved | made.joined}
            assert home not in {homes[item] for item in made.left}


def groups(index: identity.Index, story: StoryId) -> list[list[ItemId]]:
    return sorted(sorted(group) for group in index.bound(story))


def homes_of_all(db: Connection) -> dict[ItemId, StoryId]:
    return {item.id: story.id for story in stories.every(db) for item in story.items}


@settings(max_examples=25, deadline=None)
@given(acts=ACTS)
def test_any_corrections_are_obeyed_and_remembered_alike(
    schema: Path, acts: list[tuple[str, int, int, int]]
) -> None:
    async def play(folder: str) -> None:
        db = await Database.opened(Path(shutil.copy(schema, folder)))
        archive = Archive(db, await Ingester.opened(db))
        try:
            for _ in range(4):
                await archive.take()
            for act in acts:
                with contextlib.suppress(NewsError):
                    await archive.act(*act)
                await archive.second_thoughts()
                await archive.obeys()
                await archive.agrees()
        finally:
            await db.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(play(folder))


async def opened(db: Database, told: int) -> Archive:
    archive = Archive(db, await Ingester.opened(db))
    for _ in range(told):
        await archive.take()
    return archive


@pytest.mark.parametrize("restart", [False, True])
async def test_a_newcomer_does_not_bring_together_what_was_parted(
    db: Database, *, restart: bool
) -> None:
    archive = await opened(db, 2)
    [story] = set((await db.read(homes_of_all)).values())
    made = await archive.ingester.split([ItemId(2)], 7, NOW)
    if restart:
        await archive.act("restart", 0, 0, 0)
    await archive.take()
    homes = await db.read(homes_of_all)
    assert (story, made.target) == (homes[ItemId(1)], homes[ItemId(2)])
    assert homes[ItemId(3)] in (story, made.target)
    await archive.agrees()


async def test_what_was_parted_stays_so_when_a_side_is_silent_for_long(db: Database) -> None:
    """An old story that is told again is kept from the other side, by its items of then."""
    archive = await opened(db, 2)
    [story] = set((await db.read(homes_of_all)).values())
    made = await archive.ingester.split([ItemId(2)], 7, NOW)
    late = NOW + timedelta(days=30)
    for _ in range(2):
        await archive.ingester.expire(late)
        index = archive.ingester._memory.index
        assert {} == index.stories()
        assert not index.may_join(story, made.target)
        archive.ingester = await Ingester.opened(db)
        await archive.ingester.remember(late)


async def test_a_correction_of_items_whose_feed_is_gone_holds_for_the_others(
    db: Database,
) -> None:
    archive = await opened(db, 3)
    [story] = set((await db.read(homes_of_all)).values())
    made = await archive.ingester.split([ItemId(3)], 7, NOW)
    await db.write(feeds.remove, archive.feeds[0].id)
    await archive.act("restart", 0, 0, 0)
    await archive.second_thoughts()
    assert {ItemId(2): story, ItemId(3): made.target} == await db.read(homes_of_all)


async def test_what_followed_a_merge_goes_home_when_it_is_undone(db: Database) -> None:
    """Reports that came while it stood were never spoken of: they follow their event."""
    ingester = await Ingester.opened(db)
    told = [*TOLD[:2], *TOLD[3:5]]
    courier = [await feed_of(db, f"outlet{number}", NOW) for number in range(7)]
    for number, title in enumerate(told):
        await ingester.take(courier[number], (entry(number, title),), None, NOW)

    [first, _, second, _] = [story for _, story in await db.read(homes)]
    made = await ingester.merge(second, first, ADMIN, NOW)
    for number, title in ((4, TOLD[2]), (5, "The new bridge over Nura in Karaganda is open")):
        at = NOW + timedelta(minutes=number)
        await ingester.take(courier[number], (entry(number, title),), None, at)
    assert 1 == len({story for _, story in await db.read(homes)})
    await ingester.undo(made.id, NOW + timedelta(minutes=9))
    stories_of = [story for _, story in await db.read(homes)]
    assert [first, first, second, second, first, second] == stories_of


async def test_what_followed_a_split_goes_home_when_it_is_undone(db: Database) -> None:
    ingester = await Ingester.opened(db)
    outlets = [await feed_of(db, f"outlet{number}", NOW) for number in range(4)]
    for number in range(2):
        await ingester.take(outlets[number], (entry(number, TOLD[number]),), None, NOW)
    [(_, story), (out, _)] = await db.read(homes)
    made = await ingester.split([out], ADMIN, NOW)
    await ingester.take(outlets[2], (entry(2, TOLD[1]),), None, NOW + timedelta(minutes=1))
    after_a_start = await Ingester.opened(db)
    await after_a_start.remember(NOW + timedelta(minutes=2))
    await after_a_start.undo(made.id, NOW + timedelta(minutes=2))
    assert {story} == {one for _, one in await db.read(homes)}


def homes(db: Connection) -> list[tuple[ItemId, StoryId]]:
    return list(db.conn.execute("select id, story_id from items order by id"))
