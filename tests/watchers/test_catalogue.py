"""What the catalogue says, and whether its pages' selectors find what such pages have."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from storage.feeds import NewFeed
from storage.model import FeedKind, Outlet, Ownership
from watchers import addresses, catalogue
from watchers.catalogue.starting import starting_fallbacks, starting_feeds
from watchers.parse import Document, ParsedFeed, parse

NOW = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
FEEDS = starting_feeds()
FALLBACKS = starting_fallbacks()
OFFICIAL = [(feed, outlet) for feed, outlet in FEEDS if outlet.official]


@dataclass(frozen=True)
class MadeUp:
    """A page of our own words in a site's structure, and what it brings."""

    body: str
    expected: tuple[tuple[str, str, str], ...]
    """Title, address, and when: a day or a moment, "" where the page does not say."""


def doubled(entry: str, *numbers: int) -> str:
    """The same entry with each of these numbers, in the frame that pages have."""
    menu = "<nav><ul><li><a href='/about'>О сайте</a></li><li><a href='/contacts'>Адреса</a></li></ul></nav>"
    told = "".join(entry.replace("#", str(number)) for number in numbers)
    foot = "<footer><a href='/map'>Карта сайта</a></footer>"
    return f"<!DOCTYPE html><html><head><title>Сайт</title></head><body>{menu}{told}{foot}</body></html>"


CARD = (
    "<div class='event'><a href='/ru/glava-gosudarstva-prinyal-posla-#'>"
    "<h4>Глава государства принял посла соседней страны номер #</h4></a><span>28 ноября 2026 года</span></div>"
)
MADE_UP = {
    "https://www.akorda.kz/ru/events": MadeUp(
        doubled(CARD, 71, 72, 73, 74),
        tuple(
            (
                f"Глава государства принял посла соседней страны номер {n}",
                f"https://www.akorda.kz/ru/glava-gosudarstva-prinyal-posla-{n}",
                "",
            )
            for n in (71, 72, 73, 74)
        ),
    ),
    "https://www.akorda.kz/kz/events": MadeUp(
        doubled(
            "<li><a href='/kz/elshi-qabyldau-#'>Мемлекет басшысы көрші елдің # елшісін қабылдады</a></li>",
            1, 2, 3, 4,
        ),
        tuple(
            (
                f"Мемлекет басшысы көрші елдің {n} елшісін қабылдады",
                f"https://www.akorda.kz/kz/elshi-qabyldau-{n}",
                "",
            )
            for n in (1, 2, 3, 4)
        ),
    ),
    "https://primeminister.kz/ru/news": MadeUp(
        doubled(
            "<a class='x' href='/ru/news/most-#'><div class='main__article'><span class='article__date'>27 ноября 2026</span>"
            "<h3 class='main__article-heading'>Мост № # сдан</h3><p class='main__article-text'>Раньше срока.</p></div></a>",
            4, 5,
        ),
        (
            ("Мост № 4 сдан", "https://primeminister.kz/ru/news/most-4", "2026-11-26T19:00"),
            ("Мост № 5 сдан", "https://primeminister.kz/ru/news/most-5", "2026-11-26T19:00"),
        ),
    ),
    "https://adilet.zan.kz/rus/index/docs": MadeUp(
        doubled(
            "<div class='post_holder'><div class='hr'></div><h4 class='post_header'><span class='post_number'>#.</span>"
            "<a href='/rus/docs/Z260000000#'>О мостах и дорогах, # редакция</a></h4>"
            "<span class='status status_new'>Новый</span><p>Закон Республики Казахстан от 20 ноября 2026 года</p></div>",
            1, 2,
        ),
        (
            ("О мостах и дорогах, 1 редакция", "https://adilet.zan.kz/rus/docs/Z2600000001", ""),
            ("О мостах и дорогах, 2 редакция", "https://adilet.zan.kz/rus/docs/Z2600000002", ""),
        ),
    ),
    "https://lex.uz/ru/search/unique": MadeUp(
        doubled(
            "<table><tr><th>Дата</th><th>Название</th></tr><tr><td>27.11.2026</td>"
            "<td><a class='lx_link' href='/ru/docs/812#'>О мерах по развитию мостов, № #</a><br>Кабинет</td></tr></table>",
            5, 6,
        ),
        (
            ("О мерах по развитию мостов, № 5", "https://lex.uz/ru/docs/8125", "2026-11-26T19:00"),
            ("О мерах по развитию мостов, № 6", "https://lex.uz/ru/docs/8126", "2026-11-26T19:00"),
        ),
    ),
    "https://president.uz/ru/lists/news": MadeUp(
        doubled(
            "<div class='news'><a href='/ru/lists/view/95#'>Президент открыл мост через большую реку № #</a></div>",
            11, 12, 13, 14,
        ),
        tuple(
            (
                f"Президент открыл мост через большую реку № {n}",
                f"https://president.uz/ru/lists/view/95{n}",
                "",
            )
            for n in (11, 12, 13, 14)
        ),
    ),
    "https://www.gov.kg/ru/npa/c/provisions": MadeUp(
        doubled(
            "<table class='table table-list'><thead><tr><th>Дата</th></tr></thead><tbody><tr><td>27-11-2026</td><td>61#</td>"
            "<td><a href='https://www.gov.kg/ru/npa/s/483#'><i class='jam'></i> Постановление № 61#</a></td></tr></tbody></table>",
            4, 5,
        ),
        (
            ("Постановление № 614", "https://www.gov.kg/ru/npa/s/4834", "2026-11-26T18:00"),
            ("Постановление № 615", "https://www.gov.kg/ru/npa/s/4835", "2026-11-26T18:00"),
        ),
    ),
    "https://cbd.minjust.gov.kg/list-docs/ru": MadeUp(
        doubled("<div><a href='/3-4#/edition/354#/ru'>Закон о мостах № #</a></div>", 1, 2),
        (
            ("Закон о мостах № 1", "https://cbd.minjust.gov.kg/3-41/edition/3541/ru", ""),
            ("Закон о мостах № 2", "https://cbd.minjust.gov.kg/3-42/edition/3542/ru", ""),
        ),
    ),
    "https://mfa.tj/tg/main/ittiloot/khabarho-va-ruidodho": MadeUp(
        doubled(
            "<ul><li><a href='https://mfa.tj/tg/main/view/1#/mulokot'>Мулоқоти вазир № #</a>"
            "<div class='text'>Дар бораи пул.</div><span class='date'>27.11.2026 10:30</span></li></ul>",
            1, 2,
        ),
        (
            ("Мулоқоти вазир № 1", "https://mfa.tj/tg/main/view/11/mulokot", "2026-11-27T05:30"),
            ("Мулоқоти вазир № 2", "https://mfa.tj/tg/main/view/12/mulokot", "2026-11-27T05:30"),
        ),
    ),
    "http://kremlin.ru/acts/news": MadeUp(
        doubled(
            "<div class='hentry h-entry hentry_event hentry_doc' data-id='8051#'><h3 class='hentry__title'>"
            "<a href='/acts/news/8051#' rel='bookmark'><span class='entry-title p-name'>Указ о мостах № #</span>"
            "<span class='hentry__meta'><time class='published' datetime='2026-11-27'>27 ноября 2026 года, 16:30</time>"
            "</span></a></h3></div>",
            1, 2,
        ),
        (
            ("Указ о мостах № 1", "http://kremlin.ru/acts/news/80511", "2026-11-26T21:00"),
            ("Указ о мостах № 2", "http://kremlin.ru/acts/news/80512", "2026-11-26T21:00"),
        ),
    ),
    "http://publication.pravo.gov.ru/documents/block/president": MadeUp(
        doubled(
            "<div class='documents-table-row'><a class='documents-item-name' href='/document/000120261127000#'>"
            "Указ Президента от 27.11.2026 № #<br>\"О мостах\"</a><div class='infoindocumentlist'>"
            "<div><span class='info-name'>Номер опубликования:</span><span class='info-data'>000120261127000#</span></div>"
            "<div><span class='info-name'>Дата опубликования:</span><span class='info-data'>27.11.2026</span></div></div></div>",
            1, 2,
        ),
        (
            ('Указ Президента от 27.11.2026 № 1 "О мостах"', "http://publication.pravo.gov.ru/document/0001202611270001", "2026-11-26T21:00"),
            ('Указ Президента от 27.11.2026 № 2 "О мостах"', "http://publication.pravo.gov.ru/document/0001202611270002", "2026-11-26T21:00"),
        ),
    ),
    "http://kremlin.ru/events/president/news": MadeUp(
        doubled(
            "<div class='hentry h-entry hentry_event'><h3 class='hentry__title'><a href='/events/president/news/7#'>"
            "<span class='entry-title p-name'>Встреча № #</span></a></h3><time datetime='2026-11-27'>27 ноября</time></div>",
            1, 2,
        ),
        (
            ("Встреча № 1", "http://kremlin.ru/events/president/news/71", "2026-11-26T21:00"),
            ("Встреча № 2", "http://kremlin.ru/events/president/news/72", "2026-11-26T21:00"),
        ),
    ),
}  # fmt: skip
"""Of every official page, and of those read in official feeds' place."""

PAGES = {feed.url: feed for feed, _ in FEEDS if feed.kind is FeedKind.PAGE}
OTHER_PAGES = {feed.url: feed for _, feed in FALLBACKS if feed.kind is FeedKind.PAGE}


def read(feed: NewFeed, body: str) -> ParsedFeed:
    zone = feed.rules.get("time_zone", "")
    told = parse(
        Document(
            body.encode(), feed.url, NOW, "text/html", kind="page", rules=feed.rules, zone=zone
        )
    )
    assert isinstance(told, ParsedFeed), told
    return told


@pytest.mark.parametrize("url", MADE_UP)
def test_an_official_page_is_read_by_its_selectors(url: str) -> None:
    made = MADE_UP[url]
    told = read((PAGES | OTHER_PAGES)[url], made.body)
    assert [(title, link) for title, link, _ in made.expected] == [
        (entry.title, entry.url) for entry in told.entries
    ]
    for entry, (_, _, when) in zip(told.entries, made.expected, strict=True):
        if when:
            assert entry.published is not None
            assert entry.published.isoformat().startswith(when)


def test_every_official_page_with_selectors_has_a_made_up_one() -> None:
    official = {outlet.name for _, outlet in OFFICIAL}
    sources = {feed.url: outlet.name for feed, outlet in FEEDS}
    pages = [feed for feed, outlet in FEEDS if outlet.official]
    pages += [feed for of, feed in FALLBACKS if sources[of] in official]
    selective = {
        feed.url for feed in pages if feed.rules.get("item", addresses.AUTO) != addresses.AUTO
    }
    assert selective <= set(MADE_UP)


def test_what_is_official_is_the_states() -> None:
    assert {Ownership.STATE} == {outlet.ownership for _, outlet in OFFICIAL}
    told = {outlet.name for _, outlet in OFFICIAL}
    named = {"Akorda", "Adilet", "Lex.uz", "Kremlin.ru", "Pravo.gov.ru"}
    assert named <= told
    assert {"KZ", "UZ", "KG", "TJ", "RU"} == {outlet.country for _, outlet in OFFICIAL}


# --- the tables -------------------------------------------------------------------------------


def test_the_catalogue_is_whole_and_each_outlet_is_described_once() -> None:
    described: dict[str, Outlet] = {}
    for feed, outlet in FEEDS:
        assert feed.url.startswith(("https://", "http://"))
        assert bool(feed.rules) == (feed.kind is FeedKind.PAGE)
        assert addresses.is_preview(feed.url) == (feed.kind is FeedKind.TELEGRAM)
        assert described.setdefault(outlet.name, outlet) == outlet
        assert outlet.ownership is not Ownership.UNKNOWN
        assert feed.languages


@pytest.mark.parametrize("language", ["kk", "ky", "uz", "tg"])
def test_the_regions_languages_are_read_at_first_hand(language: str) -> None:
    spoken = [feed.url for feed, _ in FEEDS if feed.languages[0] == language]
    assert len(spoken) >= 8
    assert len(FEEDS) >= 150


def test_selectors_can_be_typed_as_they_are_kept() -> None:
    for feed in (*(feed for feed, _ in FEEDS), *(feed for _, feed in FALLBACKS)):
        if feed.rules:
            assert (feed.url, feed.rules) == addresses.source(
                addresses.written(feed.url, feed.rules)
            )


def test_a_fallbacks_source_is_there_and_its_own_address_is_not() -> None:
    known = {feed.url for feed, _ in FEEDS}
    assert known.isdisjoint(feed.url for _, feed in FALLBACKS)
    assert {of for of, _ in FALLBACKS} <= known
    assert len(FALLBACKS) == len({feed.url for _, feed in FALLBACKS})


@pytest.mark.parametrize("name", ["feeds.tsv", "fallbacks.tsv"])
def test_every_address_says_when_and_whence_it_was_taken_and_whether_it_was_seen(
    name: str,
) -> None:
    for row in catalogue.table(name):
        assert date(2026, 1, 1) < date.fromisoformat(row["taken"]) < date(2100, 1, 1)
        assert row["evidence"], row["url"]
        assert row["checked"], row["url"]
        assert None not in row.values(), row["url"]
