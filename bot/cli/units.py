"""``units``: what systemd is told about us, for whoever has no clone to copy it from."""

import re
import sys
from pathlib import Path

import click

from bot.cli.beginning import CLONE, PACKAGE, write
from bot.cli.common import Refused
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
        put(folder / name, text.replace(PROGRAM, str(program)))
    for unseen in filter(is_in_a_home, (program, Path(sys.base_prefix))):
        click.echo(f"{unseen} is in a home folder, which a service does not see.", err=True)
    services = "steppewire-watchers steppewire-bot@NAME" if apart else "steppewire"
    click.echo(
        f"Next: `systemctl daemon-reload`, then `systemctl enable --now {services}`"
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
    return re.sub(r"(?<=-config )\S+", lambda _: str(shipped(REPLICATION)), text)


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
