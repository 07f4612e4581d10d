"""Updates as Telegram brings them: JSON, noted as it is, read by python-telegram-bot one by one.

What is read here is what an update's place needs: its number, whose turn it takes, how long it
may wait.
"""

import json
from dataclasses import dataclass
from typing import Any

from telegram.request import HTTPXRequest

from storage.inbox import NewUpdate
from storage.sql import LARGEST_ID

BROUGHT = "brought"
"""Under this name python-telegram-bot hands on, unread, what an update holds."""

_FOLLOWS = ("my_chat_member", "chat_member")
_ANSWERED = ("message", "callback_query", "inline_query", *_FOLLOWS)
_MIGRATIONS = ("migrate_to_chat_id", "migrate_from_chat_id")


class UpdatesRequest(HTTPXRequest):
    """Reads of what getUpdates answers the numbers only, and keeps the rest as it came.

    PTB builds all updates of an answer or none, and then asks for the same ones again, for ever:
    one shape that it does not know (Telegram's next version, a proxy's mistake) would end us.
    """

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse an answer; updates are left unread, and what has no number is none."""
        answer = HTTPXRequest.parse_json_payload(payload)
        updates = answer.get("result")
        if isinstance(updates, list):
            answer["result"] = [
                {"update_id": raw["update_id"], BROUGHT: raw} for raw in updates if numbered(raw)
            ]
        return answer


def numbered(raw: Any) -> bool:
    """Tell whether something is an update at all: it has a number."""
    return isinstance(raw, dict) and _is_id(raw.get("update_id"))


@dataclass(frozen=True, slots=True)
class Arrival:
    """An update that is ours to answer.

    ``lasting`` is what became of a chat, which is followed however late; ``fleeting`` what nobody
    waits for after some seconds, and nothing keeps.
    """

    update: NewUpdate
    lasting: bool = False
    fleeting: bool = False


def arrival(raw: Any) -> Arrival | None:
    """Read whose turn an update takes; None where it is none that we answer."""
    if not numbered(raw):
        return None
    kind = next((name for name in _ANSWERED if isinstance(raw.get(name), dict)), None)
    if kind is None or (kind == "chat_member" and not _is_of_channel(raw[kind])):
        return None
    update = NewUpdate(raw["update_id"], _turn_of(raw[kind]), json.dumps(raw))
    return Arrival(update, lasting=is_lasting(raw), fleeting=kind == "inline_query")


def is_lasting(raw: dict[str, Any]) -> bool:
    """Tell whether an update says what became of a chat, which holds however old it is."""
    message = raw.get("message")
    return any(name in raw for name in _FOLLOWS) or (
        isinstance(message, dict) and any(name in message for name in _MIGRATIONS)
    )


def _is_of_channel(body: dict[str, Any]) -> bool:
    """Tell whether somebody's standing changed in a channel: there a right of theirs is kept.

    A large group tells of everybody who comes and goes, and its admins are asked about anyhow.
    """
    chat = body.get("chat")
    return isinstance(chat, dict) and chat.get("type") == "channel"


def _turn_of(body: dict[str, Any]) -> int:
    """Return the chat something happened in, else who did it; 0 where neither is told."""
    message = body.get("message")
    for holder in (body, message if isinstance(message, dict) else {}):
        if isinstance(chat := holder.get("chat"), dict) and _is_id(chat.get("id")):
            return int(chat["id"])
    person = body.get("from")
    return int(person["id"]) if isinstance(person, dict) and _is_id(person.get("id")) else 0


def _is_id(value: Any) -> bool:
    return type(value) is int and abs(value) <= LARGEST_ID
