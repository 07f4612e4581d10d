"""Subscribers: which subscriptions there are to each query, in a few bytes each; pure."""

from array import array
from bisect import bisect_left
from collections.abc import Iterator

from storage.model import ChatId, SubscriptionId
from storage.subscriptions import Subscriber


class Subscribers:
    """All subscriptions that are matched. Queries are told apart by their canonical text.

    A region has a hundred thousand of them, a planet a million, and an item asks none of them:
    it meets queries. So they are columns of numbers, by their ids.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._ids = array("q")
        self._chats = array("q")
        self._numbers = array("L")
        self._queries: dict[str, int] = {}
        self._texts: list[str] = []
        self._counts = array("L")
        self._unused: list[int] = []

    def __len__(self) -> int:
        """Count the subscriptions."""
        return len(self._ids)

    def __contains__(self, query: str) -> bool:
        """Tell whether anybody asks for a query."""
        return query in self._queries

    def queries(self) -> tuple[str, ...]:
        """Return what is asked for."""
        return tuple(self._queries)

    def add(self, one: Subscriber) -> None:
        """Count a subscription in; an id that is there already must be dropped before."""
        number = self._number(one.query)
        self._counts[number] += 1
        at = bisect_left(self._ids, one.id)  # the newest are last, where most come
        self._ids.insert(at, one.id)
        self._chats.insert(at, one.chat_id)
        self._numbers.insert(at, number)

    def drop(self, subscription: SubscriptionId) -> str:
        """Forget a subscription; return its query if nobody asks for that any more, else ""."""
        at = bisect_left(self._ids, subscription)
        if at == len(self._ids) or self._ids[at] != subscription:
            return ""
        number = self._numbers[at]
        del self._ids[at], self._chats[at], self._numbers[at]
        self._counts[number] -= 1
        return "" if self._counts[number] else self._forgotten(number)

    def of(self, query: str) -> Iterator[Subscriber]:
        """Give the subscriptions to a query, oldest first. It looks through all there are."""
        number = self._queries.get(query, -1)
        for at, found in enumerate(self._numbers):
            if found == number:
                yield Subscriber(SubscriptionId(self._ids[at]), ChatId(self._chats[at]), query)

    def _number(self, query: str) -> int:
        """Give a query's number, a new one's too: one that is free, or the next."""
        known = self._queries.get(query)
        if known is not None:
            return known
        if self._unused:
            number = self._unused.pop()
            self._texts[number] = query
        else:
            number = len(self._texts)
            self._texts.append(query)
            self._counts.append(0)
        self._queries[query] = number
        return number

    def _forgotten(self, number: int) -> str:
        """Let another query have a number; return which had it."""
        query, self._texts[number] = self._texts[number], ""
        del self._queries[query]
        self._unused.append(number)
        return query
