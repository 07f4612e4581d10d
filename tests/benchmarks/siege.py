"""Kill the program while people wait for answers: ``python -m tests.benchmarks.siege [ENDS]``.

Forty people type eight commands each before each end (a question, what changes something, what
asks back), the program is ended at a random moment, so many times, and begun again; then it may
answer all that is left. By ``kill -9`` with polling and with a webhook, and by SIGTERM with 120
waiting. Prints what nobody answered, what was answered twice without having been on its way, whose
answers came out of order, who has other subscriptions than they should (all must be 0), and how
long the longest stop took. Takes some minutes: Telegram's limits hold.
"""

import asyncio
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.journeys.siege import besiege

PEOPLE, EACH, ENDS = 40, 8, 5


async def main(ends: int) -> None:
    for sign, webhook, each in (
        (signal.SIGKILL, False, EACH),
        (signal.SIGKILL, True, EACH),
        (signal.SIGTERM, False, 3),
    ):
        began = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            came = await besiege(Path(folder), PEOPLE, each, ends, sign, webhook=webhook)
        way = "webhook" if webhook else "polling"
        print(f"{sign.name}, {way}: {came}, {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else ENDS))
