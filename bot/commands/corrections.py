"""/merge, /split, /move, and the same by buttons: what admins correct in stories, for good."""

import re
from collections.abc import Sequence

from bot.commands import stories
from bot.context import Context
from bot.conversation import Ask, Edit, Message, Reply, Say
from bot.render import corrections as render
from storage import dialogs
from storage import stories as archive
from storage.corrections import Correction
from storage.errors import NewsError
from storage.model import Item, ItemId, Story, StoryId

MOST_NEAR = 6

_NUMBER = r"(?:/?s)?(\d{1,15})"
_NUMBERS = {
    count: re.compile(r"[\s,]+".join([_NUMBER] * count), re.IGNORECASE) for count in (1, 2, 3)
}


def numbers(text: str, count: int, key: str) -> list[int]:
    """Read so many numbers; NewsError that shows how it is typed."""
    found = _NUMBERS[count].fullmatch(text.strip())
    if found is None:
        raise NewsError(key)
    return [int(number) for number in found.groups()]


# --- typed ----------------------------------------------------------------------------------


async def merge(ask: Ask, context: Context) -> Reply:
    """Make one story of two; the decision is remembered."""
    number, into = numbers(ask.text, 2, "merge.form")
    if number == into:
        story = await stories.by_number(context, number)
        raise NewsError("merge.itself", one=str(number), other=str(into), id=str(story.id))
    made = await context.editor.merge(
        StoryId(number), StoryId(into), ask.person_id, context.clock()
    )
    return await typed(ask, context, made)


async def split(ask: Ask, context: Context) -> Reply:
    """Take one item, by its place in the card, out into a story of its own."""
    number, place = numbers(ask.text, 2, "split.form")
    story = await as_numbered(context, number)
    if len(story.items) == 1:
        raise NewsError("split.only_one", id=str(story.id))
    item = placed(story, place)
    made = await context.editor.split([item.id], ask.person_id, context.clock())
    return await typed(ask, context, made)


async def move(ask: Ask, context: Context) -> Reply:
    """Put one item, by its place in the card, into another story."""
    number, place, into = numbers(ask.text, 3, "move.form")
    story = await as_numbered(context, number)
    other = await stories.by_number(context, into)
    if story.id == other.id:
        raise NewsError("move.same", id=str(story.id))
    item = placed(story, place)
    if len(story.items) == 1:
        raise NewsError("move.only_one", id=str(story.id), into=str(other.id))
    made = await context.editor.move([item.id], other.id, ask.person_id, context.clock())
    return await typed(ask, context, made)


async def as_numbered(context: Context, number: int) -> Story:
    """Find a story by the number that it still has: under another, places name other items."""
    story = await stories.by_number(context, number)
    if story.id != number:
        raise NewsError("story.renumbered", id=str(story.id), old=str(number))
    return story


def placed(story: Story, place: int) -> Item:
    """Return the item at a place of a story's card; NewsError where there is none."""
    if not 1 <= place <= len(story.items):
        raise NewsError("split.no_telling", place=str(place), count=len(story.items))
    return story.items[place - 1]


async def typed(ask: Ask, context: Context, made: Correction) -> Reply:
    """Say what a typed correction did, and show the story that it made."""
    story = await stories.by_number(context, made.target)
    return Say((render.done(made, ask.language), await stories.shown(ask, context, story, 0)))


# --- by buttons on the card -----------------------------------------------------------------


async def opened(ask: Ask, context: Context) -> Reply:
    """Offer what can be wrong with a story, in the place of its card."""
    return Edit(render.menu(await stories.by_number(context, ask.number(1)), ask.language))


async def ticking(ask: Ask, context: Context) -> Reply:
    """List a story's items to be ticked."""
    story = await stories.by_number(context, ask.number(1))
    return Edit(await ticked_list(ask, context, story, (), 0))


async def ticked(ask: Ask, context: Context) -> Reply:
    """Tick an item, or take its tick away."""
    story, chosen = await drafted(ask, context)
    item = ItemId(ask.number(3))
    if item not in {one.id for one in story.items}:
        raise NewsError("button.old")
    chosen = [one for one in chosen if one != item] if item in chosen else [*chosen, item]
    return Edit(await ticked_list(ask, context, story, chosen, ask.number(2)))


async def turned(ask: Ask, context: Context) -> Reply:
    """Turn the page of the list; what is ticked stays so."""
    story, chosen = await drafted(ask, context)
    return Edit(await ticked_list(ask, context, story, chosen, ask.number(2)))


async def taken_out(ask: Ask, context: Context) -> Reply:
    """Take the ticked items out into a story of their own."""
    _, chosen = await drafted(ask, context, least=1)
    made = await context.editor.split(chosen, ask.person_id, context.clock())
    return Edit(render.done(made, ask.language))


async def moving(ask: Ask, context: Context) -> Reply:
    """Offer the stories into which the ticked items may go; a number can be typed, too."""
    story, chosen = await drafted(ask, context, least=1)
    draft = await keep(ask, context, story, chosen)
    await awaited(ask, context, "move", draft)
    near = await nearest(context, story)
    return Edit(render.targets(story, chosen, near, ask.chat, draft, now=context.clock()))


async def moved(ask: Ask, context: Context) -> Reply:
    """Put the ticked items into the story that was pressed."""
    _, chosen = await drafted(ask, context, least=1)
    return Edit(await put(ask, context, chosen, ask.number(2)))


async def move_answered(ask: Ask, context: Context) -> Reply:
    """Put the ticked items into the story whose number was typed."""
    _, chosen = await drafted(ask, context, least=1)
    (into,) = numbers(ask.text, 1, "move.form")
    return Say((await put(ask, context, chosen, into),))


async def put(ask: Ask, context: Context, chosen: Sequence[ItemId], into: int) -> Message:
    """Move items, and say so."""
    made = await context.editor.move(chosen, StoryId(into), ask.person_id, context.clock())
    return render.done(made, ask.language)


async def joining(ask: Ask, context: Context) -> Reply:
    """Offer the stories that may be the same event; a number can be typed, too."""
    story = await stories.by_number(context, ask.number(1))
    await awaited(ask, context, "merge", story.id)
    near = await nearest(context, story)
    return Edit(render.twins(story, near, ask.chat, now=context.clock()))


async def joined_pressed(ask: Ask, context: Context) -> Reply:
    """Make one story of the card's and the one that was pressed."""
    return Edit(await together(ask, context, ask.number(1), ask.number(2)))


async def merge_answered(ask: Ask, context: Context) -> Reply:
    """Make one story of the card's and the one whose number was typed."""
    (into,) = numbers(ask.text, 1, "merge.form")
    return Say((await together(ask, context, ask.number(1), into),))


async def together(ask: Ask, context: Context, number: int, into: int) -> Message:
    """Merge two stories, and say so."""
    made = await context.editor.merge(
        StoryId(number), StoryId(into), ask.person_id, context.clock()
    )
    return render.done(made, ask.language)


async def nearest(context: Context, story: Story) -> tuple[Story, ...]:
    """Read the stories most like one, as far as they are told of in these days."""
    near = await context.editor.nearest(story.id, MOST_NEAR)
    return tuple(one for one in await context.db.read(archive.by_ids, near) if one.items)


async def awaited(ask: Ask, context: Context, command: str, number: int) -> None:
    """Take the next plain message as the number that belongs to what was pressed."""
    await context.db.write(
        dialogs.expect, ask.here.id, ask.person_id, f"{command}:{number}", context.clock()
    )


# --- what is ticked: a draft, so that buttons outlive a restart -----------------------------


async def ticked_list(
    ask: Ask, context: Context, story: Story, chosen: Sequence[ItemId], page: int
) -> Message:
    """Show a story's items and which of them are ticked."""
    draft = await keep(ask, context, story, chosen)
    return render.ticks(story, chosen, ask.chat, draft, page, now=context.clock())


async def keep(ask: Ask, context: Context, story: Story, chosen: Sequence[ItemId]) -> int:
    """Keep what is ticked; return the number that buttons name it by."""
    text = " ".join(("ticked", *map(str, (story.id, *sorted(chosen)))))
    return await context.db.write(dialogs.keep_draft, ask.here.id, text, context.clock())


async def drafted(ask: Ask, context: Context, least: int = 0) -> tuple[Story, list[ItemId]]:
    """Return the story and those ticked that it still has; NewsError if fewer than ``least``."""
    draft = await context.db.read(dialogs.draft, ask.number(1), ask.here.id)
    match (draft or "").split():
        case ["ticked", number, *ids]:
            story = await stories.by_number(context, int(number))
        case _:
            raise NewsError("button.old")
    wanted = set(map(int, ids))
    chosen = [item.id for item in story.items if item.id in wanted]
    if len(chosen) < least:
        raise NewsError("button.old")
    return story, chosen


# --- undo -----------------------------------------------------------------------------------


async def undone(ask: Ask, context: Context) -> Reply:
    """Take a correction back, once, as long as its stories were not corrected again."""
    back = await context.editor.undo(ask.number(1), context.clock())
    return Edit(render.undone(back, ask.language))
