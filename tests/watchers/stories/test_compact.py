"""What takes few bytes is what a dictionary and lists would be, whatever is done to it."""

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchers.stories.compact import CompactMap, NumberLists
from watchers.stories.links import Links

KEYS = st.integers(0, 600) | st.integers(0, 2**32 - 1)
"""Some of one shard, and of all."""
DONE = st.lists(
    st.tuples(st.sampled_from(("put", "pop", "more", "count")), KEYS, st.integers(0, 99))
)


@given(DONE)
def test_a_compact_map_is_a_dictionary(done: list[tuple[str, int, int]]) -> None:
    plain: dict[int, int] = {}
    compact = CompactMap()
    for what, key, value in done:
        match what:
            case "put":
                plain[key] = value
                compact.put(key, value)
            case "more":
                plain[key] = plain.get(key, 0) + value
                compact.change((key,), value.__add__)
            case "count":
                plain[key] = plain.get(key, 0) + 1
                assert [plain[key]] == compact.count((key,))
            case _ if key in plain:
                assert plain.pop(key) == compact.pop(key)
            case _:
                with pytest.raises(KeyError):
                    compact.pop(key)
        assert plain.get(key) == compact.get(key)
    wanted = [*plain, 7, 2**31]
    assert [plain.get(key, -1) for key in wanted] == compact.many(wanted, -1)
    assert (plain, len(plain)) == (dict(compact.items()), len(compact))


def test_what_does_not_fit_is_refused_and_leaves_nothing() -> None:
    compact = CompactMap()
    for key, value in ((2**32, 1), (1, 2**32), (-1, 1)):
        with pytest.raises(OverflowError):
            compact.put(key, value)
    assert (0, []) == (len(compact), [*compact.items()])
    wide = CompactMap("Q", keys="Q")
    wide.put(2**40, 2**50)
    assert 2**50 == wide.get(2**40)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 40)), max_size=80), st.integers(1, 9))
def test_number_lists_are_lists(done: list[tuple[int, int]], most: int) -> None:
    """What is there already is taken out, so that lists grow and shrink."""
    plain: defaultdict[int, list[int]] = defaultdict(list)
    lists, known = NumberLists(), defaultdict(int)
    for which, number in done:
        if number in plain[which]:
            plain[which].remove(number)
            known[which] = lists.remove(known[which], number)
        else:
            plain[which].append(number)
            known[which] = lists.append(known[which], number)
        for one, numbers in plain.items():
            assert numbers == [*lists.read(known[one])]
            length, last = lists.latest(known[one], most)
            assert (len(numbers), numbers[-most:]) == (length, [*last])


@given(st.lists(st.lists(st.integers(0, 9), max_size=70), max_size=5))
def test_a_forgotten_lists_place_is_anothers(made: list[list[int]]) -> None:
    lists = NumberLists()
    sizes = []
    for _ in range(3):
        known = [lists.of(numbers) for numbers in made]
        assert made == [[*lists.read(one)] for one in known]
        for one in known:
            lists.drop(one)
        sizes.append(len(lists._words))
    assert 1 == len(set(sizes))


def test_a_number_that_is_not_in_a_list_is_refused() -> None:
    lists = NumberLists()
    for one in (0, lists.of([1]), lists.of([1, 2])):
        with pytest.raises(ValueError, match="not in array"):
            lists.remove(one, 3)


SLOTS = st.integers(0, 5)


@given(st.lists(st.tuples(SLOTS, SLOTS, st.floats(-5, 5))))
def test_links_are_known_both_ways_in_the_order_they_came(
    done: list[tuple[int, int, float]],
) -> None:
    """Two slots are linked, or the one's links are forgotten where both are the same."""
    plain: defaultdict[int, dict[int, float]] = defaultdict(dict)
    links = Links(NumberLists())
    for one, other, odds in done:
        if one != other:
            plain[one][other] = plain[other][one] = odds
            links.put(one, other, odds)
        else:
            for mate in plain.pop(one, {}):
                del plain[mate][one]
            links.drop(one)
        assert [[*plain[slot].items()] for slot in range(6)] == [[*links.of(s)] for s in range(6)]
    assert len(links) == sum(map(len, plain.values())) / 2
