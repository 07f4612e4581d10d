"""``feeds articles``: whether the articles of a feed that tells only headlines are read."""

import click

from bot.cli.common import command
from bot.cli.feeds.listing import FEED, changed
from bot.settings import Settings
from storage import wanted_articles
from storage.errors import NewsError
from watchers.parse.article import is_installed


@click.command()
@FEED
@click.argument("switch", type=click.Choice(["on", "off"]), metavar="on|off")
@command
async def articles(settings: Settings, wanted: str, switch: str) -> None:
    """Read the pages of a feed that tells only headlines, so that search and stories know more.

    Alerts go by the headline, as ever; the words of the article serve from when it was read.
    Needs the extra `fulltext`; docs/fulltext.md says what is asked of the outlet.
    """
    if switch == "on" and not is_installed():
        raise NewsError("articles.not_installed")
    await changed(
        settings,
        wanted,
        lambda db, feed_id: wanted_articles.switch(db, feed_id, on=switch == "on"),
    )
