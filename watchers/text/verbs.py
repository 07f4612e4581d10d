"""Verbs of the Turkic languages: from any form of one to the noun that a dictionary lists it by.

The noun is the one key that all forms share: тапты, таппайды, табатын and тауып are of табу,
qurilmagan of qurilish, bolýandygyny of bolmak. A verb is a stem, a negation, and one ending of
the tables; persons stand in the ending. Endings of one letter are left out where they are the
end of too many nouns (қала is a town and "staying").
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from watchers.text.grammar import GRAMMARS, PLURAL, Endings, agrees, cuts, fits, layer

_MIN_STEM, _SHORT, _PLURAL_SIZE = 2, 3, 3


@dataclass(frozen=True, slots=True)
class _Tables:
    """One language's endings as its grammar is written: a row of tenses, a bar, persons.

    A dash is the person without an ending. ``nominal`` are those that take endings of nouns,
    too. ``negations`` stand between the stem and what may follow a vowel, and ``of_negation``
    are endings that follow nothing else. ``unasked`` are endings of more nouns than verbs
    (жылдық, сапар), in which no short word of a query is read; ``short`` the stems of two
    letters that end in a vowel.
    """

    finite: tuple[str, ...]
    nominal: tuple[str, ...]
    negations: tuple[str, ...]
    of_negation: tuple[str, ...]
    nominal_of_negation: tuple[str, ...] = ()
    unasked: frozenset[str] = frozenset()
    short: frozenset[str] = frozenset()


_KAZAKH = _Tables(
    finite=(
        "ды ді D | - м ң қ к ңыз ңіз ңдар ңдер",
        "ты ті T | - м ң қ к ңыз ңіз ңдар ңдер",
        "ад ед ид C | ы і",
        "яд йд V | ы і",
        "а е и C | мын мін сың сің мыз міз сыз сіз",
        "я й V | мын мін сың сің мыз міз сыз сіз",
        "ған ген D | - мын мін быз біз сыз сіз",
        "қан кен T | - мын мін быз біз сыз сіз",
        "ар ер C",
        "яр р V",
        "ып іп C | - ты ті",
        "п V | - ты ті",
        "са се * | - м ң қ к ңыз ңіз",
        "сын сін C | - дар дер",
        "сындар сіндер V",
        "ыңыз іңіз C | - дар дер",
        "ңыз ңіз V | - дар дер",
        "мақ мек * | - шы ші",
        "бақ бек пақ пек * | шы ші",
        "ғалы гелі ғанша генше D",
        "қалы келі қанша кенше T",
    ),
    nominal=("ған ген D", "қан кен T", "атын етін итын итін C", "ятын йтын йтін V"),
    negations=("ма ме ба бе D", "па пе T"),
    of_negation=("с * | - тан тен пын пін", "й сын сін *"),
    nominal_of_negation=("у *",),
    unasked=frozenset("дық дік тық тік ар ер р".split()),
    short=frozenset("же де ки жи ти қу жу ту".split()),
)
_KYRGYZ = _Tables(
    finite=(
        "ды ди ду дү D | - м ң к ңыз ңиз ңуз ңүз",
        "ты ти ту тү T | - м ң к ңыз ңиз ңуз ңүз",
        "ат ет от өт C",
        "ят ёт йт V",
        "а е о ө C | мын мин мун мүн быз биз буз бүз сыз сиз суз сүз м",
        "я ё й V | мын мин мун мүн быз биз буз бүз сыз сиз суз сүз м",
        "ган ген гон гөн D | - мын мин мун мүн быз биз буз бүз",
        "кан кен кон көн T | - мын мин мун мүн быз биз буз бүз",
        "ар ер ор өр C",
        "яр ёр р V",
        "ып ип уп үп C | - тыр тир тур түр",
        "юп п V | - тыр тир тур түр",
        "са се со сө * | - м ң к ңыз ңиз ңуз ңүз",
        "сын син сун сүн *",
        "ыңыз иңиз уңуз үңүз C",
        "юңуз ңыз ңиз ңуз ңүз V",
        "мак мек мок мөк * | - чы чи чу чү",
        "ганы гени гону гөнү D",
        "каны кени кону көнү T",
    ),
    nominal=("ган ген гон гөн боо бөө D", "кан кен кон көн поо пөө T"),
    negations=("ба бе бо бө D", "па пе по пө T"),
    of_negation=("с * | - тан тен тон төн", "й *"),
    unasked=frozenset("дык дик дук дүк тык тик тук түк ар ер ор өр р".split()),
    short=frozenset("же де ку жу".split()),
)
_UZBEK_LATIN = _Tables(
    finite=(
        "di * | - m k ng ngiz lar",
        "a C | di dilar man san miz siz",
        "y V | di dilar man san miz siz",
        "gan * | - man miz siz",
        "kan k | - man miz siz",
        "qan q | - man miz siz",
        "ar C",
        "r V",
        "ib C | - di man miz",
        "b V | - di man miz",
        "sa * | - m k ng ngiz lar",
        "sin * | - lar",
        "ing ingiz C",
        "ng ngiz V",
        "moq * | - da chi chiman chimiz dalar",
        "yap * | ti tilar man miz",
        "gach guncha gani *",
        "kach kuncha kani k",
        "qach quncha qani q",
    ),
    nominal=(
        "gan ganlik *",
        "kan kanlik k",
        "qan qanlik q",
        "adigan adiganlik ayotgan ayotganlik C",
        "ydigan ydiganlik yotgan yotganlik V",
    ),
    negations=("ma *",),
    of_negation=("s * | - dan", "y *"),
    nominal_of_negation=("slik *",),
    unasked=frozenset("r ar".split()),
    short=frozenset("ye de yu".split()),
)
_LATIN_AND_CYRILLIC = (
    ("yo", "е"), ("ya", "я"), ("ch", "ч"), ("ng", "нг"),
    *zip("abdgiklmnopqrstuyz", "абдгиклмнопқрстуйз", strict=True),
)  # fmt: skip


def _in_cyrillic(row: str) -> str:
    """Write a row of Uzbek in the other alphabet; the capitals and signs of the tables stay."""
    for latin, cyrillic in _LATIN_AND_CYRILLIC:
        row = row.replace(latin, cyrillic)
    return row


def _all_in_cyrillic(rows: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(_in_cyrillic, rows))


_UZBEK_CYRILLIC = _Tables(
    (*_all_in_cyrillic(_UZBEK_LATIN.finite), "я V | ди дилар ман сан миз сиз", "яр V"),
    (*_all_in_cyrillic(_UZBEK_LATIN.nominal), "ядиган ядиганлик яетган яетганлик V"),
    _all_in_cyrillic(_UZBEK_LATIN.negations),
    _all_in_cyrillic(_UZBEK_LATIN.of_negation),
    _all_in_cyrillic(_UZBEK_LATIN.nominal_of_negation),
    frozenset(map(_in_cyrillic, _UZBEK_LATIN.unasked)),
    short=frozenset("де ю".split()),
)
_TURKMEN = _Tables(
    finite=(
        "dy di du dü * | - m k ň ňyz ňiz ňuz ňüz lar ler",
        "ýar ýär * | - yn in ys is syň siň syňyz siňiz lar ler",
        "ar er C | - lar ler",
        "r V | - lar ler",
        "yp ip up üp C | - dyr dir dyrlar dirler",
        "p V | - dyr dir dyrlar dirler",
        "an en C | - dyr dir dyrlar dirler",
        "n V | - dyr dir dyrlar dirler",
        "jak jek * | - dir dyr lar ler",
        "sa se * | - m k ň lar ler",
        "syn sin * | - lar ler",
        "maly meli * | - dyr dir",
        "maga mäge *",
    ),
    nominal=(
        "an andyk en endik C",
        "n ndyk ndik V",
        "ýan ýandyk ýän ýändik *",
        "jak jakdyk jek jekdik *",
    ),
    negations=("ma me *",),
    of_negation=("z * | - lar ler",),
    nominal_of_negation=("dyk dik zlyk zlik *",),
    unasked=frozenset("r ar er".split()),
)
_TABLES = {
    "kk": _KAZAKH,
    "ky": _KYRGYZ,
    "uz-Latn": _UZBEK_LATIN,
    "uz-Cyrl": _UZBEK_CYRILLIC,
    "tk": _TURKMEN,
}


def _read(rows: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows:
        tenses, _, persons = row.partition(" | ")
        for tense, before in layer(tenses).before.items():
            for person in persons.split() or "-":
                ending = tense + person.strip("-")
                found[ending] = found.get(ending, "") + before
    return found


def _negated(negations: Iterable[str], endings: dict[str, str]) -> dict[str, str]:
    """Put negations before the endings that a vowel may stand before."""
    return {
        no + ending: before
        for no, before in layer(*negations).before.items()
        for ending, after in endings.items()
        if set(after) & set("V*D")
    }


@lru_cache(maxsize=16)
def _endings(lang: str) -> tuple[Endings, Endings]:
    """Give a language's endings: all of them, and those that take endings of nouns, too."""
    tables = _TABLES[lang]
    finite, nominal = _read(tables.finite), _read(tables.nominal)
    nominal |= _negated(tables.negations, nominal | _read(tables.nominal_of_negation))
    finite |= _negated(tables.negations, finite | _read(tables.of_negation))
    return Endings.of(finite | nominal), Endings.of(nominal)


def verbal_nouns(
    word: str, peeled: Iterable[str], lang: str, *, asked: bool = False
) -> Iterator[str]:
    """Give the nouns of the verbs that a word may be a form of.

    ``peeled`` is the word without endings of nouns, in all the ways that may be. A word that
    is ``asked`` for is read in fewer endings.
    """
    if lang not in _TABLES:
        return
    finite, nominal = _endings(lang)
    yield from _of_stems(word, finite, lang, asked=asked)
    for base in peeled:
        if base != word:
            yield from _of_stems(base, nominal, lang)


def _of_stems(word: str, endings: Endings, lang: str, *, asked: bool = False) -> Iterator[str]:
    grammar, tables = GRAMMARS[lang], _TABLES[lang]
    many = word[-3:] in grammar.layers[PLURAL].before
    for stem, ending, before in cuts(word, endings, _MIN_STEM):
        if len(ending) < _PLURAL_SIZE and many:
            continue  # бағалар are prices, and sooner so than "will estimate"
        open_stem = len(stem) == _MIN_STEM and stem[-1] in grammar.vowels
        if open_stem and (len(ending) == 1 or stem not in tables.short):
            continue  # тап is no form of тау
        if asked and len(stem) <= _SHORT and ending in tables.unasked:
            continue
        # Verbs are no loans: all obey vowel harmony.
        if fits(grammar, stem, ending, before) and agrees(grammar, stem, ending):
            yield from _NOUNS[lang](stem, ending)


def _kazakh_noun(stem: str, ending: str) -> Iterator[str]:
    if ending[0] == "я" or stem[-1] == "й":
        yield stem.removesuffix("й") + "ю"  # қойды, қояды: қою
        return
    if ending[0] == "и":
        yield stem + "у"  # of a stem in ы or і: бекиді, беку
        return
    if ending[0] in "ыі" and stem[-1] == "у":
        yield stem[:-1] + "бу"  # тауып: табу
    yield _softened(stem).rstrip("ыі") + "у"


_SOFTENED = {"п": "б", "к": "г", "қ": "ғ"}


def _softened(stem: str) -> str:
    """Soften a stem's last consonant after a vowel: тап, табу."""
    if stem[-1] in _SOFTENED and stem[-2] in "аәеоөұүыіэуияю":
        return stem[:-1] + _SOFTENED[stem[-1]]
    return stem


def _kyrgyz_noun(stem: str, ending: str) -> Iterator[str]:
    vowel = next((letter for letter in reversed(stem) if letter in "аеиоөуүыэяюё"), "а")
    back = vowel in "аоуыяюё"
    if ending[0] in "яёю" or (stem[-1] == "й" and back):
        yield stem.removesuffix("й") + "юу"  # койду, коёт: коюу
    elif stem[-1] in _LENGTHENED:
        yield stem[:-1] + _LENGTHENED[stem[-1]]
    else:
        yield _softened(stem) + ("уу" if back else "үү")


_LENGTHENED = {
    "а": "оо", "о": "оо", "е": "өө", "э": "өө", "ө": "өө", "у": "уу", "ы": "уу", "ү": "үү",
    "и": "үү",
}  # fmt: skip
"""What a Kyrgyz stem's last vowel becomes in the verbal noun: токто → токтоо."""


def _uzbek_noun(stem: str, _ending: str) -> Iterator[str]:
    yield stem + ("sh" if stem[-1] in "aeiou" else "ish")


def _uzbek_cyrillic_noun(stem: str, ending: str) -> Iterator[str]:
    if ending[0] == "я":
        yield stem + "йиш"  # соғаяди: соғайиш
    yield stem + ("ш" if stem[-1] in "аеиоуэюя" else "иш")


def _turkmen_noun(stem: str, ending: str) -> Iterator[str]:
    vowel = next((letter for letter in reversed(stem) if letter in "aäeiouöüy"), "a")
    noun = "mak" if vowel in "aouy" else "mek"
    if stem[-1] == "ä" and ending[0] in "npr":
        yield stem[:-1] + "e" + noun  # işläp: işlemek
        return
    yield stem + noun
    if stem[-1] == "d":
        yield stem[:-1] + "t" + noun  # edýär: etmek


_NOUNS = {
    "kk": _kazakh_noun,
    "ky": _kyrgyz_noun,
    "uz-Latn": _uzbek_noun,
    "uz-Cyrl": _uzbek_cyrillic_noun,
    "tk": _turkmen_noun,
}
