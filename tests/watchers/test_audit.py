"""Audits of the catalogue: real HTTP on loopback, and the patch that comes of it."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from storage.feeds import NewFeed
from storage.model import FeedKind
from tests.farm import Farm, item, opened, rss
from tests.watchers.in_place import InPlace
from watchers import audit, catalogue, fetch
from watchers.audit import Finding
from watchers.fetch import FetchLimits
from watchers.host_queues import Politeness
from watchers.observe import Observer

NOW = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
HEAD = "outlet\tcountry\townership\trole\tfamily\tlanguages\tkind\ttitle\turl\trules\ttaken\tevidence\tchecked"
ROW = "{}\tKZ\tprivate\t\t\tkk ru\t{}\t\t{}\t{}\t2026-11-22\ta list\tunchecked"
OTHERS = "of\tkind\turl\trules\ttaken\tevidence\tchecked"


@pytest.fixture
async def farm() -> AsyncIterator[Farm]:
    async with opened() as made:
        yield made


def say(key: str, values: Mapping[str, Any]) -> str:
    return f"{key}\t{values.get('status', '')}"


async def audited(farm: Farm, *wanted: NewFeed, spacing_s: float = 0.0) -> dict[str, Finding]:
    async with fetch.opened(
        user_agent="test",
        allowed=frozenset({("127.0.0.1", farm.port)}),
        limits=FetchLimits(deadline_s=30.0),
        clock=lambda: NOW,
    ) as fetcher:
        observer = Observer(fetcher, InPlace(), lambda: NOW)
        return await audit.looked_at(wanted, observer, Politeness(spacing_s=spacing_s))


def feed(url: str, kind: FeedKind = FeedKind.FEED, languages: str = "ru", **rules: str) -> NewFeed:
    return NewFeed(url, "", "", kind, tuple(languages.split()), rules=rules)


async def checked(farm: Farm, wanted: NewFeed) -> str:
    """What is noted of one feed, its address's host left out."""
    found = (await audited(farm, wanted))[wanted.url]
    return audit.written(found, NOW, say).replace(farm.url(""), "")


async def test_what_answers_is_noted_with_its_entries_and_their_newest_day(farm: Farm) -> None:
    url = farm.serve("/rss", rss(item(1), item(2, date="Sat, 28 Nov 2026 07:00:00 GMT")))
    assert "2026-11-29 ok: 2 entries, newest 2026-11-28" == await checked(farm, feed(url))


@pytest.mark.parametrize(
    ("status", "noted"),
    [(404, "error.not_found 404"), (410, "error.gone 410"), (403, "error.forbidden 403"), (503, "error.unavailable 503")],
)  # fmt: skip
async def test_what_does_not_is_noted_with_the_reason(farm: Farm, status: int, noted: str) -> None:
    url = farm.serve("/rss", "no", status=status)
    assert f"2026-11-29 failed: {noted}" == await checked(farm, feed(url))


async def test_a_page_is_read_by_its_selectors(farm: Farm) -> None:
    body = "<html><div class='n'><a href='/1'>Совет обсудил мосты</a></div></html>"
    url = farm.serve("/news", body, Content_Type="text/html")
    good, bad = ({"item": ".n"}, {"item": ".card"})
    assert "ok: 1 entry" in await checked(farm, feed(url, FeedKind.PAGE, **good))
    assert "error.page_no_matches" in await checked(farm, feed(url, FeedKind.PAGE, **bad))


async def test_another_language_than_told_first_is_noted(farm: Farm) -> None:
    url = farm.serve("/rss", rss(item(1), item(2), item(3)))
    assert ", mostly ru" in await checked(farm, feed(url, languages="kk ru"))
    assert "mostly" not in await checked(farm, feed(url, languages="ru kk"))
    assert "mostly" not in await checked(farm, feed(url, languages=""))


async def test_what_moved_for_good_and_what_lies_behind_its_page_is_found(farm: Farm) -> None:
    new = farm.serve("/new", rss(item(1)))

    async def moved(_: web.Request) -> web.StreamResponse:
        return web.Response(status=301, headers={"Location": "/new"})

    async def elsewhere(_: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/new"})

    page = "<html><head><link rel='alternate' type='application/rss+xml' href='/new'></head><body>Сайт</body></html>"
    old, detour = farm.at("/old")(moved), farm.at("/detour")(elsewhere)
    site = farm.serve("/site", page, Content_Type="text/html")
    found = await audited(farm, feed(old), feed(detour), feed(site))
    assert {old: new, detour: detour, site: new} == {url: one.url for url, one in found.items()}
    assert not any(one.error_key for one in found.values())


async def test_one_host_is_asked_two_feeds_at_a_time_at_the_most(farm: Farm) -> None:
    at_once = most = 0

    async def answer(_: web.Request) -> web.StreamResponse:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0)
        at_once -= 1
        return web.Response(body=rss(item(1)), content_type="application/xml")

    wanted = [feed(farm.at(f"/{number}")(answer)) for number in range(9)]
    found = await audited(farm, *wanted)
    assert 9 == len(found) == len(farm.asked)
    assert most <= 2


async def test_nobody_there_says_nothing_of_the_catalogue(farm: Farm) -> None:
    there = farm.serve("/rss", rss(item(1)))
    gone = "https://nowhere.invalid/rss"
    assert audit.is_offline((await audited(farm, feed(gone))).values())
    assert not audit.is_offline((await audited(farm, feed(gone), feed(there))).values())


# --- the patch --------------------------------------------------------------------------------


def table(*rows: str, head: str = HEAD) -> str:
    return "\n".join([head, *rows, ""])


def test_a_table_is_revised_where_something_was_seen_and_nowhere_else() -> None:
    a, b = "https://a.example/rss", "https://b.example/rss"
    before = table(ROW.format("A", "feed", a, ""), ROW.format("B", "page", b, '{"item": "auto"}'))
    found = {a: Finding("https://a.example/new", entries=3, newest=NOW)}
    after = audit.revised(before, found, NOW, say)
    first, second = catalogue.rows_of(after)
    assert ("https://a.example/new", "2026-11-29 ok: 3 entries, newest 2026-11-29") == (
        first["url"],
        first["checked"],
    )
    assert before.splitlines()[2] == after.splitlines()[2]
    assert '{"item": "auto"}' == second["rules"]
    assert after.endswith("\n")


def test_a_fallback_follows_its_source_and_nobody_moves_to_anothers_address() -> None:
    a, b = "https://a.example/rss", "https://b.example/rss"
    found = {a: Finding("https://a.example/new", entries=1), b: Finding(a, entries=1)}
    others = table(
        f"{a}\ttelegram\thttps://t.me/s/a\t\t2026-11-29\ta list\tunchecked", head=OTHERS
    )
    (other,) = catalogue.rows_of(audit.revised(others, found, NOW, say))
    assert "https://a.example/new" == other["of"]
    rows = table(ROW.format("A", "feed", a, ""), ROW.format("B", "feed", b, ""))
    assert ["https://a.example/new", b] == [
        row["url"] for row in catalogue.rows_of(audit.revised(rows, found, NOW, say))
    ]


def test_what_a_server_says_stays_one_field_of_one_line() -> None:
    found = Finding("https://a.example/", "error.x", {"status": "a\tb\nc"})
    assert "2026-11-29 failed: error.x a b c" == audit.written(found, NOW, say)


def test_the_patch_applies(tmp_path: Path) -> None:
    for name in ("feeds.tsv", "fallbacks.tsv"):
        source = Path(catalogue.__file__).with_name(name)
        before = source.read_text("utf-8")
        found = {
            row["url"]: Finding(row["url"], entries=number)
            for number, row in enumerate(catalogue.rows_of(before))
        }
        after = audit.revised(before, found, NOW, say)
        shutil.copy(source, tmp_path / name)
        told = audit.patch(name, before, after)
        subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=told, text=True, check=True)
        assert after == (tmp_path / name).read_text("utf-8")
    assert "" == audit.patch("feeds.tsv", "a\n", "a\n")
