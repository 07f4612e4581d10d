"""A parsed query: a small tree of conditions on an item's keys, words and facts."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a name: fires when the item has any of its keys.

    ``label`` is what the reader typed. ``words`` are the places of a phrase, each a set of
    keys; a lone word has none. A phrase fires when its words stand side by side, or at once
    when the item has one of ``keys`` (the phrase is somebody's name in another spelling). The
    words of one that is ``glued`` are joined by hyphens in the text, too.
    """

    label: str
    keys: frozenset[str]
    words: tuple[frozenset[str], ...] = ()
    glued: bool = False


@dataclass(frozen=True, slots=True)
class Exact:
    """``=word``: the word as written, case aside, in no other form.

    An item that has it has one of ``keys``.
    """

    label: str
    normal: str
    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Prefix:
    """``word*``: any word that begins so."""

    label: str
    normal: str


@dataclass(frozen=True, slots=True)
class Filter:
    """``name:value``: a condition on the facts of an item."""

    name: str
    value: str
    age: timedelta | None = None
    moment: datetime | None = None


@dataclass(frozen=True, slots=True)
class All:
    """Every child holds."""

    children: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one child holds.

    The index files what meets them under ``key``, where there is one.
    """

    children: tuple["Node", ...]
    key: str = ""


@dataclass(frozen=True, slots=True)
class No:
    """The child does not hold."""

    child: "Node"


Node = Term | Exact | Prefix | Filter | All | Some | No


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader asks for. ``text`` is its canonical form, to be shown, stored and parsed.

    ``understood`` is what is asked for, word by word, with AND, OR, NOT and brackets between;
    ``reworded`` tells that it says other than what was typed: function words were left out, a
    small "or" joined its neighbours, or commas stood between. ``literal`` says that there was
    nothing but function words somewhere, so that they are asked for.
    """

    text: str
    root: Node
    understood: tuple[str, ...] = ()
    reworded: bool = False
    literal: bool = False

    def __str__(self) -> str:
        """Give the canonical text."""
        return self.text

    def terms(self) -> Iterator[Term | Exact | Prefix]:
        """Give the words asked for, outside negations, in order."""
        yield from _terms(self.root)


def spelt_out(query: Query) -> Query:
    """Return a query that asks for the words of its topics and not for their keys.

    Items that are not filed under topics yet are met so. A query without topics stays itself.
    """
    root = _spelt_out(query.root)
    return query if root == query.root else replace(query, root=root)


def _spelt_out(node: Node) -> Node:
    match node:
        case Some(children):
            return Some(tuple(map(_spelt_out, children)))
        case All(children):
            return All(tuple(map(_spelt_out, children)))
        case No(child):
            return No(_spelt_out(child))
        case _:
            return node


def languages(query: Query) -> frozenset[str]:
    """Give the values of ``lang:`` of which an item must have one; none where any will do."""
    return _languages(query.root)


def _languages(node: Node) -> frozenset[str]:
    match node:
        case Filter(name="lang", value=value):
            return frozenset({value})
        case All(children):
            return frozenset().union(*map(_languages, children))
        case Some(children):
            found = [_languages(child) for child in children]
            return frozenset().union(*found) if all(found) else frozenset()
        case _:
            return frozenset()


def _terms(node: Node) -> Iterator[Term | Exact | Prefix]:
    match node:
        case Term() | Exact() | Prefix():
            yield node
        case All(children) | Some(children):
            for child in children:
                yield from _terms(child)
        case No() | Filter():
            return
