"""Translating: what is wanted → asked for → checked → given to readers, search, subscriptions.

Everything between two steps is in rows, so a crash or a stop repeats one question at most. Only
this part ever waits for a translator.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Final, Protocol

import structlog

from storage import translations, wishes
from storage.database import Database
from storage.errors import StorageError
from storage.set_aside import why_of
from storage.translations import ArrivedTranslation, AskedText, Batch, Ended
from watchers.backoff import Backoff
from watchers.pulse import Pulse
from watchers.taught_names import TaughtNames
from watchers.translation import checking
from watchers.translation.values import TranslationError, Translator

log = structlog.get_logger(__name__)

ANSWER_S: Final = 60.0
"""How long an answer is awaited: a small language model on a small machine needs that for 20."""

ARRIVALS: Final = 20
"""Items that are given on at once: each is read and matched, a millisecond or two."""

BATCHES: Final = 10
"""Questions of one round, so that what is new meanwhile is seen."""

PAUSES: Final = Backoff(failures=3, pause_s=30.0, longest_s=1800.0)


class Receiver(Protocol):
    """Who takes arrived items in: the ingester."""

    async def take_translation(self, arrival: ArrivedTranslation, now: datetime) -> None:
        """Record an item's words in another language, and whom they concern."""


@dataclass(frozen=True, slots=True)
class Health:
    """How translating goes: what it came to, its budget a day, and until when nobody is asked."""

    counts: translations.TranslationCounts
    budget: int
    resting_until: datetime | None


class Translating:
    """The part that translates; ``round`` is its tick."""

    def __init__(
        self,
        db: Database,
        translator: Translator | None,
        receiver: Receiver,
        budget: int,
        clock: Callable[[], datetime],
        *,
        answer_s: float = ANSWER_S,
        pauses: Backoff = PAUSES,
    ) -> None:
        """Ask ``translator``, if there is one, for at most ``budget`` characters a day."""
        self._db = db
        self._translator = translator
        self._receiver = receiver
        self._budget = budget
        self._clock = clock
        self._answer_s = answer_s
        self._pauses = pauses
        self._names = TaughtNames(db)
        self._failed = 0
        self._rests_until: datetime | None = None
        self.pulse = Pulse()
        """Each question is a beat."""

    @property
    def is_on(self) -> bool:
        """Tell whether there is anybody who translates."""
        return self._translator is not None

    async def round(self) -> None:
        """Find what is wanted, ask for it, and give on what came."""
        if self._translator is None:
            return
        now = self._clock()
        wished = await self._db.read(wishes.look, now)
        if wished.wishes or wished.is_stale:
            await self._db.write(wishes.note, wished, now)
        await self._give_on()  # what a crash left
        for _ in range(BATCHES):
            self.pulse.beat()
            if self._is_resting() or not await self._ask_once(self._translator):
                return
            await self._give_on()

    async def health(self) -> Health:
        """Say how it goes."""
        counts = await self._db.read(translations.counts, self._clock())
        return Health(counts, self._budget, self._rests_until if self._is_resting() else None)

    def _is_resting(self) -> bool:
        # A clock that was set back must not make the rest longer than it is.
        until, now = self._rests_until, self._clock()
        longest = timedelta(seconds=self._pauses.longest_s)
        return until is not None and now < until <= now + longest

    async def _ask_once(self, translator: Translator) -> bool:
        """Ask for the texts that are next; return whether there were any."""
        batch = await self._db.write(translations.claim, self._clock(), self._budget)
        if batch is None:
            return False
        began = monotonic()
        await self._names.refresh()
        ended = await self._answered(translator, batch)
        await self._db.write(translations.settle, ended, self._clock())
        log.info(
            "translated",
            source=batch.source,
            target=batch.target,
            texts=len(batch.texts),
            done=sum(bool(one.said) for one in ended),
            dropped=sum(not one.said for one in ended),
            seconds=round(monotonic() - began, 3),
        )
        return True

    async def _answered(self, translator: Translator, batch: Batch) -> list[Ended]:
        """Ask for a batch; what breaks its answer is looked for in halves.

        One headline, told so as to make a model babble, must not keep the others from readers.
        """
        ended: list[Ended] = []
        parts: list[Sequence[AskedText]] = [batch.texts]
        while parts:
            part = parts.pop()
            try:
                said = await self._asked(translator, part, batch)
            except (TimeoutError, OSError) as error:
                self._note_failure(error)
                return ended
            except TranslationError as error:
                if error.is_final:
                    self._failed = 0
                    ended += [Ended(text.id, reason=f"refused: {error}") for text in part]
                elif error.is_answer and len(part) > 1:
                    middle = len(part) // 2
                    parts += [part[middle:], part[:middle]]
                elif error.is_answer and len(batch.texts) > 1:
                    ended.append(Ended(part[0].id, reason=str(error)))
                else:
                    self._note_failure(error)
                    return ended
            else:
                self._failed, self._rests_until = 0, None
                ended += await self._checked(part, said, batch)
        return ended

    async def _asked(
        self, translator: Translator, part: Sequence[AskedText], batch: Batch
    ) -> list[str]:
        self.pulse.beat()
        async with asyncio.timeout(self._answer_s):
            return await translator.translate(
                [text.text for text in part], batch.source, batch.target
            )

    async def _checked(
        self, part: Sequence[AskedText], said: Sequence[str], batch: Batch
    ) -> list[Ended]:
        """Check what came, with a look at the chat after each."""
        ended = []
        for text, answer in zip(part, said, strict=True):
            try:
                why = checking.fault(
                    text.text,
                    answer,
                    batch.source,
                    batch.target,
                    is_headline=text.is_headline,
                    names=self._names.current,
                )
            except Exception as error:  # one text must not keep the others from readers
                log.exception("a translation could not be checked", text=text.id)
                why = why_of(error)
            one = Ended(text.id, reason=why) if why else Ended(text.id, checking.cleaned(answer))
            ended.append(one)
            await asyncio.sleep(0)
        return ended

    def _note_failure(self, error: Exception) -> None:
        self._failed += 1
        pause = self._pauses.after(self._failed)
        why = "no answer in time" if isinstance(error, TimeoutError) else str(error)[:200]
        log.warning("not translated", reason=why, rests_s=pause)
        if pause:
            self._rests_until = self._clock() + timedelta(seconds=pause)

    async def _give_on(self) -> None:
        """Give on what nothing is wanted of any more; each item is a transaction of its own."""
        while arrived := await self._db.read(translations.arrivals, ARRIVALS):
            for arrival in arrived:
                await self._taken(arrival)
                await asyncio.sleep(0)

    async def _taken(self, arrival: ArrivedTranslation) -> None:
        """Give on one item. Raises StorageError where the file cannot be written."""
        try:
            await self._receiver.take_translation(arrival, self._clock())
        except StorageError:
            raise
        except Exception:  # or it would come first again and again, and those behind it never
            log.exception("a translation was not taken in", item=arrival.item, to=arrival.target)
            await self._db.write(translations.arrive, arrival, self._clock())
