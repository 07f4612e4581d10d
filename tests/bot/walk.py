"""Everything the bot's buttons lead to: a walk through all commands and all that they offer."""

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from types import MappingProxyType

from bot.commands import COMMANDS
from bot.conversation import Keyboard, Picture, Reply
from bot.render import stories as render
from storage.database import Database
from storage.errors import NewsError
from storage.model import FeedId
from storage.sql import Connection
from tests.bot.people import ADMIN, Feeds, Person, messages
from tests.bot.pipeline import OUTLETS, Pipeline
from tests.bot.sample_stories import sample_item
from tests.bot.sample_stories import story as told
from watchers.poll import Round

MANY = 28  # outlets that tell one story
WORDS = {
    "subscribe": "uranium",
    "search": "uranium",
    "trends": "uranium",
    "rates": "usd/kzt",
    "story": "1",
    "why": "1",
    "mute": "1",
    "feed": "1",
    "pausefeed": "1",
    "removefeed": "1",
    "broadcast": "Good news",
}
LEFT_ALONE = ("delz", "t:lang:", "fz")  # they end the walk, or change its language
FARTHEST = 400  # answers
WALKED = ("en", "ru")
"""The languages in which a law walks everywhere. Of the others it needs no walk: what is walked
through is the same, and their texts have laws of their own."""
BESIDE = ("Northern Wire", "Kazakhstan raises urea output at Inkai to 700 tonnes")
"""Another story, which an admin may take for the same."""
HEADLINE = "Kazakhstan raises uranium output at Inkai to 4000 tonnes"


async def keyboards(
    db: Database, language: str, farthest: int = FARTHEST
) -> AsyncIterator[Keyboard]:
    """Yield every keyboard that an admin, who reads as well, meets in a language."""
    for one in _alerts(language):
        yield one
    async for reply in replies(db, language, farthest=farthest):
        for keyboard in _keyboards(reply):
            yield keyboard


async def replies(
    db: Database,
    language: str,
    words: Mapping[str, str] = MappingProxyType(WORDS),
    headline: str = HEADLINE,
    before: Callable[[Connection], object] = lambda _: None,
    *,
    farthest: int = FARTHEST,
) -> AsyncIterator[Reply]:
    """Yield what is answered to every command, typed with its ``words``, and to what that
    offers, ``before`` having changed some rows: ``farthest`` answers, but to each command."""
    room = await Pipeline.opened(db)
    for outlet in OUTLETS:
        await room.tells(outlet, headline)
    await room.tells(*BESIDE)
    await db.write(before)
    person = await Person.comes(room.context(feeds=Feeds(polls=_polled)), ADMIN, language)
    ahead = [f"/{command.name} {words.get(command.name, '')}".strip() for command in COMMANDS]
    seen = set(ahead)
    while ahead:
        said = ahead.pop(0)
        with contextlib.suppress(NewsError):  # a story is asked for that is muted by now, say
            await (person.types(said) if said.startswith("/") else person.sends(said))
        if person.last is None:
            continue
        yield person.last
        for keyboard in _keyboards(person.last):
            new = [press for press in _presses(keyboard) if press not in seen]
            ahead += new[: max(0, farthest - len(seen))]
            seen |= set(ahead)


async def _polled(feed_id: FeedId) -> Round:
    """Find nothing new in a feed."""
    del feed_id
    return Round(feeds=1, done=1)


def _alerts(language: str) -> Iterator[Keyboard]:
    """Give what stands under alerts: a story told by one outlet, and by many."""
    many = [sample_item(HEADLINE, outlet=f"Outlet {number}") for number in range(MANY)]
    yield render.alert_buttons(told(many[0]), many[0], language)
    yield render.alert_buttons(told(*many), many[0], language)


def _keyboards(reply: Reply) -> Iterator[Keyboard]:
    if isinstance(reply, Picture):
        yield reply.keyboard
    yield from (message.keyboard for message in messages(reply))


def _presses(keyboard: Keyboard) -> list[str]:
    all_of_them = [button.press for row in keyboard for button in row]
    return [
        press
        for press in all_of_them
        if press
        and not press.startswith(LEFT_ALONE)
        # One box is ticked and no other: each choice of boxes is a keyboard of its own.
        and (not press.startswith("ct:") or press.endswith(":1"))
    ]
