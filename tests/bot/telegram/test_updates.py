"""What getUpdates answers is handed on unread; an update's place is read from its JSON alone."""

import json
from typing import Any

import pytest
from telegram import Update

from bot.telegram.updates import BROUGHT, UpdatesRequest, arrival

CHAT = {"id": 5, "type": "private", "first_name": "Aizhan"}
WORDS = {"message_id": 1, "date": 1, "chat": CHAT, "text": "uranium"}


def answered(updates: list[Any]) -> Any:
    body = json.dumps({"ok": True, "result": updates}).encode()
    return UpdatesRequest.parse_json_payload(body)["result"]


def test_an_unreadable_update_holds_up_none_of_the_others() -> None:
    brought = [
        {"update_id": 1, "message": WORDS},
        {"update_id": 2, "callback_query": {"id": "1"}},
        {"update_id": 3, "of_next_year": {"a": 1}},
    ]
    read = Update.de_list(answered([*brought, "rubbish", {"no": "number"}]), None)
    assert brought == [one.api_kwargs[BROUGHT] for one in read]
    assert [1, 2, 3] == [one.update_id for one in read]


def test_what_is_no_list_of_updates_stays_as_it_came() -> None:
    assert answered(True) is True  # type: ignore[arg-type] # as other methods answer


@pytest.mark.parametrize(
    ("raw", "place"),
    [
        ({"message": WORDS}, (5, False, False)),
        ({"message": WORDS | {"migrate_to_chat_id": -1005}}, (5, True, False)),
        ({"callback_query": {"from": {"id": 6}, "message": {"chat": CHAT}}}, (5, False, False)),
        ({"callback_query": {"from": {"id": 6}}}, (6, False, False)),
        ({"inline_query": {"from": {"id": 6}}}, (6, False, True)),
        ({"my_chat_member": {"chat": {"id": -7}, "from": {"id": 6}}}, (-7, True, False)),
        ({"message": {"chat": {"id": 2**70}}}, (0, False, False)),
    ],
)
def test_whose_turn_an_update_takes(raw: dict[str, Any], place: tuple[int, bool, bool]) -> None:
    found = arrival({"update_id": 1} | raw)
    assert found is not None
    assert place == (found.update.chat_id, found.lasting, found.fleeting)
    assert {"update_id": 1} | raw == json.loads(found.update.body)
