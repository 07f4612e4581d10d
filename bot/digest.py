"""Digests: when they come, what they cover, what they choose, in which order (pure)."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log2

from storage.clock import instant, zone
from storage.model import Chat, Item, Story, StoryId

HOME = ("KZ", "KG", "UZ", "TJ", "TM", "RU")
"""The countries that digests are grouped by, the smaller press before the larger in a tie."""

MOST_LINES = 30
MOST_IN_COUNTRY = 10
LONGEST = timedelta(days=7)
"""A chat back after months is told the last week, not its whole absence."""

LATE_BY = timedelta(minutes=15)
"""Up to this the window ends at the appointed minute, so that readers share one window."""

WEEKLY_AT = 10 * 60
"""When a chat without daily digests gets its weekly one."""

MATCHED = 3.0
"""A story that met a reader's query weighs as much as eight more publishers."""


# --- when ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edition:
    """A digest's appointed time, and which kinds fall on it."""

    at: datetime
    daily: bool = True
    weekly: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """What a digest covers: [since, until)."""

    since: datetime
    until: datetime


def next_edition(chat: Chat, after: datetime) -> Edition | None:
    """Return the first digest strictly after a moment, or None where a chat wants none."""
    today = after.astimezone(zone(chat.time_zone)).date()
    # A week and a day: an evening in one zone is the next morning in another.
    for ahead in range(-1, 9):
        coming = [
            one for one in editions_of(chat, today + timedelta(days=ahead)) if one.at > after
        ]
        if coming:
            return min(coming, key=lambda one: one.at)
    return None


def editions_of(chat: Chat, day: date) -> list[Edition]:
    """Return a day's digests by the chat's own calendar.

    Times that a change to summer time makes coincide are one digest.
    """
    weekly = chat.weekly_day == day.isoweekday()
    times = sorted(set(chat.digest_times)) if day.isoweekday() in chat.digest_days else []
    found = {
        at: Edition(at, daily=True) for at in (instant(day, one, chat.time_zone) for one in times)
    }
    if weekly:
        at = min(found, default=instant(day, WEEKLY_AT, chat.time_zone))
        found[at] = Edition(at, daily=at in found, weekly=True)
    return list(found.values())


def next_at(chat: Chat, after: datetime) -> datetime | None:
    """Return when a chat's next digest is due: what settings write into ``next_digest_at``."""
    edition = next_edition(chat, after)
    return edition.at if edition else None


def comes(chat: Chat) -> bool:
    """Tell whether any digest comes to a chat by itself."""
    return bool((chat.digest_times and chat.digest_days) or chat.weekly_day)


def edition_at(chat: Chat, at: datetime) -> Edition:
    """Return the digest appointed for exactly this moment; a plain one if settings changed."""
    edition = next_edition(chat, at - timedelta(microseconds=1))
    return edition if edition is not None and edition.at == at else Edition(at)


def window(chat: Chat, appointed: datetime, now: datetime) -> Window:
    """Return what the digest due now covers: from where the last one ended, without a gap.

    On time it ends at the appointed minute; after an outage, now.
    """
    until = appointed if now - appointed <= LATE_BY else now
    since = chat.digest_from or chat.created_at or until - timedelta(days=1)
    return Window(max(min(since, until), until - LONGEST), until)


# --- what ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shelved:
    """A story with what its rank depends on, computed once for all readers of a window."""

    story: Story
    country: str
    families: int
    score: float


@dataclass(frozen=True, slots=True)
class Shelf:
    """A window's stories: the best ones ranked, and how many there were in all."""

    ranked: tuple[Shelved, ...] = ()
    total: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    """The chosen stories by country, best first; ``total`` is how many there were to choose of."""

    window: Window
    sections: tuple[tuple[str, tuple[Story, ...]], ...]
    total: int

    @property
    def shown(self) -> int:
        """How many stories were chosen."""
        return sum(len(stories) for _, stories in self.sections)


def shelve(
    stories: Iterable[Story], named: Mapping[StoryId, Counter[str]], span: Window
) -> tuple[Shelved, ...]:
    """Rank a window's stories for everybody, best first.

    ``named`` counts the countries (upper-case ISO codes) that each story's tellings name.
    """
    shelved = [
        Shelved(
            one,
            country(one, named.get(one.id, Counter())),
            (families := len(publishers(one.items))),
            score(one, families, span),
        )
        for one in {story.id: story for story in stories}.values()
        if one.items
    ]
    return tuple(sorted(shelved, key=lambda one: (-one.score, one.story.id)))


def score(story: Story, families: int, span: Window) -> float:
    """Weigh a story: how many independent publishers tell it, and how fresh it is.

    Twice the publishers weigh one point more; from the window's end to its beginning a story
    loses up to a third, so that a great event of the morning stays above gossip of the minute.
    """
    length = max((span.until - span.since).total_seconds(), 1.0)
    age = min(max((span.until - story.updated_at).total_seconds() / length, 0.0), 1.0)
    return (1.0 + log2(max(families, 1))) * (1.0 - age / 3)


def publishers(items: Iterable[Item]) -> frozenset[str]:
    """Return the independent publisher families that tell a story; a house's reprints are one."""
    return frozenset(item.outlet.family or item.outlet.name for item in items)


def country(story: Story, named: Counter[str]) -> str:
    """Say which country a story belongs to: the one its tellings name, else its first teller's.

    "" is the whole region.
    """
    if home := {code: count for code in HOME if (count := named.get(code, 0))}:
        return max(home, key=lambda code: (home[code], -HOME.index(code)))
    first = story.items[0].outlet.country if story.items else ""
    return first if first in HOME else ""


def choose(
    shelf: Shelf,
    span: Window,
    *,
    mine: Sequence[Shelved] = (),
    muted: Collection[StoryId] = (),
    only_mine: bool = False,
    most: int = MOST_LINES,
) -> Digest:
    """Choose a chat's stories: its own queries' first in weight, grouped by country.

    ``mine`` are the stories that met the chat's queries. A country's section stands where its
    best story would; no story stands twice.
    """
    matched = {one.story.id for one in mine}
    weighed = {
        one.story.id: (one.score + (MATCHED if one.story.id in matched else 0.0), one)
        for one in (*(() if only_mine else shelf.ranked), *mine)
        if one.story.id not in muted
    }
    ranked = sorted(weighed.values(), key=lambda pair: (-pair[0], pair[1].story.id))
    sections: dict[str, list[Story]] = {}
    shown = 0
    for _, one in ranked:
        section = sections.setdefault(one.country, [])
        if len(section) < MOST_IN_COUNTRY or one.story.id in matched:
            section.append(one.story)
            shown += 1
        if shown >= most:
            break
    total = len(ranked) if only_mine else max(shelf.total, len(ranked))
    return Digest(span, tuple((code, tuple(one)) for code, one in sections.items()), total)
