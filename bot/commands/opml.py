"""/import, /export: lists of feeds as OPML files."""

import asyncio

from bot.conversation import (
    Ask,
    Document,
    Edit,
    File,
    Message,
    Reply,
    Report,
    Say,
    Working,
    World,
)
from bot.render import translate_html
from storage import dialogs, feeds
from storage.errors import NewsError
from watchers import opml

AT_ONCE = 200
"""Feeds added in one transaction: progress shows, and nobody else waits long."""


async def import_(ask: Ask, world: World) -> Reply:
    """Add the feeds of an OPML file that came with the command, or ask for the file."""
    if ask.document is None:
        await world.db.write(dialogs.expect, ask.here.id, ask.person_id, "import", world.clock())
        return Say((Message(translate_html(ask.language, "import.what"), asks=True),))
    return await taken_in(ask, world, ask.document)


async def answered(ask: Ask, world: World) -> Reply:
    """Take the file that answers our question."""
    if ask.document is None:
        raise NewsError("import.no_file")
    return await taken_in(ask, world, ask.document)


async def taken_in(ask: Ask, world: World, document: Document) -> Reply:
    """Read a file and add its feeds, telling how far it is."""
    if document.size > opml.MOST_BYTES:
        raise NewsError("opml.too_large", most=opml.MOST_BYTES // 1_000_000)
    outlines, unusable = opml.read(await document.read())
    wanted = opml.new_feeds(outlines)

    async def work(report: Report) -> Reply:
        added = 0
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            added += await world.db.write(feeds.add_all, part, world.clock())
            await asyncio.sleep(0)
            far = translate_html(
                ask.language, "import.progress", done=start + len(part), total=len(wanted)
            )
            await report(Message(far))
        return Edit(
            Message(
                translate_html(
                    ask.language,
                    "import.done",
                    count=added,
                    there=len(wanted) - added,
                    unusable=unusable,
                )
            )
        )

    return Working(Message(translate_html(ask.language, "import.begun", count=len(wanted))), work)


async def export(ask: Ask, world: World) -> Reply:
    """Send every feed as an OPML file."""
    every = await world.db.read(feeds.every, polled_only=True)
    outlines = tuple(map(opml.outline, every))
    body = opml.write(outlines, "SteppeWire")
    return File(
        "steppewire.opml", body, translate_html(ask.language, "export.done", count=len(outlines))
    )
