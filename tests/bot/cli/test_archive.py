"""ingest, items, stories, story, search, digest, trends: an archive by the command line."""

import asyncio
import json
from contextlib import closing
from datetime import datetime

import pytest

from bot.cli import common
from bot.instance import alone, watchers_lock
from storage import items, revisions
from storage.database import connect
from storage.items import EditedItem
from storage.model import ItemId, StoryId
from storage.sql import to_ms
from tests.bot.cli.conftest import lines

pytestmark = pytest.mark.usefixtures("news_file")

NEWS = [
    {
        "id": "a",
        "url": "https://courier.example/a",
        "title": "Tokayev opens a uranium plant in Turkistan",
        "text": "The plant will make fuel for reactors.",
        "published": "2026-11-20T08:00:00Z",
        "lang": "en",
        "source": "Courier",
    },
    {"id": "b", "title": "Wheat harvest ends in Kostanay", "source": "Courier"},
    {
        "id": "c",
        "title": "Tokayev opens a uranium plant in Turkistan",
        "published": "2026-11-20T09:00:00+00:00",
        "source": "Herald",
    },
    {"title": ""},
]


@pytest.fixture
def stocked(cli, tmp_path):
    """A command line whose database holds the news above."""
    file = tmp_path / "news.jsonl"
    file.write_text("\n".join(map(json.dumps, NEWS)), encoding="utf-8")
    result = cli("ingest", str(file), "--feed", "old")
    assert (0, "4 new, 0 known before") == (result.exit_code, result.stdout.splitlines()[-1])
    return cli


def test_items_are_listed_with_their_own_times(stocked):
    rows = lines(stocked("items", "--json"))
    assert ["a", "b", "c", ""] == [row["external_id"] for row in rows]
    assert ["2026-11-20T08:00:00Z", None, "2026-11-20T09:00:00Z", None] == [
        row["published"] for row in rows
    ]
    assert ["Courier", "Courier", "Herald", "old"] == [row["outlet"] for row in rows]
    # What has no time of its own came when the one before it did.
    assert rows[0]["first_seen"] == rows[1]["first_seen"]
    assert {
        "id",
        "external_id",
        "kind",
        "feed_id",
        "feed_url",
        "url",
        "title",
        "outlet",
        "lang",
        "published",
        "first_seen",
        "story_id",
    } == set(rows[0])


def test_one_event_is_one_story_whose_items_are_listed(stocked):
    told = {
        row["id"]: [item["external_id"] for item in row["items"]]
        for row in lines(stocked("stories", "--json"))
    }
    assert ["a", "c"] in told.values()
    assert ["b"] in told.values()


def test_ingesting_again_adds_nothing(stocked, tmp_path):
    result = stocked("ingest", str(tmp_path / "news.jsonl"), "--feed", "old")
    assert "0 new, 4 known before" == result.stdout.splitlines()[-1]


def test_a_story_is_shown_with_why(stocked):
    [row] = lines(stocked("story", "1", "--why", "--json"))
    assert 2 == len(row["items"])
    assert all(isinstance(line, str) for line in row["items"][1]["why"])
    said = stocked("story", "1", "--why").stdout
    assert "Tokayev opens" in said
    assert "1. Courier\n   The first report of this story\n2. Herald\n   " in said
    assert "sure to be the same event as 1 (Courier): the same headline;" in said


def test_a_story_says_what_outlets_changed_and_removed(stocked, tmp_path):
    assert "What outlets changed" not in stocked("story", "1").stdout
    with closing(connect(tmp_path / "news.db")) as db, db.conn:
        title, at = "Tokayev opens a plant in Turkistan", "2026-11-21T08:00:00Z"
        now = datetime.fromisoformat(at)
        edited = EditedItem(ItemId(1), StoryId(1), title, "The plant will make fuel.", "", "", "")
        revisions.keep(db, [edited.id], now)
        items.edit(db, [edited], now)
        db.conn.execute("update items set removed_at = ? where id = 3", (to_ms(now),))
    [row] = lines(stocked("story", "1", "--json"))
    first, other = row["items"]
    earlier = {"title": NEWS[0]["title"], "summary": NEWS[0]["text"], "until": at}
    assert ([earlier], None) == (first["earlier"], first["removed_at"])
    assert ([], at) == (other["earlier"], other["removed_at"])
    assert [
        "What outlets changed",
        "1. Courier",
        f"   changed {at}: Tokayev opens a [-uranium-] plant in Turkistan",
        f"   text changed {at}: The plant will make fuel. [-for reactors.-]",
        "2. Herald",
        f"   removed by the outlet, seen {at}",
    ] == stocked("story", "1").stdout.splitlines()[-6:]


@pytest.mark.parametrize("unknown", ["999", "99999999999999999999999", "0"])
def test_an_unknown_story_costs_one_sentence(stocked, unknown):
    result = stocked("story", unknown)
    assert (1, 1) == (result.exit_code, len(result.stderr.splitlines()))


def test_search_finds_a_name_in_another_script(stocked):
    [row] = lines(stocked("search", "Токаев", "--json"))
    assert 1 == row["id"]
    assert [] == lines(stocked("search", "Токаев -uranium", "--json"))


def test_a_search_says_what_near_words_found(cli, tmp_path):
    file = tmp_path / "now.jsonl"
    told = ("Водители Тараза бастуют третий день", "Забастовка в порту Находки окончена")
    file.write_text("\n".join(json.dumps({"title": one}) for one in told), encoding="utf-8")
    cli("ingest", str(file))
    rows = lines(cli("search", "забастовка", "--json"))
    assert [(told[1], []), (told[0], ["бастуют"])] == [(r["title"], r["near"]) for r in rows]
    head, direct, near = cli("search", "забастовка").stdout.splitlines()
    assert near.endswith("near: бастуют")
    assert "near:" not in direct
    assert head.endswith("near")


def test_a_search_names_the_word_that_a_headline_lacks_where_none_has_all(cli, tmp_path):
    file = tmp_path / "now.jsonl"
    told = ("Водители Тараза бастуют третий день", "Авария на ТЭЦ в Оше")
    file.write_text("\n".join(json.dumps({"title": one}) for one in told), encoding="utf-8")
    cli("ingest", str(file))
    [row] = lines(cli("search", "авария Тараз", "--json"))
    assert (told[0], ["авария"]) == (row["title"], row["without"])
    assert cli("search", "авария Тараз").stdout.rstrip().endswith("without: авария")


def test_an_unbalanced_query_costs_one_sentence(stocked):
    result = stocked("search", "(gas OR")
    assert (1, 1) == (result.exit_code, len(result.stderr.splitlines()))


def test_digest_and_trends_count_what_came_lately(cli, tmp_path):
    file = tmp_path / "now.jsonl"
    file.write_text(json.dumps({"title": "Gas price rises in Tashkent"}), encoding="utf-8")
    cli("ingest", str(file))
    assert ["Gas price rises in Tashkent"] == [
        row["title"] for row in lines(cli("digest", "--json"))
    ]
    days = lines(cli("trends", "gas", "--days", "3", "--json"))
    assert [0, 0, 1] == [row["stories"] for row in days]
    assert [False, False, True] == [row["known"] for row in days]
    table = cli("trends", "gas", "--days", "3")
    assert 2 == len(table.stdout.splitlines()), "a head, and the one day that is known"
    assert "█" not in table.stdout
    assert "The archive begins on" in table.stderr


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("not json", 1),
        ('{"title": "a"}\n[1]', 2),
        ('{"text": "no title"}', 1),
        ('{"title": "a", "published": "yesterday"}', 1),
        ('{"title": "a", "published": "0001-01-01T00:00:00Z"}', 1),
        ('{"title": "a", "published": "9999-12-31T23:59:59+00:00"}', 1),
        pytest.param("[" * 200_000, 1, id="nested too deep"),
    ],
)
def test_a_broken_file_is_told_by_its_line(cli, tmp_path, text, line):
    file = tmp_path / "broken.jsonl"
    file.write_text(text, encoding="utf-8")
    result = cli("ingest", str(file))
    assert 1 == result.exit_code
    assert f"Line {line} " in result.stderr or f"Line {line}:" in result.stderr


@pytest.mark.parametrize("path", ["nowhere.jsonl", "a folder"])
@pytest.mark.parametrize(
    "words", [("ingest",), ("feeds", "import"), ("backtest", "--join", "1")], ids=" ".join
)
def test_a_file_that_is_not_there_costs_one_sentence(cli, tmp_path, words, path):
    (tmp_path / "a folder").mkdir()
    result = cli(*words, path)
    assert (1, "", 1) == (result.exit_code, result.stdout, len(result.stderr.splitlines()))
    assert path in result.stderr


# --- what is stored stays ---------------------------------------------------------------------


def written(path, *rows):
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def told(cli):
    return [row["title"] for row in lines(cli("items", "--json"))]


def last(result):
    assert 0 == result.exit_code, result.output
    return result.stdout.splitlines()[-1]


def test_lines_without_id_are_known_by_what_they_say_wherever_they_stand(cli, tmp_path):
    monday = written(tmp_path / "mon" / "n.jsonl", {"title": "Wheat"}, {"title": "Gas"})
    tuesday = written(tmp_path / "tue" / "n.jsonl", {"title": "Uranium"}, {"title": "Oil"})
    cli("ingest", monday)
    assert "2 new, 0 known before" == last(cli("ingest", tuesday))
    written(tmp_path / "mon" / "n.jsonl", {"title": "Rain"}, {"title": "Wheat"}, {"title": "Gas"})
    assert "1 new, 2 known before" == last(cli("ingest", monday))
    assert ["Wheat", "Gas", "Uranium", "Oil", "Rain"] == told(cli)


@pytest.mark.parametrize("name", ["id", "url"])
def test_what_is_stored_already_stays_as_it_is(cli, tmp_path, name):
    rows = [{name: "https://a.example/1", "title": title} for title in ("Wheat", "Gas")]
    result = last(cli("ingest", written(tmp_path / "n.jsonl", *rows)))
    assert "1 new, 1 known before (1 in other words, kept as they were)" == result
    assert ["Wheat"] == told(cli)


@pytest.mark.parametrize(
    ("title", "published", "said"),
    [
        ("Wheat prices rise in Kostanay", "2026-11-21T08:00:00Z", "0 new, 1 known"),
        ("A bridge opens over the Ural", "2026-11-20T08:00:00Z", "0 new, 1 known"),
        ("A bridge opens over the Ural", "2026-11-21T08:00:00Z", "1 new, 0 known"),
    ],
)
def test_under_one_address_other_words_of_another_time_are_other_news(
    title, published, said, cli, tmp_path
):
    told = {"id": "a", "url": "https://courier.example/live", "published": "2026-11-20T08:00:00Z"}
    file = tmp_path / "page.jsonl"
    file.write_text(json.dumps(told | {"title": "Wheat prices rise in Kostanay"}))
    cli("ingest", str(file))
    file.write_text(json.dumps(told | {"id": "b", "title": title, "published": published}))
    assert said in cli("ingest", str(file)).stdout


def test_another_text_under_the_same_title_is_another_item(cli, tmp_path):
    rows = [{"title": "Markets today", "text": text} for text in ("Wheat is up.", "Gas is up.")]
    assert "2 new, 0 known before" == last(cli("ingest", written(tmp_path / "n.jsonl", *rows)))


def test_a_broken_line_says_that_the_lines_before_it_are_stored(cli, tmp_path):
    file = tmp_path / "n.jsonl"
    file.write_text('{"title": "Wheat"}\n{"title": "Gas"}\n{', encoding="utf-8")
    result = cli("ingest", str(file))
    assert 1 == result.exit_code
    assert "Line 3 " in result.stderr
    assert "stored: 2 new" in result.stderr
    assert ["Wheat", "Gas"] == told(cli)


def test_a_file_may_come_through_a_pipe_and_begin_with_a_mark(cli):
    result = cli("ingest", "-", input='\ufeff{"title": "Wheat"}\n{"title": "Gas"}\n')
    assert "2 new, 0 known before" == last(result)
    assert ["stdin", "stdin"] == [row["outlet"] for row in lines(cli("items", "--json"))]


def test_what_items_writes_comes_back_through_ingest(stocked, tmp_path):
    file = tmp_path / "again.jsonl"
    file.write_text(stocked("items", "--json").stdout, encoding="utf-8")
    other = {"DATABASE_PATH": str(tmp_path / "other.db")}
    assert "4 new, 0 known before" == last(stocked("ingest", str(file), **other))

    def kept(**settings):
        rows = lines(stocked("items", "--json", **settings))
        return [(row["outlet"], row["external_id"], row["title"]) for row in rows]

    assert kept() == kept(**other)


def test_imports_are_listed_as_what_they_are(stocked):
    rows = lines(stocked("feeds", "list", "--json"))
    assert [("import", 2), ("import", 1), ("import", 1)] == [
        (row["status"], row["items"]) for row in rows
    ]
    for deed in ("pause", "resume"):
        refused = stocked("feeds", deed, str(rows[0]["id"]))
        assert (1, 1) == (refused.exit_code, len(refused.stderr.splitlines()))
        assert "import" in refused.stderr


@pytest.mark.parametrize("threshold", ["nan", "inf"])
def test_a_threshold_that_is_no_number_is_refused(cli, threshold):
    assert 2 == cli("backtest", "--join", threshold).exit_code


def test_a_backtest_shows_what_another_threshold_would_change(stocked, tmp_path):
    for source in ([], [str(tmp_path / "news.jsonl")]):
        result = stocked("backtest", *source, "--join", "99")
        assert 0 == result.exit_code
        assert "4 items: 3 stories now, 4 with the other setting" in result.stdout
        assert "would be parted" in result.stdout


def test_a_backtest_of_nothing_says_what_may_vary(stocked):
    result = stocked("backtest")
    assert (1, True) == (result.exit_code, "--join" in result.stderr)


# --- what cannot be text ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [("search",), ("trends",), ("feeds", "remove"), ("feeds", "add"), ("ingest",)],
    ids=" ".join,
)
def test_bytes_that_are_no_text_cost_a_sentence_at_most(cli, words):
    result = cli(*words, "country:\udcff")
    assert result.exit_code in (1, 2)
    assert isinstance(result.exception, SystemExit)
    assert "udcff" not in result.stderr


@pytest.mark.parametrize("name", ["id", "url", "title", "text", "lang", "source"])
def test_half_a_character_in_a_file_is_taken(cli, tmp_path, name):
    row = {"title": "Wheat"} | {name: "https://a.example/\ud800"}
    assert "1 new, 0 known before" == last(cli("ingest", written(tmp_path / "n.jsonl", row)))


def test_a_query_that_begins_with_a_minus_stands_behind_two(stocked):
    assert "--." in " ".join(stocked("search", "--help").stdout.split())
    rows = lines(stocked("search", "--json", "--", "-uranium Kostanay"))
    assert ["Wheat harvest ends in Kostanay"] == [row["title"] for row in rows]


def test_a_command_waits_for_who_is_just_making_the_file(cli, tmp_path, monkeypatch):
    """As the first `run` in a container does while the next line of the document is typed."""
    news, sleep = tmp_path / "news.db", asyncio.sleep
    news.unlink()

    async def made_meanwhile(seconds: float) -> None:
        connect(news).close()
        await sleep(0)

    monkeypatch.setattr(common.asyncio, "sleep", made_meanwhile)
    with alone(watchers_lock(news), "instance.database"):
        result = cli("feeds", "list")
    assert 0 == result.exit_code, result.stderr


READING = (
    ("items",), ("stories",), ("story", "1"), ("search", "wheat"), ("digest",),
    ("trends", "wheat"), ("rates",), ("feeds", "list"), ("feeds", "export"),
    ("backtest", "--join", "0.7"),
)  # fmt: skip


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_what_only_reads_makes_no_database(cli, tmp_path, words):
    """A forgotten `cd` is told, and leaves nothing behind."""
    told = cli(*words, DATABASE_PATH="none.db")
    assert (1, "") == (told.exit_code, told.stdout)
    assert "There is no database at" in told.stderr
    assert [] == [*tmp_path.glob("none*")]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_what_only_reads_opens_no_door_to_writing(stocked, monkeypatch, words):
    """So it serves on a copy that lies where nobody can write."""
    monkeypatch.setattr(common, "opened", None)
    assert 0 == stocked(*words).exit_code
