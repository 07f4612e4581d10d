"""Turkic paradigms: endings written once, with capitals for the sounds that adapt to the word.

The capitals are Latin ones in all languages. ``A`` is a low and ``I`` a high vowel by harmony,
``Y`` such a high one that falls away after a vowel, as ``O`` is a low one and ``S`` an s. The
other capitals are consonants that assimilate to the sound before them, or what a language's
``whole`` says.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Sounds:
    """How a language's endings adapt to the word before them.

    ``kind`` tells what a word ends in: v vowel, l л, n nasal, z other voiced sound, t voiceless
    one, r glide or р; ``assimilated`` gives a consonant after each. ``soft`` is a stem before
    a vowel; ``glides`` are two letters written as one.
    """

    s: str
    low: Callable[[str], str]
    high: Callable[[str], str]
    kind: Callable[[str], str]
    soft: Callable[[str], str]
    assimilated: dict[str, dict[str, str]]
    whole: dict[str, Callable[[str], str]] = field(default_factory=dict)
    glides: dict[str, str] = field(default_factory=dict)

    def join(self, word: str, ending: str, bound: str = "") -> str:
        """Fit an ending to a word; ``bound`` is its stem before a vowel where no rule gives it."""
        made = word
        for sound in ending:
            if sound in self.whole:
                made = self.whole[sound](bound or made if made == word else made)
            elif sound in self.assimilated:
                made += self.assimilated[sound][self.kind(made)]
            elif sound in "YOS" and (self.kind(made) == "v") is (sound != "S"):
                continue
            elif sound in "AIYO":
                stem = (bound or self.soft(word)) if made == word else made
                vowel = self.low(made) if sound in "AO" else self.high(made)
                joint = stem[-1] + vowel
                made = stem[:-1] + self.glides[joint] if joint in self.glides else stem + vowel
            else:
                made += self.s if sound == "S" else sound
        return made


@dataclass(frozen=True)
class Endings:
    """A language's endings.

    ``cases`` are those of a bare noun, ``owned`` those after "our" and "your"
    (``possessors``), ``third`` those after "his". ``listed`` is the verbal noun that a
    dictionary lists. ``acts`` are the endings that a negated verb has, too, ``plain`` and
    ``negated`` those of one only; ``nominal`` are participles, which take ``of_participles``, and
    ``not_nominal`` those of a negated verb.
    """

    plural: str
    cases: str
    possessors: str
    owned: str
    his: str
    third: str
    degree: str
    listed: str
    negation: str
    acts: str
    plain: str
    negated: str
    nominal: str
    not_nominal: str
    of_participles: str


def _forms(sounds: Sounds, endings: Endings, cell: str, part: str) -> Iterator[str]:
    word, _, bound = cell.partition(":")
    if part == "verb":
        return _verb(sounds, endings, word, bound)
    return (_noun if part == "noun" else _adjective)(sounds, endings, word, bound)


def _noun(sounds: Sounds, endings: Endings, word: str, bound: str) -> Iterator[str]:
    many = sounds.join(word, endings.plural)
    for base, short in ((word, bound), (many, "")):
        yield base
        yield from (sounds.join(base, case, short) for case in endings.cases.split())
        his = sounds.join(base, endings.his, short)
        yield his
        yield from (sounds.join(his, case) for case in endings.third.split())
        for possessor in endings.possessors.split():
            owned = sounds.join(base, possessor, short)
            yield owned
            yield from (sounds.join(owned, case) for case in endings.owned.split())


def _adjective(sounds: Sounds, endings: Endings, word: str, bound: str) -> Iterator[str]:
    his, many = sounds.join(word, endings.his, bound), sounds.join(word, endings.plural)
    yield from (word, sounds.join(word, endings.degree, bound), his, many)
    yield from (sounds.join(his, case) for case in endings.third.split())
    yield from (sounds.join(many, case) for case in endings.cases.split())


def _verb(sounds: Sounds, endings: Endings, stem: str, bound: str) -> Iterator[str]:
    negated = sounds.join(stem, endings.negation)
    yield sounds.join(stem, endings.listed, bound)
    for base, short, own, participles in (
        (stem, bound, endings.plain, endings.nominal),
        (negated, "", endings.negated, endings.not_nominal),
    ):
        yield from (sounds.join(base, end, short) for end in f"{endings.acts} {own}".split())
        for participle in participles.split():
            made = sounds.join(base, participle, short)
            yield made
            yield from (sounds.join(made, end) for end in endings.of_participles.split())


def _after(sounds: str) -> dict[str, str]:
    """Read what a consonant is after a vowel, a glide, л, voiced, nasal and voiceless sounds."""
    return dict(zip("vrlznt", sounds, strict=True))


def _last(word: str, letters: str) -> str:
    return next((letter for letter in reversed(word) if letter in letters), "")


def _kind(word: str, vowels: str) -> str:
    last = word.rstrip("ь")[-1]
    if last in vowels:
        return "v"
    groups = {"n": "мнң", "z": "зж", "t": "пфкқтсшщхцчһбвгд", "l": "л"}
    return next((kind for kind, letters in groups.items() if last in letters), "r")


def _voiced(word: str, pairs: dict[str, str], vowels: str) -> str:
    """Voice a last consonant after a vowel."""
    if len(word) > 1 and word[-1] in pairs and word[-2] in vowels + "уию":
        return word[:-1] + pairs[word[-1]]
    return word


# --- Kazakh ----------------------------------------------------------------------------------

_KAZAKH_VOWELS = "аәеоөұүыіэяё"


def _kazakh_back(word: str) -> bool:
    """Tell a word of back vowels; у and ю say so only where no other vowel stands.

    A capital И is one that was ы: оқы, оқиды.
    """
    sure = _last(word, _KAZAKH_VOWELS + "иИ")
    return sure in "аоұыяёИ" if sure else _last(word, "ую") != ""


def _kazakh_velar(back: str, front: str) -> Callable[[str], str]:
    return lambda word: word + (back if _kazakh_back(word) else front)


def _kazakh_dative(word: str) -> str:
    hard = _kind(word, _KAZAKH_VOWELS) == "t"
    return _kazakh_velar("қ" if hard else "ғ", "к" if hard else "г")(word)


def _kazakh_present(word: str) -> str:
    if word[-1] in "ыі":
        return word[:-1] + ("И" if word[-1] == "ы" else "и")
    return word + "й" if word[-1] in _KAZAKH_VOWELS else _KAZAKH.join(word, "A")


def _kazakh_verbal_noun(word: str) -> str:
    return word[:-1] + "ю" if word[-1] == "й" else _KAZAKH.soft(word).rstrip("ыі") + "у"


_KAZAKH = Sounds(
    s="с",
    low=lambda word: "а" if _kazakh_back(word) else "е",
    high=lambda word: "ы" if _kazakh_back(word) else "і",
    kind=lambda word: _kind(word, _KAZAKH_VOWELS),
    soft=lambda word: _voiced(word, {"к": "г", "қ": "ғ", "п": "б"}, _KAZAKH_VOWELS),
    assimilated={
        "D": _after("дддддт"),
        "L": _after("ллдддт"),
        "N": _after("нддднт"),
        "E": _after("нддддт"),
        "R": _after("дддднт"),
        "B": _after("мммббп"),
        "P": _after("мммбмп"),
    },
    whole={
        "G": _kazakh_dative,
        "Q": _kazakh_velar("қ", "к"),
        "J": _kazakh_present,
        "W": _kazakh_verbal_noun,
    },
    glides={"йа": "я"},
)
_KAZAKH_ENDINGS = Endings(
    plural="LAр",
    cases="NIң EI GA DA RAн Pен DAGI",
    possessors="YмIз YңIз",
    owned="NIң EI GA DA RAн Pен",
    his="SI",
    third="NIң н нA нDA нAн Pен нDAGI",
    degree="YрAQ",
    listed="W",
    negation="BA",
    acts="DI DIм DIQ DIңIз JDI JмIн JмIз JсIз сA сAм сAQ сAңIз сIн сIндAр Yп YптI YңIз GAнмIн"
    " GAнбIз",
    plain="Oр J мAQ мAQшI GAлI",
    negated="с й стAн",
    nominal="GAн JтIн W",
    not_nominal="GAн JтIн W",
    of_participles="NIң EI GA DA RAн SI SIн SIнA SIнDA SIнAн SINIң LAр LAрDI LAрGA",
)


def kazakh(cell: str, part: str) -> Iterator[str]:
    """Give a Kazakh word's forms; a verb's last п is у before -ып (тап, тауып)."""
    for form in map(str.lower, _forms(_KAZAKH, _KAZAKH_ENDINGS, cell, part)):
        if part == "verb" and cell[-1] == "п" and form[len(cell) - 1 :][:3] in ("бып", "біп"):
            yield cell[:-1] + "у" + form[len(cell) :]
        else:
            yield form


_SHARED = dict(zip("абвгдежзклмнопрстфхһцэқы", "abvgdejzklmnoprstfhhseqy", strict=True))
_LATIN = {
    2018: _SHARED
    | dict(zip("әғиіңөуұүй", "áǵıińóýuúı", strict=True))
    | {"ш": "sh", "ч": "ch", "щ": "shch", "ю": "ıý", "я": "ıa", "ё": "ıo", "ь": "", "ъ": ""},
    2021: _SHARED
    | dict(zip("әғиіңөуұүйш", "äğiıñöuūüiş", strict=True))
    | {"ч": "ch", "щ": "şş", "ю": "iu", "я": "ia", "ё": "io", "ь": "", "ъ": ""},
}


def kazakh_in_latin(cell: str, part: str, year: int) -> Iterator[str]:
    """Give a Kazakh word's forms in the alphabet of a year; -ия is -ia."""
    letters = str.maketrans(_LATIN[year])
    return (form.replace("ия", "я").translate(letters) for form in kazakh(cell, part))


# --- Kyrgyz ----------------------------------------------------------------------------------

_KYRGYZ_VOWELS = "аеиоөуүыэяюё"
_LONG = {"а": "оо", "о": "оо", "е": "өө", "э": "өө", "ө": "өө", "ү": "үү", "и": "үү"}


def _kyrgyz_vowels(word: str) -> str:
    """Give the low and the high vowel after a word."""
    last = _last(word, _KYRGYZ_VOWELS)
    rounded = {"о": "оу", "ё": "оу", "ө": "өү", "ү": "өү", "у": "ау", "ю": "ау"}
    return rounded.get(last, "аы" if last in "аыя" else "еи")


def _kyrgyz_kind(word: str) -> str:
    return _kind(word, _KYRGYZ_VOWELS)


def _kyrgyz_verbal_noun(word: str) -> str:
    if word[-1] in _KYRGYZ_VOWELS:
        return word[:-1] + _LONG.get(word[-1], "уу")
    back = _last(word, _KYRGYZ_VOWELS) in "аыоуяюё"
    if word[-1] == "й" and back:
        return word[:-1] + "юу"
    return _KYRGYZ.soft(word) + ("уу" if back else "үү")


_KYRGYZ = Sounds(
    s="с",
    low=lambda word: _kyrgyz_vowels(word)[0],
    high=lambda word: _kyrgyz_vowels(word)[1],
    kind=_kyrgyz_kind,
    soft=lambda word: _voiced(word, {"к": "г", "п": "б"}, _KYRGYZ_VOWELS),
    assimilated={
        "D": _after("дддддт"),
        "L": _after("ллдддт"),
        "N": _after("нддддт"),
        "G": _after("гггггк"),
        "B": _after("бббббп"),
    },
    whole={
        "J": lambda word: word + "й" if _kyrgyz_kind(word) == "v" else _KYRGYZ.join(word, "A"),
        "W": _kyrgyz_verbal_noun,
    },
    glides={"йа": "я", "йо": "ё", "йу": "ю"},
)
_KYRGYZ_ENDINGS = Endings(
    plural="LAр",
    cases="NIн NI GA DA DAн DAGI",
    possessors="YбIз YңIз",
    owned="NIн NI GA DA DAн",
    his="SI",
    third="нIн н нA нDA нAн нDAGI",
    degree="YрAAк",
    listed="W",
    negation="BA",
    acts="DI DIм DIк DIңIз Jт JмIн JбIз JсIз сA сAм сAк сIн Yп YптIр YңIз GAнмIн GAнбIз",
    plain="Oр J мAк мAкчI GAнI",
    negated="с й стAн",
    nominal="GAн W",
    not_nominal="GAн W",
    of_participles="NIн NI GA DA DAн SI SIн SIнA SIнDA SIнAн SIнIн LAр LAрDI LAрGA",
)


def kyrgyz(cell: str, part: str) -> Iterator[str]:
    """Give a Kyrgyz word's forms."""
    return (form.replace("ее", "ээ") for form in _forms(_KYRGYZ, _KYRGYZ_ENDINGS, cell, part))


# --- Uzbek -----------------------------------------------------------------------------------


def _syllables(word: str, vowels: str = "aeiouäöüy") -> int:
    return sum(letter in vowels for letter in word)


def _uzbek_kind(word: str) -> str:
    return "v" if word[-1] in "aeiou" or word.endswith("oʼ") else "r"


def _uzbek_soft(word: str) -> str:
    if _syllables(word, "aeiou") > 1 and word[-1] in "kq" and word[-2] in "aeiouʼ":
        return word[:-1] + {"k": "g", "q": "gʼ"}[word[-1]]
    return word


_UZBEK = Sounds(
    s="s",
    low=lambda _word: "a",
    high=lambda _word: "i",
    kind=_uzbek_kind,
    soft=_uzbek_soft,
    assimilated={},
    whole={
        "G": lambda word: word + (word[-1] if word[-1] in "kq" else "g"),
        "J": lambda word: word + ("y" if _uzbek_kind(word) == "v" else "a"),
    },
)
_UZBEK_ENDINGS = Endings(
    plural="lar",
    cases="ning ni Ga da dan dagi",
    possessors="Ymiz Yngiz",
    owned="ning ni Ga da dan",
    his="SI",
    third="ning ni ga da dan dagi",
    degree="roq",
    listed="Ysh",
    negation="ma",
    acts="di dim dik dingiz dilar Jdi Jman Jmiz Jsiz Jdilar sa sam sak sin Yb Ybdi Ganman Ganmiz"
    " Ganligi Ganligini Jdiganligi Jdiganligini Oyotganligi Oyotganligini",
    plain="Or Yng Yngiz moqda moqchi yapti yaptilar Gach Guncha",
    negated="s y sdan yapti",
    nominal="Gan Jdigan Oyotgan Ysh",
    not_nominal="Gan Jdigan Oyotgan slik",
    of_participles="ning ni ga da dan lar lari larni larga larning SI SIni SIga SIda SIdan SIning",
)


def uzbek(cell: str, part: str) -> Iterator[str]:
    """Give an Uzbek word's forms in Latin letters; a verb's k and q stay as they are."""
    cell = cell.replace("ʻ", "ʼ")
    return _forms(_UZBEK, _UZBEK_ENDINGS, f"{cell}:{cell}" if part == "verb" else cell, part)


_PAIRS = (
    ("shch", "щ"), ("oʼ", "ў"), ("gʼ", "ғ"), ("sh", "ш"), ("ch", "ч"), ("yo", "е"), ("yu", "ю"),
    ("ya", "я"), ("ye", "е"), ("ʼ", "ъ"),
)  # fmt: skip
_LETTERS = str.maketrans("abdefghijklmnopqrstuvxyz", "абдефгҳижклмнопқрстувхйз")


def uzbek_in_cyrillic(cell: str, part: str) -> Iterator[str]:
    """Give an Uzbek word's forms in Cyrillic letters, ё as е."""
    for form in uzbek(cell, part):
        word = "э" + form[1:] if form.startswith("e") else form
        if "ts" in cell:
            word = word.replace("ts", "ц")
        for latin, cyrillic in _PAIRS:
            word = word.replace(latin, cyrillic)
        yield word.translate(_LETTERS)


# --- Turkmen ---------------------------------------------------------------------------------

_TURKMEN_VOWELS = "aäeiouöüy"


def _turkmen_back(word: str) -> bool:
    return _last(word, _TURKMEN_VOWELS) in "aouy"


def _turkmen_kind(word: str) -> str:
    return "v" if word[-1] in _TURKMEN_VOWELS else "r"


def _turkmen_soft(word: str) -> str:
    if _syllables(word) > 1 and word[-1] in "kpç" and word[-2] in _TURKMEN_VOWELS:
        return word[:-1] + {"k": "g", "p": "b", "ç": "j"}[word[-1]]
    return word


def _turkmen_opened(word: str) -> str:
    return word[:-1] + "ä" if word[-1] == "e" else word


def _turkmen_rounded(word: str) -> str:
    """Add a high vowel that is round after a round one in a first syllable, after consonants."""
    if _turkmen_kind(word) == "v":
        return word
    stem = _turkmen_soft(word)
    if _syllables(word) == 1 and _last(word, _TURKMEN_VOWELS) in "ouöü":
        return stem + ("u" if _turkmen_back(word) else "ü")
    return stem + ("y" if _turkmen_back(word) else "i")


def _turkmen_dative(word: str) -> str:
    if _turkmen_kind(word) == "v":
        return word[:-1] + ("a" if _turkmen_back(word) else "ä")
    return _turkmen_soft(word) + ("a" if _turkmen_back(word) else "e")


def _turkmen_low(word: str) -> str:
    """Add the low vowel of a participle; a vowel's stem only opens."""
    if _turkmen_kind(word) == "v":
        return _turkmen_opened(word)
    return word + ("a" if _turkmen_back(word) else "e")


_TURKMEN = Sounds(
    s="s",
    low=lambda word: "a" if _turkmen_back(word) else "e",
    high=lambda word: "y" if _turkmen_back(word) else "i",
    kind=_turkmen_kind,
    soft=_turkmen_soft,
    assimilated={},
    whole={
        "J": lambda word: word,  # the bound stem
        "N": lambda word: _turkmen_opened(word) + "n" if _turkmen_kind(word) == "v" else word,
        "U": _turkmen_rounded,
        "H": _turkmen_dative,
        "M": _turkmen_low,
        "P": lambda word: _turkmen_rounded(_turkmen_opened(word)),
        "Ä": lambda word: word + ("a" if _turkmen_back(word) else "ä"),
    },
)
_TURKMEN_ENDINGS = Endings(
    plural="lAr",
    cases="NUň NI H dA dAn dÄkI",
    possessors="UmUz UňUz",
    owned="NUň NI H dA dAn",
    his="SI",
    third="nUň nI nA ndA ndAn ndÄkI",
    degree="rÄk",
    listed="mAk",
    negation="mA",
    acts="dI dUm dUk dUňUz dIlAr JýÄr JýÄrIn JýÄrIs JýÄrlAr JýÄrsIňIz sA sAk sIn sInlAr jAklAr"
    " JýÄndIgI JýÄndIgInI jAkdIgI jAkdIgInI",
    plain="Mr Pp PpdIr PpdIrlAr mAgI mAgIň mÄgA mAlI MndIr MndIgI MndIgInI",
    negated="z n ndIr",
    nominal="Mn JýÄn jAk",
    not_nominal="dIk JýÄn jAk zlIk",
    of_participles="NUň NI H dA dAn lAr lArI lArIň SI SInI SInA SIndA",
)


def turkmen(cell: str, part: str) -> Iterator[str]:
    """Give a Turkmen word's forms; a longer verb's last t is voiced before a vowel and ý."""
    word, _, bound = cell.partition(":")
    if part == "verb" and not bound:
        bound = word[:-1] + "d" if word[-1] == "t" and _syllables(word) > 1 else word
    return _forms(_TURKMEN, _TURKMEN_ENDINGS, f"{word}:{bound}" if bound else word, part)
