"""The command line: one noun, one file; a command's file is read only when it is called."""

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import click

COMMANDS = {
    "run": "bot.cli.running",
    "demo": "bot.cli.demo",
    "poll": "bot.cli.polling",
    "feeds": "bot.cli.feeds",
    "ingest": "bot.cli.importing",
    "items": "bot.cli.archive",
    "stories": "bot.cli.archive",
    "story": "bot.cli.archive",
    "search": "bot.cli.archive",
    "digest": "bot.cli.archive",
    "trends": "bot.cli.archive",
    "rates": "bot.cli.rates",
    "match": "bot.cli.words",
    "language": "bot.cli.words",
    "backtest": "bot.cli.backtest",
    "backup": "bot.cli.upkeep",
    "restore": "bot.cli.upkeep",
    "check": "bot.cli.upkeep",
    "audit": "bot.cli.audit",
}
"""Where each command lives; the order is that of ``--help``."""

LONGEST_SENTENCE = 1_000
"""Click cuts a command's sentence in the overview with "…"; no sentence of ours is so long."""


class Overview(click.Group):
    """A group whose help tells every command's first sentence in full."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, each over as many lines as it takes."""
        rows = [
            (name, found.get_short_help_str(limit=LONGEST_SENTENCE))
            for name in self.list_commands(ctx)
            if (found := self.get_command(ctx, name)) is not None
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


class LazyGroup(Overview):
    """A group that imports a command's file when it is called: `match` needs no Telegram."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order people meet them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command by its name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        loaded: Any = getattr(import_module(COMMANDS[cmd_name]), cmd_name)
        if not isinstance(loaded, click.Command):
            message = f"{cmd_name} is no command"
            raise TypeError(message)
        return loaded


def installed_version() -> str:
    """Return our version, or "source" where the package is not installed."""
    try:
        return version("steppewire")
    except PackageNotFoundError:
        return "source"


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 99},
)
@click.version_option(installed_version(), prog_name="steppewire")
def main() -> None:
    """SteppeWire: a Telegram news monitor for Central Asia and Russia.

    Settings come from the environment and from .env; .env.example explains each. Listings take
    --json (one object a line). Exit codes: 0 done, 1 refused with one sentence, 2 wrong usage.
    """
