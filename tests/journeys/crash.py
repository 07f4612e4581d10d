"""A siege: the delivering process is killed again and again while it delivers."""

import asyncio
import logging
import os
import random
from collections import Counter
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.sandbox import Sandbox
from bot.sandbox.telegram.model import User
from storage.database import connect
from tests.journeys import warm
from tests.journeys.crash_child import FIRST_CHAT


@dataclass(frozen=True)
class Siege:
    """What came of it. ``unexplained`` are repeats without a lost answer."""

    expected: int
    kills: int
    lost: int
    repeated: int
    unexplained: int
    disordered: int


async def besiege(  # noqa: PLR0917 (a test's own measures)
    folder: Path, chats: int, stories: int, kills: int, delay: float, seed: int = 1
) -> Siege:
    """Deliver ``chats × stories`` messages with so many kill -9 at random moments."""
    # A killed client's half-read request is no news here.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    chance, path = random.Random(seed), folder / "news.db"
    async with Sandbox.start(people=False, keep=1_000_000) as box:
        for number in range(chats):
            box.telegram.add_person(User(FIRST_CHAT + number, f"Reader {number}", "en"))
            box.telegram.start(FIRST_CHAT + number)
        command = (str(path), box.url, box.token, str(chats), str(stories), str(delay))
        killed = 0
        for _ in range(kills):
            child = await started(*command)
            before = len(box.calls)
            # Begin to count once it delivers: a kill during the imports would prove nothing.
            await first_of(calls(box, before + 3), child.wait())
            await asyncio.sleep(chance.uniform(0.0, 0.3))
            if child.returncode is None:
                child.kill()
                killed += 1
            await child.wait()
        child = await started(*command)
        assert await child.wait() == 0
        return judged(box, path, chats, stories, killed)


async def started(*arguments: str) -> warm.Forked:
    return await warm.start(
        "tests.journeys.crash_child", *arguments, cwd=warm.ROOT, env=dict(os.environ)
    )


async def calls(box: Sandbox, many: int) -> None:
    """Wait until so many calls were made."""
    enough = asyncio.Event()
    forget = box.calls.listen(lambda _call: len(box.calls) >= many and enough.set())
    await enough.wait()
    forget()


async def first_of(*awaited: Coroutine[Any, Any, Any]) -> None:
    """Wait until one of them is done."""
    tasks = [asyncio.ensure_future(one) for one in awaited]
    _, late = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in late:
        task.cancel()


def judged(box: Sandbox, path: Path, chats: int, stories: int, kills: int) -> Siege:
    """Compare what stands in the chats with what was owed."""
    db = connect(path)
    crashed = {
        (chat, story)
        for chat, story in db.conn.execute(
            "select chat_id, story_id from deliveries where crashes > 0 or doubts > 0"
        )
    }
    db.close()
    lost = repeated = unexplained = disordered = 0
    for chat in range(FIRST_CHAT, FIRST_CHAT + chats):
        told = [
            int(one.text.split("\n")[0].removeprefix("Headline "))
            for one in box.telegram.messages(chat)
            if one.text.startswith("Headline")
        ]
        counted = Counter(told)
        lost += sum(story not in counted for story in range(1, stories + 1))
        twice = [story for story, times in counted.items() if times > 1]
        repeated += sum(counted[story] - 1 for story in twice)
        unexplained += sum((chat, story) not in crashed for story in twice)
        disordered += told != sorted(told)
    return Siege(chats * stories, kills, lost, repeated, unexplained, disordered)
