"""``feeds audit``: the catalogue's addresses, each looked at once."""

import sys
from collections.abc import Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import click

from bot import pipeline, texts
from bot.cli.common import command, now
from bot.settings import Settings
from storage.errors import NewsError
from watchers import audit as looking_at
from watchers import catalogue
from watchers.catalogue.starting import feed_of
from watchers.host_queues import Politeness

TABLES = ("feeds.tsv", "fallbacks.tsv")
IN_THE_REPOSITORY = "watchers/catalogue"


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Where the tables are, instead of the catalogue's own.",
)
@command
async def audit(settings: Settings, *, folder: Path | None) -> None:
    """Look at each address of the catalogue once, and print a patch of what was seen.

    The patch notes in each row when its address was looked at and what came, and follows
    addresses that moved for good. Nothing is kept; hosts are asked as gently as in a round.
    """
    own = resources.files(catalogue)
    texts_of = {
        name: text
        for name in TABLES
        if (text := text_of((folder or own).joinpath(name))) is not None
    }
    rows = [row for text in texts_of.values() for row in catalogue.rows_of(text)]
    wanted = tuple(map(feed_of, rows))
    async with pipeline.observing(settings) as observer:
        polite = Politeness(exempt=settings.feed_allow_hosts)
        with click.progressbar(length=len(wanted), label="looking", file=sys.stderr) as bar:
            found = await looking_at.looked_at(
                wanted, observer, polite, lambda done: bar.update(done - bar.pos)
            )
    if found and looking_at.is_offline(found.values()):
        raise NewsError("audit.offline")
    at = now()
    for name, text in texts_of.items():
        after = looking_at.revised(text, found, at, say)
        label = name if folder else f"{IN_THE_REPOSITORY}/{name}"
        click.echo(looking_at.patch(label, text, after), nl=False)
    failed = sum(bool(one.error_key) for one in found.values())
    moved = sum(one.url != url for url, one in found.items())
    answer = len(found) - failed
    click.echo(
        f"{len(found)} looked at: {answer} answer, {moved} moved, {failed} do not", err=True
    )


def say(key: str, values: Mapping[str, Any]) -> str:
    """Say what is wrong with a feed, as the listings do."""
    return texts.complaint("en", key, dict(values))


def text_of(file: Traversable) -> str | None:
    """Read a table; None where there is none."""
    return file.read_text(encoding="utf-8") if file.is_file() else None
