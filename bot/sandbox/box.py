"""The sandbox, started as a whole: Bot API, chat page, control API and sample outlets."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from aiohttp import web

from bot.sandbox.botapi.calls import Calls
from bot.sandbox.botapi.faults import Faults
from bot.sandbox.botapi.polling import LongPolls
from bot.sandbox.botapi.server import MAX_BODY, BotApi
from bot.sandbox.botapi.webhooks import Webhooks
from bot.sandbox.control import Control
from bot.sandbox.guard import guard
from bot.sandbox.outlets.banks import SampleBanks
from bot.sandbox.outlets.server import Newsstand
from bot.sandbox.telegram.limits import Rates
from bot.sandbox.telegram.model import CallbackQuery, SandboxMessage
from bot.sandbox.telegram.people import (
    ADMIN_ID,
    BOT,
    BOT_TOKEN,
    CHANNEL_TITLE,
    CHANNEL_USERNAME,
    GROUP_TITLE,
    PEOPLE,
    other_bot,
)
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.web.api import PageApi


def wall_clock() -> datetime:
    """Tell the time; tests pass their own clock."""
    return datetime.now(UTC)


PATIENCE_S = 30.0
"""How long to wait for what should come at once: long enough for a busy machine."""


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running box. `url` is what TELEGRAM_API_URL takes; `page_url` is for people."""

    url: str
    token: str
    telegram: Telegram
    faults: Faults
    calls: Calls
    newsstand: Newsstand
    polling: LongPolls
    group_id: int
    channel_id: int

    @property
    def page_url(self) -> str:
        """Where the chat page is."""
        return f"{self.url}/"

    @property
    def base_url(self) -> str:
        """What python-telegram-bot calls base_url."""
        return f"{self.url}/bot"

    @property
    def base_file_url(self) -> str:
        """What python-telegram-bot calls base_file_url."""
        return f"{self.url}/file/bot"

    @classmethod
    @asynccontextmanager
    async def start(
        cls,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        clock: Callable[[], datetime] = wall_clock,
        rates: Rates | None = None,
        token: str = BOT_TOKEN,
        people: bool = True,
        bots: int = 1,
        every: float = 20.0,
        seed: int = 1,
        keep: int = 20_000,
    ) -> AsyncIterator[Self]:
        """Serve until the block ends.

        `rates` switches Telegram's rate limits on; `people` moves Anna, Айгуль, the admin, a
        group and a channel in; `bots` is how many there are, the first of them by `token`;
        `every` is the seconds between two new sample items, `seed` their order; `keep` bounds
        what is remembered of each conversation.
        """
        telegram = Telegram(clock, rates, keep)
        telegram.new_bot(token, BOT)
        for number in range(2, bots + 1):
            telegram.new_bot(*other_bot(number))
        group_id, channel_id = _furnish(telegram) if people else (0, 0)
        faults, calls = Faults(), Calls()
        api, page = BotApi(telegram, faults, calls), PageApi(telegram)
        newsstand = Newsstand(clock, every=every, seed=seed)
        hooks = Webhooks(telegram)
        app = web.Application(client_max_size=MAX_BODY, middlewares=[guard])
        control = Control(telegram, faults, calls)
        for part in (api, control, newsstand, SampleBanks(clock), page):
            app.add_routes(part.routes())
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        site = web.TCPSite(runner, host, port)
        await site.start()
        url = f"http://{host}:{runner.addresses[0][1]}"
        try:
            yield cls(
                url,
                token,
                telegram,
                faults,
                calls,
                newsstand,
                api.polling,
                group_id,
                channel_id,
            )
        finally:
            api.polling.close()
            page.close()
            await hooks.close()
            await runner.cleanup()

    def waiting_polls(self) -> int:
        """Count the long polls that wait now: 1 when a bot is up and idle."""
        return self.polling.waiting()

    async def until(self, condition: Callable[[], bool], within: float = PATIENCE_S) -> None:
        """Wait until `condition` holds, looking again at every event and call."""
        changed = asyncio.Event()

        def wake(_: object) -> None:
            changed.set()

        forgets = (self.telegram.listen(wake), self.calls.listen(wake))
        try:
            async with asyncio.timeout(within):
                while not condition():
                    changed.clear()
                    await changed.wait()
        finally:
            for forget in forgets:
                forget()

    async def ask(
        self, person_id: int, text: str, *, chat: int | None = None, within: float = PATIENCE_S
    ) -> SandboxMessage:
        """Say something as a person and wait for the bot's next message in that chat."""
        question = self.telegram.say(person_id, text, chat=chat)

        def answers() -> list[SandboxMessage]:
            talk = self.telegram.talks[question.key].values()
            return [m for m in talk if m.id > question.id and m.sender_id in self.telegram.bots]

        await self.until(lambda: bool(answers()), within)
        return answers()[0]

    async def tap(
        self,
        person_id: int,
        message: SandboxMessage,
        button: str | int = 0,
        within: float = PATIENCE_S,
    ) -> CallbackQuery:
        """Press a button as a person and wait for the answer; return it (text, alert)."""
        press = self.telegram.press(person_id, message, button)
        await self.until(lambda: self.telegram.answer_to(press).answered, within)
        return self.telegram.answer_to(press)

    def now(self, message: SandboxMessage) -> SandboxMessage:
        """Look at a message again, as edited since; LookupError when deleted."""
        return self.telegram.talks[message.key][message.id]

    async def message(self, chat_id: int, text: str, within: float = PATIENCE_S) -> SandboxMessage:
        """Wait until a chat has a bot's message that contains `text`; return the newest."""

        def found() -> list[SandboxMessage]:
            return [
                message
                for message in self.telegram.messages(chat_id)
                if text in message.text
                and (message.sender_id is None or message.sender_id in self.telegram.bots)
            ]

        await self.until(lambda: bool(found()), within)
        return found()[-1]


def _furnish(telegram: Telegram) -> tuple[int, int]:
    for person in PEOPLE:
        telegram.add_person(person)
    members = tuple(person.id for person in PEOPLE)
    group = telegram.create_chat(GROUP_TITLE, "group", owner=ADMIN_ID, members=members)
    channel = telegram.create_chat(
        CHANNEL_TITLE, "channel", owner=ADMIN_ID, members=members, username=CHANNEL_USERNAME
    )
    return group.id, channel.id
