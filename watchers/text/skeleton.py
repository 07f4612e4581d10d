"""One Latin skeleton across scripts and romanisations: Токаев, Тоқаев, Toqaev → tokaev."""

import re
from functools import lru_cache

from watchers.text.normal import APOSTROPHE

SPECIAL_CYRILLIC = frozenset("әғқңөұүһіўҳҷӯӣҗђїєґ")
"""Letters that a Russian keyboard does not have."""

_LETTERS = str.maketrans(
    {
        "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "ґ": "g", "д": "d",
        "е": "e", "ё": "e", "є": "e", "ж": "j", "ҷ": "j", "җ": "j", "з": "z", "и": "i",
        "і": "i", "ї": "i", "ӣ": "i", "й": "y", "к": "k", "қ": "k", "л": "l", "м": "m",
        "н": "n", "ң": "n", "о": "o", "ө": "o", "ў": "o", "п": "p", "р": "r", "с": "s",
        "т": "t", "у": "u", "ү": "u", "ұ": "u", "ӯ": "u", "ф": "f", "х": "h", "ҳ": "h",
        "һ": "h", "ц": "ts", "ч": "C", "ш": "W", "щ": "W", "ъ": "", "ы": "i", "ь": "",
        "э": "e", "ю": "yu", "я": "ya",
        "q": "k", "w": "v", "x": "h", "ä": "a", "á": "a", "ə": "a", "ā": "a", "ă": "a",
        "ö": "o", "ó": "o", "ü": "u", "ú": "u", "ū": "u", "ñ": "n", "ń": "n", "ň": "n", "ŋ": "n",
        "ı": "i", "í": "i", "ī": "i", "ğ": "g", "ǵ": "g", "ý": "y", "ž": "j", "č": "C",
        "ç": "C", "ş": "W", "š": "W", "é": "e", "ë": "e", "è": "e", APOSTROPHE: "",
    }
)  # fmt: skip
_DIGRAPHS = re.compile(r"shch|sch|dzh|dj|dJ|tch|sh|ch|zh|kh|gh|ts|ks|dj|ya|ye|yo|yu|yi|c|y")
_VALUE = {
    "shch": "W", "sch": "W", "dzh": "j", "dj": "j", "tch": "C", "sh": "W", "ch": "C", "zh": "j",
    "kh": "h", "gh": "g", "ts": "ts", "ks": "h", "ya": "a", "ye": "e", "yo": "e", "yu": "u",
    "yi": "i", "c": "k", "y": "i",
}  # fmt: skip
_UZBEK_O = re.compile(f"yo{APOSTROPHE}|йў")
_GERMAN_J = re.compile(r"(?<=[aeiou])j(?=[aeiou])")
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_DOUBLED = re.compile(r"(.)\1+")


@lru_cache(maxsize=6144)
def skeleton(normal: str) -> str:
    """Give the skeleton of a normal form: Latin letters, c for ch and w for sh."""
    if normal.endswith(("jew", "jewa")):
        normal = _GERMAN_J.sub("y", normal)
    latin = _UZBEK_O.sub("io", normal).translate(_LETTERS)
    return _DOUBLED.sub(r"\1", _DIGRAPHS.sub(lambda m: _VALUE[m.group()], latin)).lower()


_KEYBOARD = str.maketrans(
    {
        "қ": "к", "ғ": "г", "ң": "н", "ө": "о", "ү": "у", "ұ": "у", "і": "и", "ә": "а",
        "һ": "х", "ў": "у", "ҳ": "х", "ҷ": "ч", "ӯ": "у", "ӣ": "и", "ї": "и", "є": "е",
        "ґ": "г", "ä": "a", "á": "a", "ə": "a", "ö": "o", "ó": "o", "ü": "u", "ú": "u",
        "ñ": "n", "ń": "n", "ň": "n", "ŋ": "n", "ı": "i", "í": "i", "ğ": "g", "ǵ": "g", "ý": "y",
        "ž": "z", "ç": "c", "ş": "s", "č": "c", "š": "s", "é": "e", "ë": "e", APOSTROPHE: "",
    }
)  # fmt: skip


def keyboard(normal: str) -> str:
    """Fold a form to what a plain Russian or English keyboard can type (қ→к, ş→s, oʻ→o)."""
    return normal.translate(_KEYBOARD)


def is_cyrillic(normal: str) -> bool:
    """Tell a Cyrillic word by its letters; a mixed one counts as Cyrillic."""
    return _CYRILLIC.search(normal) is not None


_UZBEK_LETTERS = frozenset("ўқғҳ")
_UZBEK_NAME = re.compile(r"(?P<stem>.{3,}?)(?P<end>[ое]ва?|[oe]va?)\Z")
_RUSSIAN_VOWELS = (
    str.maketrans({"о": "а", "o": "a", "ў": "о", "0": "o"}),
    str.maketrans({"о": "а", "o": "a", "ў": "у", "0": "u"}),
    str.maketrans({"ў": "у", "0": "u"}),
)


def is_uzbek(normal: str) -> bool:
    """Tell a word with letters that Uzbek has and Russian has not."""
    return not _UZBEK_LETTERS.isdisjoint(normal) or f"o{APOSTROPHE}" in normal or "q" in normal


@lru_cache(maxsize=4096)
def as_russian_spells(normal: str) -> tuple[str, ...]:
    """Give skeletons of an Uzbek surname as Russian spells it, without its own one.

    Uzbek о is Russian а, ў is о or у: Ортиқхўжаев, Артикходжаев; Йўлдошев, Юлдашев. The
    ending stays. Nothing for a word that is no surname by its ending.
    """
    found = _UZBEK_NAME.match(normal)
    if not found:
        return ()
    stem = found["stem"].replace(f"o{APOSTROPHE}", "0")
    bones = (skeleton(stem.translate(table) + found["end"]) for table in _RUSSIAN_VOWELS)
    return tuple(dict.fromkeys(bone for bone in bones if bone != skeleton(normal)))
