"""The product's own buttons on the narrowest phone: whole, in every language."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.conversation import Row
from bot.sandbox import ADMIN_ID, Sandbox
from bot.sandbox.telegram.model import Key, KeyboardButton, Markup, SandboxMessage
from bot.sandbox.telegram.people import BOT_ID
from bot.texts import LANGUAGES
from storage.database import Database
from tests.bot.walk import FARTHEST, HEADLINE, WALKED, keyboards
from tests.browser import looks
from tests.browser.chrome import Chrome

pytestmark = pytest.mark.asyncio(loop_scope="session")
NARROWEST = 320
NEAR = 200  # answers, after which no word is new
FOREIGN = (HEADLINE[:20],)  # labels that are somebody else's words may be cut


@pytest.mark.parametrize("language", LANGUAGES)
async def test_no_button_of_ours_is_cut_on_a_narrow_phone(
    chrome: Chrome, sandbox: Sandbox, news_file: Path, language: str
) -> None:
    farthest = FARTHEST if language in WALKED else NEAR
    db = await Database.opened(news_file)
    rows = {row async for keyboard in keyboards(db, language, farthest) for row in keyboard}
    await db.close()
    assert len(rows) > 50, "the walk met too few buttons"
    _show(sandbox, sorted(rows, key=str))
    async with chrome.page(f"{sandbox.page_url}#/{ADMIN_ID}", NARROWEST, 568) as page:
        await page.click('[data-kind="private"]')
        await page.see("[data-button]")
        shown = await page.all_text(".label")
        assert len(shown) >= sum(map(len, rows))
        cut = [label for label in await looks.cut(page) if not label.startswith(FOREIGN)]
        assert [] == cut


def _show(sandbox: Sandbox, rows: Iterable[Row]) -> None:
    key = Key(ADMIN_ID, BOT_ID)
    sandbox.telegram.start(ADMIN_ID, "")
    keys = [tuple(KeyboardButton(one.label, callback_data="_") for one in row) for row in rows]
    message = SandboxMessage(
        sandbox.telegram.next_message_id(key),
        key,
        datetime.now(UTC),
        BOT_ID,
        "All that can be pressed",
        markup=Markup("inline", tuple(keys)),
    )
    sandbox.telegram.append(message)
