"""Counts → a chart as PNG. Pure; matplotlib is loaded when the first chart is asked for."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

INCHES = (5.4, 3.5)
DOTS_PER_INCH = 220
"""A phone shows it some seven centimetres wide: letters must be large within it."""

INK, SOFT, BAR, PEAK, LINE, VOID = (
    "#1c2733", "#5f6b77", "#4c9be8", "#1f6fc2", "#d7dee6", "#eef1f4",
)  # fmt: skip
FEW_BARS = 31
MOST_LABELS = 14
LABELS_APART = 12
"""Dots between two labels under the bars: less reads as one word."""

ROOM_TO_SAY = 0.16
"""Share of the width from which the time before the archive has room for its words."""


COLOURS = ("#1f6fc2", "#d55e00", "#009e73", "#8a4fb0")
"""Of compared lines, told apart by colour-blind eyes as well (Okabe and Ito); so are the marks."""

MARKS = ("o", "s", "^", "D")

Days = Mapping[datetime, int | None]


def days(counts: Mapping[str, Days], labels: Mapping[datetime, str], unknown: str = "") -> bytes:
    """Draw counts by day as a PNG picture. For what it means see ``drawn``."""
    out = io.BytesIO()
    drawn(counts, labels, unknown).savefig(out, format="png")
    return out.getvalue()


def drawn(counts: Mapping[str, Days], labels: Mapping[datetime, str], unknown: str = "") -> Any:
    """Draw a bar a day, or a line for each of several things compared; a matplotlib figure.

    ``counts`` are by day under the title of each; at most as many as there are ``COLOURS``.
    ``labels`` name the days that may get one under their bar; as many as fit get it, the last
    day first. Days counted None were before the archive began: they are shaded, and say
    ``unknown``.
    """
    # Not at the top: matplotlib takes half a second and 40 MB that most runs never need.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    figure = Figure(figsize=INCHES, dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    first = next(iter(counts.values()))
    most = max((value or 0 for by_day in counts.values() for value in by_day.values()), default=0)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True, min_n_ticks=1))
    axes.set_ylim(0, max(most * 1.15, 1))
    axes.set_xlim(-0.6, len(first) - 0.4)
    if len(counts) == 1:
        _bars(axes, next(iter(counts)), first, most)
    else:
        _lines(axes, counts)
    axes.grid(axis="y", color=LINE, zorder=1)
    axes.tick_params(colors=INK, labelsize=11, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    _shade(axes, list(first.values()), unknown)
    _label(
        figure, axes, [(place, labels[day]) for place, day in enumerate(first) if day in labels]
    )
    return figure


def line(title: str, values: Mapping[date, float], labels: Mapping[date, str]) -> bytes:
    """Draw values by day as a line on a scale of their own, as a PNG picture.

    Days without a value, such as weekends, take their room; ``labels`` are as in ``drawn``.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=INCHES, dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    places = [day.toordinal() for day in values]
    axes.plot(places, list(values.values()), color=PEAK, linewidth=2.5, zorder=2)
    axes.plot(places[-1:], list(values.values())[-1:], "o", color=PEAK, markersize=8, zorder=3)
    axes.margins(x=0.04, y=0.2)
    axes.ticklabel_format(axis="y", useOffset=False, style="plain")
    axes.grid(axis="y", color=LINE, zorder=1)
    axes.tick_params(colors=INK, labelsize=11, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_title(_plain(title), loc="left", color=INK, fontsize=15, pad=12)
    _label(figure, axes, [(day.toordinal(), label) for day, label in labels.items()])
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()


def _bars(axes: Any, title: str, by_day: Days, most: int) -> None:
    values = [value or 0 for value in by_day.values()]
    colours = [PEAK if value == most and value else BAR for value in values]
    bars = axes.bar(range(len(values)), values, color=colours, width=0.82, zorder=2)
    if len(values) <= FEW_BARS:
        axes.bar_label(
            bars, [str(value) if value else "" for value in values], padding=2, color=INK,
            fontsize=10 if len(values) <= FEW_BARS // 2 else 8,
        )  # fmt: skip
    axes.set_title(_plain(title), loc="left", color=INK, fontsize=15, pad=12)


def _lines(axes: Any, counts: Mapping[str, Days]) -> None:
    for (title, by_day), colour, mark in zip(counts.items(), COLOURS, MARKS, strict=False):
        values = [float("nan") if value is None else value for value in by_day.values()]
        axes.plot(
            range(len(values)), values, color=colour, marker=mark, linewidth=2, zorder=2,
            markersize=5 if len(values) <= FEW_BARS else 2.5, label=_plain(title),
        )  # fmt: skip
    axes.figure.legend(
        loc="outside upper left", ncols=2, frameon=False, fontsize=12, labelcolor=INK
    )


def _plain(title: str) -> str:
    """Keep a dollar from beginning a formula: titles are typed by people."""
    return title.replace("$", r"\$")


def _shade(axes: Any, values: Sequence[int | None], unknown: str) -> None:
    """Shade the days before the archive began: nothing counted there is not zero."""
    before = next((at for at, value in enumerate(values) if value is not None), len(values))
    if not before:
        return
    axes.axvspan(-0.6, before - 0.5, color=VOID, zorder=0, linewidth=0)
    if before / len(values) >= ROOM_TO_SAY:
        axes.text(
            (before - 1.1) / 2, axes.get_ylim()[1] / 2, unknown, color=SOFT, fontsize=10,
            ha="center", va="center", zorder=3, linespacing=1.4,
        )  # fmt: skip


def _label(figure: Any, axes: Any, ticks: Sequence[tuple[int, str]]) -> None:
    """Label as many days as fit without touching, counted from the last."""
    for step in range(max(1, -(-len(ticks) // MOST_LABELS)), len(ticks) + 1):
        shown = ticks[::-1][::step][::-1]
        axes.set_xticks([place for place, _ in shown], [label for _, label in shown])
        figure.draw_without_rendering()
        boxes = [label.get_window_extent() for label in axes.get_xticklabels()]
        if all(right.x0 - left.x1 >= LABELS_APART for left, right in pairwise(boxes)):
            return
