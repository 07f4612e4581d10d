"""What people see: whole messages, and laws that hold for any text."""

import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import render
from bot.conversation import Button, Html, Message
from bot.render.markup import plain
from storage.model import ChatId, ChatKind, FeedKind, Ownership
from tests.bot.tellings import ALMATY, MOSCOW, NOW, story, telling

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
    assert 0 < render.measure(message.html) <= 4096
    assert message.html.count("<a ") <= 100
    assert len(message.html.encode("utf-8", "surrogatepass")) < 32_768
    for row in message.keyboard:
        assert 0 < len(row) <= 8
        for button in row:
            assert len(button.press.encode()) <= 64


def big(title: str) -> Any:
    return story(
        telling(title, summary=title * 3, outlet=title or "x"),
        telling(title[::-1], lang="ru", country="", ownership=Ownership.STATE, wire=True),
        telling(title, dated=False, url="javascript:alert(1)"),
    )


# --- whole messages -------------------------------------------------------------------------


def test_an_alert_has_headline_summary_outlets_time_and_reason() -> None:
    told = story(
        telling("Tokayev signs the water law", summary="It limits use.", ago=timedelta(hours=2)),
        telling("Токаев подписал закон о воде", outlet="ТАСС", country="RU", lang="ru",
                ownership=Ownership.STATE, wire=True, url="https://tass.example/2"),
    )  # fmt: skip
    message = render.alert(told, ALMATY, now=NOW, because=[("Токаев", "Tokayev")])
    assert message == Message(
        Html(
            '<b><a href="https://news.example/1">Tokayev signs the water law</a></b>\n\n'
            "It limits use.\n\n"
            '🇰🇿 <a href="https://news.example/1">Steppe Courier</a> <i>(independent)</i> · '
            '🇷🇺 <a href="https://tass.example/2">ТАСС</a> <i>(state, agency)</i>\n'
            "🕗 11:00 → 12:00\n🔎 <b>Токаев</b> ≈ Tokayev"
        ),
        (
            (
                Button("📖 2 outlets", "s:7"),
                Button("🔕 Mute", "m:7"),
                Button("❓ Why", "w:7"),
            ),
        ),
    )


def test_the_headline_is_in_the_readers_language_where_a_telling_is() -> None:
    told = story(telling("Water law signed"), telling("Закон о воде подписан", lang="ru"))
    assert "Закон о воде" in render.alert(told, MOSCOW, now=NOW).html
    assert "Water law" in render.alert(told, ALMATY, now=NOW).html


def test_a_headline_in_no_language_of_the_readers_is_the_earliest() -> None:
    told = story(telling("Су туралы заң", lang="kk"), telling("Qonun", lang="uz-Latn"))
    assert "Су туралы заң" in render.alert(told, ALMATY, now=NOW).html


def test_a_summary_that_repeats_the_headline_is_left_out() -> None:
    told = story(telling("Rain in Osh", summary="Rain in Osh."))
    assert 1 == render.alert(told, ALMATY, now=NOW).html.count("Rain in Osh")


def test_a_channels_buttons_are_links_into_the_bot() -> None:
    channel = replace(ALMATY, id=ChatId(-100), kind=ChatKind.CHANNEL)
    message = render.alert(story(telling("Rain")), channel, now=NOW, bot_username="wire_bot")
    assert ["https://t.me/wire_bot?start=s_7"] == [b.url for row in message.keyboard for b in row]
    (row,) = render.alert(story(telling("Rain")), channel, now=NOW).keyboard
    assert ["s:7"] == [button.press for button in row]


def test_a_card_turns_pages_and_keeps_the_numbers() -> None:
    told = story(*(telling(f"Rain {n}", outlet=f"Outlet {n}") for n in range(20)))
    second = render.card(told, ALMATY, now=NOW, page=1)
    assert "\n\n9. " in second.html
    assert "2 / 3" in [button.label for button in second.keyboard[0]]
    assert second == render.card(told, ALMATY, now=NOW, page=1)
    assert render.card(told, ALMATY, now=NOW, page=99) == render.card(
        told, ALMATY, now=NOW, page=2
    )


def test_a_telling_that_came_by_no_feed_says_so() -> None:
    feed, page, channel = (
        replace(telling(f"Rain {kind}"), kind=kind)
        for kind in (FeedKind.FEED, FeedKind.PAGE, FeedKind.TELEGRAM)
    )
    told = plain(render.card(story(feed, page, channel), MOSCOW, now=NOW).html)
    assert (1, 1) == (told.count("со страницы"), told.count("из Telegram"))


def test_a_digest_is_one_line_a_story_by_country() -> None:
    rain = story(telling("Rain in Osh", country="KG"))
    gas = story(telling("Gas deal"), telling("Gas deal signed", outlet="Second"), number=8)
    (message,) = render.digest(
        [("KZ", [gas]), ("KG", [rain])], ALMATY, since=NOW - timedelta(days=1), until=NOW,
        now=NOW, total=40,
    )  # fmt: skip
    assert message.html == (
        "📰 <b>Digest</b>\n<i>21 Nov, 13:00 – 22 Nov, 13:00</i>\n\n"
        '🇰🇿 <b>Kazakhstan</b>\n• <a href="https://news.example/1">Gas deal</a>'
        " — <i>2 outlets</i>\n\n"
        '🇰🇬 <b>Kyrgyzstan</b>\n• <a href="https://news.example/1">Rain in Osh</a>'
        " — <i>Steppe Courier</i>\n\n2 of 40 stories"
    )


def test_an_empty_digest_is_one_quiet_line() -> None:
    (message,) = render.digest([], MOSCOW, since=NOW - timedelta(days=1), until=NOW, now=NOW)
    assert "Тихо" in message.html


def test_a_huge_digest_is_three_messages_at_most() -> None:
    many = [
        ("KZ", [story(telling("Long headline " * 14, outlet=f"O{n}")) for n in range(60)])
        for _ in range(4)
    ]
    messages = render.digest(many, ALMATY, since=NOW, until=NOW, now=NOW)
    assert 3 == len(messages)
    for message in messages:
        check(message)


# --- hostile text ---------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_harmless_everywhere(text: str) -> None:
    told = big(text)
    check(render.alert(told, ALMATY, now=NOW, because=[(text, text[:50])], query=text))
    check(render.card(told, MOSCOW, now=NOW))
    check(render.update(told, told.items[0], ALMATY, now=NOW))
    for message in render.awake([told] * 9, MOSCOW, now=NOW):
        check(message)
    for message in render.digest(
        [("KZ", [told] * 30), (text[:2], [told])], ALMATY, since=NOW, until=NOW, now=NOW,
        queries=(text,),
    ):  # fmt: skip
        check(message)


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "tg://resolve?domain=x", "http://", "//x.example", "https://a b.example",
     "data:text/html,x", "https://[::1", "HTTPS:x", 'https://x.example/"><b>', "x" * 3000],
)  # fmt: skip
def test_only_plain_web_addresses_are_linked(url: str) -> None:
    linked = render.link("x", url)
    assert linked == "x" or re.fullmatch(r'<a href="https://[^"<>\s]+">x</a>', linked)


def test_marks_do_not_pile_up_and_directions_do_not_leak() -> None:
    assert "Zalgo\u0351\u0351" == render.tidy("Zalgo" + "\u0351" * 50)
    assert "\u2068שלום\u2069" == render.tidy("\u202eשלום")
    assert "и\u0306" == render.tidy("и\u0306")


def test_cutting_leaves_emoji_and_families_whole() -> None:
    family = "👩‍👩‍👧‍👦"
    for limit in range(2, 40):
        cut = render.cut(family * 4, limit)
        assert render.units(cut) <= limit
        assert not cut.removesuffix("…").endswith("\u200d")
        cut.encode("utf-16")


def test_cutting_is_at_a_word_where_one_is_near() -> None:
    assert "The quick brown…" == render.cut("The quick brown fox", 18)


# --- splitting ------------------------------------------------------------------------------

PIECES = st.recursive(
    st.text(st.sampled_from("aбв \n😀<&é"), min_size=1, max_size=60).map(render.escape),
    lambda inner: st.builds(
        lambda parts, wrap: wrap(Html("".join(parts))),
        st.lists(inner, min_size=1, max_size=4),
        st.sampled_from([render.bold, render.italic, render.quote]),
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=12), st.integers(16, 200))
def test_split_messages_are_short_well_formed_and_lose_nothing(
    pieces: list[str], limit: int
) -> None:
    markup = "".join(pieces)
    parts = render.chunks(markup, limit)
    for part in parts:
        assert render.measure(part) <= limit
        parser = Balance()
        parser.feed(part)
        assert parser.open == []
    kept = re.sub(r"\s+", "", "".join(render.plain(part) for part in parts))
    assert kept == re.sub(r"\s+", "", render.plain(markup))


def test_messages_are_split_between_paragraphs() -> None:
    parts = render.chunks("<b>one</b>\n\ntwo two two\n\nthree three", 18)
    assert ["<b>one</b>\n\ntwo two two", "three three"] == parts


def test_an_open_tag_is_closed_and_opened_again() -> None:
    parts = render.chunks("<b>" + "word " * 20 + "</b>", 30)
    assert all(part.startswith("<b>") and part.endswith("</b>") for part in parts)


def test_links_beyond_a_hundred_go_to_the_next_message() -> None:
    links = "\n".join(render.link("x", f"https://news.example/{n}") for n in range(150))
    assert [95, 55] == [part.count("<a ") for part in render.chunks(links)]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300), st.integers(1, 100))
def test_tidy_is_one_line_within_its_limit_and_stays_tidy(text: str, limit: int) -> None:
    tidied = render.tidy(text, limit)
    assert "\n" not in tidied
    assert render.units(tidied.strip("\u2068\u2069")) <= limit
