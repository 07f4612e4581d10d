"""``poll``: one round by hand, with its progress and what it came to."""

import json
import time
from typing import Any

import click

from bot.cli.common import command, no_feeds
from bot.cli.workers import at_work
from bot.errands import Values
from bot.messenger import Progress
from bot.settings import Settings
from storage import feeds

_PAUSE_S = 0.5

COUNTED = ("feeds", "new", "updated", "unchanged", "not_modified", "failed", "seconds")
"""What is told of a round."""


def _shown_by(bar: Any) -> Progress:
    """Show how far a round is; where no terminal draws over the last line, in a few lines."""
    next_at = 0.0

    def show(so_far: Values) -> None:
        nonlocal next_at
        bar.length = so_far["feeds"]
        if time.monotonic() >= next_at or so_far["done"] == so_far["feeds"]:
            next_at = time.monotonic() + _PAUSE_S
            bar.label = (
                "{done} of {feeds}: {new} new, {updated} updated, {unchanged} unchanged,"
                " {failed} failed".format_map(so_far)
            )
        bar.update(so_far["done"] - bar.pos)

    return show


@click.command()
@click.option("--force", is_flag=True, help="Take every feed as due, save those gone or paused.")
@click.option("--feed", "wanted", metavar="ID|URL", help="Look at this feed only, due or not.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@command
async def poll(settings: Settings, *, force: bool, wanted: str | None, as_json: bool) -> None:
    """Run one round: look at every feed that is due, and say what came of it."""
    async with at_work(settings) as worker:
        feed = await worker.db.read(feeds.found, wanted) if wanted else None
        if not as_json and not await worker.db.read(feeds.count):
            click.echo(no_feeds(), err=True)
            return
        worker.remember_at_news()
        if feed is not None:
            tally = await worker.do("poll", {"feed": feed.id})
        else:
            with click.progressbar(length=1, label="looking", hidden=as_json) as bar:
                tally = await worker.do("poll", {"force": force}, _shown_by(bar))
    summary = {name: tally[name] for name in COUNTED}
    if as_json:
        click.echo(json.dumps(summary))
        return
    click.echo(
        "{feeds} feeds in {seconds:.1f} s: {new} new items, {updated} updated, {unchanged}"
        " unchanged; {not_modified} feeds had nothing new, {failed} failed".format_map(summary)
    )
