"""/import, /export: lists of feeds as OPML files."""

import asyncio
from collections.abc import Sequence

from bot.context import Context
from bot.conversation import (
    Ask,
    Button,
    Edit,
    File,
    Html,
    Message,
    Reply,
    Report,
    Say,
    SentFile,
    Working,
)
from bot.render.buttons import press
from bot.render.markup import joined, tidy, translate_html
from bot.texts import translate
from storage import dialogs, feeds
from storage.errors import NewsError
from storage.masking import masked
from storage.model import FeedId
from storage.sql import Connection, repeatable
from watchers import opml

MOST_NAMED = 3
AT_ONCE = 200
"""Feeds added in one transaction: progress shows, and nobody else waits long."""


async def import_(ask: Ask, context: Context) -> Reply:
    """Add the feeds of an OPML file that came with the command, or ask for the file."""
    if ask.document is None:
        await context.db.write(
            dialogs.expect, ask.here.id, ask.person_id, "import", context.clock()
        )
        return Say((Message(translate_html(ask.language, "import.what"), asks=True),))
    return await taken_in(ask, context, ask.document)


async def answered(ask: Ask, context: Context) -> Reply:
    """Take the file that answers our question."""
    if ask.document is None:
        raise NewsError("import.no_file")
    return await taken_in(ask, context, ask.document)


async def taken_in(ask: Ask, context: Context, document: SentFile) -> Reply:
    """Read a file and add its feeds, telling how far it is."""
    if document.size > opml.MOST_BYTES:
        raise NewsError("opml.too_large", most=opml.MOST_BYTES // 1_000_000)
    listing = opml.read(await document.read(), context.allowed_hosts)
    wanted = opml.new_feeds(listing.outlines)

    async def work(report: Report) -> Reply:
        added: list[FeedId] = []
        for start in range(0, len(wanted), AT_ONCE):
            part = wanted[start : start + AT_ONCE]
            added += await context.db.write(feeds.add_all, part, context.clock())
            await asyncio.sleep(0)
            far = translate_html(
                ask.language, "import.progress", done=start + len(part), total=len(wanted)
            )
            await report(Message(far))
        text = done(len(added), len(wanted) - len(added), listing, ask.language)
        if not added:
            return Edit(Message(text))
        ids = " ".join(("undo import", *map(str, added)))
        draft = await context.db.write(dialogs.keep_draft, ask.here.id, ids, context.clock())
        undo = Button(f"↩️ {translate(ask.language, 'button.undo_import')}", press("iu", draft))
        return Edit(Message(text, ((undo,),)))

    return Working(Message(translate_html(ask.language, "import.begun", count=len(wanted))), work)


def done(added: int, there: int, listing: opml.FeedList, language: str) -> Html:
    """Say what an import gave, and name the first of what could not be read or polled."""
    unusable = [tidy(masked(address), 80) for address in listing.unusable]
    return joined(
        (
            translate_html(language, "import.added", count=added)
            if added
            else translate_html(language, "import.nothing"),
            translate_html(language, "import.there", count=there) if there else "",
            translate_html(
                language, "import.unusable", count=len(unusable), addresses=first_of(unusable)
            )
            if unusable
            else "",
            translate_html(
                language,
                "import.unread",
                count=len(listing.unread),
                lines=first_of(list(map(str, listing.unread))),
            )
            if listing.unread
            else "",
            translate_html(language, "import.masked", count=len(listing.masked))
            if listing.masked
            else "",
            translate_html(language, "import.broken_off") if listing.broken_off else "",
        )
    )


def first_of(told: Sequence[str]) -> str:
    """Name the first few of a list."""
    named = ", ".join(filter(None, told[:MOST_NAMED])) or "-"
    return f"{named}…" if len(told) > MOST_NAMED else named


async def undone(ask: Ask, context: Context) -> Reply:
    """Remove the feeds that an import added, with what they told meanwhile."""
    kept = await context.db.read(dialogs.draft, ask.number(1), ask.here.id) or ""
    if not kept.startswith("undo import "):
        raise NewsError("button.old")
    added = [FeedId(int(number)) for number in kept.split()[2:]]

    async def work(report: Report) -> Reply:
        removed = 0
        for start in range(0, len(added), AT_ONCE):
            removed += await context.db.write(remove_all, added[start : start + AT_ONCE])
            await asyncio.sleep(0)
            far = translate_html(
                ask.language, "import.progress", done=start + AT_ONCE, total=len(added)
            )
            await report(Message(far))
        return Edit(Message(translate_html(ask.language, "import.undone", count=removed)))

    begun = translate_html(ask.language, "import.undoing", count=len(added))
    return Working(Message(begun), work, in_place=True)


@repeatable
def remove_all(db: Connection, ids: Sequence[FeedId]) -> int:
    """Remove the feeds that are still there; return how many."""
    there = [feed_id for feed_id in ids if feeds.get(db, feed_id) is not None]
    for feed_id in there:
        feeds.remove(db, feed_id)
    return len(there)


async def export(ask: Ask, context: Context) -> Reply:
    """Send every feed as an OPML file; passwords and keys inside addresses are masked."""
    found = await context.db.read(feeds.every, polled_only=True)
    every = [feed for feed in found if feed.fallback_of is None]
    outlines = tuple(map(opml.outline, every))
    # A chat's files lie on other people's machines: secrets leave by the command line alone.
    shown = tuple(map(opml.without_secrets, outlines))
    hidden = sum(one != other for one, other in zip(shown, outlines, strict=True))
    said = joined(
        (
            translate_html(ask.language, "export.done", count=len(shown)),
            translate_html(ask.language, "export.masked", count=hidden) if hidden else "",
        )
    )
    return File("steppewire.opml", opml.write(shown, "SteppeWire"), said)
