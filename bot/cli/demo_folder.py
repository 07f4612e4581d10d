"""Where a demo keeps its things: a folder of its own, emptied at every start."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.instance import alone
from storage.errors import NewsError

FOLDER = Path("demo-data")
DATABASE = "steppewire.db"
MARKER = "made-by-steppewire-demo"
"""Locked while a demo runs in its folder. No folder without it is touched."""

ADDRESS = "address"
"""Holds where the running demo's page is, for who starts a second one."""

RATES = "rates.tsv"
"""Names the demo's central banks."""

OURS = (*(f"{DATABASE}{end}" for end in ("", "-wal", "-shm", ".lock")), ADDRESS, RATES)
"""What a demo makes beside the marker, and the next one removes; anything else stays."""


@contextmanager
def own_folder(port: int | None) -> Iterator[Path]:
    """Hold an emptied folder for as long as the block runs.

    It is the usual one; where a demo runs in that already, a demo with a port of its own gets a
    folder of its own. Raises NewsError where there can be none.
    """
    with ExitStack() as held:
        try:
            folder = held.enter_context(emptied(FOLDER))
        except NewsError as error:
            if port is None or error.text_key != "demo.running":
                raise
            folder = held.enter_context(emptied(Path(f"{FOLDER}-{port}")))
        yield folder


@contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    """Make or take over a folder, remove what an earlier demo made in it, and hold it."""
    with ExitStack() as held:
        try:
            refuse_foreign(folder)
            folder.mkdir(mode=0o700, exist_ok=True)
            hold(folder, held)
            for name in OURS:
                (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise NewsError("demo.folder", folder=str(folder), reason=error.strerror) from error
        yield folder


def keep_address(folder: Path, address: str) -> None:
    """Write down where the demo's page is, for its owner alone: whoever opens it is the admin."""
    file = os.open(folder / ADDRESS, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "w", encoding="utf-8") as opened:
        opened.write(address)


def refuse_foreign(folder: Path) -> None:
    """Raise NewsError where there is something that no demo has made."""
    if (folder / MARKER).is_file() or not (folder.is_symlink() or folder.exists()):
        return
    if not folder.is_dir() or any(folder.iterdir()):
        raise NewsError("demo.foreign", folder=str(folder))


def hold(folder: Path, held: ExitStack) -> None:
    """Lock the folder; where a demo runs in it, say which and at what address."""
    try:
        held.enter_context(alone(folder / MARKER, "demo.running"))
    except NewsError as error:
        if error.text_key != "demo.running":
            raise
        try:
            address = (folder / ADDRESS).read_text(encoding="utf-8")
        except OSError:
            address = "just starting"
        raise NewsError("demo.running", address=address, **error.values) from None
