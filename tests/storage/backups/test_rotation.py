"""Which backups stay: by days, weeks and months that have one."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.backups import rotation
from storage.backups.rotation import Keep

NOON = datetime(2026, 11, 29, 12, tzinfo=UTC)


def kept(names: list[str], keep: Keep) -> list[str]:
    gone = rotation.outdated(names, keep)
    return [name for name in names if name not in gone]


def daily(days: int) -> list[str]:
    """Names of a backup a day at noon, the newest last."""
    return [rotation.name(NOON - timedelta(days=n), sealed=False) for n in reversed(range(days))]


def test_a_name_says_when_its_backup_was_made() -> None:
    for sealed in (False, True):
        assert rotation.made_at(rotation.name(NOON, sealed=sealed)) == NOON


@pytest.mark.parametrize(
    "name",
    ["notes.txt", "steppewire.db", "steppewire-20261131T120000Z.db", "x-20261129T120000Z.db",
     "steppewire-20261129T120000Z.db.partial"],
)  # fmt: skip
def test_whatever_else_lies_there_is_somebody_elses(name: str) -> None:
    assert rotation.made_at(name) is None
    assert [] == rotation.outdated([name], Keep(1, 0, 0))


def test_after_two_years_of_days_the_last_week_month_and_year_are_there() -> None:
    stays = kept(daily(730), Keep(7, 4, 12))
    months = sorted({name[11:17] for name in stays})
    assert daily(7) == stays[-7:]
    assert 12 == len(months)
    assert 7 + 3 + 11 == len(stays)  # the newest of the week and of the month are days, too


def test_of_several_a_day_the_newest_stays() -> None:
    names = [rotation.name(NOON + timedelta(hours=n), sealed=False) for n in range(4)]
    assert names[-1:] == kept(names, Keep(7, 0, 0))


def test_nothing_goes_by_the_calendar_alone() -> None:
    """Whoever made no backup for a year still has what there was."""
    assert daily(3) == kept(daily(3), Keep(3, 0, 0))


def test_what_a_wrong_clock_dated_takes_up_one_place() -> None:
    wrong = rotation.name(datetime(2099, 1, 1, tzinfo=UTC), sealed=False)
    assert [*daily(6), wrong] == kept([*daily(30), wrong], Keep(7, 0, 0))
    assert rotation.newest([*daily(6), wrong], NOON) == NOON


@pytest.mark.parametrize(
    ("text", "read"),
    [("7d 4w 12m", Keep()), ("30d", Keep(30, 0, 0)), ("2w1m", Keep(0, 2, 1)), (" 1m ", Keep(0, 0, 1))],
)  # fmt: skip
def test_what_stays_is_written_in_days_weeks_and_months(text: str, read: Keep) -> None:
    assert read == rotation.keep(text)
    assert read == rotation.keep(str(read))


@pytest.mark.parametrize("text", ["", "0d", "7", "12m 4w", "-1d", "7d; rm", "99999d"])
def test_what_keeps_nothing_or_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="7d 4w 12m"):
        rotation.keep(text)
