"""feeds and poll by the command line, over real HTTP on loopback."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox import sample_outlets
from tests.bot.cli.conftest import lines
from tests.bot.cli.stand import Stand, stand
from watchers.catalogue import starting
from watchers.catalogue.starting import starting_feeds

pytestmark = pytest.mark.usefixtures("news_file")

PATHS = {one.slug: one.feed_path for one in sample_outlets()}


@pytest.fixture
def outlets() -> Iterator[Stand]:
    """The sandbox's newsstand in a thread of its own, so that the command line's loop is free."""
    with stand() as running:
        yield running


@pytest.fixture
def here(cli, outlets):
    """The command line, allowed to reach the newsstand."""

    def call(*words: str, **settings: str):
        return cli(*words, FEED_ALLOW_HOSTS=outlets.host, **settings)

    return call


def test_a_fresh_database_polls_nothing(here):
    assert [] == lines(here("feeds", "list", "--json"))
    assert 0 == here("poll").exit_code


def test_a_feed_is_found_from_its_sites_page_added_polled_and_listed(here, outlets):
    [added] = lines(here("feeds", "add", f"{outlets.url}/outlets/steppe-courier/", "--json"))
    assert (f"{outlets.url}{PATHS['steppe-courier']}", "ok") == (added["url"], added["status"])
    assert added["items"] > 0
    assert 0 == here("poll", "--force").exit_code
    [listed] = lines(here("feeds", "list", "--json"))
    assert {
        "id",
        "url",
        "title",
        "status",
        "error",
        "items",
        "last_status",
        "next_check_at",
        "silent_since",
    } <= set(listed)
    rows = lines(here("items", "--json"))
    assert listed["items"] == len(rows)
    assert {listed["url"]} == {row["feed_url"] for row in rows}


def test_what_is_added_is_told_without_a_log_line_in_between(outlets, tmp_path):
    environ = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[3]),
        "DATABASE_PATH": str(tmp_path / "news.db"),
        "FEED_ALLOW_HOSTS": outlets.host,
    }
    told = subprocess.run(
        [sys.executable, "-m", "bot", "feeds", "add", f"{outlets.url}{PATHS['silk-wire']}"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    [hint] = told.stderr.splitlines()
    assert "`steppewire feeds catalogue`" in hint
    assert 2 == len(told.stdout.splitlines())


def test_who_adds_a_feed_before_the_first_start_hears_how_to_get_the_catalogue(here, outlets):
    def add(slug):
        return here("feeds", "add", f"{outlets.url}{PATHS[slug]}").stderr

    assert "feeds catalogue" in add("silk-wire")
    assert "" == add("steppe-courier")
    number = len(starting_feeds())
    assert f"{number} added, 0 known before\n" == here("feeds", "catalogue").stdout
    assert f"0 added, {number} known before\n" == here("feeds", "catalogue").stdout


def test_a_round_shows_how_far_it_is_and_all_its_counts(here, outlets):
    here("feeds", "add", f"{outlets.url}{PATHS['silk-wire']}")
    progress = here("poll", "--force").stdout.splitlines()[-2]
    assert progress.startswith("1 of 1: ")
    for counted in ("new", "updated", "unchanged", "failed"):
        assert counted in progress


def test_the_same_feed_twice_costs_a_sentence(here, outlets):
    url = f"{outlets.url}{PATHS['silk-wire']}"
    assert 0 == here("feeds", "add", url).exit_code
    again = here("feeds", "add", url)
    assert (1, 1) == (again.exit_code, len(again.stderr.splitlines()))


def test_a_page_without_a_feed_is_read_by_selectors_or_for_its_headlines(here, outlets):
    page = f"{outlets.url}/outlets/steppe-courier/"
    [added] = lines(here("feeds", "add", page, "--item", "auto", "--json"))
    assert ("page", "ok") == (added["kind"], added["status"])
    assert added["items"] > 0
    assert 0 == here("poll", "--force").exit_code
    wrong = here("feeds", "check", page, "--title", "h3")
    assert (1, 1) == (wrong.exit_code, len(wrong.stderr.splitlines()))
    nothing = here("feeds", "check", page, "--item", "div.none")
    assert (1, True) == (nothing.exit_code, "div.none" in nothing.stderr)


def test_check_keeps_nothing(here, outlets):
    result = here("feeds", "check", f"{outlets.url}{PATHS['silk-wire']}")
    assert (0, True) == (result.exit_code, "Silk Wire" in result.stdout)
    assert [] == lines(here("feeds", "list", "--json"))


def test_an_ill_feed_is_kept_with_its_reason(here, outlets):
    told = here("feeds", "add", f"{outlets.url}{PATHS['irtysh-radio']}")
    [kept] = lines(here("feeds", "list", "--json"))
    first = f"{kept['error']} Next look: {kept['next_check_at']}."
    assert (0, first) == (told.exit_code, told.stderr.splitlines()[0])
    assert ("error", 503, True) == (kept["status"], kept["last_status"], bool(kept["error"]))


def test_a_private_address_is_refused_unless_allowed(cli, outlets):
    result = cli("feeds", "check", f"{outlets.url}{PATHS['silk-wire']}")
    assert (1, 1) == (result.exit_code, len(result.stderr.splitlines()))


@pytest.mark.parametrize(
    "url", ["ftp://feeds.example/rss", "javascript:alert(1)", "not an address"]
)
def test_what_is_no_address_costs_a_sentence(here, url):
    result = here("feeds", "add", url)
    assert (1, 1) == (result.exit_code, len(result.stderr.splitlines()))


def test_articles_of_a_feed_are_read_when_that_is_switched_on(here, outlets):
    pytest.importorskip("trafilatura")
    url = f"{outlets.url}{PATHS['silk-wire']}"
    here("feeds", "add", url)
    assert [False] == [row["reads_articles"] for row in lines(here("feeds", "list", "--json"))]
    for switch in ("on", "off"):
        here("feeds", "articles", url, switch)
        [row] = lines(here("feeds", "list", "--json"))
        assert (switch == "on") == row["reads_articles"]
    assert 2 == here("feeds", "articles", url, "perhaps").exit_code


def test_a_paused_feed_is_not_polled_until_resumed(here, outlets):
    url = f"{outlets.url}{PATHS['silk-wire']}"
    here("feeds", "add", url)
    here("feeds", "pause", url)
    [paused] = lines(here("feeds", "list", "--json"))
    assert ("paused", None) == (paused["status"], paused["next_check_at"])
    assert "0 feeds" in here("poll", "--force").stdout
    here("feeds", "resume", "1")
    assert "1 feeds" in here("poll").stdout


def test_a_removed_feed_takes_its_items_along(here, outlets):
    url = f"{outlets.url}{PATHS['silk-wire']}"
    here("feeds", "add", url)
    here("feeds", "remove", url)
    assert ([], []) == (lines(here("feeds", "list", "--json")), lines(here("items", "--json")))


def test_opml_goes_out_and_comes_in(here, outlets, tmp_path):
    here("feeds", "add", f"{outlets.url}{PATHS['silk-wire']}")
    file = tmp_path / "feeds.opml"
    file.write_text(here("feeds", "export").stdout, encoding="utf-8")
    here("feeds", "remove", "1")
    assert "1 added, 0 known before" in here("feeds", "import", str(file)).stdout
    assert "0 added, 1 known before" in here("feeds", "import", str(file)).stdout


def test_a_careless_list_is_read_as_far_as_it_can_be(here, tmp_path):
    file = tmp_path / "feeds.opml"
    file.write_text(
        """<opml><outline text="The "Oasis"" xmlUrl="oasis.example/rss"/>
        <outline xmlUrl="http://10.0.0.1/rss"/>
        <outline xmlUrl="https://cut.exam"""
    )
    told = here("feeds", "import", str(file))
    assert told.stdout == "1 added, 0 known before, 1 with an unusable address, 1 not readable\n"
    assert (
        "unusable: http://10.0.0.1/rss\nnot readable: line 3\nThe file breaks off" in told.stderr
    )
    (feed,) = lines(here("feeds", "list", "--json"))
    assert ("https://oasis.example/rss", 'The "Oasis"') == (feed["url"], feed["title"])


def test_unknown_feeds_cost_a_sentence(here):
    for verb in ("remove", "pause", "resume"):
        assert 1 == here("feeds", verb, "99").exit_code


def test_what_stands_in_for_a_feed_waits_until_that_is_ill(here, outlets):
    [feed] = lines(here("feeds", "add", f"{outlets.url}{PATHS['silk-wire']}", "--json"))
    other = f"{outlets.url}{PATHS['steppe-courier']}"
    [added] = lines(here("feeds", "fallback", str(feed["id"]), other, "--json"))
    assert (feed["id"], True, "new") == (added["fallback_of"], added["waiting"], added["status"])
    assert f"{outlets.url}" not in here("poll", "--force").stderr
    here("feeds", "remove", feed["url"])
    assert [] == lines(here("feeds", "list", "--json"))


def test_a_fallback_of_nothing_is_one_sentence(here, outlets):
    refused = here("feeds", "fallback", "77", f"{outlets.url}{PATHS['silk-wire']}")
    assert 1 == refused.exit_code
    assert "77" in refused.stderr


ROW = "Wire\tKZ\tprivate\t\t\ten\tfeed\t\t{}\t\t2026-11-22\ta list\tunchecked"


def tables(folder: Path, *urls: str) -> Path:
    own = Path(starting.__file__).with_name("feeds.tsv")
    first = own.read_text("utf-8").splitlines()[0]
    folder.mkdir()
    (folder / "feeds.tsv").write_text("\n".join([first, *map(ROW.format, urls), ""]), "utf-8")
    return folder


def test_an_audit_prints_a_patch_and_shows_how_far_it_is(here, outlets, tmp_path):
    (tmp_path / "news.db").unlink()
    good = f"{outlets.url}{PATHS['silk-wire']}"
    folder = tables(tmp_path / "tables", good, f"{outlets.url}/nothing-here")
    result = here("feeds", "audit", "--folder", str(folder))
    assert 0 == result.exit_code, result.output
    assert result.stdout.startswith("--- a/feeds.tsv\n+++ b/feeds.tsv\n")
    added = [line for line in result.stdout.splitlines()[2:] if line.startswith("+")]
    assert [" ok: ", " failed: "] == [
        mark for line in added for mark in (" ok: ", " failed: ") if mark in line
    ]
    assert "looking" in result.stderr
    assert "2 looked at: 1 answer, 0 moved, 1 do not" in result.stderr
    assert not (tmp_path / "news.db").exists()


def test_an_audit_without_a_network_is_one_sentence_and_no_patch(here, tmp_path):
    folder = tables(tmp_path / "tables", "https://nowhere.invalid/rss")
    refused = here("feeds", "audit", "--folder", str(folder))
    assert (1, "") == (refused.exit_code, refused.stdout)
    assert "Is this machine connected?" in refused.stderr
