"""What changes something is marked as done in the transaction that does it; nothing else is."""

from typing import Any

import pytest

from bot.conversation import Html, Message, Nothing, Say
from bot.telegram.turns import UpdateTurn
from storage import dialogs, inbox, meta
from storage.database import Database
from storage.inbox import NewUpdate, WaitingUpdate
from storage.sql import Connection
from tests.bot.people import NOW, READER, context_of

BOT = 7
ONE = Message(Html("one"))


async def turn_of(db: Database, **parts: Any) -> UpdateTurn:
    (row,) = await db.write(inbox.take, BOT, [NewUpdate(1, READER, "{}")], NOW)
    assert row is not None
    return UpdateTurn(row, context_of(db, **parts))


async def kept(db: Database) -> WaitingUpdate:
    (row,) = await db.read(inbox.waiting, BOT)
    return row


async def test_what_is_changed_is_marked_with_it(db: Database) -> None:
    turn = await turn_of(db)
    await turn.context.db.write(meta.put, "a", "1")
    assert (True, True) == (turn.update.changed, (await kept(db)).changed)
    assert "1" == await turn.context.db.read(meta.get, "a")


async def test_what_is_undone_is_not_marked(db: Database) -> None:
    turn = await turn_of(db)

    def fails(connection: Connection) -> None:
        meta.put(connection, "a", "1")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await turn.context.db.write(fails)
    assert (False, False) == (turn.update.changed, (await kept(db)).changed)


async def test_what_may_be_done_again_or_changed_nothing_is_not_marked(db: Database) -> None:
    turn = await turn_of(db)
    number = await turn.context.db.write(dialogs.keep_draft, READER, "words", NOW)
    assert number == await turn.context.db.write(dialogs.keep_draft, READER, "words", NOW)
    await turn.context.db.write(dialogs.expect, READER, 1, "zone", NOW)
    await turn.context.db.write(meta.get, "a")
    assert (False, False) == (turn.update.changed, (await kept(db)).changed)


async def test_a_correction_is_marked_before_it_is_made(db: Database) -> None:
    seen = []

    class Editor:
        async def undo(self, number: int, now: object) -> None:
            seen.append((number, (await kept(db)).changed))

    turn = await turn_of(db, editor=Editor())
    await turn.context.editor.undo(3, NOW)
    assert [(3, True)] == seen


async def test_a_reply_is_a_row_where_it_could_not_be_made_again(db: Database) -> None:
    turn = await turn_of(db)
    await turn.decide(Say((ONE,)))
    assert (True, None) == (turn.update.reply is not None, (await kept(db)).reply)
    await turn.decide(Say((ONE, ONE)))
    assert turn.update.reply == (await kept(db)).reply
    await turn.context.db.write(meta.put, "a", "1")
    await turn.decide(Nothing())
    assert '{"kind": "Nothing"}' == (await kept(db)).reply


async def test_without_a_row_all_goes_on(db: Database) -> None:
    turn = UpdateTurn(WaitingUpdate(0, READER, "{}", NOW), context_of(db))
    await turn.context.db.write(meta.put, "a", "1")
    await turn.mark()
    await turn.decide(Say((ONE, ONE)))
    await turn.told(1)
    await turn.shows(5)
    assert [] == await db.read(inbox.waiting, BOT)
