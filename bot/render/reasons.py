"""Why something came, came late, or did not come: said in sentences. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.conversation import Html, Message
from bot.render.markup import bold, chunks, code, escape, joined, tidy, told
from bot.render.stories import headline, outlet_name, title
from bot.texts import catalogue, say, words
from storage.model import Chat, Item, Match, Owed, Story, SubscriptionId

MOST_MATCHES = 6


@dataclass(frozen=True, slots=True)
class Trace:
    """What is known of a story for one chat.

    ``queries`` are the chat's subscriptions by id; those ``by_headline`` ring for headlines
    only. ``too_late`` are those that would meet the
    story but were made after it came. ``evidence`` (for admins) pairs each
    telling with the score and the reasons of the verdict that joined it to the story.
    """

    story: Story
    matches: tuple[Match, ...] = ()
    queries: Mapping[SubscriptionId, str] = field(default_factory=dict)
    by_headline: frozenset[SubscriptionId] = frozenset()
    too_late: tuple[str, ...] = ()
    deliveries: tuple[Owed, ...] = ()
    muted: bool = False
    evidence: tuple[tuple[Item, float, Any], ...] = ()


def why(trace: Trace, chat: Chat, *, now: datetime) -> Message:
    """Say which query and word matched, what was sent or not, and why."""
    language = chat.language
    parts = [
        bold(title(headline(trace.story, language), language)),
        _matched(trace, language),
        joined(_became(owed, chat, now) for owed in trace.deliveries[:8]),
        told(language, "why.muted") if trace.muted else Html(),
        _evidence(trace, language),
    ]
    if not trace.deliveries and trace.matches:
        parts.insert(2, _not_sent(trace, chat))
    return Message(chunks(joined(parts, "\n\n"))[0])


def _matched(trace: Trace, language: str) -> Html:
    if not trace.matches and trace.too_late:
        query = ", ".join(tidy(one, 120) for one in trace.too_late[:3])
        return told(language, "why.too_late", query=query)
    if not trace.matches:
        return told(language, "why.no_match")
    seen: dict[tuple[str, str, str], str] = {}
    for match in trace.matches:
        query = trace.queries.get(match.subscription_id, "")
        seen.setdefault((query, match.term, match.word.casefold()), match.word)
    met = [(query, term, word) for (query, term, _), word in seen.items()]
    return joined(_met(*one, language) for one in met[:MOST_MATCHES])


def _not_sent(trace: Trace, chat: Chat) -> Html:
    """Say why nothing rang: the words stand in the text only, or another reason it may have."""
    met = {one.subscription_id for one in trace.matches}
    if any(one.in_headline for one in trace.matches) or not met <= trace.by_headline:
        return told(chat.language, "why.nothing_sent")
    return told(chat.language, "why.in_text" if chat.wants_digests else "why.in_text_untold")


def _met(query: str, term: str, word: str, language: str) -> Html:
    query, term, word = tidy(query, 120), tidy(term, 60), tidy(word, 60)
    if not word:
        return told(language, "why.query", query=query)
    if word.casefold() == term.casefold():
        return told(language, "why.same_word", query=query, word=word)
    return told(language, "why.word", query=query, term=term, word=word)


def _became(owed: Owed, chat: Chat, now: datetime) -> Html:
    """Say what became of one thing owed, with the reason where it has one."""
    language = chat.language
    at = words.when(owed.settled_at or owed.created_at, now, language, words.zone(chat.time_zone))
    kind = say(language, f"kind.{owed.kind}")
    line = told(language, f"why.{owed.state}", kind=kind, at=at)
    if not owed.reason:
        return joined(("•", line), " ")
    known = catalogue(language).template(f"reason.{owed.reason}", 0)
    reason = say(language, f"reason.{owed.reason}") if known else tidy(owed.reason, 80)
    return joined(("•", line, escape(f"({reason})")), " ")


def _evidence(trace: Trace, language: str) -> Html:
    if not trace.evidence:
        return Html()
    rows = [
        joined(
            (
                outlet_name(item.outlet, language, owner=False),
                f"{score:.2f}",
                code(tidy(_short(reasons), 200)) if reasons else "",
            ),
            " · ",
        )
        for item, score, reasons in trace.evidence
    ]
    return joined((told(language, "why.evidence"), *rows))


def _short(reasons: Any) -> str:
    if isinstance(reasons, list | tuple):
        return "; ".join(_short(one) for one in reasons)
    if isinstance(reasons, dict):
        return ", ".join(f"{name}={value}" for name, value in reasons.items())
    return str(reasons)
