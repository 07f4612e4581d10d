"""Circuit breaker: when Telegram is taken to be away, and when to ask whether it is (pure)."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from storage.model import ChatId

ASK_EVERY = timedelta(seconds=30)
"""How often Telegram is asked at most whether it is there."""

MANY = 3
"""So many chats fail at once only if it is not the chats: until Telegram is heard, all wait."""

LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(slots=True)
class CircuitBreaker:
    """Whose calls got no answer since Telegram was last heard, and what it said when asked.

    A chat whose calls fail while Telegram answers others, or is there when asked, is ``broken``
    by itself: it says nothing of the others, and nothing is asked because of it until a call to
    it is answered. How soon it is tried again is its own row's matter.
    """

    is_away: bool = False
    failing: set[ChatId] = field(default_factory=set)
    broken: set[ChatId] = field(default_factory=set)
    asked_at: datetime = LONG_AGO

    @property
    def stops(self) -> bool:
        """Whether nothing may be sent to anybody."""
        return self.is_away or len(self.failing) >= MANY

    @property
    def is_unsure(self) -> bool:
        """Whether the last thing heard was no answer."""
        return self.is_away or bool(self.failing)

    def next_question(self, now: datetime) -> datetime | None:
        """Return when to ask whether Telegram is there, None where there is nothing to ask."""
        if not self.is_unsure:
            return None
        # A clock that went back must not put the question off for a year.
        return now if self.asked_at > now else self.asked_at + ASK_EVERY

    def asked(self, now: datetime) -> None:
        """Note that the question goes out."""
        self.asked_at = now

    def failed(self, chat_id: ChatId) -> None:
        """Note a call to a chat that got no answer."""
        if chat_id not in self.broken:
            self.failing.add(chat_id)

    def answered(self, chat_id: ChatId) -> None:
        """Note that a call to a chat was answered, in whatever words."""
        self.is_there()
        self.broken.discard(chat_id)

    def is_there(self) -> None:
        """Note that Telegram answers: what failed meanwhile failed by itself."""
        self.is_away = False
        self.broken |= self.failing
        self.failing.clear()

    def is_gone(self) -> None:
        """Note that Telegram does not answer the question, or does not know us."""
        self.is_away = True
