"""The anchor index: which subscriptions an item can concern at all.

Every query is filed under the keys of one condition that it cannot hold without; an item looks
its own keys up and only those queries are evaluated. Equal queries are kept once.
"""

from collections.abc import Callable, Hashable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Generic, TypeVar

from watchers.keywords.facts import Facts
from watchers.keywords.matching import NO_FACTS, Hit, Where, explain, fires, places
from watchers.keywords.query import All, Exact, Filter, No, Node, Prefix, Query, Some, Term
from watchers.text.words import Analysis, of_title

Id = TypeVar("Id", bound=Hashable)
_PREFIXES = range(2, 7)
"""Letters of ``word*`` by which it is filed: as many as it has, within these."""


@dataclass(slots=True)
class _Filed(Generic[Id]):
    """One distinct query, its anchors, and whose it is.

    ``needs``: what meets it has a key of each, too. Most candidates fall at the first, and so
    cost no walk through the query.
    """

    query: Query
    anchors: frozenset[str]
    needs: tuple[frozenset[str], ...] = ()
    ids: dict[Id, None] = field(default_factory=dict)


class QueryIndex(Generic[Id]):
    """All queries that somebody wants told; ids are the caller's."""

    def __init__(self, queries: Iterable[tuple[Id, Query]] = ()) -> None:
        """File the queries that exist already."""
        self._by_id: dict[Id, _Filed[Id]] = {}
        self._by_text: dict[str, _Filed[Id]] = {}
        self._anchored: dict[str, _Filed[Id] | dict[str, _Filed[Id]]] = {}
        self._always: dict[str, _Filed[Id]] = {}
        for identity, query in queries:
            self.put(identity, query)

    def __len__(self) -> int:
        """Count the subscriptions."""
        return len(self._by_id)

    def put(self, identity: Id, query: Query) -> None:
        """File a query under an id, in place of what stood there."""
        self.drop(identity)
        filed = self._by_text.get(query.text)
        if filed is None or filed.query != query:
            filed = self._file(query)
        filed.ids[identity] = None
        self._by_id[identity] = filed

    def drop(self, identity: Id) -> None:
        """Forget an id; an unknown one is forgotten already."""
        filed = self._by_id.pop(identity, None)
        if filed is None:
            return
        del filed.ids[identity]
        if not filed.ids:
            self._unfile(filed)

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
        for filed in self._candidates(analysis, facts).values():
            if any(map(lacks, filed.needs)):
                continue
            try:
                if not fires(filed.query.root, analysis, facts):
                    continue
            except Exception as error:  # noqa: BLE001 (told, or raised there)
                _told(filed, error, broken)
                continue
            if where is None:  # what raises here lies in the item
                where, title = places(analysis), of_title(analysis)
            try:
                in_headline = title is analysis or fires(filed.query.root, title, facts)
                hit = explain(filed.query, analysis, where, in_headline=in_headline)
            except Exception as error:  # noqa: BLE001 (told, or raised there)
                _told(filed, error, broken)
                continue
            found += [(identity, hit) for identity in filed.ids]
        return found

    def _candidates(self, analysis: Analysis, facts: Facts) -> dict[str, _Filed[Id]]:
        found = dict(self._always)
        anchored = self._anchored
        others = _other_keys(analysis, facts)
        for key in (*(analysis.keys & anchored.keys()), *(others & anchored.keys())):
            shelf = anchored[key]
            if isinstance(shelf, dict):
                found.update(shelf)
            else:
                found[shelf.query.text] = shelf
        return found

    def _file(self, query: Query) -> _Filed[Id]:
        anchors = self._anchors(query.root)
        needs = tuple(need for need in _needs(query.root) if need != anchors)
        filed: _Filed[Id] = _Filed(query, anchors or frozenset(), needs)
        self._by_text[query.text] = filed
        if anchors is None:
            self._always[query.text] = filed
        for key in filed.anchors:
            self._shelve(key, filed)
        return filed

    def _shelve(self, key: str, filed: _Filed[Id]) -> None:
        """Put a query on the shelf of a key; a lone one is its own shelf, as most are."""
        text, shelf = filed.query.text, self._anchored.get(key)
        if isinstance(shelf, dict):
            shelf[text] = filed
        elif shelf is None or shelf.query.text == text:
            self._anchored[key] = filed
        else:
            self._anchored[key] = {shelf.query.text: shelf, text: filed}

    def _unfile(self, filed: _Filed[Id]) -> None:
        text = filed.query.text
        if self._by_text.get(text) is filed:
            del self._by_text[text]
        self._always.pop(text, None)
        for key in filed.anchors:
            shelf = self._anchored.get(key)
            if shelf is filed:
                del self._anchored[key]
            elif isinstance(shelf, dict) and shelf.get(text) is filed:
                del shelf[text]
                if not shelf:
                    del self._anchored[key]

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
                return frozenset({"p:" + node.normal[: _PREFIXES[-1]]})
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
        shelf = self._anchored.get(key)
        if shelf is None:
            return 0
        return len(shelf) if isinstance(shelf, dict) else 1


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
    for identity in filed.ids:
        broken(identity, error)


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
