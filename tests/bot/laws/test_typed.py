"""A law over the whole chat: what a person typed, and what an outlet wrote, is shown as it was
written."""

import re

import pytest

from bot.conversation import File, Html, Picture, Reply
from bot.render.markup import plain
from bot.texts import LANGUAGES
from storage.database import Database
from tests.bot.people import messages
from tests.bot.walk import FARTHEST, WALKED, WORDS, replies

ODD = 'R&D OR "uranium <b>" OR it\'s'
HEADLINE = 'Kazakhstan\'s R&D <at Inkai> raises "uranium" output to 4000 tonnes'
TWICE = re.compile(r"&(?:quot|amp|lt|gt|#x?\w+);")
"""An escape that is still there after reading the HTML once was made twice."""


def shown(reply: Reply) -> list[Html]:
    """What a reply says in HTML."""
    if isinstance(reply, Picture | File):
        return [reply.caption]
    return [one.html for one in messages(reply)]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_nothing_is_escaped_twice(db: Database, language: str) -> None:
    queries = ("subscribe", "search", "trends", "digest", "unsubscribe")
    words = {**WORDS, **dict.fromkeys(queries, ODD)}
    met = 0
    farthest = FARTHEST if language in WALKED else 0
    async for reply in replies(db, language, words, HEADLINE, farthest=farthest):
        for html in shown(reply):
            met += "R&amp;D" in html
            assert not TWICE.search(plain(html)), html
    assert met > (10 if farthest else 2)
