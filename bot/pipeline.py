"""The pipeline, opened as a whole: the database, the ingester, the poller. No Telegram."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime

from bot import ground
from bot.ground import Ground, Half
from bot.settings import Settings
from bot.trusted_clock import wall_clock
from bot.version import installed_version
from storage.happenings import Tell, unheard
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
class Pipeline(Ground):
    """The watching half: everything that turns feeds into stories."""

    ingester: Ingester
    poller: Poller
    revisits: Revisits
    rates: RatesPoller
    full_texts: FullTexts
    articles: WholeArticles
    translating: Translating


@asynccontextmanager
async def open_pipeline(
    settings: Settings,
    *,
    politeness: Politeness | None = None,
    looking: LookingPace | None = None,
    asking: RatesPace | None = None,
    clock: Callable[[], datetime] = wall_clock,
    tell: Tell = unheard,
) -> AsyncIterator[Pipeline]:
    """Open the watching half, alone on its database, for as long as the block runs.

    ``clock`` is the machine's, believed as far as it can be. The ingester remembers nothing yet:
    call ``remember``. ``tell`` hears what happens, for counting.
    Raises NewsError where another process has the database, or the file cannot serve.
    """
    async with (
        ground.opened(settings, clock, frozenset({Half.WATCHERS}), tell) as base,
        opened(base, politeness=politeness, looking=looking, asking=asking) as pipeline,
    ):
        yield pipeline


@asynccontextmanager
async def opened(
    base: Ground,
    *,
    politeness: Politeness | None = None,
    looking: LookingPace | None = None,
    asking: RatesPace | None = None,
) -> AsyncIterator[Pipeline]:
    """Open what watches on an open database."""
    settings, db, clock = base.settings, base.db, base.clock
    polite, asked = politeness or Politeness(), sources.asked_for(settings.rates)
    async with AsyncExitStack() as open_parts:
        begin = open_parts.enter_async_context
        meaning = await begin(meaning_opened(embeddings_of(settings)))
        ingester = await Ingester.opened(db, base.wake_up.set, meaning, base.tell)
        allowed = settings.feed_allow_hosts
        fetcher = await begin(
            fetch.opened(user_agent=user_agent(settings), allowed=allowed, clock=clock)
        )
        parsers = await begin(pool.opened(tell=base.tell))
        pace = PollingPace(base_s=settings.poll_interval)
        poller = await begin(
            Poller.opened(
                db,
                ingester,
                fetcher,
                parsers,
                politeness=politeness,
                pace=pace,
                clock=clock,
                tell=base.tell,
            )
        )
        texts = await begin(full_text.opened(db, fetcher, clock))
        translator = await begin(translator_opened(translations_of(settings)))
        wake = base.wake_up.set
        yield Pipeline(
            settings,
            db,
            clock,
            base.wake_up,
            base.up,
            base.tell,
            ingester,
            poller,
            Revisits(
                db, fetcher, clock, wake=wake, politeness=polite, pace=looking or LookingPace()
            ),
            RatesPoller(
                db,
                fetcher,
                parsers,
                clock,
                sources=asked,
                wake=wake,
                politeness=polite,
                pace=asking or RatesPace(),
            ),
            texts,
            WholeArticles(db, texts, ingester, clock, politeness=polite),
            Translating(db, translator, ingester, settings.translate_budget, clock),
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
