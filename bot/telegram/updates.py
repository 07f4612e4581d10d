"""Fetching updates: one that cannot be read must not hold up all that come after it."""

from typing import Any

import structlog
from telegram import Update
from telegram.request import HTTPXRequest

log = structlog.get_logger(__name__)


class UpdatesRequest(HTTPXRequest):
    """Reads what getUpdates answers, and lets pass what python-telegram-bot can build of it.

    PTB builds all updates of an answer or none, and then asks for the same ones again, for ever:
    one shape that it does not know (Telegram's next version, a proxy's mistake) would end us.
    """

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Parse an answer; of an unreadable update only its number stays, so that it is past."""
        answer = HTTPXRequest.parse_json_payload(payload)
        updates = answer.get("result")
        if isinstance(updates, list):
            answer["result"] = [update for raw in updates if (update := readable(raw)) is not None]
        return answer


def readable(raw: Any) -> dict[str, Any] | None:
    """Return an update as it came, or its bare number; None where it has not even that."""
    if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
        return None
    try:
        Update.de_json(raw, None)
    except Exception as error:  # noqa: BLE001 (PTB raises whatever a strange shape provokes)
        log.warning("unreadable update", update=raw["update_id"], error=repr(error)[:200])
        return {"update_id": raw["update_id"]}
    return raw
