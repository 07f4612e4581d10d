"""Faults come as ordered: which call, after how many, how often."""

from bot.sandbox import Fault
from bot.sandbox.botapi.faults import Faults


def taken(faults, method="sendMessage", chat="5", times=4):
    return [faults.take(method, chat) is not None for _ in range(times)]


def test_a_fault_hits_the_next_calls_and_is_spent():
    faults = Faults()
    faults.add(Fault("SENDmessage", code=500, times=2))
    assert [False] == taken(faults, "getMe", times=1)
    assert [True, True, False, False] == taken(faults)
    assert () == faults.ordered()


def test_some_calls_may_pass_first():
    faults = Faults()
    faults.add(Fault("sendMessage", code=500, skip=2))
    assert [False, False, True, False] == taken(faults)


def test_a_fault_may_be_for_one_chat_only_and_for_ever():
    faults = Faults()
    number = faults.add(Fault("sendMessage", chat_id=7, code=403, times=None))
    assert [False] * 4 == taken(faults)
    assert [True] * 4 == taken(faults, chat="7")
    faults.withdraw(number)
    assert [False] * 4 == taken(faults, chat="7")


def test_a_fault_for_everything_spares_the_polls_unless_they_are_named():
    faults = Faults()
    faults.add(Fault(code=502, times=None))
    assert [False] == taken(faults, "getUpdates", None, 1)
    assert [True] == taken(faults, "sendPhoto", times=1)
    faults.add(Fault("getUpdates", code=502))
    assert [True] == taken(faults, "getUpdates", None, 1)


async def test_a_slow_answer_takes_effect(box, call):
    box.telegram.start(1001)
    box.faults.slow("sendMessage", 0.01)
    assert (await call.result("sendMessage", chat_id=1001, text="late"))["text"] == "late"


async def test_garbage_may_come_with_or_without_effect(box, call):
    box.telegram.start(1001)
    for effect in (False, True):
        box.faults.garbage("sendMessage", b"\xff<html>", code=502, effect=effect)
        url = f"{box.url}/bot{box.token}/sendMessage"
        async with call.session.post(url, json={"chat_id": 1001, "text": "x"}) as answer:
            assert (502, b"\xff<html>") == (answer.status, await answer.read())
    assert ["/start", "x"] == [m.text for m in box.telegram.messages(1001)]
