"""``python -m MODULE …`` from an interpreter that has our imports behind it.

A program that journeys start spends most of its time importing what every other one imports too.
So one process a test run imports it all, and each program begins as a fork of that one: in a
folder, an environment and a session of its own, and from there on as ``python -m`` begins it. That
imports are right from nothing is shown where programs start cold: ``make run``, ``make demo``."""

import asyncio
import atexit
import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from select import select

ROOT = Path(__file__).parents[2]
LONGEST_REQUEST = 65_536
ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
"""Of the process that forks: no thread may run there."""


@dataclass
class Forked:
    """A started program, seen as asyncio's ``Process``."""

    pid: int
    stdout: asyncio.StreamReader
    returncode: int | None
    _ending: asyncio.Task[int]

    def send_signal(self, sign: signal.Signals) -> None:
        if self.returncode is None:
            os.kill(self.pid, sign)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> int:
        self.returncode = await asyncio.shield(self._ending)
        return self.returncode


async def start(module: str, *words: str, cwd: Path, env: dict[str, str]) -> Forked:
    """Run a module as a program; what it writes to both of its streams is read from ``stdout``."""
    request = {"module": module, "words": words, "cwd": str(cwd), "env": env}
    near, far = socket.socketpair()
    reads, writes = os.pipe()
    try:
        socket.send_fds(forker(), [json.dumps(request).encode()], [writes, far.fileno()])
    finally:
        far.close()
        os.close(writes)
    pid = int.from_bytes(near.recv(8), "big")
    assert pid, "nothing was started"
    near.setblocking(False)
    loop, stdout = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdout), os.fdopen(reads))

    async def ending() -> int:
        with near:
            status = await loop.sock_recv(near, 8)
        code = program.returncode = int.from_bytes(status, "big", signed=True)
        return code

    program = Forked(pid, stdout, None, asyncio.create_task(ending()))
    return program


@cache
def forker() -> socket.socket:
    """Start the process that forks; it ends when its socket is closed, as at our own end."""
    near, far = socket.socketpair()
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.warm", str(far.fileno())],
        cwd=ROOT, env=ENVIRONMENT, pass_fds=(far.fileno(),), stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    far.close()

    def end() -> None:
        near.close()
        process.wait()

    atexit.register(end)
    return near


# --- the process that forks -------------------------------------------------------------------


def serve(descriptor: int) -> None:
    """Fork a program for each request, until nobody can ask any more."""
    for folder in ("bot/cli", "bot/commands", "bot/render"):
        for file in sorted((ROOT / folder).glob("[!_]*.py")):
            import_module(f"{folder.replace('/', '.')}.{file.stem}")
    import_module("tests.bot.delivery.kit")
    import_module("bot.app")
    import_module("watchers.text.words").analyse("Проба words", "")  # loads the dictionaries
    gc.collect()
    gc.freeze()
    asked = socket.socket(fileno=descriptor)
    while True:
        message, files, _, _ = socket.recv_fds(asked, LONGEST_REQUEST, 2)
        if not message:
            return
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass  # who watched over a program that has ended
        if os.fork():
            for one in files:
                os.close(one)
            continue
        asked.detach()
        os.close(descriptor)
        watch_over(json.loads(message), *files)
        return


def watch_over(request: dict[str, object], stream: int, told: int) -> None:
    """Fork the program, tell its id, wait for it and tell its exit code.

    Where nobody hears any more (a test run that was killed) the program is killed, too.
    """
    pid = os.fork()
    if not pid:
        os.close(told)
        become(stream, **request)
        return
    os.close(stream)
    with socket.socket(fileno=told) as teller:
        teller.sendall(pid.to_bytes(8, "big"))
        ended = os.pidfd_open(pid)
        if ended not in select([ended, teller], [], [])[0]:
            os.kill(pid, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        with suppress(OSError):
            teller.sendall(code.to_bytes(8, "big", signed=True))
    os._exit(0)


def become(stream: int, module: str, words: list[str], cwd: str, env: dict[str, str]) -> None:
    """Be the program from here on, down to the end of the interpreter."""
    os.setsid()
    for standard in (1, 2):
        os.dup2(stream, standard)
    os.close(stream)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
