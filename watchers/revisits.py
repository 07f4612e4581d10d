"""Looking again at the pages of stories that readers asked for: due → look → judge → record.

A few pages at a time, one host's far apart, beside polling and off the way of any alert.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from storage import pages
from storage.database import Database
from storage.pages import ArticlePage, Watch
from watchers import standing
from watchers.fetch import Fetcher, Request
from watchers.host_queues import Politeness, in_turn
from watchers.standing import Answer, LookingPace

log = structlog.get_logger(__name__)

_AT_ONCE = 20
"""So many pages are looked at in one round: a program that was off for days does not hurry."""

_HOSTS_AT_ONCE = 2
_SPACING_S = 5.0
_OTHERS = 2
"""So many older pages are asked before one is called removed: one of them may be gone as well."""


@dataclass(frozen=True, slots=True)
class Revisits:
    """Looks at pages that are due. ``wake`` is called where readers are to be told something."""

    db: Database
    fetcher: Fetcher
    clock: Callable[[], datetime]
    wake: Callable[[], None] = lambda: None
    politeness: Politeness = field(default_factory=Politeness)
    pace: LookingPace = field(default_factory=LookingPace)

    async def round(self) -> int:
        """Take up what readers asked for of late, and look at what is due; count the looks."""
        if self.db.writability.trouble is not None:
            return 0  # what a page says could not be kept; it is due still
        now = self.clock()
        found = await self.db.read(pages.wanted, now)
        if found:
            new = [standing.taken_up(page, self.pace) for page in found]
            await self.db.write(pages.take_up, new, now)
        waiting = await self.db.read(pages.due, now, _AT_ONCE)
        resting: set[str] = set()
        looks = 0

        async def look(host: str, watch: Watch) -> bool:
            nonlocal looks
            if host in resting:
                return False
            looks += 1
            if await self._look(watch):
                resting.add(host)
            return True

        if waiting:
            await in_turn(waiting, self._gently(), look)
        return looks

    def _gently(self) -> Politeness:
        """Ask fewer hosts at once than polling does, and each of them more slowly."""
        return replace(
            self.politeness,
            at_once=min(_HOSTS_AT_ONCE, self.politeness.at_once),
            per_host=1,
            spacing_s=max(_SPACING_S, self.politeness.spacing_s),
            exempt=self.politeness.exempt | self.fetcher.allowed,
        )

    async def _look(self, watch: Watch) -> bool:
        """Look at a page and write down what that means; tell whether its host wants rest."""
        asked = Request(watch.url, wants_body=False)
        outcome = await self.fetcher.fetch(asked)
        now = self.clock()
        if (rest := standing.rest_of(outcome)) is not None:
            await self.db.write(pages.put_off, watch.page.host, now + rest)
            return True
        answer = standing.answer_of(outcome, watch.url)
        others = await self._others(watch.page) if standing.wants_others(watch, answer) else ()
        looked = standing.judged(watch, answer, others, now, self.pace)
        if await self.db.write(pages.record, looked, now):
            log.info(
                "page removed" if looked.removed_at else "page back",
                item=watch.page.item_id,
                story=watch.page.story_id,
                url=watch.url,
            )
            self.wake()
        return False

    async def _others(self, page: ArticlePage) -> tuple[Answer, ...]:
        """Ask older pages of the same feed whether they stand, until one does."""
        answers: list[Answer] = []
        gently = self._gently()
        for other in await self.db.read(pages.neighbours, page, _OTHERS):
            if not gently.spares(page.host):
                await asyncio.sleep(gently.spacing_s)
            outcome = await self.fetcher.fetch(Request(other.url, wants_body=False))
            answers.append(standing.answer_of(outcome, other.url))
            if answers[-1] is Answer.STANDS:
                break
        return tuple(answers)
