"""Which language a text is in: alphabet rules first, then a detector among what is likely."""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from watchers.text.normal import clean
from watchers.text.russian import is_known

OURS = ("en", "ru", "kk", "ky", "uz-Latn", "uz-Cyrl", "tg", "tk")
"""The labels that are analysed; others (az, tr, uk, …) are recognised but read like und."""

UNKNOWN = "und"
_CYRILLIC = frozenset({"ru", "kk", "ky", "uz-Cyrl", "tg"})
_LATIN = frozenset({"en", "uz-Latn", "tk"})
_OTHERS = {_CYRILLIC: ("uk",), _LATIN: ("az", "tr", UNKNOWN)}
_DETECTOR_CODES = {
    "ENGLISH": "en", "RUSSIAN": "ru", "KAZAKH": "kk", "KYRGYZ": "ky", "TAJIK": "tg",
    "TURKMEN": "tk", "UZBEK": "uz", "UKRAINIAN": "uk", "AZERBAIJANI": "az", "TURKISH": "tr",
}  # fmt: skip
_FOREIGN_LATIN = frozenset("GERMAN FRENCH SPANISH ITALIAN POLISH CZECH DUTCH HUNGARIAN".split())
"""Neither ours nor neighbours'; the detector's rarer ones are mostly English misread."""

_MANY = 2
_TELLING = 40
_RUSSIAN_SHARE = 0.5
_UZBEK_LETTER = re.compile(r"[og]['\u2018\u2019\u02bb\u02bc\u0060\u00b4](?=[a-z])")
_UZBEK_MARK = re.compile(r"[og][\u02bb\u2018]")
_ENGLISH_APOSTROPHE = re.compile(r"\bo['\u2019](?:clock|er\b|[A-Z])")
_NATIVE_CYRILLIC = frozenset("ҷӣӯўәұіһїєґ")
"""Letters that alone decide, or nearly so."""

_OURS_ALONE = frozenset("қғҳӣӯҷұ")
"""Letters that no neighbour has whose language the detector might take a text for."""

_FOREIGN = frozenset("јљњћђџѓќѕҫҙҡҗӑӗӳ")
"""Letters of Serbian, Macedonian, Bashkir, Tatar, Chuvash: of no language of ours."""

_NATIVE_LETTERS = _NATIVE_CYRILLIC | frozenset("қғңөүҳ")
_CYRILLIC_LETTERS = re.compile("[\u0400-\u04ff]+")
_LATIN_LETTERS = re.compile("[a-z\u00c0-\u024f]+")
_WORDS = re.compile(r"[^\W\d_]+(?:['\u2018\u2019\u02bb\u02bc\u0060\u00b4][^\W\d_]+)*")
_UKRAINIAN = re.compile(r"(?:ськ|цьк)(?:ий|ого|ому|им|а|ої|ій)\b|(?:ення|ування|ття)\b")
_VOWEL_Y = re.compile(r"[bdfghjklmnpqrstvxz]y[bdfghjklmnpqrstvxz]|[bdfghjklmnpqrstvxz]y\b")
_COMMON = {
    "en": frozenset(
        "the of in to and for on with at by from as is are was after over its has will new says"
        " a an be not up amid into out his her their this that more against under".split()
    ),
    "uz-Latn": frozenset(
        "va bilan uchun bu ham yangi yil yili haqida boʻyicha kerak qildi etdi oldi berdi boʻldi"
        " qilindi etildi oshdi keldi eng ikki bir davlat hamda qaror kuni".split()
    ),
    "tk": frozenset(
        "we bilen üçin bu täze hem barada boldy etdi geçirildi ýyl döwlet boýunça edildi bir".split()
    ),
    "ru": frozenset(
        "в и на с по из за о от для не к до у после об что как при или под над без во со из-за"
        " это его их был была было были".split()
    ),
    "tg": frozenset(
        "ва дар ба аз бо ки барои шуд кард мешавад буд нав то ин он як бар шуданд".split()
    ),
    "uz-Cyrl": frozenset(
        "ва билан учун бу ҳам янги ҳақида бўйича қилди этди олди эди бир учун".split()
    ),
    "kk": frozenset(
        "және мен бен пен үшін туралы бойынша жаңа бұл еді болды бір деп қазір жоқ".split()
    ),
    "ky": frozenset(
        "жана менен үчүн тууралуу боюнча жаңы бул болду бир деп азыр жок эле дейт".split()
    ),
}
_PLAINLY_RUSSIAN = frozenset("в и с из за о к для при во со об это его их или из-за после".split())
"""Little words that none of the neighbours of ours has: beside them a name decides nothing."""

_ENDINGS = (
    ("tg", re.compile(r"(?:ро|ҳои|ҳо|он|аш|ии|анд)\b")),
    ("uz-Cyrl", re.compile(r"(?:да|дан|га|нинг|ни|лар|лари|ди|лик|моқда|иш)\b")),
    ("kk", re.compile(r"(?:да|де|ды|ді|дың|дің|ның|лар|лер|ған|ген|ға|ге)\b")),
    ("uz-Latn", re.compile(r"(?:ga|da|dan|ning|ni|lar|lari|di|moqda|igi|lik|gan|dagi)\b")),
    ("en", re.compile(r"(?:ing|ed|tion|ers|ies|ks|ns|ts|th|ck|ee|ly|es|ds|ss|ws|ght|ct|ve)\b")),
)
"""What tells apart the languages that share қ and ғ, where no other letter does."""

_LONG_VOWEL = re.compile(r"\w*[а-я](?:аа|оо|уу|ээ)\w*")
"""Kyrgyz has them everywhere, Russian in few words, which its dictionary knows."""

_ENGLISH_ENDING = dict(_ENDINGS)["en"]
_PLAIN_ENDINGS = (
    ("ky", _LONG_VOWEL),
    (
        "ky",
        re.compile(r"(?:[дтн][уү]н|[аоуэ]{2}(?:н?[дтгк][аоу]н?|лар)?|ып жат\w+т|штады|талды)\b"),
    ),
    ("kk", re.compile(r"(?:ып жатыр|іп жатыр|[лдт]ары?|[лдт]ер|тты|ыпты?|ады|еді|мады|ңыз)\b")),
    ("ky", re.compile(r"(?:[лдт]ары?|[лдт]ер|тты|ыпты?|ады|ган)\b")),
    ("uz-Cyrl", re.compile(r"(?:[лрнтдб]ди|ланди|илди|нинг|моқда|лари?|[лвшкт]иги|[вмрнл]и$)\b")),
    ("tg", re.compile(r"(?:шуд|кард|онро|ҳои|иро|анд|[втнрл]и(?= ))\b")),
)
"""Endings of words that no Russian dictionary has, where no letter tells the language."""

_SURNAME = re.compile(r"\w{2,}(?:[её]в|ов|ин|ын)[аы]?")
"""How surnames end in every language of the region."""

_NATIVE_CASE = re.compile(r"(?:уг[ае]|тте|дун|нун|нын|дын|тын|нинг|ларга|ларда)\Z")
"""Case endings that tell even a name: no Russian form of one ends so."""


@dataclass(frozen=True)
class _Sample:
    """A text's beginning as the rules look at it; each look is taken once."""

    text: str

    @cached_property
    def lower(self) -> str:
        return self.text.casefold()

    @cached_property
    def letters(self) -> frozenset[str]:
        return frozenset(self.lower)

    @cached_property
    def words(self) -> list[str]:
        return _WORDS.findall(self.text)

    @cached_property
    def folded_words(self) -> list[str]:
        return [word.casefold() for word in self.words]

    @cached_property
    def small_words(self) -> frozenset[str]:
        return frozenset(self.folded_words)

    @cached_property
    def strange(self) -> frozenset[str]:
        """The words that the Russian dictionary does not know, in small letters."""
        return frozenset(word for word in self.small_words if not is_known(word.replace("ё", "е")))

    @cached_property
    def is_plainly_russian(self) -> bool:
        return not _PLAINLY_RUSSIAN.isdisjoint(self.small_words)


def identify(text: str, declared: tuple[str, ...] = ()) -> str:
    """Give the label of a text's language; ``declared`` are the labels its feed may have.

    Labels: en ru kk ky uz-Latn uz-Cyrl tg tk, neighbours such as az tr uk, or und.
    """
    sample = _Sample(clean(text)[:1000])
    cyrillic = sum(map(len, _CYRILLIC_LETTERS.findall(sample.lower)))
    latin = sum(map(len, _LATIN_LETTERS.findall(sample.lower)))
    if not cyrillic and not latin:
        return declared[0] if len(declared) == 1 else UNKNOWN
    script = _CYRILLIC if cyrillic >= latin else _LATIN
    allowed = tuple(label for label in declared if label in script)
    if len(allowed) == 1 and not set(declared) - script - set(OURS):
        return allowed[0] if _plausible(allowed[0], sample) else _open(sample, script, ())
    return _open(sample, script, allowed)


def _open(sample: _Sample, script: frozenset[str], allowed: tuple[str, ...]) -> str:
    by_rule = _cyrillic_rule(sample) if script is _CYRILLIC else _latin_rule(sample)
    if by_rule and script is _CYRILLIC and not allowed and (beyond := _beyond(sample)):
        return beyond
    if by_rule.endswith("?"):
        # The letters leave two languages: these few (ң, і) are shared.
        by_rule = by_rule.removesuffix("?")
        detected = _cld(sample.text, script)
        by_rule = detected if detected in ("kk", by_rule) else by_rule
    if by_rule and (not allowed or by_rule in allowed):
        return by_rule
    return _detect(sample, script, allowed)


def _plausible(label: str, sample: _Sample) -> bool:
    """Tell whether a feed's declared language can be right.

    Letters of another forbid it, and Russian words do: many a Kazakh outlet's feed has both.
    """
    if label not in _CYRILLIC:
        return True
    if label in OURS and label != "ru" and _is_russian_alone(sample):
        return False
    by_rule = _cyrillic_rule(sample)
    return by_rule.removesuffix("?") in ("", label) or by_rule.endswith("?")


def _is_russian_alone(sample: _Sample) -> bool:
    """Tell a text of whose words no other language of ours can be: not names alone."""
    if not sample.letters.isdisjoint(_NATIVE_LETTERS):
        return False
    if sample.is_plainly_russian:
        return _reads_russian(sample)
    small = [word for word in sample.words if word.islower() and len(word) > _MANY]
    known = all(word not in sample.strange for word in small)
    return len(small) > 1 and known and _cld(sample.text, _CYRILLIC) == "ru"


def _beyond(sample: _Sample) -> str:
    """Name what a text with letters that Russian has not is, if not one of their languages.

    It may be Russian with a name in it, or a language that we do not know.
    """
    if not sample.letters.isdisjoint(_FOREIGN):
        return UNKNOWN
    native = [word for word in sample.words if not _NATIVE_LETTERS.isdisjoint(word.casefold())]
    is_russian = all(word[0].isupper() for word in native) and _reads_russian(sample)
    if is_russian and sample.is_plainly_russian:
        return "ru"
    if sample.letters.isdisjoint(_OURS_ALONE) and _cld(sample.text, _CYRILLIC) == UNKNOWN:
        return "ru" if is_russian else UNKNOWN
    return ""


def _cyrillic_rule(sample: _Sample) -> str:
    lower, letters = sample.lower, sample.letters
    if by_letter := "" if letters.isdisjoint(_NATIVE_CYRILLIC) else _voted(lower, letters):
        return by_letter
    if letters & set("ңөү"):
        return "kk" if letters & set("қғ") else "ky?"
    if not letters.isdisjoint(_FOREIGN):
        return UNKNOWN
    return "uk" if letters.isdisjoint("ыэъё") and _UKRAINIAN.search(lower) else ""


def _voted(lower: str, letters: frozenset[str]) -> str:
    """Let the letters that only one of the languages has vote by their number."""
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
    if not votes[best]:
        return ""
    return "uk?" if best == "uk" and not letters & set("їєґ") else best


def _latin_rule(sample: _Sample) -> str:
    lower, letters = sample.lower, sample.letters
    english = len(sample.small_words & _COMMON["en"])
    by_letter = _latin_letters(lower, letters, english)
    if by_letter:
        return by_letter
    uzbek = bool(_UZBEK_LETTER.search(lower)) and not _ENGLISH_APOSTROPHE.search(sample.text)
    if uzbek and (not english or _UZBEK_MARK.search(lower)) and english < _MANY:
        return "uz-Latn"
    if english or uzbek:
        return ""
    if letters & set("ñŋ") or ("q" in letters and letters & set("ūğşäúáńǵıý")):
        return "kk"
    bare = lower.replace("qu", "")  # quakes, queries
    if "q" in bare and _VOWEL_Y.search(bare):
        return "kk"  # Uzbek has q, and y only beside vowels
    return "tr" if letters & set("ğı") and "q" not in letters else ""


def _latin_letters(lower: str, letters: frozenset[str], english: int) -> str:
    """Name the language that the letters alone prove."""
    if "ə" in letters:
        return "az"
    kazakh = bool(letters & set("ńǵ")) or sum(map(lower.count, "áóúńǵı")) >= _MANY
    kazakh |= not _ENGLISH_ENDING.search(lower)
    if kazakh and letters & set("áóúńǵ") and not english and letters.isdisjoint("éíèàâêô"):
        return "kk"
    turkmen = "ň" in letters or letters >= set("ýž")
    if turkmen or ("ý" in letters and "q" not in letters and letters & set("äüöşç")):
        return "tk"
    # İ folds to i and a dot above.
    return "tr" if "\u0307" in letters and letters.isdisjoint("qx") else ""


def _detect(sample: _Sample, script: frozenset[str], allowed: tuple[str, ...]) -> str:
    likely = _likely(sample, script) & frozenset(allowed or script)
    likely = likely or frozenset(allowed or script)
    if len(likely) == 1:
        return next(iter(likely))
    score = _scored(sample, likely, ends=_endings_tell(sample, script))
    if "ru" in score and sample.letters.isdisjoint("ҳқғ") and max(score.values()) == score["ru"]:
        if _reads_russian(sample):
            return "ru"
        if not allowed and _told_by_detector(sample, script) == UNKNOWN:
            return UNKNOWN
        _score_plain(sample, score)
    if "en" in score and all(score["en"] > score[lang] for lang in score if lang != "en"):
        return "en"
    label = _told_by_detector(sample, script)
    if label in score:
        score[label] += _MANY
    elif label in _OTHERS[script] and not allowed and not any(score.values()):
        return label
    best = max(sorted(score), key=lambda lang: (score[lang], lang in ("ru", "en"), lang))
    return best if score[best] else _plain(likely, allowed)


def _told_by_detector(sample: _Sample, script: frozenset[str]) -> str:
    label = _cld(sample.text, script)
    if label == "tr" and sample.letters.isdisjoint("ğı"):
        return "tk"  # next of kin; Turkish can hardly do without ı
    return label


def _score_plain(sample: _Sample, score: dict[str, int]) -> None:
    """Count the endings of words that are not Russian, where no letter tells the language."""
    strange = " ".join([word for word in sample.folded_words if word in sample.strange])
    for lang, endings in _PLAIN_ENDINGS:
        if lang in score:
            score[lang] += len(endings.findall(strange))


def _endings_tell(sample: _Sample, script: frozenset[str]) -> bool:
    """Tell whether endings decide: plain Latin letters, or Cyrillic ones that three share."""
    if script is _LATIN:
        return sample.letters.isdisjoint("öüşç")
    return not sample.letters.isdisjoint("ҳқғ")


def _scored(sample: _Sample, likely: frozenset[str], *, ends: bool) -> dict[str, int]:
    """Count each language's common words, and its endings where these tell languages apart."""
    score = {label: len(sample.small_words & _COMMON.get(label, frozenset())) for label in likely}
    for label, endings in _ENDINGS if ends else ():
        if label in score:
            score[label] += len(endings.findall(sample.lower))
    return score


def _reads_russian(sample: _Sample) -> bool:
    """Tell whether the Russian dictionary knows most words; names inside are no evidence."""
    strange = sample.strange
    shouts = sample.text.isupper()
    known = judged = 0
    first = True
    for word, folded in zip(sample.words, sample.folded_words, strict=True):
        if len(word) <= _MANY and folded not in _PLAINLY_RUSSIAN:
            continue
        if folded not in strange:
            known += 1
            judged += 1
        elif sample.is_plainly_russian and not word.islower() and not shouts:
            pass
        elif _NATIVE_CASE.search(word) or _LONG_VOWEL.fullmatch(word):
            return False
        elif word.islower() or (first and (shouts or not _SURNAME.fullmatch(folded))):
            judged += 1
        first = False
    return known > _RUSSIAN_SHARE * judged or not judged


def _likely(sample: _Sample, script: frozenset[str]) -> frozenset[str]:
    """Leave the languages whose alphabets have the letters seen."""
    letters = sample.letters
    if script is not _CYRILLIC:
        return script if letters.isdisjoint("äýňžöüşç") else script - {"uz-Latn"}
    if "ҳ" in letters:
        return frozenset({"uz-Cyrl", "tg"})
    if letters & set("қғ"):
        return frozenset({"kk", "uz-Cyrl", "tg"})
    if letters & set("щы") and not letters & set("қғңөү"):
        return script - {"tg", "uz-Cyrl"}
    if "ы" not in letters and len(sample.lower) > _TELLING:
        return script - {"kk", "ky"}
    return script


def _plain(likely: frozenset[str], allowed: tuple[str, ...]) -> str:
    if allowed:
        return allowed[0]
    return next((label for label in ("ru", "en") if label in likely), UNKNOWN)


def _cld(sample: str, script: frozenset[str]) -> str:
    _, _, found = _detector()(sample.encode(), bestEffort=True)
    name = found[0][0]
    is_foreign = name in _FOREIGN_LATIN if script is _LATIN else name != "Unknown"
    code = _DETECTOR_CODES.get(name, UNKNOWN if is_foreign else "")
    if code == "uz":
        return "uz-Cyrl" if script is _CYRILLIC else "uz-Latn"
    return code


@lru_cache(maxsize=1)
def _detector() -> Any:
    import pycld2  # noqa: PLC0415 - loaded by the first text, not by an import

    return pycld2.detect
