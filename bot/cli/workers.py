"""Who does what needs the pipeline: this command itself, or the SteppeWire that runs already."""

import os
from collections.abc import AsyncIterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from dataclasses import dataclass
from datetime import datetime

from bot import pipeline
from bot.cli.common import archive
from bot.errands import WORK, Values
from bot.instance import held_by, watchers_lock
from bot.messenger import Messenger, Progress, unheard
from bot.pipeline import Pipeline
from bot.settings import Settings
from storage.database import Database
from storage.errors import NewsError


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
class OthersHands(Messenger):
    """Asks the process that watches, which remembers by itself."""

    alone = False

    def remembering(self) -> AbstractAsyncContextManager[None]:
        """Leave that to who runs."""
        return nullcontext()

    async def remember(self, first: datetime) -> None:
        """Leave that to who runs."""

    def remember_at_news(self) -> None:
        """Leave that to who runs."""


Worker = OwnHands | OthersHands
"""Who does errands. ``alone`` says whether this command's process is the only one."""


@asynccontextmanager
async def at_work(settings: Settings) -> AsyncIterator[Worker]:
    """Open the pipeline, or where a SteppeWire runs already the way to ask it.

    Raises NewsError where the file cannot serve.
    """
    async with AsyncExitStack() as opened:
        room: Pipeline | None = None
        lock = watchers_lock(settings.database_path)
        try:
            room = await opened.enter_async_context(pipeline.open_pipeline(settings))
        except NewsError as error:
            if error.text_key != "instance.database" or held_by(lock) is None:
                raise
        if room is not None:
            yield OwnHands(room)
        else:
            db = await opened.enter_async_context(archive(settings))
            by = f"command line, process {os.getpid()}"
            yield OthersHands(db, lock, by)
