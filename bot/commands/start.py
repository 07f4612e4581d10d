"""/start, /help, /stop: meeting, finding one's way, and going."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from bot.commands import digest, stories, subscribe
from bot.commands.settings_screens import (
    ZONES,
    kept,
    likely_zones,
    resuming,
    switching_on,
    zone_now,
)
from bot.context import Audience, Command, Context
from bot.conversation import Ask, Button, Html, Keyboard, Message, Reply, Say
from bot.render.buttons import press
from bot.render.markup import bold, joined, translate_html
from bot.texts import translate, words
from storage import chats, stats, subscriptions
from storage.model import Chat, ChatKind, SubscriptionId
from storage.outbox import queue
from storage.sql import Connection, repeatable
from storage.stats import Breadth
from watchers.text.names import gazetteer

MOST_PAYLOAD = 64
FEW = 2


async def start(ask: Ask, context: Context) -> Reply:
    """Greet, or do at once what a deep link asks: ``q_<base64url query>``, ``s_<story>``.

    ``h_<row>``, ``dm_<row>`` and ``da_<row>`` are the buttons under a channel's messages.
    """
    await context.db.attempt(None, ours, ask, context.bot_name, context.clock())
    kind, _, payload = ask.text.strip().partition("_")
    if kind == "s" and payload.isdecimal():
        return await stories.story(replace(ask, text=payload), context)
    if kind in ("h", "dm", "da") and payload.isdecimal():
        return await digest.in_channel(ask, context, kind, payload)
    if kind == "q" and (query := decoded(payload)):
        return await subscribe.subscribe(replace(ask, text=query), context)
    known = await context.db.read(stats.breadth)
    greeting = welcome(ask, known, runs_nobody=not context.admin_ids)
    asked = await context.db.write(_about_to_ask, ask, context.clock())
    return Say((greeting, *((zone_question(ask, context),) if asked else ())))


@repeatable
def ours(db: Connection, ask: Ask, bot_name: str, now: datetime) -> None:
    """Write to whoever presses Start from here on: of several bots on one archive the last one."""
    queue.give_to_bot(db, ask.here.id, bot_name, now)


@repeatable
def _about_to_ask(db: Connection, ask: Ask, now: datetime) -> bool:
    """Note that a newcomer is asked for their time zone: once, and only where none is chosen."""
    chat = chats.get(db, ask.here.id)
    if chat is None or chat.kind is not ChatKind.PRIVATE or ask.chat.id != chat.id:
        return False
    if not chat.zone_assumed or chat.zone_asked_at is not None:
        return False
    chats.change(db, chat.id, zone_asked_at=now)
    return True


def zone_question(ask: Ask, context: Context) -> Message:
    """Ask where a newcomer is: the likeliest cities a tap away, any other by typing."""
    cities = [
        Button(words.city(ZONES[place], ask.language), press("z", place))
        for place in likely_zones(ask.language_code)
    ]
    rows = [tuple(cities[start : start + 2]) for start in range(0, len(cities), 2)]
    other = Button(f"⌨️ {translate(ask.language, 'button.other_city')}", press("t", "typezone"))
    return Message(zone_now("start.zone", ask.chat, ask.language, context), (*rows, (other,)))


def decoded(payload: str) -> str:
    """Read a deep link's base64url text; "" where it is none (links are anybody's to write)."""
    if len(payload) > MOST_PAYLOAD:
        return ""
    try:
        padded = payload + "=" * (-len(payload) % 4)
        return base64.urlsafe_b64decode(padded.encode("ascii")).decode("utf-8").strip()
    except (binascii.Error, UnicodeError, ValueError):
        return ""


def welcome(ask: Ask, known: Breadth, *, runs_nobody: bool = False) -> Message:
    """Say what this is and what to do first, and what comes by itself as things stand.

    ``known`` is how much is read, ``runs_nobody`` that no admin is set up: whoever reads this
    may be the one, and needs their number.
    """
    language, chat = ask.language, ask.chat
    private = ask.here.kind is ChatKind.PRIVATE
    what = translate_html(language, "start.private" if private else "start.group")
    parts = [
        joined((what, _breadth(known, language)), " "),
        translate_html(language, "start.how_private" if private else "start.how_group"),
        translate_html(language, "start.stopped") if chat.silenced_at else "",
        ""
        if chat.silenced_at and not chat.wants_digests
        else kept("start.digest", "start.digest_off", chat, language),
    ]
    if private and runs_nobody:
        parts.append(translate_html(language, "start.admin", id=str(ask.person_id)))
    return Message(
        joined(parts, "\n\n"), (*_back(chat, language), *_topics(language), *_ways(ask))
    )


def _breadth(known: Breadth, language: str) -> str:
    """Say how many outlets are read and in how many languages: counted, never claimed."""
    if known.outlets < FEW or known.languages < FEW:
        return ""
    return translate_html(
        language,
        "start.breadth",
        outlets=translate(language, "n.outlets_read", count=known.outlets),
        languages=translate(language, "n.languages", count=known.languages),
    )


def _topics(language: str) -> Keyboard:
    buttons = [
        Button(translate(language, f"topic.{name}"), press("tp", name))
        for name in subscribe.TOPICS
    ]
    return tuple(tuple(buttons[start : start + 2]) for start in range(0, len(buttons), 2))


def _back(chat: Chat, language: str) -> Keyboard:
    """Return the way back from /stop, or from switched-off digests."""
    return resuming(chat, language) or switching_on(chat, language)


def _ways(ask: Ask) -> Keyboard:
    language = ask.language
    return (
        (
            Button(f"🔔 {translate(language, 'button.own_topic')}", press("new")),
            Button(f"📰 {translate(language, 'button.try_digest')}", press("dg")),
        ),
        (
            Button(f"⚙️ {translate(language, 'button.settings')}", press("t")),
            Button(f"❔ {translate(language, 'button.help')}", press("help")),
        ),
    )


def helping(commands: Iterable[Command], ask: Ask, bot_username: str = "") -> Reply:
    """List the commands that this person may use here, or explain the one asked about.

    ``bot_username`` is what is typed in other chats to search from there.
    """
    language = ask.language
    is_private = ask.here.kind is ChatKind.PRIVATE
    usable = [
        c
        for c in commands
        if (c.audience is Audience.EVERYONE or ask.is_admin) and (is_private or not c.private)
    ]
    wanted = ask.text.strip().lstrip("/").casefold()
    for command in usable:
        if command.name == wanted:
            return Say((Message(explained(command, language, bot_username)),))
    reserved = [c for c in usable if c.changes and not is_private]
    everyone = [c for c in usable if c.audience is Audience.EVERYONE and c not in reserved]
    admins = [c for c in usable if c.audience is Audience.ADMINS]
    parts = [translate_html(language, "help.head"), joined(listed(c, language) for c in everyone)]
    if reserved:
        parts += [
            translate_html(language, "help.group_admins"),
            joined(listed(c, language) for c in reserved),
        ]
    if admins:
        parts += [
            translate_html(language, "help.admins"),
            joined(listed(c, language) for c in admins),
        ]
    topics = ", ".join(gazetteer().topics)
    parts.append(translate_html(language, "help.query", topics=topics))
    return Say((Message(joined(parts, "\n\n")),))


def listed(command: Command, language: str) -> Html:
    """Return a command's line in /help."""
    return joined((f"/{command.name}", translate_html(language, f"help.{command.name}")), " — ")


def explained(command: Command, language: str, bot_username: str = "") -> Html:
    """Return a command's page: what it does and how it is typed."""
    head = joined(
        (bold(f"/{command.name}"), translate_html(language, f"help.{command.name}")), " — "
    )
    usage = translate_html(language, f"usage.{command.name}", bot=bot_username or "bot")
    return joined((head, usage), "\n\n")


async def stop(ask: Ask, context: Context) -> Reply:
    """End everything that is sent unasked: every subscription paused, no digests."""

    def silence(db: Connection) -> list[SubscriptionId]:
        silenced = subscriptions.silence(db, ask.chat.id)
        chats.silence(db, ask.chat.id, context.clock())
        queue.withhold(db, ask.chat.id, context.clock())
        return silenced

    silenced = await context.db.write(silence)
    return Say(
        (
            Message(
                translate_html(ask.language, "stop.done", count=len(silenced))
                if silenced
                else translate_html(ask.language, "stop.nothing"),
                (
                    (Button(f"▶️ {translate(ask.language, 'button.resume_all')}", press("back")),),
                    (Button(f"🗑 {translate(ask.language, 'button.delete_me')}", press("del")),),
                ),
            ),
        )
    )
