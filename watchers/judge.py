"""What one look means for a feed: its next state, its news, its line in the log (pure)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache, partial
from typing import assert_never

from storage.model import Feed, FeedState
from watchers import schedule
from watchers.fetch import Failed, FailKind, Fetched, NotModified
from watchers.fetch.values import HARD, SOFT, TEMPORARY
from watchers.observe import FeedDocument, Observation, Page, SameDocument, error_of
from watchers.parse import PageKind, ParsedFeed
from watchers.schedule import Failure, PollingPace, Reading, Visit

_PAGE_WEIGHTS = {
    PageKind.CHALLENGE: SOFT,
    PageKind.EMPTY: SOFT,
    PageKind.CUT_OFF: TEMPORARY,
    PageKind.TOO_SLOW: HARD,
    PageKind.UNREADABLE: SOFT,
}
_ASKED_TO_REST = frozenset({429, 503})


class Count(Enum):
    """What a round counts a look as."""

    READ = "read"
    NOT_MODIFIED = "not_modified"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of a feed after a look.

    ``state_after`` gives the feed's next state from how many of the entries turned out to be
    new, which only the ingester can tell; without ``parsed`` there are none and 0 is right.
    ``outcome`` is the log line's word: a failure's catalogue key, or what came.
    """

    outcome: str
    count: Count
    state_after: Callable[[int], FeedState]
    parsed: ParsedFeed | None = None


def judge(feed: Feed, observed: Observation, now: datetime, pace: PollingPace) -> Judgement:
    """Decide what an observation means for a feed."""
    visit = visit_of(observed, now)
    match observed:
        case Failed() | Page():
            return _failed(feed, visit, failure_of(observed), pace)
        case NotModified(etag=etag, last_modified=last_modified):
            state = schedule.after_not_modified(
                feed, visit, pace, etag=etag, last_modified=last_modified
            )
            return _unchanged("not modified", state)
        case SameDocument(response):
            state = schedule.after_same_document(
                feed, visit, pace, response.etag, response.last_modified
            )
            return _unchanged("same document", state)
        case FeedDocument(feed=parsed):
            after = partial(_after_document, feed, observed, visit, pace)
            return Judgement("read", Count.READ, cache(after), parsed)
        case _:
            assert_never(observed)


def failed_by_a_bug(feed: Feed, now: datetime, pace: PollingPace) -> Judgement:
    """Count an exception on a feed's way as the feed's failure: it stops nobody else."""
    return _failed(feed, Visit(now), Failure("error.bug", SOFT), pace)


def rest_until(observed: Observation, now: datetime, pace: PollingPace) -> datetime | None:
    """Return until when a feed's whole host asked to be left alone (429, 503), or None."""
    response = observed if isinstance(observed, Failed | NotModified) else observed.response
    wait = response.freshness.retry_after_s
    if not wait or response.status not in _ASKED_TO_REST:
        return None
    return now + timedelta(seconds=min(wait, pace.cap_s))


def failure_of(observed: Failed | Page) -> Failure:
    """Weigh what went wrong."""
    key, values = error_of(observed)
    if isinstance(observed, Page):
        return Failure(key, _PAGE_WEIGHTS.get(observed.page.kind, HARD), values)
    return Failure(
        key,
        observed.weight,
        values,
        gone=observed.kind is FailKind.GONE,
        unreached=observed.unreached,
    )


def visit_of(observed: Observation, now: datetime) -> Visit:
    """Return the HTTP side of a look."""
    response = observed if isinstance(observed, Failed | NotModified) else observed.response
    return Visit(
        now=now,
        status=response.status,
        max_age_s=response.freshness.max_age_s,
        retry_after_s=response.freshness.retry_after_s,
        permanent_url="" if isinstance(response, Failed) else response.permanent_url,
    )


def _failed(feed: Feed, visit: Visit, failure: Failure, pace: PollingPace) -> Judgement:
    state = schedule.after_failure(feed, visit, failure, pace)
    return Judgement(failure.key, Count.FAILED, lambda _new: state)


def _unchanged(outcome: str, state: FeedState) -> Judgement:
    return Judgement(outcome, Count.NOT_MODIFIED, lambda _new: state)


def _after_document(
    feed: Feed, document: FeedDocument, visit: Visit, pace: PollingPace, new: int
) -> FeedState:
    reading = _reading(document.response, document.feed, document.digest, new)
    return schedule.after_document(feed, visit, reading, pace)


def _reading(response: Fetched, parsed: ParsedFeed, digest: str, new: int) -> Reading:
    # With the validators of a document that was cut off, its missing end would never be asked
    # for again.
    is_whole = response.complete and parsed.complete
    return Reading(
        total=parsed.total,
        new=new,
        etag=response.etag if is_whole else "",
        last_modified=response.last_modified if is_whole else "",
        keep_validators=is_whole,
        body_digest=digest if is_whole else "",
        entries_seen=parsed.seen,
        ttl_s=parsed.advice.ttl_s,
        skip_hours=parsed.advice.skip_hours,
        skip_days=parsed.advice.skip_days,
        usual_gap_s=parsed.usual_gap_s,
    )
