"""/privacy, /export_me, /delete_me: what is known of a person, taken home, deleted."""

import dataclasses
import json
from datetime import datetime
from typing import Any

from bot.context import Context
from bot.conversation import Ask, Button, Edit, File, Message, Reply, Say
from bot.render.buttons import press
from bot.render.markup import joined, tidy, translate_html
from bot.texts import translate
from storage import chats, dialogs, rate_alerts, subscriptions
from storage.local_time import rfc3339
from storage.model import Chat
from storage.outbox import payloads, reports
from storage.outbox.deliveries import Delivery
from storage.sql import Connection

MOST_NAMED = 10


async def privacy(ask: Ask, context: Context) -> Reply:
    """Say what is kept, why, and how to be rid of it."""
    del context
    return Say((Message(translate_html(ask.language, "privacy")),))


async def export_me(ask: Ask, context: Context) -> Reply:
    """Send everything kept of this chat as one JSON file."""
    managed = {channel.id for channel in await _managed(ask, context)}

    def gathered(db: Connection) -> dict[str, Any]:
        chat = chats.get(db, ask.here.id)
        return {
            "chat": dataclasses.asdict(chat) if chat is not None else None,
            "subscriptions": [
                dataclasses.asdict(subscription)
                for subscription in subscriptions.of_chat(db, ask.here.id)
            ],
            "rate_alerts": [
                dataclasses.asdict(alert) for alert in rate_alerts.of_chat(db, ask.here.id)
            ],
            "muted_stories": sorted(chats.muted(db, ask.here.id)),
            "channels": [
                dataclasses.asdict(channel)
                for channel in chats.owned_by(db, ask.here.id)
                if channel.id in managed
            ],
            "searches": dialogs.drafts_of(db, ask.here.id),
            "messages": [_kept(delivery) for delivery in reports.of_chat(db, ask.here.id)],
        }

    everything = await context.db.read(gathered)
    body = json.dumps(everything, ensure_ascii=False, indent=1, default=_told, sort_keys=True)
    return File(
        "steppewire-data.json", body.encode(), translate_html(ask.language, "export_me.done")
    )


def _kept(delivery: Delivery) -> dict[str, Any]:
    """Describe a message as its row is kept."""
    return dataclasses.asdict(delivery) | {"payload": payloads.to_json(delivery.payload)}


def _told(value: object) -> str:
    return rfc3339(value) if isinstance(value, datetime) else str(value)


async def _managed(ask: Ask, context: Context) -> list[Chat]:
    """Return the channels managed from this chat, not those whose admin the person is no more.

    One that we were removed from is still theirs to take home and to delete.
    """
    owned = await context.db.read(chats.owned_by, ask.here.id)
    asked = [(one, await context.rights.manages(one.id, ask.person_id)) for one in owned]
    return [one for one, manages in asked if manages is not False]


async def delete_me(ask: Ask, context: Context) -> Reply:
    """Ask before deleting all that is kept of this chat."""
    return Say((await _question(ask, context),))


async def _question(ask: Ask, context: Context) -> Message:
    """Say what will be deleted: of the chat itself, and of the channels managed from it."""
    count = await context.db.read(subscriptions.count, ask.here.id)
    owned = await _managed(ask, context)
    titles = ", ".join(tidy(channel.title, 60) for channel in owned[:MOST_NAMED])
    channels = translate_html(
        ask.language, "delete_me.channels", count=len(owned),
        titles=titles + (" …" if len(owned) > MOST_NAMED else ""),
    )  # fmt: skip
    question = translate_html(ask.language, "delete_me.sure", count=count)
    return Message(
        joined((question, channels if owned else ""), "\n\n"),
        (
            (Button(f"🗑 {translate(ask.language, 'button.delete_me')}", press("delz")),),
            (Button(f"✖️ {translate(ask.language, 'button.cancel')}", press("x")),),
        ),
    )


async def delete_pressed(ask: Ask, context: Context) -> Reply:
    """Ask for the confirmation from a button."""
    return Edit(await _question(ask, context))


async def deleted(ask: Ask, context: Context) -> Reply:
    """Delete it, really."""
    # A channel somebody bound is run by them alone: without them it would post for ever.
    theirs = [ask.here.id, *(channel.id for channel in await _managed(ask, context))]

    def forget(db: Connection) -> None:
        for chat in theirs:
            chats.forget(db, chat)

    await context.db.write(forget)
    return Edit(Message(translate_html(ask.language, "delete_me.done")))
