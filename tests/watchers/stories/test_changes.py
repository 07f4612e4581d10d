"""A material change is told; the same again, or an older telling, is not."""

from datetime import UTC, datetime, timedelta

from storage.model import ItemId, OutletId
from watchers.stories.changes import Change, material
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


def test_an_older_telling_changes_nothing() -> None:
    assert material(told("Mine collapse near Karaganda kills 2 people", -30), [FIRST]) is None


def test_a_denial_is_a_change_and_told_once() -> None:
    claim = told("Uzbekistan buys gas from a new field")
    denial = told("Ministry denies that Uzbekistan buys gas from a new field", 10)
    again = told("Uzbekistan denies buying gas from a new field", 20)
    assert Change("denied") == material(denial, [claim])
    assert material(again, [claim, denial]) is None


def test_a_first_telling_changes_nothing() -> None:
    assert material(FIRST, []) is None
