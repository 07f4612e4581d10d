"""The commands, one file each or a close family. The tables here are the whole of the chat.

COMMANDS gives /help, the menus, the dispatch, the docs and their tests; BUTTONS says what each
button's verb does; ANSWERS who reads the plain message that answers a question of ours.
"""

from bot.commands import (
    digest,
    offers,
    search,
    settings,
    start,
    stories,
    subscriptions,
    talk,
)
from bot.conversation import Ask, Audience, Command, Handler, Nothing, Press, Reply, World

__all__ = ["ANSWERS", "BUTTONS", "COMMANDS", "helped", "inline", "plain_text", "unknown"]


async def helped(ask: Ask, world: World) -> Reply:
    """List what can be said to us, from the table itself."""
    del world
    return start.helping(COMMANDS, ask)


async def nothing(ask: Ask, world: World) -> Reply:
    """Answer a button that is only a label."""
    del ask, world
    return Nothing()


COMMANDS: tuple[Command, ...] = (
    Command("start", start.start, menu=False),
    Command("subscribe", offers.subscribe, changes=True),
    Command("subscriptions", subscriptions.listed),
    Command("unsubscribe", subscriptions.unsubscribe, changes=True),
    Command("search", search.search),
    Command("digest", digest.digest),
    Command("settings", settings.settings, changes=True),
    Command("story", stories.story, menu=False),
    Command("why", stories.why),
    Command("mute", stories.mute, changes=True, menu=False),
    Command("help", helped),
    Command("stop", start.stop, changes=True),
)
"""In the order in which /help and the menus tell them."""

BUTTONS: tuple[Press, ...] = (
    Press("_", nothing),
    Press("x", offers.cancel),
    Press("help", helped),
    Press("new", offers.subscribe, changes=True),
    Press("a", offers.accept, changes=True),
    Press("an", offers.narrow, changes=True),
    Press("l", subscriptions.listed),
    Press("l1", subscriptions.show, changes=True),
    Press("lp", subscriptions.pause, changes=True),
    Press("lm", subscriptions.switch, changes=True),
    Press("le", subscriptions.edit, changes=True),
    Press("lr", subscriptions.remove, changes=True),
    Press("lz", subscriptions.remove_all, changes=True),
    Press("back", subscriptions.resume_all, changes=True),
    Press("t", settings.pressed, changes=True),
    Press("dg", digest.pressed),
    Press("dp", digest.preview, changes=True),
    Press("h", digest.folded),
    Press("f", search.turned),
    Press("fs", search.subscribe_this, changes=True),
    Press("fx", search.export),
    Press("s", stories.pressed),
    Press("sp", stories.turned),
    Press("m", stories.mute_pressed, changes=True),
    Press("um", stories.unmute_pressed, changes=True),
    Press("w", stories.why_pressed),
)

ANSWERS: dict[str, Handler] = {
    "subscribe": offers.subscribe,
    "search": search.search,
    "zone": settings.zone_typed,
    "times": settings.times_typed,
    "quiet": settings.quiet_typed,
    "edit": subscriptions.edited,
}

plain_text = talk.plain_text
inline = talk.inline
unknown = talk.Unknown(
    tuple(command.name for command in COMMANDS if command.audience is Audience.EVERYONE)
)
