"""The digest maker: digests made at their time, shown in advance, or asked for."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from typing import TypeAlias

import structlog

from bot.conversation import Html, Message
from bot.digests import calendar, ranking
from bot.digests.calendar import DigestWindow
from bot.digests.listing import (
    Kind,
    Listing,
    ListView,
    about_country,
    alerts_of,
    buttons_to,
    keep_and_show,
    to_json,
    why_quiet,
)
from bot.digests.official_rates import digest_line
from bot.digests.ranking import Dealt, Digest, RankedStory, RankedWindow
from bot.failures import set_one_aside, survivors
from bot.render import digests as render
from bot.render.digests import StoryLine
from storage import chats, dialogs, matches, stories, subscriptions, wrong_times
from storage.database import Database
from storage.errors import NewsError, StorageError
from storage.local_time import rfc3339
from storage.model import Chat, ChatKind, Story, StoryId
from storage.outbox import digests, reports
from storage.outbox.deliveries import Delivery, DeliveryKind, DigestPart, Issued, NewDelivery
from storage.outbox.digests import NamedCountries
from storage.set_aside import AsideKind
from storage.sql import Connection
from watchers import keywords, search
from watchers.pulse import Pulse
from watchers.taught_names import TaughtNames

log = structlog.get_logger(__name__)

AT_ONCE = 200
"""Chats whose digests are made together; the next ones follow at once."""

WINDOWS_KEPT = 4
"""Windows kept ranked: all readers of 08:00 in one zone share one."""

MOST_STORIES = 2000
RANKED_KEPT = 200
"""Of a window's stories so many are kept ranked; a reader's own are read beside them."""

MOST_MINE = 100
MOST_TRIED = 8
"""So many items of a story are looked through for a headline that matches a query."""

LAG = timedelta(seconds=5)
"""An item seen just before the window's end may be written just after it; we wait for it."""

INSTANT = timedelta(milliseconds=1)
"""Who asks now wants what was seen this very moment, too."""

MOST_APPOINTED = timedelta(hours=25)
"""Daily digests are appointed no farther ahead, on the day that summer time ends; rarer ones are
looked at one by one."""

DAY = timedelta(days=1)
WEEK = timedelta(days=7)


MatchedQueries: TypeAlias = Mapping[StoryId, Mapping[str, bool]]
"""The queries that stories matched, each with whether a headline did."""


@dataclass(frozen=True, slots=True)
class ChatInterests:
    """What a window has to do with a chat.

    ``mine`` are the stories that matched its queries, ``queries`` which ones, and whether in a
    headline; ``alerted`` came to it as alerts, ``muted`` it wants to hear no more of.
    """

    mine: tuple[RankedStory, ...] = ()
    queries: MatchedQueries = field(default_factory=dict)
    alerted: frozenset[StoryId] = frozenset()
    muted: frozenset[StoryId] = frozenset()


class DigestService:
    """Makes digests. ``round`` is called by a tick; ``preview`` and ``on_demand`` by commands."""

    def __init__(
        self,
        db: Database,
        clock: Callable[[], datetime],
        *,
        names: TaughtNames,
        wake: Callable[[], None],
        bot_name: str = "",
    ) -> None:
        """Begin with nothing ranked.

        ``names`` are those by which queries are matched. ``wake`` is called after a digest was
        written to the outbox. Those of ``bot_name``'s chats come by themselves.
        """
        self._db = db
        self._clock = clock
        self._names = names
        self._wake = wake
        self._bot_name = bot_name
        self._windows: OrderedDict[DigestWindow, RankedWindow] = OrderedDict()
        self.pulse = Pulse()
        """Of the digests that come by themselves."""

    async def round(self, bot_username: str = "") -> int:
        """Make every digest that is due; return how many. Schedule those that have no time yet.

        A channel's digest leads its readers to the bot of this name, nowhere where it is "":
        before Telegram was reached for the first time.
        """
        now = self._clock()
        for chat in await self._db.read(digests.unscheduled, AT_ONCE, self._bot_name):
            await self._db.write(digests.schedule, chat, await self._next_at(chat, now))
        made, told = 0, await self._db.read(wrong_times.told_lately)
        while due := await self._db.read(
            digests.due, self._clock() - LAG, AT_ONCE, self._bot_name
        ):
            issued = [await self._issue_or_put_off(chat, bot_username, told) for chat in due]
            made += sum(issued)
            if not any(issued):
                break
        return made

    async def preview(self, view: ListView) -> tuple[Message, ...]:
        """Show the digest that would come if it came now; nothing moves."""
        now = self._clock()
        span = calendar.window(view.whose, now + INSTANT, now + INSTANT)
        digest, interests = await self._choose(view.whose, span)
        if not digest.ranked and not (view.whose.digest_when_empty or digest.alerted):
            return ()
        listing = listed(digest, interests, alerted=len(digest.alerted))
        messages = await keep_and_show(self._db, listing, view, now)
        if not digest.alerted:
            return messages
        before = Listing(Kind.ALERTED, digest.alerted, span)
        number = await self._db.attempt(
            0, dialogs.keep_draft, view.here, to_json(before), now - INSTANT
        )
        if not number:
            return messages
        to_alerted = buttons_to(number, len(digest.alerted), view.reader.language)
        return (
            *messages[:-1],
            replace(messages[-1], keyboard=(*messages[-1].keyboard, *to_alerted)),
        )

    async def on_demand(
        self,
        view: ListView,
        span: timedelta = DAY,
        *,
        only: frozenset[StoryId] | None = None,
        query: str = "",
    ) -> tuple[Message, ...]:
        """Make the digest of the last while for whoever asks; the window does not move.

        ``only`` restricts it to the stories that a query found; those of a country lead with what
        is about it. What came as an alert stands in it, marked: who asks for the main stories
        wants the main stories.
        """
        now = self._clock()
        asked = DigestWindow(now - span, now + INSTANT)
        digest, interests = await self._choose(
            view.whose, asked, only=only, repeat=True, late=False
        )
        code = about_country(query)
        if code:
            digest = replace(digest, others=ranking.of_country(digest.others, code))
        listing = replace(listed(digest, interests, undivided=bool(code)), query=query)
        return await keep_and_show(self._db, listing, view, now)

    async def rest(self, chat: Chat, delivery: Delivery) -> Listing | None:
        """List a digest that came by itself with what it left out, ranked as it was then.

        Its first page is the one that came. None where its row tells of no window: an older
        program wrote it.
        """
        if (issued := delivery.issued) is None:
            return None
        span = DigestWindow(issued.since, issued.until)
        digest, interests = await self._choose(chat, span, repeat=issued.weekly, keep=False)
        shown = frozenset(issued.stories)
        left = replace(
            digest,
            own=tuple(ranked for ranked in digest.own if ranked.story.id not in shown),
            others=tuple(ranked for ranked in digest.others if ranked.story.id not in shown),
        )
        rest = listed(left, interests, alerted=issued.told)
        mine = tuple(ranked.story.id for ranked in digest.own if ranked.story.id in shown)
        return replace(
            rest,
            stories=(*issued.stories, *rest.stories),
            own=(*mine, *rest.own),
            head=len(issued.stories),
        )

    async def alerted_before(self, chat: Chat, delivery: Delivery) -> Listing | None:
        """List what had come as alerts before a digest that came by itself."""
        if (issued := delivery.issued) is None:
            return None
        span = DigestWindow(issued.since, issued.until)
        digest, _ = await self._choose(chat, span, keep=False)
        return Listing(Kind.ALERTED, digest.alerted, span)

    # --- one chat --------------------------------------------------------------------------

    async def _issue_or_put_off(
        self, chat: Chat, bot_username: str, told: datetime | None
    ) -> bool:
        """Make a chat's digest; one that raises is put off to its next time, its window kept."""
        try:
            return await self._issue(chat, bot_username, told)
        except StorageError:
            raise
        except Exception as error:  # noqa: BLE001 (logged whole, and noted)
            now = self._clock()
            await set_one_aside(
                self._db, AsideKind.DIGEST, chat.id, error, now, label=chat.title, chat_id=chat.id
            )
            then = await self._next_at(chat, max(chat.next_digest_at or now, now))
            await self._db.write(digests.issue, chat, (), now, until=None, next_at=then)
            return False

    async def _next_at(self, chat: Chat, after: datetime) -> datetime | None:
        """Return when a chat's next digest is; a day later where its settings make no sense."""
        try:
            return calendar.next_at(chat, after)
        except Exception as error:  # noqa: BLE001 (logged whole, and noted)
            await set_one_aside(
                self._db, AsideKind.CHAT, chat.id, error, after, label=chat.title, chat_id=chat.id
            )
            return after + DAY

    async def draw_back(self) -> None:
        """Bring forward what a wrong clock appointed beyond its turn; nothing is given twice."""
        now = self._clock()
        for chat in await self._db.read(digests.appointed_after, now + MOST_APPOINTED):
            await asyncio.sleep(0)  # there may be many who get one a week
            appointed, then = chat.next_digest_at or now, calendar.next_at(chat, now)
            while (
                then is not None
                and then < appointed
                and await self._db.read(digests.was_given, chat.id, calendar.name_of(then))
            ):
                then = calendar.next_at(chat, then)
            if then is None or then < appointed:
                await self._db.write(digests.bring_forward, chat, then)

    async def _issue(self, chat: Chat, bot_username: str, told: datetime | None = None) -> bool:
        self.pulse.beat()
        began = monotonic()
        now = self._clock()
        appointed = chat.next_digest_at or now
        then = calendar.next_at(chat, max(appointed, now))
        if calendar.is_ahead(chat, now):
            return await self._db.write(digests.issue, chat, [], now, until=None, next_at=then)
        slot = calendar.slot_at(chat, appointed)
        span = calendar.window(chat, appointed, now, told)
        parts: list[NewDelivery] = []
        if slot.daily and chat.digest_times:
            parts += await self._parts(chat, span, now, appointed, bot_username)
        if slot.weekly:
            week = DigestWindow(span.until - WEEK, span.until)
            parts += await self._parts(chat, week, now, appointed, bot_username, weekly=True)
        until = span.until
        issued = await self._db.write(digests.issue, chat, parts, now, until=until, next_at=then)
        if issued:
            log.info(
                "digest",
                chat=chat.id,
                parts=len(parts),
                since=rfc3339(span.since),
                seconds=round(monotonic() - began, 3),
            )
            self._wake()
        return issued

    async def _parts(
        self,
        chat: Chat,
        span: DigestWindow,
        now: datetime,
        appointed: datetime,
        bot_username: str,
        *,
        weekly: bool = False,
    ) -> list[NewDelivery]:
        """Render a digest as the rows that will bring it; none where there is nothing to say."""
        digest, interests = await self._choose(chat, span, repeat=weekly)
        most = ranking.MOST_LINES_WEEKLY if weekly else ranking.MOST_LINES
        page = next(ranking.deal(digest.own, digest.others, most), ())
        if not page and not chat.digest_when_empty:
            return []
        told = lines(page, interests, chat, span, marked=weekly)
        write = partial(
            render.digest,
            chat=chat,
            since=span.since,
            until=span.until,
            now=now,
            total=digest.total,
            told_before=len(digest.alerted),
            weekly=weekly,
            quiet=Html() if page else await self._db.read(why_quiet, chat),
            rates=await self._db.read(digest_line, chat, now) if chat.digest_rates else Html(),
            bot_username=bot_username,
        )
        try:
            messages = write(told)
        except Exception:
            log.exception("digest written line by line", chat=chat.id)
            told = tuple(survivors(told, lambda line: write((line,))))
            messages = write(told)
        issued = Issued(
            span.since,
            span.until,
            tuple(line.story.id for line in told),
            digest.ranked - len(told),
            len(digest.alerted),
            weekly,
        )
        name = f"{'w' if weekly else ''}{calendar.name_of(appointed)}"
        return [
            NewDelivery(
                chat.id,
                chat.digest_thread,
                DeliveryKind.DIGEST,
                f"{name}/{number}",
                payload=DigestPart(
                    message.html,
                    # A weekly digest has no window of its own to give back.
                    window_from=None if weekly else span.since,
                    # The last part is the one with the buttons.
                    issued=issued if number == len(messages) else None,
                ),
            )
            for number, message in enumerate(messages, 1)
        ]

    async def _choose(
        self,
        chat: Chat,
        span: DigestWindow,
        *,
        only: frozenset[StoryId] | None = None,
        repeat: bool = False,
        keep: bool = True,
        late: bool = True,
    ) -> tuple[Digest, ChatInterests]:
        """Choose a chat's stories of a window; ``repeat`` those too that came as alerts.

        ``keep`` lets other chats share the window's ranking once it is over. ``late`` are the
        stories of before the window that reached us only within it: a digest that comes by
        itself tells them, for no other does; who asks for a day is given that day.
        """
        keep = keep and late and span.until <= self._clock() - LAG
        if only is None:
            ranked_window = await self._ranked_window(span, keep=keep, late=late)
            before = await self._matched_earlier(chat, span)
        else:
            ranked_window, before = RankedWindow(), {}
        interests = await self._db.read(
            interests_of, chat, span, only=only, before=before, late=late
        )
        if only is not None:  # all of it is the reader's own topic, so none of it is marked so
            ranked = sorted(interests.mine, key=lambda ranked: (-ranked.weight, ranked.story.id))
            ranked_window, interests = (
                RankedWindow(tuple(ranked), len(ranked)),
                replace(interests, mine=()),
            )
        digest = ranking.choose(
            ranked_window,
            span,
            mine=interests.mine,
            muted=interests.muted,
            alerted=interests.alerted,
            repeat=repeat,
        )
        return digest, interests

    async def _matched_earlier(self, chat: Chat, span: DigestWindow) -> MatchedQueries:
        """Find what a chat's queries match in a window within which they were made.

        What came before that has no matches in the rows: nobody had asked.
        """
        found: dict[StoryId, dict[str, bool]] = {}
        now, names = self._clock(), self._names.current
        for subscription in await self._db.read(subscriptions.listening_of, chat.id):
            if (
                subscription.created_at is None
                or not span.since < subscription.created_at < span.until
            ):
                continue
            try:
                query = keywords.parse_cached(subscription.query, names)
                page = await search.find(
                    self._db, query, now=now, limit=MOST_MINE, since=span.since, names=names
                )
                headed = {
                    story.id: search.in_headline(query, story.items[:MOST_TRIED], now, names)
                    for story in page.stories
                }
            except StorageError:
                raise
            except NewsError:
                continue  # written by an older program: the ingester notes it
            except Exception as error:  # noqa: BLE001 (logged whole, and noted)
                await set_one_aside(
                    self._db,
                    AsideKind.SUBSCRIPTION,
                    subscription.id,
                    error,
                    now,
                    label=subscription.query,
                    chat_id=chat.id,
                )
                continue
            for story_id, in_headline in headed.items():
                found.setdefault(story_id, {})[subscription.query] = in_headline
        return found

    async def _ranked_window(self, span: DigestWindow, *, keep: bool, late: bool) -> RankedWindow:
        """Rank a window; one that is over stays as it is and may be kept."""
        if late and (kept := self._windows.get(span)) is not None:
            return kept
        found, named = await self._db.read(stories_of, span, late=late)
        # Weighing thousands of headlines takes a while: beside the loop and the database.
        ranked = await asyncio.to_thread(ranked_each, found, named, span)
        ranked_window = RankedWindow(ranked[:RANKED_KEPT], len(ranked))
        if keep:
            self._windows[span] = ranked_window
            while len(self._windows) > WINDOWS_KEPT:
                self._windows.popitem(last=False)
        return ranked_window


def ranked_each(
    found: Sequence[Story], named: Mapping[StoryId, NamedCountries], span: DigestWindow
) -> tuple[RankedStory, ...]:
    """Rank a window's stories; one that raises is left out of everybody's digest, alone."""
    try:
        return ranking.rank(found, named, span)
    except Exception:
        log.exception("stories ranked one by one")
        good = survivors(found, lambda story: ranking.rank([story], named, span))
        return ranking.rank(good, named, span)


def stories_of(
    db: Connection, span: DigestWindow, *, late: bool
) -> tuple[tuple[Story, ...], dict[StoryId, NamedCountries]]:
    """Read the stories of a window, and the countries that they name."""
    ids = stories.between(db, span.since, span.until, limit=MOST_STORIES, late=late)
    return stories.by_ids(db, ids), digests.countries(db, ids)


def interests_of(
    db: Connection,
    chat: Chat,
    span: DigestWindow,
    *,
    only: frozenset[StoryId] | None,
    before: MatchedQueries,
    late: bool,
) -> ChatInterests:
    """Return what a window has to do with a chat; ``only`` names the stories, not the queries.

    ``before`` is what queries would have matched that were not made yet.
    """
    muted = chats.muted(db, chat.id)
    alerted = alerts_of(db, chat, span)
    queries: dict[StoryId, dict[str, bool]] = {}
    if only is None:
        matched = matches_by_story(db, chat, span, before)
        left = left_here(db, chat, span, matched) if late else ()
        ids = stories.between(
            db, span.since, span.until, limit=len(matched), late=late, among=list(matched)
        )
        ids = list(dict.fromkeys((*ids, *left)))
        queries = {story_id: matched[story_id] for story_id in ids}
        # What is news to the reader first, should there be more than are read.
        ids = sorted(queries, key=lambda story_id: story_id in alerted)[:MOST_MINE]
    else:
        ids = sorted(only, reverse=True)[:MOST_MINE]
    mine = ranked_each(stories.by_ids(db, ids), digests.countries(db, ids), span)
    return ChatInterests(ranking.by_interest(mine, queries), queries, alerted, muted)


def left_here(
    db: Connection, chat: Chat, span: DigestWindow, matched: dict[StoryId, dict[str, bool]]
) -> tuple[StoryId, ...]:
    """Return the stories that came too late for an alert; add to ``matched`` what they met.

    They may have come before the window, as part of another story.
    """
    known = {one.id: one.query for one in subscriptions.listening_of(db, chat.id)}
    left = reports.left_to_digest(db, chat.id, span.since, span.until)
    for story_id in left:
        for match in matches.of_story(db, chat.id, story_id):
            if (query := known.get(match.subscription_id)) is not None:
                queries = matched.setdefault(story_id, {})
                queries[query] = queries.get(query, False) or match.in_headline
    return tuple(story_id for story_id in left if story_id in matched)


def matches_by_story(
    db: Connection, chat: Chat, span: DigestWindow, before: MatchedQueries
) -> dict[StoryId, dict[str, bool]]:
    """Return the stories of a window that matched a chat's queries."""
    matched = {story: dict(queries) for story, queries in before.items()}
    known = {
        subscription.id: subscription.query
        for subscription in subscriptions.listening_of(db, chat.id)
    }
    for match in matches.of_chat(db, chat.id, None, span.since, span.until) if known else ():
        if (query := known.get(match.subscription_id)) is not None:
            queries = matched.setdefault(match.story_id, {})
            queries[query] = queries.get(query, False) or match.in_headline
    return matched


def lines(
    page: Sequence[Dealt],
    interests: ChatInterests,
    chat: Chat,
    span: DigestWindow,
    *,
    marked: bool,
) -> tuple[StoryLine, ...]:
    """Give the first page's stories their numbers; a channel's readers no queries of its owner."""
    private = chat.kind is not ChatKind.CHANNEL
    return tuple(
        StoryLine(
            number,
            dealt.story,
            dealt.country,
            dealt.own,
            tuple(interests.queries.get(dealt.story.id, ())) if dealt.own and private else (),
            marked and dealt.story.id in interests.alerted,
            ranking.late(dealt.story, span),
        )
        for number, dealt in enumerate(page, 1)
    )


def listed(
    digest: Digest, interests: ChatInterests, *, alerted: int = 0, undivided: bool = False
) -> Listing:
    """List a digest's stories in the order of its pages; ``undivided`` into countries."""
    every = [dealt for page in ranking.deal(digest.own, digest.others) for dealt in page]
    if undivided:
        every = [Dealt(ranked.story, ranked.country) for ranked in digest.others]
    own = tuple(dealt.story.id for dealt in every if dealt.own)
    return Listing(
        Kind.DIGEST,
        tuple(dealt.story.id for dealt in every),
        digest.window,
        own=own,
        total=digest.total,
        alerted=alerted,
        matched={
            story_id: tuple(interests.queries[story_id])
            for story_id in own
            if story_id in interests.queries
        },
    )
