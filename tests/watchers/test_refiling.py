"""Older archives: items get the keys that the index learnt to ask for since."""

from storage import items, meta, search
from storage.database import Database
from storage.sql import Connection
from tests.bot.pipeline import Pipeline
from watchers import candidates, filing, keywords
from watchers.keywords.reading import analysed
from watchers.refiling import REACHED, refile
from watchers.search import find


def _older(db: Connection, *unknown: str) -> None:
    """File all items as an older program did, which knew no keys of some kinds."""
    db.conn.execute("insert into item_words(item_words) values ('delete-all')")
    for item, _ in items.every(db):
        keys = filing.item_words(analysed(item), keywords.Facts()).split()
        search.index(db, item.id, " ".join(key for key in keys if not key.startswith(unknown)))


def _found(db: Connection, query: str) -> int:
    return len(search.search(db, keywords.fts(keywords.parse(query)) or ""))


async def test_older_items_are_filed_under_new_keys_newest_first_in_small_steps(
    db: Database,
) -> None:
    room = await Pipeline.opened(db)
    for at in range(25):
        await room.tells("Steppe Courier", f"Budget of town number {at} grows by 1{at}%")
    await db.write(_older, "d:", "l:", "g:")
    assert 0 == await db.read(_found, "%")

    assert 10 == await refile(db, most=10)
    assert 10 == await db.read(_found, "%")
    newest = await db.read(search.filed_before, 1 << 40, 10)
    assert str(newest[-1]) == await db.read(meta.get, REACHED)

    assert 15 == await refile(db)
    assert 25 == await db.read(_found, "%")
    assert 0 == await refile(db)


async def test_a_topic_finds_items_that_are_not_filed_under_it_yet(db: Database) -> None:
    room = await Pipeline.opened(db)
    for at in range(3):
        await room.tells("Steppe Courier", f"Oil prices climb in town number {at}")
    query = keywords.parse("topic:energy")

    def untopical(db: Connection) -> None:
        _older(db, "t:", "h:t:")

    await db.write(untopical)
    assert 0 == await db.read(_found, "topic:energy")
    assert query != await candidates.as_filed(db, query)
    assert 1 == (await find(db, query, now=room.clock.now, limit=5)).total
    assert 3 == await refile(db)
    assert 3 == await db.read(_found, "topic:energy")
    assert query == await candidates.as_filed(db, query)
    assert 1 == (await find(db, query, now=room.clock.now, limit=5)).total


async def test_an_empty_archive_has_nothing_to_be_filed(db: Database) -> None:
    assert 0 == await refile(db)
