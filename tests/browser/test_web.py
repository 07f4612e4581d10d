"""How the web archive looks: readable in both schemes, and whole on a narrow phone."""

from pathlib import Path

import pytest

from bot.texts import LANGUAGES
from tests.bot.web.test_archive import made, news, site  # noqa: F401 (fixtures)
from tests.browser import looks

pytestmark = pytest.mark.asyncio(loop_scope="session")
PATHS = ("/", "/search?q=flood", "/story/1", "/story/9", "/day/2026-11-22", "/nothing")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_every_text_stands_out_from_its_ground(chrome, news: Path, dark: bool) -> None:  # noqa: F811
    async with site(news) as web:
        for path in PATHS:
            async with chrome.page(f"{web.address}{path}", dark=dark) as page:
                await page.see("main")
                assert [] == await looks.pale(page), path


async def test_nothing_is_too_small_or_beyond_the_edge_of_a_narrow_phone(
    chrome,
    news: Path,  # noqa: F811
) -> None:
    asked = [(path, "ru") for path in PATHS] + [("/", language) for language in LANGUAGES]
    async with site(news) as web:
        for path, language in asked:
            there = f"{web.address}{path}{'&' if '?' in path else '?'}lang={language}"
            async with chrome.page(there, 320, 568) as page:
                await page.see("main")
                faults = await looks.sideways(page) + await looks.small(page, "main p")
                assert [] == faults, there
