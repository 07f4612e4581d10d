"""Payloads: what a row's message is made of ↔ the JSON that is kept of it (pure).

The JSON's shape is that of every earlier program, so that rows outlive the program that wrote
them. Whatever else stands there is ``Unreadable``, never an error: a row that cannot be read
would hold up its chat.
"""

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, assert_never

from storage.model import DeliveryId, ItemId, StoryId, SubscriptionId
from storage.outbox.deliveries import (
    NO_PAYLOAD,
    AlertCause,
    Change,
    Crossing,
    DeliveryKind,
    DigestPart,
    EditOf,
    Issued,
    NoPayload,
    Payload,
    RateNews,
    Rendered,
    Sentence,
    Turn,
    Unreadable,
)
from storage.sql import from_ms, moment, to_ms

FROZEN = (DeliveryKind.NOTICE, DeliveryKind.BROADCAST)
"""What says what it was given, and nothing of a story."""


def to_json(payload: Payload) -> Any:  # noqa: C901, PLR0911 (one flat table of all payloads)
    """Return what is kept of a payload, as JSON values."""
    match payload:
        case NoPayload():
            return {}
        case AlertCause(subscription, query, term, word, item):
            return {
                "subscription": subscription,
                "query": query,
                "term": term,
                "word": word,
                "item": item,
            }
        case EditOf(of):
            return {"of": of}
        case Change(of, item, turn):
            told = {} if item is None else {"item": item}
            return {"change": told | turn_json(turn), "of": of}
        case Rendered(html):
            return {"html": html}
        case Sentence(key, values):
            return {"key": key, "values": dict(values)}
        case RateNews(crossings):
            return {"crossed": [crossing_json(one) for one in crossings]}
        case DigestPart(html, window_from, issued):
            began = {} if window_from is None else {"from": to_ms(window_from)}
            return {"html": html, **began, **({} if issued is None else issued_json(issued))}
        case Unreadable(kept):
            return kept
        case _:
            assert_never(payload)


def issued_json(issued: Issued) -> dict[str, Any]:
    """Return what is kept of what a digest shows."""
    return {
        "stories": list(issued.stories),
        "since": to_ms(issued.since),
        "until": to_ms(issued.until),
        "more": issued.more,
        "told": issued.told,
        "weekly": issued.weekly,
    }


def from_json(kind: DeliveryKind, text: str) -> Payload:
    """Read a kept payload; fields that we do not know are left alone."""
    try:
        kept = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return Unreadable(text)
    try:
        return read(kind, kept)
    except (ValueError, OverflowError, OSError, InvalidOperation):  # no such moment or number
        return Unreadable(kept)


def read(kind: DeliveryKind, kept: Any) -> Payload:  # noqa: C901, PLR0911 (one flat table)
    """Read JSON values. Raises what ``datetime`` raises of moments that there are not."""
    if not kept:
        return NO_PAYLOAD
    match kind, kept:
        case DeliveryKind.ALERT, {
            "subscription": int(subscription),
            "query": str(query),
            "term": str(term),
            "word": str(word),
            "item": int(item),
        }:
            return AlertCause(SubscriptionId(subscription), query, term, word, ItemId(item))
        case DeliveryKind.EDIT, {"of": int(of)}:
            return EditOf(DeliveryId(of))
        case DeliveryKind.UPDATE, {"of": int(of), "change": {"item": int(by), **change}}:
            return Change(DeliveryId(of), ItemId(by), turn_of(change))
        case DeliveryKind.UPDATE, {"of": int(of), "change": {**change}}:
            return Change(DeliveryId(of), None, turn_of(change))
        case DeliveryKind.UPDATE, {"of": int(of)}:
            return Change(DeliveryId(of))
        case DeliveryKind.DIGEST, {"html": str(html)} if html:
            window_from = kept.get("from")
            return DigestPart(
                html,
                from_ms(window_from if isinstance(window_from, int) else None),
                issued_of(kept),
            )
        case DeliveryKind.RATE, {"crossed": list(crossed)}:
            return RateNews(tuple(one for kept in crossed if (one := crossing_of(kept))))
        case _, {"html": str(html)} if kind in FROZEN and html:
            return Rendered(html)
        case _, {"key": str(key)} if kind in FROZEN and key:
            values = kept.get("values")
            return Sentence(key, values if isinstance(values, dict) else {})
        case _:
            return Unreadable(kept)


def issued_of(kept: dict[str, Any]) -> Issued | None:
    """Read what a digest shows; None of a part without buttons, or of an older program's."""
    match kept:
        case {
            "stories": list(stories),
            "since": int(since),
            "until": int(until),
            "more": int(more),
            "told": int(told),
            "weekly": bool(weekly),
        } if all(isinstance(story, int) for story in stories):
            shown = tuple(map(StoryId, stories))
            return Issued(moment(since), moment(until), shown, more, told, weekly)
        case _:
            return None


def crossing_json(one: Crossing) -> dict[str, Any]:
    """Return what is kept of a threshold that was crossed; amounts as text, to stay exact."""
    return {
        "pair": one.pair,
        "threshold": format(one.threshold, "f"),
        "rate": format(one.rate, "f"),
        "above": one.above,
        "bank": one.bank,
        "day": one.day.isoformat(),
    }


def crossing_of(kept: Any) -> Crossing | None:
    """Read what ``crossing_json`` laid out, None where it is none. Raises as Decimal does."""
    match kept:
        case {
            "pair": str(pair),
            "threshold": str(threshold),
            "rate": str(rate),
            "above": bool(above),
            "bank": str(bank),
            "day": str(day),
        }:
            told = Decimal(threshold), Decimal(rate)
            return Crossing(pair, *told, above, bank, date.fromisoformat(day))
        case _:
            return None


def turn_json(turn: Turn | None) -> dict[str, Any]:
    """Lay out what a toll was and is; empty where no toll turned."""
    if turn is None:
        return {}
    told = {"kind": turn.kind, "before": turn.before, "after": turn.after}
    return told | ({"more": True} if turn.more else {})


def turn_of(kept: Mapping[Any, Any]) -> Turn | None:
    """Read what ``turn_json`` laid out, None where it is none."""
    match kept:
        case {"kind": str(kind), "before": int(before), "after": int(after)}:
            return Turn(kind, before, after, kept.get("more") is True)
        case _:
            return None
