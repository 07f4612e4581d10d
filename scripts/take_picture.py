"""Take README's picture of the chat page anew: ``python -m scripts.take_picture [FILE]``.

Starts a demo of its own in a temporary folder, goes the way of a newcomer (START, a digest, a
search, a subscription, an alert) in a headless Chromium and takes the window's picture. Needs a
Chromium on the PATH and a font with coloured emoji (Debian: fonts-noto-color-emoji).
"""

import argparse
import asyncio
import re
import tempfile
from pathlib import Path

from bot.sandbox import ANNA_ID
from tests.browser.chrome import Chrome, Page
from tests.journeys.process import started

PICTURE = Path(__file__).parents[1] / "docs" / "images" / "chat.png"
WIDTH, HEIGHT = 1200, 1140  # CSS pixels, as many in the file
LARGEST = 300_000  # bytes: README is read on phones too
EVERY_S = "2"  # between two sample stories: the alert comes soon, the next one later
TOPIC = "Kazakhstan"  # comes up often enough for an alert within the patience
PATIENCE_S = 55.0  # below the driver's own
BOT = "[data-message]:not([data-out]) [data-text]"


async def journey(page: Page) -> None:
    """Do what README's first minute promises; the alert comes last and stands at the end."""
    await page.click('[data-action="start"]')
    await page.see("[data-button]")
    await _say(page, "/digest")
    await page.text(BOT, "Digest")
    await _say(page, "/search Макрон")
    await page.text(BOT, "🔎 “Макрон”")
    await _say(page, f"/subscribe {TOPIC}")
    await page.click("[data-button]", "Alert")
    await page.text("[data-button]", "Why", within=PATIENCE_S)
    await page.until("[...document.images].every((image) => image.complete)")
    await page.gone("[data-toast]")
    await page.run("document.activeElement.blur()")  # no caret
    await page.ask("Input.dispatchMouseEvent", type="mouseMoved", x=1, y=1)  # nothing hovered


async def _say(page: Page, text: str) -> None:
    await page.type("[data-input]", text)
    await page.press("Enter")


async def take(file: Path) -> None:
    """Run a demo, walk through it and write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            started(Path(folder), "demo", "--every", EVERY_S) as program,
            Chrome.start() as chrome,
        ):
            await program.says("Ctrl-C")
            [url] = re.findall(
                r"^ +(http://127\.0\.0\.1:[0-9]+/)$", program.log.decode(), re.MULTILINE
            )
            async with chrome.page(f"{url}#/{ANNA_ID}", WIDTH, HEIGHT) as page:
                await journey(page)
                await page.screenshot(file)
            await program.end()


def main() -> None:
    """Take the picture and say how large it is."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("file", type=Path, nargs="?", default=PICTURE)
    file = asked.parse_args().file
    asyncio.run(take(file))
    size = file.stat().st_size
    print(f"{file}: {WIDTH}×{HEIGHT}, {size / 1000:.0f} kB")
    if size > LARGEST:
        raise SystemExit(f"more than {LARGEST // 1000} kB: make the window smaller")


if __name__ == "__main__":
    main()
