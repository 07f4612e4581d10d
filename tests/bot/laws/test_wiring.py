"""Parts are given what they need when they are built: nothing is tied to them afterwards."""

import ast
import asyncio
import dataclasses
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_type_hints

import pytest

from bot import app, connection
from bot.connection import TelegramConnection
from bot.context import Context
from bot.digests.maker import DigestService
from bot.pipeline import Pipeline, open_pipeline
from bot.sandbox import Sandbox
from bot.settings import Settings
from bot.ticks import ticking
from storage import chats, feeds, subscriptions
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, Mode
from storage.sql import Connection
from tests.bot.people import NOW, READER
from watchers.parse import Entry
from watchers.taught_names import TaughtNames

ROOT = Path(__file__).parents[3]
COMPOSITION_ROOT = ("bot/app.py", "bot/connection.py", "bot/pipeline.py")


def tied_from_outside(source: str) -> list[str]:
    """Every assignment to an attribute of another object than ``self``."""
    found = set[str]()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Attribute(value=owner, ctx=ast.Store()) if ast.unparse(owner) != "self":
                found.add(ast.unparse(node))
            case ast.Call(func=ast.Name(id="setattr")):
                found.add(ast.unparse(node))
    return sorted(found)


@pytest.mark.parametrize("path", COMPOSITION_ROOT)
def test_the_composition_root_ties_nothing_to_what_is_built(path: str) -> None:
    assert [] == tied_from_outside((ROOT / path).read_text(encoding="utf-8"))


def test_what_is_tied_afterwards_is_found() -> None:
    source = (
        "a = b\na.wake = b\nself.c = b\nself.d.e, f = b\nfor g.h in b: ...\nsetattr(a, 'i', b)"
    )
    assert ["a.wake", "g.h", "self.d.e", "setattr(a, 'i', b)"] == tied_from_outside(source)


@pytest.mark.parametrize("field", dataclasses.fields(Context), ids=lambda field: field.name)
def test_a_commands_context_is_whole(field: "dataclasses.Field[object]") -> None:
    assert dataclasses.MISSING is field.default is field.default_factory
    kind = get_type_hints(Context)[field.name]
    assert "Any" not in str(kind)
    assert type(None) not in getattr(kind, "__args__", ())


async def test_an_alert_wakes_the_deliverer(tmp_path: Path) -> None:
    settings = Settings(database_path=tmp_path / "news.db")
    async with open_pipeline(settings, clock=lambda: NOW) as pipeline:
        await take(pipeline, "Floods in Atyrau")
        assert not pipeline.wake_up.is_set()
        await take(pipeline, "Parliament meets in Astana")
        assert pipeline.wake_up.is_set()


async def test_the_bots_name_is_known_once_it_is_connected_and_leads_out_of_channels(
    tmp_path: Path,
) -> None:
    async with Sandbox.start() as box:
        box.telegram.add_bot(box.channel_id)
        name = box.telegram.users[box.telegram.main_bot].username
        settings = Settings(
            database_path=tmp_path / "news.db",
            telegram_bot_token=box.token,
            telegram_api_url=box.url,
        )
        began = time.monotonic()

        def clock() -> datetime:
            # It goes on: a call that waits for its turn among the first is tried a moment later.
            return NOW + timedelta(seconds=time.monotonic() - began)

        async with open_pipeline(settings, clock=clock) as pipeline:
            names = TaughtNames(pipeline.db)
            service = DigestService(pipeline.db, clock, names=names, wake=pipeline.wake_up.set)
            await take(pipeline, "Parliament meets in Astana")
            await pipeline.db.write(expect_a_digest, ChatId(box.channel_id))
            telegram = TelegramConnection(
                pipeline, app.services_of(pipeline), service, names, asyncio.Event()
            )
            async with connection.opened(telegram):
                assert "" == telegram.bot_username
                await box.until(lambda: box.waiting_polls() == 1)
                assert name == telegram.bot_username
                with ticking(app.House(pipeline, service, pipeline, telegram).rounds):
                    post = await box.message(box.channel_id, "Parliament meets in Astana")
        assert any(f"t.me/{name}?start=s_" in entity.url for entity in post.entities)


def expect_a_digest(db: Connection, channel: ChatId) -> None:
    """Let a channel's digest be due, of the last day."""
    chats.see_chat(db, Chat(channel, ChatKind.CHANNEL), NOW - timedelta(days=1))
    due = NOW - timedelta(minutes=1)
    chats.change(db, channel, digest_times=(479,), next_digest_at=due)


async def take(pipeline: Pipeline, title: str) -> None:
    """Let an outlet publish something that may meet a reader's query."""
    db = pipeline.db
    await db.write(chats.see_chat, Chat(READER, ChatKind.PRIVATE), NOW)
    await db.write(
        subscriptions.add,
        chat_id=READER,
        thread_id=NO_THREAD,
        query="astana",
        mode=Mode.INSTANT,
        now=NOW,
    )
    url = "https://news.example/rss"
    known = {feed.url: feed for feed in await db.read(feeds.every)}
    feed = known.get(url) or await db.write(feeds.add, feeds.NewFeed(url, "News", "News"), NOW)
    entry = Entry(title, f"https://news.example/{title}", title, title, "", NOW, keys=(title,))
    await pipeline.ingester.take(feed, (entry,), None, NOW - timedelta(hours=1))
