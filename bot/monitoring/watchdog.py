"""The watchdog: a part that hangs is begun anew; where that helps no more, the process ends.

Its supervisor starts it again, and nothing is lost by that. A part that merely fails, again and
again, is left as it is: to begin it anew would help nobody, and the others go on.
"""

import asyncio
import sys
import threading
import traceback
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

import structlog

from storage.happenings import LoopLagged, PartRestarted, Tell, unheard

log = structlog.get_logger(__name__)

BEAT_S = 1.0
"""How often it is measured how late the event loop comes."""

LOOK_S = 10.0
"""How often the parts are looked at."""

SEEN = 2
"""Looks in a row at which a part hangs before it is begun anew: a process that was stopped for an
hour goes on with pulses of an hour ago."""

MOST_RESTARTS = 3
"""So often a part is begun anew; hanging once more within ``FORGIVEN_S`` it is beyond help."""

FORGIVEN_S = 3600.0

CUT_S = 5.0
"""How long a part that is cut off may take to end."""

STOP_WITHIN_S = 4.5
"""How long an end in order may take: a supervisor may count on five seconds."""

CHECK_S, MOST_MISSED = 5.0, 24
"""The loop is checked so often, and stands still where it has not moved for so many checks. They
count and no clock does: nobody checks while the machine sleeps or the process is stopped."""


@dataclass(frozen=True, slots=True)
class GuardedPart:
    """A part that can hang: whether it does, and how it is begun anew.

    ``begin_anew`` returns False where it could not be ended; None is there where only a new start
    of the whole process helps.
    """

    name: str
    hangs: Callable[[], bool]
    begin_anew: Callable[[], Awaitable[bool]] | None = None


@dataclass(slots=True)
class Course:
    """What was seen of a part: looks at which it hung, and how often it was begun anew."""

    hung: int = 0
    restarts: int = 0
    restarted_at: float = 0.0

    def is_to_be_begun_anew(self, *, hangs: bool, now: float) -> bool:
        """Take a look into account; tell whether something is to be done."""
        if self.restarts and now - self.restarted_at > FORGIVEN_S:
            self.restarts = 0
        self.hung = self.hung + 1 if hangs else 0
        return self.hung >= SEEN


class Watchdog:
    """Looks after parts. ``run`` goes on until it is cancelled.

    ``tell_admins`` is given the text's key and the part. ``give_up`` ends the process in order,
    with the name of the part that is beyond help.
    """

    def __init__(
        self,
        parts: Iterable[GuardedPart],
        *,
        tell_admins: Callable[[str, str], Awaitable[object]],
        give_up: Callable[[str], None],
        tell: Tell = unheard,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Begin with nothing seen."""
        self._parts = tuple(parts)
        self._tell_admins = tell_admins
        self._give_up = give_up
        self._tell = tell
        self._clock = clock
        self._courses = {part.name: Course() for part in self._parts}
        self.beyond_help = ""
        """The part for which the process ends; "" while it goes on."""

    async def run(self, beat: Callable[[], None] = lambda: None) -> None:
        """Look after the parts; call ``beat`` each second, as long as the loop turns."""
        looked_at = self._clock()
        while not self.beyond_help:
            began = self._clock()
            await asyncio.sleep(BEAT_S)
            self._tell(LoopLagged(max(self._clock() - began - BEAT_S, 0.0)))
            beat()
            if self._clock() - looked_at >= LOOK_S:
                looked_at = self._clock()
                try:
                    await self.look()
                except Exception:
                    log.exception("parts not looked after")

    async def look(self) -> None:
        """Begin anew what hangs; give up where that helps no more."""
        for part in self._parts:
            course = self._courses[part.name]
            if course.is_to_be_begun_anew(hangs=part.hangs(), now=self._clock()):
                await self._begin_anew(part, course)
            if self.beyond_help:
                return

    async def _begin_anew(self, part: GuardedPart, course: Course) -> None:
        is_ended = (
            part.begin_anew is not None
            and course.restarts < MOST_RESTARTS
            and await part.begin_anew()
        )
        if not is_ended:
            self.beyond_help = part.name
            log.critical("a part is beyond help", part=part.name, restarts=course.restarts)
            await self._tell_admins("notice.part_beyond_help", part.name)
            self._give_up(part.name)
            return
        course.hung, course.restarted_at = 0, self._clock()
        course.restarts += 1
        self._tell(PartRestarted(part.name))
        log.error("a part hung and was begun anew", part=part.name, restarts=course.restarts)
        if course.restarts == 1:
            await self._tell_admins("notice.part_begun_anew", part.name)


class LoopGuard:
    """Ends the process where the event loop stands still: nobody in it could."""

    def __init__(self, end: Callable[[], None]) -> None:
        """Watch the loop of the calling thread; ``end`` ends the process in a moment."""
        self._end = end
        self._thread = threading.get_ident()
        self._missed = 0

    def beat(self) -> None:
        """Note that the loop turns."""
        self._missed = 0

    def check(self) -> None:
        """Count a check at which the loop has not moved; end the process where they are many.

        The end is begun first: the loop may stand still because nobody reads the log any more.
        """
        self._missed += 1
        if self._missed == MOST_MISSED:
            self._end()
            frame = sys._current_frames().get(self._thread)  # noqa: SLF001 (the documented way)
            log.critical(
                "the loop stands still",
                seconds=CHECK_S * MOST_MISSED,
                stack="".join(traceback.format_stack(frame)),
            )

    @contextmanager
    def checking(self) -> Iterator[None]:
        """Check again and again, in a thread, while the block runs."""
        over = threading.Event()

        def check_on() -> None:
            while not over.wait(CHECK_S):
                self.check()

        threading.Thread(target=check_on, name="loop-guard", daemon=True).start()
        try:
            yield
        finally:
            over.set()
