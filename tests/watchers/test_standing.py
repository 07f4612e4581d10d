"""What an answer says of a page, and what a look means: tables of plain values."""

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.model import FeedId, ItemId, StoryId
from storage.pages import ArticlePage, Watch
from tests.storage.rows import NOON
from watchers.fetch import Failed, FailKind, Fetched, Freshness, NotModified
from watchers.standing import (
    MOST_LOOKS,
    REST,
    Answer,
    LookingPace,
    answer_of,
    judged,
    rest_of,
    taken_up,
    wants_others,
)

PACE = LookingPace()
URL = "https://www.courier.example/news/2026/villa-of-an-akim"
PAGE = ArticlePage(ItemId(1), StoryId(1), FeedId(1), URL, "courier.example/news/1", NOON)
HOUR = timedelta(hours=1)


def fetched(url: str) -> Fetched:
    return Fetched(url, 200, b"", complete=False)


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        (Failed(FailKind.NOT_FOUND, URL, 404), Answer.MISSING),
        (Failed(FailKind.GONE, URL, 410), Answer.MISSING),
        (Failed(FailKind.NOT_FOUND, "https://courier.example/404", 404), Answer.MISSING),
        (fetched(URL), Answer.STANDS),
        (fetched("http://courier.example/news/2026/villa-of-an-akim/"), Answer.STANDS),
        (fetched("https://courier.example/ru/news/villa-of-an-akim?utm_source=x"), Answer.STANDS),
        # Soft redirects say nothing: to the front page, to the section, to a page that excuses.
        (fetched("https://courier.example/"), Answer.NOTHING),
        (fetched("https://courier.example/ru"), Answer.NOTHING),
        (fetched("https://courier.example/news/2026/"), Answer.NOTHING),
        (fetched("https://courier.example/not-found"), Answer.NOTHING),
        (fetched("https://courier.example/index.php"), Answer.NOTHING),
        (NotModified(URL), Answer.NOTHING),
        *(
            (Failed(kind, URL, None), Answer.NOTHING)
            for kind in FailKind
            if kind not in (FailKind.NOT_FOUND, FailKind.GONE)
        ),
    ],
)
def test_only_404_and_410_say_that_a_page_is_not_there(
    outcome: Fetched | Failed | NotModified, answer: Answer
) -> None:
    assert answer is answer_of(outcome, URL)


@pytest.mark.parametrize(
    ("asked", "came", "answer"),
    [
        ("https://a.example/?p=17", "https://a.example/", Answer.NOTHING),
        ("https://a.example/?p=17", "https://www.a.example/?p=17&utm_medium=x", Answer.STANDS),
        ("https://a.example/item.php?id=5", "https://a.example/item.php", Answer.NOTHING),
        ("https://a.example/item.php?id=5", "https://a.example/item.php?id=6", Answer.NOTHING),
        ("https://a.example/n/5?utm_source=rss", "https://a.example/n/5", Answer.STANDS),
        ("https://a.example/новость", "https://a.example/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D1%8C",
         Answer.STANDS),
    ],
)  # fmt: skip
def test_a_page_is_known_by_its_name_wherever_it_moved(
    asked: str, came: str, answer: Answer
) -> None:
    assert answer is answer_of(fetched(came), asked)


@pytest.mark.parametrize(
    ("page", "is_looked_at"),
    [
        (PAGE, True),
        (replace(PAGE, url="https://courier.example/"), False),
        (replace(PAGE, url="https://news.google.com/rss/articles/CBMi"), False),
        (replace(PAGE, url="https://t.me/outlet/17"), False),
        (replace(PAGE, url="nothing"), False),
        # A page that shows one article after the other stands, whatever became of this one.
        (replace(PAGE, url_key="courier.example/live#n:0a1b"), False),
    ],
)
def test_a_page_whose_answer_would_say_nothing_is_not_looked_at(
    page: ArticlePage, is_looked_at: bool
) -> None:
    watch = taken_up(page, PACE)
    assert (NOON + PACE.ages[0] if is_looked_at else None) == watch.due_at


UP = taken_up(PAGE, PACE)
MISSED = replace(UP, looks=1, missed_at=NOON + 3 * HOUR)
GONE = replace(MISSED, looks=2, removed_at=NOON + 3 * HOUR)
STANDS, MISSING, NOTHING = Answer.STANDS, Answer.MISSING, Answer.NOTHING


@pytest.mark.parametrize(
    ("watch", "answer", "others", "missed", "removed", "wait"),
    [
        (UP, STANDS, (), None, None, 21),
        (UP, NOTHING, (), None, None, 21),
        (UP, MISSING, (), 3, None, 6),  # one look says nothing yet
        (MISSED, STANDS, (), None, None, 21),
        (MISSED, NOTHING, (), 3, None, 6),  # asked again
        (MISSED, MISSING, (STANDS,), 3, 3, 24),
        (MISSED, MISSING, (MISSING, STANDS), 3, 3, 24),
        # Every page of the outlet answers so, or none says anything, or there is none.
        (MISSED, MISSING, (MISSING, MISSING), 3, None, 6),
        (MISSED, MISSING, (NOTHING, NOTHING), 3, None, 6),
        (MISSED, MISSING, (), 3, None, 6),
        (GONE, MISSING, (), 3, 3, 24),
        (GONE, NOTHING, (), 3, 3, 24),
        (GONE, STANDS, (), None, None, 21),  # it came back
    ],
)
def test_a_page_is_removed_when_two_looks_miss_it_while_another_stands(  # noqa: PLR0917 (a table)
    watch: Watch,
    answer: Answer,
    others: tuple[Answer, ...],
    missed: int | None,
    removed: int | None,
    wait: int,
) -> None:
    now = NOON + 3 * HOUR
    looked = judged(watch, answer, others, now, PACE)
    assert (
        now + wait * HOUR,
        None if missed is None else NOON + missed * HOUR,
        None if removed is None else NOON + removed * HOUR,
        watch.looks + 1,
    ) == (looked.due_at, looked.missed_at, looked.removed_at, looked.looks)


def test_others_are_asked_only_to_confirm_a_miss() -> None:
    asked = [
        (watch, answer)
        for watch in (UP, MISSED, GONE)
        for answer in Answer
        if wants_others(watch, answer)
    ]
    assert [(MISSED, MISSING)] == asked


@pytest.mark.parametrize("answer", Answer)
def test_looks_end(answer: Answer) -> None:
    watch, now, looks = UP, NOON, 0
    while watch.due_at is not None:
        now = max(now, watch.due_at)
        watch = judged(watch, answer, (STANDS,), now, PACE)
        looks += 1
    assert (MOST_LOOKS if answer is MISSING else len(PACE.ages)) == looks
    assert (answer is MISSING) == (watch.removed_at is not None)


@pytest.mark.parametrize(
    ("kind", "seconds", "rest"),
    [(FailKind.RATE_LIMITED, None, REST), (FailKind.RATE_LIMITED, 60, REST),
     (FailKind.UNAVAILABLE, 86_400, timedelta(days=1)), (FailKind.CHALLENGE, None, REST),
     (FailKind.NOT_FOUND, 86_400, None), (FailKind.TIMEOUT, None, None)],
)  # fmt: skip
def test_a_host_that_wants_rest_has_it(
    kind: FailKind, seconds: int | None, rest: timedelta | None
) -> None:
    failed = Failed(kind, URL, None, Freshness(retry_after_s=seconds))
    assert rest == rest_of(failed)
    assert rest_of(fetched(URL)) is None
