"""backup, restore and check: what an operator runs by hand says and does what `run` needs."""

import gzip
import json
import os
import re
import socket
import sqlite3
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from subprocess import PIPE, Popen
from threading import Thread

import pyrage
import pytest

from bot.instance import alone, database_lock
from bot.sandbox import BOT_TOKEN
from storage.backups.sealing import recipient
from storage.database import connect
from tests.bot.cli.conftest import lines
from tests.bot.cli.stand import Stand, stand
from tests.storage.test_files import WRONG, everything_in
from tests.storage.test_writability import BLOCKERS


def ingest(cli, tmp_path, *titles):
    file = tmp_path / "news.jsonl"
    file.write_text("\n".join(json.dumps({"title": one}) for one in titles), encoding="utf-8")
    assert 0 == cli("ingest", str(file)).exit_code


def told(cli, **settings):
    return [row["title"] for row in lines(cli("items", "--json", **settings))]


@pytest.fixture
def copied(cli, news_file, tmp_path):
    """A database with a copy, and something that came since."""
    ingest(cli, tmp_path, "Wheat")
    assert 0 == cli("backup", "copy.db").exit_code
    ingest(cli, tmp_path, "Gas")
    return cli


# --- restore ----------------------------------------------------------------------------------


def test_a_restore_brings_back_the_copy_and_keeps_what_was_there(copied, tmp_path):
    result = copied("restore", "copy.db")
    assert 0 == result.exit_code, result.output
    assert ["Wheat"] == told(copied)
    [aside] = tmp_path.glob("news.db.before-*")
    assert str(aside) in result.stdout
    assert ["Wheat", "Gas"] == told(copied, DATABASE_PATH=str(aside))
    assert 0o600 == (tmp_path / "news.db").stat().st_mode & 0o777
    assert [tmp_path / "copy.db"] == list(tmp_path.glob("copy.db*"))
    assert [] == list(tmp_path.glob("*.restoring*"))


def test_what_a_crash_left_in_the_log_does_not_spoil_the_copy(copied, tmp_path):
    crashed = sqlite3.connect(tmp_path / "news.db")
    crashed.execute("insert into facts(name, value) values ('crash', 'here')")
    crashed.commit()  # and never closed: the write-ahead log stays
    assert (tmp_path / "news.db-wal").stat().st_size
    assert 0 == copied("restore", "copy.db").exit_code
    with closing(connect(tmp_path / "news.db")) as restored:
        facts = restored.conn.execute("select value from facts where name = 'crash'").fetchall()
    assert [] == facts
    [aside] = [one for one in tmp_path.glob("news.db.before-*") if "-wal" not in one.name
               and "-shm" not in one.name]  # fmt: skip
    with closing(sqlite3.connect(aside)) as old:
        assert ("here",) == old.execute("select value from facts where name = 'crash'").fetchone()
    crashed.close()


def test_a_restore_mends_a_file_that_is_no_database_any_more(copied, tmp_path):
    (tmp_path / "news.db").write_bytes(b"\xff" * 8192)
    assert 0 == copied("restore", "copy.db").exit_code
    assert ["Wheat"] == told(copied)


def test_nothing_is_restored_while_the_database_is_in_use(copied, tmp_path):
    with alone(database_lock(tmp_path / "news.db"), "instance.database"):
        result = copied("restore", "copy.db")
    assert (1, 1) == (result.exit_code, len(result.stderr.splitlines()))
    assert str(os.getpid()) in result.stderr
    assert ["Wheat", "Gas"] == told(copied)


@contextmanager
def held_open(path):
    """Another program that has a database open, as Litestream has it all the time."""
    holding = (
        "import sqlite3, sys; db = sqlite3.connect(sys.argv[1]);"
        " db.execute('select * from facts'); print('open', flush=True); input()"
    )
    command = [sys.executable, "-c", holding, str(path)]
    with Popen(command, stdin=PIPE, stdout=PIPE) as other:
        assert b"open\n" == other.stdout.readline()
        yield
        other.communicate(b"\n")


def test_what_litestream_knows_of_a_file_goes_when_that_is_written_anew(copied, tmp_path):
    (tmp_path / ".news.db-litestream").mkdir()
    assert 0 == copied("compact").exit_code
    assert [] == list(tmp_path.glob(".news.db*-litestream"))


def test_what_litestream_knows_of_the_old_file_is_never_the_new_ones(copied, tmp_path):
    memory = tmp_path / ".news.db-litestream"
    memory.mkdir()
    (memory / "ltx").touch()
    before = everything_in(tmp_path)
    with held_open(tmp_path / "news.db"):
        for words in (("restore", "copy.db"), ("compact",)):
            result = copied(*words)
            outcome = (result.exit_code, result.stdout, len(result.stderr.splitlines()))
            assert (1, "", 1) == outcome, result.output
            assert "Litestream" in result.stderr
    left = everything_in(tmp_path)
    assert before | {"news.db.lock": b""} == left | {"news.db.lock": b""}
    result = copied("restore", "copy.db")
    assert 0 == result.exit_code, result.output
    assert ["Wheat"] == told(copied)
    [aside] = tmp_path.glob(".news.db.before-*-litestream")
    assert (False, True, True) == (
        memory.exists(), (aside / "ltx").exists(), str(aside) in result.stdout,
    )  # fmt: skip


def test_without_litestream_a_reader_keeps_nobody_from_restoring(copied, tmp_path):
    with held_open(tmp_path / "news.db"):
        assert 0 == copied("restore", "copy.db").exit_code


NOBODY = 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
@pytest.mark.parametrize("was_there", [True, False])
def test_what_root_restores_still_belongs_to_the_services_user(copied, tmp_path, was_there):
    for path in (tmp_path, tmp_path / "news.db", tmp_path / "copy.db"):
        os.chown(path, NOBODY, NOBODY)
    for path in tmp_path.glob("news.db.*lock"):
        path.unlink()
    if not was_there:
        (tmp_path / "news.db").unlink()
    assert 0 == copied("restore", "copy.db").exit_code
    assert 0 == copied("backup", "made.db").exit_code
    assert 0 == copied("backup", BACKUP_DIR="backups").exit_code
    made = [tmp_path / name for name in ("news.db", "news.db.lock", "made.db", "backups")]
    for path in (*made, *(tmp_path / "backups").iterdir()):
        assert (path, NOBODY, NOBODY) == (path, *owner(path))


def owner(path):
    return path.stat().st_uid, path.stat().st_gid


def newer(path):
    with closing(sqlite3.connect(path)) as db:
        db.execute("insert into _sqlite_migrations(migration_set, name, applied_at)"
                   " values ('steppewire', 'm999_later', '')")  # fmt: skip
        db.commit()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda file: file.unlink(), "copy.db cannot be read: No such file"),
        (lambda file: (file.unlink(), file.mkdir()), "copy.db cannot be read: Is a directory"),
        (lambda file: (file.unlink(), os.mkfifo(file)), "copy.db is not a whole copy"),
        (lambda file: file.write_text("no database " * 100), "not a whole copy"),
        (lambda file: file.write_bytes(b""), "not a whole copy"),
        (lambda file: file.write_bytes(file.read_bytes()[:20_000]), "not a whole copy"),
        (newer, "newer"),
    ],
    ids=["missing", "folder", "pipe", "text", "empty", "cut", "newer"],
)
def test_a_copy_that_cannot_serve_changes_nothing(copied, tmp_path, spoil, says):
    spoil(tmp_path / "copy.db")
    result = copied("restore", "copy.db")
    assert (1, "", 1) == (result.exit_code, result.stdout, len(result.stderr.splitlines()))
    assert says in result.stderr
    assert ["Wheat", "Gas"] == told(copied)
    assert [] == list(tmp_path.glob("news.db.*-*")) + list(tmp_path.glob("*.restoring"))


def test_a_refused_backup_shows_no_progress(copied):
    result = copied("backup", "copy.db")
    assert (1, "", 1) == (result.exit_code, result.stdout, len(result.stderr.splitlines()))


def test_a_folder_keeps_what_is_asked_and_a_file_does_not(cli, news_file, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "steppewire-20200101T000000Z.db").write_text("an old one")
    result = cli("backup", "backups", "--keep", "1d")
    [made] = folder.glob("*.db")
    assert (
        f"{made.relative_to(tmp_path)}: {made.stat().st_size:,} bytes, checked\n" in result.stdout
    )
    assert (1, 2) == (
        cli("backup", "none", "--keep", "1d").exit_code,
        cli("backup", "backups", "--keep", "all").exit_code,
    )


def test_a_sealed_copy_comes_back_by_its_key(copied, tmp_path):
    public = copied("backup", "--new-key", "key").stdout.strip().partition("=")[2]
    assert 0o600 == (tmp_path / "key").stat().st_mode & 0o777
    assert 1 == copied("backup", "--new-key", "key").exit_code
    assert "BACKUP_RECIPIENT" in copied("backup", "sealed.age").stderr
    assert 0 == copied("backup", "sealed.age", BACKUP_RECIPIENT=public).exit_code
    ingest(copied, tmp_path, "Oil")
    refused = copied("restore", "sealed.age")
    assert (1, True) == (refused.exit_code, "--key" in refused.stderr)
    assert 0 == copied("restore", "sealed.age", "--key", "key").exit_code
    assert ["Wheat", "Gas"] == told(copied)
    assert [] == list(tmp_path.glob("*.restoring*"))


def text(raw):
    return len(raw).to_bytes(4) + raw


LOCKED_SSH = b"openssh-key-v1\0" + b"".join(
    (
        text(b"aes256-ctr"),
        text(b"bcrypt"),
        text(text(bytes(16)) + (24).to_bytes(4)),
        (1).to_bytes(4),
        text(text(b"ssh-ed25519") + text(bytes(32))),
        text(bytes(144)),
    )
)
"""A key of ssh under a passphrase, by its form (OpenSSH, PROTOCOL.key)."""


def private_key(kind, body):
    return f"-----BEGIN {kind} PRIVATE KEY-----\n{body}\n-----END {kind} PRIVATE KEY-----\n"


@pytest.mark.parametrize(
    "locked",
    [
        private_key("OPENSSH", b64encode(LOCKED_SSH).decode()),
        private_key("RSA", f"Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{'0' * 32}\n\nAAAA"),
        "-----BEGIN AGE ENCRYPTED FILE-----\n",
        "age-encryption.org/v1\n-> scrypt",
    ],
    ids=["ssh", "pem", "armoured", "age"],
)
def test_of_a_key_under_a_passphrase_it_is_said_so(copied, tmp_path, locked):
    sealed_copy(copied, tmp_path)
    (tmp_path / "locked").write_text(locked)
    result = copied("restore", "sealed.age", "--key", "locked")
    assert (1, "", 1) == (result.exit_code, result.stdout, len(result.stderr.splitlines()))
    assert "-i locked FILE" in result.stderr, result.stderr


def test_without_a_file_a_backup_goes_where_all_go(cli, news_file, tmp_path):
    result = cli("backup", BACKUP_DIR="backups")
    [made] = (tmp_path / "backups").glob("*.db")
    assert (0, True) == (result.exit_code, made.name in result.stdout), result.output
    assert 2 == cli("backup").exit_code
    assert 2 == cli("backup", "--new-key", BACKUP_DIR="backups").exit_code


def sealed_copy(cli, tmp_path):
    """A copy that the secret key in the file "key" opens."""
    public = cli("backup", "--new-key", "key").stdout.strip().partition("=")[2]
    assert 0 == cli("backup", "sealed.age", BACKUP_RECIPIENT=public).exit_code
    return (tmp_path / "sealed.age").read_bytes(), public


def test_of_a_sealed_copy_that_is_cut_off_or_damaged_it_is_said_so(copied, tmp_path):
    whole, public = sealed_copy(copied, tmp_path)
    spoiled = tmp_path / "spoiled.age"
    frame = gzip.compress(b"no database")
    for body, says in [
        (whole[:100], "damaged"),
        (whole[:300], "damaged"),
        (whole[:-1], "damaged"),
        (whole[:-40] + bytes(40), "damaged"),
        (frame[:-9], "damaged"),
        (frame[:10] + b"\xff" * 9, "damaged"),
        (frame, "spoiled.age is not a whole copy"),
        (pyrage.encrypt(frame[:-1], [recipient(public)]), "damaged"),
    ]:
        spoiled.write_bytes(body)
        result = copied("restore", "spoiled.age", "--key", "key")
        assert (1, "", 1) == (result.exit_code, result.stdout, len(result.stderr.splitlines()))
        assert says in result.stderr, result.stderr
    assert ["Wheat", "Gas"] == told(copied)
    assert [] == list(tmp_path.glob("*.restoring*"))


def test_a_database_of_before_is_written_anew_and_shrinks_later(cli, news_file, tmp_path):
    with closing(sqlite3.connect(news_file)) as old:
        old.execute("pragma auto_vacuum = none")
        old.execute("vacuum")
    ingest(cli, tmp_path, "Wheat")
    with closing(sqlite3.connect(news_file)) as old:
        old.executescript(
            "create table big(x); insert into big values (zeroblob(3000000)); drop table big"
        )
    result = cli("compact")
    assert 0 == result.exit_code, result.output
    before, now = (
        int(text) for text in re.findall(r"(\d+) (?:bytes|now)", result.stdout.replace(",", ""))
    )
    assert (True, now) == (before - now > 3_000_000, news_file.stat().st_size)
    assert ["Wheat"] == told(cli)
    with closing(sqlite3.connect(news_file)) as new:
        assert (2,) == new.execute("pragma auto_vacuum").fetchone()
    assert [] == list(tmp_path.glob("*.before-*")) + list(tmp_path.glob("*.compact"))
    assert 0o600 == news_file.stat().st_mode & 0o777


# --- check ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def telegram() -> Iterator[Stand]:
    with stand() as running:
        yield running


@pytest.fixture
def check(cli, telegram):
    def call(*words, **settings):
        known = {"TELEGRAM_BOT_TOKEN": BOT_TOKEN, "TELEGRAM_API_URL": telegram.url}
        return cli("check", *words, **(known | settings))

    return call


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield f"127.0.0.1:{listening.getsockname()[1]}"


def free_address() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{probe.getsockname()[1]}"


HOOK = {"TELEGRAM_WEBHOOK_URL": "https://bot.example/hook", "TELEGRAM_WEBHOOK_SECRET": "s" * 32}


@pytest.fixture
def free() -> str:
    return free_address()


def test_check_makes_nothing_where_nothing_is_there(check, tmp_path, free):
    result = check(HEALTH_LISTEN=free, TELEGRAM_WEBHOOK_LISTEN=free_address(), **HOOK)
    assert 0 == result.exit_code, result.output
    assert f"HEALTH_LISTEN={free}" in result.stdout
    assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("wrong", WRONG)
def test_every_command_tells_a_wrong_file_in_a_sentence_and_makes_nothing(
    cli, check, tmp_path, wrong
):
    WRONG[wrong](tmp_path / "news.db")
    (tmp_path / "news.jsonl").write_text('{"title": "Wheat"}')
    before = everything_in(tmp_path)
    for words in (
        ("run",), ("poll",), ("ingest", "news.jsonl"), ("feeds", "list"), ("feeds", "export"),
        ("feeds", "add", "http://127.0.0.1:9/feed"), ("search", "gas"), ("backup", "copy.db"),
        ("items",), ("stories",), ("story", "1"), ("digest",), ("trends", "gas"), ("rates",),
        ("audit",), ("backtest",),
    ):  # fmt: skip
        result = cli(*words, TELEGRAM_BOT_TOKEN=BOT_TOKEN, TELEGRAM_API_URL="http://127.0.0.1:9")
        told = (result.exit_code, result.stdout, len(result.stderr.splitlines()))
        assert (1, "", 1) == told, (words, result.output, result.exception)
    result = check()
    assert 1 == result.exit_code
    assert "database  ok" not in result.stdout
    left = everything_in(tmp_path)
    left = {name: raw for name, raw in left.items() if not name.endswith(".lock")}
    assert before == left


def test_a_deep_check_counts_rows_beside_a_running_bot_and_writes_nothing(check, copied, tmp_path):
    del copied
    before = everything_in(tmp_path)
    with alone(database_lock(tmp_path / "news.db"), "instance.database"):
        result = check("--deep")
    assert 0 == result.exit_code, result.output
    assert "rows      items 2\n" in result.stdout
    assert re.search(r"^audit     (\d+) of \1 laws hold$", result.stdout, re.MULTILINE)
    assert "database  ok" in result.stdout
    assert before | {"news.db.lock": None} == everything_in(tmp_path) | {"news.db.lock": None}


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("update stories set size = 7 where id = 1", "WRONG  size of a story"),
        ("delete from item_words_data where id > 10", "news.db: "),
    ],
)
def test_a_deep_check_fails_where_rows_do_not_add_up(check, copied, tmp_path, statement, says):
    del copied
    with closing(sqlite3.connect(tmp_path / "news.db")) as db, db:
        db.executescript(statement)
    assert 0 == check().exit_code
    result = check("--deep")
    assert (1, True) == (result.exit_code, says in result.stdout), result.output
    assert "database  ok" not in result.stdout


def test_check_counts_what_waits_in_the_log_beside_the_file(check, copied, tmp_path):
    """After a crash nearly all of it may be there."""
    del copied
    with closing(sqlite3.connect(tmp_path / "news.db")) as db:
        db.execute("create table large as select zeroblob(1000000) as zeros")
        db.commit()
        said = check().stdout
        size = sum((tmp_path / name).stat().st_size for name in ("news.db", "news.db-wal"))
    assert size > 1_000_000
    assert f"news.db, {size:,} bytes" in said


def test_check_tells_that_others_may_read_the_database(check, tmp_path):
    connect(tmp_path / "news.db").close()
    assert "chmod" not in check().stdout
    (tmp_path / "news.db").chmod(0o644)
    result = check()
    assert (0, True) == (result.exit_code, "chmod 600" in result.stdout)


@pytest.mark.parametrize("name", ["HEALTH_LISTEN", "TELEGRAM_WEBHOOK_LISTEN"])
@pytest.mark.parametrize("listen", ["taken", "203.0.113.7:80"])
def test_check_tells_a_port_that_run_could_not_have(check, taken, name, listen):
    result = check(**HOOK, **{name: taken if listen == "taken" else listen})
    assert 1 == result.exit_code
    assert f"ports     {name}: I cannot listen" in result.stdout


def test_check_tells_that_two_want_one_port(check, free):
    everywhere = free.replace("127.0.0.1", "0.0.0.0")
    result = check(**HOOK, HEALTH_LISTEN=free, TELEGRAM_WEBHOOK_LISTEN=everywhere)
    assert 1 == result.exit_code
    assert "ports     TELEGRAM_WEBHOOK_LISTEN" in result.stdout


class Healthy(BaseHTTPRequestHandler):
    """Answers as GET /health of ours does."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"wrong": []}')

    def log_message(self, *_: object) -> None:
        pass


class Stranger(Healthy):
    """Answers as nobody of ours does."""

    def do_GET(self) -> None:
        self.send_error(404)


@pytest.mark.parametrize(
    ("answers", "code", "says"),
    [(Healthy, 0, "where SteppeWire answers that runs"), (Stranger, 1, "I cannot listen")],
)
def test_a_port_that_is_taken_is_ours_only_where_we_answer(check, tmp_path, answers, code, says):
    with ThreadingHTTPServer(("127.0.0.1", 0), answers) as server:
        Thread(target=server.serve_forever, args=(0.01,)).start()
        with alone(database_lock(tmp_path / "news.db"), "instance.database"):
            result = check(HEALTH_LISTEN=f"127.0.0.1:{server.server_port}")
        server.shutdown()
    assert code == result.exit_code, result.output
    assert says in result.stdout


def test_a_port_that_the_running_bot_does_not_have_is_told_free(check, tmp_path, free):
    with alone(database_lock(tmp_path / "news.db"), "instance.database"):
        result = check(HEALTH_LISTEN=free)
    assert 0 == result.exit_code, result.output
    assert f"(process {os.getpid()}), listens there only after a restart" in result.stdout


@pytest.mark.parametrize("wrong", ["locked by another", "full: nothing can be written"])
@pytest.mark.usefixtures("copied")
def test_check_tells_that_nothing_can_be_written(check, tmp_path, monkeypatch, wrong):
    monkeypatch.setattr("storage.database.BUSY_TIMEOUT_MS", 20)
    monkeypatch.setattr("storage.files.ROOM_TRIED", 50_000_000)
    with BLOCKERS[wrong.partition(" ")[0].strip(":")](tmp_path / "news.db"):
        result = check()
    assert 1 == result.exit_code
    assert wrong in result.stdout
    assert "database  ok" not in result.stdout
    assert [] == list(tmp_path.glob(".steppewire-*"))


@pytest.mark.parametrize("path", ["none/news.db", "link.db", "text.db/news.db", "/proc/news.db"])
def test_check_tells_a_place_where_run_could_make_no_database(check, tmp_path, path):
    (tmp_path / "text.db").touch()
    (tmp_path / "link.db").symlink_to(tmp_path / "gone" / "news.db")
    result = check(DATABASE_PATH=path)
    assert 1 == result.exit_code
    assert "database  ok" not in result.stdout
    assert "DATABASE_PATH" in result.stdout


@pytest.mark.parametrize("folder", ["/proc/nope", "none/backups", "text", "link"])
def test_check_tells_a_place_where_no_backup_could_be_made(check, tmp_path, folder):
    (tmp_path / "text").touch()
    (tmp_path / "link").symlink_to("gone")
    result = check(BACKUP_DIR=folder)
    assert (1, True) == (result.exit_code, f"backups   BACKUP_DIR={folder}: " in result.stdout)


def test_check_tells_that_a_backup_has_no_room(check, copied, tmp_path, monkeypatch):
    del copied
    (tmp_path / "backups").mkdir()
    before = set(tmp_path.rglob("*"))
    for folder in ("backups", "not-yet"):
        result = check(BACKUP_DIR=folder)
        assert f"backups   ok: {folder}, 0 there\n" in result.stdout, result.output
    monkeypatch.setattr("storage.backups.folder.ROOM_LEFT", 1 << 60)
    assert "MB are free there" in check(BACKUP_DIR="backups").stdout
    assert before == set(tmp_path.rglob("*"))


@pytest.mark.parametrize("words", [("poll",), ("items",), ("ingest", "n.jsonl")])
def test_a_refused_place_is_told_by_its_setting_and_gets_no_lock(cli, tmp_path, words):
    (tmp_path / "n.jsonl").write_text('{"title": "Wheat"}')
    (tmp_path / "text.db").write_text("no database " * 100)
    for path in ("text.db", "/proc/news.db", "x" * 300, "n.jsonl/news.db"):
        result = cli(*words, DATABASE_PATH=path)
        assert (1, "DATABASE_PATH" in result.stderr) == (result.exit_code, True), result.stderr
    assert [] == list(tmp_path.glob("*.lock"))


def test_check_says_nothing_of_meaning_where_nobody_is_to_be_asked(check):
    assert "meaning" not in check().stdout


def test_check_tells_that_nobody_answers_what_texts_mean(check, free):
    result = check(EMBEDDINGS_URL=f"http://{free}", EMBEDDINGS_KEY="psst")
    assert 1 == result.exit_code
    assert f"meaning   http://{free} does not answer: " in result.stdout
    assert "psst" not in result.output
