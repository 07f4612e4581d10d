"""init: the first .env, asked for at a terminal or given by a script, and never over another."""

import os
import pty
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.beginning import template
from bot.envfile import filled, parsed
from bot.sandbox import BOT_TOKEN
from bot.settings import NAMES, Settings, read
from tests.bot.cli.stand import Stand, stand

ROOT = Path(__file__).parents[3]
NOBODY = "http://127.0.0.1:9"


@pytest.fixture(scope="module")
def telegram() -> Iterator[Stand]:
    with stand() as running:
        yield running


@pytest.fixture
def init(cli, telegram):
    unset = dict.fromkeys(NAMES)

    def call(*words, input=None, **settings):  # noqa: A002 (click's word)
        return cli("init", *words, input=input, **(unset | {"TELEGRAM_API_URL": telegram.url}
                   | settings))  # fmt: skip

    return call


def written(path: Path) -> dict[str, str]:
    file = parsed(path.read_bytes(), ".env")
    assert () == file.problems
    return {name: entry.value for name, entry in file.entries.items()}


def test_a_script_gets_a_commented_file_of_its_own_with_what_is_next(init, tmp_path, telegram):
    result = init(TELEGRAM_BOT_TOKEN=BOT_TOKEN, ADMIN_IDS="7", DATABASE_PATH="my news.db")
    assert (0, "") == (result.exit_code, result.stderr)
    file = tmp_path / ".env"
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    assert {
        "TELEGRAM_BOT_TOKEN": BOT_TOKEN,
        "TELEGRAM_API_URL": telegram.url,
        "ADMIN_IDS": "7",
        "DATABASE_PATH": "my news.db",
    } == written(file)
    assert template().count("# ") == file.read_text().count("# ")
    assert "Telegram knows the token: @" in result.stdout
    assert "Next: `steppewire run`, then" in result.stdout
    assert BOT_TOKEN not in result.stdout
    assert [file] == list(tmp_path.iterdir())


def test_a_token_comes_from_a_file_or_from_stdin(init, tmp_path):
    (tmp_path / "token").write_text(f"{BOT_TOKEN}\n")
    assert 0 == init("--token-file", "token", "--dir", "one/two").exit_code
    result = init("--token-file", "-", "--dir", "three", input=BOT_TOKEN)
    assert 0 == result.exit_code
    assert f"Next: `steppewire run` in {tmp_path / 'three'}," in result.stdout
    for folder in ("one/two", "three"):
        assert BOT_TOKEN == written(tmp_path / folder / ".env")["TELEGRAM_BOT_TOKEN"]


def test_without_a_token_the_file_says_where_it_goes(init, tmp_path):
    result = init(TELEGRAM_API_URL=None)
    assert (0, True) == (result.exit_code, "@BotFather" in result.stdout), result.output
    assert template() == (tmp_path / ".env").read_text()


@pytest.mark.parametrize(
    ("words", "settings", "says"),
    [
        ((), {"TELEGRAM_BOT_TOKEN": "123:unknown"}, "does not know this token"),
        ((), {"TELEGRAM_BOT_TOKEN": BOT_TOKEN, "TELEGRAM_API_URL": NOBODY}, "`--no-check`"),
        ((), {"TELEGRAM_BOT_TOKEN": "mine"}, "TELEGRAM_BOT_TOKEN is not a bot's token"),
        ((), {"ADMIN_IDS": "me"}, "ADMIN_IDS must be"),
        (("--token-file", "empty"), {}, "no token in the file"),
        (("--token-file", "bytes"), {}, "TELEGRAM_BOT_TOKEN is not a bot's token"),
        (("--dir", "empty/here"), {}, "cannot be written"),
    ],
)
def test_what_cannot_be_costs_a_sentence_and_nothing_is_written(
    init, tmp_path, words, settings, says
):
    (tmp_path / "empty").touch()
    (tmp_path / "bytes").write_bytes(b"\xff\xfe\x00")
    result = init(*words, **settings)
    assert (1, 1) == (result.exit_code, len(result.stderr.splitlines())), result.output
    assert says in result.stderr
    assert ["bytes", "empty"] == sorted(one.name for one in tmp_path.iterdir())


def test_that_telegram_cannot_be_asked_is_said_in_the_systems_words(init):
    result = init(TELEGRAM_BOT_TOKEN=BOT_TOKEN, TELEGRAM_API_URL=NOBODY)
    assert "Telegram cannot be asked just now: Connection refused. Nothing" in result.stderr


def test_nobody_is_asked_whose_the_token_is_with_no_check(init, tmp_path):
    result = init("--no-check", TELEGRAM_BOT_TOKEN=BOT_TOKEN, TELEGRAM_API_URL=NOBODY)
    assert 0 == result.exit_code, result.output
    assert BOT_TOKEN == written(tmp_path / ".env")["TELEGRAM_BOT_TOKEN"]


def test_a_file_that_is_there_stays_unless_it_is_to_go_and_then_is_kept(init, tmp_path):
    file = tmp_path / ".env"
    file.write_text("POLL_INTERVALL=mine\n")
    refused = init()
    assert (1, True) == (refused.exit_code, "`--force`" in refused.stderr)
    assert "POLL_INTERVALL=mine\n" == file.read_text()
    result = init("--force")
    assert 0 == result.exit_code, result.output
    [kept] = tmp_path.glob(".env.before-*")
    assert "POLL_INTERVALL=mine\n" == kept.read_text()
    assert str(kept.name) in result.stdout
    assert template().startswith(file.read_text()[:200])


def test_a_folder_in_the_files_place_is_told(init, tmp_path):
    (tmp_path / ".env").mkdir()
    assert "is no file" in init("--force").stderr


TALK = (
    (b"[y/N]: ", b"y"),
    (b"later): ", b"no token"),
    (b"later): ", BOT_TOKEN.encode()),
    (b"at all): ", b"mailto:me@example.org"),
    (b"START): ", b""),
)


def test_a_terminal_is_asked_and_shows_no_token(tmp_path, telegram):
    """A wrong answer is asked for again; enter alone leaves a setting out."""
    (tmp_path / ".env").touch()
    pid, terminal = pty.fork()
    if pid == 0:
        environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "dumb"}
        environ["TELEGRAM_API_URL"] = telegram.url
        os.chdir(tmp_path)
        os.execve(sys.executable, [sys.executable, "-m", "bot", "init"], environ)
    said = b""
    try:
        for question, answer in TALK:
            while not said.endswith(question):
                said += os.read(terminal, 1024)
            os.write(terminal, answer + b"\n")
            said += b"|"
        while more := os.read(terminal, 1024):
            said += more
    except OSError:  # how Linux says that the other end is closed
        pass
    os.close(terminal)
    assert 0 == os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said
    assert b"is not a bot's token" in said
    assert b"https://t.me/" in said
    assert BOT_TOKEN.encode() not in said
    assert {
        "TELEGRAM_BOT_TOKEN": BOT_TOKEN,
        "TELEGRAM_API_URL": telegram.url,
        "USER_AGENT_CONTACT": "mailto:me@example.org",
    } == written(tmp_path / ".env")


def test_the_template_takes_every_setting():
    told = dict.fromkeys(NAMES, "1")
    assert len(template().splitlines()) == len(filled(template(), told).splitlines())
    assert Settings() == read(written_of(template()))


def written_of(text: str) -> dict[str, str]:
    return {name: entry.value for name, entry in parsed(text.encode(), ".env").entries.items()}
