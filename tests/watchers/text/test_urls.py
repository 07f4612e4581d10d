import pytest

from watchers.text import urls

SAME = {
    "scheme": ("http://outlet.kz/a/1", "https://outlet.kz/a/1"),
    "www": ("https://www.outlet.kz/a/1", "https://outlet.kz/a/1"),
    "default port": ("https://outlet.kz:443/a/1", "http://outlet.kz:80/a/1"),
    "fragment": ("https://outlet.kz/a/1#comments", "https://outlet.kz/a/1"),
    "trailing slash": ("https://outlet.kz/a/1/", "https://outlet.kz/a/1"),
    "host's case": ("https://OUTLET.kz/a/1", "https://outlet.kz/a/1"),
    "trackers": ("https://outlet.kz/a?utm_source=x&id=5&fbclid=y&_openstat=z", "https://outlet.kz/a?id=5"),
    "from=rss": ("https://outlet.kz/a/1?from=rss", "https://outlet.kz/a/1"),
    "query's order": ("https://outlet.kz/a?b=2&a=1", "https://outlet.kz/a?a=1&b=2"),
    "percent-encoding": ("https://outlet.kz/новости/1", "https://outlet.kz/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8/1"),
    "IDN": ("https://пример.рф/1", "https://xn--e1afmkfd.xn--p1ai/1"),
    "double slashes": ("https://outlet.kz//a//1", "https://outlet.kz/a/1"),
    "escaped ampersand": ("https://outlet.kz/a?a=1&amp;b=2", "https://outlet.kz/a?a=1&b=2"),
    "stray space": (" https://outlet.kz/a/1\n", "https://outlet.kz/a/1"),
}  # fmt: skip

APART = {
    "path's case": ("https://outlet.kz/A", "https://outlet.kz/a"),
    "id": ("https://outlet.kz/a?id=5", "https://outlet.kz/a?id=6"),
    "from with a meaning": ("https://outlet.kz/a?from=astana", "https://outlet.kz/a?from=almaty"),
    "subdomain": ("https://en.outlet.kz/1", "https://outlet.kz/1"),
    "strangers' mobile host": ("https://m.outlet.kz/1", "https://outlet.kz/1"),
    "other port": ("https://outlet.kz:8080/1", "https://outlet.kz/1"),
    "script-driven pages": ("https://outlet.kz/#/news/1", "https://outlet.kz/#/news/2"),
    "strangers' /amp": ("https://outlet.kz/a/amp", "https://outlet.kz/a"),
}  # fmt: skip


@pytest.mark.parametrize(("one", "other"), SAME.values(), ids=SAME)
def test_addresses_of_one_article_have_one_key(one: str, other: str) -> None:
    assert urls.canonical_key(one) == urls.canonical_key(other) != ""


@pytest.mark.parametrize(("one", "other"), APART.values(), ids=APART)
def test_addresses_of_two_articles_have_two_keys(one: str, other: str) -> None:
    assert urls.canonical_key(one) != urls.canonical_key(other)


@pytest.mark.parametrize(
    "mobile",
    [
        "https://m.outlet.kz/a/1",
        "https://amp.outlet.kz/a/1",
        "https://outlet.kz/amp/a/1",
        "https://outlet.kz/a/1/amp/",
        "https://outlet.kz/a/1?amp=1",
        "https://outlet-mirror.org/a/1",
        "https://m.outlet-mirror.org/a/1",
    ],
)
def test_mobile_amp_and_mirror_pages_of_the_feeds_own_outlet_are_the_article(mobile: str) -> None:
    key = urls.canonical_key(mobile, {"outlet.kz"}, {"outlet-mirror.org": "outlet.kz"})
    assert key == "outlet.kz/a/1"


@pytest.mark.parametrize(
    "nonsense", ["", "javascript:alert(1)", "mailto:a@b.kz", "http://", "http://[::1", "ftp://a/b"]
)
def test_what_is_no_web_address_has_no_key(nonsense: str) -> None:
    assert urls.canonical_key(nonsense) == ""


RESOLVED = {
    "absolute": ("https://a.kz/1", "https://a.kz/1"),
    "with what nobody sees": ("h\0ttps://a.kz/\x1b1\u202e\u200b", "https://a.kz/1"),
    "rooted": ("/news/1", "https://feeds.kz/news/1"),
    "beside": ("1.html", "https://feeds.kz/rss/1.html"),
    "without scheme": ("//b.kz/1", "https://b.kz/1"),
    "host only": ("www.b.kz/1", "https://www.b.kz/1"),
    "a file called so": ("www.html", "https://feeds.kz/rss/www.html"),
    "line break inside": ("https://a.kz/\n  1".replace("  ", ""), "https://a.kz/1"),
    "space inside": ("/a b", "https://feeds.kz/a%20b"),
    "script": ("javascript:alert(1)", ""),
    "data": ("data:text/html,x", ""),
    "mail": ("mailto:a@b.kz", ""),
    "nothing": ("", ""),
    "endless": ("/" + "a" * 5000, ""),
    "bad port": ("http://a.kz:99999/", ""),
    "empty query": ("https://a.kz/1?", "https://a.kz/1"),
    "empty fragment": ("https://a.kz/1?a=b#", "https://a.kz/1?a=b"),
    "empty query and a fragment": ("/1?#c", "https://feeds.kz/1#c"),
    "a query that ends so": ("/1?what?", "https://feeds.kz/1?what?"),
    "nothing but a fragment": ("#", "https://feeds.kz/rss/all.xml"),
    "nothing but a query": ("?", "https://feeds.kz/rss/all.xml"),
}  # fmt: skip


@pytest.mark.parametrize(("link", "expected"), RESOLVED.values(), ids=RESOLVED)
def test_links_become_absolute_web_addresses_or_nothing(link: str, expected: str) -> None:
    assert expected == urls.absolute("https://feeds.kz/rss/all.xml", link)


@pytest.mark.parametrize(
    "host",
    ["a.kz[::1]", "[::1]a.kz", "[::1].", "[::1]@a[", "[::1", "::1]", "[a.kz]", "[v1.a]", "[127.0.0.1]",
     "[:::1]", "[]", "[::1]:x", "x[@[::1]"],
)  # fmt: skip
def test_junk_around_brackets_is_no_host(host: str) -> None:
    """What of it Python's own library lets through differs from one patch release to the next."""
    url = f"http://{host}/1"
    told = (
        urls.absolute("", url),
        urls.host_of(url),
        urls.endpoint_of(url),
        urls.canonical_key(url),
    )
    assert ("", "", ("", 0), "") == told


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://[::1]/1", ("::1", 80)),
        ("https://me:secret@[2606:4700::1]:8443", ("2606:4700::1", 8443)),
        ("http://[::ffff:10.0.0.1]:80/", ("::ffff:10.0.0.1", 80)),
    ],
)
def test_a_bracketed_host_is_an_address_of_its_own(url: str, expected: tuple[str, int]) -> None:
    assert expected == urls.endpoint_of(url)


def test_a_front_page_is_no_article() -> None:
    told = [
        urls.is_front_page(url) for url in ("https://a.kz/", "https://a.kz", "https://a.kz/?id=1")
    ]
    assert [True, True, False] == told


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://bob:pw@o.kz/a?id=1", "https://o.kz/a?id=1"),
        ("https://o.kz/f?token=x&lang=ru#top", "https://o.kz/f?lang=ru#top"),
        ("https://o.kz/f?token=x#7", "https://o.kz/f#7"),
        ("https://o.kz/a?token=another", "https://o.kz/a?token=another"),
        ("https://o.kz/a", "https://o.kz/a"),
    ],
)
def test_an_articles_link_takes_over_nothing_that_opens_its_feed(url: str, shown: str) -> None:
    assert shown == urls.for_readers(url, "https://bob:pw@o.kz/f?token=x&lang=ru")
