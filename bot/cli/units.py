"""``units``: what systemd is told about us, for whoever has no clone to copy it from."""

import re
import sys
from pathlib import Path

import click

from bot.cli.beginning import CLONE, PACKAGE, write
from bot.cli.common import Refused, readable
from bot.instance import EVERYBODY_READS

NAMES = (
    "steppewire.service",
    "steppewire-audit.service",
    "steppewire-audit.timer",
    "steppewire-backup.service",
    "steppewire-backup.timer",
)
WATCHERS, BOTS = "steppewire-watchers.service", "steppewire-bot@.service"
"""What runs apart in place of the first; a bot's name stands behind the @."""

LITESTREAM, REPLICATION = "steppewire-litestream.service", "litestream.yml"
"""What copies the database away, and by which settings."""

WEB = "steppewire-web.service"
"""What shows the archive in a browser."""

PROGRAM = "/usr/local/bin/steppewire"
"""Which the units name, unless another one was called."""

_PLAIN = re.compile(r"[\w/.@+:,=~%-]+")
"""What stands for itself between two blanks of a command line of systemd's."""

_ODD = re.compile(r"[\"'\\\x00-\x1f\x7f\ud800-\udfff]")
"""What no name of a program that systemd starts may have in it."""

HOMES = (Path("/home"), Path("/root"), Path("/run/user"))
"""What ProtectHome= keeps from a service."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--apart",
    is_flag=True,
    help="Also those of the two halves, to be run apart: steppewire-watchers, and"
    " steppewire-bot@NAME for each bot, with its settings in NAME.env.",
)
@click.option(
    "--litestream",
    is_flag=True,
    help="Also steppewire-litestream, which copies every change of the database away;"
    " docs/failover.md says what it needs.",
)
@click.option(
    "--web",
    is_flag=True,
    help="Also steppewire-web, which shows the archive in a browser: docs/web.md.",
)
def units(*, folder: Path, apart: bool, litestream: bool, web: bool) -> None:
    """Write systemd's units of a service into FOLDER, and say what is next.

    FOLDER is /etc/systemd/system, as a rule. A file that is there and says something else is
    kept under another name.
    """
    program = called(sys.argv[0])
    if _ODD.search(str(program)):
        raise Refused(
            f"systemd starts no program with quotes, backslashes or bytes that are no text in its"
            f" path: {readable(str(program))}. Install SteppeWire elsewhere, or call it by a link."
        )
    told = {name: shipped(name).read_text("utf-8") for name in NAMES}
    # What was asked for once is renewed with a version.
    apart = apart or (folder / WATCHERS).exists()
    if apart:
        told |= halves(told[NAMES[0]])
    if litestream or (folder / LITESTREAM).exists():
        told[LITESTREAM] = replicating()
    if web or (folder / WEB).exists():
        told[WEB] = shipped(WEB).read_text("utf-8")
    for name, text in told.items():
        put(folder / name, text.replace(PROGRAM, word(str(program))))
    for unseen in filter(is_in_a_home, (program, Path(sys.base_prefix))):
        click.echo(f"{unseen} is in a home folder, which a service does not see.", err=True)
    services = ["steppewire-watchers steppewire-bot@NAME" if apart else "steppewire"]
    services += [unit.removesuffix(".service") for unit in (LITESTREAM, WEB) if unit in told]
    click.echo(
        f"Next: `systemctl daemon-reload`, then `systemctl enable --now {' '.join(services)}`"
        " and, once a week, `systemctl enable --now steppewire-audit.timer`."
    )


def called(program: str) -> Path:
    """Return where the `steppewire` is that was called, links unfollowed: they outlive updates."""
    found = Path(program).absolute()
    return found if found.name == "steppewire" else Path(sys.prefix, "bin", "steppewire")


def is_in_a_home(path: Path) -> bool:
    """Tell whether ProtectHome= hides a path."""
    return any(home in path.parents for home in HOMES)


def shipped(name: str) -> Path:
    """Return where a file of deploy/ is: in the installed package, or the clone we run from."""
    installed = PACKAGE / "units" / name
    return installed if installed.is_file() else CLONE / "deploy" / name


def replicating() -> str:
    """Return Litestream's unit, with the place of the settings that we ship."""
    text = shipped(LITESTREAM).read_text("utf-8")
    return re.sub(r"(?<=-config )\S+", lambda _: argument(shipped(REPLICATION)), text)


def argument(path: Path) -> str:
    """Write a path as an argument of a command of systemd's, which puts variables in."""
    return word(str(path).replace("$", "$$"))


def word(text: str) -> str:
    """Write one word of a command line by systemd's rules: systemd.syntax(7), systemd.service(5).

    A `$` is left alone: systemd puts no variables into the name of a program.
    """
    text = text.replace("%", "%%")
    if _PLAIN.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def halves(whole: str) -> dict[str, str]:
    """Turn the whole program's unit into those of its halves; each keeps off the whole."""
    whole = whole.replace("[Service]", "Conflicts=steppewire.service\n\n[Service]", 1)
    whole = whole.replace("\n\nConflicts=", "\nConflicts=", 1)
    bot = f"ExecStart={PROGRAM} run --only bot\nEnvironment=DOTENV_PATH=%i.env\n"
    return {
        WATCHERS: whole.replace("Description=SteppeWire,", "Description=SteppeWire's watchers,")
        .replace(f"ExecStart={PROGRAM} run\n", f"ExecStart={PROGRAM} run --only watchers\n"),
        BOTS: whole.replace("Description=SteppeWire,", "Description=SteppeWire's bot %i,")
        .replace(f"ExecStart={PROGRAM} run\n", bot),
    }  # fmt: skip


def put(file: Path, text: str) -> None:
    """Write a unit unless it is there, and say what was done."""
    try:
        if file.is_file() and file.read_text(encoding="utf-8", errors="replace") == text:
            click.echo(f"{file}: as it was")
            return
        kept = write(file, text, EVERYBODY_READS)
    except OSError as error:
        raise Refused(f"{file} cannot be written: {error.strerror}.") from error
    click.echo(f"{file}: written" + (f"; what was there is {kept}" if kept else ""))
