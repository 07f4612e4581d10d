"""The watching half as the chat asks it where it is another process: by errands."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from bot.context import WatchersServices
from bot.errands import Values
from bot.ground import Ground
from bot.instance import held_by, watchers_lock
from bot.messenger import Messenger, UntakenError
from bot.pipeline import looking
from storage import corrections, feeds, full_texts, translations
from storage.corrections import Correction, Undone
from storage.errors import NewsError
from storage.full_texts import FullText
from storage.model import Feed, FeedId, FeedKind, Item, ItemId, StoryId
from watchers.discover import Seen
from watchers.full_text import paragraphs_of
from watchers.parse.article import is_installed
from watchers.poll import Round
from watchers.translation.translating import Health


@dataclass(frozen=True, slots=True)
class Watchers:
    """The process that watches. Each request raises NewsError where it does not run."""

    ground: Ground
    messenger: Messenger

    async def do(self, what: str, **asked: object) -> Values:
        """Have an errand done and return its answer."""
        if held_by(self.messenger.lock) is None:
            raise NewsError("watchers.away")
        try:
            return await self.messenger.do(what, asked)
        except UntakenError as error:
            raise NewsError("watchers.away") from error
        except NewsError as error:
            if error.text_key in {"errand.unfinished", "errand.unheard"}:
                raise NewsError("watchers.unsure") from error
            raise


@dataclass(frozen=True, slots=True)
class RemoteEditor:
    """Stories are corrected by who gives them their numbers."""

    watchers: Watchers

    async def merge(self, story: StoryId, into: StoryId, by: int, now: datetime) -> Correction:
        """Make one story of two, for good."""
        del now
        return await self._made("stories.merge", story=story, into=into, by=by)

    async def split(self, out: Sequence[ItemId], by: int, now: datetime) -> Correction:
        """Take items of one story out into a story of their own, for good."""
        del now
        return await self._made("stories.split", out=list(out), by=by)

    async def move(
        self, out: Sequence[ItemId], into: StoryId, by: int, now: datetime
    ) -> Correction:
        """Put items of one story into another, for good."""
        del now
        return await self._made("stories.move", out=list(out), into=into, by=by)

    async def undo(self, number: int, now: datetime) -> Undone:
        """Take a correction back. Raises NewsError where it is too late for that."""
        del now
        answer = await self.watchers.do("stories.undo", number=number)
        return Undone(
            await self._read(answer),
            tuple(ItemId(item) for item in answer["items"]),
            StoryId(answer["source"]),
            StoryId(answer["target"]),
            revived=answer["revived"],
            emptied=answer["emptied"],
        )

    async def nearest(self, story: StoryId, most: int) -> Sequence[StoryId]:
        """Name the stories of the last days that are most like a story."""
        answer = await self.watchers.do("stories.nearest", story=story, most=most)
        return tuple(StoryId(found) for found in answer["stories"])

    async def _made(self, what: str, **asked: object) -> Correction:
        return await self._read(await self.watchers.do(what, **asked))

    async def _read(self, answer: Values) -> Correction:
        db = self.watchers.ground.db
        (correction,) = await db.read(corrections.of_ids, [answer["correction"]])
        return correction


@dataclass(frozen=True, slots=True)
class RemoteFeeds:
    """Feeds are read by who watches; an address is looked at here, which keeps nothing."""

    watchers: Watchers
    looks: Callable[[str], Awaitable[Seen]]

    async def look(self, typed: str) -> Seen:
        """See what is at an address and keep nothing. Raises NewsError for what is none."""
        return await self.looks(typed)

    async def add(self, typed: str) -> Feed:
        """Add the feed at an address and take in what it has."""
        return await self._added("feeds.add", source=typed)

    async def add_fallback(self, feed_id: FeedId, typed: str) -> Feed:
        """Let what is at an address be read in a source's place while that is ill."""
        return await self._added("feeds.fallback", feed=feed_id, source=typed)

    async def poll_one(self, feed_id: FeedId) -> Round:
        """Read a feed now, due or not."""
        answer = await self.watchers.do("poll", feed=feed_id)
        return Round(**answer)

    async def _added(self, what: str, **asked: object) -> Feed:
        answer = await self.watchers.do(what, **asked)
        feed = await self.watchers.ground.db.read(feeds.get, FeedId(answer["feed"]))
        if feed is None:
            raise NewsError("watchers.unsure")  # removed again in the same moment
        return feed


@dataclass(frozen=True, slots=True)
class RemoteTexts:
    """Articles are fetched by who watches, and kept as rows."""

    watchers: Watchers

    @property
    def reads_pages(self) -> bool:
        """Tell whether articles' pages can be read: both halves are installed alike."""
        return is_installed()

    async def kept(self, item: Item) -> FullText | None:
        """Return what can be shown at once: None where the page must be asked for."""
        if item.kind is FeedKind.TELEGRAM:
            return FullText(paragraphs_of(item.summary))
        ground = self.watchers.ground
        return await ground.db.read(full_texts.get, item.id, ground.clock())

    async def get(self, item: Item) -> FullText:
        """Return an item's text, fetched where it is not kept; or why there is none."""
        answer = await self.watchers.do("articles.read", item=item.id)
        return await self.kept(item) or FullText(refusal=answer["refusal"])


@dataclass(frozen=True, slots=True)
class RemoteTranslator:
    """Translating goes on in the watching half; what it came to are rows."""

    ground: Ground

    @property
    def is_on(self) -> bool:
        """Tell whether the operator has set somebody who translates."""
        return bool(self.ground.settings.translate_engine)

    async def health(self) -> Health:
        """Say what it came to; whether it rests just now, only that half knows."""
        counts = await self.ground.db.read(translations.counts, self.ground.clock())
        return Health(counts, self.ground.settings.translate_budget, None)


@asynccontextmanager
async def opened(ground: Ground) -> AsyncIterator[WatchersServices]:
    """Open the way to the process that watches, whether or not it runs."""
    settings = ground.settings
    lock = watchers_lock(settings.database_path)
    watchers = Watchers(ground, Messenger(ground.db, lock, f"bot {settings.bot_name}".strip()))
    async with looking(settings) as look:
        yield WatchersServices(
            RemoteEditor(watchers),
            RemoteFeeds(watchers, look),
            RemoteTexts(watchers),
            RemoteTranslator(ground),
        )
