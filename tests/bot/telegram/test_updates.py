"""What getUpdates answers: one update that nobody can read holds up none of the others."""

import json
from typing import Any

from telegram import Update

from bot.telegram.updates import UpdatesRequest

CHAT = {"id": 5, "type": "private", "first_name": "Aizhan"}
WORDS = {"message_id": 1, "date": 1, "chat": CHAT, "text": "uranium"}


def answered(updates: list[Any]) -> Any:
    body = json.dumps({"ok": True, "result": updates}).encode()
    return UpdatesRequest.parse_json_payload(body)["result"]


def test_an_unreadable_update_leaves_its_number_and_the_others_whole() -> None:
    good = {"update_id": 1, "message": WORDS}
    poison = {"update_id": 2, "callback_query": {"id": "1"}}
    after = {"update_id": 3, "message": WORDS}
    unknown = {"update_id": 4, "of_next_year": {"a": 1}}
    read = answered([good, poison, after, unknown, "rubbish", {"no": "number"}])
    assert [good, {"update_id": 2}, after, unknown] == read
    assert (1, 2, 3, 4) == tuple(one.update_id for one in Update.de_list(read, None))


def test_what_is_no_list_of_updates_stays_as_it_came() -> None:
    assert answered(True) is True  # type: ignore[arg-type] # as other methods answer
