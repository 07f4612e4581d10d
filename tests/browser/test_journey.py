"""The whole product in a real browser, as `make demo` shows it: two readers and the admin at once.

Each chat gets a message a second at most, so the three journeys go side by side: a test waits for
its own.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
import pytest_asyncio

from bot.sandbox import ADMIN_ID, AIGUL_ID, ANNA_ID
from tests.browser.chrome import Chrome, Page
from tests.journeys.process import started

pytestmark = pytest.mark.asyncio(loop_scope="session")

BOT = "[data-message]:not([data-out]) [data-text]"
WITHIN = 30.0


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def demo(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """`steppewire demo` as a process; yields the address of its page."""
    folder: Path = tmp_path_factory.mktemp("demo")
    async with started(folder, "demo", "--every", "1") as program:
        await program.says("Ctrl-C")
        [url] = re.findall(r"^ +(http://127.0.0.1:[0-9]+/)$", program.log.decode(), re.MULTILINE)
        yield url
        assert 0 == await program.end()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def journeys(chrome: Chrome, demo: str) -> AsyncIterator[Mapping[str, asyncio.Task[None]]]:
    """Send three people on their way."""
    ways = (a_reader, a_reader_in_russian, the_admin)
    under_way = {way.__name__: asyncio.create_task(way(chrome, demo)) for way in ways}
    yield under_way
    for task in under_way.values():
        task.cancel()
        with suppress(Exception, asyncio.CancelledError):
            await task


async def say(page: Page, text: str) -> None:
    await page.type("[data-input]", text)
    await page.press("Enter")


async def a_reader(chrome: Chrome, demo: str) -> None:
    async with chrome.page(f"{demo}#/{ANNA_ID}") as page:
        await page.click('[data-action="start"]')
        await page.text(BOT, "one message per event")
        await say(page, "/subscribe Kazakhstan OR Uzbekistan OR Kyrgyzstan OR Russia")
        await page.click("[data-button]", "Alert", within=WITHIN)
        await page.text(BOT, "Watching for")
        await say(page, "/digest")
        await page.text(BOT, "Digest", within=WITHIN)
        await say(page, "/search Макрон")
        found = await page.text(BOT, "🔎 “Макрон”")
        [story, *_] = re.findall(r"/s([0-9]+)", found)
        await say(page, f"/story {story}")
        await page.text(BOT, "1. ", within=WITHIN)
        await say(page, "/feeds")  # an admin's command: not even its existence is told
        await page.text(BOT, "/help")
        assert "Irtysh Radio" not in " ".join(await page.all_text(BOT))
        await page.text("[data-button]", "Why", within=WITHIN)  # an alert has come
        assert [] == page.errors


async def a_reader_in_russian(chrome: Chrome, demo: str) -> None:
    async with chrome.page(f"{demo}#/{AIGUL_ID}", 390, 844) as page:
        await page.click('[data-kind="private"]')
        await page.text("[data-about]", "одно сообщение на событие")  # before START
        await page.click('[data-action="start"]', "НАЧАТЬ")
        await page.text(BOT, "одно сообщение")
        await page.click("[data-button]", "Бишкек")
        await page.text(BOT, "Бишкек, сейчас")
        await page.click("[data-button]", "Энергетика")
        await page.click("[data-button]", "Сразу", within=WITHIN)
        await page.text("[data-button]", "Скрыть", within=WITHIN)  # an alert has come
        await page.click("[data-button]", "Скрыть")
        await page.text("[data-button]", "Снова")
        await say(page, "/digest")
        await page.text(BOT, "Казахстан", within=WITHIN)
        await say(page, "1")  # the first story of the digest
        await page.text("[data-button]", "🔕", within=WITHIN)
        assert [] == page.errors


async def the_admin(chrome: Chrome, demo: str) -> None:
    async with chrome.page(f"{demo}#/{ADMIN_ID}") as page:
        await page.click('[data-action="start"]')
        await say(page, "/feeds")
        await page.text(BOT, "Irtysh Radio", within=WITHIN)  # the ill one is named first
        await say(page, "/removefeed pamir-post")
        await page.click("[data-button]", "Remove", within=WITHIN)
        await page.text(BOT, "Removed")
        await say(page, f"/checkfeed {demo}outlets/pamir-post/")
        await page.text(BOT, " now · ", within=WITHIN)
        await say(page, f"/addfeed {demo}outlets/pamir-post/")
        await page.text(BOT, "Add this source?", within=WITHIN)
        await page.click("[data-button]", "Add", within=WITHIN)
        await page.text("[data-button]", "Pause", within=WITHIN)
        await say(page, "/pausefeed pamir-post")
        await page.text("[data-button]", "Resume", within=WITHIN)
        assert [] == page.errors


async def test_a_reader_subscribes_and_reads(journeys: Mapping[str, asyncio.Task[None]]) -> None:
    await journeys["a_reader"]


async def test_a_reader_in_russian_on_a_phone(journeys: Mapping[str, asyncio.Task[None]]) -> None:
    await journeys["a_reader_in_russian"]


async def test_the_admin_adds_checks_pauses_and_removes_a_feed(
    journeys: Mapping[str, asyncio.Task[None]],
) -> None:
    await journeys["the_admin"]
