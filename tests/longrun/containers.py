"""docs/install.md, "In a container", word by word: ``python -m tests.longrun.containers``.

It takes an engine that can pull, or has, the images that deploy/Containerfile and compose.yaml
name; `docker` where that is there, else podman by podman-compose. Each block is typed line by line
as it stands in the document, but without a terminal (`-T`). Telegram and the outlets are served on
all of this machine's addresses meanwhile; the containers are a project of their own, which goes at
the end with its volumes. What people would then see is looked at, while news comes and everything
is stopped, updated, taken back and lost.
"""

import argparse
import asyncio
import json
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import yaml

from bot.sandbox import ADMIN_ID, Sandbox
from bot.sandbox.telegram.model import User
from tests import farm
from tests.farm import Farm
from tests.journeys.documented import COMMENT, ROOT, blocks, section
from tests.longrun.failover import BUCKET, FEEDS, S3_PORT, WORD, World, s3
from tests.longrun.installing import grown

COMPOSE = "docker compose -f deploy/compose.yaml"
PROJECT = "steppewire-trial"
SUBNET, GATEWAY = "10.213.77.0/24", "10.213.77.1"
BEGUN_WITHIN_S = 120
TOLD_WITHIN_S = 900
"""A chat takes 55 messages a minute, and news comes faster than that."""

Ask = Callable[[str], str]
READER = 5001
HEADLINE = rf"{WORD} [^\n<]*? \d+"
READER_COMES = f"""
from contextlib import closing; from datetime import UTC, datetime; from pathlib import Path
from storage import chats, subscriptions; from storage.database import connect
from storage.model import Chat, ChatKind, Mode
now = datetime.now(UTC)
with closing(connect(Path("steppewire.db"))) as db, db.conn:
    chats.see_chat(db, Chat({READER}, ChatKind.PRIVATE, digest_times=()), now)
    chats.change(db, {READER}, alerts_per_hour=1_000_000)
    subscriptions.add(db, chat_id={READER}, thread_id=0, query="{WORD.casefold()}", mode=Mode.INSTANT, now=now)
"""
STORIES = """
import json, sqlite3
db = sqlite3.connect("file:steppewire.db?mode=ro", uri=True)
print(json.dumps(dict(db.execute("select title, story_id from items"))))
"""


class Gateway(Farm):
    """A farm as containers reach it."""

    def __init__(self, served: Farm) -> None:
        super().__init__(served.port, served.endpoints, served.asked)

    def url(self, path: str, host: str = GATEWAY) -> str:
        return super().url(path, host)


@dataclass
class Clone:
    """A clone of this repository in which somebody types."""

    folder: Path
    engine: str
    overlay: Path
    settings: str = 'EXTRAS="web"\nCOMPOSE_PROFILES=web,litestream,monitoring\n'

    def typed(self, line: str) -> str:
        """Run a line of a shell; return what it says, or end with it where it fails."""
        told = self.run(line)
        if told.returncode:
            raise AssertionError(f"{line}\n{told.stdout}{told.stderr}")
        return told.stdout

    def run(self, line: str, *, shown: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run a line of a shell."""
        if shown:
            print(f"  {line.splitlines()[0]}", flush=True)
        here = re.sub(r" (run|exec)(?= (?!-T))", r" \1 -T", line) if COMPOSE in line else line
        here = here.replace(COMPOSE, f"{self.engine} -f deploy/compose.yaml -f {self.overlay}")
        return subprocess.run(
            ["/bin/sh", "-euc", here], cwd=self.folder, stdin=subprocess.DEVNULL,
            env=dict(os.environ) | {"COMPOSE_PROJECT_NAME": PROJECT},
            capture_output=True, text=True, check=False,
        )  # fmt: skip

    def follows(
        self, heading: str, number: int = 0, document: str = "docs/install.md", **words: str
    ) -> str:
        """Type a block of a document, with what the reader fills in."""
        print(f"--- {heading}", flush=True)
        said = ""
        for line in blocks(section(document, heading), "sh")[number].splitlines():
            meant = COMMENT.sub("", line)
            for word, filled in words.items():
                meant = meant.replace(word, filled)
            said += self.typed(meant)
        return said

    def bot(self, command: str) -> str:
        """Run a command in the bot's container."""
        return self.typed(f"{COMPOSE} exec bot {command}")


def until(holds: Callable[[], object], within: float = BEGUN_WITHIN_S) -> None:
    """Wait until something holds, which must be soon."""
    last = time.monotonic() + within
    while True:
        with suppress(OSError, AssertionError):
            if holds():
                return
        if time.monotonic() > last:
            raise AssertionError("It does not come to that.")
        time.sleep(1)


def write_overlay(file: Path, bot: dict[str, str], engine: str) -> None:
    """Write what compose.yaml lacks for a trial."""
    services: dict[str, dict[str, object]] = {"bot": {"environment": bot}}
    if "podman" in engine:  # its healthchecks are timers of systemd's, which not all have
        for name in ("bot", "web"):
            services.setdefault(name, {})["healthcheck"] = {"disable": True}
    network = {"ipam": {"config": [{"subnet": SUBNET, "gateway": GATEWAY}]}}
    told = {"services": services, "networks": {"default": network}}
    file.write_text(yaml.safe_dump(told), encoding="utf-8")


# --- what is looked at --------------------------------------------------------------------------


def is_served(clone: Clone, ask: Ask, version: str) -> None:
    """Look at the bot as its people do."""
    until(lambda: "all is well" in clone.bot("steppewire health"))
    assert f"version {version}" in clone.bot("steppewire --version")
    print(f"it answers: {ask('/feeds').splitlines()[0]}")


def is_closed(clone: Clone) -> None:
    """Look at what the program may do, and at what is in the image."""
    status = clone.bot("cat /proc/1/status")
    assert re.search(r"Uid:\s10001\s", status), status
    assert re.search(r"CapBnd:\s0+\n", status), status
    assert re.search(r"NoNewPrivs:\s1\n", status), status
    for line in (
        "touch /opt/steppewire/x", "touch /x", "python3 -m pip", "python -m pip",
        "sh -c 'command -v gcc || command -v cc || command -v make || command -v git'",
    ):  # fmt: skip
        assert clone.run(f"{COMPOSE} exec bot {line}").returncode, line


def is_shown(version: str) -> None:
    """Look at the web archive, which must be of the same version."""

    def shows() -> bool:
        with urlopen("http://127.0.0.1:8080/health", timeout=10) as answer:
            return version == json.load(answer)["version"]

    until(shows)


def is_watched(clone: Clone) -> None:
    """Have Prometheus say that it hears the bot, now, and that it has our alarms."""

    def told(what: str) -> str:
        address = f"http://prometheus:9090/api/v1/{what}"
        script = (
            f"from urllib.request import urlopen as ask; print(ask('{address}').read().decode())"
        )
        return clone.bot(f"python -c {shlex.quote(script)}")

    until(lambda: '"value":[' in told("query?query=steppewire_healthy==1"))
    assert "SteppeWireDown" in told("rules")


def is_replicated(clone: Clone) -> None:
    """Have Litestream's files lie there, and no error in its log."""

    def lies_there() -> bool:
        if "LITESTREAM" not in clone.settings:
            return ".ltx" in clone.bot("find /backups/replica")
        with urlopen(f"http://127.0.0.1:{S3_PORT}/{BUCKET}?list-type=2", timeout=10) as answer:
            return b".ltx" in answer.read()

    until(lies_there)
    said = clone.typed(f"{COMPOSE} logs litestream 2>&1")
    assert "level=ERROR" not in said, said


# --- the walk -----------------------------------------------------------------------------------


@dataclass
class Newsroom:
    """Outlets with news, and who hears of it."""

    world: World
    box: Sandbox

    def heard(self) -> Counter[str]:
        """Count each headline in the reader's chat."""
        texts = [one.text for one in self.box.telegram.messages(READER)]
        return Counter(found[0] for text in texts if (found := re.search(HEADLINE, text)))

    def is_told(self, clone: Clone, since: int = 0) -> dict[str, int]:
        """Have all news that there is by now come to the reader; return what came repeatedly.

        ``since`` is how many are left out: what came after a backup that was put back is no
        alert any more where it is older than the start.
        """
        told = set(self.world.told[since:])

        def untold() -> set[int | None]:
            story_of: dict[str, int] = json.loads(clone.bot(f"python -c {shlex.quote(STORIES)}"))
            # What was joined to another's story is told by that one's message.
            return {story_of.get(one) for one in told} - {
                story_of.get(one) for one in self.heard()
            }

        until(lambda: not untold(), TOLD_WITHIN_S)
        again = {title: times for title, times in self.heard().items() if times > 1}
        print(f"{len(told)} news, all told; more than once: {len(again)}", flush=True)
        return again

    async def comes(self, clone: Clone) -> None:
        """Have news come, and the bot look for it, without end."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self.world.tells())
            while True:  # where there is no container just now, that fails
                await asyncio.to_thread(clone.run, self.polling, shown=False)
                await asyncio.sleep(1)

    @property
    def polling(self) -> str:
        """A look at each of the outlets."""
        addresses = " ".join(self.world.publish(number) for number in range(FEEDS))
        each = f"for url in {addresses}; do steppewire poll --feed $url; done"
        return f"{COMPOSE} exec bot sh -c {shlex.quote(each)}"


def walk(clone: Clone, news: Newsroom, ask: Ask, begin: Callable[[], None]) -> int:
    """Do all that the documents say, while news comes; return how much did before the last."""
    clone.typed(f"git clone -q {ROOT} ../upstream; git clone -q ../upstream .")
    (clone.folder / "deploy" / ".env").write_text(clone.settings, encoding="utf-8")
    clone.follows("In a container")
    version = clone.bot("steppewire --version").split()[-1]
    is_served(clone, ask, version)
    is_closed(clone)
    for number in range(FEEDS):
        clone.bot(f"steppewire feeds add {news.world.publish(number)}")
    clone.bot(f"python -c {shlex.quote(READER_COMES)}")
    clone.follows("In a container", 1)
    is_shown(version)
    is_watched(clone)
    is_replicated(clone)
    begin()
    for stopped in ("down", "restart bot", "kill -s KILL bot"):
        time.sleep(8)
        clone.typed(f"{COMPOSE} {stopped}")
        clone.typed(f"{COMPOSE} up -d")
        is_watched(clone)
    assert not news.is_told(clone)
    is_updated(clone, ask, version)
    since = len(news.world.told)
    is_lost(clone, ask, version)
    time.sleep(8)
    return since


def is_updated(clone: Clone, ask: Ask, version: str) -> None:
    """Follow the document to a newer version and back."""
    grown(clone.folder.with_name("upstream"))
    before = clone.typed("git rev-parse HEAD").strip()
    clone.follows("In a container", 2)
    is_served(clone, ask, "9.9.9")
    is_shown("9.9.9")
    is_watched(clone)
    today = time.strftime("%Y-%m-%d")
    clone.follows("Going back", 1, **{"2026-11-22": today, "COMMIT": before})
    is_served(clone, ask, version)
    is_shown(version)


def is_lost(clone: Clone, ask: Ask, version: str) -> None:
    """Lose the database; go on as docs/failover.md says."""
    clone.follows("In containers", 0, "docs/failover.md")
    time.sleep(3)  # a second between two copies
    clone.typed(f"{COMPOSE} kill -s KILL litestream bot")
    clone.typed(f"{COMPOSE} down")
    clone.typed(f"{clone.engine.partition('-')[0].split()[0]} volume rm {PROJECT}_data")
    clone.follows("In containers", 1, "docs/failover.md")
    is_served(clone, ask, version)
    is_replicated(clone)


async def walked(clone: Clone) -> None:
    """Walk beside a sandbox; the containers go at the end."""
    loop = asyncio.get_running_loop()
    async with (
        Sandbox.start("0.0.0.0", keep=1_000_000) as box,
        farm.opened(("0.0.0.0",)) as served,
    ):
        news = Newsroom(World(Gateway(served)), box)
        box.telegram.add_person(User(READER, "Reader", "ru"))
        box.telegram.start(READER)
        port = box.url.rpartition(":")[2]
        settings = {
            "TELEGRAM_BOT_TOKEN": box.token,
            "TELEGRAM_API_URL": f"http://{GATEWAY}:{port}",
            "FEED_ALLOW_HOSTS": f"{GATEWAY}:{served.port}",
            "ADMIN_IDS": str(ADMIN_ID),
            "USER_AGENT_CONTACT": "mailto:me@example.org",
        }
        write_overlay(clone.overlay, settings, clone.engine)

        def ask(text: str) -> str:
            return asyncio.run_coroutine_threadsafe(box.ask(ADMIN_ID, text), loop).result().text

        coming: list[asyncio.Task[None]] = []

        def begin() -> None:
            loop.call_soon_threadsafe(lambda: coming.append(loop.create_task(news.comes(clone))))

        try:
            since = await asyncio.to_thread(walk, clone, news, ask, begin)
            coming[0].cancel()
            await asyncio.to_thread(clone.typed, news.polling)
            await asyncio.to_thread(news.is_told, clone, since)
            print((await asyncio.to_thread(clone.bot, "steppewire audit")).splitlines()[-1])
        finally:
            await asyncio.to_thread(clone.run, f"{COMPOSE} down --volumes")


async def begun(clone: Clone, moto: str | None) -> None:
    """Walk, with an S3 server for the replica where there is one."""
    if moto is None:
        return await walked(clone)
    async with s3(moto, "0.0.0.0") as leads:
        told = "".join(f'{name}="{value}"\n' for name, value in leads.items())
        clone.settings += told.replace("127.0.0.1", GATEWAY)
        return await walked(clone)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    docker = shutil.which("docker")
    parser.add_argument("--engine", default="docker compose" if docker else "podman-compose")
    parser.add_argument("--s3", metavar="MOTO_SERVER", help="replicate to S3, not to a folder")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "clone")
        folder.mkdir()
        clone = Clone(folder, asked.engine, Path(place, "trial.yaml"))
        asyncio.run(begun(clone, asked.s3))
    print("Every line of docs/install.md that a container needs does what it says.")


if __name__ == "__main__":
    main()
