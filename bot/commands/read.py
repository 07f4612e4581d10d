"""Reading an article whole: the button under alerts and stories, and its pages."""

from bot.context import Context
from bot.conversation import Ask, Edit, Reply, Report, Say, Working
from bot.render import full_text as render
from storage import items
from storage.errors import NewsError
from storage.model import Item, ItemId


async def wanted(ask: Ask, context: Context) -> Item:
    """Return the item that a button names. Raises NewsError where it is gone."""
    found = await context.db.read(items.by_ids, [ItemId(ask.number(1))])
    if not found:
        raise NewsError("button.old")
    return found[0]


async def pressed(ask: Ask, context: Context) -> Reply:
    """Show an article's text as a message of its own; say so while its page is fetched."""
    item = await wanted(ask, context)
    if (text := await context.full_texts.kept(item)) is not None:
        return Say((render.page(item, text, ask.chat, 0),))
    return fetching(ask, context, item, 0, in_place=False)


async def turned(ask: Ask, context: Context) -> Reply:
    """Turn a page; what is kept no more is fetched anew."""
    item = await wanted(ask, context)
    if (text := await context.full_texts.kept(item)) is not None:
        return Edit(render.page(item, text, ask.chat, ask.number(2)))
    return fetching(ask, context, item, ask.number(2), in_place=True)


def fetching(ask: Ask, context: Context, item: Item, page: int, *, in_place: bool) -> Working:
    """Fetch a text beside other chats' business."""

    async def work(_report: Report) -> Reply:
        return Edit(render.page(item, await context.full_texts.get(item), ask.chat, page))

    return Working(render.fetching(item, ask.chat), work, in_place=in_place)
