"""/story, /mute, /why: one story whole, silenced, explained."""

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.commands import digest
from bot.conversation import Ask, Button, Edit, EditButton, Message, Reply, Say, World
from bot.digests import listing
from bot.render import (
    Line,
    card,
    headline,
    joined,
    mute_button,
    press,
    reasons,
    tidy,
    title,
    translate_html,
)
from bot.texts import translate
from storage import chats, matches, subscriptions
from storage import stories as archive
from storage.errors import NewsError
from storage.model import Mode, Reach, Story, StoryId
from storage.outbox import queue, reports
from storage.sql import Connection
from watchers import explanation, keywords, search
from watchers.keywords.reading import analysed

MOST_TRIED = 20
NUMBERS_IN_A_ROW = 6

_NUMBER = re.compile(r"(?:/?s)?(\d{1,15})", re.IGNORECASE)


async def wanted(ask: Ask, world: World) -> Story:
    """Return the story that is meant: by its number, or by the message that was answered."""
    text = ask.text.strip()
    if found := _NUMBER.fullmatch(text):
        return await by_number(world, int(found[1]))
    if text:
        raise NewsError("story.no_number", text=tidy(text, 40), command=ask.command or "story")
    owed = (
        await world.db.read(reports.of_message, ask.here.id, ask.replies_to)
        if ask.replies_to is not None
        else None
    )
    if owed is None or owed.story_id is None:
        raise NewsError("story.which", command=ask.command or "story")
    return await by_number(world, owed.story_id)


async def by_number(world: World, number: int) -> Story:
    """Return a story by its number; NewsError where nothing was ever told under it."""
    story = await world.db.read(archive.get, StoryId(number))
    if story is None or not story.items:
        raise NewsError("story.unknown", id=str(number))
    return story


async def choice(ask: Ask, world: World, verb: str, *more: object) -> Reply | None:
    """Ask which story is meant, of a message that told many; None where none such was answered.

    A button each, whose data is ``verb``, the story and ``more``.
    """
    if ask.text.strip() or ask.replies_to is None:
        return None
    answered = ask.replies_to

    def told(db: Connection) -> tuple[Line, ...]:
        owed = reports.of_message(db, ask.here.id, answered)
        made = digest.list_of(db, owed) if owed is not None and owed.story_id is None else None
        return listing.lines_of(db, made, ask.chat, 0) if made is not None else ()

    lines = await world.db.read(told)
    if not lines:
        return None
    names = (
        f"{one.number}. {title(headline(one.story, ask.language), ask.language)}" for one in lines
    )
    buttons = [Button(str(one.number), press(verb, one.story.id, *more)) for one in lines]
    rows = [
        tuple(buttons[at : at + NUMBERS_IN_A_ROW])
        for at in range(0, len(buttons), NUMBERS_IN_A_ROW)
    ]
    text = joined((translate_html(ask.language, "story.choose"), joined(names)), "\n\n")
    return Say((Message(text, tuple(rows)),))


async def story(ask: Ask, world: World) -> Reply:
    """Show every outlet's telling in order."""
    if (asked := await choice(ask, world, "s")) is not None:
        return asked
    return Say((await shown(ask, world, await wanted(ask, world), 0),))


async def shown(ask: Ask, world: World, one: Story, page: int) -> Message:
    """Return a story's card."""
    muted = await world.db.read(chats.mutes, ask.chat.id, one.id)
    return card(one, ask.chat, now=world.clock(), page=page, muted=muted)


async def pressed(ask: Ask, world: World) -> Reply:
    """Open a story from the button under an alert, as a message of its own."""
    one = await by_number(world, ask.number(1))
    return Say((await shown(ask, world, one, 0),))


async def turned(ask: Ask, world: World) -> Reply:
    """Turn the page of a story's card."""
    one = await by_number(world, ask.number(1))
    return Edit(await shown(ask, world, one, ask.number(2)))


# --- mute -----------------------------------------------------------------------------------


async def mute(ask: Ask, world: World) -> Reply:
    """Tell this chat nothing more of a story."""
    if (asked := await choice(ask, world, "m", "o")) is not None:
        return asked
    one = await wanted(ask, world)
    await muting(ask, world, one, muted=True)
    return Say((mute_said(one, ask.language, muted=True),))


async def mute_pressed(ask: Ask, world: World) -> Reply:
    """Mute from a button, which then takes it back."""
    return await mute_turned(ask, world, muted=True)


async def unmute_pressed(ask: Ask, world: World) -> Reply:
    """Take a mute back from a button, which then mutes again."""
    return await mute_turned(ask, world, muted=False)


async def mute_turned(ask: Ask, world: World, *, muted: bool) -> Reply:
    """Do what a button says, and turn it; the sentence that said it is said anew."""
    one = await by_number(world, ask.number(1))
    await muting(ask, world, one, muted=muted)
    toast = translate(ask.language, "mute.toast" if muted else "mute.undone")
    if ask.word(2):
        return Edit(mute_said(one, ask.language, muted=muted), toast=toast)
    return EditButton(mute_button(one.id, ask.language, muted=muted), toast=toast)


async def muting(ask: Ask, world: World, one: Story, *, muted: bool) -> None:
    """Write down that a story is muted or not; its alerts elsewhere in the chat follow."""

    def write(db: Connection) -> None:
        (chats.mute if muted else chats.unmute)(db, ask.chat.id, one.id)
        pressed = ask.message_id if ask.button else None
        queue.relabel(db, ask.chat.id, one.id, world.clock(), but=pressed)

    await world.db.write(write)
    world.wake()


def mute_said(one: Story, language: str, *, muted: bool) -> Message:
    """Say that a story is muted, or told again, with the button that turns it."""
    name = title(headline(one, language), language)
    text = translate_html(language, "mute.done" if muted else "mute.again", title=tidy(name, 120))
    return Message(text, ((mute_button(one.id, language, muted=muted, own=True),),))


# --- why ------------------------------------------------------------------------------------


async def why(ask: Ask, world: World) -> Reply:
    """Explain what a story met here and what became of it; for admins also what joined it."""
    if (asked := await choice(ask, world, "w")) is not None:
        return asked
    return Say((await explained(ask, world, await wanted(ask, world)),))


async def why_pressed(ask: Ask, world: World) -> Reply:
    """Explain from the button under an alert."""
    return Say((await explained(ask, world, await by_number(world, ask.number(1))),))


async def explained(ask: Ask, world: World, one: Story) -> Message:
    """Gather what is known of a story for this chat and say it."""
    names = world.names.current

    def gathered(db: Connection) -> reasons.Trace:
        own = subscriptions.of_chat(db, ask.chat.id)
        return reasons.Trace(
            story=one,
            matches=tuple(matches.of_story(db, ask.chat.id, one.id)),
            queries={one.id: one.query for one in own},
            by_headline=frozenset(one.id for one in own if one.reach is Reach.HEADLINE),
            by_digest=frozenset(one.id for one in own if one.mode is Mode.DIGEST),
            deliveries=reports.of_story(db, ask.chat.id, one.id),
            muted=chats.mutes(db, ask.chat.id, one.id),
            evidence=explanation.accounts(db, one, names) if ask.is_admin else (),
            entities=names.entities,
            names=names,
        )

    trace = await world.db.read(gathered)
    if not trace.matches:
        trace = replace(trace, too_late=_would_meet(one, trace.queries.values(), world))
    return reasons.why(trace, ask.chat, now=world.clock())


def _would_meet(one: Story, queries: Iterable[str], world: World) -> tuple[str, ...]:
    """Return the queries that a story meets now, though it came before they were made."""
    names, now = world.names.current, world.clock()
    tellings = [
        (analysed(item, names), search.facts_of(item, now)) for item in one.items[:MOST_TRIED]
    ]
    met = []
    for text in queries:
        query = keywords.parse(text, names)
        if any(keywords.match(query, *telling) is not None for telling in tellings):
            met.append(text)
    return tuple(met)
