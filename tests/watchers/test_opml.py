"""OPML files come from anywhere: read what is a list of feeds, refuse the rest in one sentence."""

import pytest

from storage.errors import NewsError
from storage.model import FeedKind
from watchers import opml
from watchers.opml import Outline


def test_what_is_written_is_read_again() -> None:
    outlines = (
        Outline("https://a.example/rss?x=1&y=2", 'News & "views" <b>', "https://a.example/"),
        Outline("https://b.example/feed", "Новости"),
        Outline("https://c.example/news", "Page", rules={"item": '.a > [b="c"]', "title": "h3"}),
    )
    assert (outlines, ()) == opml.read(opml.write(outlines, "Mine & yours"))


def test_folders_are_looked_into_and_each_feed_is_named_once() -> None:
    body = b"""<opml version="1.0"><body><outline text="Asia">
      <outline text="A" xmlUrl="https://a.example/rss"/><outline XMLURL="https://a.example/rss"/>
      <outline text="bad" xmlUrl="javascript:alert(1)"/><outline text="empty" xmlUrl=" "/>
    </outline></body></opml>"""
    known = (Outline("https://a.example/rss", "A"),)
    assert (known, ("javascript:alert(1)", "")) == opml.read(body)


def test_a_page_is_read_by_its_selectors_and_strange_ones_are_left() -> None:
    body = b"""<opml><body><outline xmlUrl="https://a.example/" rules="item: .a&#10;title: h3"/>
      <outline xmlUrl="https://b.example/" rules="colour: red"/></body></opml>"""
    page, feed = (new for new, _ in opml.new_feeds(opml.read(body)[0]))
    assert (FeedKind.PAGE, {"item": ".a", "title": "h3"}) == (page.kind, page.rules)
    assert (FeedKind.FEED, {}) == (feed.kind, feed.rules)


def test_a_site_without_its_feed_is_taken_by_its_page() -> None:
    body = b'<opml><body><outline text="A" htmlUrl="https://a.example/"/></body></opml>'
    site = "https://a.example/"
    assert ((Outline(site, "A", site),), ()) == opml.read(body)


def test_an_address_with_a_bare_ampersand_is_read() -> None:
    body = b"<opml><body><outline text='A &amp; B' xmlUrl='https://a.example/?x=1&y=2'/></body></opml>"
    assert ((Outline("https://a.example/?x=1&y=2", "A & B"),), ()) == opml.read(body)


BOMB = b"""<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<opml><body><outline xmlUrl="https://a.example/&b;"/></body></opml>"""
DEEP = b"<opml>" + b"<outline>" * 1000 + b"</outline>" * 1000 + b"</opml>"
MANY = (
    b"<opml><body>"
    + b"".join(b'<outline xmlUrl="https://a.example/%d"/>' % n for n in range(10_001))
    + b"</body></opml>"
)


@pytest.mark.parametrize(
    ("body", "text_key"),
    [
        (b"", "opml.broken"),
        (b"<opml><body><outline", "opml.broken"),
        (b"<html><body>Sign in</body></html>", "opml.empty"),
        (b"<opml><body/></opml>", "opml.empty"),
        (BOMB, "opml.doctype"),
        (DEEP, "opml.deep"),
        (MANY, "opml.too_many"),
        (b" " * (opml.MOST_BYTES + 1), "opml.too_large"),
        (b'<?xml version="1.0" encoding="no-such"?><opml/>', "opml.broken"),
    ],
)
def test_what_is_no_list_of_feeds_is_refused(body: bytes, text_key: str) -> None:
    with pytest.raises(NewsError) as raised:
        opml.read(body)
    assert text_key == raised.value.text_key


def test_a_feed_told_twice_is_one_and_an_empty_address_is_counted() -> None:
    told = ("https://a.example/rss", "http://A.example:80/rss#top", "https://a.example/rss", "")
    body = "".join(f'<outline xmlUrl="{one}"/>' for one in told)
    found, unusable = opml.read(f"<opml><body>{body}<outline text='x'/></body></opml>".encode())
    assert (["https://a.example/rss"], ("",)) == ([one.url for one in found], unusable)


def test_ten_thousand_feeds_are_read() -> None:
    found, _ = opml.read(MANY.replace(b'<outline xmlUrl="https://a.example/10000"/>', b""))
    assert 10_000 == len(found)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8080/rss", "http://10.0.0.5/", "http://[::1]/rss", "http://localhost/rss",
     "http://169.254.169.254/latest/meta-data", "http://printer.local/rss"],
)  # fmt: skip
def test_private_addresses_are_unusable_unless_they_are_allowed(address: str) -> None:
    body = f'<opml><body><outline text="A" xmlUrl="{address}"/></body></opml>'.encode()
    assert ((), (address,)) == opml.read(body)
    allowed = frozenset({("127.0.0.1", 8080), ("10.0.0.5", 80), ("::1", 80), ("localhost", 80),
                         ("169.254.169.254", 80), ("printer.local", 80)})  # fmt: skip
    found, unusable = opml.read(body, allowed)
    assert ([address], ()) == ([one.url for one in found], unusable)
