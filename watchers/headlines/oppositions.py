"""Where two headlines over one frame contradict each other: grew and fell, A beat B and B beat A.

Pure functions over the slots of two headlines and the ``pairs`` of slots that are one.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from watchers.headlines.concepts import concept_names
from watchers.headlines.slots import Frame, Slot, slots_of
from watchers.text.names import Entity, EntityId, gazetteer
from watchers.text.speech import Case, Part, Tense

Pairs = Sequence[tuple[int, int]]
"""Slots of the one headline and of the other that are one."""
_STAGES: Final = frozenset(
    {"semifinal", "final", "quarterfinal", "qualif", "first", "second", "third"}
)
_TAKEN_BACK: Final = frozenset({"ban", "suspend", "block", "freeze", "sanction", "convict"})
"""Axes of what can be lifted: a ban that is lifted allows."""
_MUTUAL: Final = frozenset({"talks", "meet", "phone", "cooperation", "summit"})
"""What two do together has no direction: who met whom says nothing."""
_REACTIONS: Final = frozenset(
    {
        "comment", "condolence", "thank", "welcome", "congratul", "urge", "criticis", "protest",
        "petition", "complaint", "outrage", "letter", "apolog",
    }
)  # fmt: skip
"""What people do about an event that has happened already."""
_GENITIVE_BEHIND: Final = frozenset({"ru", "en", "tg"})
"""Languages in which whose team it is stands behind it."""
_AXES: Final = {
    "adopt": "for", "support": "for", "agree": "for", "vote": "for",
    "arrive": "come", "return": "come", "member": "come", "enrol": "come",
    "rise": "up", "grade": "up", "strengthen": "up", "appreciate": "up",
    "open": "on", "run": "on", "begin": "on", "power": "on",
}  # fmt: skip
"""Axes that news use for one another."""


@lru_cache(maxsize=4096)
def entity_of(identity: str) -> Entity | None:
    """Give the gazetteer's thing of an id, None of "" or of an id that is no more."""
    return gazetteer().entities.get(EntityId(identity)) if identity else None


def opposite(one: Frame, other: Frame, left_a: Sequence[int], left_b: Sequence[int]) -> bool:
    """Tell whether two headlines stand at two ends of one axis: grew and fell.

    Of most axes only words count that the other headline does not have. Of deeds that can be
    taken back ("lifted the ban") all do, each turned round where it is.
    """
    mine, theirs = _poles(one, set(left_a)), _poles(other, set(left_b))
    axes = mine.keys() & theirs.keys()
    against = sum(mine[axis].isdisjoint(theirs[axis]) for axis in axes)
    return against > 0 and against * 2 >= len(axes)


def _poles(frame: Frame, left: set[int]) -> dict[str, set[int]]:
    lifted = any(axis == "lift" and sign > 0 for _, axis, sign in frame.poles)
    found: dict[str, set[int]] = {}
    parts = [slot.part for slot in slots_of(frame)]
    done = {_AXES.get(axis, axis) for at, axis, _ in frame.poles if parts[at] is Part.DEED}
    for at, axis, sign in frame.poles:
        if parts[at] is Part.QUALITY and _AXES.get(axis, axis) in done:
            continue  # "the boy who was missing is found"
        if axis == "lift" or axis.startswith("attr-trade"):
            continue
        if axis in _TAKEN_BACK:
            found.setdefault(axis, set()).add(-sign if lifted else sign)
        elif at in left:
            found.setdefault(_AXES.get(axis, axis), set()).add(sign)
    return found


def denied_by_one(mine: Sequence[Slot], theirs: Sequence[Slot], pairs: Pairs) -> bool:
    """Tell whether one headline says "not" of what the other says: backed, did not back."""
    return any(mine[a].denied != theirs[b].denied for a, b in pairs)


def in_another_tense(mine: Sequence[Slot], theirs: Sequence[Slot], pairs: Pairs) -> bool:
    """Tell whether one deed is told as done and as yet to come."""
    return any(
        (mine[a].tense is Tense.TO_COME) != (theirs[b].tense is Tense.TO_COME)
        for a, b in pairs
        if mine[a].tense and theirs[b].tense
    )


def at_another_stage(
    mine: Sequence[Slot], theirs: Sequence[Slot], left_a: Sequence[int], left_b: Sequence[int]
) -> bool:
    """Tell whether headlines name two stages of one thing: semifinal, final; first, second."""
    a = {concept_names().get(mine[at].concept, "") for at in left_a} & _STAGES
    b = {concept_names().get(theirs[at].concept, "") for at in left_b} & _STAGES
    return bool(a) and bool(b) and a.isdisjoint(b)


def reacts(
    mine: Sequence[Slot], theirs: Sequence[Slot], left_a: Sequence[int], left_b: Sequence[int]
) -> bool:
    """Tell whether one headline alone tells what somebody did about an event."""
    a, b = (
        any(concept_names().get(slots[at].concept) in _REACTIONS for at in left)
        for slots, left in ((mine, left_a), (theirs, left_b))
    )
    return a is not b


def converse(one: Frame, other: Frame, pairs: Pairs) -> bool:
    """Tell whether one deed is told from its two sides: "A beat B", "B lost to A"."""
    doers = _doer(slots_of(one), one.lang), _doer(slots_of(other), other.lang)
    return _from_two_sides(one, other) and doers not in pairs


def swapped(one: Frame, other: Frame, pairs: Pairs) -> bool:
    """Tell whether who does it in the one is whom it is done to in the other.

    Only where both tell the same deed from the same side: "A lends B" and "B borrows of A" are
    one event, "A beat B" and "B beat A" two, in whatever words.
    """
    mine, theirs = slots_of(one), slots_of(other)
    shared = any(mine[a].part is Part.DEED and theirs[b].part is Part.DEED for a, b in pairs)
    if not shared and _deeds_of(one).isdisjoint(_deeds_of(other)):
        return False
    mutual = any(concept_names().get(mine[a].concept) in _MUTUAL for a, _ in pairs)
    passive = _is_passive(mine, one.lang), _is_passive(theirs, other.lang)
    if mutual or _from_two_sides(one, other) or passive[0] != passive[1]:
        return False
    doer_a, doer_b = _doer(mine, one.lang), _doer(theirs, other.lang)
    if one.lang != other.lang and not all(
        doer is not None and slots[doer].named
        for doer, slots in ((doer_a, mine), (doer_b, theirs))
    ):
        return False  # of two grammars only names are sure to be who does it
    if doer_a is None or doer_b is None or (doer_a, doer_b) in pairs:
        return False
    there = [b for a, b in pairs if a == doer_a]
    here = [a for a, b in pairs if b == doer_b]
    return any(_suffers(theirs, b, doer_b) for b in there) and any(
        _suffers(mine, a, doer_a) for a in here
    )


def _deeds_of(frame: Frame) -> set[tuple[str, str]]:
    """Give what is done in a headline, and the side that it is told from."""
    slots = slots_of(frame)
    return {(deed, side) for at, deed, side in frame.sides if slots[at].part is Part.DEED}


def _is_passive(slots: Sequence[Slot], lang: str) -> bool:
    """Tell whether a headline tells of whom it is done to; English ones leave "is" out."""
    if lang == "en":
        return any(slot.part is Part.DEED and slot.tense is Tense.DONE for slot in slots)
    return any(slot.part is Part.DEED and slot.case is Case.OBJECT for slot in slots)


def _from_two_sides(one: Frame, other: Frame) -> bool:
    mine, theirs = (
        dict.fromkeys((d, s) for _, d, s in one.sides),
        {(d, s) for _, d, s in other.sides},
    )
    deeds = {deed for deed, _ in mine} & {deed for deed, _ in theirs}
    return any(
        {side for d, side in mine if d == deed}.isdisjoint(side for d, side in theirs if d == deed)
        for deed in deeds
    )


def _doer(slots: Sequence[Slot], lang: str) -> int | None:
    """Find who does what a headline tells: the first subject, else the first name or thing.

    Of "the team of Uzbekistan" Uzbekistan is meant. In English whoever does it comes before it.
    """
    nouns = [
        at
        for at, slot in enumerate(slots)
        if (slot.part is Part.NOUN or slot.named) and slot.case in (Case.SUBJECT, Case.UNKNOWN)
    ]
    if lang == "en":
        deed = next((at for at, slot in enumerate(slots) if slot.part is Part.DEED), 0)
        nouns = [at for at in nouns if at < deed] or nouns
    subjects = [at for at in nouns if slots[at].case is Case.SUBJECT]
    named = [at for at in nouns if slots[at].named]
    found = min([*subjects[:1], *named[:1]], default=nouns[0] if nouns else None)
    if found is None or (
        slots[found].named and slots[found].entity and not _is_body(slots[found])
    ):
        return found
    after = found + 1
    if (
        lang in _GENITIVE_BEHIND
        and after < len(slots)
        and slots[after].named
        and slots[after].case is Case.OBJECT
    ):
        return after
    return found


def _is_body(slot: Slot) -> bool:
    entity = entity_of(slot.entity)
    return entity is not None and entity.kind == "organisation"


def _suffers(slots: Sequence[Slot], at: int, doer: int) -> bool:
    """Tell whether a deed is done to a word, and not where it is or by it."""
    slot = slots[at]
    if slot.case is Case.OBJECT:
        return True
    return (
        slot.case is not Case.AROUND
        and at > doer
        and any(slots[between].part is Part.DEED for between in range(doer, at))
    )
