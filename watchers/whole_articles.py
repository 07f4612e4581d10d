"""Articles of feeds that tell only headlines: due → fetched → known to search and stories.

A few pages at a time, one host's far apart, beside polling: an entry is news at once, by its
headline, and nothing waits for its page. Everything between two steps is in rows.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

import structlog

from storage import full_texts, wanted_articles
from storage.database import Database
from storage.errors import StorageError
from storage.model import ItemId
from storage.set_aside import why_of
from storage.wanted_articles import ArticleCounts, WantedArticle
from watchers.full_text import FullTexts
from watchers.host_queues import Politeness, in_turn
from watchers.parse.article import NoTextKind
from watchers.pulse import Pulse

log = structlog.get_logger(__name__)

ARTICLES_TICK_S: Final = 5.0
_AT_ONCE: Final = 20
_HOSTS_AT_ONCE: Final = 2
"""Of the four pages that are fetched at once: who presses Read finds two free."""
_SPACING_S: Final = 5.0
_MAY_COME: Final = frozenset({NoTextKind.UNREACHABLE, NoTextKind.TOO_SLOW})


class ArticleReceiver(Protocol):
    """Who takes articles' texts in: the ingester."""

    async def take_article(self, item_id: ItemId, text: str, now: datetime) -> None:
        """Know an item by its article's text, too."""


@dataclass(frozen=True, slots=True)
class WholeArticles:
    """The part that reads articles; ``round`` is its tick. Each page is a beat of ``pulse``."""

    db: Database
    texts: FullTexts
    receiver: ArticleReceiver
    clock: Callable[[], datetime]
    politeness: Politeness = field(default_factory=Politeness)
    pulse: Pulse = field(default_factory=Pulse)

    async def round(self) -> int:
        """Read the articles that are due; count the pages."""
        if self.db.writability.trouble is not None or not self.texts.reads_pages:
            return 0  # what a page says could not be kept, or read; it is due still
        now = self.clock()
        waiting = await self.db.read(wanted_articles.due, now, _AT_ONCE)
        if not waiting:
            return 0
        resting: set[str] = set()

        async def look(host: str, one: WantedArticle) -> bool:
            self.pulse.beat()
            if host in resting:
                return False
            if await self._read(one):
                resting.add(host)
            return True

        await in_turn(waiting, self._gently(), look)
        return len(waiting)

    async def health(self) -> ArticleCounts:
        """Count what it came to within a day."""
        return await self.db.read(wanted_articles.counts, self.clock())

    def _gently(self) -> Politeness:
        return replace(
            self.politeness,
            at_once=min(_HOSTS_AT_ONCE, self.politeness.at_once),
            per_host=1,
            spacing_s=max(_SPACING_S, self.politeness.spacing_s),
            exempt=self.politeness.exempt | self.texts.fetcher.allowed,
        )

    async def _read(self, one: WantedArticle) -> bool:
        """Read a page and give its text on; tell whether its host wants rest."""
        item = one.item
        await self.db.write(wanted_articles.begin, item.id, self.clock())
        answer = await self.texts.ask(item)
        now, text = self.clock(), answer.text
        if answer.rest is not None:
            await self.db.write(wanted_articles.put_off, item.feed_id, now + answer.rest)
        if text.refusal:
            may_come = text.refusal in _MAY_COME
            await self.db.write(wanted_articles.end, item.id, now, text.refusal, again=may_come)
            return answer.rest is not None
        try:
            await self.receiver.take_article(item.id, full_texts.beginning(text.paragraphs), now)
        except StorageError:
            raise
        except Exception as error:  # or it would come again and again
            log.exception("an article was not taken in", item=item.id)
            await self.db.write(wanted_articles.end, item.id, now, why_of(error))
        return False
