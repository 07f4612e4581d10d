"""A hundred kill -9 during ten thousand deliveries: ``python -m tests.benchmarks.crash``.

Takes some minutes. Prints what was lost (must be 0), what came twice and whether each of these
had lost its answer, and in how many chats the order broke (must be 0).
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from storage.outbox import recovery
from tests.journeys.crash import besiege

CHATS, STORIES, KILLS = 100, 100, 100


async def main(seed: int) -> None:
    began = time.perf_counter()
    delay = recovery.CRASH_DELAY.total_seconds()
    with tempfile.TemporaryDirectory() as folder:
        came = await besiege(Path(folder), CHATS, STORIES, KILLS, delay, seed)
    print(f"{came}\nseconds {time.perf_counter() - began:.0f}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1))
