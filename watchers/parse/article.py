"""An article's page to its text, without menus, adverts, comments. Only it knows trafilatura.

It comes with the extra `fulltext` (pip install 'steppewire[fulltext]').
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.util import find_spec

from watchers import block_pages
from watchers.text import charset

_LARGEST_PAGE = 3_000_000
"""Characters looked at of a page, scripts and all."""
_LARGEST_SHOWN = 400_000
"""Characters of it without them; what is longer is an archive, or made to be slow."""
MOST_ELEMENTS = 2_000
"""So many are read, the first: twice a usual page's. Each costs some .1 ms."""
_MANY_ELEMENTS = 1_000
"""From so many on only trafilatura's own way is gone, and no second one to compare it with."""
DEEPEST = 250
"""So many elements may be open at once; libxml2 reads no deeper tree, and slowly."""
_LONGEST_TAG = 5_000
"""Characters from which a tag's attributes are left out: they cost the square of their number."""
LONGEST_TEXT = 200_000
"""Characters kept of a text: a book's chapter."""
SHORTEST_TEXT = 200
"""What is shorter is a caption, a consent or an error."""

_NOT_READ = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style|svg|template|iframe|canvas)\b[^<>]*>.*?(?:</\1\s*>|\Z)",
    re.DOTALL | re.IGNORECASE,
)
_META = re.compile(r"<meta\s([^<>]{1,1000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-zA-Z:-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_ROBOTS = frozenset({"robots", "steppewire"})
_FORBIDS = frozenset({"noarchive", "nocache", "nosnippet", "noai", "none", "max-snippet:0"})
_PAID = re.compile(
    r'"isAccessibleForFree"\s*:\s*"?false\b'
    r'|<meta\s[^<>]{0,200}article:content_tier[^<>]{0,200}"(?:locked|metered)"',
    re.IGNORECASE,
)
_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)", re.IGNORECASE)
_LONG_TAG = re.compile(rf"(<[a-zA-Z][a-zA-Z0-9]*)[^<>]{{{_LONGEST_TAG},}}")
_NEVER_DEEP = frozenset(
    "area base br col embed hr img input link meta param source track wbr"  # have no end
    " p li dt dd tr td th thead tbody tfoot option optgroup rt rp".split()  # may go without
)
_LINE = re.compile(r"[ \t\u00a0]+")


@dataclass(frozen=True, slots=True)
class FetchedPage:
    """A page as it was fetched. ``robots`` is what its X-Robots-Tag headers say."""

    body: bytes
    url: str
    content_type: str = ""
    robots: str = ""


@dataclass(frozen=True, slots=True)
class ArticleText:
    """An article's own words, a paragraph a string."""

    paragraphs: tuple[str, ...]


class NoTextKind(StrEnum):
    """Why there is no text. The catalogue says each as ``read.<value>``."""

    FORBIDDEN = "forbidden"
    PAID = "paid"
    NOTHING = "nothing"
    TOO_SLOW = "too_slow"
    UNREACHABLE = "unreachable"
    NOT_INSTALLED = "not_installed"


@dataclass(frozen=True, slots=True)
class NoText:
    """There is no text to show, and why."""

    kind: NoTextKind


@cache
def is_installed() -> bool:
    """Tell whether what extracts texts came along; whoever installs it starts us anew."""
    return find_spec("trafilatura") is not None


def read(page: FetchedPage) -> ArticleText | NoText:
    """Find an article's text in its page; NoText where its outlet forbids that, or has none."""
    if forbids(page.robots):
        return NoText(NoTextKind.FORBIDDEN)
    decoded = charset.decode(page.body[: 2 * _LARGEST_PAGE], page.content_type)
    text = decoded.text[:_LARGEST_PAGE]
    if any(forbids(content) for content in _directives(text)):
        return NoText(NoTextKind.FORBIDDEN)
    if _PAID.search(text):
        return NoText(NoTextKind.PAID)
    paragraphs = _paragraphs(_extracted(text))
    if sum(map(len, paragraphs)) < SHORTEST_TEXT:
        return NoText(NoTextKind.NOTHING)
    return ArticleText(paragraphs)


def forbids(directives: str) -> bool:
    """Tell whether robots directives forbid to keep or show a page's words.

    Those that name another program first ("googlebot: noarchive") are not for us.
    """
    for part in directives.casefold().split(","):
        name, colon, value = part.strip().partition(":")
        if colon and name.strip() not in {"max-snippet", *_ROBOTS}:
            continue
        said = value.strip() if name.strip() in _ROBOTS else part.replace(" ", "")
        if said in _FORBIDS:
            return True
    return False


def _directives(text: str) -> list[str]:
    found = []
    for tag in _META.findall(text[:200_000]):
        told = {name.lower(): a or b or c for name, a, b, c in _ATTRIBUTE.findall(tag)}
        if told.get("name", "").casefold() in _ROBOTS:
            found.append(told.get("content", ""))
    return found


def _extracted(text: str) -> str:
    """Return a page's text; "" of what is no page, or was made to be slow."""
    if not block_pages.is_html(text) or block_pages.challenge(text):
        return ""
    shown, elements = bounded(_NOT_READ.sub(" ", text)[:_LARGEST_SHOWN])
    if not shown:
        return ""
    from trafilatura import extract  # noqa: PLC0415 (an extra, and half a second to import)

    found = extract(
        shown,
        fast=elements > _MANY_ELEMENTS,
        include_comments=False,
        include_tables=False,
        with_metadata=False,
        deduplicate=False,
    )
    return found or ""


def bounded(shown: str) -> tuple[str, int]:
    """Return so much of a page as is soon read, and how many elements; "" where it is too deep."""
    shown = _LONG_TAG.sub(r"\1", shown)
    elements = depth = 0
    for tag in _TAG.finditer(shown):
        is_end, name = tag.groups()
        if name.lower() not in _NEVER_DEEP:
            depth = max(depth - 1, 0) if is_end else depth + 1
        if depth > DEEPEST:
            return "", 0
        elements += not is_end
        if elements > MOST_ELEMENTS:
            return shown[: tag.start()], elements
    return shown, elements


def _paragraphs(text: str) -> tuple[str, ...]:
    lines = (_LINE.sub(" ", line).strip() for line in text[:LONGEST_TEXT].split("\n"))
    return tuple(line for line in lines if line)
