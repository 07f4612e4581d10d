"""Stories compared with the truth (pure): what stands in one story, and what in several."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from itertools import combinations


@dataclass(frozen=True, slots=True)
class Pair:
    """Two items that stand together wrongly, or wrongly apart."""

    one: str
    other: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """How stories differ from the truth.

    ``merged`` are pairs of two events' items in one story, one pair for each two events there;
    ``split`` are pairs of one event's items, one for each story that it has too many.
    """

    events: int
    merged: tuple[Pair, ...]
    split: tuple[Pair, ...]
    split_events: int


def compare(event_of: Mapping[str, str], story_of: Mapping[str, Hashable]) -> Comparison:
    """Compare the stories of items with the events that they tell."""
    by_story: dict[Hashable, dict[str, str]] = defaultdict(dict)
    by_event: dict[str, dict[Hashable, str]] = defaultdict(dict)
    for item, event in event_of.items():
        by_story[story_of[item]].setdefault(event, item)
        by_event[event].setdefault(story_of[item], item)
    merged = [
        Pair(*two) for firsts in by_story.values() for two in combinations(firsts.values(), 2)
    ]
    split = [
        Pair(first, other)
        for first, *others in (list(firsts.values()) for firsts in by_event.values())
        for other in others
    ]
    parted = sum(len(firsts) > 1 for firsts in by_event.values())
    return Comparison(len(by_event), tuple(merged), tuple(split), parted)


def report(found: Comparison, told: Callable[[str], str]) -> str:
    """Lay the differences out for whoever must mend them; ``told`` describes an item."""
    lines = [
        f"{found.events} events: {len(found.merged)} wrong merges, {found.split_events} split",
        *(f"MERGED\n  {told(pair.one)}\n  {told(pair.other)}" for pair in found.merged),
        *(f"SPLIT\n  {told(pair.one)}\n  {told(pair.other)}" for pair in found.split),
    ]
    return "\n".join(lines)
