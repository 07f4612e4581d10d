"""A page's list of news, found without being told where it is: for outlets that have no feed.

Headlines of one list stand in the same place of the same element, again and again; menus are
shorter, teasers in the margin fewer.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from watchers.text import markup, urls

_SHORTEST_LIST = 4
_MOST_ANCHORS = 3_000
_MOST_LISTS = 8
"""The longest are looked into for dates: a page can be made of hundreds, each all around it."""
_SHORTEST, _LONGEST, _FEWEST_WORDS = 20, 300, 3
_SIGNED_BY = 4
"""So many elements around a link tell which list it is of."""
_CLIMBED = 6
"""An entry is hardly ever deeper around its headline."""
_DATED = 2
"""How much more a list counts whose entries have dates."""
_DATE = "time, [class*=date], [class*=time]"
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Headline:
    """A link that is a headline, its address, and the element that holds nothing but its entry."""

    url: str
    text: str
    entry: LexborNode

    @property
    def date(self) -> LexborNode | None:
        """The element of the entry that says when, if any."""
        return self.entry.css_first(_DATE)


def headlines(tree: LexborHTMLParser, base: str) -> list[Headline]:
    """Find the page's main list of news; empty where it has none."""
    lists: dict[tuple[str, ...], dict[str, tuple[str, LexborNode]]] = {}
    for url, text, anchor in _links(tree, base):
        lists.setdefault(_signature(anchor), {}).setdefault(url, (text, anchor))
    longest = sorted(lists.values(), key=len, reverse=True)[:_MOST_LISTS]
    found = [_entries(one) for one in longest if len(one) >= _SHORTEST_LIST]
    return max(found, key=_weight, default=[])


def _links(tree: LexborHTMLParser, base: str) -> Iterator[tuple[str, str, LexborNode]]:
    """Give the page's links that read like headlines and stay with the outlet."""
    site = urls.bare_host(urls.host_of(base))
    for anchor in islice(tree.css("a[href]"), _MOST_ANCHORS):
        text = markup.line_of(anchor)
        if not _SHORTEST <= len(text) <= _LONGEST or text.count(" ") < _FEWEST_WORDS - 1:
            continue
        url = urls.absolute(base, anchor.attributes.get("href") or "").partition("#")[0]
        if urls.bare_host(urls.host_of(url)) == site and not urls.is_front_page(url):
            yield url, text, anchor


def _around(node: LexborNode, most: int) -> Iterator[LexborNode]:
    parent = node.parent
    for _ in range(most):
        if parent is None or parent.tag in ("body", "html"):
            return
        yield parent
        parent = parent.parent


def _signature(anchor: LexborNode) -> tuple[str, ...]:
    """Say where a link stands: the tags and first classes around it, without their numbers."""
    return tuple(
        f"{node.tag}.{_NUMBER.sub('', (node.attributes.get('class') or '').partition(' ')[0])}"
        for node in (anchor, *_around(anchor, _SIGNED_BY))
    )


def _entries(links: dict[str, tuple[str, LexborNode]]) -> list[Headline]:
    """Find each link's entry: the largest element around it that holds no other of the list."""
    above = {url: [*_around(anchor, _CLIMBED)] for url, (_, anchor) in links.items()}
    shared = Counter(node.mem_id for nodes in above.values() for node in nodes)
    found = []
    for url, (text, anchor) in links.items():
        alone = [anchor, *(node for node in above[url] if shared[node.mem_id] == 1)]
        found.append(Headline(url, text, alone[-1]))
    return found


def _weight(found: list[Headline]) -> int:
    dated = sum(one.date is not None for one in found) * _DATED >= len(found)
    return len(found) * (_DATED if dated else 1)
