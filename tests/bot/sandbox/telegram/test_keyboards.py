"""Keyboards of every kind are read, written and refused as by Telegram."""

import struct

import pytest

from bot.sandbox.telegram.errors import ApiError
from bot.sandbox.telegram.keyboards import markup_json, read_markup
from bot.sandbox.telegram.model import KeyboardButton, Markup
from bot.sandbox.telegram.pictures import picture_size
from tests.bot.sandbox.echo import png

ROWS = [
    [
        {"text": "a", "callback_data": "1"},
        {"text": "b", "url": "https://e.org/"},
    ],
    [
        {"text": "c", "switch_inline_query": "q"},
        {"text": "d", "switch_inline_query_current_chat": ""},
        {"text": "e", "copy_text": {"text": "copied"}},
    ],
]


def test_an_inline_keyboard_comes_back_as_it_was():
    markup = read_markup({"inline_keyboard": ROWS}, private=True)
    assert markup is not None
    assert {"inline_keyboard": ROWS} == markup_json(markup)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (None, None),
        ({}, None),
        ({"inline_keyboard": []}, None),
        ({"inline_keyboard": [[]]}, None),
        ({"remove_keyboard": True}, Markup("remove")),
        (
            {"force_reply": True, "input_field_placeholder": "p"},
            Markup("force", placeholder="p"),
        ),
        (
            {"keyboard": [["x", {"text": "y", "request_location": True}]]},
            Markup("reply", ((KeyboardButton("x"), KeyboardButton("y", request_location=True)),)),
        ),
        (
            {"inline_keyboard": [[{"text": "w", "web_app": {"url": "https://e.org"}}]]},
            Markup("inline", ((KeyboardButton("w", url="https://e.org"),),)),
        ),
        (
            {"inline_keyboard": [[{"text": "u", "url": "e.org/x"}]]},
            Markup("inline", ((KeyboardButton("u", url="http://e.org/x"),),)),
        ),
    ],
)
def test_keyboards_are_read(raw, expected):
    assert expected == read_markup(raw, private=True)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("text", "object expected as reply markup"),
        ({"inline_keyboard": "x"}, "must be an Array of Arrays"),
        ({"inline_keyboard": [["x"]]}, "InlineKeyboardButton must be an Object"),
        ({"inline_keyboard": [[{"text": " ", "url": "e.org"}]]}, "Text must be non-empty"),
        (
            {"inline_keyboard": [[{"text": "x", "url": "javascript:alert(1)"}]]},
            "URL 'javascript:alert(1)' is invalid",
        ),
        (
            {"inline_keyboard": [[{"text": "x", "web_app": {"url": "https://e.org"}}]]},
            "BUTTON_TYPE_INVALID",
        ),
        (
            {"keyboard": [[{"text": "x", "request_location": True}]]},
            "location can be requested in private chats only",
        ),
        ({"keyboard": [[{}]]}, "Text must be non-empty"),
    ],
)
def test_keyboards_are_refused_in_groups(raw, words):
    with pytest.raises(ApiError, match=words.replace("(", r"\(").replace(")", r"\)")):
        read_markup(raw, private=False)


def test_channels_have_inline_keyboards_only():
    with pytest.raises(ApiError, match="not allowed in channels"):
        read_markup({"keyboard": [["x"]]}, private=False, channel=True)


def test_a_web_app_needs_https():
    raw = {"inline_keyboard": [[{"text": "x", "web_app": {"url": "http://e.org"}}]]}
    with pytest.raises(ApiError, match="Only HTTPS links are allowed"):
        read_markup(raw, private=True)


JPEG = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x11\x08" + struct.pack(">HH", 30, 40) + b"\0" * 9


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (png(7, 5, (0, 0, 0)), (7, 5)),
        (b"GIF89a" + struct.pack("<HH", 3, 4), (3, 4)),
        (JPEG, (40, 30)),
        (b"RIFF\0\0\0\0WEBPVP8X" + b"\0" * 8 + b"\x09\0\0\x13\0\0", (10, 20)),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0", None),
        (b"\xff\xd8\xff\xe0\0\0" * 3, None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_the_size_of_a_picture_is_read_or_not_known(content, size):
    assert size == picture_size(content)
