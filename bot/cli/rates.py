"""``rates``: the official rates that are kept."""

from typing import Any

import click

from bot.cli.common import as_json, command, emit, to_read
from bot.settings import Settings
from storage import rates as store
from storage.rates import OfficialRate
from storage.sql import Connection
from watchers.rates.banks import BANKS

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
        from bot.cli.asking_banks import looked  # noqa: PLC0415 - it brings the HTTP client

        emit(await looked(settings), as_json=as_json, columns=LOOK_COLUMNS)
        return
    async with to_read(settings) as db:
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
