"""A material change is told; the same again, or an older item, is not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage.model import ItemId, OutletId
from tests.bot.sample_stories import sample_item
from watchers.stories import Gravity
from watchers.stories.changes import MaterialChange, material, outgrown
from watchers.stories.features import Features, prepare
from watchers.text.words import analyse

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def told(title: str, minutes: int = 0) -> Features:
    return prepare(
        item=ItemId(minutes + 1),
        outlet=OutletId(1),
        url_key=f"courier.example/{minutes}",
        told_at=NOON + timedelta(minutes=minutes),
        title=title,
        lang="en",
        analysis=analyse(title, "", lang="en"),
    )


FIRST = told("Mine collapse near Karaganda kills 5 people")


def test_a_higher_toll_is_a_change() -> None:
    found = material(told("Mine collapse near Karaganda kills 9 people", 30), [FIRST])
    assert found is not None
    assert (5.0, 9.0) == (found.before, found.after)


def test_the_same_figures_are_no_change() -> None:
    assert material(told("5 people killed in mine near Karaganda", 30), [FIRST]) is None


def test_an_older_item_changes_nothing() -> None:
    assert material(told("Mine collapse near Karaganda kills 2 people", -30), [FIRST]) is None


def test_a_denial_is_a_change_and_told_once() -> None:
    claim = told("Uzbekistan buys gas from a new field")
    denial = told("Ministry denies that Uzbekistan buys gas from a new field", 10)
    again = told("Uzbekistan denies buying gas from a new field", 20)
    assert MaterialChange("denied") == material(denial, [claim])
    assert material(again, [claim, denial]) is None


def test_a_first_item_changes_nothing() -> None:
    assert material(FIRST, []) is None


TURNS = [
    ("en", "Mine collapse near Karaganda kills 5", "Karaganda mine: death toll rises to 9",
     MaterialChange("kill=9", "kill", 5, 9)),
    ("ru", "Взрыв в Шу: трое погибших", "Число погибших при взрыве в Шу достигло пяти",
     MaterialChange("kill=5", "kill", 3, 5)),
    ("ru", "В ДТП под Карши погибли четверо", "Авария под Карши: скончались ещё двое",
     MaterialChange("kill=4+2", "kill", 4, 2, more=True)),
    ("kk", "Қайық апатынан үш балықшы қаза тапты", "Қайық апаты: қаза тапқандар саны беске жетті",
     MaterialChange("kill=5", "kill", 3, 5)),
    ("en", "Flood in Osh injures 12 people", "Number of injured in Osh flood climbs to 30",
     MaterialChange("injur=30", "injur", 12, 30)),
    ("en", "Storm leaves 12 missing off Aktau", "Missing off Aktau now 15 people",
     MaterialChange("missing=15", "missing", 12, 15)),
]  # fmt: skip
NO_TURNS = [
    ("a rounded sum", "ru", "Ущерб от паводка в Атырау составил 2,48 млрд тенге",
     "Ущерб от паводка в Атырау — 2,5 млрд тенге", 3),
    ("another sum", "en", "Kazakhstan attracts $2.5 bn for railways",
     "Kazakhstan attracts $3.1 bn for railways", 3),
    ("an unchanged rate", "ru", "Нацбанк сохранил ставку на уровне 18%",
     "Нацбанк сохранил базовую ставку 18,00%", 3),
    ("the next day's dollar", "ru", "Курс доллара составил 470,15 тенге",
     "Курс доллара составил 474,90 тенге", 24),
    ("another event's loss", "ru", "Убытки Air Astana выросли до 12 млн долларов",
     "Убытки SCAT выросли до 19 млн долларов", 5),
    ("another place's dead", "en", "Bus crash near Osh kills 4", "Bus crash near Naryn kills 7", 5),
    ("a toll that falls", "en", "Bus crash near Osh kills 7", "Bus crash near Osh kills 4", 5),
    ("a toll of last week", "en", "Blast in Osh kills 4", "Blast in Osh kills 9", 100),
    ("a part of the dead", "ru", "Взрыв в Шу: трое погибших", "Среди погибших в Шу пятеро детей", 5),
    ("a daily bulletin", "ru", "За сутки умерли 91 человек", "За сутки умерли 105 человек", 24),
    ("a rounded toll", "en", "Quake kills 300 in Herat", "Quake kills 312 in Herat", 5),
    ("the first toll", "en", "Bus crash near Osh", "Bus crash near Osh kills 4", 5),
    ("what was told at once", "en", "Bus crash near Osh kills 4", "Bus crash near Osh kills 7", 0),
]  # fmt: skip


def in_language(title: str, lang: str, hours: float) -> Features:
    """Prepare a headline told so many hours after noon."""
    return prepare(
        outlet=OutletId(1),
        url_key="",
        told_at=NOON + timedelta(hours=hours),
        title=title,
        lang=lang,
        analysis=analyse(title, "", lang=lang),
    )


@pytest.mark.parametrize(("lang", "first", "later", "turn"), TURNS)
def test_a_turn_says_from_what_to_what_a_toll_rose(
    lang: str, first: str, later: str, turn: MaterialChange
) -> None:
    assert material(in_language(later, lang, 5), [in_language(first, lang, 0)]) == turn


@pytest.mark.parametrize(("what", "lang", "first", "later", "hours"), NO_TURNS)
def test_what_only_looks_like_a_turn_is_none(
    what: str, lang: str, first: str, later: str, hours: float
) -> None:
    assert material(in_language(later, lang, hours), [in_language(first, lang, 0)]) is None, what


def test_more_dead_are_told_once() -> None:
    first = in_language("В ДТП под Карши погибли четверо", "ru", 0)
    more = in_language("Авария под Карши: скончались ещё двое", "ru", 5)
    again = in_language("Под Карши умерли ещё двое пострадавших", "ru", 6)
    total = in_language("Число погибших под Карши достигло шести", "ru", 7)
    assert material(again, [first, more]) is None
    assert material(total, [first, more, again]) == MaterialChange("kill=6", "kill", 4, 6)


FIVE = "Bus plunges into river near Osh, killing five"


@pytest.mark.parametrize(
    ("shown", "others", "dead"),
    [
        (FIVE, [("Bus crash near Osh: seven dead", "Wire", 1)], 7),
        (FIVE, [("Автобус упал в реку: семеро погибших", "Вестник", 1)], 7),
        (FIVE, [("Bus crash near Osh: five dead", "Wire", 1)], 0),
        # A part of the dead, or a correction, is no newer toll.
        (FIVE, [("Two of the dead are children: 2 dead", "Wire", 1)], 0),
        (FIVE, [("Bus crash near Osh: seven dead", "Wire", 9)], 0),
        (FIVE, [("Crash: seven dead", "Wire", 9), ("Crash kills seven", "Courier", 8)], 7),
        # Who states no toll states no outdated one; seals are no toll.
        ("Bus plunges into river near Osh", [("Crash: seven dead", "Wire", 1)], 0),
        ("More than 100 dead seals found", [("More than 200 dead seals found", "Wire", 1)], 0),
    ],
)
def test_a_headlines_toll_is_outgrown_by_later_or_confirmed_higher_ones(
    shown: str, others: list[tuple[str, str, int]], dead: int
) -> None:
    first = sample_item(shown, ago=timedelta(hours=5))
    rest = [
        sample_item(title, outlet=outlet, lang="en" if title.isascii() else "ru",
                ago=timedelta(hours=hours))
        for title, outlet, hours in others
    ]  # fmt: skip
    assert Gravity(dead=dead) == outgrown(first, [first, *rest])


def test_an_edited_headline_counts_from_its_edit() -> None:
    first = sample_item(FIVE, ago=timedelta(hours=5))
    edited = sample_item("Crash: seven dead", outlet="Wire", ago=timedelta(hours=6))
    assert Gravity() == outgrown(first, [edited, first])
    since = replace(edited, retitled_at=first.told_at + timedelta(minutes=1))
    assert Gravity(dead=7) == outgrown(first, [since, first])
