"""Signs that say something: C++, C#, .kz, № 5, %, currency signs, emoji; as keys.

Keys begin with ``g:`` and hold no sign that would cut them in the full-text index.
"""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_EMOJI = (
    "[\U0001f1e6-\U0001f1ff]{2}"
    "|[\u2600-\u27bf\u2b00-\u2bff\U0001f300-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]*"
)
_PATTERN = (
    r"(?P<language>(?<![^\W_])[^\W\d_](?:\+\+|\#)(?![^\W_]))"
    r"|(?P<domain>(?<![.…])\.(?:[a-z]{2,6}|рф|қаз|укр)(?![^\W_]|\.[^\W_]))"
    r"|(?P<number>№\s?\d+)"
    r"|(?P<sign>[%‰$€£¥₸₽₴₼₾№])"
    rf"|(?P<emoji>{_EMOJI})"
)
_SIGNS = re.compile(_PATTERN, re.IGNORECASE)
_ANY = re.compile(
    r"\.(?=[A-Za-zрқу])|[+#%‰$€£¥₸₽₴₼₾№\u2600-\u27bf\u2b00-\u2bff\U0001f1e6-\U0001faff]"
)
_NAMES = {"%": "percent", "‰": "permille", "$": "dollar", "€": "euro", "£": "pound", "¥": "yen"}
_MEANINGS = {
    "%": "s:процент s:percent s:пайыз s:foiz s:фоиз s:göterim s:prosent".split(),
    "$": ["e:usd"],
    "€": ["e:eur"],
    "₸": ["e:kzt"],
    "₽": ["e:rub"],
}
_TOLD_BY_SIGN = {
    key: frozenset({"g:" + _NAMES.get(sign, sign)})
    for sign, keys in _MEANINGS.items()
    for key in keys
}
_SHORT_FORMS = (
    "тысяча тыс", "миллион млн million mln", "миллиард млрд billion bn milliard mlrd",
    "триллион трлн trillion trln",
)  # fmt: skip
"""Numbers' words and how they are written short: one asks for the other."""
for _words in _SHORT_FORMS:
    _keys = frozenset("s:" + word for word in _words.split())
    _TOLD_BY_SIGN.update(dict.fromkeys(_keys, _keys))
_LATIN_SMALL = str.maketrans("сС", "cc")
_FLAGS = 0x1F1E6
_WHOLE = ("language", "domain", "number")
"""Signs that take the letters or figures beside them in; of the others these are asked, too."""


class Sign(NamedTuple):
    """A sign in a text: its keys and where it stands."""

    keys: frozenset[str]
    start: int
    end: int


def of_meaning(keys: Iterable[str]) -> frozenset[str]:
    """Give the keys of signs and short forms that say what a query's words ask for: %, $, млн."""
    return frozenset[str]().union(*(_TOLD_BY_SIGN[key] for key in keys if key in _TOLD_BY_SIGN))


def of_text(text: str) -> Iterator[Sign]:
    """Find the signs of a text."""
    for found in _SIGNS.finditer(text) if _ANY.search(text) else ():
        keys = {_key(found)}
        if found.lastgroup == "number":
            keys.add("g:№")
        yield Sign(frozenset(keys), *found.span())


class AskedSign(NamedTuple):
    """A sign of a query's word: keys to meet one of, and whether its letters are part of it."""

    keys: frozenset[str]
    is_whole: bool


def of_query(word: str) -> tuple[AskedSign, ...]:
    """Give what the signs of a query's word ask for; the C of C++ is no word beside it.

    A domain's end is a sign only by itself: gov.kz is two words side by side.
    """
    if not _ANY.search(word):
        return ()
    return tuple(
        AskedSign(frozenset({_key(found), *_meant(found)}), found.lastgroup in _WHOLE)
        for found in _SIGNS.finditer(word.rstrip(",;"))
        if found.lastgroup != "domain" or found.start() == 0
    )


def _key(found: re.Match[str]) -> str:
    text = found[0].casefold()
    match found.lastgroup:
        case "language":
            return "g:" + text.translate(_LATIN_SMALL).replace("#", "-sharp")
        case "number":
            return "g:№" + "".join(filter(str.isdigit, text))
        case "sign":
            return "g:" + _NAMES.get(text, text)
        case "emoji":
            return "g:" + re.sub("[\ufe0f\U0001f3fb-\U0001f3ff]", "", text)
        case _:
            return "g:" + text


def _meant(found: re.Match[str]) -> list[str]:
    """Give what else a sign is told by: a word, a currency, the country of a flag."""
    text = found[0]
    if (
        found.lastgroup == "emoji"
        and len(text) == len("KZ")
        and ord(text[0]) in range(_FLAGS, _FLAGS + 26)
    ):
        return ["e:" + "".join(chr(ord(letter) - _FLAGS + ord("a")) for letter in text)]
    return _MEANINGS.get(text, [])
