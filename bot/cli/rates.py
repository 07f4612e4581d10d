"""``rates``: the official rates that are kept, and whether the banks' addresses answer."""

from typing import Any

import click

from bot.cli.common import archive, as_json, command, emit, now
from bot.pipeline import user_agent
from bot.settings import Settings
from storage import rates as store
from storage.rates import OfficialRate, RateSheet
from storage.sql import Connection
from watchers import fetch
from watchers.fetch import Failed, Request
from watchers.rates import sources
from watchers.rates.banks import BANKS
from watchers.rates.polling import sheet_of
from watchers.rates.sources import RateSource

COLUMNS = ("bank", "currency", "day", "value", "nominal")
LOOK_COLUMNS = ("source", "url", "outcome", "day", "rates")


@click.command()
@click.option(
    "--look", is_flag=True, help="Ask each bank now, say what was read, and keep nothing."
)
@as_json
@command
async def rates(settings: Settings, *, look: bool, as_json: bool) -> None:
    """List the newest official rates of each central bank; KEY is its key rate, per cent.

    With --look the banks are asked (RATES, or our own table where that is not set).
    """
    if look:
        emit(await looked(settings), as_json=as_json, columns=LOOK_COLUMNS)
        return
    async with archive(settings) as db:
        rows = await db.read(newest)
    emit(rows, as_json=as_json, columns=COLUMNS, empty="no rates yet: see RATES in .env.example")


def newest(db: Connection) -> list[dict[str, Any]]:
    """Describe the newest rate of everything that is kept."""
    return [rate_row(one) for bank in BANKS for one in store.newest(db, bank).values()]


def rate_row(one: OfficialRate) -> dict[str, Any]:
    """Describe a rate; amounts are texts, so that they stay exact."""
    return {
        "bank": one.bank,
        "currency": one.currency,
        "day": one.day.isoformat(),
        "value": format(one.value, "f"),
        "nominal": one.nominal,
    }


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
