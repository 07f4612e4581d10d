"""Kill both halves at random while news comes: ``python -m tests.benchmarks.halves [STORIES]``.

An outlet tells so many stories, one after the other, to twenty readers; with each a half is
killed, or both, and begun again in any order. By several seeds. Prints how many tellings arrived,
how many are missing, how many came twice without having been on their way at a kill (both must be
0), and whether the audit holds.
"""

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.journeys.halves import play

READERS, STORIES, SEEDS = 20, 20, (1, 2, 3)


async def main(stories: int) -> None:
    for seed in SEEDS:
        with tempfile.TemporaryDirectory() as folder:
            print(await play(Path(folder), READERS, stories, seed), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else STORIES))
