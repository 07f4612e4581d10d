"""Official rates read for a reader: their country's table, a pair, and the digest's line."""

from collections.abc import Iterable
from datetime import datetime

from bot.conversation import Html
from bot.render import rates as render
from bot.render.rates import KeyLine, RateLine
from storage import rates
from storage.model import Chat
from storage.rates import KEY
from storage.sql import Connection
from watchers.rates.banks import BANKS, OF_MONEY, Bank, home
from watchers.rates.pairs import Pair, Quote, series

MOST_CHOSEN = 6
"""So many pairs fit the digest's line."""

USUAL = ("USD", "EUR", "RUB", "CNY", "KZT", "KGS", "UZS")
"""What a country's table shows, its own money left out; the others are asked for by name."""


def home_of(chat: Chat) -> Bank:
    """Return the central bank of the country where a chat's people probably live."""
    return home(chat.time_zone, chat.language)


def usual_pairs(bank: Bank) -> tuple[Pair, ...]:
    """Return the pairs that a country's people ask for first."""
    return tuple(Pair(code, bank.money) for code in USUAL if code != bank.money)


def line_of(quotes: tuple[Quote, ...], name: str = "") -> RateLine:
    """Describe the newest of some quotes, with the change since the one before it."""
    newest, *older = quotes
    before = older[0].value if older else None
    return RateLine(name or str(newest.pair), newest.day, newest.value, before)


def key_of(db: Connection, bank: str) -> KeyLine | None:
    """Return a bank's key rate, where it is known."""
    found = rates.points(db, bank, KEY, 1)
    return KeyLine(found[0].day, found[0].value) if found else None


def table(db: Connection, bank: Bank) -> tuple[tuple[RateLine, ...], KeyLine | None]:
    """Read what a country's table shows, by the bank's own rates."""
    lines = []
    for pair in usual_pairs(bank):
        quotes = series(db, pair, bank)
        if quotes and quotes[0].bank == bank.country:
            lines.append(line_of(quotes, pair.base))
    return tuple(lines), key_of(db, bank.country)


def digest_line(db: Connection, chat: Chat, now: datetime) -> Html:
    """Render the line of rates that a chat's digests have; nothing where it wants none.

    The key rate is that of the first pair's own bank.
    """
    bank = home_of(chat)
    found = [quotes for pair in chosen(chat.digest_rates) if (quotes := series(db, pair, bank))]
    if not found:
        return Html()
    of_money = OF_MONEY.get(found[0][0].pair.quote)
    key = key_of(db, of_money.country) if of_money is not None else None
    today = BANKS[found[0][0].bank].today(now)
    return render.digest_line(map(line_of, found), key, chat.language, today)


def chosen(kept: Iterable[str]) -> tuple[Pair, ...]:
    """Read the pairs that a chat chose, as they are kept; what is none is left out."""
    halves = (one.partition("/") for one in kept)
    return tuple(Pair(base, quote) for base, _, quote in halves if base and quote)[:MOST_CHOSEN]
