"""Topics: an item is filed under those that it is of: the index is asked for one key. Pure.

Asked word by word, ``topic:energy`` is five hundred keys, each to be looked up in every part of
the index.
"""

from functools import cache

from watchers.keywords.matching import fires
from watchers.keywords.parsing import topic
from watchers.keywords.query import All, Node, Some, Term
from watchers.text.names import gazetteer
from watchers.text.words import Analysis


def topics_of(said: Analysis) -> frozenset[str]:
    """Give the keys of the topics that a text is of."""
    filed = _filed()
    found: set[str] = set()
    for key in said.keys & filed.keys():
        found.update(name for name, node in filed[key] if name not in found and fires(node, said))
    return frozenset(found)


@cache
def _filed() -> dict[str, list[tuple[str, Node]]]:
    """Give the words of all topics under each key of which their texts have one."""
    filed: dict[str, list[tuple[str, Node]]] = {}
    names = gazetteer()
    for one in names.topics:
        asked = topic(one, names)
        for node in asked.children:
            for key in _needed(node):
                filed.setdefault(key, []).append((asked.key, node))
    return filed


def _needed(node: Node) -> frozenset[str]:
    """Give keys of which what meets a topic's word has one."""
    match node:
        case Term():
            return node.keys.union(*node.words[:1])
        case All(children):
            return _needed(children[0])
        case Some(children):
            return frozenset().union(*map(_needed, children))
        case _:
            message = f"no word of a topic: {node}"
            raise TypeError(message)
