"""What the command line says: its own commands, whole tables, one form of time, no tracebacks."""

import ast
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from bot import texts
from bot.cli.common import sentence
from bot.commands import COMMANDS
from storage.errors import NewsError
from tests.bot.cli.conftest import lines

pytestmark = pytest.mark.usefixtures("news_file")

ROOT = Path(__file__).parents[3]
CHAT_ONLY = (
    "bot/commands/",
    "bot/digests/listing.py",
    "bot/troubles.py",
    "bot/telegram/dispatcher.py",
    "bot/render/",
    "bot/delivery/",
)
CHAT_COMMAND = re.compile(rf"(?<![\w/.])/({'|'.join(one.name for one in COMMANDS)})\b")
OF_READERS = {
    "aside.query_unread", "subscribe.too_many", "notice.topic_closed", "notice.topic_gone",
    "rates.many_alerts",
}  # fmt: skip
"""Raised or owed where rows are kept, but only chats have subscriptions and topics."""

ISO_TIME = re.compile(r'"(\d{4}-\d\d-\d\dT[^"]*)"')

LONG = (
    "A headline of a length that no terminal bears, which a file and a pipe bear well enough, " * 2
)


@cache
def keys_beyond_the_chat() -> frozenset[str]:
    """Every key of the catalogue that stands in code which the chat does not own."""
    found = {
        node.value
        for package in ("bot", "watchers", "storage")
        for path in (ROOT / package).rglob("*.py")
        if not str(path.relative_to(ROOT)).startswith(CHAT_ONLY)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return frozenset(key for key in found if texts.has(key) and "." in key)


def test_no_sentence_of_the_command_line_names_a_command_of_the_chat() -> None:
    keys = keys_beyond_the_chat()
    assert {"feed.unknown", "story.unknown", "storage.full", "query.empty"} <= keys
    said = {key: sentence(NewsError(key.removeprefix("cli."))) for key in keys - OF_READERS}
    assert {} == {key: text for key, text in said.items() if CHAT_COMMAND.search(text)}


def test_the_chat_keeps_its_own_words() -> None:
    error = NewsError("feed.unknown", feed="12")
    assert "/feeds" in texts.sentence(error, "en")
    assert "steppewire feeds list" in sentence(error)


@pytest.mark.parametrize(
    "typed", ["(", ")", "()", "a OR", '"', "country:nowhere", "", "NOT", "a AND OR b"]
)
def test_a_wrong_query_costs_the_sentence_that_the_chat_says(cli, typed):
    for command in ("search", "trends"):
        told = cli(command, typed)
        assert (1, "", 1) == (told.exit_code, told.stdout, len(told.stderr.splitlines()))
    assert "xample" in told.stderr or "Like this" in told.stderr


LISTINGS = (
    ("items",),
    ("stories",),
    ("search", "gas"),
    ("digest",),
    ("feeds", "list"),
)


@pytest.mark.parametrize("words", LISTINGS)
def test_where_there_is_nothing_stdout_is_empty(cli, words):
    told = cli(*words)
    assert (0, "", 1) == (told.exit_code, told.stdout, len(told.stderr.splitlines()))
    as_json = cli(*words, "--json")
    assert (0, "", "") == (as_json.exit_code, as_json.stdout, as_json.stderr)


def test_a_poll_without_feeds_says_how_to_come_by_some(cli):
    told = cli("poll")
    assert (0, "") == (told.exit_code, told.stdout)
    assert "feeds add" in told.stderr
    assert "feeds import" in told.stderr
    assert 0 == lines(cli("poll", "--json"))[0]["feeds"]


@pytest.fixture
def stocked(cli, tmp_path):
    rows = [
        {"title": LONG + str(n), "published": f"2026-11-2{n}T08:00:00.123456+05:00"}
        for n in range(3)
    ]
    rows.append({"title": "Gas price rises in Tashkent"})
    file = tmp_path / "news.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    assert 0 == cli("ingest", str(file)).exit_code
    return cli


def test_a_table_that_is_piped_is_not_cut(stocked):
    told = stocked("items").stdout
    assert 3 == told.count(LONG.strip())
    assert "…" not in told


def test_a_table_on_a_terminal_is_cut_for_the_eye(stocked, tmp_path):
    ours, theirs = os.openpty()
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_PATH": str(tmp_path / "news.db"),
    }
    try:
        subprocess.run(
            [sys.executable, "-m", "bot", "items"], stdout=theirs, env=environ, check=True
        )
        told = os.read(ours, 65_536).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert "…" in told
    assert LONG.strip() not in told


def test_times_in_json_are_utc_to_the_second(stocked):
    asked = (*LISTINGS, ("story", "1", "--why"), ("trends", "gas"))
    told = "".join(stocked(*words, "--json").stdout for words in asked)
    times = ISO_TIME.findall(told)
    assert times
    assert [] == [one for one in times if not re.fullmatch(r"[\d-]{10}T[\d:]{8}Z", one)]


def test_trends_draw_bars_for_the_eye_only(stocked):
    assert "█" in stocked("trends", "gas").stdout
    assert {"day", "stories", "known"} == set(lines(stocked("trends", "gas", "--json"))[0])


# --- files and folders ------------------------------------------------------------------------

TAKES_NO_FILE = "/proc/steppewire.db"
"""Not even from root."""


@pytest.mark.parametrize(
    "path",
    [
        TAKES_NO_FILE,
        "/nowhere/news.db",
        ".",
        "/dev/null",
        "a folder",
        "text.db",
        "x" * 300,
        "text.db/news.db",
    ],
)
@pytest.mark.parametrize("words", [("items",), ("poll",), ("feeds", "list"), ("check",)])
def test_a_place_that_takes_no_database_costs_a_sentence(cli, tmp_path, path, words):
    (tmp_path / "a folder").mkdir()
    (tmp_path / "text.db").write_text("not a database, " * 100)
    told = cli(*words, DATABASE_PATH=path)
    assert 1 == told.exit_code
    assert isinstance(told.exception, SystemExit)
    if words != ("check",):
        assert ("", 1) == (told.stdout, len(told.stderr.splitlines()))


def test_a_lock_that_is_no_file_costs_a_sentence(cli, tmp_path):
    (tmp_path / "news.db.lock").mkdir()
    told = cli("poll")
    assert (1, 1) == (told.exit_code, len(told.stderr.splitlines()))
    assert "news.db.lock" in told.stderr


def test_a_disk_that_takes_no_more_costs_a_sentence(tmp_path):
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    environ["PYTHONDONTWRITEBYTECODE"] = "1"  # half of a file's would be kept, for everybody
    told = subprocess.run(
        ["/bin/sh", "-c", f"ulimit -f 100; exec '{sys.executable}' -m bot poll"],
        cwd=tmp_path, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (1, "", 1) == (told.returncode, told.stdout, len(told.stderr.splitlines()))
    assert "cannot be opened or written" in told.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(
    "words", [("items", "--json"), ("feeds", "export"), ("--help",), ("language",)]
)
def test_an_output_that_takes_no_more_costs_a_sentence(stocked, tmp_path, words):
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_PATH": str(tmp_path / "news.db"),
    }
    with Path("/dev/full").open("w") as full:
        told = subprocess.run(
            [sys.executable, "-m", "bot", *words],
            input='{"text": "Wheat"}', stdout=full, stderr=subprocess.PIPE, env=environ,
            text=True, check=False,
        )  # fmt: skip
    assert (1, 1) == (told.returncode, len(told.stderr.splitlines()))


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [("items >&-", 1, 1), ("--help >&-", 1, 1), ("language <&-", 0, 0), ("items 2>&-", 0, 0),
     ("nothing 2>&-", 2, 0)],
)  # fmt: skip
def test_a_closed_stream_costs_a_sentence_at_most(stocked, tmp_path, words, code, said):
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "DATABASE_PATH": str(tmp_path / "news.db"),
    }
    told = subprocess.run(
        ["/bin/sh", "-c", f"exec '{sys.executable}' -m bot {words}"],
        env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (code, said) == (told.returncode, len(told.stderr.splitlines())), told.stderr


def test_what_we_keep_is_its_owners_alone(stocked, tmp_path):
    assert 0 == stocked("backup", "copy.db").exit_code
    for one in ("news.db", "news.db.lock", "copy.db"):
        assert 0o600 == (tmp_path / one).stat().st_mode & 0o777, one


def test_a_copy_that_cannot_be_written_is_told_by_its_name(stocked):
    told = stocked("backup", "/nowhere/copy.db")
    assert (1, True) == (told.exit_code, "/nowhere/copy.db" in told.stderr)


@pytest.mark.parametrize("form", ["pretty", "auto"])
def test_a_log_in_a_file_has_no_colours(tmp_path, form):
    script = (
        "import structlog; from bot import logs; from bot.settings import Settings;"
        f"logs.set_up(Settings(log_format={form!r})); structlog.get_logger().warning('seen')"
    )
    told = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TERM": "xterm-256color"},
    )  # fmt: skip
    assert "seen" in told.stderr
    assert "\x1b" not in told.stderr


# --- help, version, completion ----------------------------------------------------------------


@pytest.mark.parametrize("words", [(), ("feeds",)])
def test_no_sentence_of_the_overview_is_cut(cli, words):
    told = cli(*words, "--help").stdout
    assert not re.search(r"\.\.\.|…", told.split("Commands:")[1])


def test_the_version_is_told(cli):
    assert re.fullmatch(r"steppewire, version (\d+\.\d+\.\d+|source)\n", cli("--version").stdout)
