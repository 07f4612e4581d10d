"""``feeds``: what is polled, how each feed is, adding and removing; as in the admins' chat."""

import click

from bot.cli import LazyGroup

COMMANDS = {
    "list": "bot.cli.feeds.listing",
    "add": "bot.cli.feeds.looking",
    "fallback": "bot.cli.feeds.looking",
    "catalogue": "bot.cli.feeds.bulk",
    "check": "bot.cli.feeds.looking",
    "audit": "bot.cli.feeds.audit",
    "remove": "bot.cli.feeds.listing",
    "pause": "bot.cli.feeds.listing",
    "resume": "bot.cli.feeds.listing",
    "articles": "bot.cli.feeds.articles",
    "import": "bot.cli.feeds.bulk",
    "export": "bot.cli.feeds.bulk",
}


@click.group(cls=LazyGroup, files=COMMANDS)
def feeds() -> None:
    """List, add, remove, pause and check feeds; add the catalogue; import and export OPML."""
