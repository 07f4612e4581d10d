"""English forms: inflection folded (elections → election), derivation kept apart."""

import re
from functools import lru_cache
from typing import Any

from watchers.text.normal import APOSTROPHE

_IRREGULAR = {
    form: base
    for base, forms in {
        "man": "men", "woman": "women", "child": "children", "foot": "feet", "tooth": "teeth",
        "person": "persons", "crisis": "crises", "thief": "thieves", "life": "lives",
        "knife": "knives", "wolf": "wolves", "half": "halves",
        "sell": "sold", "buy": "bought", "meet": "met", "win": "won", "hold": "held",
        "build": "built", "pay": "paid", "make": "made", "lead": "led", "fall": "fell fallen",
        "rise": "rose risen", "grow": "grew grown", "send": "sent", "spend": "spent",
        "lose": "lost", "take": "took taken", "give": "gave given", "go": "goes went gone", "beat": "beaten", "boycott": "boycotting boycotted", "show": "shown", "free": "frees freed freeing",
        "tell": "told", "keep": "kept", "bring": "brought", "catch": "caught",
        "strike": "struck stricken", "fight": "fought", "shoot": "shot", "begin": "began begun",
        "break": "broke broken", "choose": "chose chosen", "drive": "drove driven",
        "fly": "flew flown", "freeze": "froze frozen", "sink": "sank sunk",
        "speak": "spoke spoken", "steal": "stole stolen", "write": "wrote written",
        "become": "became", "draw": "drew drawn", "run": "ran", "say": "said", "seek": "sought",
        "teach": "taught", "think": "thought", "see": "saw seen", "come": "came", "get": "got",
        "know": "knew known", "wear": "wore worn", "throw": "threw thrown", "hide": "hid hidden",
        "swear": "swore sworn", "leave": "leaving leaves", "find": "finding found", "die": "dying dies died",
        "tie": "tying ties tied", "lie": "lying lies lied", "datum": "data", "bus": "buses busses",
        "gas": "gases gasses", "virus": "viruses", "bonus": "bonuses", "campus": "campuses",
        "census": "censuses", "status": "statuses", "focus": "focuses", "lens": "lenses",
        "flee": "fled", "sue": "sues sued suing", "feed": "fed", "feel": "felt", "hear": "heard", "lend": "lent",
        "sleep": "slept", "sweep": "swept", "stand": "stood", "understand": "understood",
        "withdraw": "withdrew withdrawn", "overthrow": "overthrew overthrown", "tear": "tore torn",
        "forbid": "forbade forbidden", "ride": "rode ridden", "shake": "shook shaken",
        "shrink": "shrank shrunk", "swim": "swam swum", "sing": "sang sung", "blow": "blew blown",
        "eat": "ate eaten", "drink": "drank drunk", "swell": "swollen", "prove": "proven",
        "rebuild": "rebuilt", "repay": "repaid", "mislead": "misled", "uphold": "upheld",
        "withhold": "withheld", "oversee": "oversaw overseen", "undergo": "underwent undergone",
        "deal": "dealt", "mean": "meant", "burn": "burnt", "spill": "spilt", "dig": "dug",
        "stick": "stuck", "slide": "slid", "forget": "forgot forgotten", "wake": "woke woken",
        "mouse": "mice", "goose": "geese", "ox": "oxen", "wife": "wives", "shelf": "shelves",
        "calf": "calves", "loaf": "loaves", "hoof": "hooves", "analysis": "analyses",
        "hypothesis": "hypotheses", "diagnosis": "diagnoses", "oasis": "oases",
        "phenomenon": "phenomena", "criterion": "criteria", "memorandum": "memoranda",
        "referendum": "referenda", "bacterium": "bacteria", "nucleus": "nuclei",
        "atlas": "atlases", "canvas": "canvases", "surplus": "surpluses",
        "arise": "arose arisen", "bend": "bent", "bleed": "bled", "breed": "bred", "cling": "clung",
        "creep": "crept", "foresee": "foresaw foreseen", "forgive": "forgave forgiven",
        "hang": "hung", "kneel": "knelt", "lay": "laid", "leap": "leapt", "learn": "learnt",
        "overcome": "overcame", "overtake": "overtook overtaken", "override": "overrode overridden",
        "overrun": "overran", "retake": "retook retaken", "rewrite": "rewrote rewritten",
        "ring": "rang rung ringing", "shine": "shone", "sit": "sat", "slay": "slew slain",
        "spin": "spun", "spring": "sprang sprung", "sting": "stung", "strive": "strove striven",
        "swing": "swung", "undertake": "undertook undertaken", "weep": "wept", "licence": "licensing licensed", "cheque": "checking checked",
    }.items()
    for form in forms.split()
}  # fmt: skip
_COMPARED = (
    "high large small old young new strong weak rich poor cheap cold long fast great short tough close wide safe big hot"
    " heavy deadly easy early busy bright brief broad calm clear costly crazy cruel dark deep dense dirty dry empty fair"
    " fierce fresh friendly funny gentle grand grave happy hard harsh healthy holy huge hungry keen late likely lonely"
    " loose loud lucky mild narrow nasty near nice odd pale proud pure quick quiet rare raw ready rough rude sad sharp"
    " sick simple slight slow smart smooth soft steady steep strange strict swift tall thick thin tiny true ugly vast wary"
    " warm wealthy wet wild wise bloody hasty risky noisy dusty rainy sunny windy cloudy foggy"
)
_SUPERLATIVE = "low clean cool light fit flat firm plain sweet tender"
"""Adjectives whose degrees are the same word; of the second list a cleaner or to lower is not."""
_DOUBLED = frozenset("big hot sad thin wet fit flat".split())


def _degrees(word: str, endings: str) -> list[str]:
    stem = word + word[-1] if word in _DOUBLED else re.sub("y$", "i", word.removesuffix("e"))
    return [stem + ending for ending in endings.split()]


_IRREGULAR |= {form: word for word in _COMPARED.split() for form in _degrees(word, "er est")}
_IRREGULAR |= {form: word for word in _SUPERLATIVE.split() for form in _degrees(word, "est")}
_MEN = (
    "spokes business chair fire police fisher gun congress law air sea clergy work sports service"
    " militia camera country crafts trades states noble council"
)
_IRREGULAR |= {word + "men": word + "man" for word in _MEN.split()}
_SPELLINGS = {
    "theater": "theatre", "center": "centre", "meter": "metre", "kilometer": "kilometre",
    "liter": "litre", "fiber": "fibre", "labor": "labour", "color": "colour",
    "harbor": "harbour", "neighbor": "neighbour", "honor": "honour", "favor": "favour",
    "behavior": "behaviour", "defense": "defence", "offense": "offence", "license": "licence",
    "program": "programme", "tire": "tyre", "aluminum": "aluminium", "plow": "plough",
    "jewelry": "jewellery", "gray": "grey", "check": "cheque", "airplane": "aeroplane",
    "sulfur": "sulphur", "fulfill": "fulfil", "traveler": "traveller", "dialog": "dialogue",
    "catalog": "catalogue", "artifact": "artefact", "maneuver": "manoeuvre", "armor": "armour",
    "rumor": "rumour", "tumor": "tumour", "humor": "humour", "vapor": "vapour",
    "caliber": "calibre", "saber": "sabre", "specter": "spectre", "mustache": "moustache",
}  # fmt: skip
_DERIVED = re.compile(
    r"(?:ant|ance|ancy|ent|ence|ency|ation|tion|sion|ion|al|ive|ous|ly|ment|ness|er|or|able|ible"
    r"|ity|ist|ism|ize|ise|ful|less|ship|dom|hood|ary|ery|ory|ic|(?<!o)ure|age|y|ey)$"
)
_SHORT = 4
"""Letters of words that are too short to be derived: scale is not scal-al."""
_VERBAL = re.compile(r"[aeiouy].*[^aeiou]$|[^aeiou]{2}y?$|[aeiou]y$")
"""What may be left of a verb without its ending: not the fe- of feed, nor the r- of ring."""
_NOT_PLURAL = re.compile(r"(?:ss|us|is|news|series|species|gas|texas|was|has|its|this|always)$")
_IZE = re.compile(r"is(e|es|ed|ing|ation|ations)$")
_NOT_IZE = re.compile(
    r"(?:prom|exerc|superv|adv|surpr|ra|rev|prec|expert|franch|pra|r|w|no|cru)is"
)


def english_form(word: str) -> str:
    """Give the form shared by a word's inflections; both text and query are folded by it."""
    return _fold(word)


@lru_cache(maxsize=4096)
def _fold(word: str) -> str:
    word = word.removesuffix(APOSTROPHE + "s").replace(APOSTROPHE, "")
    if not word.isascii() or len(word) < 3 or not word.isalpha():  # noqa: PLR2004 - us, it, G7
        return word
    if word in _IRREGULAR:
        return _stemmed(_IRREGULAR[word])
    word = _singular(word)
    word = _IRREGULAR.get(word, word)
    word = _SPELLINGS.get(word, word)
    if _IZE.search(word) and not _NOT_IZE.search(word):
        word = _IZE.sub(r"iz\1", word)
    return _stemmed(word)


def _stemmed(word: str) -> str:
    """Give a word's stem; derived words stand for themselves, in all their forms.

    Received is of receive, denied of deny; but importance is not of import.
    """
    if base := _derived_base(word):
        return base
    if _DERIVED.search(word) and not word.endswith(("ying", "ied")):
        return word
    return str(_stemmer().stemWord(word))


def _derived_base(word: str) -> str:
    """Give the derived word of which this is the past or the participle, "" for others."""
    root = next((word.removesuffix(end) for end in ("ing", "ied", "ed") if word.endswith(end)), "")
    if not _VERBAL.search(root):
        return ""
    bases = (root + "y",) if word.endswith("ied") else (root, root + "e")
    longer = (base for base in bases if len(base) > _SHORT or base.endswith("y"))
    return next((base for base in longer if _DERIVED.search(base)), "")


def _singular(word: str) -> str:
    if not word.endswith("s") or len(word) < 4 or _NOT_PLURAL.search(word):  # noqa: PLR2004
        return word
    if word.endswith("ies") and len(word) > 4:  # noqa: PLR2004 - dies, ties
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zzes", "oes")):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from Stemmer import Stemmer  # noqa: PLC0415 - loaded by the first English word

    return Stemmer("english")
