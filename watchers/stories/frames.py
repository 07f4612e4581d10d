"""Two headlines laid over each other: what they share, and what fills the rest of the frame.

Words of one stem, root, concept or name are one; of what is left over, that which the other
item's text speaks of is explained; of the rest, names and things on both sides speak for two
events, deeds and qualities hardly do. ``compare_frames`` counts all that for the fitted trees.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, NamedTuple

from watchers.headlines.concepts import concept_names
from watchers.headlines.headline import MONTHS
from watchers.headlines.oppositions import (
    at_another_stage,
    converse,
    denied_by_one,
    entity_of,
    in_another_tense,
    opposite,
    reacts,
    swapped,
)
from watchers.headlines.slots import Slot, generic_words, slots_of
from watchers.stories.contradictions import figures_differ, toll_rises
from watchers.stories.features import Features
from watchers.stories.hashes import (
    CONCEPT,
    ENTITY,
    FIGURE,
    KIND,
    NAME,
    cross_lingual_id,
    name_key,
    term_id,
)
from watchers.stories.same_words import SameWords, sounds_alike
from watchers.stories.signals import SIGNALS
from watchers.stories.vetoes import Reason
from watchers.text.names import PLACE_KINDS, Entity
from watchers.text.skeleton import skeleton
from watchers.text.speech import Part

FRAME_SIGNALS: Final = (
    "frame_share", "frame_least", "frame_things", "frame_names", "frame_deeds",
    "fill_least", "fill_most", "fill_names", "fill_places", "fill_people", "fill_known",
    "fill_deeds", "fill_slot", "frame_order", "opposite", "denied", "swapped", "tense",
    "stage_differs", "figures_left", "figures_differ", "beyond", "beyond_share", "bare", "frame_size", "rubric",
    "reaction",
)  # fmt: skip
"""The names of what ``compare_frames`` tells, in its order."""

_ALSO: Final = (
    "words", "fuzzy", "copied", "cross_lingual", "concepts_title", "names_sum",
    "figures_title_apart", "gap", "textless",
)  # fmt: skip
CONTRAST_SIGNALS: Final = ("odds", "across", *_ALSO, *FRAME_SIGNALS)
"""What the fitted trees weigh the odds of a pair anew by."""
_ALSO_AT: Final = tuple(map(SIGNALS.index, _ALSO))

_PLACE: Final = {name: at for at, name in enumerate(FRAME_SIGNALS)}
_MUCH: Final = 4
_HALF: Final = 0.5
_LITTLE: Final = 1 / 3
_MOSTLY: Final = 0.6
_NEARLY_ALL: Final = 0.7
_EPSILON: Final = 1e-9
_RUBRIC: Final = 4

_WIDE: Final = 2
_OFFICES: Final = frozenset(
    {"president", "premier", "minister", "government", "parliament", "court"}
)
_BODIES: Final = frozenset({"government", "parliament", "court", "minister"})
_TRADES: Final = frozenset(
    {"bank", "company", "plant", "airline-ticket", "team", "party", "central"}
)
_TOWNS_TOO: Final = frozenset(
    {
        "andijan", "bukhara", "fergana", "jizzakh", "namangan", "navoi", "samarkand",
        "naryn", "talas", "batken", "jalal-abad", "dashoguz",
    }
)  # fmt: skip
"""Regions of the gazetteer whose towns have their names."""
_PARTING_PLACES: Final = ("city", "region", "country", "water")
_ACTORS: Final = ("person", "organisation", "company")
_NONE: Final = frozenset[int]()
_PLACES: Final = PLACE_KINDS - {"country"}


def contrast_signals(
    odds: float, one: Features, other: Features, signals: Sequence[float], frame: Sequence[float]
) -> tuple[float, ...]:
    """Lay out what a pair's odds are weighed anew by, in the order of ``CONTRAST_SIGNALS``."""
    across = float(one.lang != other.lang)
    return (odds, across, *(signals[at] for at in _ALSO_AT), *frame)


class Contrast(NamedTuple):
    """What two headlines share and differ in, as ``FRAME_SIGNALS``, and what fills each alone.

    ``places`` are two of one kind, ``actors`` two people, bodies or companies, each named by one
    headline alone; ``across`` says that they are in two languages, ``daily`` that both name a
    rubric; ``met`` counts what of weight they share, a name of several words once, a
    deed half, one less where it is less than a third of both headlines;
    ``grown`` says that nothing but a toll, which rose, parts them.
    """

    signals: tuple[float, ...]
    mine: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    actors: tuple[str, ...] = ()
    across: bool = False
    daily: bool = False
    met: float = 0.0
    grown: bool = False

    @property
    def within(self) -> bool:
        """Tell whether the places are towns or regions: a land may be meant by many towns."""
        entity = entity_of(self.places[0]) if self.places else None
        return entity is not None and entity.kind in ("city", "region")

    def signal(self, name: str) -> float:
        """Give one of the signals by its name."""
        return self.signals[_PLACE[name]]

    def veto(self) -> Reason | None:
        """Name what makes two events of one frame, where that is beyond doubt.

        Everything less is the fitted trees' to weigh. Where the texts share more than their
        headlines, a headline may only have been written badly.
        """
        share, strangers = self.signal("frame_share"), self.signal("beyond") < _MUCH
        if self.signal("swapped") and share >= _NEARLY_ALL:
            return ("veto", "roles")
        if self.signal("opposite") and share >= _HALF and strangers:
            return ("veto", "opposite")
        if parted := self._parted(share, strangers=strangers):
            return parted
        if strangers and self.signal("reaction") and share >= _HALF:
            return ("veto", "reaction")
        # "Fire in Astana" names no deed either: a rubric is known by its words, or by two texts
        # under it that have nothing in common.
        strange = not self.signal("bare") and self.signal("beyond") <= 1
        if (self.daily or strange) and self.signal("rubric") and strangers:
            return ("veto", "rubric") if share >= self._least_of_rubric() else None
        return None

    def _parted(self, share: float, *, strangers: bool) -> Reason | None:
        """Name two places or actors, or what else fills one place of a frame.

        ``strangers`` says that the texts share little more than their headlines.
        """
        if self.places and (self.across or share >= _MOSTLY) and (strangers or self.within):
            return ("veto", "place", *self.places)
        if strangers and self.actors and share >= _HALF:
            return ("veto", "actor")
        return self.reason() if strangers and self._is_filled(share) else None

    def _is_filled(self, share: float) -> bool:
        """Tell two things in one place of a frame, of which the texts explain nothing.

        Of headlines alone, two things that are known, in nearly one frame.
        """
        if self.across or not self.signal("fill_slot"):
            return False
        if self.signal("bare"):
            return share >= _NEARLY_ALL and self.signal("fill_known") > 0
        return share >= _HALF and self.signal("beyond") < _WIDE + 1

    def _least_of_rubric(self) -> float:
        """Tell how much two rubrics share: all, or all but the figures of their days."""
        size = self.signal("frame_size")
        return 1.0 - (self.signal("figures_left") + _EPSILON) / size if size else 1.0

    def reason(self) -> Reason:
        """Name what the trees held against a pair: the words that fill the frame, if any."""
        if self.mine and self.theirs:
            return ("veto", "filling", " ".join(self.mine[:3]), " ".join(self.theirs[:3]))
        return ("veto", "headline")


class Opened:
    """A headline that is laid over many others: what is asked of it each time is kept."""

    __slots__ = ("_keys", "_same", "_terms", "_text", "_title", "features")

    def __init__(self, features: Features) -> None:
        """Open the headline of an item."""
        self.features = features
        self._same = SameWords(slots_of(features.frame))
        self._keys = frozenset(features.cross_lingual)
        self._terms = frozenset(features.terms)
        self._title = frozenset(features.terms[: features.title_terms])
        self._text = self._terms - self._title

    def over(self, other: Features) -> Contrast:
        """Lay the headline over another's."""
        one = self.features
        across = one.lang != other.lang
        mine, theirs = self._same.slots, slots_of(other.frame)
        pairs = self._same.among(theirs, across=across)
        matched_a, matched_b = {a for a, _ in pairs}, {b for _, b in pairs}
        left_a = [at for at in range(len(mine)) if at not in matched_a]
        left_b = [at for at in range(len(theirs)) if at not in matched_b]
        open_a = _unexplained(mine, left_a, *_spoken_of(other, across=across)) if left_a else []
        open_b = _unexplained(theirs, left_b, self._keys, _NONE if across else self._terms)
        fill_a = _fills(mine, open_a, [theirs[at] for at in left_b])
        fill_b = _fills(theirs, open_b, [mine[at] for at in left_a])
        shared = [mine[at] for at in matched_a]
        beyond, beyond_share = self._beyond_across(other) if across else self._beyond(other)
        kinds_a, kinds_b = _kinds(fill_a), _kinds(fill_b)
        places = _two_of_a_kind(kinds_a, kinds_b, _PARTING_PLACES)
        actors = _two_of_a_kind(kinds_a, kinds_b, _ACTORS)
        # A bus that plunges and its toll that rises are one event.
        tolled = toll_rises(one, other)
        signals = (
            (len(matched_a) + len(matched_b)) / (len(mine) + len(theirs) or 1),
            min(len(matched_a) / (len(mine) or 1), len(matched_b) / (len(theirs) or 1)),
            float(sum(_is_thing(slot) for slot in shared)),
            float(sum(slot.named for slot in shared)),
            float(sum(slot.part is Part.DEED for slot in shared)),
            float(min(len(fill_a), len(fill_b))),
            float(max(len(fill_a), len(fill_b))),
            float(min(_named(fill_a), _named(fill_b))),
            float(len(places) // _WIDE),
            float(bool(actors) or _nameless_part(fill_a, fill_b)),
            float(min(_known(fill_a), _known(fill_b))),
            float(min(_deeds(mine, open_a), _deeds(theirs, open_b))),
            float(_one_slot(mine, theirs, pairs, fill_a, fill_b)),
            _in_order(pairs),
            float(
                not tolled
                and opposite(one.frame, other.frame, left_a, left_b)
                and not converse(one.frame, other.frame, pairs)
            ),
            float(denied_by_one(mine, theirs, pairs)),
            float(swapped(one.frame, other.frame, pairs)),
            float(in_another_tense(mine, theirs, pairs)),
            float(at_another_stage(mine, theirs, left_a, left_b)),
            float(0 if tolled else min(_figures(mine, left_a), _figures(theirs, left_b))),
            float(figures_differ(one, other) is not None),
            float(min(beyond, 12)),
            beyond_share,
            float(not (one.has_text and other.has_text)),
            float(min(len(mine), len(theirs))),
            float(_is_rubric(mine) and _is_rubric(theirs)),
            float(reacts(mine, theirs, left_a, left_b)),
        )
        return Contrast(
            signals,
            tuple(slot.stem for slot in fill_a),
            tuple(slot.stem for slot in fill_b),
            places,
            actors,
            across,
            _is_daily(mine) and _is_daily(theirs),
            min(_met(mine, matched_a), _met(theirs, matched_b)) - (signals[0] < _LITTLE),
            tolled and not (fill_a or fill_b),
        )

    def _beyond(self, other: Features) -> tuple[int, float]:
        """Count what both texts share beyond the words of the headlines, and its share."""
        if not (self.features.has_text and other.has_text):
            return 0, 0.0
        terms = other.terms
        title, text = terms[: other.title_terms], terms[other.title_terms :]
        both = len(self._text.intersection(text))
        least = min(
            len(self._text) - len(self._text.intersection(title)),
            len(text) - len(self._title.intersection(text)),
        )
        return both, both / least if least else 0.0

    def _beyond_across(self, other: Features) -> tuple[int, float]:
        """Do the same for two languages.

        A name counts once, though its sound and its entity are kept.
        """
        one = self.features
        if not (one.has_text and other.has_text):
            return 0, 0.0
        keys = other.cross_lingual
        titles = {
            *one.cross_lingual[: one.title_cross_lingual],
            *keys[: other.title_cross_lingual],
        }
        mine, theirs = self._keys - titles, set(keys) - titles
        both, least = _things(mine & theirs), min(_things(mine), _things(theirs))
        return both, both / least if least else 0.0


def compare_frames(one: Features, other: Features) -> Contrast:
    """Lay two headlines over each other."""
    return Opened(one).over(other)


def _met(slots: Sequence[Slot], matched: set[int]) -> float:
    """Count what is shared; the words of one name are one, and what is done counts half."""
    return sum(
        1.0 if slots[at].named or slots[at].part is Part.FIGURE or _is_thing(slots[at]) else _HALF
        for at in matched
        if not (slots[at].named and at - 1 in matched and slots[at - 1].named)
    )


# --- what is left over -------------------------------------------------------------------------


def _spoken_of(features: Features, *, across: bool) -> tuple[frozenset[int], frozenset[int]]:
    """Give what an item's headline and text speak of: cross-lingual keys, and stems."""
    return frozenset(features.cross_lingual), _NONE if across else frozenset(features.terms)


def _unexplained(
    slots: Sequence[Slot], left: Iterable[int], keys: frozenset[int], terms: frozenset[int]
) -> list[int]:
    """Give those of the words left over of which the other item's text does not speak."""
    return [at for at in left if not _is_spoken_of(slots[at], keys, terms)]


def _is_spoken_of(slot: Slot, keys: frozenset[int], terms: frozenset[int]) -> bool:
    if slot.entity:
        return cross_lingual_id(ENTITY, slot.entity) in keys
    if term_id(slot.stem) in terms:
        return True
    if slot.concept:
        return cross_lingual_id(CONCEPT, concept_names().get(slot.concept, "")) in keys
    return slot.named and cross_lingual_id(NAME, name_key(skeleton(slot.stem))) in keys


def _fills(slots: Sequence[Slot], opened: Sequence[int], others: Sequence[Slot]) -> list[Slot]:
    """Give what names a thing that the other headline does not, nor might by another name."""
    known = [other for other in others if other.entity]
    kinds = _kinds(known)
    return [
        slot
        for slot in (slots[at] for at in opened)
        if _tells(slot)
        # A plain word may only be another name of what the gazetteer knows.
        and (
            _has_rival(slot, kinds)
            or not any(_may_be(slot, other) for other in (others if slot.named else known))
        )
    ]


def _has_rival(slot: Slot, kinds: Mapping[str, set[str]]) -> bool:
    """Tell a place beside which the other headline names another of its kind: no wider name."""
    entity = entity_of(slot.entity)
    return entity is not None and entity.kind in PLACE_KINDS and entity.kind in kinds


def _tells(slot: Slot) -> bool:
    return slot.named or _is_thing(slot)


def _may_be(one: Slot, other: Slot) -> bool:
    """Tell whether two words may name one: an office and its holder, a town and its country."""
    mine, theirs = entity_of(one.entity), entity_of(other.entity)
    if mine and theirs:
        return mine.country == theirs.country != "" and _wider(mine, theirs)
    for named, plain in ((mine, other), (theirs, one)):
        if named is None:
            continue
        concept = concept_names().get(plain.concept, "")
        if named.kind == "person" and concept in _OFFICES:
            return True
        if named.kind in ("organisation", "company") and concept in _BODIES | _TRADES:
            return True
    if one.named and other.named:
        return sounds_alike(one.stem, other.stem)
    return False


def _wider(one: Entity, other: Entity) -> bool:
    kinds = {one.kind, other.kind}
    return len(kinds) == _WIDE and (
        ("country" in kinds and bool(kinds & _PLACES | kinds & {"person", "organisation"}))
        or kinds <= _PLACES
        or kinds == {"person", "organisation"}
    )


def _is_thing(slot: Slot) -> bool:
    return slot.part is Part.NOUN and not slot.named and not slot.generic


def _named(slots: Iterable[Slot]) -> int:
    return sum(slot.named for slot in slots)


def _known(slots: Iterable[Slot]) -> int:
    """Count what is known in every language: names, and things of the table of concepts."""
    return sum(slot.named or slot.concept > 0 for slot in slots)


def _kinds(slots: Iterable[Slot]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for slot in slots:
        entity = entity_of(slot.entity)
        if entity is not None:
            kind = "city" if slot.entity in _TOWNS_TOO else entity.kind
            found.setdefault(kind, set()).add(slot.entity)
    return found


def _two_of_a_kind(
    mine: Mapping[str, set[str]], theirs: Mapping[str, set[str]], kinds: Iterable[str]
) -> tuple[str, ...]:
    """Give two of one kind, each named by one headline alone; none where there are none."""
    for kind in kinds:
        if mine.get(kind) and theirs.get(kind):
            return min(mine[kind]), min(theirs[kind])
    return ()


def _nameless_part(mine: Sequence[Slot], theirs: Sequence[Slot]) -> bool:
    """Tell whether each headline alone names somebody whom the gazetteer does not know."""
    return any(s.named and not s.entity for s in mine) and any(
        s.named and not s.entity for s in theirs
    )


def _deeds(slots: Sequence[Slot], at: Iterable[int]) -> int:
    return sum(slots[one].part is Part.DEED for one in at)


def _figures(slots: Sequence[Slot], at: Iterable[int]) -> int:
    return sum(slots[one].part is Part.FIGURE for one in at)


def _one_slot(
    mine: Sequence[Slot],
    theirs: Sequence[Slot],
    pairs: Sequence[tuple[int, int]],
    fill_a: Sequence[Slot],
    fill_b: Sequence[Slot],
) -> bool:
    """Tell whether a fill of each stands between the same words: one slot, two things in it."""
    if not fill_a or not fill_b:
        return False
    after = dict(pairs)
    back = {b: a for a, b in pairs}
    for a, slot in enumerate(mine):
        if slot not in fill_a:
            continue
        for b, found in enumerate(theirs):
            if found not in fill_b:
                continue
            left = _neighbour(a, -1, after, len(mine)), _neighbour(b, -1, back, len(theirs))
            right = _neighbour(a, 1, after, len(mine)), _neighbour(b, 1, back, len(theirs))
            if _meets(left, after) and _meets(right, after):
                return True
    return False


def _neighbour(at: int, step: int, matched: dict[int, int], size: int) -> int:
    """Find the nearest matched word on one side; -1 where the headline begins or ends."""
    at += step
    while 0 <= at < size and at not in matched:
        at += step
    return at if 0 <= at < size else -1


def _meets(pair: tuple[int, int], after: dict[int, int]) -> bool:
    a, b = pair
    return (a == -1 and b == -1) or (a != -1 and after.get(a) == b)


def _in_order(pairs: Sequence[tuple[int, int]]) -> float:
    """Give the share of neighbouring pairs that stand in the same order in both headlines."""
    once = dict(reversed(pairs))
    places = [once[a] for a in sorted(once)]
    if len(places) < _WIDE:
        return 1.0
    kept = sum(a < b for a, b in pairwise(places))
    return kept / (len(places) - 1)


# --- what kind of headline it is ----------------------------------------------------------------


def _is_rubric(slots: Sequence[Slot]) -> bool:
    """Tell a headline in which nobody does anything: "Joke of the day", "Weather in Osh".

    In one of two or three words a deed is hardly told from a thing ("Weekend reads"); a longer
    one is dated ("The dollar on November 27").
    """
    if any(slot.named and not _is_place(slot) for slot in slots):
        return False
    if len(slots) < _RUBRIC:
        return True
    dated = any(concept_names().get(slot.concept, "") in MONTHS for slot in slots)
    idle = not any(slot.part is Part.DEED for slot in slots)
    return idle and (dated or len(slots) == _RUBRIC)


def _is_daily(slots: Sequence[Slot]) -> bool:
    """Tell a headline that names a rubric: a joke, a photo, the weather, a rate."""
    return any(slot.stem.startswith(_rubric_words()) for slot in slots)


@lru_cache(maxsize=1)
def _rubric_words() -> tuple[str, ...]:
    return tuple(generic_words("rubric"))


def _is_place(slot: Slot) -> bool:
    entity = entity_of(slot.entity)
    return entity is not None and entity.kind in PLACE_KINDS | {"currency"}


def _things(keys: Iterable[int]) -> int:
    kinds = Counter(key & KIND for key in keys)
    return kinds[CONCEPT] + kinds[FIGURE] + max(kinds[NAME], kinds[ENTITY])
