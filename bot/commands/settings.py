"""/settings: language, zone, digests, quiet hours, alerts an hour, pictures, changed in place."""

import re
from dataclasses import replace
from typing import Any

from bot import time_zones
from bot.commands.settings_screens import (
    CAPS,
    QUIETS,
    READING_NAMES,
    ZONES,
    kept,
    overview,
    screen,
    which_town,
    zone_now,
)
from bot.context import Context
from bot.conversation import Ask, Button, Edit, Message, Reply, Say
from bot.digests import calendar
from bot.digests.official_rates import MOST_CHOSEN, home_of, usual_pairs
from bot.render.buttons import press
from bot.render.markup import joined, tidy, translate_html
from bot.texts import LANGUAGES, translate
from storage import chats, dialogs
from storage.errors import NewsError
from storage.model import Chat, ChatKind, Pictures, QuietMode
from storage.outbox import queue
from storage.reading import reading_of
from storage.sql import Connection

MOST_TIMES = 12
MOST_FOOTER = 200
"""Characters of a channel's own line; a message keeps its room for the news."""

EVERY_MORNING = (8 * 60,)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?")
_SCHEDULE = frozenset({"digest_times", "digest_days", "weekly_day", "time_zone"})
_WANTED = {"1": True, "0": False}

_SHOWN_AFTER = {
    "time": "times",
    "empty": "times",
    "day": "days",
    "week": "days",
    "hush": "quiet",
    "mode": "quiet",
    "pictures": "pictures",
    "why": "posts",
    "footer": "posts",
    "rate": "rates",
    "read": "reads",
    "machine": "reads",
}


async def settings(ask: Ask, context: Context) -> Reply:
    """Show the settings."""
    return Say((overview(ask.chat, ask.language, context),))


async def pressed(ask: Ask, context: Context) -> Reply:
    """Open a setting, or change it and show it changed."""
    name, value = ask.word(1), ask.word(2)
    questions = {
        "typezone": "zone", "typetimes": "times", "typequiet": "quiet", "typefooter": "footer",
    }  # fmt: skip
    if name in questions:
        return await _ask_to_type(ask, context, questions[name])
    if not value and name != "empty":  # whose button once said no value
        return Edit(screen(ask.chat, ask.language, name, context))
    changes = _changes(ask.chat, name, value, wanted=_WANTED.get(ask.word(3)))
    if changes is None:
        raise NewsError("button.old")
    chat = await change(ask, context, **changes)
    language = chat.language if chat.id == ask.here.id else ask.language
    back = _SHOWN_AFTER.get(name, "")
    return Edit(screen(chat, language, back, context), toast=translate(language, "toast.saved"))


def _changes(  # noqa: PLR0911 - one a setting
    chat: Chat, name: str, value: str, *, wanted: bool | None = None
) -> dict[str, Any] | None:
    """Return what a press changes; None where its data is not ours.

    ``wanted`` is what a switch shall be; a button made before they said so turns it around.
    """
    is_number = value.isascii() and value.isdecimal() and len(value) < 6  # noqa: PLR2004 - minutes
    number = int(value) if is_number else -1
    match name:
        case "lang" if value in LANGUAGES:
            return {"language": value}
        case "zone" if zone := _zone_pressed(value, number):
            return {"time_zone": zone}
        case "time" if 0 <= number < 24 * 60:
            return {"digest_times": _turned(chat.digest_times, number, wanted=wanted)[:MOST_TIMES]}
        case "empty" | "rate":
            return _digest_changes(chat, name, value, wanted=wanted)
        case "day" | "week" if 1 <= number <= 7:  # noqa: PLR2004 - a week
            return _day_changes(chat, name, number, wanted=wanted)
        case "cap" if number in CAPS:
            return {"alerts_per_hour": number}
        case _:
            return _further_changes(chat, name, value, wanted=wanted)


def _further_changes(
    chat: Chat, name: str, value: str, *, wanted: bool | None
) -> dict[str, Any] | None:
    match name:
        case "pictures" if value in {str(size) for size in Pictures}:
            return {"pictures": Pictures(value)}
        case "read" | "machine":
            return _reading_changes(chat, name, value, wanted=wanted)
        case "hush" | "mode":
            return _quiet_changes(name, value)
        case "why" | "footer":
            return _post_changes(chat, name, value)
        case _:
            return None


def _digest_changes(
    chat: Chat, name: str, value: str, *, wanted: bool | None
) -> dict[str, Any] | None:
    if name == "empty":
        return {"digest_when_empty": _WANTED.get(value, not chat.digest_when_empty)}
    if not (pair := _pair_pressed(chat, value)):
        return None
    others = tuple(one for one in chat.digest_rates if one != pair)
    wants = pair not in chat.digest_rates if wanted is None else wanted
    return {"digest_rates": (*others, pair)[-MOST_CHOSEN:] if wants else others}


def _pair_pressed(chat: Chat, value: str) -> str:
    """Return the pair of a button; "" for a forged one."""
    known = (*map(str, usual_pairs(home_of(chat))), *chat.digest_rates)
    return value if value in known else ""


def _zone_pressed(value: str, number: int) -> str:
    """Return the zone of a button, by its place among ours or by its name; "" for a forged one."""
    if 0 <= number < len(ZONES):
        return ZONES[number]
    return value if time_zones.is_zone(value) else ""


def _day_changes(chat: Chat, name: str, number: int, *, wanted: bool | None) -> dict[str, Any]:
    if name == "day":
        return {"digest_days": _turned(chat.digest_days, number, wanted=wanted)}
    if wanted is None:
        wanted = number != chat.weekly_day
    if wanted:
        return {"weekly_day": number}
    return {"weekly_day": 0 if number == chat.weekly_day else chat.weekly_day}


def _post_changes(chat: Chat, name: str, value: str) -> dict[str, Any] | None:
    if chat.kind is not ChatKind.CHANNEL or value not in ("on", "off"):
        return None
    if name == "why":
        return {"shows_query": value == "on"}
    return {"footer": ""} if value == "off" else None


def _reading_changes(
    chat: Chat, name: str, value: str, *, wanted: bool | None
) -> dict[str, Any] | None:
    """Put a language behind those that are read, or take it out; the last one stays."""
    if name == "machine":
        return {"machine": _WANTED[value]} if value in _WANTED else None
    if value == "usual":
        return {"reads": ()}
    if value not in READING_NAMES:
        return None
    read = reading_of(chat).languages
    if (value in read) == (value not in read if wanted is None else wanted):
        return {"reads": read}  # a double tap
    others = tuple(one for one in read if one != value)
    return {"reads": (others or read) if value in read else (*read, value)}


def _quiet_changes(name: str, value: str) -> dict[str, Any] | None:
    if name == "mode":
        known = value in {str(mode) for mode in QuietMode}
        return {"quiet_mode": QuietMode(value)} if known else None
    if value == "off":
        return {"quiet_from": None, "quiet_to": None}
    for start, end in QUIETS:
        if value == f"{start}-{end}":
            return {"quiet_from": start, "quiet_to": end}
    return None


def _turned(chosen: tuple[int, ...], value: int, *, wanted: bool | None) -> tuple[int, ...]:
    if wanted is None:
        wanted = value not in chosen
    return tuple(sorted({*chosen} | {value} if wanted else {*chosen} - {value}))


async def change(ask: Ask, context: Context, **changes: Any) -> Chat:
    """Write settings down; a change of the calendar appoints the next digest anew."""

    def write(db: Connection) -> Chat | None:
        chat = chats.get(db, ask.chat.id)
        if chat is None:
            return None
        changes.update(_consequences(changes))
        if _SCHEDULE & changes.keys():
            changes["next_digest_at"] = calendar.next_at(replace(chat, **changes), context.clock())
        changed = chats.change(db, chat.id, **changes)
        if changes.get("digest_times") or changes.get("weekly_day"):
            changed = chats.asked_for_more(db, chat.id)
        queue.wake_up(db, chat.id, context.clock())
        return changed

    chat = await context.db.write(write)
    if chat is None:
        raise NewsError("button.old")
    context.wake()
    return chat


def _consequences(changes: dict[str, Any]) -> dict[str, Any]:
    """Return what else a choice decides: a zone is chosen; what /stop ended is chosen anew."""
    more: dict[str, Any] = {}
    if "time_zone" in changes:
        more["zone_assumed"] = False
    if "digest_times" in changes:
        more["silenced_times"] = ()
    if "weekly_day" in changes:
        more["silenced_weekly"] = 0
    return more


async def zone_chosen(ask: Ask, context: Context) -> Reply:
    """Set the zone from the question that a newcomer is asked once."""
    number = ask.number(1)
    if not (ask.word(1).isdecimal() and 0 <= number < len(ZONES)):
        raise NewsError("button.old")
    # The question was to the person, also where their chat speaks for a channel by now.
    ask = replace(ask, chat=ask.here)
    chat = await change(ask, context, time_zone=ZONES[number])
    text = joined((zone_now("start.zone_set", chat, ask.language, context),
                   kept("start.digest", "start.digest_off", chat, ask.language)), "\n\n")  # fmt: skip
    button = Button(f"⚙️ {translate(ask.language, 'button.settings')}", press("t"))
    return Edit(Message(text, ((button,),)), toast=translate(ask.language, "toast.saved"))


async def switched_on(ask: Ask, context: Context) -> Chat:
    """Switch digests on: those that /stop ended, else one every morning."""
    chat = ask.chat
    if chat.wants_digests:
        return chat
    weekly = {"weekly_day": chat.silenced_weekly} if chat.silenced_weekly else {}
    return await change(
        ask,
        context,
        digest_times=chat.digest_times or chat.silenced_times or EVERY_MORNING,
        digest_days=chat.digest_days or EVERY_DAY,
        **weekly,
    )


# --- typed answers --------------------------------------------------------------------------


async def _ask_to_type(ask: Ask, context: Context, question: str) -> Reply:
    await context.db.write(dialogs.expect, ask.here.id, ask.person_id, question, context.clock())
    return Say((Message(translate_html(ask.language, f"settings.type_{question}"), asks=True),))


async def _again(ask: Ask, context: Context, question: str, key: str, text: str) -> NewsError:
    """Keep waiting for the answer, and return what was wrong with this one."""
    await context.db.write(dialogs.expect, ask.here.id, ask.person_id, question, context.clock())
    return NewsError(key, text=text[:60])


async def zone_typed(ask: Ask, context: Context) -> Reply:
    """Set the zone from a typed city or offset, or from a shared location."""
    if ask.location is not None:
        zone: str | None = time_zones.zone_near(*ask.location)
    else:
        zone = time_zones.zone_named(ask.text, context.clock())
    if zone is None:
        unknown = await _again(ask, context, "zone", "settings.no_zone", ask.text)
        if towns := time_zones.towns_like(ask.text, context.clock()):
            return Say((which_town(ask.text, towns, ask.language, context.clock()),))
        raise unknown
    chat = await change(ask, context, time_zone=zone)
    return Say((overview(chat, ask.language, context),))


async def times_typed(ask: Ask, context: Context) -> Reply:
    """Add typed times to the digest's: 8, 13:30 and 20; a tap on its button removes one."""
    found = [minutes_of(part) for part in re.split(r"[\s,;]+", ask.text.strip()) if part]
    if not found or len(found) > MOST_TIMES or None in found:
        raise await _again(ask, context, "times", "settings.no_times", ask.text)
    times = tuple(
        sorted({*ask.chat.digest_times, *(minutes for minutes in found if minutes is not None)})
    )
    if len(times) > MOST_TIMES:
        raise await _again(ask, context, "times", "settings.many_times", ask.text)
    chat = await change(ask, context, digest_times=times)
    return Say((screen(chat, ask.language, "times", context),))


async def quiet_typed(ask: Ask, context: Context) -> Reply:
    """Set the quiet hours from typed ones: 22:30-7:15."""
    parts = re.split(r"\s*[-–—]\s*", ask.text.strip())
    hours = [minutes_of(part) for part in parts]
    if len(hours) != 2 or None in hours or hours[0] == hours[1]:  # noqa: PLR2004 - from and to
        raise await _again(ask, context, "quiet", "settings.no_hours", ask.text)
    chat = await change(ask, context, quiet_from=hours[0], quiet_to=hours[1])
    return Say((overview(chat, ask.language, context),))


async def footer_typed(ask: Ask, context: Context) -> Reply:
    """Set the line that ends every post of a channel."""
    footer = tidy(ask.text, 2 * MOST_FOOTER)
    if ask.chat.kind is not ChatKind.CHANNEL:
        raise NewsError("button.old")
    if not footer or len(footer) > MOST_FOOTER:
        raise await _again(ask, context, "footer", "settings.long_footer", ask.text)
    chat = await change(ask, context, footer=footer)
    return Say((screen(chat, ask.language, "posts", context),))


def minutes_of(text: str) -> int | None:
    """Read 8, 8:30 or 08.30 as minutes after midnight."""
    found = _TIME.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute = int(found[1]) % 24, int(found[2] or 0)
    return hour * 60 + minute if int(found[1]) <= 24 and minute < 60 else None  # noqa: PLR2004 - a clock
