"""The process: it starts alone or not at all, waits for Telegram, and stops when it is told."""

import asyncio
import json
import signal
import socket
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from bot.instance import alone
from bot.sandbox import ADMIN_ID, ANNA_ID, Sandbox, sample_outlets
from storage.database import connect
from tests.journeys import warm
from tests.journeys.process import LONGEST_S, attended, environment, started

NO_FEEDS = "https://feeds.example/none"


@pytest.fixture
async def box() -> AsyncIterator[Sandbox]:
    async with Sandbox.start() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose database has one paused feed, so that the catalogue is not loaded."""
    db = connect(tmp_path / "news.db")
    db.conn.execute("insert into outlets(name) values ('None')")
    db.conn.execute(
        "insert into feeds(url, outlet_id, added_at, status) values (?, 1, 0, 'paused')",
        (NO_FEEDS,),
    )
    db.close()
    return tmp_path


def told(box: Sandbox) -> dict[str, str]:
    return {
        "TELEGRAM_BOT_TOKEN": box.token,
        "TELEGRAM_API_URL": box.url,
        "ADMIN_IDS": str(ADMIN_ID),
    }


async def test_it_answers_and_stops_cleanly_within_five_seconds(box, folder):
    systemd = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    systemd.bind(str(folder / "notify"))
    systemd.settimeout(5)

    def hears(word: str) -> bool:
        while word not in (lines := systemd.recv(4096).decode().splitlines()):
            assert {"READY=1", "WATCHDOG=1"} & set(lines)
        return True

    watched = {"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "900000"}
    async with started(folder, "run", **told(box), **watched) as program:
        await program.says('"connected"')
        box.telegram.say(ANNA_ID, "/start")
        await box.message(ANNA_ID, "SteppeWire")
        assert await asyncio.to_thread(hears, "READY=1")
        assert await asyncio.to_thread(hears, "WATCHDOG=1")
        before = time.monotonic()
        assert 0 == await program.end()
        assert time.monotonic() - before < 5
    assert b"Traceback" not in program.log, program.log.decode()
    with closing(systemd):
        assert hears("STOPPING=1")


async def test_a_second_one_on_the_same_database_is_refused_in_a_sentence(box, folder):
    async with started(folder, "run", **told(box)) as first:
        await first.says('"running"')
        token = "987654321:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
        async with started(folder, "run", **(told(box) | {"TELEGRAM_BOT_TOKEN": token})) as second:
            assert 1 == await second.ended()
    [sentence] = second.log.decode().splitlines()
    assert str(first.process.pid) in sentence


async def test_a_second_one_with_the_same_token_is_refused_in_a_sentence(box, folder):
    async with started(folder, "run", **told(box)) as first:
        await first.says('"running"')
        (folder / "tmp").mkdir()  # as under PrivateTmp
        other = {"DATABASE_PATH": str(folder / "other.db"), "TMPDIR": str(folder / "tmp")}
        async with started(folder, "run", **(told(box) | other)) as second:
            assert 1 == await second.ended()
    assert str(first.process.pid) in second.log.decode()
    assert 1 == len(second.log.decode().splitlines())
    assert not (folder / "other.db").exists()


async def test_a_token_that_telegram_does_not_know_ends_it_with_a_sentence(box, folder):
    token = "987654321:BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB"
    async with started(folder, "run", **(told(box) | {"TELEGRAM_BOT_TOKEN": token})) as program:
        assert 1 == await program.ended()
    assert "@BotFather" in program.log.decode().splitlines()[-1]


async def test_it_waits_for_a_telegram_that_is_away(folder):
    async with Sandbox.start() as gone:
        port = int(gone.url.rpartition(":")[2])
        settings = told(gone)
    async with started(folder, "run", **settings) as program:
        await program.says("telegram is away")
        async with Sandbox.start(port=port) as back:
            await program.says('"connected"')
            back.telegram.say(ANNA_ID, "/start")
            await back.message(ANNA_ID, "SteppeWire")
            assert 0 == await program.end()


async def test_without_a_token_it_says_where_to_get_one(tmp_path):
    async with started(tmp_path, "run") as program:
        assert 1 == await program.ended()
    assert "@BotFather" in program.log.decode()
    assert not (tmp_path / "news.db").exists()


async def test_every_command_works_beside_a_running_bot(box, folder):
    feed = f"{box.url}{sample_outlets()[0].feed_path}"
    other = f"{box.url}{sample_outlets()[1].feed_path}"
    (folder / "old.jsonl").write_text(
        "".join(f'{{"title": "Wheat harvest of field {n} ends"}}\n' for n in range(250))
    )
    (folder / "list.opml").write_text(f'<opml><body><outline xmlUrl="{other}"/></body></opml>')
    settings = told(box) | {"FEED_ALLOW_HOSTS": box.url.removeprefix("http://")}

    async def beside(*words: str, code: int = 0) -> str:
        async with started(folder, *words, **settings) as command:
            assert code == await command.ended(), command.log.decode()
        assert b"Traceback" not in command.log
        return command.log.decode()

    async with started(folder, "run", **settings) as program:
        await program.says('"connected"')
        [added] = map(json.loads, (await beside("feeds", "add", feed, "--json")).splitlines())
        assert ("ok", True) == (added["status"], added["items"] > 0)
        assert "already here" in await beside("feeds", "add", feed, code=1)
        assert "250 new" in await beside("ingest", "old.jsonl")
        assert "0 new, 250 known before" in await beside("ingest", "old.jsonl")
        assert "0 failed" in await beside("poll", "--force")
        assert "1 feeds in" in await beside("poll", "--feed", feed)
        await beside("feeds", "fallback", feed, f"{box.url}{sample_outlets()[2].feed_path}")
        assert "1 added" in await beside("feeds", "import", "list.opml")
        for doing in ("pause", "resume", "remove"):
            assert other in await beside("feeds", doing, other)
        for words in (("feeds", "list"), ("feeds", "export"), ("items",), ("stories",),
                      ("search", "wheat"), ("digest",), ("trends", "wheat"), ("story", "1")):  # fmt: skip
            assert await beside(*words)
        assert "checked" in await beside("backup", "copy.db")
        assert "token     ok" in await beside("check")
        assert str(program.process.pid) in await beside("restore", "copy.db", code=1)
        box.telegram.say(ADMIN_ID, "/feeds")
        await box.message(
            ADMIN_ID, sample_outlets()[0].name
        )  # chat and command line see one thing
        assert 0 == await program.end()
    assert b"Traceback" not in program.log, program.log.decode()
    with closing(sqlite3.connect(folder / "news.db")) as file:
        assert ("ok",) == file.execute("pragma integrity_check").fetchone()


@pytest.mark.parametrize("loop", [(), ("loop",)], ids=["thread", "loop"])
async def test_nothing_that_hangs_holds_up_the_end(folder, loop):
    program = await warm.start(
        "tests.journeys.hanging", *loop, cwd=folder, env=environment(folder)
    )
    async with attended(program) as running:
        assert 0 == await running.ended()


async def test_a_log_that_nobody_reads_holds_up_no_end(folder):
    program = await warm.start(
        "tests.journeys.hanging", "log", cwd=folder, env=environment(folder)
    )
    async with asyncio.timeout(LONGEST_S):
        assert 0 == await program.wait()
        await program.stdout.read()


async def test_a_lock_is_one_alarm_and_everything_goes_on_afterwards(box, folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"

    async def health() -> tuple[int, float]:
        async with aiohttp.request("GET", f"http://{listen}/health") as response:
            return response.status, (await response.json())["steppewire_database_writable"]

    feed = f"{box.url}{sample_outlets()[0].feed_path}"
    settings = told(box) | {"FEED_ALLOW_HOSTS": box.url.removeprefix("http://")}
    async with started(folder, "run", **settings, HEALTH_LISTEN=listen) as program:
        await program.says('"connected"')
        async with started(folder, "feeds", "add", feed, **settings) as command:
            assert 0 == await command.ended(), command.log.decode()
        with closing(sqlite3.connect(folder / "news.db", isolation_level=None)) as holder:
            holder.execute("begin immediate")
            await program.says("database cannot be written")
            assert (503, 0.0) == await health()
        async with started(folder, "poll", "--force", **settings) as command:
            assert 0 == await command.ended(), command.log.decode()
        await program.says("database can be written again")  # not before that it is well
        assert (200, 1.0) == await health()
        assert 0 == await program.end()
    assert 1 == program.log.count(b"database cannot be written")
    assert b"Traceback" not in program.log, program.log.decode()
    async with started(folder, "feeds", "list", "--json") as command:
        assert 0 == await command.ended()
    rows = [json.loads(line) for line in command.log.decode().splitlines()]
    assert [None, None] == [row["error"] for row in rows]


async def test_a_command_says_that_the_bot_died_before_it_was_done(box, folder):
    async with started(folder, "run", **told(box)) as program:
        await program.says('"running"')
        program.process.send_signal(signal.SIGSTOP)  # it hangs, and takes nothing
        async with started(folder, "poll") as command:
            with closing(sqlite3.connect(folder / "news.db")) as file:
                while not file.execute("select 1 from errands").fetchone():  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            program.process.send_signal(signal.SIGKILL)
            assert 1 == await command.ended()
    assert "before it was done" in command.log.decode().splitlines()[-1]
    assert b"Traceback" not in command.log


async def test_a_newer_command_does_not_change_the_file_under_a_running_bot(box, folder):
    with closing(sqlite3.connect(folder / "news.db")) as file:
        before = file.execute("select max(id) from _sqlite_migrations").fetchone()
        file.execute("delete from _sqlite_migrations where id = ?", before)
        file.commit()
    with alone(folder / "news.db.lock", "instance.database"):
        async with started(folder, "feeds", "list") as command:
            assert 1 == await command.ended()
    [sentence] = command.log.decode().splitlines()
    assert "older version" in sentence


async def test_health_is_told_where_it_is_asked_for(box, folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    async with started(folder, "run", **told(box), HEALTH_LISTEN=listen) as program:
        await program.says('"connected"')
        async with aiohttp.request("GET", f"http://{listen}/health") as response:
            body = await response.text()
        assert (200, True) == (response.status, '"steppewire_healthy": 1.0' in body), body


async def test_a_token_refused_while_running_is_told_and_the_stop_is_clean(box, folder):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{probe.getsockname()[1]}"
    box.faults.fail("getUpdates", 401, "Unauthorized", times=None)
    async with started(folder, "run", **told(box), HEALTH_LISTEN=listen) as program:
        await program.says("telegram refuses the token")
        async with aiohttp.request("GET", f"http://{listen}/health") as response:
            body = await response.text()
        assert (503, True) == (response.status, '"steppewire_telegram_token_valid": 0.0' in body)
        assert 0 == await program.end()
    assert b"Traceback" not in program.log, program.log.decode()
