"""The one decision: which story does a telling belong to, how surely, and why."""

from dataclasses import dataclass
from datetime import timedelta

from rapidfuzz import fuzz

from storage.model import ItemId, StoryId
from watchers.stories.index import Candidate, Index
from watchers.stories.telling import Telling

Reason = tuple[str | float, ...]
"""A signal's or veto's name and the small values that explain it; JSON-able."""

_OLD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Settings:
    """What a backtest may vary: the scores from which a telling joins, or is related."""

    join: float = 0.80
    related: float = 0.55


DEFAULT = Settings()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Which story, how surely (0-1), why; ``nearest`` is the telling that decided.

    ``story`` is None when the telling opens a story of its own. ``related`` names stories on
    the same theme that are not this event. ``recirculated`` marks an old text with a new date.
    """

    story: StoryId | None
    score: float
    reasons: tuple[Reason, ...]
    nearest: ItemId | None = None
    related: tuple[StoryId, ...] = ()
    recirculated: bool = False


@dataclass(frozen=True, slots=True)
class Joined:
    """Two stories turned out to be one: everything of ``story`` belongs to ``into``."""

    story: StoryId
    into: StoryId
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """An item turned out to tell another story; ``to`` None opens one of its own."""

    item: ItemId
    story: StoryId
    to: StoryId | None
    score: float
    reasons: tuple[Reason, ...]


Change = Joined | Moved


def identify(telling: Telling, index: Index, settings: Settings = DEFAULT) -> Verdict:
    """Decide the story of a telling that is not in the index yet."""
    known = index.by_url(telling.url_key) if telling.url_key else None
    if known is not None:
        return Verdict(known, 1.0, (("url",),))
    scored = [(_score(telling, other.telling), other) for other in index.candidates(telling)]
    if not scored:
        return Verdict(None, 0.0, (("new",),))
    scored.sort(key=lambda pair: (-pair[0], pair[1].telling.item))
    score, best = scored[0]
    related = _related(scored, settings)
    if score < settings.join:
        return Verdict(None, score, (("new",),), best.telling.item, related)
    old = telling.told_at - best.telling.told_at > _OLD
    reasons: tuple[Reason, ...] = (("title", round(score, 3)),)
    others = tuple(story for story in related if story != best.story)
    return Verdict(best.story, score, reasons, best.telling.item, others, recirculated=old)


def related(telling: Telling, index: Index, settings: Settings = DEFAULT) -> tuple[StoryId, ...]:
    """Name stories on the same theme as a telling, most alike first, its own left out."""
    scored = [(_score(telling, other.telling), other) for other in index.candidates(telling)]
    scored.sort(key=lambda pair: (-pair[0], pair[1].telling.item))
    own = index.story_of(telling.item)
    return tuple(story for story in _related(scored, settings) if story != own)


def revise(index: Index, story: StoryId, settings: Settings = DEFAULT) -> tuple[Change, ...]:
    """Look at a young story again: join it with its twin or let go of what strayed in."""
    del index, story, settings
    return ()


def _related(scored: list[tuple[float, Candidate]], settings: Settings) -> tuple[StoryId, ...]:
    near = [other.story for score, other in scored if settings.related <= score < settings.join]
    return tuple(dict.fromkeys(near))[:3]


def _score(one: Telling, other: Telling) -> float:
    if one.numbers and other.numbers and not one.numbers & other.numbers:
        return 0.0
    if one.places and other.places and not one.places & other.places:
        return 0.0
    if len(one.title) < len("a b c") or len(other.title) < len("a b c"):
        return float(one.title == other.title and bool(one.title))
    return fuzz.token_sort_ratio(one.title, other.title) / 100
