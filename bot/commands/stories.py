"""/story, /mute, /why: one story whole, silenced, explained."""

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from bot.commands import digest
from bot.context import Context
from bot.conversation import Ask, Button, Edit, EditButton, Message, Reply, Say
from bot.digests import listing
from bot.render import reasons
from bot.render import stories as stories_render
from bot.render.buttons import press
from bot.render.digests import StoryLine
from bot.render.markup import joined, tidy, translate_html
from bot.render.stories import card, mute_button, title
from bot.texts import translate
from storage import chats, matches, revisions, subscriptions
from storage import stories as archive
from storage.errors import NewsError
from storage.model import Chat, ChatKind, ItemId, Mode, Reach, Story, StoryId
from storage.outbox import queue, reports
from storage.reading import headline, reading_of
from storage.revisions import Revision
from storage.sql import Connection
from watchers import explanation, keywords, search
from watchers.keywords.reading import analysed

MOST_TRIED = 20
NUMBERS_IN_A_ROW = 6

_NUMBER = re.compile(r"(?:/?s)?(\d{1,15})", re.IGNORECASE)


async def wanted(ask: Ask, context: Context) -> Story:
    """Return the story that is meant: by its number, or by the message that was answered."""
    text = ask.text.strip()
    if found := _NUMBER.fullmatch(text):
        return await by_number(context, int(found[1]))
    if text:
        raise NewsError("story.no_number", text=tidy(text, 40), command=ask.command or "story")
    delivery = (
        await context.db.read(reports.of_message, ask.here.id, ask.replies_to)
        if ask.replies_to is not None
        else None
    )
    if delivery is None or delivery.story_id is None:
        raise NewsError("story.which", command=ask.command or "story")
    return await by_number(context, delivery.story_id)


async def by_number(context: Context, number: int) -> Story:
    """Return a story by its number; NewsError where nothing was ever told under it."""
    story = await context.db.read(archive.get, StoryId(number))
    if story is None or not story.items:
        raise await context.db.read(archive.not_there, StoryId(number))
    return story


async def choice(ask: Ask, context: Context, verb: str, *more: object) -> Reply | None:
    """Ask which story is meant, of a message that told many; None where none such was answered.

    A button each, whose data is ``verb``, the story and ``more``.
    """
    if ask.text.strip() or ask.replies_to is None:
        return None
    answered = ask.replies_to

    def lines_answered(db: Connection) -> tuple[StoryLine, ...]:
        delivery = reports.of_message(db, ask.here.id, answered, context.bot_name)
        made = (
            digest.list_of(db, delivery)
            if delivery is not None and delivery.story_id is None
            else None
        )
        return listing.lines_of(db, made, ask.chat, 0) if made is not None else ()

    lines = await context.db.read(lines_answered)
    if not lines:
        return None
    names = (
        f"{line.number}. {title(headline(line.story, reading_of(ask.chat)), ask.language)}"
        for line in lines
    )
    buttons = [Button(str(line.number), press(verb, line.story.id, *more)) for line in lines]
    rows = [
        tuple(buttons[at : at + NUMBERS_IN_A_ROW])
        for at in range(0, len(buttons), NUMBERS_IN_A_ROW)
    ]
    text = joined((translate_html(ask.language, "story.choose"), joined(names)), "\n\n")
    return Say((Message(text, tuple(rows)),))


async def story(ask: Ask, context: Context) -> Reply:
    """Show what every outlet wrote of a story, in order."""
    if (asked := await choice(ask, context, "s")) is not None:
        return asked
    return Say((await shown(ask, context, await wanted(ask, context), 0),))


async def shown(ask: Ask, context: Context, story: Story, page: int) -> Message:
    """Return a story's card."""
    muted = await context.db.read(chats.mutes, ask.chat.id, story.id)
    versions = await versions_of(story, context)
    corrects = ask.is_admin and ask.here.kind is ChatKind.PRIVATE
    return card(
        story,
        ask.chat,
        now=context.clock(),
        page=page,
        muted=muted,
        corrects=corrects,
        versions=versions,
        reads_pages=context.full_texts.reads_pages,
    )


async def versions_of(story: Story, context: Context) -> dict[ItemId, tuple[Revision, ...]]:
    """Return what a story's items said earlier; most stories have none that changed."""
    if all(item.updated_at is None for item in story.items):
        return {}
    return await context.db.read(revisions.of_story, story.id)


async def pressed(ask: Ask, context: Context) -> Reply:
    """Open a story from the button under an alert, as a message of its own."""
    story = await by_number(context, ask.number(1))
    return Say((await shown(ask, context, story, 0),))


async def turned(ask: Ask, context: Context) -> Reply:
    """Turn the page of a story's card."""
    story = await by_number(context, ask.number(1))
    return Edit(await shown(ask, context, story, ask.number(2)))


async def side_by_side(ask: Ask, context: Context) -> Reply:
    """Show a story's tellings in the reader's language beside those in others."""
    return Say((stories_render.side_by_side(await by_number(context, ask.number(1)), ask.chat),))


# --- mute -----------------------------------------------------------------------------------


async def mute(ask: Ask, context: Context) -> Reply:
    """Tell this chat nothing more of a story."""
    if (asked := await choice(ask, context, "m", "o")) is not None:
        return asked
    story = await wanted(ask, context)
    await muting(ask, context, story, muted=True)
    return Say((mute_said(story, ask.chat, ask.language, muted=True),))


async def mute_pressed(ask: Ask, context: Context) -> Reply:
    """Mute from a button, which then takes it back."""
    return await mute_turned(ask, context, muted=True)


async def unmute_pressed(ask: Ask, context: Context) -> Reply:
    """Take a mute back from a button, which then mutes again."""
    return await mute_turned(ask, context, muted=False)


async def mute_turned(ask: Ask, context: Context, *, muted: bool) -> Reply:
    """Do what a button says, and turn it; the sentence that said it is said anew."""
    story = await by_number(context, ask.number(1))
    await muting(ask, context, story, muted=muted)
    toast = translate(ask.language, "mute.toast" if muted else "mute.undone")
    if ask.word(2):
        return Edit(mute_said(story, ask.chat, ask.language, muted=muted), toast=toast)
    return EditButton(mute_button(story.id, ask.language, muted=muted), toast=toast)


async def muting(ask: Ask, context: Context, story: Story, *, muted: bool) -> None:
    """Write down that a story is muted or not; its alerts elsewhere in the chat follow."""

    def write(db: Connection) -> None:
        (chats.mute if muted else chats.unmute)(db, ask.chat.id, story.id)
        pressed = ask.message_id if ask.button else None
        queue.relabel(db, ask.chat.id, story.id, context.clock(), but=pressed)

    await context.db.write(write)
    context.wake()


def mute_said(story: Story, chat: Chat, language: str, *, muted: bool) -> Message:
    """Say that a story is muted, or told again, with the button that turns it."""
    name = title(headline(story, reading_of(chat)), language)
    text = translate_html(language, "mute.done" if muted else "mute.again", title=tidy(name, 120))
    return Message(text, ((mute_button(story.id, language, muted=muted, own=True),),))


# --- why ------------------------------------------------------------------------------------


async def why(ask: Ask, context: Context) -> Reply:
    """Explain which queries a story matched here, what became of it, to admins what joined it."""
    if (asked := await choice(ask, context, "w")) is not None:
        return asked
    return Say((await explained(ask, context, await wanted(ask, context)),))


async def why_pressed(ask: Ask, context: Context) -> Reply:
    """Explain from the button under an alert."""
    return Say((await explained(ask, context, await by_number(context, ask.number(1))),))


async def explained(ask: Ask, context: Context, story: Story) -> Message:
    """Gather what is known of a story for this chat and say it."""
    names = context.names.current

    def gathered(db: Connection) -> reasons.Trace:
        own = subscriptions.of_chat(db, ask.chat.id)
        return reasons.Trace(
            story=story,
            matches=tuple(matches.of_story(db, ask.chat.id, story.id)),
            queries={subscription.id: subscription.query for subscription in own},
            by_headline=frozenset(
                subscription.id for subscription in own if subscription.reach is Reach.HEADLINE
            ),
            by_digest=frozenset(
                subscription.id for subscription in own if subscription.mode is Mode.DIGEST
            ),
            deliveries=reports.of_story(db, ask.chat.id, story.id),
            muted=chats.mutes(db, ask.chat.id, story.id),
            evidence=explanation.accounts(db, story, names) if ask.is_admin else (),
            entities=names.entities,
            names=names,
            versions=revisions.of_story(db, story.id),
        )

    trace = await context.db.read(gathered)
    if not trace.matches:
        trace = replace(trace, too_late=_would_meet(story, trace.queries.values(), context))
    return reasons.why(trace, ask.chat, now=context.clock())


def _would_meet(story: Story, queries: Iterable[str], context: Context) -> tuple[str, ...]:
    """Return the queries that a story matches now, though it came before they were made."""
    names, now = context.names.current, context.clock()
    analysed_items = [
        (analysed(item, names), search.facts_of(item, now)) for item in story.items[:MOST_TRIED]
    ]
    matched = []
    for text in queries:
        # One that raises does not meet, and the ingester notes it; the others are explained.
        with suppress(Exception):
            query = keywords.parse(text, names)
            if any(keywords.match(query, *one) is not None for one in analysed_items):
                matched.append(text)
    return tuple(matched)
