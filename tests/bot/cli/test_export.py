"""Exports: what is in the files is what is in the rows, and only what changed is written again."""

import errno
import gzip
import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from bot.exports import folder as folders
from bot.exports import manifest, parquet
from bot.exports.folder import Span
from bot.exports.manifest import Manifest
from storage import exports, items, stories
from storage.database import connect
from storage.errors import StorageError
from storage.exports import ITEMS, STORIES, Month
from storage.items import MovedItem
from storage.model import ItemId, StoryId
from tests.journeys.documented import ROOT, blocks
from tests.storage.rows import NOON, feed, new_item, told

OCTOBER = NOON - timedelta(days=40)
EVERY = Span()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A story that two houses tell over two months; one without a headline, one of October."""
    path = tmp_path_factory.mktemp("made") / "news.db"
    with closing(connect(path)) as db, db.conn:
        courier = feed(db)
        herald = feed(db, "https://herald.example/rss", country="RU", family="Herald House")
        told(db, herald, new_item(1, lang="ru", title="Заголовок"), now=OCTOBER)
        told(db, courier, new_item(2, story=1, countries=("KZ", "RU"), published=NOON))
        told(db, courier, new_item(3, title="", url="https://reader:pw@courier.example/3"))
        told(db, courier, new_item(4), now=OCTOBER)
    return path


@pytest.fixture
def news(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "news.db"))


def exported(news: Path, folder: Path, span: Span = EVERY, form: str = "parquet") -> list[str]:
    """Export, and name what was written or removed."""
    folder.mkdir(exist_ok=True)
    kept = manifest.read(folder) or Manifest(form)
    done = list(folders.export(news, folder, span, kept, lambda _rows: None))
    manifest.write(folder, kept)
    assert kept == manifest.read(folder)
    return [
        f"{one.table} {one.month}" + ("" if one.part else " gone") for one in done if one.written
    ]


def asked(folder: Path, table: str, what: str = "*") -> list[tuple[object, ...]]:
    """Ask DuckDB, which is not what wrote the files."""
    with duckdb.connect() as db:
        db.execute("set TimeZone = 'UTC'")
        return db.execute(
            f"select {what} from read_parquet('{folder}/{table}/*/*.parquet',"
            " hive_partitioning = true) order by id"
        ).fetchall()


def change(news: Path, statement: str) -> None:
    with closing(connect(news)) as db, db.conn:
        db.conn.execute(statement)


def test_another_program_reads_what_the_rows_say(news: Path, tmp_path: Path) -> None:
    assert ["items 2026-10", "items 2026-11", "stories 2026-10", "stories 2026-11"] == exported(
        news, tmp_path / "out"
    )
    rows = asked(
        tmp_path / "out",
        "items",
        "id, story_id, outlet, country, publisher, language, published, first_seen, title, url,"
        " about, wire, month",
    )
    assert [
        (1, 1, "herald.example", "RU", "Herald House", "ru", None, OCTOBER, "Заголовок",
         "https://courier.example/1", [], False, "2026-10"),
        (2, 1, "courier.example", "KZ", "", "en", NOON, NOON, "Headline 2",
         "https://courier.example/2", ["KZ", "RU"], False, "2026-11"),
        (3, 3, "courier.example", "KZ", "", "en", None, NOON, "",
         "https://courier.example/3", [], False, "2026-11"),
        (4, 4, "courier.example", "KZ", "", "en", None, OCTOBER, "Headline 4",
         "https://courier.example/4", [], False, "2026-10"),
    ] == rows  # fmt: skip
    assert [
        (1, OCTOBER, NOON, 2, 2, 2, ["KZ", "RU"], ["en", "ru"], "Заголовок", "ru", "2026-11"),
        (3, NOON, NOON, 1, 1, 1, ["KZ"], ["en"], "", "en", "2026-11"),
        (4, OCTOBER, OCTOBER, 1, 1, 1, ["KZ"], ["en"], "Headline 4", "en", "2026-10"),
    ] == asked(
        tmp_path / "out",
        "stories",
        "id, first_at, updated_at, items, outlets, publishers, countries, languages, title,"
        " language, month",
    )


@pytest.mark.parametrize("table", exports.TABLES, ids=lambda table: table.name)
def test_each_column_has_its_type_and_its_meaning(table, news, tmp_path):
    from arro3.io import read_parquet  # noqa: PLC0415

    exported(news, tmp_path / "out")
    file = tmp_path / "out" / table.name / "month=2026-11" / "part-0.parquet"
    schema = read_parquet(str(file)).schema
    assert [(one.name, one.meaning) for one in table.columns] == [
        (one.name, one.metadata_str["comment"]) for one in schema
    ]
    described = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))["columns"]
    assert [one.name for one in table.columns] == [one["name"] for one in described[table.name]]


def test_json_lines_say_the_same(news: Path, tmp_path: Path) -> None:
    exported(news, tmp_path / "lines", form="jsonl")
    exported(news, tmp_path / "columns")
    for table in exports.TABLES:
        lines = [
            json.loads(line)
            for file in (tmp_path / "lines" / table.name).glob("*/*.jsonl.gz")
            for line in gzip.decompress(file.read_bytes()).splitlines()
        ]
        names = [one.name for one in table.columns]
        rows = [
            [f"{one:%Y-%m-%dT%H:%M:%SZ}" if isinstance(one, datetime) else one for one in row]
            for row in asked(tmp_path / "columns", table.name, ", ".join(names))
        ]
        lines.sort(key=lambda one: one["id"])
        assert [dict(zip(names, row, strict=True)) for row in rows] == lines


def edit(db):
    items.readdress(db, [MovedItem(ItemId(4), "https://courier.example/new", "new")])


def told_on(db):
    told(db, 1, new_item(9, story=4))


def merged(db):
    stories.join(db, StoryId(3), StoryId(1), NOON)


def forgotten(db):
    db.conn.execute("delete from items where id in (1, 4)")
    db.conn.execute("delete from stories where id = 4")
    stories.refresh(db, [StoryId(1)])


CHANGES = [
    (lambda _db: None, []),
    (edit, ["items 2026-10"]),
    (told_on, ["items 2026-11", "stories 2026-11", "stories 2026-10 gone"]),
    (merged, ["items 2026-11", "stories 2026-11"]),
    (forgotten, ["items 2026-10 gone", "stories 2026-11", "stories 2026-10 gone"]),
]


@pytest.mark.parametrize(("changed", "written"), CHANGES)
def test_only_months_whose_rows_changed_are_written_again(changed, written, news, tmp_path):
    exported(news, tmp_path / "out")
    with closing(connect(news)) as db, db.conn:
        changed(db)
    assert written == exported(news, tmp_path / "out")
    assert [] == exported(news, tmp_path / "out")
    for table in exports.TABLES:
        with closing(connect(news)) as db:
            kept = db.conn.execute(f"select id from {table.name} order by id").fetchall()
        assert kept == asked(tmp_path / "out", table.name, "id")


def test_months_outside_of_the_span_stay_as_they_are(news: Path, tmp_path: Path) -> None:
    exported(news, tmp_path / "out")
    change(news, "update items set title = 'Other' where title <> ''")
    change(news, "delete from items where id = 4")
    change(news, "delete from stories where id = 4")
    november = Month(2026, 11)
    assert ["items 2026-11", "stories 2026-11"] == exported(
        news, tmp_path / "out", Span(since=november)
    )
    assert [] == exported(news, tmp_path / "out", Span(until=Month(2026, 9)))
    assert [] == exported(news, tmp_path / "out", Span(since=november, until=november))
    assert ["Заголовок", "Other", "", "Headline 4"] == [
        title for (title,) in asked(tmp_path / "out", "items", "title")
    ]


def test_a_write_that_fails_leaves_the_file_that_was_there(news, tmp_path, monkeypatch):
    exported(news, tmp_path / "out")
    before = asked(tmp_path / "out", "items")
    change(news, "update items set title = 'Other'")
    with monkeypatch.context() as broken:
        broken.setattr(exports, "read", lambda _table, _rows: 1 / 0)
        with pytest.raises(Exception, match="division by zero"):
            exported(news, tmp_path / "out")
    assert before == asked(tmp_path / "out", "items")
    assert [] == list((tmp_path / "out").rglob("*.new"))
    assert {"items 2026-10", "items 2026-11"} <= set(exported(news, tmp_path / "out"))


def test_who_reads_all_of_a_tables_folder_meets_only_whole_files(news, tmp_path, monkeypatch):
    """As Spark and BigQuery do, also after a crash: what is being written lies elsewhere."""
    met, read = set(), exports.read

    def read_by_somebody_who_looks_around(table, rows):
        met.update(one.name for one in tmp_path.glob("out/*/*/*"))
        return read(table, rows)

    monkeypatch.setattr(exports, "read", read_by_somebody_who_looks_around)
    exported(news, tmp_path / "out")
    assert {"part-0.parquet"} == met


@pytest.mark.parametrize("spoil", [Path.unlink, lambda file: file.write_bytes(b"PAR1")])
def test_a_file_that_is_lost_or_cut_off_is_written_again(spoil, news, tmp_path):
    exported(news, tmp_path / "out")
    spoil(tmp_path / "out" / "items" / "month=2026-11" / "part-0.parquet")
    assert ["items 2026-11"] == exported(news, tmp_path / "out")


def test_rows_come_whole_however_many_are_read_at_once(news: Path) -> None:
    with closing(connect(news)) as db:
        for table in (ITEMS, STORIES):
            for month in exports.months(db, table):
                [whole] = exports.batches(db, table, month)
                assert whole == [row for [row] in exports.batches(db, table, month, 1)]
                assert len(whole) == exports.count(db, table, month)


def test_months_of_wrong_clocks_end_nothing(news: Path) -> None:
    change(news, f"update items set first_seen = {1 << 62} where id = 3")
    with closing(connect(news)) as db:
        assert ["2026-10", "2026-11"] == [str(one) for one in exports.months(db, ITEMS)]
    assert Month(2027, 1) == Month.of(datetime(2026, 12, 31, tzinfo=UTC)).next


def test_the_documents_query_for_duckdb_runs(news, tmp_path, monkeypatch):
    exported(news, tmp_path / "archive")
    monkeypatch.chdir(tmp_path)
    [query] = blocks((ROOT / "docs" / "export.md").read_text("utf-8"), "sql")
    with duckdb.connect() as db:
        assert [("KZ", 2, 50), ("RU", 1, 100)] == db.execute(query).fetchall()


def test_the_documents_crontab_reaches_into_last_month_on_every_day():
    said = re.search(
        r"date -u -d '(\d+) days ago'", (ROOT / "docs" / "export.md").read_text("utf-8")
    )
    assert said
    for day in range(4 * 366):
        today = NOON + timedelta(days=day)
        last = today.replace(day=1) - timedelta(days=1)
        since = today - timedelta(days=int(said[1]))
        assert timedelta(0) <= last - since < timedelta(days=32)


def test_the_documents_types_for_json_lines_are_read(news, tmp_path, monkeypatch):
    change(news, "update items set published = null")
    exported(news, tmp_path / "archive", form="jsonl")
    monkeypatch.chdir(tmp_path)
    said = re.search(r"`(read_json\(.*?\))`", (ROOT / "docs" / "export.md").read_text("utf-8"))
    assert said
    with duckdb.connect() as db:
        for source, kind in ((said[1], "TIMESTAMP"), ("'archive/items/*/*.jsonl.gz'", "NULL")):
            [(told,)] = db.execute(f"select distinct typeof(published) from {source}").fetchall()
            assert kind == told.strip('"')


# --- by the command line ------------------------------------------------------------------------


def test_the_command_says_what_it_wrote(cli, news):
    said = cli("export", "out").stdout.splitlines()
    assert "4 months written, 0 as they were" == said[-1]
    assert all("rows" in line for line in said[:-1])
    assert ["0 months written, 4 as they were"] == cli("export", "out").stdout.splitlines()
    change(news, "delete from items")
    change(news, "delete from stories")
    assert "0 months written, 0 as they were, 4 removed" in cli("export", "out").stdout


REFUSED = [
    (("--since", "2026-12", "--until", "2026-11"), "--since is later"),
    (("--format", "jsonl"), "has an export in parquet"),
    (("--since", "November"), "does not match the format"),
]


@pytest.mark.parametrize(("words", "sentence"), REFUSED)
def test_a_wrong_request_is_one_sentence(words, sentence, cli, news):
    assert 0 == cli("export", "out").exit_code
    result = cli("export", "out", *words)
    assert result.exit_code
    assert sentence in result.stderr


@pytest.mark.parametrize(
    ("month", "file"),
    [
        ("items/month=2026-01", "../precious.txt"),
        ("items/month=2026-01", "items/month=2026-01/../../../precious.txt"),
        ("items/month=2026-01", "items/month=2026-02/part-0.parquet"),
        ("items/month=2026-13", "items/month=2026-13/part-0.parquet"),
        ("items/month=2026-01", 7),
        ("items/month=2026-01", "items"),
        ("items/month=2026-01", "/items/month=2026-01/part-0.parquet"),
        ("items/month=2026-01", "items/month=2026-01/part-\0.parquet"),
        ("items/month=../../vic", "items/month=../../vic/part-0.parquet"),
        ("items", "items/month=2026-01/part-0.parquet"),
    ],
)
def test_a_manifest_removes_nothing_but_what_is_the_exports(month, file, cli, news, tmp_path):
    precious = tmp_path / "precious.txt"
    precious.touch()
    (tmp_path / "out").mkdir()
    part = {"file": file, "rows": 1, "bytes": 1, "digest": ""}
    told = {"layout": manifest.LAYOUT, "format": "parquet", "parts": {month: part}}
    (tmp_path / "out" / manifest.NAME).write_text(json.dumps(told))
    assert "take another folder" in cli("export", "out").stderr
    assert precious.exists()


def rows_of(title: str) -> list[list[object]]:
    """One row, whose values are the least of each kind, but for its texts."""
    kinds = exports.ColumnKind
    least = {kinds.WHOLE: 1, kinds.TIME: 0, kinds.YES_NO: False, kinds.TEXTS: []}
    return [[least.get(column.kind, title) for column in ITEMS.columns]]


def test_a_full_disk_is_told_as_the_system_tells_it(capfd):
    """arro3 panics where a file raises, and says so on stderr."""
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        parquet.write(Path("/dev/full"), ITEMS, iter([rows_of(os.urandom(100_000).hex())]))
    assert "" == capfd.readouterr().err


def test_a_database_that_breaks_on_the_way_is_told_as_it_is(tmp_path):
    def rows() -> Iterator[list[list[object]]]:
        yield rows_of("Headline")
        raise StorageError("storage.corrupt")

    with pytest.raises(StorageError, match=r"storage\.corrupt"):
        parquet.write(tmp_path / "part-0.parquet", ITEMS, rows())


@pytest.mark.parametrize("other", ["notes.txt", "items/month=2026-11/part-0.parquet"])
def test_a_folder_with_anything_else_in_it_is_left_alone(other, cli, news, tmp_path):
    (tmp_path / "out" / other).parent.mkdir(parents=True)
    (tmp_path / "out" / other).write_text("mine")
    assert "out is not empty, and no export" in cli("export", "out").stderr
    assert "mine" == (tmp_path / "out" / other).read_text()
    assert not (tmp_path / "out" / ".lock").exists()
    assert "no folder is named" in cli("export", "").stderr


def test_a_first_export_that_was_killed_is_taken_up(cli, news, tmp_path, monkeypatch):
    with monkeypatch.context() as killed:
        killed.setattr(manifest, "write", lambda *_: 1 / 0)
        assert cli("export", "out").exit_code
    assert [".lock"] == [one.name for one in (tmp_path / "out").iterdir()]
    with monkeypatch.context() as killed:
        killed.setattr(folders, "ExportedFile", lambda *_: 1 / 0)
        assert cli("export", "out").exit_code
    assert "4 months written" in cli("export", "out").stdout


@pytest.mark.parametrize("way", ["items", "items/month=2026-11", "items/month=2026-11/a.new"])
def test_a_way_out_of_the_folder_is_not_taken(way, cli, news, tmp_path):
    assert 0 == cli("export", "out").exit_code
    elsewhere = tmp_path / "elsewhere"
    link = tmp_path / "out" / way
    if link.exists():
        link.rename(elsewhere)
    link.symlink_to(elsewhere)
    change(news, "update items set title = 'Other'")
    assert f"out/{way} is a link" in cli("export", "out").stderr


def test_where_it_cannot_be_one_sentence_says_why(cli, news, tmp_path, monkeypatch):
    (tmp_path / "full").write_text("")
    assert "is a file" in cli("export", "full").stderr
    (tmp_path / "other").mkdir()
    for text in ("{}", "[]", "no JSON", '{"layout": 2}', "[" * 100_000):
        (tmp_path / "other" / "manifest.json").write_text(text)
        assert "take another folder" in cli("export", "other").stderr
    assert "There is no database" in cli("export", "out", DATABASE_PATH="none.db").stderr
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(parquet, "is_installed", lambda: False)
    assert "make parquet" in cli("export", "fresh").stderr
    assert 0 == cli("export", "fresh", "--format", "jsonl").exit_code
