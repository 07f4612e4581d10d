"""A reader's days: is what happened told once? ``python -m tests.benchmarks.readers [STREAM]``.

Labelled news goes through the running ingester by its own clock: the demo's, spread over six
days, or a file of one item a line ("title", "text", "lang", "source", "published", "cluster").
Twelve readers follow five names each that the news speaks of. Of every event that meets a
reader's subscription is counted how often that reader is told of it; every "new turn" is printed
with what it answers. ``--errors`` prints what was told twice or never.
"""

import argparse
import asyncio
import json
import logging
import random
import tempfile
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple

import structlog

from bot.sandbox.outlets import news
from storage import chats, feeds, subscriptions
from storage.database import Database
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, Mode
from storage.sql import Connection, to_ms
from watchers.ingester import Ingester
from watchers.parse import Entry
from watchers.text.names import gazetteer
from watchers.text.words import analyse

READERS, FOLLOWED, DAYS = 12, 5, 6
BEGIN: Final = datetime(2026, 11, 2, 6, tzinfo=UTC)
WORDS: Final = (
    "earthquake", "землетрясение", "суд", "court", "газ", "нефть", "bank", "банк", "мектеп", "school",
    "mine", "шахта", "bus", "автобус", "wage", "зарплата", "вода", "water", "explosion", "взрыв", "gold", "уран", "авария", "accident",
)  # fmt: skip


class Told(NamedTuple):
    """An item of the news: when, by whom, of which event, and what it says."""

    at: datetime
    outlet: str
    event: str
    lang: str
    title: str
    text: str
    page: str
    """What its address is made of: an update stands at the page that it changes."""


def of_the_demo() -> list[Told]:
    """Spread the demo's events over some days; what follows another comes after it."""
    events = [*news.later()]
    random.Random(7).shuffle(events)
    step = timedelta(days=DAYS) / len(events)
    begins = {event.name: BEGIN + step * at for at, event in enumerate(events)}
    for event in events:
        if event.follows in begins:
            after = begins[event.follows] + timedelta(hours=5)
            begins[event.name] = max(begins[event.name], after)
    told: list[Told] = []
    for event in events:
        pages: Counter[str] = Counter()
        for item in (one for one in event.items if not one.removal):
            page = f"{event.name}-{item.outlet}-{item.lang}"
            pages[page] += not item.update
            at = begins[event.name] + timedelta(minutes=item.after)
            said = (item.lang, item.title, item.summary)
            told.append(Told(at, item.outlet, event.name, *said, f"{page}-{pages[page]}"))
    return sorted(told)


def of_a_file(path: Path) -> list[Told]:
    """Read a labelled stream in its order; what has no date comes a minute after the last."""
    told: list[Told] = []
    at = BEGIN
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        when = row["published"]
        at = max(at, datetime.fromisoformat(when)) if when else at + timedelta(minutes=1)
        if not told and when:
            at = datetime.fromisoformat(when)
        outlet = row.get("source") or f"outlet{len(told) % 20}"
        told.append(
            Told(at, outlet, row["cluster"], row["lang"], row["title"], row["text"], row["id"])
        )
    return told


def queries(told: list[Told]) -> list[str]:
    """List the names that several events speak of, and words of everyday news."""
    events: dict[str, set[str]] = defaultdict(set)
    for one in told:
        for mention in analyse(one.title, "", one.lang).entities:
            events[mention.id].add(one.event)
    often = sorted(events, key=lambda name: (-len(events[name]), name))
    labels = [gazetteer().entities[name].label for name in often if len(events[name]) > 1]
    return [*labels[: READERS * FOLLOWED], *WORDS]


class Alert(NamedTuple):
    """A message that a reader got: the event of the item that brought it, and its story."""

    chat: int
    kind: str
    event: str
    story: int
    payload: str


async def play(told: list[Told]) -> tuple[dict[tuple[int, str], int], list[Alert]]:
    """Play the news; return how often each event is told to whom it meets, and all messages."""
    of_item: dict[int, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        db = await Database.opened(Path(folder) / "news.db")
        start = told[0].at - timedelta(hours=1)
        await db.write(subscribe, queries(told), start)
        ingester = await Ingester.opened(db)
        sources = {}
        for one in told:
            if one.outlet not in sources:
                new = feeds.NewFeed(f"https://{len(sources)}.example/rss", one.outlet, one.outlet)
                added = await db.write(feeds.add, new, start)
                sources[one.outlet] = added
            link = f"https://{one.outlet}.example/{one.page}"
            entry = Entry(
                keys=(f"l:{link}",), external_id=link, url=link, url_key=link,
                title=one.title, summary_html=one.text, published=one.at, language=one.lang,
            )  # fmt: skip
            await ingester.take(sources[one.outlet], (entry,), None, one.at)
            await db.write(arrive, one.at)
            for (item,) in await db.read(items_after, max(of_item, default=0)):
                of_item[item] = one.event
        due = {(chat, of_item[item]) for chat, item in await db.read(met)}
        rows = await db.read(messages)
        await db.close()
    got = [
        Alert(chat, kind, of_item.get(item, "?"), story, row)
        for chat, kind, item, story, row in rows
    ]
    times = Counter((one.chat, one.event) for one in got if one.kind == "alert")
    return {pair: times[pair] for pair in sorted(due)}, got


def subscribe(db: Connection, words: list[str], now: datetime) -> None:
    """Give each reader some of the queries; the most frequent names to several."""
    for number in range(1, READERS + 1):
        reader = ChatId(number)
        chats.see_chat(db, Chat(reader, ChatKind.PRIVATE, digest_from=now, created_at=now), now)
        for query in random.Random(number).sample(words, FOLLOWED):
            subscriptions.add(
                db, chat_id=reader, thread_id=NO_THREAD, query=query, mode=Mode.INSTANT, now=now
            )


def arrive(db: Connection, now: datetime) -> None:
    """Let Telegram take everything that is owed."""
    db.conn.execute(
        "update deliveries set state = 'sent', message_id = id, settled_at = ?"
        " where state in ('queued', 'held')",
        (to_ms(now),),
    )


def items_after(db: Connection, last: int) -> list[tuple[int]]:
    """List the items that came since."""
    return list(db.conn.execute("select id from items where id > ? order by id", (last,)))


def met(db: Connection) -> list[tuple[int, int]]:
    """List which chat's subscriptions which items meet in their headlines: those ring."""
    return list(
        db.conn.execute(
            "select s.chat_id, m.item_id from matches m join subscriptions s on s.query = m.query"
            " where m.in_headline"
        )
    )


def messages(db: Connection) -> list[tuple[int, str, int, int, str]]:
    """List the alerts and updates, with the item that brought each."""
    return list(
        db.conn.execute(
            "select chat_id, kind, coalesce(payload ->> 'item', payload -> 'change' ->> 'item', 0), story_id, payload"
            " from deliveries where kind in ('alert', 'update') order by id"
        )
    )


async def main(path: Path | None, *, errors: bool) -> None:
    """Play and tell."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    told = of_a_file(path) if path else of_the_demo()
    times, got = await play(told)
    titles: dict[str, list[str]] = defaultdict(list)
    for one in told:
        titles[one.event].append(one.title)
    for (chat, event), count in times.items():
        if errors and count != 1:
            print(f"{count} × reader {chat}: {event}: {' | '.join(titles[event][:4])}")
    turns = [one for one in got if one.kind == "update"]
    for one in turns:
        print("turn:", one.event, one.payload)
    whole = len(times) or 1
    once = sum(count == 1 for count in times.values())
    never = sum(count == 0 for count in times.values())
    print(
        f"{len(titles)} events, {len(told)} items, {READERS} readers; {whole} to be told:"
        f" once {once / whole:.3f}, twice or more {(whole - once - never) / whole:.3f},"
        f" never {never / whole:.3f}; {len(turns)} new turns"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stream", type=Path, nargs="?")
    parser.add_argument("--errors", action="store_true")
    asked = parser.parse_args()
    asyncio.run(main(asked.stream, errors=asked.errors))
