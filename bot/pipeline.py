"""The pipeline, opened as a whole: the database, the ingester, the poller. No Telegram."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from bot.instance import alone_on
from bot.settings import Settings
from bot.trusted_clock import MARK_FACT, TrustedClock, trusted, wall_clock
from bot.version import installed_version
from storage import meta
from storage.database import Database
from storage.files import refuse_other
from watchers import fetch, full_text
from watchers.discover import Looker, Seen
from watchers.full_text import FullTexts
from watchers.host_queues import Politeness
from watchers.ingester import Ingester
from watchers.meaning.opening import Embeddings
from watchers.meaning.opening import opened as meaning_opened
from watchers.observe import Observer
from watchers.parse_pool import pool
from watchers.poll import Poller
from watchers.rates import sources
from watchers.rates.polling import RatesPace, RatesPoller
from watchers.revisits import Revisits
from watchers.schedule import PollingPace
from watchers.standing import LookingPace
from watchers.translation.opening import Translations
from watchers.translation.opening import opened as translator_opened
from watchers.translation.translating import Translating
from watchers.translation.values import Engine
from watchers.whole_articles import WholeArticles


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The watching half: everything that turns feeds into stories.

    ``wake_up`` is set by whoever writes to the outbox; the deliverer waits for it.
    """

    settings: Settings
    db: Database
    ingester: Ingester
    poller: Poller
    revisits: Revisits
    rates: RatesPoller
    full_texts: FullTexts
    articles: WholeArticles
    translating: Translating
    clock: TrustedClock
    wake_up: asyncio.Event


@asynccontextmanager
async def open_pipeline(
    settings: Settings,
    *,
    politeness: Politeness | None = None,
    looking: LookingPace | None = None,
    asking: RatesPace | None = None,
    clock: Callable[[], datetime] = wall_clock,
) -> AsyncIterator[Pipeline]:
    """Open the watching half, alone on its database, for as long as the block runs.

    ``clock`` is the machine's, believed as far as it can be. The ingester remembers nothing yet:
    call ``remember``.
    Raises NewsError where another process has the database, or the file cannot serve.
    """
    asked = sources.asked_for(settings.rates)
    async with AsyncExitStack() as open_parts:
        refuse_other(settings.database_path)  # before a lock lies beside it
        open_parts.enter_context(alone_on(settings.database_path))
        db = await Database.opened(settings.database_path)
        open_parts.push_async_callback(db.close)
        own_clock = trusted(clock)
        own_clock.resume(await db.read(meta.get, MARK_FACT))
        wake_up = asyncio.Event()
        meaning = await open_parts.enter_async_context(meaning_opened(embeddings_of(settings)))
        ingester = await Ingester.opened(db, wake_up.set, meaning)
        fetcher = await open_parts.enter_async_context(
            fetch.opened(
                user_agent=user_agent(settings), allowed=settings.feed_allow_hosts, clock=own_clock
            )
        )
        parsers = await open_parts.enter_async_context(pool.opened())
        poller = await open_parts.enter_async_context(
            Poller.opened(
                db,
                ingester,
                fetcher,
                parsers,
                politeness=politeness,
                pace=PollingPace(base_s=settings.poll_interval),
                clock=own_clock,
            )
        )
        revisits = Revisits(
            db,
            fetcher,
            own_clock,
            wake=wake_up.set,
            politeness=politeness or Politeness(),
            pace=looking or LookingPace(),
        )
        rates = RatesPoller(
            db,
            fetcher,
            parsers,
            own_clock,
            sources=asked,
            wake=wake_up.set,
            politeness=politeness or Politeness(),
            pace=asking or RatesPace(),
        )
        texts = await open_parts.enter_async_context(full_text.opened(db, fetcher, own_clock))
        articles = WholeArticles(
            db, texts, ingester, own_clock, politeness=politeness or Politeness()
        )
        translator = await open_parts.enter_async_context(
            translator_opened(translations_of(settings))
        )
        translating = Translating(db, translator, ingester, settings.translate_budget, own_clock)
        yield Pipeline(
            settings,
            db,
            ingester,
            poller,
            revisits,
            rates,
            texts,
            articles,
            translating,
            own_clock,
            wake_up,
        )


@asynccontextmanager
async def remembering(pipeline: Pipeline) -> AsyncIterator[None]:
    """Remember living stories beside what the block does.

    Documents wait for it; a block that takes none in need not, and ends it unfinished.
    """
    task = asyncio.create_task(pipeline.ingester.remember(pipeline.clock()))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def looking(settings: Settings) -> AsyncIterator[Callable[[str], Awaitable[Seen]]]:
    """Open only what it takes to look at an address and keep nothing."""
    async with observing(settings) as observer:
        yield Looker(observer).look


@asynccontextmanager
async def observing(settings: Settings) -> AsyncIterator[Observer]:
    """Open what fetches and reads documents; nothing is kept."""
    async with (
        fetch.opened(
            user_agent=user_agent(settings), allowed=settings.feed_allow_hosts, clock=wall_clock
        ) as fetcher,
        pool.opened() as parsers,
    ):
        yield Observer(fetcher, parsers, wall_clock)


def embeddings_of(settings: Settings) -> Embeddings:
    """Name who is asked what texts mean."""
    return Embeddings(settings.embeddings_url, settings.embeddings_key, settings.embeddings_model)


def translations_of(settings: Settings) -> Translations:
    """Name who is asked to translate."""
    return Translations(
        Engine(settings.translate_engine) if settings.translate_engine else None,
        settings.translate_url,
        settings.translate_key,
        settings.translate_model,
        settings.translate_budget,
    )


def user_agent(settings: Settings) -> str:
    """Name ourselves to outlets, with a way to reach the operator."""
    contact = settings.user_agent_contact
    name = f"SteppeWire/{installed_version()}"
    return f"{name} (news monitor; feed reader{f'; +{contact}' if contact else ''})"
