"""One alarm while the file cannot be written: a line, a word to the admins, nothing to readers."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from structlog.testing import capture_logs

from bot.alarm import LASTS_S, StorageAlarm
from storage import meta
from storage.database import Database
from storage.errors import StorageError
from storage.model import ChatId
from storage.writability import CALM_S, LOCKS_CALM_S
from tests.bot.people import ADMIN, NOW, READER, Person, buttons, context_of
from tests.bot.pipeline import Pipeline
from tests.storage.test_writability import BLOCKERS, hasty

__all__ = ["hasty"]


@dataclass
class Watched:
    """An alarm with a clock that tests move, and what it told at once."""

    db: Database
    at: float = 0.0
    told: list[Mapping[ChatId, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.db.writability._steady = lambda: self.at
        self.alarm = StorageAlarm(
            self.db, frozenset({int(ADMIN), 77}), lambda: NOW,
            wake=lambda: None, tell_now=self.tell, steady=lambda: self.at,
        )  # fmt: skip

    async def tell(self, said: Mapping[ChatId, str]) -> None:
        self.told.append(said)

    async def owed(self) -> list[tuple[int, str]]:
        return await self.db.read(
            lambda db: [
                (row["chat_id"], row["payload"]) for row in db.query("select * from deliveries")
            ]
        )

    async def fails(self, times: int = 1) -> None:
        for _ in range(times):
            with pytest.raises(StorageError):
                await self.db.write(meta.put, "kept", "yes")


@pytest.fixture
async def watched(hasty: Database) -> Watched:
    await Person.comes(context_of(hasty), ADMIN)
    return Watched(hasty)


async def test_a_short_trouble_is_told_once_when_it_is_over(watched: Watched) -> None:
    with capture_logs() as logs:
        with BLOCKERS["locked"](watched.db.path):
            await watched.fails(5)
            watched.at = 5
            await watched.alarm.look()
        await watched.alarm.look()  # which finds by itself that it can be written again
        assert [] == await watched.owed()  # it may not be over
        watched.at += LOCKS_CALM_S
        await watched.alarm.look()
        await watched.alarm.look()
    assert ["database cannot be written", "database can be written again"] == [
        line["event"] for line in logs
    ]
    [(chat, payload)] = await watched.owed()
    assert (int(ADMIN), True) == (chat, "5 seconds" in payload)
    assert "Another program had locked it." in payload
    assert "try again" not in payload
    assert [] == watched.told


async def test_what_lasts_is_told_at_once_and_once(watched: Watched) -> None:
    with BLOCKERS["locked"](watched.db.path):
        await watched.fails()
        for watched.at in (1.0, LASTS_S, LASTS_S + 10):
            await watched.alarm.look()
        [said] = watched.told
        assert {ADMIN} == set(said)
        assert "Nothing can be written" in said[ADMIN]
    await watched.db.write(meta.put, "kept", "yes")
    watched.at += CALM_S
    await watched.alarm.look()
    assert 1 == len(await watched.owed())


async def test_a_disk_that_takes_the_small_and_refuses_the_large_is_one_alarm(
    watched: Watched,
) -> None:
    big = "x" * 2_000_000
    with capture_logs() as logs:
        with BLOCKERS["full"](watched.db.path):
            with pytest.raises(StorageError):
                await watched.db.write(meta.put, "kept", big)
            for watched.at in (1.0, CALM_S + 1, CALM_S + 2, 2 * CALM_S + 3):
                await watched.db.write(meta.put, "kept", "small")
                assert watched.db.writability.trouble is not None
                await watched.alarm.look()
        await watched.alarm.look()
        watched.at += CALM_S
        await watched.alarm.look()
    assert ["database cannot be written", "database can be written again"] == [
        line["event"] for line in logs
    ]
    [(_, payload)] = await watched.owed()
    assert f"{2 * CALM_S + 3:.0f} seconds" in payload


async def test_an_alarm_that_cannot_be_written_is_told_later(watched: Watched) -> None:
    with BLOCKERS["locked"](watched.db.path):
        await watched.fails()
        await watched.alarm.look()
    await watched.db.write(meta.put, "kept", "yes")
    watched.at += CALM_S
    with BLOCKERS["locked"](watched.db.path), pytest.raises(StorageError):
        await watched.alarm.look()
    await watched.alarm.look()  # it is the same trouble
    watched.at += CALM_S
    await watched.alarm.look()
    [(_, payload)] = await watched.owed()
    assert f"{CALM_S:.0f} seconds" in payload


@pytest.mark.parametrize("typed", ["/search uranium", "/digest", "/trends uranium", "uranium"])
async def test_who_reads_is_answered_while_another_program_writes(
    hasty: Database, typed: str
) -> None:
    room = await Pipeline.opened(hasty)
    for outlet in ("Steppe Courier", "Oasis Times"):
        await room.tells(outlet, "Kazakhstan raises uranium output")
    anna = await Person.comes(room.context(), READER)
    free = await anna.types(typed)
    with BLOCKERS["locked"](hasty.path):
        if typed.startswith("/"):
            assert free == await anna.types(typed)
            assert [] == buttons(anna.last)  # which would name what could not be kept
        else:
            with pytest.raises(StorageError):  # the test's own person notes what was asked before
                await anna.types(typed)
