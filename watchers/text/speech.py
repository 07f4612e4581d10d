"""Parts of speech, as far as a headline needs them: what names a thing, and what tells a deed.

Russian is read by its dictionary. The other languages are read by what is plain in a headline:
where a word stands, how it ends, and a list of the verbs that news are told with (English) or of
the light verbs that turn a noun into a deed (қол қойды, rad etdi, табрик кард).
"""

import re
from collections.abc import Sequence
from enum import IntEnum
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

from watchers.text.english import english_form
from watchers.text.russian import grammar_of
from watchers.text.skeleton import is_cyrillic
from watchers.text.words import Token


class Part(IntEnum):
    """What a word does. ``QUALITY`` is an adjective or adverb, ``SMALL`` what only joins words."""

    SMALL = 0
    NOUN = 1
    DEED = 2
    QUALITY = 3
    FIGURE = 4


class Case(IntEnum):
    """How a word stands to the deed: who does it, to or of whom, where or by whom."""

    UNKNOWN = 0
    SUBJECT = 1
    OBJECT = 2
    AROUND = 3


class Tense(IntEnum):
    """When a deed is: past and present are told as done, the future is yet to come."""

    NONE = 0
    DONE = 1
    TO_COME = 2
    NOW = 3


class Speech(NamedTuple):
    """One word of a headline: its part, its case, its tense, and whether it is denied.

    A deed whose case is OBJECT is told in the passive.
    """

    part: Part
    case: Case = Case.UNKNOWN
    tense: Tense = Tense.NONE
    denied: bool = False


_FINITE = {
    "kk": re.compile(r"(?:[дт][ыі]|[ае]ды|[ае]ді|йд[ыі]|мақ|мек|пақ|пек|бақ|бек|[ғқгк][ае]н|[ыі]п|уда|уде)\Z"),
    "ky": re.compile(r"(?:[дт][ыиуү]|[аеоөйу]т|[гк][аеоө]н|[ыиуү]п|мак|мек)\Z"),
    "uz": re.compile(r"(?:[dt]i|[ai]di|ydi|[gkq]an|moqda|moqchi|yapti|ib)\Z"),
    "tg": re.compile(r"(?:анд|[аиоу]д|рд|фт|хт|шт|ст)\Z"),
}  # fmt: skip
"""Endings of finite verbs, which close a sentence in these languages."""
_DENIED = {
    "kk": re.compile(r"[мпб][ае](?:ды|ді|йды|йді|йтын|йтін|ған|ген|с)\Z"),
    "ky": re.compile(r"[бп][аеоө](?:ды|ди|ду|дү|йт|ган|ген|гон|гөн|с)\Z"),
    "uz": re.compile(r"ma(?:di|ydi|gan|s|yapti)\Z"),
    "tg": re.compile(r"\A(?:на|наме)(?:кун|шав|кард|дод|гиз|гир|тавон|хоҳ)"),
}
_TO_COME = {
    "kk": re.compile(r"(?:[аеыіуү]йд[ыі]|мақ|мек|пақ|пек|бақ|бек)\Z"),
    "ky": re.compile(r"(?:[аеоөйу]т|мак|мек)\Z"),
    "uz": re.compile(r"(?:ydi|moqchi)\Z"),
    "tg": re.compile(r"\A(?:ме|хоҳ)"),
}
_EITHER = {
    "kk": re.compile(r"[ае]д[ыі]\Z"),
    "uz": re.compile(r"[ai]di\Z"),
}
"""айыптады accused, барады will go: the same ending after a stem in a vowel and in a consonant."""
_PASSIVE = {
    "kk": re.compile(r"(?:[ыі]лды|[ыі]лді|[ыі]нды|[ыі]нді|лын\w+|лін\w+)\Z"),
    "ky": re.compile(r"(?:[ыиуү]лд[ыиуү]|[ыиуү]нд[ыиуү])\Z"),
    "uz": re.compile(r"(?:ildi|indi|landi|iladi|inadi)\Z"),
    "tg": re.compile(r"\A(?:шуд|шавад|мешавад|гардид)"),
}
"""Endings by which a deed tells of whom it is done to."""
_LOCATIVE = {
    "kk": re.compile(r"(?:[дт][ае]|[дт][ае]н|нда|нде|мен|бен|пен)\Z"),
    "ky": re.compile(r"(?:[дт][аеоө]|[дт][аеоө]н|нда|нде)\Z"),
    "uz": re.compile(r"(?:da|dan)\Z"),
}
_OBJECT = {
    "kk": re.compile(r"(?:[нтд][ыі]|[ғқгк][ае]|н[ае]|н)\Z"),
    "ky": re.compile(r"(?:[нтд][ыиуү]|[гк][аеоө]|н[ае])\Z"),
    "uz": re.compile(r"(?:ni|ga|ka|qa)\Z"),
    "tg": re.compile(r"(?:ро|аро|иро)\Z"),
}
_GENITIVE = {
    "kk": re.compile(r"(?:[нтд][ыі]ң)\Z"),
    "ky": re.compile(r"(?:[нтд][ыиуү]н)\Z"),
    "uz": re.compile(r"(?:ning)\Z"),
}
_TAJIK_BEFORE = {
    "ба": Case.OBJECT,
    "бар": Case.OBJECT,
    "аз": Case.OBJECT,
    "бо": Case.AROUND,
    "дар": Case.AROUND,
}
_ENGLISH_BEFORE = {
    **dict.fromkeys("to against of over from for with".split(), Case.OBJECT),
    **dict.fromkeys("in at on near by between amid under".split(), Case.AROUND),
}  # fmt: skip
_RUSSIAN_TENSES = {"past": Tense.DONE, "pres": Tense.NOW, "futr": Tense.TO_COME}
_RUSSIAN_CASES = {"nomn": Case.SUBJECT, "loct": Case.AROUND, "loc2": Case.AROUND}
_NEGATIONS = frozenset(
    "не нет без no not never without емес жоқ эмес жок emas yoʼq не набуд".split()
)
_ARTICLES = frozenset("the a an its his her their".split())
_FUTURE = frozenset("will to would shall may could plans set".split())
_LONG = 3


@lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    """Read the lists of small words, light verbs and English deeds, once."""
    found: dict[str, frozenset[str]] = {}
    told = (files("watchers.text") / "speech.tsv").read_text(encoding="utf-8")
    for line in told.splitlines():
        if line and not line.startswith("#"):
            name, _, words = line.partition("\t")
            found[name] = frozenset(words.replace("'", "ʼ").split())
    return found


@lru_cache(maxsize=1)
def _english_deeds() -> frozenset[str]:
    words = _lists()["deed en"]
    return words | frozenset(map(english_form, words))


def speech_of(tokens: Sequence[Token], lang: str) -> list[Speech]:
    """Tell the part of every word of a headline."""
    column = lang.partition("-")[0]
    if column == "ru":
        return _russian(tokens)
    if column in _FINITE:
        return _turkic_or_tajik(tokens, column)
    return _english(tokens)


def _russian(tokens: Sequence[Token]) -> list[Speech]:
    found: list[Speech] = []
    denied = False
    for token in tokens:
        if token.number:
            found.append(Speech(Part.FIGURE))
            continue
        if not is_cyrillic(token.normal):
            found.append(Speech(Part.NOUN, denied=denied))
            denied = False
            continue
        grammar = grammar_of(token.normal)
        part = _RUSSIAN_PARTS.get(grammar.part, Part.NOUN)
        if token.normal == "не":
            part = Part.SMALL
        case = Case.UNKNOWN
        if part is Part.NOUN and grammar.case:
            case = _RUSSIAN_CASES.get(grammar.case, Case.OBJECT)
            if grammar.ambiguous and case is not Case.AROUND:
                case = Case.UNKNOWN
        tense = _RUSSIAN_TENSES.get(grammar.tense, Tense.NONE)
        if grammar.part == "PRTS":
            case = Case.OBJECT  # the passive: what is told of is whom it is done to
        found.append(Speech(part, case, tense if part is Part.DEED else Tense.NONE, denied))
        denied = token.normal == "не"
    return found


_RUSSIAN_PARTS = {
    "PREP": Part.SMALL, "CONJ": Part.SMALL, "PRCL": Part.SMALL, "NPRO": Part.SMALL,
    "INTJ": Part.SMALL, "NOUN": Part.NOUN, "ADJF": Part.QUALITY, "ADJS": Part.QUALITY,
    "COMP": Part.QUALITY, "ADVB": Part.QUALITY, "PRED": Part.DEED, "NUMR": Part.FIGURE,
    "VERB": Part.DEED, "INFN": Part.DEED, "PRTF": Part.DEED, "PRTS": Part.DEED,
    "GRND": Part.DEED,
}  # fmt: skip


def _english(tokens: Sequence[Token]) -> list[Speech]:
    """Read a headline from left to right: what follows a preposition stands where it says."""
    small, deeds = _lists()["small en"], _english_deeds()
    found: list[Speech] = []
    case, denied, future, opens = Case.UNKNOWN, False, False, False
    for at, token in enumerate(tokens):
        normal = token.normal
        if token.number:
            found.append(Speech(Part.FIGURE))
        elif normal in small or normal in _NEGATIONS:
            ranks = normal == "no" and at + 1 < len(tokens) and tokens[at + 1].number  # No. 3
            denied = denied or (normal in _NEGATIONS and not ranks)
            future = normal in _FUTURE or (future and normal in _NEGATIONS)
            if normal not in _ARTICLES:
                case = _ENGLISH_BEFORE.get(normal, Case.UNKNOWN)
            opens = normal not in _NEGATIONS and not future
            found.append(Speech(Part.SMALL))
            continue
        elif (future or not opens) and english_form(normal) in deeds:
            # "Rejected", "sent", and not "reject" or "beat", which is told of today.
            past = normal.endswith(("ed", "en", "t", "d")) and english_form(normal) != normal
            done = Tense.DONE if past else Tense.NOW
            found.append(Speech(Part.DEED, tense=Tense.TO_COME if future else done, denied=denied))
            case, denied = Case.UNKNOWN, False
        else:
            found.append(Speech(Part.NOUN, case, denied=denied))
            denied = False
        future = opens = False
    return found


def _turkic_or_tajik(tokens: Sequence[Token], column: str) -> list[Speech]:
    lists = _lists()
    small, light = lists[f"small {column}"], lists[f"light {column}"]
    found: list[Speech] = []
    last = len(tokens) - 1
    for at, token in enumerate(tokens):
        normal = token.normal
        if token.number:
            found.append(Speech(Part.FIGURE))
        elif normal in small or normal in _NEGATIONS:
            if normal in _NEGATIONS and found:
                found[-1] = found[-1]._replace(part=Part.DEED, denied=True)
            found.append(Speech(Part.SMALL))
        elif normal in light or (at == last and _is_finite(normal, column)):
            if found and normal in light and found[-1].part is Part.NOUN:
                found[-1] = found[-1]._replace(part=Part.DEED)
            found.append(
                Speech(
                    Part.DEED,
                    tense=_tense(normal, column),
                    case=Case.OBJECT if _PASSIVE[column].search(normal) else Case.UNKNOWN,
                    denied=bool(_DENIED[column].search(normal)),
                )
            )
        else:
            before = tokens[at - 1].normal if at else ""
            found.append(Speech(Part.NOUN, _case(normal, before, column)))
    return found


def _tense(normal: str, column: str) -> Tense:
    if _TO_COME[column].search(normal):
        return Tense.TO_COME
    either = _EITHER.get(column)
    return Tense.NONE if either is not None and either.search(normal) else Tense.DONE


def _is_finite(normal: str, column: str) -> bool:
    return len(normal) > _LONG and bool(_FINITE[column].search(normal))


def _case(normal: str, before: str, column: str) -> Case:
    if column == "tg":
        if _OBJECT[column].search(normal):
            return Case.OBJECT
        return _TAJIK_BEFORE.get(before, Case.UNKNOWN)
    if len(normal) <= _LONG:
        return Case.UNKNOWN
    if _LOCATIVE[column].search(normal):
        return Case.AROUND
    if _OBJECT[column].search(normal) or _GENITIVE[column].search(normal):
        return Case.OBJECT
    return Case.SUBJECT
