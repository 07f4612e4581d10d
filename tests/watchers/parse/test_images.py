"""The picture of an entry: which of those that it names, and none that shows no news."""

import json
from datetime import UTC, datetime

import pytest

from storage.model import ItemImage
from watchers.parse import Document, ParsedFeed, parse

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
PAGE = "https://courier.example/rss"
SPACES = (
    'xmlns:media="http://search.yahoo.com/mrss/"'
    ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


def read(body: str, kind: str = "feed", seen: str = "") -> ParsedFeed:
    told = parse(Document(body.encode(), PAGE, NOW, kind=kind, seen=seen))
    assert isinstance(told, ParsedFeed), told
    return told


def rss(*items: str, head: str = "") -> str:
    each = "".join(
        f"<item><title>Bridge {n} opened</title><link>https://courier.example/{n}</link>{inner}</item>"
        for n, inner in enumerate(items)
    )
    return (
        f"<rss version='2.0' {SPACES}><channel><title>Courier</title>{head}{each}</channel></rss>"
    )


def image_of(inner: str, head: str = "") -> ItemImage | None:
    return read(rss(inner, head=head)).entries[0].image


def escaped(markup: str) -> str:
    return f"<description>{markup.replace('<', '&lt;').replace('>', '&gt;')}</description>"


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ('<enclosure url="/a.jpg?w=9&amp;h=8" type="image/jpeg" length="0"/>', ItemImage("https://courier.example/a.jpg?w=9&h=8")),
        ('<media:content url="/a.jpg" medium="image" width="640" height="360"/>', ItemImage("https://courier.example/a.jpg", 640, 360)),
        ('<media:content url="/s.jpg" medium="image" width="320"/><media:content url="/l.jpg" medium="image" width="1200"/>', ItemImage("https://courier.example/l.jpg", 1200)),
        ('<media:group><media:content url="/v.mp4" type="video/mp4"/><media:thumbnail url="/t.jpg"/></media:group>', ItemImage("https://courier.example/t.jpg")),
        ('<itunes:image href="https://courier.example/episode.jpg"/>', ItemImage("https://courier.example/episode.jpg")),
        ('<enclosure url="/cast.mp3" type="audio/mpeg" length="9"/>', None),
        (escaped('<p><img alt="" src="/in.webp" width="500px"> Text</p>'), ItemImage("https://courier.example/in.webp", 500)),
        (escaped('<img src="data:image/gif;base64,R0" data-src="/late.jpg">'), ItemImage("https://courier.example/late.jpg")),
        ('<content:encoded><![CDATA[<img src="//cdn.example/full.png"/>Text]]></content:encoded><description>Text</description>', ItemImage("https://cdn.example/full.png")),
        (escaped('<img src="https://mc.yandex.ru/watch/77"><img src="/real.jpg">'), ItemImage("https://courier.example/real.jpg")),
    ],
)  # fmt: skip
def test_an_entrys_picture_is_found_wherever_it_is_named(
    inner: str, expected: ItemImage | None
) -> None:
    assert expected == image_of(inner)


@pytest.mark.parametrize(
    "inner",
    [
        escaped('<img src="/p.gif" width="1" height="1">'),
        escaped('<img src="/wide.gif" width="600" height="1">'),
        escaped('<img src="https://stat.example/pixel.gif">'),
        escaped('<img src="/assets/no-photo.jpg">'),
        escaped('<img src="https://s.w.org/images/core/emoji/1f600.png">'),
        escaped('<img src="data:image/png;base64,AAAA">'),
        escaped('<img src="javascript:alert(1)">'),
        escaped('<img src="ftp://courier.example/a.jpg">'),
        escaped('<img src="">'),
        escaped('<img src="https://courier.example/">'),
        f'<enclosure url="/{"a" * 1000}.jpg" type="image/jpeg" length="0"/>',
        '<enclosure url="/map.svg" type="image/svg+xml" length="0"/>',
        '<media:thumbnail url="/t.jpg" width="40" height="30"/>',
    ],
)
def test_what_counts_readers_or_decorates_is_no_picture(inner: str) -> None:
    assert image_of(inner) is None


def test_a_feeds_own_picture_is_none_of_its_entries() -> None:
    head = "<image><url>https://courier.example/logo.png</url></image>"
    assert image_of(escaped('<img src="/x.jpg">'), head) is not None
    inner = '<enclosure url="https://courier.example/logo.png" type="image/png" length="0"/>'
    assert image_of(inner, "<itunes:image href='https://courier.example/logo.png'/>") is None
    assert image_of("", head) is None


LOGO = '<enclosure url="/logo.jpg?a=1&amp;b=2" type="image/jpeg" length="0"/>'


@pytest.mark.parametrize("count", [2, 3, 30])
def test_a_picture_of_every_entry_is_of_none(count: int) -> None:
    assert {None} == {entry.image for entry in read(rss(*[LOGO] * count)).entries}


def test_a_logo_is_known_by_entries_that_are_not_read_again() -> None:
    """Most looks bring one entry that is new among many that are not."""
    before = read(rss(*[LOGO] * 5))
    after = read(rss(*[LOGO] * 6), seen=before.seen)
    assert (1, [None]) == (len(after.entries), [entry.image for entry in after.entries])


def test_two_entries_of_many_may_share_a_picture() -> None:
    own = [f'<enclosure url="/{n}.jpg" type="image/jpeg" length="0"/>' for n in range(4)]
    told = read(rss(*own, own[0])).entries
    assert all(entry.image for entry in told)


def test_an_entry_whose_first_picture_is_a_logo_has_its_next() -> None:
    each = [f'{LOGO}<media:thumbnail url="/{n}.jpg"/>' for n in range(5)]
    assert [f"https://courier.example/{n}.jpg" for n in range(5)] == [
        entry.image.url for entry in read(rss(*each)).entries if entry.image
    ]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"image": "https://courier.example/a.jpg"}, "https://courier.example/a.jpg"),
        ({"banner_image": "/b.jpg"}, "https://courier.example/b.jpg"),
        ({"attachments": [{"url": "/c.png", "mime_type": "image/png"}, 7]}, "https://courier.example/c.png"),
        ({"content_html": "<img src='/d.png'>"}, "https://courier.example/d.png"),
        ({"image": {"not": "an address"}, "attachments": "none"}, None),
    ],
)  # fmt: skip
def test_a_json_feeds_picture(item: dict[str, object], expected: str | None) -> None:
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "items": [{"id": "1", "url": "https://courier.example/1", "title": "Bridge", **item}],
    }
    image = read(json.dumps(told)).entries[0].image
    assert expected == (image.url if image else None)


def post(inner: str) -> str:
    return (
        '<html><div class="tgme_channel_info"></div><div class="tgme_widget_message"'
        f' data-post="canal/1">{inner}<div class="tgme_widget_message_text js-message_text">'
        "Мост открыли.</div></div></html>"
    )


def photo(style: str, kind: str = "photo_wrap") -> str:
    inner = '<div class="tgme_widget_message_photo" style="padding-top:62.5%"></div>'
    return f'<a class="tgme_widget_message_{kind}" style="{style}">{inner}</a>'


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        (photo("width:800px;background-image:url('https://cdn4.telesco.pe/file/a.jpg')"),
         ItemImage("https://cdn4.telesco.pe/file/a.jpg", 800, 500)),
        (photo("background-image:url('https://cdn4.telesco.pe/file/v.jpg')", "video_thumb"),
         ItemImage("https://cdn4.telesco.pe/file/v.jpg")),
        (photo("background-image:url('data:image/png;base64,A')"), None),
        ('<i class="tgme_widget_message_user_photo"><img src="https://cdn4.telesco.pe/a.jpg"></i>', None),
    ],
)  # fmt: skip
def test_a_posts_photo(inner: str, expected: ItemImage | None) -> None:
    assert expected == read(post(inner)).entries[0].image
