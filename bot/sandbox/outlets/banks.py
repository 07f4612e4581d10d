"""Central banks of the demo, on loopback: each in its real one's format, with invented figures.

Their days begin a month ago and pass in seconds until they reach today, so that a chart fills
and thresholds are crossed while somebody looks.
"""

import hashlib
import json
import math
from collections.abc import Callable
from datetime import date, datetime, timedelta

from aiohttp import web

DAYS = 30
"""How long before today a demo's first sheet is."""

FORMATS = {
    "KZ": "nbk", "KG": "nbkr", "UZ": "cbu", "TJ": "valcurs", "TM": "table", "RU": "valcurs",
}  # fmt: skip
MONEY = {"KZ": "KZT", "KG": "KGS", "UZ": "UZS", "TJ": "TJS", "TM": "TMT", "RU": "RUB"}
IN_DOLLARS = {
    "USD": 1.0, "EUR": 1.12, "CNY": 0.14, "RUB": 0.0124, "KZT": 0.00195, "KGS": 0.0115,
    "UZS": 0.000079, "TJS": 0.105, "TMT": 0.2857,
}  # fmt: skip
"""Invented, near enough to what readers know to look right."""

KEY_RATES = {"KZ": 16.5, "KG": 9.25, "UZ": 13.5, "TJ": 7.75, "RU": 15.5}
SMALL = 1.0
"""What costs less is given for more units, as the real ones do."""


class SampleBanks:
    """What the banks publish now. ``every`` is how many seconds a demo's day takes."""

    def __init__(self, clock: Callable[[], datetime], *, every: float = 4.0) -> None:
        self._clock = clock
        self._opened = clock()
        self._every = every

    def routes(self) -> list[web.RouteDef]:
        """List the routes."""
        return [
            web.get("/banks/{country}/rates", self.rates),
            web.get("/banks/{country}/key", self.key),
        ]

    @property
    def day(self) -> date:
        """The day that it is at the banks."""
        now = self._clock()
        passed = int((now - self._opened).total_seconds() / self._every)
        return now.date() - timedelta(days=max(0, DAYS - passed))

    async def rates(self, request: web.Request) -> web.Response:
        """Give a bank's sheet of the day, or 304 to who has it already."""
        country = request.match_info["country"]
        if country not in FORMATS:
            raise web.HTTPNotFound
        return _answer(request, written(country, self.day))

    async def key(self, request: web.Request) -> web.Response:
        """Give the page with a bank's key rate."""
        country = request.match_info["country"]
        if country not in KEY_RATES:
            raise web.HTTPNotFound
        decided = self._clock().date() - timedelta(days=DAYS + 20)
        row = f"<tr><td>{decided:%d.%m.%Y}</td><td>{KEY_RATES[country]:.2f} %</td></tr>"
        return _answer(request, f"<table><tr><th>Date</th><th>Rate</th></tr>{row}</table>")


def sources(url: str) -> str:
    """Write the table of these banks, as RATES takes one."""
    rows = [
        *((country, "rates", FORMATS[country]) for country in FORMATS),
        *((country, "key", "key-table") for country in KEY_RATES),
    ]
    lines = [
        f"{country.lower()}-{what}\t{country}\t{format_}\t{url}/banks/{country}/{what}"
        for country, what, format_ in rows
    ]
    return "\n".join(("name\tbank\tformat\turl", *lines, ""))


def written(country: str, day: date) -> str:
    """Write a bank's sheet in its own format (pure)."""
    sheet = figures(country, day)
    match FORMATS[country]:
        case "nbk":
            rows = "".join(
                f"<item><title>{code}</title><description>{value:.2f}</description>"
                f"<quant>{units}</quant></item>"
                for code, units, value in sheet
            )
            return f"<rates><date>{day:%d.%m.%Y}</date>{rows}</rates>"
        case "nbkr":
            rows = "".join(
                f'<Currency ISOCode="{code}"><Nominal>{units}</Nominal>'
                f"<Value>{comma(value)}</Value></Currency>"
                for code, units, value in sheet
            )
            return f'<CurrencyRates Date="{day:%d.%m.%Y}">{rows}</CurrencyRates>'
        case "cbu":
            return json.dumps(
                [
                    {"Ccy": code, "Nominal": str(units), "Rate": f"{value:.2f}",
                     "Date": f"{day:%d.%m.%Y}"}
                    for code, units, value in sheet
                ]
            )  # fmt: skip
        case "table":
            rows = "".join(
                f"<tr><td>{code}</td><td>{units}</td><td>{value:.4f}</td></tr>"
                for code, units, value in sheet
            )
            return f"<p>{day:%d.%m.%Y}</p><table>{rows}</table>"
        case _:
            rows = "".join(
                f"<Valute><CharCode>{code}</CharCode><Nominal>{units}</Nominal>"
                f"<Value>{comma(value)}</Value></Valute>"
                for code, units, value in sheet
            )
            return f'<ValCurs Date="{day:%d.%m.%Y}">{rows}</ValCurs>'


def comma(value: float) -> str:
    """Write a number as half of the banks do."""
    return f"{value:.4f}".replace(".", ",")


def figures(country: str, day: date) -> list[tuple[str, int, float]]:
    """Invent what currencies cost on a day: the code, for how many units, in the bank's money."""
    money = MONEY[country]
    sheet = []
    for code in IN_DOLLARS:
        if code == money:
            continue
        value = in_dollars(code, day) / in_dollars(money, day)
        units = 1 if value >= SMALL else 100 if value * 100 >= SMALL else 10_000
        sheet.append((code, units, value * units))
    return sheet


def in_dollars(code: str, day: date) -> float:
    """Let a currency wander a little, in waves of its own; the dollar and the manat stand."""
    if code in ("USD", "TMT"):
        return IN_DOLLARS[code]
    turn = sum(map(ord, code))
    slow = math.sin(day.toordinal() / 9 + turn)
    quick = math.sin(day.toordinal() * 1.7 + turn)
    return IN_DOLLARS[code] * (1 + 0.02 * slow + 0.004 * quick)


def _answer(request: web.Request, text: str) -> web.Response:
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == etag:
        return web.Response(status=304, headers={"ETag": etag})
    return web.Response(text=text, content_type="text/plain", headers={"ETag": etag})
