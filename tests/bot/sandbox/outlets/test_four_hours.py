"""Four hours of the demo through the real pipeline, against what its news really tells.

Real HTTP from the newsstand, the real poller, ingester and database; only the clock jumps.
"""

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from urllib.parse import urlsplit

from bot.cli.demo import sample_feeds
from bot.sandbox import Sandbox
from storage import feeds, items
from storage.database import Database
from storage.model import ItemId
from tests.bot.sandbox.conftest import Clock
from tests.bot.sandbox.outlets.truth import Pair, compare, report
from tests.watchers.in_place import InPlace
from watchers import fetch
from watchers.ingester import Ingester
from watchers.poll import Politeness, Poller
from watchers.schedule import PollingPace

LOOKS = timedelta(minutes=8)
HOURS = timedelta(hours=4)
SEED = sys.version_info.minor
"""Each Python plays four hours of its own: they take a while, and CI has more than one Python."""


@asynccontextmanager
async def watched(db: Database, box: Sandbox, clock: Clock) -> AsyncIterator[Poller]:
    """A poller that reads all outlets of the box."""
    for new, _ in sample_feeds(box.url):
        await db.write(feeds.add, new, clock())
    address = urlsplit(box.url)
    async with fetch.opened(
        user_agent="test",
        allowed=frozenset({(str(address.hostname), address.port)}),
        clock=clock,
    ) as fetcher:
        ingester = await Ingester.opened(db)
        yield Poller(
            db,
            ingester,
            fetcher,
            InPlace(),
            politeness=Politeness(),
            pace=PollingPace(base_s=5),
            clock=clock,
        )


async def test_four_hours_of_the_demo_merge_no_two_events_and_split_hardly_one(
    db: Database, clock: Clock
) -> None:
    async with (
        Sandbox.start(clock=clock, people=False, seed=SEED) as box,
        watched(db, box, clock) as poller,
    ):
        end = clock() + HOURS
        await poller.round(force=True)
        while clock() < end:
            clock.forward(seconds=LOOKS.total_seconds())
            await poller.round(force=True)
        truth = {one.path: one.item.event for one in box.newsstand.everything()}
    stored = await db.read(lambda base: list(items.every(base)))
    path = {item.id: urlsplit(item.url).path for item, _ in stored}
    story = {path[item.id]: item.story_id for item, _ in stored}
    titles = {path[item.id]: f"{item.lang} {item.title}" for item, _ in stored}
    assert story.keys() == truth.keys()
    assert len(set(truth.values())) >= 250

    why = {path[one]: await db.read(items.reasons, ItemId(one)) for one in path}
    found = compare(truth, story)
    shown = report(found, lambda item: f"{truth[item]}: {titles[item]}\n    {why[item]}")
    assert not found.merged, shown
    assert found.split_events * 20 <= found.events, shown


def test_the_comparison_names_each_wrong_merge_and_each_split() -> None:
    truth = {"a1": "a", "a2": "a", "b1": "b", "b2": "b", "c1": "c"}
    right = compare(truth, {"a1": 1, "a2": 1, "b1": 2, "b2": 2, "c1": 3})
    assert (3, (), (), 0) == (right.events, right.merged, right.split, right.split_events)
    wrong = compare(truth, {"a1": 1, "a2": 4, "b1": 1, "b2": 1, "c1": 1})
    assert {Pair("a1", "b1"), Pair("a1", "c1"), Pair("b1", "c1")} == set(wrong.merged)
    assert ((Pair("a1", "a2"),), 1) == (wrong.split, wrong.split_events)
    assert "MERGED\n  A1\n  B1" in report(wrong, str.upper)
