"""Latin Kazakh read as Cyrillic, so that one grammar and one spelling serve both.

Two alphabets of this decade are in use: that of 2018 with acutes (á ǵ ń ó ú, ý for у, ı for и
and й, sh, ch; decree 637 of 19 February 2018) and that presented in 2021 (ä ğ ñ ö ü ū ş, ı for
і, i for и and й). A word without their letters may be of either. Outlets write the letters of
2021 also as that of 2019 and older ones have it: i for і, ı for и or ы, w for у.
"""

from functools import lru_cache

_SHARED = {
    "a": "а", "b": "б", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "j": "ж", "k": "к",
    "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "q": "қ", "r": "р", "s": "с", "t": "т",
    "v": "в", "y": "ы", "z": "з", "c": "ц", "x": "х",
}  # fmt: skip
_ACUTES = {"á": "ә", "ǵ": "ғ", "ń": "ң", "ó": "ө", "ú": "ү", "ý": "у"}
_UMLAUTS = {"ä": "ә", "ğ": "ғ", "ñ": "ң", "ö": "ө", "ü": "ү", "ş": "ш", "ū": "ұ", "ŋ": "ң"}
_OF_2018 = str.maketrans({**_SHARED, **_ACUTES, "u": "ұ", "i": "і", "ı": "и"})
_OF_2021 = str.maketrans({**_SHARED, **_UMLAUTS, "u": "у", "ı": "і", "i": "и"})
_OF_2019 = str.maketrans({**_SHARED, **_UMLAUTS, "u": "ұ", "w": "у", "ı": "и", "i": "і"})
_OLDER = str.maketrans(
    {**_SHARED, **_UMLAUTS, "u": "у", "w": "у", "ı": "ы", "i": "і", "ï": "и", "y": "й"}
)
_FOREIGN = frozenset("žňç")
_KAZAKH = frozenset("áǵńóúýğñūıïqäöüşŋ")
_VOWELS = frozenset("аәеоөуұүыіэ")


def may_be_kazakh(normal: str) -> bool:
    """Tell whether a word has a letter that Latin Kazakh writes and English does not."""
    return not _KAZAKH.isdisjoint(normal) and _FOREIGN.isdisjoint(normal)


@lru_cache(maxsize=4096)
def readings(normal: str) -> tuple[str, ...]:
    """Give what a Latin word is in Cyrillic, by each alphabet whose letters it fits."""
    letters = set(normal)
    if letters & _FOREIGN:
        return ()
    tables: tuple[dict[int, str], ...] = (_OF_2021, _OF_2018)
    if letters & _ACUTES.keys():
        tables = (_OF_2018,)
    elif letters & _UMLAUTS.keys():
        tables = (_OF_2021, _OF_2019, _OLDER)
    found = {
        _with_short_i(normal.replace("sh", "ш").replace("ch", "ч").translate(table))
        for table in tables
    }
    return tuple(sorted(word for word in found if min(word) >= "а"))


def _with_short_i(word: str) -> str:
    """Write й for an и after a vowel, я and ю for what is said so: Ресей, партия, күшею."""
    letters = list(word)
    for at, letter in enumerate(letters):
        if letter == "и" and at and letters[at - 1] in _VOWELS:
            letters[at] = "й"
        elif letter == "а" and at and letters[at - 1] == "и":
            letters[at] = "я"
    return "".join(letters).replace("йа", "я").replace("йу", "ю")
