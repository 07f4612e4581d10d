"""Suffix tables of the region's languages: every legal stripping of an inflected word.

The agglutinative ones (kk, ky, uz, tk) pile endings in a fixed order, stem + -лық + plural +
possessive + case, so a word is peeled from the outside in. The result is a set of candidates,
never one stem: which of them is a word only a dictionary could say, and a query's own form
chooses among them. Tajik (tg) has its few endings in the same shape.

In the tables a group of suffixes is followed by what may stand before them: ``V`` a vowel,
``C`` a consonant, ``T`` a voiceless consonant, ``D`` anything but a voiceless one, ``P`` a
third person possessive (which must then be peeled too), a small letter itself, ``*`` anything,
``I`` anything, without harmony (жолмен).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from watchers.text.normal import APOSTROPHE

_Suffix = tuple[str, str]
_MIN_STEM = 2
_DERIVATION = 3
"""The layer of -лық, which makes new words: it asks for a longer stem."""
_KEPT_POSSESSIVE = 6
_LONG = 7


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language's endings, outermost layer first, and what its stems undergo.

    ``voiced`` turns a softened last letter back (г→к). ``fleeting`` are the vowels put back
    between the last two consonants (халқы → халық). ``third`` are the endings of the third
    person possessive. ``back`` and ``front`` are the harmonic vowels, empty where there is
    no harmony. ``changed`` are last vowels that any ending changes, with
    what they were (бозӣ, бозиҳо; türme, türmäniň).
    """

    layers: tuple[tuple[_Suffix, ...], ...]
    vowels: frozenset[str]
    voiceless: frozenset[str]
    voiced: dict[str, str]
    fleeting: str
    third: tuple[str, ...]
    back: frozenset[str]
    front: frozenset[str]
    either: frozenset[str] = frozenset()
    changed: dict[str, str] = field(default_factory=dict)


def _layer(*groups: str) -> tuple[_Suffix, ...]:
    """Read ``"лар лер D"`` into pairs, longest suffix first."""
    pairs = []
    for group in groups:
        *suffixes, before = group.split()
        pairs += [(suffix, before) for suffix in suffixes]
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


_KAZAKH = Grammar(
    layers=(
        _layer(
            "ның нің дың дің ға ге ды ді да де дан ден дағы дегі дай дей D",
            "тың тің қа ке ты ті та те тан тен тағы тегі тай тей T",
            "ны ні V",
            "нан нен D",
            "мен бен пен I",
            "ша ше *",
            "н на не нда нде нан нен ндағы ндегі P",
        ),
        _layer("ы і ым ім ың ің ымыз іміз ыңыз іңіз C", "сы сі м ң мыз міз ңыз ңіз V"),
        _layer("лар лер дар дер D", "тар тер T"),
        _layer("лық лік дық дік D", "тық тік T"),
    ),
    vowels=frozenset("аәеиоөуұүыіэяюё"),
    voiceless=frozenset("пкқтсшчщцфхһбвгд"),
    voiced={"г": "к", "ғ": "қ", "б": "п"},
    fleeting="ыі",
    third=("сы", "сі", "ы", "і"),
    back=frozenset("аоұыяё"),
    front=frozenset("әеөүіэ"),
    either=frozenset("уию"),
)
_KYRGYZ = Grammar(
    layers=(
        _layer(
            "нын нин нун нүн дын дин дун дүн га ге го гө ды ди ду дү D",
            "да де до дө дан ден дон дөн дагы деги догу дөгү дай дей дой дөй D",
            "тын тин тун түн ка ке ко кө ты ти ту тү та те то тө тан тен тон төн T",
            "тагы теги тогу төгү тай тей той төй T",
            "ны ни ну нү V",
            "ча че чо чө *",
            "н на не но нө нда нде ндо ндө нан нен нон нөн ндагы ндеги ндогу ндөгү P",
        ),
        _layer(
            "ы и у ү ым им ум үм ың иң уң үң ыбыз ибиз убуз үбүз ыңыз иңиз уңуз үңүз C",
            "сы си су сү м ң быз биз буз бүз ңыз ңиз ңуз ңүз V",
        ),
        _layer("лар лер лор лөр дар дер дор дөр D", "тар тер тор төр T"),
        _layer("лык лик лук лүк дык дик дук дүк D", "тык тик тук түк T"),
    ),
    vowels=frozenset("аеиоөуүыэяюё"),
    voiceless=frozenset("пктсшчщцфхбвгд"),
    voiced={"г": "к", "б": "п"},
    fleeting="ыиуү",
    third=("сы", "си", "су", "сү", "ы", "и", "у", "ү"),
    back=frozenset("аоуыяё"),
    front=frozenset("еөүиэ"),
)
_UZBEK_LATIN = Grammar(
    layers=(
        _layer("ning ni ga da dan dagi niki gacha cha dek day *", "ka kacha k", "qa qacha q"),
        _layer("i im ing imiz ingiz C", "si m ng miz ngiz V"),
        _layer("lar *"),
        _layer("lik *"),
    ),
    vowels=frozenset("aeiou"),
    voiceless=frozenset("pktsqfxhc"),
    voiced={"g": "k", "g" + APOSTROPHE: "q"},
    fleeting="aiu",
    third=("si", "i"),
    back=frozenset(),
    front=frozenset(),
    either=frozenset("y"),
)
_UZBEK_CYRILLIC = Grammar(
    layers=(
        _layer("нинг ни га да дан даги ники гача ча дек дай *", "ка кача к", "қа қача қ"),
        _layer("и им инг имиз ингиз C", "си м нг миз нгиз V"),
        _layer("лар *"),
        _layer("лик *"),
    ),
    vowels=frozenset("аеёиоуўэюя"),
    voiceless=frozenset("пктсқфхҳчшц"),
    voiced={"г": "к", "ғ": "қ"},
    fleeting="аиу",
    third=("си", "и"),
    back=frozenset(),
    front=frozenset(),
    either=frozenset("й"),
)
_TURKMEN = Grammar(
    layers=(
        _layer(
            "nyň niň V",
            "yň iň uň üň y i a e C",
            "ny ni V",
            "da de dan den daky däki daka däkä ça çe *",
            "na ne nda nde ndan nden ndaky ndäki P",
        ),
        _layer(
            "y i u ü ym im um üm yň iň uň üň ymyz imiz umyz ümiz yňyz iňiz C",
            "sy si m ň myz miz ňyz ňiz V",
        ),
        _layer("lar ler *"),
        _layer("lyk lik luk lük *"),
    ),
    vowels=frozenset("aäeiouöüy"),
    voiceless=frozenset("pktsşçfhx"),
    voiced={"g": "k", "b": "p", "d": "t", "j": "ç"},
    fleeting="yiuü",
    third=("sy", "si", "y", "i", "u", "ü"),
    back=frozenset("aouy"),
    front=frozenset("äeiöü"),
    changed={"ä": "e"},
)
_TAJIK = Grammar(
    layers=(
        _layer("ро *", "у C", "ву ю V"),
        _layer(
            "и ӣ ам ат аш амон атон ашон е C",
            "и ӣ ям ят яш ямон ятон яшон е м т ш мон тон шон V",
            "ам ат аш амон атон ашон а",
        ),
        _layer("ҳо *", "он C", "гон ён ен V"),
        _layer("ӣ C"),
    ),
    vowels=frozenset("аеёиоуэюяӣӯ"),
    voiceless=frozenset(),
    voiced={},
    fleeting="",
    third=(),
    back=frozenset(),
    front=frozenset(),
    changed={"и": "ӣ"},
)
GRAMMARS = {
    "kk": _KAZAKH,
    "ky": _KYRGYZ,
    "uz-Latn": _UZBEK_LATIN,
    "uz-Cyrl": _UZBEK_CYRILLIC,
    "tk": _TURKMEN,
    "tg": _TAJIK,
}
_VERBS: dict[str, tuple[list[str], str]] = {
    "kk": ("ды ді ты ті ған ген қан кен п ып іп ады еді йды йді мақ мек ар ер".split(), "у"),
    "ky": (
        "ды ди ду дү ты ти ту тү ган ген гон гөн кан кен кон көн ып ип уп үп п ат ет от өт"
        " йт айт ейт".split(),
        "уу үү",
    ),
    "uz-Latn": (
        "di gan kan qan adi ydi moqda moqchi ib b ayotgan yotgan yapti".split(),
        "ish sh moq",
    ),
    "uz-Cyrl": (
        "ди ган кан қан ади йди моқда моқчи иб б аетган яетган етган япти".split(),
        "иш ш моқ",
    ),
    "tk": (
        "dy di du dü ýar ýär yýar iýär uýar üýär an en n yp ip up üp p jak jek".split(),
        "mak mek yş iş",
    ),
}
"""Endings of finite verbs, and those of the verbal noun that a dictionary lists."""
_LOAN_SIGNS = frozenset("вфцщёэьъяюvf")


_LENGTHENED = {
    "а": "оо", "о": "оо", "е": "өө", "э": "өө", "ө": "өө", "у": "уу", "ы": "уу", "ү": "үү",
    "и": "үү",
}  # fmt: skip
"""What a Kyrgyz stem's last vowel becomes in the verbal noun: токто → токтоо."""
_SOFTENED = {"kk": ("п", "б"), "ky": ("п", "б"), "tk": ("d", "t")}
"""A verb's last consonant before some endings and as the verbal noun has it: тапты, табу."""
_TAJIK_PAST = {
    "шав": "шуд", "кун": "кард", "гӯ": "гуфт", "гу": "гуфт", "деҳ": "дод", "диҳ": "дод",
    "гир": "гирифт", "о": "омад", "рав": "рафт", "еб": "ефт", "навис": "навишт",
    "кушо": "кушод", "соз": "сохт", "бин": "дид", "хоҳ": "хост", "фурӯш": "фурӯхт",
    "хар": "харид", "куш": "кушт", "мон": "монд", "рас": "расид", "ор": "овард", "бар": "бурд",
    "фирист": "фиристод", "хон": "хонд", "пурс": "пурсид", "зан": "зад", "дор": "дошт",
    "гузор": "гузошт", "гузар": "гузашт", "партоз": "партофт", "афзо": "афзуд", "намо": "намуд",
    "сӯз": "сӯхт", "мир": "мурд", "кӯч": "кӯчид", "бахш": "бахшид", "андоз": "андохт",
}  # fmt: skip
"""Tajik verbs' stem of the present and that of the past."""
_TAJIK_PERSONS = ("анд", "ад", "аст", "ем", "ед", "ам", "ян", "яд", "янд", "я", "ани", "ан", "а")
_TAJIK_PREFIXES = ("наме", "ме", "на", "би")


@lru_cache(maxsize=8192)
def strippings(word: str, lang: str) -> tuple[str, ...]:
    """Give the word and every form left by a legal peeling of endings, in no special order.

    A language without a table has only the word itself. Bounded: five layers of which each
    takes at most one ending, on words that are cut at 40 letters.
    """
    grammar = GRAMMARS.get(lang)
    if grammar is None or len(word) > 40:  # noqa: PLR2004 - no word is longer
        return (word,)
    found = {word}
    _peel(grammar, word, 0, found)
    found.update(_verbal_nouns(word, lang))
    return tuple(found)


def asked_strippings(word: str, lang: str) -> tuple[str, ...]:
    """Give the word and what it stands for in a query, in no special order.

    That is less than a text's word may be of: its plurals, cases and third person possessives
    only. What "my" and "thy" end in is the end of many another word (қалам is a pen, no "my
    town"), and so is -лық; short stems are other words as often.
    """
    grammar = _asked_grammars().get(lang)
    if grammar is None or len(word) > 40:  # noqa: PLR2004 - no word is longer
        return (word,)
    found = {word}
    _peel(grammar, word, 0, found)
    nouns = set(_verbal_nouns(word, lang))
    # A bare н is less often "his" in the accusative than the end of a stem: олтин is no олт, олут.
    least = _MIN_ASKED + 2 * (word[-1] == "н")
    stems = {
        stem
        for stem in found
        if len(stem) >= least
        or (len(stem) >= _MIN_ASKED and len(word) - len(stem) > _BARE_N)
        or stem in _SHORT_NOUNS
    }
    return (word, *sorted((stems | nouns) - {word}))


_MIN_ASKED = 3
_BARE_N = 2
_SHORT_NOUNS = frozenset("ел эл үй уй су іс ой ай ат ет эт аң об ид ош il iş öý uy at et".split())
"""Nouns of two letters that are asked for in a case."""
_OWN = frozenset(
    "ым ім ың ің м ң им ум үм иң уң үң ын ша ше ча че чо чө дай дей тай тей дой дөй той төй"
    " im ing m ng cha dek day имм инг нг ча дек дай um üm ym uň üň ça çe ам ат ям ят т".split()
)


@lru_cache(maxsize=1)
def _asked_grammars() -> dict[str, Grammar]:
    return {
        lang: replace(
            grammar,
            layers=tuple(
                tuple(pair for pair in layer if depth == 0 or pair[0] not in _OWN)
                for depth, layer in enumerate(grammar.layers[:_DERIVATION])
            ),
        )
        for lang, grammar in GRAMMARS.items()
    }


def _verbal_nouns(word: str, lang: str) -> Iterator[str]:
    """Give what a verb is looked for by: ашылды → ашылу, qurildi → qurilish, мешавад → шудан."""
    if lang == "tg":
        yield from _tajik_infinitives(word)
        return
    endings, nouns = _VERBS.get(lang, ([], ""))
    soft, hard = _SOFTENED.get(lang, ("", ""))
    for ending in endings:
        stem = word.removesuffix(ending)
        if stem == word or len(stem) < _MIN_STEM:
            continue
        for noun in nouns.split():
            yield _verbal_noun(stem, noun)
            if soft and stem[-1] == soft:
                yield _verbal_noun(stem[:-1] + hard, noun)


def _verbal_noun(stem: str, noun: str) -> str:
    """Join a verb's stem with the ending of its noun."""
    if noun == "у":
        return stem[:-1] + "ю" if stem[-1] == "й" else stem.rstrip("ыі") + "у"
    if noun in ("уу", "үү") and stem[-1] in _LENGTHENED:
        return stem[:-1] + _LENGTHENED[stem[-1]]
    return stem + noun


def _tajik_infinitives(word: str) -> Iterator[str]:
    """Give the infinitive of a Tajik verb; its past stem ends in д or т, the present is listed."""
    bare = next(
        (word.removeprefix(prefix) for prefix in _TAJIK_PREFIXES if word.startswith(prefix)), word
    )
    for stem in {word, bare}:
        for person in ("", *_TAJIK_PERSONS):
            root = stem.removesuffix(person)
            if person and root == stem:
                continue
            if root.endswith(("д", "т")) and len(root) > _MIN_STEM:
                yield root + "ан"
            elif person and stem != word and root in _TAJIK_PAST:
                yield _TAJIK_PAST[root] + "ан"


def _peel(grammar: Grammar, word: str, level: int, found: set[str]) -> None:
    for depth in range(level, len(grammar.layers)):
        for suffix, before in grammar.layers[depth]:
            least = _MIN_STEM + (depth == _DERIVATION)
            if not word.endswith(suffix) or len(word) < len(suffix) + least:
                continue
            stem = word[: -len(suffix)]
            if before == "P":
                _peel_third(grammar, stem, suffix, found)
            elif _fits(grammar, stem, suffix, before):
                for base in _restored(grammar, stem, suffix):
                    if base not in found:
                        found.add(base)
                        _peel(grammar, base, depth + 1, found)


def _peel_third(grammar: Grammar, stem: str, suffix: str, found: set[str]) -> None:
    """Peel the possessive that a pronominal н betrays: баласын → бала, never *балас."""
    for third in grammar.third:
        root = stem.removesuffix(third)
        if root == stem or len(root) < _MIN_STEM:
            continue
        if not _harmonic(grammar, stem, suffix):
            continue
        if _fits(grammar, root, third, "V" if len(third) > 1 else "C"):
            if len(stem) >= _KEPT_POSSESSIVE:
                found.add(stem)
            for base in _restored(grammar, root, third):
                found.add(base)
                _peel(grammar, base, 2, found)


def _fits(grammar: Grammar, stem: str, suffix: str, before: str) -> bool:  # noqa: PLR0911 - a rule a line
    if before == "I":
        return True
    last = stem[-1] if stem[-1] != APOSTROPHE else stem[-2:]
    vowel = last in grammar.vowels or last == "o" + APOSTROPHE
    if last in grammar.either:
        # Kazakh у, и, ю close a syllable: су has суы, never *сусы; Uzbek -iy goes both ways.
        return not (before == "V" and grammar.back) and _harmonic(grammar, stem, suffix)
    if before == "V" and not vowel:
        return False
    if before == "C" and vowel:
        return False
    if before == "T" and last not in grammar.voiceless and not stem.endswith("sh"):
        return False
    if before == "D" and last in grammar.voiceless and last not in "бвгд":
        return False
    if before.islower() and last != before:
        return False
    return bool(grammar.vowels.intersection(stem)) and _harmonic(grammar, stem, suffix)


def _harmonic(grammar: Grammar, stem: str, suffix: str) -> bool:
    """Tell whether the ending's vowel agrees with the stem's last; loans need not obey."""
    if not grammar.back or len(stem) >= _LONG or _LOAN_SIGNS.intersection(stem):
        return True
    if stem[-1] not in grammar.vowels and stem[-2] not in grammar.vowels:
        return True
    ending = next((letter for letter in suffix if letter in grammar.vowels), "")
    last = next((letter for letter in reversed(stem) if letter in grammar.vowels), "")
    if last in grammar.back:
        return ending not in grammar.front
    return not (last in grammar.front and ending in grammar.back)


def _restored(grammar: Grammar, stem: str, suffix: str) -> Iterator[str]:
    """Give the stem and what it was before a vowel softened or shortened it."""
    yield stem
    if stem[-1] in grammar.changed:
        yield stem[:-1] + grammar.changed[stem[-1]]
    if suffix[0] not in grammar.vowels:
        return
    for soft, hard in grammar.voiced.items():
        if stem.endswith(soft):
            yield stem[: -len(soft)] + hard
    if len(stem) >= 3 and not grammar.vowels.intersection(stem[-2:]):  # noqa: PLR2004 - -CC
        for vowel in grammar.fleeting:
            if _harmonic(grammar, stem[:-1] + vowel, "") and _agrees(grammar, stem, vowel):
                yield stem[:-1] + vowel + stem[-1]


def _agrees(grammar: Grammar, stem: str, vowel: str) -> bool:
    last = next((letter for letter in reversed(stem) if letter in grammar.vowels), "")
    if last in grammar.back:
        return vowel not in grammar.front
    return not (last in grammar.front and vowel in grammar.back)
