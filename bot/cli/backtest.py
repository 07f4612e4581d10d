"""``backtest``: what other thresholds of "same story?" would change, with examples to look at."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bot.cli.common import command, short, to_read
from bot.cli.importing import begun, size_of
from bot.settings import Settings
from storage import items as item_store
from storage.errors import NewsError
from storage.model import ItemId, OutletId
from watchers import stories
from watchers.ingester import features_of
from watchers.stories.backtest import Backtest
from watchers.stories.backtest import backtest as compared
from watchers.text import leads, markup, words

THRESHOLDS = {
    "join": "log-odds from which an item joins a story, or two stories join",
    "floor": "log-odds up to which two items are not remembered as alike",
    "hop": "log-odds from which an item is looked at again with another",
    "across_handicap": "taken off where languages differ",
}
"""What may be varied, as in ``watchers.stories.weights.LinkageSettings``."""

Known = tuple[stories.Features, str]
"""An item's features and the headline to show for it."""


def finite(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    """Refuse a threshold that nothing can be compared with."""
    del ctx, param
    if value is not None and not math.isfinite(value):
        raise click.BadParameter(f"must be a number, not {value:g}")
    return value


def thresholds(body: Any) -> Any:
    """Add an option for each threshold, its present value shown."""
    for name, about in reversed(THRESHOLDS.items()):
        option = click.option(
            f"--{name.replace('_', '-')}", name, type=float, callback=finite, help=about
        )
        body = option(body)
    return body


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--examples", default=20, show_default=True, type=click.IntRange(2, 1000))
@thresholds
@command
async def backtest(
    settings: Settings, /, file: Path | None, examples: int, **varied: float | None
) -> None:
    """Replay items with the settings that ship and with others, and show what would change.

    The items are those of FILE (as for ingest) or of the archive. Nothing is stored.
    """
    before = stories.fitted()
    given: dict[str, Any] = {name: value for name, value in varied.items() if value is not None}
    if not given:
        shown = ", ".join(
            f"--{name.replace('_', '-')} {getattr(before, name):g}" for name in THRESHOLDS
        )
        raise NewsError("backtest.nothing", present=shown)
    after = replace(before, **given)
    known = of_file(file) if file else await of_archive(settings)
    with click.progressbar(length=2 * len(known), label="replaying") as bar:
        result = compared(
            [features for features, _ in known],
            before,
            after,
            examples=examples,
            progress=lambda done: bar.update(done - bar.pos),
        )
    report(result, {features.item: title for features, title in known})


def of_file(file: Path) -> list[Known]:
    """Read the features of a file's items."""
    known: list[Known] = []
    outlets: dict[str, OutletId] = {}
    boilerplate = stories.Boilerplate()
    lines, _ = begun(file)
    with click.progressbar(length=size_of(file), label="reading") as bar:
        for number, line in enumerate(lines, 1):
            entry = line.told.entry
            summary = leads.lead(markup.plain(entry.summary_html), entry.title)
            declared = (entry.language,) if entry.language else ()
            analysis = words.analyse(entry.title, summary, declared=declared)
            outlet = outlets.setdefault(line.told.source, OutletId(len(outlets) + 1))
            features = stories.prepare(
                item=ItemId(number),
                outlet=outlet,
                url_key=entry.url_key,
                told_at=line.told.moment,
                title=entry.title,
                lang=analysis.lang,
                analysis=analysis,
                boilerplate=boilerplate.of(outlet),
            )
            boilerplate.learn(features)
            known.append((features, entry.title or summary))
            bar.update(line.read - bar.pos)
    return known


async def of_archive(settings: Settings) -> list[Known]:
    """Read the features of the archive's items, in the order they came."""
    async with to_read(settings) as db:
        kept = await db.read(lambda connection: [item for item, _ in item_store.every(connection)])
    with click.progressbar(kept, label="reading") as bar:
        known: list[Known] = []
        boilerplate = stories.Boilerplate()
        for item in bar:
            features = features_of(item, boilerplate=boilerplate.of(item.outlet.id))
            boilerplate.learn(features)
            known.append((features, item.title or item.summary))
        return known


def report(result: Backtest, titles: dict[ItemId, str]) -> None:
    """Print what would change, with examples."""
    click.echo(
        f"{result.items} items: {result.stories_before} stories now,"
        f" {result.stories_after} with the other setting"
    )
    click.echo(
        f"{result.joined} items would join another story, {result.parted} would leave theirs"
    )
    joined: Sequence[Any] = [pair for pair in result.examples if not pair.together_before]
    parted: Sequence[Any] = [pair for pair in result.examples if pair.together_before]
    for name, pairs in (("would become one", joined), ("would be parted", parted)):
        for pair in pairs:
            click.echo(f"\n{name}:\n  {short(titles[pair.one])}\n  {short(titles[pair.other])}")
