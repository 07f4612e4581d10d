"""Digests: when they come, what they cover, what they choose, in which order (pure)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log2

from storage.local_time import instant, zone
from storage.model import Chat, Item, Story, StoryId
from storage.outbox.digests import NamedCountries
from watchers.stories import Gravity, gravest

HOME = ("KZ", "KG", "UZ", "TJ", "TM", "RU")
"""The countries that digests are grouped by, the smaller press before the larger in a tie."""

MOST_LINES = 12
"""Stories on a page: about two screens of a phone."""

MOST_LINES_WEEKLY = 15

MOST_OWN = 8
"""Of a page's lines so many at most are of the reader's own topics, while there is other news."""

MOST_IN_COUNTRY = 4
"""Of a page's other lines so many at most are one country's, while others have any."""

LONGEST = timedelta(days=7)
"""A chat back after months is told the last week, not its whole absence."""

LATE_BY = timedelta(minutes=15)
"""Up to this the window ends at the appointed minute, so that readers share one window."""

WEEKLY_AT = 10 * 60
"""When a chat without daily digests gets its weekly one."""

# What a story weighs, in doublings of its publishers: told by two it weighs 2, by four 3.

MOST_GRAVE = 6.0
"""The heaviest toll's weight: 63 people killed and more."""

MOST_GRAVE_ALONE = 2.0
"""What one publisher alone tells may be a slip of the pen."""

INJURED = 0.5
"""An injured person weighs half of a dead one."""

STRONG = 4.5
"""An earthquake's magnitude weighs as much as it is above this; a weaker one nothing."""

DISASTER = 1.0
"""Fire, flood, explosion, crash, attack: where nothing says how many it harmed."""

PLAY = 1.5
"""Sport and entertainment weigh so much less, but for whom they are their own topic."""

HEADLINES = 8
"""So many tellings of a story are looked at for what it is about."""


# --- when ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DigestSlot:
    """A digest's appointed time, and which kinds fall on it."""

    at: datetime
    daily: bool = True
    weekly: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """What a digest covers: [since, until)."""

    since: datetime
    until: datetime


def next_slot(chat: Chat, after: datetime) -> DigestSlot | None:
    """Return the first digest strictly after a moment, or None where a chat wants none."""
    today = after.astimezone(zone(chat.time_zone)).date()
    # A week and a day: an evening in one zone is the next morning in another.
    for ahead in range(-1, 9):
        coming = [one for one in slots_of(chat, today + timedelta(days=ahead)) if one.at > after]
        if coming:
            return min(coming, key=lambda one: one.at)
    return None


def slots_of(chat: Chat, day: date) -> list[DigestSlot]:
    """Return a day's digests by the chat's own calendar.

    Times that a change to summer time makes coincide are one digest.
    """
    weekly = chat.weekly_day == day.isoweekday()
    times = sorted(set(chat.digest_times)) if day.isoweekday() in chat.digest_days else []
    found = {
        at: DigestSlot(at, daily=True)
        for at in (instant(day, one, chat.time_zone) for one in times)
    }
    if weekly:
        at = min(found, default=instant(day, WEEKLY_AT, chat.time_zone))
        found[at] = DigestSlot(at, daily=at in found, weekly=True)
    return list(found.values())


def next_at(chat: Chat, after: datetime) -> datetime | None:
    """Return when a chat's next digest is due: what settings write into ``next_digest_at``."""
    edition = next_slot(chat, after)
    return edition.at if edition else None


def slot_at(chat: Chat, at: datetime) -> DigestSlot:
    """Return the digest appointed for exactly this moment; a plain one if settings changed."""
    edition = next_slot(chat, at - timedelta(microseconds=1))
    return edition if edition is not None and edition.at == at else DigestSlot(at)


def window(chat: Chat, appointed: datetime, now: datetime) -> Window:
    """Return what the digest due now covers: from where the last one ended, without a gap.

    On time it ends at the appointed minute; after an outage, now.
    """
    until = appointed if now - appointed <= LATE_BY else now
    since = chat.digest_from or chat.created_at or until - timedelta(days=1)
    return Window(max(min(since, until), until - LONGEST), until)


# --- what ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RankedStory:
    """A story with what its rank depends on, computed once for all readers of a window.

    ``weight`` is its rank among a reader's own topics, ``score`` in the news of the region.
    """

    story: Story
    country: str
    families: int
    weight: float
    score: float


@dataclass(frozen=True, slots=True)
class RankedWindow:
    """A window's stories: the best ones ranked, and how many there were in all."""

    ranked: tuple[RankedStory, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Dealt:
    """A story on a page: under its country, or ``own``: under the reader's own topics."""

    story: Story
    country: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Digest:
    """What there is for a chat: its own topics' stories and the others, best first each.

    ``total`` is how many stories there were to choose of, those among them that came as alerts
    (``told``) not counted.
    """

    window: Window
    own: tuple[RankedStory, ...] = ()
    others: tuple[RankedStory, ...] = ()
    told: tuple[StoryId, ...] = ()
    total: int = 0

    @property
    def ranked(self) -> int:
        """How many stories can be shown, page after page."""
        return len(self.own) + len(self.others)


def rank(
    stories: Iterable[Story], named: Mapping[StoryId, NamedCountries], span: Window
) -> tuple[RankedStory, ...]:
    """Rank a window's stories for everybody, best first.

    ``named`` counts the countries that each story's tellings name. What came after the window
    does not count, so that its later pages are ranked as its first was.
    """
    shelved = [
        shelved_one(one, named.get(one.id, NamedCountries()), span)
        for one in {story.id: story for story in stories}.values()
        if one.items
    ]
    return tuple(sorted(shelved, key=by_score))


def shelved_one(story: Story, named: NamedCountries, span: Window) -> RankedStory:
    """Weigh one story by its tellings up to the window's end."""
    items = [one for one in story.items if one.first_seen < span.until] or list(story.items)
    families = len(publishers(items))
    what = gravest((one.title, one.lang) for one in items[:HEADLINES] if one.title)
    fresh = freshness(max(one.first_seen for one in items), span)
    weight = (1.0 + log2(families) + grave(what, families)) * fresh
    play = PLAY if what.play and not what.dead else 0.0
    return RankedStory(story, country(story, named), families, weight, weight - play)


def grave(what: Gravity, families: int) -> float:
    """Weigh what a story is about: twice the dead weigh one point more.

    One person killed weighs as much as twice the publishers.
    """
    harmed = log2(1.0 + what.dead + INJURED * what.injured)
    shaken = max(what.magnitude - STRONG, 0.0)
    broken = DISASTER if what.disaster and not what.magnitude else 0.0
    most = MOST_GRAVE if families > 1 else MOST_GRAVE_ALONE
    return min(max(harmed, shaken, broken), most)


def freshness(told_at: datetime, span: Window) -> float:
    """Return 1 at the window's end and two thirds at its beginning.

    So a great event of the morning stays above gossip of the minute.
    """
    length = max((span.until - span.since).total_seconds(), 1.0)
    age = min(max((span.until - told_at).total_seconds() / length, 0.0), 1.0)
    return 1.0 - age / 3


def publishers(items: Iterable[Item]) -> frozenset[str]:
    """Return the independent publisher families that tell a story; a house's reprints are one."""
    return frozenset(item.outlet.family or item.outlet.name for item in items)


def country(story: Story, named: NamedCountries) -> str:
    """Say which country a story belongs to: its headlines', its texts', its first teller's.

    What a text mentions besides decides only where no headline names a country of the region,
    or where the headlines name two alike. "" is the whole region.
    """
    for counted in (named.headlines, named.texts):
        if home := [code for code in HOME if counted[code]]:
            return max(
                home, key=lambda code: (counted[code], named.texts[code], -HOME.index(code))
            )
    first = story.items[0].outlet.country if story.items else ""
    return first if first in HOME else ""


def choose(
    ranked_window: RankedWindow,
    span: Window,
    *,
    mine: Sequence[RankedStory] = (),
    muted: Collection[StoryId] = (),
    told: Collection[StoryId] = (),
    repeat: bool = False,
) -> Digest:
    """Choose a chat's stories: what met its queries, and beside it the news of the window.

    ``mine`` are the stories that met the chat's queries, in their order (``by_interest``). Muted ones are left out, those that
    came as alerts (``told``) only counted; with ``repeat`` they stand among the others, for they
    are news of the window and none to the reader. No story stands twice.
    """
    here = {
        one.story.id: one for one in (*ranked_window.ranked, *mine) if one.story.id not in muted
    }
    before = {one for one in here if one in told}
    own = [one for one in mine if one.story.id in here and one.story.id not in before]
    first = {one.story.id for one in own} | (set() if repeat else before)
    others = [one for number, one in here.items() if number not in first]
    counted = () if repeat else tuple(one for one in here if one in before)
    left_out = sum(one.story.id in muted for one in ranked_window.ranked)
    return Digest(
        span,
        tuple(own),
        tuple(sorted(others, key=by_score) if repeat else others),
        counted,
        max(ranked_window.total - left_out, len(here)) - len(counted),
    )


def by_interest(
    mine: Iterable[RankedStory], met: Mapping[StoryId, Mapping[str, bool]]
) -> tuple[RankedStory, ...]:
    """Order the stories of a reader's own topics: what headlines tell of them, then mentions.

    ``met`` gives the queries that each story met, and whether in a headline. Among the first a
    further topic weighs as much as twice the publishers.
    """

    def key(one: RankedStory) -> tuple[bool, float, StoryId]:
        queries = met.get(one.story.id, {})
        told = sum(queries.values())
        further = max((told or len(queries)) - 1, 0)
        return bool(queries) and not told, -one.weight - further, one.story.id

    return tuple(sorted(mine, key=key))


def late(story: Story, span: Window) -> datetime | None:
    """Return when a story was told last, where that was before the window it reached us in."""
    told = [one.told_at for one in story.items if one.first_seen < span.until]
    newest = max(told, default=span.since)
    return newest if newest < span.since else None


def by_score(one: RankedStory) -> tuple[float, StoryId]:
    """Order stories in the news of the region: the weightiest first."""
    return -one.score, one.story.id


def deal(
    own: Sequence[RankedStory], others: Sequence[RankedStory], most: int = MOST_LINES
) -> Iterator[tuple[Dealt, ...]]:
    """Deal stories out page by page, each in the order in which it is shown.

    On a page the reader's own topics come first, then countries in the order of their best
    stories. Every page but the last is full.
    """
    first, then = list(own), list(others)
    while first or then:
        mine = min(len(first), max(MOST_OWN, most - len(then)), most)
        picked = pick(then, most - mine)
        sections: dict[str, list[Dealt]] = {}
        for one in picked:
            sections.setdefault(one.country, []).append(Dealt(one.story, one.country))
        yield (
            *(Dealt(one.story, one.country, own=True) for one in first[:mine]),
            *(one for section in sections.values() for one in section),
        )
        first = first[mine:]
        gone = {one.story.id for one in picked}
        then = [one for one in then if one.story.id not in gone]


def pick(ranked: Sequence[RankedStory], most: int) -> list[RankedStory]:
    """Pick the best stories for a page; one country fills it only where no other is left."""
    counted: Counter[str] = Counter()
    picked, passed = list[RankedStory](), list[RankedStory]()
    for one in ranked:
        if len(picked) == most:
            return picked
        if counted[one.country] < MOST_IN_COUNTRY:
            counted[one.country] += 1
            picked.append(one)
        else:
            passed.append(one)
    both = [*picked, *passed[: most - len(picked)]]
    return sorted(both, key=by_score)
