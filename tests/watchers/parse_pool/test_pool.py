import asyncio
import operator
import os
import pickle
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.rates import RateSheet
from tests.farm import item, rss
from tests.watchers.parse.article_pages import TEXTS, semantic
from watchers.parse import Document, NotAFeed, PageKind, ParsedFeed
from watchers.parse.article import ArticleText, FetchedPage
from watchers.parse_pool import pool as parse_pool_pool
from watchers.parse_pool import worker
from watchers.parse_pool.pool import WorkerLimits
from watchers.parse_pool.values import Broken, Stopped
from watchers.rates import formats

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
SLOW = rss(
    *[f"<item><guid>{n}</guid>{'<category>c</category>' * 30}</item>" for n in range(4_900)]
)


def document(body: str) -> Document:
    return Document(body.encode(), "https://a.kz/rss", NOW)


async def test_documents_come_back_parsed_and_workers_are_used_again() -> None:
    async with parse_pool_pool.opened(WorkerLimits(workers=1, documents=2)) as pool:
        told = [await pool.parse(document(rss(item(n)))) for n in range(3)]
    assert all(isinstance(one, ParsedFeed) for one in told)
    assert ["id-0", "id-1", "id-2"] == [
        one.entries[0].external_id for one in told if isinstance(one, ParsedFeed)
    ]


async def test_of_the_workers_that_a_crowd_needed_one_stays() -> None:
    async with parse_pool_pool.opened(WorkerLimits(idle_s=0.0)) as pool:
        await asyncio.gather(*(pool.parse(document(rss(item(n)))) for n in range(2)))
        (kept,) = pool._idle
        assert isinstance(await pool.parse(document(rss(item(3)))), ParsedFeed)
        assert [kept] == list(pool._idle)


async def test_a_document_that_takes_too_long_is_blamed_and_its_worker_replaced() -> None:
    async with parse_pool_pool.opened(WorkerLimits(workers=1, seconds=1.0)) as pool:
        await pool.parse(document(rss()))
        slow, after = await asyncio.gather(
            pool.parse(document(SLOW)), pool.parse(document(rss(item(1))))
        )
    assert NotAFeed(PageKind.TOO_SLOW, {"seconds": 1}) == slow
    assert isinstance(after, ParsedFeed)


async def test_a_document_that_takes_too_much_memory_is_blamed() -> None:
    hungry = rss(*[item(n, "слово " * 2000) for n in range(4_000)])
    async with parse_pool_pool.opened(WorkerLimits(workers=1, memory=180 << 20)) as pool:
        told = await pool.parse(document(hungry))
        after = await pool.parse(document(rss(item(1))))
    assert NotAFeed(PageKind.CRASHED) == told
    assert isinstance(after, ParsedFeed)


@pytest.mark.parametrize("is_asked", [False, True])
def test_a_worker_whose_parent_was_killed_says_nothing(
    monkeypatch: pytest.MonkeyPatch, *, is_asked: bool
) -> None:
    monkeypatch.setattr("resource.setrlimit", lambda *_: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    near, far = socket.socketpair()
    if is_asked:
        message = pickle.dumps(document(rss(item(1))))
        near.sendall(len(message).to_bytes(4, "big") + message)
    near.close()
    worker.main([str(far.detach()), "0", "10"])


async def test_ctrl_c_in_a_terminal_reaches_no_worker() -> None:
    """It is sent to the whole group of the process in front; workers would print a traceback."""
    async with parse_pool_pool.opened(WorkerLimits(workers=1)) as pool:
        await pool.parse(document(rss()))
        (worker,) = pool._idle
        assert os.getpgrp() != os.getpgid(worker._process.pid)


async def test_a_worker_that_dies_is_replaced() -> None:
    async with parse_pool_pool.opened(WorkerLimits(workers=1)) as pool:
        await pool.parse(document(rss()))
        (worker,) = pool._idle
        worker._process.kill()
        worker._process.wait()
        told = await pool.parse(document(rss(item(1))))
        after = await pool.parse(document(rss(item(1))))
    assert NotAFeed(PageKind.CRASHED) == told
    assert isinstance(after, ParsedFeed)


async def test_a_bug_in_reading_is_that_documents_and_its_worker_lives_on() -> None:
    async with parse_pool_pool.opened(WorkerLimits(workers=1)) as pool:
        told = await pool.parse(replace(document(rss(item(1))), seen=7))  # type: ignore[arg-type]
        after = await pool.parse(document(rss(item(1))))
        (worker,) = pool._idle
    assert isinstance(told, NotAFeed)
    assert PageKind.UNREADABLE is told.kind
    assert (True, 2) == (isinstance(after, ParsedFeed), worker.served)


def test_a_worker_finds_its_module_wherever_the_program_was_started() -> None:
    folder = Path(parse_pool_pool._environment()["PYTHONPATH"])
    assert (folder / "watchers" / "parse_pool" / "worker.py").is_file()


async def test_any_function_of_ours_is_called_there_and_cut_off_as_documents_are() -> None:
    body = b'<CurrencyRates Date="27.11.2026"><Currency ISOCode="USD"><Nominal>1</Nominal>'
    body += b"<Value>87.45</Value></Currency></CurrencyRates>"
    async with parse_pool_pool.opened(WorkerLimits(workers=1)) as pool:
        sheet = await pool.run(
            "https://bank.example", formats.read, "nbkr", body, "KG", NOW.date()
        )
        assert isinstance(sheet, RateSheet)
        assert "87.45" == str(sheet.rates[0].value)
        assert Broken("KeyError at test") == replace(
            await pool.run("https://a.kz", operator.itemgetter("a"), {}),  # type: ignore[type-var]
            bug="KeyError at test",
        )
    # The first call of a process loads what it calls: on a busy machine in more than this.
    async with parse_pool_pool.opened(WorkerLimits(workers=1, seconds=0.2)) as hasty:
        assert Stopped.TOO_SLOW is await hasty.run("https://a.kz", time.sleep, 9)


async def test_an_articles_text_is_found_there() -> None:
    pytest.importorskip("trafilatura")
    page = FetchedPage(
        semantic(TEXTS["kk"]).encode(), "https://a.kz/1", "text/html; charset=utf-8"
    )
    async with parse_pool_pool.opened(WorkerLimits(workers=1)) as pool:
        found = await pool.extract(page)
    assert isinstance(found, ArticleText)
    assert set(TEXTS["kk"]) <= set(found.paragraphs)
