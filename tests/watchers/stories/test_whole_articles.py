"""Whole articles, their pages around them: four reports are one story, the essay is beside it."""

from itertools import permutations

import pytest

from storage.model import ItemId, StoryId
from tests.watchers.stories.features import features
from tests.watchers.stories.whole_articles import ANSWER, PAGE, TEXTS, TITLES
from watchers.stories import Features, Index, identify, related, revise
from watchers.stories.backtest import apply

PLACES = (
    "Osh",
    "Naryn",
    "Karakol",
    "Talas",
    "Batken",
    "Khorog",
    "Kulob",
    "Termez",
    "Nukus",
    "Khiva",
)
THINGS = (
    (
        "mudflow carries off a bridge",
        "Nobody was hurt; the ministry sent two pontoons and forty men.",
    ),
    (
        "court sentences a former mayor",
        "He sold the town's only park to his brother-in-law in spring.",
    ),
    (
        "bakers strike over flour",
        "A sack costs a third more than it did before the harvest failed.",
    ),
    ("choir wins a prize abroad", "The jury praised twelve voices and one very old accordion."),
    (
        "school reopens after repairs",
        "The roof had leaked on pupils since the earthquake of last year.",
    ),
)
STREAM = [
    (f"{place}: {what}", f"In {place} {text} Residents of {place} spoke of little else all day.")
    for place in PLACES
    for what, text in THINGS
]


def told(
    order: tuple[str, ...],
    *,
    titles: dict[str, str] = TITLES,
    hours: tuple[float, ...] = (0, 1, 2, 3, 4),
    outlets: tuple[int | None, ...] = (None,) * 5,
    first: int = 1,
) -> dict[str, Features]:
    """Tell the five articles in an order, ``first`` being the first one's id."""
    return {
        name: features(
            first + at,
            titles.get(name, ""),
            TEXTS[name],
            lang="en",
            hours=hours[at],
            outlet=outlets[at],
        )
        for at, name in enumerate(order)
    }


def play(items: list[Features]) -> Index:
    """Take items in as the ingester does, with second thoughts after each."""
    index, last = Index(), 0
    for one in items:
        story = identify(one, index).story
        if story is None:
            last += 1
            story = StoryId(last)
        index.add(one, story)
        last = apply(index, revise(index, story), last)
    return index


def is_one_story_and_an_essay(index: Index, articles: dict[str, Features]) -> bool:
    essay = articles["essay"]
    event = {index.story_of(one.item) for one in articles.values() if one is not essay}
    (story,) = event if len(event) == 1 else (None,)
    return (
        story is not None
        and set(index.members(story)) == {one.item for one in articles.values()} - {essay.item}
        and list(index.members(index.story_of(essay.item) or StoryId(0))) == [essay.item]
        and related(essay, index) == (story,)
    )


ORDER = ("page", "summary", "rewrite", "piece", "essay")
VARIANTS = {
    "a week of days": {"hours": (0.0, 30.0, 44.0, 100.0, 140.0)},
    "one hour": {"hours": (0.0, 0.1, 0.2, 0.3, 0.4)},
    "one outlet": {"outlets": (7, 7, 7, 7, 7)},
    "no headlines": {"titles": {}},
    "a headline for each": {
        "titles": {**TITLES, "summary": "Japan knocks at the mountain door", "essay": "Central Asia looks for partners"}
    },
}  # fmt: skip


@pytest.mark.parametrize("order", [*permutations(ORDER)])
def test_in_every_order_four_reports_are_one_story(order: tuple[str, ...]) -> None:
    articles = told(order)
    assert is_one_story_and_an_essay(play([*articles.values()]), articles)


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("order", [ORDER, ORDER[::-1]], ids=["forth", "back"])
def test_dates_outlets_and_headlines_change_nothing(order: tuple[str, ...], variant: str) -> None:
    articles = told(order, **VARIANTS[variant])  # type: ignore[arg-type]
    assert is_one_story_and_an_essay(play([*articles.values()]), articles)


def test_nor_does_a_stream_of_other_news_before_them() -> None:
    before = [features(at, *told, lang="en") for at, told in enumerate(STREAM, 1)]
    articles = told(ORDER, first=len(before) + 1)
    assert is_one_story_and_an_essay(play([*before, *articles.values()]), articles)


def test_a_quote_in_common_leaves_a_common_run_wherever_it_stands() -> None:
    words = ANSWER.split()
    for length in range(12, len(words)):
        quote = " ".join(words[:length])
        one = features(1, "", f"{TEXTS['essay']}\n{quote}", lang="en")
        other = features(
            2, "", f"{TEXTS['summary'][:900]} {quote} {TEXTS['summary'][900:]}", lang="en"
        )
        assert set(one.shingles) & set(other.shingles)


def test_two_outlets_that_quote_one_speech_at_length_tell_one_event() -> None:
    index = Index()
    one = features(1, "Envoy warns of clubs", f"{TEXTS['essay']}\n{ANSWER}", lang="en")
    other = features(
        2, "Panorama interview", f"{TEXTS['piece'].replace(ANSWER, '')}\n{ANSWER}", lang="en"
    )
    index.add(one, StoryId(1))
    index.add(other, StoryId(2))
    assert index.link(ItemId(1), ItemId(2)) >= 1


def test_a_pages_furniture_weighs_nothing() -> None:
    page = features(1, TITLES["page"], PAGE, lang="en")
    lines = PAGE.split("\n")
    bare = features(1, TITLES["page"], "\n".join([lines[5], *lines[7:-5]]), lang="en")
    assert page.terms == bare.terms
    assert page.shingles == bare.shingles
    assert page.cross_lingual == bare.cross_lingual


def test_what_is_kept_of_an_article_has_an_end() -> None:
    words = [
        f"word{chr(97 + at // 26 % 26)}{chr(97 + at % 26)}{chr(97 + at // 676)}"
        for at in range(3000)
    ]
    whole = features(
        1, "A title", f"{' '.join(words)}. Sauran spoke. Then Sauran went.", lang="en"
    )
    assert len(whole.terms) <= 302
    assert len(whole.shingles) <= 500
