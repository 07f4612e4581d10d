"""The commands, one file each or a close family. The tables here are the whole of the chat.

COMMANDS gives /help, the menus, the dispatch, the docs and their tests; BUTTONS says what each
button's verb does; ANSWERS who reads the plain message that answers a question of ours.
"""

from bot.commands import (
    adding,
    admin,
    aliases,
    backup,
    broadcast,
    channel,
    corrections,
    digest,
    feeds,
    health,
    opml,
    privacy,
    rates,
    read,
    search,
    settings,
    sources,
    start,
    stories,
    subscribe,
    subscriptions,
    trends,
)
from bot.commands import plain_text as commands_plain_text
from bot.context import Audience, Command, Context, Handler, Press
from bot.conversation import Ask, Nothing, Reply

__all__ = [
    "ANSWERS",
    "BUTTONS",
    "COMMANDS",
    "answering",
    "helped",
    "inline",
    "plain_text",
    "unknown",
]


async def helped(ask: Ask, context: Context) -> Reply:
    """List all commands, or say how one is typed."""
    return start.helping(COMMANDS, ask, context.bot_username)


async def nothing(ask: Ask, context: Context) -> Reply:
    """Answer a button that is only a label."""
    del ask, context
    return Nothing()


ADMINS = Audience.ADMINS

COMMANDS: tuple[Command, ...] = (
    Command("start", start.start, menu=False, own=True),
    Command("subscribe", subscribe.subscribe, changes=True, own=True),
    Command("subscriptions", subscriptions.listed, own=True),
    Command("unsubscribe", subscriptions.unsubscribe, changes=True, own=True),
    Command("search", search.search),
    Command("digest", digest.digest, own=True),
    Command("trends", trends.trends),
    Command("rates", rates.rates, own=True),
    Command("settings", settings.settings, changes=True, own=True),
    Command("story", stories.story),
    Command("why", stories.why, own=True),
    Command("mute", stories.mute, changes=True, own=True),
    Command("sources", sources.sources),
    Command("channel", channel.channel, private=True),
    Command("privacy", privacy.privacy),
    Command("export_me", privacy.export_me, changes=True),
    Command("delete_me", privacy.delete_me, changes=True),
    Command("help", helped),
    Command("stop", start.stop, changes=True, own=True),
    Command("cancel", commands_plain_text.take_back),
    Command("feeds", feeds.listed, ADMINS, private=True),
    Command("feed", feeds.detail, ADMINS, private=True),
    Command("addfeed", adding.add, ADMINS, private=True),
    Command("fallback", feeds.fall_back, ADMINS, private=True),
    Command("checkfeed", adding.check, ADMINS, private=True),
    Command("pausefeed", feeds.pause, ADMINS, private=True),
    Command("resumefeed", feeds.resume, ADMINS, private=True),
    Command("removefeed", feeds.remove, ADMINS, private=True),
    Command("import", opml.import_, ADMINS, private=True),
    Command("export", opml.export, ADMINS, private=True),
    Command("stats", admin.statistics, ADMINS, private=True),
    Command("backup", backup.backup, ADMINS, private=True),
    Command("health", health.health, ADMINS, private=True),
    Command("users", admin.users, ADMINS, private=True),
    Command("limits", admin.limits, ADMINS, private=True),
    Command("broadcast", broadcast.broadcast, ADMINS, private=True),
    Command("alias", aliases.alias, ADMINS, private=True),
    Command("merge", corrections.merge, ADMINS, private=True),
    Command("split", corrections.split, ADMINS, private=True),
    Command("move", corrections.move, ADMINS, private=True),
)
"""In the order in which /help and the menus tell them."""

BUTTONS: tuple[Press, ...] = (
    Press("_", nothing),
    Press("x", subscribe.cancel, changes=True),
    Press("help", helped),
    Press("new", subscribe.subscribe, changes=True, own=True),
    Press("tp", subscribe.topic, changes=True, own=True),
    Press("z", settings.zone_chosen, changes=True),
    Press("a", subscribe.accept, changes=True, own=True),
    Press("an", subscribe.narrow, changes=True, own=True),
    Press("l", subscriptions.listed, own=True),
    Press("lb", subscriptions.listed, changes=True, own=True),  # in the place of an admin's screen
    Press("l1", subscriptions.show, changes=True, own=True),
    Press("lp", subscriptions.pause, changes=True, own=True),
    Press("lm", subscriptions.switch, changes=True, own=True),
    Press("lw", subscriptions.widen, changes=True, own=True),
    Press("le", subscriptions.edit, changes=True, own=True),
    Press("lr", subscriptions.remove, changes=True, own=True),
    Press("lz", subscriptions.remove_all, changes=True, own=True),
    Press("back", subscriptions.resume_all, changes=True, own=True),
    Press("don", subscriptions.digests_on, changes=True, own=True),
    Press("t", settings.pressed, changes=True, own=True),
    Press("dg", digest.pressed, own=True),
    Press("dp", digest.preview, changes=True, own=True),
    Press("dl", digest.turned),
    Press("dn", digest.more),
    Press("dm", digest.rest),
    Press("da", digest.came_before),
    Press("h", digest.folded),
    Press("f", search.turned),
    Press("fs", search.subscribe_this, changes=True, own=True),
    Press("fx", search.export),
    Press("s", stories.pressed),
    Press("sp", stories.turned),
    Press("rd", read.pressed),
    Press("rp", read.turned),
    Press("sb", stories.side_by_side),
    Press("m", stories.mute_pressed, changes=True, own=True),
    Press("um", stories.unmute_pressed, changes=True, own=True),
    Press("w", stories.why_pressed, own=True),
    Press("tr", trends.pressed),
    Press("rc", rates.country_pressed, own=True),
    Press("rq", rates.pair_pressed, own=True),
    Press("rw", rates.watch_pressed, changes=True, own=True),
    Press("rl", rates.alerts_pressed, own=True),
    Press("rx", rates.unwatch_pressed, changes=True, own=True),
    Press("so", sources.pressed),
    Press("ch", channel.pressed, changes=True),
    Press("del", privacy.delete_pressed, changes=True),
    Press("delz", privacy.deleted, changes=True),
    Press("fd", feeds.listed, ADMINS),
    Press("fv", feeds.show_pressed, ADMINS),
    Press("fp", feeds.pause_pressed, ADMINS),
    Press("fr", feeds.resume_pressed, ADMINS),
    Press("fn", feeds.look_pressed, ADMINS),
    Press("fh", feeds.articles_pressed, ADMINS),
    Press("fq", feeds.removal_pressed, ADMINS),
    Press("fz", feeds.remove_pressed, ADMINS),
    Press("fa", adding.confirmed, ADMINS),
    Press("fl", adding.again, ADMINS),
    Press("al", aliases.turned, ADMINS),
    Press("ax", aliases.forgotten, ADMINS),
    Press("ar", aliases.restored, ADMINS),
    Press("c", corrections.opened, ADMINS),
    Press("ci", corrections.ticking, ADMINS),
    Press("ct", corrections.ticked, ADMINS),
    Press("cp", corrections.turned, ADMINS),
    Press("cs", corrections.taken_out, ADMINS),
    Press("cv", corrections.moving, ADMINS),
    Press("cg", corrections.moved, ADMINS),
    Press("cm", corrections.joining, ADMINS),
    Press("cj", corrections.joined_pressed, ADMINS),
    Press("cu", corrections.undone, ADMINS),
    Press("iu", opml.undone, ADMINS),
    Press("bz", broadcast.confirmed, ADMINS),
    Press("bp", broadcast.refreshed, ADMINS),
    Press("bs", broadcast.stopped, ADMINS),
)

ANSWERS: dict[str, Handler] = {
    "subscribe": subscribe.subscribe,
    "search": search.search,
    "trends": trends.trends,
    "addfeed": adding.add,
    "checkfeed": adding.check,
    "feed": feeds.detail,
    "pausefeed": feeds.pause,
    "resumefeed": feeds.resume,
    "removefeed": feeds.remove,
    "import": opml.answered,
    "broadcast": broadcast.broadcast,
    "zone": settings.zone_typed,
    "times": settings.times_typed,
    "quiet": settings.quiet_typed,
    "footer": settings.footer_typed,
    "edit": subscriptions.edited,
    "merge": corrections.merge_answered,
    "move": corrections.move_answered,
}


def answering(question: tuple[str, ...], text: str) -> Handler | None:
    """Return who takes a plain message as the answer to a question of ours; None where nobody.

    ``question`` is the one that is open, () where none is.
    """
    if question and commands_plain_text.takes_back(text):
        return commands_plain_text.take_back
    return ANSWERS.get(question[0]) if question else None


plain_text = commands_plain_text.plain_text
inline = commands_plain_text.inline
unknown = commands_plain_text.UnknownCommand(
    tuple(command.name for command in COMMANDS if command.audience is Audience.EVERYONE),
    tuple(command.name for command in COMMANDS if command.audience is Audience.ADMINS),
)
