"""Texts that left the window, by hashes: so an old text under a new date is recognised."""

from array import array
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from storage.fingerprints import OldText
from storage.model import StoryId
from watchers.stories.features import Features
from watchers.stories.hashes import digest

_BUCKETS: Final = 1 << 16
_BUCKET_SIZE: Final = 4
"""A mark has four places to stand (a four-way set-associative table, as processors' caches are);
where all are taken, the text told longest ago gives way."""
_MIN_WORDS: Final = 4
"""Spaces of a headline that is told once; shorter ones ("Weather for today") come again and
again."""
_RUNS: Final = 3


class OldTexts:
    """A table of 260,000 marks, some 130,000 texts, that never grows: 4 MB.

    A place in it is a row in the database, so that both forget the same.
    """

    __slots__ = ("_buckets", "_marks", "_stories", "_told_at")

    def __init__(self, buckets: int = _BUCKETS) -> None:
        """Begin empty."""
        self._buckets = buckets
        size = buckets * _BUCKET_SIZE
        self._marks = array("Q", bytes(8 * size))
        self._stories = array("I", bytes(4 * size))
        self._told_at = array("I", bytes(4 * size))

    def find(self, features: Features) -> OldText | None:
        """Find the text, out of the window by now, that is this very text."""
        for mark in marks(features):
            place = self._place(mark)
            if self._marks[place] == mark:
                told_at = datetime.fromtimestamp(self._told_at[place], UTC)
                return OldText(place, mark, StoryId(self._stories[place]), told_at)
        return None

    def put(self, features: Features, story: StoryId) -> tuple[OldText, ...]:
        """Keep a text's marks; return the rows that changed. The first to tell a text stays."""
        changed = [
            OldText(place, mark, story, features.told_at)
            for mark in marks(features)
            if self._marks[place := self._place(mark)] != mark
        ]
        self.restore(changed)
        return tuple(changed)

    def restore(self, rows: Iterable[OldText]) -> None:
        """Fill in stored rows, each at its own place."""
        for row in rows:
            self._marks[row.place] = row.mark
            self._stories[row.place] = row.story_id
            self._told_at[row.place] = max(0, int(row.told_at.timestamp()))

    def _place(self, mark: int) -> int:
        """Find where a mark stands, else where it would: the place that was told longest ago."""
        first = mark % self._buckets * _BUCKET_SIZE
        bucket = range(first, first + _BUCKET_SIZE)
        for place in bucket:
            if self._marks[place] == mark:
                return place
        return min(bucket, key=self._told_at.__getitem__)


def marks(features: Features) -> tuple[int, ...]:
    """Give the marks by which a text is known for good: of its headline, of its text.

    A text's are its three lowest runs together: one alone may be of the words that an outlet
    puts under all it tells.
    """
    found = []
    if features.title.count(" ") >= _MIN_WORDS:
        found.append(digest(features.hashes[: features.title_terms].tobytes()))
    runs = features.shingles
    if len(runs) > _MIN_WORDS:
        found.append(digest(runs[:_RUNS].tobytes()))
    return tuple(found)
