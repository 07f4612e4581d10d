"""Ask, Reply, World: the plain values a command works with. No Telegram types.

A command is ``async def f(ask: Ask, world: World) -> Reply``. It reads and writes through
``world.db``, and says what to answer as a value; only the adapter talks to Telegram.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeAlias

from storage.database import Database
from storage.model import NO_THREAD, Chat, ChatId, Feed, FeedId, ItemId, StoryId, ThreadId
from storage.outbox.deliveries import Delivery
from watchers.taught_names import TaughtNames


class Html(str):
    """Text that is already Telegram HTML. Everything else must be escaped by ``bot.render``."""

    __slots__ = ()


NO_HTML = Html()


# --- what goes out -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Button:
    """An inline button: it sends ``press`` back to us, or opens ``url``, or starts a search.

    ``press`` is our own short data, ``verb:number:…``, at most 64 bytes. ``inline`` opens the
    choice of a chat with the bot's name and this text typed.
    """

    label: str
    press: str = ""
    url: str = ""
    inline: str | None = None


Row: TypeAlias = tuple[Button, ...]
Keyboard: TypeAlias = tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """One message: Telegram HTML below 4096 UTF-16 units, and its buttons.

    ``preview`` lets Telegram show the first link's picture. ``asks`` shows the person an input
    field that answers this message (where groups' privacy mode would hide a plain answer).
    """

    html: Html
    keyboard: Keyboard = ()
    preview: bool = False
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Say:
    """Send these messages, in order."""

    messages: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Edit:
    """Put this in the place of the message whose button was pressed; else send it."""

    message: Message
    toast: str = ""


@dataclass(frozen=True, slots=True)
class EditButton:
    """Put this button in the place of the pressed one; the message stays as it is otherwise."""

    button: Button
    toast: str = ""


@dataclass(frozen=True, slots=True)
class Toast:
    """Answer a press with a short plain line on top of the chat, or a box to be closed."""

    text: str
    box: bool = False


@dataclass(frozen=True, slots=True)
class File:
    """Send a document."""

    name: str
    body: bytes
    caption: Html = NO_HTML


@dataclass(frozen=True, slots=True)
class Picture:
    """Send a PNG picture; ``in_place`` puts it where the pressed button's message is."""

    png: bytes
    caption: Html = NO_HTML
    keyboard: Keyboard = ()
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """One result of an inline query: what the list shows, and what choosing it sends."""

    id: str
    title: str
    about: str
    message: Message
    url: str = ""


@dataclass(frozen=True, slots=True)
class Cards:
    """The answer to an inline query; ``more`` is the offset of the next page, "" at the end."""

    cards: tuple[Card, ...]
    more: str = ""


Report: TypeAlias = Callable[[Message], Awaitable[None]]
"""Shows how far a long work is, in place; the adapter spares Telegram the surplus of calls."""


@dataclass(frozen=True, slots=True)
class Working:
    """Long work: say ``first``, do ``work`` beside other chats' business, say what it gave.

    ``in_place`` says it where the pressed button's message is: it must not be pressed again.
    """

    first: Message
    work: Callable[[Report], Awaitable["Reply"]]
    in_place: bool = False


@dataclass(frozen=True, slots=True)
class Nothing:
    """Answer nothing; a press is still acknowledged."""


Reply: TypeAlias = Say | Edit | EditButton | Toast | File | Picture | Cards | Working | Nothing


LARGEST = 2**63 - 1
"""What the database's integers hold."""

# --- what comes in -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """A file that somebody sent: its name and size as told, and the way to its bytes."""

    name: str
    size: int
    read: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants of us.

    ``chat`` is whose settings and subscriptions it concerns; ``here`` is where it was asked and
    is answered (they differ when a private chat manages a channel). ``language`` is the
    answer's. ``text`` is what follows the command, or a plain message, or an inline query.
    ``button`` is the press's verb and arguments, already of a valid form but still untrusted.
    ``person_id`` is 0 where Telegram hides the person (anonymous admins), and a channel's where
    somebody writes in its name.
    ``language_code`` is that of the person's Telegram (``kk``), "" where it is not told.
    """

    chat: Chat
    here: Chat
    language: str
    thread_id: ThreadId = NO_THREAD
    person_id: int = 0
    command: str = ""
    text: str = ""
    button: tuple[str, ...] = ()
    message_id: int | None = None
    replies_to: int | None = None
    is_admin: bool = False
    document: Document | None = None
    location: tuple[float, float] | None = None
    language_code: str = ""

    def number(self, position: int) -> int:
        """Return the press's argument as a number; 0 where it is missing, none, or too large."""
        try:
            value = int(self.button[position])
        except (IndexError, ValueError):
            return 0
        return value if abs(value) <= LARGEST else 0

    def word(self, position: int) -> str:
        """Return the press's argument as it is; "" where it is missing."""
        return self.button[position] if position < len(self.button) else ""


# --- the rest of the house, as commands see it ---------------------------------------------


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
class World:
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
    editions: DigestMaker
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

Handler: TypeAlias = Callable[[Ask, World], Awaitable[Reply]]


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
