"""What an update costs: ``python -m tests.benchmarks.answers [PEOPLE [COMMANDS]]``.

Real SQLite, real python-telegram-bot, real HTTP over loopback to a Telegram in a box that runs in
a process of its own; no limiter. Each of so many people asks, and asks again when answered.
Prints answers a second, CPU an answer, and how long an answer takes from command to message.
"""

import asyncio
import logging
import sys
import tempfile
import time
from pathlib import Path
from statistics import quantiles

import structlog

from bot.sandbox import Sandbox
from bot.sandbox.telegram.model import StoreEvent, User
from bot.sandbox.telegram.people import BOT_TOKEN
from storage.database import Database
from tests.bot.line import answering

PEOPLE, COMMANDS = 40, 50
FIRST = 7001
ASKED = ("/help search", "/search zebra", "/subscribe Tokayev", "/settings")


class People:
    """Each asks, and asks again when answered. ``took`` is how long answers took, in ms."""

    def __init__(self, box: Sandbox, people: int, commands: int) -> None:
        self._box = box
        self._left = dict.fromkeys(range(FIRST, FIRST + people), commands)
        self._asked: dict[int, float] = {}
        self.took: list[float] = []
        self.answered = asyncio.Event()
        for person in self._left:
            box.telegram.add_person(User(person, f"Reader {person}", "en"))
            box.telegram.start(person)

    def begin(self) -> None:
        self._box.telegram.listen(self._hear)
        for person in self._left:
            self._ask(person)

    def _ask(self, person: int) -> None:
        if self._left[person]:
            self._left[person] -= 1
            self._asked[person] = time.perf_counter()
            self._box.telegram.say(person, ASKED[self._left[person] % len(ASKED)])
        elif not self._asked and not any(self._left.values()):
            self.answered.set()

    def _hear(self, event: StoreEvent) -> None:
        if event.kind != "message" or event.key is None:
            return
        message = self._box.telegram.find(event.key, event.message_id)
        person = event.key.chat_id
        if message is not None and message.sender_id != person and person in self._asked:
            self.took.append((time.perf_counter() - self._asked.pop(person)) * 1000)
            asyncio.get_running_loop().call_soon(self._ask, person)


async def serve(people: int, commands: int) -> None:
    """Be Telegram: tell the address, begin at a line, tell what each answer took."""
    async with Sandbox.start(people=False, keep=1_000) as box:
        readers = People(box, people, commands)
        print(box.url, flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        readers.begin()
        await readers.answered.wait()
        print(" ".join(f"{ms:.2f}" for ms in readers.took), flush=True)


async def main(people: int, commands: int) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    server = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.answers", "serve", str(people), str(commands),
        stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.PIPE, limit=1 << 24,
    )  # fmt: skip
    assert server.stdout is not None
    assert server.stdin is not None
    url = (await server.stdout.readline()).decode().strip()
    try:
        with tempfile.TemporaryDirectory() as folder:
            db = await Database.opened(Path(folder) / "news.db")
            async with answering(db, url, BOT_TOKEN):
                await asyncio.sleep(2)  # everybody's /start
                began, cpu = time.perf_counter(), time.process_time()
                server.stdin.write(b"\n")
                took = sorted(map(float, (await server.stdout.readline()).split()))
                seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
            await db.close()
    finally:
        if server.returncode is None:
            server.kill()
        await server.wait()
    cuts = quantiles(took, n=100)
    print(
        f"{len(took)} answers: {len(took) / seconds:.0f}/s, {cpu / len(took) * 1000:.2f} ms CPU"
        f" an answer; p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["serve"]:
        asyncio.run(serve(*map(int, sys.argv[2:])))
    else:
        asyncio.run(main(*map(int, sys.argv[1:] or (PEOPLE, COMMANDS))))
