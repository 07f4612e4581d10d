"""/start, /help, /stop: meeting, finding one's way, and going."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import replace

from bot.commands import digest, offers, stories
from bot.conversation import Ask, Audience, Button, Command, Html, Message, Reply, Say, World
from bot.render import bold, joined, press, told
from bot.texts import say
from storage import chats, subscriptions
from storage.model import ChatKind, SubscriptionId
from storage.sql import Connection

MOST_PAYLOAD = 64


async def start(ask: Ask, world: World) -> Reply:
    """Greet, or do at once what a deep link asks: ``q_<base64url query>``, ``s_<story>``.

    ``h_<row>``, ``dm_<row>`` and ``da_<row>`` are the buttons under a channel's messages.
    """
    kind, _, payload = ask.text.strip().partition("_")
    if kind == "s" and payload.isdecimal():
        return await stories.story(replace(ask, text=payload), world)
    if kind in ("h", "dm", "da") and payload.isdecimal():
        return await digest.in_channel(ask, world, kind, payload)
    if kind == "q" and (query := decoded(payload)):
        return await offers.subscribe(replace(ask, text=query), world)
    return Say((welcome(ask),))


def decoded(payload: str) -> str:
    """Read a deep link's base64url text; "" where it is none (links are anybody's to write)."""
    if len(payload) > MOST_PAYLOAD:
        return ""
    try:
        padded = payload + "=" * (-len(payload) % 4)
        return base64.urlsafe_b64decode(padded.encode("ascii")).decode("utf-8").strip()
    except (binascii.Error, UnicodeError, ValueError):
        return ""


def welcome(ask: Ask) -> Message:
    """Say what this is and what to do first."""
    language = ask.language
    key = "start.private" if ask.here.kind is ChatKind.PRIVATE else "start.group"
    return Message(
        told(language, key),
        (
            (
                Button(f"🔔 {say(language, 'button.try_subscribe')}", press("new")),
                Button(f"📰 {say(language, 'button.try_digest')}", press("dg")),
            ),
            (
                Button(f"⚙️ {say(language, 'button.settings')}", press("t")),
                Button(f"❔ {say(language, 'button.help')}", press("help")),
            ),
        ),
    )


def helping(commands: Iterable[Command], ask: Ask) -> Reply:
    """List the commands that this person may use here, or explain the one asked about."""
    language = ask.language
    usable = [c for c in commands if c.audience is Audience.EVERYONE or ask.is_admin]
    wanted = ask.text.strip().lstrip("/").casefold()
    for command in usable:
        if command.name == wanted:
            return Say((Message(explained(command, language)),))
    everyone = [c for c in usable if c.audience is Audience.EVERYONE]
    admins = [c for c in usable if c.audience is Audience.ADMINS]
    parts = [told(language, "help.head"), joined(listed(c, language) for c in everyone)]
    if admins:
        parts += [told(language, "help.admins"), joined(listed(c, language) for c in admins)]
    parts.append(told(language, "help.query"))
    return Say((Message(joined(parts, "\n\n")),))


def listed(command: Command, language: str) -> Html:
    """Return a command's line in /help."""
    return joined((f"/{command.name}", told(language, f"help.{command.name}")), " — ")


def explained(command: Command, language: str) -> Html:
    """Return a command's page: what it does and how it is typed."""
    head = joined((bold(f"/{command.name}"), told(language, f"help.{command.name}")), " — ")
    return joined((head, told(language, f"usage.{command.name}")), "\n\n")


async def stop(ask: Ask, world: World) -> Reply:
    """End everything that is sent unasked: every subscription paused, no digests."""

    def silence(db: Connection) -> list[SubscriptionId]:
        listening = subscriptions.listening_of(db, ask.chat.id)
        for one in listening:
            subscriptions.save(db, replace(one, paused=True))
        chats.silence(db, ask.chat.id)
        return [one.id for one in listening]

    silenced = await world.db.write(silence)
    for one in silenced:
        world.desk.unsubscribe(one)
    return Say(
        (
            Message(
                told(ask.language, "stop.done", count=len(silenced)),
                (
                    (Button(f"▶️ {say(ask.language, 'button.resume_all')}", press("back")),),
                    (Button(f"🗑 {say(ask.language, 'button.delete_me')}", press("del")),),
                ),
            ),
        )
    )
