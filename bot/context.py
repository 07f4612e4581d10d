"""What a command is given to work with, and the rows of the tables that name the commands.

A command is ``async def f(ask: Ask, context: Context) -> Reply``. It reads and writes through
``context.db``, and says what to answer as a value; only ``bot.telegram`` talks to Telegram.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from bot.conversation import Ask, Message, Reply
from storage.database import Database
from storage.model import Chat, ChatId, Delivery, Feed, FeedId, ItemId, StoryId
from watchers.taught_names import TaughtNames


class StoryEditor(Protocol):
    """Who gives stories their ids, asked where an admin corrects which telling is of which."""

    async def merge(self, story: StoryId, into: StoryId, by: int, now: datetime) -> StoryId:
        """Make one story of two, for good."""

    async def split(self, out: Sequence[ItemId], by: int, now: datetime) -> StoryId:
        """Take tellings of one story out into a story of their own, for good."""


class DigestMaker(Protocol):
    """Makes a chat's digests for being shown now, and lists what they lead to.

    None moves the chat's window. A ``reading`` is a ``bot.digests.listing.Reading``: whose it is and
    where it is shown; a list is a ``bot.digests.listing.Listing``.
    """

    async def preview(self, reading: Any) -> tuple[Message, ...]:
        """Show the digest that would come if it came now."""

    async def on_demand(
        self,
        reading: Any,
        span: timedelta = ...,
        *,
        only: frozenset[StoryId] | None = None,
        query: str = "",
    ) -> tuple[Message, ...]:
        """Make the digest of the last while, of the stories ``only`` where they are given."""

    async def rest(self, chat: Chat, owed: Delivery) -> Any:
        """List what a digest that came by itself left out; None where its row is too old."""

    async def told(self, chat: Chat, owed: Delivery) -> Any:
        """List what had come as alerts before it."""


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What Telegram says of a channel that somebody wants to bind."""

    id: ChatId
    title: str
    bot_may_post: bool
    person_manages: bool


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a command may use, given by the composition root.

    ``clock`` is the one source of now. ``names`` are the gazetteer's with those that admins
    taught; whoever brings an update in refreshes them. ``look`` sees what feed is at an address (a
    ``watchers.discover.Seen``) and keeps nothing; ``add`` keeps it. ``poll`` takes one feed as due at once. ``wake`` tells the deliverer that the
    outbox has something. ``channel`` asks Telegram about a channel by name for a person.
    ``allowed_hosts`` are the private hosts and ports that feeds may be read from.
    """

    db: Database
    clock: Callable[[], datetime]
    names: TaughtNames
    editor: StoryEditor
    digests: DigestMaker
    bot_username: str = ""
    admin_ids: frozenset[int] = frozenset()
    language: str = "en"
    time_zone: str = "UTC"
    look: Callable[[str], Awaitable[Any]] | None = None
    add: Callable[[str], Awaitable[Feed]] | None = None
    poll: Callable[[FeedId], Awaitable[Any]] | None = None
    wake: Callable[[], None] = field(default=lambda: None)
    channel: Callable[[str, int], Awaitable[ChannelFacts | None]] | None = None
    allowed_hosts: frozenset[tuple[str, int]] = frozenset()


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
