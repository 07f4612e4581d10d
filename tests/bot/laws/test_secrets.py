"""A law over the whole program: what is secret of a feed's address is shown nowhere.

A secret is planted wherever an address is kept, and looked for in all that a journey through the
chat, and one through the command line with all of its logs, brings to light.
"""

import asyncio
import logging
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import structlog

from bot import app, connection, logs
from bot.commands import COMMANDS
from bot.conversation import Edit, File, Picture, Reply, Say
from bot.sandbox import ADMIN_ID, Sandbox, sample_outlets
from bot.settings import Settings, host_port
from bot.telegram.rates import LIFTED
from storage import errands
from storage.database import Database, connect
from storage.errands import ErrandState
from storage.feeds import NewFeed
from storage.model import Outlet, OutletId
from storage.sql import Connection, to_json
from tests.bot.cli.conftest import cli
from tests.bot.cli.stand import Stand, stand
from tests.bot.walk import WALKED, WORDS, replies

__all__ = ["cli"]

PLANTED = "planted"
ADDRESS = f"https://bob:{PLANTED}@courier.example/rss?token={PLANTED}&lang=ru&key={PLANTED}"
SHOWN = "https://***@courier.example/rss?token=***&amp;lang=ru&amp;key=***"


def plant(db: Connection) -> None:
    """Put an address with secrets wherever an address, or a name made of one, is kept."""
    db.conn.execute(
        "update feeds set url = replace(url, 'https://', ?) || ?, title = ?, moved_from = ?,"
        " site_url = ?, moved_to = ?, status = 'error', error_key = 'error.address',"
        " error_values = ?, failing_since = 0, failure_weight = 9, notice = 'ill'",
        (f"https://bob:{PLANTED}@", f"?token={PLANTED}&lang=ru&key={PLANTED}", *[ADDRESS] * 4,
         to_json({"address": ADDRESS, "host": ADDRESS, "feeds": [ADDRESS], "reason": ADDRESS})),
    )  # fmt: skip
    db.conn.execute("update outlets set home_url = ?", (ADDRESS.partition("?")[0],))
    db.conn.execute(
        "update items set url = replace(url, 'https://', ?)", (f"https://bob:{PLANTED}@",)
    )


def everything(reply: Reply) -> Iterator[str]:
    """Give all that a reply brings to a person, the files and the buttons too."""
    match reply:
        case File(name, body):
            yield name
            yield body.decode("utf-8", "replace")
        case Say() | Edit() | Picture():
            pass
    yield repr(reply)


@pytest.mark.parametrize("language", WALKED)
async def test_no_answer_of_the_chat_shows_a_secret(db: Database, language: str) -> None:
    words = {**WORDS, "feeds": "courier", "checkfeed": "", "addfeed": ADDRESS}
    met = 0
    async for reply in replies(db, language, words, before=plant):
        for told in everything(reply):
            assert PLANTED not in told, told
            met += SHOWN in told or SHOWN.replace("&amp;", "&") in told
    assert met > 5


@pytest.fixture
def outlets() -> Iterator[Stand]:
    with stand() as running:
        yield running


def call_for_key(call: Callable[..., str], folder: Path) -> str:
    """Make a key, seal by it, open by a spoilt one and by it; give away its wrong half."""
    recipient = call("backup", "--new-key", "key.txt").strip().partition("=")[2]
    key = (folder / "key.txt").read_text().strip().splitlines()[-1]
    call("backup", "copy.db.age", BACKUP_RECIPIENT=recipient)
    (folder / "spoilt.txt").write_text(f"{key[:-7]}7777777")
    call("restore", "copy.db.age", "--key", "spoilt.txt", code=1)
    call("restore", "copy.db.age", "--key", "key.txt")
    call("check", code=1, BACKUP_RECIPIENT=key)
    return key


def test_no_command_and_no_log_line_shows_a_secret(cli, outlets, tmp_path):
    path = sample_outlets()[0].feed_path
    other, gone = sample_outlets()[1].feed_path, "/nowhere"

    def secret(path: str) -> str:
        return f"http://bob:{PLANTED}@{outlets.host}{path}?token={PLANTED}"

    def shown(path: str) -> str:
        return f"http://***@{outlets.host}{path}?token=***"

    (tmp_path / "list.opml").write_text(
        f'<opml version="2.0"><body><outline text="{secret(other)}" xmlUrl="{secret(other)}"/>'
        f'<outline xmlUrl="javascript:{secret(path)}"/></body></opml>'
    )
    (tmp_path / "news.jsonl").write_text(
        f'{{"title": "Wheat", "url": "http://bob:{PLANTED}@courier.example/wheat"}}'
    )
    told = ""

    def call(*words: str, code: int = 0, **settings: str) -> str:
        nonlocal told
        result = cli(
            *words, LOG_LEVEL="DEBUG", LOG_FORMAT="json", FEED_ALLOW_HOSTS=outlets.host, **settings
        )
        assert code == result.exit_code, (words, result.output)
        told += result.output + result.stderr
        return result.stdout

    assert shown(path) in call("feeds", "add", secret(path), "--json")
    call("feeds", "add", secret(path), code=1)  # it is here already
    call("feeds", "add", shown(path), code=1)
    call("feeds", "add", secret(gone))  # not to be read now
    call("feeds", "check", secret(path))
    call("feeds", "check", secret(gone), code=1)
    call("feeds", "check", shown(gone), code=1)
    call("feeds", "add", "bob:planted@outlet", code=1)
    call("feeds", "import", "list.opml")
    call("feeds", "fallback", shown(path), secret(sample_outlets()[2].feed_path))
    call("poll", "--force")
    call("ingest", "news.jsonl")
    listed = call("feeds", "list") + call("feeds", "list", "--json")
    assert shown(other) in listed
    for words in (("items",), ("items", "--json"), ("stories",), ("stories", "--json")):
        call(*words)
    call("story", "1", "--why")
    call("search", "kazakhstan")
    assert f"xmlUrl={shown(path)!r}".replace("'", '"') in call("feeds", "export")
    for doing in ("pause", "resume"):
        call("feeds", doing, shown(path))
    call("poll", "--feed", shown(path))
    call("check", code=1, EMBEDDINGS_URL=f"http://bob:{PLANTED}@127.0.0.1:9/?key={PLANTED}")
    call("check", code=1, TELEGRAM_BOT_TOKEN="123456:ABCDEFGH", HTTPS_PROXY="planted://bob")
    for proxy in PROXIES:
        call("check", code=1, TELEGRAM_BOT_TOKEN="123456:ABCDEFGH", HTTPS_PROXY=proxy)
    key = call_for_key(call, tmp_path)
    assert key[-30:] not in told
    call("feeds", "remove", shown(path))
    call("feeds", "remove", shown(path), code=1)
    assert "http://bob" not in told
    assert PLANTED not in told.replace("planted://bob", "")
    assert ENCODED not in told

    whole = cli("feeds", "export", "--with-secrets").stdout
    assert secret(other).replace("&", "&amp;") in whole
    (tmp_path / "masked.opml").write_text(cli("feeds", "export").stdout)
    result = cli("feeds", "import", "masked.opml")
    assert ("0 added", True) == (result.stdout[:7], "***" in result.stderr)


@pytest.mark.parametrize("form", ["json", "pretty"])
def test_a_traceback_shows_no_secret(
    form: str, capsys: pytest.CaptureFixture[str], kept_handlers: None
) -> None:
    logs.set_up(Settings(log_format=form))
    log = structlog.get_logger("test")
    try:
        int(ADDRESS)
    except ValueError as error:
        log.exception("broke", urls=[ADDRESS], within={"url": ADDRESS}, error=error)
        logging.getLogger("library").exception("a library's own: %s", ADDRESS)
    told = capsys.readouterr().err
    assert PLANTED not in told
    assert 2 == told.count("Traceback")
    assert told.count("***@courier.example") > 5


@pytest.fixture
def kept_handlers() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


PROXIES = tuple(f"{kind}://bob:{PLANTED}@127.0.0.1:9" for kind in ("http", "socks5h"))
ENCODED = b64encode(f"bob:{PLANTED}".encode()).decode().rstrip("=")
"""As a proxy and an outlet are sent it."""

EMBEDDED, TRANSLATED, HOOKED = "embed-planted-1", "transl-planted-2", "hook-planted-3"


@pytest.fixture
def everything_logged(
    capsys: pytest.CaptureFixture[str], kept_handlers: None
) -> Iterator[Callable[[Settings], Callable[[], str]]]:
    """Set logging up and let every library tell all it has to; return what reads what was told."""
    raised = dict[str, int]()

    def set_up(settings: Settings) -> Callable[[], str]:
        logs.set_up(replace(settings, log_level="DEBUG", log_format="json"))
        for name in (*logs.NOISY, *logs.SILENT, "apscheduler"):
            raised.setdefault(name, logging.getLogger(name).level)
            logging.getLogger(name).setLevel(logging.DEBUG)
        return lambda: capsys.readouterr().err

    yield set_up
    for name, level in raised.items():
        logging.getLogger(name).setLevel(level)


async def asked(database: Path, what: str, arguments: dict[str, object]) -> None:
    """Ask the running program for something as the command line does, until that is over."""
    with closing(connect(database)) as db:
        number = errands.ask(db, what, arguments, "test", datetime.now(UTC))
        while (found := errands.get(db, number)) and found.state in UNDER_WAY:
            errands.still_waits(db, number, datetime.now(UTC))
            await asyncio.sleep(0.05)


UNDER_WAY = (ErrandState.WAITING, ErrandState.RUNNING)


@pytest.mark.parametrize("hook", ["", "https://news.example/hook"], ids=["polling", "webhook"])
async def test_a_whole_journey_leaves_no_secret_in_any_line(
    hook: str,
    tmp_path: Path,
    everything_logged: Callable[[Settings], Callable[[], str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "limits_of", lambda _paid: LIFTED)  # no second between two
    async with Sandbox.start() as box:
        host = host_port(box.url.removeprefix("http://"))
        outlet = sample_outlets()[0].feed_path
        settings = Settings(
            database_path=tmp_path / "news.db",
            telegram_bot_token=box.token,
            telegram_api_url=box.url,
            telegram_webhook_url=hook,
            telegram_webhook_secret=HOOKED,
            telegram_webhook_listen="127.0.0.1:0",
            admin_ids=frozenset({ADMIN_ID}),
            feed_allow_hosts=frozenset({host}),
            embeddings_url="http://127.0.0.1:9",
            embeddings_key=EMBEDDED,
            translate_engine="libretranslate",
            translate_url="http://127.0.0.1:9",
            translate_key=TRANSLATED,
        )
        told = everything_logged(settings)
        address = f"http://bob:{PLANTED}@{box.url.removeprefix('http://')}{outlet}?token={PLANTED}"
        gone = f"http://bob:{PLANTED}@{box.url.removeprefix('http://')}/nowhere?token={PLANTED}"
        starting = [
            (NewFeed(url, "Courier", "Courier"), Outlet(OutletId(0), "Courier"))
            for url in (address, gone)
        ]
        stop = asyncio.Event()
        running = asyncio.create_task(app.run(settings, stop=stop, starting=lambda: starting))
        if hook:
            await box.until(lambda: box.telegram.bots[box.telegram.main_bot].webhook is not None)
        else:
            await box.until(lambda: box.waiting_polls() == 1)
            other = address.replace(outlet, sample_outlets()[1].feed_path)
            for source in (other, gone, address):  # new, not there, known: by another process
                await asked(settings.database_path, "feeds.add", {"source": source})
            for command in COMMANDS:
                words = {**WORDS, "checkfeed": address, "addfeed": gone}.get(command.name, "")
                box.telegram.say(ADMIN_ID, f"/{command.name} {words}")
            box.telegram.say(ADMIN_ID, "/merge 1 999999999")
            await box.message(ADMIN_ID, "999999999")
        stop.set()
        await running
    said = told()
    for library in ("Calling Bot API endpoint", "send_request_headers", "Adding job"):
        assert library in said
    for secret in (PLANTED, ENCODED, EMBEDDED, TRANSLATED, HOOKED, box.token.partition(":")[2]):
        assert secret not in said


@pytest.mark.parametrize("around", ["{}", "https://api.telegram.org/bot{}/getMe", "'{}'"])
def test_a_token_that_is_not_ours_is_blanked_wherever_it_stands(around: str) -> None:
    text = around.format("123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw")
    assert "AAHdq" not in str(logs.without_secrets(())(None, "", {"event": text}))
