"""HTML mode is read as strictly as Telegram reads it, with its very words of refusal."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.telegram.autolinks import find_spans, valid_link
from bot.sandbox.telegram.entities import parse_html, trimmed, utf16_len
from bot.sandbox.telegram.errors import ApiError
from bot.sandbox.telegram.model import MessageEntity


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("plain", "plain", ()),
        ("<b>a</b>", "a", (MessageEntity("bold", 0, 1),)),
        ("<STRONG>a</strong>", "a", (MessageEntity("bold", 0, 1),)),
        ("😀<i>б</i>", "😀б", (MessageEntity("italic", 2, 1),)),
        (
            "<b>a<u>b</u></b>",
            "ab",
            (MessageEntity("bold", 0, 2), MessageEntity("underline", 1, 1)),
        ),
        ("<b>a</>", "a", (MessageEntity("bold", 0, 1),)),
        ("<b></b>x", "x", ()),
        ("&lt;&amp;&quot;&#1046;&#x416;&nbsp;", '<&"ЖЖ&nbsp;', ()),
        (
            '<a href="https://e.org/?a=1&amp;b=2">x</a>',
            "x",
            (MessageEntity("text_link", 0, 1, url="https://e.org/?a=1&b=2"),),
        ),
        ('<a href="javascript:alert(1)">x</a>', "x", ()),
        ("<a href=''>e.org</a>", "e.org", (MessageEntity("text_link", 0, 5, url="e.org"),)),
        (
            "<blockquote expandable>q</blockquote>",
            "q",
            (MessageEntity("expandable_blockquote", 0, 1),),
        ),
        ('<span class="tg-spoiler">s</span>', "s", (MessageEntity("spoiler", 0, 1),)),
        (
            '<pre><code class="language-python">x</code></pre>',
            "x",
            (MessageEntity("pre", 0, 1, language="python"),),
        ),
        (
            '<tg-emoji emoji-id="5">👍</tg-emoji>',
            "👍",
            (MessageEntity("custom_emoji", 0, 2, custom_emoji_id="5"),),
        ),
    ],
)
def test_what_telegram_accepts(source, text, entities):
    assert (text, entities) == parse_html(source)


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("<script>", 'Unsupported start tag "script" at byte offset 0'),
        ("я<br>", 'Unsupported start tag "br" at byte offset 2'),
        ("<p>x</p>", 'Unsupported start tag "p" at byte offset 0'),
        ("1 < 2", 'Unsupported start tag "" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        (
            "<b><i>x</b></i>",
            'Unmatched end tag at byte offset 7, expected "</i>", found "</b>"',
        ),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<a =x>y</a>", 'Empty attribute name in the tag "a" at byte offset 0'),
        (
            "<a href>y</a>",
            'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
        ),
        ("<a href=http://e.org/>y</a>", "Unexpected end of name token at byte offset 8"),
        ("<a href='x", "Unclosed start tag at byte offset 0"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_what_telegram_refuses(source, words):
    with pytest.raises(ApiError) as caught:
        parse_html(source)
    assert (400, f"Bad Request: can't parse entities: {words}") == (
        caught.value.code,
        caught.value.description,
    )


@given(st.text(alphabet="<>/abi&lt;=\"' \n😀é", max_size=60))
def test_any_text_is_either_read_or_refused_and_offsets_stay_inside(source):
    with contextlib.suppress(ApiError):  # anything else is a failure
        text, entities = trimmed(*parse_html(source))
        assert all(0 <= e.offset and e.offset + e.length <= utf16_len(text) for e in entities)


def test_trimming_moves_entities_and_only_a_hundred_take_effect():
    text, entities = trimmed(*parse_html("  \n<b> a </b> "))
    assert ("a", (MessageEntity("bold", 0, 1),)) == (text, entities)
    many = "".join("<b>x</b>y" for _ in range(150))
    assert len(trimmed(*parse_html(many))[1]) == 100


def test_commands_links_mentions_and_hashtags_are_found():
    text = "👍 /start@Bot_x see https://e.org/a_(b). @anna #ҚР a/b mail x@e.org"
    found = [
        (
            e.type,
            text.encode("utf-16-le")[e.offset * 2 : (e.offset + e.length) * 2].decode("utf-16-le"),
        )
        for e in find_spans(text)
    ]
    assert [
        ("bot_command", "/start@Bot_x"),
        ("url", "https://e.org/a_(b"),
        ("mention", "@anna"),
        ("hashtag", "#ҚР"),
        ("email", "x@e.org"),
    ] == found


@pytest.mark.parametrize(
    ("url", "valid"),
    [
        ("https://e.org", True),
        ("e.org/x", True),
        ("http://localhost:8080/", True),
        ("http://127.0.0.1:81/outlets/x/1", True),
        ("tg://user?id=1", True),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("http://[bad", False),
        ("x", False),
    ],
)
def test_links_without_a_host_are_no_links(url, valid):
    assert valid == valid_link(url)
