"""What the commands share: settings, one sentence for a wrong request, listings, progress."""

import asyncio
import errno
import functools
import json
import os
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from bot import logs, texts
from bot.instance import worked_on_by
from bot.settings import Settings, SettingsError, load
from bot.settings import hints as load_hints
from storage.database import Database
from storage.errors import NewsError, StorageError
from storage.masking import masked

MADE_WITHIN_S, AGAIN_S = 3.0, 0.2
"""So long a command waits for who runs and is just making the file, and how often it looks."""

P = ParamSpec("P")
T = TypeVar("T")
WIDEST_COLUMN = 60
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
"""The option every listing takes."""


class Refused(click.ClickException):
    """A wrong request: one clear sentence on stderr, exit code 1."""

    exit_code = 1

    def show(self, file: Any = None) -> None:
        """Print the sentence without an address's secrets; several problems stand a line each."""
        click.echo(masked(self.message), file=file or sys.stderr)


Body = Callable[Concatenate[Settings, P], Coroutine[Any, Any, None]]


def command(body: Body[P]) -> Callable[P, None]:
    """Turn ``async def body(settings, …)`` into a click callback of a command that ends soon.

    Reads the settings, sets up the log, runs the body and says a wrong request's sentence. The
    command's own words are its report: the log has warnings only, or all where LOG_LEVEL=DEBUG.
    """

    @functools.wraps(body)
    def call(*args: P.args, **kwargs: P.kwargs) -> None:
        settings = settings_or_refuse()
        carried_out(body, quiet(settings), *args, **kwargs)

    return call


def lasting(
    *,
    need_token: Callable[..., bool] = lambda **_: False,
    without: frozenset[str] = frozenset(),
) -> Callable[[Body[P]], Callable[P, None]]:
    """Turn a body into the callback of a command that runs until it is stopped, log and all.

    ``need_token`` tells it of the command's own options; ``without`` is that of ``settings.load``.
    """

    def decorated(body: Body[P]) -> Callable[P, None]:
        @functools.wraps(body)
        def call(*args: P.args, **kwargs: P.kwargs) -> None:
            settings = settings_or_refuse(need_token=need_token(**kwargs), without=without)
            carried_out(body, settings, *args, **kwargs)

        return call

    return decorated


def carried_out(body: Body[P], settings: Settings, *args: P.args, **kwargs: P.kwargs) -> None:
    """Run a command's body; what it cannot do for a reason outside us is one sentence."""
    logs.set_up(settings)
    for name, value in kwargs.items():
        if isinstance(value, str):
            kwargs[name] = readable(value)
    try:
        asyncio.run(body(settings, *args, **kwargs))
    except NewsError as error:
        raise Refused(sentence(error)) from error
    except BrokenPipeError:
        let_go_of_stdout()  # `steppewire items | head` is no failure
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        let_go_of_stdout()
        raise Refused(texts.translate("en", "storage.full")) from error


def let_go_of_stdout() -> None:
    """Let what is still to be written go nowhere: Python would try again at its end, and fail."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def quiet(settings: Settings) -> Settings:
    """Return the settings with a log of warnings only, unless LOG_LEVEL asks for everything."""
    return replace(settings, log_level="WARNING") if settings.log_level == "INFO" else settings


def settings_or_refuse(
    *, need_token: bool = False, without: frozenset[str] = frozenset()
) -> Settings:
    """Read the settings; say everything that is wrong with them at once."""
    hints = load_hints()
    try:
        settings = load(need_token=need_token, without=without)
    except SettingsError as error:
        raise Refused("\n".join((*error.problems, *hints))) from error
    for hint in hints:
        click.echo(hint, err=True)
    return settings


def sentence(error: NewsError) -> str:
    """Say a wrong request's sentence in the command line's own words, where it has them.

    What the chat answers with its commands stands under the same key after ``cli.``.
    """
    own = f"cli.{error.text_key}"
    text = texts.sentence(NewsError(own, **error.values) if texts.has(own) else error, "en")
    return readable(text)


def readable(text: str) -> str:
    """Put the sign for what cannot be read in the place of bytes that are no UTF-8 text."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def no_feeds() -> str:
    """Say that there is no feed yet and how to come by some."""
    return texts.translate("en", "cli.feeds.none")


@asynccontextmanager
async def archive(settings: Settings) -> AsyncIterator[Database]:
    """Open the database for reading and small writes; a running bot may share it.

    Raises NewsError where the file cannot serve, or a running bot of an older version has it.
    """
    db = await opened(settings.database_path)
    try:
        yield db
    finally:
        await db.close()


@asynccontextmanager
async def to_read(settings: Settings) -> AsyncIterator[Database]:
    """Open the database for reading alone, also where nobody can write; it is not made.

    Raises NewsError where there is none, or it cannot serve. One of an older version is brought up
    to date, as by every command.
    """
    path = settings.database_path
    try:
        db = await Database.opened_to_read(path)
    except StorageError as error:
        is_being_made = error.text_key == "storage.missing" and worked_on_by(path) is not None
        if error.text_key != "storage.older" and not is_being_made:
            raise
        db = await opened(path)
    try:
        yield db
    finally:
        await db.close()


async def opened(path: Path) -> Database:
    """Open the database; who runs may be just making or migrating it, and is waited for."""
    until = time.monotonic() + MADE_WITHIN_S
    while True:
        try:
            return await Database.opened(path, shared=worked_on_by(path) is not None)
        except StorageError as error:
            if error.text_key != "storage.behind" or time.monotonic() > until:
                raise
        await asyncio.sleep(AGAIN_S)


async def aside(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Do long work in a thread of its own, which ends with the process.

    Whoever stops the command waits for nothing: a statement that reads a large file from end to
    end hears of no Ctrl-C.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(setter: Callable[[Any], None], outcome: object) -> None:
        if not done.done():
            setter(outcome)

    def run() -> None:
        setter: Callable[[Any], None] = done.set_result
        outcome: object
        try:
            outcome = work(*args, **kwargs)
        except BaseException as error:  # noqa: BLE001 - whatever it is, who waits hears of it
            setter, outcome = done.set_exception, error
        with suppress(RuntimeError):  # nobody waits any more
            loop.call_soon_threadsafe(settle, setter, outcome)

    threading.Thread(target=run, daemon=True).start()
    return await done


@contextmanager
def steps_shown(label: str, number: int) -> Iterator[Callable[[str], None]]:
    """Show on a terminal how far work of so many steps is; it is told the name of each."""
    if not sys.stderr.isatty():
        yield lambda _name: None
        return
    with click.progressbar(
        length=number, label=label, file=sys.stderr, item_show_func=lambda name: name or ""
    ) as bar:
        yield lambda name: bar.update(1, name)


def now() -> datetime:
    """Return the present moment: the command line's clock."""
    return datetime.now(UTC)


def emit(
    rows: Iterable[Mapping[str, Any]],
    *,
    as_json: bool,
    columns: tuple[str, ...],
    empty: str = "nothing",
) -> None:
    """Print a listing: JSON lines with every field, or a table of the named columns.

    Cells are cut for the eye only, where a terminal shows them. Where there is nothing to list,
    stdout stays empty and stderr says ``empty``.
    """
    if as_json:
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    write = short if sys.stdout.isatty() else whole
    cells = [[write(row.get(name)) for name in columns] for row in rows]
    if not cells:
        click.echo(empty, err=True)
        return
    widths = [max(len(name), *(len(row[n]) for row in cells)) for n, name in enumerate(columns)]
    for line in [list(columns), *cells]:
        click.echo("  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip())


def whole(value: Any) -> str:
    """Write a table's cell on one line, without control characters."""
    if value is None:
        return "-"
    return " ".join("".join(c if c.isprintable() else " " for c in str(value)).split())


def short(value: Any) -> str:
    """Write a table's cell in a width that a terminal bears."""
    text = whole(value)
    return text if len(text) <= WIDEST_COLUMN else f"{text[: WIDEST_COLUMN - 1]}…"
