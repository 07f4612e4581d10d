"""Who does what needs the pipeline: this command itself, or the SteppeWire that runs already."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot import pipeline
from bot.cli.common import archive, now
from bot.errands import WORK, Values, refused
from bot.instance import database_lock, held_by
from bot.pipeline import Pipeline
from bot.settings import Settings
from storage import errands
from storage.database import Database
from storage.errands import Errand, ErrandState
from storage.errors import NewsError

LOOKED_AT_EVERY_S = 0.05
SAID_EVERY_S = 5.0
"""How often we say that we still wait."""

PATIENCE_S = 15.0
"""How long nobody may take an errand that should be taken within a second."""

SILENCE_S = 60.0
"""How long whoever does an errand may say nothing; it says something twice a second."""


Progress = Callable[[Values], None]

UNDER_WAY = (ErrandState.WAITING, ErrandState.RUNNING)


def unheard(_: Values) -> None:
    """Hear of progress and do nothing about it."""


@dataclass(frozen=True)
class OwnHands:
    """Does everything itself: nobody else runs."""

    room: Pipeline
    alone = True

    @property
    def db(self) -> Database:
        """The pipeline's database."""
        return self.room.db

    async def do(self, what: str, asked: Values, progress: Progress = unheard) -> Values:
        """Do one of ``bot.errands.WORK`` here and now; NewsError where it is refused."""

        def report(so_far: Values) -> bool:
            progress(so_far)
            return True

        return await WORK[what](self.room, asked, report)

    def remembering(self) -> AbstractAsyncContextManager[None]:
        """Remember living stories beside what the block does, which may bring news."""
        return pipeline.remembering(self.room)

    async def remember(self, first: datetime) -> None:
        """Remember the stories that were living then."""
        await self.room.ingester.remember(first)

    def remember_at_news(self) -> None:
        """Remember living stories when a document brings what may be news."""
        self.room.ingester.remember_at_news(self.room.clock())


@dataclass(frozen=True)
class Messenger:
    """Asks the process that runs, which remembers by itself, and waits for its answers."""

    db: Database
    lock: Path
    alone = False

    async def do(self, what: str, asked: Values, progress: Progress = unheard) -> Values:
        """Write it down and wait until it is done, refused, or will not be."""
        by = f"command line, process {os.getpid()}"
        number = await self.db.write(errands.ask, what, asked, by, now())
        try:
            errand = await self._awaited(number, progress)
        except BaseException:
            await self.db.write(errands.withdraw, number)
            raise
        if errand.state is ErrandState.REFUSED:
            raise refused(errand.answer)
        if errand.state is not ErrandState.DONE:
            raise NewsError("errand.unfinished")
        return errand.answer

    async def _awaited(self, number: int, progress: Progress) -> Errand:
        """Look at an errand until it has ended; NewsError where nobody takes it or goes on."""
        told: Values = {}
        patience = ErrandPatience(asyncio.get_running_loop().time)
        while (errand := await self.db.read(errands.get, number)) is not None:
            if errand.state not in UNDER_WAY:
                return errand
            await self._refuse_silence(errand, patience)
            if errand.progress != told:
                told = errand.progress
                progress(told)
            if patience.is_to_say():
                await self.db.write(errands.still_waits, number, now())
            await asyncio.sleep(LOOKED_AT_EVERY_S)
        raise NewsError("errand.unfinished")

    async def _refuse_silence(self, errand: Errand, patience: "ErrandPatience") -> None:
        """Raise NewsError where the process has ended, or does not take the errand or go on."""
        holder = held_by(self.lock)
        if holder is None:
            raise NewsError("errand.unfinished")
        if errand.state is ErrandState.RUNNING:
            patience.heard(abs((now() - errand.told_at).total_seconds()))
        elif await self.db.read(errands.is_heard, now()):
            patience.heard(0)  # another errand is before it
        if patience.is_over(SILENCE_S if errand.state is ErrandState.RUNNING else PATIENCE_S):
            raise NewsError("errand.unheard", pid=holder)

    def remembering(self) -> AbstractAsyncContextManager[None]:
        """Leave that to who runs."""
        return nullcontext()

    async def remember(self, first: datetime) -> None:
        """Leave that to who runs."""

    def remember_at_news(self) -> None:
        """Leave that to who runs."""


Worker = OwnHands | Messenger
"""Who does errands. ``alone`` says whether this command's process is the only one."""


class ErrandPatience:
    """How long nobody was heard of, and when we last said that we still wait."""

    def __init__(self, time: Callable[[], float]) -> None:
        """Begin to wait; ``time`` is in seconds of any clock."""
        self._time = time
        self._heard = self._said = time()

    def heard(self, ago: float) -> None:
        """Note that somebody was heard of so many seconds ago."""
        self._heard = max(self._heard, self._time() - ago)

    def is_over(self, seconds: float) -> bool:
        """Tell whether nobody was heard of for so long."""
        return self._time() - self._heard > seconds

    def is_to_say(self) -> bool:
        """Tell, once every few seconds, to say that we still wait."""
        due = self._time() - self._said > SAID_EVERY_S
        self._said = self._time() if due else self._said
        return due


@asynccontextmanager
async def at_work(settings: Settings) -> AsyncIterator[Worker]:
    """Open the pipeline, or where a SteppeWire runs already the way to ask it.

    Raises NewsError where the file cannot serve.
    """
    async with AsyncExitStack() as opened:
        room: Pipeline | None = None
        try:
            room = await opened.enter_async_context(pipeline.open_pipeline(settings))
        except NewsError as error:
            if error.text_key != "instance.database":
                raise
        if room is not None:
            yield OwnHands(room)
        else:
            db = await opened.enter_async_context(archive(settings))
            yield Messenger(db, database_lock(settings.database_path))
