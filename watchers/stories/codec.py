"""Features as the few hundred bytes that outlive the process, so that a start reads no text again.

What an item weighed when it came stands beside them: a start reads no more of either than the
window asks for at once, a ``Sketch``.

Whatever is hashed here is hashed the same in every run: CRC-32 and BLAKE2b. Names and concepts
are kept as they were known when the item came: a newer gazetteer or table of concepts speaks from
the next item on, and the old readings are gone with the window.
"""

import json
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from struct import Struct
from typing import Any, Final, NamedTuple

from storage.model import ItemId, OutletId
from watchers.headlines.slots import Frame
from watchers.stories.features import Features, Hashed, shared
from watchers.stories.frequencies import SUMS

FORMAT: Final = 4
"""Raised when the fields change, or the meaning of one: older rows are made again."""

WEIGHING: Final = 1
"""Raised when items are weighed or indexed in another way: older rows are weighed again."""

_HEAD: Final = Struct("<BIQqbBIIIIII")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_HAS_TITLE, _HAS_TEXT, _DENIES = 1, 2, 4
_BYTES: Final = 4
_LANG, _STEMS = 0, 8
"""Where these stand among the words that ``pack`` writes."""


@dataclass(frozen=True, slots=True)
class Sketch(Hashed):
    """Of an item's features what the window wants at a start; all the rest stays packed.

    ``headline`` are the stems of its words, by blanks, None where it has none.
    """

    item: ItemId
    outlet: OutletId
    page: int
    told_at: datetime
    lang: str
    headline: str | None
    hashes: "array[int]"
    counts: bytes
    cross_lingual_end: int
    shingles_end: int


class Weights(NamedTuple):
    """What an item weighed when it came, and by which of its hashes it is found.

    ``sums`` are ``WeightedQuery.sums``; ``posted`` is as ``columns.marks`` tells it.
    """

    sums: "array[float]"
    posted: Sequence[int]


def pack(features: Features) -> bytes:
    """Write features down, all but the id they are stored under. Raises ValueError if naive."""
    if features.told_at.tzinfo is None:
        message = f"naive datetime: {features.told_at!r}"
        raise ValueError(message)
    flags = features.has_title * _HAS_TITLE + features.has_text * _HAS_TEXT
    head = _HEAD.pack(
        FORMAT,
        features.outlet,
        features.page,
        (features.told_at - _EPOCH) // _MICROSECOND,
        features.stage,
        flags + features.denies * _DENIES,
        len(features.counts),
        features.cross_lingual_end,
        features.shingles_end,
        len(features.hashes),
        features.title_terms,
        features.title_cross_lingual,
    )
    words = (
        features.lang,
        features.title,
        features.headline_countries,
        features.countries,
        features.localities,
        features.figures,
        features.years,
        features.specifics,
        features.frame.stems,
        list(features.frame.marks),
        features.frame.entities,
        features.frame.poles,
        features.frame.sides,
    )
    fields = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    return (
        head + features.hashes.tobytes() + features.counts + fields.encode(errors="surrogatepass")
    )


def unpack(item: ItemId, row: bytes) -> Features | None:
    """Read features again, None where they were written in another format."""
    if row[0] != FORMAT:
        return None
    _, outlet, page, told_at, stage, flags, terms, *ends, end, title_terms, title_keys = (
        _HEAD.unpack_from(row)
    )
    counts = _HEAD.size + end * _BYTES
    fields = json.loads(row[counts + terms :].decode(errors="surrogatepass"))
    lang, title, headline_countries, countries, localities, *fields = fields
    figures, years, specifics, *frame = fields
    return Features(
        item=item,
        outlet=OutletId(outlet),
        page=page,
        told_at=_EPOCH + timedelta(microseconds=told_at),
        lang=sys.intern(lang),
        title=title,
        hashes=array("I", row[_HEAD.size : counts])[:],
        counts=row[counts : counts + terms],
        title_terms=title_terms,
        cross_lingual_end=ends[0],
        title_cross_lingual=title_keys,
        shingles_end=ends[1],
        headline_countries=shared(*headline_countries),
        countries=shared(*countries),
        localities=shared(*localities),
        figures=_pairs(figures),
        years=shared(*years),
        specifics=tuple(specifics),
        has_title=bool(flags & _HAS_TITLE),
        has_text=bool(flags & _HAS_TEXT),
        stage=stage,
        denies=bool(flags & _DENIES),
        frame=_frame(lang, *frame),
    )


def unpacked(item: int, row: bytes) -> Features:
    """Read features that this very process packed."""
    found = unpack(ItemId(item), row)
    assert found is not None  # noqa: S101 - of this format
    return found


def sketch(item: ItemId, row: bytes) -> Sketch | None:
    """Read the sketch of features, None where they were written in another format."""
    if row[0] != FORMAT:
        return None
    _, outlet, page, told_at, _, flags, terms, cross_lingual_end, shingles_end, end, *_ = (
        _HEAD.unpack_from(row)
    )
    counts = _HEAD.size + end * _BYTES
    fields = json.loads(row[counts + terms :].decode(errors="surrogatepass"))
    return Sketch(
        item=item,
        outlet=OutletId(outlet),
        page=page,
        told_at=_EPOCH + timedelta(microseconds=told_at),
        lang=sys.intern(fields[_LANG]),
        headline=fields[_STEMS] if flags & _HAS_TITLE else None,
        hashes=array("I", row[_HEAD.size : counts])[:],
        counts=row[counts : counts + terms],
        cross_lingual_end=cross_lingual_end,
        shingles_end=shingles_end,
    )


def pack_weights(weights: Weights) -> bytes:
    """Write down what an item weighed."""
    return bytes([WEIGHING]) + weights.sums.tobytes() + array("I", weights.posted).tobytes()


def unpack_weights(row: bytes) -> Weights | None:
    """Read what an item weighed, None where it was weighed in another way."""
    sums = 1 + SUMS * _BYTES
    if len(row) < sums or row[0] != WEIGHING:
        return None
    return Weights(array("f", row[1:sums]), array("I", row[sums:]))


def _frame(lang: str, stems: str, marks: list[int], *rows: list[list[Any]]) -> Frame:
    entities, poles, sides = map(_tuples, rows)
    return Frame(lang, stems, array("I", marks), entities, poles, sides)


def _tuples(rows: list[list[Any]]) -> tuple[Any, ...]:
    return shared(*[shared(*row) for row in rows])


def _pairs(rows: list[list[Any]]) -> tuple[Any, ...]:
    return tuple([shared(one, other) for one, other in rows])
