"""Counts → a chart as PNG. Pure; matplotlib is loaded when the first chart is asked for."""

import io
from collections.abc import Mapping
from datetime import datetime

INCHES = (5.4, 3.5)
DOTS_PER_INCH = 220
"""A phone shows it some seven centimetres wide: letters must be large within it."""

INK, BAR, PEAK, LINE = "#1c2733", "#4c9be8", "#1f6fc2", "#d7dee6"
FEW_BARS = 40


def days(counts: Mapping[datetime, int], title: str, labels: Mapping[datetime, str]) -> bytes:
    """Draw a bar a day. ``labels`` names the days that get one under their bar."""
    # Not at the top: matplotlib takes half a second and 40 MB that most runs never need.
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    figure = Figure(figsize=INCHES, dpi=DOTS_PER_INCH, facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    values = list(counts.values())
    most = max(values, default=0)
    colours = [PEAK if value == most and value else BAR for value in values]
    bars = axes.bar(range(len(values)), values, color=colours, width=0.82, zorder=2)
    if len(values) <= FEW_BARS:
        axes.bar_label(
            bars, [str(value) if value else "" for value in values], padding=2, color=INK,
            fontsize=10,
        )  # fmt: skip
    # A dollar would begin a formula, and this title is typed by people.
    axes.set_title(title.replace("$", r"\$"), loc="left", color=INK, fontsize=15, pad=12)
    ticks = [(place, labels[day]) for place, day in enumerate(counts) if day in labels]
    axes.set_xticks([place for place, _ in ticks], [label for _, label in ticks])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True, min_n_ticks=1))
    axes.set_ylim(0, max(most * 1.15, 1))
    axes.grid(axis="y", color=LINE, zorder=1)
    axes.tick_params(colors=INK, labelsize=11, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    out = io.BytesIO()
    figure.savefig(out, format="png")
    return out.getvalue()
