"""What a command is given to work with, and the rows of the tables that name the commands.

A command is ``async def f(ask: Ask, context: Context) -> Reply``. It reads and writes through
``context.db``, and says what to answer as a value; only ``bot.telegram`` talks to Telegram.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeAlias

from bot.backups import SealedCopy
from bot.conversation import Ask, Reply
from bot.digests.maker import DigestService
from bot.monitoring.health import Vitals
from storage.corrections import Correction, Undone
from storage.database import Database
from storage.full_texts import FullText
from storage.model import ChatId, Feed, FeedId, Item, ItemId, StoryId
from storage.retention import Retention
from watchers.discover import Seen
from watchers.poll import Round
from watchers.taught_names import TaughtNames
from watchers.translation.translating import Health


class StoryEditor(Protocol):
    """Who gives stories their ids, asked where an admin corrects which item is of which story."""

    async def merge(self, story: StoryId, into: StoryId, by: int, now: datetime) -> Correction:
        """Make one story of two, for good."""

    async def split(self, out: Sequence[ItemId], by: int, now: datetime) -> Correction:
        """Take items of one story out into a story of their own, for good."""

    async def move(
        self, out: Sequence[ItemId], into: StoryId, by: int, now: datetime
    ) -> Correction:
        """Put items of one story into another, for good."""

    async def undo(self, number: int, now: datetime) -> Undone:
        """Take a correction back. Raises NewsError where it is too late for that."""

    async def nearest(self, story: StoryId, most: int) -> Sequence[StoryId]:
        """Name the stories of the last days that are most like a story."""


class FeedAdministration(Protocol):
    """Who reads feeds, asked where an admin adds one or wants one read at once.

    Each asks an outlet's server, which may take its time.
    """

    async def look(self, typed: str) -> Seen:
        """See what is at an address and keep nothing. Raises NewsError for what is none."""

    async def add(self, typed: str) -> Feed:
        """Add the feed at an address and take in what it has; one that fails now is tried again.

        Raises NewsError for what is no address, or is read already.
        """

    async def add_fallback(self, feed_id: FeedId, typed: str) -> Feed:
        """Let what is at an address be read in a source's place while that is ill.

        Raises NewsError for what is no address, is read already, or is no feed.
        """

    async def poll_one(self, feed_id: FeedId) -> Round:
        """Read a feed now, due or not. Raises NewsError where there is none of this number."""


class TranslatorHealth(Protocol):
    """Who knows how translating goes."""

    @property
    def is_on(self) -> bool:
        """Tell whether the operator has set somebody who translates."""

    async def health(self) -> Health:
        """Say what it came to, and whether the translator answers."""


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What Telegram says of a channel that somebody wants to bind."""

    id: ChatId
    title: str
    bot_may_post: bool
    person_manages: bool


class ArticleTexts(Protocol):
    """Who gets articles' texts from their outlets."""

    @property
    def reads_pages(self) -> bool:
        """Tell whether articles' pages can be read here: the extra for it came along."""

    async def kept(self, item: Item) -> FullText | None:
        """Return what can be shown at once: None where the page must be asked for."""

    async def get(self, item: Item) -> FullText:
        """Return an item's text, fetched where it is not kept; or why there is none."""


class ChatRights(Protocol):
    """Who knows which person manages which chat."""

    async def manages(self, chat_id: ChatId, person_id: int) -> bool | None:
        """Tell whether a person manages a chat; None where Telegram does not tell us."""

    def lost(self, chat_id: ChatId, person_id: int) -> None:
        """Forget what was known of a person's rights in a chat."""


class ChatBackups(Protocol):
    """Who makes copies of the database that may be sent."""

    async def refuse_early(self) -> None:
        """Raise NewsError where it is clear before anything is made that nothing will be sent."""

    async def make(self) -> SealedCopy:
        """Make a sealed copy. Raises NewsError where there is none, or it is too large."""


ChannelLookup: TypeAlias = Callable[[str, int], Awaitable[ChannelFacts | None]]
"""Asks Telegram about a channel by its @name or id, for the person of this number."""


VitalsMeasure: TypeAlias = Callable[[], Awaitable[Vitals]]


async def unmeasured() -> Vitals:
    """Say nothing of a process that nobody measures."""
    return Vitals()


@dataclass(frozen=True, slots=True)
class WatchersServices:
    """What the chat asks of the watching half."""

    editor: StoryEditor
    feeds: FeedAdministration
    full_texts: ArticleTexts
    translator: TranslatorHealth


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a command may use; made once, when Telegram has said who we are.

    ``clock`` is the one source of now. ``names`` are the gazetteer's with those that admins
    taught; whoever brings an update in refreshes them. ``wake`` tells the deliverer that the
    outbox has something. ``bot_name`` says which of several bots on the archive we are.
    ``language`` and ``time_zone`` are those of a chat that has not chosen.
    ``allowed_hosts`` are the private hosts and ports that feeds may be read from. ``has_rates``
    says that official rates are asked for. ``translator`` knows whether anybody translates, and
    how that goes. ``vitals`` measures how the process is. ``backups`` makes copies to be sent,
    ``backs_up`` says that others are made by themselves. ``retention`` says how much is kept.
    ``calls_a_second`` is how many we allow ourselves of Telegram.
    """

    db: Database
    clock: Callable[[], datetime]
    names: TaughtNames
    editor: StoryEditor
    digests: DigestService
    feeds: FeedAdministration
    full_texts: ArticleTexts
    find_channel: ChannelLookup
    rights: ChatRights
    wake: Callable[[], None]
    bot_username: str
    bot_name: str
    admin_ids: frozenset[int]
    language: str
    time_zone: str
    allowed_hosts: frozenset[tuple[str, int]]
    has_rates: bool
    translator: TranslatorHealth
    vitals: VitalsMeasure
    backups: ChatBackups
    backs_up: bool
    retention: Retention
    calls_a_second: int


# --- the tables' rows ----------------------------------------------------------------------

Handler: TypeAlias = Callable[[Ask, Context], Awaitable[Reply]]


class Audience(StrEnum):
    """Who may use a command; the others get the answer of an unknown one."""

    EVERYONE = "everyone"
    ADMINS = "admins"


@dataclass(frozen=True, slots=True)
class Command:
    """A row of the COMMANDS table: /help, menus, handlers, docs and tests are made from it.

    ``changes`` marks what only a group's own admins may do there. ``own`` marks what concerns a
    chat's own subscriptions, digests or settings: its answer names the channel where a private
    chat speaks for one. ``private`` keeps a command
    out of groups. ``menu`` shows it in Telegram's menu. Texts: ``help.<name>`` is its one
    line, ``usage.<name>`` how it is typed with an example.
    """

    name: str
    handler: Handler
    audience: Audience = Audience.EVERYONE
    changes: bool = False
    own: bool = False
    private: bool = False
    menu: bool = True


@dataclass(frozen=True, slots=True)
class Press:
    """A row of the BUTTONS table: what a button's verb does and who may press it in a group.

    ``own`` is as a command's.
    """

    verb: str
    handler: Handler
    audience: Audience = Audience.EVERYONE
    changes: bool = False
    own: bool = False
