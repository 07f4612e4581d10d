"""Banks asked over real HTTP: conditional, gently, by rows; and what their sheets set going."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from storage import chats, rate_alerts, rates, set_aside
from storage.database import Database
from storage.errors import NewsError
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, QuietMode
from storage.outbox.deliveries import RateNews
from storage.outbox.payloads import from_json
from storage.sql import Connection
from tests.farm import Farm, opened
from watchers import fetch
from watchers.host_queues import Politeness
from watchers.parse_pool.values import Stopped
from watchers.rates.polling import ILL_AFTER, RatesPoller
from watchers.rates.sources import RateSource, asked_for, sources_of

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
READER = ChatId(7)


def sheet(usd: str, day: str = "27.11.2026", eur: str = "590") -> str:
    return (
        f'<CurrencyRates Date="{day}"><Currency ISOCode="USD"><Nominal>1</Nominal><Value>{usd}'
        f'</Value></Currency><Currency ISOCode="EUR"><Nominal>1</Nominal><Value>{eur}</Value>'
        "</Currency></CurrencyRates>"
    )


@dataclass
class Room:
    """A bank on loopback, and who asks it."""

    farm: Farm
    db: Database
    poller: RatesPoller
    now: datetime = NOON
    told: list[None] = field(default_factory=list)

    async def round(self, **later: float) -> list[dict[str, str]]:
        """Let time pass and ask what is due; return what headers each request had."""
        self.now += timedelta(**later)
        self.farm.asked.clear()
        await self.poller.round()
        return [headers for _, headers in self.farm.asked]

    async def usd(self) -> list[str]:
        found = await self.db.read(rates.points, "KZ", "USD", 9)
        return [str(one.value) for one in found]

    async def asides(self) -> list[str]:
        return [one.aside.what for one in await self.db.read(set_aside.untold)]

    async def owed(self) -> list[tuple[RateNews, int]]:
        def rows(db: Connection) -> list[tuple[RateNews, int]]:
            found = db.conn.execute("select kind, payload, due_at from deliveries order by id")
            return [(from_json(*row[:2]), row[2]) for row in found]  # type: ignore[misc]

        return await self.db.read(rows)


class Here:
    """Reads what came in this process."""

    async def run(self, url: str, function: Callable[..., object], *arguments: object) -> object:
        del url
        return function(*arguments)


class Stuck:
    """Whatever it is given takes too long."""

    async def run(self, *_: object) -> object:
        return Stopped.TOO_SLOW


@asynccontextmanager
async def room(db: Database, path: str = "/daily.xml") -> AsyncIterator[Room]:
    async with opened() as farm:
        allowed = frozenset({("127.0.0.1", farm.port)})
        async with fetch.opened(user_agent="test", allowed=allowed) as fetcher:
            poller = RatesPoller(
                db,
                fetcher,
                Here(),
                lambda: made.now,
                sources=[RateSource("kz-rates", "KZ", "nbkr", farm.url(path))],
                wake=lambda: made.told.append(None),
                politeness=Politeness(),
            )
            made = Room(farm, db, poller)
            yield made


@pytest.fixture
async def here(db: Database) -> AsyncIterator[Room]:
    async with room(db) as made:
        made.farm.serve("/daily.xml", sheet("512.30"), ETag='"1"')
        yield made


async def reader(here: Room, **settings: object) -> None:
    chat = Chat(READER, ChatKind.PRIVATE, time_zone="Asia/Almaty")
    await here.db.write(chats.see_chat, chat, NOON)
    await here.db.write(lambda db: chats.change(db, READER, **settings))


async def watches(here: Room, threshold: str, *, above: bool = False) -> None:
    await here.db.write(
        lambda db: rate_alerts.add(
            db, (READER, NO_THREAD), ("USD", "KZT"), Decimal(threshold), NOON, above=above
        )
    )


async def test_a_sheet_is_kept_and_asked_for_again_only_if_it_changed(here: Room) -> None:
    await here.round()
    assert ["512.30"] == await here.usd()
    assert [] == await here.round(hours=2)
    (asked,) = await here.round(hours=2)
    assert '"1"' == asked["If-None-Match"]
    assert ["512.30"] == await here.usd()
    here.farm.serve("/daily.xml", sheet("514", "28.11.2026"), ETag='"2"')
    await here.round(hours=4)
    assert ["514", "512.30"] == await here.usd()


async def test_due_times_outlive_the_program(here: Room) -> None:
    await here.round()
    again = replace(here.poller)
    assert 0 == await again.round()


async def test_failures_are_asked_ever_later_and_told_to_the_admins_once(here: Room) -> None:
    here.farm.serve("/daily.xml", "down", status=500)
    looks = 0
    for _ in range(12 * 24):
        looks += len(await here.round(minutes=10))
    assert ILL_AFTER <= looks <= ILL_AFTER + 3
    assert ["kz-rates"] == await here.asides()
    here.farm.serve("/daily.xml", sheet("512.30"))
    await here.round(days=1, hours=1)
    assert [] == await here.asides()


async def test_a_page_without_rates_is_a_failure_and_keeps_no_validators(here: Room) -> None:
    here.farm.serve("/daily.xml", "<html>Checking your browser</html>", ETag='"x"')
    await here.round()
    state = (await here.db.read(rates.states))["kz-rates"]
    assert ("unreadable", "") == (state.error, state.etag)


async def test_a_slip_is_set_aside_and_the_rest_is_kept(here: Room) -> None:
    await here.round()
    here.farm.serve("/daily.xml", sheet("5123.0", "28.11.2026", "591"))
    await here.round(days=1)
    assert ["512.30"] == await here.usd()
    assert ["kz-rates/USD"] == await here.asides()
    assert "591" == str((await here.db.read(rates.points, "KZ", "EUR", 1))[0].value)


async def test_an_older_sheet_changes_nothing(here: Room) -> None:
    await here.round()
    here.farm.serve("/daily.xml", sheet("480", "20.11.2026"))
    await here.round(days=1)
    assert ["512.30"] == await here.usd()


async def test_a_crossing_is_owed_once_in_the_transaction_of_its_sheet(here: Room) -> None:
    await reader(here)
    await watches(here, "513")
    await here.round()
    assert [] == await here.owed()
    here.farm.serve("/daily.xml", sheet("513.5", "28.11.2026"))
    await here.round(days=1)
    here.farm.serve("/daily.xml", sheet("513.6", "29.11.2026"))
    await here.round(days=1)
    ((news, _),) = await here.owed()
    (told,) = news.crossings
    assert (True, Decimal("513.5"), Decimal(513)) == (told.above, told.rate, told.threshold)
    assert [None] == here.told


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [0]),
        ({"quiet_from": 0, "quiet_to": 23 * 60}, [23 - 17]),  # 17:00 in Almaty
        ({"quiet_from": 0, "quiet_to": 23 * 60, "quiet_mode": QuietMode.SILENT}, [0]),
        ({"alerts_per_hour": 0}, [1]),
        ({"silenced_at": NOON}, []),
    ],
)
async def test_quiet_hours_limits_and_stops_hold(
    here: Room, settings: dict[str, object], expected: list[int]
) -> None:
    """How many hours later it is due; whoever said /stop is told nothing."""
    await reader(here, **settings)
    await watches(here, "500")
    await here.round()
    due = [datetime.fromtimestamp(at / 1000, UTC) for _, at in await here.owed()]
    assert expected == [(at - NOON) // timedelta(hours=1) for at in due]
    (alert,) = await here.db.read(rate_alerts.of_chat, READER)
    assert alert.above


async def test_todays_address_is_asked_without_yesterdays_validators(db: Database) -> None:
    async with room(db, "/rates/{iso}") as here:
        here.farm.serve("/rates/2026-11-27", sheet("512.30"), ETag='"1"')
        here.farm.serve("/rates/2026-11-28", sheet("513", "28.11.2026"), ETag='"1"')
        await here.round()
        (asked,) = await here.round(days=1)
        assert "If-None-Match" not in asked
        assert ["513", "512.30"] == await here.usd()


@pytest.mark.parametrize(
    "row", ["kz\tZZ\tcbu\thttp://a", "kz\tKZ\tcsv\thttp://a", "\tKZ\tcbu\thttp://a"]
)
def test_an_odd_row_of_an_operators_table_is_named(row: str) -> None:
    with pytest.raises(NewsError) as raised:
        sources_of(f"name\tbank\tformat\turl\n{row}")
    assert {"line": 2} == raised.value.values


def test_a_table_that_is_not_there_is_named() -> None:
    assert () == asked_for("")
    with pytest.raises(NewsError):
        asked_for("/nowhere/rates.tsv")


async def test_a_page_that_takes_too_long_to_read_is_a_failure_like_others(here: Room) -> None:
    here.poller = replace(here.poller, workers=Stuck())
    await here.round()
    state = (await here.db.read(rates.states))["kz-rates"]
    assert ("unreadable", 1) == (state.error, state.failures)
    assert [] == await here.usd()
