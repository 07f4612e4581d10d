"""What people see: whole messages, and laws that hold for any text."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.conversation import Button, Html, Message
from bot.render.digests import StoryLine, digest, into_digest, together
from bot.render.markup import (
    bold,
    chunks,
    cut,
    escape,
    italic,
    joined,
    link,
    measure,
    plain,
    quote,
    tidy,
    units,
)
from bot.render.queries import query_title
from bot.render.stories import alert, card, language_mark, line, update
from bot.texts import LANGUAGES
from storage.model import Chat, ChatId, ChatKind, FeedKind, Ownership, StoryId
from storage.outbox.deliveries import Turn
from storage.reading import headline, in_language
from tests.bot.sample_stories import ALMATY, MOSCOW, NOW, sample_item, story
from watchers.text.names import gazetteer

HOSTILE = (
    "<script>alert(1)</script>",
    "</b></a><b>",
    "&amp;lt;b&amp;gt; &lt; &#60;",
    "\u202eevil\u202c \u2066x",
    "שלום עולם خبر عاجل",
    "Z" + "\u0351\u0352\u0353" * 200,
    "😀" * 5000,
    "👩‍👩‍👧‍👦" * 900,
    "a\x00b\x1bc\ud800d",
    "\u200b\u2060\ufeff",
    "x" * 20_000,
    "{0} {title} %s",
    "",
)
TAGS = {"b", "i", "a", "code", "blockquote"}


class Balance(HTMLParser):
    """Checks what Telegram checks: known tags, properly nested, only its entities."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS
        for name, value in attrs:
            assert (tag, name) in {("a", "href"), ("blockquote", "expandable")}
            if name == "href":
                assert re.match(r"https?://[^\s]+", value or "")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_entityref(self, name: str) -> None:
        assert name in ("lt", "gt", "amp", "quot")


def check(message: Message) -> None:
    """Assert that Telegram takes this message."""
    parser = Balance()
    parser.feed(message.html)
    parser.close()
    assert parser.open == []
    assert 0 < measure(message.html) <= 4096
    assert message.html.count("<a ") <= 100
    assert len(message.html.encode("utf-8", "surrogatepass")) < 32_768
    for row in message.keyboard:
        assert 0 < len(row) <= 8
        for button in row:
            assert len(button.press.encode()) <= 64


def big(title: str) -> Any:
    return story(
        sample_item(title, summary=title * 3, outlet=title or "x"),
        sample_item(title[::-1], lang="ru", country="", ownership=Ownership.STATE, wire=True),
        sample_item(title, dated=False, url="javascript:alert(1)"),
    )


# --- whole messages -------------------------------------------------------------------------


def test_an_alert_has_headline_summary_outlets_time_and_reason() -> None:
    told = story(
        sample_item("Tokayev signs the water law", summary="It limits use.", ago=timedelta(hours=2)),
        sample_item("Токаев подписал закон о воде", outlet="ТАСС", country="RU", lang="ru",
                ownership=Ownership.STATE, wire=True, url="https://tass.example/2"),
    )  # fmt: skip
    message = alert(told, ALMATY, now=NOW, because=[("Токаев", "Tokayev", "")])
    assert message == Message(
        Html(
            '<b><a href="https://news.example/1">Tokayev signs the water law</a></b>\n\n'
            "It limits use.\n\n"
            '🇰🇿 <a href="https://news.example/1">Steppe Courier</a> <i>(independent)</i> · '
            '🇷🇺 <a href="https://tass.example/2">ТАСС</a> <i>(state, agency)</i>\n'
            "🕗 11:00 → 12:00\n🔎 <b>Токаев</b> ≈ Tokayev"
        ),
        (
            (Button("📃 Read", "rd:1"), Button("📖 All 2", "s:7")),
            (Button("🔕 Mute", "m:7"), Button("❓ Why", "w:7")),
        ),
    )


@pytest.mark.parametrize(
    ("kind", "url", "reads_pages", "shown"),
    [
        (FeedKind.FEED, "https://news.example/1", True, True),
        (FeedKind.FEED, "https://news.example/1", False, False),
        (FeedKind.FEED, "", True, False),
        (FeedKind.TELEGRAM, "https://t.me/courier/1", False, True),
    ],
)
def test_read_is_offered_where_there_is_something_to_read(
    kind: FeedKind, url: str, *, reads_pages: bool, shown: bool
) -> None:
    told = story(replace(sample_item("Water law signed", url=url), kind=kind))
    for said in (
        alert(told, ALMATY, now=NOW, reads_pages=reads_pages),
        card(told, ALMATY, now=NOW, reads_pages=reads_pages),
    ):
        assert shown == ("Read" in str(said.keyboard))
        assert all(said.keyboard)


def test_the_headline_is_in_the_readers_language_where_an_item_is() -> None:
    told = story(sample_item("Water law signed"), sample_item("Закон о воде подписан", lang="ru"))
    assert "Закон о воде" in alert(told, MOSCOW, now=NOW).html
    assert "Water law" in alert(told, ALMATY, now=NOW).html


@pytest.mark.parametrize(
    ("language", "shown"),
    [("uz", "Suv qonuni"), ("kk", "Су туралы заң"), ("ky", "Закон о воде"), ("tg", "Закон о воде"),
     ("en", "Закон о воде")],
)  # fmt: skip
def test_a_neighbours_headline_stands_for_the_one_that_is_not_there(
    language: str, shown: str
) -> None:
    told = story(
        sample_item("Сув қонуни", lang="uz-Cyrl"),
        sample_item("Су туралы заң", lang="kk"),
        sample_item("Suv qonuni", lang="uz-Latn"),
        sample_item("Закон о воде", lang="ru"),
    )
    assert shown == headline(told, in_language(language)).title
    if language == "uz":
        cyrillic = story(*told.items[:2], told.items[3])
        assert "Сув қонуни" == headline(cyrillic, in_language(language)).title
        assert "" == language_mark(headline(cyrillic, in_language(language)), language)


def test_a_headline_in_no_language_of_the_readers_is_the_earliest() -> None:
    told = story(sample_item("Су туралы заң", lang="kk"), sample_item("Qonun", lang="uz-Latn"))
    assert "Су туралы заң" in alert(told, ALMATY, now=NOW).html


def test_a_summary_that_repeats_the_headline_is_left_out() -> None:
    told = story(sample_item("Rain in Osh", summary="Rain in Osh."))
    assert 1 == alert(told, ALMATY, now=NOW).html.count("Rain in Osh")


def test_a_channels_buttons_are_links_into_the_bot() -> None:
    channel = replace(ALMATY, id=ChatId(-100), kind=ChatKind.CHANNEL)
    message = alert(story(sample_item("Rain")), channel, now=NOW, bot_username="wire_bot")
    assert ["https://t.me/wire_bot?start=s_7"] == [b.url for row in message.keyboard for b in row]
    (row,) = alert(story(sample_item("Rain")), channel, now=NOW).keyboard
    assert ["s:7"] == [button.press for button in row]


def test_a_page_that_an_outlets_feed_and_site_both_brought_is_told_once() -> None:
    same = replace(sample_item("Rain"), url_key="news.example/1")
    other = replace(sample_item("Snow"), url_key="news.example/2")
    elsewhere = replace(sample_item("Rain", outlet="Oasis Times"), url_key="news.example/1")
    shown = card(story(same, replace(same), other, elsewhere), ALMATY, now=NOW).html
    numbers = [line.partition(".")[0] for line in plain(shown).splitlines() if line[:1].isdigit()]
    assert ["2 outlets", "1", "3", "4"] == [numbers[0].partition(" ·")[0], *numbers[1:]]


def test_a_card_turns_pages_and_keeps_the_numbers() -> None:
    told = story(*(sample_item(f"Rain {n}", outlet=f"Outlet {n}") for n in range(20)))
    second = card(told, ALMATY, now=NOW, page=1)
    assert "\n\n9. " in second.html
    assert "2 / 3" in [button.label for button in second.keyboard[0]]
    assert second == card(told, ALMATY, now=NOW, page=1)
    assert card(told, ALMATY, now=NOW, page=99) == card(told, ALMATY, now=NOW, page=2)


def test_an_item_that_came_by_no_feed_says_so() -> None:
    feed, page, channel = (
        replace(sample_item(f"Rain {kind}"), kind=kind, url_key=f"a.example/{kind}")
        for kind in (FeedKind.FEED, FeedKind.PAGE, FeedKind.TELEGRAM)
    )
    told = plain(card(story(feed, page, channel), MOSCOW, now=NOW).html)
    assert (1, 1) == (told.count("со страницы"), told.count("из Telegram"))


# --- digests --------------------------------------------------------------------------------

DAY = {"since": NOW - timedelta(days=1), "until": NOW, "now": NOW}
CHANNEL = replace(ALMATY, id=ChatId(-100), kind=ChatKind.CHANNEL)


def test_a_digest_is_the_readers_topics_and_then_countries_each_line_leading_on() -> None:
    gas = story(sample_item("Gas deal", url="https://a.example/1"),
                sample_item("Gas deal signed", outlet="Second", url="https://b.example/2"), number=8)  # fmt: skip
    rain = story(sample_item("Rain in Osh"), number=9)
    (message,) = digest(
        [StoryLine(1, gas, "KZ", own=True, queries=("gas",)), StoryLine(2, rain, "KG", told=True)],
        ALMATY, **DAY, total=40, told_before=3,
    )  # fmt: skip
    assert message.html == (
        "📰 <b>Digest</b>\n<i>21 Nov, 13:00 – 22 Nov, 13:00, Almaty</i>\n\n"
        "⭐ <b>Your topics</b>: gas\n"
        '1. <b><a href="https://a.example/1">Gas deal</a></b>\n'
        '<a href="https://a.example/1">Steppe Courier</a> · <a href="https://b.example/2">Second'
        "</a> · /s8\n\n"
        "🇰🇬 <b>Kyrgyzstan</b>\n"
        '2. 🔔 <b><a href="https://news.example/1">Rain in Osh</a></b>\n'
        '<a href="https://news.example/1">Steppe Courier</a> · /s9\n\n'
        "🔔 3 stories already came as alerts.\n2 of 40 stories"
    )


def test_each_line_says_which_query_it_met_where_they_differ() -> None:
    lines = [
        StoryLine(n, story(sample_item(f"Rain {n}"), number=n), "KZ", own=True, queries=(query,))
        for n, query in enumerate(("gas", "water"), 1)
    ]
    (message,) = digest(lines, ALMATY, **DAY)
    seen = plain(message.html)
    assert "⭐ Your topics\n1." in seen
    assert ("🔎\u00a0gas · /s1" in seen, "🔎\u00a0water · /s2" in seen) == (True, True)


def test_own_topics_have_one_heading_whatever_the_country() -> None:
    lines = [
        StoryLine(n, story(sample_item("Rain")), code, own=True)
        for n, code in ((1, "KZ"), (2, "TJ"))
    ]
    (message,) = digest(lines, MOSCOW, **DAY)
    assert 1 == message.html.count("Ваши темы")


def test_a_line_names_the_outlet_whose_headline_it_shows_and_links_the_others() -> None:
    told = story(
        sample_item("Gas deal", outlet="First", url="https://a.example/1"),
        sample_item("Газовая сделка", outlet="Второй", lang="ru", url="https://b.example/2"),
        sample_item("Gas", outlet="Third", url="https://c.example/3"),
        sample_item("Gas", outlet="Fourth", url="https://d.example/4"),
    )
    (message,) = digest([StoryLine(1, told, "KZ")], MOSCOW, **DAY)
    assert (
        '<b><a href="https://b.example/2">Газовая сделка</a></b>\n'
        '<a href="https://b.example/2">Второй</a> · <a href="https://a.example/1">First</a>'
        " +2 · /s7"
    ) in message.html


def test_in_a_channel_the_number_is_the_way_to_the_story() -> None:
    (message,) = digest(
        [StoryLine(1, story(sample_item("Rain")), "KZ", own=True)],
        CHANNEL,
        **DAY,
        bot_username="wire_bot",
    )
    assert '<a href="https://t.me/wire_bot?start=s_7">1.</a>' in message.html
    assert "/s7" not in message.html
    assert "Your topics" not in message.html


def test_the_buttons_of_a_digest_lead_to_the_others_and_to_what_came_before() -> None:
    ((more, before),) = into_digest(ALMATY, 12, more=57, told_before=3)
    assert ("📰 More: 57", "dm:12") == (more.label, more.press)
    assert ("🔔 Alerts: 3", "da:12") == (before.label, before.press)
    ((button,),) = into_digest(CHANNEL, 12, more=57, bot_username="wire_bot")
    assert "https://t.me/wire_bot?start=dm_12" == button.url
    assert () == into_digest(ALMATY, 12)


def test_an_empty_digest_is_one_quiet_line() -> None:
    (message,) = digest([], MOSCOW, **DAY)
    assert "Тихо" in message.html
    (message,) = digest([], MOSCOW, **DAY, told_before=5)
    assert "Тихо" not in message.html
    assert "5 сюжетов уже приходили" in message.html


def test_a_page_of_ordinary_headlines_is_one_message_and_the_longest_ever_two() -> None:
    def page(title: str, outlet: str, lines: int) -> tuple[Message, ...]:
        told = story(*(sample_item(title, outlet=f"{n} {outlet}") for n in range(5)))
        return digest(
            [
                StoryLine(n, told, "KZ", own=True, queries=(f"{n} {outlet}", outlet))
                for n in range(1, lines + 1)
            ],
            ALMATY, **DAY, queries=("x" * 300,), keyboard=((Button("More", "dm:1"),),),
        )  # fmt: skip

    assert 1 == len(page("A headline of some usual length, " * 3, "Usual Outlet", 12))
    longest = page("Long headline " * 40, "Outlet of the longest name " * 4, 15)
    assert 2 == len(longest)
    assert [False, True] == [bool(one.keyboard) for one in longest]
    for message in longest:
        check(message)


def test_a_long_night_is_a_page_and_a_button() -> None:
    night = [story(sample_item(f"Rain {n}"), number=n) for n in range(1, 31)]
    head = Html("<b>30 stories</b>")
    message = together(head, night, ALMATY, now=NOW, most=12, row=5)
    assert "30 stories" in message.html
    assert ("12. " in message.html, "13. " in message.html) == (True, False)
    assert [("📰 More: 18", "h:5")] == [
        (b.label, b.press) for row in message.keyboard for b in row
    ]
    assert () == together(head, night[:12], ALMATY, now=NOW, most=12, row=5).keyboard


def test_each_line_of_a_night_says_when_it_was_told_and_what_it_met() -> None:
    told = [story(sample_item(f"Rain {n}", ago=timedelta(hours=n)), number=n) for n in (1, 2)]
    met = {StoryId(1): ("rain", "topic:water")}
    first, second = together(Html("x"), told, ALMATY, now=NOW, most=12, queries=met).html.split(
        "\n\n"
    )[1:]
    assert (
        plain(first).splitlines()[1]
        == "12:00 · Steppe Courier · 🔎\N{NO-BREAK SPACE}rain, Water · /s1"
    )
    assert plain(second).splitlines()[1] == "11:00 · Steppe Courier · /s2"


def test_the_longest_night_is_one_message_and_loses_no_line() -> None:
    long = [
        big(
            "Ж" * 400,
        )
        for _ in range(12)
    ]
    message = together(Html("x"), long, MOSCOW, now=NOW, most=12,
                              queries={long[0].id: ("Ж" * 90, "Щ" * 90)})  # fmt: skip
    check(message)
    assert "12. " in message.html


# --- hostile text ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless_everywhere(text: str) -> None:
    told = big(text)
    check(alert(told, ALMATY, now=NOW, because=[(text, text[:50], text)], query=text))
    check(card(told, MOSCOW, now=NOW))
    check(update(told, told.items[0], ALMATY, now=NOW))
    check(together(Html(), [told] * 9, MOSCOW, now=NOW, most=9))
    lines = [
        StoryLine(n, told, ("KZ", text[:2], None)[n % 3], own=n < 4, queries=(text,))
        for n in range(1, 16)
    ]
    for message in digest(lines, ALMATY, **DAY, queries=(text,)):
        check(message)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "tg://resolve?domain=x", "http://", "//x.example", "https://a b.example",
     "data:text/html,x", "https://[::1", "HTTPS:x", 'https://x.example/"><b>', "x" * 3000],
)  # fmt: skip
def test_only_plain_web_addresses_are_linked(url: str) -> None:
    linked = link("x", url)
    assert linked == "x" or re.fullmatch(r'<a href="https://[^"<>\s]+">x</a>', linked)


def test_a_link_with_junk_around_its_host_is_text_alone() -> None:
    assert "x" == link("x", "https://outlet.example[::1]/1")


def test_nothing_in_bold_or_italics_is_nothing_and_takes_no_line() -> None:
    assert "a\nb" == joined(("a", bold(""), italic(Html()), "b"))


def test_marks_do_not_pile_up_and_directions_do_not_leak() -> None:
    assert "Zalgo\u0351\u0351" == tidy("Zalgo" + "\u0351" * 50)
    assert "\u2068שלום\u2069" == tidy("\u202eשלום")
    assert "и\u0306" == tidy("и\u0306")


def test_cutting_leaves_emoji_and_families_whole() -> None:
    family = "👩‍👩‍👧‍👦"
    for limit in range(2, 40):
        short = cut(family * 4, limit)
        assert units(short) <= limit
        assert not short.removesuffix("…").endswith("\u200d")
        short.encode("utf-16")


def test_cutting_is_at_a_word_where_one_is_near() -> None:
    assert "The quick brown…" == cut("The quick brown fox", 18)


# --- splitting ------------------------------------------------------------------------------

PIECES = st.recursive(
    st.text(st.sampled_from("aбв \n😀<&é"), min_size=1, max_size=60).map(escape),
    lambda inner: st.builds(
        lambda parts, wrap: wrap(Html("".join(parts))),
        st.lists(inner, min_size=1, max_size=4),
        st.sampled_from([bold, italic, quote]),
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=12), st.integers(16, 200))
def test_split_messages_are_short_well_formed_and_lose_nothing(
    pieces: list[str], limit: int
) -> None:
    markup = "".join(pieces)
    parts = chunks(markup, limit)
    for part in parts:
        assert measure(part) <= limit
        parser = Balance()
        parser.feed(part)
        assert parser.open == []
    kept = re.sub(r"\s+", "", "".join(plain(part) for part in parts))
    assert kept == re.sub(r"\s+", "", plain(markup))


def test_messages_are_split_between_paragraphs() -> None:
    parts = chunks("<b>one</b>\n\ntwo two two\n\nthree three", 18)
    assert ["<b>one</b>\n\ntwo two two", "three three"] == parts


def test_an_open_tag_is_closed_and_opened_again() -> None:
    parts = chunks("<b>" + "word " * 20 + "</b>", 30)
    assert all(part.startswith("<b>") and part.endswith("</b>") for part in parts)


def test_links_beyond_a_hundred_go_to_the_next_message() -> None:
    links = "\n".join(link("x", f"https://news.example/{n}") for n in range(150))
    assert [95, 55] == [part.count("<a ") for part in chunks(links)]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.integers(1, 100))
def test_tidy_is_one_line_within_its_limit_and_stays_tidy(text: str, limit: int) -> None:
    tidied = tidy(text, limit)
    assert "\n" not in tidied
    assert units(tidied.strip("\u2068\u2069")) <= limit


# --- who told it, and when: the same way everywhere -------------------------------------------

FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2} ([^\n·(]+)")


def shown_in(language: str) -> dict[str, str]:
    """Every place where a story is named, with three outlets of three countries."""
    chat = replace(ALMATY, language=language)
    told = story(
        sample_item(
            "Су туралы заң", outlet="Дала", country="KZ", lang="kk", ago=timedelta(hours=9)
        ),
        sample_item(
            "Water law signed", outlet="Oasis Times", country="UZ", ago=timedelta(hours=4)
        ),
        sample_item("Закон о воде подписан", outlet="ТАСС", country="RU", lang="ru"),
    )
    return {
        "line": plain(line(told, chat, now=NOW)),
        "card": plain(card(told, chat, now=NOW).html),
        "alert": plain(alert(told, chat, now=NOW).html),
    }


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Water law signed\n🇺🇿 Oasis Times +2 · 09:00 · /s7"),
        ("ru", "Закон о воде подписан\n🇷🇺 ТАСС +2 · 12:00 · /s7"),
    ],
)
def test_a_line_gives_the_outlet_and_the_time_of_the_item_it_shows(
    language: str, expected: str
) -> None:
    shown = shown_in(language)
    assert expected == shown["line"]
    hour = expected.split(" · ")[1]
    name = expected.split("\n")[1].partition(" +")[0]
    assert f"{hour} · {name} (" in shown["card"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_flag_stands_before_an_outlets_name_and_nowhere_else(language: str) -> None:
    outlets = {"Дала": "🇰🇿", "Oasis Times": "🇺🇿", "ТАСС": "🇷🇺"}
    for where, text in shown_in(language).items():
        named = [(match[0][:2], match[1]) for match in FLAG.finditer(text)]
        assert named, where
        for flag, name in named:
            assert outlets[next(one for one in outlets if name.startswith(one))] == flag, where
        assert len(named) * 2 == len(re.findall("[\U0001f1e6-\U0001f1ff]", text)), where


def test_a_card_says_a_headline_once_and_links_every_outlet_to_its_item() -> None:
    told = story(
        sample_item("Water law signed", url="https://a.example/1", summary="It limits use."),
        sample_item("Water law signed", outlet="Second", url="https://b.example/2", dated=False),
    )
    shown = card(told, ALMATY, now=NOW).html
    assert 1 == plain(shown).count("Water law signed")
    assert "It limits use." in plain(shown)
    assert '<a href="https://a.example/1">Steppe Courier</a>' in shown
    assert '2. seen 12:00 · 🇰🇿 <a href="https://b.example/2">Second</a>' in shown


@pytest.mark.parametrize(
    ("chat", "line"),
    [(ALMATY, "12:00, headline of 12:30"), (MOSCOW, "10:00, заголовок от 10:30")],
)
def test_a_headline_changed_later_says_since_when_it_reads_so(chat: Chat, line: str) -> None:
    first = sample_item("Bus crash near Osh: seven dead", ago=timedelta(hours=1))
    edited = replace(first, retitled_at=first.told_at + timedelta(minutes=30))
    assert line in plain(card(story(edited), chat, now=NOW).html)
    assert line.partition(",")[2] not in plain(card(story(first), chat, now=NOW).html)


@pytest.mark.parametrize(
    ("query", "en", "ru"),
    [
        ("topic:energy", "Energy", "Энергетика"),
        ("about:kz", "Kazakhstan", "Казахстан"),
        ("about:kg", "Kyrgyzstan", "Кыргызстан"),
        ("topic:energy country:kz", "topic:energy country:kz", "topic:energy country:kz"),
        ("energy", "energy", "energy"),
    ],
)
def test_a_query_that_is_nothing_but_a_topic_is_called_by_its_name(
    query: str, en: str, ru: str
) -> None:
    assert [en, ru] == [query_title(query, language) for language in ("en", "ru")]


def test_every_topic_has_a_name_in_every_language() -> None:
    for topic in gazetteer().topics:
        for language in LANGUAGES:
            assert ":" not in query_title(f"topic:{topic}", language)


def test_the_time_of_one_outlets_story_is_one() -> None:
    pieces = [
        sample_item("Rain", ago=timedelta(hours=n), url=f"https://a.example/{n}") for n in (2, 1)
    ]
    assert "🕗 11:00\n" in plain(alert(story(*pieces), ALMATY, now=NOW).html) + "\n"


@pytest.mark.parametrize(
    ("language", "turn", "said"),
    [
        ("en", Turn("kill", 5, 9), "Dead: from 5 to 9"),
        ("ru", Turn("kill", 5, 9), "Погибших: было 5, стало 9"),
        ("ru", Turn("injur", 4, 2, more=True), "Пострадавших: было 4, теперь ещё 2"),
        ("en", Turn("missing", 12, 15), "Missing: from 12 to 15"),
    ],
)
def test_a_new_turn_says_from_what_to_what(language: str, turn: Turn, said: str) -> None:
    told = story(sample_item("Mine collapse", lang="en"))
    chat = Chat(ChatId(1), ChatKind.PRIVATE, language=language)
    html = plain(update(told, told.items[0], chat, now=NOW, turn=turn).html)
    assert said in html.splitlines()


@pytest.mark.parametrize("turn", [None, Turn("sum", 1, 2)])
def test_a_turn_without_a_toll_leaves_the_headline_to_say_it(turn: Turn | None) -> None:
    told = story(sample_item("Ministry denies closure", lang="en"))
    chat = Chat(ChatId(1), ChatKind.PRIVATE, language="en")
    without = update(told, told.items[0], chat, now=NOW)
    assert update(told, told.items[0], chat, now=NOW, turn=turn) == without
