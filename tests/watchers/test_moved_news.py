"""What leaves a wrong story for its own is news to whom it meets, once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.digests.calendar import DigestWindow
from bot.digests.maker import interests_of
from storage import chats, record, stories, subscriptions
from storage.database import Database
from storage.model import (
    NO_THREAD,
    Chat,
    ChatId,
    ChatKind,
    ItemId,
    Mode,
    StoryId,
    Subscription,
)
from storage.outbox.deliveries import DeliveryState
from storage.sql import Connection, to_ms
from tests.watchers.test_ingester import READER, entry, feed_of
from watchers.ingester import Ingester
from watchers.stories import Joined, Moved

OTHER = ChatId(2002)
FLOOD, DAM = "Flood closes the road to Naryn", "Flood breaks the dam near Osh"
ONE, TWO, THREE = ItemId(1), ItemId(2), ItemId(3)
FIRST, OWN = StoryId(1), StoryId(2)


async def subscribed(
    db: Database, now: datetime, query: str, chat_id: ChatId = READER, **chat: object
) -> Subscription:
    here = Chat(chat_id, ChatKind.PRIVATE, digest_from=now, created_at=now)
    await db.write(chats.see_chat, here, now)
    if chat:
        await db.write(lambda opened: chats.change(opened, chat_id, **chat))
    subscription, _ = await db.write(
        subscriptions.add,
        chat_id=chat_id,
        thread_id=NO_THREAD,
        query=query,
        mode=Mode.INSTANT,
        now=now,
    )
    return subscription


async def swallowed(
    db: Database, now: datetime, *told: tuple[str, float], **take: bool
) -> Ingester:
    """Let outlets tell these, some minutes after ``now``."""
    ingester = await Ingester.opened(db)
    for number, (title, minutes) in enumerate(told, 1):
        at = now + timedelta(minutes=minutes)
        item = entry(number, title, published=at)
        feed = await feed_of(db, f"outlet{number}", now)
        await ingester.take(feed, (item,), None, now + timedelta(minutes=number), **take)
    return ingester


def forced(db: Connection) -> None:
    """Let story 2 have been part of story 1 until now, as a hasty verdict would have had it."""
    db.conn.execute("delete from deliveries where story_id = 2")
    stories.join(db, OWN, FIRST, datetime.fromisoformat("2026-11-22T08:10:00+00:00"))


async def mistaken(
    db: Database, now: datetime, *told: tuple[str, float], **take: bool
) -> Ingester:
    """Tell these, of which the second was taken for the first one's event."""
    ingester = await swallowed(db, now, *told, **take)
    ingester._memory.index.merge(OWN, FIRST)
    await db.write(forced)
    return ingester


def rows(db: Connection) -> list[tuple[int, str, int, str]]:
    return list(
        db.conn.execute(
            "select chat_id, subject, story_id, state from deliveries where kind = 'alert'"
            " order by id"
        )
    )


def alerts(db: Connection) -> list[tuple[int, int]]:
    return [(chat, story) for chat, _, story, _ in rows(db)]


BOTH = ((FLOOD, 0.0), (DAM, 1.0))
OUT = Moved((TWO,), FIRST, None, 0.1, ())
LATER = timedelta(minutes=20)


async def test_what_leaves_a_wrong_story_is_news_to_who_heard_of_that_one(
    db: Database, now: datetime
) -> None:
    await subscribed(db, now, "flood")
    ingester = await mistaken(db, now, *BOTH)
    assert [(READER, 1)] == await db.read(alerts)
    woken = []
    ingester._wake = lambda: woken.append(1)
    await ingester._apply(OUT, now + LATER)
    [(_, own)] = set(await db.read(alerts)) - {(READER, 1)}
    assert [1] == woken
    assert [(READER, f"s{own}", own, "queued")] == (await db.read(rows))[1:]


async def test_a_page_that_was_told_is_no_news_under_another_headline(
    db: Database, now: datetime
) -> None:
    await subscribed(db, now, "flood")
    ingester = await mistaken(db, now, *BOTH)
    await db.write(
        lambda opened: opened.conn.execute(
            "update items set url_key = (select url_key from items where id = 1) where id = 2"
        )
    )
    await ingester._apply(OUT, now + LATER)
    assert [(READER, 1)] == await db.read(alerts)


async def test_it_is_told_once_wherever_it_goes(db: Database, now: datetime) -> None:
    """To and fro between stories that the chat was alerted of there is nothing to tell."""
    await subscribed(db, now, "flood")
    ingester = await mistaken(db, now, *BOTH, ("Flood closes the road to Naryn again", 2.0))
    await ingester._apply(OUT, now + LATER)
    told = await db.read(alerts)
    own = StoryId(told[-1][1])
    for source, to in ((own, FIRST), (FIRST, own)):
        await ingester._apply(Moved((TWO,), source, to, 0.1, ()), now + LATER)
    await ingester._apply(Joined(own, FIRST, 0.9, ()), now + LATER)
    assert len(told) == len(await db.read(rows))


@pytest.mark.parametrize(
    "case", ["does not meet", "digest", "paused", "text alone", "never heard", "silent"]
)
async def test_it_is_no_news_to_others(db: Database, now: datetime, case: str) -> None:
    flood = await subscribed(db, now, "Naryn" if case == "does not meet" else "flood")
    told = BOTH if case != "text alone" else (BOTH[0], ("Dam near Osh breaks", 1.0))
    ingester = await mistaken(db, now, *told, silent=case == "silent")
    changes = {"digest": {"mode": Mode.DIGEST}, "paused": {"paused": True}}.get(case, {})
    await db.write(subscriptions.save, replace(flood, **changes))
    if case == "never heard":
        await db.write(lambda opened: opened.conn.execute("delete from deliveries"))
    before = await db.read(alerts)
    await ingester._apply(OUT, now + LATER)
    assert before == await db.read(alerts)


async def test_only_a_reader_of_the_wrong_story_hears_of_the_right_one(
    db: Database, now: datetime
) -> None:
    """Whose words the moved item meets heard of it before, under the wrong headline."""
    await subscribed(db, now, "Naryn")
    await subscribed(db, now, "dam", OTHER)
    ingester = await swallowed(db, now, *BOTH)
    await db.write(
        lambda opened: opened.conn.execute(
            "update deliveries set story_id = 1, subject = 's1' where story_id = 2"
        )
    )
    ingester._memory.index.merge(OWN, FIRST)
    await db.write(stories.join, OWN, FIRST, now)
    assert [(READER, 1), (OTHER, 1)] == await db.read(alerts)
    await ingester._apply(OUT, now + LATER)
    [(chat, _)] = (await db.read(alerts))[2:]
    assert OTHER == chat


async def test_a_chat_that_muted_the_wrong_story_hears_of_the_right_one(
    db: Database, now: datetime
) -> None:
    await subscribed(db, now, "flood")
    ingester = await mistaken(db, now, *BOTH)
    await db.write(chats.mute, READER, FIRST)
    await ingester._apply(OUT, now + LATER)
    assert DeliveryState.QUEUED == (await db.read(rows))[-1][3]


async def test_quiet_hours_hold_it(db: Database, now: datetime) -> None:
    quiet = {"quiet_from": now.hour * 60, "quiet_to": now.hour * 60 + 90, "time_zone": "UTC"}
    await subscribed(db, now, "flood", **quiet)
    ingester = await mistaken(db, now, *BOTH)
    await ingester._apply(OUT, now + LATER)
    assert ["held", "held"] == [state for *_, state in await db.read(rows)]


@pytest.mark.parametrize("digest", [True, False])
async def test_what_is_hours_old_by_then_rings_no_more(
    db: Database, now: datetime, *, digest: bool
) -> None:
    """The next digest tells it, also where it came before its window; else one late message."""
    morning = now + timedelta(hours=9)
    await subscribed(db, now, "flood", next_digest_at=morning if digest else None)
    ingester = await mistaken(db, now, *BOTH)
    late = now + timedelta(hours=8)
    since = now + timedelta(hours=4)
    await ingester._apply(OUT, late)
    (_, _, own, state) = (await db.read(rows))[-1]
    folds = await db.read(
        lambda opened: opened.conn.execute(
            "select count(*) from deliveries where kind = 'fold' and why = 'backlog'"
        ).fetchone()
    )
    assert ("merged", 0 if digest else 1) == (state, folds[0])
    if digest:
        chat = await db.read(chats.get, READER)
        assert chat is not None
        span = DigestWindow(since, morning)
        found = await db.read(
            lambda opened: interests_of(opened, chat, span, only=None, before={}, late=True)
        )
        assert [own] == [ranked.story.id for ranked in found.mine]
        assert {"flood": True} == found.queries[own]


async def test_the_alert_of_the_items_own_opening_goes_along(db: Database, now: datetime) -> None:
    """A story keeps its id where its earliest report stays, which may have come last."""
    await subscribed(db, now, "flood")
    ingester = await mistaken(db, now, *BOTH)
    await db.write(
        lambda opened: opened.conn.execute(
            "update deliveries set state = 'sent', message_id = 7, settled_at = ?", (to_ms(now),)
        )
    )
    await ingester._apply(Moved((ONE,), FIRST, None, 0.1, ()), now + LATER)
    (_, subject, own, _), (_, rest, first, _) = await db.read(rows)
    assert (f"s{own}", "s1", 1) == (subject, rest, first)
    edited = await db.read(
        lambda opened: opened.conn.execute(
            "select story_id from deliveries where kind = 'edit'"
        ).fetchall()
    )
    assert [(own,)] == edited


async def test_items_that_are_gone_move_nowhere(db: Database, now: datetime) -> None:
    await subscribed(db, now, "flood")
    await mistaken(db, now, *BOTH)
    before = await db.read(rows)
    await db.write(record.move, [ItemId(99)], FIRST, StoryId(50), now)
    assert before == await db.read(rows)
