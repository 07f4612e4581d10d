"""docs/install.md, word by word, on a machine of its own: ``python -m tests.longrun.installing``.

The machine is a bare Debian in a folder with a systemd of its own (debootstrap, systemd-nspawn),
so it takes root, a network that has Debian's and Python's packages, and some minutes. Telegram and
the outlets are the sandbox's. Each block of the document is run line by line as it stands there,
by a shell that ends with the first that fails; what a person would then see is looked at.
"""

import argparse
import asyncio
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.cli.units import NAMES
from bot.sandbox import ADMIN_ID, Sandbox
from tests.journeys.documented import COMMENT, ROOT, blocks, section

DEBIAN = "http://deb.debian.org/debian"
TOOLS = "systemd,systemd-sysv,dbus,ca-certificates,passwd"
BEGUN_WITHIN_S = 60
Ask = Callable[[str], str]
"""Say something to the bot; what it answers."""

HUNG_S = 15
"""How long the watchdog waits here; two minutes in the unit."""


@dataclass
class Machine:
    """A Debian that has started, and what its shells know."""

    root: Path
    leader: int
    environ: dict[str, str]

    def run(self, script: str, folder: str = "/root") -> str:
        """Run lines of a shell, as root; return what they say, or end with it where one fails."""
        lines = f"cd {folder}\n{script}"
        enter = ["nsenter", "-t", str(self.leader), "-m", "-u", "-i", "-p", "-n", "--"]
        told = subprocess.run(
            [*enter, "/bin/bash", "-euxc", lines],
            env=self.environ, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if told.returncode:
            sys.exit(f"{told.stdout}\n{told.stderr}")
        return told.stdout

    def follows(
        self, heading: str, number: int = 0, document: str = "docs/install.md", **words: str
    ) -> str:
        """Run a block of a document, with what the reader fills in."""
        script = blocks(section(document, heading), "sh")[number]
        script = "\n".join(COMMENT.sub("", line) for line in script.splitlines())
        for word, meant in words.items():
            script = script.replace(word, meant)
        print(f"--- {heading}\n{script}", flush=True)
        return self.run(script)

    def until(self, command: str, meant: str) -> None:
        """Run a command again and again until it says what is meant."""
        wait(lambda: meant in self.run(f"{command} || true"))


def wait(holds: Callable[[], object]) -> None:
    """Wait until something holds, which must be soon."""
    last = time.monotonic() + BEGUN_WITHIN_S
    while not holds():
        if time.monotonic() > last:
            sys.exit("It does not come to that.")
        time.sleep(0.5)


@contextmanager
def started(folder: Path, settings: dict[str, str]) -> Iterator[Machine]:
    """Start a machine that nothing was done to yet; it ends with the block."""
    bare, root = folder / "bare", folder / "machine"
    if not bare.exists():
        made = ["debootstrap", "--variant=minbase", f"--include={TOOLS}", "bookworm", bare, DEBIAN]
        subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(root, ignore_errors=True)
    subprocess.run(["cp", "-a", bare, root], check=True)
    for place in ("etc/resolv.conf", "etc/hosts"):
        (root / place).unlink(missing_ok=True)
        shutil.copy(f"/{place}", root / place)
    names = " ".join(settings)
    (root / "etc/sudoers.d").mkdir(exist_ok=True)
    (root / "etc/sudoers.d/settings").write_text(f'Defaults env_keep += "{names}"\n')
    environ = settings | {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                          "HOME": "/root", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive",
                          "APT_LISTCHANGES_FRONTEND": "none"}  # fmt: skip
    # A network that signs for itself: its word for it is the machine's, too.
    if authorities := os.environ.get("SSL_CERT_FILE"):
        (root / authorities.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(authorities, root / "etc/ssl/authorities.crt")
        environ |= dict.fromkeys(("SSL_CERT_FILE", "PIP_CERT"), "/etc/ssl/authorities.crt")
    (root / "etc/apt/apt.conf.d/90yes").write_text('APT::Get::Assume-Yes "true";\n')
    nspawn = [
        "systemd-nspawn",
        "-D",
        root,
        "--boot",
        "--register=no",
        "--keep-unit",
        "--resolv-conf=off",
    ]
    quiet = {
        "stdin": subprocess.DEVNULL,
        "stdout": subprocess.DEVNULL,
        "stderr": subprocess.DEVNULL,
    }
    with subprocess.Popen(nspawn, **quiet) as booted:
        try:
            wait(lambda: child_of(booted.pid))
            machine = Machine(root, child_of(booted.pid), environ)
            machine.until("systemctl is-system-running", "running")
            yield machine
        finally:
            booted.terminate()


def child_of(pid: int) -> int:
    """Return the process id of a process's first child, 0 where it has none."""
    told = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(told[0]) if told else 0


def published(root: Path) -> None:
    """Put this repository where the machine clones it from, with a version to go back to."""
    shutil.rmtree(root / "srv/steppewire.git", ignore_errors=True)
    there = root / "srv/steppewire.git"
    subprocess.run(["git", "clone", "-q", "--bare", ROOT, there], check=True)
    subprocess.run(["git", "-C", there, "tag", "-f", "v0.1.0", "HEAD"], check=True)


def newer(root: Path) -> None:
    """Publish a version after it."""
    clone = root / "srv/next"
    shutil.rmtree(clone, ignore_errors=True)
    subprocess.run(["git", "clone", "-q", root / "srv/steppewire.git", clone], check=True)
    grown(clone)
    subprocess.run(["git", "-C", clone, "push", "-q"], check=True)


def grown(clone: Path) -> None:
    """Commit a later version: the same code, and a database that the old one does not know."""
    project, migrations = clone / "pyproject.toml", clone / "storage/migrations.py"
    project.write_text(
        re.sub(r'^version = ".*"', 'version = "9.9.9"', project.read_text(), flags=re.MULTILINE)
    )
    step = '\n\n@migrations()\ndef m999_later(db: Database) -> None:\n    execute_all(db, "create table later (id integer primary key) strict;")\n'
    migrations.write_text(migrations.read_text() + step)
    who = ["-c", "user.name=Later", "-c", "user.email=later@example.org"]
    subprocess.run(["git", "-C", clone, *who, "commit", "-qam", "Later"], check=True)


def served(machine: Machine, ask: Ask, version: str) -> None:
    """Look at the service as its people do."""
    machine.until("systemctl show -p StatusText steppewire", "all is well")
    told = machine.run(
        "systemctl is-active steppewire; cd /var/lib/steppewire; sudo -u steppewire steppewire health"
    )
    assert "active\nall is well\n" == told, told
    assert f"version {version}\n" in machine.run("steppewire --version")
    print(f"it answers: {ask('/feeds').splitlines()[0]}")


def is_closed(machine: Machine) -> None:
    """Look at what the program may do, and that no second one gets the token from /tmp."""
    pid = machine.run("systemctl show -p MainPID --value steppewire").strip()
    status = machine.run(f"cat /proc/{pid}/status")
    assert re.search(r"CapBnd:\s0+\n", status)
    assert re.search(r"Seccomp:\s2\n", status)
    for name in NAMES:
        if name.endswith(".service"):
            print(machine.run(f"systemd-analyze security {name} | tail -1").strip())
    second = "mkdir -p /tmp/second; cd /tmp/second; TELEGRAM_BOT_TOKEN=$TOKEN steppewire run 2>&1 || true"
    told = machine.run(f"TOKEN=$TELEGRAM_BOT_TOKEN\n{second}")
    assert f"(process {pid})" in told, told


def hangs(machine: Machine) -> None:
    """Stop the loop: systemd ends and begins it anew."""
    drop_in = "/etc/systemd/system/steppewire.service.d"
    machine.run(
        f"mkdir -p {drop_in}; printf '[Service]\\nWatchdogSec={HUNG_S}\\n' > {drop_in}/quick.conf\n"
        "systemctl daemon-reload; systemctl restart steppewire; sleep 8\n"
        "kill -STOP $(systemctl show -p MainPID --value steppewire)"
    )
    machine.until("systemctl show -p NRestarts steppewire", "NRestarts=1")
    assert "Watchdog timeout" in machine.run("journalctl -u steppewire -o cat")
    machine.run(f"rm -r {drop_in}; systemctl daemon-reload; systemctl restart steppewire")


async def walked(folder: Path) -> None:
    """Follow the document from its beginning to its end, beside the sandbox."""
    loop = asyncio.get_running_loop()
    async with Sandbox.start(every=20) as box:

        def ask(text: str) -> str:
            asked = asyncio.run_coroutine_threadsafe(box.ask(ADMIN_ID, text), loop)
            return asked.result().text

        settings = {
            "TELEGRAM_BOT_TOKEN": box.token,
            "TELEGRAM_API_URL": box.url,
            "FEED_ALLOW_HOSTS": box.url.removeprefix("http://"),
            "ADMIN_IDS": str(ADMIN_ID),
            "USER_AGENT_CONTACT": "mailto:me@example.org",
            "HEALTH_LISTEN": "127.0.0.1:9190",
        }
        await asyncio.to_thread(walk, folder, settings, ask)


def walk(folder: Path, settings: dict[str, str], ask: Ask) -> None:
    """Install, look, hang, update, go back; then from a wheel."""
    with started(folder, settings) as machine:
        published(machine.root)
        machine.follows("As a service", REPOSITORY="/srv/steppewire.git")
        version = machine.run("steppewire --version").split()[-1]
        served(machine, ask, version)
        is_closed(machine)
        hangs(machine)
        machine.run("install -d -o steppewire -g steppewire -m 700 /var/backups/steppewire")
        for name in ("audit", "backup"):
            machine.run(f"systemctl start steppewire-{name}")
            print(machine.run(f"journalctl -u steppewire-{name} -o cat | tail -3").strip())
        newer(machine.root)
        machine.follows("Updating")
        served(machine, ask, "9.9.9")
        going_back = {"2026-11-22": time.strftime("%Y-%m-%d", time.gmtime())}
        machine.follows("Going back", **going_back)
        served(machine, ask, version)
        apart(machine, ask)
        replicated(machine, ask, version)
        packed(machine, ask, version)


def apart(machine: Machine, ask: Ask) -> None:
    """Follow docs/scaling.md: the halves as services of their own, and back to the whole."""
    folder = "/var/lib/steppewire"
    machine.run(
        f"sed s/9190/9191/ {folder}/.env > {folder}/main.env\n"
        f"chown steppewire: {folder}/main.env; chmod 600 {folder}/main.env"
    )
    machine.follows("Two halves", 1, "docs/scaling.md")
    for unit in ("steppewire-watchers", "steppewire-bot@main"):
        machine.until(f"systemctl show -p StatusText {unit}", "all is well")
    print(f"it answers: {ask('/feeds').splitlines()[0]}")
    machine.run(
        "systemctl disable --now steppewire-watchers steppewire-bot@main\n"
        "systemctl enable --now steppewire"
    )


def replicated(machine: Machine, ask: Ask, version: str) -> None:
    """Follow docs/failover.md: replicate to a folder, lose the database, go on; then spoil it."""
    document, folder = "docs/failover.md", "/var/lib/steppewire"
    machine.run("install -d -o steppewire -g steppewire -m 700 /var/backups/steppewire")
    machine.follows("Replicating", 0, document)
    told = blocks(section(document, "Replicating"), "text")[0]
    (machine.root / f"{folder}/litestream.env".lstrip("/")).write_text(told)
    began = machine.run("date +%s").strip()
    machine.follows("Replicating", 1, document)
    since = f"journalctl -u steppewire-litestream -o cat --since @{began}"
    machine.until(since, "snapshot complete")
    is_paused = ask("/pausefeed 1").splitlines()[0]
    time.sleep(3)  # a second between two copies
    machine.run("systemctl kill -s KILL steppewire-litestream steppewire")
    machine.run("systemctl stop steppewire-litestream steppewire")
    machine.run(f"rm -r {folder}/steppewire.db* {folder}/.steppewire.db-litestream")
    machine.follows("The machine is gone", 0, document)
    served(machine, ask, version)
    assert is_paused == ask("/feed 1").splitlines()[0], ask("/feed 1")
    machine.follows("The database is spoilt, the machine is not", 0, document)
    machine.follows("The machine is gone", 0, document)
    served(machine, ask, version)
    assert "level=ERROR" not in machine.run(since)
    machine.run("systemctl disable --now steppewire-litestream")


def packed(machine: Machine, ask: Ask, version: str) -> None:
    """Follow "From a wheel": for one person, and for a service, by pipx and by uv."""
    machine.run("apt-get install -qq pipx >/dev/null 2>&1; systemctl stop steppewire")
    machine.run("make wheel; rm -rf /root/dist; cp -r dist /root/dist", "/opt/steppewire")
    machine.run("pipx install uv; ln -sf /root/.local/bin/uv /usr/local/bin/uv")
    machine.run("rm /usr/local/bin/steppewire")
    for number in (0, 1):
        machine.follows("From a wheel", number)
        assert f"version {version}" in machine.run("/root/.local/bin/steppewire --version")
        machine.run("rm /root/.local/bin/steppewire")
    for number in (3, 4):
        machine.run("rm -f /usr/local/bin/steppewire")
        machine.follows("From a wheel", number)
        machine.run(
            "steppewire units /etc/systemd/system; systemctl daemon-reload; systemctl restart steppewire"
        )
        served(machine, ask, version)
        machine.run("systemctl stop steppewire")


def main() -> None:
    asked = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    asked.add_argument("folder", type=Path, help="where the machine is, or is made")
    asyncio.run(walked(asked.parse_args().folder.resolve()))
    print("Every line of docs/install.md that a service and a wheel need does what it says.")


if __name__ == "__main__":
    main()
