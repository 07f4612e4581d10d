"""One scheduled backup in a process of its own: it may take minutes, and be killed at any moment.

Started as ``python -m storage.backups.worker`` with JSON on its command line. It says how far it
is and how it ended, a JSON object a line; it ends when its stdin closes: with whoever started it.
"""

import json
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from storage.backups import folder as backup_folder
from storage.backups import rotation
from storage.errors import StorageError

NICE = 10
"""Whatever answers people goes first."""

SAID_EVERY = 500
"""Steps of the copy: a line for each gigabyte or so."""


def main(arguments: list[str]) -> None:
    """Make the backup that the arguments describe."""
    with suppress(OSError):  # a sandbox may forbid it
        os.nice(NICE)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    steps = 0

    def progress(done: int, total: int) -> None:
        nonlocal steps
        steps += 1
        if steps % SAID_EVERY == 0:
            say({"done": done, "total": total})

    say(work(json.loads(arguments[0]), progress))


def work(asked: dict[str, str], progress: Callable[[int, int], None]) -> dict[str, Any]:
    """Make the backup that is described; return what is to be said of how it ended."""
    try:
        made = backup_folder.make(
            Path(asked["database"]),
            Path(asked["folder"]),
            datetime.fromisoformat(asked["now"]),
            progress,
            recipient=asked["recipient"],
            keep=rotation.keep(asked["keep"]) if asked["keep"] else None,
            gently=True,
        )
    except StorageError as error:
        return {"key": error.text_key, "values": error.values}
    return {"file": made.path.name, "size": made.size, "removed": made.removed}


def say(values: dict[str, Any]) -> None:
    """Write a line to whoever started us."""
    print(json.dumps(values), flush=True)  # noqa: T201 (what the other end reads)


def _end_with_parent() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
