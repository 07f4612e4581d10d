"""What is secret of an address is masked wherever it stands, and what is not secret stays."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from storage import feeds
from storage.errors import NewsError
from storage.feeds import NewFeed
from storage.masking import is_masked, masked, without_user_info
from storage.model import Feed
from storage.sql import Connection
from tests.bot.people import NOW

KEY = "0123456789abcdef0123456789ABCDEF"

MASKED = {
    "https://bob:pw@outlet.kz/rss": "https://***@outlet.kz/rss",
    "https://bob@outlet.kz/rss": "https://***@outlet.kz/rss",
    "https://bob@mail.kz:p@w@outlet.kz:8443/rss?a=b": "https://***@outlet.kz:8443/rss?a=b",
    "https://[::1]/?token=x": "https://[::1]/?token=***",
    "https://bob:pw@[::1]:80/": "https://***@[::1]:80/",
    "bob:pw@outlet.kz/rss": "***@outlet.kz/rss",
    "see bob:pw@10.0.0.1:8080.": "see ***@10.0.0.1:8080.",
    "https://o.kz/f?token=a&lang=ru": "https://o.kz/f?token=***&lang=ru",
    "https://o.kz/f?lang=ru&key=a": "https://o.kz/f?lang=ru&key=***",
    "https://o.kz/f?apikey=a;sig=b#c": "https://o.kz/f?apikey=***;sig=***#c",
    "https://o.kz/f?access_token=a.b-c": "https://o.kz/f?access_token=***",
    "https://o.kz/f?Access-Token=a": "https://o.kz/f?Access-Token=***",
    "https://o.kz/f?api%5Fkey=a": "https://o.kz/f?api%5Fkey=***",
    "https://o.kz/f?X-Amz-Signature=a&X-Amz-Date=1": (
        "https://o.kz/f?X-Amz-Signature=***&X-Amz-Date=1"
    ),
    "https://o.kz/f;jsessionid=a?x=1": "https://o.kz/f;jsessionid=***?x=1",
    "https://o.kz/f?a=1&amp;password=b": "https://o.kz/f?a=1&amp;password=***",
    "https://o.kz/f?token=a;b?c&x=1": "https://o.kz/f?token=***&x=1",
    f"https://o.kz/f?who={KEY}": "https://o.kz/f?who=***",
    f"https://o.kz/f?{KEY}": "https://o.kz/f?***",
    "https://o.kz/f#token=a": "https://o.kz/f#token=***",
    "https://bridge.kz/?url=https%3A%2F%2Fbob%3Apw%40o.kz%2F&format=rss": (
        "https://bridge.kz/?url=https%3A%2F%2F***%40o.kz%2F&format=rss"
    ),
    "Cannot connect to http://bob:pw@proxy:3128 (refused)": (
        "Cannot connect to http://***@proxy:3128 (refused)"
    ),
    'xmlUrl="https://bob:pw@o.kz/?sig=a" title': 'xmlUrl="https://***@o.kz/?sig=***" title',
}

NOT_SECRET = [
    "https://outlet.kz/rss",
    "https://t.me/s/outlet",
    "https://medium.com/@outlet/news",
    "https://o.kz/news?id=17&page=2",
    "https://o.kz/?category=token&sort=key",
    "https://o.kz/?monkey=1&keyword=gas&tokens=3&design=flat",
    "https://news.google.com/rss/search?q=Tashkent&hl=ru&gl=KZ&ceid=KZ:ru",
    "write to mailto:desk@outlet.kz or desk@outlet.kz",
    "at 12:30 we meet @outlet",
    "token=abc is no part of an address",
    "",
]


@pytest.mark.parametrize(("address", "shown"), MASKED.items())
def test_what_is_secret_is_masked(address: str, shown: str) -> None:
    assert shown == masked(address)
    assert is_masked(shown)


AROUND = [
    ('"', '"'), ("'", "'"), ("«", "»"), ("«", "», —"), ("“", "”"), ("„", "“"), ("‘", "’."),
    ("‹", "›"), ("(", ")"), ("(", ")."), ("[feed](", "),"), ("<", ">"), ("`", "`"), ("{", "}"),
    ("[", "]"), ('{\\"a\\": \\"', '\\"}'), ("", "."), ("", ", "), ("", "!"), ("", "…"), ("", ":"),
    ("", "; and"), ("", "?"), ("(«", "»)."),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), AROUND)
def test_the_sentence_around_an_address_stays_whole(before: str, after: str) -> None:
    for address, shown in MASKED.items():
        if "://" in address and " " not in address:
            assert f"{before}{shown}{after}" == masked(f"{before}{address}{after}")


@pytest.mark.parametrize("text", NOT_SECRET)
def test_what_is_not_secret_stays(text: str) -> None:
    assert text == masked(text)
    assert not is_masked(text)


@given(st.text())
@example("{0:#")
def test_masking_twice_is_masking_once(text: str) -> None:
    for told in (text, f"https://{text}@o.kz/?token={text}&{text}"):
        assert masked(told) == masked(masked(told))


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        ("https://bob:pw@o.kz/a?b=c@d", "https://o.kz/a?b=c@d"),
        (" https://bob:p@w@o.kz", " https://o.kz"),
        ("https://o.kz/@outlet", "https://o.kz/@outlet"),
        ("https://o.kz?mail=a@b.kz", "https://o.kz?mail=a@b.kz"),
        ("mailto:a@b.kz", "mailto:a@b.kz"),
    ],
)
def test_links_go_without_a_name_and_password(url: str, bare: str) -> None:
    assert bare == without_user_info(url)


def added(db: Connection, url: str, title: str = "Courier") -> Feed:
    return feeds.add(db, NewFeed(url, title, title), NOW)


def test_a_masked_address_that_is_typed_back_finds_its_feed(connection: Connection) -> None:
    added(connection, "https://o.kz/feed?token=other&lang=kk")
    feed = added(connection, "https://Bob:pw@O.kz/feed?token=abc")
    for typed in (masked(feed.url), masked(feed.url).replace("https", "http")):
        assert feed == feeds.found(connection, typed)
        with pytest.raises(NewsError) as raised:
            feeds.refuse_known(connection, typed)
        assert "feed.exists" == raised.value.text_key
    with pytest.raises(NewsError) as raised:
        feeds.found(connection, "https://***@o.kz/other")
    assert "feed.unknown" == raised.value.text_key


def test_of_several_that_are_shown_alike_none_is_guessed(connection: Connection) -> None:
    first, second = (added(connection, f"https://o.kz/?key={one}") for one in "ab")
    with pytest.raises(NewsError) as raised:
        feeds.found(connection, masked(first.url))
    assert "feed.several_masked" == raised.value.text_key
    assert second == feeds.found(connection, second.url)


def test_a_feed_is_never_called_by_its_secret(connection: Connection) -> None:
    url = "https://bob:pw@o.kz/feed"
    assert ("", "https://***@o.kz/feed") == (
        (feed := added(connection, url, url)).title,
        feed.outlet.name,
    )
    assert "o.kz" == added(connection, "https://o.kz/?key=a", "").outlet.name
