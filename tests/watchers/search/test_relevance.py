"""What stands first in a search: a law over a mixed archive, and the weights one by one."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.model import ItemId, StoryId
from storage.search import FoundItem, ToldHeadline
from tests.storage.rows import NOON
from tests.watchers.search import archive
from tests.watchers.search.questions import QUESTIONS
from watchers import candidates, filing, keywords, relevance, rubrics, search
from watchers.relevance import SeenHeadline
from watchers.text.words import analyse

DAY = timedelta(days=1)
ENOUGH = 38
"""Of the forty questions, so many have the right story first; before anything ranked, 26."""


async def test_most_searches_have_the_right_story_first(
    told: Database, events: dict[StoryId, str]
) -> None:
    wrong = []
    for text, right in QUESTIONS:
        found = await search.find(told, keywords.parse(text), now=archive.NOW, limit=5, near=True)
        first = events[found.stories[0].id] if found.stories else "nothing"
        if first not in right.split():
            wrong.append((text, first))
    assert len(QUESTIONS) - len(wrong) >= ENOUGH, wrong


async def test_near_words_in_a_headline_come_before_mentions_are_named_and_never_come_unasked(
    told: Database, events: dict[StoryId, str]
) -> None:
    query = keywords.parse("забастовка")
    found = await search.find(told, query, now=archive.NOW, limit=5, near=True)
    assert ["kz-karaganda-strike", archive.PASSING] == [events[one.id] for one in found.stories]
    (strike,) = found.near
    assert (found.stories[0].id, ("бастует",)) == (strike, found.near[strike])
    alone = await search.find(told, query, now=archive.NOW, limit=5)
    assert [archive.PASSING] == [events[one.id] for one in alone.stories]
    assert not alone.near


async def test_many_stories_with_the_word_itself_leave_near_words_out(told: Database) -> None:
    found = await search.find(
        told, keywords.parse("землетрясение"), now=archive.NOW, limit=5, near=True
    )
    assert found.total >= candidates.FEW
    assert not found.near


async def test_pages_that_are_turned_have_each_story_once_in_the_order_of_then(
    told: Database,
) -> None:
    for text in ("землетрясение", '"магнитудой 4,6"', "газ", "сайлау"):
        query = keywords.parse(text)
        first = await search.find(told, query, now=archive.NOW, limit=5, near=True)
        seen = [story.id for story in first.stories]
        while True:
            page = await search.turn(
                told, query, first, now=archive.NOW, limit=5, offset=len(seen)
            )
            if not page.stories:
                break
            seen += [story.id for story in page.stories]
        assert len(seen) == len(set(seen)) == page.total
        assert [one for one in first.order if one in seen] == seen


# --- the weights ------------------------------------------------------------------------------


def hit(number: int, *, hours: float = 1, size: int = 1) -> FoundItem:
    seen = NOON - timedelta(hours=hours)
    return FoundItem(ItemId(number), StoryId(number), seen, size)


def said(*, whole: bool = True, share: float = 1.0, **more: bool | float) -> SeenHeadline:
    return SeenHeadline(whole=whole, share=share)._replace(**more)


MENTION = said(whole=False, share=0.0)
NEAR = said(whole=False, share=0.0, near=0.8)


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ((said(), 1, 24 * 300), (MENTION, 8, 1)),
        ((said(phrase=True), 1, 72), (said(), 2, 1)),
        ((said(), 4, 24), (said(), 1, 1)),
        ((said(), 1, 1), (said(), 1, 48)),
        ((said(), 1, 24 * 60), (said(rubric=True), 1, 1)),
        ((MENTION, 1, 2), (said(rubric=True), 1, 2)),
        ((said(whole=False, share=0.7), 1, 1), (said(whole=False, share=0.3), 1, 1)),
        ((said(), 1, 24 * 30), (NEAR, 8, 1)),
        ((NEAR, 1, 24 * 30), (MENTION, 8, 1)),
    ],
    ids=[
        "headline",
        "phrase",
        "publishers",
        "newer",
        "rubric",
        "rubric-mention",
        "rarer",
        "near",
        "near-mention",
    ],
)
def test_what_weighs_more(
    better: tuple[SeenHeadline, int, float], worse: tuple[SeenHeadline, int, float]
) -> None:
    both = better, worse
    hits = [hit(at, hours=one[2]) for at, one in enumerate(both, 1)]
    headlines = {ItemId(at): one[0] for at, one in enumerate(both, 1)}
    told = {StoryId(at): one[1] for at, one in enumerate(both, 1)}
    ranked = relevance.rank(hits, headlines, told, NOON)
    assert [1, 2] == [story.id for story in ranked]


def test_a_rubric_that_was_asked_for_stands_before_mentions() -> None:
    hits = [hit(1), hit(2)]
    headlines = {ItemId(1): MENTION, ItemId(2): said(rubric=True)}
    ranked = relevance.rank(hits, headlines, {}, NOON, rubric=relevance.RUBRIC_ASKED)
    assert [2, 1] == [story.id for story in ranked]


def test_an_outlets_headline_that_returns_on_three_days_is_a_rubrics() -> None:
    days = [
        ToldHeadline(
            ItemId(ago), f"Mood in Osh, November {9 - ago}", "en", "Courier", NOON - ago * DAY
        )
        for ago in range(3)
    ]
    assert {0, 1, 2} == rubrics.daily(days)
    assert not rubrics.daily(days[:2])
    assert not rubrics.daily([*days[:2], days[2]._replace(outlet="Vestovoy")])
    assert not rubrics.daily([*days[:2], days[2]._replace(title="Mood in Bishkek")])
    assert not rubrics.daily([one._replace(told_at=NOON) for one in days])


def test_the_rarer_of_two_words_weighs_more() -> None:
    words = relevance.words_of(keywords.parse("газ фаланга"))
    common, rare = relevance.weights(words, [60, 900_000])
    assert common.weight < rare.weight
    assert 1 == pytest.approx(common.weight + rare.weight)


@pytest.mark.parametrize(
    ("text", "rubric"),
    [
        ("Погода в Оше на завтра", True),
        ("Weather in Osh", True),
        ("Главные новости дня: Токаев, газ, погода", True),
        ("Morning briefing: inflation, floods and a strike, chess", True),
        ("Опрос: большинство жителей, по их словам, за реформу", False),
        ("Курс валют на 28 ноября", True),
        ("Дайджест 28 ноября: что было за день и чего ждать завтра", True),
        ("Ob-havo 28 noyabr", True),
        ("Курс доллара впервые превысил 540 тенге", False),
        ("Погода закрыла аэропорт Оша на двое суток", False),
        ("МВФ повысил прогноз роста Узбекистана до 6,8 процента", False),
    ],
)
def test_a_headline_that_names_itself_a_rubric(text: str, rubric: bool) -> None:
    assert rubric == rubrics.names_itself(analyse(text))
    filed = filing.item_words(analyse(text, "Cows."), keywords.Facts()).split()
    assert rubric == (filing.RUBRIC in filed)


async def test_without_a_headline_that_has_all_words_most_do_and_the_missing_is_named(
    told: Database,
) -> None:
    query = keywords.parse("what happened in Zhanaozen")
    found = await search.find(told, query, now=archive.NOW, limit=5, near=True)
    assert {("happened",)} == {found.without[story.id] for story in found.stories}
    turned = await search.turn(told, query, found, now=archive.NOW, limit=5, offset=0)
    assert found.stories == turned.stories
    misspelt = keywords.parse("Zhanaozn strike workers")
    assert not (await search.find(told, misspelt, now=archive.NOW, limit=5, near=True)).stories
