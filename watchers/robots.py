"""robots.txt, as RFC 9309 has it: what a host lets us read, asked for once a day.

Read by Protego, because the standard library's parser takes the first rule that fits and not the
most specific one, and knows no wildcards: it forbids and allows what outlets did not.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit, urlunsplit
from weakref import WeakValueDictionary

from watchers.fetch import Failed, Fetched, Fetcher, Request

NAME = "SteppeWire"
"""By which outlets name us in their robots.txt."""
_LARGEST = 500 * 1024
"""At least so much is read (RFC 9309, section 2.5)."""
_KEPT = timedelta(hours=24)
_TRIED_AGAIN = timedelta(minutes=10)
_MOST_HOSTS = 500
_DEADLINE_S = 8.0
_FORBIDS_ALL = "User-agent: *\nDisallow: /"
_CLIENT_ERRORS = range(400, 500)
_TOO_MANY = 429


@dataclass(slots=True)
class Robots:
    """Knows what hosts' robots.txt say."""

    fetcher: Fetcher
    clock: Callable[[], datetime]
    _known: "OrderedDict[str, tuple[str, datetime]]" = field(default_factory=OrderedDict)
    _asking: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """A host's lock is there for as long as somebody holds it or waits for it."""

    async def allow(self, url: str) -> bool:
        """Tell whether a page may be read; a host that cannot say so now does not allow it."""
        from protego import Protego  # noqa: PLC0415 (it comes with the extra)

        rules = await self._rules(urlunsplit((*urlsplit(url)[:2], "/robots.txt", "", "")))
        return bool(Protego.parse(rules).can_fetch(url, NAME))

    async def _rules(self, address: str) -> str:
        async with self._asking.setdefault(address, asyncio.Lock()):
            known = self._known.get(address)
            if known is None or known[1] <= self.clock():
                known = await self._asked(address)
                self._known[address] = known
                self._known.move_to_end(address)
                while len(self._known) > _MOST_HOSTS:
                    self._known.popitem(last=False)
        return known[0]

    async def _asked(self, address: str) -> tuple[str, datetime]:
        """Ask for the rules: none where there is no file, all forbidden where none can tell."""
        outcome = await self.fetcher.fetch(Request(address, deadline_s=_DEADLINE_S))
        now = self.clock()
        if isinstance(outcome, Fetched):
            text = outcome.body[:_LARGEST].decode("utf-8", "replace").lstrip("\ufeff")
            return text.replace("\x00", ""), now + _KEPT
        status = outcome.status if isinstance(outcome, Failed) else None
        if status in _CLIENT_ERRORS and status != _TOO_MANY:
            return "", now + _KEPT
        return _FORBIDS_ALL, now + _TRIED_AGAIN
