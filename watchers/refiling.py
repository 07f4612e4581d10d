"""Old items under new keys: what the index learnt to ask for reaches the archive by and by."""

import asyncio

from storage import items, meta, search
from storage.database import Database
from storage.model import ItemId
from storage.sql import Connection
from watchers import filing
from watchers.filing import REACHED
from watchers.keywords.reading import analysed
from watchers.text.names import Gazetteer

AT_ONCE = 20
"""Items between two looks at the chat: some 10 ms of work."""

A_ROUND = 5_000
"""Items an upkeep: a million take eight days, a hundred thousand one."""


async def refile(db: Database, names: Gazetteer | None = None, most: int = A_ROUND) -> int:
    """File the next older items under their headlines, designations, acronyms and signs.

    Items that come meanwhile have these keys already. Each slice is one transaction with the
    place it reached, so that a crash repeats at most one; keys that are there twice are harmless.
    Returns how many items were looked at.
    """
    done = 0
    while done < most and (ids := await db.read(_next, min(AT_ONCE, most - done))):
        found = await db.read(items.by_ids, ids)
        rows = [(item.id, filing.later_words(analysed(item, names))) for item in found]
        await db.write_behind(_filed, rows, ids[-1])
        done += len(ids)
        await asyncio.sleep(0)
    return done


def _next(db: Connection, limit: int) -> tuple[ItemId, ...]:
    reached = meta.get(db, REACHED)
    last, _ = items.last_ids(db)
    return search.filed_before(db, ItemId(int(reached) if reached else last + 1), limit)


def _filed(db: Connection, rows: list[tuple[ItemId, str]], reached: ItemId) -> None:
    for item_id, words in rows:
        if words:
            search.index(db, item_id, words)
    meta.put(db, REACHED, str(reached))
