"""An outlet edits an article and removes it: the whole way, from its server to a reader's phone.

Real HTTP, the real pipeline, python-telegram-bot against the sandbox; only the clock jumps.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

from bot.cli.demo import sample_feeds
from bot.sandbox import ANNA_ID, Sandbox
from bot.sandbox.telegram.model import SandboxMessage
from storage import feeds
from storage.database import Database
from tests.bot.delivery.kit import Clock, Room, opened
from tests.bot.line import on_line
from tests.watchers.in_place import InPlace
from watchers import fetch
from watchers.host_queues import Politeness
from watchers.ingester import Ingester
from watchers.poll import Poller
from watchers.revisits import Revisits
from watchers.schedule import PollingPace

OUTLET = "steppe-courier"
FIRST = "Akim Bekturov bought a villa with school money"
THEN = "Akim Bekturov bought a villa"
LEAD = "Documents show that 40 million tenge went to a firm of his brother. He denies it."


@dataclass
class Stack:
    """Everything, in one process and on one clock."""

    box: Sandbox
    room: Room
    clock: Clock
    poller: Poller
    revisits: Revisits

    async def polls(self) -> None:
        self.clock.forward(minutes=1)
        await self.poller.round(force=True)
        await self.room.deliver(minutes=1)

    async def looks(self, **later: float) -> int:
        self.clock.forward(**later)
        looked = await self.revisits.round()
        await self.room.deliver(minutes=1)
        return looked

    async def card(self, alert: SandboxMessage) -> str:
        """Press the story's button; return the card that comes."""
        before = len(self.room.messages())
        await self.box.tap(ANNA_ID, alert, "📖")
        await self.box.until(lambda: len(self.room.messages()) > before)
        return self.room.messages()[-1].text


@pytest.fixture
async def stack(db: Database) -> AsyncIterator[Stack]:
    async with everything(db) as made:
        yield made


@asynccontextmanager
async def everything(db: Database) -> AsyncIterator[Stack]:
    clock = Clock()
    async with (
        on_line(db, clock=clock, box_clock=clock, every=0) as (box, _),
        opened(db, box, clock) as room,
        fetch.opened(
            user_agent="test",
            allowed=frozenset({("127.0.0.1", int(urlsplit(box.url).port or 0))}),
            clock=clock,
        ) as fetcher,
    ):
        for new, outlet in sample_feeds(box.url):
            if OUTLET in new.url:
                await db.write(feeds.add_catalogue, [(new, outlet)], clock())
        poller = Poller(
            db,
            await Ingester.opened(db),
            fetcher,
            InPlace(),
            politeness=Politeness(),
            pace=PollingPace(base_s=5),
            clock=clock,
        )
        revisits = Revisits(db, fetcher, clock)
        yield Stack(box, room, clock, poller, revisits)


async def test_an_edit_is_on_the_card_and_a_removal_in_the_living_message(stack: Stack) -> None:
    box, room = stack.box, stack.room
    await stack.polls()  # what was there before nobody is told of
    box.telegram.start(ANNA_ID)
    await box.message(ANNA_ID, "/settings changes that")
    await box.ask(ANNA_ID, "/subscribe Bekturov")
    offered = await box.message(ANNA_ID, "How should I let you know?")
    await box.tap(ANNA_ID, offered, 0)

    page = box.newsstand.publish(OUTLET, FIRST, LEAD)
    await stack.polls()
    [alert] = [one for one in room.messages() if one.text.startswith(FIRST)]
    assert "changed" not in await stack.card(alert)

    box.newsstand.revise(page, THEN, "Documents show that 4 million tenge went to a firm.")
    await stack.polls()
    card = await stack.card(alert)
    assert THEN == card.split("\n")[0]
    [changed] = [line for line in card.split("\n") if "✏️ changed 08:" in line]
    assert changed.endswith(": Akim Bekturov bought a villa with school money")
    [text] = [line for line in card.split("\n") if "✏️ text changed 08:" in line]
    assert "Documents show that 40 → 4 million tenge" in text

    assert 1 == await stack.looks(hours=3)  # it stands
    assert 0 == await stack.looks(hours=1)
    box.newsstand.remove(page)
    before = len(room.messages())
    assert 1 == await stack.looks(days=1)
    assert "🗑" not in box.now(alert).text + await stack.card(alert)
    assert 1 == await stack.looks(hours=6)
    assert "🗑 Removed by the outlet: Steppe Courier (sample)" in box.now(alert).text.split("\n")
    assert "🗑 removed by the outlet, seen 12:" in await stack.card(alert)
    assert before + 2 == len(room.messages())  # the two cards that were asked for
    why = await box.ask(ANNA_ID, f"/why {alert_story(alert)}")
    assert "🗑 removed by the outlet" in why.text
    assert "bought a villa with school money" in why.text

    box.newsstand.revise(page, THEN, LEAD)
    assert 1 == await stack.looks(days=1)
    assert "🗑" not in box.now(alert).text + await stack.card(alert)


def alert_story(alert: SandboxMessage) -> str:
    """The story's number, as the alert's first button has it."""
    assert alert.markup is not None
    return str(alert.markup.rows[0][0].callback_data).split(":")[1]
