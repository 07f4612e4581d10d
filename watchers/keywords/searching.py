"""A query as the archive's full-text index understands it.

The index holds each item's keys. A lone word is exact there; a phrase, a prefix, a date or an
outlet is only narrowed, and the newest hits are checked again with the same matcher.
"""

import re
from datetime import datetime, timedelta

from watchers.keywords.query import All, Exact, Filter, No, Node, Prefix, Query, Some, Term

PREFIXES = range(3, 7)
"""Letters of ``word*`` by which words are filed. An index of beginnings costs a fifth more room;
without it ``каз*`` would gather every posting of every word that begins so."""


CUT = re.compile(r"(?:(?![A-Za-z0-9:.+-])[\x00-\x7f])+")
"""Where the index cuts its words: at ASCII that is neither a letter, a figure nor one of its
``tokenchars``."""


IN_HEADLINE = "h:"
"""Before a key: that the headline alone gives it."""


def fts(query: Query, *, headline: bool = False) -> str | None:
    """Give the MATCH expression over the keys, or None when nothing narrows the archive.

    The expression never loses an item that ``match`` accepts; with ``headline``, none whose
    headline meets the words by itself.
    """
    return _narrowed(query.root, IN_HEADLINE if headline else "")


def is_exact(query: Query) -> bool:
    """Tell whether what ``fts`` finds needs no second look.

    Otherwise the caller checks hits with ``match``, newest first, until a page is full.
    """
    return _exact(query.root) and fts(query) is not None


def _exact(node: Node) -> bool:
    match node:
        case Term():
            return not node.words
        case Filter():
            return node.name in _FILED
        case All(children):
            return all(
                is_lone(child.child) if isinstance(child, No) else _exact(child)
                for child in children
            )
        case Some(children, key):
            return bool(key) or all(_exact(child) for child in children)
        case Prefix():
            return len(node.normal) <= PREFIXES[-1] and CUT.search(node.normal) is None
        case Exact() | No():
            return False


_FILED = ("about", "country", "lang")
"""Filters whose facts are keys of the index."""


def is_lone(node: Node) -> bool:
    """Tell whether the index knows exactly which items meet a node: a word, a filed fact."""
    match node:
        case Filter():
            return node.name in _FILED
        case Some(key=key):
            return bool(key)
        case _:
            return isinstance(node, Term) and not node.words


def is_one_word(query: Query) -> bool:
    """Tell whether a query is a single word, of which the index knows all."""
    return isinstance(query.root, Term) and not query.root.words


def unwanted(query: Query) -> str | None:
    """Give the MATCH expression of what a query rules out, as far as the index knows it.

    For queries by which nothing narrows the archive: «-спорт» alone.
    """
    return _unwanted(query.root.children if isinstance(query.root, All) else (query.root,))


def _unwanted(children: tuple[Node, ...]) -> str | None:
    ruled_out = [
        part
        for child in children
        if isinstance(child, No)
        and is_lone(child.child)
        and (part := _narrowed(child.child)) is not None
    ]
    return "(" + " OR ".join(ruled_out) + ")" if ruled_out else None


def window(query: Query, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Give the times that ``since:`` and ``until:`` bind the whole query to, end exclusive.

    The archive is read newest first: bounds turned into ids spare it the years between.
    """
    since: datetime | None = None
    until: datetime | None = None
    children = query.root.children if isinstance(query.root, All) else (query.root,)
    for child in children:
        if isinstance(child, Filter) and child.name in ("since", "until"):
            moment = child.moment or now - (child.age or timedelta())
            if child.name == "since":
                since = max(since or moment, moment)
            else:
                last = moment + (timedelta(days=1) if child.moment else timedelta())
                until = min(until or last, last)
    return since, until


def asks_for_times_alone(query: Query) -> bool:
    """Tell whether a query asks for nothing but what ``window`` says of it."""
    children = query.root.children if isinstance(query.root, All) else (query.root,)
    return all(isinstance(one, Filter) and one.name in ("since", "until") for one in children)


def _narrowed(node: Node, where: str = "") -> str | None:  # noqa: PLR0911 - a line a node
    match node:
        case Term():
            return _term(node, where)
        case Exact():
            return _any(node.keys, where)
        case Prefix():
            return _quoted("p:" + node.normal[: PREFIXES[-1]])
        case Filter():
            return _filter(node)
        case All(children):
            return _all(children, where)
        case Some(children, key):
            return _quoted(where + key) if key else _some(children, where)
        case No():
            return None


def _some(children: tuple[Node, ...], where: str) -> str | None:
    parts = [_narrowed(child, where) for child in children]
    return "(" + " OR ".join(p for p in parts if p) + ")" if all(parts) else None


def _all(children: tuple[Node, ...], where: str) -> str | None:
    wanted = [part for child in children if (part := _narrowed(child, where)) is not None]
    if not wanted:
        return None
    told = "(" + " AND ".join(wanted) + ")" if len(wanted) > 1 else wanted[0]
    ruled_out = _unwanted(children)
    return f"({told} NOT {ruled_out})" if ruled_out else told


def _term(term: Term, where: str) -> str:
    parts = [_any(term.keys, where)] if term.keys else []
    if term.words:
        parts.append("(" + " AND ".join(_any(words, where) for words in term.words) + ")")
    return parts[0] if len(parts) == 1 else "(" + " OR ".join(parts) + ")"


def _filter(node: Filter) -> str | None:
    if node.name == "about":
        return _quoted(f"c:{node.value}")
    if node.name == "country":
        return _any({f"c:{node.value}", f"f:country:{node.value}"})
    if node.name == "lang":
        langs = ("uz-Latn", "uz-Cyrl") if node.value == "uz" else (node.value,)
        return _any({f"f:lang:{lang.casefold()}" for lang in langs})
    return None


def _any(keys: set[str] | frozenset[str], where: str = "") -> str:
    told = " OR ".join(_quoted(where + key) for key in sorted(keys))
    return f"({told})" if len(keys) > 1 else told


def _quoted(key: str) -> str:
    """Write a key; one that the index cuts (1,000) is there in pieces, which it cannot order."""
    pieces = [f'"{piece}"' for piece in CUT.split(key) if piece]
    return f"({' AND '.join(pieces)})" if len(pieces) > 1 else pieces[0]


MACHINE = "mt:"
"""Before the keys of translations: a machine's words neither hide nor feign an outlet's."""

OWN = ("f:", "c:")
"""Kinds of keys that an item has of its own, in whatever words it is told."""

_KEY = re.compile(r'"([^"]*)"')


def machine_fts(query: Query) -> str | None:
    """Give the MATCH expression by which translations' words meet a query; as ``fts``.

    None also where a query asks for no word that is told in a language.
    """
    asked = fts(query) or ""
    by_machine = _KEY.sub(_of_machine, asked)
    return by_machine if by_machine != asked else None


def _of_machine(key: re.Match[str]) -> str:
    return key[0] if key[1].startswith(OWN) else f'"{MACHINE}{key[1]}"'
