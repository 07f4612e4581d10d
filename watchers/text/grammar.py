"""Tables of the region's languages: the endings of nouns, and which words they fit.

In the tables a group of suffixes is followed by what may stand before them: ``V`` a vowel,
``C`` a consonant, ``T`` a voiceless consonant, ``D`` anything but a voiceless one, ``P`` a
third person possessive (which must then be peeled too), a small letter itself, ``*`` anything,
``I`` anything, without harmony (жолмен).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from watchers.text.normal import APOSTROPHE


@dataclass(frozen=True, slots=True)
class Endings:
    """Endings, each with the letters that say what may stand before it, and their lengths."""

    before: dict[str, str]
    sizes: tuple[int, ...]

    @classmethod
    def of(cls, before: dict[str, str]) -> "Endings":
        """Take the endings with what may stand before each."""
        return cls(before, tuple(sorted({len(ending) for ending in before})))


PLURAL, DEGREE, DERIVATION = 2, 3, 4
"""The layers of -лар, -рақ and -лық; before them case and possessor."""
_LONG = 7
_LOAN_SIGNS = frozenset("вфцщёэьъяюvf")


@dataclass(frozen=True, slots=True)
class Grammar:
    """One language's endings, outermost layer first, and what its stems undergo.

    ``voiced`` turns a softened last letter back (г→к). ``fleeting`` are the vowels put back
    between the last two consonants (халқы → халық). ``third`` are the endings of the third
    person possessive. ``back`` and ``front`` are the harmonic vowels, empty where there is
    no harmony. ``changed`` are last vowels that any ending changes, with
    what they were (бозӣ, бозиҳо; türme, türmäniň), and ``contracted`` endings that took the
    stem's last letter in, with what it may have been (türmä; Kyrgyz ой, ою).
    """

    layers: tuple[Endings, ...]
    vowels: frozenset[str]
    voiceless: frozenset[str]
    voiced: dict[str, str]
    fleeting: str
    third: tuple[str, ...]
    back: frozenset[str]
    front: frozenset[str]
    either: frozenset[str] = frozenset()
    changed: dict[str, str] = field(default_factory=dict)
    contracted: dict[str, str] = field(default_factory=dict)


def layer(*groups: str) -> Endings:
    """Read rows like ``"лар лер D"``."""
    found: dict[str, str] = {}
    for group in groups:
        *suffixes, before = group.split()
        for suffix in suffixes:
            found[suffix] = found.get(suffix, "") + before
    return Endings.of(found)


_KAZAKH = Grammar(
    layers=(
        layer(
            "ның нің дың дің ға ге ды ді да де дан ден дағы дегі дай дей D",
            "тың тің қа ке ты ті та те тан тен тағы тегі тай тей T",
            "ны ні V",
            "нан нен D",
            "мен бен пен I",
            "ша ше *",
            "н на не нда нде нан нен ндағы ндегі P",
        ),
        layer("ы і ым ім ың ің ымыз іміз ыңыз іңіз C", "сы сі м ң мыз міз ңыз ңіз V"),
        layer("лар лер дар дер D", "тар тер T"),
        layer("ырақ ірек C", "рақ рек V"),
        layer("лық лік дық дік D", "тық тік T"),
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
        layer(
            "нын нин нун нүн дын дин дун дүн га ге го гө ды ди ду дү D",
            "да де до дө дан ден дон дөн дагы деги догу дөгү дай дей дой дөй D",
            "тын тин тун түн ка ке ко кө ты ти ту тү та те то тө тан тен тон төн T",
            "тагы теги тогу төгү тай тей той төй T",
            "ны ни ну нү V",
            "ча че чо чө *",
            "н на не но нө нда нде ндо ндө нан нен нон нөн ндагы ндеги ндогу ндөгү P",
        ),
        layer(
            "ы и у ү ым им ум үм ың иң уң үң ыбыз ибиз убуз үбүз ыңыз иңиз уңуз үңүз C",
            "сы си су сү м ң быз биз буз бүз ңыз ңиз ңуз ңүз V",
            "ю юбуз юңуз V",
        ),
        layer("лар лер лор лөр дар дер дор дөр D", "тар тер тор төр T"),
        layer("ыраак ирээк ураак үрөөк юраак C", "раак рээк роок рөөк V"),
        layer("лык лик лук лүк дык дик дук дүк D", "тык тик тук түк T"),
    ),
    vowels=frozenset("аеиоөуүыэяюё"),
    voiceless=frozenset("пктсшчщцфхбвгд"),
    voiced={"г": "к", "б": "п"},
    fleeting="ыиуү",
    third=("сы", "си", "су", "сү", "ы", "и", "у", "ү", "ю"),
    back=frozenset("аоуыяё"),
    front=frozenset("еөүиэ"),
    contracted={"ю": "й", "юбуз": "й", "юңуз": "й", "юраак": "й"},
)
_UZBEK_LATIN = Grammar(
    layers=(
        layer("ning ni ga da dan dagi niki gacha cha dek day *", "ka kacha k", "qa qacha q"),
        layer("i im ing imiz ingiz C", "si m ng miz ngiz V"),
        layer("lar *"),
        layer("roq *"),
        layer("lik *"),
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
        layer("нинг ни га да дан даги ники гача ча дек дай *", "ка кача к", "қа қача қ"),
        layer("и им инг имиз ингиз C", "си м нг миз нгиз V"),
        layer("лар *"),
        layer("роқ *"),
        layer("лик *"),
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
        layer(
            "nyň niň V",
            "yň iň uň üň y i a e C",
            "ny ni V",
            "da de dan den daky däki daka däkä ça çe *",
            "na ne nda nde ndan nden ndaky ndäki P",
            "ä C",
        ),
        layer(
            "y i u ü ym im um üm yň iň uň üň ymyz imiz umyz ümiz yňyz iňiz uňyz üňiz C",
            "sy si m ň myz miz ňyz ňiz V",
        ),
        layer("lar ler *"),
        layer("rak räk *"),
        layer("lyk lik luk lük *"),
    ),
    vowels=frozenset("aäeiouöüy"),
    voiceless=frozenset("pktsşçfhx"),
    voiced={"g": "k", "b": "p", "d": "t", "j": "ç"},
    fleeting="yiuü",
    third=("sy", "si", "y", "i", "u", "ü"),
    back=frozenset("aouy"),
    front=frozenset("äeiöü"),
    changed={"ä": "e"},
    contracted={"ä": "ei"},
)
_TAJIK = Grammar(
    layers=(
        layer("ро *", "у C", "ву ю V"),
        layer(
            "и ӣ ам ат аш амон атон ашон е C",
            "и ӣ ям ят яш ямон ятон яшон е м т ш мон тон шон V",
            "ам ат аш амон атон ашон а",
            "ам ат аш амон атон ашон и",
        ),
        layer("ҳо *", "он C", "гон ён ен V"),
        layer("тар тарин *"),
        layer("ӣ C"),
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


def cuts(word: str, endings: Endings, least: int) -> Iterator[tuple[str, str, str]]:
    """Give the ways to cut an ending off a word: its stem, the ending, what may stand before.

    ``least`` are the letters of the shortest stem.
    """
    longest = len(word) - least
    for size in endings.sizes:
        if size > longest:
            return
        ending = word[-size:]
        for before in endings.before.get(ending, ""):
            yield word[:-size], ending, before


def fits(grammar: Grammar, stem: str, suffix: str, before: str) -> bool:  # noqa: PLR0911 - a rule a line
    """Tell whether a suffix may follow a stem, by what the tables let stand before it."""
    if before == "I":
        return True
    last = stem[-1] if stem[-1] != APOSTROPHE else stem[-2:]
    vowel = last in grammar.vowels or last == "o" + APOSTROPHE
    if last in grammar.either:
        # Kazakh у, и, ю close a syllable: су has суы, never *сусы; Uzbek -iy goes both ways.
        return not (before in "VT" and grammar.back) and harmonic(grammar, stem, suffix)
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
    return bool(grammar.vowels.intersection(stem)) and harmonic(grammar, stem, suffix)


def harmonic(grammar: Grammar, stem: str, suffix: str) -> bool:
    """Tell whether the ending's vowel agrees with the stem's last; loans need not obey."""
    if not grammar.back or len(stem) >= _LONG or _LOAN_SIGNS.intersection(stem):
        return True
    if stem[-1] not in grammar.vowels and stem[-2] not in grammar.vowels:
        return True
    return agrees(grammar, stem, suffix)


def agrees(grammar: Grammar, stem: str, suffix: str) -> bool:
    """Tell whether the ending's first vowel agrees with the stem's last."""
    ending = next((letter for letter in suffix if letter in grammar.vowels), "")
    last = next((letter for letter in reversed(stem) if letter in grammar.vowels), "")
    if last in grammar.back:
        return ending not in grammar.front
    return not (last in grammar.front and ending in grammar.back)
