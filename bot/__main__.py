"""``python -m bot``: the ``steppewire`` command."""

import gc
import os
import sys

from bot.cli import main as command
from storage.errors import SHORTAGES

YOUNG_OBJECTS = 20_000
"""How many new objects make Python look for what can be freed. Its own 700 are so few that a start
spends a tenth of its time on looking at what is loaded for good."""


def main() -> None:
    """Run the command line; an output that takes no more, whoever writes, costs a sentence."""
    gc.set_threshold(YOUNG_OBJECTS)
    open_streams()
    try:
        try:
            command(prog_name="steppewire")
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        let_go(sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        if error.errno in SHORTAGES:
            sys.stderr.write(f"This machine has too little left to go on: {error.strerror}.\n")
            sys.exit(1)
        let_go(sys.stdout.fileno())
        sys.stderr.write(f"The output cannot be written: {error.strerror}.\n")
        sys.exit(1)


def open_streams() -> None:
    """Put something where a standard stream is closed, or the next file opened takes its place.

    What is read there is empty; what is written there fails with a sentence, as a full disk does.
    """
    for number, (name, mode) in enumerate((("stdin", "r"), ("stdout", "w"), ("stderr", "w"))):
        if getattr(sys, name) is not None:
            continue
        # stdout is opened for reading alone, so that who writes there hears of it.
        os.open(os.devnull, os.O_WRONLY if name == "stderr" else os.O_RDONLY)
        setattr(sys, name, open(number, mode, encoding="utf-8"))  # noqa: PTH123, SIM115 (a descriptor, for good)


def let_go(stream: int) -> None:
    """Let what is still to be written go nowhere: Python would try again at its end, and fail."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream)


if __name__ == "__main__":
    main()
