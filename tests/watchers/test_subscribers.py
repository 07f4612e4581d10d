"""Laws of the subscribers' columns: they know what a dictionary of rows would."""

from hypothesis import given, settings
from hypothesis import strategies as st

from storage.model import ChatId, SubscriptionId
from storage.subscriptions import Subscriber
from watchers.subscribers import Subscribers

STEPS = st.lists(st.tuples(st.integers(1, 9), st.sampled_from(["gas", "газ", "oil", ""])))
"""A subscription's id and what it asks for from now on; nothing: it is gone."""


@given(STEPS)
@settings(max_examples=60, deadline=None)
def test_who_asks_for_what_is_known_after_any_changes(steps) -> None:
    kept: dict[int, str] = {}
    columns = Subscribers()
    for number, query in steps:
        identity = SubscriptionId(number)
        before = kept.pop(number, "")
        is_last = before not in kept.values()
        assert (before if is_last else "") == columns.drop(identity)
        if query:
            kept[number] = query
            columns.add(Subscriber(identity, ChatId(-number), query))
    assert len(kept) == len(columns)
    assert set(kept.values()) == set(columns.queries())
    for query in ("gas", "газ", "oil"):
        ids = sorted(number for number, asked in kept.items() if asked == query)
        assert [(one, -one, query) for one in ids] == list(columns.of(query))
        assert bool(ids) == (query in columns)
