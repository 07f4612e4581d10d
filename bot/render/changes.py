"""What an outlet changed of an item: the words that went, and those that came. Pure."""

import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from rapidfuzz.distance import Indel

from bot.conversation import Html
from bot.render.markup import bold, cut, escape, joined, struck, tidy, translate_html
from bot.texts import words
from storage.model import Chat, Item
from storage.revisions import LEAD_UNITS, Revision

HEADLINE_UNITS = 220
CONTEXT = 3
"""So many words are shown on either side of what changed."""

FEWEST_LEFT_OUT = 2
"""So few words may as well be shown."""

MOST_CHANGES = 3
MOST_WORDS_UNITS = 120
"""So much is shown of what went or came at one place."""

LEAST_KEPT = 1 / 3
"""Share of a headline's words below which it is another one, and the earlier is shown whole."""

LEAST_BETWEEN = 4
"""Letters in a row that must be the same for two changes not to be one."""


@dataclass(frozen=True, slots=True)
class Same:
    """Words that stayed, as they are now; ``before`` as they were: Fire, “fire”."""

    words: tuple[str, ...]
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Replaced:
    """Words that went, and those that came in their place; either may be none."""

    gone: tuple[str, ...]
    come: tuple[str, ...]


Run = Same | Replaced


def difference(old: str, new: str) -> tuple[Run, ...]:
    """Compare two texts word by word; empty where they differ in marks, case and blanks only."""
    before, after = old.split(), new.split()
    runs: list[Run] = []
    for step in Indel.opcodes([*map(_key, before)], [*map(_key, after)]):
        gone = tuple(before[step.src_start : step.src_end])
        come = tuple(after[step.dest_start : step.dest_end])
        if step.tag == "equal":
            runs.append(Same(come, gone))
            continue
        change = Replaced(gone, come)
        if len(runs) > 1 and _is_slight(runs[-1]):
            change = _together(runs.pop(), change)
        if runs and isinstance(runs[-1], Replaced):
            change = _together(runs.pop(), change)
        runs.append(change)
    return tuple(runs) if any(isinstance(run, Replaced) for run in runs) else ()


def _key(word: str) -> str:
    """Return what of a word is compared: letters, figures and what they count; else all of it.

    So quotation marks and commas change nothing, and from $5 to €5 something changed.
    """
    kept = "".join(one for one in word.casefold() if one.isalnum() or _counts(one))
    return kept or word


def _counts(letter: str) -> bool:
    return letter == "%" or unicodedata.category(letter) in ("Sc", "Sm")


def _is_slight(run: Run) -> bool:
    return isinstance(run, Same) and sum(map(len, run.words)) < LEAST_BETWEEN


def _together(one: Run, other: Replaced) -> Replaced:
    gone, come = (one.before, one.words) if isinstance(one, Same) else (one.gone, one.come)
    return Replaced(gone + other.gone, come + other.come)


# --- what of an item changed ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Rewording:
    """How an item's headline and its text differ from what it said first; empty where not.

    ``headline_at`` and ``text_at`` are when the newest words were seen.
    """

    headline: tuple[Run, ...]
    text: tuple[Run, ...]
    headline_at: datetime
    text_at: datetime


def change_of(item: Item, versions: Sequence[Revision]) -> Rewording | None:
    """Compare an item with its first version; None where no word of it changed."""
    if not versions:
        return None
    newest = versions[-1].until
    # A feed that had no text at first did not change one.
    title = next((one.title for one in versions if one.title), "")
    lead = next((one.summary for one in versions if one.summary), "")
    headline = difference(tidy(title, HEADLINE_UNITS), tidy(item.title, HEADLINE_UNITS))
    text = difference(tidy(lead, LEAD_UNITS), tidy(item.summary, LEAD_UNITS))
    if max(len(lead), len(item.summary)) >= LEAD_UNITS:
        text = _but_for_its_end(text)
    change = Rewording(headline if title else (), text if lead else (), item.headline_at, newest)
    return change if change.headline or change.text else None


def _but_for_its_end(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """Leave out how the ends of two texts differ of which one was cut off."""
    left = runs[:-1] if runs and isinstance(runs[-1], Replaced) else runs
    return left if any(isinstance(run, Replaced) for run in left) else ()


def lines(item: Item, versions: Sequence[Revision], chat: Chat, now: datetime) -> Html:
    """Say what an outlet changed of an item since it first told it, a line each; "" for nothing.

    What went is struck through, what came is bold, an arrow between them.
    """
    change = change_of(item, versions)
    if change is None:
        return Html()
    language, zone = chat.language, words.zone(chat.time_zone)
    said = (
        ("story.changed", change.headline, change.headline_at),
        ("story.changed_text", change.text, change.text_at),
    )
    return joined(
        translate_html(
            language,
            key,
            at=words.when(at, now, language, zone),
            what=Html(_shown(runs, struck, bold)),
        )
        for key, runs, at in said
        if runs
    )


def plainly(item: Item, versions: Sequence[Revision]) -> tuple[str, str]:
    """Say the same of headline and text for a terminal, as wdiff does: [-went-] {+came+}."""
    change = change_of(item, versions)
    if change is None:
        return "", ""
    headline, text = (
        _shown(runs, lambda gone: f"[-{gone}-]", lambda come: f"{{+{come}+}}", escaped=str)
        for runs in (change.headline, change.text)
    )
    return headline, text


def _shown(
    runs: Sequence[Run],
    gone: Callable[[str], str],
    come: Callable[[str], str],
    escaped: Callable[[str], str] = escape,
) -> str:
    if _is_another(runs):
        before = [word for run in runs for word in _before(run)]
        return gone(cut(" ".join(before), HEADLINE_UNITS))
    return " ".join(_pieces(runs, gone, come, escaped))


def _is_another(runs: Sequence[Run]) -> bool:
    """Tell a text so new that its words laid over the old ones would be a riddle."""
    kept = sum(len(run.words) for run in runs if isinstance(run, Same))
    went = sum(len(run.gone) for run in runs if isinstance(run, Replaced))
    return went > 0 and kept < (kept + went) * LEAST_KEPT


def _before(run: Run) -> tuple[str, ...]:
    return run.before if isinstance(run, Same) else run.gone


def _pieces(
    runs: Sequence[Run],
    gone: Callable[[str], str],
    come: Callable[[str], str],
    escaped: Callable[[str], str],
) -> Iterator[str]:
    """Yield what is shown: each change between a few of the words around it."""
    shown = 0
    for place, run in enumerate(runs):
        match run:
            case Same(kept):
                before, after = place > 0, place + 1 < len(runs)
                if text := _around(kept, after_change=before, before_change=after):
                    yield escaped(text)
            case Replaced(went, came):
                if shown == MOST_CHANGES:
                    yield "…"
                    return
                shown += 1
                ends = (_marked(went, gone), _marked(came, come))
                yield " → ".join(end for end in ends if end)


def _marked(found: Sequence[str], mark: Callable[[str], str]) -> str:
    return mark(cut(" ".join(found), MOST_WORDS_UNITS)) if found else ""


def _around(kept: Sequence[str], *, after_change: bool, before_change: bool) -> str:
    """Shorten words that stayed to those next to a change."""
    head = kept[:CONTEXT] if after_change else ()
    tail = kept[-CONTEXT:] if before_change else ()
    if len(kept) - len(head) - len(tail) <= FEWEST_LEFT_OUT:
        return " ".join(kept)
    return " ".join((*head, "…", *tail))
