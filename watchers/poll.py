"""Polling: due → observe → judge → record. The pipeline's only orchestration.

A tick hands what is due to the queues of its hosts and waits for nothing; a round by hand waits
until all that is due now is done. A feed's failure is a value that its row keeps; a bug in one
feed's path is logged, counted as that feed's failure, and stops nothing else.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from storage import feeds
from storage.database import Database
from storage.errors import FeedGoneError, NewsError, ShortageError, StorageError
from storage.feeds import NewFeed
from storage.happenings import FeedLooked, HostAsked, HostClass, Tell, unheard
from storage.local_time import rfc3339
from storage.model import Feed, FeedId, FeedKind, FeedState, FeedStatus
from watchers import addresses, schedule
from watchers.discover import Looker, Seen
from watchers.fetch import FailKind, Fetcher, Outcome
from watchers.holding_back import HoldingBack
from watchers.host_queues import HostQueues, LaneTurn, Politeness
from watchers.ingester import Ingester, Taken
from watchers.judge import Count, Judgement, failed_by_a_bug, judge, rest_until
from watchers.observe import (
    Observation,
    Observer,
    Page,
    Parsing,
    Patiently,
    at_once,
    target_of,
)
from watchers.parse import Entry, ParsedFeed
from watchers.pulse import Pulse
from watchers.schedule import PollingPace
from watchers.text import urls

log = structlog.get_logger(__name__)

_NEVER = datetime.min.replace(tzinfo=UTC)
_NEVER_SOONER = timedelta(seconds=30)
_DUE_AT_ONCE = 1_000
_MOST_UNDER_WAY = 10_000
"""Where so many wait for their hosts, the others wait in their rows, which cost nothing."""
_TIMED_OUT = f"error.{FailKind.TIMEOUT}"
_REST_OF_SHARED = timedelta(minutes=1)
"""For so long a bridge that asks for rest is left alone, whatever outlet's feed it was for."""
_STATES_AT_ONCE = 200
_STATES_WAIT_S = 2.0
_SHARED_HOSTS = frozenset(
    {"news.google.com", "rsshub.app", "feeds.feedburner.com", "feedburner.com"}
)
"""Bridges to many outlets: their 503 is often one outlet's, and no reason to rest the others."""


@dataclass(slots=True)
class Round:
    """What a round has come to so far. ``new``, ``updated``, ``unchanged`` count items.

    ``unkept`` counts looks that the database did not take: their feeds are due still.
    """

    feeds: int = 0
    done: int = 0
    not_modified: int = 0
    failed: int = 0
    moved: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    resting: int = 0
    unkept: int = 0
    seconds: float = 0.0

    def add(self, taken: Taken) -> None:
        """Count what became of a document."""
        self.new += taken.new
        self.updated += taken.updated
        self.unchanged += taken.unchanged

    def count(self, judged: Judgement) -> None:
        """Count a look."""
        self.failed += judged.count is Count.FAILED
        self.not_modified += judged.count is Count.NOT_MODIFIED


Progress = Callable[[Round], None]


@dataclass(slots=True)
class _Batch:
    """Looks begun together, until the last of them is done."""

    tally: Round
    force: bool
    progress: Progress = lambda _: None
    began: float = field(default_factory=time.monotonic)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    error: StorageError | None = None

    async def ended(self) -> Round:
        """Wait for its end. Raises StorageError where it could not be written down."""
        await self.over.wait()
        if self.error is not None:
            raise self.error
        return self.tally


@dataclass(frozen=True, slots=True)
class _Due:
    """A feed to be looked at, and with which others."""

    feed: Feed
    batch: _Batch

    @property
    def url(self) -> str:
        """Where it is."""
        return self.feed.url


class StateBuffer:
    """Feeds' states on their way into the database, many in one transaction.

    A transaction each would cost more than the look. A crash forgets the last two seconds'
    looks, which are then done again.
    """

    def __init__(self, db: Database) -> None:
        """Begin with nothing to write."""
        self._db = db
        self._waiting: list[tuple[FeedId, FeedState]] = []
        self._since = 0.0

    async def put(self, feed: FeedId, state: FeedState) -> None:
        """Write a state down soon."""
        if not self._waiting:
            self._since = time.monotonic()
        self._waiting.append((feed, state))
        is_old = time.monotonic() - self._since > _STATES_WAIT_S
        if is_old or len(self._waiting) >= _STATES_AT_ONCE:
            await self.flush()

    async def flush(self) -> None:
        """Write down what waits."""
        rows, self._waiting = self._waiting, []
        if not rows:
            return
        try:
            await self._db.write(feeds.keep_states, rows)
        except StorageError:
            self._waiting = [*rows, *self._waiting]  # in their order: the last one holds
            raise
        except Exception:
            log.exception("states kept one by one")
            for row in rows:
                await self._keep(row)

    async def _keep(self, row: tuple[FeedId, FeedState]) -> None:
        """Write one feed's state down; one that cannot be written costs no other's look."""
        try:
            await self._db.write(feeds.keep_states, [row])
        except StorageError:
            raise
        except Exception:
            log.exception("state not kept", feed=row[0])


class Poller:
    """Polls what is due. One per database; rounds and single looks may overlap."""

    def __init__(
        self,
        db: Database,
        ingester: Ingester,
        fetcher: Fetcher,
        parsers: Parsing,
        *,
        politeness: Politeness,
        pace: PollingPace,
        clock: Callable[[], datetime],
        tell: Tell = unheard,
    ) -> None:
        """Keep the parts; ``opened`` makes them last as long as a block."""
        self._db = db
        self._ingester = ingester
        # What the fetcher may reach in private are the operator's own hosts.
        self._politeness = replace(politeness, exempt=politeness.exempt | fetcher.allowed)
        self._pace = pace
        self._clock = clock
        self._tell = tell
        self._observer = Observer(fetcher, parsers, clock)
        self._looker = Looker(self._observer)
        self._states = StateBuffer(db)
        self._under_way: set[FeedId] = set()
        self._asked: dict[FeedId, datetime] = {}
        self._hold = HoldingBack()
        self._rests: dict[str, datetime] = {}
        self._longest_rest = timedelta(seconds=pace.cap_s)
        self._queues: HostQueues[_Due] = HostQueues(self._politeness, self._take_turn, self._spawn)
        self._tasks: set[asyncio.Task[None]] = set()
        self._batches: list[_Batch] = []
        self.looks = Pulse()
        """Of the looks; each is bounded, so that one which lasts is stuck behind it."""

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(
        cls,
        db: Database,
        ingester: Ingester,
        fetcher: Fetcher,
        parsers: Parsing,
        *,
        politeness: Politeness | None = None,
        pace: PollingPace | None = None,
        clock: Callable[[], datetime],
        tell: Tell = unheard,
    ) -> "AsyncIterator[Poller]":
        """Open a poller for as long as the block lasts; ``tell`` hears of each look."""
        poller = cls(
            db,
            ingester,
            fetcher,
            parsers,
            politeness=politeness or Politeness(),
            pace=pace or PollingPace(),
            clock=clock,
            tell=tell,
        )
        try:
            yield poller
        finally:
            await poller.close()

    # --- what others call --------------------------------------------------------------------

    async def tick(self) -> None:
        """Begin the looks that are due and return: no feed waits for another host's answer.

        Raises StorageError while what is told could not be written down: then nobody is asked.
        """
        if not await self._may_ask():
            return
        await self._states.flush()
        if found := await self._due():
            self._begin(found, force=False)

    async def round(self, *, force: bool = False, progress: Progress = lambda _: None) -> Round:
        """Look at every due feed (``force``: at every one that is not gone or paused).

        Returns when all of that is done. Raises StorageError where it could not be written down.
        """
        if not force and not await self._may_ask():
            return Round()
        await self._states.flush()  # what an earlier round could not write comes before
        found = await self._db.read(feeds.pollable) if force else await self._due()
        return await self._begin(found, force=force, progress=progress).ended()

    async def poll_one(self, feed_id: FeedId) -> Round:
        """Look at one feed now, whatever its row says; NewsError where there is none."""
        feed = await self._db.read(feeds.found, str(feed_id))
        if feed.id in self._under_way:
            return Round()
        self._under_way.add(feed.id)
        batch = _Batch(Round(feeds=1), force=True)
        await self._look_at(_Due(feed, batch), feeds.host_of(feed.url), at_once)
        return await batch.ended()

    async def close(self) -> None:
        """Cut off the looks under way, whose feeds are still due; keep what others came to."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await self._states.flush()
        except StorageError as error:
            log.error("looks not kept", error=error)  # noqa: TRY400 (said whole)

    async def begin_anew(self, within_s: float) -> bool:
        """Cut off the looks under way, for one hangs; False where one does not end in time.

        Their feeds are due still, and who waits for a round hears what it came to so far. What
        was cut off while it was recorded may be in the rows: memory is made anew of them.
        """
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        late = (await asyncio.wait(tasks, timeout=within_s))[1] if tasks else set()
        self._ingester.doubt_memory(self._clock())
        self._queues = HostQueues(self._politeness, self._take_turn, self._spawn)
        self._under_way.clear()
        for batch in self._batches:
            batch.over.set()
        self._batches.clear()
        return not late

    def forget_rests(self) -> None:
        """Go by the rows alone in whom to leave alone: the clock was set."""
        self._rests.clear()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def add_fallback(self, feed_id: FeedId, typed: str) -> Feed:
        """Let what is at an address be read in a source's place while that is ill.

        It is seen first and nothing of it is kept: while the source is well there is no need.
        Raises NewsError for what is no address, is there already, or is no feed now and hardly
        will be.
        """
        url, _ = addresses.source(typed)
        await self._db.read(feeds.refuse_known, url)
        seen = await self._looker.look(typed)
        if seen.feed is None and not seen.fails_for_now:
            raise NewsError(seen.error_key, **seen.error_values)
        return await self._db.write(feeds.add_fallback, feed_id, _new(seen), self._clock())

    async def look(self, typed: str) -> Seen:
        """See what is at an address and keep nothing."""
        return await self._looker.look(typed)

    async def add(self, typed: str) -> Feed:
        """Add the feed at an address, or the one its page points to, and take in what it has.

        A feed that cannot be read now is added too: its state says why, and it will be tried
        again. Raises NewsError for what is no address or is there already.
        """
        began = time.monotonic()
        url, _ = addresses.source(typed)
        await self._db.read(feeds.refuse_known, url)
        seen = await self._looker.look(typed)
        feed = await self._db.write(feeds.add, _new(seen), self._clock())
        await self._judge_and_record(feed, seen.observed, Round(feeds=1), began)
        await self._states.flush()
        return await self._db.read(feeds.found, str(feed.id))

    # --- looks in their turns ----------------------------------------------------------------

    async def _due(self) -> tuple[Feed, ...]:
        """Read what is to be looked at now and is not being looked at already."""
        now = self._clock()
        sooner = min(_NEVER_SOONER, timedelta(seconds=self._pace.lowest_s))
        if len(self._under_way) >= _MOST_UNDER_WAY:
            return ()
        # What is under way is due, too, until its state is written.
        besides = frozenset(self._under_way)
        found = await self._db.read(feeds.due, now, _DUE_AT_ONCE, besides)
        return tuple(
            feed
            for feed in found
            # A database that cannot be written keeps feeds due: that is not the outlets' fault.
            # (A clock that went back makes no feed "just asked".)
            if not timedelta(0) <= now - self._asked.get(feed.id, _NEVER) < sooner
            and self._rest_of(feeds.host_of(feed.url), now) is None
        )

    def _begin(
        self, found: Iterable[Feed], *, force: bool, progress: Progress = lambda _: None
    ) -> "_Batch":
        """Give feeds to the queues of their hosts."""
        wanted = [feed for feed in found if feed.id not in self._under_way]
        batch = _Batch(Round(feeds=len(wanted)), force, progress)
        self._under_way.update(feed.id for feed in wanted)
        for feed in wanted:
            self._queues.add(_Due(feed, batch), slow=feed.state.error_key == _TIMED_OUT)
        if wanted:
            self._batches.append(batch)
        else:
            batch.over.set()
        return batch

    async def _take_turn(self, turn: LaneTurn, due: "_Due") -> bool:
        return await self._look_at(due, turn.host, turn.patiently)

    async def _look_at(self, due: "_Due", host: str, patiently: Patiently) -> bool:
        """Look at a feed unless its host rests; the last of a batch ends it."""
        feed, batch = due.feed, due.batch
        rests = not batch.force and (
            self._hold.is_on or self._rest_of(host, self._clock()) is not None
        )
        try:
            if rests:
                batch.tally.resting += 1  # its row is put off
            else:
                with self.looks.at_work():
                    await self._look(await self._by_now(feed), batch.tally, patiently)
        except StorageError as error:
            batch.error = error
            batch.tally.unkept += 1
        finally:
            self._under_way.discard(feed.id)
        batch.tally.done += 1
        batch.progress(batch.tally)
        if batch.tally.done == batch.tally.feeds:
            await self._end(batch)
        return not rests

    async def _by_now(self, feed: Feed) -> Feed:
        """Return a feed without a baseline as its row is by now: somebody may just have looked.

        A first look that comes twice takes news for what was there before.
        """
        if feed.state.baseline_done:
            return feed
        await self._states.flush()
        return await self._db.read(feeds.get, feed.id) or feed

    async def _end(self, batch: "_Batch") -> None:
        """Write down what a batch's looks came to, and leave its one line in the log."""
        try:
            await self._states.flush()
        except StorageError as error:
            batch.error = error
        tally = batch.tally
        tally.seconds = time.monotonic() - batch.began
        log.info(
            "round",
            feeds=tally.feeds,
            new=tally.new,
            updated=tally.updated,
            unchanged=tally.unchanged,
            not_modified=tally.not_modified,
            failed=tally.failed,
            unkept=tally.unkept,
            seconds=round(tally.seconds, 2),
        )
        if batch.error is not None:
            log.debug("round not kept", error=batch.error)
        self._batches = [other for other in self._batches if other is not batch]
        batch.over.set()

    async def _may_ask(self) -> bool:
        """Tell whether what is told now could be kept. Raises StorageError where it could not."""
        if self._hold.is_on:
            return False
        if self._db.writability.refuses:
            await self._db.probe()
        return True

    # --- hosts that rest ---------------------------------------------------------------------

    def _rest_of(self, host: str, now: datetime) -> datetime | None:
        """Return until when a host asked to be left alone, or None.

        What lies farther ahead than any wish counts for was noted by a clock that was wrong.
        """
        until = self._rests.get(host)
        if until is not None and not timedelta(0) < until - now <= self._longest_rest:
            del self._rests[host]
            return None
        return until

    async def _rest_host(self, host: str, until: datetime | None, now: datetime) -> None:
        """Put off every feed of a host that asked for it, now or a moment ago; the longest holds.

        Call it once the look's own state is on its way, which is then put off, too.
        """
        known = self._rest_of(host, now)
        if until is None or (known is not None and known > until):
            until = known
        if until is None:
            return
        if urls.bare_host(host) in _SHARED_HOSTS:
            self._rests[host] = min(until, now + _REST_OF_SHARED)
            return
        self._rests[host] = until
        await self._states.flush()
        await self._db.write(feeds.rest_host, host, until)

    # --- one look ----------------------------------------------------------------------------

    async def _look(self, feed: Feed, tally: Round, patiently: Patiently) -> None:
        """Look at a feed; a bug on its way counts as its failure and is logged whole.

        Raises StorageError where what it told could not be kept: that is no verdict on it.
        """
        self._asked[feed.id] = self._clock()
        began = time.monotonic()
        hosts = host_class(feed, self._politeness)

        async def timed(asking: Awaitable[Outcome]) -> Outcome:
            asked_at = time.monotonic()
            try:
                return await asking
            finally:
                self._tell(HostAsked(hosts, time.monotonic() - asked_at))

        try:
            observed = await self._observer.observe(
                target_of(feed), lambda asking: patiently(timed(asking))
            )
            if isinstance(observed, Page) and observed.links and not feed.state.baseline_done:
                behind = await self._behind(feed, observed)
                if behind is None:
                    return
                feed, observed = behind
            outcome = await self._judge_and_record(feed, observed, tally, began)
            self._tell(FeedLooked(outcome, hosts))
        except StorageError as error:
            # A full disk, a locked file: the feed is due still. The alarm is the database's.
            if isinstance(error, ShortageError) and not self._hold.is_on:
                log.error("machine is short", reason=error.values["reason"])  # noqa: TRY400 (said whole)
            self._hold.refused()
            log.debug("look not kept", feed=feed.id, url=feed.url, error=error)
            raise
        except FeedGoneError:
            log.debug("feed removed while it was looked at", feed=feed.id, url=feed.url)
        except Exception:
            log.exception("feed failed by a bug", feed=feed.id, url=feed.url)
            tally.failed += 1
            judged = failed_by_a_bug(feed, self._clock(), self._pace)
            self._tell(FeedLooked(judged.outcome, hosts))
            await self._states.put(feed.id, judged.state_after(0))

    async def _behind(self, feed: Feed, page: Page) -> tuple[Feed, Observation] | None:
        """Return the feed behind the page that was given as one (a site's address in a list).

        Where there is none, the page stays what was seen. None where that feed is read already:
        the page is then dropped, for it would stay ill for ever.
        """
        seen = await self._looker.follow(feed.url, page.links)
        if seen is None or seen.kind is not feed.kind:
            return feed, page
        if not await self._db.write(feeds.move, feed.id, seen.url):
            if await self._db.write(feeds.drop_second, feed.id, seen.url) is None:
                return feed, page
            log.info("feed listed twice", feed=feed.id, page=feed.url, url=seen.url)
            return None
        log.info("feed found behind its page", feed=feed.id, page=feed.url, url=seen.url)
        return replace(feed, url=seen.url), seen.observed

    async def _judge_and_record(
        self, feed: Feed, observed: Observation, tally: Round, began: float
    ) -> str:
        """Judge an observation and record what it means: items, state, a move; say the outcome.

        ``began`` is when the look did, by ``time.monotonic``.
        """
        now = self._clock()
        judged = judge(feed, observed, now, self._pace)
        tally.count(judged)
        taken = Taken()
        if judged.parsed is not None:
            taken = await self._take(feed, judged.parsed, judged, now)
            tally.add(taken)
        state = judged.state_after(taken.new)
        self._log(feed, judged, state, taken, time.monotonic() - began)
        if judged.parsed is None or not judged.parsed.entries:
            await self._states.put(feed.id, state)
        rest = rest_until(observed, now, self._pace)
        await self._rest_host(feeds.host_of(feed.url), rest, now)
        if state.status is FeedStatus.OK and schedule.should_move(state):
            await self._move(feed, state)
        return judged.outcome

    async def _take(
        self, feed: Feed, parsed: ParsedFeed, judged: Judgement, now: datetime
    ) -> Taken:
        """Record a document's entries with the feed's new state in one transaction."""
        taken = Taken()
        if parsed.entries:
            old, fresh = await self._by_news(feed, parsed.entries)
            if old and fresh:
                taken = await self._ingester.take(feed, old, None, now, silent=True)
            last = await self._ingester.take(
                feed,
                fresh or old,
                lambda last: judged.state_after(taken.new + last.new),
                now,
                silent=not fresh,
            )
            taken += last
            self._hold.kept()
        if not feed.state.baseline_done:
            await self._db.write(
                feeds.retitle, feed.id, parsed.title, parsed.site_url, parsed.language
            )
        return replace(taken, unchanged=taken.unchanged + parsed.unchanged)

    async def _by_news(
        self, feed: Feed, entries: tuple[Entry, ...]
    ) -> tuple[list[Entry], list[Entry]]:
        """Part a document's entries into what is stored without alerts, and what may be news.

        A feed's first document is the baseline. Of a fallback, whatever came out while something
        before it told the news; what came since is news even the first time.
        """
        until = None
        if feed.fallback_of is not None:
            until = await self._db.read(feeds.told_until, feed.id)
        if until is None:
            return ([], list(entries)) if feed.state.baseline_done else (list(entries), [])
        parted: tuple[list[Entry], list[Entry]] = ([], [])
        for entry in entries:
            is_fresh = (
                feed.state.baseline_done if entry.published is None else entry.published > until
            )
            parted[is_fresh].append(entry)
        return parted

    async def _move(self, feed: Feed, state: FeedState) -> None:
        """Follow a permanent redirect that is believed."""
        await self._states.flush()
        if await self._db.write(feeds.move, feed.id, state.moved_to):
            log.info("feed moved", feed=feed.id, old=feed.url, new=state.moved_to)

    @staticmethod
    def _log(
        feed: Feed, judged: Judgement, state: FeedState, taken: Taken, seconds: float
    ) -> None:
        """Leave the look's one line in the log."""
        log.info(
            "looked",
            feed=feed.id,
            url=feed.url,
            outcome=judged.outcome,
            status=state.last_status,
            new=taken.new,
            updated=taken.updated,
            unchanged=taken.unchanged,
            aside=taken.aside,
            failures=state.failure_count,
            seconds=round(seconds, 3),
            next=rfc3339(state.next_check_at) if state.next_check_at else "",
        )


def host_class(feed: Feed, politeness: Politeness) -> HostClass:
    """Say whose server a feed is read from."""
    host = feeds.host_of(feed.url)
    if politeness.spares(host):
        return HostClass.OWN
    if feed.kind is FeedKind.TELEGRAM:
        return HostClass.TELEGRAM
    return HostClass.BRIDGE if urls.bare_host(host) in _SHARED_HOSTS else HostClass.OUTLET


def _new(seen: Seen) -> NewFeed:
    """Describe what was seen as a feed to be added."""
    title = seen.feed.title if seen.feed else ""
    return NewFeed(
        url=seen.url if seen.feed else seen.asked,
        title=title[:300],
        outlet=title[:200] or urls.bare_host(urls.host_of(seen.url)),
        kind=seen.kind,
        languages=_languages(seen.feed),
        site_url=seen.feed.site_url if seen.feed else "",
        rules=seen.rules,
    )


def _languages(parsed: ParsedFeed | None) -> tuple[str, ...]:
    code = parsed.language.lower().partition("-")[0].partition("_")[0] if parsed else ""
    return (code,) if code.isalpha() and len(code) in (2, 3) else ()
