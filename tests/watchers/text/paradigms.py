"""Paradigms of the commonest words of news: every form of a word that headlines use.

Russian ones come from the dictionary of pymorphy3. Those of the region's languages are built
here by their grammars' own rules (vowel harmony, assimilation), not from the tables they test.
The words are listed in ``common_words``; a colon gives the stem of the possessive (халық:халқ)
or, in Tajik, of the present; a stroke in English forms that no rule gives, and 2 doubles a letter.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "common_words"


class Paradigm(NamedTuple):
    """A word and its forms."""

    word: str
    part: str
    forms: tuple[str, ...]


def listed(name: str) -> Iterator[tuple[str, str]]:
    """Give the words of a list with their part of speech."""
    part = ""
    for cell in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").split():
        if cell.endswith(":"):
            part = cell[:-1]
        else:
            yield part, cell


@lru_cache(maxsize=16)
def paradigms(lang: str) -> tuple[Paradigm, ...]:
    """Give the paradigms of a language's words."""
    makers: dict[str, Callable[[str, str], Iterator[str]]] = {
        "ru": _russian, "en": _english, "kk": _kazakh, "ky": _kyrgyz, "tk": _turkmen, "tg": _tajik,
        "uz-Latn": _uzbek, "uz-Cyrl": lambda word, part: map(_in_cyrillic, _uzbek(word, part)),
    }  # fmt: skip
    name = "uz" if lang.startswith("uz") else lang
    return tuple(
        Paradigm(word, part, tuple(dict.fromkeys(makers[lang](word, part))))
        for part, word in listed(name)
    )


# --- Russian ---------------------------------------------------------------------------------

_PARTS = {
    "noun": {"NOUN"},
    "verb": {"VERB", "INFN", "PRTS", "PRTF"},
    "adjective": {"ADJF", "ADJS"},
}
_UNUSED = {"impr", "Supr", "V-ey", "V-oy", "V-ie", "V-be", "Infr", "Arch", "1per", "2per"}
"""Marks of forms that no headline has."""


def _russian(word: str, part: str) -> Iterator[str]:
    from pymorphy3 import MorphAnalyzer  # noqa: PLC0415 - 40 MB

    parse = next(
        parse
        for parse in _morph(MorphAnalyzer).parse(word)
        if parse.normal_form.replace("ё", "е") == word and parse.tag.POS in _PARTS[part]
    )
    for form in parse.lexeme:
        if form.tag.POS in _PARTS[part] and _UNUSED.isdisjoint(form.tag.grammemes):
            yield form.word.replace("ё", "е")


@lru_cache(maxsize=1)
def _morph(kind):
    return kind(lang="ru")


# --- English ---------------------------------------------------------------------------------


def _english(cell: str, part: str) -> Iterator[str]:
    """Give a word's regular forms, or those that the list spells out: take/takes/took."""
    word, *told = cell.split("/")
    yield word
    ends_hard = word.endswith(("s", "x", "z", "ch", "sh"))
    es = (
        word + "es"
        if ends_hard or word == "go"
        else word[:-1] + "ies"
        if _ends_y(word)
        else word + "s"
    )
    if part == "noun":
        plural = told[0] if told else es
        yield from (plural, word + "'s")
        return
    if part == "adjective":
        yield from told
        return
    yield es
    double = "2" in told
    stem = word + word[-1] if double else word[:-1] if word[-1] == "e" else word
    if word.endswith("ie"):
        yield word[:-2] + "ying"
        yield from told
        return
    yield word + "ing" if word.endswith(("ee", "oe", "ye")) else stem + "ing"
    past = [form for form in told if form != "2"]
    yield from past or [word[:-1] + "ied" if _ends_y(word) else stem + "ed"]


def _ends_y(word: str) -> bool:
    return word[-1] == "y" and word[-2] not in "aeou"


# --- Kazakh and Kyrgyz -----------------------------------------------------------------------

_VOICED = {"к": "г", "қ": "ғ", "п": "б"}


def _last(word: str, letters: str) -> str:
    return next((letter for letter in reversed(word) if letter in letters), "")


def _kazakh(cell: str, part: str) -> Iterator[str]:
    word, _, bound = cell.partition(":")
    if part == "noun":
        yield word
        yield from _kazakh_cases(word)
        plural = word + _kazakh_end(word, "лар", "дар", "тар")
        yield plural
        yield from _kazakh_cases(plural)
        for owned in (_kazakh_owned(word, bound), plural + _front(plural, "ы")):
            yield owned
            for ending in ("ның", "н", "на", "нда", "нан", "ндағы", "мен"):
                yield owned + _front(owned, ending)
    else:
        yield from _kazakh_verb(word)


def _front(word: str, ending: str) -> str:
    """Fit an ending's vowels to a word's last one."""
    back = _last(word, "аәеиоөуұүыіэяюё") in "аоуұыяюё"
    return (
        ending
        if back or ending == "мен"
        else ending.translate(str.maketrans({"а": "е", "ы": "і", "ғ": "г", "қ": "к"}))
    )


def _kazakh_end(word: str, after_r: str, voiced: str, voiceless: str, nasal: str = "") -> str:
    last = word[-1]
    if last in "пкқтсшщхфцчбвгд":
        ending = voiceless
    elif nasal and last in "мнң":
        ending = nasal
    elif last in "аәеоөұүыіэяёурйию":
        ending = after_r
    else:
        ending = voiced
    return _front(word, ending)


def _kazakh_cases(word: str) -> Iterator[str]:
    vowel = word[-1] in "аәеоөұүыіэяё"
    yield word + _kazakh_end(word, "ның" if vowel else "дың", "дың", "тың", "ның")
    yield word + _kazakh_end(word, "ны" if vowel else "ды", "ды", "ты")
    yield word + _kazakh_end(word, "ға", "ға", "қа")
    yield word + _kazakh_end(word, "да", "да", "та")
    yield word + _kazakh_end(word, "дан", "дан", "тан", "нан")
    yield word + _kazakh_end(word, "дағы", "дағы", "тағы")
    yield word + ("бен" if word[-1] in "зж" else "пен" if word[-1] in "пкқтсшщхфцчбвгд" else "мен")


def _kazakh_owned(word: str, bound: str) -> str:
    if bound:
        return bound + _front(bound, "ы")
    if word[-1] in "аәеоөұүыіэяё":
        return word + _front(word, "сы")
    return word[:-1] + _VOICED.get(word[-1], word[-1]) + _front(word, "ы")


def _kazakh_verb(word: str) -> Iterator[str]:
    vowel = word[-1] in "аәеоөұүыіэяё"
    hard = word[-1] in "пкқтсшщхф"
    yield word + _front(word, "ты" if hard else "ды")
    yield word + _front(word, "қан" if hard else "ған")
    yield (
        word + ("п" if vowel else _front(word, "ып"))
        if word[-1] != "п"
        else word[:-1] + _front(word, "уып")
    )
    if word[-1] == "п":
        yield word[:-1] + _front(word, "бады").replace("б", "б")
    elif vowel:
        yield word + _front(word, "йды")
    else:
        yield word + _front(word, "ады")
    bare = word[:-1] if word[-1] in "ыі" else word[:-1] + "б" if word[-1] == "п" else word
    noun = bare + "у"
    yield from (
        noun,
        noun + _front(word, "ы"),
        noun + _front(word, "ға"),
        noun + _front(word, "да"),
    )


_ROUND = {"о": "оу", "ө": "өү", "ү": "өү", "у": "ау", "ю": "ау"}
"""Kyrgyz: the low and the high vowel after a rounded one."""


def _kyrgyz_fit(word: str, ending: str) -> str:
    for letter in "".join(ending):
        if letter not in "АЫ":
            word += letter
            continue
        last = _last(word, "аеиоөуүыэяюё")
        low, high = _ROUND.get(last, "аы" if last in "аыяё" else "еи")
        word += low if letter == "А" else high
    return word


def _kyrgyz_end(word: str, vowel: str, voiced: str, voiceless: str) -> str:
    last = word[-1]
    hard = last in "пктсшщхфцчбвгд"
    return _kyrgyz_fit(word, voiceless if hard else vowel if last in "аеиоөуүыэяюё" else voiced)


def _kyrgyz(cell: str, part: str) -> Iterator[str]:
    if part == "verb":
        yield from _kyrgyz_verb(cell)
        return
    last = cell[-1]
    plural = _kyrgyz_end(cell, "лАр", "лАр" if last in "рй" else "дАр", "тАр")
    for base in (cell, plural):
        yield base
        yield _kyrgyz_end(base, "нЫн", "дЫн", "тЫн")
        yield _kyrgyz_end(base, "нЫ", "ды".replace("ы", "Ы"), "тЫ")
        yield _kyrgyz_end(base, "гА", "гА", "кА")
        yield _kyrgyz_end(base, "дА", "дА", "тА")
        yield _kyrgyz_end(base, "дАн", "дАн", "тАн")
        yield _kyrgyz_end(base, "дАгЫ", "дАгЫ", "тАгЫ")
        soft = base[:-1] + _VOICED.get(base[-1], base[-1])
        owned = _kyrgyz_fit(soft, "сЫ" if base[-1] in "аеиоөуүыэяюё" else "Ы")
        yield owned
        for ending in ("нЫн", "н", "нА", "ндА", "нАн", "ндАгЫ"):
            yield _kyrgyz_fit(owned, ending)


def _kyrgyz_verb(word: str) -> Iterator[str]:
    vowel = word[-1] in "аеиоөуүыэяюё"
    yield _kyrgyz_end(word, "дЫ", "дЫ", "тЫ")
    yield _kyrgyz_end(word, "гАн", "гАн", "кАн")
    soft = word[:-1] + "б" if word[-1] == "п" else word
    yield word + "п" if vowel else _kyrgyz_fit(soft if word[-1] == "п" else word, "Ып")
    yield word + "йт" if vowel else _kyrgyz_fit(soft, "Ат")
    base = word[:-1] if vowel else soft
    long = _kyrgyz_fit(base + word[-1] if vowel else base, "Ы")[-1]
    if vowel and word[-1] in "ае":
        long = "о" if word[-1] == "а" else "ө"
    elif vowel and word[-1] in "оө":
        long = word[-1]
    elif long in "ыи":
        long = "у" if long == "ы" else "ү"
    noun = base + long + long
    yield from (noun, _kyrgyz_fit(noun, "сЫ"), _kyrgyz_fit(noun, "гА"), _kyrgyz_fit(noun, "дА"))


# --- Uzbek -----------------------------------------------------------------------------------


def _uzbek(cell: str, part: str) -> Iterator[str]:
    word = cell.replace("ʻ", "ʼ")
    if part == "verb":
        vowel = word[-1] in "aeiou"
        for ending in ("di", "gan", "ib", "adi", "ayotgan", "ish", "ishi", "ishga"):
            bare = ending[1:] if vowel and ending[0] == "i" else ending
            bare = "y" + bare[1:] if vowel and ending == "adi" else bare
            bare = "yotgan" if vowel and ending == "ayotgan" else bare
            if ending == "gan":
                bare = {"k": "kan", "q": "qan"}.get(word[-1], "gan")
            yield word + bare
        return
    soft = word[:-1] + {"k": "g", "q": "gʼ"}.get(word[-1], word[-1])
    owned = word + "si" if word[-1] in "aeiou" or word.endswith("oʼ") else soft + "i"
    for base in (word, word + "lar", owned, word + "lari", word + "larimiz"):
        yield base
        to = base[-1] + "a" if base[-1] in "kq" else "ga"
        yield from (base + ending for ending in ("ning", "ni", to, "da", "dan", "dagi"))


_CYRILLIC_PAIRS = (
    ("shch", "щ"), ("oʼ", "ў"), ("gʼ", "ғ"), ("sh", "ш"), ("ch", "ч"), ("yo", "ё"), ("yu", "ю"),
    ("ya", "я"), ("ye", "е"), ("ts", "ц"), ("ʼ", "ъ"),
)  # fmt: skip
_CYRILLIC_LETTERS = str.maketrans("abdefghijklmnopqrstuvxyz", "абдефгҳижклмнопқрстувхйз")


def _in_cyrillic(word: str) -> str:
    word = "э" + word[1:] if word.startswith("e") else word
    for latin, cyrillic in _CYRILLIC_PAIRS:
        word = word.replace(latin, cyrillic)
    return word.translate(_CYRILLIC_LETTERS).replace("ё", "е")


# --- Turkmen ---------------------------------------------------------------------------------

_TURKMEN_VOICED = {"k": "g", "t": "d", "p": "b", "ç": "j"}


def _turkmen_fit(word: str, ending: str) -> str:
    back = _last(word, "aäeiouöüy") in "aouy"
    syllables = sum(letter in "aäeiouöüy" for letter in word)
    rounded = _last(word, "aäeiouöüy") in "ouöü" and syllables == 1
    high = ("u" if back else "ü") if rounded else ("y" if back else "i")
    return ending.replace("A", "a" if back else "e").replace("Y", high)


def _turkmen(cell: str, part: str) -> Iterator[str]:
    vowel = cell[-1] in "aäeiouöüy"
    if part == "verb":
        stem = cell[:-1] + "d" if cell[-1] == "t" and cell in {"et", "git", "aýt"} else cell
        yield cell + _turkmen_fit(cell, "dY")
        yield cell + "n" if vowel else stem + _turkmen_fit(cell, "An")
        yield cell + "p" if vowel else stem + _turkmen_fit(cell, "Yp")
        yield (
            cell + ("ýar" if _turkmen_fit(cell, "A") == "a" else "ýär")
            if vowel
            else stem
            + _turkmen_fit(cell, "ýAr")
            .replace("ýa", "ýa")
            .replace("ýe", "ýä")
            .replace("ý", _turkmen_fit(cell, "Yý"))
        )
        yield from (cell + _turkmen_fit(cell, "mAk"), cell + _turkmen_fit(cell, "jAk"))
        return
    plural = cell + _turkmen_fit(cell, "lAr")
    for base in (cell, plural):
        ends_in_vowel = base[-1] in "aäeiouöüy"
        long = len(base) > 3  # one syllable keeps its last consonant: halk, at
        soft = base[:-1] + (_TURKMEN_VOICED.get(base[-1], base[-1]) if long else base[-1])
        yield base
        if ends_in_vowel:
            open_base = base[:-1] + "ä" if base[-1] == "e" else base
            yield open_base + ("nyň" if _turkmen_fit(base, "A") == "a" else "niň")
            yield open_base + ("ny" if _turkmen_fit(base, "A") == "a" else "ni")
            owned = base + ("sy" if _turkmen_fit(base, "A") == "a" else "si")
        else:
            yield soft + _turkmen_fit(base, "Yň")
            yield soft + _turkmen_fit(base, "Y").replace("u", "y").replace("ü", "i")
            yield soft + _turkmen_fit(base, "A")
            owned = soft + _turkmen_fit(base, "Y")
        for ending in ("dA", "dAn", "dAky"):
            yield base + _turkmen_fit(base, ending).replace("eky", "äki")
        yield owned
        for ending in ("nYň", "nY", "nA", "ndA", "ndAn"):
            yield owned + _turkmen_fit(owned + "a" if owned[-1] in "uy" else owned + "e", ending)


# --- Tajik -----------------------------------------------------------------------------------


def _tajik(cell: str, part: str) -> Iterator[str]:
    past, _, present = cell.partition(":")
    yield past
    if part == "verb":
        ends = ("", "анд", "а", "ааст", "аанд", "ан", "ани")
        yield from (past + end for end in ends if end not in ("ааст", "аанд"))
        yield from ("ме" + present + end for end in ("ад", "анд"))
        yield from (prefix + past for prefix in ("ме", "ме"))
        return
    vowel = past[-1] in "аеёиоуэюяӣӯ"
    stem = past[:-1] + "и" if past[-1] == "ӣ" else past
    yield stem + "и"
    yield stem + "ро"
    yield stem + "е"
    yield stem + ("яш" if vowel and past[-1] != "а" else "аш")
    for ending in ("ҳо", "ҳои", "ҳоро", "ҳояш", "ҳоямон"):
        yield stem + ending
    if not vowel:
        yield from (past + "ҳое", past + "ашон", past + "амон")
