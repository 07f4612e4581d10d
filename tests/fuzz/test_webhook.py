"""What is brought as Telegram's updates: read, or known as unreadable and past."""

import json

from hypothesis import given
from hypothesis import strategies as st
from telegram import Update
from telegram.error import TelegramError

from bot.telegram.updates import BROUGHT, UpdatesRequest, arrival, numbered
from tests.fuzz.material import SOME, changed, samples

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@st.composite
def reshaped(draw: st.DrawFn) -> object:
    """An update with some value in it in another shape."""
    update = json.loads(draw(st.sampled_from(samples("webhook"))))
    inside = update
    while True:
        key = draw(st.sampled_from(sorted(inside)))
        if not isinstance(inside[key], dict) or not inside[key] or draw(st.booleans()):
            inside[key] = draw(JSON)
            return update
        inside = inside[key]


@SOME
@given(st.lists(reshaped() | JSON, max_size=4))
def test_updates_that_cannot_be_built_do_not_hold_up_the_others(updates: list[object]) -> None:
    body = json.dumps({"ok": True, "result": updates}).encode()
    found = UpdatesRequest.parse_json_payload(body)["result"]
    assert len(found) == sum(map(numbered, updates))
    for raw in found:
        Update.de_json(raw, None)
        arrival(raw[BROUGHT])
    assert arrival(json.loads(samples("webhook")[0])) is not None


@SOME
@given(changed("webhook"))
def test_an_answer_that_is_no_json_is_telegrams_failure_and_no_other(body: bytes) -> None:
    try:
        answer = UpdatesRequest.parse_json_payload(b'{"ok": true, "result": [' + body + b"]}")
    except TelegramError:
        return
    assert isinstance(answer, dict)
