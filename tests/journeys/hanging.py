"""A program that is at its end while a thread of it hangs, as one that looks up a name does.

With the word "loop" behind it, it is the loop itself that hangs; with "log" one that writes to a
log which nobody reads.
"""

import asyncio
import sys
import time

from bot.cli.running import hurry, leave

A_LONG_TIME_S = 300.0


MORE_THAN_A_PIPE_HOLDS = "x" * 2_000_000


async def end() -> None:
    match sys.argv[1:]:
        case ["loop"]:
            hurry(leave, 0.01)
            time.sleep(A_LONG_TIME_S)  # noqa: ASYNC251 (that is what hangs)
        case ["log"]:
            asyncio.get_running_loop().run_in_executor(
                None, sys.stderr.write, MORE_THAN_A_PIPE_HOLDS
            )
            await asyncio.sleep(0.1)
        case _:
            asyncio.get_running_loop().run_in_executor(None, time.sleep, A_LONG_TIME_S)
    leave()


if __name__ == "__main__":
    asyncio.run(end())
