"""The index of names: what a name may stand for, and where names are met in a row of words; pure.

A name is looked for in the forms of a text's tokens, longest name first: by its spelling in any
case, or by its skeleton where a capital stands.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, NewType

from watchers.text.skeleton import keyboard

EntityId = NewType("EntityId", str)

PLACE_KINDS = frozenset({"country", "region", "city", "water"})
"""Of the kinds, those of places."""
_SHORTEST_ACRONYM = 4


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing with a name. ``country`` is the lower-case ISO code it belongs to, or "".

    ``label`` is its name in English, ``russian`` in Russian, "" where the table has none.
    ``office`` is what a person is, from the day ``since`` on, or was ("former president").
    """

    id: EntityId
    kind: str
    country: str
    label: str
    unless: frozenset[str] = frozenset()
    since: str = ""
    until: str = ""
    russian: str = ""
    office: str = ""


@dataclass(frozen=True, slots=True)
class Alias:
    """One spelling of a name and when it counts.

    ``entity`` is None for a spelling that only blocks (Китай-город is not China). ``capital`` asks
    for a capital letter, ``upper`` for capitals throughout, ``langs`` for a text in one of these
    languages; ``inside`` for a capital inside a sentence, where it says more. ``covers`` takes its
    words' other meanings away (сектор Газа is no газ). ``full`` marks a person's full name.
    ``told`` is met in texts only: Tehran says what Iran does, who asks for Tehran means the city.
    """

    entity: EntityId | None
    words: tuple[str, ...]
    capital: bool = False
    upper: bool = False
    langs: frozenset[str] = frozenset()
    covers: bool = False
    full: bool = False
    inside: bool = False
    unless: frozenset[str] = frozenset()
    spelt: bool = False
    told: bool = False

    @property
    def guarded(self) -> bool:
        """Tell whether the bare word may mean something else."""
        return self.capital or self.upper or self.inside or bool(self.langs)


@dataclass(frozen=True, slots=True)
class NameWord:
    """A word as the gazetteer compares it, of a text or of a query.

    ``opens`` marks the first word of a sentence. A word that is not ``loose`` is somebody's
    name only as that is spelt: малый is not Mali.
    """

    folds: tuple[str, ...]
    skeletons: tuple[str, ...]
    capital: bool
    upper: bool
    normal: str
    opens: bool = False
    loose: bool = True


@dataclass(frozen=True, slots=True)
class NameMatch:
    """An alias met at the tokens ``start`` to ``end`` (exclusive)."""

    alias: Alias
    start: int
    end: int


@dataclass(frozen=True, slots=True, eq=False)
class Gazetteer:
    """All names, indexed by their first word.

    ``topics`` are the words by which ``topic:`` meets: lone ones, phrases in quotation marks, and
    with a hyphen before them phrases whose words do not count. ``firsts`` has all folds and
    skeletons of first words: of most words of a text nothing else need be asked. ``seconds`` has
    the second words of phrases, under the first.
    """

    entities: dict[EntityId, Entity]
    singles: dict[str, tuple[Alias, ...]]
    skeletons: dict[str, tuple[Alias, ...]]
    phrases: dict[str, tuple[tuple[tuple[str, ...], Alias], ...]]
    topics: dict[str, tuple[str, ...]] = field(default_factory=dict)
    firsts: frozenset[str] = field(init=False)
    seconds: dict[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        """Gather the first words, and the second ones."""
        firsts = frozenset().union(self.singles, self.skeletons, self.phrases)
        object.__setattr__(self, "firsts", firsts)
        seconds = {
            first: frozenset(rest[0] for rest, _ in found) for first, found in self.phrases.items()
        }
        object.__setattr__(self, "seconds", seconds)

    def find(self, words: Sequence[NameWord], lang: str = "") -> list[NameMatch]:
        """Find names in a row of words, the longest at each place; several may share one.

        ``lang`` is the text's language; "" (a query) lets every guard pass that words of a
        query cannot satisfy: a reader types without capitals.
        """
        found: list[NameMatch] = []
        unmet = self.firsts.isdisjoint
        begin = [
            at
            for at, word in enumerate(words)
            if not (unmet(word.folds) and unmet(word.skeletons))
        ]
        end = 0
        for at in begin:
            if at < end:
                continue  # inside the name before
            end = at + 1
            here = self._phrase(words, at, lang)
            if here:
                found += here
                end = here[0].end
            if not here or all(match.alias.entity for match in here):
                # Names inside a name count as well: Kazakhstan in the National Bank of it.
                for inner in range(at, end):
                    found += self._single(words[inner], inner, lang)
        return found

    def _phrase(self, words: Sequence[NameWord], at: int, lang: str) -> list[NameMatch]:
        best: list[NameMatch] = []
        size = 0
        second = words[at + 1].skeletons if at + 1 < len(words) else ()
        for form in words[at].skeletons:
            # Hundreds of names begin with "president": most end at the second word.
            if form not in self.seconds or self.seconds[form].isdisjoint(second):
                continue
            for rest, alias in self.phrases[form]:
                if rest[0] not in second or len(rest) + 1 < size:
                    continue
                if not _follows(words, at + 1, rest) or not _allowed(alias, words[at], lang):
                    continue
                if len(rest) + 1 > size:
                    best, size = [], len(rest) + 1
                if all(alias.entity != other.alias.entity for other in best):
                    best.append(NameMatch(alias, at, at + size))
        return best

    def _single(self, word: NameWord, at: int, lang: str) -> list[NameMatch]:
        best = [
            alias
            for fold in word.folds
            if fold in self.singles
            for alias in self.singles[fold]
            if _allowed(alias, word, lang)
        ]
        if not best and word.loose and (word.capital or not lang):
            best = [
                alias
                for form in word.skeletons
                if form in self.skeletons
                for alias in self.skeletons[form]
                if _allowed(alias, word, lang)
            ]
        if not best:
            return []
        return [
            NameMatch(alias, at, at + 1)
            for alias in {alias.entity: alias for alias in best[::-1]}.values()
        ]


def _follows(words: Sequence[NameWord], at: int, rest: tuple[str, ...]) -> bool:
    return at + len(rest) <= len(words) and all(
        form in words[at + offset].skeletons for offset, form in enumerate(rest)
    )


def _allowed(alias: Alias, word: NameWord, lang: str) -> bool:
    if (
        alias.upper
        and len(alias.words) == 1
        and len(word.normal) < _SHORTEST_ACRONYM
        and (alias.words[0] != word.normal)
    ):
        return False  # қ is not к in an acronym of three letters
    if not lang:
        return not alias.told
    if alias.spelt and keyboard(word.normal) != keyboard(alias.words[0]):
        return False
    if alias.inside and (word.opens or not word.capital):
        return False
    if alias.langs and lang not in alias.langs:
        return False
    return not ((alias.capital and not word.capital) or (alias.upper and not word.upper))


class Filed(NamedTuple):
    """A spelling and the skeletons it is filed under: one a word, none for a lone word without."""

    alias: Alias
    skeletons: tuple[str, ...]


def indexed(
    entities: dict[EntityId, Entity],
    filed: Iterable[Filed],
    topics: Mapping[str, tuple[str, ...]],
) -> Gazetteer:
    """Make the gazetteer of these spellings, none of which is told twice."""
    singles: dict[str, list[Alias]] = {}
    skeletons: dict[str, list[Alias]] = {}
    phrases: dict[str, list[tuple[tuple[str, ...], Alias]]] = {}
    for alias, forms in filed:
        if len(alias.words) > 1:
            phrases.setdefault(forms[0], []).append((forms[1:], alias))
            continue
        singles.setdefault(keyboard(alias.words[0]), []).append(alias)
        for form in forms:
            skeletons.setdefault(form, []).append(alias)
    return Gazetteer(
        entities,
        {key: tuple(value) for key, value in singles.items()},
        {key: tuple(value) for key, value in skeletons.items()},
        {key: tuple(value) for key, value in phrases.items()},
        dict(topics),
    )
