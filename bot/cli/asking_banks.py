"""``rates --look``: whether the banks' addresses answer, and what with."""

from typing import Any

from bot.cli.common import now
from bot.pipeline import user_agent
from bot.settings import Settings
from storage.rates import RateSheet
from watchers import fetch
from watchers.fetch import Failed, Request
from watchers.rates import sources
from watchers.rates.banks import BANKS
from watchers.rates.polling import sheet_of
from watchers.rates.sources import RateSource


async def looked(settings: Settings) -> list[dict[str, Any]]:
    """Ask every source once, one after the other, and describe what came."""
    wanted = sources.asked_for(settings.rates or sources.OURS)
    async with fetch.opened(
        user_agent=user_agent(settings), allowed=settings.feed_allow_hosts
    ) as fetcher:
        return [await look_row(fetcher, source) for source in wanted]


async def look_row(fetcher: fetch.Fetcher, source: RateSource) -> dict[str, Any]:
    """Ask a source and describe what came of it."""
    today = BANKS[source.bank].today(now())
    url = source.url(today)
    outcome = await fetcher.fetch(Request(url))
    sheet: RateSheet | None = sheet_of(source, outcome, today)
    failed = outcome.kind.value if isinstance(outcome, Failed) else "unreadable"
    return {
        "source": source.name,
        "url": url,
        "outcome": failed if sheet is None else "read",
        "day": None if sheet is None else sheet.day.isoformat(),
        "rates": 0 if sheet is None else len(sheet.rates),
    }
