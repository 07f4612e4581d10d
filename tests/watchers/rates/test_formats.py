"""Each bank's format is read, and whatever else comes in its place gives nothing. Own figures."""

from datetime import date
from decimal import Decimal

import pytest

from storage.rates import KEY, OfficialRate
from watchers.rates import formats
from watchers.rates.formats import MOST_BYTES, day_of, number
from watchers.rates.sources import our_own

TODAY = date(2026, 11, 29)
DAY = date(2026, 11, 28)


def valcurs(rows: str, day: str = "28.11.2026") -> str:
    return f'<?xml version="1.0" encoding="windows-1251"?><ValCurs Date="{day}">{rows}</ValCurs>'


def valute(code: str = "USD", nominal: str = "1", value: str = "81,2345") -> str:
    return (
        f'<Valute ID="R1"><CharCode>{code}</CharCode><Nominal>{nominal}</Nominal>'
        f"<Name>Доллар</Name><Value>{value}</Value></Valute>"
    )


USUAL = {"USD": "81.2345", "KZT": "0.158"}
DOCUMENTS = {
    "valcurs": valcurs(valute() + valute("KZT", "100", "15,8000")).encode("cp1251"),
    "nbkr": '<?xml version="1.0" encoding="UTF-8"?><CurrencyRates Name="Daily" Date="28.11.2026">'
    '<Currency ISOCode="USD"><Nominal>1</Nominal><Value>81,2345</Value></Currency>'
    '<Currency ISOCode="KZT"><Nominal>1</Nominal><Value>0,1580</Value></Currency></CurrencyRates>',
    "nbk": '<?xml version="1.0" encoding="utf-8"?><rates><title>Rates</title><date>28.11.2026</date>'
    "<item><fullname>ДОЛЛАР</fullname><title>USD</title><description>81.2345</description>"
    "<quant>1</quant><index>UP</index><change>+0.3</change></item>"
    "<item><title>KZT</title><description>1.58</description><quant>10</quant></item></rates>",
    "nbk-rss": '<rss version="2.0"><channel><title>Rates</title>'
    "<item><title>USD</title><pubDate>28.11.2026</pubDate><description>81.2345</description>"
    "<quant>1</quant></item><item><title>KZT</title><pubDate>28.11.2026</pubDate>"
    "<description>1.58</description><quant>10</quant></item></channel></rss>",
    "cbu": '[{"id":1,"Ccy":"USD","Nominal":"1","Rate":"81.2345","Date":"28.11.2026"},'
    '{"Ccy":"KZT","Nominal":"10","Rate":"1.58","Date":"28.11.2026"},'
    '{"Ccy":"XDR","Nominal":"1","Rate":"99","Date":"01.11.2026"}]',
    "table": "<p>28.11.2026</p><table><tr><th>Code</th><th>Units</th><th>Rate</th></tr>"
    "<tr><td>USD</td><td>1</td><td>81.2345</td></tr><tr><td>KZT</td><td>10</td><td>1,58</td></tr>"
    "</table>",
}  # fmt: skip


def read(format_: str, text: str | bytes, **rules: str) -> dict[str, str] | None:
    body = text if isinstance(text, bytes) else text.encode()
    sheet = formats.read(format_, body, "RU", TODAY, rules)
    return (
        None if sheet is None else {one.currency: str(one.one.normalize()) for one in sheet.rates}
    )


@pytest.mark.parametrize("format_", DOCUMENTS)
def test_what_a_bank_publishes_is_read_exactly(format_: str) -> None:
    body = DOCUMENTS[format_]
    raw = body if isinstance(body, bytes) else body.encode()
    sheet = formats.read(format_, raw, "RU", TODAY)
    assert sheet is not None
    assert (DAY, USUAL) == (
        sheet.day,
        {one.currency: str(one.one.normalize()) for one in sheet.rates},
    )


def test_the_same_document_in_a_wrong_encoding_says_the_same() -> None:
    text = valcurs(valute() + valute("KZT", "100", "15,8000"))
    assert USUAL == read("valcurs", text) == read("valcurs", text.encode("koi8-r"))
    assert USUAL == read("valcurs", "\ufeff" + text)


def test_tajikistan_writes_its_days_and_numbers_the_other_way() -> None:
    assert {"USD": "9.56"} == read("valcurs", valcurs(valute(value="9.5600"), "2026-11-28"))


@pytest.mark.parametrize(
    "row",
    [
        valute(nominal=""),
        valute(nominal="0"),
        valute(nominal="-1"),
        valute(nominal="1.5"),
        valute(value="NaN"),
        valute(value="Infinity"),
        valute(value="-81,2"),
        valute(value="0"),
        valute(value="8E1"),
        valute(value="1,234.56"),
        valute(value="9" * 13),
        valute(value="٨١"),
        valute(code="usd"),
        valute(code="DOLLAR"),
        valute(code=KEY),
        "<Valute><CharCode>USD</CharCode><Value>81</Value></Valute>",
    ],
)
def test_a_rate_that_is_none_is_left_out_and_the_others_stay(row: str) -> None:
    assert {"EUR": "91"} == read("valcurs", valcurs(row + valute("EUR", "1", "91")))
    assert read("valcurs", valcurs(row)) is None


HOSTILE = {
    "nothing": b"",
    "another page": b"<html><body>Checking your browser</body></html>",
    "an entity": b'<!DOCTYPE v [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    + valcurs(valute(value="&x;")).partition("?>")[2].encode(),
    "a bomb": b'<!DOCTYPE v [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    + valcurs(valute()).encode(),
    "utf-16": valcurs(valute()).encode("utf-16"),
    "too long": valcurs(valute() + "<!--" + "x" * MOST_BYTES + "-->").encode(),
    "cut off": valcurs(valute())[:-12].encode(),
    "deep": b"<a>" * 100_000,
    "deep json": b"[" * 100_000,
    "other json": b'{"USD": 1}',
    "odd json": b'[1, null, {"Ccy": ["USD"], "Nominal": {}, "Rate": NaN, "Date": 3}]',
    "zeros": b"\0" * 1000,
    "no day": valcurs(valute(), "someday").encode(),
    "no such day": valcurs(valute(), "31.02.2026").encode(),
}


@pytest.mark.parametrize("format_", formats.READERS)
@pytest.mark.parametrize("what", HOSTILE)
def test_whatever_else_comes_is_no_sheet(format_: str, what: str) -> None:
    assert formats.read(format_, HOSTILE[what], "RU", TODAY) is None


def test_a_table_may_say_once_for_how_many_its_rows_are() -> None:
    page = "<table><tr><td>USD</td><td>3.5</td></tr></table>"
    assert read("table", page) is None
    assert {"USD": "3.5"} == read("table", page, nominal="1")


KEYS = """<table class="keys"><tr><th>Date</th><th>Rate</th></tr>
<tr><td>30.11.2026</td><td>17,00</td></tr><tr><td>27.11.2026</td><td>16,50</td></tr>
<tr><td>12.09.2026</td><td>16,75 %</td></tr></table>"""


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (KEYS, OfficialRate("RU", KEY, date(2026, 11, 27), Decimal("16.50"))),
        (KEYS.replace("27.11.2026", "27.10.2025"), OfficialRate("RU", KEY, date(2026, 9, 12), Decimal("16.75"))),
        ("<table><tr><td>16,50</td></tr></table>", None),
        ("<p>27.11.2026 16,50</p>", None),
    ],
)  # fmt: skip
def test_of_key_rates_the_newest_that_has_begun_counts(
    page: str, expected: OfficialRate | None
) -> None:
    sheet = formats.read("key-table", page.encode(), "RU", TODAY, {"rows": "tr"})
    assert expected == (None if sheet is None else sheet.rates[0])


def test_rows_are_chosen_by_the_sources_own_rule() -> None:
    page = KEYS + "<table><tr><td>28.11.2026</td><td>5 %</td></tr></table>"
    sheet = formats.read("key-table", page.encode(), "RU", TODAY, {"rows": ".keys tr"})
    assert sheet is not None
    assert DAY != sheet.day
    assert formats.read("key-table", page.encode(), "RU", TODAY, {"rows": "tr:("}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("512.30", "512.30"), ("6,31", "6.31"), ("12 171,03", "12171.03"), ("12\u00a0171", "12171"),
        ("", None), ("+1", None), ("1.2.3", None), ("1e3", None), (".5", None),
    ],
)  # fmt: skip
def test_numbers_are_plain(text: str, expected: str | None) -> None:
    assert (None if expected is None else Decimal(expected)) == number(text)


def test_days_are_found_in_texts() -> None:
    assert day_of("Rates as of 28.11.2026, 31.12.2026") == DAY
    assert day_of("2026-11-28T00:00:00") == DAY
    assert day_of("99.99.2026 then 28/11/2026") == DAY
    assert day_of("128.11.20265") is None


def test_every_source_of_ours_is_readable_and_unchecked() -> None:
    assert {"KZ", "KG", "UZ", "TJ", "TM", "RU"} == {one.bank for one in our_own()}
    assert all(one.url(TODAY).startswith("https://") for one in our_own())
    assert not any("{" in one.url(TODAY) for one in our_own())
