"""A newcomer follows README word by word, with an empty clone, environment and settings.

Telegram and the outlets are the sandbox's; everything else is what the newcomer has.
"""

import asyncio
import re
import subprocess
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox import ADMIN_ID, Sandbox, sample_outlets
from tests.journeys.clone import cloned, empty_environment, furnish
from tests.journeys.documented import blocks, section, spans
from tests.journeys.process import LONGEST_S, Running, launched

STEPS = section("README.md", "A real bot in five minutes")
FILL_IN = re.findall(r"`([A-Z_]+)=`", STEPS)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone in a path as people have them."""
    folder = cloned(tmp_path_factory.mktemp("степь и дом") / "SteppeWire")
    furnish(folder)
    return folder


def catalogue_of(box: Sandbox, clone: Path) -> int:
    """Let the clone's catalogue name the box's outlets: no test looks at real ones."""
    file = clone / "watchers" / "catalogue" / "feeds.tsv"
    columns = file.read_text("utf-8").splitlines()[0].split("\t")
    rows = [
        {"outlet": one.name, "ownership": one.ownership, "kind": "feed", "languages": "en"}
        | {"url": f"{box.url}{one.feed_path}"}
        for one in sample_outlets()
        if one.form in ("rss", "atom")
    ]
    told = ["\t".join(row.get(name, "") for name in columns) for row in rows]
    file.write_text("\n".join(["\t".join(columns), *told]) + "\n", encoding="utf-8")
    return len(rows)


def fill_in(file: Path, **values: str) -> None:
    """Write values behind the names, whether their lines are commented out or not."""
    text = file.read_text("utf-8")
    for name, value in values.items():
        text, found = re.subn(rf"^#?{name}=.*$", f"{name}={value}", text, flags=re.MULTILINE)
        assert 1 == found, name
    file.write_text(text, encoding="utf-8")


def at_once(line: str, clone: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command line that ends by itself."""
    return subprocess.run(
        line, shell=True, cwd=clone, env=empty_environment(clone.parent) | settings,
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def typed(line: str, clone: Path) -> AbstractAsyncContextManager[Running]:
    """Run a command line that goes on until Ctrl-C."""
    return launched("/bin/sh", "-c", line, cwd=clone, env=empty_environment(clone.parent))


async def test_a_real_bot_answers_after_the_steps_of_readme(clone: Path) -> None:
    init, run = (one for one in dict.fromkeys(spans(STEPS)) if one.startswith("make "))
    assert ["ADMIN_IDS"] == FILL_IN
    async with Sandbox.start(every=0) as box:
        feeds = catalogue_of(box, clone)
        (clone / ".env").unlink(missing_ok=True)
        begun = await asyncio.to_thread(
            at_once,
            init,
            clone,
            TELEGRAM_BOT_TOKEN=box.token,
            USER_AGENT_CONTACT="mailto:me@example.org",
            TELEGRAM_API_URL=box.url,
            FEED_ALLOW_HOSTS=box.url.removeprefix("http://"),
        )
        assert (0, True) == (begun.returncode, f"Next: `{run}`" in begun.stdout), begun.stderr
        async with typed(run, clone) as program:
            greeting = (await box.ask(ADMIN_ID, "/start", within=LONGEST_S)).text
            assert "SteppeWire" in greeting
            assert f"ADMIN_IDS={ADMIN_ID}" in greeting  # as README promises
            refused = await box.ask(ADMIN_ID, "/feeds", within=LONGEST_S)
            assert sample_outlets()[0].name not in refused.text
            await program.interrupt()
        fill_in(clone / ".env", ADMIN_IDS=str(ADMIN_ID))
        async with typed(run, clone) as again:
            box.telegram.say(ADMIN_ID, "/feeds")
            await box.message(ADMIN_ID, f"{feeds} sources", within=LONGEST_S)
            await again.interrupt()
    for log in (program.log, again.log):
        assert b"Traceback" not in log
    assert 0o600 == (clone / "steppewire.db").stat().st_mode & 0o777


def test_a_wrong_file_is_told_by_run_and_by_check_in_the_same_words(clone: Path) -> None:
    (clone / ".env").write_text("POLL_INTERVALL=60\nADMIN_IDS=me\n", encoding="utf-8")
    said = []
    for line in ("make run", ".venv/bin/steppewire check", "LC_ALL=C make run"):
        told = at_once(line, clone)
        assert told.returncode
        said.append({one for one in told.stderr.splitlines() if ".env, line" in one})
    assert said[0] == said[1] == said[2]
    assert 2 == len(said[0])


async def test_make_demo_shows_the_page_and_ends_with_ctrl_c(clone: Path) -> None:
    (clone / ".env").write_text("TELEGRAM_BOT_TOKEN=paste it here\n", encoding="utf-8")
    make_demo, _ = blocks(section("README.md", "See it work: two commands"), "sh")
    async with typed(make_demo, clone) as demo:
        await demo.says("Ctrl-C stops")
        [page] = re.findall(r"http://\S+/(?=\s)", demo.log.decode().partition("Pick")[0])
        async with aiohttp.request("GET", page) as response:
            assert 200 == response.status
        await demo.interrupt()
    assert demo.log.decode().splitlines()[-1].endswith("Stopped.")
    assert (clone / "demo-data" / "steppewire.db").exists()
