"""Which language a text is in: alphabet rules first, then a detector among what is likely."""

import re
from functools import lru_cache

from watchers.text.normal import clean

OURS = ("en", "ru", "kk", "ky", "uz-Latn", "uz-Cyrl", "tg", "tk")
"""The labels that are analysed; others (az, tr, uk, …) are told but read like und."""

UNKNOWN = "und"
_CYRILLIC = frozenset({"ru", "kk", "ky", "uz-Cyrl", "tg"})
_LATIN = frozenset({"en", "uz-Latn", "tk"})
_DETECTOR_CODES = {
    "ENGLISH": "en", "RUSSIAN": "ru", "KAZAKH": "kk", "KYRGYZ": "ky", "TAJIK": "tg",
    "TURKMEN": "tk", "UZBEK": "uz", "UKRAINIAN": "uk", "AZERBAIJANI": "az", "TURKISH": "tr",
}  # fmt: skip
_HINTS = {"uz-Latn": "uz", "uz-Cyrl": "uz"}
_UZBEK_LATIN = re.compile(
    r"\b\w*[og]['\u2018\u2019\u02bb\u02bc\u0060\u00b4][a-z]\w*|\w[og][\u02bb\u2018]", re.IGNORECASE
)
_ENGLISH_APOSTROPHE = re.compile(r"\b[o]['\u2019](?:clock|er|[A-Z])", re.IGNORECASE)
_CYRILLIC_LETTERS = re.compile("[\u0400-\u04ff]+")
_LATIN_LETTERS = re.compile("[a-z\u00c0-\u024f]+")
_UZBEK_WORDS = frozenset(
    "va bilan uchun oʻz bu ham yangi boʻldi qilindi etildi oshdi keldi".split()
)
_ENGLISH_WORDS = frozenset(
    "the of in to and for on with at by from as is are was after over its has will new says".split()
)
_RUSSIAN_WORDS = frozenset(
    "в и на с по из за о от для не к до у после об что как при или под над без во со".split()
)
_WORDS = re.compile(r"[^\W\d_]+")


def identify(text: str, declared: tuple[str, ...] = ()) -> str:
    """Give the label of a text's language; ``declared`` are the labels its feed may have.

    Labels: en ru kk ky uz-Latn uz-Cyrl tg tk, neighbours such as az tr uk, or und.
    """
    sample = clean(text)[:1000]
    lower = sample.casefold()
    cyrillic = len("".join(_CYRILLIC_LETTERS.findall(lower)))
    latin = len("".join(_LATIN_LETTERS.findall(lower)))
    if not cyrillic and not latin:
        return declared[0] if len(declared) == 1 else UNKNOWN
    script = _CYRILLIC if cyrillic >= latin else _LATIN
    allowed = tuple(label for label in declared if label in script)
    if len(allowed) == 1 and not set(declared) - script - set(OURS):
        return allowed[0] if _plausible(allowed[0], lower) else _open(sample, lower, script, ())
    return _open(sample, lower, script, allowed)


def _open(sample: str, lower: str, script: frozenset[str], allowed: tuple[str, ...]) -> str:
    by_rule = _cyrillic_rule(lower) if script is _CYRILLIC else _latin_rule(sample, lower)
    if by_rule and (not allowed or by_rule in allowed):
        return by_rule
    return _detect(sample, lower, script, allowed)


def _plausible(label: str, lower: str) -> bool:
    """Tell whether a feed's declared language can be right: letters of another forbid it."""
    if label in _CYRILLIC:
        by_rule = _cyrillic_rule(lower)
        return by_rule in ("", label)
    return True


def _cyrillic_rule(lower: str) -> str:
    letters = set(lower)
    ukrainian = bool(letters & set("їєґ")) or ("і" in letters and not letters & set("ыәғқңөұүһэ"))
    votes = {
        "tg": sum(map(lower.count, "ҷӣӯ")),
        "uz-Cyrl": lower.count("ў"),
        "kk": 0 if ukrainian else sum(map(lower.count, "әұі")),
        "uk": sum(map(lower.count, "їєґі")) if ukrainian else 0,
        "az": lower.count("ә") and sum(map(lower.count, "ҝҹ")),
    }
    if "һ" in letters and not votes["kk"]:
        votes["kk"] = lower.count("һ")
    best = max(votes, key=lambda label: votes[label])
    if votes[best]:
        return best
    if letters & set("ңөү"):
        return "kk" if letters & set("қғ") else "ky"
    return ""


def _latin_rule(sample: str, lower: str) -> str:
    letters = set(lower)
    words = set(_WORDS.findall(lower))
    if "ə" in letters:
        return "az"
    if (
        "ň" in letters
        or ("ý" in letters and letters & set("äüöşç"))
        or ("ž" in letters and letters & set("ýňäüş"))
    ):
        return "tk"
    if letters & set("ñŋ") or ("q" in letters and letters & set("ūğşäúáńǵı")):
        if not _UZBEK_LATIN.search(sample) and not words & _ENGLISH_WORDS:
            return "kk"
    if letters & set("ğı") and not words & _ENGLISH_WORDS and "q" not in letters:
        return "tr"
    if _UZBEK_LATIN.search(sample) and not _ENGLISH_APOSTROPHE.search(sample):
        if not words & _ENGLISH_WORDS:
            return "uz-Latn"
    return ""


def _detect(sample: str, lower: str, script: frozenset[str], allowed: tuple[str, ...]) -> str:
    words = set(_WORDS.findall(lower))
    likely = frozenset(allowed) or script
    if script is _CYRILLIC and not set(lower) & set("әғқңөұүһіўҳҷӯӣ") and "ru" in likely:
        if words & _RUSSIAN_WORDS:
            return "ru"
    if (
        script is _LATIN
        and "en" in likely
        and len(words & _ENGLISH_WORDS) > 0
        and not (words & _UZBEK_WORDS)
    ):
        return "en"
    for hint in (allowed[0] if len(allowed) == 1 else "", ""):
        label = _cld(sample, hint, script)
        if label in likely:
            return label
    best = _cld_vector(sample, script, likely)
    if best:
        return best
    if allowed:
        return allowed[0]
    return "ru" if script is _CYRILLIC else "en"


def _cld(sample: str, hint: str, script: frozenset[str]) -> str:
    detect = _detector()
    _, _, found = detect(
        sample.encode(), bestEffort=True, hintLanguage=_HINTS.get(hint, hint) or None
    )
    return _label(found[0][0], script)


def _cld_vector(sample: str, script: frozenset[str], likely: frozenset[str]) -> str:
    _, _, found = _detector()(sample.encode(), bestEffort=True)
    for name, *_ in found:
        label = _label(name, script)
        if label in likely:
            return label
    return ""


def _label(name: str, script: frozenset[str]) -> str:
    code = _DETECTOR_CODES.get(name, "")
    if code == "uz":
        return "uz-Cyrl" if script is _CYRILLIC else "uz-Latn"
    return code


@lru_cache(maxsize=1)
def _detector():  # noqa: ANN202 - the library has no types
    import pycld2  # noqa: PLC0415 - loaded by the first text, not by an import

    return pycld2.detect
