"""Ask and Reply: what somebody wants of us and what we answer. No Telegram types."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from storage.model import NO_THREAD, Chat, ThreadId


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
class Preview:
    """A picture that Telegram fetches and shows beside a text: small under it, large above it."""

    url: str
    large: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message: Telegram HTML below 4096 UTF-16 units, and its buttons.

    ``preview`` is the picture beside it; without one no link's is shown. ``asks`` shows the
    person an input field that answers this message (where groups' privacy mode would hide a
    plain answer).
    """

    html: Html
    keyboard: Keyboard = ()
    preview: Preview | None = None
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
"""Shows how far a long work is, in place; the dispatcher spares Telegram the surplus of calls."""


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
class SentFile:
    """A file that somebody sent: its name and size as Telegram gives them, and how to read it."""

    name: str
    size: int
    read: Callable[[], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Forwarded:
    """The channel from which somebody forwarded a post: its @name, "" where it is private."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants of us.

    ``chat`` is whose settings and subscriptions it concerns; ``here`` is where it was asked and
    is answered (they differ when a private chat manages a channel). ``language`` is the
    answer's. ``text`` is what follows the command, or a plain message, or an inline query.
    ``button`` is the press's verb and arguments, already of a valid form but still untrusted.
    ``person_id`` is 0 where Telegram hides the person (anonymous admins), and a channel's where
    somebody writes in its name.
    ``language_code`` is that of the person's Telegram (``kk``), "" where Telegram does not say.
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
    document: SentFile | None = None
    location: tuple[float, float] | None = None
    forwarded: Forwarded | None = None
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
