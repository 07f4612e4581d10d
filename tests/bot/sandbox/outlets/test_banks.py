"""The demo's central banks write what real ones write: our readers read them."""

from datetime import date, timedelta

import pytest

from bot.sandbox.outlets import banks
from watchers.rates import formats
from watchers.rates.judging import judged
from watchers.rates.sources import sources_of

TODAY = date(2026, 11, 29)


@pytest.mark.parametrize("country", banks.FORMATS)
def test_a_months_sheets_are_read_and_believed(country: str) -> None:
    last = {}
    for back in range(banks.DAYS, -1, -1):
        day = TODAY - timedelta(days=back)
        body = banks.written(country, day).encode()
        sheet = formats.read(banks.FORMATS[country], body, country, TODAY)
        assert sheet is not None
        verdict = judged(sheet, last, TODAY)
        assert (len(banks.IN_DOLLARS) - 1, ()) == (len(verdict.kept), verdict.odd)
        last = {one.currency: one for one in verdict.kept}


def test_their_table_is_one_that_rates_takes() -> None:
    sources = sources_of(banks.sources("http://127.0.0.1:1"))
    assert set(banks.FORMATS) == {one.bank for one in sources}
