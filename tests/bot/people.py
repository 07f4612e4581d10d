"""People who talk to the bot in tests, without Telegram: Ask → Reply over a real database."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.backups import SealedCopy
from bot.commands import BUTTONS, COMMANDS, answering, plain_text, unknown
from bot.context import ChannelFacts, Context, unmeasured
from bot.conversation import Ask, Button, Edit, EditButton, Message, Reply, Say, Toast
from bot.digests.maker import DigestService
from bot.render.markup import plain
from storage import chats, dialogs, translations
from storage.database import Database
from storage.errors import NewsError
from storage.full_texts import FullText
from storage.model import Chat, ChatId, ChatKind, Feed, FeedId, Item
from storage.retention import Retention
from watchers.discover import Seen
from watchers.poll import Round
from watchers.taught_names import TaughtNames
from watchers.translation.translating import Health

NOW = datetime.fromisoformat("2026-11-22T08:00:00+00:00")
READER, ADMIN = ChatId(1001), ChatId(1)


@dataclass
class Clock:
    """A clock that tests move."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


async def _unexpected(*wanted: object) -> Any:
    raise AssertionError(wanted)


async def _no_channel(name: str, person_id: int) -> ChannelFacts | None:
    del name, person_id
    return None


@dataclass
class AllManage:
    """Telegram gives one answer to whether somebody manages a channel: yes."""

    answer: bool | None = True

    async def manages(self, chat_id: ChatId, person_id: int) -> bool | None:
        del chat_id, person_id
        return self.answer

    def lost(self, chat_id: ChatId, person_id: int) -> None:
        del chat_id, person_id


@dataclass
class Feeds:
    """Who reads feeds, with what a test says is at addresses; else nobody shall ask."""

    looks: Callable[[str], Awaitable[Seen]] = _unexpected
    adds: Callable[[str], Awaitable[Feed]] = _unexpected
    polls: Callable[[FeedId], Awaitable[Round]] = _unexpected
    falls_back: Callable[[FeedId, str], Awaitable[Feed]] = _unexpected

    async def look(self, typed: str) -> Seen:
        return await self.looks(typed)

    async def add(self, typed: str) -> Feed:
        return await self.adds(typed)

    async def add_fallback(self, feed_id: FeedId, typed: str) -> Feed:
        return await self.falls_back(feed_id, typed)

    async def poll_one(self, feed_id: FeedId) -> Round:
        return await self.polls(feed_id)


def digests_of(db: Database, clock: Callable[[], datetime]) -> DigestService:
    """The digests' maker alone: nobody is woken."""
    return DigestService(db, clock, names=TaughtNames(db), wake=lambda: None)


class KeptTexts:
    """Texts of articles without a web: nothing is kept, and every page is empty."""

    reads_pages: bool = True

    async def kept(self, item: Item) -> FullText | None:
        return None

    async def get(self, item: Item) -> FullText:
        return FullText(refusal="nothing")


class NoBackups:
    """Makes no copy: there is no key."""

    async def refuse_early(self) -> None:
        raise NewsError("backup.no_key")

    async def make(self) -> SealedCopy:
        raise AssertionError


def context_of(db: Database, **parts: Any) -> Context:
    """A context with a fixed clock and one admin."""
    clock = parts.setdefault("clock", Clock())
    usual = {
        "db": db,
        "names": TaughtNames(db),
        "editor": None,  # a pipeline's tests give its ingester
        "digests": digests_of(db, clock),
        "feeds": Feeds(),
        "full_texts": KeptTexts(),
        "find_channel": _no_channel,
        "rights": AllManage(),
        "wake": lambda: None,
        "bot_username": "steppewire_bot",
        "bot_name": "",
        "admin_ids": frozenset({int(ADMIN)}),
        "language": "en",
        "time_zone": "UTC",
        "allowed_hosts": frozenset(),
        "has_rates": True,
        "translator": Translates(),
        "vitals": unmeasured,
        "backups": NoBackups(),
        "backs_up": False,
        "retention": Retention(),
        "calls_a_second": 25,
    }
    return Context(**(usual | parts))


@dataclass
class Translates:
    """Whether the operator has set somebody who translates, and how that goes."""

    is_on: bool = False
    rests_until: datetime | None = None

    async def health(self) -> Health:
        return Health(translations.TranslationCounts(1200, 30, 2, 5), 200_000, self.rests_until)


@dataclass
class Person:
    """Somebody in a chat; remembers the last message, so that its buttons can be pressed."""

    context: Context
    chat: Chat
    person_id: int
    is_admin: bool = False
    last: Reply | None = None

    @classmethod
    async def comes(
        cls, context: Context, chat_id: ChatId = READER, language: str = "en", **chat: Any
    ) -> "Person":
        kind = ChatKind.PRIVATE if chat_id > 0 else ChatKind.SUPERGROUP
        here = await context.db.write(
            chats.see_chat,
            Chat(id=chat_id, kind=kind, title="Anna", language=language, **chat),
            context.clock(),
        )
        return cls(context, here, int(chat_id), int(chat_id) in context.admin_ids)

    async def ask(self, **parts: Any) -> Ask:
        await self.context.names.refresh()  # as whoever brings an update in does
        chat = await self.context.db.read(chats.get, self.chat.id)
        assert chat is not None
        return Ask(
            **({"chat": chat, "here": chat, "language": chat.language,
                "person_id": self.person_id, "is_admin": self.is_admin} | parts)
        )  # fmt: skip

    async def types(self, text: str, **parts: Any) -> str:
        """Type a command or plain words; return what is answered, as plain text."""
        name, _, rest = text.removeprefix("/").partition(" ")
        handler: Callable[[Ask, Context], Awaitable[Reply]]
        if text.startswith("/"):
            found = [c.handler for c in COMMANDS if c.name == name]
            handler, parts = (
                found[0] if found else unknown,
                {"command": name, "text": rest, **parts},
            )
        else:
            question = await self.context.db.write(
                dialogs.answered, self.chat.id, self.person_id, self.context.clock()
            )
            words = tuple(question.split(":")) if question else ()
            handler = answering(words, text) or plain_text
            parts = {"text": text, "button": words if question else (), **parts}
        self.last = await handler(await self.ask(**parts), self.context)
        return seen(self.last)

    async def presses(self, label: str) -> str:
        """Press the button of the last message that has this in its label."""
        for button in buttons(self.last):
            if label in button.label:
                return await self.sends(button.press)
        raise AssertionError((label, [one.label for one in buttons(self.last)]))

    async def sends(self, press: str, **parts: Any) -> str:
        """Send a button's data, whether or not there is such a button."""
        words = tuple(press.split(":"))
        handler = {one.verb: one.handler for one in BUTTONS}[words[0]]
        answer = await handler(await self.ask(button=words, **parts), self.context)
        if isinstance(answer, EditButton):
            self.last = turned(self.last, press, answer.button)
        elif not isinstance(answer, Toast):
            self.last = answer
        return seen(answer)


def messages(reply: Reply | None) -> tuple[Message, ...]:
    """The messages of a reply."""
    match reply:
        case Say(said):
            return said
        case Edit(message):
            return (message,)
        case _:
            return ()


def turned(reply: Reply | None, pressed: str, button: Button) -> Reply:
    """The same messages with another button in the place of the pressed one."""
    return Say(
        tuple(
            replace(
                message,
                keyboard=tuple(
                    tuple(button if one.press == pressed else one for one in row)
                    for row in message.keyboard
                ),
            )
            for message in messages(reply)
        )
    )


def buttons(reply: Reply | None) -> list[Button]:
    """Every button of a reply."""
    return [b for message in messages(reply) for row in message.keyboard for b in row]


def seen(reply: Reply | None) -> str:
    """What a person reads of a reply."""
    if isinstance(reply, Toast):
        return reply.text
    if isinstance(reply, EditButton):
        return reply.toast
    return "\n---\n".join(plain(message.html) for message in messages(reply))
