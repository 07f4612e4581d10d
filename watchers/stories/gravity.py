"""How grave a headline is: the dead and the injured it counts, disaster, or mere play; pure.

Editors call it news value. Digests weigh stories by it, beside how many publishers tell them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from watchers.headlines.concepts import concept_of
from watchers.headlines.headline import figures
from watchers.text import words
from watchers.text.figures import Number
from watchers.text.normal import clean, tokenize

TOLLS = frozenset({"kill", "injur"})
"""The tolls that make a headline grave; who is missing or detained may yet be well."""

DISASTERS = frozenset(
    "earthquake flood mudflow avalanche explosion fire crash kill murder airstrike attack terror"
    " hostage cave-in storm leak-of-water hunger disease".split()
)
"""Concepts of what harms people, where no figure says how many."""

PLAY = frozenset(
    "football olympic medal athlete doping boxing wrestl judo weightlift gymnast tennis cycling"
    " athletics fencing volleyball basketball skateboard taekwondo karate semifinal quarterfinal"
    " champion film actor singer festival".split()
)
"""Concepts of sport and entertainment, each of which says enough alone."""

PERHAPS_PLAY = frozenset(
    "match goal team coach league cup draw final spectator swim rower surf diving".split()
)
"""Concepts of sport that are also other things: two of them together are sport."""

GAMES = (
    "chess", "шахмат", "шахмот", "şahmat", "shaxmat", "hockey", "хокке", "xokkey", "grandmaster",
    "гроссмейстер", "premiership", "mma", "мма", "ufc", "bandy", "esport", "киберспорт",
    "спорт", "sport", "турнир", "tournament", "чемпион", "chempion", "oscar", "оскар", "eurovision",
    "евровиде", "theatre", "театр", "teatr", "ballet", "балет",
)  # fmt: skip
"""Beginnings of further words of sport and entertainment, in any language."""

DEATH = frozenset({"kill", "murder", "disease", "hunger"})
"""Of those the ones that befall animals, too, without harm to anybody."""

_ANIMALS = (
    # English words whole, so that fish are no fishermen and a seal is not what was sealed.
    r"animals?|seals?|fish|roach|carp|sturgeons?|dolphins?|whales?|turtles?|birds?|swans?|geese"
    r"|flamingos?|pelicans?|eagles?|poultry|chickens?|hens|ducks?|turkeys|bees|livestock"
    r"|cattle|cows?|bulls|calves|sheep|lambs?|goats?|pigs?|horses?|camels?|yaks?|saigas?"
    r"|antelopes?|deer|reindeer|leopards?|wolf|wolves|bears?|foxes|cats?|dogs?|rats|mice|locusts?"
    # The others by their beginnings: their endings are many.
    r"|животн.*|тюлен.*|нерп.*|рыб(?!а[кц]|ол|оо|за|хо).*|вобл.*|осетр.*|карп(?:а|ов|ы)?|сазан.*"
    r"|дельфин.*|кит(?:ы|ов)|черепах.*|птиц.*|лебед.*|гус(?:и|ей|ь)|фламинго|пеликан.*|орл(?:ы|ов)"
    r"|журавл.*|кур(?:ы|иц.*)?|ут(?:ки|ок)|индее?к.*|пчел.*|скот(?:а|у|ом|ине?|ины)?|коров.*|телят.*"
    r"|бык(?:и|ов)|овц.*|овец|баран.*|ягнят.*|коз(?:ы|лят)?|свин(?:ья|ьи|ей|ьям)|лошад.*|кон(?:и|ей)"
    r"|жереб.*|верблюд.*|як(?:и|ов)|сайг.*|джейран.*|антилоп.*|олен(?:ь|и|ей)|барс(?:а|ы|ов)?"
    r"|волк(?:а|и|ов)?|медвед.*|лис(?:ы|иц.*)?|кош(?:ек|к.*)|собак.*|собак|крыс.*|саранч.*"
    r"|итбалық.*|балық(?!шы).*|балык(?!чы).*|жануар.*|жаныбар.*|құс(?:тар.*)?|куш(?:тар.*)?|аққу.*|ара(?:лар.*)"
    r"|мал(?:ы|дар.*|дын|дың)?|қой(?:лар.*|ы)?|кой(?:лор.*)?|сиыр.*|уй(?:лар.*)|жылқы.*|жылкы.*|түйе.*|төө(?:лөр.*)"
    r"|ешкі.*|эчки.*|киік.*|кийик.*|ақбөкен.*"
    r"|hayvon.*|baliq(?!chi).*|qush(?:lar.*)?|chorva.*|mol(?:lar.*)|qo.?y(?:lar.*)?|sigir.*|ot(?:lar.*)|tuya.*|echki.*"
    r"|ҳайвон.*|моҳӣ.*|парранда.*|чорво.*|гӯсфанд.*|гов(?:ҳо.*)|асп(?:ҳо.*)|буз(?:ҳо.*)"
)  # fmt: skip
"""Words for animals, whose dead are news but no toll; in normal form, in any language."""

PEOPLE = (
    "worker", "miner", "sailor", "soldier", "troop", "child", "schoolchild", "student", "pupil",
    "tourist", "passenger", "driver", "women", "men", "guard", "policem", "officer", "climber",
    "resident", "villager", "civilian", "fisherm", "shepherd", "pilot", "firefighter", "rescuer",
    "рабоч", "горняк", "шахтер", "моряк", "матрос", "солдат", "военн", "школьн", "ребен", "дет",
    "студент", "турист", "пассажир", "водител", "женщин", "мужчин", "погранич", "полицейск",
    "сотрудник", "альпинист", "жител", "рыбак", "чабан", "пилот", "летчик", "спасател", "пожарн",
)  # fmt: skip
"""Beginnings of words for people by what they do or are."""

AGES = frozenset({"at", "aged", "age"})
MEASURES = frozenset("km m kg t ha км м кг т га".split())

COUNTED_WITHIN = 2
"""So soon after a figure stands what it counts: 200 dead seals; but two killed by a bear."""

TOLD_OF_OLD = frozenset("anniversary monument museum film book actor exercise".split())
"""Concepts of what is remembered, staged or rehearsed: their dead are not today's."""

SHAKES = 4.0
STRONGEST = 10.0
"""Between these an earthquake's figure with a decimal is its magnitude."""


@dataclass(frozen=True, slots=True)
class Gravity:
    """What is at stake: people killed and injured, an earthquake's magnitude, harm, or play."""

    dead: int = 0
    injured: int = 0
    magnitude: float = 0.0
    disaster: bool = False
    play: bool = False


NONE = Gravity()


@lru_cache(maxsize=4096)
def gravity(headline: str, lang: str) -> Gravity:
    """Weigh one headline; most are settled by their words' concepts, few need to be analysed."""
    cuts = tokenize(clean(headline))
    concepts = {concept_of(cut.normal, lang) for cut in cuts if not cut.number}
    play = (
        not concepts.isdisjoint(PLAY)
        or len(concepts & PERHAPS_PLAY) > 1
        or any(cut.normal.startswith(GAMES) for cut in cuts)
    )
    if not concepts.isdisjoint(TOLD_OF_OLD):
        return Gravity(play=play)
    # Headlines count people in words, too: no figure need stand there.
    tolls = _tolls(headline, lang) if not concepts.isdisjoint(TOLLS) else {}
    animals = any(is_animal(cut.normal) for cut in cuts)
    harm = concepts & DISASTERS if tolls or not animals else concepts & DISASTERS - DEATH
    shaken = [
        float(cut.normal.replace(",", "."))
        for cut in cuts
        if cut.number and "earthquake" in concepts and len(cut.normal) == len("6.8")
    ]
    return Gravity(
        dead=tolls.get("kill", 0),
        injured=tolls.get("injur", 0),
        magnitude=max((one for one in shaken if SHAKES <= one < STRONGEST), default=0.0),
        disaster=bool(harm) and not play,
        play=play,
    )


def _tolls(headline: str, lang: str) -> dict[str, int]:
    """Count the dead and the injured as story identity does, without the animals among them."""
    analysis = words.analyse(headline, lang=lang or None)
    beasts = [token.position for token in analysis.tokens if is_animal(token.normal)]
    counts_beasts = {
        number.value
        for number in analysis.numbers
        if any(0 <= at - number.end < COUNTED_WITHIN for at in beasts)
    }
    other = {
        number.value for number in analysis.numbers if _is_no_toll(analysis, number)
    } | counts_beasts
    figures_found = [*figures(analysis, lang), *_people(analysis, lang)]
    counted: dict[str, int] = {}
    for unit, value in figures_found:
        if unit in TOLLS and value not in other:
            counted[unit] = max(counted.get(unit, 0), int(value))
    return counted


def _is_no_toll(analysis: words.Analysis, number: Number) -> bool:
    """Tell whether a number is an age ("dies at 90") or a measure ("5 km away"), no people."""
    before = analysis.tokens[number.position - 1].normal if number.position else ""
    after = analysis.tokens[number.end].normal if number.end < len(analysis.tokens) else ""
    return before in AGES or after in MEASURES


def _people(analysis: words.Analysis, lang: str) -> Iterator[tuple[str, float]]:
    """Count people who are named by what they are: "kills three workers"."""
    for number in analysis.numbers:
        if number.percent or not 0 < number.position < number.end < len(analysis.tokens):
            continue
        concept = concept_of(analysis.tokens[number.position - 1].normal, lang)
        if concept in TOLLS and analysis.tokens[number.end].normal.startswith(PEOPLE):
            yield concept, number.value


@lru_cache(maxsize=8192)
def is_animal(normal: str) -> bool:
    """Tell whether a word in normal form names an animal."""
    return _animals().fullmatch(normal) is not None


@cache
def _animals() -> re.Pattern[str]:
    return re.compile(_ANIMALS)


def gravest(headlines: Iterable[tuple[str, str]]) -> Gravity:
    """Weigh a story by its headlines, each with its language: the worst that any of them tells.

    It is a disaster, or play, where half of them say so.
    """
    found = [gravity(*one) for one in headlines]
    if not found:
        return NONE
    return Gravity(
        dead=max(one.dead for one in found),
        injured=max(one.injured for one in found),
        magnitude=max(one.magnitude for one in found),
        disaster=2 * sum(one.disaster for one in found) >= len(found),
        play=2 * sum(one.play for one in found) >= len(found),
    )
