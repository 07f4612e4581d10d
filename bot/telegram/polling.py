"""Long polling: updates fetched into the inbox, whatever Telegram answers meanwhile.

python-telegram-bot's own loop ends for good at the first 401, and logs a traceback where two
instances share a token; this one goes on until it is cancelled, and says how it is.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from telegram import Bot
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.telegram.rate_limiter import waits
from bot.telegram.updates import BROUGHT

log = structlog.get_logger(__name__)

POLL_S = 10
"""How long Telegram holds a poll that brings nothing."""

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
"""Between polls that fail: each wait is half as long again as the one before."""

REFUSED_WAIT_S = 30.0
"""Between polls with a token that Telegram refuses."""

RIVAL_WAIT_S = 1.0
"""After a conflict: always the same, so that of two instances neither gets a head start."""

SILENT_S = 60.0
"""Without an answer for so long we hear nothing any more."""

SETTLED_S = 60.0
"""Who polled so long without a conflict was there first when the next one comes."""

QUIET_S = 5.0
"""So long after a conflict without another one the other instance has ended."""

NEWCOMERS_PATIENCE = 10
"""A restart meets its own last long poll for some seconds; ten conflicts are another instance."""

SETTLED_PATIENCE = 300
"""Some ten minutes: a newcomer has long given up then, so the other has polled long, too."""


@dataclass(slots=True)
class Rivalry:
    """Who must yield when two instances poll with one token: the later one (pure).

    Telegram ends the waiting poll when another comes (409), so the two end each other's in turn.
    """

    conflicts: int = 0
    is_settled: bool = False
    quiet_from: float | None = None

    def answered(self, began: float, ended: float) -> None:
        """Note a poll that was answered; moments in seconds of one clock."""
        if self.quiet_from is None:
            self.quiet_from = began
        quiet = ended - self.quiet_from
        self.is_settled = self.is_settled or quiet >= SETTLED_S
        if self.is_settled and quiet >= QUIET_S:
            self.conflicts = 0

    def unanswered(self) -> None:
        """Note a poll that failed otherwise: nobody knows who else polls meanwhile."""
        self.quiet_from = None

    def met(self) -> bool:
        """Note a conflict; return whether we are the one to end."""
        self.quiet_from = None
        self.conflicts += 1
        return self.conflicts >= (SETTLED_PATIENCE if self.is_settled else NEWCOMERS_PATIENCE)


class Taker(Protocol):
    """Who takes updates: what it took without complaint counts as taken, also after a crash."""

    async def room(self) -> None:
        """Wait until more can be taken."""

    async def take(self, raws: Sequence[dict[str, Any]]) -> None:
        """Take updates as Telegram brought them."""


class Polling:
    """Fetches one bot's updates: ``await begin()``, then ``run()`` as a task; cancel it to end.

    ``run`` returns by itself only where another instance was there before us.
    """

    def __init__(
        self,
        bot: Bot,
        inbox: Taker,
        allowed_updates: Sequence[str],
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Keep whose updates these are and who takes them; ``clock`` counts seconds on and on."""
        self._bot = bot
        self._inbox = inbox
        self._allowed = list(allowed_updates)
        self._clock = clock
        self._sleep = sleep
        self._next_update: int | None = None
        self._rivalry = Rivalry()
        self._wait = FIRST_WAIT_S
        self._heard_at = clock()
        self.token_is_valid = True
        """What Telegram last said of the token."""

    @property
    def hears(self) -> bool:
        """Whether Telegram has answered a poll within the last minute."""
        return self.silent_s < SILENT_S

    @property
    def silent_s(self) -> float:
        """How long ago Telegram last answered a poll, in seconds."""
        return self._clock() - self._heard_at

    async def begin(self) -> None:
        """Take back a webhook, however long it takes: beside one nobody may poll."""
        while True:
            try:
                await self._bot.delete_webhook(drop_pending_updates=False)
            except TelegramError as error:
                await self._sleep(self._after(error))
            else:
                return

    async def run(self) -> None:
        """Let updates be taken, until we are the one of two to end."""
        while True:
            await self._inbox.room()
            began = self._clock()
            try:
                await self._poll(POLL_S)
            except Conflict as error:
                if self._rivalry.met():
                    log.error("another instance was here first", error=error)  # noqa: TRY400 (said whole)
                    return
                log.warning("another instance polls with this token", error=error)
                await self._sleep(RIVAL_WAIT_S)
            except TelegramError as error:
                self._rivalry.unanswered()
                await self._sleep(self._after(error))
            except Exception as error:  # noqa: BLE001 (PTB raises KeyError and the like on garbage)
                log.warning("unreadable answer", error=repr(error)[:200])
                await self._sleep(self._longer())
            else:
                self._well(began)

    async def confirm(self) -> None:
        """Tell Telegram which updates are taken, or they would come again at the next start."""
        with suppress(TelegramError):
            await self._poll(0)

    async def _poll(self, hold_s: int) -> None:
        """Fetch once; what has become rows then counts as taken with the next poll."""
        updates = await self._bot.get_updates(
            offset=self._next_update, timeout=hold_s, allowed_updates=self._allowed
        )
        if hold_s and updates:
            await self._inbox.take(
                [update.api_kwargs.get(BROUGHT) or update.to_dict() for update in updates]
            )
            self._next_update = updates[-1].update_id + 1

    def _well(self, began: float) -> None:
        now = self._clock()
        self._rivalry.answered(began, now)
        self._heard_at, self._wait = now, FIRST_WAIT_S
        if not self.token_is_valid:
            self.token_is_valid = True
            log.info("the token is valid again")

    def _after(self, error: TelegramError) -> float:
        """Note a failure; return how long to wait before the next try, in seconds."""
        if isinstance(error, InvalidToken):
            if self.token_is_valid:
                self.token_is_valid = False
                log.critical("telegram refuses the token", next_try_s=REFUSED_WAIT_S)
            return REFUSED_WAIT_S
        wait = waits(error).total_seconds() if isinstance(error, RetryAfter) else self._longer()
        log.warning("polling failed", error=error, next_try_s=wait)
        return wait

    def _longer(self) -> float:
        wait = self._wait
        self._wait = min(wait * 1.5, LONGEST_WAIT_S)
        return wait
