"""What a chart shows: dates that can be read apart, and no zero where nothing is known."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import isnan

import pytest

from bot.commands.trends import SPANS
from bot.render import charts
from bot.texts import LANGUAGES, translate, words
from watchers.search import known

LAST = datetime(2026, 11, 28, tzinfo=UTC)


def days(span: int) -> list[datetime]:
    return [LAST - timedelta(days=back) for back in range(span)][::-1]


@pytest.mark.parametrize(
    ("span", "language"),
    [*((span, "en") for span in SPANS), *((max(SPANS), language) for language in LANGUAGES[1:])],
)
def test_dates_under_the_bars_never_touch_and_the_last_day_has_its_own(
    span: int, language: str
) -> None:
    labels = {day: words.day(day, LAST, language, UTC).replace(" ", "\n") for day in days(span)}
    figure = charts.drawn({"x": dict.fromkeys(days(span), 3)}, labels)
    figure.draw_without_rendering()
    shown = figure.axes[0].get_xticklabels()
    assert labels[LAST] == shown[-1].get_text()
    assert len(shown) > 4
    boxes = [label.get_window_extent() for label in shown]
    assert all(left.x1 < right.x0 for left, right in pairwise(boxes))
    assert boxes[-1].x1 <= figure.bbox.x1


@pytest.mark.parametrize(
    ("began", "unknown"),
    [
        (LAST - timedelta(days=30), 0),
        (LAST - timedelta(days=13), 0),
        (LAST - timedelta(days=3, hours=1), 9),
        (LAST - timedelta(days=3), 10),
        (LAST + timedelta(hours=5), 13),
        (None, 14),
    ],
)
def test_days_before_the_archive_began_are_unknown_and_not_zero(
    began: datetime | None, unknown: int
) -> None:
    told = known(dict.fromkeys(days(14), 0), began)
    assert [None] * unknown + [0] * (14 - unknown) == list(told.values())


def test_the_time_before_the_archive_is_shaded_and_said() -> None:
    counts = dict.fromkeys(days(14), 0) | dict.fromkeys(days(14)[:6])
    unknown = translate("ru", "trends.unknown")
    axes = charts.drawn({"x": counts}, {}, unknown).axes[0]
    assert [unknown] == [text.get_text() for text in axes.texts if text.get_text()]
    assert 1 == len([one for one in axes.patches if one.get_width() > 2])


def test_a_title_is_no_formula() -> None:
    assert charts.days({"$x^2$ \\frac": {LAST: 1}}, {LAST: "28"}).startswith(b"\x89PNG")


def test_compared_lines_are_told_apart_by_colour_and_mark_and_named() -> None:
    counts = dict.fromkeys(days(14), 2) | dict.fromkeys(days(14)[:6])
    figure = charts.drawn(dict.fromkeys(("a", "b", "c", "$d$"), counts), {}, "x")
    (axes,) = figure.axes
    assert 4 == len({(line.get_color(), line.get_marker()) for line in axes.lines})
    assert ["a", "b", "c", r"\$d\$"] == [text.get_text() for text in figure.legends[0].get_texts()]
    assert all(isnan(line.get_ydata()[0]) and line.get_ydata()[-1] == 2 for line in axes.lines)
