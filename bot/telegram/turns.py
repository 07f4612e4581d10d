"""An update's turn: how far its answer is, written down as it goes.

What changes something is marked as done in the transaction that does it, and what is to be said
of it is a row before it is said. So a crash between doing and answering costs neither.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar

import structlog

from bot.context import Context, StoryEditor
from bot.conversation import Reply, Say
from bot.telegram import replies
from bot.telegram.inbox import Work
from storage import inbox
from storage.corrections import Correction, Undone
from storage.database import Database
from storage.errors import StorageError
from storage.inbox import WaitingUpdate
from storage.model import ItemId, StoryId
from storage.sql import Connection, is_repeatable

log = structlog.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class UpdateTurn:
    """One update being answered.

    ``unsent`` says that Telegram did not hear the answer; ``work`` is what is left to be done
    beside the chat's next updates. ``what`` names in the log what was asked: ``command:digest``,
    ``press:dg``, ``words``; ``outcome`` and ``why`` what became of the answer.
    """

    def __init__(self, update: WaitingUpdate, context: Context) -> None:
        """Keep whose turn it is; ``context`` becomes one whose writes mark the update as done."""
        self.update = update
        self.unsent = False
        self.what = ""
        self.outcome = "told"
        self.why = ""
        self.work: Work | None = None
        self._db = context.db
        self.context = replace(
            context,
            db=MarkingDatabase(context.db, self),
            editor=MarkingEditor(context.editor, self),
        )

    def ends(self, outcome: str, why: str) -> None:
        """Note for the log that Telegram did not take an answer, and why."""
        self.outcome, self.why = outcome, why

    async def mark(self) -> None:
        """Note, before it is, that the update is done: it is asked for once, come what may."""
        if self.update.row and not self.update.changed:
            await self._db.write(inbox.mark_changed, self.update.row)
        self.update.changed = True

    async def decide(self, reply: Reply) -> None:
        """Keep what is to be said: as a row where asking again would not say the same."""
        self.update.reply = replies.written(reply)
        one = not (isinstance(reply, Say) and len(reply.messages) > 1)
        if self.update.reply and (self.update.changed or not one):
            await self._note(inbox.decide, self.update.reply)

    async def told(self, messages: int) -> None:
        """Note how many messages of several Telegram has."""
        self.update.told = messages
        await self._note(inbox.mark_told, messages)

    async def shows(self, message_id: int) -> None:
        """Note in which message long work says how far it is."""
        self.update.shown = message_id
        await self._note(inbox.mark_shown, message_id)

    async def _note(self, write: Callable[[Connection, int, T], None], value: T) -> None:
        """Note how far the answer is; a file that cannot be written does not hold it up."""
        if not self.update.row:
            return
        try:
            await self._db.write(write, self.update.row, value)
        except StorageError as error:
            log.error("answer not noted", update=self.update.row, error=error)  # noqa: TRY400 (said whole)


class MarkingDatabase(Database):
    """The database as a command sees it: what it changes is kept with the mark that it did."""

    def __init__(self, whole: Database, turn: UpdateTurn) -> None:
        """Stand before the whole database, for one turn."""
        self.path = whole.path
        self._whole = whole
        self._turn = turn

    async def read(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``fn`` as the whole database does."""
        return await self._whole.read(fn, *args, **kwargs)

    async def write(
        self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run ``fn`` as the whole database does, with the mark where it changed anything."""
        update = self._turn.update
        if not update.row or update.changed or is_repeatable(fn):
            return await self._whole.write(fn, *args, **kwargs)

        def marked(db: Connection) -> tuple[T, bool]:
            before = db.conn.total_changes
            result = fn(db, *args, **kwargs)
            if changed := db.conn.total_changes > before:
                inbox.mark_changed(db, update.row)
            return result, changed

        result, changed = await self._whole.write(marked)
        if changed:
            update.changed = True
        return result


class MarkingEditor:
    """The stories' editor as a command sees it. Its writes are its own: the mark comes before."""

    def __init__(self, editor: StoryEditor, turn: UpdateTurn) -> None:
        """Stand before the editor, for one turn."""
        self._editor = editor
        self._mark = turn.mark

    async def merge(self, story: StoryId, into: StoryId, by: int, now: datetime) -> Correction:
        """Make one story of two, once."""
        await self._mark()
        return await self._editor.merge(story, into, by, now)

    async def split(self, out: Sequence[ItemId], by: int, now: datetime) -> Correction:
        """Take items out, once."""
        await self._mark()
        return await self._editor.split(out, by, now)

    async def move(
        self, out: Sequence[ItemId], into: StoryId, by: int, now: datetime
    ) -> Correction:
        """Put items into another story, once."""
        await self._mark()
        return await self._editor.move(out, into, by, now)

    async def undo(self, number: int, now: datetime) -> Undone:
        """Take a correction back, once."""
        await self._mark()
        return await self._editor.undo(number, now)

    async def nearest(self, story: StoryId, most: int) -> Sequence[StoryId]:
        """Name the stories most like one."""
        return await self._editor.nearest(story, most)
