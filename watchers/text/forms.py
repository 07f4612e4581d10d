"""Dictionary forms and search keys of one word, in a text and in a query.

The two sides differ on purpose: a word of a text gives every form it could be of, a word of a
query only its own (and its lemma, if it is not one itself). That asymmetry keeps precision.

Keys come in tiers. ``s:`` a form in its own script; ``k:`` the form as a plain keyboard types
it; ``xc:`` and ``xl:`` the skeleton of a Cyrillic or Latin form, to be asked for from the other
script; ``xn:`` the skeleton of a name, to be asked for from its own script.
"""

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from watchers.text.english import english_form
from watchers.text.grammar import GRAMMARS
from watchers.text.language import OURS, identify
from watchers.text.latin_kazakh import may_be_kazakh, readings
from watchers.text.normal import APOSTROPHE
from watchers.text.russian import (
    asked_lemmas,
    is_joint,
    is_known,
    is_only_surname,
    lemmas,
    relational_bases,
)
from watchers.text.skeleton import (
    SPECIAL_CYRILLIC,
    as_russian_spells,
    is_cyrillic,
    is_uzbek,
    keyboard,
    skeleton,
)
from watchers.text.suffixes import asked_strippings, strippings

_MIN_SKELETON = 3
_MIN_NAME = 4
_MIN_CYRILLIC_NAME = 5
_ENGLISH_ENDINGS = ("s", "ed", "ing")
_LATIN_GRAMMARS = ("uz-Latn", "tk")
_SHARED_WITH_TAJIK = frozenset("қғҳ")
_PLAIN_CYRILLIC = ("ky", "kk", "uz-Cyrl", "tg")
_GUESSED = {True: ("kk", "ky", "uz-Cyrl"), False: _LATIN_GRAMMARS}


class LetterCase(IntEnum):
    """How a word of a text is written; a short acronym is nobody's name in another spelling."""

    SMALL = 0
    CAPITAL = 1
    ACRONYM = 2


@dataclass(frozen=True, slots=True)
class Forms:
    """What one word form of a text can be: its dictionary forms, its keys, its skeletons.

    ``stem`` is the one form that stands best for the word where a single one is needed, as
    when two items are compared. ``skeletons`` serve the gazetteer.
    """

    forms: tuple[str, ...]
    stem: str
    keys: tuple[str, ...]
    skeletons: tuple[str, ...]


@lru_cache(maxsize=256)
def text_forms(normal: str, lang: str, case: LetterCase) -> Forms:
    """Give the forms of a word met in a text in language ``lang``."""
    cyrillic = is_cyrillic(normal)
    capital = case is not LetterCase.SMALL
    found = _cyrillic_forms(normal, lang, capital) if cyrillic else _latin_forms(normal, lang)
    if capital and lang not in OURS and not is_known(normal):
        # Of two words nobody can tell the language, but Сеулде is in Seoul in each that it may be.
        found += [form for guess in _GUESSED[cyrillic] for form in asked_strippings(normal, guess)]
    forms = tuple(dict.fromkeys(found))
    skeletons = tuple(dict.fromkeys(map(skeleton, forms)))
    keys = {"s:" + form for form in forms}
    for form in forms:
        plain = keyboard(form)
        if plain != form:
            keys.add("k:" + plain)
    native = lang in GRAMMARS
    least = _MIN_SKELETON if native else _MIN_NAME
    if capital or native:
        # Latin Kazakh is read as Cyrillic: queries of both scripts ask for it by its skeleton.
        both = lang == "kk" and not cyrillic
        for script in ("xc:", "xl:") if both else ("xc:" if cyrillic else "xl:",):
            keys.update(script + bone for bone in skeletons if len(bone) >= least)
    if case is LetterCase.CAPITAL:
        least = _MIN_CYRILLIC_NAME if cyrillic else _MIN_NAME
        keys.update("xn:" + bone for bone in skeletons if len(bone) >= least)
        if lang.startswith("uz") or is_uzbek(normal):
            keys.update("xn:" + bone for form in forms for bone in as_russian_spells(form))
    return Forms(forms, _best(forms, lang), tuple(keys), skeletons)


def _best(forms: tuple[str, ...], lang: str) -> str:
    """Choose a stem: Russian's likeliest lemma, English's fold, elsewhere the barest form."""
    if lang in GRAMMARS:
        return min(forms, key=lambda form: (len(form) < _MIN_SKELETON, len(form), form))
    if is_cyrillic(forms[0]) and SPECIAL_CYRILLIC.isdisjoint(forms[0]):
        return lemmas(forms[0])[0]
    return english_form(forms[0]) if lang == "en" else forms[0]


def _cyrillic_forms(normal: str, lang: str, capital: bool) -> list[str]:  # noqa: FBT001
    special = not SPECIAL_CYRILLIC.isdisjoint(normal)
    found = [normal]
    if lang in GRAMMARS and lang not in _LATIN_GRAMMARS:
        found += strippings(normal, lang)
    elif special:
        for guess in _owners(normal):
            found += strippings(normal, guess)
    surname = capital and normal.endswith(("ов", "ев")) and not is_known(normal)
    # Актауов is somebody's name, no genitive of several places called Актау.
    if not (special or surname) and (lang not in GRAMMARS or capital or is_known(normal)):
        for lemma in lemmas(normal):
            found.append(lemma)
            found += relational_bases(lemma)
    return found


def _owners(normal: str) -> tuple[str, ...]:
    """Name the languages that a word with special letters can be of."""
    letters = set(normal)
    if letters & set("ҷӣӯ"):
        return ("tg",)
    if "ў" in letters:
        return ("uz-Cyrl",)
    if letters & set("әұі"):
        return ("kk",)
    if "ҳ" in letters:
        return ("uz-Cyrl", "tg")
    if letters & set("қғ"):
        return ("kk", "ky", "uz-Cyrl")
    return ("ky", "kk")


def _latin_forms(normal: str, lang: str) -> list[str]:
    if lang == "kk":
        return [normal, *(form for word in readings(normal) for form in strippings(word, lang))]
    if lang in GRAMMARS:
        found = [normal, *(strippings(normal, lang) if lang in _LATIN_GRAMMARS else ())]
        if normal.isascii() and normal.endswith(_ENGLISH_ENDINGS):
            # A short English headline may be taken for Uzbek; that shall cost no hit.
            found.append(english_form(normal))
        return found
    bare = normal.removesuffix(APOSTROPHE + "s")
    return [normal, english_form(normal), bare]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a word of a query looks for: any of its keys; ``names`` only where capitals stand."""

    keys: frozenset[str]
    forms: tuple[str, ...]
    skeletons: tuple[str, ...]


@lru_cache(maxsize=1024)
def query_forms(normal: str, capital: bool) -> Asked:  # noqa: FBT001 - a cache key
    """Give what a word of a query asks for; its language is unknown."""
    cyrillic = is_cyrillic(normal)
    forms = tuple(dict.fromkeys(_asked(normal, cyrillic=cyrillic, capital=capital)))
    special = keyboard(normal) != normal
    if capital and cyrillic and not special and is_only_surname(normal):
        # Волков is nobody's wolves; his name has a capital in texts.
        keys = {"xl:" + skeleton(normal), "xn:" + skeleton(normal)}
        return Asked(frozenset(keys), forms, (skeleton(normal),))
    keys = {"s:" + form for form in forms}
    if not special:
        keys.update("k:" + form for form in forms)
    # By its skeleton only what is typed, and its lemma, is asked for: each key costs every item.
    skeletons = tuple(dict.fromkeys(map(skeleton, forms if is_known(normal) else forms[:2])))
    other = "xl:" if cyrillic else "xc:"
    keys.update(other + bone for bone in skeletons if len(bone) >= _MIN_SKELETON)
    least = _MIN_CYRILLIC_NAME if cyrillic else _MIN_NAME
    if capital or not cyrillic or special:
        keys.update("xn:" + bone for bone in skeletons if len(bone) >= least)
        if is_uzbek(normal):
            keys.update("xn:" + bone for form in forms for bone in as_russian_spells(form))
    return Asked(frozenset(keys), forms, skeletons)


def _asked(normal: str, *, cyrillic: bool, capital: bool) -> list[str]:
    if cyrillic:
        special = not SPECIAL_CYRILLIC.isdisjoint(normal)
        if not special and is_known(normal):
            return list(asked_lemmas(normal, capital=capital))
        guesses = _owners(normal) if special else _PLAIN_CYRILLIC
        if not _SHARED_WITH_TAJIK.isdisjoint(normal):
            guesses = tuple(dict.fromkeys((*guesses, "tg")))
        found = [form for lang in guesses for form in asked_strippings(normal, lang)]
        # "обуна" would be a case of a Kyrgyz "об", and meet each Russian «об этом».
        return found if special else [one for one in found if one == normal or not is_joint(one)]
    bare = normal.removesuffix(APOSTROPHE + "s")
    found = [bare, english_form(bare)] if bare.isascii() else [normal]
    if normal.isascii() and identify(normal) == "en":
        return found
    found += [form for lang in _latin_owners(normal) for form in asked_strippings(normal, lang)]
    return found + [form for word in _kazakh(normal) for form in asked_strippings(word, "kk")]


def _kazakh(normal: str) -> tuple[str, ...]:
    return readings(normal) if normal.isascii() or may_be_kazakh(normal) else ()


def _latin_owners(normal: str) -> tuple[str, ...]:
    """Name the languages in whose endings a Latin word of a query may be read."""
    if normal.isascii():
        return _LATIN_GRAMMARS
    return ("uz-Latn",) if APOSTROPHE in normal else ("tk",)


def name_forms(normal: str, *, capital: bool) -> list[str]:
    """Give what a name in a query may be a case of: Токаева, Қазақстандағы, Toshkentdagi."""
    cyrillic = is_cyrillic(normal)
    special = not SPECIAL_CYRILLIC.isdisjoint(normal)
    # A surname that no dictionary has may be typed in any case.
    found = list(lemmas(normal)) if cyrillic and not special else []
    if capital:
        guesses = _owners(normal) if special else _PLAIN_CYRILLIC if cyrillic else _LATIN_GRAMMARS
        found += [form for lang in guesses for form in strippings(normal, lang)]
        if not cyrillic:
            found += [form for word in _kazakh(normal) for form in strippings(word, "kk")]
    return found


def without(
    forms: tuple[str, ...], keys: tuple[str, ...], lost: frozenset[str]
) -> tuple[str, ...]:
    """Give a word's keys without those of some of its forms."""
    kept = [form for form in forms if form not in lost]
    remain = {*kept, *map(keyboard, kept), *map(skeleton, kept)}
    gone = {*lost, *map(keyboard, lost), *map(skeleton, lost)} - remain
    return tuple(key for key in keys if key.partition(":")[2] not in gone)
