"""Telegram's measures, and its three rate limits as sliding windows over a given clock."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from bot.sandbox.telegram.errors import bad_request, too_many

MAX_TEXT = 4096  # UTF-16 units, counted after entity parsing
MAX_CAPTION = 1024
MAX_UPLOAD = 50 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
MAX_DOWNLOAD = 20 * 1024 * 1024
MAX_ANSWER = 200
MAX_COMMANDS = 100
MAX_INLINE_RESULTS = 50
PRESS_LIFETIME = timedelta(seconds=150)
INLINE_LIFETIME = timedelta(seconds=30)
UPDATE_LIFETIME = timedelta(hours=24)
DELETE_WINDOW = timedelta(hours=48)
STARS_A_MESSAGE = 0.1
"""What each message costs that a paid broadcast sends beyond the free ones."""


@dataclass(frozen=True, slots=True)
class Rates:
    """How much a bot may send; bursts in one chat are tolerated up to `chat_burst`."""

    overall_per_second: int = 30
    chat_per_second: int = 1
    chat_burst: int = 3
    group_per_minute: int = 20
    paid_per_second: int = 1000


@dataclass(slots=True)
class _Window:
    """The times of the latest sends, newest last."""

    times: deque[datetime] = field(default_factory=deque)

    def wait(self, now: datetime, limit: int, span: timedelta) -> float:
        """Seconds until one more fits under `limit` per `span`; 0 when it fits now."""
        while self.times and now - self.times[0] >= span:
            self.times.popleft()
        if len(self.times) < limit:
            return 0.0
        return (self.times[-limit] + span - now).total_seconds()


class RateLimit:
    """Counts what a bot sent; forgets a chat as soon as its window is empty."""

    def __init__(self, rates: Rates | None = None) -> None:
        self.rates = rates
        self.stars: dict[int, float] = defaultdict(float)
        """Each bot's balance, from which paid broadcasts are paid."""
        self._overall: dict[int, _Window] = defaultdict(_Window)
        self._chats: dict[tuple[int, int], _Window] = {}

    def count(self, bot_id: int, chat_id: int, now: datetime, *, paid: bool = False) -> None:
        """Take note of one send; raise ApiError 429 when Telegram would refuse it.

        ``paid`` ones may go beyond what is free, while there are Stars for it. That they are
        refused like others where there are none is a guess.
        """
        if self.rates is None:
            return
        overall = self._overall[bot_id]
        chat = self._chats.setdefault((bot_id, chat_id), _Window())
        second, minute = timedelta(seconds=1), timedelta(minutes=1)
        wait = overall.wait(now, self.rates.overall_per_second, second)
        charged = paid and wait > 0 and self.stars[bot_id] >= STARS_A_MESSAGE
        waits = [overall.wait(now, self.rates.paid_per_second, second) if charged else wait]
        if chat_id < 0:
            waits.append(chat.wait(now, self.rates.group_per_minute, minute))
        else:
            burst = self.rates.chat_burst
            waits.append(chat.wait(now, burst, second * (burst / self.rates.chat_per_second)))
        if max(waits) > 0:
            raise too_many(max(1, ceil(max(waits))))
        if charged:
            self.stars[bot_id] -= STARS_A_MESSAGE
        overall.times.append(now)
        chat.times.append(now)
        if len(self._chats) > 10_000:  # noqa: PLR2004 - bounded memory, not a Telegram rule
            self._forget(now - minute)

    def _forget(self, before: datetime) -> None:
        stale = [k for k, w in self._chats.items() if not w.times or w.times[-1] < before]
        for key in stale:
            del self._chats[key]


def check_size(size: int, limit: int) -> None:
    """Refuse an empty or too big upload."""
    if size == 0:
        raise bad_request("file must be non-empty")
    if size > limit:
        raise bad_request("file is too big")
