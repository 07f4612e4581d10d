"""In which language a visitor is spoken to."""

import pytest

from bot.web.visitor import visitor_of

ACCEPTED = [
    (None, "", "ru"),
    (None, "kk", "kk"),
    (None, "kk-KZ,kk;q=0.9,ru;q=0.8", "kk"),
    (None, "en;q=0.5, uz;q=0.9", "uz"),
    (None, "de, fr;q=0.9, tg;q=0.1", "tg"),
    (None, "be", "ru"),
    (None, "de", "ru"),
    (None, "kk;q=0, en", "en"),
    (None, "*", "ru"),
    (None, ";;;q=,,x" * 1000, "ru"),
    (None, "en" * 5000, "ru"),
    ("ky", "kk", "ky"),
    ("xx", "kk", "kk"),
    ("", "kk", "kk"),
]


@pytest.mark.parametrize(("asked", "accepted", "language"), ACCEPTED)
def test_the_address_decides_then_the_browser_then_the_operator(asked, accepted, language):
    who = visitor_of(asked, accepted, "ru", "Asia/Almaty")
    assert (language, asked == "ky") == (who.language, who.asked)
    assert (who.language, "Asia/Almaty") == (who.chat.language, who.chat.time_zone)
