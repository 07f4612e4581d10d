"""rates: what is kept, as JSON lines; and a table of banks that is wrong is named."""

from contextlib import closing
from datetime import date
from decimal import Decimal

from storage import rates
from storage.database import connect
from storage.rates import KEY, OfficialRate
from tests.bot.cli.conftest import lines


def test_the_newest_rates_are_listed_exactly(cli, tmp_path):
    with closing(connect(tmp_path / "news.db")) as db, db.conn:
        for day, value in ((27, "510.10"), (28, "512.30")):
            rates.keep(db, [OfficialRate("KZ", "USD", date(2026, 11, day), Decimal(value))])
        rates.keep(db, [OfficialRate("KZ", KEY, date(2026, 10, 9), Decimal("16.5"))])
        rates.keep(db, [OfficialRate("RU", "KZT", date(2026, 11, 28), Decimal("15.8"), 100)])
    told = [tuple(row.values()) for row in lines(cli("rates", "--json"))]
    assert [
        ("KZ", "USD", "2026-11-28", "512.30", 1),
        ("KZ", "KEY", "2026-10-09", "16.5", 1),
        ("RU", "KZT", "2026-11-28", "15.8", 100),
    ] == told


def test_a_table_that_is_not_there_is_one_sentence(cli):
    result = cli("rates", "--look", RATES="/nowhere/rates.tsv")
    assert 1 == result.exit_code
    assert "/nowhere/rates.tsv" in result.stderr
