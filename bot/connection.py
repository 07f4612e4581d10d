"""The connection to Telegram: kept while Telegram is there, patient while it is not."""

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import timedelta
from functools import lru_cache, partial
from typing import Any, TypeVar

import structlog
from httpx import InvalidURL, create_ssl_context
from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.backups import SealedCopies
from bot.context import Context, VitalsMeasure, WatchersServices, unmeasured
from bot.delivery import Deliverer
from bot.delivery.circuit_breaker import ASK_EVERY
from bot.delivery.errors import outcome_of
from bot.digests.maker import DigestService
from bot.failures import cause_says
from bot.ground import Ground
from bot.monitoring.health import PartHealth
from bot.settings import Settings
from bot.telegram import identity, menus, webhook
from bot.telegram.dispatcher import ALLOWED_UPDATES, Dispatcher
from bot.telegram.inbox import Inbox
from bot.telegram.incoming import channel_facts
from bot.telegram.polling import SILENT_S, Polling
from bot.telegram.rate_limiter import Limiter
from bot.telegram.rates import limits_of
from bot.telegram.rights import Rights
from bot.telegram.updates import UpdatesRequest
from storage.errors import NewsError, StorageError
from storage.model import ChatId
from storage.outbox import chat_queues
from storage.outbox.outcomes import NotSent, Outcome
from watchers.taught_names import TaughtNames

log = structlog.get_logger(__name__)

# At each of its locks httpcore asks for a module that need not be there: known to be missing it
# is not searched for on the disk, 0.1 ms each time and fourteen times a call of Telegram.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]

Request = TypeVar("Request", bound=HTTPXRequest)

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
LAST_POLL_S = 3.0
"""How long a stop waits for Telegram to hear which updates were taken."""
DELIVERER_STUCK_S = 120.0
"""The deliverer looks for what is to be sent every few seconds; one call of Telegram may take
sixty."""


class TelegramConnection:
    """Reaches Telegram, then hears what people write and delivers what is owed to them.

    ``failure`` is what made it give up for good.
    """

    def __init__(
        self,
        ground: Ground,
        services: WatchersServices,
        digests: DigestService,
        names: TaughtNames,
        stop: asyncio.Event,
        *,
        measure: VitalsMeasure = unmeasured,
    ) -> None:
        """Build everything; nothing is sent yet. ``measure`` tells how the whole process is."""
        self._ground = ground
        self._services = services
        self._digests = digests
        self._names = names
        self._stop = stop
        self._connected = False
        self._measure = measure
        self._menus_for: frozenset[int] | None = None
        """The admins who were there when the menus were told last."""
        self.failure: NewsError | None = None
        limits = limits_of(ground.settings.telegram_paid_broadcast)
        self._limiter = Limiter(limits, remember=self._remember_rest, tell=ground.tell)
        self._bot = build(ground.settings, self._limiter)
        self._deliverer = Deliverer(
            ground.db,
            self._bot,
            self._limiter,
            ground.clock,
            wake_up=ground.wake_up,
            names=names,
            bot_name=ground.settings.bot_name,
            reads_pages=services.full_texts.reads_pages,
            tell=ground.tell,
        )
        self._inbox: Inbox | None = None
        self._polling: Polling | None = None
        self._fetching: asyncio.Task[None] | None = None
        self._delivering: asyncio.Task[None] | None = None
        self._open = AsyncExitStack()

    @property
    def bot_username(self) -> str:
        """The name that Telegram knows us by, without @; "" until it was reached."""
        return self._bot.username if self._inbox is not None else ""

    @property
    def bot_id(self) -> int:
        """Our number at Telegram, with which the token begins."""
        return int(self._ground.settings.telegram_bot_token.partition(":")[0] or 0)

    @property
    def connected(self) -> bool:
        """Whether Telegram was reached and, where we poll, still answers."""
        return self._connected and (self._polling is None or self._polling.hears)

    @property
    def token_is_valid(self) -> bool:
        """Whether Telegram took our token when we last sent, and when we last polled."""
        polled = self._polling is None or self._polling.token_is_valid
        return polled and self._deliverer.token_is_valid

    def parts(self) -> tuple[PartHealth, ...]:
        """Say how the parts are that begin once Telegram is reached."""
        found = []
        if self._delivering is not None:
            found.append(
                PartHealth("deliverer", self._deliverer.pulse.silent_s, DELIVERER_STUCK_S)
            )
        if self._polling is not None:
            found.append(PartHealth("updates", self._polling.silent_s, SILENT_S))
        return tuple(found)

    def deliverer_hangs(self) -> bool:
        """Tell whether the deliverer has not looked at the outbox for too long."""
        is_silent = self._deliverer.pulse.silent_s > DELIVERER_STUCK_S
        return self._delivering is not None and is_silent

    async def connect(self) -> None:
        """Reach Telegram, however long that takes, then listen and deliver."""
        bot, ground = self._bot, self._ground
        lately = await ground.db.read(identity.told_lately, bot, ground.clock(), ASK_EVERY)
        if lately is not None:
            bot.told(lately[0])
        wait = FIRST_WAIT_S
        while (missed := await self._missed()) is not None:
            if not isinstance(missed, NotSent):
                wait = max(wait, ASK_EVERY.total_seconds())
            log.warning("telegram is away", next_try_s=wait)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_S)
        if lately is None:
            await ground.db.attempt(None, identity.note_told, bot)
        context = self._context()
        inbox = Inbox(ground.db, bot.id, Dispatcher(context, bot, ground.tell), ground.clock)
        self._inbox = inbox
        await self._deliverer.start()
        self._deliverer.heard(ground.clock() if lately is None else lately[1])
        self._delivering = asyncio.create_task(self._deliverer.run(), name="deliver")
        await inbox.resume()
        await self._listen(inbox)
        self._connected = True
        log.info("connected", bot=context.bot_username)
        await self.tell_menus()

    async def tell_menus(self) -> None:
        """Tell Telegram our menus once we are connected, and again when another admin came."""
        if not self._connected:
            return
        admin_ids = self._ground.settings.admin_ids
        admins = await self._ground.db.read(
            menus.admins_here, admin_ids, self._ground.settings.bot_name
        )
        if admins == self._menus_for:
            return
        self._menus_for = admins
        with suppress(TelegramError):
            await menus.set_menus(self._bot, self._context(), admins)

    def _context(self) -> Context:
        """Gather what commands may use, with what only a bot that is connected knows."""
        ground, services, bot = self._ground, self._services, self._bot
        settings = ground.settings
        return Context(
            db=ground.db,
            clock=ground.clock,
            names=self._names,
            editor=services.editor,
            digests=self._digests,
            feeds=services.feeds,
            full_texts=services.full_texts,
            find_channel=partial(channel_facts, bot),
            rights=Rights(bot, ground.clock),
            wake=ground.wake_up.set,
            bot_username=bot.username,
            bot_name=settings.bot_name,
            admin_ids=settings.admin_ids,
            language=settings.default_language,
            time_zone=settings.default_timezone,
            allowed_hosts=settings.feed_allow_hosts,
            has_rates=bool(settings.rates),
            backs_up=bool(settings.backup_dir),
            retention=settings.retention,
            calls_a_second=int(self._limiter.a_second),
            translator=services.translator,
            vitals=self._measure,
            backups=SealedCopies(ground),
        )

    async def _missed(self) -> Outcome | None:
        """Ask Telegram who we are; return why it did not tell, None once we know.

        A line that is not there is tried again soon. A Telegram that is, and cannot answer, is
        asked as seldom as later.
        """
        if self._bot.asks:
            await self._ground.db.attempt(
                None, identity.note_asked, self._bot, self._ground.clock()
            )
        try:
            await self._bot.initialize()
        except InvalidToken:
            raise NewsError("token.invalid") from None
        except TelegramError as error:
            log.info("no answer from telegram", error=error)
            return outcome_of(error)
        return None

    async def _listen(self, inbox: Inbox) -> None:
        """Have updates brought by webhook, or fetch them by long polling."""
        settings = self._ground.settings
        if settings.telegram_webhook_url:
            await self._open.enter_async_context(
                webhook.served(
                    self._bot,
                    inbox,
                    settings.telegram_webhook_url,
                    settings.telegram_webhook_listen,
                    settings.telegram_webhook_secret,
                    allowed_updates=ALLOWED_UPDATES,
                )
            )
            return
        clock = asyncio.get_running_loop().time
        polling = Polling(self._bot, inbox, ALLOWED_UPDATES, clock)
        self._polling = polling
        await polling.begin()
        self._fetching = asyncio.create_task(polling.run(), name="poll")
        self._fetching.add_done_callback(self._polled_no_more)

    def gave_up(self, task: "asyncio.Task[None]") -> None:
        """End the program where connecting failed for good."""
        if task.cancelled() or (error := task.exception()) is None:
            return
        self.failure = error if isinstance(error, NewsError) else NewsError("error.bug")
        if not isinstance(error, NewsError):
            log.error("connecting broke", exc_info=error)
        self._stop.set()

    def _polled_no_more(self, task: "asyncio.Task[None]") -> None:
        """End the program where polling ended by itself: another instance was there first."""
        if task.cancelled():
            return
        if (error := task.exception()) is not None:
            log.error("polling broke", exc_info=error)
        self.failure = NewsError("error.bug" if error is not None else "instance.elsewhere")
        self._stop.set()

    async def tell_now(self, said: Mapping[ChatId, str]) -> None:
        """Send each chat its HTML at once, without a row: that none can be written.

        What is not sent is not tried again. Before Telegram was reached nobody is told.
        """
        if not self._connected:
            return
        for chat_id, html in said.items():
            with suppress(TelegramError):
                await self._bot.send_message(chat_id, html, parse_mode=ParseMode.HTML)

    async def close(self) -> None:
        """Stop in order: hear nothing new, finish what is under way, say goodbye."""
        await asyncio.gather(self._hear_no_more(), self._answer_no_more(), self._deliver_no_more())
        with suppress(TelegramError, RuntimeError):
            await self._bot.shutdown()

    async def _answer_no_more(self) -> None:
        if self._inbox is not None:
            await self._inbox.close(partial(self._limiter.close, all_ranks=True))

    async def _deliver_no_more(self) -> None:
        await self._deliverer.stop()
        if self._delivering is not None:
            self._delivering.cancel()
            await asyncio.wait([self._delivering])

    async def _hear_no_more(self) -> None:
        await self._open.aclose()
        fetching, polling = self._fetching, self._polling
        if fetching is None or polling is None or fetching.done():
            return  # one more poll of who yields would end the other's
        fetching.cancel()
        await asyncio.wait([fetching])
        with suppress(TimeoutError):  # its last word to a silent Telegram may get no answer
            await asyncio.wait_for(polling.confirm(), LAST_POLL_S)

    async def _remember_rest(self, chat_id: int | None, wait: timedelta) -> None:
        """Write down how long Telegram wants to be left alone, so that a restart knows it."""
        until = self._ground.clock() + wait
        where = chat_queues.EVERYBODY if chat_id is None else chat_id
        with suppress(StorageError):  # whoever called must hear of the ban, not of our disk
            bot_name = self._ground.settings.bot_name
            await self._ground.db.write(chat_queues.rest, ChatId(where), until, bot_name)


@asynccontextmanager
async def opened(
    telegram: TelegramConnection,
) -> AsyncIterator[TelegramConnection]:
    """Connect in the background for as long as the block runs.

    Without a token there is nothing to connect to. Raises, at the end of the block, what made
    the connection give up for good.
    """
    connecting = asyncio.create_task(telegram.connect(), name="connect")
    connecting.add_done_callback(telegram.gave_up)
    async with AsyncExitStack() as closing:
        closing.push_async_callback(telegram.close)
        closing.callback(connecting.cancel)
        yield telegram
    if telegram.failure is not None:
        raise telegram.failure


def requests(kind: type[Request], settings: Settings, **limits: Any) -> Request:
    """Make what sends requests to Telegram: through the environment's proxy, if there is one.

    Raises NewsError where that proxy is none that can be used. A Bot API on this machine is
    reached without.
    """
    trust_env = not settings.telegram_is_here
    try:
        wanted = {"trust_env": trust_env, "verify": authorities(trust_env=trust_env)}
        return kind(httpx_kwargs=wanted, **limits)
    except (ValueError, RuntimeError, InvalidURL) as error:
        raise NewsError("settings.proxy", reason=str(error)) from error


@lru_cache(maxsize=2)
def authorities(*, trust_env: bool) -> ssl.SSLContext:
    """Read whom TLS believes, once for all clients: the reading costs more than a client does."""
    return create_ssl_context(trust_env=trust_env)


async def bot_username(settings: Settings) -> str:
    """Ask Telegram whose the token is.

    Raises NewsError where it knows no such token (or a proxy's address is none), ConnectionError
    with the system's words where it cannot be asked.
    """
    bot = Bot(
        settings.telegram_bot_token,
        base_url=f"{settings.telegram_api_url}/bot",
        request=requests(HTTPXRequest, settings),
    )
    try:
        async with bot:  # asks who we are, and lets go of its connections
            return bot.username
    except InvalidToken:
        raise NewsError("token.invalid") from None
    except TelegramError as error:
        raise ConnectionError(cause_says(error)) from error


def build(settings: Settings, limiter: Limiter) -> identity.KnownBot:
    """Build python-telegram-bot's bot, whose calls pass our limiter.

    Its application is not wanted: that has a queue of its own, which no crash survives.
    """
    return identity.KnownBot(
        settings.telegram_bot_token,
        base_url=f"{settings.telegram_api_url}/bot",
        base_file_url=f"{settings.telegram_api_url}/file/bot",
        request=requests(
            HTTPXRequest,
            settings,
            connection_pool_size=64,
            pool_timeout=20,
            read_timeout=20,
            write_timeout=20,
            connect_timeout=10,
        ),
        get_updates_request=requests(UpdatesRequest, settings),
        rate_limiter=limiter,
    )
