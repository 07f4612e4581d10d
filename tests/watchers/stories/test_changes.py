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
        summary="",
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
