"""A program that is at its end while a thread of it hangs, as one that looks up a name does.

With a word behind it, it is the loop itself that hangs.
"""

import asyncio
import sys
import time

from bot.cli.running import hurry, leave

A_LONG_TIME_S = 300.0


async def end() -> None:
    asyncio.get_running_loop().run_in_executor(None, time.sleep, A_LONG_TIME_S)
    if len(sys.argv) > 1:
        hurry(leave, 0.01)
        time.sleep(A_LONG_TIME_S)  # noqa: ASYNC251 (that is what hangs)
    leave()


if __name__ == "__main__":
    asyncio.run(end())
