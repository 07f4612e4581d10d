"""The runbook of docs/failover.md, line by line, where Litestream is installed."""

import asyncio
import os
import re
import shlex
import shutil
from pathlib import Path

import pytest

from storage.database import connect
from tests.journeys.documented import ROOT, blocks, lines, section
from tests.journeys.process import started
from tests.storage.rows import feed, new_item, told

LITESTREAM = shutil.which("litestream")
DOCUMENT = "docs/failover.md"
HOME, CODE = "/var/lib/steppewire", "/opt/steppewire"

pytestmark = pytest.mark.skipif(LITESTREAM is None, reason="litestream is not installed")


def typed(heading: str) -> list[str]:
    """What is typed under a heading, but for what only root and systemd may do."""
    said = [line for body in blocks(section(DOCUMENT, heading), "sh") for line in lines(body)]
    return [
        line
        for line in said
        if line.startswith(("sh ", "chmod 600 /", "steppewire check", "steppewire audit"))
    ]


def settings(folder: Path, replica: Path) -> None:
    """Write the document's litestream.env, with these places instead of the service's."""
    first, *_ = blocks(section(DOCUMENT, "Replicating"), "text")
    told = first.replace("/var/backups/steppewire/replica", str(replica))
    (folder / "litestream.env").write_text(told.replace(HOME, str(folder)), encoding="utf-8")


async def carried_out(line: str, folder: Path, env: dict[str, str]) -> str:
    """Type a line of the runbook on a machine whose disk is a folder."""
    words = shlex.split(line.replace(HOME, str(folder)).replace(CODE, str(ROOT)))
    if words[0] == "steppewire":
        here = env | {"DATABASE_PATH": str(folder / "steppewire.db")}
        async with started(folder, *words[1:], **here) as ours:
            code, said = await ours.ended(), ours.log.decode()
    else:
        process = await asyncio.create_subprocess_exec(
            *words, cwd=folder, env=env, stderr=asyncio.subprocess.STDOUT, stdout=-1
        )
        out, _ = await process.communicate()
        code, said = process.returncode or 0, out.decode()
    assert code == ("check" in words), said  # there is no token to be good
    return said


async def test_another_machine_goes_on_from_the_replica(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for machine in (one, other):
        machine.mkdir()
    db = connect(one / "steppewire.db")
    told(db, feed(db), *(new_item(n) for n in range(1, 30)))
    db.conn.execute("update feeds set items = 29")
    db.conn.execute("insert into tallies values (1, 1, 1, 29, 29, 0, 0, 0, 0)")
    db.close()
    for machine in (one, other):
        settings(machine, tmp_path / "replica")
    env = {"PATH": os.environ["PATH"]}
    (replicate,) = typed("Replicating")
    await carried_out(replicate.replace("replicate", "replicate -once"), one, env)
    shutil.rmtree(one)
    said = [await carried_out(line, other, env) for line in typed("The machine is gone")]
    assert re.search(r"database  ok: .*steppewire\.db", said[-2])
    assert 0o600 == (other / "steppewire.db").stat().st_mode & 0o777
    restored = connect(other / "steppewire.db")
    assert (29,) == restored.conn.execute("select count(*) from items").fetchone()
    restored.close()
