"""``poll``: one round by hand, with its progress and what it came to."""

import json
import time
from typing import Any

import click

from bot import pipeline
from bot.cli.common import command, no_feeds
from bot.settings import Settings
from storage import feeds
from watchers.poll import Progress, Round

_PAUSE_S = 0.5


def _shown_by(bar: Any) -> Progress:
    """Show how far a round is; where no terminal draws over the last line, in a few lines."""
    next_at = 0.0

    def show(so_far: Round) -> None:
        nonlocal next_at
        bar.length = so_far.feeds
        if time.monotonic() >= next_at or so_far.done == so_far.feeds:
            next_at = time.monotonic() + _PAUSE_S
            bar.label = (
                f"{so_far.done} of {so_far.feeds}: {so_far.new} new, {so_far.updated} updated,"
                f" {so_far.unchanged} unchanged, {so_far.failed} failed"
            )
        bar.update(so_far.done - bar.pos)

    return show


@click.command()
@click.option("--force", is_flag=True, help="Take every feed as due, save those gone or paused.")
@click.option("--feed", "wanted", metavar="ID|URL", help="Look at this feed only, due or not.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@command
async def poll(settings: Settings, *, force: bool, wanted: str | None, as_json: bool) -> None:
    """Run one round: look at every feed that is due, and say what came of it."""
    async with pipeline.open_pipeline(settings) as room:
        feed = await room.db.read(feeds.found, wanted) if wanted else None
        if not as_json and not await room.db.read(feeds.count):
            click.echo(no_feeds(), err=True)
            return
        room.ingester.remember_at_news(room.clock())
        if feed is not None:
            tally = await room.poller.poll_one(feed.id)
        else:
            with click.progressbar(length=1, label="looking", hidden=as_json) as bar:
                tally = await room.poller.round(force=force, progress=_shown_by(bar))
    summary = {
        "feeds": tally.feeds,
        "new": tally.new,
        "updated": tally.updated,
        "unchanged": tally.unchanged,
        "not_modified": tally.not_modified,
        "failed": tally.failed,
        "seconds": round(tally.seconds, 2),
    }
    if as_json:
        click.echo(json.dumps(summary))
        return
    click.echo(
        f"{tally.feeds} feeds in {tally.seconds:.1f} s: {tally.new} new items, {tally.updated}"
        f" updated, {tally.unchanged} unchanged; {tally.not_modified} feeds had nothing new,"
        f" {tally.failed} failed"
    )
