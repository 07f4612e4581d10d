"""The web archive, over HTTP: it shows what the chat shows, and nothing private."""

import json
import os
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import aiohttp
import feedparser
import pytest
from structlog.testing import capture_logs

from bot.texts import LANGUAGES, translate
from bot.web import answers, api, reading, views
from bot.web.server import PAGES, served
from bot.web.visitor import Visitor
from storage import aliases, chats, dialogs, items, subscriptions
from storage.database import Database, connect
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, ItemId, Mode
from storage.sql import to_ms
from tests.bot.monitoring.test_health import free_port
from tests.storage.rows import NOON, feed, new_item, told
from tests.storage.sample import hours_of_news
from watchers import filing, keywords, search
from watchers.keywords.reading import analysed
from watchers.text.names import gazetteer

HOSTILE = "<script>alert(1)</script> & \"quotes\" 'too'"
SECRET = "known-to-nobody"
TITLES = {1: "Headline 1", 8: "Flood in Osh", 9: HOSTILE}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some hours of news; one of hostile words, one that can be searched for; and secrets."""
    path = tmp_path_factory.mktemp("made") / "news.db"
    hours_of_news(path)
    with closing(connect(path)) as db, db.conn:
        bad = feed(db, "https://evil.example/rss", name='"><img src=x onerror=alert(1)>')
        url = "javascript:alert(document.domain)"
        told(db, bad, new_item(9, title=HOSTILE, summary=HOSTILE, url=url))
        told(db, 1, new_item(8, title=TITLES[8], published=NOON))
        [item] = items.by_ids(db, [ItemId(8)])
        keys = filing.item_words(analysed(item, gazetteer()), search.facts_of(item, NOON))
        db.execute("insert into item_words(rowid, words) values (8, ?)", [keys])
        secretive = Chat(ChatId(77), ChatKind.PRIVATE, title=SECRET)
        chats.see_chat(db, secretive, NOON)
        subscriptions.add(
            db,
            chat_id=ChatId(77),
            thread_id=NO_THREAD,
            query=f"{SECRET} OR flood",
            mode=Mode.INSTANT,
            now=NOON,
        )
        dialogs.keep_draft(db, ChatId(77), SECRET, NOON)
        db.conn.execute("update feeds set url = 'https://r:pw@x.example/' || id")
    return path


@pytest.fixture
def news(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path / "news.db"))


@dataclass
class Site:
    """The archive as a browser meets it."""

    address: str
    session: aiohttp.ClientSession

    async def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[int, str, Any]:
        async with self.session.request(
            method, f"{self.address}{path}", headers=headers, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text(), answer.headers

    async def text(self, path: str, status: int = 200, **headers: str) -> str:
        found, body, _ = await self.ask(path, **headers)
        assert (status, path) == (found, path), body
        return body

    async def json(self, path: str, status: int = 200) -> Any:
        return json.loads(await self.text(path, status))


@asynccontextmanager
async def site(path: Path, **how: Any) -> AsyncIterator[Site]:
    listen = f"127.0.0.1:{free_port()}"
    async with (
        served(path, listen, "en", "Asia/Almaty", **how) as address,
        aiohttp.ClientSession() as session,
    ):
        assert address == f"http://{listen}"
        yield Site(address, session)


# --- what is shown --------------------------------------------------------------------------


async def test_a_story_is_found_from_the_first_page_and_shown_whole(news: Path) -> None:
    async with site(news) as web:
        first = await web.text("/")
        assert "Flood in Osh" in first
        assert "Times are those of Almaty." in first
        page = await web.text("/story/1")
        for said in ("Headline 1", "3 outlets", "courier.example", "herald.example",
                     "The first report of this story", "(private)"):  # fmt: skip
            assert said in page
        assert 'href="https://courier.example/3"' in page
        assert "/s1" not in page
        assert "22 Nov 2026" in page  # whenever it is looked at
        status, _, headers = await web.ask("/story/4")  # it was merged into another
        assert (302, "/story/2") == (status, headers["Location"])


async def test_a_search_finds_what_the_chat_finds(news: Path) -> None:
    async with site(news) as web:
        db = await Database.opened(news)
        for text in (
            "headline",
            "flood",
            "наводнение",
            "flood OR headline",
            "country:kz",
            "xyzzy",
        ):
            names = gazetteer()
            query = keywords.parse(text, names)
            found = await search.find(db, query, now=NOON, limit=20, names=names, near=True)
            told = await web.json(f"/api/search?q={text}")
            assert [one.id for one in found.stories] == [one["id"] for one in told["stories"]]
            assert found.total == told["found"]
            page = await web.text(f"/search?q={text}")
            assert [f"/story/{one.id}" for one in found.stories] == re.findall(
                r'<a href="(/story/\d+)"', page
            )
        await db.close()
        assert "<b>Flood</b> in Osh" in await web.text("/search?q=flood")


async def test_a_name_that_is_taught_is_known_to_the_next_search(news: Path) -> None:
    async with site(news) as web:
        assert 0 == (await web.json("/api/search?q=Zyxoria"))["found"]
        with closing(connect(news)) as db, db.conn:
            aliases.teach(db, "Osh", ("Zyxoria",), 1, NOON)
        assert 1 == (await web.json("/api/search?q=Zyxoria"))["found"]


async def test_days_are_those_of_the_readers_clock(news: Path) -> None:
    with closing(connect(news)) as db, db.conn:
        # 23:30 in Almaty on the 20th, an hour later in the night.
        for number, at in ((8, "2026-11-20T18:30:00+00:00"), (9, "2026-11-20T19:30:00+00:00")):
            ms = to_ms(datetime.fromisoformat(at))
            db.conn.execute("update items set first_seen = ?, published = ? where id = ?",
                            (ms, ms, number))  # fmt: skip
    async with site(news) as web:
        assert "Flood" in await web.text("/day/2026-11-20")
        assert "Flood" not in await web.text("/day/2026-11-21")
        assert [9] == [
            one["id"] for one in (await web.json("/api/stories?day=2026-11-21"))["stories"]
        ]
        assert translate("en", "web.nothing") in await web.text("/day/1999-01-01")


async def test_pages_follow_one_another_and_end(news: Path) -> None:
    with closing(connect(news)) as db, db.conn:
        told(db, 1, *(new_item(number, title=f"Later {number}") for number in range(100, 145)))
    async with site(news) as web:
        seen, path = [], "/api/stories"
        while path:
            told_ = await web.json(path)
            seen += [one["id"] for one in told_["stories"]]
            path = told_["next"]
        assert len(seen) == len(set(seen)) >= 45 + 4
        assert 'rel="next" href="/?page=2"' in await web.text("/")
        last = await web.text("/?page=3")
        assert 'rel="prev" href="/?page=2"' in last
        assert 'rel="next"' not in last


async def test_the_feed_is_one_that_a_reader_takes(news: Path) -> None:
    async with site(news) as web:
        for path in ("/feed.atom", "/feed.atom?q=flood"):
            read = feedparser.parse(await web.text(path))
            assert not read.bozo
            assert "Flood in Osh" in [entry.title for entry in read.entries]
            assert read.entries[0].id.startswith("urn:steppewire:story:")
            assert [path] == [one["href"] for one in read.feed.links if one["rel"] == "self"]
            assert all(entry.link for entry in read.entries)
        assert not [e for e in read.entries if "javascript" in e.get("link", "")]


def test_a_feeds_texts_keep_all_that_xml_may_say() -> None:
    entry = ET.Element("entry")
    api.add(entry, "title", "25\u00a0млн тенге\x00\x1b, 👩\u200d🚀 \ud800\ufffe")
    title = entry[0].text
    assert title == "25\u00a0млн тенге, 👩\u200d🚀 "
    assert ET.fromstring(ET.tostring(entry))[0].text == title


@pytest.mark.parametrize("language", LANGUAGES)
async def test_every_page_speaks_the_browsers_language(news: Path, language: str) -> None:
    headers = {"Accept-Language": f"xx, {language};q=0.9, en;q=0.1"}
    async with site(news) as web:
        for path in ("/", "/search?q=flood", "/search", "/story/1", "/nothing", "/day/2026-11-22"):
            _, page, told_ = await web.ask(path, **headers)
            assert f'<html lang="{language}">' in page
            assert translate(language, "web.search") in page
            assert "Accept-Language" == told_["Vary"]
            asked = await web.ask(f"{path}{'&' if '?' in path else '?'}lang={language}")
            assert f'<html lang="{language}">' in asked[1]
            assert not re.search(
                r"\b(?:web|search|story)\.[a-z_]+\b", re.sub(r"<[^>]*>", "", page)
            )


# --- what is not ----------------------------------------------------------------------------


async def test_hostile_words_are_words_on_every_page(news: Path) -> None:
    hostile = "%3Cscript%3Ealert(1)%3C/script%3E%22%27"
    paths = ("/", "/story/9", "/day/2026-11-22", "/feed.atom", "/search?q=" + hostile,
             "/search?q=flood&lang=%22%3E%3Cimg", "/nope%22%3E%3Cscript%3E",
             "/?page=%3Cscript%3E", "/search?q=(" + hostile)  # fmt: skip
    async with site(news) as web:
        for path in paths:
            _, body, headers = await web.ask(path)
            assert "<script" not in body, path
            assert "<img" not in body, path
            assert "javascript:" not in body, path
            assert answers.HEADERS.items() <= dict(headers).items(), path
        assert "default-src 'none'" in answers.HEADERS["Content-Security-Policy"]
        assert "&lt;script&gt;" in await web.text("/story/9")


def addresses(body: str) -> set[str]:
    return {one.replace("&amp;", "&") for one in re.findall(r'href="(/[^"]*)"', body)}


async def test_nothing_private_is_on_any_page_that_can_be_reached(news: Path) -> None:
    """All routes, and all that any page leads to, in one language."""
    values = {"{day}": "2026-11-22", "{number:[1-9][0-9]{0,14}}": "1"}
    wanted = {"/search?q=flood", "/api/search?q=flood", "/feed.atom?q=flood"}
    for path in PAGES:
        for name, value in values.items():
            path = path.replace(name, value)  # noqa: PLW2901
        wanted.add(path)
    seen: dict[str, str] = {}
    async with site(news) as web:
        while missing := sorted(wanted - seen.keys()):
            for path in missing:
                _, seen[path], _ = await web.ask(path)
                wanted |= {
                    one
                    for one in addresses(seen[path])
                    if "lang=" not in one and "/day/" not in one
                }
    assert len(seen) > 20
    private = (SECRET, "pw@", "Alerts", str(news.parent))
    assert [] == [(p, word) for p, body in seen.items() for word in private if word in body]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
async def test_nobody_can_do_more_than_read(news: Path, method: str) -> None:
    async with site(news) as web:
        for path in ("/", "/api/stories", "/search?q=flood"):
            status, body, headers = await web.ask(path, method)
            assert 405 == status
            assert method == "HEAD" or translate("en", "web.read_only") in body
            assert {"GET", "HEAD"} == set(headers["Allow"].replace(",", " ").split())


WRONG = [
    ("/nothing", 404),
    ("/story/0", 404),
    ("/story/x", 404),
    ("/story/77", 404),
    ("/story/999999999999999", 404),
    ("/story/9999999999999999999999", 404),
    ("/api/stories/77", 404),
    ("/?page=0", 404),
    ("/?page=51", 404),
    ("/?page=-1", 404),
    ("/?page=%D9%A1", 404),
    ("/day/2026-13-01", 404),
    ("/day/0001-01-01", 404),
    ("/day/9999-12-31", 404),
    ("/api/stories?day=today", 404),
    ("/api/search", 400),
    ("/search?q=%28a", 400),
    ("/search?q=country%3Anowhere", 400),
    ("/search?q=" + "a" * 501, 400),
    ("/api/search?q=" + "%20".join("abcdefgh" * 60), 400),
    ("/%00", 404),
    ("/search?q=%00", 400),
    ("/search?q=%FF%FE", 400),
    ("/search?q=%ED%A0%80", 400),
    ("/../etc/passwd", 404),
    ("/style.css/../server.py", 404),
]


@pytest.mark.parametrize(("path", "status"), WRONG)
async def test_a_wrong_address_is_one_sentence(news: Path, path: str, status: int) -> None:
    async with site(news) as web:
        body = await web.text(path, status)
        if path.startswith("/api/"):
            assert {"key", "sentence"} == json.loads(body)["error"].keys()
        else:
            [sentence] = re.findall(r'<p class="message">(.+)</p>', body)
            assert "{" not in sentence
            assert "?" not in sentence.removesuffix("?")


async def test_a_query_too_long_is_not_carried_back(news: Path) -> None:
    async with site(news) as web:
        assert len(await web.text("/search?q=" + "a" * 7000, 400)) < 3000


def test_another_story_is_a_link_where_the_chat_has_a_command() -> None:
    en = Visitor("en", "UTC")
    line = "Kept apart from /s8 (A & /s9): too old"
    assert views.linked(line, en) == (
        'Kept apart from <a href="/story/8">/story/8</a> (A &amp; /s9): too old'
    )
    assert 'href="/story/8?lang=kk"' in views.linked(line, Visitor("kk", "UTC", asked=True))


async def test_headers_too_long_end_nothing(news: Path) -> None:
    async with site(news) as web:
        assert 400 == (await web.ask("/", Cookie="a" * 20_000))[0]
        assert "Flood" in await web.text("/")


# --- how it is read -------------------------------------------------------------------------


async def test_what_did_not_change_is_not_sent_again(news: Path) -> None:
    async with site(news) as web:
        status, body, headers = await web.ask("/story/8")
        known = {"If-None-Match": headers["ETag"]}
        assert (200, "max-age=30") == (status, headers["Cache-Control"])
        again = await web.ask("/story/8", **known)
        assert (304, "", headers["ETag"]) == (*again[:2], again[2]["ETag"])
        head = await web.ask("/story/8", "HEAD")
        assert (200, "", str(len(body.encode()))) == (*head[:2], head[2]["Content-Length"])
        with closing(connect(news)) as db, db.conn:
            told(db, 2, new_item(50, story=8, title="Bridge gone"))
        status, changed, _ = await web.ask("/story/8", **known)
        assert (200, True) == (status, "Bridge gone" in changed)


async def test_nothing_is_written_also_where_nobody_could(news):
    """As a replica's: no log is written, and not a byte of it changes; SQLite's -shm may come."""
    before = news.read_bytes()
    async with site(news) as web:
        for path in ("/", "/search?q=flood", "/story/1", "/feed.atom"):
            await web.text(path)
    assert before == news.read_bytes()
    there = {one.name for one in news.parent.iterdir() if one.stat().st_size}
    assert {news.name} == there - {f"{news.name}-shm"}


async def test_another_file_in_its_place_is_read_from_then_on(news, tmp_path):
    """Also where there was none at first, as before a replica comes."""
    ready = Path(shutil.copy(news, tmp_path / "restored.db"))
    news.unlink()
    async with site(news) as web:
        assert translate("en", "web.away") in await web.text("/", 503)
        assert 503 == (await web.ask("/health"))[0]
        shutil.copy(ready, news)
        assert "Flood" in await web.text("/")
        with closing(connect(ready)) as db, db.conn:
            db.conn.execute("update items set title = 'Restored' where id = 8")
        os.replace(ready, news)  # noqa: PTH105
        assert "Restored" in await web.text("/")
        assert (await web.json("/health"))["ok"]


async def test_a_schema_of_another_version_stays_away_and_comes_back(news: Path) -> None:
    """As where a newer bot migrates the file under a web that was not updated."""
    async with site(news) as web:
        assert "Flood" in await web.text("/")
        with closing(connect(news)) as db, db.conn:
            db.conn.execute(
                "insert into _sqlite_migrations select 999, migration_set, 'm999', applied_at"
                " from _sqlite_migrations limit 1"
            )
        for _ in range(2):
            for path in ("/", "/search?q=flood", "/story/8", "/api/stories"):
                await web.text(path, 503)
        told = await web.json("/health", 503)
        assert (False, "web.away") == (told["ok"], told["error"]["key"])
        with closing(sqlite3.connect(news)) as db, db:
            db.execute("delete from _sqlite_migrations where name = 'm999'")
        assert "Flood" in await web.text("/")


async def test_why_it_is_away_is_logged_once(tmp_path, monkeypatch):
    with capture_logs() as lines:
        async with site(tmp_path / "none.db") as web:
            for _ in range(3):
                await web.text("/", 503)
    assert ["archive away"] == [line["event"] for line in lines]
    assert "none.db" in lines[0]["error"]


async def test_a_story_that_leaves_between_list_and_page_is_a_sentence(news: Path) -> None:
    async with site(news) as web:
        assert "/story/8" in await web.text("/")
        with closing(connect(news)) as db, db.conn:
            db.execute("delete from items where story_id = 8")
        assert translate("en", "web.no_story") in await web.text("/story/8", 404)
        assert "/story/8" not in await web.text("/")


async def test_what_takes_too_long_is_ended_and_the_next_is_answered(news: Path) -> None:
    async with site(news, longest_s=0.0) as web:
        status, body, headers = await web.ask("/search?q=flood")
        assert (503, "10") == (status, headers["Retry-After"])
        assert translate("en", "web.slow") in body
        assert translate("en", "web.away") in await web.text("/", 503)


async def test_who_comes_where_many_wait_is_asked_to_come_again(news, monkeypatch):
    monkeypatch.setattr(reading, "MOST_WAITING", 0)
    async with site(news) as web:
        assert translate("en", "web.away") in await web.text("/search?q=flood", 503)
        assert "Flood" in await web.text("/")


async def test_a_bug_is_one_sentence_and_no_more(news, monkeypatch, caplog):
    monkeypatch.setattr("bot.web.finding.archive.newest", lambda *_: 1 / 0)
    async with site(news) as web:
        assert translate("en", "web.away") in await web.text("/", 500)
        assert "Flood" in await web.text("/story/8")
