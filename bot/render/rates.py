"""Official rates as people see them: a country's, a pair's, the digest's line, alerts. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from bot.conversation import Html, Message
from bot.render.markup import bold, escape, joined, translate_html
from bot.texts import words
from storage.model import Chat
from storage.outbox.deliveries import RateNews

UP, DOWN, SAME = "▲", "▼", "＝"


@dataclass(frozen=True, slots=True)
class RateLine:
    """A rate to be shown: what it is of, its day, and what it was before (None where unknown)."""

    name: str
    day: date
    value: Decimal
    before: Decimal | None = None


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A key rate to be shown, per cent a year, and since when it holds."""

    day: date
    percent: Decimal


def change(line: RateLine, language: str) -> str:
    """Write how a rate changed: ▲ 0.4 %, ▼ where it is less than that, nothing where unknown."""
    if line.before is None or not line.before:
        return ""
    share = (line.value - line.before) / line.before * 100
    if not share:
        return SAME
    sign = UP if share > 0 else DOWN
    told = words.number(abs(share), language)
    return (
        f"{sign}\N{NO-BREAK SPACE}{told}\N{NO-BREAK SPACE}%"
        if abs(share) >= Decimal("0.05")
        else sign
    )


def table(
    country: str, lines: Sequence[RateLine], key: KeyLine | None, chat: Chat, *, today: date
) -> Html:
    """Render the rates of one country's bank: a line a currency, and the key rate."""
    language = chat.language
    head = joined((words.flag(country), bold(words.country(country, language))), " ")
    if not lines and key is None:
        return joined((head, translate_html(language, "rates.none_yet")), "\n\n")
    days = {line.day for line in lines}
    of_day = translate_html(
        language, "rates.of_day", day=day_name(max(days, default=today), today, language)
    )
    body = (_line(line, language, max(days), today) for line in lines)
    return joined(
        (
            joined((head, of_day if lines else ""), " · "),
            joined(body),
            key_rate(key, language, today) if key else "",
        ),
        "\n\n",
    )


def _line(line: RateLine, language: str, usual: date, today: date) -> Html:
    told = joined(
        (bold(line.name), escape(words.amount(line.value, language)), change(line, language)), "  "
    )
    # A currency whose rate is set once a week has an older day than its sheet.
    older = f"({day_name(line.day, today, language)})" if line.day != usual else ""
    return joined((told, older), " ")


def key_rate(key: KeyLine, language: str, today: date) -> Html:
    """Say what the key rate is, and since when it is known to be."""
    percent = words.amount(key.percent, language, least=0)
    day = day_name(key.day, today, language)
    return translate_html(language, "rates.key", percent=percent, day=day)


def pair(line: RateLine, bank: str, chat: Chat, *, today: date) -> Html:
    """Render one pair: what it is, how it changed, whose rate that is and of which day."""
    language = chat.language
    told = joined(
        (bold(line.name), escape(words.amount(line.value, language)), change(line, language)), "  "
    )
    return joined((told, whose(bank, line.day, language, today)))


def whose(bank: str, day: date, language: str, today: date) -> Html:
    """Say whose official rate it is, and of which day."""
    return translate_html(
        language,
        "rates.whose",
        country=words.country(bank, language),
        day=day_name(day, today, language),
    )


def converted(amount: Decimal, line: RateLine, bank: str, chat: Chat, *, today: date) -> Html:
    """Say what an amount of one currency is in another, by which rate of which day."""
    language = chat.language
    base, _, quote = line.name.partition("/")
    told = words.amount(amount, language, least=0)
    worth = words.amount(amount * line.value, language)
    said = bold(f"{told} {base} = {worth} {quote}")
    return joined((said, pair(line, bank, chat, today=today)), "\n\n")


def digest_line(
    lines: Iterable[RateLine], key: KeyLine | None, language: str, today: date
) -> Html:
    """Render the digest's line: USD/KZT 512.30 ▲ 0.4 % · RUB/KZT 6.31 ▼ · base rate 16.5 %."""
    parts = []
    for line in lines:
        told = (line.name, words.amount(line.value, language), change(line, language))
        older = f"({day_name(line.day, today, language)})" if line.day != today else ""
        parts.append(joined((*told, older), " "))
    if not parts:
        return Html()
    if key is not None:
        percent = words.amount(key.percent, language, least=0)
        parts.append(translate_html(language, "rates.key_short", percent=percent))
    return joined(("💱", joined(parts, " · ")), " ")


def news(told: RateNews, chat: Chat, *, today: date) -> Message:
    """Render the message that rates crossed thresholds."""
    language = chat.language
    lines = [
        joined(
            (
                translate_html(
                    language,
                    "rates.crossed_up" if one.above else "rates.crossed_down",
                    pair=one.pair,
                    threshold=words.amount(one.threshold, language, least=0),
                    rate=words.amount(one.rate, language),
                ),
                whose(one.bank, one.day, language, today),
            )
        )
        for one in told.crossings
    ]
    return Message(joined((joined(("💱", lines[0]), " "), *lines[1:]), "\n\n"))


def short_day(day: date, language: str) -> str:
    """Write a day on two lines, which are narrower than one, for under a chart."""
    return "\n".join(day_name(day, day, language).rstrip(".").split(maxsplit=1))


def day_name(day: date, today: date, language: str) -> str:
    """Write a calendar day, with the year where it is not this one's."""
    return words.day(_moment(day), _moment(today), language, UTC)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)
