"""Whether an article still stands: what an answer of its page says, and when to ask again; pure.

Only 404 and 410 say that a page is not there, and they alone accuse nobody: servers have bad
hours, sites are built anew, pages expire, readers are kept out. So a page is removed when a
second look hours later says so too, while an older page of the same feed stands.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from storage.pages import ArticlePage, Watch
from watchers.fetch import Failed, FailKind, Fetched, Outcome
from watchers.parse import entry_keys
from watchers.text import urls

MOST_LOOKS = 8
"""So often a page is looked at, whatever comes of it."""

REST = timedelta(hours=6)
"""How long the pages of a host are left alone that wants rest and does not say how long."""

_SAYS_NOTHING = frozenset({"news.google.com", "t.me"})
"""Hosts of which every address answers, whatever became of what it leads to."""

_WANTS_REST = frozenset({FailKind.RATE_LIMITED, FailKind.UNAVAILABLE, FailKind.CHALLENGE})


@dataclass(frozen=True, slots=True)
class LookingPace:
    """When a page is looked at, and how often it is asked which pages are due.

    ``ages`` count from the moment at which the item came; ``confirm`` is between a miss and the
    look that confirms it, ``again`` until a removed page is looked for again.
    """

    ages: tuple[timedelta, ...] = (timedelta(hours=3), timedelta(days=1), timedelta(days=3))
    confirm: timedelta = timedelta(hours=6)
    again: timedelta = timedelta(days=1)
    tick_s: int = 600


class Answer(Enum):
    """What an answer says of the page that was asked for."""

    STANDS = auto()
    MISSING = auto()
    NOTHING = auto()


def answer_of(outcome: Outcome, asked: str) -> Answer:
    """Read an answer: what sends us elsewhere, refuses or fails says nothing of the page."""
    match outcome:
        case Failed(kind=FailKind.NOT_FOUND | FailKind.GONE):
            return Answer.MISSING
        case Fetched(url=url) if _name(url) == _name(asked):
            return Answer.STANDS
        case _:
            return Answer.NOTHING


def _name(url: str) -> str:
    """Return what names a page in its address: the last part, without trackers."""
    return urls.canonical_key(url).rpartition("/")[2]


def rest_of(outcome: Outcome) -> timedelta | None:
    """Return how long an answer wants its host to be left alone; None where it does not."""
    if not isinstance(outcome, Failed) or outcome.kind not in _WANTS_REST:
        return None
    return max(REST, timedelta(seconds=outcome.freshness.retry_after_s or 0))


def taken_up(page: ArticlePage, pace: LookingPace) -> Watch:
    """Say when a page is looked at first; never, where its answer would say nothing."""
    is_second = f"#{entry_keys.TITLE}" in page.url_key
    is_page = bool(urls.canonical_key(page.url)) and not urls.is_front_page(page.url)
    if is_second or not is_page or urls.bare_host(page.host) in _SAYS_NOTHING:
        return Watch(page, None)
    return Watch(page, page.first_seen + pace.ages[0])


def judged(
    watch: Watch, answer: Answer, others: Iterable[Answer], now: datetime, pace: LookingPace
) -> Watch:
    """Say what a look means for a page; ``others`` are what older pages of its feed answered.

    They are asked only where ``wants_others`` says so.
    """
    looked = replace(watch, looks=watch.looks + 1)
    match answer:
        case Answer.STANDS:
            looked = replace(looked, missed_at=None, removed_at=None)
        case Answer.MISSING if watch.missed_at is None:
            looked = replace(looked, missed_at=now)
        case Answer.MISSING if Answer.STANDS in others:
            looked = replace(looked, removed_at=watch.missed_at)
        case _:
            pass
    return replace(looked, due_at=_next(looked, now, pace))


def wants_others(watch: Watch, answer: Answer) -> bool:
    """Tell whether it depends on other pages what an answer means."""
    return answer is Answer.MISSING and watch.missed_at is not None and watch.removed_at is None


def _next(watch: Watch, now: datetime, pace: LookingPace) -> datetime | None:
    if watch.looks >= MOST_LOOKS:
        return None
    if watch.removed_at is not None:
        return now + pace.again
    if watch.missed_at is not None:
        return now + pace.confirm
    due = (watch.page.first_seen + age for age in pace.ages)
    return next((at for at in due if at > now), None)
