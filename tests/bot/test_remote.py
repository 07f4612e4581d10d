"""What a bot's half that runs apart asks of the watching half: by rows, and answered as in one."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot import ground, messenger, remote
from bot.context import WatchersServices
from bot.ground import Half
from bot.instance import alone, database_lock, watchers_lock
from bot.pipeline import Pipeline, open_pipeline
from bot.settings import Settings
from storage import errands, feeds, stories
from storage.errors import NewsError
from storage.feeds import NewFeed
from storage.model import FeedId, Story, StoryId
from storage.sql import Connection
from tests import farm
from tests.bot.people import NOW
from tests.bot.pipeline import errands_done
from watchers.parse import Entry

BOT = frozenset({Half.BOT})


def entry(title: str) -> Entry:
    """Make an entry that only its title tells from others."""
    link = f"http://127.0.0.1:9/{title.split(maxsplit=1)[0]}"
    return Entry(link, link, link, title, "", None, keys=(link,), language="en")


def known(db: Connection) -> list[Story]:
    return list(stories.every(db))


@dataclass
class Both:
    """The chat's side and the watching side of one database, as two processes have them."""

    chat: WatchersServices
    room: Pipeline
    known: tuple[Story, ...]


@pytest.fixture
async def both(tmp_path: Path) -> AsyncIterator[Both]:
    settings = Settings(database_path=tmp_path / "news.db", telegram_bot_token="1:a")
    async with (
        open_pipeline(settings) as room,
        ground.opened(settings, room.clock, BOT) as base,
        remote.opened(base) as chat,
        errands_done(room),
    ):
        await room.ingester.remember(room.clock())
        feed = await room.db.write(feeds.add, NewFeed("https://a.example/", "", "A"), NOW)
        told = [entry("Floods in Atyrau"), entry("Parliament meets in Astana")]
        await room.ingester.take(feed, told, None, room.clock(), silent=True)
        yield Both(chat, room, tuple(await room.db.read(known)))


async def test_stories_are_corrected_and_corrections_taken_back(both: Both) -> None:
    one, other = (story.id for story in both.known)
    now = both.room.clock()
    made = await both.chat.editor.merge(one, other, 7, now)
    assert (one, other) == (made.source, made.target)
    assert other == await both.room.db.read(stories.current, one)
    undone = await both.chat.editor.undo(made.id, now)
    assert (made.id, one) == (undone.correction.id, undone.target)
    with pytest.raises(NewsError, match=r"correct\.undone_already"):
        await both.chat.editor.undo(made.id, now)
    assert () == await both.chat.editor.nearest(one, 3)


async def test_a_wrong_request_is_answered_as_in_one_process(both: Both) -> None:
    with pytest.raises(NewsError) as raised:
        await both.chat.editor.merge(StoryId(99), StoryId(98), 7, both.room.clock())
    with pytest.raises(NewsError) as own:
        await both.room.ingester.merge(StoryId(99), StoryId(98), 7, both.room.clock())
    assert (own.value.text_key, own.value.values) == (raised.value.text_key, raised.value.values)


async def test_feeds_are_added_and_read_by_who_watches(both: Both) -> None:
    async with farm.opened() as outlet:
        url = outlet.serve("/feed", farm.rss(farm.item(1)))
        added = await both.chat.feeds.add(url)
    assert url == added.url
    with pytest.raises(NewsError):
        await both.chat.feeds.poll_one(FeedId(99))


async def test_an_articles_text_is_fetched_there_and_read_here(both: Both) -> None:
    (item, *_) = both.known[0].items
    assert await both.chat.full_texts.kept(item) is None
    got = await both.chat.full_texts.get(item)
    assert got == await both.room.full_texts.get(item)
    assert got.refusal


async def test_where_nobody_watches_nothing_is_asked(tmp_path: Path) -> None:
    settings = Settings(database_path=tmp_path / "news.db", telegram_bot_token="1:a")
    async with ground.opened(settings, lambda: NOW, BOT) as base, remote.opened(base) as chat:
        with pytest.raises(NewsError, match=r"watchers\.away"):
            await chat.editor.nearest(StoryId(1), 3)
        assert not chat.translator.is_on
        assert 0 == (await chat.translator.health()).counts.done


async def test_what_nobody_has_taken_is_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(messenger, "PATIENCE_S", 0)
    settings = Settings(database_path=tmp_path / "news.db", telegram_bot_token="1:a")
    async with ground.opened(settings, lambda: NOW, BOT) as base, remote.opened(base) as chat:
        with (
            alone(watchers_lock(settings.database_path), "instance.database"),
            pytest.raises(NewsError, match=r"watchers\.away"),
        ):
            await chat.editor.merge(StoryId(1), StoryId(2), 7, NOW)
        assert not await base.db.read(errands.are_waiting)


async def test_who_starts_while_the_other_half_makes_the_file_waits_for_it(tmp_path: Path) -> None:
    """Both halves are started by one command, on a machine that is slow."""
    settings = Settings(database_path=tmp_path / "news.db")

    async def starts() -> None:
        async with ground.opened(settings, lambda: NOW, BOT):
            pass

    with alone(database_lock(settings.database_path), "instance.database"):
        starting = asyncio.create_task(starts())
        await asyncio.sleep(0)
        assert not starting.done()
    await starting


async def test_what_the_other_half_writes_is_heard(both: Both, tmp_path: Path) -> None:
    assert await both.room.db.others_wrote() in {True, False}
    assert not await both.room.db.others_wrote()
    await both.room.db.write(feeds.add, NewFeed("https://b.example/", "", "B"), NOW)
    assert not await both.room.db.others_wrote()  # it was we
    settings = Settings(database_path=tmp_path / "news.db", bot_name="two")
    async with ground.opened(settings, lambda: NOW, BOT) as other:
        await other.db.write(feeds.add, NewFeed("https://c.example/", "", "C"), NOW)
    assert await both.room.db.others_wrote()


@pytest.mark.parametrize(
    ("halves", "name", "refusal"),
    [
        (frozenset({Half.WATCHERS}), "", "instance.database"),
        (BOT, "", "instance.bot"),
        (BOT, "second", ""),
    ],
)
async def test_a_half_runs_once_and_several_bots_side_by_side(
    both: Both, tmp_path: Path, halves: frozenset[Half], name: str, refusal: str
) -> None:
    settings = Settings(database_path=tmp_path / "news.db", bot_name=name)
    found = ""
    try:
        async with ground.opened(settings, lambda: NOW, halves):
            pass
    except NewsError as error:
        found = error.text_key
    assert refusal == found
    assert both.known
