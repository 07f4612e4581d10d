"""Both halves as processes of their own on one database, killed and begun again in any order.

An outlet tells one story after another; every reader wants to hear each of them once. Telegram's
part is the sandbox's, in this process.
"""

import asyncio
import logging
import random
import signal
from collections import Counter
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from bot.sandbox import Sandbox
from bot.sandbox.telegram.model import User
from storage import chats, feeds, subscriptions
from storage.audit.report import audit
from storage.database import connect
from storage.feeds import NewFeed
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, Mode
from tests import farm
from tests.journeys.process import Running, started

FIRST = 8001
HALVES = ("watchers", "bot")
READY = {"watchers": '"remembered"', "bot": '"connected"'}
ARRIVED_WITHIN_S = 60.0
SYLLABLES = "ba ke lo mu ri sa to vu zi na".split()


@dataclass(frozen=True)
class Outcome:
    """What came of it: stories told to nobody or somebody not, and those told more than once.

    ``doubled`` are those whose first telling was not on its way when the bot's half was killed.
    """

    told: int
    kills: int
    missing: int = 0
    repeated: int = field(compare=False, default=0)
    doubled: int = 0
    adds_up: bool = True


@dataclass
class Apart:
    """The two processes, the outlet, and what was done to them."""

    folder: Path
    settings: dict[str, str]
    chance: random.Random
    running: dict[str, Running] = field(default_factory=dict)
    stacks: dict[str, AsyncExitStack] = field(default_factory=dict)
    killed_at: list[datetime] = field(default_factory=list)

    async def begin(self, half: str) -> None:
        """Start a half, again where a command still has its place, and wait until it works."""
        while half not in self.running:
            stack = AsyncExitStack()
            program = await stack.enter_async_context(
                started(self.folder, "run", "--only", half, **self.settings)
            )
            try:
                await program.says(READY[half])
            except AssertionError:
                await stack.aclose()
                if b"is using this database" not in program.log:
                    raise
            else:
                self.running[half], self.stacks[half] = program, stack

    async def kill(self, half: str, sign: signal.Signals = signal.SIGKILL) -> None:
        """End a half that runs."""
        if half in self.running:
            await self.running.pop(half).end(sign)
            self.killed_at.append(datetime.now(UTC))
            await self.stacks.pop(half).aclose()

    async def poll(self) -> None:
        """Have the feed looked at by whoever can: who watches, or the command itself."""
        with suppress(AssertionError):
            async with started(self.folder, "poll", "--force", **self.settings) as command:
                await command.ended()

    async def shaken(self) -> None:
        """Kill one half or both at a random moment, and begin what is missing in any order."""
        await asyncio.sleep(self.chance.uniform(0.0, 0.3))
        for half in self.chance.sample(HALVES, self.chance.choice((1, 1, 2))):
            await self.kill(half)
        missing = [half for half in HALVES if half not in self.running]
        self.chance.shuffle(missing)
        for half in missing:
            await self.begin(half)

    async def end(self) -> None:
        """Stop both as an operator does."""
        for half in tuple(self.running):
            await self.kill(half, signal.SIGTERM)


def furnished(database: Path, url: str, readers: int) -> None:
    """Make a database of readers who want to hear of one word, and one feed."""
    db, now = connect(database), datetime.now(UTC)
    for reader in map(ChatId, range(FIRST, FIRST + readers)):
        chats.see_chat(
            db, Chat(reader, ChatKind.PRIVATE, language="en", alerts_per_hour=1_000), now
        )
        subscriptions.add(
            db, chat_id=reader, thread_id=NO_THREAD, query="reactor", mode=Mode.INSTANT, now=now
        )
    feeds.add(db, NewFeed(url, "Courier", "Courier"), now)
    db.close()


def headline(number: int) -> str:
    """Invent a headline that no other one is like."""
    words = (
        "".join(SYLLABLES[int(digit)] for digit in f"{number * 7919 + at:06}") for at in (1, 2)
    )
    return f"Reactor {' '.join(word.title() for word in words)} {number}"


def said(box: Sandbox, reader: int) -> list[tuple[int, datetime]]:
    """Return the numbers of the stories that a reader was told, each with its moment."""
    found = []
    for message in box.telegram.messages(reader):
        if message.sender_id != reader and "Reactor" in message.text:
            line = next(line for line in message.text.splitlines() if "Reactor" in line)
            found.append((int(line.split()[3].strip(".,")), message.date))
    return found


async def play(folder: Path, readers: int, stories: int, seed: int) -> Outcome:
    """Tell so many stories while the halves are killed; then let all that is owed arrive."""
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    async with farm.opened() as outlet, Sandbox.start(people=False, keep=100_000) as box:
        url = outlet.serve("/feed", farm.rss())
        furnished(folder / "news.db", url, readers)
        for reader in range(FIRST, FIRST + readers):
            box.telegram.add_person(User(reader, f"Reader {reader}", "en"))
            box.telegram.start(reader)
        for update in box.telegram.pending(box.telegram.main_bot, 0, readers):
            box.telegram.confirm(box.telegram.main_bot, update.id)
        apart = Apart(
            folder,
            {
                "TELEGRAM_BOT_TOKEN": box.token,
                "TELEGRAM_API_URL": box.url,
                "FEED_ALLOW_HOSTS": f"127.0.0.1:{outlet.port}",
            },
            random.Random(seed),
        )
        for half in apart.chance.sample(HALVES, 2):
            await apart.begin(half)
        told: list[str] = []
        await apart.poll()  # what a feed has at first rings for nobody
        for number in range(1, stories + 1):
            told.insert(0, farm.item(number, headline(number), format_datetime(datetime.now(UTC))))
            outlet.serve("/feed", farm.rss(*told[:20]))
            polling = asyncio.create_task(apart.poll())
            await apart.shaken()
            await polling
        await apart.poll()
        wanted = {
            (reader, n) for reader in range(FIRST, FIRST + readers) for n in range(1, stories + 1)
        }
        with suppress(TimeoutError):
            await box.until(lambda: wanted <= heard(box, readers).keys(), within=ARRIVED_WITHIN_S)
        await apart.end()
        return judged(folder / "news.db", box, readers, wanted, apart)


def heard(box: Sandbox, readers: int) -> Counter[tuple[int, int]]:
    """Count how often each reader was told each story."""
    return Counter(
        (reader, number)
        for reader in range(FIRST, FIRST + readers)
        for number, _ in said(box, reader)
    )


def judged(
    database: Path, box: Sandbox, readers: int, wanted: set[tuple[int, int]], apart: Apart
) -> Outcome:
    """Compare what stands in the chats with what was to stand there."""
    counted = heard(box, readers)
    doubled = 0
    for reader, number in (pair for pair, times in counted.items() if times > 1):
        first = min(at for told, at in said(box, reader) if told == number)
        doubled += not any(0 <= (end - first).total_seconds() < 1 for end in apart.killed_at)
    report = audit(database, datetime.now(UTC), lambda _step: None)
    return Outcome(
        told=len(wanted & counted.keys()),
        kills=len(apart.killed_at),
        missing=len(wanted - counted.keys()),
        repeated=sum(times - 1 for times in counted.values()),
        doubled=doubled,
        adds_up=report.adds_up,
    )
