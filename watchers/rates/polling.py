"""Polling central banks, gently, by due times in rows; a look is one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from time import monotonic
from typing import Protocol

import structlog

from storage import rates, set_aside
from storage.database import Database
from storage.rates import RateSheet, SourceState
from storage.set_aside import Aside, AsideKind
from storage.sql import Connection
from watchers.fetch import Failed, Fetched, Fetcher, NotModified, Request
from watchers.fetch.values import Outcome
from watchers.host_queues import Politeness, in_turn
from watchers.rates import crossings, formats
from watchers.rates.banks import BANKS
from watchers.rates.judging import OddRate, judged
from watchers.rates.sources import RateSource
from watchers.schedule import share_of_delay

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=3)
"""Rates are set once a day, each bank at its own hour: they are known some hours later at most."""

LONGEST = timedelta(hours=24)
FIRST_RETRY = timedelta(minutes=30)
ILL_AFTER = 6
"""After so many failures in a row, which takes a day and a half, the admins are told."""


@dataclass(frozen=True, slots=True)
class RatesPace:
    """How often a source is asked, and (seconds) how often it is looked whether one is due."""

    every: timedelta = EVERY
    tick_s: float = 60


@dataclass(frozen=True, slots=True)
class DueSource:
    """A source that is to be asked now, and how it was."""

    source: RateSource
    state: SourceState
    today: date

    @property
    def url(self) -> str:
        """Where it is asked today."""
        return self.source.url(self.today)


class SheetWorkers(Protocol):
    """Who reads documents elsewhere: a page can be made to take what it likes."""

    async def run(
        self, url: str, function: Callable[..., RateSheet | None], *arguments: object
    ) -> object:
        """Call a function for what came from ``url``; what it returns, or why there is none."""


@dataclass(frozen=True, slots=True)
class RatesPoller:
    """Asks the sources that are due, and lets ``workers`` read what came.

    ``wake`` is called where readers are to be told something.
    """

    db: Database
    fetcher: Fetcher
    workers: SheetWorkers
    clock: Callable[[], datetime]
    sources: Sequence[RateSource] = ()
    wake: Callable[[], None] = lambda: None
    politeness: Politeness = field(default_factory=Politeness)
    pace: RatesPace = field(default_factory=RatesPace)

    async def round(self) -> int:
        """Ask every source that is due; count the looks."""
        if not self.sources or self.db.writability.trouble is not None:
            return 0
        now = self.clock()
        states = await self.db.read(rates.states)
        waiting = [
            one
            for source in self.sources
            if (one := due_of(source, states.get(source.name), now)) is not None
        ]

        async def look(host: str, due: DueSource) -> bool:
            del host
            await self._look(due)
            return True

        if waiting:
            politeness = replace(
                self.politeness, exempt=self.politeness.exempt | self.fetcher.allowed
            )
            await in_turn(waiting, politeness, look)
        return len(waiting)

    async def _look(self, due: DueSource) -> None:
        """Ask one source and write down what that means."""
        began = monotonic()
        outcome = await self.fetcher.fetch(
            Request(due.url, due.state.etag, due.state.last_modified)
        )
        sheet = await self._sheet_of(due, outcome)
        now = self.clock()
        state = settled(due, outcome, sheet, now, self.pace.every)
        told = await self.db.write(record, due.source, state, sheet, now)
        log.info(
            "rates",
            source=due.source.name,
            outcome=state.error or ("read" if sheet is not None else "not modified"),
            rates=0 if sheet is None else len(sheet.rates),
            seconds=round(monotonic() - began, 3),
        )
        if told:
            self.wake()

    async def _sheet_of(self, due: DueSource, outcome: Outcome) -> RateSheet | None:
        if not isinstance(outcome, Fetched) or len(outcome.body) > formats.MOST_BYTES:
            return None
        found = await self.workers.run(due.url, sheet_of, due.source, outcome, due.today)
        return found if isinstance(found, RateSheet) else None


def due_of(source: RateSource, state: SourceState | None, now: datetime) -> DueSource | None:
    """Return a source that is to be asked now; one whose address is another is asked anew."""
    today = BANKS[source.bank].today(now)
    if state is None or not _is_of(state, source):
        return DueSource(source, SourceState(source.name, source.url(today), now), today)
    if state.due_at > now:
        return None
    if state.url != source.url(today):  # another day's address: its validators are its own
        state = replace(state, url=source.url(today), etag="", last_modified="")
    return DueSource(source, state, today)


def _is_of(state: SourceState, source: RateSource) -> bool:
    """Tell whether a row speaks of this source's address, on whatever day."""
    return state.url.startswith(source.address.partition("{")[0])


def sheet_of(source: RateSource, outcome: Outcome, today: date) -> RateSheet | None:
    """Read what came; None where nothing did, or nothing that can be read."""
    if not isinstance(outcome, Fetched) or not outcome.complete:
        return None
    return formats.read(source.format, outcome.body, source.bank, today, source.rules)


def settled(
    due: DueSource, outcome: Outcome, sheet: RateSheet | None, now: datetime, every: timedelta
) -> SourceState:
    """Return how a source is after a look: when it is due again, and what to ask with then.

    After failures it is asked sooner, then ever later, at most a day; who wants rest has it.
    """
    state = replace(due.state, checked_at=now)
    error = ""
    if isinstance(outcome, Failed):
        error = outcome.kind.value
    elif sheet is None and not isinstance(outcome, NotModified):
        error = "unreadable"
    wait = outcome_wait(outcome)
    if error:
        failures = state.failures + 1
        wait = max(wait, FIRST_RETRY * 2 ** min(failures - 1, 6))
        state = replace(state, etag="", last_modified="")
    else:
        failures, wait = 0, max(wait, every)
    if isinstance(outcome, Fetched) and not error:
        state = replace(state, etag=outcome.etag, last_modified=outcome.last_modified)
    jitter = 1 + share_of_delay(due.source.name) / 10
    return replace(state, due_at=now + min(wait * jitter, LONGEST), failures=failures, error=error)


def outcome_wait(outcome: Outcome) -> timedelta:
    """Return for how long a server asked to be left alone."""
    fresh = outcome.freshness
    return timedelta(seconds=min(fresh.retry_after_s or 0, LONGEST.total_seconds()))


def record(
    db: Connection, source: RateSource, state: SourceState, sheet: RateSheet | None, now: datetime
) -> bool:
    """Keep a look and all it means, in the caller's one transaction; tell whether to wake.

    What is odd is noted for the admins; what is kept may cross thresholds, and is owed then.
    """
    rates.settle(db, state)
    if not state.error:
        set_aside.forget(db, AsideKind.RATE, [source.name])
    elif state.failures >= ILL_AFTER:
        ill = Aside(AsideKind.RATE, source.name, state.error, state.url)
        set_aside.note(db, [ill], now)
    if sheet is None:
        return False
    last = {
        one.currency: found[0]
        for one in sheet.rates
        if (found := rates.points(db, sheet.bank, one.currency, 1))
    }
    verdict = judged(sheet, last, BANKS[sheet.bank].today(now))
    set_aside.note(db, [aside_of(one, source) for one in verdict.odd], now)
    return bool(rates.keep(db, verdict.kept)) and crossings.enqueue(db, now)


def aside_of(odd: OddRate, source: RateSource) -> Aside:
    """Note what was set aside of a sheet, under its bank and currency."""
    what = "/".join(filter(None, (source.name, odd.currency)))
    return Aside(AsideKind.RATE, what, odd.why, odd.currency)
