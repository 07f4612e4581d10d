"""When to look again, and what a look teaches about a feed; pure arithmetic.

``next_check_at`` = now + max(own interval, max-age or Expires, ttl, Retry-After), within
[floor, 24 h], plus a jitter of the feed's own, kept in the row: a restart polls nothing early.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from storage.model import ILL_FROM, Feed, FeedKind, FeedNoticeKind, FeedState, FeedStatus

_LOST = 0.1
"""Known entries below this share: whole documents roll by unseen between two looks."""
_CROWDED = 0.5
_MOST_DOUBLINGS = 7.0
_UNREACHED_DOUBLINGS = 1.0
_OUTAGE = timedelta(days=1)
"""Where nobody was reached it may be our own line, or clock, which comes back for all at once: for
a day no feed is put off so far that its news would come hours after that."""
_QUIET_AFTER_NOTICE = timedelta(hours=6)
"""A feed that falls ill again and again is told of once in that time."""
_SILENT_GAPS = 3
_SHORTEST_SILENCE = timedelta(hours=6)
_MOVES_AFTER = 2
_JITTER = 0.1
_MOST_JITTER_S = 600


@dataclass(frozen=True, slots=True)
class PollingPace:
    """How often to look, in seconds. ``base_s`` is POLL_INTERVAL.

    Feeds may be looked at faster than ``base_s``, never than ``floor_s``, and only if their
    servers answer conditional requests. Quiet ones rest up to ``quiet_s``; nothing makes a
    feed rest longer than ``cap_s``.
    """

    base_s: int = 900
    floor_s: int = 300
    quiet_s: int = 6 * 3600
    cap_s: int = 24 * 3600

    @property
    def lowest_s(self) -> int:
        """The floor; lower only where the operator set a lower base interval."""
        return min(self.floor_s, self.base_s)


@dataclass(frozen=True, slots=True)
class Visit:
    """The HTTP side of one look. Seconds are what the server asked to wait.

    ``not_before`` is set where the feed's host asked to be left alone.
    """

    now: datetime
    status: int | None = None
    max_age_s: int | None = None
    retry_after_s: int | None = None
    permanent_url: str = ""
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """The document side of one look that brought a document.

    ``known`` of ``total`` entries were known before. Validators are those of this very
    response; both empty where it was cut off.
    """

    total: int
    new: int
    etag: str = ""
    last_modified: str = ""
    keep_validators: bool = True
    body_digest: str = ""
    entries_seen: str = ""
    ttl_s: int | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()
    usual_gap_s: int = 0


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a look failed: a key of the text catalogue, its values, and how much it weighs.

    ``gone`` retires the feed (410); ``unreached`` says that nobody was there to answer.
    """

    key: str
    weight: float
    values: dict[str, Any] = field(default_factory=dict)
    gone: bool = False
    unreached: bool = False


def after_document(feed: Feed, visit: Visit, reading: Reading, pace: PollingPace) -> FeedState:
    """Return a feed's state after a document was read and its news are known."""
    state = _well(feed.state, visit)
    gapped = has_gap(feed, reading)
    interval = _interval(feed, reading, pace)
    had_new = reading.new > 0
    etag, last_modified = reading.etag, reading.last_modified
    if not reading.keep_validators:
        # A cut-off document: with the old validators the next look gets all of it.
        etag, last_modified = feed.state.etag, feed.state.last_modified
    state = replace(
        state,
        interval_s=interval,
        etag=etag,
        last_modified=last_modified,
        body_digest=reading.body_digest,
        entries_seen=reading.entries_seen,
        baseline_done=True,
        max_age_s=visit.max_age_s or 0,
        ttl_s=reading.ttl_s or 0,
        rest_times=_written(reading.skip_hours, reading.skip_days),
        usual_gap_s=_usual_gap(feed.state, reading, visit.now),
        last_new_at=visit.now if had_new or not feed.state.baseline_done else state.last_new_at,
        silent_since=None if had_new else state.silent_since,
        gaps=state.gaps + gapped,
        last_gap_at=visit.now if gapped else state.last_gap_at,
    )
    state = _silence(_moved(feed, state, visit), visit.now)
    return _due_again(feed, state, visit, pace)


def after_not_modified(
    feed: Feed, visit: Visit, pace: PollingPace, *, etag: str = "", last_modified: str = ""
) -> FeedState:
    """Return a feed's state after a 304 (or the same bytes once more).

    Validators and max-age that came with the answer replace the kept ones, others hold on
    (RFC 9111 §4.3.4), and so does what the document asked for.
    """
    state = _well(feed.state, visit)
    quiet = Reading(total=1, new=0)
    interval = _interval(feed, quiet, pace)
    state = replace(
        state,
        interval_s=interval,
        etag=etag or state.etag,
        last_modified=last_modified or state.last_modified,
        max_age_s=state.max_age_s if visit.max_age_s is None else visit.max_age_s,
    )
    state = _silence(_moved(feed, state, visit), visit.now)
    return _due_again(feed, state, visit, pace)


def after_same_document(
    feed: Feed, visit: Visit, pace: PollingPace, etag: str, last_modified: str
) -> FeedState:
    """Return a feed's state after a 200 with the very bytes of the last document.

    Its validators are kept even so, as a pair: both of this response, absent ones too.
    """
    visit = replace(visit, max_age_s=visit.max_age_s or 0)
    state = after_not_modified(feed, visit, pace)
    return replace(state, etag=etag, last_modified=last_modified)


def after_failure(feed: Feed, visit: Visit, failure: Failure, pace: PollingPace) -> FeedState:
    """Return a feed's state after a look that failed; it is never given up silently."""
    before = feed.state
    state = replace(
        before,
        status=FeedStatus.GONE if failure.gone else FeedStatus.ERROR,
        last_checked_at=visit.now,
        last_status=visit.status,
        failure_weight=before.failure_weight + failure.weight,
        failure_count=before.failure_count + 1,
        failing_since=before.failing_since or visit.now,
        error_key=failure.key,
        error_values=failure.values,
        notice=None,
    )
    if failure.gone:
        return replace(
            state, next_check_at=None, told_ill_at=visit.now, notice=FeedNoticeKind.GONE
        )
    if _should_tell(state, visit.now):
        state = replace(state, told_ill_at=visit.now, notice=FeedNoticeKind.ILL)
    own = max(before.interval_s or pace.base_s, pace.base_s)
    backed_off = own * 2 ** min(state.failure_weight, _most_doublings(state, failure, visit.now))
    waits = (round(backed_off), visit.max_age_s, visit.retry_after_s)
    return replace(state, next_check_at=_at(feed, waits, visit, pace))


def has_gap(feed: Feed, reading: Reading) -> bool:
    """Tell whether nothing is left of what the last look saw: what came in between was missed.

    Where a feed never had anything there was nothing to be left, lists of one entry roll on with
    each, and a fallback is not looked at for as long as it waits.
    """
    has_history = feed.state.baseline_done and feed.items > 0 and feed.fallback_of is None
    return has_history and reading.total > 1 and reading.new >= reading.total


def should_move(state: FeedState) -> bool:
    """Tell whether a permanent redirect was seen often enough to believe it."""
    return bool(state.moved_to) and state.moved_seen >= _MOVES_AFTER


def is_ill(state: FeedState) -> bool:
    """Tell whether admins know the feed as ill."""
    if state.told_ill_at is None:
        return False
    return state.told_well_at is None or state.told_well_at < state.told_ill_at


def share_of_delay(url: str) -> float:
    """Return a feed's own place in [0, 1): spreads looks that would fall together."""
    digest = blake2b(url.encode(errors="surrogatepass"), digest_size=4).digest()
    return int.from_bytes(digest, "big") / 2**32


# --- the parts -------------------------------------------------------------------------------


def _most_doublings(state: FeedState, failure: Failure, now: datetime) -> float:
    """Return how often a feed's own interval may double for its failures."""
    is_outage = failure.unreached and now - (state.failing_since or now) < _OUTAGE
    return _UNREACHED_DOUBLINGS if is_outage else _MOST_DOUBLINGS


def _well(before: FeedState, visit: Visit) -> FeedState:
    """Return the state of a feed that answered, its failures forgotten."""
    was_ill = is_ill(before)
    return replace(
        before,
        status=FeedStatus.OK,
        last_checked_at=visit.now,
        last_status=visit.status,
        last_ok_at=visit.now,
        failure_weight=0.0,
        failure_count=0,
        failing_since=None,
        error_key="",
        error_values={},
        told_well_at=visit.now if was_ill else before.told_well_at,
        notice=FeedNoticeKind.RECOVERED if was_ill else None,
    )


def _interval(feed: Feed, reading: Reading, pace: PollingPace) -> int:
    """Adapt a feed's own interval to the share of entries that were known already.

    Few known: news rolls by unseen, look sooner. Some news and enough overlap: the base is
    right. No news: rest a little longer each time.
    """
    before = feed.state
    own: float = before.interval_s or pace.base_s
    if not before.baseline_done or not reading.total:
        return round(own)
    known = 1 - reading.new / reading.total
    # Previews of Telegram have twenty posts, no validators, and servers made for it.
    is_cooperative = feed.kind is FeedKind.TELEGRAM or bool(
        before.etag or before.last_modified or reading.etag or reading.last_modified
    )
    lowest = pace.lowest_s if is_cooperative else pace.base_s
    if known < _LOST and reading.total > 1:
        own = own / 2
    elif known < _CROWDED:
        own = own * 0.75
    elif reading.new:
        own = max(own * 0.75, pace.base_s) if own > pace.base_s else own
    else:
        own = min(own * 1.25, max(pace.quiet_s, pace.base_s))
    return round(max(lowest, min(own, pace.cap_s)))


def _at(feed: Feed, waits: tuple[int | None, ...], visit: Visit, pace: PollingPace) -> datetime:
    """Add it all up: the longest wait asked for, within bounds, plus the feed's own jitter."""
    delay = max(pace.lowest_s, *(wait or 0 for wait in waits))
    jitter = min(delay * _JITTER, _MOST_JITTER_S) * share_of_delay(feed.url)
    at = visit.now + timedelta(seconds=min(delay + jitter, pace.cap_s))
    if visit.not_before is not None:
        latest = visit.now + timedelta(seconds=pace.cap_s)
        at = max(at, min(visit.not_before, latest))
    return at


def _due_again(feed: Feed, state: FeedState, visit: Visit, pace: PollingPace) -> FeedState:
    """Promise the next look at a feed that answered."""
    waits = (state.interval_s, state.max_age_s, state.ttl_s, visit.retry_after_s)
    at = _at(feed, waits, visit, pace)
    latest = visit.now + timedelta(seconds=pace.cap_s)
    return replace(state, next_check_at=_past_rest_times(at, latest, feed.url, state.rest_times))


def _written(hours: frozenset[int], days: frozenset[int]) -> str:
    """Write times of rest the way they are kept."""
    told = "/".join(" ".join(map(str, sorted(numbers))) for numbers in (hours, days))
    return "" if told == "/" else told


def _past_rest_times(at: datetime, latest: datetime, url: str, rest_times: str) -> datetime:
    """Put a look off to the end of the hours and days the feed rests (GMT), if there is one."""
    hours, _, days = (part.split() for part in rest_times.partition("/"))
    moment = at
    while str(moment.hour) in hours or str(moment.weekday()) in days:
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        if moment > latest:
            return at  # it would rest for good: advice that cannot be meant
    # The minutes within the hour stay the feed's own, so that not all come on the hour.
    spread = timedelta(seconds=_MOST_JITTER_S * share_of_delay(url))
    return moment if moment == at else min(moment + spread, latest)


def _should_tell(state: FeedState, now: datetime) -> bool:
    if state.failure_weight < ILL_FROM or is_ill(state):
        return False
    return state.told_ill_at is None or now - state.told_ill_at >= _QUIET_AFTER_NOTICE


def _usual_gap(before: FeedState, reading: Reading, now: datetime) -> int:
    """Learn how long a feed usually brings nothing: told by its dates, then by experience."""
    if not before.usual_gap_s or before.last_new_at is None:
        return reading.usual_gap_s
    if not reading.new:
        return before.usual_gap_s
    gap = (now - before.last_new_at).total_seconds()
    return round(before.usual_gap_s * 0.8 + gap * 0.2)


def _silence(state: FeedState, now: datetime) -> FeedState:
    """Note that a feed answers but has had nothing to say for far longer than usual."""
    if state.silent_since or not state.usual_gap_s or state.last_new_at is None:
        return state
    patience = max(_SHORTEST_SILENCE, timedelta(seconds=_SILENT_GAPS * state.usual_gap_s))
    if now - state.last_new_at < patience:
        return state
    notice = state.notice or FeedNoticeKind.SILENT
    return replace(state, silent_since=state.last_new_at, notice=notice)


def _moved(feed: Feed, state: FeedState, visit: Visit) -> FeedState:
    """Count how often the same permanent redirect was seen in a row."""
    target = visit.permanent_url
    if not target or target == feed.url:
        return replace(state, moved_to="", moved_seen=0)
    seen = state.moved_seen + 1 if state.moved_to == target else 1
    return replace(state, moved_to=target, moved_seen=seen)
