"""A siege of the program: people ask, and it is stopped or killed while they wait.

Telegram's part is the sandbox's, in this process; the program is a real ``steppewire run``.
"""

import asyncio
import logging
import random
import re
import signal
import socket
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.sandbox import Sandbox
from bot.sandbox.telegram.model import SandboxMessage, User
from storage import chats, inbox, subscriptions
from storage.database import connect
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, Mode
from tests.journeys.process import Running, started

FIRST = 7001
NO_FEEDS = "https://feeds.example/none"
SUBSCRIBED = 40
ON_ITS_WAY = timedelta(seconds=1)
LONGEST_S = 600.0
WORD = re.compile(r"“((?:held|word)\d+q)”")

KINDS = ("/search {word}", "/unsubscribe 1", "/subscribe {word}")
"""What people type: a question, what changes something, what asks back."""

INTERRUPTED = "I was stopped in the middle of this"


@dataclass(frozen=True)
class Came:
    """What came of a siege.

    ``repeated`` are answers beyond the first; ``unexplained`` those of them whose first was not
    sent within a second before an end; ``disordered`` the chats answered out of order;
    ``wrong`` those with other subscriptions left than they should have. ``interrupted`` counts
    the answers that it may be done already.
    """

    asked: int
    ends: int
    unanswered: int = 0
    repeated: int = 0
    unexplained: int = 0
    disordered: int = 0
    wrong: int = 0
    interrupted: int = 0
    slowest_stop_s: float = field(compare=False, default=0.0)


def furnished(folder: Path, people: int, subscribed: int) -> None:
    """Make a database of people who have subscribed.

    It has one paused feed, so that the catalogue is not loaded.
    """
    db, now = connect(folder / "news.db"), datetime.now(UTC)
    for person in map(ChatId, range(FIRST, FIRST + people)):
        chats.see_chat(db, Chat(person, ChatKind.PRIVATE, language="en"), now)
        for number in range(subscribed):
            subscriptions.add(
                db, chat_id=person, thread_id=NO_THREAD, query=f"held{number}q",
                mode=Mode.DIGEST, now=now,
            )  # fmt: skip
    db.conn.execute("insert into outlets(name) values ('None')")
    db.conn.execute(
        "insert into feeds(url, outlet_id, added_at, status) values (?, 1, 0, 'paused')",
        (NO_FEEDS,),
    )
    db.close()


def hooked() -> dict[str, str]:
    """Name a free port at which the program hears Telegram."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    return {
        "TELEGRAM_WEBHOOK_URL": f"http://{listen}/hook",
        "TELEGRAM_WEBHOOK_LISTEN": listen,
        "TELEGRAM_WEBHOOK_SECRET": "s3cret_Token-42",
    }


@dataclass
class Siege:
    """People who ask, and a program that is ended while they wait."""

    box: Sandbox
    folder: Path
    people: int
    chance: random.Random
    settings: dict[str, str]
    asked: dict[int, list[str]] = field(default_factory=dict)
    ended_at: list[datetime] = field(default_factory=list)
    slowest_stop_s: float = 0.0

    def ask(self, each: int) -> None:
        """Let everybody type so much, without waiting for an answer."""
        for _ in range(each):
            for person in range(FIRST, FIRST + self.people):
                words = self.asked.setdefault(person, [])
                number = len(words)
                kind = KINDS[number % len(KINDS)]
                # What is removed is the first that is left: one more with each command.
                removed = sum(word.startswith("held") for word in words)
                words.append(f"held{removed}q" if "unsub" in kind else f"word{number}q")
                self.box.telegram.say(person, kind.format(word=words[-1]))

    async def end(self, program: Running, sign: signal.Signals) -> None:
        """End the program with a signal; by SIGTERM it says goodbye in time."""
        began = time.monotonic()
        code = await program.end(sign)
        self.ended_at.append(datetime.now(UTC))
        if sign is signal.SIGTERM:
            assert code == 0, program.log.decode()
            self.slowest_stop_s = max(self.slowest_stop_s, time.monotonic() - began)

    def answers(self, person: int) -> list[SandboxMessage]:
        """Return what the bot said to somebody, oldest first."""
        return [one for one in self.box.telegram.messages(person) if one.sender_id != person]

    def named(self, person: int) -> list[str]:
        """Return which of somebody's commands each answer is to, by its word."""
        found = (WORD.search(answer.text) for answer in self.answers(person))
        return [word[1] for word in found if word is not None]

    def unanswered(self, person: int) -> int:
        """Count whose commands nobody answered, by their words."""
        left = set(self.asked[person]) - set(self.named(person))
        return max(0, len(left) - self.interrupted(person))

    def interrupted(self, person: int) -> int:
        return sum(INTERRUPTED in answer.text for answer in self.answers(person))

    def judged(self) -> Came:
        """Compare what stands in the chats, and in the database, with what was asked."""
        db = connect(self.folder / "news.db")
        assert [] == inbox.waiting(db, self.box.telegram.main_bot)
        repeated = unexplained = disordered = wrong = 0
        for person, words in self.asked.items():
            told = self.named(person)
            again = [word for word, times in Counter(told).items() if times > 1]
            repeated += len(told) - len(set(told))
            unexplained += sum(not self.is_explained(person, word) for word in again)
            first = list(dict.fromkeys(told))
            disordered += first != [word for word in words if word in told]
            removed = sum(word.startswith("held") for word in words)
            left = {one.query for one in subscriptions.of_chat(db, ChatId(person))}
            held = {query for query in left if query.startswith("held")}
            at_most = {f"held{number}q" for number in range(removed, SUBSCRIBED)}
            wrong += not (at_most <= held and len(held - at_most) <= self.interrupted(person))
        db.close()
        return Came(
            asked=sum(map(len, self.asked.values())),
            ends=len(self.ended_at),
            unanswered=sum(map(self.unanswered, self.asked)),
            repeated=repeated,
            unexplained=unexplained,
            disordered=disordered,
            wrong=wrong,
            interrupted=sum(map(self.interrupted, self.asked)),
            slowest_stop_s=round(self.slowest_stop_s, 1),
        )

    def is_explained(self, person: int, word: str) -> bool:
        """Tell whether each answer but the last was on its way when the program was ended.

        It was where its chat heard nothing more before that end, however slow the machine: a
        chat's next answer leaves after the one before is written down.
        """
        told = self.answers(person)
        at = [place for place, one in enumerate(told) if f"{word}”" in one.text]
        return all(
            any(self._was_on_its_way(told, place, end) for end in self.ended_at)
            for place in at[:-1]
        )

    @staticmethod
    def _was_on_its_way(told: list[SandboxMessage], place: int, end: datetime) -> bool:
        sent = told[place].date
        last = place + 1 == len(told) or told[place + 1].date > end
        return sent <= end and (last or end - sent < ON_ITS_WAY)


async def besiege(
    folder: Path, people: int, each: int, ends: int, sign: signal.Signals, *, webhook: bool
) -> Came:
    """Let people ask and end the program, so many times; then let it answer all that is left."""
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    furnished(folder, people, SUBSCRIBED)
    async with Sandbox.start(people=False, keep=100_000) as box:
        for person in range(FIRST, FIRST + people):
            box.telegram.add_person(User(person, f"Reader {person}", "en"))
            box.telegram.start(person)
        for update in box.telegram.pending(box.telegram.main_bot, 0, people):
            box.telegram.confirm(box.telegram.main_bot, update.id)  # no news to a bot they know
        told = {"TELEGRAM_BOT_TOKEN": box.token, "TELEGRAM_API_URL": box.url}
        if webhook:
            told |= hooked()
        siege = Siege(box, folder, people, random.Random(1), told)
        for _ in range(ends):
            async with started(folder, "run", **told) as program:
                await program.says('"connected"')
                siege.ask(each)
                before = len(box.calls)
                await box.until(lambda seen=before: len(box.calls) > seen + 2)
                await asyncio.sleep(siege.chance.uniform(0.0, 0.4))
                await siege.end(program, sign)
        async with started(folder, "run", **told) as program:
            await program.says('"connected"')
            with suppress(TimeoutError):
                await box.until(
                    lambda: not any(map(siege.unanswered, siege.asked)), within=LONGEST_S
                )
            assert 0 == await program.end()
        return siege.judged()
