"""From any version to this one: nothing is lost on the way, and what fails changes nothing."""

import gzip
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils

from scripts.keep_version import KEPT, version
from storage.audit.report import audit
from storage.backups import copies
from storage.database import connect
from storage.errors import StorageError
from storage.migrations import migrations
from tests.storage.sample import NOW
from tests.storage.test_database import ONE_OF_EACH

FILES = sorted(KEPT.glob("*.db.gz"))
DROPPED = {"removed_words"}
"""Tables that a later version does without; these held work under way."""
STEPS = [step.name for step in migrations._migrations]
FIRST_WHOLE = STEPS.index("m010_lasting_ids") + 1
"""From here on all steps are one transaction."""


def rows_of(path: Path) -> dict[str, int]:
    """Count the rows of each table that holds any of its own."""
    with closing(sqlite3.connect(path)) as db:
        names = [
            name
            for (name,) in db.execute("select name from sqlite_schema where type = 'table'")
            if not name.startswith(("item_words", "item_vocabulary", "_sqlite", "sqlite_"))
        ]
        return {name: db.execute(f"select count(*) from {name}").fetchone()[0] for name in names}


# --- versions that were published ---------------------------------------------------------------


def test_a_database_of_this_version_is_kept() -> None:
    """Else: `python -m scripts.keep_version`."""
    assert KEPT / f"{version()}.db.gz" in FILES


@pytest.mark.parametrize("kept", FILES, ids=lambda file: file.name)
def test_a_published_versions_database_becomes_one_of_ours(kept: Path, tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    path.write_bytes(gzip.decompress(kept.read_bytes()))
    before = rows_of(path)
    connect(path).close()
    after = rows_of(path)
    assert before == {name: after.get(name, 0 if name in DROPPED else None) for name in before}
    report = audit(path, NOW, lambda _step: None, deep=True)
    assert ((), True) == (report.breaches, report.adds_up)


@pytest.mark.parametrize("kept", FILES, ids=lambda file: file.name)
def test_a_backup_of_a_published_version_is_put_back_as_it_wrote_it(
    kept: Path, tmp_path: Path
) -> None:
    """Who goes back has the newer program restore it: the older may not know how."""
    backup, path = tmp_path / "before.db", tmp_path / "news.db"
    backup.write_bytes(gzip.decompress(kept.read_bytes()))
    connect(path).close()
    copies.restore(backup, path, tmp_path / "aside", lambda *_: None)
    assert rows_of(backup) == rows_of(path)
    steps = "select group_concat(name) from (select name from _sqlite_migrations order by id)"
    with closing(sqlite3.connect(path)) as there, closing(sqlite3.connect(backup)) as was:
        assert was.execute(steps).fetchone() == there.execute(steps).fetchone()


# --- steps that fail ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database from before the first version, some rows in it."""
    path = tmp_path_factory.mktemp("older") / "news.db"
    with closing(sqlite_utils.Database(path)) as db:
        migrations.apply(db, stop_before="m010_lasting_ids")
        db.conn.executescript(ONE_OF_EACH)
        migrations.apply(db, stop_before=STEPS[FIRST_WHOLE])
        db.conn.execute("pragma journal_mode = wal")
    return path


def failing(step: object, how: str) -> None:
    """Let a step do all that it does, and then fail."""
    right = step.fn

    def wrong(db: sqlite_utils.Database) -> None:
        right(db)
        if how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        db.conn.execute("select * from no_such_table")

    step.fn = wrong


@pytest.mark.parametrize("name", STEPS[FIRST_WHOLE:])
def test_a_step_that_fails_leaves_the_file_as_it_was(
    name: str, older: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also what the steps before it did: an older program can go on with it."""
    path = Path(shutil.copy(older, tmp_path / "news.db"))
    [step] = [one for one in migrations._migrations if one.name == name]
    with monkeypatch.context() as undone:
        undone.setattr(step, "fn", step.fn)
        failing(step, "refused")
        with pytest.raises(StorageError) as raised:
            connect(path)
    told = raised.value
    assert ("storage.migration", name) == (told.text_key, told.values["step"])
    assert "no such table: no_such_table" == told.values["reason"]
    assert [path] == list(tmp_path.iterdir())
    assert older.read_bytes() == path.read_bytes()


KILLED = """
import sys
from pathlib import Path
from storage.database import connect
from storage.migrations import migrations
from tests.storage.test_migrating import failing
failing(migrations._migrations[-2], "killed")
connect(Path(sys.argv[1]))
"""


def test_a_migration_that_is_killed_leaves_the_file_as_it_was(older: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(older, tmp_path / "news.db"))
    before = rows_of(path)
    told = subprocess.run(
        [sys.executable, "-c", KILLED, path],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
    )
    assert -signal.SIGKILL == told.returncode, told.stderr
    with closing(sqlite_utils.Database(path)) as db:
        assert STEPS[:FIRST_WHOLE] == [one.name for one in migrations.applied(db)]
    assert before == rows_of(path)
    connect(path).close()
    after = rows_of(path)
    assert {name: before[name] for name in ("chats", "items", "subscriptions")} == {
        name: after[name] for name in ("chats", "items", "subscriptions")
    }


def test_rows_that_would_point_nowhere_undo_the_migration(older: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(older, tmp_path / "news.db"))
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("update items set feed_id = 99")
    before = path.read_bytes()
    with pytest.raises(StorageError) as raised:
        connect(path)
    assert ("storage.corrupt", before) == (raised.value.text_key, path.read_bytes())
