"""The messenger: asks the process that watches for what only it can do, and waits for the answer.

What is asked is a row in ``errands``; that process does it (``bot.errands``) and writes down what
came of it.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.errands import Values, refused
from bot.instance import held_by
from bot.trusted_clock import wall_clock
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


class UntakenError(NewsError):
    """Nobody took what was asked for, and nobody will: nothing is changed."""


@dataclass(frozen=True)
class Messenger:
    """Asks the process that runs, which remembers by itself, and waits for its answers."""

    db: Database
    lock: Path
    by: str

    async def do(self, what: str, asked: Values, progress: Progress = unheard) -> Values:
        """Write it down and wait until it is done, refused, or will not be.

        Raises NewsError, of the kind UntakenError where nothing of it was begun.
        """
        number = await self.db.write(errands.ask, what, asked, self.by, wall_clock())
        try:
            errand = await self._awaited(number, progress)
        except NewsError as error:
            if await self.db.write(errands.withdraw, number):
                raise UntakenError(error.text_key, **error.values) from error
            raise
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
                await self.db.write(errands.still_waits, number, wall_clock())
            await asyncio.sleep(LOOKED_AT_EVERY_S)
        raise NewsError("errand.unfinished")

    async def _refuse_silence(self, errand: Errand, patience: "ErrandPatience") -> None:
        """Raise NewsError where the process has ended, or does not take the errand or go on."""
        holder = held_by(self.lock)
        if holder is None:
            raise NewsError("errand.unfinished")
        if errand.state is ErrandState.RUNNING:
            patience.heard(abs((wall_clock() - errand.told_at).total_seconds()))
        elif await self.db.read(errands.is_heard, wall_clock()):
            patience.heard(0)  # another errand is before it
        if patience.is_over(SILENCE_S if errand.state is ErrandState.RUNNING else PATIENCE_S):
            raise NewsError("errand.unheard", pid=holder)


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
