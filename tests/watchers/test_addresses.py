"""What an admin types to name a source, read and written."""

import pytest

from storage.errors import NewsError
from watchers import addresses

URL = "https://a.example/news"
READ = {
    "an address alone": (f" {URL} ", {}),
    "headlines found by themselves": (f"{URL}\nitem: auto", {"item": "auto"}),
    "selectors, in any case, with colons of their own": (
        f"{URL}\n\n ITEM :  li:not(.ad) > a \ntitle: h3",
        {"item": "li:not(.ad) > a", "title": "h3"},
    ),
    "a zone": (f"{URL}\nitem: li\nzone: Asia/Almaty", {"item": "li", "time_zone": "Asia/Almaty"}),
}


@pytest.mark.parametrize(("typed", "rules"), READ.values(), ids=READ)
def test_a_source_is_read(typed: str, rules: dict[str, str]) -> None:
    assert (URL, rules) == addresses.source(typed)


@pytest.mark.parametrize(("typed", "rules"), READ.values(), ids=READ)
def test_what_is_written_is_read_again(typed: str, rules: dict[str, str]) -> None:
    del typed
    assert (URL, rules) == addresses.source(addresses.written(URL, rules))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("feed://a.example/rss", "http://a.example/rss"),
        ("FEED:https://a.example/rss", "https://a.example/rss"),
        ("feed://https://a.example/rss", "https://a.example/rss"),
        ("feed:a.example/rss", "http://a.example/rss"),
        ("feed://127.0.0.1:8080/rss", "http://127.0.0.1:8080/rss"),
        ("feed.example.kz/rss", "https://feed.example.kz/rss"),
        ("https://a.example/feed:1", "https://a.example/feed:1"),
    ],
)
def test_a_readers_scheme_is_the_webs(typed: str, expected: str) -> None:
    assert expected == addresses.address(typed)


@pytest.mark.parametrize("typed", ["feed:", "feed:///rss", "feed:javascript:alert(1)"])
def test_a_readers_scheme_without_a_host_is_no_address(typed: str) -> None:
    with pytest.raises(NewsError, match=r"feed\.address"):
        addresses.address(typed)


@pytest.mark.parametrize(
    "line",
    [
        "colour: red",
        "item:",
        "item",
        "item: " + "x" * 301,
    ],
)
def test_what_is_no_selector_is_refused(line: str) -> None:
    with pytest.raises(NewsError, match=r"feed\.selectors"):
        addresses.source(f"{URL}\n{line}")


@pytest.mark.parametrize(
    ("told", "key"),
    [
        ("title: h3", "feed.no_item"),
        ("zone: Asia/Almaty", "feed.no_item"),
        ("zone: Nope", "feed.zone"),
        ("item: li\nzone: Mars/Olympus", "feed.zone"),
        ("item: div[[", "feed.css"),
        ("item: li\ntitle: h3::text", "feed.css"),
        ("item: li\ntitle: auto(", "feed.css"),
    ],
)
def test_what_is_wrong_with_a_page_is_named(told: str, key: str) -> None:
    with pytest.raises(NewsError) as raised:
        addresses.source(f"{URL}\n{told}")
    assert key == raised.value.text_key


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("a.example", "https://a.example/"),
        ("@steppe_news", "https://t.me/s/steppe_news"),
        ("@Steppe_News", "https://t.me/s/steppe_news"),
        ("t.me/steppe_news/", "https://t.me/s/steppe_news"),
        ("https://t.me/s/steppe_news?before=120", "https://t.me/s/steppe_news"),
        ("https://t.me/Steppe_News/1205", "https://t.me/s/steppe_news"),
        ("https://t.me/steppe_news/1205?single", "https://t.me/s/steppe_news"),
        ("https://telegram.dog/steppe_news", "https://t.me/s/steppe_news"),
        ("https://steppe-news.t.me/", "https://steppe-news.t.me/"),
        ("https://steppe_news.t.me/7", "https://t.me/s/steppe_news"),
        ("tg://resolve?domain=steppe_news&post=7", "https://t.me/s/steppe_news"),
        ("https://nott.me/steppe_news", "https://nott.me/steppe_news"),
        ("https://t.me/abc", "https://t.me/abc"),  # names have four letters or more
        ("https://site.example/@steppe_news", "https://site.example/@steppe_news"),
        ("http://a.example", "http://a.example/"),
    ],
)
def test_short_forms_become_addresses(typed: str, address: str) -> None:
    assert address == addresses.address(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "https://t.me/+AbCdEf123",
        "t.me/joinchat/AbCdEf123",
        "https://t.me/c/1234567/89",
        "tg://join?invite=AbC",
    ],
)
def test_an_invitation_to_a_private_channel_is_told_apart(typed: str) -> None:
    with pytest.raises(NewsError) as raised:
        addresses.source(typed)
    assert "feed.private_channel" == raised.value.text_key


@pytest.mark.parametrize(
    "typed",
    [
        "https://a.example/rss https://b.example/rss",
        "https://a.example/rss, https://b.example/rss",
        "https://a.example/rss\nhttps://b.example/rss",
        "a.example b.example",
        "@channel_one @channel_two",
        "https://a.example/rss\titem @channel_two",
    ],
)
def test_two_addresses_are_not_glued_into_one(typed: str) -> None:
    with pytest.raises(NewsError, match=r"feed\.one_address"):
        addresses.source(typed)
