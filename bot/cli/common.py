"""What the commands share: settings, one sentence for a wrong request, listings, progress."""

import asyncio
import functools
import json
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec

import click

from bot import logs, texts
from bot.settings import Settings, SettingsError, load
from storage.database import Database
from storage.errors import NewsError

P = ParamSpec("P")
WIDEST_COLUMN = 60

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
"""The option every listing takes."""


class Refused(click.ClickException):
    """A wrong request: one clear sentence on stderr, exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the sentence as it is; several problems stand on a line each."""
        click.echo(self.message, file=file or sys.stderr)


def command(
    body: Callable[Concatenate[Settings, P], Coroutine[Any, Any, None]],
) -> Callable[P, None]:
    """Turn ``async def body(settings, …)`` into a click callback.

    Reads the settings, sets up the log, runs the body and says a wrong request's sentence.
    """

    @functools.wraps(body)
    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        settings = settings_or_refuse()
        logs.set_up(settings)
        try:
            asyncio.run(body(settings, *args, **kwargs))
        except NewsError as error:
            raise Refused(texts.sentence(error, "en")) from error
        except BrokenPipeError:
            sys.stderr.close()  # `steppewire items | head` is no failure

    return call


def settings_or_refuse(*, need_token: bool = False) -> Settings:
    """Read the settings; say everything that is wrong with them at once."""
    try:
        return load(need_token=need_token)
    except SettingsError as error:
        raise Refused("\n".join(error.problems)) from error


@asynccontextmanager
async def archive(settings: Settings) -> AsyncIterator[Database]:
    """Open the database for reading and small writes; a running bot may share it."""
    db = await Database.opened(settings.database_path)
    try:
        yield db
    finally:
        await db.close()


def now() -> datetime:
    """Return the present moment: the command line's clock."""
    return datetime.now(UTC)


def told(moment: datetime | None) -> str | None:
    """Write a moment as UTC ISO 8601, the form of every listing."""
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def emit(rows: Iterable[Mapping[str, Any]], *, as_json: bool, columns: tuple[str, ...]) -> None:
    """Print a listing: JSON lines with every field, or a table of the named columns."""
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    cells = [[short(row.get(name)) for name in columns] for row in rows]
    if not cells:
        click.echo("nothing")
        return
    widths = [max(len(name), *(len(row[n]) for row in cells)) for n, name in enumerate(columns)]
    for line in [list(columns), *cells]:
        click.echo("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip())


def short(value: Any) -> str:
    """Write a table's cell on one line of bearable width, without control characters."""
    if value is None:
        return "-"
    text = " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())
    return text if len(text) <= WIDEST_COLUMN else f"{text[: WIDEST_COLUMN - 1]}…"
