"""/rates: official rates of the central banks, what an amount is worth, thresholds to watch."""

import asyncio
import re
from collections.abc import Sequence
from decimal import Decimal

from bot.context import Context
from bot.conversation import Ask, Button, Edit, Html, Keyboard, Message, Picture, Reply, Row, Say
from bot.digests.official_rates import home_of, line_of, table
from bot.render import charts
from bot.render import rates as render
from bot.render.buttons import press
from bot.render.markup import joined, translate_html
from bot.texts import translate, words
from storage import rate_alerts
from storage.errors import NewsError
from storage.model import NO_THREAD, ChatKind
from storage.rate_alerts import RateAlert
from storage.sql import Connection
from watchers.rates.banks import BANKS, Bank
from watchers.rates.formats import number
from watchers.rates.pairs import Pair, Quote, read_amount, read_pair, series
from watchers.rates.thresholds import is_above

CHART_DAYS = 30
MOST_AMOUNT = Decimal(10) ** 15
_BETWEEN = re.compile(r"\s+(?:to|in|into|в|на|=)\s+", re.IGNORECASE)
"""What people write between two currencies: 100 usd in kzt."""

_ALERT = re.compile(r"alerts?", re.IGNORECASE)


async def rates(ask: Ask, context: Context) -> Reply:
    """Show the rates of the reader's country, of a pair, of an amount; or watch a threshold."""
    if not context.has_rates:
        raise NewsError("rates.off")
    first, _, rest = ask.text.strip().partition(" ")
    if not first:
        return Say((await country(ask, context, home_of(ask.chat)),))
    if _ALERT.fullmatch(first):
        return await alert(ask, context, rest.strip())
    if first.upper() in BANKS and not rest:
        return Say((await country(ask, context, BANKS[first.upper()]),))
    if (told := read_amount(ask.text)) is not None:
        return Say((await converted(ask, context, *told),))
    return await charted(ask, context, pair_of(ask, ask.text))


def pair_of(ask: Ask, text: str) -> Pair:
    """Read a pair. Raises NewsError where it is none."""
    pair = read_pair(_BETWEEN.sub("/", text), home_of(ask.chat))
    if pair is None:
        raise NewsError("rates.no_currency", text=text.strip()[:60])
    return pair


async def quotes_of(ask: Ask, context: Context, pair: Pair, most: int = 2) -> tuple[Quote, ...]:
    """Read what a pair costs. Raises NewsError where no bank tells."""
    found = await context.db.read(series, pair, home_of(ask.chat), most)
    if not found:
        raise NewsError("rates.no_rate", pair=str(pair))
    return found


# --- screens ----------------------------------------------------------------------------------


async def country(ask: Ask, context: Context, bank: Bank) -> Message:
    """Show a country's rates, with buttons to its pairs, to other countries and to the alerts."""
    lines, key = await context.db.read(table, bank)
    today = bank.today(context.clock())
    html = render.table(bank.country, lines, key, ask.chat, today=today)
    pairs = tuple(Button(line.name, press("rq", line.name, bank.money)) for line in lines)
    countries = tuple(
        Button(f"{words.flag(one)} {one}", press("rc", one))
        for one in BANKS
        if one != bank.country
    )
    dollar = next((line for line in lines if line.name == "USD"), None)
    how = Html()
    if dollar is not None:
        how = translate_html(
            ask.language,
            "rates.how",
            money=bank.money.lower(),
            threshold=format(round_near(dollar.value), "f"),
        )
    keyboard = (*_rows(pairs), countries, *await _to_alerts(ask, context))
    return Message(joined((html, how), "\n\n"), keyboard)


async def country_pressed(ask: Ask, context: Context) -> Reply:
    """Show another country's rates in their place."""
    if ask.word(1) not in BANKS:
        raise NewsError("button.old")
    return Edit(await country(ask, context, BANKS[ask.word(1)]))


async def pair_pressed(ask: Ask, context: Context) -> Reply:
    """Show a pair with its chart."""
    return await charted(ask, context, pair_of(ask, f"{ask.word(1)}/{ask.word(2)}"))


async def charted(ask: Ask, context: Context, pair: Pair) -> Reply:
    """Show a pair and draw its last thirty days; what is known of one day only has no chart."""
    quotes = await quotes_of(ask, context, pair, CHART_DAYS)
    bank = BANKS[quotes[0].bank]
    caption = joined(
        (
            render.pair(
                line_of(quotes), bank.country, ask.chat, today=bank.today(context.clock())
            ),
            translate_html(
                ask.language,
                "rates.how_alert",
                pair=str(pair).lower(),
                threshold=format(round_near(quotes[0].value), "f"),
            ),
        ),
        "\n\n",
    )
    keyboard = await _to_alerts(ask, context)
    if len(quotes) < 2:  # noqa: PLR2004 - a line has two ends
        return Say((Message(caption, keyboard),))
    days = {quote.day: float(quote.value) for quote in reversed(quotes)}  # only to be drawn
    labels = {day: render.short_day(day, ask.language) for day in days}
    png = await asyncio.to_thread(charts.line, str(pair), days, labels)
    return Picture(png, caption, keyboard)


def round_near(value: Decimal) -> Decimal:
    """Return a round number a little above, as an example of a threshold: two of its figures."""
    step = Decimal(1).scaleb(value.adjusted() - 1)
    return (value // step + 1) * step


async def converted(ask: Ask, context: Context, amount: Decimal, rest: str) -> Message:
    """Say what an amount of a currency is in another, by the official rate."""
    if amount > MOST_AMOUNT:
        raise NewsError("rates.no_currency", text=ask.text.strip()[:60])
    pair = pair_of(ask, rest)
    quotes = await quotes_of(ask, context, pair)
    bank = BANKS[quotes[0].bank]
    html = render.converted(
        amount,
        line_of(quotes),
        bank.country,
        ask.chat,
        today=bank.today(context.clock()),
    )
    return Message(html)


# --- thresholds -------------------------------------------------------------------------------


async def alert(ask: Ask, context: Context, text: str) -> Reply:
    """Watch a threshold, ``usd/kzt 550``; list them all where none is typed.

    In a group a button asks for it, which only who manages it may press.
    """
    if not text:
        return Say((await alerts(ask, context),))
    typed, _, last = text.rpartition(" ")
    threshold = number(last)
    if threshold is None or not typed:
        raise NewsError("rates.no_threshold", text=text[:60])
    pair = pair_of(ask, typed)
    if ask.here.kind is ChatKind.PRIVATE:
        return Say((await watched(ask, context, pair, threshold),))
    quotes = await quotes_of(ask, context, pair)
    said = translate_html(
        ask.language,
        "rates.watch_sure",
        pair=str(pair),
        threshold=words.amount(threshold, ask.language, least=0),
        rate=words.amount(quotes[0].value, ask.language),
    )
    label = f"🔔 {translate(ask.language, 'button.watch_rate')}"
    button = Button(label, press("rw", pair.base, pair.quote, format(threshold, "f")))
    return Say((Message(said, ((button,),)),))


async def watch_pressed(ask: Ask, context: Context) -> Reply:
    """Watch the threshold that a group was asked about."""
    threshold = number(ask.word(3))
    pair = pair_of(ask, f"{ask.word(1)}/{ask.word(2)}")
    if threshold is None:
        raise NewsError("button.old")
    return Edit(await watched(ask, context, pair, threshold))


async def watched(ask: Ask, context: Context, pair: Pair, threshold: Decimal) -> Message:
    """Keep a threshold and say what will be told."""
    bank, now = home_of(ask.chat), context.clock()

    def write(db: Connection) -> tuple[Quote, ...]:
        quotes = series(db, pair, bank)
        if quotes:
            rate_alerts.add(
                db,
                (ask.chat.id, ask.thread_id if ask.chat.id == ask.here.id else NO_THREAD),
                (pair.base, pair.quote),
                threshold,
                now,
                above=is_above(quotes[0].value, threshold),
            )
        return quotes

    quotes = await context.db.write(write)
    if not quotes:
        raise NewsError("rates.no_rate", pair=str(pair))
    said = translate_html(
        ask.language,
        "rates.watched",
        pair=str(pair),
        threshold=words.amount(threshold, ask.language, least=0),
        rate=words.amount(quotes[0].value, ask.language),
    )
    return Message(said, await _to_alerts(ask, context))


async def alerts(ask: Ask, context: Context) -> Message:
    """List a chat's thresholds, each with the button that removes it."""
    found = await context.db.read(rate_alerts.of_chat, ask.chat.id)
    if not found:
        return Message(translate_html(ask.language, "rates.no_alerts"))
    buttons = tuple(
        (Button(f"✖️ {named(one, ask.language)}", press("rx", one.id)),) for one in found
    )
    return Message(translate_html(ask.language, "rates.alerts", count=len(found)), buttons)


def named(one: RateAlert, language: str) -> str:
    """Name a threshold: USD/KZT 550."""
    return f"{Pair(one.base, one.quote)} {words.amount(one.threshold, language, least=0)}"


async def alerts_pressed(ask: Ask, context: Context) -> Reply:
    """List the thresholds below what they were asked from: that may be a picture."""
    return Say((await alerts(ask, context),))


async def unwatch_pressed(ask: Ask, context: Context) -> Reply:
    """Remove a threshold and show the others."""
    await context.db.write(rate_alerts.remove, ask.chat.id, ask.number(1))
    removed = translate(ask.language, "rates.removed")
    return Edit(await alerts(ask, context), toast=removed)


async def _to_alerts(ask: Ask, context: Context) -> Keyboard:
    found = await context.db.read(rate_alerts.of_chat, ask.chat.id)
    return thresholds_button(found, ask.language)


def thresholds_button(found: Sequence[RateAlert], language: str) -> Keyboard:
    """Return the button that lists a chat's thresholds; none where there is no threshold."""
    if not found:
        return ()
    label = f"🔔 {translate(language, 'button.rate_alerts', count=len(found))}"
    return ((Button(label, press("rl")),),)


def _rows(buttons: Row, wide: int = 3) -> Keyboard:
    return tuple(buttons[start : start + wide] for start in range(0, len(buttons), wide))
