"""Letters of two alphabets that look alike: С and C, Т and T, the Kazakh һ and h; Greek, too.

A word that mixes alphabets is folded to that of its other letters (Acтана), or of the text
around it. An acronym wholly of such letters stays as it is typed, and gets a key by which the
other typing meets it (ЕС and EC).
"""

import re

_CYRILLIC = str.maketrans(
    "ABCEHIKMOPTXYƏƟəɵaceikopxyhïëÏËΑΒΕΗΙΚΜΟΡΤΥΧαοεικρχγ",
    "АВСЕНІКМОРТХУӘӨәөасеікорхуһїёЇЁАВЕНІКМОРТУХаоеікрху",
)
_LATIN = str.maketrans(
    "АВСЕНІЈКМОРЅТХУасеіјкорѕхуһїЇӏӀΑΒΕΖΗΙΚΜΝΟΡΤΥΧαοεικρχνυ",
    "ABCEHIJKMOPSTXYaceijkopsxyhïÏlIABEZHIKMNOPTYXaoeikpxvu",
)
_MARK = r"['\u2018\u2019\u02bb\u02bc]?"
_PAIR = rf"[A-Za-z\u00c0-\u024f]{_MARK}[\u0370-\u04ff]|[\u0370-\u04ff]{_MARK}[A-Za-z\u00c0-\u024f]"
_ENDED = re.compile("([A-Z]{2,})([\u0400-\u04ff]+)")
_MIXED = re.compile(rf"{_PAIR}|[\u0370-\u03ff][\u0400-\u04ff]|[\u0400-\u04ff][\u0370-\u03ff]|[\u0391-\u03a9]{{2}}")  # fmt: skip
_FOREIGN = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u03ff]")
"""Most texts in Cyrillic have none of these, and are done with."""

_WORD = re.compile(r"[^\W\d_]+(?:['\u2018\u2019\u02bb\u02bc][^\W\d_]+)*")
_CYRILLIC_LETTER = re.compile("[\u0400-\u04ff]")
_LATIN_LETTER = re.compile("[A-Za-z\u00c0-\u024f]")


def unmixed(text: str) -> str:
    """Fold the words of a text that mix alphabets, letter for letter.

    A word with letters of its own from both (ITшник) mixes them on purpose and stays.
    """
    if text.isascii() or not _FOREIGN.search(text) or not _MIXED.search(text):
        return text
    native = len(_CYRILLIC_LETTER.findall(text)) >= len(_LATIN_LETTER.findall(text))
    return _WORD.sub(lambda found: _unmixed(found[0], native), text)


def _unmixed(word: str, native: bool) -> str:  # noqa: FBT001 - one of two
    ended = _ENDED.fullmatch(word)
    if not _MIXED.search(word) or (ended and ended[2].islower()):
        return word  # SMSка, ITшник: an acronym with an ending
    as_cyrillic, as_latin = word.translate(_CYRILLIC), word.translate(_LATIN)
    fits_cyrillic = not _LATIN_LETTER.search(as_cyrillic) and _is_free_of_greek(as_cyrillic)
    fits_latin = not _CYRILLIC_LETTER.search(as_latin) and _is_free_of_greek(as_latin)
    if fits_cyrillic and (native or not fits_latin):
        return as_cyrillic
    return as_latin if fits_latin else word


def _is_free_of_greek(word: str) -> bool:
    return not any("\u0370" <= letter <= "\u03ff" for letter in word)


# --- words wholly of letters that both alphabets have ----------------------------------------

_TWINS = re.compile(r"(?:[ABCEHKMOPTXY]{2,6}|[АВСЕНКМОРТХУ]{2,6})\Z")
_TRAPS = frozenset(
    # Both readings are something: BBC and ВВС, TOP and the missiles Тор, TB and ТВ …
    "ABC AC ACT ATC BBC BMC BOP BOT BTA CAM CAP CAT CEO CM COM COP CTO HA HAM HE HET HO HOPE HOT"
    " KM MAC MAP MAT MAX MBA ME MOC MOP MOT MP MY OC OM PAC PAK PC PEN PH PM POP POT PT TAB TAM TAX"
    " TB TBC TO TOP TOY XX".split()
)


def other_reading(surface: str) -> str:
    """Give an acronym as the other alphabet reads it, where that is no trap; "" for other words.

    HATO is НАТО, EC is ЕС; BBC is not ВВС, the air force.
    """
    surface = unmixed(surface)
    if not _TWINS.match(surface):
        return ""
    cyrillic = _CYRILLIC_LETTER.match(surface)
    latin = surface.translate(_LATIN) if cyrillic else surface
    if latin in _TRAPS:
        return ""
    return latin if cyrillic else surface.translate(_CYRILLIC)


def look(surface: str) -> frozenset[str]:
    """Give the key by which an acronym meets its double in the other alphabet, if it has one."""
    other = other_reading(surface)
    return frozenset({"l:" + other.translate(_LATIN).lower()} if other else ())


def in_cyrillic(word: str) -> str:
    """Read the letters of a word that have a Cyrillic double as that."""
    return word.translate(_CYRILLIC)
