"""What needs the pipeline and may be asked for by another process: done here, whoever asks.

Where nobody watches, the command line opens a pipeline and does it; where somebody does, it writes
an errand and the running process does it. Both call the same functions. A bot's half that runs
apart asks the same way for what its admins want.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import structlog

from bot.pipeline import Pipeline
from storage import errands, feeds, items
from storage.corrections import Correction
from storage.errands import Errand, ErrandState
from storage.errors import NewsError, StorageError, Text
from storage.local_time import rfc3339
from storage.model import Feed, FeedId, ItemId, StoryId
from watchers import jsonl
from watchers.ingester import Taken
from watchers.parse.article import NoTextKind
from watchers.poll import Round

log = structlog.get_logger(__name__)

Values = dict[str, Any]
"""What is asked with, and what is answered: what JSON can hold."""

Report = Callable[[Values], bool]
"""Hears how far something is, and says whether it is still wanted."""

TOLD_EVERY_S = 0.5
"""How often progress is written down; with nothing new it says that somebody is at it."""

LINGER_S, LOOKED_FOR_EVERY_S = 0.5, 0.05
"""How long more is waited for after an errand, and how often: a file comes in many slices."""

AT_ONCE = 8
"""So many errands are done side by side: a correction waits for no round by hand."""

SWEEP_EVERY = timedelta(hours=6)
"""Of a file's own time: stories silent for the window are forgotten, as while polling."""


# --- what can be asked for -------------------------------------------------------------------


async def add_feed(room: Pipeline, asked: Values, report: Report) -> Values:
    """Add the feed at an address: ``source``, as ``addresses.source`` reads it."""
    del report
    return {"feed": (await room.poller.add(asked["source"])).id}


async def add_fallback(room: Pipeline, asked: Values, report: Report) -> Values:
    """Let a ``source`` be read in the place of ``feed`` while that is ill."""
    del report
    added = await room.poller.add_fallback(FeedId(asked["feed"]), asked["source"])
    return {"feed": added.id}


async def poll(room: Pipeline, asked: Values, report: Report) -> Values:
    """Look at one ``feed``, or at every one that is due; at all of them if ``force``."""
    if asked.get("feed"):
        return summary(await room.poller.poll_one(FeedId(asked["feed"])))
    return summary(
        await room.poller.round(
            force=bool(asked.get("force")), progress=lambda so_far: _told(report, so_far)
        )
    )


def _told(report: Report, so_far: Round) -> None:
    report(summary(so_far))  # a round goes on to its end: others' feeds are in it


def summary(tally: Round) -> Values:
    """Describe a round, finished or not."""
    return {
        "feeds": tally.feeds,
        "done": tally.done,
        "new": tally.new,
        "updated": tally.updated,
        "unchanged": tally.unchanged,
        "not_modified": tally.not_modified,
        "failed": tally.failed,
        "seconds": round(tally.seconds, 2),
    }


async def ingest(room: Pipeline, asked: Values, report: Report) -> Values:
    """Take ``lines`` of the file ``name`` in; one without a time takes ``start``, the last one's.

    With ``swept``, a time of the file's, stories that are silent by the file's own clock are
    forgotten: only whoever runs for that file alone may. Ends between two lines if unwanted.
    """
    sources: dict[str, Feed] = {}
    swept = datetime.fromisoformat(asked["swept"]) if asked.get("swept") else None
    taken = Taken()
    start = datetime.fromisoformat(asked["start"])
    for line in jsonl.read(iter(asked["lines"]), start, room.clock()):
        if not report({}):
            raise NewsError("errand.unfinished")
        if line.source not in sources:
            sources[line.source] = await room.db.write(
                feeds.of_import, asked["name"], line.source, line.moment
            )
        taken += await room.ingester.take(
            sources[line.source], (line.entry,), None, line.moment, silent=True, edits=False
        )
        if swept is not None and line.moment - swept > SWEEP_EVERY:
            swept = line.moment
            await room.ingester.expire(swept)
    return asdict(taken) | {"swept": rfc3339(swept) if swept else ""}


# --- what a bot's half asks for --------------------------------------------------------------


async def merge(room: Pipeline, asked: Values, report: Report) -> Values:
    """Make one story of two: ``story`` becomes ``into``."""
    del report
    made = await room.ingester.merge(
        StoryId(asked["story"]), StoryId(asked["into"]), asked["by"], room.clock()
    )
    return corrected(made)


async def split(room: Pipeline, asked: Values, report: Report) -> Values:
    """Take the items ``out`` of one story into a story of their own."""
    del report
    made = await room.ingester.split(items_of(asked), asked["by"], room.clock())
    return corrected(made)


async def move(room: Pipeline, asked: Values, report: Report) -> Values:
    """Put the items ``out`` of one story into another."""
    del report
    made = await room.ingester.move(
        items_of(asked), StoryId(asked["into"]), asked["by"], room.clock()
    )
    return corrected(made)


async def undo(room: Pipeline, asked: Values, report: Report) -> Values:
    """Take the correction ``number`` back."""
    del report
    undone = await room.ingester.undo(asked["number"], room.clock())
    return corrected(undone.correction) | {
        "items": list(undone.items),
        "source": undone.source,
        "target": undone.target,
        "revived": undone.revived,
        "emptied": undone.emptied,
    }


async def nearest(room: Pipeline, asked: Values, report: Report) -> Values:
    """Name the stories most like a ``story``."""
    del report
    return {"stories": list(await room.ingester.nearest(StoryId(asked["story"]), asked["most"]))}


async def read_article(room: Pipeline, asked: Values, report: Report) -> Values:
    """Ask an ``item``'s page for its article; what comes of it is kept, or said here."""
    del report
    found = await room.db.read(items.by_ids, [ItemId(asked["item"])])
    if not found:
        return {"refusal": NoTextKind.UNREACHABLE}
    return {"refusal": (await room.full_texts.get(found[0])).refusal}


def items_of(asked: Values) -> list[ItemId]:
    """Read which items are spoken of."""
    return [ItemId(item) for item in asked["out"]]


def corrected(made: Correction) -> Values:
    """Name a correction; it is a row, to be read by whoever asked."""
    return {"correction": made.id}


async def unknown(room: Pipeline, asked: Values, report: Report) -> Values:
    """Refuse what a command line of another version asks for."""
    del room, asked, report
    raise NewsError("errand.unknown")


WORK: Mapping[str, Callable[[Pipeline, Values, Report], Awaitable[Values]]] = MappingProxyType(
    {
        "articles.read": read_article,
        "feeds.add": add_feed,
        "feeds.fallback": add_fallback,
        "ingest": ingest,
        "poll": poll,
        "stories.merge": merge,
        "stories.move": move,
        "stories.nearest": nearest,
        "stories.split": split,
        "stories.undo": undo,
    }
)


# --- a wrong request, as JSON ----------------------------------------------------------------


def refusal(error: NewsError) -> Values:
    """Write a wrong request as an answer."""
    values = {
        name: {"text": value.key} if isinstance(value, Text) else value
        for name, value in error.values.items()
    }
    kept = {
        name: value
        if isinstance(value, str | int | float | dict | list | tuple | None)
        else str(value)
        for name, value in values.items()
    }
    return {"error": error.text_key, "values": kept}


def refused(answer: Values) -> NewsError:
    """Read a wrong request that was answered."""
    values = {
        name: Text(value["text"]) if isinstance(value, dict) and "text" in value else value
        for name, value in answer.get("values", {}).items()
    }
    return NewsError(answer.get("error", "error.bug"), **values)


# --- the running process ---------------------------------------------------------------------


class ErrandRunner:
    """Does what other processes ask for, a few errands side by side."""

    def __init__(self, room: Pipeline) -> None:
        """Keep what errands are done with."""
        self._room = room
        self._begun = False

    async def round(self) -> None:
        """Do what waits. What an earlier process left half done is told to be unfinished."""
        if not self._begun:
            left = await self._room.db.write(errands.left_over)
            self._begun = True
            if left:
                log.warning("errands left unfinished", errands=left)
        under_way: set[asyncio.Task[None]] = set()
        patience_s = 0.0
        try:
            while True:
                errand = await self._next() if len(under_way) < AT_ONCE else None
                if errand is not None:
                    under_way.add(asyncio.create_task(self._do(errand)))
                    patience_s = LINGER_S
                elif under_way:
                    _, under_way = await asyncio.wait(under_way, timeout=LOOKED_FOR_EVERY_S)
                elif patience_s > 0:
                    patience_s -= LOOKED_FOR_EVERY_S
                    await asyncio.sleep(LOOKED_FOR_EVERY_S)
                else:
                    return
        except BaseException:
            self._begun = False  # what is cut off here is left unfinished, too
            raise
        finally:
            await ended(under_way)

    async def _next(self) -> Errand | None:
        """Take the next errand, where one waits."""
        db = self._room.db
        if not await db.read(errands.are_waiting):
            return None
        return await db.write(errands.claim, self._room.clock())

    async def _do(self, errand: Errand) -> None:
        """Do one errand and write down what it came to; a stop in between leaves it running."""
        began = self._room.clock()
        telling = Telling(self._room, errand)
        task = asyncio.create_task(telling.run())
        try:
            state, answer = await self._answer(errand, telling.hear)
        finally:
            task.cancel()
            await asyncio.wait([task])
        await self._end(errand, state, answer)
        seconds = (self._room.clock() - began).total_seconds()
        log.info("errand", what=errand.what, state=state.value, seconds=round(seconds, 2))

    async def _end(self, errand: Errand, state: ErrandState, answer: Values) -> None:
        """Write down what an errand came to, however long the file is locked."""
        while True:
            try:
                await self._room.db.write(
                    errands.end, errand.id, state, answer, self._room.clock()
                )
            except StorageError:
                await asyncio.sleep(TOLD_EVERY_S)
            else:
                return

    async def _answer(self, errand: Errand, report: Report) -> tuple[ErrandState, Values]:
        try:
            work = WORK.get(errand.what, unknown)
            return ErrandState.DONE, await work(self._room, errand.arguments, report)
        except NewsError as error:
            return ErrandState.REFUSED, refusal(error)
        except Exception:
            log.exception("errand failed by a bug", what=errand.what)
            return ErrandState.REFUSED, refusal(NewsError("error.bug"))


async def ended(tasks: set[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they are gone."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Telling:
    """Tells whoever waits for an errand how far it is, and that somebody is at it."""

    def __init__(self, room: Pipeline, errand: Errand) -> None:
        """Begin with nothing to tell."""
        self._room = room
        self._errand = errand
        self._progress: Values = {}
        self._wanted = True

    def hear(self, progress: Values) -> bool:
        """Take progress; return whether the errand is still wanted."""
        self._progress = progress
        return self._wanted

    async def run(self) -> None:
        """Write the progress down twice a second."""
        while True:
            await asyncio.sleep(TOLD_EVERY_S)
            with suppress(StorageError):
                self._wanted = await self._room.db.write(
                    errands.report, self._errand.id, self._progress, self._room.clock()
                )
