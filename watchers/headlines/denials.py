"""Denials: whether a headline denies what was told, by patterns in each language; pure.

A refused visa and a bill voted down are denied too, in other words of the same row: "deny",
«отклонить», rad etish. So the patterns look at what is denied, not at the verb alone.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from watchers.headlines.concepts import plain_words
from watchers.text.words import Token

_WORDS_BETWEEN: Final = r"(?:\S+ ){0,7}?"
_FEW: Final = r"(?:\S+ ){0,3}?"


def _any(*alternatives: str) -> str:
    """Join patterns; each matches from a word's beginning."""
    return "|".join(rf"(?<!\S)(?:{one})" for one in alternatives)


_RU_CLAIM: Final = (
    r"(?:слух|сообщени|информаци|данны|сведени|новост|утвержден|публикаци|видео|заявлени"
    r"|вброс|рассыл|обвинени|домысл)\S* "
)
_RU_FALSE: Final = (
    r"(?:фейк\S*|лож(?:ь|ью|н\S*)|лжив\S*|недостоверн\S*|неправд\S*|вымыс\S*|выдум\S*|вымышл\S*"
    r"|дезинформаци\S*|беспочвенн\S*|безосновательн\S*|необоснованн\S*|клевет\S*"
    r"|слухами|уткой|провокацией)(?!\S)"
)
_EN_CLAIM: Final = (
    r"(?:rumou?rs?|reports?|claims?|information|allegations?|stor(?:y|ies)|news|videos?"
    r"|accusations?|speculation|suggestions|messages|posts?)(?!\S)"
)
_EN_FALSE: Final = (
    r"(?:false|untrue|fake|baseless|unfounded|groundless|fabricat\S+|not true|incorrect|a lie|lies"
    r"|misinformation|disinformation)(?!\S)"
)
_EN_REFUSED: Final = (
    r"(?:bail|entry|visas?|access|parole|asylum|permission|permits?|licen[cs]es?|requests?|appeals?"
    r"|gold|silver|bronze|medals?|wins?|victory|titles?|chances?|rights?|services?|boarding"
    r"|registration|citizenship|accreditation|treatment|care|aid|funding|loans?|leave|passports?"
    r"|exit|admission|petitions?|motions?|extradition|clearance|refuge|points?|penalty|place|spot"
    r"|hat-trick|berth|release|transfer|retrial|compensation|landing|overflight|airspace)(?!\S)"
)
_KK_CLAIM: Final = r"(?:ақпарат|хабар|қауесет|дерек|мәлімет|сөз|айып|пост|видео|бейне)\S* "
_KK_FALSE: Final = r"(?:жалған|фейк|өтірік|негізсіз|шындыққа жанаспай\S*|рас емес)"
_KY_CLAIM: Final = r"(?:маалымат|кабар|ушак|дооматт|имиш|дегенд|айып|сөз|видео|билдирүү)\S* "
_KY_FALSE: Final = r"(?:жалган|фейк|калп|негизсиз|төгүн|чындыкка дал келбе\S*|туура эмес)"
_UZ_CLAIM: Final = r"(?:xabar|ma'lumot|axborot|mish ?mish|gap|da'vo|ayblov|video|iddao)\S* "
_UZ_FALSE: Final = (
    r"(?:yolg'on|feyk|soxta|asossiz|noto'g'ri|uydirma|haqiqatga (?:to'g'ri kelma|zid|mos)\S*)"
)
_UZ_REFUSED: Final = (
    r"(?:taklif|so'rov|loyiha|ariza|shikoyat|iltimos|viza|apellyatsiya|tashabbus|petitsiya|qonun"
    r"|iltimosnoma|nomzod)\S* "
)
_TG_CLAIM: Final = r"(?:хабар|иттилоъ|маълумот|овоза|гузориш|иддао|айбнома|видео|гуфта)\S* "
_TG_FALSE: Final = r"(?:дурӯғ|бардурӯғ|фейк|беасос|нодуруст|бофта)"
_TG_REFUSED: Final = (
    r"(?:пешниҳод|лоиҳа|дархост|шикоят|ариза|раводид|қонун|ташаббус|номзад|даъвои судӣ)\S* "
)

_DENIES: Final = {
    "en": _any(
        r"den(?:y|ies|ied|ying)(?!\S)(?! (?:\S+ ){0,3}" + _EN_REFUSED + ")",
        r"refut(?:e|es|ed|ing)(?!\S)", r"rebut(?:s|ted|ting)?(?!\S)", r"debunk\S*",
        r"disprov(?:e|es|ed|ing)(?!\S)", r"(?:issues?|issued) denial",
        r"(?:dismiss|reject)(?:es|ed|s|ing)? " + _FEW + _EN_CLAIM,
        _EN_CLAIM + " " + _WORDS_BETWEEN + _EN_FALSE,
        r"(?:calls?|called|calling|labels?|labelled|brands?|branded|as|is|are|was|were|it's|its)"
        r" (?:a )?" + _EN_FALSE,
        r"(?:calls?|called|calling|labels?|labelled|brands?|branded) " + _WORDS_BETWEEN + _EN_FALSE,
        r"fake(?: news)?\Z", r"fake news (?!law|bill|charge|fine|trial)", r"no truth (?:in|to)",
        r"(?:(?:does|did|do|has|have|is|was|are|were) not|not|doesn\Wt|didn\Wt) confirm\S*",
        r"(?:says|said|say) no plans?(?!\S)", r"(?:has|have|had) no plans?(?!\S)",
    ),
    "ru": _any(
        r"опроверг\S*", r"опроверж\S*", r"отрица(?!тел)\S*", r"развея\S+ " + _FEW + "слух",
        r"(?:назва|называ|призна|счита|счел|счёл|оказал|объяви)\S* " + _WORDS_BETWEEN + _RU_FALSE,
        _RU_CLAIM + _WORDS_BETWEEN + _RU_FALSE,
        r"не соответству\S+ действительност", r"не подтверди\S*", r"не подтвержда\S+",
        r"не имеют под собой", r"(?:отверг|отмел|отверга)\S* " + _FEW + _RU_CLAIM,
        r"отверг\S* (?:обвинени|слух)", r"(?:это )?фейк\Z", r"это фейк(?!\S)",
        r"прокомментирова\S* фейк", r"нет (?:заяви|сообщи|увери|сказа|утвержда|ответи|завери|счита)", r"фейк о \S+ распространя",
    ),
    "kk": _any(
        r"жоққа шығар\S*", r"теріске шығар\S*", r"растамады", r"раста(?:ған|п отырған) жоқ",
        _KK_CLAIM + _WORDS_BETWEEN + _KK_FALSE + r"(?!\S* тарат| ақпарат тарат)",
        _KK_FALSE + r"(?: ақпарат| хабар)? (?:де(?:п|ді|йді|лінді)|екен|болып шық|болып табыл)",
        _KK_FALSE + r"(?: ақпарат| хабар)?\Z", r"рас емес",
        r"жоқ (?:деді|дейді|екенін|деп (?:мәлімде|сенді|айт))", r"шындыққа (?:жанаспай|сай кел[мі])\S*",
    ),
    "ky": _any(
        r"төгүнгө чыгар\S*", r"төгүндө\S*", r"(?:тастык|ырас)та(?:ган жок|бады|лган жок)",
        r"(?:" + _KY_CLAIM + r"|дегенди )" + _FEW + r"(?:жокко чыгар|четке как)\S*",
        r"четке как\S*",
        _KY_CLAIM + _WORDS_BETWEEN + _KY_FALSE + r"(?!\S* тарат| маалымат тарат| кабар тарат)",
        _KY_FALSE + r"(?: маалымат| кабар)? (?:де(?:п|ди|ген|йт)|экен|болуп чык)",
        _KY_FALSE + r"(?: маалымат| кабар)?\Z", r"жок (?:деди|дейт|экенин|деп (?:билдир|айт))",
    ),
    "uz": _any(
        r"inkor (?:et|qil)\S*", r"raddiya\S*", r"tasdiqlama(?:di|gan|y)\S*",
        r"rad (?:et|qil)\S*",
        _UZ_CLAIM + _WORDS_BETWEEN + _UZ_FALSE + r"(?!\S* (?:xabar |ma'lumot )?tarqat)",
        _UZ_FALSE + r"(?:ligi\S*| xabar| ma'lumot)? (?:de(?:b|di|ya|yil)|ekan|bo'lib chiq|ayt)",
        r"yolg'on(?:ligi\S*)?\Z",
        r"yo'q(?:ligini)? (?:dedi|deydi|aytdi|ma'lum qildi)", r"feyk(?:ligi\S*)?\Z", r"haqiqatga (?:to'g'ri kelma|zid)\S*",
    ),
    "tg": _any(
        r"рад (?:кард|мекун|намуд|менамо|шуд|сохт|гардид)\S*",
        r"такзиб\S*", r"инкор (?:кард|намуд|мекун)\S*", r"тасдиқ накард\S*", r"тасдиқ нашуд\S*",
        _TG_CLAIM + _WORDS_BETWEEN + _TG_FALSE + r"(?!\S* паҳн)",
        _TG_FALSE + r"(?: аст| будан| хонд| гуфт| номид| меном| донист| эълон)",
        _TG_FALSE + r"\Z", r"ба (?:ҳақиқат|воқеият) (?:рост|мувофиқ|мутобиқ) не", r"асос надор\S*",
        r"нест (?:гуфт|мегӯ|мегуф)\S*",
    ),
}  # fmt: skip
"""What denies, in normal form with plain apostrophes, by language."""
_REFUSED: Final = {
    "uz": re.compile(_UZ_REFUSED + r"(?:\S+ ){0,2}?rad (?:et|qil)"),
    "tg": re.compile(_TG_REFUSED + r"(?:\S+ ){0,3}?рад (?:кард|намуд|шуд|мекун)"),
    "ky": re.compile(
        r"(?:мыйзам|долбоор|сунуш|арыз|өтүнүч|талап|доо|даттануу|талапкер|виза|кайрылуу)\S* "
        r"(?:\S+ ){0,2}?четке как"
    ),
}  # fmt: skip
"""What is voted down or refused rather than denied."""
_NOBODY: Final = re.compile(
    r"(?<!\S)(?:пострада|жертв|погибш|разрушен|решени|данны|связи|зардап|құрбан|қаза|шешім|жабыркаг"
    r"|курман|каза|чечим|jabrlan|qurbon|halok|qaror|осебдида|қурбон|ҳалок|қарор)\S* (?:\S+ ){0,2}?"
    r"(?:нет|жоқ|жок|yo'q\S*|нест)(?!\S)"
)
"""Nobody was harmed, nothing decided: that denies nobody's words."""
_FORGERY: Final = re.compile(
    r"(?:тара(?:т|қат)\S*|распростран\S* фейк|за фейк|о фейк(?:ах|е)|фейк\S* тарқат|tarqat\S*"
    r"|паҳн кард\S*)"
)
"""Who spreads false news is fined: that denies nothing."""

_NO: Final = re.compile(
    r"no (?P<what>.+) (?:says?|said|insists?|claims?|according to|assures?|told|tells)(?!\S)"
    r"|(?:.+ )?(?:says?|said|insists?|assures?) (?:there (?:is|are|was|were) )?no (?P<also>.+)"
)
_NOTHING_DENIED: Final = re.compile(
    r"(?<!\S)(?:casualt|injur|death|damage|victim|survivor|deal|decision|yet|one|longer|changes?|breakthrough"
    r"|progress|to|agreement|tsunami|fatalit|dead|hurt|doubt|matter|need|alternative|choice|limit"
    r"|date|reason|sign|evidence|more|excuse|other)"
)
"""What is simply not there or not yet: "No casualties, ministry says" denies nobody's words."""


@cache
def _denying(column: str) -> re.Pattern[str]:
    """Compile what denies in a language, when the language is first met."""
    return re.compile(_DENIES[column])


def denies(head: Sequence[Token], lang: str) -> bool:
    """Tell whether a headline denies a report or a charge.

    Withdrawals, rejected bills and refused visas deny nothing that was told.
    """
    column = lang.partition("-")[0]
    words = " ".join(plain_words(head, column))
    column = column if column in _DENIES else ("en" if words.isascii() else "ru")
    if column == "en" and _says_no(words):
        return True
    if not _denying(column).search(words) or _NOBODY.search(words):
        return False
    refused = _REFUSED.get(column)
    return not (refused and refused.search(words)) and not _spreads(words)


def _says_no(words: str) -> bool:
    found = _NO.match(words)
    if not found:
        return False
    what = found["what"] or found["also"]
    return not _NOTHING_DENIED.match(what)


def _spreads(words: str) -> bool:
    """Tell whether somebody is charged with spreading false news rather than told to be wrong."""
    return _FORGERY.search(words) is not None and not re.search(
        r"опроверг|жоққа|теріске|төгүн|inkor|rad et|такзиб|рад кард", words
    )
