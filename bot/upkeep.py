"""Upkeep: forgets what nobody needs any more; in slices, where a day may have brought much.

When it was done last is a row: lives of some minutes add up to the hour after which it is due.
What is more than a quarter of an hour's work goes on an hour later: so whatever millions of items
have to leave, every other part has its turn.
"""

import asyncio
import time
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
from storage.sql import Connection
from watchers.refiling import refile

log = structlog.get_logger(__name__)

P = ParamSpec("P")

UPKEEP_TICK_S: Final = 60
EVERY: Final = timedelta(hours=1)
DONE_FACT: Final = "upkeep_done"
"""The fact that says when it was done last."""

WAITED_FOR_CLOCK_S: Final = 900.0
"""After so long it is done without what goes by age: our clock is behind what outlets told."""

LONGEST_S: Final = 900
"""How long one of its works goes on in an hour."""


async def upkeep_if_due(pipeline: Pipeline, *, clock_is_trusted: bool) -> None:
    """Do what is done every hour, if an hour has gone; a clock to forget by is waited for."""
    now = pipeline.clock()
    if not await pipeline.db.read(is_due, now):
        return
    if clock_is_trusted or pipeline.up.age_s >= WAITED_FOR_CLOCK_S:
        await upkeep(pipeline, clock_is_trusted=clock_is_trusted)
        await pipeline.db.write(meta.put_moment, DONE_FACT, now)


def is_due(db: Connection, now: datetime) -> bool:
    """Tell whether an hour has gone since the last; one that lies ahead is a wrong clock's."""
    return not meta.is_recent(db, DONE_FACT, EVERY, now)


async def upkeep(pipeline: Pipeline, *, clock_is_trusted: bool) -> None:
    """Do what is done every hour. By a clock just started or set nothing is forgotten."""
    db = pipeline.db
    if clock_is_trusted:
        now = await db.read(wrong_times.believable, pipeline.clock())
        await forget_old(pipeline, now)
        is_to_be_walked = await keep_to(db, pipeline.settings.retention, now)
        await db.write(file_sizes.note, now)
    else:
        is_to_be_walked = await db.read(unfiling.is_worth_a_pass)
    await let_go(db, is_to_be_walked=is_to_be_walked)
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
    """Do some of a long work again and again until it says 0, or for ``LONGEST_S``.

    Return what it said in all.
    """
    done, ends = 0, time.monotonic() + LONGEST_S
    while time.monotonic() < ends and (step := await db.write_behind(some, *args, **kwargs)):
        done += step
        await asyncio.sleep(owing.PAUSE_S)
    return done


async def keep_to(db: Database, retention: Retention, now: datetime) -> bool:
    """Remove what retention does not keep; return whether the index is to let go of it now."""
    gone, too_many, is_over = 0, 0, True
    if retention.kept is not None:
        gone += await in_slices(db, retaining.forget_some, now - retention.kept)
        is_over = not await db.read(retaining.has_old, now - retention.kept)
    # What was removed before counts until the index has let go of it.
    if retention.most_bytes is not None and not await db.read(unfiling.is_worth_a_pass):
        too_many = await db.read(retaining.too_many, retention.most_bytes)
        gone += await forget_number(db, too_many, now - retaining.SHORTEST)
    if gone:
        log.info("retention", items=gone)
    # One pass for all that goes, however many hours that takes.
    return is_over and (too_many > 0 or await db.read(unfiling.is_worth_a_pass))


async def forget_number(db: Database, number: int, before: datetime) -> int:
    """Remove so many of the oldest items, or for ``LONGEST_S``; return how many went."""
    gone, ends = 0, time.monotonic() + LONGEST_S
    while gone < number and time.monotonic() < ends:
        step = await db.write_behind(retaining.forget_some, before)
        if not step:
            log.warning("the file is too large, and all in it is young")
            break
        gone += step
        await asyncio.sleep(owing.PAUSE_S)
    return gone


async def let_go(db: Database, *, is_to_be_walked: bool) -> None:
    """Let the index go of what is gone; when it has of all, or they are half packed, pack keys."""
    are_packed_next = await db.read(seen_keys.is_under_way)
    if is_to_be_walked:
        await in_slices(db, unfiling.some)
        are_packed_next |= not await db.read(unfiling.is_under_way)
    if are_packed_next:
        await pack_keys(db)


async def pack_keys(db: Database) -> None:
    """Pack the keys of items that are gone; where retention removed none there are none."""
    if upto := await db.read(retaining.pruned_to):
        await in_slices(db, seen_keys.step, upto)


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
