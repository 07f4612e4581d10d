"""/broadcast: an announcement to all readers: seen first, confirmed, watched, stopped."""

import asyncio

from bot.context import Context
from bot.conversation import (
    Ask,
    Button,
    Edit,
    Html,
    Keyboard,
    Message,
    Reply,
    Report,
    Say,
    Working,
)
from bot.render.buttons import press
from bot.render.markup import escape, joined, translate_html
from bot.texts import translate
from storage import dialogs
from storage.errors import NewsError
from storage.outbox import broadcasts

MOST_UNITS = 3500
LOOK_EVERY_S = 3.0
MOST_LOOKS = 1200
"""An hour of them: 30 messages a second are 100,000 by then."""


async def broadcast(ask: Ask, context: Context) -> Reply:
    """Show the announcement as readers will see it, and ask."""
    text = ask.text.strip()
    if not text:
        await context.db.write(
            dialogs.expect, ask.here.id, ask.person_id, "broadcast", context.clock()
        )
        return Say((Message(translate_html(ask.language, "broadcast.what"), asks=True),))
    if len(text) > MOST_UNITS:
        raise NewsError("broadcast.too_long", most=MOST_UNITS)
    draft = await context.db.write(dialogs.keep_draft, ask.here.id, text, context.clock())
    count = await context.db.read(broadcasts.readers)
    question = Message(
        translate_html(ask.language, "broadcast.sure", count=count),
        (
            (
                Button(f"📣 {translate(ask.language, 'button.send')}", press("bz", draft)),
                Button(f"✖️ {translate(ask.language, 'button.cancel')}", press("x")),
            ),
        ),
    )
    return Say((Message(body(text)), question))


def body(text: str) -> Html:
    """Return the announcement as it is sent: plain words, nothing of it is markup."""
    return joined(("📣", escape(text)), " ")


def subject(draft: int) -> str:
    """Name the announcement in the outbox: the same one twice is owed once."""
    return f"b{draft}"


async def confirmed(ask: Ask, context: Context) -> Reply:
    """Owe it to every reader, and show how far it is until it is done.

    What takes longer (somebody's quiet hours, a restart) is looked at with the button.
    """
    draft = ask.number(1)
    text = await context.db.read(dialogs.draft, draft, ask.here.id)
    if text is None:
        raise NewsError("button.old")
    await context.db.write(broadcasts.announce, subject(draft), body(text), context.clock())
    context.wake()

    async def followed(report: Report) -> Reply:
        for _ in range(MOST_LOOKS):
            if not (await context.db.read(broadcasts.progress, subject(draft))).waiting:
                break
            await asyncio.sleep(LOOK_EVERY_S)
            await report(await standing(ask, context, draft))
        return Edit(await standing(ask, context, draft))

    return Working(await standing(ask, context, draft), followed, in_place=True)


async def standing(ask: Ask, context: Context, draft: int) -> Message:
    """Return how far an announcement is."""
    far = await context.db.read(broadcasts.progress, subject(draft))
    done = far.total - far.waiting
    share = done / far.total if far.total else 1.0
    bar = "▓" * round(share * 12) + "░" * (12 - round(share * 12))
    text = translate_html(
        ask.language, "broadcast.progress", bar=bar, sent=far.sent, total=far.total,
        failed=far.failed, stopped=far.stopped,
    )  # fmt: skip
    return Message(text, _buttons(ask.language, draft) if far.waiting else ())


def _buttons(language: str, draft: int) -> Keyboard:
    return (
        (
            Button(f"🔄 {translate(language, 'button.refresh')}", press("bp", draft)),
            Button(f"⏹ {translate(language, 'button.stop')}", press("bs", draft)),
        ),
    )


async def refreshed(ask: Ask, context: Context) -> Reply:
    """Show how far it is now."""
    return Edit(await standing(ask, context, ask.number(1)))


async def stopped(ask: Ask, context: Context) -> Reply:
    """Send no more of it."""
    await context.db.write(broadcasts.stop, subject(ask.number(1)), context.clock())
    return Edit(
        await standing(ask, context, ask.number(1)),
        toast=translate(ask.language, "broadcast.stopped"),
    )
