"""Upkeep: forgets what nobody needs any more; in slices, where a day may have brought much.

When it was done last is a row: lives of some minutes add up to the hour after which it is due.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Concatenate, Final, ParamSpec

import structlog

from bot.pipeline import Pipeline
from storage import (
    dialogs,
    errands,
    file_sizes,
    full_texts,
    inbox,
    matches,
    meta,
    owing,
    pages,
    rates,
    search,
    seen_keys,
    set_aside,
    tallies,
    translations,
    unfiling,
    vacuum,
    wanted_articles,
    wrong_times,
)
from storage import retention as retaining
from storage.database import Database
from storage.outbox import queue
from storage.retention import Retention
from storage.sql import Connection, moment, to_ms
from watchers.refiling import refile

log = structlog.get_logger(__name__)

P = ParamSpec("P")

UPKEEP_TICK_S: Final = 60
EVERY: Final = timedelta(hours=1)
DONE_FACT: Final = "upkeep_done"
"""The fact that says when it was done last."""

WAITED_FOR_CLOCK_S: Final = 900.0
"""After so long it is done without what goes by age: our clock is behind what outlets told."""


async def upkeep_if_due(pipeline: Pipeline, *, clock_is_trusted: bool) -> None:
    """Do what is done every hour, if an hour has gone; a clock to forget by is waited for."""
    now = pipeline.clock()
    if not await pipeline.db.read(is_due, now):
        return
    if clock_is_trusted or pipeline.up.age_s >= WAITED_FOR_CLOCK_S:
        await upkeep(pipeline, clock_is_trusted=clock_is_trusted)
        await pipeline.db.write(meta.put, DONE_FACT, str(to_ms(now)))


def is_due(db: Connection, now: datetime) -> bool:
    """Tell whether an hour has gone since the last; one that lies ahead is a wrong clock's."""
    done = meta.get(db, DONE_FACT)
    return done is None or not timedelta(0) <= now - moment(int(done)) < EVERY


async def upkeep(pipeline: Pipeline, *, clock_is_trusted: bool) -> None:
    """Do what is done every hour. By a clock just started or set nothing is forgotten."""
    db, retention = pipeline.db, pipeline.settings.retention
    is_too_large = False
    if clock_is_trusted:
        now = await db.read(wrong_times.believable, pipeline.clock())
        await forget_old(pipeline, now)
        is_too_large = await keep_to(db, retention, now)
        await db.write(file_sizes.note, now)
    if is_too_large or await db.read(unfiling.is_worth_a_pass):
        await unfiling.unfile_removed(db)
        await pack_keys(db)
    await refile(db)
    if await db.read(vacuum.is_worth_it):
        await in_slices(db, vacuum.some)
    await in_slices(db, search.merge_some)


async def in_slices(
    db: Database,
    some: Callable[Concatenate[Connection, P], int],
    *args: P.args,
    **kwargs: P.kwargs,
) -> int:
    """Do some of a long work again and again until it says 0; return what it said in all."""
    done = 0
    while step := await db.write_behind(some, *args, **kwargs):
        done += step
        await asyncio.sleep(owing.PAUSE_S)
    return done


async def keep_to(db: Database, retention: Retention, now: datetime) -> bool:
    """Remove what retention does not keep; return whether the file was too large."""
    gone = 0
    if retention.kept is not None:
        gone += await in_slices(db, retaining.forget_some, now - retention.kept)
    too_many = 0
    if retention.most_bytes is not None:
        too_many = await db.read(retaining.too_many, retention.most_bytes)
        left = too_many
        while left > 0:
            step = await db.write_behind(retaining.forget_some, now - retaining.SHORTEST)
            if not step:
                log.warning("the file is too large, and all in it is young")
                break
            left, gone = left - step, gone + step
            await asyncio.sleep(owing.PAUSE_S)
    if gone:
        log.info("retention", items=gone)
    return too_many > 0


async def pack_keys(db: Database) -> None:
    """Pack the keys of items that are gone; where retention removed none there are none."""
    if await db.read(retaining.pruned_to):
        await in_slices(db, seen_keys.step)


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
    for prune_some in (queue.prune, matches.prune, translations.prune, tallies.fold):
        await in_slices(pipeline.db, prune_some, now)
