"""The round: due → fetch → parse → desk; the only orchestration of the watching half.

A feed's failure is a value that its row keeps; a bug in one feed's path is logged, counted as
that feed's failure, and stops nothing else.
"""

import asyncio
import contextlib
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import assert_never

import structlog

from storage import feeds
from storage.database import Database
from storage.local_time import rfc3339
from storage.model import Feed, FeedId, FeedState, FeedStatus, NewFeed
from watchers import addresses, discover, schedule
from watchers.discover import Looker, Parsing, Seen, document_of
from watchers.fetch import Failed, FailKind, Fetched, Fetcher, NotModified, Outcome, Request
from watchers.fetch.ssrf import Endpoint
from watchers.ingester import Ingester, Taken
from watchers.parse import NotAFeed, PageKind, ParsedFeed
from watchers.parse_pool import pool
from watchers.schedule import Failure, Policy, Reading, Visit
from watchers.text import urls

log = structlog.get_logger(__name__)

_SOFT, _HARD, _TEMPORARY = 0.5, 1.0, 0.25
_PAGE_WEIGHTS = {
    PageKind.CHALLENGE: _SOFT,
    PageKind.EMPTY: _SOFT,
    PageKind.CUT_OFF: _TEMPORARY,
    PageKind.TOO_SLOW: _HARD,
    PageKind.UNREADABLE: _SOFT,
}
_EDITION = "1"
"""Of reading documents: raise it and the same bytes are read once more after an upgrade."""
_NEVER = datetime.min.replace(tzinfo=UTC)
_NEVER_SOONER = timedelta(seconds=30)
_LEDGER_ROWS = 200
_LEDGER_S = 2.0
_SHARED_HOSTS = frozenset(
    {"news.google.com", "rsshub.app", "feeds.feedburner.com", "feedburner.com"}
)
"""Bridges to many outlets: their 503 is often one outlet's, and no reason to rest the others."""
_ASKED_TO_REST = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class Politeness:
    """How gently hosts are asked. ``at_once`` counts over all hosts: so many answers may come in
    the same moment and are worked off before the chat has its turn. ``spacing_s`` is between
    two requests of one lane; ``exempt`` hosts (with the fetcher's allowed ones, which are the
    operator's own) are asked as fast as they answer.
    """  # noqa: D205

    at_once: int = 20
    per_host: int = 2
    spacing_s: float = 1.0
    exempt: frozenset[Endpoint] = frozenset()


@dataclass(slots=True)
class Round:
    """What a round has come to so far. ``new``, ``updated``, ``unchanged`` count items."""

    feeds: int = 0
    done: int = 0
    not_modified: int = 0
    failed: int = 0
    moved: int = 0
    new: int = 0
    updated: int = 0
    unchanged: int = 0
    resting: int = 0
    seconds: float = 0.0
    rests: dict[str, datetime] = field(default_factory=dict)

    def add(self, taken: Taken) -> None:
        """Count what became of a document."""
        self.new += taken.new
        self.updated += taken.updated
        self.unchanged += taken.unchanged


Progress = Callable[[Round], None]


class Poller:
    """Polls what is due. One per database; rounds and single looks may overlap."""

    def __init__(
        self,
        db: Database,
        desk: Ingester,
        fetcher: Fetcher,
        parsers: Parsing,
        *,
        politeness: Politeness,
        policy: Policy,
        clock: Callable[[], datetime],
    ) -> None:
        """Keep the parts; ``opened`` makes them last as long as a block."""
        self._db = db
        self._desk = desk
        self._fetcher = fetcher
        self._parsers = parsers
        self._politeness = politeness
        self._policy = policy
        self._clock = clock
        self._looker = Looker(fetcher, parsers, clock)
        self._under_way: set[FeedId] = set()
        self._asked: dict[FeedId, datetime] = {}
        self._ledger: list[tuple[FeedId, FeedState]] = []
        self._ledger_since = 0.0

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(
        cls,
        db: Database,
        desk: Ingester,
        fetcher: Fetcher,
        *,
        politeness: Politeness | None = None,
        policy: Policy | None = None,
        clock: Callable[[], datetime],
        limits: pool.WorkerLimits | None = None,
    ) -> "AsyncIterator[Poller]":
        """Open a poller with its parsing processes for as long as the block lasts."""
        async with pool.opened(limits) as parsers:
            yield cls(
                db,
                desk,
                fetcher,
                parsers,
                politeness=politeness or Politeness(),
                policy=policy or Policy(),
                clock=clock,
            )

    # --- what others call --------------------------------------------------------------------

    async def round(self, *, force: bool = False, progress: Progress = lambda _: None) -> Round:
        """Look at every due feed (``force``: at every one that is not gone or paused)."""
        now = self._clock()
        if force:
            found = await self._db.read(feeds.pollable)
        else:
            sooner = min(_NEVER_SOONER, timedelta(seconds=self._policy.lowest_s))
            # A database that cannot be written keeps feeds due: that is not the outlets' fault.
            found = tuple(
                feed
                for feed in await self._db.read(feeds.due, now)
                if now - self._asked.get(feed.id, _NEVER) >= sooner
            )
        return await self._poll(found, force=force, progress=progress)

    async def poll_one(self, feed_id: FeedId) -> Round:
        """Look at one feed now, whatever its row says; NewsError where there is none."""
        feed = await self._db.read(feeds.found, str(feed_id))
        return await self._poll((feed,), force=True)

    async def look(self, typed: str) -> Seen:
        """See what is at an address and keep nothing."""
        return await self._looker.look(typed)

    async def add(self, typed: str) -> Feed:
        """Add the feed at an address, or the one its page points to, and take in what it has.

        A feed that cannot be read now is added too: its state says why, and it will be tried
        again. Raises NewsError for what is no address or is there already.
        """
        url, _ = addresses.source(typed)
        await self._db.read(feeds.refuse_known, url)
        seen = await self._looker.look(typed)
        title = seen.feed.title if seen.feed else ""
        new = NewFeed(
            url=seen.url if seen.feed else seen.asked,
            title=title[:300],
            outlet=title[:200] or urls.bare_host(urls.host_of(seen.url)),
            kind=seen.kind,
            languages=_languages(seen.feed),
            site_url=seen.feed.site_url if seen.feed else "",
            rules=seen.rules,
        )
        feed = await self._db.write(feeds.add, new, self._clock())
        await self._settle(feed, seen.outcome, Round(feeds=1), parsed=seen.feed, seen=seen)
        await self._flush()
        return await self._db.read(feeds.found, str(feed.id))

    # --- a round -----------------------------------------------------------------------------

    async def _poll(
        self, found: Iterable[Feed], *, force: bool, progress: Progress = lambda _: None
    ) -> Round:
        started = time.monotonic()
        wanted = [feed for feed in found if feed.id not in self._under_way]
        tally = Round(feeds=len(wanted))
        self._under_way.update(feed.id for feed in wanted)
        try:
            gate = asyncio.Semaphore(self._politeness.at_once)
            async with asyncio.TaskGroup() as lanes:
                for host, queue in _by_host(wanted).items():
                    for _ in range(min(self._lanes(host), len(queue))):
                        lanes.create_task(
                            self._lane(host, queue, gate, tally, force=force, progress=progress)
                        )
        finally:
            self._under_way.difference_update(feed.id for feed in wanted)
            await self._flush()
        for host, until in tally.rests.items():
            if urls.bare_host(host) not in _SHARED_HOSTS:
                await self._db.write(feeds.rest_host, host, until)
        tally.seconds = time.monotonic() - started
        if wanted:
            log.info(
                "round",
                feeds=tally.feeds,
                new=tally.new,
                updated=tally.updated,
                unchanged=tally.unchanged,
                not_modified=tally.not_modified,
                failed=tally.failed,
                seconds=round(tally.seconds, 2),
            )
        return tally

    def _is_exempt(self, host: str) -> bool:
        name, _, port = host.rpartition(":")
        endpoints = self._politeness.exempt | self._fetcher.allowed
        if name and port.isdecimal():
            return (name, int(port)) in endpoints
        return bool({(host, 80), (host, 443)} & endpoints)

    def _lanes(self, host: str) -> int:
        polite = self._politeness
        return polite.at_once if self._is_exempt(host) else polite.per_host

    async def _lane(
        self,
        host: str,
        queue: deque[Feed],
        gate: asyncio.Semaphore,
        tally: Round,
        *,
        force: bool,
        progress: Progress,
    ) -> None:
        """Look at a host's feeds one after the other, with a pause between them."""
        is_spaced = not self._is_exempt(host) and self._politeness.spacing_s > 0
        while queue:
            feed = queue.popleft()
            if not force and host in tally.rests:
                tally.resting += 1  # its row is put off when the round ends
            else:
                async with gate:
                    await self._survived(feed, tally)
            tally.done += 1
            progress(tally)
            if is_spaced and queue:
                await asyncio.sleep(self._politeness.spacing_s)

    async def _survived(self, feed: Feed, tally: Round) -> None:
        """Look at a feed; a bug on its way counts as its failure and is logged whole."""
        self._asked[feed.id] = self._clock()
        try:
            outcome = await self._fetcher.fetch(
                Request(feed.url, feed.state.etag, feed.state.last_modified)
            )
            await self._settle(feed, outcome, tally)
        except Exception:
            log.exception("feed failed by a bug", feed=feed.id, url=feed.url)
            tally.failed += 1
            visit = Visit(self._clock())
            failure = Failure("error.bug", _SOFT)
            await self._note(feed, schedule.after_failure(feed, visit, failure, self._policy))

    # --- one look ----------------------------------------------------------------------------

    async def _settle(
        self,
        feed: Feed,
        outcome: Outcome,
        tally: Round,
        *,
        parsed: ParsedFeed | None = None,
        seen: Seen | None = None,
    ) -> None:
        """Decide and record what a response means for a feed."""
        visit = self._visit(feed, outcome, tally)
        match outcome:
            case Failed():
                failure = Failure(
                    f"error.{outcome.kind.value}",
                    outcome.weight,
                    outcome.values,
                    gone=outcome.kind is FailKind.GONE,
                )
                await self._failed(feed, visit, failure, tally)
            case NotModified():
                state = schedule.after_not_modified(
                    feed,
                    visit,
                    self._policy,
                    etag=outcome.etag,
                    last_modified=outcome.last_modified,
                )
                tally.not_modified += 1
                await self._told(feed, state, "not modified")
            case Fetched() if seen is not None and parsed is None:
                weight = _page_weight(seen.error_key)
                failure = Failure(seen.error_key, weight, seen.error_values)
                await self._failed(feed, visit, failure, tally)
            case Fetched():
                await self._document(feed, outcome, visit, tally, parsed)
            case _:
                assert_never(outcome)

    def _visit(self, feed: Feed, outcome: Outcome, tally: Round) -> Visit:
        now = self._clock()
        fresh = outcome.freshness
        host = feeds.host_of(feed.url)
        if fresh.retry_after_s and outcome.status in _ASKED_TO_REST:
            wait = min(fresh.retry_after_s, self._policy.cap_s)
            until = now + timedelta(seconds=wait)
            tally.rests[host] = max(until, tally.rests.get(host, until))
        return Visit(
            now=now,
            status=outcome.status,
            max_age_s=fresh.max_age_s,
            retry_after_s=fresh.retry_after_s,
            permanent_url="" if isinstance(outcome, Failed) else outcome.permanent_url,
        )

    async def _document(
        self,
        feed: Feed,
        fetched: Fetched,
        visit: Visit,
        tally: Round,
        parsed: ParsedFeed | None,
    ) -> None:
        """Read a document and hand its entries to the desk."""
        mark = _EDITION + blake2b(fetched.body, digest_size=12).hexdigest()
        if mark == feed.state.body_digest and fetched.complete:
            state = schedule.after_same_document(
                feed, visit, self._policy, fetched.etag, fetched.last_modified
            )
            tally.not_modified += 1
            await self._told(feed, state, "same document")
            return
        result = parsed or await self._parsed(feed, fetched)
        if isinstance(result, NotAFeed):
            if result.links and not feed.state.baseline_done:
                found = await self._looker.follow(feed.url, result.links)
                if found is not None and await self._found_behind(feed, found, tally):
                    return
            key = f"error.page_{result.kind.value}"
            failure = Failure(key, _page_weight(key), discover.values_of(result))
            await self._failed(feed, visit, failure, tally)
        elif not result.total and feed.items:
            await self._failed(feed, visit, Failure("error.emptied", _TEMPORARY), tally)
        else:
            await self._take(feed, fetched, result, mark=mark, visit=visit, tally=tally)

    async def _found_behind(self, feed: Feed, seen: Seen, tally: Round) -> bool:
        """Take the feed behind the page that was given as one: a site's address in a list.

        False where it is somebody else's already.
        """
        if seen.kind is not feed.kind or not await self._db.write(feeds.move, feed.id, seen.url):
            return False
        log.info("feed found behind its page", feed=feed.id, page=feed.url, url=seen.url)
        there = replace(feed, url=seen.url)
        await self._settle(there, seen.outcome, tally, parsed=seen.feed, seen=seen)
        return True

    async def _parsed(self, feed: Feed, fetched: Fetched) -> ParsedFeed | NotAFeed:
        own = (feed.url, feed.site_url, feed.outlet.home_url)
        return await self._parsers.parse(
            document_of(
                fetched,
                self._clock(),
                kind=feed.kind,
                rules=feed.rules,
                seen=feed.state.entries_seen,
                own_hosts=(urls.bare_host(urls.host_of(url)) for url in own if url),
            )
        )

    async def _take(
        self,
        feed: Feed,
        fetched: Fetched,
        parsed: ParsedFeed,
        *,
        mark: str,
        visit: Visit,
        tally: Round,
    ) -> None:
        """Record a document's entries with the feed's new state in one transaction."""

        @cache
        def state_after(new: int) -> FeedState:
            reading = _reading(fetched, parsed, mark, new)
            return schedule.after_document(feed, visit, reading, self._policy)

        taken = Taken()
        if parsed.entries:
            taken = await self._desk.take(
                feed,
                parsed.entries,
                lambda taken: state_after(taken.new),
                visit.now,
                silent=not feed.state.baseline_done,
            )
        taken = replace(taken, unchanged=taken.unchanged + parsed.unchanged)
        tally.add(taken)
        state = state_after(taken.new)
        if not feed.state.baseline_done:
            await self._db.write(
                feeds.retitle, feed.id, parsed.title, parsed.site_url, parsed.language
            )
        await self._told(feed, state, "read", taken=taken, is_kept=bool(parsed.entries))

    async def _failed(self, feed: Feed, visit: Visit, failure: Failure, tally: Round) -> None:
        tally.failed += 1
        state = schedule.after_failure(feed, visit, failure, self._policy)
        await self._told(feed, state, failure.key)

    async def _told(
        self,
        feed: Feed,
        state: FeedState,
        outcome: str,
        *,
        taken: Taken | None = None,
        is_kept: bool = False,
    ) -> None:
        """Leave the look's one line in the log and its row in the database; follow a move."""
        taken = taken or Taken()
        log.info(
            "looked",
            feed=feed.id,
            url=feed.url,
            outcome=outcome,
            status=state.last_status,
            new=taken.new,
            updated=taken.updated,
            unchanged=taken.unchanged,
            failures=state.failure_count,
            next=rfc3339(state.next_check_at) if state.next_check_at else "",
        )
        if not is_kept:
            await self._note(feed, state)
        if state.status is FeedStatus.OK and schedule.should_move(state):
            await self._flush()
            if await self._db.write(feeds.move, feed.id, state.moved_to):
                log.info("feed moved", feed=feed.id, old=feed.url, new=state.moved_to)

    # --- the ledger --------------------------------------------------------------------------

    async def _note(self, feed: Feed, state: FeedState) -> None:
        """Write a state down together with others: a transaction each would cost more than
        the look. A crash forgets the last two seconds' looks, which are then done again.
        """  # noqa: D205
        if not self._ledger:
            self._ledger_since = time.monotonic()
        self._ledger.append((feed.id, state))
        is_old = time.monotonic() - self._ledger_since > _LEDGER_S
        if is_old or len(self._ledger) >= _LEDGER_ROWS:
            await self._flush()

    async def _flush(self) -> None:
        rows, self._ledger = self._ledger, []
        if rows:
            await self._db.write(feeds.keep_states, rows)


def _by_host(found: Iterable[Feed]) -> dict[str, deque[Feed]]:
    queues: dict[str, deque[Feed]] = defaultdict(deque)
    for feed in found:
        queues[feeds.host_of(feed.url)].append(feed)
    return queues


def _page_weight(key: str) -> float:
    kind = key.removeprefix("error.page_")
    return _PAGE_WEIGHTS.get(PageKind(kind), _HARD) if kind in set(PageKind) else _HARD


def _languages(parsed: ParsedFeed | None) -> tuple[str, ...]:
    code = parsed.language.lower().partition("-")[0].partition("_")[0] if parsed else ""
    return (code,) if code.isalpha() and len(code) in (2, 3) else ()


def _reading(fetched: Fetched, parsed: ParsedFeed, mark: str, new: int) -> Reading:
    is_whole = fetched.complete and parsed.complete
    return Reading(
        total=parsed.total,
        new=new,
        etag=fetched.etag if is_whole else "",
        last_modified=fetched.last_modified if is_whole else "",
        keep_validators=is_whole,
        body_digest=mark if is_whole else "",
        entries_seen=parsed.seen,
        ttl_s=parsed.advice.ttl_s,
        skip_hours=parsed.advice.skip_hours,
        skip_days=parsed.advice.skip_days,
        usual_gap_s=parsed.usual_gap_s,
    )
