"""A newsroom for tests of the chat: the real ingester, and outlets that tell what a test wants."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bot.errands import ErrandRunner
from bot.pipeline import Pipeline as OpenPipeline
from storage import feeds, outlets
from storage.database import Database
from storage.model import Feed, Ownership, Story, StoryId
from storage.stories import by_ids, every
from tests.bot.people import NOW, Clock, context_of
from watchers.ingester import Ingester
from watchers.parse import Entry

OUTLETS = {
    "Steppe Courier": ("KZ", Ownership.INDEPENDENT, "en"),
    "Степной вестник": ("KZ", Ownership.STATE, "ru"),
    "Northern Wire": ("RU", Ownership.STATE, "ru"),
    "Oasis Times": ("UZ", Ownership.PRIVATE, "en"),
    "Exile Voice": ("TM", Ownership.EXILE, "ru"),
}


@dataclass
class Pipeline:
    """Outlets, the ingester and a context around one database."""

    db: Database
    ingester: Ingester
    clock: Clock
    feeds: dict[str, Feed] = field(default_factory=dict)

    @classmethod
    async def opened(cls, db: Database) -> "Pipeline":
        room = cls(db, await Ingester.opened(db), Clock())
        for name, (country, ownership, _) in OUTLETS.items():
            await db.write(outlets.named, name, country=country, ownership=ownership)
            url = f"https://{name.split()[0].casefold()}.example/rss"
            new = feeds.NewFeed(url, name, name)
            room.feeds[name] = await db.write(feeds.add, new, NOW)
        return room

    def context(self, **parts: Any) -> Any:
        return context_of(self.db, editor=self.ingester, clock=self.clock, **parts)

    async def tells(
        self,
        outlet: str,
        title: str,
        summary: str = "",
        *,
        ago: timedelta = timedelta(hours=1),
        seen: timedelta | None = None,
        page: str = "",
    ) -> Story:
        """Let an outlet tell something; return the story it became. We see it at once, or later.

        What it tells on a ``page`` of a name is known by that: told again, it is edited.
        """
        number = page or hash((outlet, title)) & 0xFFFFFFFF
        at = self.clock.now - ago
        entry = Entry(
            external_id=f"{number}",
            url=f"https://news.example/{number}",
            url_key=f"news.example/{number}",
            title=title,
            summary_html=summary,
            published=at,
            keys=(f"{number}",),
            language=OUTLETS[outlet][2],
        )
        seen_at = at if seen is None else self.clock.now - seen
        await self.ingester.take(self.feeds[outlet], (entry,), None, seen_at)
        stories = await self.db.read(lambda db: list(every(db)))
        return next(s for s in stories if any(i.title == title for i in s.items))

    async def story(self, story_id: int) -> Story:
        return (await self.db.read(by_ids, [StoryId(story_id)]))[0]


@asynccontextmanager
async def errands_done(room: OpenPipeline) -> AsyncIterator[None]:
    """Do errands as they come, as the running process does, only more often."""
    runner = ErrandRunner(room)

    async def run() -> None:
        while True:
            await runner.round()
            await asyncio.sleep(0.01)

    task = asyncio.create_task(run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.wait([task])
