"""One article or two: whether new words under a known key are an edit or other news; pure.

Outlets reuse addresses and ids: a section page shows its newest article, a live page the next
broadcast, a seismic service its last quake, and some scripts number a list from the top. Yet most
articles whose words change are the same article, corrected. So a second article must show
itself: other words, told at another time or under another id, and nothing that ties the two.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from rapidfuzz import fuzz

from watchers.text import words
from watchers.text.names import Gazetteer
from watchers.text.skeleton import is_cyrillic

HARDLY = 0.34
"""Share of the shorter headline's words below which two headlines are not one edited."""

HALF = 0.5
"""The same where another key speaks for two articles; and of two leads that are one."""

MOST = 0.6
"""The same under another id; and of a headline that is drawn from the other's text."""

NEAR = 80.0
"""Likeness by letters (per cent, Indel) of headlines that a slip of the pen tells apart."""

NEXT_DAY = timedelta(hours=20)
"""Other figures in an otherwise equal headline are by then another day's."""

_FEWEST_OF_LEAD = 8
_SHORTEST_WORD = 4
_LONG_SLUG = 4
_LONG_NUMBER = 5
_MEANINGLESS = frozenset(
    "about after again also amid been before being between could from have into more most over says"
    " than that their there they this under were what when where which while will with would"
    " более было быть были будет была весь всех если ещё еще когда лишь между может много надо около"
    " перед после почти также только того чтобы через этого этой этом этот"
    " және үшін туралы деді кейін бойынша менен жана үчүн тууралуу кийин боюнча"
    " bilan uchun haqida keyin boʻyicha bo'yicha ҳамда учун билан баъд барои дар бораи".split()
)


@dataclass(frozen=True)
class Article:
    """An article's words as a feed tells them once; ``lang`` where it is known."""

    title: str
    summary: str = ""
    published: datetime | None = None
    lang: str | None = None
    declared: tuple[str, ...] = ()
    names: Gazetteer | None = None

    @cached_property
    def analysis(self) -> words.Analysis:
        """Its words, read when they are asked for."""
        return words.analyse(self.title, self.summary, self.lang, self.declared, names=self.names)


@dataclass(frozen=True, slots=True)
class Keys:
    """What the keys under which both are told say beside being equal.

    ``parted``: another key of theirs differs. ``renamed``: that is their own id. ``lasting``: the
    shared address looks like one article's own, not like a page's that shows one after the other.
    """

    parted: bool = False
    renamed: bool = False
    lasting: bool = False


def is_another(old: Article, new: Article, keys: Keys) -> bool:
    """Tell whether ``new`` is another article than ``old``, told under one of its keys."""
    first, second = plain(old.title), plain(new.title)
    if not first or not second or first == second:
        return False
    if _is_template_refilled(old, new, keys):
        return True
    enough = MOST if keys.renamed else HALF if keys.parted else HARDLY
    if _is_reworded(first, second) or _share(old, new) >= enough:
        return False
    return not _is_translated(old, new, keys) and _is_told_anew(old, new, keys)


def _is_told_anew(old: Article, new: Article, keys: Keys) -> bool:
    """Tell whether other words are another article's by when and under what they are told."""
    if old.published is None or new.published is None:
        return keys.parted or not keys.lasting
    return keys.parted or old.published != new.published


def plain(title: str) -> str:
    """Return a headline's letters and figures alone, for comparing."""
    return " ".join("".join(c if c.isalnum() else " " for c in title.casefold()).split())


def is_lasting(address: str) -> bool:
    """Tell whether an address looks like one article's own: a long number, or words joined."""
    last = address.partition("?")[0].rstrip("/").rpartition("/")[2]
    digits = max((len(run) for run in _runs(address)), default=0)
    return digits >= _LONG_NUMBER or last.count("-") + last.count("_") >= _LONG_SLUG


def _runs(text: str) -> list[str]:
    return "".join(c if c.isdigit() else " " for c in text).split()


def _is_reworded(first: str, second: str) -> bool:
    """Tell a slip of the pen mended, a mark added ("updated"), a headline that grew."""
    short, long = sorted((first, second), key=len)
    grown = " " in short and f" {short} " in f" {long} "
    return grown or fuzz.ratio(first, second) >= NEAR


def _is_template_refilled(old: Article, new: Article, keys: Keys) -> bool:
    """Tell the next in a row of headlines that differ in names and figures: the last quake."""
    if old.published is None or new.published is None or new.published <= old.published:
        return False
    before, now = old.analysis, new.analysis
    figures = _differ(_figures(before), _figures(now))
    names = _differ(_names(before), _names(now))
    if keys.renamed:
        return figures or names
    return figures and (names or new.published - old.published >= NEXT_DAY)


def _differ(first: frozenset[str], second: frozenset[str]) -> bool:
    return bool(first) and bool(second) and first.isdisjoint(second)


def _figures(analysis: words.Analysis) -> frozenset[str]:
    size = analysis.title_words
    return frozenset(f"{n.value:g}" for n in analysis.numbers if n.end <= size)


def _names(analysis: words.Analysis) -> frozenset[str]:
    """Return the gazetteer's names of a headline, and what is spelt with a capital inside it."""
    size = analysis.title_words
    titled = [token for token in analysis.tokens[:size] if not token.number]
    spelt = {token.skeleton for token in titled[1:] if token.capital and len(token.normal) > 1}
    if len(spelt) * 2 > len(titled):
        spelt = set()  # Every Word Has One
    return frozenset(spelt | {f"e:{m.id}" for m in analysis.entities if m.end <= size})


def _share(old: Article, new: Article) -> float:
    """Return how much of their words two articles share, by what shows it best.

    Headlines by their share; one text, or a headline drawn from the other's text, as all.
    """
    before, now = old.analysis, new.analysis
    titles = _titled(before), _titled(now)
    leads = _content(before.tokens[before.title_words :]), _content(now.tokens[now.title_words :])
    shares = [_common(*titles)]
    if min(map(len, leads)) >= _FEWEST_OF_LEAD:
        shares.append(1.0 if _common(*leads) >= HALF else 0.0)
    for title, others in ((titles[0], titles[1] + leads[1]), (titles[1], titles[0] + leads[0])):
        found = _found(title, others)
        shares.append(1.0 if len(title) > 1 and found >= MOST * len(title) else 0.0)
    return max(shares)


def _titled(analysis: words.Analysis) -> list[words.Token]:
    return _content(analysis.tokens[: analysis.title_words])


def _content(tokens: Iterable[words.Token]) -> list[words.Token]:
    """Return the words that say something, each once."""
    kept = {
        token.normal: token
        for token in tokens
        if (token.number or token.upper or len(token.normal) >= _SHORTEST_WORD)
        and token.normal not in _MEANINGLESS
    }
    return list(kept.values())


def _common(first: list[words.Token], second: list[words.Token]) -> float:
    shorter, longer = sorted((first, second), key=len)
    return _found(shorter, longer) / len(shorter) if shorter else 0.0


def _found(sought: list[words.Token], among: list[words.Token]) -> int:
    """Count the words of which some form is there."""
    there = {form for token in among for form in (token.skeleton, *token.forms)}
    return sum(token.skeleton in there or not there.isdisjoint(token.forms) for token in sought)


def _is_translated(old: Article, new: Article, keys: Keys) -> bool:
    """Tell a headline in another language, unless other names or an id of its own speak up."""
    before, now = old.analysis, new.analysis
    if before.lang == now.lang or (
        _is_in_cyrillic(old.title) == _is_in_cyrillic(new.title) and keys.parted
    ):
        return False
    first, second = _entities(before), _entities(now)
    if first & second or _figures(before) & _figures(now):
        return True
    return not (keys.parted or (first and second))


def _is_in_cyrillic(title: str) -> bool:
    letters = [c for c in title if c.isalpha()]
    return sum(map(is_cyrillic, letters)) * 2 > len(letters)


def _entities(analysis: words.Analysis) -> frozenset[str]:
    """Return the gazetteer's names anywhere: a translated headline may leave one to the lead."""
    return frozenset(mention.id for mention in analysis.entities)
