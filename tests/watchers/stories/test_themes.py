"""What tells an event from a theme, and how a theme is told from an event."""

import pytest

from storage.model import StoryId
from tests.watchers.stories.features import features
from tests.watchers.stories.whole_articles import ESSAY, PIECE, SUMMARY
from watchers.stories import Index, identify

WIDE = [
    ("en", "In 2025 the West and Central Asia spoke to Russia, China and the European Union in Moscow and Beijing."),
    ("ru", "В 2025 году Запад и Центральная Азия говорили с Россией, Китаем и Евросоюзом в Москве и Пекине."),
    ("kk", "2025 жылы Батыс пен Орталық Азия Мәскеуде Ресеймен сөйлесті."),
    ("ky", "2025-жылы Батыш менен Борбордук Азия Москвада Россия жана Кытай менен сүйлөштү."),
    ("uz", "2025-yilda Gʻarb va Markaziy Osiyo Rossiya va Xitoy bilan gaplashdi."),
    ("tg", "Соли 2025 Ғарб ва Осиёи Марказӣ дар Маскав бо Русия ва Чин гуфтугӯ карданд."),
]  # fmt: skip
TELLING = [
    ("en", "The visit: Tokayev spoke in Osh."),
    ("ru", "Визит: Токаев выступил в Оше."),
    ("kk", "Сапар: Тоқаев Ошта сөйледі."),
    ("en", "The toll: 347 houses were lost."),
    ("ru", "О доме: Проскурин построил его сам."),
]


def told(text: str, lang: str) -> set[int]:
    """Give what a sentence would have an article tell."""
    rest = " ".join(
        f"{chr(97 + at % 26)}{chr(97 + at // 26)}{chr(97 + at % 26)}" for at in range(140)
    )
    return set(features(1, "", f"{text} {rest}", lang=lang).specifics)


@pytest.mark.parametrize(("lang", "text"), WIDE)
def test_lands_blocs_capitals_and_years_tell_no_event(lang: str, text: str) -> None:
    assert told(text, lang) == set()


@pytest.mark.parametrize(("lang", "text"), TELLING)
def test_people_towns_and_figures_do(lang: str, text: str) -> None:
    assert told(text, lang)


def vetoes(one: tuple[str, str], other: tuple[str, str]) -> set[object]:
    """Tell the vetoes between two items."""
    index = Index()
    index.add(features(1, *one, lang="en"), StoryId(1))
    verdict = identify(features(2, *other, lang="en", hours=1), index)
    return {reason[1] for reason in verdict.reasons if reason[0] == "veto"}


def test_an_essay_joins_no_article_and_no_lead_on_its_theme() -> None:
    lead = "Central Asia looks for new partners beside China, which has lent the region much money, the states of the region said."
    assert vetoes(("", SUMMARY), ("", ESSAY)) == {"theme"}
    assert vetoes(("", PIECE), ("Partners for Central Asia", ESSAY)) <= {"theme"}
    assert identify_alone(("Central Asia looks for partners beside China", lead), ("", ESSAY))
    assert identify_alone(("", SUMMARY), ("", "".join(ESSAY.splitlines(keepends=True)[:3])))


def identify_alone(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Tell whether the second of two items opens a story of its own."""
    index = Index()
    index.add(features(1, *one, lang="en"), StoryId(1))
    return identify(features(2, *other, lang="en", hours=1), index).story is None


def test_copies_of_an_essay_are_one_story() -> None:
    assert not identify_alone(("", ESSAY), ("Partners for Central Asia", ESSAY))


def test_a_land_alone_in_a_headline_finds_the_article_that_names_whom_it_is_about() -> None:
    article = (
        "Kazakhstan will ban wheat exports by road from the first of January, the ministry said. "
        + " ".join(
            f"The minister, Arman Example, told growers in village {at} that lorries with wheat would be stopped, "
            f"whatever {word} they carried and whoever had {word} sold."
            for at, word in enumerate(
                "papers seals permits stamps letters flags labels receipts bills scales".split(),
                30,
            )
        )
        + " Mills welcomed it, bakers doubted it, traders in Kostanay cursed it; neighbours who buy flour asked for"
        " talks, banks counted silos, railways promised wagons, and farmers spoke of diesel, debts and an early frost."
        " Veterans of earlier embargoes remember queues, barter, forged stamps, midnight convoys and patient customs officers."
        " Exporters hurried contracts, insurers raised premiums, inspectors bought scanners, villages lost seasonal wages."
        " Elevators north of the steppe remain full since autumn because harvests broke records while prices sank."
        " Analysts expect smuggling along quiet tracks, higher bread costs abroad, idle drivers and crowded stations."
    )
    assert len(features(1, "", article, lang="en").terms) >= 130
    assert not identify_alone(
        ("Kazakhstan bans wheat exports by road", article),
        ("Kazakhstan bans export of wheat by road", ""),
    )
