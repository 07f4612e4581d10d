"""A feed document taken apart into its entries by position, without parsing it.

This serves three ends: a document cut off in the middle keeps its complete entries, entries
unchanged since the last document need no parsing, and thousands of entries are bounded.
"""

import html
import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b

from watchers.parse.raw import MOST_ENTRIES

_LONGEST_PROLOG = 1_000_000
_MOST_SEEN = 2_000
_DIGEST_BYTES = 6
"""A false "unchanged" needs a collision with one of the feed's own last entries: 1 in 10^11."""
_EDITION = b"4"
"""Raise when parsing changes what entries come out as, so that all are read once more."""

_HIDING = (("<![CDATA[", "]]>"), ("<!--", "-->"))
"""What stands between these is no markup, even where it looks like an entry's tags."""

_ROOTS = {"rss": "item", "rdf": "item", "feed": "entry", "urlset": "url"}
_MARKUP = re.compile(r"<(?=[?!\w.-])")
_GUID = re.compile(r"<(?:guid|id)(?:\s[^<>]*)?>(.*?)</(?:guid|id)\s*>", re.DOTALL | re.IGNORECASE)
_LINK = re.compile(
    r"<link(?:\s[^<>]*)?>([^<>]{1,2048}|<!\[CDATA\[.{1,2048}?\]\]>)</link\s*>", re.DOTALL
)
_HREF = re.compile(r"""<link\s[^<>]*?\bhref\s*=\s*["']([^"'<>]{1,2048})["']""")


_HIDDEN = r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)"
_TOKEN = re.compile(rf"{_HIDDEN}|<(/?)([A-Za-z_][\w:.-]{{0,60}})(?:\s[^<>]*?)?(/?)>", re.DOTALL)
_NOT_MARKUP = re.compile(_HIDDEN, re.DOTALL)
_NESTED = re.compile(r"<[A-Za-z_][^<>]*(?<!/)>[^<]*<[A-Za-z_]")
_IDENTIFYING = frozenset({"id", "guid", "link", "item", "entry"})
_DESCRIBING = frozenset(
    "title description summary content content:encoded category pubdate date dc:date published"
    " updated".split()
)
_TELLING = frozenset({"content", "content:encoded", "description", "summary", "title"})
"""What stands in these is the entry's own words, markup and all."""

_GRANDCHILD = 2
_DEEPEST = 250


@dataclass(frozen=True, slots=True)
class Root:
    """The outermost element: its local name in lower case, its prefix, where it begins."""

    name: str
    prefix: str
    start: int


@dataclass(frozen=True, slots=True)
class Segments:
    """A document's text and the spans of its complete entries."""

    text: str
    spans: tuple[tuple[int, int], ...]
    complete: bool = True

    def piece(self, number: int) -> str:
        """Return the text of one entry."""
        start, end = self.spans[number]
        return self.text[start:end]

    def without(self, dropped: Iterable[int]) -> str:
        """Return the document without some of its entries."""
        return self._rewritten(dict.fromkeys(dropped, ""))

    def telling(self, kept: Iterable[int]) -> str:
        """Return the document with some of its entries only, in their ``own`` words."""
        dropped = dict.fromkeys(range(len(self.spans)), "")
        return self._rewritten(dropped | {number: own(self.piece(number)) for number in kept})

    def _rewritten(self, pieces: Mapping[int, str]) -> str:
        parts: list[str] = []
        at = 0
        for number in sorted(pieces):
            start, end = self.spans[number]
            parts += self.text[at:start], pieces[number]
            at = end
        parts.append(self.text[at:])
        return "".join(parts)


def root_of(text: str) -> Root | None:
    """Find the outermost element behind prolog, comments, doctype and stray output."""
    at, text = 0, text[:_LONGEST_PROLOG]
    while found := _MARKUP.search(text, at):
        at = found.start()
        if text.startswith("<?", at):
            end = text.find("?>", at)
        elif text.startswith("<!--", at):
            end = text.find("-->", at)
        elif text.startswith("<!", at):
            end = _doctype_end(text, at)
        elif match := re.compile(r"<(?:([\w.-]{1,40}):)?([A-Za-z_][\w.-]{0,40})").match(text, at):
            return Root(match.group(2).lower(), match.group(1) or "", at)
        else:
            end = at
        if end == -1:
            return None
        at = end + 1
    return None


def split(text: str, root: Root) -> Segments | None:
    """Take a document apart; None where its entries cannot be told by position.

    The text ends where the outermost element does (what scripts print after it is dropped),
    or, if it never does, behind the last complete entry, closed.
    """
    entry = _ROOTS.get(root.name)
    if entry is None:
        return None
    prefix = re.escape(root.prefix) + ":" if root.prefix and root.name != "rdf" else ""
    whole = f"{root.prefix}:{root.name}" if root.prefix else root.name
    if alone := re.compile(rf"<{re.escape(whole)}(?:\s[^<>]*)?/>", re.IGNORECASE).match(
        text, root.start
    ):
        return Segments(text[: alone.end()], ())
    closing = None
    for closing in re.finditer(rf"</{re.escape(whole)}\s*>", text, re.IGNORECASE):  # noqa: B007 (the last one)
        pass
    text, tail = (text[: closing.end()], True) if closing else (text, False)
    spans, dangling = _spans(text, prefix + entry)
    if spans is None:
        return None
    if not tail:
        kept_to = dangling if dangling >= 0 else (spans[-1][1] if spans else len(text))
        opening = text[root.start : root.start + 1 + len(whole)][1:]
        channel = "</channel>" if root.name == "rss" else ""
        text = f"{text[:kept_to]}{channel}</{opening}>"
    elif dangling >= 0:
        return None
    segments = Segments(text, tuple(spans[:MOST_ENTRIES]), complete=tail)
    if len(spans) > MOST_ENTRIES:
        everything = Segments(text, tuple(spans))
        text = everything.without(range(MOST_ENTRIES, len(spans)))
        return Segments(text, segments.spans, complete=tail)
    return segments


def with_cdata_closed(text: str) -> str:
    """End CDATA that its author forgot to end where its element ends, so that no others are lost.

    What it ran on into, another CDATA or the document's end, is none of its text.
    """
    if text.count("<![CDATA[") == text.count("]]>"):
        return text
    parts: list[str] = []
    at, opened, looked, closing = 0, False, 0, ""
    for mark in re.finditer(r"<!\[CDATA\[|\]\]>|\Z", text):
        if mark.group() == "]]>":
            opened = False
            continue
        if opened and (end := text.find(closing, looked, mark.start())) >= 0:
            parts += text[at:end], "]]>"
            at, opened = end, False
        if not opened:
            opened, closing = True, _closing_around(text, mark.start())
        looked = mark.start()
    return "".join((*parts, text[at:]))


def _closing_around(text: str, at: int) -> str:
    """Return how the closing tag begins of the element that a place is right within."""
    opening = re.compile(r"<([A-Za-z_][\w:.-]{0,60})[^<>]*>").match(text, text.rfind("<", 0, at))
    return f"</{opening.group(1)}" if opening else "</item"


def bounded(text: str, root: Root) -> str:
    """Cut a document that cannot be taken apart where its entries become too many."""
    tag = re.escape(_ROOTS.get(root.name, "item"))
    for number, match in enumerate(re.finditer(rf"<{tag}[\s>]", text)):
        if number == MOST_ENTRIES:
            return text[: match.start()]
    return text


def salvaged(text: str, root: Root) -> tuple[str, list[str]]:
    """Return what stands before the entries, and every stretch that looks like a whole one."""
    tag = re.escape(_ROOTS.get(root.name, "item"))
    before, opening = len(text), -1
    pieces: list[str] = []
    for match in re.finditer(rf"<(/?){tag}[\s>]", text):
        if not match.group(1):
            before, opening = min(before, match.start()), match.start()
        elif opening >= 0 and len(pieces) < MOST_ENTRIES:
            pieces.append(f"{text[opening : match.start()]}</{tag}>")
            opening = -1
    return text[:before], pieces


def digests(segments: Segments) -> list[bytes]:
    """Return a short digest of each entry's text."""
    return [
        blake2b(
            segments.piece(number).encode(errors="surrogatepass"),
            digest_size=_DIGEST_BYTES,
            salt=_EDITION,
        ).digest()
        for number in range(len(segments.spans))
    ]


def packed(marks: Iterable[bytes]) -> str:
    """Write digests as text, to be kept with the feed."""
    return b64encode(b"".join(list(marks)[:_MOST_SEEN])).decode("ascii")


def unpacked(seen: str) -> frozenset[bytes]:
    """Read what ``packed`` wrote; anything else is nothing."""
    try:
        raw = b64decode(seen, validate=True)
    except (Base64Error, ValueError):
        return frozenset()
    return frozenset(
        raw[at : at + _DIGEST_BYTES]
        for at in range(0, len(raw) - _DIGEST_BYTES + 1, _DIGEST_BYTES)
    )


def own(piece: str) -> str:
    """Return an entry's text without what its author, category or related article is called.

    Parsers take the id, link, title or date of an element inside the entry for the entry's own.
    An Atom entry's ``source`` keeps its title, which is the outlet's name.
    """
    if not _NESTED.search(_NOT_MARKUP.sub("", piece), 1):
        return piece
    kept, at = [], 0
    for start, end in _misleading(piece):
        kept.append(piece[at:start])
        at = end
    return "".join((*kept, piece[at:]))


def _misleading(piece: str) -> Iterator[tuple[int, int]]:
    """Yield the spans of elements within an entry's elements that would speak for the entry."""
    stack: list[str] = []
    began, depth = -1, 0
    for name, opens, (start, end) in _tags(piece):
        if opens:
            if began < 0 and _misleads(name, stack):
                began, depth = start, len(stack)
            stack.append(name)
            if len(stack) > _DEEPEST:
                return
        elif name in stack:
            while stack.pop() != name:
                pass  # HTML leaves elements open
            if began >= 0 and len(stack) <= depth:
                yield began, end if len(stack) == depth else start
                began = -1


def _tags(piece: str) -> Iterator[tuple[str, bool, tuple[int, int]]]:
    """Yield the tags of an entry's text, an empty element's as two: name, opening, span."""
    for token in _TOKEN.finditer(piece):
        closing, name, empty = token.groups()
        if name:
            if not closing:
                yield name.casefold(), True, token.span()
            if closing or empty:
                yield name.casefold(), False, token.span()


def _misleads(name: str, around: list[str]) -> bool:
    if len(around) < _GRANDCHILD or around[1] in _TELLING:
        return False
    identifies = name.rpartition(":")[2] in _IDENTIFYING
    return identifies or (name in _DESCRIBING and around[1] != "source")


def identifiers(piece: str) -> tuple[str, str]:
    """Return guid and link of an entry's text, roughly: enough to see them repeated."""
    piece = own(piece)
    guid, link = _GUID.search(piece), _LINK.search(piece) or _HREF.search(piece)
    return _inner(guid), _inner(link)


def _inner(match: re.Match[str] | None) -> str:
    if match is None:
        return ""
    text = match.group(1).strip().removeprefix("<![CDATA[").removesuffix("]]>")
    return html.unescape(text).strip()


def _doctype_end(text: str, at: int) -> int:
    end = text.find(">", at)
    subset = text.find("[", at, end if end != -1 else None)
    if subset == -1:
        return end
    closed = text.find("]", subset)
    return text.find(">", closed) if closed != -1 else -1


def _spans(text: str, tag: str) -> tuple[list[tuple[int, int]] | None, int]:
    """Return entries' spans and where an unfinished one begins (-1: nowhere).

    An entry inside an entry is part of it. None for the spans when tags do not come in pairs or
    CDATA runs across them: then they are not what they seem.
    """
    spans: list[tuple[int, int]] = []
    opened, depth, deepest = -1, 0, 0
    hiding = [pair for pair in _HIDING if pair[0] in text or pair[1] in text]
    for match in re.finditer(rf"<(/?){tag}(?:\s[^<>]*)?(/?)>", text):
        closing, empty = match.groups()
        depth += -1 if closing else 1
        deepest = max(deepest, depth)
        if empty or depth < 0:
            return None, -1
        if not closing and depth == 1:
            opened = match.start()
        if depth:
            continue
        end = match.end()
        for begins, ends in hiding:
            if text.count(begins, opened, end) != text.count(ends, opened, end):
                return None, -1
        spans.append((opened, end))
        opened = -1
    return (None, -1) if depth and deepest > 1 else (spans, opened)
