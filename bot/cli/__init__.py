"""The command line: one noun, one file; a command's file is read only when it is called."""

import ast
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import click

from bot.version import installed_version

COMMANDS = {
    "init": "bot.cli.beginning",
    "run": "bot.cli.running",
    "demo": "bot.cli.demo",
    "poll": "bot.cli.polling",
    "feeds": "bot.cli.feeds",
    "ingest": "bot.cli.importing",
    "items": "bot.cli.archive",
    "stories": "bot.cli.archive",
    "export": "bot.cli.exporting",
    "story": "bot.cli.story",
    "search": "bot.cli.searching",
    "digest": "bot.cli.digests",
    "trends": "bot.cli.searching",
    "rates": "bot.cli.rates",
    "match": "bot.cli.words",
    "language": "bot.cli.words",
    "backtest": "bot.cli.backtest",
    "backup": "bot.cli.backups",
    "restore": "bot.cli.backups",
    "compact": "bot.cli.backups",
    "web": "bot.cli.web",
    "check": "bot.cli.checking",
    "health": "bot.cli.health",
    "audit": "bot.cli.audit",
    "units": "bot.cli.units",
}
"""Where each command lives; the order is that of ``--help``."""

LONGEST = 1_000
"""Click cuts a command's sentence in the overview with "…"; no sentence of ours is so long."""


class LazyGroup(click.Group):
    """A group that imports a command's file when it is called: `match` needs no Telegram."""

    def __init__(self, *args: Any, files: Mapping[str, str], **kwargs: Any) -> None:
        """Make a group of the commands in ``files``: of each its name, and where it lives."""
        super().__init__(*args, **kwargs)
        self.files = files

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List the commands in the order people meet them."""
        del ctx
        return list(self.files)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command by its name, which in Python may need a ``_`` behind it."""
        del ctx
        if cmd_name not in self.files:
            return None
        file = import_module(self.files[cmd_name])
        for name in (cmd_name, f"{cmd_name}_"):
            if isinstance(found := getattr(file, name, None), click.Command):
                return found
        message = f"{cmd_name} is no command"
        raise TypeError(message)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, each with its first sentence in full; no file of theirs is run."""
        del ctx
        rows = [
            (name, click.Command(name, help=docstring(file, name)).get_short_help_str(LONGEST))
            for name, file in self.files.items()
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


def docstring(file: str, name: str) -> str | None:
    """Read what the command ``name`` says of itself off its file, a module, without loading it."""
    found = find_spec(file)
    source = Path(found.origin).read_text(encoding="utf-8") if found and found.origin else ""
    for node in ast.parse(source).body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if node.name.rstrip("_") == name:
                return ast.get_docstring(node)
    return None


def tell_version(ctx: click.Context, _option: click.Parameter, is_asked: bool) -> None:  # noqa: FBT001 (Click's call)
    """Write our version and end, where it is asked for."""
    if is_asked and not ctx.resilient_parsing:
        click.echo(f"steppewire, version {installed_version()}")
        ctx.exit()


@click.group(
    cls=LazyGroup,
    files=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 99},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=tell_version,
    help="Show the version and exit.",
)
def main() -> None:
    """SteppeWire: a Telegram news monitor for Central Asia and Russia.

    Settings come from the environment and from .env; `steppewire init` writes one that explains
    each. Listings take --json (one object a line). Exit codes: 0 done, 1 refused with one
    sentence, 2 wrong usage.
    """
