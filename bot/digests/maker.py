"""The digest maker: digests made at their time, shown in advance, or asked for."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

from bot import render
from bot.conversation import Html, Message
from bot.digests import ranking
from bot.digests.listing import (
    Kind,
    Listing,
    Reading,
    alerts_of,
    buttons_to,
    opened,
    why_quiet,
    written,
)
from bot.digests.ranking import Dealt, Digest, RankedStory, RankedWindow, Window
from storage import chats, dialogs, matches, stories, subscriptions
from storage.database import Database
from storage.errors import NewsError
from storage.local_time import rfc3339
from storage.model import Chat, ChatKind, Story, StoryId
from storage.outbox import digests
from storage.outbox.deliveries import Delivery, DeliveryKind, DigestPart, Issued, NewDelivery
from storage.outbox.digests import NamedCountries
from storage.sql import Connection
from watchers import keywords, search
from watchers.text.names import Gazetteer

log = structlog.get_logger(__name__)

AT_ONCE = 200
"""Chats whose digests are made in one round; the next round follows at once."""

SHELVES_KEPT = 4
"""Windows kept ranked: all readers of 08:00 in one zone share one."""

MOST_STORIES = 2000
RANKED_KEPT = 200
"""Of a window's stories so many are kept ranked; a reader's own are read beside them."""

MOST_MINE = 100
MOST_TRIED = 8
"""So many tellings of a story are looked through for a headline that meets a query."""

LAG = timedelta(seconds=5)
"""An item seen just before the window's end may be written just after it; we wait for it."""

INSTANT = timedelta(milliseconds=1)
"""Who asks now wants what was seen this very moment, too."""

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


Met: TypeAlias = Mapping[StoryId, Mapping[str, bool]]
"""The queries that stories met, each with whether a headline did."""


@dataclass(frozen=True, slots=True)
class Concerns:
    """What a window has to do with a chat.

    ``mine`` are the stories that met its queries, ``queries`` which ones, and whether in a
    headline; ``told`` came to it as alerts, ``muted`` it wants to hear no more of.
    """

    mine: tuple[RankedStory, ...] = ()
    queries: Met = field(default_factory=dict)
    told: frozenset[StoryId] = frozenset()
    muted: frozenset[StoryId] = frozenset()


class DigestService:
    """Makes digests. ``round`` is called by a tick; ``preview`` and ``on_demand`` by commands."""

    def __init__(
        self, db: Database, clock: Callable[[], datetime], wake: Callable[[], None] = lambda: None
    ) -> None:
        """Begin with nothing ranked."""
        self._db = db
        self._clock = clock
        self.wake = wake
        """Called after parts were owed; the composition root ties it to the deliverer."""
        self.bot_username: Callable[[], str] = lambda: ""
        """To whom a channel's lines lead, "" while nobody knows; tied like ``wake``."""
        self.names: Callable[[], Gazetteer | None] = lambda: None
        """By which names queries meet words, the catalogue's while nobody says; tied likewise."""
        self._shelves: OrderedDict[Window, RankedWindow] = OrderedDict()

    async def round(self) -> int:
        """Make every digest that is due; return how many. Appoint those nobody appointed."""
        now = self._clock()
        for chat in await self._db.read(digests.unscheduled, AT_ONCE):
            await self._db.write(digests.schedule, chat, ranking.next_at(chat, now))
        made = 0
        while due := await self._db.read(digests.due, self._clock() - LAG, AT_ONCE):
            issued = [await self._issue(chat) for chat in due]
            made += sum(issued)
            if not any(issued):
                break
        return made

    async def preview(self, reading: Reading) -> tuple[Message, ...]:
        """Show the digest that would come if it came now; nothing moves."""
        now = self._clock()
        span = ranking.window(reading.whose, now + INSTANT, now + INSTANT)
        made, near = await self._made(reading.whose, span)
        if not made.ranked and not (reading.whose.digest_when_empty or made.told):
            return ()
        listing = listed(made, near, told=len(made.told))
        said = await opened(self._db, listing, reading, now)
        if not made.told:
            return said
        before = Listing(Kind.TOLD, made.told, span)
        number = await self._db.write(
            dialogs.keep_draft, reading.here, written(before), now - INSTANT
        )
        to_told = buttons_to(number, len(made.told), reading.reader.language)
        return (*said[:-1], replace(said[-1], keyboard=(*said[-1].keyboard, *to_told)))

    async def on_demand(
        self,
        reading: Reading,
        span: timedelta = DAY,
        *,
        only: frozenset[StoryId] | None = None,
        query: str = "",
    ) -> tuple[Message, ...]:
        """Make the digest of the last while for whoever asks; the window does not move.

        ``only`` restricts it to the stories that a query found. What came as an alert stands in
        it, marked: who asks for the main stories wants the main stories.
        """
        now = self._clock()
        asked = Window(now - span, now + INSTANT)
        made, near = await self._made(reading.whose, asked, only=only, repeat=True, late=False)
        listing = replace(listed(made, near), query=query)
        return await opened(self._db, listing, reading, now)

    async def rest(self, chat: Chat, owed: Delivery) -> Listing | None:
        """List a digest that came by itself with what it left out, ranked as it was then.

        Its first page is the one that came. None where its row tells of no window: an older
        program wrote it.
        """
        if (issued := owed.issued) is None:
            return None
        span = Window(issued.since, issued.until)
        made, near = await self._made(chat, span, repeat=issued.weekly, keep=False)
        shown = frozenset(issued.stories)
        left = replace(
            made,
            own=tuple(one for one in made.own if one.story.id not in shown),
            others=tuple(one for one in made.others if one.story.id not in shown),
        )
        rest = listed(left, near, told=issued.told)
        mine = tuple(one.story.id for one in made.own if one.story.id in shown)
        return replace(
            rest,
            stories=(*issued.stories, *rest.stories),
            own=(*mine, *rest.own),
            head=len(issued.stories),
        )

    async def told(self, chat: Chat, owed: Delivery) -> Listing | None:
        """List what had come as alerts before a digest that came by itself."""
        if (issued := owed.issued) is None:
            return None
        span = Window(issued.since, issued.until)
        made, _ = await self._made(chat, span, keep=False)
        return Listing(Kind.TOLD, made.told, span)

    # --- one chat --------------------------------------------------------------------------

    async def _issue(self, chat: Chat) -> bool:
        now = self._clock()
        appointed = chat.next_digest_at or now
        edition = ranking.slot_at(chat, appointed)
        span = ranking.window(chat, appointed, now)
        parts: list[NewDelivery] = []
        if edition.daily and chat.digest_times:
            parts += await self._parts(chat, span, now, appointed)
        if edition.weekly:
            week = Window(span.until - WEEK, span.until)
            parts += await self._parts(chat, week, now, appointed, weekly=True)
        until, then = span.until, ranking.next_at(chat, max(appointed, now))
        issued = await self._db.write(digests.issue, chat, parts, now, until=until, next_at=then)
        if issued:
            log.info("digest", chat=chat.id, parts=len(parts), since=rfc3339(span.since))
            self.wake()
        return issued

    async def _parts(
        self, chat: Chat, span: Window, now: datetime, appointed: datetime, *, weekly: bool = False
    ) -> list[NewDelivery]:
        """Render a digest as the rows that will bring it; none where there is nothing to say."""
        made, near = await self._made(chat, span, repeat=weekly)
        most = ranking.MOST_LINES_WEEKLY if weekly else ranking.MOST_LINES
        page = next(ranking.deal(made.own, made.others, most), ())
        if not page and not chat.digest_when_empty:
            return []
        said = render.digest(
            lines(page, near, chat, span, marked=weekly),
            chat,
            since=span.since,
            until=span.until,
            now=now,
            total=made.total,
            told_before=len(made.told),
            weekly=weekly,
            quiet=Html() if page else await self._db.read(why_quiet, chat),
            bot_username=self.bot_username(),
        )
        issued = Issued(
            span.since,
            span.until,
            tuple(one.story.id for one in page),
            made.ranked - len(page),
            len(made.told),
            weekly,
        )
        name = f"{'w' if weekly else ''}{appointed:%Y-%m-%dT%H:%M}"
        return [
            NewDelivery(
                chat.id,
                chat.digest_thread,
                DeliveryKind.DIGEST,
                f"{name}/{number}",
                payload=DigestPart(
                    one.html,
                    # A weekly digest has no window of its own to give back.
                    window_from=None if weekly else span.since,
                    # The last part is the one with the buttons.
                    issued=issued if number == len(said) else None,
                ),
            )
            for number, one in enumerate(said, 1)
        ]

    async def _made(
        self,
        chat: Chat,
        span: Window,
        *,
        only: frozenset[StoryId] | None = None,
        repeat: bool = False,
        keep: bool = True,
        late: bool = True,
    ) -> tuple[Digest, Concerns]:
        """Choose a chat's stories of a window; ``repeat`` those too that came as alerts.

        ``keep`` lets other chats share the window's ranking once it is over. ``late`` are the
        stories of before the window that reached us only within it: a digest that comes by
        itself tells them, for no other does; who asks for a day is given that day.
        """
        keep = keep and late and span.until <= self._clock() - LAG
        if only is None:
            ranked_window = await self._shelf(span, keep=keep, late=late)
            before = await self._met_before(chat, span)
        else:
            ranked_window, before = RankedWindow(), {}
        near = await self._db.read(concerns, chat, span, only=only, before=before, late=late)
        if only is not None:  # all of it is the reader's own topic, so none of it is marked so
            ranked = sorted(near.mine, key=lambda one: (-one.weight, one.story.id))
            ranked_window, near = RankedWindow(tuple(ranked), len(ranked)), replace(near, mine=())
        made = ranking.choose(
            ranked_window, span, mine=near.mine, muted=near.muted, told=near.told, repeat=repeat
        )
        return made, near

    async def _met_before(self, chat: Chat, span: Window) -> Met:
        """Find what a chat's queries meet of a window within which they were made.

        What was told before that has met none of them: nobody had asked.
        """
        found: dict[StoryId, dict[str, bool]] = {}
        now, names = self._clock(), self.names()
        for one in await self._db.read(subscriptions.listening_of, chat.id):
            if one.created_at is None or not span.since < one.created_at < span.until:
                continue
            try:
                query = keywords.parse_cached(one.query, names)
            except NewsError:
                continue  # written by an older program
            page = await search.find(
                self._db, query, now=now, limit=MOST_MINE, since=span.since, names=names
            )
            for story in page.stories:
                told = search.in_headline(query, story.items[:MOST_TRIED], now, names)
                found.setdefault(story.id, {})[one.query] = told
        return found

    async def _shelf(self, span: Window, *, keep: bool, late: bool) -> RankedWindow:
        """Rank a window; one that is over stays as it is and may be kept."""
        if late and (kept := self._shelves.get(span)) is not None:
            return kept
        found, named = await self._db.read(stories_of, span, late=late)
        # Weighing thousands of headlines takes a while: beside the loop and the reading.
        ranked = await asyncio.to_thread(ranking.rank, found, named, span)
        ranked_window = RankedWindow(ranked[:RANKED_KEPT], len(ranked))
        if keep:
            self._shelves[span] = ranked_window
            while len(self._shelves) > SHELVES_KEPT:
                self._shelves.popitem(last=False)
        return ranked_window


def stories_of(
    db: Connection, span: Window, *, late: bool
) -> tuple[tuple[Story, ...], dict[StoryId, NamedCountries]]:
    """Read the stories of a window, and the countries that they name."""
    ids = stories.between(db, span.since, span.until, limit=MOST_STORIES, late=late)
    return stories.by_ids(db, ids), digests.countries(db, ids)


def concerns(
    db: Connection,
    chat: Chat,
    span: Window,
    *,
    only: frozenset[StoryId] | None,
    before: Met,
    late: bool,
) -> Concerns:
    """Return what a window has to do with a chat; ``only`` names the stories, not the queries.

    ``before`` is what queries would have met that were not made yet.
    """
    muted = chats.muted(db, chat.id)
    told = alerts_of(db, chat, span)
    queries: dict[StoryId, dict[str, bool]] = {}
    if only is None:
        met = met_by(db, chat, span, before)
        ids = stories.between(
            db, span.since, span.until, limit=len(met), late=late, among=list(met)
        )
        queries = {one: met[one] for one in ids}
        # What is news to the reader first, should there be more than are read.
        ids = sorted(queries, key=lambda one: one in told)[:MOST_MINE]
    else:
        ids = sorted(only, reverse=True)[:MOST_MINE]
    mine = ranking.rank(stories.by_ids(db, ids), digests.countries(db, ids), span)
    return Concerns(ranking.by_interest(mine, queries), queries, told, muted)


def met_by(
    db: Connection, chat: Chat, span: Window, before: Met
) -> dict[StoryId, dict[str, bool]]:
    """Return the stories of a window that met a chat's queries."""
    met = {story: dict(queries) for story, queries in before.items()}
    known = {one.id: one.query for one in subscriptions.listening_of(db, chat.id)}
    for one in matches.of_chat(db, chat.id, None, span.since, span.until) if known else ():
        if (query := known.get(one.subscription_id)) is not None:
            queries = met.setdefault(one.story_id, {})
            queries[query] = queries.get(query, False) or one.in_headline
    return met


def lines(
    page: Sequence[Dealt], near: Concerns, chat: Chat, span: Window, *, marked: bool
) -> tuple[render.Line, ...]:
    """Give the first page's stories their numbers; a channel's readers no queries of its owner."""
    private = chat.kind is not ChatKind.CHANNEL
    return tuple(
        render.Line(
            number,
            one.story,
            one.country,
            one.own,
            tuple(near.queries.get(one.story.id, ())) if one.own and private else (),
            marked and one.story.id in near.told,
            ranking.late(one.story, span),
        )
        for number, one in enumerate(page, 1)
    )


def listed(made: Digest, near: Concerns, *, told: int = 0) -> Listing:
    """List a digest's stories in the order of its pages."""
    every = [one for page in ranking.deal(made.own, made.others) for one in page]
    own = tuple(one.story.id for one in every if one.own)
    return Listing(
        Kind.DIGEST,
        tuple(one.story.id for one in every),
        made.window,
        own=own,
        total=made.total,
        told=told,
        met={one: tuple(near.queries[one]) for one in own if one in near.queries},
    )
