"""Articles read whole, over real HTTP: what is asked of an outlet, kept, and obeyed."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest

from storage import full_texts, items
from storage.database import Database
from storage.full_texts import FullText
from storage.model import Item, ItemId
from storage.sql import Connection
from tests.farm import Farm, opened
from tests.storage import rows
from tests.watchers.in_place import InPlace
from tests.watchers.parse.article_pages import TEXTS, semantic
from watchers import fetch, full_text
from watchers.full_text import FullTexts
from watchers.robots import Robots

pytest.importorskip("trafilatura")
PAGE = "/news/1"


@dataclass
class Room:
    """An outlet with one article, and who reads it."""

    farm: Farm
    db: Database
    texts: FullTexts
    item: Item
    now: datetime = rows.NOON

    def asked(self) -> list[str]:
        return [path for path, _ in self.farm.asked]


IN_A_PROCESS = pytest.mark.parametrize("room", ["in a process"], indirect=True)


@pytest.fixture
async def room(db: Database, request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    async with opened() as farm:
        allowed = frozenset({("127.0.0.1", farm.port)})

        def tell(db: Connection) -> Item:
            rows.told(db, rows.feed(db), rows.new_item(1, url=farm.url(PAGE)))
            return items.by_ids(db, [ItemId(1)])[0]

        item = await db.write(tell)
        farm.serve(PAGE, semantic(TEXTS["kk"]), Content_Type="text/html; charset=utf-8")

        def clock() -> datetime:
            return made.now

        async with (
            fetch.opened(user_agent="test", allowed=allowed) as fetcher,
            AsyncExitStack() as open_,
        ):
            if hasattr(request, "param"):
                texts = await open_.enter_async_context(full_text.opened(db, fetcher, clock))
            else:
                texts = FullTexts(db, fetcher, InPlace(), clock, Robots(fetcher, clock))
            made = Room(farm, db, texts, item)
            yield made


@IN_A_PROCESS
async def test_an_article_is_fetched_once_and_kept_for_some_days(room: Room) -> None:
    assert await room.texts.kept(room.item) is None
    found = await room.texts.get(room.item)
    assert set(TEXTS["kk"]) <= set(found.paragraphs)
    assert found == await room.texts.get(room.item) == await room.texts.kept(room.item)
    assert ["/robots.txt", PAGE] == room.asked()
    room.now += full_texts.KEPT + timedelta(seconds=1)
    assert await room.texts.kept(room.item) is None
    assert 1 == await room.db.write(full_texts.prune, room.now)


@pytest.mark.parametrize(
    ("rules", "may_read"),
    [
        ("User-agent: *\nDisallow: /news/", False),
        ("User-agent: SteppeWire\nDisallow: /\n\nUser-agent: *\nAllow: /", False),
        ("User-agent: Other\nDisallow: /", True),
        ("User-agent: *\nDisallow: /\nAllow: /news/", True),
        ("User-agent: *\nDisallow: /*/1$", False),
        ("<html>no rules</html>", True),
        ("User-agent: *\nDisallow: /news/\n" + "#" * 600_000, False),
    ],
)  # fmt: skip
async def test_robots_txt_is_obeyed_as_rfc_9309_reads_it(
    room: Room, rules: str, *, may_read: bool
) -> None:
    room.farm.serve("/robots.txt", rules, Content_Type="text/plain")
    found = await room.texts.get(room.item)
    assert may_read == (found.refusal == "")
    assert may_read == (PAGE in room.asked())


@pytest.mark.parametrize(
    ("status", "may_read"), [(404, True), (403, True), (503, False), (429, False)]
)
async def test_a_host_that_cannot_give_its_rules_now_allows_nothing(
    room: Room, status: int, *, may_read: bool
) -> None:
    room.farm.serve("/robots.txt", "", status=status)
    assert may_read == (not (await room.texts.get(room.item)).refusal)


async def test_a_page_that_forbids_keeping_is_not_kept(room: Room) -> None:
    room.farm.serve(
        PAGE, semantic(TEXTS["kk"]), Content_Type="text/html", X_Robots_Tag="noarchive"
    )
    assert FullText(refusal="forbidden") == await room.texts.get(room.item)


async def test_a_page_that_cannot_be_had_is_asked_for_again_an_hour_later(room: Room) -> None:
    room.farm.serve(PAGE, "", status=500)
    assert FullText(refusal="unreachable") == await room.texts.get(room.item)
    assert FullText(refusal="unreachable") == await room.texts.kept(room.item)
    room.farm.serve(PAGE, semantic(TEXTS["kk"]), Content_Type="text/html; charset=utf-8")
    room.now += full_texts.REFUSED
    assert (await room.texts.get(room.item)).paragraphs


async def test_a_page_of_a_private_network_is_not_read(db: Database) -> None:
    async with (
        opened() as farm,
        fetch.opened(user_agent="test") as fetcher,
        full_text.opened(db, fetcher, lambda: rows.NOON) as texts,
    ):
        new = rows.new_item(1, url=farm.url(PAGE))
        await db.write(lambda db: rows.told(db, rows.feed(db), new))
        (item,) = await db.read(items.by_ids, [ItemId(1)])
        assert (await texts.get(item)).refusal
        assert not farm.asked


async def test_no_more_texts_are_kept_than_a_number(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(full_texts, "MOST", 2)

    def fill(db: Connection) -> list[int]:
        rows.told(db, rows.feed(db), *(rows.new_item(n) for n in range(1, 5)))
        for n in range(1, 5):
            at = rows.NOON + timedelta(minutes=n)
            full_texts.keep(db, ItemId(n), FullText((f"Text {n}",)), at)
        full_texts.keep(db, ItemId(99), FullText(("of an item that is gone",)), rows.NOON)
        full_texts.prune(db, rows.NOON)
        return [row[0] for row in db.conn.execute("select item_id from full_texts order by 1")]

    assert [3, 4] == await db.write(fill)
