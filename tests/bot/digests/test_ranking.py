"""Digests choose what matters, and tell it in its order."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.digests import ranking
from bot.digests.calendar import DigestWindow
from bot.digests.ranking import Digest, RankedWindow
from storage.model import (
    FeedId,
    Item,
    ItemId,
    Outlet,
    OutletId,
    Story,
    StoryId,
)
from storage.outbox.digests import NamedCountries

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
DAY = DigestWindow(NOW - timedelta(days=1), NOW)


def story(
    number: int,
    outlets: int = 1,
    hours_ago: float = 1,
    *,
    family: str = "",
    country: str = "KZ",
    title: str = "",
) -> Story:
    moment = NOW - timedelta(hours=hours_ago)
    items = tuple(
        Item(
            id=ItemId(number * 100 + one),
            feed_id=FeedId(one),
            story_id=StoryId(number),
            external_id="",
            url=f"https://outlet{one}.example/{number}",
            title=title or f"Headline {number}",
            summary="",
            lang="en",
            published=moment,
            first_seen=moment,
            outlet=Outlet(OutletId(one), f"Outlet {one}", country, family=family),
        )
        for one in range(1, outlets + 1)
    )
    return Story(StoryId(number), moment, moment, items)


def made(*stories: Story, mine: tuple[int, ...] = (), **options: Any) -> Digest:
    ranked = ranking.rank(stories, {}, DAY)
    picked = ranking.by_interest([one for one in ranked if one.story.id in mine], {})
    return ranking.choose(RankedWindow(ranked, len(ranked)), DAY, mine=picked, **options)


def pages(*stories: Story, mine: tuple[int, ...] = (), **options: Any) -> list[list[int]]:
    chosen = made(*stories, mine=mine, **options)
    return [[one.story.id for one in page] for page in ranking.deal(chosen.own, chosen.others)]


def first(*stories: Story, mine: tuple[int, ...] = (), **options: Any) -> list[int]:
    return next(iter(pages(*stories, mine=mine, **options)), [])


def test_what_more_independent_publishers_tell_stands_higher() -> None:
    assert [2, 3, 1] == first(story(1), story(2, outlets=8), story(3, outlets=3))


def test_a_house_that_reprints_itself_is_one_publisher() -> None:
    assert [2, 1] == first(story(1, outlets=9, family="Holding"), story(2, outlets=2))


def test_of_equals_the_fresher_stands_higher_but_a_great_event_outlasts_gossip() -> None:
    assert [2, 1] == first(story(1, hours_ago=20), story(2, hours_ago=1))
    assert [1, 2] == first(story(1, outlets=8, hours_ago=23), story(2, hours_ago=0.1))


CHESS = "Kazakhstan wins the chess final in Astana"
QUAKE = "Earthquake kills five in Almaty"
LAW = "Parliament passes the budget"


@pytest.mark.parametrize(
    ("above", "below"),
    [
        ((QUAKE, 2), (CHESS, 4)),
        ((QUAKE, 2), (CHESS, 16)),
        ((QUAKE, 2), (LAW, 8)),
        ((LAW, 2), (CHESS, 4)),
        ((LAW, 8), (QUAKE, 1)),  # one publisher alone may be wrong about the dead
        (("Blast kills 40 in a mine", 3), (QUAKE, 5)),
        (("Three killed, nine injured as bus overturns", 2), ("Bus overturns, no one hurt", 2)),
        (("Bus overturns: 9 injured", 2), (LAW, 4)),
        (("Earthquake of magnitude 7.4 strikes", 2), ("Earthquake of magnitude 4.4 felt", 8)),
        ((LAW, 3), ("Earthquake of magnitude 4.4 felt", 2)),
        (("Avalanche closes the road to Khorog", 1), (LAW, 1)),
        (("Football fans' stand collapses, 12 dead", 2), (LAW, 8)),
        ((LAW, 2), ("Museum tells of the quake that killed 10000 people", 1)),
    ],
)
def test_what_many_tell_and_what_kills_stands_before_play(
    above: tuple[str, int], below: tuple[str, int]
) -> None:
    stories = [story(n, many, title=title) for n, (title, many) in ((2, above), (1, below))]
    assert [2, 1] == first(*stories)


def test_who_asked_for_chess_gets_it_by_its_own_weight() -> None:
    chess, law = story(1, 4, title=CHESS), story(2, 2, title=LAW)
    assert [1, 2] == first(chess, law, mine=(1, 2))
    assert [2, 1] == first(chess, law)


def test_of_the_readers_own_what_a_headline_tells_stands_first_then_what_meets_more_topics() -> (
    None
):
    ranked = ranking.rank([story(1, 8), story(2, 4), story(3), story(4)], {}, DAY)
    met = {1: {"gas": False, "oil": False}, 2: {"gas": True}, 3: {"gas": True, "oil": True},
           4: {"gas": True, "oil": False}}  # fmt: skip
    queries = {StoryId(number): queries for number, queries in met.items()}
    ordered = [one.story.id for one in ranking.by_interest(ranked, queries)]
    assert [2, 3, 4, 1] == ordered
    assert [3, 2] == [
        one.story.id
        for one in ranking.by_interest(ranking.rank([story(2), story(3)], {}, DAY), queries)
    ]


def test_the_readers_own_queries_stand_first() -> None:
    assert [1, 2] == first(story(1), story(2, outlets=4), mine=(1,))


def test_a_story_stands_once_whatever_speaks_for_it() -> None:
    assert [[1]] == pages(story(1, outlets=3), story(1, outlets=3), mine=(1,))


def many(count: int) -> list[Story]:
    """Stories of four countries in turn, the first ones told by most."""
    return [
        story(n, 1 + (count - n) // 20, country=("KZ", "KG", "UZ", "TJ")[n % 4])
        for n in range(1, count + 1)
    ]


def test_muted_stories_are_left_out_and_lines_are_bounded() -> None:
    assert StoryId(2) not in first(*many(100), muted={StoryId(2)})
    assert ranking.MOST_LINES == len(first(*many(100))) <= 12


@pytest.mark.parametrize(("matched", "others"), [(0, 69), (69, 69), (5, 3), (30, 2), (69, 0)])
def test_page_after_page_everything_is_told_once(matched: int, others: int) -> None:
    every = many(matched + others)
    dealt = pages(*every, mine=tuple(range(1, matched + 1)))
    assert sorted(one.id for one in every) == sorted(one for page in dealt for one in page)
    assert {ranking.MOST_LINES} >= {len(page) for page in dealt[:-1]}


def test_many_matches_leave_room_for_the_news_of_the_region() -> None:
    page = first(*many(60), mine=tuple(range(1, 31)))
    assert (8, 4) == (sum(one <= 30 for one in page), sum(one > 30 for one in page))


def test_one_country_never_fills_the_digest_alone() -> None:
    russian = [story(n, outlets=5, country="RU") for n in range(1, 60)]
    few = [story(n, country="TJ") for n in range(60, 63)]
    assert {60, 61, 62} <= set(first(*russian, *few))
    assert 12 == len(first(*russian))


def test_sections_follow_their_best_story() -> None:
    stories = [story(1, country="KZ"), story(2, outlets=6, country="TJ"), story(3, country="KZ")]
    chosen = made(*stories)
    (page,) = ranking.deal(chosen.own, chosen.others)
    assert ["TJ", "KZ", "KZ"] == [one.country for one in page]


def test_what_came_as_an_alert_is_counted_and_not_told_again() -> None:
    chosen = made(*many(20), mine=(1, 2), alerted={StoryId(1), StoryId(5), StoryId(99)})
    dealt = [one.story.id for page in ranking.deal(chosen.own, chosen.others) for one in page]
    assert ({1, 5}, 18, 18) == (set(chosen.alerted), chosen.total, len(dealt))
    assert not {1, 5} & set(dealt)


def test_who_asks_sees_what_is_new_to_them_first_and_the_rest_where_it_belongs() -> None:
    every = story(1, outlets=9), story(2), story(3, outlets=4), story(4, outlets=6)
    options: dict[str, Any] = {"mine": (1, 2, 3), "alerted": {StoryId(1), StoryId(3)}}
    chosen = made(*every, **options, repeat=True)
    own, others = ([one.story.id for one in part] for part in (chosen.own, chosen.others))
    assert ([2], [1, 4, 3], (), 4) == (own, others, chosen.alerted, chosen.total)


def test_the_total_counts_the_whole_window_but_what_is_muted() -> None:
    ranked = ranking.rank(many(3), {}, DAY)
    chosen = ranking.choose(
        RankedWindow(ranked, 40), DAY, muted={StoryId(1)}, alerted={StoryId(2)}
    )
    assert 38 == chosen.total


def test_a_window_asked_for_later_is_ranked_as_it_was() -> None:
    before = story(1), story(2, outlets=2)
    later = replace(
        before[0],
        updated_at=NOW + timedelta(hours=3),
        items=(
            *before[0].items,
            *(replace(one, first_seen=NOW + timedelta(hours=3))
              for one in story(1, outlets=9, title=QUAKE).items),
        ),
    )  # fmt: skip
    assert [2, 1] == first(*before) == first(later, before[1])


@pytest.mark.parametrize(
    ("headlines", "texts", "teller", "expected"),
    [
        ({}, {"UZ": 3, "KZ": 1}, "KZ", "UZ"),
        ({}, {"KZ": 2, "RU": 2}, "RU", "KZ"),
        ({}, {"US": 9}, "KG", "KG"),
        ({}, {}, "TJ", "TJ"),
        ({}, {}, "GB", ""),
        ({}, {"US": 3, "TM": 1}, "GB", "TM"),
        # What a text mentions besides does not outweigh one headline.
        ({"UZ": 1}, {"UZ": 1, "KZ": 5}, "KZ", "UZ"),
        ({"UZ": 1, "RU": 1}, {"UZ": 1, "RU": 3, "KZ": 5}, "KZ", "RU"),
        ({"US": 2}, {"US": 2, "KZ": 1}, "GB", "KZ"),
    ],
)
def test_a_story_belongs_to_the_country_its_headlines_name_then_its_texts_then_its_teller(
    headlines: dict[str, int], texts: dict[str, int], teller: str, expected: str
) -> None:
    named = NamedCountries(Counter(headlines), Counter(texts))
    assert expected == ranking.country(story(1, country=teller), named)
