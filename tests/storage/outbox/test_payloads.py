"""What a row's message is made of, kept as JSON that every earlier program wrote alike."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.model import NO_THREAD, ChatId, DeliveryId, ItemId, StoryId, SubscriptionId
from storage.outbox import payloads, rows
from storage.outbox.deliveries import (
    NO_PAYLOAD,
    AlertCause,
    Change,
    DeliveryKind,
    DeliveryState,
    DigestPart,
    EditOf,
    Issued,
    NewDelivery,
    Payload,
    Rendered,
    Sentence,
    Turn,
    Unreadable,
    message_of,
)
from storage.sql import Connection

K = DeliveryKind
SINCE, UNTIL = datetime(2026, 11, 21, 3, tzinfo=UTC), datetime(2026, 11, 22, 3, tzinfo=UTC)
ISSUED = Issued(SINCE, UNTIL, (StoryId(3), StoryId(1)), more=57, told=12)

KEPT: list[tuple[DeliveryKind, Payload, str]] = [
    (K.FOLD, NO_PAYLOAD, "{}"),
    (
        K.ALERT,
        AlertCause(SubscriptionId(4), "gas", "gas", "Gas", ItemId(9)),
        '{"subscription": 4, "query": "gas", "term": "gas", "word": "Gas", "item": 9}',
    ),
    (K.EDIT, EditOf(DeliveryId(5)), '{"of": 5}'),
    (K.UPDATE, Change(DeliveryId(5), ItemId(9)), '{"change": {"item": 9}, "of": 5}'),
    (K.UPDATE, Change(DeliveryId(5)), '{"change": {}, "of": 5}'),
    (
        K.UPDATE,
        Change(DeliveryId(5), ItemId(9), Turn("kill", 5, 2, more=True)),
        '{"change": {"item": 9, "kind": "kill", "before": 5, "after": 2, "more": true}, "of": 5}',
    ),
    (K.BROADCAST, Rendered("<b>x</b>"), '{"html": "<b>x</b>"}'),
    (
        K.NOTICE,
        Sentence("notice.bug", {"name": "x", "place": "y"}),
        '{"key": "notice.bug", "values": {"name": "x", "place": "y"}}',
    ),
    (K.DIGEST, DigestPart("x"), '{"html": "x"}'),
    (K.DIGEST, DigestPart("x", SINCE), '{"html": "x", "from": 1795230000000}'),
    (
        K.DIGEST,
        DigestPart("x", SINCE, ISSUED),
        (
            '{"html": "x", "from": 1795230000000, "stories": [3, 1], "since": 1795230000000,'
            ' "until": 1795316400000, "more": 57, "told": 12, "weekly": false}'
        ),
    ),
]


@pytest.mark.parametrize(("kind", "payload", "text"), KEPT)
def test_a_payload_keeps_the_shape_it_always_had(
    kind: DeliveryKind, payload: Payload, text: str
) -> None:
    assert text == json.dumps(payloads.to_json(payload))
    assert payload == payloads.from_json(kind, text)


@pytest.mark.parametrize(("kind", "payload", "text"), KEPT)
def test_a_row_gives_back_what_was_owed(
    connection: Connection, kind: DeliveryKind, payload: Payload, text: str
) -> None:
    del text
    connection.conn.execute("insert into chats(id, kind, created_at) values (1, 'private', 0)")
    owed = NewDelivery(ChatId(1), NO_THREAD, kind, "x", payload=payload)
    row = rows.insert(connection, owed, DeliveryState.QUEUED, SINCE, SINCE)
    kept = rows.by_id(connection, row)
    assert payload == kept.payload
    assert kept.issued == (payload.issued if isinstance(payload, DigestPart) else None)


OLDER: list[tuple[DeliveryKind, str, Payload]] = [
    (K.ALERT, "", NO_PAYLOAD),
    (K.ALERT, "null", NO_PAYLOAD),
    (K.DIGEST, '{"html": "x", "keyboard": [[["More", "dm:1", null]]]}', DigestPart("x")),
    (K.DIGEST, '{"html": "x", "stories": [1]}', DigestPart("x")),
    (K.DIGEST, '{"html": "x", "from": "Monday"}', DigestPart("x")),
    (K.UPDATE, '{"of": 5, "change": {"toll": 7}}', Change(DeliveryId(5))),
    (K.NOTICE, '{"key": "digest.quiet"}', Sentence("digest.quiet")),
    (K.NOTICE, '{"key": "digest.quiet", "values": 7}', Sentence("digest.quiet")),
    (K.NOTICE, '{"html": "", "key": "digest.quiet"}', Sentence("digest.quiet")),
]


@pytest.mark.parametrize(("kind", "text", "payload"), OLDER)
def test_rows_of_older_programs_are_read(kind: DeliveryKind, text: str, payload: Payload) -> None:
    assert payload == payloads.from_json(kind, text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (K.ALERT, '{"urgent": true}'),
        (K.EDIT, '{"of": "d5"}'),
        (K.UPDATE, '{"change": {"item": 9}}'),
        (K.BROADCAST, '{"html": ["x"]}'),
        (K.BROADCAST, '{"html": "x"'),
        (K.NOTICE, "[" * 100_000),
        (K.NOTICE, "7"),
        (K.DIGEST, '{"html": "x", "from": 1e999}'),
        (K.DIGEST, '{"html": "x", "from": 99999999999999999999}'),
        (K.FOLD, '{"html": "x"}'),
    ],
)
def test_what_we_never_wrote_is_no_error(kind: DeliveryKind, text: str) -> None:
    found = payloads.from_json(kind, text)
    assert isinstance(found, Unreadable) or found == DigestPart("x")
    assert message_of(found) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["of", "change", "item", "html", "key", "values", "from",
                                       "stories", "since", "until", "more"]), inner),
)  # fmt: skip


@given(st.sampled_from(DeliveryKind), VALUES)
def test_every_json_is_a_payload_and_stays_the_same_one(kind: DeliveryKind, value: Any) -> None:
    found = payloads.from_json(kind, json.dumps(value))
    assert found == payloads.from_json(kind, json.dumps(payloads.to_json(found)))
