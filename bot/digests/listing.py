"""Lists longer than a message: kept as a row, shown a page at a time, the same whenever asked.

A list is the numbers of its stories in their order. It is kept where everything stands that does
not fit into a button's 64 bytes (``storage.dialogs``), so its pages outlive a restart.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot import render
from bot.conversation import Button, Html, Keyboard, Message
from bot.digests import ranking
from bot.digests.ranking import MOST_LINES, Window
from bot.render import Line
from storage import chats, dialogs, feeds, matches, stats, stories, subscriptions
from storage.database import Database
from storage.model import Chat, ChatId, FeedStatus, Story, StoryId
from storage.outbox import digests, reports
from storage.outbox.deliveries import Issued
from storage.sql import Connection, moment, to_ms
from watchers.text.names import Gazetteer

BEGINNING = '{"stories":'
"""What every kept list begins with, among the other texts that buttons stand for."""

TOLD_BEFORE = timedelta(days=7)
"""How long before a window an alert may have told a story that went on in it."""


class Kind(StrEnum):
    """What a list is of: its head, and whether alerts are marked in it.

    ``REST`` are a digest's later pages alone, as an older program kept them.
    """

    DIGEST = "digest"
    REST = "rest"
    TOLD = "told"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class Listing:
    """Stories in the order in which they are shown; the first one's number is ``first``.

    ``own`` are those under the reader's own topics, ``met`` the queries that they met. ``span``
    is what a digest covers, ``total`` how many stories it was chosen of, ``told`` how many came
    as alerts and are left out, ``query`` what it was asked for. ``head`` stories stand on the
    first page, ``MOST_LINES`` on every other.
    """

    kind: Kind
    stories: tuple[StoryId, ...]
    span: Window
    first: int = 1
    own: tuple[StoryId, ...] = ()
    total: int = 0
    told: int = 0
    query: str = ""
    met: Mapping[StoryId, tuple[str, ...]] = field(default_factory=dict)
    head: int = MOST_LINES

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return 1 + max(0, -(-(len(self.stories) - self.head) // MOST_LINES))

    def bounds(self, page: int) -> tuple[int, int]:
        """Return which of its stories stand on a page: from the first to before the second."""
        ends = self.head + page * MOST_LINES
        return (ends - MOST_LINES if page else 0), ends


def written(one: Listing) -> str:
    """Write a list down."""
    return json.dumps(
        {
            "stories": one.stories,  # first: BEGINNING
            "kind": one.kind,
            "since": to_ms(one.span.since),
            "until": to_ms(one.span.until),
            "first": one.first,
            "own": one.own,
            "total": one.total,
            "told": one.told,
            "query": one.query,
            "met": {str(story): queries for story, queries in one.met.items()},
            "head": one.head,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def read(text: str) -> Listing | None:
    """Read a kept list again; None where the text is something else."""
    if not text.startswith(BEGINNING):
        return None
    kept = json.loads(text)
    return Listing(
        kind=Kind(kept["kind"]),
        stories=tuple(map(StoryId, kept["stories"])),
        span=Window(moment(kept["since"]), moment(kept["until"])),
        first=kept["first"],
        own=tuple(map(StoryId, kept["own"])),
        total=kept["total"],
        told=kept["told"],
        query=kept["query"],
        # Lists that an older program kept have neither.
        met={StoryId(int(one)): tuple(met) for one, met in kept.get("met", {}).items()},
        head=kept.get("head", MOST_LINES),
    )


@dataclass(frozen=True, slots=True)
class Reading:
    """Who looks at a list: ``whose`` it is, and how and where the ``reader`` is shown it.

    They differ where a private chat manages a channel. By ``names`` a query meets words.
    """

    whose: Chat
    reader: Chat
    here: ChatId
    bot_username: str = ""
    names: Gazetteer | None = None

    @classmethod
    def of(
        cls, chat: Chat, here: Chat, bot_username: str = "", names: Gazetteer | None = None
    ) -> "Reading":
        """Describe a chat's list that is shown ``here``, in the chat's own language and zone."""
        return cls(chat, replace(chat, kind=here.kind), here.id, bot_username, names)


# --- keeping and showing ----------------------------------------------------------------------


async def opened(
    db: Database,
    listing: Listing,
    reading: Reading,
    now: datetime,
    page: int = 0,
    *,
    turned: bool = False,
) -> tuple[Message, ...]:
    """Keep a list and show a page of it."""
    number = await db.write(dialogs.keep_draft, reading.here, written(listing), now)
    return await shown(db, number, listing, reading, now, page=page, turned=turned)


async def reopened(
    db: Database, number: int, reading: Reading, now: datetime, page: int
) -> tuple[Message, ...] | None:
    """Show a page of a list that was kept, with buttons that turn it; None where it is gone.

    It is the list that was seen last then.
    """
    text = await db.read(dialogs.draft, number, reading.here)
    listing = read(text) if text is not None else None
    if text is None or listing is None:
        return None
    await db.write(dialogs.keep_draft, reading.here, text, now)
    return await shown(db, number, listing, reading, now, page=page, turned=True)


async def shown(
    db: Database,
    number: int,
    listing: Listing,
    reading: Reading,
    now: datetime,
    *,
    page: int,
    turned: bool = False,
) -> tuple[Message, ...]:
    """Render a page of a kept list with the buttons that lead on.

    Under a digest one button brings the others as a message of their own, so that the digest
    stays; that message's pages are ``turned`` in their place.
    """
    page = min(max(page, 0), listing.pages - 1)
    lines = await db.read(lines_of, listing, reading.whose, page)
    chat, language = reading.reader, reading.reader.language
    if listing.query:
        marker = render.Marker.of((listing.query,), reading.names)
        lines = tuple(
            replace(one, snippet=render.snippet(one.story, language, marker)) for one in lines
        )
    turning = render.turn(("dl", number), page, listing.pages)
    if listing.kind is Kind.DIGEST and page == 0:
        more = len(listing.stories) - listing.head
        on = Button(render.more_of(language, more), render.press("dn", number, 1))
        return render.digest(
            lines,
            chat,
            since=listing.span.since,
            until=listing.span.until,
            now=now,
            total=listing.total,
            told_before=listing.told,
            queries=(listing.query,) if listing.query else (),
            quiet=Html() if lines else await db.read(why_quiet, reading.reader),
            keyboard=turning if turned or more <= 0 else ((on,),),
            bot_username=reading.bot_username,
        )
    last = page == listing.pages - 1
    return (
        render.listing(
            head_of(listing, lines, language),
            lines,
            chat,
            foot=foot_of(listing, language) if last else Html(),
            keyboard=turning,
            bot_username=reading.bot_username,
        ),
    )


def head_of(listing: Listing, lines: Iterable[Line], language: str) -> Html:
    """Say what a page lists."""
    if listing.kind in (Kind.TOLD, Kind.FOLDED):
        count = len(listing.stories)
        return render.translate_html(language, f"list.{listing.kind.value}", count=count)
    numbers = [one.number for one in lines] or [listing.first]
    return render.translate_html(
        language, "list.rest", first=numbers[0], last=numbers[-1], count=listing.total
    )


def foot_of(listing: Listing, language: str) -> Html:
    """Say at the end of a digest's last page where the others are."""
    shown_in_all = listing.first - 1 + len(listing.stories)
    if listing.kind in (Kind.TOLD, Kind.FOLDED) or listing.total <= shown_in_all:
        return Html()
    return render.translate_html(language, "list.end", count=listing.total, shown=shown_in_all)


def buttons_to(number: int, count: int, language: str) -> Keyboard:
    """Return the button that leads to a kept list of stories which came as alerts."""
    return ((Button(render.told_of(language, count), render.press("dn", number, 0)),),)


# --- what a page tells ------------------------------------------------------------------------


def lines_of(db: Connection, listing: Listing, chat: Chat, page: int) -> tuple[Line, ...]:
    """Read what a page tells. A story merged away is the other's; muted ones are left out."""
    begin, end = listing.bounds(page)
    places = dict[StoryId, int]()
    for place, one in enumerate(listing.stories[begin:end], begin):
        current = stories.current(db, one)
        if current is not None:
            places.setdefault(current, place)
    muted = chats.muted(db, chat.id)
    found = [one for one in stories.by_ids(db, places) if one.items and one.id not in muted]
    marked = (
        alerts_of(db, chat, listing.span)
        if listing.kind in (Kind.DIGEST, Kind.REST)
        else frozenset()
    )
    own = frozenset(listing.own)
    mine = {one.id: listing.stories[places[one.id]] in own for one in found}
    told = queries_of(db, chat, [one.id for one in found if mine[one.id]])
    # A story that was told before its query was made has met it only as the list was made.
    queries = {
        one.id: told.get(one.id) or listing.met.get(listing.stories[places[one.id]], ())
        for one in found
    }
    sectioned = listing.kind in (Kind.DIGEST, Kind.REST)
    where = countries_of(db, found) if sectioned else {}
    return tuple(
        Line(
            listing.first + places[one.id],
            one,
            where.get(one.id) if sectioned else None,
            mine[one.id],
            queries[one.id] if mine[one.id] else (),
            one.id in marked,
            ranking.late(one, listing.span) if sectioned else None,
        )
        for one in found
    )


def countries_of(db: Connection, found: Iterable[Story]) -> dict[StoryId, str]:
    """Say which country each story belongs to."""
    told = {one.id: one for one in found}
    named = digests.countries(db, told)
    return {number: ranking.country(one, named[number]) for number, one in told.items()}


def alerts_of(db: Connection, chat: Chat, span: Window) -> frozenset[StoryId]:
    """Return the stories that came to a chat as alerts before a window's end."""
    return reports.told(db, chat.id, span.since - TOLD_BEFORE, span.until)


def queries_of(
    db: Connection, chat: Chat, wanted: Iterable[StoryId]
) -> dict[StoryId, tuple[str, ...]]:
    """Return the chat's queries that each of the stories met."""
    known = {one.id: one.query for one in subscriptions.listening_of(db, chat.id)}
    return {
        story: tuple(
            dict.fromkeys(
                known[one.subscription_id]
                for one in matches.of_story(db, chat.id, story)
                if one.subscription_id in known
            )
        )
        for story in wanted
    }


def why_quiet(db: Connection, chat: Chat) -> Html:
    """Say truly why a digest has nothing to tell."""
    states = feeds.count(db)
    polled = {state: n for state, n in states.items() if state is not FeedStatus.PAUSED and n}
    if polled and not polled.keys() - {FeedStatus.ERROR, FeedStatus.GONE}:
        count = sum(polled.values())
        return render.translate_html(chat.language, "digest.sources_ill", count=count)
    if stats.began(db) is None:
        return render.translate_html(chat.language, "digest.no_news")
    topics = subscriptions.listening_of(db, chat.id)
    return render.translate_html(
        chat.language, "digest.quiet" if topics else "digest.quiet_no_topics"
    )


def numbered(listing: Listing, number: int) -> StoryId | None:
    """Return the story that stands under a number in a list."""
    place = number - listing.first
    return listing.stories[place] if 0 <= place < len(listing.stories) else None


def of_issued(issued: Issued) -> Listing:
    """Return the list that a digest shows which came by itself."""
    return Listing(Kind.DIGEST, issued.stories, Window(issued.since, issued.until))


def last_seen(db: Connection, here: ChatId) -> tuple[Listing, datetime] | None:
    """Return the list that was shown last in a chat, and when."""
    found = dialogs.last_draft(db, here, BEGINNING)
    listing = read(found[0]) if found is not None else None
    return (listing, found[1]) if found is not None and listing is not None else None
