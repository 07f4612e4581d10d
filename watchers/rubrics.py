"""Rubrics: what comes daily under one headline, as the weather, a rate, a digest. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from storage.model import ItemId
from storage.search import ToldHeadline
from watchers.headlines.concepts import concept_of
from watchers.headlines.headline import MONTHS
from watchers.headlines.slots import generic_words
from watchers.text.normal import clean, tokenize
from watchers.text.words import Analysis

DAILY: Final = 3
"""On so many days an outlet's rubric had the same headline, dates and figures aside."""

LEADING: Final = 2
"""Within so many first words a rubric names itself."""

LISTED: Final = 2
"""Commas after a rubric's colon, at least: «Опрос: …» is news, "Briefing: a, b, c" is none."""

_SAID: Final = ("опрос", "poll", "прогноз", "forecast", "цитат", "quote")
"""After these and a colon comes what was said, which is news."""

SHORT: Final = 5
"""Words of a rubric's headline without a date, at most."""

Frame = tuple[str, ...]
"""What is left of a headline without dates and figures."""

_WORD = re.compile(r"[^\W\d_]+")
_DATED = MONTHS | {"today", "tomorrow"}
_WEEKDAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday day week weekend"
    " понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье завтра"
    " дүйсенбі сейсенбі сәрсенбі бейсенбі жұма сенбі жексенбі ертең"
    " дүйшөмбү шейшемби шаршемби бейшемби жума ишемби жекшемби эртең"
    " dushanba seshanba chorshanba payshanba juma shanba yakshanba ertaga"
    " душанбе сешанбе чоршанбе панҷшанбе ҷумъа шанбе якшанбе фардо".split()
)


@lru_cache(maxsize=4096)
def frame_of(title: str, lang: str) -> Frame:
    """Give a headline's words in normal form, without dates and figures."""
    return _frame(((cut.normal, cut.number) for cut in tokenize(clean(title))), lang)


def _frame(words: Iterable[tuple[str, bool]], lang: str) -> Frame:
    return tuple(normal for normal, number in words if not (number or _is_date(normal, lang)))


def _is_date(normal: str, lang: str) -> bool:
    return normal in _WEEKDAYS or concept_of(normal, lang) in _DATED


@lru_cache(maxsize=1)
def _words() -> tuple[str, ...]:
    return tuple(generic_words("rubric"))


def is_word(normal: str) -> bool:
    """Tell whether a word names a rubric."""
    return normal.startswith(_words())


def names_itself(title: Analysis) -> bool:
    """Tell "Weather in Osh", "Digest of 14 November", "Briefing: floods, gas, Tokayev".

    It is named first, and short, or dated, or a list after a colon.
    """
    frame = _frame(((token.normal, token.number) for token in title.tokens), title.lang)
    compounds = (one.normal for one in title.compounds if one.position < LEADING)  # Ob-havo
    if not any(map(is_word, (*frame[:LEADING], *compounds))):
        return False
    figures = sum(token.number for token in title.tokens)
    topics = title.text.partition("\n")[0].partition(":")[2]
    is_said = any(word.startswith(_SAID) for word in frame[:1])
    listed = topics.count(",") >= LISTED and not is_said
    return listed or len(title.tokens) <= SHORT or len(frame) + figures < len(title.tokens)


def daily(told: Iterable[ToldHeadline]) -> frozenset[ItemId]:
    """Recognise what an outlet told on several days under one headline but for its date."""
    alike: dict[tuple[str, str], list[ToldHeadline]] = {}
    for one in told:
        alike.setdefault((one.outlet, _first_word(one.title)), []).append(one)
    frames: dict[tuple[str, Frame], list[ToldHeadline]] = {}
    for same in alike.values():
        for one in same if len(same) >= DAILY else ():  # frames cost more than first words
            frames.setdefault((one.outlet, frame_of(one.title, one.lang)), []).append(one)
    return frozenset(
        one.item_id
        for (_, frame), same in frames.items()
        if frame and len({one.told_at.date() for one in same}) >= DAILY
        for one in same
    )


def _first_word(title: str) -> str:
    found = _WORD.search(title)
    return found[0].casefold() if found else ""
