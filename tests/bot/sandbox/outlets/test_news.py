"""The demo's news as data: varied enough to be believed, and well-formed."""

from collections import Counter, defaultdict
from collections.abc import Iterator

import pytest

from bot.sandbox import sample_outlets
from bot.sandbox.outlets.generator import FOLLOWS, PACE, Supply
from bot.sandbox.outlets.news import Event, SampleItem, later, opening
from watchers.text.words import analyse

EVENTS = (*opening(), *later())
ITEMS = tuple(item for event in EVENTS for item in event.items if not item.removal)
TOPICS = frozenset(
    "politics diplomacy economy trade energy transport justice disaster health science culture "
    "sport".split()
)
MOST_MINUTES, MOST_MINUTES_BEFORE = 90, 48 * 60
LEAST_BETWEEN = 30
LEAST_TITLE, MOST_TITLE, MOST_SUMMARY = 15, 120, 400


def is_copy(item: SampleItem) -> bool:
    """Tell a syndicated copy, which names its source at the end."""
    return item.summary.endswith(("(Silk Wire Agency)", "(Steppe Courier)"))


def test_there_is_news_for_four_hours_at_the_usual_rhythm() -> None:
    assert len(later()) >= 150
    assert len(Supply(1)) * PACE >= 4 * 3600


def test_six_languages_are_spoken_in_real_numbers() -> None:
    spoken = Counter(item.lang for item in ITEMS)
    assert {"en", "ru", "kk", "ky", "uz", "tg"} == spoken.keys()
    assert min(spoken.values()) >= 40, spoken


def test_every_topic_has_several_events() -> None:
    topics = Counter(event.topic for event in EVENTS)
    assert topics.keys() == TOPICS
    assert min(topics.values()) >= 8, topics


def test_names_of_events_stand_once() -> None:
    assert len({event.name for event in EVENTS}) == len(EVENTS)


def test_every_event_is_told_well() -> None:
    assert [fault for event in EVENTS for fault in faults(event)] == []


def faults(event: Event) -> Iterator[str]:
    """Say what is wrong with an event as it stands in its file."""
    pages = [item for item in event.items if not item.update]
    if (len(pages) == 1) != event.single:
        yield f"{event.name}: one item and single = true go together"
    if event.follows and event.follows not in {one.name for one in EVENTS}:
        yield f"{event.name}: follows an event that is not there"
    yield from out_of_time(event)
    yield from told_twice(event)


def out_of_time(event: Event) -> Iterator[str]:
    """Say what is wrong with an event's minutes."""
    minutes = [item.after for item in event.items]
    first, last = (-MOST_MINUTES_BEFORE, -1) if event in opening() else (0, MOST_MINUTES)
    if minutes != sorted(minutes):
        yield f"{event.name}: items stand in the order of their minutes"
    if not first <= minutes[0] <= minutes[-1] <= last:
        yield f"{event.name}: its minutes lie between {first} and {last}"
    if event not in opening() and minutes[0]:
        yield f"{event.name}: minutes count from the first item"


def told_twice(event: Event) -> Iterator[str]:
    """Say where an outlet tells an event again too soon, or updates what it has not told."""
    seen: dict[tuple[str, str], float] = {}
    for item in event.items:
        last = seen.get((item.outlet, item.lang))
        if item.update and last is None:
            yield f"{event.name}: an update of what {item.outlet} has not told"
        if last is not None and not item.update and item.after - last < LEAST_BETWEEN:
            yield f"{event.name}: {item.outlet} tells it again too soon"
        seen[item.outlet, item.lang] = item.after


def test_every_item_is_readable_and_in_a_language_of_its_outlet() -> None:
    assert [fault for item in ITEMS for fault in ill_told(item)] == []


def ill_told(item: SampleItem) -> Iterator[str]:
    """Say what is wrong with an item."""
    outlet = {one.slug: one for one in sample_outlets()}[item.outlet]
    read = analyse(item.title, item.summary, declared=outlet.languages).lang
    if item.lang not in outlet.languages or outlet.form not in ("rss", "atom"):
        yield f"{item.event}: {item.outlet} does not publish in {item.lang}"
    if read.partition("-")[0] != item.lang:
        yield f"{item.title}: read as {read}"
    if not LEAST_TITLE <= len(item.title) <= MOST_TITLE or len(item.summary) > MOST_SUMMARY:
        yield f"{item.title}: too short or too long"
    if item.title != item.title.strip() or item.title.endswith("."):
        yield f"{item.title}: a headline has no full stop and no blanks around it"
    if item.summary and not item.summary.endswith((".", "?", ")")):
        yield f"{item.summary}: a summary ends with a full stop"


def test_no_headline_stands_twice_but_in_copies() -> None:
    titles = Counter(item.title for item in ITEMS if not is_copy(item))
    assert [title for title, count in titles.items() if count > 1] == []


def test_there_are_copies_updates_bare_headlines_follow_ups_and_look_alikes() -> None:
    assert sum(map(is_copy, ITEMS)) >= 6
    assert sum(item.update for item in ITEMS) >= 4
    assert sum(not item.summary for item in ITEMS) >= 6
    assert sum(bool(event.follows) for event in EVENTS) >= 4
    twins: dict[str, set[str]] = defaultdict(set)
    for event in EVENTS:
        twins[event.twins or event.name].add(event.name)
    assert sum(len(names) > 1 for names in twins.values()) >= 15


@pytest.mark.parametrize("seed", range(3))
def test_the_order_is_the_seeds_and_what_follows_comes_later(seed: int) -> None:
    order = [Supply(seed).item(n) for n in range(len(Supply(seed)))]
    assert order == [Supply(seed).item(n) for n in range(len(order))]
    assert order != [Supply(seed + 1).item(n) for n in range(len(order))]
    assert sorted(order, key=repr) == sorted(
        (item for event in later() for item in event.items), key=repr
    )
    begun = {}
    for place, item in enumerate(order):
        begun.setdefault(item.event, place)
    for event in later():
        if event.follows:
            gap = (begun[event.name] - begun[event.follows]) * PACE / 60
            assert gap > FOLLOWS / 2, event.name
