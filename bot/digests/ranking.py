"""What a digest tells: which of its window's stories, in which order (pure)."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from math import log2

from bot.digests.calendar import DigestWindow
from storage.model import Item, Story, StoryId
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
"""So many items of a story are looked at for what it is about."""


@dataclass(frozen=True, slots=True)
class RankedStory:
    """A story with what its rank depends on, computed once for all readers of a window.

    ``weight`` is its rank among a reader's own topics, ``score`` in the news of the region;
    ``named`` counts the countries that its items name.
    """

    story: Story
    country: str
    families: int
    weight: float
    score: float
    named: NamedCountries = field(default_factory=NamedCountries)


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
    (``alerted``) not counted.
    """

    window: DigestWindow
    own: tuple[RankedStory, ...] = ()
    others: tuple[RankedStory, ...] = ()
    alerted: tuple[StoryId, ...] = ()
    total: int = 0

    @property
    def ranked(self) -> int:
        """How many stories can be shown, page after page."""
        return len(self.own) + len(self.others)


def rank(
    stories: Iterable[Story], named: Mapping[StoryId, NamedCountries], span: DigestWindow
) -> tuple[RankedStory, ...]:
    """Rank a window's stories for everybody, best first.

    ``named`` counts the countries that each story's items name. What came after the window
    does not count, so that its later pages are ranked as its first was.
    """
    ranked = [
        weighed(story, named.get(story.id, NamedCountries()), span)
        for story in {story.id: story for story in stories}.values()
        if story.items
    ]
    return tuple(sorted(ranked, key=by_score))


def weighed(story: Story, named: NamedCountries, span: DigestWindow) -> RankedStory:
    """Weigh one story by its items up to the window's end."""
    items = [item for item in story.items if item.first_seen < span.until] or list(story.items)
    families = len(publishers(items))
    what = gravest((item.title, item.lang) for item in items[:HEADLINES] if item.title)
    fresh = freshness(max(item.first_seen for item in items), span)
    weight = (1.0 + log2(families) + grave(what, families)) * fresh
    play = PLAY if what.play and not what.dead else 0.0
    return RankedStory(story, country(story, named), families, weight, weight - play, named)


def grave(what: Gravity, families: int) -> float:
    """Weigh what a story is about: twice the dead weigh one point more.

    One person killed weighs as much as twice the publishers.
    """
    harmed = log2(1.0 + what.dead + INJURED * what.injured)
    shaken = max(what.magnitude - STRONG, 0.0)
    broken = DISASTER if what.disaster and not what.magnitude else 0.0
    most = MOST_GRAVE if families > 1 else MOST_GRAVE_ALONE
    return min(max(harmed, shaken, broken), most)


def freshness(told_at: datetime, span: DigestWindow) -> float:
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
    span: DigestWindow,
    *,
    mine: Sequence[RankedStory] = (),
    muted: Collection[StoryId] = (),
    alerted: Collection[StoryId] = (),
    repeat: bool = False,
) -> Digest:
    """Choose a chat's stories: what matched its queries, and beside it the news of the window.

    ``mine`` are the stories that matched the chat's queries, in their order (``by_interest``).
    Muted ones are left out, those that came as alerts (``alerted``) only counted; with ``repeat``
    they stand among the others, for they are news of the window and none to the reader. No story
    stands twice.
    """
    here = {
        ranked_story.story.id: ranked_story
        for ranked_story in (*ranked_window.ranked, *mine)
        if ranked_story.story.id not in muted
    }
    before = {story_id for story_id in here if story_id in alerted}
    own = [
        ranked_story
        for ranked_story in mine
        if ranked_story.story.id in here and ranked_story.story.id not in before
    ]
    first = {ranked_story.story.id for ranked_story in own} | (set() if repeat else before)
    others = [item for number, item in here.items() if number not in first]
    counted = () if repeat else tuple(story_id for story_id in here if story_id in before)
    left_out = sum(ranked_story.story.id in muted for ranked_story in ranked_window.ranked)
    return Digest(
        span,
        tuple(own),
        tuple(sorted(others, key=by_score) if repeat else others),
        counted,
        max(ranked_window.total - left_out, len(here)) - len(counted),
    )


def by_interest(
    mine: Iterable[RankedStory], matched: Mapping[StoryId, Mapping[str, bool]]
) -> tuple[RankedStory, ...]:
    """Order the stories of a reader's own topics: what headlines tell of them, then mentions.

    ``matched`` gives the queries that each story matched, and whether in a headline. Among the
    first a further topic weighs as much as twice the publishers.
    """

    def key(ranked_story: RankedStory) -> tuple[bool, float, StoryId]:
        queries = matched.get(ranked_story.story.id, {})
        in_headlines = sum(queries.values())
        further = max((in_headlines or len(queries)) - 1, 0)
        return (
            bool(queries) and not in_headlines,
            -ranked_story.weight - further,
            ranked_story.story.id,
        )

    return tuple(sorted(mine, key=key))


def late(story: Story, span: DigestWindow) -> datetime | None:
    """Return when a story was told last, where that was before the window it reached us in."""
    times = [item.told_at for item in story.items if item.first_seen < span.until]
    newest = max(times, default=span.since)
    return newest if newest < span.since else None


def by_score(ranked_story: RankedStory) -> tuple[float, StoryId]:
    """Order stories in the news of the region: the weightiest first."""
    return -ranked_story.score, ranked_story.story.id


def of_country(ranked: Iterable[RankedStory], code: str) -> tuple[RankedStory, ...]:
    """Order one country's stories: whose headlines name it, whose texts do, its outlets' others.

    ``code`` is its ISO code in upper case.
    """

    def key(one: RankedStory) -> tuple[bool, bool, float, StoryId]:
        headed, said = one.named.headlines[code], one.named.texts[code]
        return not headed, not said, -one.weight, one.story.id

    return tuple(sorted(ranked, key=key))


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
        for ranked_story in picked:
            sections.setdefault(ranked_story.country, []).append(
                Dealt(ranked_story.story, ranked_story.country)
            )
        yield (
            *(
                Dealt(ranked_story.story, ranked_story.country, own=True)
                for ranked_story in first[:mine]
            ),
            *(ranked_story for section in sections.values() for ranked_story in section),
        )
        first = first[mine:]
        gone = {ranked_story.story.id for ranked_story in picked}
        then = [ranked_story for ranked_story in then if ranked_story.story.id not in gone]


def pick(ranked: Sequence[RankedStory], most: int) -> list[RankedStory]:
    """Pick the best stories for a page; one country fills it only where no other is left."""
    counted: Counter[str] = Counter()
    picked, passed = list[RankedStory](), list[RankedStory]()
    for ranked_story in ranked:
        if len(picked) == most:
            return picked
        if counted[ranked_story.country] < MOST_IN_COUNTRY:
            counted[ranked_story.country] += 1
            picked.append(ranked_story)
        else:
            passed.append(ranked_story)
    both = [*picked, *passed[: most - len(picked)]]
    return sorted(both, key=by_score)
