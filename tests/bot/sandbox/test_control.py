"""The control door does for other processes what Python does for this one."""

import base64

import aiohttp
import pytest

from bot.sandbox import ANNA_ID


@pytest.fixture
async def control(box):
    async with aiohttp.ClientSession(base_url=f"{box.url}/control/") as session:
        yield session


async def act(control, name, /, **body):
    async with control.post("acts", json={"act": name, **body}) as answer:
        return answer.status, await (answer.json() if answer.status == 200 else answer.text())


async def test_people_can_be_played_from_outside(box, call, control):
    status, done = await act(control, "start", person_id=ANNA_ID, payload="p")
    assert (200, "/start p") == (status, done["result"]["text"])
    keyboard = {"inline_keyboard": [[{"text": "k", "callback_data": "d"}]]}
    sent = await call.result("sendMessage", chat_id=ANNA_ID, text="x", reply_markup=keyboard)
    message_id = sent["message_id"]
    status, _ = await act(control, "press", person_id=ANNA_ID, message_id=message_id, button="k")
    assert status == 200
    content = base64.b64encode(b"bytes").decode()
    status, _ = await act(control, "send_file", person_id=ANNA_ID, name="f.txt", content=content)
    assert status == 200
    kinds = [next(k for k in u if k != "update_id") for u in await call.result("getUpdates")]
    assert ["message", "callback_query", "message"] == kinds
    async with control.get(f"messages?chat={ANNA_ID}") as answer:
        assert [1, 2, 3] == [message["message_id"] for message in await answer.json()]
    assert (await act(control, "block", person_id=ANNA_ID))[0] == 200
    assert "blocked" in await call.refusal("sendMessage", chat_id=ANNA_ID, text="x")
    status, done = await act(control, "migrate", group_id=box.group_id)
    assert done["result"] == box.telegram.chats[box.group_id].migrated_to


@pytest.mark.parametrize(
    "body",
    [
        {"act": "fly"},
        {"act": "say", "person_id": ANNA_ID},
        {"act": "say", "person_id": ANNA_ID, "text": ""},
        {"act": "press", "person_id": ANNA_ID, "message_id": 9},
        {"act": "__init__"},
    ],
)
async def test_a_wrong_act_is_refused(control, body):
    async with control.post("acts", json=body) as answer:
        assert answer.status == 400


async def test_faults_are_listed_and_cleared(box, control):
    order = {"method": "sendMessage", "body": "<html>", "times": None}
    async with control.post("faults", json=order) as answer:
        number = (await answer.json())["id"]
    async with control.get("faults") as answer:
        listed = await answer.json()
    assert [(number, "<html>", None)] == [(f["id"], f["body"], f["times"]) for f in listed]
    async with control.delete("faults"), control.delete("calls"):
        assert () == box.faults.ordered()
    async with control.post("faults", data=b"[1]") as answer:
        assert answer.status == 400
