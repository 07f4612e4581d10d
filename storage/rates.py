"""Official rates: what central banks published, a row a bank, currency and day, and whom to ask.

Amounts are decimals from the bank's text to the reader's screen: they are kept as text. A key
rate is kept like a currency, under ``KEY``, with a row for each change.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from storage.sql import Connection, from_ms, moment, to_ms

KEY = "KEY"
"""Stands in a currency's place for the key rate."""

KEPT = timedelta(days=400)
"""So long a day's rates are kept: a year can be compared."""

_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class OfficialRate:
    """What a bank published: ``value`` of its money for ``nominal`` of ``currency`` (ISO 4217).

    ``bank`` is its country (ISO 3166). Of ``KEY`` it is per cent a year, and ``day`` the one
    from which it holds.
    """

    bank: str
    currency: str
    day: date
    value: Decimal
    nominal: int = 1

    @property
    def one(self) -> Decimal:
        """What a single unit costs."""
        return self.value / self.nominal


@dataclass(frozen=True, slots=True)
class RateSheet:
    """What a bank published for one day."""

    bank: str
    day: date
    rates: tuple[OfficialRate, ...]


@dataclass(frozen=True, slots=True)
class SourceState:
    """How the looks at an address are: when the next is due, and what the last one left.

    ``error`` says in a word why the last look brought nothing, "" where it was well.
    """

    name: str
    url: str
    due_at: datetime
    checked_at: datetime | None = None
    etag: str = ""
    last_modified: str = ""
    failures: int = 0
    error: str = ""


def states(db: Connection) -> Mapping[str, SourceState]:
    """Return how each source is, by its name; those that were never asked are not among them."""
    rows = db.conn.execute(
        "select name, url, due_at, checked_at, etag, last_modified, failures, error"
        " from rate_sources"
    )
    return {
        row[0]: SourceState(row[0], row[1], moment(row[2]), from_ms(row[3]), *row[4:])
        for row in rows
    }


def settle(db: Connection, state: SourceState) -> None:
    """Write down how a source is after a look."""
    db.conn.execute(
        "insert or replace into rate_sources"
        " (name, url, due_at, checked_at, etag, last_modified, failures, error)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            state.name,
            state.url,
            to_ms(state.due_at),
            to_ms(state.checked_at),
            state.etag,
            state.last_modified,
            state.failures,
            state.error,
        ),
    )


def keep(db: Connection, rates: Iterable[OfficialRate]) -> int:
    """Keep rates, in the place of what their bank said of that day before; count the changes."""
    return sum(
        db.conn.execute(
            "insert into official_rates(bank, currency, day, value, nominal)"
            " values (?, ?, ?, ?, ?) on conflict do update"
            " set value = excluded.value, nominal = excluded.nominal"
            " where value <> excluded.value or nominal <> excluded.nominal",
            (one.bank, one.currency, day_number(one.day), format(one.value, "f"), one.nominal),
        ).rowcount
        for one in rates
    )


def points(db: Connection, bank: str, currency: str, most: int = 2) -> tuple[OfficialRate, ...]:
    """Return the last rates of a currency at a bank, newest first."""
    rows = db.conn.execute(
        "select day, value, nominal from official_rates where bank = ? and currency = ?"
        " order by day desc limit ?",
        (bank, currency, most),
    )
    return tuple(
        OfficialRate(bank, currency, _EPOCH + timedelta(days=day), Decimal(value), nominal)
        for day, value, nominal in rows
    )


def currencies(db: Connection, bank: str) -> tuple[str, ...]:
    """Return what a bank publishes rates of, by the alphabet; the key rate is none of them."""
    rows = db.conn.execute(
        "select distinct currency from official_rates where bank = ? and currency <> ? order by 1",
        (bank, KEY),
    )
    return tuple(row[0] for row in rows)


def newest(db: Connection, bank: str) -> dict[str, OfficialRate]:
    """Return the last rate of everything that a bank publishes, by currency."""
    wanted = (*currencies(db, bank), KEY)
    return {name: found[0] for name in wanted if (found := points(db, bank, name, 1))}


def prune(db: Connection) -> None:
    """Forget rates that are old beside the newest of their currency, whatever our clock says.

    A key rate holds until the next one, and there are few.
    """
    db.conn.execute(
        "delete from official_rates where currency <> ? and day < ("
        " select max(n.day) from official_rates n"
        " where n.bank = official_rates.bank and n.currency = official_rates.currency) - ?",
        (KEY, KEPT.days),
    )


def day_number(day: date) -> int:
    """Return a calendar day as the days since 1970: it is the bank's own, in no time zone."""
    return (day - _EPOCH).days
