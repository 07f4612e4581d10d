"""The trusted clock: what time it is while the machine's clock jumps, and after a start."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.trusted_clock import TrustedClock, boot_id, steady_s, trusted, wall_clock

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
JUMPS = [sign * by for by in (HOUR, DAY, YEAR) for sign in (1, -1)]
FAR = [by for by in JUMPS if abs(by) > HOUR]


@dataclass
class Machine:
    """A machine beside the true time; ``off`` is by how much its clock is wrong."""

    now: datetime = START
    off: timedelta = timedelta(0)
    boot: str = "a boot"
    told: datetime | None = None
    seen: list[bool] = field(default_factory=list)
    """Of each jump that was told, whether it was believed."""

    def __post_init__(self) -> None:
        self.start(None)

    def start(self, mark: str | None) -> None:
        self.clock = TrustedClock(lambda: self.now + self.off, self.now_s, self.boot)
        self.clock.resume(mark)

    def now_s(self) -> float:
        return (self.now - START).total_seconds()

    def live(self, lasting: timedelta, step: timedelta = timedelta(seconds=5)) -> None:
        until = self.now + lasting
        while self.now < until:
            self.now += step
            if jump := self.clock.look(self.told):
                self.seen.append(jump.is_believed)

    @property
    def error(self) -> timedelta:
        return self.clock() - self.now


def an_even_machine(told: datetime | None = None) -> Machine:
    machine = Machine(told=told)
    machine.live(timedelta(minutes=11))
    assert machine.clock.is_earned
    return machine


@pytest.mark.parametrize("by", JUMPS, ids=str)
def test_a_jump_of_a_moment_is_no_time_at_all(by: timedelta) -> None:
    machine = an_even_machine()
    machine.off = by
    assert not machine.error, "not even before anybody looked"
    machine.live(timedelta(seconds=25))
    assert not machine.error
    assert machine.clock.is_doubted
    machine.off = timedelta(0)
    machine.live(timedelta(seconds=5))
    assert not machine.clock.is_doubted
    assert [False] == machine.seen, "it is told once"


@pytest.mark.parametrize("by", JUMPS, ids=str)
def test_a_jump_that_stays_is_believed_where_nobody_says_otherwise(by: timedelta) -> None:
    machine = an_even_machine()
    machine.off = by
    machine.live(timedelta(minutes=6))
    assert by == machine.error
    assert [False, True] == machine.seen
    assert not machine.clock.is_earned
    machine.off = timedelta(0)  # who was believed by mistake is not held to it
    machine.live(timedelta(seconds=5))
    assert not machine.error


@pytest.mark.parametrize("by", FAR, ids=str)
def test_outlets_are_believed_for_an_hour_against_the_machine(by: timedelta) -> None:
    machine = an_even_machine(told=START - timedelta(minutes=20))
    machine.off = by
    machine.live(timedelta(minutes=50))
    assert not machine.error
    machine.live(timedelta(minutes=15))
    assert by == machine.error


@pytest.mark.parametrize("by", FAR, ids=str)
def test_a_clock_that_outlets_agree_with_is_believed_sooner(by: timedelta) -> None:
    """It was wrong for long, and is set right."""
    machine = an_even_machine(told=START + by - timedelta(minutes=20))
    machine.off = by
    machine.live(timedelta(minutes=6))
    assert by == machine.error


@pytest.mark.parametrize("by", JUMPS, ids=str)
def test_who_has_just_begun_believes_the_machine(by: timedelta) -> None:
    """A machine without a battery hears the time some seconds after its start."""
    machine = Machine(off=by)
    machine.live(timedelta(seconds=30))
    machine.off = timedelta(0)
    machine.live(timedelta(seconds=5))
    assert not machine.error
    assert [True] == machine.seen


def test_readers_get_nothing_by_a_clock_that_was_just_set_ahead() -> None:
    machine = Machine()
    machine.live(timedelta(minutes=1))
    machine.off = YEAR
    machine.live(timedelta(seconds=5))
    assert not machine.clock.is_settled
    machine.live(timedelta(minutes=5))
    assert machine.clock.is_settled


@pytest.mark.parametrize("by", JUMPS, ids=str)
def test_a_start_while_the_clock_is_wrong_goes_on_by_the_steady_one(by: timedelta) -> None:
    machine = an_even_machine()
    mark = machine.clock.mark()
    machine.off = by
    machine.now += timedelta(minutes=3)
    machine.start(mark)
    assert not machine.error
    assert machine.clock.is_earned
    machine.live(timedelta(seconds=5))
    assert [False] == machine.seen


@pytest.mark.parametrize("mark", [None, "", "{}", "[1]", "x", '{"boot": 1}'], ids=repr)
def test_a_mark_that_says_nothing_is_passed_over(mark: str | None) -> None:
    machine = Machine()
    machine.start(mark)
    assert not machine.error
    assert not machine.clock.is_earned


@pytest.mark.parametrize("boot", ["another boot", ""])
def test_over_a_boot_of_the_machine_nothing_is_steady(boot: str) -> None:
    mark = an_even_machine().clock.mark()
    machine = Machine(boot=boot, off=DAY)
    machine.start(mark)
    assert not machine.clock.is_earned
    assert machine.error == DAY


def test_a_clock_of_some_minutes_leaves_no_mark() -> None:
    machine = Machine()
    machine.live(timedelta(minutes=5))
    assert machine.clock.mark() == ""


SPANS = [timedelta(seconds=5), timedelta(minutes=10), timedelta(days=3)]


@pytest.mark.parametrize("stood_still", SPANS, ids=str)
def test_a_process_that_stood_still_sees_no_jump(stood_still: timedelta) -> None:
    """SIGSTOP, a machine that slept: both clocks went on."""
    machine = an_even_machine()
    machine.live(stood_still, step=stood_still)
    assert [] == machine.seen
    assert not machine.error


def test_ordinary_corrections_are_no_jumps() -> None:
    machine = an_even_machine()
    machine.off = timedelta(seconds=40)
    assert machine.error == machine.off
    machine.live(timedelta(seconds=5))
    machine.off = timedelta(seconds=80)
    machine.live(timedelta(seconds=5))
    assert [] == machine.seen
    assert machine.error == machine.off


def test_a_second_jump_is_told_and_doubted_anew() -> None:
    machine = an_even_machine()
    machine.off = HOUR
    machine.live(timedelta(minutes=4))
    machine.off = DAY
    machine.live(timedelta(minutes=4))
    assert [False, False] == machine.seen
    assert not machine.error


@pytest.mark.parametrize(
    ("clock", "is_real"), [(wall_clock, True), (lambda: START, False)], ids=["real", "played"]
)
def test_a_played_clock_is_its_own_measure(
    clock: Callable[[], datetime], *, is_real: bool
) -> None:
    found = trusted(clock)
    assert abs(found() - clock()) < timedelta(seconds=5)
    assert is_real is (abs(found.steady() - steady_s()) < 5)
    assert is_real or found.mark() == ""


def test_this_machine_names_its_boot() -> None:
    assert boot_id() == boot_id()
