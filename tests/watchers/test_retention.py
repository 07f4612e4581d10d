"""What retention removed is no news when its feed lists it again, edited or not, for good."""

from datetime import timedelta

import pytest

from storage import items, retention, seen_keys, sizes
from storage.database import Database
from storage.sql import Connection
from tests.bot.pipeline import Pipeline
from watchers.ingester import Ingester

YEAR = timedelta(days=365)


def forget(db: Connection, room: Pipeline) -> None:
    assert retention.forget_some(db, room.clock.now - timedelta(days=30))


def pack(db: Connection) -> None:
    while seen_keys.step(db, retention.pruned_to(db)):
        pass


@pytest.mark.parametrize("packed", [False, True])
async def test_an_entry_of_last_year_is_listed_again(db: Database, *, packed: bool) -> None:
    room = await Pipeline.opened(db)
    await room.tells("Oasis Times", "Canal opens near Nukus", page="canal")
    room.clock.now += YEAR
    room.ingester = await Ingester.opened(db)
    await room.tells("Steppe Courier", "Something of today", seen=timedelta(0))
    await db.write(forget, room)
    if packed:
        await db.write(pack)
    for title in ("Canal opens near Nukus", "Canal opened near Nukus"):
        with pytest.raises(RuntimeError, match="StopIteration"):
            await room.tells("Oasis Times", title, page="canal", ago=YEAR, seen=timedelta(0))
    assert 1 == await db.read(sizes.items_kept)
    assert ["canal"] == list(await db.read(items.known, room.feeds["Oasis Times"].id, ["canal"]))
