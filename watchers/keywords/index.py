"""The anchor index: which subscriptions an item can concern at all.

Every query is filed under the keys of one condition that it cannot hold without; an item looks
its own keys up and only those queries are evaluated. Most wait for a word that is seldom told:
until somebody tells it, a query is a few hundred bytes.
"""

import pickle
from collections.abc import Callable, Hashable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Generic, TypeVar

from watchers.keywords.facts import Facts
from watchers.keywords.matching import NO_FACTS, Hit, Where, explain, fires, places
from watchers.keywords.query import All, Exact, Filter, No, Node, Prefix, Query, Some, Term
from watchers.text.words import Analysis, of_title

Id = TypeVar("Id", bound=Hashable)
_PREFIXES = range(2, 7)
"""Letters of ``word*`` by which it is filed: as many as it has, within these."""

_SPELT = ("s:", "k:")
"""Keys of a form as written and as a plain keyboard types it: one shelf serves both."""


class _Filed(Generic[Id]):
    """One query as it waits: its tree in bytes.

    ``needs``: what meets it has a key of each, too. Most candidates fall at the first, and so
    cost no walk through the query.
    """

    __slots__ = ("identity", "needs", "packed")

    def __init__(self, identity: Id, packed: bytes, needs: tuple[frozenset[str], ...]) -> None:
        self.identity = identity
        self.packed = packed
        self.needs = needs


@lru_cache(maxsize=1024)
def _unpacked(packed: bytes) -> Node:
    """Give a query's tree again; those that items come to are asked for over and over."""
    root: Node = pickle.loads(packed)  # noqa: S301 (our own, and never out of memory)
    return root


class QueryIndex(Generic[Id]):
    """All queries that somebody wants told; ids are the caller's."""

    def __init__(self, queries: Iterable[tuple[Id, Query]] = ()) -> None:
        """File the queries that exist already."""
        self._by_id: dict[Id, _Filed[Id]] = {}
        self._anchored: dict[str, _Filed[Id] | set[_Filed[Id]]] = {}
        self._always: set[_Filed[Id]] = set()
        for identity, query in queries:
            self.put(identity, query)

    def __len__(self) -> int:
        """Count the queries."""
        return len(self._by_id)

    def put(self, identity: Id, query: Query) -> None:
        """File a query under an id, in place of what stood there."""
        self.drop(identity)
        anchors = self._anchors(query.root)
        needs = tuple(need for need in _needs(query.root) if need != anchors)
        filed = _Filed(identity, pickle.dumps(query.root, pickle.HIGHEST_PROTOCOL), needs)
        self._by_id[identity] = filed
        if anchors is None:
            self._always.add(filed)
        for shelf in set(map(_shelf, anchors or ())):
            self._shelve(shelf, filed)

    def drop(self, identity: Id) -> None:
        """Forget an id; an unknown one is forgotten already."""
        filed = self._by_id.pop(identity, None)
        if filed is None:
            return
        self._always.discard(filed)
        # Which of its conditions was the rarest when it came is not kept.
        for shelf in set(map(_shelf, _possible_anchors(_unpacked(filed.packed)))):
            self._unshelve(shelf, filed)

    def find(
        self,
        analysis: Analysis,
        facts: Facts = NO_FACTS,
        broken: Callable[[Id, Exception], None] | None = None,
    ) -> list[tuple[Id, Hit]]:
        """Give the ids whose queries the item meets, each with its hit.

        One whose query raises does not meet it: ``broken`` hears of it, and the others go on.
        Without ``broken`` the first raises.
        """
        found: list[tuple[Id, Hit]] = []
        where: Where | None = None
        title = analysis
        lacks = analysis.keys.isdisjoint
        for filed in self._candidates(analysis, facts):
            if any(map(lacks, filed.needs)):
                continue
            root = _unpacked(filed.packed)
            try:
                if not fires(root, analysis, facts):
                    continue
            except Exception as error:  # noqa: BLE001 (told, or raised there)
                _told(filed, error, broken)
                continue
            if where is None:  # what raises here lies in the item
                where, title = places(analysis), of_title(analysis)
            try:
                in_headline = title is analysis or fires(root, title, facts)
                hit = explain(Query("", root), analysis, where, in_headline=in_headline)
            except Exception as error:  # noqa: BLE001 (told, or raised there)
                _told(filed, error, broken)
                continue
            found.append((filed.identity, hit))
        return found

    def _candidates(self, analysis: Analysis, facts: Facts) -> set[_Filed[Id]]:
        found = set(self._always)
        anchored = self._anchored
        own = {key[2:] if key.startswith(_SPELT) else key for key in analysis.keys}
        others = _other_keys(analysis, facts)
        for key in (*(own & anchored.keys()), *(others & anchored.keys())):
            shelf = anchored[key]
            if isinstance(shelf, set):
                found |= shelf
            else:
                found.add(shelf)
        return found

    def _shelve(self, key: str, filed: _Filed[Id]) -> None:
        """Put a query on the shelf of a key; a lone one is its own shelf, as most are."""
        shelf = self._anchored.get(key)
        if isinstance(shelf, set):
            shelf.add(filed)
        else:
            self._anchored[key] = filed if shelf is None else {shelf, filed}

    def _unshelve(self, key: str, filed: _Filed[Id]) -> None:
        """Take a query off the shelf of a key, if it is there."""
        shelf = self._anchored.get(key)
        if isinstance(shelf, set):
            shelf.discard(filed)
        if not shelf or shelf is filed:
            self._anchored.pop(key, None)

    def _anchors(self, node: Node) -> frozenset[str] | None:  # noqa: C901, PLR0911 - a line a node
        """Give keys of which any matching item has one; None when there are none such."""
        match node:
            case Term():
                if not node.words:
                    return node.keys
                return node.keys | min(node.words, key=self._load)
            case Exact():
                return node.keys
            case Prefix():
                return frozenset({_prefix_anchor(node)})
            case Filter():
                return _filter_anchors(node)
            case All(children):
                parts = [self._anchors(child) for child in children]
                known = [part for part in parts if part is not None]
                return min(known, key=self._load) if known else None
            case Some(children):
                parts = [self._anchors(child) for child in children]
                known = [part for part in parts if part is not None]
                return frozenset().union(*known) if len(known) == len(parts) else None
            case No():
                return None

    def _load(self, keys: AbstractSet[str]) -> tuple[int, int]:
        """Weigh a choice of anchors: crowded shelves and short words cost most."""
        crowd = sum(self._crowd(key) for key in keys)
        facts = any(key[0] == "f" for key in keys)
        return crowd + 1000 * facts, -max(map(len, keys), default=0)

    def _crowd(self, key: str) -> int:
        shelf = self._anchored.get(_shelf(key))
        if shelf is None:
            return 0
        return len(shelf) if isinstance(shelf, set) else 1


def _shelf(key: str) -> str:
    """Name the shelf of a key."""
    return key[2:] if key.startswith(_SPELT) else key


def _possible_anchors(node: Node) -> Iterator[str]:
    """Give every key under which a query may be filed."""
    match node:
        case Term():
            yield from node.keys.union(*node.words)
        case Exact():
            yield from node.keys
        case Prefix():
            yield _prefix_anchor(node)
        case Filter():
            yield from _filter_anchors(node) or ()
        case All(children) | Some(children):
            for child in children:
                yield from _possible_anchors(child)
        case No():
            return


def _needs(node: Node) -> tuple[frozenset[str], ...]:
    """Give sets of a text's keys of each of which what meets a node has one, as far as is seen."""
    match node:
        case Term():
            return (node.keys | node.words[0] if node.words else node.keys,)
        case Exact():
            return (node.keys,)
        case All(children):
            return tuple(need for child in children for need in _needs(child))
        case _:
            return ()


def _told(
    filed: _Filed[Id], error: Exception, broken: Callable[[Id, Exception], None] | None
) -> None:
    """Say whose query raised; raise it where nobody hears."""
    if broken is None:
        raise error
    broken(filed.identity, error)


def _prefix_anchor(node: Prefix) -> str:
    return "p:" + node.normal[: _PREFIXES[-1]]


def _filter_anchors(node: Filter) -> frozenset[str] | None:
    match node.name:
        case "about":
            return frozenset({f"c:{node.value}"})
        case "country":
            return frozenset({f"f:country:{node.value}", f"c:{node.value}"})
        case "lang":
            langs = ("uz-Latn", "uz-Cyrl") if node.value == "uz" else (node.value,)
            return frozenset(f"f:lang:{lang}" for lang in langs)
        case _:
            return None


def _other_keys(analysis: Analysis, facts: Facts) -> set[str]:
    keys = {f"f:country:{facts.country.casefold()}", f"f:lang:{facts.lang}"}
    normals = {token.word.normal for token in (*analysis.tokens, *analysis.compounds)}
    return keys.union(*map(_prefixes, normals))


@lru_cache(maxsize=4096)
def _prefixes(normal: str) -> frozenset[str]:
    return frozenset("p:" + normal[:size] for size in _PREFIXES)
