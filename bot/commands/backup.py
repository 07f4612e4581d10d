"""/backup: the database as a sealed file, for admins; unsealed it leaves by no chat."""

from bot.context import Context
from bot.conversation import Ask, File, Message, Reply, Report, Working
from bot.render.markup import translate_html


async def backup(ask: Ask, context: Context) -> Reply:
    """Send a checked and sealed copy, made now, or say why not: no key, too large for a bot.

    Raises NewsError where there is none. Done again after a crash, it is another copy.
    """
    await context.backups.refuse_early()

    async def work(_report: Report) -> Reply:
        copy = await context.backups.make()
        return File(copy.name, copy.body, translate_html(ask.language, "backup.done"))

    return Working(Message(translate_html(ask.language, "backup.making")), work)
