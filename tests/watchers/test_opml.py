"""OPML files come from anywhere: read what is a list of feeds, refuse the rest in one sentence."""

import pytest

from storage.errors import NewsError
from storage.model import FeedKind
from watchers import opml
from watchers.opml import FeedList, Outline


def test_what_is_written_is_read_again() -> None:
    outlines = (
        Outline("https://a.example/rss?x=1&y=2", 'News & "views" <b>', "https://a.example/"),
        Outline("https://b.example/feed", "Новости"),
        Outline("https://c.example/news", "Page", rules={"item": '.a > [b="c"]', "title": "h3"}),
    )
    assert FeedList(outlines) == opml.read(opml.write(outlines, "Mine & yours"))


def test_folders_are_looked_into_and_each_feed_is_named_once() -> None:
    body = b"""<opml version="1.0"><body><outline text="Asia">
      <outline text="A" xmlUrl="https://a.example/rss"/><outline XMLURL="https://a.example/rss"/>
      <outline text="bad" xmlUrl="javascript:alert(1)"/><outline text="empty" xmlUrl=" "/>
    </outline></body></opml>"""
    known = (Outline("https://a.example/rss", "A"),)
    assert FeedList(known, ("javascript:alert(1)", "")) == opml.read(body)


def test_a_page_is_read_by_its_selectors_and_strange_ones_are_left() -> None:
    body = b"""<opml><body><outline xmlUrl="https://a.example/" rules="item: .a&#10;title: h3"/>
      <outline xmlUrl="https://b.example/" rules="colour: red"/></body></opml>"""
    page, feed = (new for new, _ in opml.new_feeds(opml.read(body).outlines))
    assert (FeedKind.PAGE, {"item": ".a", "title": "h3"}) == (page.kind, page.rules)
    assert (FeedKind.FEED, {}) == (feed.kind, feed.rules)


def test_a_site_without_its_feed_is_taken_by_its_page() -> None:
    body = b'<opml><body><outline text="A" htmlUrl="https://a.example/"/></body></opml>'
    site = "https://a.example/"
    assert FeedList((Outline(site, "A", site),)) == opml.read(body)


def test_an_address_with_a_bare_ampersand_is_read() -> None:
    body = b"<opml><body><outline text='A &amp; B' xmlUrl='https://a.example/?x=1&y=2'/></body></opml>"
    assert FeedList((Outline("https://a.example/?x=1&y=2", "A & B"),)) == opml.read(body)


BOMB = b"""<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<opml><body><outline xmlUrl="https://a.example/&b;"/></body></opml>"""
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
        (b"<html><body>Sign in</body></html>", "opml.broken"),
        (b'<opml><body><outline text="A" xmlUrl="https://a.exam', "opml.broken"),
        (b"<opml><body/></opml>", "opml.empty"),
        (BOMB, "opml.doctype"),
        (MANY, "opml.too_many"),
        (b" " * (opml.MOST_BYTES + 1), "opml.too_large"),
        (b'<?xml version="1.0" encoding="no-such"?><opml/>', "opml.empty"),
    ],
)
def test_what_is_no_list_of_feeds_is_refused(body: bytes, text_key: str) -> None:
    with pytest.raises(NewsError) as raised:
        opml.read(body)
    assert text_key == raised.value.text_key


def test_a_feed_told_twice_is_one_and_an_empty_address_is_counted() -> None:
    same = ("https://a.example/rss", "http://A.example:80/rss#top", "https://a.example/rss", "")
    body = "".join(f'<outline xmlUrl="{one}"/>' for one in same)
    told = opml.read(f"<opml><body>{body}<outline text='x'/></body></opml>".encode())
    assert FeedList((Outline("https://a.example/rss"),), ("",)) == told


def test_ten_thousand_feeds_are_read() -> None:
    told = opml.read(MANY.replace(b'<outline xmlUrl="https://a.example/10000"/>', b""))
    assert 10_000 == len(told.outlines)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:8080/rss", "http://10.0.0.5/", "http://[::1]/rss", "http://localhost/rss",
     "http://169.254.169.254/latest/meta-data", "http://printer.local/rss", "http://news/rss",
     "https://abc.onion/rss"],
)  # fmt: skip
def test_private_addresses_are_unusable_unless_they_are_allowed(address: str) -> None:
    body = f'<opml><body><outline text="A" xmlUrl="{address}"/></body></opml>'.encode()
    assert FeedList(unusable=(address,)) == opml.read(body)
    allowed = frozenset({("127.0.0.1", 8080), ("10.0.0.5", 80), ("::1", 80), ("localhost", 80),
                         ("169.254.169.254", 80), ("printer.local", 80), ("news", 80),
                         ("abc.onion", 443)})  # fmt: skip
    assert FeedList((Outline(address, "A"),)) == opml.read(body, allowed)


A, B = Outline("https://a.example/rss", "Степь"), Outline("https://b.example/rss", "Горы")
CARELESS = {
    "quotation marks in a title": '<outline text="Газета "Степь". Архив" xmlUrl="https://a.example/rss"/>',
    "quotation marks that end a title": '<outline text="Газета "Степь"" xmlUrl="https://a.example/rss"/>',
    "a tag in a title": '<outline text="Степь <b>сегодня</b>" xmlUrl="https://a.example/rss"/>',
    "less and greater": '<outline text="Степь < горы >" xmlUrl="https://a.example/rss" type="rss"/>',
    "a quoted end": '<outline text="О "степи"> и "горах"" xmlUrl="https://a.example/rss"/>',
    "values without marks": "<outline text=Степь type=rss xmlUrl=https://a.example/rss />",
    "a slash behind such a value": "<outline text=Степь xmlUrl=https://a.example/rss/>",
    "an attribute without a value": '<outline open text="Степь" xmlUrl="https://a.example/rss"/>',
    "names of HTML": '<outline text="&laquo;Степь&raquo;&nbsp;&mdash;" xmlUrl="https://a.example/rss"/>',
    "control characters": '<outline text="Сте\x0bпь\x1f" xmlUrl="https://a.example/rss\x00"/>',
    "an attribute twice": '<outline text="Степь" text="Степь" xmlUrl="https://a.example/rss"/>',
    "no blank between": '<outline text="Степь"type="rss"xmlUrl="https://a.example/rss"/>',
    "single marks": "<outline text='Степь \"и\" x' xmlUrl='https://a.example/rss'/>",
    "a typewriter's marks": "<outline text=“Степь” xmlUrl=”https://a.example/rss”/>",
    "no mark behind the address": '<outline text="Степь" xmlUrl="https://a.example/rss type="rss"/>',
    "no mark behind the title": '<outline text="Степь xmlUrl="https://a.example/rss"/>',
    "marks that do not pair": """<outline text="Степь" xmlUrl="https://a.example/rss' type='rss'/>""",
    "never closed": '<outline text="Степь" xmlUrl="https://a.example/rss">',
    "a break in the address": '<outline text="Степь" xmlUrl="https://a.example\n    /rss"/>',
    "a break before the address": '<outline text="Степь" xmlUrl="\r\n  https://a.example/rss\r\n"/>',
    "feed:": '<outline text="Степь" xmlUrl="feed:https://a.example/rss"/>',
    "no scheme": '<outline text="Степь" xmlUrl="a.example/rss"/>',
    "neither scheme nor host's name": '<outline text="Степь" xmlUrl="//a.example/rss"/>',
    "a prefix": '<o:outline text="Степь" xmlUrl="https://a.example/rss"/>',
    "a comment in between": '<!-- <outline xmlUrl="https://no.example/"/> --><outline text="Степь" xmlUrl="https://a.example/rss"/>',
}  # fmt: skip
WELL = '<outline text="Горы" xmlUrl="https://b.example/rss"/>'


@pytest.mark.parametrize("outline", CARELESS.values(), ids=CARELESS)
def test_a_careless_outline_is_read_and_costs_no_other(outline: str) -> None:
    told = opml.read(f"<opml><body>\n{outline}\n{WELL}</body></opml>".encode())
    assert [A.url, B.url] == [one.url.removesuffix("/") for one in told.outlines]
    assert told.outlines[0].title.strip("«» —").startswith(("Степь", "Газета", "О "))
    assert (B.title, (), (), False) == (
        told.outlines[1].title, told.unusable, told.unread, told.broken_off,
    )  # fmt: skip


def test_a_title_is_kept_with_the_marks_in_it() -> None:
    body = CARELESS["quotation marks in a title"] + CARELESS["less and greater"].replace(
        "a.", "c."
    )
    told = opml.read(f"<opml>{body}</opml>".encode())
    assert ['Газета "Степь". Архив', "Степь < горы >"] == [one.title for one in told.outlines]


@pytest.mark.parametrize(
    "said", ["utf8", "UTF-8", "ISO-8859-1", "windows-1251", "no-such", "utf-16"]
)
@pytest.mark.parametrize("real", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_a_list_is_read_in_the_encoding_that_it_has(real: str, said: str) -> None:
    body = f"<?xml version='1.0' encoding='{said}'?><opml><body>{WELL}</body></opml>"
    assert FeedList((B,)) == opml.read(body.encode(real))


@pytest.mark.parametrize(
    ("end", "unread"),
    [
        ("", ()),
        ("\n", ()),
        ("\n<outline text='C' xmlUrl='https://c.exam", (3,)),
        ("\n\n<outline text='C", (4,)),
        ("\n<outl", ()),
        ("\n</outline>\n</bo", ()),
    ],
)
def test_a_list_that_breaks_off_gives_what_is_there_and_says_so(
    end: str, unread: tuple[int, ...]
) -> None:
    told = opml.read(f"<opml><body>\n{WELL}{end}".encode())
    assert FeedList((B,), unread=unread, broken_off=True) == told


def test_lines_that_cannot_be_read_are_named_and_folders_are_not_among_them() -> None:
    body = f"""<opml><body><!--
      one --><outline text="Asia">
        <outline text="A" xmlUrl=">
        {WELL}
        <outline text="C" xmlUrl=">
      </outline></body></opml>"""
    assert FeedList((B,), unread=(3, 5)) == opml.read(body.encode())


def test_a_document_type_without_entities_is_no_harm_and_depth_neither() -> None:
    body = f"<!DOCTYPE opml SYSTEM 'opml.dtd'><opml>{'<outline>' * 1000}{WELL}</opml>"
    assert FeedList((B,)) == opml.read(body.encode())


@pytest.mark.parametrize(
    "part",
    [
        '<outline text="',
        '<outline a="b" ',
        "<!--",
        '"',
        "<outline xmlUrl=",
        ' xmlUrl="x',
        "&a",
        "\n",
    ],
)
def test_a_hostile_list_is_read_in_linear_time(part: str) -> None:
    body = f"<opml>{WELL}{part * (1_000_000 // len(part))}".encode()
    assert B.url == opml.read(body).outlines[0].url


@pytest.mark.parametrize(
    ("told", "url"),
    [
        ("feed://a.example/rss", "http://a.example/rss"),
        ("feed:a.example/rss", "http://a.example/rss"),
        ("pcast://a.example/rss", "http://a.example/rss"),
        ("feed://https://a.example/rss", "https://a.example/rss"),
        ("a.example:8080/rss", "https://a.example:8080/rss"),
        ("www.a.example", "https://www.a.example/"),
        ("вести.қаз/rss", "https://вести.қаз/rss"),
        ("http:/a.example/rss", "http://a.example/rss"),
        ("http//a.example/rss", "http://a.example/rss"),
        ("http://https://a.example/rss", "https://a.example/rss"),
        ("https://a.example/rss?a>b=1", "https://a.example/rss?a>b=1"),
        ("@vestnik", "https://t.me/s/vestnik"),
    ],
)
def test_an_address_is_read_as_it_is_meant(told: str, url: str) -> None:
    body = f'<opml><outline xmlUrl="{told}"/></opml>'
    assert FeedList((Outline(url),)) == opml.read(body.encode())


@pytest.mark.parametrize(
    "told",
    ["mailto:a@b.example", "file:///etc/passwd", "https://", "ftp://a.example/", "not a url", "/rss",
     "rss.xml", "C:\\lists\\a.xml", "https://a.example:99999/", "https://a..example/", "-",
     f"https://{'a' * 64}.example/", "http://http://10.0.0.1/rss", "feed://127.0.0.1/rss"],
)  # fmt: skip
def test_what_cannot_be_polled_is_named_and_not_counted(told: str) -> None:
    body = f'<opml><outline text="A" xmlUrl="{told}"/></opml>'
    assert FeedList(unusable=(told,)) == opml.read(body.encode())
