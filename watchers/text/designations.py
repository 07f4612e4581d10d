"""Designations: letters and figures that name one thing, in either alphabet (Т-72, С-400, 4K)."""

import re
from functools import lru_cache

from watchers.text.look_alikes import in_cyrillic
from watchers.text.skeleton import skeleton

_GROUPS = re.compile(r"[^\W\d_]+|\d+")
_DESIGNATION = re.compile(
    r"[^\W\d_]{1,9}\d{1,4}(?:[^\W\d_]{1,3}\d?)?|\d{1,3}[^\W\d_]|[^\W\d_]\d+[^\W\d_]\d+"
)
_TAIL = re.compile(r"(?<=\d)[^\W\d_]+\d?\Z")
_EVEN_SMALL = str.maketrans("авсенікмортхуabcehikmoptxy", "abcehikmoptxyabcehikmoptxy")


def designation_keys(normal: str, *, told: bool) -> frozenset[str]:
    """Give the keys of a designation in normal form without hyphens: с400, ил76, covid19, 4k.

    Letters are read as they look and as they sound, so that С-400, C-400 and S-400 meet. One
    that is ``told`` in a text is met without its last letters, too: a Т-72Б3 is a Т-72.
    """
    if not _DESIGNATION.fullmatch(normal):
        return frozenset()
    wholes = [normal]
    if told and normal[0].isalpha():
        wholes.append(_TAIL.sub("", normal))
    return frozenset("d:" + reading for whole in wholes for reading in _readings(whole))


@lru_cache(maxsize=4096)
def _readings(normal: str) -> frozenset[str]:
    groups = _GROUPS.findall(normal)
    return frozenset(
        "".join(way(group) for group in groups) for way in (_sound, _look, _sound_in_cyrillic)
    )


def _sound(group: str) -> str:
    if len(group) == 1 and "a" <= group <= "z":
        return group  # by itself c is no k
    return group if group[0].isdigit() else skeleton(group)


def _look(group: str) -> str:
    return group.translate(_EVEN_SMALL) if _is_even(group) else _sound(group)


def _sound_in_cyrillic(group: str) -> str:
    return _sound(in_cyrillic(group.upper()).lower() if _is_even(group) else group)


def _is_even(group: str) -> bool:
    """Tell whether all letters have doubles, be they written large or small."""
    return all(ord(letter) in _EVEN_SMALL for letter in group)
