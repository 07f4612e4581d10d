"""Laws of the memory of the last days."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from storage.model import ItemId, OutletId, StoryId
from storage.scratch import Scratch
from tests.watchers.stories.features import NOON, features
from watchers.stories import (
    Constraint,
    Features,
    Index,
    Joined,
    Moved,
    identify,
    nearest,
    pack,
    pack_weights,
    revise,
    sketch,
    unpack_weights,
)
from watchers.stories.codec import unpacked
from watchers.stories.frequencies import Frequencies, WeightedQuery
from watchers.stories.shelf import Shelf

DAY = timedelta(days=1)
BRIDGE = "В Караганде открыли новый мост через реку Нуру"
AGAIN = "Новый мост через Нуру открыли в Караганде"
OTHER = "Сборная Кыргызстана по борьбе вылетела на турнир в Токио"


def of(*told: tuple[Features, int]) -> Index:
    index = Index()
    for one, story in told:
        index.add(one, StoryId(story))
    return index


def together(*items: int) -> Constraint:
    return Constraint(frozenset(map(ItemId, items)), frozenset(), frozenset())


def apart(moved: set[int], left: set[int]) -> Constraint:
    out = frozenset(map(ItemId, moved))
    return Constraint(out, out, frozenset(map(ItemId, left)))


def test_a_silent_story_is_forgotten_and_a_living_one_kept_whole() -> None:
    index = of(
        (features(1, BRIDGE), 1), (features(2, OTHER), 2), (features(3, AGAIN, hours=150), 1)
    )
    assert index.expire(NOON + 8 * DAY).stories == (StoryId(2),)
    assert [one.item for one in index.features_of(StoryId(1))] == [1, 3]
    assert index.story_of(ItemId(2)) is None


def test_expiry_leaves_nothing_behind() -> None:
    index = of((features(1, BRIDGE), 1), (features(2, AGAIN), 1), (features(3, OTHER), 2))
    index.expire(NOON + 30 * DAY)
    assert len(index) == 0
    assert index.candidates(features(4, BRIDGE)) == ()
    entries = (index._inverted.terms["ru"], index._inverted.cross_lingual["ru"])
    held = (*entries, index._links, index._items, index._stories)
    assert not any(held)


def test_who_comes_after_the_forgotten_is_found_as_itself() -> None:
    index = of((features(1, OTHER), 1), (features(2, BRIDGE, hours=300), 2))
    index.expire(NOON + 8 * DAY)
    index.add(features(3, OTHER, hours=301), StoryId(3))  # where the first one was
    assert index.candidates(features(4, OTHER, hours=302)) == (3,)
    assert index.candidates(features(5, AGAIN, hours=302)) == (2,)
    index.drop(ItemId(3))
    index.drop(ItemId(2))
    index.add(features(6, AGAIN, hours=303), StoryId(6))
    assert index.candidates(features(7, OTHER, hours=304)) == ()
    assert index.candidates(features(8, BRIDGE, hours=304)) == (6,)


def test_an_old_text_with_a_new_date_is_recognised_as_its_old_story() -> None:
    index = of((features(1, BRIDGE), 7))
    index.expire(NOON + 30 * DAY)
    verdict = identify(features(2, BRIDGE, hours=24 * 60), index)
    assert (verdict.story, verdict.recirculated) == (7, True)


def test_a_text_told_again_within_days_is_no_old_story() -> None:
    verdict = identify(features(2, BRIDGE, hours=5), of((features(1, BRIDGE), 7)))
    assert (verdict.story, verdict.recirculated) == (7, False)


def test_a_dropped_item_was_never_there() -> None:
    index = of((features(1, BRIDGE), 1))
    index.drop(ItemId(1))
    assert len(index) == 0
    assert identify(features(2, BRIDGE), index).story is None


def test_an_alias_leads_to_the_living_story() -> None:
    index = of((features(1, BRIDGE), 1), (features(2, OTHER), 2))
    index.merge(StoryId(2), StoryId(1))
    index.add(features(3, OTHER), StoryId(2))
    assert [one.item for one in index.features_of(StoryId(2))] == [1, 2, 3]


def test_what_an_admin_put_together_is_not_taken_apart() -> None:
    index = of((features(1, BRIDGE), 1), (features(2, OTHER), 2))
    index.merge(StoryId(2), StoryId(1))
    index.constrain(1, together(1, 2), {})
    assert revise(index, StoryId(1)) == ()
    index.add(features(3, OTHER), StoryId(1))
    index.release(1)
    assert revise(index, StoryId(1)) != ()


def test_what_strays_into_a_corrected_story_is_let_go_all_the_same() -> None:
    index = of((features(1, BRIDGE), 1), (features(2, AGAIN), 1), (features(3, OTHER), 1))
    index.constrain(1, together(1, 2), {})
    (change,) = revise(index, StoryId(1))
    assert isinstance(change, Moved)
    assert change.items == (3,)


def test_what_strayed_in_is_let_go() -> None:
    index = of((features(1, BRIDGE), 1), (features(2, OTHER), 1))
    (change,) = revise(index, StoryId(1))
    assert isinstance(change, Moved)
    assert (change.items, change.story, change.to) == ((2,), 1, None)


def test_twins_are_joined_into_the_earlier() -> None:
    index = of((features(1, BRIDGE), 1), (features(2, AGAIN), 2))
    (change,) = revise(index, StoryId(2))
    assert isinstance(change, Joined)
    assert (change.story, change.into) == (2, 1)


def test_what_an_admin_split_is_never_joined_again() -> None:
    index = of((features(1, BRIDGE), 1), (features(2, AGAIN), 1))
    index.move(ItemId(2), StoryId(2))
    index.constrain(1, apart({2}, {1}), {})
    assert revise(index, StoryId(2)) == ()
    newcomer = identify(features(3, BRIDGE), index)
    assert newcomer.story in (1, 2)
    assert newcomer.story is not None
    index.add(features(3, BRIDGE), newcomer.story)
    assert revise(index, newcomer.story) == ()


def test_what_was_parted_stays_so_whatever_left_the_window_or_was_merged_meanwhile() -> None:
    """The constraint is the items', and their stories', under whatever ids those go by now."""
    early = features(1, BRIDGE, hours=-24 * 30)
    index = of((early, 1), (features(2, AGAIN), 2), (features(4, OTHER), 4))
    index.constrain(1, apart({2}, {1}), {})
    index.expire(NOON)
    assert index.story_of(ItemId(1)) is None
    index.add(features(3, BRIDGE), StoryId(1))
    assert not index.may_join(StoryId(1), StoryId(2))
    index.merge(StoryId(2), StoryId(4))
    assert not index.may_join(StoryId(1), StoryId(2))
    assert not index.may_join(StoryId(4), StoryId(1))
    index.release(1)
    assert index.may_join(StoryId(4), StoryId(1))


def test_those_nearest_to_a_story_are_named_a_veto_or_not() -> None:
    index = of((features(1, BRIDGE), 1), (features(2, OTHER), 2), (features(3, AGAIN), 3))
    assert nearest(StoryId(1), index, 5)[:1] == (3,)
    assert 1 not in nearest(StoryId(1), index, 5)
    assert nearest(StoryId(99), index, 5) == ()


def test_a_copy_of_what_an_admin_moved_follows_it() -> None:
    index = of((features(1, OTHER), 1), (features(2, BRIDGE), 1))
    index.move(ItemId(2), StoryId(5))
    assert identify(features(3, BRIDGE), index).story == 5


@pytest.mark.parametrize("count", [0, 1, 30])
def test_the_verdict_does_not_hang_on_how_many_others_there_are(count: int) -> None:
    index = of((features(1, BRIDGE), 1))
    for number in range(count):
        index.add(
            features(10 + number, f"Заметка {number} о погоде и ценах"), StoryId(10 + number)
        )
    assert identify(features(2, AGAIN), index).story == 1


def test_counting_while_weighing_is_counting_afterwards() -> None:
    """Also where a word and a name have one hash."""
    one = features(1, BRIDGE)
    doubled = replace(one, hashes=one.hashes[: len(one.counts)] * 2)
    doubled = replace(doubled, cross_lingual_end=len(doubled.hashes))
    at_once, afterwards = Frequencies(), Frequencies()
    for told in (one, doubled, features(2, AGAIN), one, doubled):
        weighed = WeightedQuery(told, at_once, learn=True)
        plain = WeightedQuery(told, afterwards)
        afterwards.learn(told)
        assert (plain.words, plain.cross_lingual) == (weighed.words, weighed.cross_lingual)
        assert plain.sums == weighed.sums


def test_where_the_features_lie_changes_no_decision(tmp_path: Path) -> None:
    told = [
        features(number, title, hours=number)
        for number, title in enumerate((BRIDGE, OTHER, AGAIN, f"{OTHER} вчера", BRIDGE), 1)
    ]
    pages = Scratch(tmp_path)
    packed = Index(pages=pages)
    packed._shelf = Shelf(pack, unpacked, pages, most_open=1)
    plain = Index()
    for one in told:
        verdict = identify(one, plain)
        assert verdict == identify(one, packed)
        for index in (plain, packed):
            index.add(one, verdict.story or StoryId(one.item))
    for one in told:
        assert plain.near(one.item) == packed.near(one.item)
    assert plain.expire(NOON + 30 * DAY) == packed.expire(NOON + 30 * DAY)


def test_a_restored_story_is_grown_and_not_torn_apart() -> None:
    index = Index()
    for number, title in enumerate((BRIDGE, AGAIN, f"{AGAIN} сегодня"), 1):
        index.restore(features(number, title), StoryId(1))
    index.restore(features(4, OTHER), StoryId(4))
    newcomer = features(5, f"Сегодня {BRIDGE}")
    assert identify(newcomer, index).story == 1
    index.add(newcomer, StoryId(1))
    assert revise(index, StoryId(1)) == ()
    assert index.link(ItemId(1), ItemId(2)) > 0


def test_what_is_recalled_is_as_if_it_had_never_left() -> None:
    """By its sketch and its weights alone: found, compared, dropped as before."""
    lasting, recalled = Index(), Index()
    for number, title in enumerate((BRIDGE, OTHER, AGAIN, f"{AGAIN} сегодня"), 1):
        told = features(number, title, f"{title}. {OTHER}.", url_key=f"one.example/{number}")
        story = StoryId(2 if number == 2 else 1)
        lasting.add(told, story)
        packed, weights = pack(told), unpack_weights(pack_weights(lasting.weights(told.item)))
        sketched = sketch(told.item, packed)
        assert sketched
        assert weights
        recalled.recall(sketched, story, weights, packed)
    newcomer = features(5, f"Сегодня {BRIDGE}")
    page = lasting.features(ItemId(1)).page
    for _ in range(2):
        assert lasting.compared(newcomer) == recalled.compared(newcomer)
        assert lasting.by_page(page) == recalled.by_page(page)
        assert lasting.stories() == recalled.stories()
        for index in (lasting, recalled):
            index.drop(ItemId(3))
    assert lasting.boilerplate.of(OutletId(1)) == recalled.boilerplate.of(OutletId(1))
    assert lasting.expire(NOON + 30 * DAY) == recalled.expire(NOON + 30 * DAY)


def test_what_left_weighs_nothing() -> None:
    with pytest.raises(KeyError):
        Index().weights(ItemId(1))
