"""Which chats are owed a word because a rate crossed a threshold of theirs."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import groupby

from storage import chats, rate_alerts
from storage.local_time import quiet_until
from storage.model import Chat, QuietMode
from storage.outbox import queue
from storage.outbox.deliveries import Crossing, DeliveryKind, NewDelivery, RateNews
from storage.rate_alerts import RateAlert
from storage.sql import Connection
from watchers.rates.banks import home
from watchers.rates.pairs import Pair, Quote, series
from watchers.rates.thresholds import Side, step


def enqueue(db: Connection, now: datetime) -> bool:
    """Look at every threshold and owe one message a place for those that were crossed.

    Each pair is priced once, however many wait for it. A chat that said /stop is told nothing,
    and its thresholds follow the rate nevertheless: going on is no news of last month.
    """
    priced: dict[tuple[Pair, str], tuple[Quote, ...]] = {}
    owed: list[NewDelivery] = []
    for chat_id, of_chat in groupby(rate_alerts.every(db), lambda one: one.chat_id):
        chat = chats.readable(db, chat_id, now)
        if chat is None:
            continue
        crossed: list[tuple[RateAlert, Crossing]] = []
        bank = home(chat.time_zone, chat.language)
        for alert in of_chat:
            pair = Pair(alert.base, alert.quote)
            key = (pair, bank.country)
            if key not in priced:
                priced[key] = series(db, pair, bank)
            if priced[key] and (told := _crossing(db, alert, priced[key][0])) is not None:
                crossed.append((alert, told))
        if chat.silenced_at is None:
            owed += messages(chat, crossed, _due(db, chat, now), now)
    return bool(queue.enqueue(db, owed, now))


def _crossing(db: Connection, alert: RateAlert, quote: Quote) -> Crossing | None:
    """Move a threshold's side after the rate; return what there is to tell, if it crossed."""
    before = Side(alert.above, alert.armed)
    side, crossed = step(before, quote.value, alert.threshold)
    if side != before:
        rate_alerts.turn(db, alert.id, above=side.above, armed=side.armed)
    if not crossed:
        return None
    return Crossing(
        str(quote.pair), alert.threshold, quote.value, side.above, quote.bank, quote.day
    )


def messages(
    chat: Chat, crossed: Iterable[tuple[RateAlert, Crossing]], due: datetime, now: datetime
) -> Iterable[NewDelivery]:
    """Return one message for each topic of a chat."""
    by_place: dict[int, list[tuple[RateAlert, Crossing]]] = {}
    for alert, crossing in crossed:
        by_place.setdefault(alert.thread_id, []).append((alert, crossing))
    for here in by_place.values():
        yield NewDelivery(
            chat.id,
            here[0][0].thread_id,
            DeliveryKind.RATE,
            f"rates/{now:%Y%m%d%H%M%S%f}",
            payload=RateNews(tuple(crossing for _, crossing in here)),
            due_at=due,
        )


def _due(db: Connection, chat: Chat, now: datetime) -> datetime:
    """Return when a chat may hear of it: after its quiet hours, and its hour's other alerts.

    No rate is so urgent that it breaks the quiet of who wants to be woken for great news.
    """
    wakes = quiet_until(now, chat.time_zone, chat.quiet_from, chat.quiet_to)
    if wakes is not None and chat.quiet_mode in (QuietMode.HOLD, QuietMode.URGENT):
        return wakes
    if queue.alerts_since(db, chat.id, now - timedelta(hours=1)) >= chat.alerts_per_hour:
        return now + timedelta(hours=1)
    return now
