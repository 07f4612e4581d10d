"""What is asked every few seconds reads no table that grows: not all feeds, stories, items."""

import re
from collections.abc import Callable

import pytest

from storage import feeds, sizes, tallies, wrong_times
from storage.outbox import chat_queues, queue
from storage.sql import Connection
from tests.storage import rows

NOW = rows.NOON
LARGE = "feeds|items|stories|item_keys|tallies|deliveries|chats|subscriptions|lanes|matches|inbox"
READS_ALL = re.compile(rf"SCAN ({LARGE}|[a-z])( |$)(?!USING COVERING INDEX feeds_status)")
"""Of feeds their statuses are counted off an index that has nothing else."""

ASKED_OFTEN: dict[str, Callable[[Connection], object]] = {
    "due feeds": lambda db: feeds.due(db, NOW),
    "the next due feed": feeds.next_due,
    "feeds by status": feeds.count,
    "wrong times": lambda db: wrong_times.has_any(db, NOW),
    "stories": sizes.stories_kept,
    "old tallies": lambda db: tallies.fold(db, NOW),
    "messages that may go": lambda db: queue.claim(db, NOW, 9),
    "whose turn is next": chat_queues.next_turn,
}


@pytest.mark.parametrize("name", ASKED_OFTEN)
def test_what_is_asked_often_finds_its_rows_by_an_index(connection: Connection, name: str) -> None:
    said = list[str]()
    connection.conn.set_trace_callback(said.append)
    ASKED_OFTEN[name](connection)
    connection.conn.set_trace_callback(None)
    asked = [one for one in said if re.match("select|with|insert|update|delete", one)]
    assert asked
    plans = {one: connection.conn.execute(f"explain query plan {one}").fetchall() for one in asked}
    assert {} == {
        one: step[3] for one, plan in plans.items() for step in plan if READS_ALL.search(step[3])
    }
