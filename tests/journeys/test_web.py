"""``steppewire web`` as a process: it answers, and stops when it is told."""

from contextlib import closing
from pathlib import Path

import aiohttp

from bot.cli.web import LISTEN
from storage.database import connect
from tests.bot.monitoring.test_health import free_port
from tests.journeys.process import started
from tests.storage.sample import hours_of_news


async def test_it_answers_until_it_is_told_to_stop(tmp_path: Path) -> None:
    hours_of_news(tmp_path / "news.db")
    listen = f"127.0.0.1:{free_port()}"
    async with started(tmp_path, "web", "--listen", listen) as program:
        await program.says(f"The archive is at http://{listen}")
        async with aiohttp.request("GET", f"http://{listen}/story/1") as answer:
            assert (200, True) == (answer.status, "Headline 1" in await answer.text())
        assert 0 == await program.end()


async def test_it_waits_for_a_file_that_is_not_there_yet(tmp_path: Path) -> None:
    listen = f"127.0.0.1:{free_port()}"
    async with started(tmp_path, "web", "--listen", listen) as program:
        await program.says(f"The archive is at http://{listen}")
        assert "There is no database" in program.log.decode()
        for status in (503, 200):
            async with aiohttp.request("GET", f"http://{listen}/health") as answer:
                assert (status, status == 200) == (answer.status, (await answer.json())["ok"])
            if status != 200:
                hours_of_news(tmp_path / "news.db")
        assert 0 == await program.end()


async def test_it_ends_where_a_newer_version_takes_its_file_over(tmp_path: Path) -> None:
    """Whoever starts it again starts the program that was updated; one that was not stays up."""
    hours_of_news(tmp_path / "news.db")
    listen = f"127.0.0.1:{free_port()}"
    async with started(tmp_path, "web", "--listen", listen) as program:
        await program.says(f"The archive is at http://{listen}")
        async with aiohttp.request("GET", f"http://{listen}/health") as answer:
            assert 200 == answer.status
        migrated_by_a_newer_version(tmp_path / "news.db")
        async with aiohttp.request("GET", f"http://{listen}/health") as answer:
            assert 503 == answer.status
        assert 1 == await program.ended()
        assert "written by a newer version" in program.log.decode()
    async with started(tmp_path, "web", "--listen", listen) as program:
        await program.says(f"The archive is at http://{listen}")
        async with aiohttp.request("GET", f"http://{listen}/health") as answer:
            assert 503 == answer.status
        assert 0 == await program.end()


def migrated_by_a_newer_version(path: Path) -> None:
    with closing(connect(path)) as db, db.conn:
        db.conn.execute(
            "insert into _sqlite_migrations select 999, migration_set, 'm999', applied_at"
            " from _sqlite_migrations limit 1"
        )


async def test_what_cannot_be_is_one_sentence(tmp_path: Path) -> None:
    assert LISTEN.startswith("127.0.0.1:")
    async with started(tmp_path, "web", "--listen", "8080") as program:
        assert 1 == await program.ended()
        assert "--listen must be host:port" in program.log.decode()
        assert 1 == program.log.count(b"\n")
