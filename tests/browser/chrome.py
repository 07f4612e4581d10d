"""A small driver of headless Chromium over its DevTools protocol: click, type, wait, look.

async with Chrome.start() as chrome, chrome.page(box.page_url) as page:
    await page.click('[data-action="start"]')
    await page.type("[data-input]", "/help"); await page.press("Enter")
    await page.text("[data-message]:last-of-type", "commands")     # waits
    await page.screenshot(path)
"""

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import websockets

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--mute-audio",
    "--hide-scrollbars",
    "--remote-debugging-port=0",
)
KEYS = {
    "Enter": (13, "\r"),
    "Escape": (27, ""),
    "Tab": (9, ""),
    "ArrowDown": (40, ""),
    "ArrowUp": (38, ""),
}
WAIT = 30.0  # seconds a page may take to show what is awaited, on a busy machine too
PRESSES = 3


class PageError(AssertionError):
    """The page did not show what was awaited, or its script failed."""


def find_browser() -> str | None:
    """Find a Chromium of any name on the PATH."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass(slots=True)
class _Wire:
    """Numbered requests and their answers over one DevTools socket."""

    socket: Any
    answers: dict[int, asyncio.Future[Any]] = field(default_factory=dict)
    pages: dict[str, "Page"] = field(default_factory=dict)
    ids: Any = field(default_factory=lambda: itertools.count(1))

    async def ask(self, method: str, session: str = "", **params: Any) -> Any:
        number = next(self.ids)
        future = asyncio.get_running_loop().create_future()
        self.answers[number] = future
        body = {"id": number, "method": method, "params": params}
        await self.socket.send(json.dumps(body | ({"sessionId": session} if session else {})))
        return await asyncio.wait_for(future, 60)

    async def listen(self) -> None:
        async for raw in self.socket:
            body = json.loads(raw)
            future = self.answers.pop(body.get("id", 0), None)
            if future is None:
                page = self.pages.get(body.get("sessionId", ""))
                if page is not None:
                    page.hear(body)
            elif "error" in body and not future.done():
                future.set_exception(PageError(body["error"]["message"]))
            elif not future.done():
                future.set_result(body["result"])


@dataclass(slots=True)
class Chrome:
    """A running browser."""

    wire: _Wire

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator[Self]:
        """Run a browser with a new profile until the block ends; PageError when there is none."""
        browser = find_browser()
        if browser is None:
            raise PageError(f"no browser found, looked for {', '.join(NAMES)}")
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            process = await asyncio.create_subprocess_exec(
                browser,
                *FLAGS,
                f"--user-data-dir={profile}",
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            try:
                address = await _address(profile, process)
                async with websockets.connect(address, max_size=None, proxy=None) as socket:
                    wire = _Wire(socket)
                    listening = asyncio.create_task(wire.listen())
                    yield cls(wire)
                    with contextlib.suppress(Exception):
                        await wire.ask("Browser.close")
                    listening.cancel()
            finally:
                await _end(process)

    @asynccontextmanager
    async def page(
        self, url: str, width: int = 1200, height: int = 800, *, dark: bool = False
    ) -> AsyncIterator["Page"]:
        """Open a tab of a size and colour scheme until the block ends."""
        context = (await self.wire.ask("Target.createBrowserContext"))["browserContextId"]
        target = (
            await self.wire.ask("Target.createTarget", url="about:blank", browserContextId=context)
        )["targetId"]
        attached = await self.wire.ask("Target.attachToTarget", targetId=target, flatten=True)
        page = Page(self.wire, attached["sessionId"])
        self.wire.pages[page.session] = page
        for domain in ("Page", "Runtime", "Log"):
            await page.ask(f"{domain}.enable")
        await page.resize(width, height)
        await page.dress(dark=dark)
        await page.go(url)
        try:
            yield page
        finally:
            del self.wire.pages[page.session]
            with contextlib.suppress(Exception):
                await self.wire.ask("Target.disposeBrowserContext", browserContextId=context)


@dataclass(slots=True)
class Page:
    """A tab; `errors` collects script errors and console errors."""

    wire: _Wire
    session: str
    errors: list[str] = field(default_factory=list)

    def hear(self, body: Any) -> None:
        """Take note of what goes wrong in the page."""
        params = body.get("params", {})
        match body.get("method"):
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                self.errors.append(details.get("exception", {}).get("description", str(details)))
            case "Log.entryAdded" if params["entry"]["level"] == "error":
                self.errors.append(params["entry"]["text"])
            case _:
                pass

    async def ask(self, method: str, **params: Any) -> Any:
        """Send a raw DevTools command."""
        return await self.wire.ask(method, self.session, **params)

    async def go(self, url: str) -> None:
        """Open an address and wait until its script, where it has one, says that it is ready."""
        await self.ask("Page.navigate", url=url)
        await self.until(
            "location.href !== 'about:blank' && document.readyState === 'complete'"
            " && (!document.scripts.length || 'ready' in document.body.dataset)"
        )

    async def resize(self, width: int, height: int) -> None:
        """Give the window a size in CSS pixels; below 720 it is a phone."""
        phone = width < 720
        await self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if phone else 1,
            mobile=phone,
        )

    async def dress(self, *, dark: bool) -> None:
        """Choose the colour scheme; nothing moves, so that a press lands where it was aimed."""
        features = [
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]
        await self.ask("Emulation.setEmulatedMedia", features=features)

    async def run(self, script: str) -> Any:
        """Evaluate JavaScript and return its value."""
        answer = await self.ask(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True
        )
        if "exceptionDetails" in answer:
            raise PageError(str(answer["exceptionDetails"]))
        return answer["result"].get("value")

    async def until(self, condition: str, within: float = WAIT) -> Any:
        """Wait until a JavaScript expression is true; return its value."""
        script = f"""new Promise((done) => {{
          const end = performance.now() + {within * 1000};
          const look = () => {{ let v; try {{ v = ({condition}); }} catch {{ v = false; }}
            if (v || performance.now() > end) done(v); else setTimeout(look, 25); }};
          look(); }})"""
        with contextlib.suppress(PageError):  # the page may be navigating away
            value = await self.run(script)
            if value:
                return value
        seen = await self.run("document.body.innerText")
        raise PageError(f"waited in vain for {condition}; the page shows:\n{seen}")

    async def see(self, selector: str, within: float = WAIT) -> None:
        """Wait until an element is there and visible."""
        await self.until(_visible(selector), within)

    async def gone(self, selector: str, within: float = WAIT) -> None:
        """Wait until no such element is visible."""
        await self.until(f"!({_visible(selector)})", within)

    async def text(self, selector: str, text: str, within: float = WAIT) -> str:
        """Wait until some element matching `selector` contains `text`; return its whole text."""
        found = (
            f"[...document.querySelectorAll({json.dumps(selector)})]"
            f".map((n) => n.innerText).filter((t) => t.includes({json.dumps(text)})).pop()"
        )
        return str(await self.until(found, within))

    async def all_text(self, selector: str) -> list[str]:
        """Read the texts of all elements matching `selector`, now."""
        script = f"[...document.querySelectorAll({json.dumps(selector)})].map((n) => n.innerText)"
        found: list[str] = await self.run(script)
        return found

    async def click(self, selector: str, text: str = "", within: float = WAIT) -> None:
        """Click the last visible element matching `selector` (and containing `text`).

        Waits until it stands still and nothing lies over it, as a person does; presses again
        where the page was drawn anew between pressing and letting go, and no click came of it.
        """
        for _ in range(PRESSES):
            await self._press(await self._spot(selector, text, within))
            with contextlib.suppress(PageError):  # the page may be navigating away
                if await self.run("window.__met === false"):
                    continue
            return

    async def _spot(self, selector: str, text: str, within: float) -> dict[str, float]:
        """Find where to press, and listen whether a click on the element comes of it."""
        spot: dict[str, float] = await self.until(
            f"""(() => {{
              const fits = (n) => n.getClientRects().length && n.innerText.includes({json.dumps(text)});
              const node = [...document.querySelectorAll({json.dumps(selector)})].filter(fits).pop();
              if (!node || node.disabled) return false;
              node.scrollIntoView({{block: "nearest", behavior: "instant"}});
              const box = node.getClientRects()[0]; // the first line of a wrapped link
              const spot = {{x: box.x + box.width / 2, y: box.y + box.height / 2}};
              const still = window.__spot?.x === spot.x && window.__spot?.y === spot.y;
              window.__spot = spot;
              const top = document.elementFromPoint(spot.x, spot.y);
              if (!still || !node.contains(top)) return false;
              window.__met = false;
              addEventListener("click", (event) => {{
                if (event.target.closest({json.dumps(selector)})) window.__met = true;
              }}, {{capture: true, once: true}});
              return spot;
            }})()""",
            within,
        )
        return spot

    async def _press(self, spot: dict[str, float]) -> None:
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            pressed = kind != "mouseMoved"
            await self.ask(
                "Input.dispatchMouseEvent",
                type=kind,
                x=spot["x"],
                y=spot["y"],
                button="left" if pressed else "none",
                clickCount=int(pressed),
            )

    async def type(self, selector: str, text: str) -> None:
        """Focus a field and type into it."""
        await self.see(selector)
        await self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        await self.ask("Input.insertText", text=text)

    async def press(self, key: str) -> None:
        """Press a key such as Enter, Escape or ArrowDown."""
        code, text = KEYS[key]
        for kind in ("keyDown", "keyUp"):
            await self.ask(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=code,
                text=text if kind == "keyDown" else "",
            )

    async def choose_file(self, selector: str, path: Path) -> None:
        """Put a file into a file input."""
        document = await self.ask("DOM.getDocument")
        node = await self.ask(
            "DOM.querySelector", nodeId=document["root"]["nodeId"], selector=selector
        )
        await self.ask("DOM.setFileInputFiles", files=[str(path)], nodeId=node["nodeId"])

    async def screenshot(self, path: Path) -> None:
        """Write a PNG of the window."""
        picture = await self.ask("Page.captureScreenshot", format="png")
        _write(path, base64.b64decode(picture["data"]))


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _visible(selector: str) -> str:
    return (
        f"[...document.querySelectorAll({json.dumps(selector)})]"
        ".some((n) => n.getClientRects().length > 0)"
    )


async def _address(profile: str, process: asyncio.subprocess.Process) -> str:
    """Read where the browser listens from the file it writes into its profile."""
    lines: list[str] = []
    async with asyncio.timeout(60):
        while len(lines) < 2:
            if process.returncode is not None:
                raise PageError(f"the browser ended with {process.returncode}")
            await asyncio.sleep(0.05)  # a file has no event to wait for
            lines = _lines(Path(profile) / "DevToolsActivePort")
    return f"ws://127.0.0.1:{lines[0]}{lines[1]}"


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines() if file.exists() else []


async def _end(process: asyncio.subprocess.Process) -> None:
    try:
        await asyncio.wait_for(process.wait(), 5)
    except TimeoutError:
        process.kill()
        await process.wait()
