"""/rates: what a bank says of its country's money, pairs, amounts, thresholds, digests."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.conversation import File, Picture
from bot.delivery import message as delivery_message
from bot.delivery.context import gather
from bot.digests.listing import ListView
from storage import chats, rate_alerts, rates
from storage.database import Database
from storage.errors import NewsError
from storage.model import ChatId
from storage.outbox import rows
from storage.rates import KEY, OfficialRate
from tests.bot.people import NOW, READER, Person, context_of
from watchers.rates import crossings

TODAY = NOW.date()


def rate(
    bank: str, currency: str, value: str, day: date = TODAY, nominal: int = 1
) -> OfficialRate:
    return OfficialRate(bank, currency, day, Decimal(value), nominal)


SHEETS = (
    rate("KZ", "USD", "510.00", TODAY - timedelta(days=1)),
    rate("KZ", "USD", "512.30"),
    rate("KZ", "EUR", "590.1"),
    rate("KZ", "RUB", "6.31", TODAY - timedelta(days=2)),
    rate("KZ", KEY, "16.5", TODAY - timedelta(days=40)),
    rate("RU", "USD", "81.2345"),
    rate("RU", "KZT", "15.8", nominal=100),
)


@pytest.fixture
async def anna(db: Database) -> Person:
    await db.write(rates.keep, SHEETS)
    return await Person.comes(context_of(db), time_zone="Asia/Almaty")


async def test_the_readers_country_comes_first_with_its_changes(anna: Person) -> None:
    said = await anna.types("/rates")
    assert "🇰🇿 Kazakhstan · official rates, 22 Nov" in said
    assert "USD  512.30  ▲\N{NO-BREAK SPACE}0.5\N{NO-BREAK SPACE}%" in said
    assert "RUB  6.31 (20 Nov)" in said
    assert "Key rate: 16.5 %, since 13 Oct" in said
    assert "KGS" not in said


async def test_buttons_lead_to_other_countries(anna: Person) -> None:
    await anna.types("/rates")
    assert "🇷🇺 Russia" in await anna.presses("🇷🇺")
    assert "Nothing has come" in await anna.presses("🇺🇿")


@pytest.mark.parametrize("typed", ["usd/kzt", "USD KZT", "usdkzt", "$", "usd", "kzt", "usd в kzt"])
async def test_a_pair_is_read_however_it_is_typed(anna: Person, typed: str) -> None:
    await anna.types(f"/rates {typed}")
    assert isinstance(anna.last, Picture)
    assert "USD/KZT</b>  512.30" in anna.last.caption
    assert "Official rate: Kazakhstan, 22 Nov" in anna.last.caption
    assert anna.last.png.startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("100 usd kzt", "100 USD = 51,230.00 KZT"),
        ("1 000,5 usd/kzt", "1,000.5 USD = 512,556.15 KZT"),
        ("51230 kzt usd", "51,230 KZT = 100.00 USD"),
        ("100 usd eur", "100 USD = 86.82 EUR"),  # both at the reader's own bank
        ("100 kzt in rub", "100 KZT = 15.80 RUB"),
        ("5 eur", "5 EUR = 2,950.50 KZT"),
    ],
)
async def test_an_amount_is_worth_what_the_official_rate_says(
    anna: Person, typed: str, expected: str
) -> None:
    said = await anna.types(f"/rates {typed}")
    assert expected in said
    assert "Official rate:" in said


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("dollars", "rates.no_currency"),
        ("usd/usd", "rates.no_currency"),
        ("100", "rates.no_currency"),
        ("9" * 19 + " usd kzt", "rates.no_currency"),
        ("xxx/kzt", "rates.no_rate"),
        ("alert usd/kzt", "rates.no_threshold"),
        ("alert usd/kzt -5", "rates.no_threshold"),
        ("alert usd/kzt NaN", "rates.no_threshold"),
        ("alert 550", "rates.no_threshold"),
        ("alert abc/def 5", "rates.no_rate"),
        ("alert nonsense here 5", "rates.no_currency"),
        ("\u0000" * 9, "rates.no_currency"),
    ],
)
async def test_wrong_input_gets_a_sentence(anna: Person, typed: str, key: str) -> None:
    with pytest.raises(NewsError) as raised:
        await anna.types(f"/rates {typed}")
    assert key == raised.value.text_key


async def test_where_no_rates_are_asked_for_that_is_said(db: Database) -> None:
    anna = await Person.comes(context_of(db, has_rates=False))
    with pytest.raises(NewsError) as raised:
        await anna.types("/rates")
    assert "rates.off" == raised.value.text_key
    assert "Rates in the digest" not in await anna.types("/settings")


async def test_thresholds_are_set_listed_and_removed(anna: Person) -> None:
    said = await anna.types("/rates alert usd/kzt 550")
    assert "USD/KZT crosses 550" in said
    assert "512.30" in said
    await anna.types("/rates alert usd/kzt 550")  # the same once more
    await anna.types("/rates alert eur 600,5")
    said = await anna.types("/subscriptions")
    assert "Rates you watch: USD/KZT 550, EUR/KZT 600.5" in said
    assert "2 thresholds" in str(anna.last)
    await anna.types("/subscribe Kashagan")
    assert "USD/KZT 550" in await anna.types("/subscriptions")
    assert "2 thresholds" in await anna.types("/rates alert")
    said = await anna.presses("EUR/KZT 600.5")
    assert "1 threshold" in said
    await anna.types("/rates")
    await anna.presses("1 threshold")
    assert "You watch no thresholds" in await anna.presses("USD/KZT 550")


async def test_a_chat_has_so_many_thresholds_and_no_more(anna: Person) -> None:
    for number in range(rate_alerts.MOST):
        await anna.types(f"/rates alert usd/kzt {550 + number}")
    with pytest.raises(NewsError) as raised:
        await anna.types("/rates alert usd/kzt 1000")
    assert "rates.many_alerts" == raised.value.text_key


async def test_in_a_group_a_button_asks_for_it(anna: Person) -> None:
    group = await Person.comes(anna.context, ChatId(-5), time_zone="Asia/Almaty")
    assert "Tell this chat" in await group.types("/rates alert usd/kzt 550.5")
    assert () == await anna.context.db.read(rate_alerts.of_chat, ChatId(-5))
    assert "crosses 550.5" in await group.presses("Watch it")


@pytest.mark.parametrize("language", ["en", "ru", "kk", "ky", "uz", "tg"])
async def test_a_crossing_is_told_in_the_chats_language(anna: Person, language: str) -> None:
    db = anna.context.db
    await anna.types("/rates alert usd/kzt 513")
    await db.write(chats.change, READER, language=language)
    await db.write(rates.keep, [rate("KZ", "USD", "513.5", TODAY + timedelta(days=1))])
    assert await db.write(crossings.enqueue, NOW)
    (number,) = await db.read(lambda db: db.conn.execute("select id from deliveries").fetchone())
    row = await db.read(rows.by_id, number)
    context = await db.read(gather, row)
    assert context is not None
    told = delivery_message.write(row, context, NOW, "bot")
    assert isinstance(told, delivery_message.OutgoingMessage)
    assert "USD/KZT" in told.text
    assert "513" in told.text
    assert "?" not in told.text
    assert told.text.startswith("💱 <b>")
    assert "&lt;" not in told.text


async def test_the_digest_tells_the_pairs_that_were_chosen(anna: Person) -> None:
    await anna.types("/settings")
    await anna.presses("Rates in the digest")
    await anna.presses("USD/KZT")
    await anna.presses("RUB/KZT")
    assert "USD/KZT, RUB/KZT" in await anna.types("/settings")
    chat = (await anna.ask()).chat
    (message, *_) = await anna.context.digests.on_demand(ListView.of(chat, chat))
    assert (
        "💱 USD/KZT 512.30 ▲\N{NO-BREAK SPACE}0.5\N{NO-BREAK SPACE}% · RUB/KZT 6.31 (20 Nov)"
        " · key rate 16.5 %" in message.html
    )
    await anna.types("/settings")
    await anna.presses("Rates in the digest")
    await anna.presses("USD/KZT")
    await anna.presses("RUB/KZT")
    chat = await anna.context.db.read(chats.get, READER)
    assert chat is not None
    assert () == chat.digest_rates


async def test_a_forged_button_changes_nothing(anna: Person) -> None:
    for data in ("t:rate:XXX/YYY:1", "rc:XX", "rp:USD:", "rw:USD:KZT:x"):
        with pytest.raises(NewsError):
            await anna.sends(data)
    await anna.sends("rx:999")


async def test_thresholds_are_taken_home_and_deleted_with_the_chat(anna: Person) -> None:
    await anna.types("/rates alert usd/kzt 550.5")
    await anna.types("/export_me")
    assert isinstance(anna.last, File)
    assert "550.5" == json.loads(anna.last.body)["rate_alerts"][0]["threshold"]
    await anna.types("/delete_me")
    await anna.sends("delz")
    assert () == await anna.context.db.read(rate_alerts.of_chat, READER)
