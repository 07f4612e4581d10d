"""Tajik verbs: from any form of one to its infinitive; past stems end in д or т."""

from collections.abc import Iterator

_PAST = {
    "шав": "шуд", "кун": "кард", "гӯ": "гуфт", "гу": "гуфт", "деҳ": "дод", "диҳ": "дод",
    "гир": "гирифт", "о": "омад", "рав": "рафт", "еб": "ефт", "навис": "навишт", "бош": "буд",
    "кушо": "кушод", "соз": "сохт", "бин": "дид", "хоҳ": "хост", "фурӯш": "фурӯхт",
    "куш": "кушт", "мон": "монд", "ор": "овард", "бар": "бурд", "тавон": "тавонист",
    "фирист": "фиристод", "хон": "хонд", "зан": "зад", "дор": "дошт", "шунав": "шунид",
    "гузор": "гузошт", "гузар": "гузашт", "парто": "партофт", "афзо": "афзуд", "намо": "намуд",
    "сӯз": "сӯхт", "мир": "мурд", "андоз": "андохт", "дон": "донист", "шинос": "шинохт",
    "омӯз": "омӯхт", "супор": "супурд", "банд": "баст", "афт": "афтод", "коҳ": "кост",
    "паз": "пухт", "шикан": "шикаст", "кан": "канд", "гурез": "гурехт", "хӯр": "хӯрд",
    "хез": "хест", "нишин": "нишаст", "ист": "истод", "гард": "гашт", "зи": "зист", "зо": "зод",
    "парвар": "парвард", "ҷаҳ": "ҷаст", "ҷӯ": "ҷуст", "бардор": "бардошт",
    "пардоз": "пардохт", "пазир": "пазируфт", "нигар": "нигарист", "шумор": "шумурд",
    "рез": "рехт", "шӯ": "шуст", "боф": "бофт", "дӯз": "дӯхт", "саро": "суруд",
    "навоз": "навохт", "шитоб": "шитофт", "ков": "кофт", "ангез": "ангехт", "омез": "омехт",
    "овез": "овехт", "гудоз": "гудохт", "пайванд": "пайваст", "фиреб": "фирефт", "тоз": "тохт",
    "рӯб": "рӯфт", "рӯ": "рӯид", "сито": "сутуд", "осо": "осуд", "фармо": "фармуд", "чин": "чид",
    "афрӯз": "афрӯхт", "андӯз": "андӯхт", "пиндор": "пиндошт", "гумор": "гумошт",
    "нигор": "нигошт", "паймо": "паймуд", "озмо": "озмуд", "гушо": "гушод", "задо": "зудуд",
    "афсур": "афсурд", "фишор": "фишурд",
}  # fmt: skip
"""Stems of the present and of the past that no rule joins; the others add -ид, or -д after он."""
_OF_BOTH = {"гард": "гардид"}
"""Stems of the present that two verbs share."""
_OF_PAST = ("", "ам", "ӣ", "ем", "ед", "анд", "а", "ааст", "аанд", "аам", "аем")
_REGULAR = ("ид", "онд")
_OF_PRESENT = ("ад", "анд", "ам", "ем", "ед", "яд", "янд", "ям")
_PREFIXES = ("наме", "ме", "на", "би", "")
_MIN_STEM = 2


def infinitives(word: str) -> Iterator[str]:
    """Give the infinitives of the verbs that a word may be a form of."""
    for prefix in _PREFIXES:
        if not word.startswith(prefix) or len(word) < len(prefix) + _MIN_STEM:
            continue
        bare = word[len(prefix) :]
        for ending in _OF_PAST:
            stem = bare.removesuffix(ending)
            if bare != stem + ending or stem[-1:] not in ("д", "т") or len(stem) <= _MIN_STEM:
                continue
            if prefix or ending or stem in _PAST_STEMS or stem.endswith(_REGULAR):
                yield stem + "ан"
        for ending in _OF_PRESENT:
            stem = bare.removesuffix(ending)
            if stem != bare:
                yield from _of_present(stem, least=_MIN_STEM + (not prefix))


_PAST_STEMS = frozenset(_PAST.values())


def _of_present(stem: str, least: int) -> Iterator[str]:
    if stem in _PAST:
        yield _PAST[stem] + "ан"
    elif len(stem) >= least:
        yield stem + "идан"
    if stem in _OF_BOTH:
        yield _OF_BOTH[stem] + "ан"
    elif stem.endswith("он") and len(stem) > least:
        yield stem + "дан"
