"""What a crash left in the rows is answered at the next start: once, and not too late."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.sandbox.box import PATIENCE_S, Sandbox
from bot.sandbox.telegram.model import SandboxMessage
from bot.sandbox.telegram.people import ADMIN_ID, AIGUL_ID, ANNA_ID
from bot.telegram import inbox as inbox_at_work
from bot.telegram.inbox import LATE
from bot.telegram.incoming import begin
from bot.telegram.updates import arrival
from storage import chats, dialogs, feeds, inbox, subscriptions
from storage.database import Database
from storage.inbox import NewUpdate, WaitingUpdate
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, Mode
from storage.sql import Connection, to_json
from tests.bot.line import answering
from tests.bot.people import NOW

OPML = b"""<opml version="2.0"><body>
<outline text="A" xmlUrl="https://a.example/feed"/><outline text="B" xmlUrl="https://b.example/f"/>
</body></opml>"""
SAID = to_json({"kind": "Say", "messages": [{"html": "as decided", "keyboard": []}]})


@dataclass
class Crashed:
    """A bot that took updates and died before it answered; ``start`` begins it anew."""

    box: Sandbox
    db: Database

    async def leaves(self, at: datetime = NOW, **progress: Any) -> list[WaitingUpdate]:
        """Let what people did become rows that are not answered, so far along."""
        bot = self.box.telegram.main_bot
        updates = self.box.telegram.pending(bot, 0, 100)
        raws = [{"update_id": one.id, one.kind: one.body} for one in updates]
        news = [found.update for raw in raws if (found := arrival(raw)) is not None]
        for one in updates:
            self.box.telegram.confirm(bot, one.id)
        rows = [row for row in await self.db.write(inbox.take, bot, news, at) if row is not None]
        for column, value in progress.items():
            await self.db.write(
                lambda db, column=column, value=value: db.conn.execute(
                    f"update inbox set {column} = ? where id = ?", [value, rows[-1].row]
                )
            )
        return rows

    async def starts(self) -> None:
        """Begin anew, answer what was left, and stop."""
        parts = {"admin_ids": frozenset({ADMIN_ID})}
        async with answering(self.db, self.box.url, self.box.token, **parts):
            pass
        assert [] == await self.db.read(inbox.waiting, self.box.telegram.main_bot)

    def texts(self, chat: int) -> list[str]:
        return [
            one.text.split("\n")[0]
            for one in self.box.telegram.messages(chat)
            if one.sender_id in self.box.telegram.bots
        ]


@pytest.fixture
async def crashed(db: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Crashed]:
    for name in ("ANSWERS_END_S", "LAST_CALLS_S"):  # a stop waits for all that is begun
        monkeypatch.setattr(inbox_at_work, name, PATIENCE_S)
    async with Sandbox.start() as box:
        for person, language in ((ANNA_ID, "en"), (AIGUL_ID, "ru"), (ADMIN_ID, "en")):
            box.telegram.start(person)
            await db.write(
                chats.see_chat, Chat(ChatId(person), ChatKind.PRIVATE, language=language), NOW
            )
        left = Crashed(box, db)
        for row in await left.leaves():
            await db.write(inbox.done, [row.row])
        yield left


async def subscribed(db: Database, *queries: str) -> None:
    for query in queries:
        await db.write(
            lambda c, query=query: subscriptions.add(
                c, chat_id=ChatId(ANNA_ID), thread_id=NO_THREAD, query=query, mode=Mode.DIGEST,
                now=NOW,
            )
        )  # fmt: skip


async def queries(db: Database) -> list[str]:
    return [one.query for one in await db.read(subscriptions.of_chat, ChatId(ANNA_ID))]


async def test_what_was_not_begun_is_done_and_answered_in_order(crashed: Crashed) -> None:
    await subscribed(crashed.db, "uranium", "zinc")
    crashed.box.telegram.say(ANNA_ID, "/unsubscribe 1")
    crashed.box.telegram.say(ANNA_ID, "/help stop")
    await crashed.leaves()
    await crashed.starts()
    assert ["🗑 No longer watching for “uranium”", "/stop — stop all messages"] == [
        text[:34].strip() if "🗑" in text else text[:25] for text in crashed.texts(ANNA_ID)
    ]
    assert ["zinc"] == await queries(crashed.db)


async def test_what_was_done_is_not_done_again_but_said(crashed: Crashed) -> None:
    await subscribed(crashed.db, "zinc")
    crashed.box.telegram.say(ANNA_ID, "/unsubscribe 1")
    await crashed.leaves(at=NOW - LATE * 2, changed=1, reply=SAID)
    await crashed.starts()
    assert (["as decided"], ["zinc"]) == (crashed.texts(ANNA_ID), await queries(crashed.db))


async def test_what_may_be_done_already_is_said_to_be_so(crashed: Crashed) -> None:
    await subscribed(crashed.db, "zinc")
    crashed.box.telegram.say(ANNA_ID, "/unsubscribe 1")
    await crashed.leaves(changed=1)
    await crashed.starts()
    (said,) = crashed.texts(ANNA_ID)
    assert ("it may be done already" in said, ["zinc"]) == (True, await queries(crashed.db))


async def test_of_several_messages_those_are_said_that_were_not(crashed: Crashed) -> None:
    crashed.box.telegram.say(ANNA_ID, "/start")
    said = to_json(
        {"kind": "Say", "messages": [{"html": f"part {n}", "keyboard": []} for n in (1, 2, 3)]}
    )
    await crashed.leaves(reply=said, told=1)
    await crashed.starts()
    assert ["part 2", "part 3"] == crashed.texts(ANNA_ID)


async def test_what_is_too_old_is_one_sentence_a_chat_in_its_language(crashed: Crashed) -> None:
    await subscribed(crashed.db, "zinc")
    for person in (ANNA_ID, AIGUL_ID):
        for text in ("/unsubscribe 1", "zinc", "/settings"):
            crashed.box.telegram.say(person, text)
    crashed.box.telegram.say(AIGUL_ID, "hello all", chat=crashed.box.group_id)
    await crashed.leaves(at=NOW - LATE - timedelta(seconds=1))
    await crashed.starts()
    told = [crashed.texts(person) for person in (ANNA_ID, AIGUL_ID)]
    assert [["I was away and did not"], ["Связи не было, и то, ч"]] == [
        [text[:22] for text in texts] for texts in told
    ]
    assert [] == crashed.texts(crashed.box.group_id)
    assert ["zinc"] == await queries(crashed.db)


async def pressed(crashed: Crashed, *, at: datetime) -> SandboxMessage:
    """Let Anna press "Pause" under a subscription, and the bot die."""
    await subscribed(crashed.db, "zinc")
    crashed.box.telegram.say(ANNA_ID, "/subscriptions")
    await crashed.leaves()
    await crashed.starts()
    listed = crashed.box.telegram.messages(ANNA_ID)[-1]
    crashed.box.telegram.press(ANNA_ID, listed, data="lp:1:1")
    await crashed.leaves(at=at)
    return listed


async def paused(db: Database) -> bool:
    (one,) = await db.read(subscriptions.of_chat, ChatId(ANNA_ID))
    return one.paused


async def test_a_fresh_press_is_done(crashed: Crashed) -> None:
    listed = await pressed(crashed, at=NOW)
    await crashed.starts()
    assert await paused(crashed.db)
    assert 1 == len(crashed.texts(ANNA_ID))
    shown = crashed.box.telegram.find(listed.key, listed.id)
    assert shown is not None
    assert "paused" in shown.text.casefold()


async def test_an_old_press_does_nothing_and_says_so(crashed: Crashed) -> None:
    await pressed(crashed, at=NOW - LATE * 2)
    await crashed.starts()
    assert not await paused(crashed.db)
    assert "Nothing of it was done" in crashed.texts(ANNA_ID)[-1]


async def test_the_question_that_an_answer_belongs_to_outlives_a_crash(crashed: Crashed) -> None:
    crashed.box.telegram.say(ANNA_ID, "Tashkent")
    await crashed.leaves(question="zone")
    await crashed.starts()
    chat = await crashed.db.read(chats.get, ChatId(ANNA_ID))
    assert chat is not None
    assert "Asia/Tashkent" == chat.time_zone


def test_the_question_is_kept_with_the_update_that_answers_it(
    connection: Connection, now: datetime
) -> None:
    anna, here = ChatId(ANNA_ID), Chat(ChatId(ANNA_ID), ChatKind.PRIVATE)
    chats.see_chat(connection, here, now)
    dialogs.expect(connection, anna, ANNA_ID, "zone", now)
    (row,) = inbox.take(connection, 7, [NewUpdate(1, anna, "{}")], now)
    assert row is not None
    assert ["zone", None] == [begin(connection, here, ANNA_ID, row.row, now)[1] for _ in range(2)]
    assert ["zone"] == [one.question for one in inbox.waiting(connection, 7)]


async def test_a_list_that_waits_is_imported_and_its_progress_goes_on_in_its_message(
    crashed: Crashed,
) -> None:
    crashed.box.telegram.send_file(ADMIN_ID, "feeds.opml", OPML, caption="/import")
    await crashed.leaves()
    await crashed.starts()
    assert 2 == len(await crashed.db.read(feeds.every))
    (done,) = crashed.texts(ADMIN_ID)
    crashed.box.telegram.send_file(ADMIN_ID, "feeds.opml", OPML, caption="/import")
    shown = crashed.box.telegram.messages(ADMIN_ID)[-2].id
    await crashed.leaves(at=NOW - LATE * 2, shown=shown)
    await crashed.starts()
    (again,) = crashed.texts(ADMIN_ID)
    assert done != again


async def test_what_became_of_a_chat_is_followed_however_late(crashed: Crashed) -> None:
    crashed.box.telegram.block(ANNA_ID)
    await crashed.leaves(at=NOW - timedelta(days=2))
    await crashed.starts()
    chat = await crashed.db.read(chats.get, ChatId(ANNA_ID))
    assert chat is not None
    assert not chat.active


async def test_a_shape_that_nobody_knows_is_past(crashed: Crashed) -> None:
    crashed.box.telegram.say(ANNA_ID, "/help stop")
    (row,) = await crashed.leaves()
    poison = to_json({"update_id": 5, "callback_query": {"id": "1"}})
    bot = crashed.box.telegram.main_bot
    await crashed.db.write(inbox.take, bot, [NewUpdate(5, row.chat_id, poison)], NOW)
    await crashed.starts()
    assert 1 == len(crashed.texts(ANNA_ID))
