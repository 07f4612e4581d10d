"""Documents of every family, ordinary and broken, and what must come of them."""

import gzip
import json
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime
from functools import cache

import pytest

from tests.farm import item, rss
from watchers.parse import Document, NotAFeed, PageKind, ParsedFeed, parse
from watchers.parse.document import _parsed
from watchers.parse.raw import RawEntry, RawFeed
from watchers.text import markup

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
URL = "https://feeds.example/rss/all.xml"


def read(body: str | bytes, **known: object) -> ParsedFeed | NotAFeed:
    raw = body.encode() if isinstance(body, str) else body
    return parse(Document(raw, URL, NOW, **known))  # type: ignore[arg-type]


def feed(body: str | bytes, **known: object) -> ParsedFeed:
    told = read(body, **known)
    assert isinstance(told, ParsedFeed), told
    return told


def one(inner: str, **known: object):
    told = feed(rss(f"<item>{inner}</item>"), **known)
    return told.entries[0]


# --- every family ----------------------------------------------------------------------------

FAMILIES = {
    "RSS 0.91": '<rss version="0.91"><channel><title>T</title><item><title>Раз</title><link>/1</link></item></channel></rss>',
    "RSS 0.92": '<rss version="0.92"><channel><item><title>Раз</title><link>/1</link></item></channel></rss>',
    "RSS 2.0": '<?xml version="1.0"?><rss version="2.0"><channel><item><title>Раз</title><link>/1</link></item></channel></rss>',
    "RSS without a version": "<rss><channel><item><title>Раз</title><link>/1</link></item></channel></rss>",
    "RDF": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel rdf:about="x"><title>T</title></channel><item rdf:about="https://feeds.example/1"><title>Раз</title><link>https://feeds.example/1</link></item></rdf:RDF>',
    "Atom 1.0": '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>tag:x,1</id><title>Раз</title><link href="/1"/></entry></feed>',
    "Atom 0.3": '<feed version="0.3" xmlns="http://purl.org/atom/ns#"><entry><id>x</id><title>Раз</title><link rel="alternate" href="/1"/></entry></feed>',
    "Atom with a prefix": '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:id>x</a:id><a:title>Раз</a:title><a:link href="/1"/></a:entry></a:feed>',
    "JSON Feed": '{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[{"id":"1","url":"/1","title":"Раз"}]}',
    "JSON Feed, numeric id": '{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"url":"/1","title":"Раз"}]}',
    "news sitemap": '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://feeds.example/1</loc><news:news><news:publication><news:name>Вестник</news:name><news:language>ru</news:language></news:publication><news:publication_date>2026-11-22T07:00:00Z</news:publication_date><news:title>Раз</news:title></news:news></url></urlset>',
    "news sitemap without dates": '<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://feeds.example/1</loc><n:news><n:title>Раз</n:title></n:news></url><url><loc>https://feeds.example/2</loc><image:image><image:title>Два</image:title></image:image></url></urlset>',
    "JSON Feed, halves of characters": '{"version":"https://jsonfeed.org/version/1","items":[{"id":"\\ud83d","url":"/1\\ud83d","title":"Раз\\ud83d","language":"ru\\ud83d"}]}',
    "blank lines first": '\n\n  <?xml version="1.0"?><rss version="2.0"><channel><item><title>Раз</title><link>/1</link></item></channel></rss>',
    "a warning first": 'Warning: mysql() in /x.php\n<?xml version="1.0"?><rss version="2.0"><channel><item><title>Раз</title><link>/1</link></item></channel></rss>',
    "a comment first": '<?xml version="1.0"?><!-- <rss> --><rss version="2.0"><channel><item><title>Раз</title><link>/1</link></item></channel></rss>',
    "a counter behind": '<rss version="2.0"><channel><item><title>Раз</title><link>/1</link></item></channel></rss><script>x()</script><!-- 0.1 s -->',
    "undeclared entities": '<rss version="2.0"><channel><title>&laquo;T&raquo;</title><item><title>Раз</title><link>/1</link><description>A &nbsp; B & C</description></item></channel></rss>',
    "undeclared prefix": '<rss version="2.0"><channel><item><title>Раз</title><media:x>1</media:x><link>/1</link></item></channel></rss>',
    "control characters": '<rss version="2.0"><channel><item><title>Р\x0bа\x00з</title><link>/1</link></item></channel></rss>',
    "DOCTYPE": '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/x.dtd" [<!ENTITY x "y">]><rss version="2.0"><channel><item><title>Раз</title><link>/1</link></item></channel></rss>',
    "upper case": '<RSS version="2.0"><CHANNEL><ITEM><TITLE>Раз</TITLE><LINK>/1</LINK></ITEM></CHANNEL></RSS>',
    "a page's doctype": '<!DOCTYPE html>\n<?xml version="1.0"?><rss version="2.0"><channel><item><title>Раз</title><link>/1</link></item></channel></rss>',
    "RDF, the address only in rdf:about": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item rdf:about="https://feeds.example/1"><title>Раз</title></item></rdf:RDF>',
    "JSON Feed, an id without end": '{"version":"https://jsonfeed.org/version/1","items":[{"id":' + "9" * 5000 + ',"url":"/1","title":"Раз"},{"id":null,"url":7}]}',
    "unclosed items": '<rss version="2.0"><channel><item><title>Раз</title><link>/1</link></channel></rss>',
}  # fmt: skip


@pytest.mark.parametrize("body", FAMILIES.values(), ids=FAMILIES)
def test_every_family_of_feeds_is_read(body: str) -> None:
    told = [(entry.title, entry.url) for entry in feed(body).entries]
    assert [("Раз", "https://feeds.example/1")] == told


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "windows-1251", "koi8-r"])
def test_encodings_are_found_before_parsing(encoding: str) -> None:
    title = "Парламент Казахстана принял закон о воде"
    body = rss(item(1, title)).replace("UTF-8", "utf-8").encode(encoding)
    assert [title] == [entry.title for entry in feed(body).entries]


# --- titles, links, times --------------------------------------------------------------------

TITLES = {
    "escaped twice": ("<title>Курс &amp;quot;тенге&amp;quot;</title>", 'Курс "тенге"'),
    "cdata": ("<title><![CDATA[AT&T & <b>Beeline</b>]]></title>", "AT&T & Beeline"),
    "script": ("<title>A &lt;script&gt;x()&lt;/script&gt; B</title>", "A B"),
    "less than": ("<title>Рост &lt; 10%</title>", "Рост < 10%"),
    "bare ampersand": ("<title>Джонсон & Джонсон</title>", "Джонсон & Джонсон"),
    "none": ("<description>&lt;p&gt;Первая фраза.&lt;/p&gt; Вторая.</description>", "Первая фраза."),
    "media title": ("<title>Раз</title><media:title xmlns:media='x'>Два</media:title>", "Раз"),
    "with its outlet": ("<title>Снег в горах - Степной вестник</title>", "Снег в горах"),
    "with its source": ("<title>Снег в горах - Газета</title><source url='https://g.kz'>Газета</source>", "Снег в горах"),
    "with its host": ("<title>Снег в горах | outlet.example</title>", "Снег в горах"),
    "an ordinary dash": ("<title>Астана - Алматы</title>", "Астана - Алматы"),
}  # fmt: skip


@pytest.mark.parametrize(("inner", "expected"), TITLES.values(), ids=TITLES)
def test_titles_come_out_plain(inner: str, expected: str) -> None:
    assert expected == one(inner).title


def test_atom_titles_of_type_html_lose_their_markup() -> None:
    body = '<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id><title type="html">&lt;b&gt;Снег&lt;/b&gt; &amp;amp; лёд</title></entry></feed>'
    assert "Снег & лёд" == feed(body).entries[0].title


LINKS = {
    "absolute": ("<link>https://a.kz/1</link>", "https://a.kz/1"),
    "relative": ("<link>../news/1</link>", "https://outlet.example/news/1"),
    "cdata": ("<link><![CDATA[ https://a.kz/?a=1&b=2 ]]></link>", "https://a.kz/?a=1&b=2"),
    "permalink guid": ("<guid>https://a.kz/1</guid>", "https://a.kz/1"),
    "a guid that is no address": ("<title>x</title><guid>12345</guid>", ""),
    "feedburner": ("<link>https://feedproxy.example/~r/x</link><feedburner:origLink xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'>https://a.kz/1</feedburner:origLink>", "https://a.kz/1"),
    "script": ("<title>x</title><link>javascript:alert(1)</link>", ""),
    "an empty link before the guid": ("<link></link><guid isPermaLink='true'>https://a.kz/1</guid>", "https://a.kz/1"),
    "a guid that is no permalink": ("<title>x</title><link/><guid isPermaLink='false'>https://a.kz/?p=1</guid>", ""),
    "a podcast": ("<title>x</title><enclosure url='https://a.kz/1.mp3' type='audio/mpeg'/>", "https://a.kz/1.mp3"),
    "a picture": ("<title>x</title><enclosure url='https://a.kz/1.jpg' type='image/jpeg'/>", ""),
    "further articles": ("<link>https://a.kz/1</link><yandex:related xmlns:yandex='http://news.yandex.ru'><link url='https://a.kz/0'>Ноль</link></yandex:related>", "https://a.kz/1"),
    "an alert's redirect": ("<link>https://www.google.com/url?sa=t&amp;url=https%3A%2F%2Fa.kz%2F1%3Fb%3D2&amp;usg=x</link>", "https://a.kz/1?b=2"),
    "a translation behind it": ("<link>https://a.kz/1</link><atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='alternate' hreflang='en' href='https://a.kz/en'/>", "https://a.kz/1"),
    "a translation before it": ("<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='alternate' hreflang='en' href='https://a.kz/en'/><link>https://a.kz/1</link>", "https://a.kz/1"),
    "two languages": ("<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='alternate' hreflang='ru' href='https://a.kz/1'/><atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='alternate' hreflang='en' href='https://a.kz/en'/>", "https://a.kz/1"),
    "a relation spelt out": ("<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='http://www.iana.org/assignments/relation/alternate' href='https://a.kz/1'/>", "https://a.kz/1"),
    "data before the page": ("<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='alternate' type='application/json' href='https://a.kz/1.json'/><link>https://a.kz/1</link>", "https://a.kz/1"),
    "a query alone": ("<link>?id=5</link>", "https://outlet.example/?id=5"),
    "without a scheme": ("<link>//a.kz/1</link>", "https://a.kz/1"),
    "a relative guid": ("<guid>/news/1</guid>", "https://outlet.example/news/1"),
    "another attribute": ("<link uri='at://did:x/post'>https://a.kz/1</link>", "https://a.kz/1"),
    "an address as another attribute": ("<link url='https://a.kz/1'/>", "https://a.kz/1"),
    "words in place of the text": ("<link href='https://a.kz/1'>Читать</link>", "https://a.kz/1"),
    "how to follow it": ("<link rel='nofollow'>https://a.kz/1</link>", "https://a.kz/1"),
    "none, in words": ("<title>x</title><link>N/A</link>", ""),
    "none, in Russian": ("<title>x</title><link>нет ссылки</link>", ""),
    "none, a sign": ("<title>x</title><link>#</link>", ""),
    "none, a guid behind": ("<link>n/a</link><guid>https://a.kz/1</guid>", "https://a.kz/1"),
    "none, a guid before": ("<guid>https://a.kz/1</guid><link> - </link>", "https://a.kz/1"),
    "a path with blanks": ("<link>/news/день 1</link>", "https://outlet.example/news/день%201"),
    "elements called links": ("<links><link>https://a.kz/0</link></links><link>https://a.kz/1</link>", "https://a.kz/1"),
    "a page of words' links": ("<link>https://a.kz/1</link><tags><tag><link>https://a.kz/t</link></tag></tags>", "https://a.kz/1"),
    "atom link": ("<atom:link xmlns:atom='http://www.w3.org/2005/Atom' rel='alternate' href='https://a.kz/1'/>", "https://a.kz/1"),
}  # fmt: skip


@pytest.mark.parametrize(("inner", "expected"), LINKS.values(), ids=LINKS)
def test_links_come_out_absolute_or_not_at_all(inner: str, expected: str) -> None:
    assert expected == one(inner).url


def atom(*entries: str, root: str = "") -> str:
    """An Atom document of these entries, ids and titles by number."""
    told = (
        f"<entry><id>u:{n}</id><title>{n}</title>{inner}</entry>"
        for n, inner in enumerate(entries, 1)
    )
    return (
        f'<feed xmlns="http://www.w3.org/2005/Atom" {root}><title>T</title>{"".join(told)}</feed>'
    )


PAGE_LINKS = [
    "type='text'", "type='html'", "type='text/plain'", "type='text/html; charset=utf-8'", "type=''",
    "type='TEXT/HTML ; a=b'", "type='application/html'", "type='application/xhtml+xml'", "type='*/*'",
    "rel=''", "rel=' alternate '", "rel='alternate nofollow'", "rel='ALTERNATE'", "rel='bookmark'",
    "rel='canonical'", "rel='noopener external'", "rel='self' type='text/html'",
    "rel='http://www.iana.org/assignments/relation/alternate' type='text'",
    "type='application/pdf'", "type='application/xml'",
]  # fmt: skip
OTHER_LINKS = [
    "rel='self'", "rel='edit'", "rel='related'", "rel='via'", "rel='replies' type='text/html'",
    "rel='enclosure' type='image/jpeg'", "type='application/atom+xml'", "type='application/json'",
    "type='image/png'", "rel='license' type='text/html'",
]  # fmt: skip


@pytest.mark.parametrize("told", PAGE_LINKS)
def test_an_atom_entrys_page_is_found_however_it_is_named(told: str) -> None:
    [entry] = feed(atom(f"<link {told} href='https://a.kz/1'/>")).entries
    assert "https://a.kz/1" == entry.url


@pytest.mark.parametrize("told", OTHER_LINKS)
def test_an_atom_entrys_other_links_are_not_its_page(told: str) -> None:
    other = f"<link {told} href='https://a.kz/0'/>"
    page = "<link rel='alternate' type='text' href='https://a.kz/1'/>"
    urls = [entry.url for entry in feed(atom(other, other + page, page + other)).entries]
    assert ["", "https://a.kz/1", "https://a.kz/1"] == urls


BASES = {
    "an item's": rss("<item xml:base='https://b.kz/x/'><title>1</title><link>1</link></item>", "<item><title>2</title><link>2</link></item>"),
    "a link's": rss("<item><title>1</title><link xml:base='https://b.kz/x/'>1</link></item>", "<item><title>2</title><link>2</link></item>"),
    "an entry's, and its content's": atom("<x/>").replace("<entry><id>u:1</id><title>1</title><x/></entry>", "<entry xml:base='https://b.kz/x/'><id>1</id><title>1</title><content type='xhtml' xml:base='https://c.kz/'><div xmlns='http://www.w3.org/1999/xhtml'><p>a</p></div></content><link href='1'/></entry><entry><id>2</id><title>2</title><link href='/2'/></entry>"),
    "elements left open": rss("<item xml:base='https://b.kz/x/'><title>1</title><link>1</link><description><p>a<br>b</description></item>", "<item><title>2</title><link>2</link></item>"),
}  # fmt: skip


@pytest.mark.parametrize("body", BASES.values(), ids=BASES)
def test_a_base_ends_with_its_element(body: str) -> None:
    first, second = (entry.url for entry in feed(body).entries)
    assert "https://b.kz/x/1" == first
    assert second in {"https://outlet.example/2", "https://feeds.example/2"}


@pytest.mark.parametrize("part", ["content", "summary"])
def test_the_base_of_a_text_is_not_that_of_the_next_entry(part: str) -> None:
    text = f"<link href='https://a.kz/1'/><{part} type='html' xml:base='https://b.kz/'>x</{part}>"
    assert "https://feeds.example/2" == feed(atom(text, "<link href='/2'/>")).entries[1].url


def test_a_base_of_the_whole_feed_holds_for_all() -> None:
    told = feed(atom("<link href='1'/>", "<link href='2'/>", root="xml:base='https://b.kz/x/'"))
    assert ["https://b.kz/x/1", "https://b.kz/x/2"] == [entry.url for entry in told.entries]


@pytest.mark.parametrize(
    ("site", "expected"),
    [
        ("https://site.kz/ru/", "https://site.kz/1"),
        ("<![CDATA[ https://site.kz ]]>", "https://site.kz/1"),
        ("www.site.kz", "https://www.site.kz/1"),
        ("/ru/", "https://feeds.example/1"),
        ("http://localhost/", "https://feeds.example/1"),
        ("", "https://feeds.example/1"),
    ],
)
def test_relative_links_of_rss_belong_to_the_site(site: str, expected: str) -> None:
    body = rss("<item><title>1</title><link>/1</link></item>")
    told = feed(body.replace("https://outlet.example/</link>", f"{site}</link>", 1))
    assert [expected] == [entry.url for entry in told.entries]


@pytest.mark.parametrize(
    ("guid", "expected"),
    [
        ("<guid>12345</guid>", "12345"),
        ("<guid isPermaLink='false'> id-1 </guid>", "id-1"),
        ("<guid>https://a.kz/1</guid>", "https://a.kz/1"),
        ("<link>https://a.kz/1</link>", "https://a.kz/1"),
    ],
)
def test_the_external_id_is_what_the_outlet_says(guid: str, expected: str) -> None:
    assert expected == one(f"<title>x</title>{guid}").external_id


def test_an_id_inside_a_source_is_not_the_entrys() -> None:
    body = (
        '<feed xmlns="http://www.w3.org/2005/Atom"><entry><source><id>other</id></source>'
        '<id>77</id><title>x</title><link href="/1"/></entry></feed>'
    )
    assert "77" == feed(body).entries[0].external_id


OWN = "<title>x</title><link>https://a.kz/1</link><guid isPermaLink='false'>77</guid><pubDate>Sun, 22 Nov 2026 08:00:00 +0500</pubDate>"
NESTED = {
    "an author's id": "<author><name>A</name><id>5</id></author>",
    "an author's page": "<author>A <link>https://a.kz/people/5</link></author>",
    "an author's page, empty element": "<author><name>A</name><link href='https://a.kz/people/5'/></author>",
    "an office's, deeper": "<author><office><id>5</id><link>https://a.kz/5</link></office></author>",
    "a category's": "<category><id>5</id><title>Спорт</title><link>https://a.kz/sport</link></category>",
    "a related article": "<related><guid>5</guid><title>Old</title><link>https://a.kz/0</link><pubDate>Sat, 21 Nov 2026 08:00:00 +0500</pubDate></related>",
    "a source's": "<source url='https://b.kz/rss'>B<id>5</id><link>https://b.kz/</link></source>",
    "a picture's": "<image><url>https://a.kz/5.jpg</url><title>Photo</title><link>https://a.kz/5</link></image>",
    "an entry in the entry": "<gallery><item><title>Photo</title><guid>5</guid><link>https://a.kz/5</link></item></gallery>",
    "elements left open": "<description><p>A<br>b</description><author><b><id>5</id></author>",
}  # fmt: skip


@pytest.mark.parametrize("inner", NESTED.values(), ids=NESTED)
@pytest.mark.parametrize("first", [True, False], ids=["before", "behind"])
def test_what_an_inner_element_is_called_is_not_the_entrys(inner: str, *, first: bool) -> None:
    found = one(inner + OWN if first else OWN + inner)
    assert ("x", "77", "https://a.kz/1") == (found.title, found.external_id, found.url)
    assert ("g:77", "u:a.kz/1") == found.keys
    assert datetime(2026, 11, 22, 3, tzinfo=UTC) == found.published


@pytest.mark.parametrize("inner", NESTED.values(), ids=NESTED)
def test_inner_ids_make_no_keys_nor_count_where_the_entry_has_none(inner: str) -> None:
    told = [f"<item>{inner}<title>{n}</title><link>https://a.kz/{n}</link></item>" for n in (1, 2)]
    before = feed(rss(told[0]))
    after = feed(rss(*told), seen=before.seen)
    assert [("u:a.kz/2",)] == [entry.keys for entry in after.entries]
    assert [("u:a.kz/1",)] == [entry.keys for entry in before.entries]


def test_an_atom_authors_and_sources_ids_are_not_the_entrys() -> None:
    for inner in (
        "<author><name>A</name><id>5</id><link href='/people/5'/></author>",
        "<source><id>5</id><title>B</title><link href='/b'/><updated>2026-11-01T00:00:00Z</updated></source>",
    ):
        body = (
            f'<feed xmlns="http://www.w3.org/2005/Atom"><entry>{inner}<id>77</id><title>x</title>'
            f'<link href="/1"/><updated>2026-11-22T03:00:00Z</updated>{inner}</entry></feed>'
        )
        [entry] = feed(body).entries
        assert ("77", "https://feeds.example/1") == (entry.external_id, entry.url)
        assert datetime(2026, 11, 22, 3, tzinfo=UTC) == entry.published
    assert "B" == entry.source


def test_markup_in_an_entrys_own_text_stays() -> None:
    told = one("<title>x</title><description>A <b>b</b> <p>c <id>d</id></p></description>")
    assert {"A", "b", "c", "d"} <= set(markup.plain(told.summary_html).split())


def test_entries_that_say_nothing_are_left_out() -> None:
    assert 1 == len(feed(rss("<item></item>", "<item><guid>7</guid></item>", item(1))).entries)


def test_times_that_cannot_be_true_are_unknown_and_kept_raw() -> None:
    entry = one("<title>x</title><pubDate>Thu, 01 Jan 2099 00:00:00 GMT</pubDate>")
    assert (None, "Thu, 01 Jan 2099 00:00:00 GMT") == (entry.published, entry.published_raw)


def test_summaries_fall_back_on_the_content() -> None:
    entry = one(
        "<title>x</title><content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>&lt;p&gt;Весь текст&lt;/p&gt;</content:encoded>"
    )
    assert "Весь текст" == markup.plain(entry.summary_html)


SPACES = (
    "xmlns:media='http://search.yahoo.com/mrss/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
    " xmlns:itunes='http://www.itunes.com/dtds/podcast-1.0.dtd'"
    " xmlns:content='http://purl.org/rss/1.0/modules/content/'"
)
CAPTIONS = {
    "a picture's": "<media:description>чужое</media:description>",
    "a picture's within": "<media:content url='x'><media:description>чужое</media:description></media:content>",
    "a group's": "<media:group><media:content url='x'><media:description>чужое</media:description></media:content></media:group>",
    "a podcast's": "<itunes:summary>чужое</itunes:summary>",
    "Dublin Core's": "<dc:description>чужое</dc:description>",
    "a photo's": "<photo><title>чужое</title><description>чужое</description></photo>",
    "an enclosure's": "<enclosure url='x' type='image/jpeg'><description>чужое</description></enclosure>",
    "a related article's": "<related><article><description>чужое</description><content:encoded>чужое</content:encoded></article></related>",
    "a gallery's": "<gallery><image><summary>чужое</summary></image></gallery>",
}  # fmt: skip
TEXTS = {
    "description": "<description>своё</description>",
    "description and content": "<description>своё</description><content:encoded>полное</content:encoded>",
    "content and description": "<content:encoded>полное</content:encoded><description>своё</description>",
    "content": "<content:encoded>своё</content:encoded>",
    "an empty description": "<description> </description><content:encoded>своё</content:encoded>",
    "an Atom summary": "<summary>своё</summary>",
}  # fmt: skip


@pytest.mark.parametrize("caption", CAPTIONS.values(), ids=CAPTIONS)
@pytest.mark.parametrize("own", TEXTS.values(), ids=TEXTS)
def test_a_caption_is_never_the_entrys_text_wherever_it_stands(own: str, caption: str) -> None:
    for inner in (caption + own, own + caption, own.replace("><", f">{caption}<", 1)):
        body = rss(f"<item><title>x</title>{inner}</item>").replace("<rss ", f"<rss {SPACES} ")
        [entry] = feed(body).entries
        assert ("x", "своё") == (entry.title, markup.plain(entry.summary_html))


@pytest.mark.parametrize("kind", ["dc:description", "itunes:summary", "media:description"])
def test_a_text_about_an_entry_is_its_own_where_it_has_no_other(kind: str) -> None:
    inner = f"<title>x</title><{kind}>&lt;p&gt;Текст&lt;/p&gt;</{kind}><{kind}>Второй</{kind}>"
    body = rss(f"<item>{inner}</item>").replace("<rss ", f"<rss {SPACES} ")
    assert "Текст" == markup.plain(feed(body).entries[0].summary_html)


@pytest.mark.parametrize("kind", ["dc:title", "media:title", "itunes:title"])
def test_another_title_is_not_the_entrys(kind: str) -> None:
    for inner in (
        f"<{kind}>чужое</{kind}><title>x</title>",
        f"<title>x</title><{kind}>чужое</{kind}>",
    ):
        body = rss(f"<item>{inner}</item>").replace("<rss ", f"<rss {SPACES} ")
        assert "x" == feed(body).entries[0].title


def test_a_feeds_own_advice_is_read() -> None:
    extra = "<ttl>45</ttl><skipHours><hour>1</hour><hour>2</hour></skipHours><skipDays><day>Sunday</day></skipDays>"
    advice = feed(rss(item(1), extra=extra)).advice
    assert (2700, {1, 2}, {6}) == (advice.ttl_s, advice.skip_hours, advice.skip_days)


def test_the_syndication_modules_frequency_divides_its_period() -> None:
    extra = (
        "<sy:updatePeriod>\n\tdaily\n</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>"
    )
    assert 21_600 == feed(rss(item(1), extra=extra)).advice.ttl_s


# --- cut off, unchanged ----------------------------------------------------------------------


@pytest.mark.parametrize("lost", [1, 10, 60, 200])
def test_a_document_cut_off_keeps_its_complete_entries(lost: int) -> None:
    whole = rss(item(1), item(2), item(3))
    told = feed(whole[: -len("</channel></rss>") - lost])
    assert (["id-1", "id-2"], False) == (
        [entry.external_id for entry in told.entries],
        told.complete,
    )


def test_a_document_cut_off_before_its_first_entry_is_no_news() -> None:
    assert NotAFeed(PageKind.CUT_OFF) == read(
        "<?xml version='1.0'?><rss version='2.0'><channel><ti"
    )


def test_entries_of_the_last_document_are_counted_not_parsed() -> None:
    first = feed(rss(item(1), item(2), item(3)))
    second = feed(rss(item(4), item(1), item(2, title="Исправлено"), item(3)), seen=first.seen)
    assert (["id-4", "id-2"], 2, 4) == (
        [entry.external_id for entry in second.entries],
        second.unchanged,
        second.total,
    )


def test_keys_are_the_same_whether_other_entries_are_parsed_or_not() -> None:
    """A guid repeated by an unchanged entry is repeated still."""
    twice = item(1).replace("/news/1", "/news/9").replace("номер 1", "номер 9")
    first = feed(rss(item(1), item(2)))
    whole = feed(rss(twice, item(1), item(2)))
    part = feed(rss(twice, item(1), item(2)), seen=first.seen)
    assert whole.entries[0].keys == part.entries[0].keys == ("u:outlet.example/news/9",)


def test_marks_that_are_not_ours_mean_nothing() -> None:
    assert 1 == len(feed(rss(item(1)), seen="not base64 \udcff").entries)


# --- what is no feed -------------------------------------------------------------------------

PAGES = {
    "nothing": ("", PageKind.EMPTY),
    "blanks": (" \n\t ", PageKind.EMPTY),
    "eleven bytes": ("hello world", PageKind.EMPTY),
    "a page": ("<!DOCTYPE html><html><head><title>Новости</title></head><body>" + "текст " * 50, PageKind.HTML),
    "Cloudflare": ("<html><title>Just a moment...</title><script src='/cdn-cgi/challenge-platform/x'></script>", PageKind.CHALLENGE),
    "DDoS-Guard": ("<html><title>DDoS-Guard</title><script src='/.well-known/ddos-guard/js'></script>", PageKind.CHALLENGE),
    "a cookie check": ("<html><body><script>document.cookie='a=b';location.reload()</script>", PageKind.CHALLENGE),
    "a login": ("<html><title>Вход</title><form><input name=l><input type='password'></form>", PageKind.LOGIN),
    "a blocking notice": ("<html><body>Доступ к ресурсу ограничен</body></html>", PageKind.BLOCKED),
    "a parked domain": ("<html><body>This domain is for sale!</body></html>", PageKind.PARKED),
    "other XML": ("<svg xmlns='x'><g/></svg>", PageKind.XML),
    "a sitemap index": ("<sitemapindex><sitemap><loc>x</loc></sitemap></sitemapindex>", PageKind.SITEMAP_INDEX),
    "OPML": ("<opml version='2.0'><body/></opml>", PageKind.OPML),
    "other JSON": ('{"error": "not found"}', PageKind.JSON),
    "broken JSON": ('{"version": "https://jsonfeed.org/version/1", "items": [', PageKind.JSON),
    "text": ("Просто текст. " * 20, PageKind.TEXT),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(100), PageKind.BINARY),
}  # fmt: skip


@pytest.mark.parametrize(("body", "expected"), PAGES.values(), ids=PAGES)
def test_what_came_instead_of_a_feed_is_called_by_its_name(
    body: str | bytes, expected: PageKind
) -> None:
    told = read(body)
    assert isinstance(told, NotAFeed)
    assert expected == told.kind


def test_a_page_tells_which_feeds_it_points_to() -> None:
    body = """<html><head><link rel="alternate" type="application/rss+xml" title="Все новости" href="/rss">
      <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">
      <link type='application/atom+xml' href='https://b.kz/atom?a=1&amp;b=2' rel='alternate'></head>"""
    told = read(body)
    assert isinstance(told, NotAFeed)
    assert [("https://feeds.example/rss", "Все новости"), ("https://b.kz/atom?a=1&b=2", "")] == [
        (link.url, link.title) for link in told.links
    ]


def test_a_feed_without_entries_is_a_feed() -> None:
    assert (0, "Степной вестник") == (feed(rss()).total, feed(rss()).title)


@pytest.mark.parametrize(
    "body",
    [
        '<rss version="2.0"/>',
        '<rss version="2.0"><channel/></rss>',
        '<feed xmlns="http://www.w3.org/2005/Atom" /><!-- 0.1 s -->',
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"/>',
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"/>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>',
        '{"version":"https://jsonfeed.org/version/1.1","title":"T","items":[]}',
    ],
)
def test_a_root_that_closes_itself_is_an_empty_feed(body: str) -> None:
    told = feed(body)
    assert (0, True) == (told.total, told.complete)


ENTRY = '<entry><id>1</id><title>Раз</title><link href="https://a.kz/1"/></entry>'
ATOM = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{ENTRY}</feed>'
RSS = '<rss version="2.0"><channel><title>T</title><item><title>Раз</title><link>https://a.kz/1</link></item></channel></rss>'
WRAPPED = {
    "under a doctype": f"<!DOCTYPE html><html><body>{ATOM}</body></html>",
    "behind a head": f"<html><head><title>x</title><style>{'a' * 20_000}</style></head><body>{RSS}</body></html>",
    "in a body alone": f"<body>{ATOM}</body>",
    "in a part of a page": f"<div id='feed'><pre>{RSS}</pre></div>",
    "in capitals": f"<HTML><BODY>{ATOM}</BODY></HTML>",
    "with a declaration within": f"<html><body><?xml version='1.0'?>{RSS}</body></html>",
    "with a prefix": f"<html><body>{ATOM.replace('<', '<a:').replace('<a:/', '</a:').replace('xmlns=', 'xmlns:a=')}</body></html>",
    "in other XML": f"<?xml version='1.0'?><response><data>{ATOM}</data></response>",
    "never closed": f"<html><body>{RSS}",
    "behind a script": f"<html><script>var a = '<rss version=2>';</script><body>{RSS}</body></html>",
}  # fmt: skip


@pytest.mark.parametrize("body", WRAPPED.values(), ids=WRAPPED)
def test_a_feed_within_a_page_is_a_feed(body: str) -> None:
    assert [("Раз", "https://a.kz/1")] == [(one.title, one.url) for one in feed(body).entries]


@pytest.mark.parametrize(
    "inner",
    [
        f"<script>var a = '{RSS}';</script>",
        f"<!-- {RSS} -->",
        f"<textarea>{RSS}</textarea>",
        f"<pre>{RSS.replace('<', '&lt;')}</pre>",
        "<feed class='news'><p>Новости</p></feed>",
    ],
)
def test_a_page_that_only_speaks_of_a_feed_is_a_page(inner: str) -> None:
    told = read(f"<html><body>{inner} текст</body></html>")
    assert isinstance(told, NotAFeed)
    assert PageKind.HTML is told.kind


RSS_LINK = 'type="application/rss+xml"'
ANNOUNCED = {
    "an anchor": f'<a rel="alternate" {RSS_LINK} href="/r"><span>Лента</span></a>',
    "an anchor without a relation": f'<a {RSS_LINK} href="/r">Лента</a>',
    "XML": '<link rel="alternate" type="text/xml" href="/r">',
    "XML of applications": '<link rel="alternate" type="application/xml; charset=utf-8" href="/r">',
    "a relation of its own": '<link rel="feed" href="/r">',
    "two relations": '<link rel="alternate feed" href="/r">',
    "half a type": '<link rel="alternate" type="application/rss" href="/r">',
    "a short type": '<link rel="alternate" type="atom" href="/r">',
    "a plus that was lost": '<link rel="alternate" type="application/rss xml" href="/r">',
    "a plain one before XML": f'<link rel="alternate" type="text/xml" href="/x"><link rel="alternate" {RSS_LINK} href="/r">',
    "a mark in its title": f'<link rel="alternate" title="Новости > Лента" {RSS_LINK} href="/r">',
    "quotes that do not match": f'<link rel="alternate" {RSS_LINK} title="A" B" href="/r">',
    "one that is commented out": f'<!-- <link rel="alternate" {RSS_LINK} href="/old"> --><link rel="alternate" {RSS_LINK} href="/r">',
    "a reader's scheme": f'<link rel="alternate" {RSS_LINK} href="feed:https://feeds.example/r">',
    "comments by their title": f'<link rel="alternate" {RSS_LINK} title="Вестник &raquo; Лента комментариев" href="/c"><link rel="alternate" {RSS_LINK} href="/r">',
    "comments by their address": f'<link rel="alternate" {RSS_LINK} href="/comments/feed"><link rel="alternate" type="text/xml" href="/r">',
    "comments in Kazakh": f'<link rel="alternate" {RSS_LINK} title="Пікірлер" href="/p"><link rel="alternate" {RSS_LINK} href="/r">',
}  # fmt: skip


@pytest.mark.parametrize("inner", ANNOUNCED.values(), ids=ANNOUNCED)
def test_a_page_announces_its_feed_in_many_ways(inner: str) -> None:
    told = read(f"<html><head>{inner}</head></html>")
    assert isinstance(told, NotAFeed)
    assert "https://feeds.example/r" == told.links[0].url
    assert not [link for link in told.links if "c" in link.url.rpartition("/")[2]]


def test_a_feed_of_comments_comes_last() -> None:
    comments = f'<link rel="alternate" {RSS_LINK} title="Comments" href="/c.xml">'
    for inner, expected in (
        (comments, ["/c.xml"]),
        (f'{comments}<a href="/rss">', ["/rss", "/c.xml"]),
    ):
        told = read(f"<html><head>{inner}</head></html>")
        assert isinstance(told, NotAFeed)
        assert [f"https://feeds.example{path}" for path in expected] == [
            one.url for one in told.links
        ]


@pytest.mark.parametrize(
    "inner",
    [
        '<link rel="alternate" type="text/xml+oembed" href="/o">',
        '<link rel="alternate" type="application/json" href="/wp-json/1">',
        '<link rel="alternate" hreflang="en" href="/en/feed">',
        '<link rel="alternate stylesheet" type="text/css" href="/feed.css">',
        '<link rel="sitemap" type="application/xml" href="/sitemap.xml">',
        '<link rel="search" type="application/opensearchdescription+xml" href="/os.xml">',
        '<link rel="EditURI" type="application/rsd+xml" href="/rsd.xml">',
    ],
)
def test_other_announcements_of_a_page_are_no_feeds(inner: str) -> None:
    told = read(f"<html><head>{inner}</head></html>")
    assert isinstance(told, NotAFeed)
    assert () == told.links


def test_a_body_that_names_a_file_or_an_address_is_not_opened(tmp_path) -> None:
    secret = tmp_path / "feed.xml"
    secret.write_text(rss(item(1)))
    assert isinstance(read(str(secret)), NotAFeed)
    assert isinstance(read("http://127.0.0.1:1/feed"), NotAFeed)


# --- sources without feeds -------------------------------------------------------------------

PREVIEW = """<html><div class="tgme_channel_info"><div class="tgme_channel_info_header_title"><span>Канал</span></div></div>
<div class="tgme_widget_message_wrap"><div class="tgme_widget_message js-widget_message" data-post="canal/7">
<div class="tgme_widget_message_text js-message_text">Дорога открыта.<br/>Подробности позже.</div>
<a class="tgme_widget_message_date" href="https://t.me/canal/7"><time datetime="2026-11-22T07:00:00+00:00">07:00</time></a></div></div>
<div class="tgme_widget_message" data-post="canal/8"><i>photo</i></div></html>"""


def test_a_telegram_preview_is_a_source() -> None:
    told = feed(PREVIEW)
    (post,) = told.entries
    assert ("telegram", "Канал") == (told.format, told.title)
    assert ("canal/7", "https://t.me/canal/7", "Дорога открыта.") == (
        post.external_id,
        post.url,
        post.title,
    )
    assert datetime(2026, 11, 22, 7, tzinfo=UTC) == post.published


def post(number: int, inner: str, more: str = "") -> str:
    """A post of a preview, as Telegram lays it out."""
    return (
        '<div class="tgme_widget_message_wrap js-widget_message_wrap">'
        f'<div class="tgme_widget_message {more} js-widget_message" data-post="canal/{number}">'
        '<div class="tgme_widget_message_user"><a href="https://t.me/canal"></a></div>'
        '<div class="tgme_widget_message_bubble"><div class="tgme_widget_message_author">'
        '<a class="tgme_widget_message_owner_name" href="https://t.me/canal">Канал</a></div>'
        f'{inner}<div class="tgme_widget_message_footer"><span class="tgme_widget_message_meta">edited '
        f'<a class="tgme_widget_message_date" href="https://t.me/canal/{number}">'
        '<time datetime="2026-11-22T07:00:00+00:00" class="time">07:00</time></a></span></div></div></div></div>'
    )


WORDS = '<div class="tgme_widget_message_text js-message_text" dir="auto">{}</div>'
PHOTO = '<a class="tgme_widget_message_photo_wrap" style="background-image:url(\'x.jpg\')" href="https://t.me/canal/1"></a>'
ALBUM = (
    f'<div class="tgme_widget_message_grouped_wrap js-message_grouped_wrap">{PHOTO}{PHOTO}</div>'
)
VIDEO = '<a class="tgme_widget_message_video_player"><time class="message_video_duration">0:29</time></a>'
FORWARDED = '<div class="tgme_widget_message_forwarded_from accent_color">Forwarded from {}</div>'
NAMED = '<a class="tgme_widget_message_forwarded_from_name" href="https://t.me/origin/77"><span dir="auto">Исток</span></a>'
HIDDEN = '<span class="tgme_widget_message_forwarded_from_name">Марат</span>'
REPLY = (
    '<a class="tgme_widget_message_reply" href="https://t.me/canal/3"><div class="tgme_widget_message_author">Канал</div>'
    '<div class="tgme_widget_message_text js-message_reply_text">Дорога закрыта.</div></a>'
)
LINKED = (
    '<a class="tgme_widget_message_link_preview" href="https://outlet.example/n/1"><div class="link_preview_site_name">Outlet</div>'
    '<div class="link_preview_title" dir="auto">Мост открыли</div><div class="link_preview_description">Вчера.</div></a>'
)
POSTS: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "a picture's caption": (post(1, PHOTO + WORDS.format("Дорога открыта.")), [("Дорога открыта.", "")]),
    "an album's caption": (post(1, ALBUM + WORDS.format("Дорога открыта.")), [("Дорога открыта.", "")]),
    "a caption within a caption": (post(1, ALBUM + WORDS.format(WORDS.format("Дорога открыта."))), [("Дорога открыта.", "")]),
    "a film's caption": (post(1, VIDEO + WORDS.format("Дорога открыта.")), [("Дорога открыта.", "")]),
    "a picture without words": (post(1, PHOTO), []),
    "an album without words": (post(1, ALBUM), []),
    "a headline above": (post(1, WORDS.format("<b>⚡️Дорога открыта</b><br/><br/>Подробности позже.")), [("⚡️Дорога открыта", "")]),
    "a forwarded post": (post(1, FORWARDED.format(NAMED) + WORDS.format("Дорога открыта.")), [("Дорога открыта.", "Исток")]),
    "of a person": (post(1, FORWARDED.format(HIDDEN) + WORDS.format("Дорога открыта.")), [("Дорога открыта.", "Марат")]),
    "a forwarded picture": (post(1, FORWARDED.format(NAMED) + PHOTO + WORDS.format("Дорога открыта.")), [("Дорога открыта.", "Исток")]),
    "an answer": (post(1, REPLY + WORDS.format("Уже открыта.")), [("Уже открыта.", "")]),
    "an answering picture": (post(1, REPLY + PHOTO), []),
    "pinned": (post(1, WORDS.format("Канал pinned a photo"), "service_message"), []),
    "a lone link": (post(1, WORDS.format('<a href="https://outlet.example/n/1">https://outlet.example/n/1</a>') + LINKED), [("Мост открыли", "")]),
    "a link after words": (post(1, WORDS.format('Мост, вот: <a href="https://outlet.example/n/1">https://outlet.example/n/1</a>') + LINKED), [("Мост, вот: https://outlet.example/n/1", "")]),
}  # fmt: skip


@pytest.mark.parametrize("case", POSTS)
def test_a_post_is_read_as_telegram_shows_it(case: str) -> None:
    body, expected = POSTS[case]
    told = feed(
        f'<!DOCTYPE html><html><body>{body}<div class="tgme_channel_info"></div></body></html>'
    )
    assert expected == [(entry.title, entry.source) for entry in told.entries]
    times = {entry.published for entry in told.entries}
    assert times <= {datetime(2026, 11, 22, 7, tzinfo=UTC)}


def test_what_a_post_was_forwarded_from_is_kept_with_its_address() -> None:
    body = post(1, FORWARDED.format(NAMED) + WORDS.format("Дорога открыта."))
    (entry,) = feed(f"<html>{body}</html>").entries
    assert ("https://t.me/canal/1", "https://t.me/origin/77") == (entry.url, entry.source_url)


@pytest.mark.parametrize(
    "body",
    [
        '<div class="tgme_page"><div class="tgme_page_title">Закрытый</div><div class="tgme_page_action"><a class="tgme_action_button_new" href="tg://resolve?domain=x">View in Telegram</a></div></div>',
        '<div class="tgme_page"><div class="tgme_page_icon"></div><div class="tgme_page_description">If you have Telegram, you can contact</div><a class="tgme_action_button_new">Send Message</a></div>',
    ],
)
def test_a_name_without_a_preview_is_told_as_that(body: str) -> None:
    told = read(
        f"<!DOCTYPE html><html><head><title>Telegram: Contact @x</title></head><body>{body}</body></html>"
    )
    assert isinstance(told, NotAFeed)
    assert PageKind.NO_PREVIEW is told.kind


def test_a_page_is_read_by_selectors() -> None:
    body = """<html><div class="n"><a href="/n/1"><h3>Раз</h3></a><time datetime="2026-11-22T07:00:00Z"></time><p>Текст</p></div>
    <div class="n"><a href="/n/2"><h3>Два</h3></a><span class="t"></span></div><div class="n">реклама</div></html>"""
    rules = {"item": "div.n", "title": "h3", "summary": "p"}
    told = feed(body, kind="page", rules=rules)
    assert [("Раз", "https://feeds.example/n/1"), ("Два", "https://feeds.example/n/2")] == [
        (entry.title, entry.url) for entry in told.entries
    ]
    assert datetime(2026, 11, 22, 7, tzinfo=UTC) == told.entries[0].published


def test_letters_set_apart_belong_to_their_word_on_pages_too() -> None:
    body = "<html><div class='n'><a href='/1'><span>10:30</span><h3><b>К</b>азах<i>стан</i>, CO<sub>2</sub></h3></a></div></html>"
    for rules, expected in (({"title": "h3"}, "Казахстан, CO2"), ({}, "10:30 Казахстан, CO2")):
        told = feed(body, kind="page", rules={"item": "div.n", **rules})
        assert [expected] == [entry.title for entry in told.entries]


LISTED = "".join(
    f'<li class="card card-{n}"><a href="/n/{n}"><img src="x"></a><span class="date">22.11.2026 0{n}:30</span>'
    f'<h3><a href="/n/{n}">Парламент принял закон номер {n} о воде</a></h3><a href="/tag/1">вода</a></li>'
    for n in range(1, 7)
)
MARGIN = "".join(
    f'<li><a href="/n/9{n}">Самое читаемое за неделю, место {n}</a></li>' for n in range(5)
)
MENU = "".join(f'<li><a href="/c/{n}">Раздел {n}</a></li>' for n in range(40))
ABROAD = "".join(
    f'<p><a href="https://ads.example/{n}">Очень длинная реклама на другом сайте {n}</a></p>'
    for n in range(20)
)
FRONT = f"<html><title>Вестник</title><nav>{MENU}</nav><ul>{LISTED}</ul><aside>{MARGIN}</aside>{ABROAD}</html>"


def test_a_pages_headlines_are_found_without_selectors() -> None:
    told = feed(FRONT, kind="page", rules={"item": "auto"}, zone="Asia/Almaty")
    assert [f"https://feeds.example/n/{n}" for n in range(1, 7)] == [
        entry.url for entry in told.entries
    ]
    assert "Парламент принял закон номер 1 о воде" == told.entries[0].title
    assert datetime(2026, 11, 21, 20, 30, tzinfo=UTC) == told.entries[0].published


@pytest.mark.parametrize("page", [f"<html><nav>{MENU}</nav></html>", "<html></html>", ABROAD])
def test_a_page_without_headlines_says_so(page: str) -> None:
    told = read(f"<html><body>{page}</body></html>", kind="page", rules={"item": "auto"})
    assert isinstance(told, NotAFeed)
    assert PageKind.NO_HEADLINES == told.kind


@pytest.mark.parametrize(
    ("rules", "kind", "selector"),
    [
        ({"item": "div.nothing"}, PageKind.NO_MATCHES, "div.nothing"),
        ({"item": "[[["}, PageKind.BAD_SELECTOR, "[[["),
        ({"item": "p", "title": "h3[["}, PageKind.BAD_SELECTOR, "h3[["),
    ],
)
def test_selectors_that_find_nothing_say_so(
    rules: dict[str, str], kind: PageKind, selector: str
) -> None:
    told = read("<html><body><p>x</p></body></html>", kind="page", rules=rules)
    assert isinstance(told, NotAFeed)
    assert (kind, selector) == (told.kind, told.values["selector"])


# --- hostile ---------------------------------------------------------------------------------


def lol() -> str:
    steps = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    return f'<!DOCTYPE l [<!ENTITY a0 "{"x" * 100}">{steps}]>' + rss(
        "<item><title>&a9;</title></item>"
    )


HOSTILE = {
    "billion laughs": lol(),
    "external entity": '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + rss("<item><title>&x;</title></item>"),
    "deep nesting": rss("<item><title>x</title><description>" + "&lt;div&gt;" * 100_000 + "</description></item>"),
    "deep elements": "<rss version='2.0'><channel>" + "<a>" * 100_000,
    "a large description": rss(item(1).replace("Подробности", "слово " * 800_000)),
    "unclosed items": "<rss version='2.0'><channel>" + "<item>" * 100_000,
    "angle brackets": "<" * 1_000_000,
    "comments": "<rss>" + "<!--" * 200_000,
    "deep JSON": "[" * 200_000,
    "nested page": "<html>" + "<div>" * 200_000,
    "links": "<html>" + "<link rel=alternate " * 100_000,
    "inner ids": rss("<item>" + "<author>x<id>5</id>" * 15_000 + "</item>"),
    "open texts": rss("<item><x><y></y>" + "<![CDATA[" * 50_000 + "</item>"),
    "feeds in a page": "<html><body>" + "<feed> " * 8_000 + "<item>" * 100_000,
    "unclosed CDATA": rss(*(f"<item><description><![CDATA[{n}</description></item>" for n in range(5_000))),
    "tags that close themselves": rss("<item><description>" + "&lt;iframe a='b' " * 50_000 + "</description></item>"),
    "skip hours": "<rss version='2.0'><channel>" + "<skipHours>" * 25_000 + "</channel></rss>",
    "a long title": rss(f"<item><title>{'x' * 1_000_000}</title></item>"),
}  # fmt: skip


@cache
def little() -> float:
    """Seconds of CPU: ten times those of an ordinary megabyte, here and under this load.

    Called by tests that are not traced: tracing would make all its parts dearer, unequally.
    """
    ordinary = rss(*(item(number, "Тест, тест. " * 30) for number in range(1_400)))
    started = time.process_time()
    assert 1_400 == len(feed(ordinary).entries)
    return 10 * (time.process_time() - started)


@pytest.mark.no_cover
@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_cost_little(body: str) -> None:
    started = time.process_time()
    told = read(body)
    assert time.process_time() - started < little()
    if isinstance(told, ParsedFeed):
        assert all(len(entry.title) < 500 and "root:" not in entry.title for entry in told.entries)
        assert all(len(entry.summary_html) <= 65_536 for entry in told.entries)


HALF = "\ud83d"
LONG = "слово " * 20_000
HALVES = {
    "JSON Feed": json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": f"T{HALF}", "home_page_url": f"/{HALF}", "language": f"ru{HALF}", "items": [{"id": f"1{HALF}", "url": f"https://{HALF}feeds.example/{HALF}?{HALF}", "title": f"Раз{HALF}", "content_html": LONG + HALF, "date_published": HALF, "tags": [HALF]}]}),
    "RSS, as references": rss(f"<item><guid>&#xD83D;1</guid><link>/1&#55357;</link><title>Раз&#xD83D;</title><description>{LONG}&#xD83D;</description><pubDate>&#xD83D;</pubDate><category>&#xD83D;</category></item>"),
    "RSS, as bytes": rss(f"<item><guid>{HALF}1</guid><link>/1{HALF}</link><title>Раз{HALF}</title><description>{HALF}{LONG}</description></item>"),
    "Atom": f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>{HALF}</id><title>Раз&#xD83D;</title><link href="/1{HALF}"/><summary>{LONG}</summary></entry></feed>',
    "news sitemap": f'<urlset xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>https://feeds.example/1&#xD83D;</loc><n:news><n:title>Раз{HALF}&#xD83D;</n:title></n:news></url></urlset>',
    "Telegram": f'<html><div class="tgme_widget_message" data-post="canal/7{HALF}"><div class="tgme_widget_message_text js-message_text">Раз&#xD83D;{HALF} {LONG}</div></div></html>',
}  # fmt: skip
"""Half an emoji wherever each family can have one, and a text without end."""


def in_full(told: ParsedFeed) -> bytes:
    """All that was read, as bytes: raises where something is no character."""
    return json.dumps(asdict(told), ensure_ascii=False, default=str).encode()


@pytest.mark.parametrize("body", HALVES.values(), ids=HALVES)
def test_half_a_character_and_a_text_without_end_stop_no_family(body: str) -> None:
    told = feed(body.encode(errors="surrogatepass"))
    assert 1 == len(told.entries)
    assert in_full(told)
    assert len(told.entries[0].summary_html) <= 65_536


def test_every_reader_has_the_same_measures() -> None:
    entry = RawEntry(
        *(f"https://{HALF}feeds.example/{HALF}?{HALF}",) * 3,
        summary=LONG,
        dates=[HALF],
        language=HALF,
        source=HALF,
        source_url=f"/{HALF}",
        categories=[HALF] * 50,
    )
    wild = RawFeed(
        f"T{HALF}",
        f"https://feeds.example/{HALF}",
        HALF,
        "new",
        entries=[*[entry] * 50, *[replace(entry, summary=HALF)] * 4_951],
    )
    told = _parsed(wild, Document(b"", URL, NOW))
    assert in_full(told)
    assert 5_000 == told.total
    assert {20} == {len(one.categories) for one in told.entries}
    assert {65_536} == {len(one.summary_html) for one in told.entries[:50]}


@pytest.mark.no_cover
def test_thousands_of_entries_are_bounded() -> None:
    many = rss(*(f"<item><title>{number}</title></item>" for number in range(6_000)))
    assert 5_000 == feed(many).total


def test_gzipped_files_are_opened_within_bounds() -> None:
    assert 1 == feed(gzip.compress(rss(item(1)).encode())).total
    assert isinstance(read(gzip.compress(bytes(50_000_000))), NotAFeed)


def test_json_text_is_no_markup() -> None:
    body = json.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "items": [{"id": "1", "title": "x", "content_text": "a < b & c"}],
        }
    )
    assert "a < b & c" == markup.plain(feed(body).entries[0].summary_html)


# --- found in the wild, second reading -------------------------------------------------------

CUT_JSON = '{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"1","url":"/1","title":"Раз"},{"id":"2","ti'


def test_a_cut_off_json_feed_keeps_its_complete_items() -> None:
    told = feed(CUT_JSON)
    assert (["Раз"], False) == ([entry.title for entry in told.entries], told.complete)


@pytest.mark.parametrize("cut", [1, 20, 40, 54])
def test_json_cut_off_before_an_item_is_no_feed(cut: int) -> None:
    assert NotAFeed(PageKind.JSON) == read(CUT_JSON[:cut])


def test_json_with_line_breaks_in_strings_is_read() -> None:
    told = feed(
        '{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"Раз\n\tдва"}]}'
    )
    assert "Раз два" == told.entries[0].title


def test_the_id_of_a_json_item_is_its_address_where_it_names_no_other() -> None:
    told = feed(
        '{"version":"https://jsonfeed.org/version/1","items":[{"id":"https://a.kz/1","title":"Раз"}]}'
    )
    assert "https://a.kz/1" == told.entries[0].url


def test_a_json_item_without_an_address_says_so_in_words_too() -> None:
    told = feed(
        '{"version":"https://jsonfeed.org/version/1","items":[{"id":"https://a.kz/1","url":"N/A","title":"Раз"},{"id":"2","url":"#","title":"Два"}]}'
    )
    assert ["https://a.kz/1", ""] == [entry.url for entry in told.entries]


def test_a_sitemaps_headline_is_not_that_of_its_picture() -> None:
    told = feed(
        "<urlset xmlns:news='n' xmlns:image='i'><url><loc>https://a.kz/1</loc><image:image>"
        "<image:loc>https://a.kz/1.jpg</image:loc><image:title>Снимок</image:title></image:image>"
        "<news:news><news:publication_date>2026-11-22</news:publication_date>"
        "<news:title>Раз</news:title></news:news></url></urlset>"
    )
    assert [("Раз", "https://a.kz/1")] == [(one.title, one.url) for one in told.entries]


SENTENCES = {
    "a sitemap without news": ("<urlset><url><loc>https://a.kz/1</loc></url></urlset>", PageKind.SITEMAP),
    "XHTML": ("<?xml version='1.0'?><!DOCTYPE html PUBLIC 'a' 'b'><html><head/></html>", PageKind.HTML),
    "a script's failure": ("<br />\n<b>Fatal error</b>: Uncaught Error in feed.php", PageKind.HTML),
    "a cookie and a reload": ("<html><script>document.cookie='a=b; path=/';location.reload();</script></html>", PageKind.CHALLENGE),
}  # fmt: skip


@pytest.mark.parametrize(("body", "kind"), SENTENCES.values(), ids=SENTENCES)
def test_what_came_instead_is_called_what_it_is(body: str, kind: PageKind) -> None:
    told = read(body)
    assert isinstance(told, NotAFeed), told
    assert kind is told.kind


REFERENCES = {
    "a &#55356;&#57286; b": "a 🏆 b",
    "a &#xD83C;&#xdfc6; b": "a 🏆 b",
    "a &#127942; b": "a 🏆 b",
    "a &#55356; b": "a b",
    "a&#0;&#8;&#x1F;&#1234567890; b": "a b",
    "&#1056;&#x430;&#1079;": "Раз",
}


@pytest.mark.parametrize("wrapped", ["{}", "<![CDATA[{}]]>"])
@pytest.mark.parametrize(("told", "expected"), REFERENCES.items())
def test_references_to_no_character_vanish_and_halves_are_joined(
    told: str, expected: str, wrapped: str
) -> None:
    assert expected == one(f"<title>{wrapped.format(told)}</title>").title


@pytest.mark.no_cover
def test_an_element_of_fifty_thousand_attributes_costs_little() -> None:
    attributes = " ".join(f'a{n}="{n}"' for n in range(50_000))
    started = time.process_time()
    told = feed(
        rss(f"<item {attributes}><title>Раз</title><link>https://a.kz/1</link></item>", item(2))
    )
    assert 2 == len(told.entries)
    assert time.process_time() - started < little()


def test_a_prolog_of_half_a_megabyte_hides_no_feed() -> None:
    prolog = f'<!DOCTYPE rss [<!ENTITY a "{"a" * 500_000}">]>'
    assert 1 == len(feed(prolog + rss(item(1, "&a;" * 1_000))).entries)


def test_a_pages_base_is_that_of_its_feeds() -> None:
    told = read(
        "<html><head><base href='/news/'>"
        "<link rel=alternate type=application/rss+xml href=rss.xml></head></html>"
    )
    assert isinstance(told, NotAFeed)
    assert ["https://feeds.example/news/rss.xml"] == [link.url for link in told.links]


@pytest.mark.parametrize("ttl", ["120", " 120 ", "<![CDATA[120]]>", "<![CDATA[ 120 ]]>"])
def test_ttl_is_read_however_it_is_wrapped(ttl: str) -> None:
    assert 7200 == feed(rss(item(1), extra=f"<ttl>{ttl}</ttl>")).advice.ttl_s


@pytest.mark.parametrize(
    ("outlet", "signed", "expected"),
    [
        ("Степной вестник - новости", "Снег в горах — Степной вестник", "Снег в горах"),
        ("Новости | vestnik.kz", "Снег в горах | vestnik.kz", "Снег в горах"),
        ("Футбол - Казахстан", "Хоккей: Япония - Казахстан", "Хоккей: Япония - Казахстан"),
    ],
)
def test_a_headline_loses_the_outlets_name_not_its_last_word(
    outlet: str, signed: str, expected: str
) -> None:
    body = rss(f"<item><title>{signed}</title></item>", title=outlet)
    assert [expected] == [entry.title for entry in feed(body).entries]


BROKEN = {
    "a link that closes outside": f"<rss><channel>{item(1)}</link>{item(2)}</channel></rss>",
    "a channel's broken link": f"<rss><channel><title>T</title></link>{item(1)}{item(2)}</channel></rss>",
    "a text input without its channel": f"<rss><channel><item><image></image><textInput><title>x</title></textInput>{item(1)}{item(2)}</channel></rss>",
    "entries that close twice": f"<rss><channel></item></link>{item(1)}</item>{item(2)}</link></channel></rss>",
    "a headline that never ends": f"<rss><channel><title>T</title><item><title><![CDATA[x</title></item>{item(1)}{item(2)}</channel></rss>",
    "elements named as the parser's own": f"<rss><channel>{item(1)}{item(2)}</channel></rss>".replace("</item>", "<links>x</links><tags>y</tags><content>z</content><source/><enclosures>e</enclosures></item>"),
}  # fmt: skip


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_an_entry_that_trips_the_parser_costs_only_itself(body: str) -> None:
    links = [entry.url for entry in feed(body).entries]
    assert [f"https://outlet.example/news/{n}" for n in (1, 2)] == [one for one in links if one]


OPEN = "<![CDATA[открыт"
UNCLOSED = {
    "none behind it": [OPEN, "b", "c"],
    "the next is closed": [OPEN, "<![CDATA[b]]>", "<![CDATA[c]]>"],
    "one further on is closed": [OPEN, "b", "<![CDATA[c]]>"],
    "half an end": [f"{OPEN}]", "<![CDATA[b]]>", "c"],
    "two of them": [OPEN, "<![CDATA[b]]>", OPEN, "<![CDATA[d]]>"],
    "the last": ["<![CDATA[a]]>", "b", OPEN],
    "markup within": ["<![CDATA[<p>открыт</p>", "<![CDATA[<p>b</p>]]>", "c"],
}


@pytest.mark.parametrize("texts", UNCLOSED.values(), ids=UNCLOSED)
def test_cdata_that_never_closes_costs_no_other_entry(texts: list[str]) -> None:
    items = [
        f"<item><title>{n}</title><link>https://a.kz/{n}</link><description>{text}</description></item>"
        for n, text in enumerate(texts)
    ]
    entries = [f"<content type='html'>{text}</content>" for text in texts]
    for told in (feed(rss(*items)).entries, feed(atom(*entries)).entries):
        said = [markup.plain(entry.summary_html).rstrip("]") for entry in told]
        assert [markup.plain(text).rstrip("]") for text in texts] == said


def test_cdata_that_never_closes_in_a_title_or_a_channel_costs_no_entry_either() -> None:
    torn = "<item><title><![CDATA[Раз</title><link>https://a.kz/1</link></item>"
    body = rss(
        torn,
        item(2),
        "<item><title><![CDATA[Три]]></title></item>",
        extra="<description><![CDATA[x</description>",
    )
    assert 3 == feed(body).total


@pytest.mark.parametrize(
    "text",
    [
        "<![CDATA[код <![CDATA[x]]]]><![CDATA[> и <item>y</item>]]>",
        "<![CDATA[пишем &lt;![CDATA[ и <item>y</item>]]>",
    ],
)
def test_cdata_that_speaks_of_cdata_is_one_text(text: str) -> None:
    told = feed(rss(f"<item><title>1</title><description>{text}</description></item>", item(2)))
    assert [True, False] == ["y" in markup.plain(one.summary_html) for one in told.entries]


def test_links_take_over_no_key_that_their_feed_was_opened_with() -> None:
    items = "".join(
        f"<item><title>{n} heads of state meet</title><link>{link}</link></item>"
        for n, link in enumerate(("?id=1", "/a/2", "#3", "https://bob:pw@other.kz/4"))
    )
    body = f"<rss version='2.0'><channel><title>A</title>{items}</channel></rss>"
    url = "https://bob:pw@o.kz/feed?token=x"
    read = parse(Document(body.encode(), url, NOW))
    assert isinstance(read, ParsedFeed)
    assert [
        "https://o.kz/feed?id=1", "https://o.kz/a/2", "https://o.kz/feed#3", "https://other.kz/4"
    ] == [entry.url for entry in read.entries]  # fmt: skip
