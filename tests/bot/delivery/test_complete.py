"""Whatever step of a message's life it comes at, a telling ends up in what its reader sees.

Played without Telegram: rows are claimed, written and settled as the deliverer does, and the news
comes between any two of these steps.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest

from bot.delivery import message
from bot.delivery.context import gather
from bot.delivery.message import OutgoingMessage
from storage import chats
from storage.model import Chat, ChatKind, DeliveryId, ItemId, QuietMode, StoryId
from storage.outbox import queue
from storage.outbox import rows as outbox_rows
from storage.outbox.deliveries import Delivery, DeliveryKind
from storage.outbox.outcomes import (
    AnswerLost,
    Away,
    Later,
    NotSent,
    Outcome,
    Poison,
    Sent,
    Vanished,
    Void,
)
from storage.sql import Connection
from tests.bot.delivery.kit import ANNA, START, alert
from tests.storage import rows

STORY = 2
FEW_STEPS = 12
"""The shortest day has more steps than this."""

CRASH = "crash"
SCRIPTS: dict[str, tuple[Outcome | str, ...]] = {
    "at once": (),
    "banned": (Later(timedelta(seconds=9)),),
    "no connection": (NotSent("no connection"), Away("bad gateway")),
    "answer lost": (AnswerLost("connection cut"),),
    "poison": (Poison("entities"),),
    "crash": (CRASH,),
    "lost, then crash": (AnswerLost("connection cut"), CRASH),
}
WAYS: dict[str, dict[str, Any]] = {
    "alone": {},
    "in a list": {"alerts_per_hour": 1},
    "held": {"quiet_from": 23 * 60, "quiet_to": 8 * 60 + 2},
    "urgent only": {
        "quiet_from": 23 * 60, "quiet_to": 8 * 60 + 2, "quiet_mode": QuietMode.URGENT,
    },
}  # fmt: skip


@dataclass
class Play:
    """A chat's messages as its reader sees them; ``news`` comes at the step ``at``."""

    db: Connection
    at: int
    news: Any
    script: Iterator[Outcome | str]
    now: datetime = START
    steps: int = 0
    has_come: bool = False
    is_over: bool = False
    shown: dict[int, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    firsts: dict[int, str] = field(default_factory=dict)
    rows: dict[int, DeliveryId] = field(default_factory=dict)

    def step(self) -> None:
        """Let the news come, if this is its step."""
        self.steps += not self.is_over
        if self.steps == self.at and not self.has_come:
            self.has_come = True
            self.news(self.db, self.now)

    def turn(self, **later: float) -> None:
        """Move the clock on, and send whatever can go."""
        self.now += timedelta(**later)
        self.step()
        while claimed := queue.claim(self.db, self.now, 1):
            self.step()
            self.send(claimed[0])
            self.step()

    def send(self, delivery: Delivery) -> None:
        context = gather(self.db, delivery)
        assert context is not None
        said = message.write(delivery, context, self.now, "bot")
        self.step()
        about = delivery.story_id == STORY or delivery.kind in (
            DeliveryKind.FOLD,
            DeliveryKind.EDIT,
        )
        became = next(self.script, Sent()) if about else Sent()
        if isinstance(said, Void):
            became = said
        elif became == Sent():
            became = self.arrives(said, delivery)
        if became == CRASH:
            queue.recover(self.db, self.now)
        elif not isinstance(became, str):
            queue.settle(self.db, delivery, became, self.now)

    def arrives(self, said: OutgoingMessage, delivery: Delivery) -> Outcome:
        if said.edits is not None:
            if said.edits not in self.shown:
                return Vanished("message gone")
            self.shown[said.edits] = said.text
            return Sent()
        number = len(self.shown) + len(self.answers) + 1
        if delivery.kind is DeliveryKind.UPDATE:
            self.answers.append(said.text)
        else:
            self.shown[number] = self.firsts[number] = said.text
            self.rows[number] = delivery.id
        return Sent(number)

    def as_it_is_now(self, number: int) -> str:
        """What a message would say if it were written with all that is known."""
        delivery = replace(outbox_rows.by_id(self.db, self.rows[number]), level=0)
        context = gather(self.db, delivery)
        assert context is not None
        said = message.write(delivery, context, self.now, "bot")
        assert isinstance(said, OutgoingMessage)
        return said.text

    def ends_complete(self) -> bool:
        """Whether every message says all that is known."""
        return all(text == self.as_it_is_now(number) for number, text in self.shown.items())


def another_tells(db: Connection, now: datetime, item: int, **values: Any) -> None:
    """A further outlet tells the story, as the ingester records it."""
    feed = rows.feed(db, f"https://outlet{item}.example/rss", name=f"Outlet {item}")
    rows.told(db, feed, rows.new_item(item, STORY, **values), now=now)
    queue.grown(db, StoryId(STORY), now)


def telling(db: Connection, now: datetime) -> None:
    """A Russian outlet joins, for a Russian reader."""
    another_tells(db, now, 101, title="По-русски", lang="ru")


def change(db: Connection, now: datetime) -> None:
    """An outlet tells that the toll rose."""
    another_tells(db, now, 101, title="Toll rises to five")
    queue.changed(db, StoryId(STORY), "toll:5", ItemId(101), now)


def played(db: Connection, at: int, news: Any, way: str, script: str) -> Play:
    """Play a day of one chat: the story is told, grows once by itself, and has ``news``."""
    play = Play(db, at, news, iter(SCRIPTS[script]))
    chat = Chat(ANNA, ChatKind.PRIVATE, language="ru", time_zone="UTC", **WAYS[way])
    chats.see_chat(db, chat, play.now)
    feed = rows.feed(db)
    rows.told(db, feed, rows.new_item(1), rows.new_item(STORY), now=play.now)
    queue.enqueue(db, [alert(1), alert(STORY)], play.now)
    for seconds in (0, 5, 20, 60, 60):
        play.turn(seconds=seconds)
    another_tells(db, play.now, 100)
    for _ in range(4):
        play.turn(seconds=20)
    play.turn(minutes=4)
    play.is_over = True
    for _ in range(8):
        play.turn(minutes=30)
    return play


CASES = [(way, script) for way in WAYS for script in SCRIPTS]


def every_step(db: Connection, news: Any, way: str, script: str) -> Iterator[Play]:
    """Play the same day once for each step at which the news can come."""
    for at in count(1):
        db.conn.execute("savepoint play")
        play = played(db, at, news, way, script)
        if play.has_come:
            yield play
        db.conn.execute("rollback to play")
        db.conn.execute("release play")
        if not play.has_come:
            assert at > FEW_STEPS
            return


@pytest.mark.parametrize(("way", "script"), CASES)
def test_a_telling_is_seen_whenever_it_comes(
    connection: Connection, way: str, script: str
) -> None:
    for play in every_step(connection, telling, way, script):
        assert ["По-русски" in text for text in play.shown.values()].count(True) == 1, play.at
        assert play.ends_complete(), play.at


@pytest.mark.parametrize(("way", "script"), CASES)
def test_a_changed_fact_is_in_the_message_or_in_one_answer(
    connection: Connection, way: str, script: str
) -> None:
    for play in every_step(connection, change, way, script):
        (number,) = [one for one, text in play.shown.items() if "Headline 2" in text]
        assert play.ends_complete(), play.at
        answers = [text for text in play.answers if "Toll rises to five" in text]
        if way == "alone" and "Outlet 101" not in play.firsts[number]:
            assert len(answers) == 1, play.at
        assert len(answers) <= 1, play.at


def test_what_waits_for_the_morning_is_told_once_when_it_becomes_urgent_on_its_way(
    connection: Connection,
) -> None:
    def four_publishers(db: Connection, now: datetime) -> None:
        for item in range(101, 105):
            another_tells(db, now, item)

    for play in every_step(connection, four_publishers, "urgent only", "at once"):
        told = [text for text in play.shown.values() if "Headline 2" in text]
        assert len(told) == 1, play.at
