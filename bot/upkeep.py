"""Upkeep: forgets what nobody needs any more; in slices, where a day may have brought much."""

import asyncio
from datetime import datetime

from bot.pipeline import Pipeline
from storage import (
    dialogs,
    errands,
    full_texts,
    inbox,
    matches,
    owing,
    pages,
    rates,
    search,
    set_aside,
    translations,
    wanted_articles,
    wrong_times,
)
from storage.outbox import queue
from storage.unfiling import unfile_removed
from watchers.refiling import refile


async def upkeep(pipeline: Pipeline, *, clock_is_trusted: bool) -> None:
    """Do what is done every hour. By a clock just started or set nothing is forgotten."""
    if clock_is_trusted:
        await forget_old(
            pipeline, await pipeline.db.read(wrong_times.believable, pipeline.clock())
        )
    await unfile_removed(pipeline.db)
    await refile(pipeline.db)
    merging = True
    while merging:
        merging = await pipeline.db.write_behind(search.merge_some)
        await asyncio.sleep(owing.PAUSE_S)


async def forget_old(pipeline: Pipeline, now: datetime) -> None:
    """Forget, in memory and in rows, what is older than its rule."""
    await pipeline.ingester.expire(now)
    for prune in (
        dialogs.prune,
        inbox.prune,
        pages.prune,
        set_aside.prune,
        errands.prune,
        full_texts.prune,
        wanted_articles.prune,
    ):
        await pipeline.db.write(prune, now)
    await pipeline.db.write(rates.prune)
    for prune_some in (queue.prune, matches.prune, translations.prune):
        gone = 1
        while gone:
            gone = await pipeline.db.write_behind(prune_some, now)
            await asyncio.sleep(owing.PAUSE_S)
