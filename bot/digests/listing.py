"""Lists longer than a message: kept as a row, shown a page at a time, the same whenever asked.

A list is the numbers of its stories in their order. It is kept where everything stands that does
not fit into a button's 64 bytes (``storage.dialogs``), so its pages outlive a restart.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.conversation import Button, Html, Keyboard, Message
from bot.digests import ranking
from bot.digests.calendar import DigestWindow
from bot.digests.ranking import MOST_LINES
from bot.render.buttons import press, turn
from bot.render.digests import StoryLine, alerts_label, digest, more_label, story_list
from bot.render.marking import Marker
from bot.render.markup import translate_html
from bot.render.stories import snippet
from storage import chats, dialogs, feeds, matches, stats, stories, subscriptions
from storage.database import Database
from storage.model import Chat, ChatId, FeedStatus, Story, StoryId
from storage.outbox import digests, reports
from storage.outbox.deliveries import Issued
from storage.sql import Connection, moment, to_ms
from watchers.text.names import Gazetteer

BEGINNING = '{"stories":'
"""What every kept list begins with, among the other texts that buttons stand for."""

ALERTED_BEFORE = timedelta(days=7)
"""How long before a window an alert may have come of a story that went on in it."""


_OF_A_COUNTRY = re.compile(r"about:([a-z]{2})")


def about_country(query: str) -> str:
    """Return the upper-case code of the country that a query is ``about:`` and nothing else."""
    found = _OF_A_COUNTRY.fullmatch(query)
    return found[1].upper() if found else ""


class Kind(StrEnum):
    """What a list is of: its head, and whether alerts are marked in it.

    ``REST`` are a digest's later pages alone, as an older program kept them.
    """

    DIGEST = "digest"
    REST = "rest"
    ALERTED = "told"
    FOLDED = "folded"


@dataclass(frozen=True, slots=True)
class Listing:
    """Stories in the order in which they are shown; the first one's number is ``first``.

    ``own`` are those under the reader's own topics, ``matched`` the queries that they matched.
    ``span`` is what a digest covers, ``total`` how many stories it was chosen of, ``alerted`` how
    many came as alerts and are left out, ``query`` what it was asked for. ``head`` stories stand
    on the first page, ``MOST_LINES`` on every other.
    """

    kind: Kind
    stories: tuple[StoryId, ...]
    span: DigestWindow
    first: int = 1
    own: tuple[StoryId, ...] = ()
    total: int = 0
    alerted: int = 0
    query: str = ""
    matched: Mapping[StoryId, tuple[str, ...]] = field(default_factory=dict)
    head: int = MOST_LINES

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return 1 + max(0, -(-(len(self.stories) - self.head) // MOST_LINES))

    def bounds(self, page: int) -> tuple[int, int]:
        """Return which of its stories stand on a page: from the first to before the second."""
        ends = self.head + page * MOST_LINES
        return (ends - MOST_LINES if page else 0), ends


def to_json(listing: Listing) -> str:
    """Write a list down."""
    return json.dumps(
        {
            "stories": listing.stories,  # first: BEGINNING
            "kind": listing.kind,
            "since": to_ms(listing.span.since),
            "until": to_ms(listing.span.until),
            "first": listing.first,
            "own": listing.own,
            "total": listing.total,
            "told": listing.alerted,
            "query": listing.query,
            "met": {str(story): queries for story, queries in listing.matched.items()},
            "head": listing.head,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def from_json(text: str) -> Listing | None:
    """Read a kept list again; None where the text is something else."""
    if not text.startswith(BEGINNING):
        return None
    kept = json.loads(text)
    return Listing(
        kind=Kind(kept["kind"]),
        stories=tuple(map(StoryId, kept["stories"])),
        span=DigestWindow(moment(kept["since"]), moment(kept["until"])),
        first=kept["first"],
        own=tuple(map(StoryId, kept["own"])),
        total=kept["total"],
        alerted=kept["told"],
        query=kept["query"],
        # Lists that an older program kept have neither.
        matched={
            StoryId(int(story)): tuple(queries) for story, queries in kept.get("met", {}).items()
        },
        head=kept.get("head", MOST_LINES),
    )


@dataclass(frozen=True, slots=True)
class ListView:
    """Who looks at a list: ``whose`` it is, and how and where the ``reader`` is shown it.

    They differ where a private chat manages a channel. By ``names`` a query is matched with words.
    """

    whose: Chat
    reader: Chat
    here: ChatId
    bot_username: str = ""
    names: Gazetteer | None = None

    @classmethod
    def of(
        cls, chat: Chat, here: Chat, bot_username: str = "", names: Gazetteer | None = None
    ) -> "ListView":
        """Describe a chat's list that is shown ``here``, in the chat's own language and zone."""
        return cls(chat, replace(chat, kind=here.kind), here.id, bot_username, names)


# --- keeping and showing ----------------------------------------------------------------------


async def keep_and_show(
    db: Database,
    listing: Listing,
    view: ListView,
    now: datetime,
    page: int = 0,
    *,
    turned: bool = False,
) -> tuple[Message, ...]:
    """Keep a list and show a page of it; without buttons where it cannot be kept just now."""
    number = await db.attempt(0, dialogs.keep_draft, view.here, to_json(listing), now)
    return await show_page(db, number, listing, view, now, page=page, turned=turned)


async def show_kept(
    db: Database, number: int, view: ListView, now: datetime, page: int
) -> tuple[Message, ...] | None:
    """Show a page of a list that was kept, with buttons that turn it; None where it is gone.

    It is the list that was seen last then.
    """
    text = await db.read(dialogs.draft, number, view.here)
    listing = from_json(text) if text is not None else None
    if text is None or listing is None:
        return None
    await db.attempt(0, dialogs.keep_draft, view.here, text, now)
    return await show_page(db, number, listing, view, now, page=page, turned=True)


async def show_page(
    db: Database,
    number: int,
    listing: Listing,
    view: ListView,
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
    lines = await db.read(lines_of, listing, view.whose, page)
    chat, language = view.reader, view.reader.language
    if listing.query:
        marker = Marker.of((listing.query,), view.names)
        lines = tuple(
            replace(line, snippet=snippet(line.story, chat, marker), asked=listing.query)
            for line in lines
        )
    turning = turn(("dl", number), page, listing.pages) if number else ()
    if listing.kind is Kind.DIGEST and page == 0:
        more = len(listing.stories) - listing.head
        on = Button(more_label(language, more), press("dn", number, 1))
        return digest(
            lines,
            chat,
            since=listing.span.since,
            until=listing.span.until,
            now=now,
            total=listing.total,
            told_before=listing.alerted,
            queries=(listing.query,) if listing.query else (),
            quiet=Html() if lines else await db.read(why_quiet, view.reader),
            keyboard=turning if turned or more <= 0 or not number else ((on,),),
            bot_username=view.bot_username,
        )
    last = page == listing.pages - 1
    return (
        story_list(
            head_of(listing, lines, language),
            lines,
            chat,
            foot=foot_of(listing, language) if last else Html(),
            keyboard=turning,
            bot_username=view.bot_username,
        ),
    )


def head_of(listing: Listing, lines: Iterable[StoryLine], language: str) -> Html:
    """Say what a page lists."""
    if listing.kind in (Kind.ALERTED, Kind.FOLDED):
        count = len(listing.stories)
        return translate_html(language, f"list.{listing.kind.value}", count=count)
    numbers = [line.number for line in lines] or [listing.first]
    return translate_html(
        language, "list.rest", first=numbers[0], last=numbers[-1], count=listing.total
    )


def foot_of(listing: Listing, language: str) -> Html:
    """Say at the end of a digest's last page where the others are."""
    shown_in_all = listing.first - 1 + len(listing.stories)
    if listing.kind in (Kind.ALERTED, Kind.FOLDED) or listing.total <= shown_in_all:
        return Html()
    return translate_html(language, "list.end", count=listing.total, shown=shown_in_all)


def buttons_to(number: int, count: int, language: str) -> Keyboard:
    """Return the button that leads to a kept list of stories which came as alerts."""
    return ((Button(alerts_label(language, count), press("dn", number, 0)),),)


# --- what a page tells ------------------------------------------------------------------------


def lines_of(db: Connection, listing: Listing, chat: Chat, page: int) -> tuple[StoryLine, ...]:
    """Read what a page tells. A story merged away is the other's; muted ones are left out."""
    begin, end = listing.bounds(page)
    places = dict[StoryId, int]()
    for place, story_id in enumerate(listing.stories[begin:end], begin):
        current = stories.current(db, story_id)
        if current is not None:
            places.setdefault(current, place)
    muted = chats.muted(db, chat.id)
    found = [
        story for story in stories.by_ids(db, places) if story.items and story.id not in muted
    ]
    marked = (
        alerts_of(db, chat, listing.span)
        if listing.kind in (Kind.DIGEST, Kind.REST)
        else frozenset()
    )
    own = frozenset(listing.own)
    mine = {story.id: listing.stories[places[story.id]] in own for story in found}
    matched = queries_of(db, chat, [story.id for story in found if mine[story.id]])
    # A story older than a query has no match in the rows: it was found as the list was made.
    queries = {
        story.id: matched.get(story.id)
        or listing.matched.get(listing.stories[places[story.id]], ())
        for story in found
    }
    sectioned = listing.kind in (Kind.DIGEST, Kind.REST)
    divided = sectioned and not about_country(listing.query)
    where = countries_of(db, found) if divided else {}
    return tuple(
        StoryLine(
            listing.first + places[story.id],
            story,
            where.get(story.id) if divided else None,
            mine[story.id],
            queries[story.id] if mine[story.id] else (),
            story.id in marked,
            ranking.late(story, listing.span) if sectioned else None,
        )
        for story in found
    )


def countries_of(db: Connection, found: Iterable[Story]) -> dict[StoryId, str]:
    """Say which country each story belongs to."""
    by_id = {story.id: story for story in found}
    named = digests.countries(db, by_id)
    return {number: ranking.country(story, named[number]) for number, story in by_id.items()}


def alerts_of(db: Connection, chat: Chat, span: DigestWindow) -> frozenset[StoryId]:
    """Return the stories that came to a chat as alerts before a window's end."""
    return reports.told(db, chat.id, span.since - ALERTED_BEFORE, span.until)


def queries_of(
    db: Connection, chat: Chat, wanted: Iterable[StoryId]
) -> dict[StoryId, tuple[str, ...]]:
    """Return the chat's queries that each of the stories matched."""
    known = {
        subscription.id: subscription.query
        for subscription in subscriptions.listening_of(db, chat.id)
    }
    return {
        story: tuple(
            dict.fromkeys(
                known[match.subscription_id]
                for match in matches.of_story(db, chat.id, story)
                if match.subscription_id in known
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
        return translate_html(chat.language, "digest.sources_ill", count=count)
    if stats.began(db) is None:
        return translate_html(chat.language, "digest.no_news")
    topics = subscriptions.listening_of(db, chat.id)
    return translate_html(chat.language, "digest.quiet" if topics else "digest.quiet_no_topics")


def numbered(listing: Listing, number: int) -> StoryId | None:
    """Return the story that stands under a number in a list."""
    place = number - listing.first
    return listing.stories[place] if 0 <= place < len(listing.stories) else None


def of_issued(issued: Issued) -> Listing:
    """Return the list that a digest shows which came by itself."""
    return Listing(Kind.DIGEST, issued.stories, DigestWindow(issued.since, issued.until))


def last_seen(db: Connection, here: ChatId) -> tuple[Listing, datetime] | None:
    """Return the list that was shown last in a chat, and when."""
    found = dialogs.last_draft(db, here, BEGINNING)
    listing = from_json(found[0]) if found is not None else None
    return (listing, found[1]) if found is not None and listing is not None else None
