"""Numbers by numbers in a few bytes each: a week of news is millions of them.

In a dictionary an entry takes some 130 bytes: two objects, and its place in the table. In sorted
arrays it takes as many as its numbers have, and is found by bisection: half a microsecond more.
"""

from array import array
from bisect import bisect, bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf
from typing import Any, Final

_SHARD: Final = 255
"""The bits of a key that choose its shard: 400,000 keys are arrays of 1,600 then, in the midst of
which one more is put in half a microsecond."""


_NO_KEYS: Final = (array("d", (-inf,)), ())
"""What is looked at where a shard has no key: none that is asked for is this one, or less."""


class CompactMap:
    """Numbers, from zero on, by such numbers. Raises OverflowError for what does not fit.

    The loops are written out, for a newcomer asks some two hundred times.
    """

    __slots__ = ("_shards", "_size")

    def __init__(self, values: str = "I", keys: str = "I") -> None:
        """Begin empty; the types are named as ``array`` does, 32 bits where nothing is said."""
        self._shards: defaultdict[int, tuple[Any, Any]] = defaultdict(
            lambda: (array(keys), array(values))
        )
        self._size = 0

    def __len__(self) -> int:
        """Count the keys."""
        return self._size

    def __contains__(self, key: int) -> bool:
        """Tell whether a key has a value."""
        return self.get(key) is not None

    def get(self, key: int, default: Any = None) -> Any:
        """Return a key's value."""
        keys, values = self._shards.get(key & _SHARD, _NO_KEYS)
        at = bisect(keys, key) - 1
        return values[at] if keys[at] == key else default

    def many(self, wanted: Iterable[int], default: Any) -> list[Any]:
        """Return the values of several keys, ``default`` for those that have none."""
        found, shard = [], self._shards.get
        for key in wanted:
            keys, values = shard(key & _SHARD, _NO_KEYS)
            at = bisect(keys, key) - 1
            found.append(values[at] if keys[at] == key else default)
        return found

    def put(self, key: int, value: Any) -> None:
        """Give a key a value, in the place of an older one."""
        keys, values = self._shards.get(key & _SHARD, _NO_KEYS)
        at = bisect(keys, key) - 1
        if keys[at] == key:
            values[at] = value
        else:
            self._insert(key, at + 1, value)

    def count(self, seen: Iterable[int]) -> list[Any]:
        """Add one to the values of several keys, and return them; a key without one has 0."""
        counts, shard = [], self._shards.get
        for key in seen:
            keys, values = shard(key & _SHARD, _NO_KEYS)
            at = bisect(keys, key) - 1
            count = 1
            if keys[at] == key:
                values[at] = count = values[at] + 1
            else:
                self._insert(key, at + 1, count)
            counts.append(count)
        return counts

    def change(self, wanted: Iterable[int], changed: Callable[[int], int]) -> None:
        """Give several keys what follows from their values; a key without one has 0."""
        shard = self._shards.get
        for key in wanted:
            keys, values = shard(key & _SHARD, _NO_KEYS)
            at = bisect(keys, key) - 1
            if keys[at] == key:
                values[at] = changed(values[at])
            else:
                self._insert(key, at + 1, changed(0))

    def pop(self, key: int) -> Any:
        """Forget a key; return the value that it had. Raises KeyError where it had none."""
        keys, values = self._shards.get(key & _SHARD, _NO_KEYS)
        at = bisect(keys, key) - 1
        if keys[at] != key:
            raise KeyError(key)
        del keys[at]
        value = values.pop(at)
        self._size -= 1
        if not keys:
            del self._shards[key & _SHARD]
        return value

    def items(self) -> Iterator[tuple[int, Any]]:
        """Give all keys with their values, in no order; nothing may be put in meanwhile."""
        for keys, values in self._shards.values():
            yield from zip(keys, values, strict=True)

    def _insert(self, key: int, at: int, value: Any) -> None:
        keys, values = self._shards[key & _SHARD]
        try:
            values.insert(at, value)
            keys.insert(at, key)
        except OverflowError:
            del values[at : at + len(values) - len(keys)]
            if not keys:
                del self._shards[key & _SHARD]
            raise
        self._size += 1


_ROOMS: Final = tuple(size for power in range(1, 30) for size in (1 << power, 3 << power - 1))
"""How many numbers a block may hold: 2, 3, 4, 6, 8, 12 and so on; so five in six places are
taken."""
_FULL: Final = frozenset(_ROOMS)


class NumberLists:
    """Many short lists of numbers below 2³¹, in one array, each known by a number of its own.

    That number is 0 for the empty list, and says itself what is in a list of one: of the words
    of a week most are in one text or two. A longer list lies in a block as large as its length
    asks for, the length before it. As it grows and shrinks its number changes, so that every
    change returns the new one.
    """

    __slots__ = ("_free", "_words")

    def __init__(self) -> None:
        """Begin with no list."""
        self._words = array("I", (0,))
        self._free: dict[int, array[int]] = {}

    def of(self, numbers: Sequence[int]) -> int:
        """Make a list."""
        if len(numbers) <= 1:
            return numbers[0] << 1 | 1 if numbers else 0
        at = self._taken(_room(len(numbers)))
        self._words[at : at + len(numbers) + 1] = array("I", (len(numbers), *numbers))
        return at << 1

    def read(self, one: int) -> Sequence[int]:
        """Return what is in a list, first put first."""
        return self.latest(one, 1 << 31)[1]

    def latest(self, one: int, most: int) -> tuple[int, Sequence[int]]:
        """Return how many numbers are in a list, and so many of the last."""
        if not one:
            return 0, ()
        at = one >> 1
        if one & 1:
            return 1, (at,)
        length = self._words[at]
        end = at + length + 1
        return length, self._words[max(at + 1, end - most) : end]

    def append(self, one: int, number: int) -> int:
        """Put a number at the end of a list; return what that is known by now."""
        if not one:
            return number << 1 | 1
        words = self._words
        if one & 1:
            at = self._taken(2)
            words[at], words[at + 1], words[at + 2] = 2, one >> 1, number
            return at << 1
        at = one >> 1
        length = words[at]
        if length in _FULL:
            larger = self._taken(_room(length + 1))
            words[larger : larger + length + 1] = words[at : at + length + 1]
            self._give_back(at, length)
            at = larger
        words[at] = length + 1
        words[at + length + 1] = number
        return at << 1

    def remove(self, one: int, number: int) -> int:
        """Take a number out of a list; return what that is known by now. Raises ValueError."""
        rest = array("I", self.read(one))
        rest.remove(number)
        if one & 1 or len(rest) == 1 or len(rest) in _FULL:
            self.drop(one)
            return self.of(rest)
        at = one >> 1
        self._words[at : at + len(rest) + 1] = array("I", (len(rest),)) + rest
        return one

    def drop(self, one: int) -> None:
        """Forget a list."""
        if one and not one & 1:
            self._give_back(one >> 1, self._words[one >> 1])

    def _taken(self, room: int) -> int:
        """Find a block for so many numbers and their length."""
        free = self._free.get(room)
        if free:
            return free.pop()
        at = len(self._words)
        self._words.frombytes(bytes(self._words.itemsize * (room + 1)))
        return at

    def _give_back(self, at: int, length: int) -> None:
        self._free.setdefault(_room(length), array("I")).append(at)


def _room(length: int) -> int:
    return _ROOMS[bisect_left(_ROOMS, length)]
