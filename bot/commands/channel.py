"""/channel: binds a channel to its owner's private chat, from where it is then managed."""

from dataclasses import replace

from bot.context import Context
from bot.conversation import Ask, Button, Edit, Message, Reply, Say
from bot.render.buttons import press
from bot.render.markup import tidy, translate_html
from bot.texts import translate
from storage import chats, dialogs
from storage.errors import NewsError
from storage.model import Chat, ChatId, ChatKind
from storage.outbox import queue
from storage.sql import Connection

_OFF = ("off", "выкл", "нет", "-")


async def channel(ask: Ask, context: Context) -> Reply:
    """Bind a channel by its name, end that, or show what is bound."""
    wanted = ask.text.strip()
    if not wanted:
        return await _bound(ask, context)
    if wanted.casefold() in _OFF:
        acting = await context.db.read(dialogs.acting_for, ask.here.id)
        await context.db.write(dialogs.act_for, ask.here.id, None)
        key = "channel.off" if acting else "channel.not_bound"
        return Say((Message(translate_html(ask.language, key)),))
    name = wanted.rsplit("/", maxsplit=1)[-1]
    facts = await context.find_channel(name, ask.person_id)
    if facts is None:
        raise NewsError("channel.unknown", name=tidy(wanted, 60))
    if not facts.person_manages:
        raise NewsError("channel.not_yours", title=tidy(facts.title, 60))
    if not facts.bot_may_post:
        raise NewsError("channel.no_right", title=tidy(facts.title, 60))

    def bind(db: Connection) -> None:
        new = Chat(
            id=facts.id,
            kind=ChatKind.CHANNEL,
            title=facts.title,
            language=ask.here.language,
            time_zone=ask.here.time_zone,
            zone_assumed=ask.here.zone_assumed,
            digest_times=(),
        )
        chats.see_chat(db, new, context.clock())
        queue.give_to_bot(db, facts.id, context.bot_name, context.clock())
        chats.change(db, facts.id, owner_id=ask.here.id, title=facts.title)
        dialogs.act_for(db, ask.here.id, facts.id)

    await context.db.write(bind)
    return Say((_managing(replace(ask.chat, id=facts.id, title=facts.title), ask.language),))


def _managing(chat: Chat, language: str) -> Message:
    return Message(
        translate_html(language, "channel.bound", title=tidy(chat.title, 80)),
        (
            (Button(f"📣 {translate(language, 'settings.posts')}", press("t", "posts")),),
            (Button(f"↩️ {translate(language, 'button.back_to_me')}", press("ch", 0)),),
        ),
    )


async def unmanaged(managed: Chat, ask: Ask, context: Context) -> Reply | None:
    """Return what is said to who manages a channel no more, and end that; None to its admins.

    Asked whenever the right is used: who was an admin when they bound it may be none by now.
    Raises NewsError where we are not in the channel any more ourselves.
    """
    manages = await context.rights.manages(managed.id, ask.person_id)
    if manages is None:
        raise NewsError("channel.unknown", name=tidy(managed.title, 60))
    if manages:
        return None
    await context.db.write(dialogs.unbind, managed.id, ask.here.id)
    return Say(
        (Message(translate_html(ask.language, "channel.lost", title=tidy(managed.title, 80))),)
    )


async def _bound(ask: Ask, context: Context) -> Reply:
    """Show the channels that this person manages here, a button each."""
    every = await context.db.read(chats.owned_by, ask.here.id)
    if not every:
        return Say((Message(translate_html(ask.language, "usage.channel")),))
    acting = await context.db.read(dialogs.acting_for, ask.here.id)
    rows = tuple(
        (
            Button(
                f"{'✓ ' if owned.id == acting else ''}{tidy(owned.title, 50)}",
                press("ch", owned.id),
            ),
        )
        for owned in every
    )
    me = Button(
        f"{'' if acting else '✓ '}{translate(ask.language, 'button.back_to_me')}", press("ch", 0)
    )
    return Say((Message(translate_html(ask.language, "channel.which"), (*rows, (me,))),))


async def pressed(ask: Ask, context: Context) -> Reply:
    """Manage another of one's channels, or oneself again."""
    wanted = ChatId(ask.number(1))
    if not wanted:
        await context.db.write(dialogs.act_for, ask.here.id, None)
        return Edit(Message(translate_html(ask.language, "channel.off")))
    owned = {owned.id: owned for owned in await context.db.read(chats.owned_by, ask.here.id)}
    if wanted not in owned:
        raise NewsError("button.old")
    if (refused := await unmanaged(owned[wanted], ask, context)) is not None:
        return refused
    await context.db.write(dialogs.act_for, ask.here.id, wanted)
    return Edit(_managing(owned[wanted], ask.language))
