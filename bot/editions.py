"""Editions: digests made at their time, shown in advance, or asked for."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot import digest, render
from bot.conversation import Message
from bot.digest import Shelf, Shelved, Window
from storage import chats, editions, matches, stories
from storage.clock import rfc3339
from storage.database import Database
from storage.model import Chat, DeliveryKind, NewDelivery, StoryId
from storage.sql import Connection, to_ms

log = structlog.get_logger(__name__)

AT_ONCE = 200
"""Chats whose digests are made in one round; the next round follows at once."""

SHELVES_KEPT = 4
"""Windows kept ranked: all readers of 08:00 in one zone share one."""

MOST_STORIES = 2000
RANKED_KEPT = 200
"""Of a window's stories so many are kept ranked; a reader's own are read beside them."""

MOST_MINE = 100

LAG = timedelta(seconds=5)
"""An item seen just before the window's end may be written just after it; we wait for it."""

INSTANT = timedelta(milliseconds=1)
"""Who asks now wants what was seen this very moment, too."""

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


class Editions:
    """Makes digests. ``round`` is called by a tick; ``preview`` and ``on_demand`` by commands."""

    def __init__(
        self, db: Database, clock: Callable[[], datetime], wake: Callable[[], None] = lambda: None
    ) -> None:
        """Begin with nothing ranked."""
        self._db = db
        self._clock = clock
        self.wake = wake
        """Called after parts were owed; the composition root ties it to the deliverer."""
        self._shelves: OrderedDict[Window, Shelf] = OrderedDict()

    async def round(self) -> int:
        """Make every digest that is due; return how many. Appoint those nobody appointed."""
        now = self._clock()
        for chat in await self._db.read(editions.unscheduled, AT_ONCE):
            await self._db.write(editions.schedule, chat, digest.next_at(chat, now))
        made = 0
        while due := await self._db.read(editions.due, self._clock() - LAG, AT_ONCE):
            issued = [await self._issue(chat) for chat in due]
            made += sum(issued)
            if not any(issued):
                break
        return made

    async def preview(self, chat: Chat) -> tuple[Message, ...]:
        """Show the digest that would come if it came now; nothing moves."""
        now = self._clock()
        return await self._rendered(chat, digest.window(chat, now + INSTANT, now + INSTANT), now)

    async def on_demand(
        self,
        chat: Chat,
        span: timedelta = DAY,
        *,
        only: frozenset[StoryId] | None = None,
        queries: tuple[str, ...] = (),
    ) -> tuple[Message, ...]:
        """Make the digest of the last while for whoever asks; the window does not move.

        ``only`` restricts it to stories that a query found.
        """
        now = self._clock()
        asked = Window(now - span, now + INSTANT)
        return await self._rendered(chat, asked, now, only=only, queries=queries)

    # --- one chat --------------------------------------------------------------------------

    async def _issue(self, chat: Chat) -> bool:
        now = self._clock()
        appointed = chat.next_digest_at or now
        edition = digest.edition_at(chat, appointed)
        span = digest.window(chat, appointed, now)
        parts: list[NewDelivery] = []
        if edition.daily and chat.digest_times:
            parts += self._parts(chat, await self._rendered(chat, span, now), span, appointed, "")
        if edition.weekly:
            week = Window(span.until - WEEK, span.until)
            said = await self._rendered(chat, week, now, weekly=True)
            parts += self._parts(chat, said, week, appointed, "w")
        until, then = span.until, digest.next_at(chat, max(appointed, now))
        issued = await self._db.write(editions.issue, chat, parts, now, until=until, next_at=then)
        if issued:
            log.info("digest", chat=chat.id, parts=len(parts), since=rfc3339(span.since))
            self.wake()
        return issued

    def _parts(
        self,
        chat: Chat,
        said: tuple[Message, ...],
        span: Window,
        appointed: datetime,
        letter: str,
    ) -> list[NewDelivery]:
        name = f"{letter}{appointed:%Y-%m-%dT%H:%M}"
        return [
            NewDelivery(
                chat.id,
                chat.digest_thread,
                DeliveryKind.DIGEST,
                f"{name}/{number}",
                payload={
                    "html": one.html,
                    "keyboard": [
                        [[button.label, button.press, button.url] for button in row]
                        for row in one.keyboard
                    ],
                    # A weekly digest has no window of its own to give back.
                    **({} if letter else {"from": to_ms(span.since)}),
                },
            )
            for number, one in enumerate(said, 1)
        ]

    async def _rendered(
        self,
        chat: Chat,
        span: Window,
        now: datetime,
        *,
        only: frozenset[StoryId] | None = None,
        queries: tuple[str, ...] = (),
        weekly: bool = False,
    ) -> tuple[Message, ...]:
        shelf = await self._shelf(span, keep=span.until <= now - LAG)
        mine, muted = await self._db.read(concerns, chat, span, only)
        chosen = digest.choose(shelf, span, mine=mine, muted=muted, only_mine=only is not None)
        if not chosen.shown and only is None and not chat.digest_when_empty:
            return ()
        return render.digest(
            chosen.sections,
            chat,
            since=span.since,
            until=span.until,
            now=now,
            total=chosen.total,
            queries=queries,
            weekly=weekly,
        )

    async def _shelf(self, span: Window, *, keep: bool) -> Shelf:
        """Rank a window; one that is over stays as it is and may be kept."""
        if (kept := self._shelves.get(span)) is not None:
            return kept
        shelf = await self._db.read(shelf_of, span)
        if keep:
            self._shelves[span] = shelf
            while len(self._shelves) > SHELVES_KEPT:
                self._shelves.popitem(last=False)
        return shelf


def shelf_of(db: Connection, span: Window) -> Shelf:
    """Read and rank the stories of a window."""
    ids = stories.between(db, span.since, span.until, limit=MOST_STORIES)
    ranked = digest.shelve(stories.by_ids(db, ids), editions.countries(db, ids), span)
    return Shelf(ranked[:RANKED_KEPT], len(ranked))


def concerns(
    db: Connection, chat: Chat, span: Window, only: frozenset[StoryId] | None
) -> tuple[tuple[Shelved, ...], frozenset[StoryId]]:
    """Return the stories of a window that met the chat's queries, ranked, and those it muted.

    ``only`` names the stories instead of the queries.
    """
    if only is None:
        met = matches.of_chat(db, chat.id, None, span.since, span.until)
        ids = list(dict.fromkeys(one.story_id for one in met))[:MOST_MINE]
    else:
        ids = sorted(only, reverse=True)[:MOST_MINE]
    mine = digest.shelve(stories.by_ids(db, ids), editions.countries(db, ids), span)
    return mine, chats.muted(db, chat.id)
