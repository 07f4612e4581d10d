"""``check``: whether all that ``run`` needs is well."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import click

from bot.cli.audit import lines_of, looking
from bot.cli.common import Refused, archive, aside, command, now, sentence, steps_shown
from bot.cli.health import asked
from bot.connection import bot_username
from bot.failures import system_says
from bot.instance import worked_on_by
from bot.monitoring.machine import database_size
from bot.pipeline import embeddings_of, translations_of
from bot.settings import Settings, host_port
from storage.audit import report as reports
from storage.backups import copies
from storage.backups import folder as backup_folder
from storage.errors import NewsError, StorageError
from storage.files import readable_by_others, refuse_full, refuse_place
from storage.masking import masked
from watchers.meaning.opening import asking
from watchers.meaning.values import MeaningError
from watchers.translation.opening import opened as translator_opened
from watchers.translation.translating import ANSWER_S
from watchers.translation.values import TranslationError

UNHEARD = ", free: SteppeWire, which runs (process {pid}), listens there only after a restart"


@click.command()
@click.option(
    "--deep",
    is_flag=True,
    help="Look through the database's rows and search index, too; count the rows of each table.",
)
@command
async def check(settings: Settings, *, deep: bool) -> None:
    """Check what `run` needs: settings, database, ports, token, a line each; 1 if one is ill.

    With BACKUP_DIR set, also whether a backup could be made there. It writes nothing and may run
    beside a running bot. --deep takes minutes where there are millions of items.
    """
    click.echo("settings  ok")
    healthy = [
        await database_is_sound(settings, deep=deep),
        backups_have_a_place(settings),
        await ports_are_free(settings),
        await meaning_answers(settings),
        await translator_answers(settings),
        await token_is_good(settings),
    ]
    if not all(healthy):
        raise Refused("Mend what is named above and run `steppewire check` again.")


async def database_is_sound(settings: Settings, *, deep: bool = False) -> bool:
    """Say how the database is: whole, ours, of this version, and writable; or can be made.

    ``deep``: what an audit of all of it finds, and how many rows each table has.
    """
    path = settings.database_path
    try:
        refuse_place(path)
        if not path.exists():
            click.echo(f"database  {path} is not there yet; the first start makes it")
            return True
        refuse_full(path)
        async with archive(settings) as db:
            await db.try_lock()
            if deep:
                sound = await rows_add_up(path)
            else:
                with steps_shown("checking", len(copies.CHECKS)) as progress:
                    await aside(copies.check, path, progress)
                sound = True
            size = database_size(path)
    except NewsError as error:
        click.echo(f"database  {path}: {sentence(error)}")
        return False
    if sound:
        click.echo(f"database  ok: {path}, {size:,} bytes")
    if readable_by_others(path):
        click.echo(f"database  others on this machine may read it; `chmod 600 {path}*` ends that")
    return sound


def backups_have_a_place(settings: Settings) -> bool:
    """Say whether a backup could be made in BACKUP_DIR, where one is set."""
    if not settings.backup_dir:
        return True
    folder = Path(settings.backup_dir)
    sealed = bool(settings.backup_recipient)
    try:
        backup_folder.refuse_place(folder, settings.database_path, sealed=sealed)
    except StorageError as error:
        click.echo(f"backups   BACKUP_DIR={folder}: {sentence(error)}")
        return False
    click.echo(f"backups   ok: {folder}, {len(backup_folder.names(folder))} there")
    return True


async def rows_add_up(path: Path) -> bool:
    """Say how many rows each table has, and which laws do not hold."""
    with looking(deep=True) as progress:
        report = await aside(reports.audit, path, now(), progress, deep=True)
    if report.books:  # else not even its pages are whole
        for table, number in (await aside(reports.counts, path)).items():
            click.echo(f"rows      {table} {number:,}")
    for line in lines_of(report):
        click.echo(f"audit     {line}")
    return report.adds_up


async def ports_are_free(settings: Settings) -> bool:
    """Listen for a moment where `run` would, everywhere at once: two may want one port.

    What a running SteppeWire has is its own; what it does not have yet it has after a restart.
    """
    wanted = {"HEALTH_LISTEN": settings.health_listen}
    if settings.telegram_webhook_url:
        wanted["TELEGRAM_WEBHOOK_LISTEN"] = settings.telegram_webhook_listen
    wanted = {name: listen for name, listen in wanted.items() if listen}
    running = worked_on_by(settings.database_path)
    free = True
    async with AsyncExitStack() as held:
        for name, listen in wanted.items():
            host, port = host_port(listen)
            try:
                serving = asyncio.get_running_loop().create_server(asyncio.Protocol, host, port)
                held.callback((await serving).close)
            except OSError as error:
                if running is not None and await is_ours(name, listen):
                    click.echo(
                        f"ports     ok: {name}={listen}, where SteppeWire answers that runs"
                    )
                    continue
                reason = system_says(error)
                ill = NewsError("settings.listen", name=name, listen=listen, reason=reason)
                click.echo(f"ports     {sentence(ill)}")
                free = False
            else:
                yet = "" if running is None else UNHEARD.format(pid=running)
                click.echo(f"ports     ok: {name}={listen}{yet}")
    return free


async def is_ours(name: str, listen: str) -> bool:
    """Tell whether a port that is taken is that of the SteppeWire that runs."""
    if name != "HEALTH_LISTEN":
        return True  # only Telegram knows what is answered there
    try:
        await asyncio.to_thread(asked, listen)
    except Refused:
        return False
    return True


async def meaning_answers(settings: Settings) -> bool:
    """Ask once who says what texts mean; nothing is said where nobody is to be asked."""
    if not settings.embeddings_url:
        return True
    asked = asking(embeddings_of(settings))
    try:
        await asked.ask_once()
    except (MeaningError, OSError) as error:
        why = str(error) or "too slow"
        click.echo(masked(f"meaning   {settings.embeddings_url} does not answer: {why}"))
        return False
    finally:
        await asked.close()
    click.echo(masked(f"meaning   ok: {settings.embeddings_url}"))
    return True


async def translator_answers(settings: Settings) -> bool:
    """Have a word translated; nothing is said where nobody is to translate."""
    async with translator_opened(translations_of(settings)) as translator:
        if translator is None:
            return True
        name, source, target = settings.translate_engine, "en", "ru"
        try:
            async with asyncio.timeout(ANSWER_S):
                said = await translator.translate(["Good morning"], source, target)
        except (TranslationError, OSError) as error:
            why = str(error) or "too slow"
            click.echo(masked(f"translate {name} does not answer: {why}"))
            return False
    click.echo(masked(f"translate ok: {name} says {said[0][:60]!r} for 'Good morning'"))
    return True


async def token_is_good(settings: Settings) -> bool:
    """Ask Telegram who we are."""
    if not settings.telegram_bot_token:
        click.echo("token     none is set: ask @BotFather for one and put it into .env")
        return False
    try:
        username = await bot_username(settings)
    except NewsError as error:
        click.echo(f"token     {sentence(error)}")
        return False
    except ConnectionError as error:
        click.echo(masked(f"token     Telegram cannot be asked just now: {error}"))
        return False
    click.echo(f"token     ok: @{username}")
    return True
