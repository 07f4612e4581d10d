"""How fast the program starts, stops, and how much memory it takes: whole processes.

python -m tests.benchmarks.start
"""

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

from bot.sandbox import Sandbox
from storage.database import connect
from tests.journeys.process import started

RUNS = 5
KIB = 1024


def resident(pid: int) -> int:
    """Return a process's resident memory in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) // KIB
    return 0


async def once(folder: Path, words: tuple[str, ...], **settings: str) -> tuple[float, ...]:
    """Start, wait for "running" and "connected", stop; return the seconds and the MiB."""
    began = time.perf_counter()
    async with started(folder, *words, **settings) as program:
        await program.says('"running"')
        running = time.perf_counter() - began
        await program.says('"connected"')
        connected = time.perf_counter() - began
        await asyncio.sleep(3)
        memory = float(resident(program.process.pid))
        began = time.perf_counter()
        code = await program.end()
        assert code == 0
        return running, connected, time.perf_counter() - began, memory


async def main() -> None:
    """Print the medians."""
    rows = []
    async with Sandbox.start(people=False) as box:
        for _ in range(RUNS):
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                db = connect(folder / "news.db")
                db.conn.execute("insert into outlets(name) values ('None')")
                db.conn.execute(
                    "insert into feeds(url, outlet_id, added_at, status)"
                    " values ('https://feeds.example/none', 1, 0, 'paused')"
                )
                db.close()
                settings = {"TELEGRAM_BOT_TOKEN": box.token, "TELEGRAM_API_URL": box.url}
                rows.append(await once(folder, ("run",), **settings))
    names = ("running after, s", "connected after, s", "stopped after, s", "memory, MiB")
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        low, middle, high = min(values), statistics.median(values), max(values)
        print(f"{name:20} {low:8.2f} {middle:8.2f} {high:8.2f}   (min, median, max)")
    print(f"cpus: {os.cpu_count()}")


if __name__ == "__main__":
    asyncio.run(main())
