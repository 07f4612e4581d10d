"""What readers see of an admin's correction: messages and mutes follow, nothing rings twice."""

from dataclasses import replace
from typing import Any

import pytest

from storage import chats, corrections
from storage.corrections import Correction, CorrectionKind, NewCorrection
from storage.model import ItemId, StoryId, SubscriptionId
from storage.outbox import queue
from storage.outbox.deliveries import AlertCause
from tests.bot.delivery.kit import ANNA, Room, alert
from tests.storage import rows


async def told(here: Room, *items: tuple[int, int]) -> None:
    """Let outlets tell items of stories, each by one of its own."""

    def record(db: Any) -> None:
        for item, story in items:
            feed = rows.feed(db, f"https://outlet{item}.example/rss", name=f"Outlet {item}")
            opens = db.conn.execute("select 1 from stories where id = ?", (story,)).fetchone()
            new = replace(rows.new_item(item, story), opens=opens is None)
            rows.told(db, feed, new, now=here.clock())

    await here.db.write(record)


async def rings(here: Room, story: int, item: int) -> None:
    """Owe Anna the alert of a story that an item brought."""
    cause = AlertCause(SubscriptionId(1), "gas", "gas", "gas", ItemId(item))
    owed = replace(alert(story), payload=cause)
    await here.db.write(queue.enqueue, [owed], here.clock())


async def correct(here: Room, kind: CorrectionKind, out: list[int], to: int) -> Correction:
    new = NewCorrection(kind, [ItemId(item) for item in out], StoryId(to), 7)
    return await here.db.write(corrections.make, new, here.clock())


async def undo(here: Room, made: Correction) -> None:
    await here.db.write(corrections.undo, made.id, here.clock())


async def muted(here: Room) -> set[int]:
    return set(await here.db.read(chats.muted, ANNA))


async def stories_of_messages(here: Room) -> list[tuple[Any, ...]]:
    return await here.db.read(
        lambda db: db.conn.execute(
            "select subject, story_id from deliveries where kind = 'alert' order by subject"
        ).fetchall()
    )


async def test_messages_show_what_was_merged_and_what_was_undone(here: Room) -> None:
    await told(here, (1, 1), (2, 2))
    await rings(here, 1, 1)
    await rings(here, 2, 2)
    await here.deliver()
    made = await correct(here, CorrectionKind.MERGE, [1], 2)
    await here.deliver(minutes=1)
    assert all("Outlet 1" in one.text and "Outlet 2" in one.text for one in here.messages())
    await rings(here, 2, 1)
    await here.deliver(minutes=1)
    assert 2 == len(here.messages())
    await undo(here, made)
    await here.deliver(minutes=5)
    first, second = here.messages()
    assert ("Headline 1" in first.text, "Outlet 2" in first.text) == (True, False)
    assert ("Headline 2" in second.text, "Outlet 1" in second.text) == (True, False)
    assert [("s1", 1), ("s2", 2)] == await stories_of_messages(here)


@pytest.mark.parametrize("kind", [CorrectionKind.SPLIT, CorrectionKind.MOVE])
async def test_a_message_follows_the_report_that_brought_it(
    here: Room, kind: CorrectionKind
) -> None:
    await told(here, (1, 1), (2, 1), (3, 3))
    await rings(here, 1, 2)
    await here.deliver()
    to = 9 if kind is CorrectionKind.SPLIT else 3
    made = await correct(here, kind, [2], to)
    await here.deliver(minutes=1)
    (message,) = here.messages()
    assert "Outlet 2" in message.text
    assert "Outlet 1" not in message.text
    await rings(here, to, 3)  # a further report of what Anna was told of
    await rings(here, 1, 1)  # and of what she was shown beside it
    await here.deliver(minutes=1)
    assert 1 == len(here.messages())
    await undo(here, made)
    await here.deliver(minutes=5)
    (message,) = here.messages()
    assert "Outlet 1" in message.text
    assert [("s1", 1)] == await stories_of_messages(here)


async def test_a_message_stays_with_the_report_that_brought_it(here: Room) -> None:
    await told(here, (1, 1), (2, 1))
    await rings(here, 1, 1)
    await here.deliver()
    await correct(here, CorrectionKind.SPLIT, [2], 9)
    await here.deliver(minutes=1)
    (message,) = here.messages()
    assert "Outlet 2" not in message.text
    await rings(here, 9, 2)
    await here.deliver(minutes=1)
    assert "Headline 2" in here.said()[-1]


async def test_a_mute_follows_a_merge_and_returns(here: Room) -> None:
    await told(here, (1, 1), (2, 2))
    await rings(here, 2, 2)
    await here.deliver()
    await here.db.write(chats.mute, ANNA, StoryId(1))
    made = await correct(here, CorrectionKind.MERGE, [1], 2)
    assert {2} == await muted(here)
    await here.deliver(minutes=1)
    (message,) = here.messages()
    assert message.markup is not None
    assert "🔔 Unmute" in [one.text for row in message.markup.rows for one in row]
    await undo(here, made)
    assert {1} == await muted(here)


async def test_a_mute_of_both_stays_with_both(here: Room) -> None:
    await told(here, (1, 1), (2, 2))
    for story in (1, 2):
        await here.db.write(chats.mute, ANNA, StoryId(story))
    made = await correct(here, CorrectionKind.MERGE, [1], 2)
    await undo(here, made)
    assert {1, 2} == await muted(here)


async def test_who_asked_to_hear_of_it_again_is_not_muted_by_an_undo(here: Room) -> None:
    await told(here, (1, 1), (2, 2))
    await here.db.write(chats.mute, ANNA, StoryId(1))
    made = await correct(here, CorrectionKind.MERGE, [1], 2)
    await here.db.write(chats.unmute, ANNA, StoryId(2))
    await undo(here, made)
    assert set() == await muted(here)


async def test_a_mute_goes_with_the_message_that_was_muted(here: Room) -> None:
    await told(here, (1, 1), (2, 1))
    await rings(here, 1, 2)
    await here.deliver()
    await here.db.write(chats.mute, ANNA, StoryId(1))
    made = await correct(here, CorrectionKind.SPLIT, [2], 9)
    assert {1, 9} == await muted(here)
    await undo(here, made)
    assert {1} == await muted(here)
