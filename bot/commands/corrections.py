"""/alias, /merge, /split: what admins teach the ingester, for good."""

import re

from bot.commands import stories
from bot.conversation import Ask, Message, Reply, Say, World
from bot.render import tidy, translate_html
from storage import aliases
from storage.errors import NewsError
from storage.model import StoryId

MOST_NAME = 80
MOST_OTHERS = 30

_NUMBERS = re.compile(r"(?:/?s)?(\d{1,15})[\s,]+(?:/?s)?(\d{1,15})")


async def alias(ask: Ask, world: World) -> Reply:
    """Teach other spellings of a name: ``Назарбаев = Nazarbayev, Nazarbaev``."""
    if not ask.text.strip():
        return await _known(ask, world)
    name, _, rest = ask.text.partition("=")
    name = tidy(name, MOST_NAME)
    others = list(dict.fromkeys(tidy(one, MOST_NAME) for one in rest.split(",") if one.strip()))
    if not name or not others or len(others) > MOST_OTHERS:
        raise NewsError("alias.form")
    await world.db.write(aliases.teach, name, others, ask.person_id, world.clock())
    return Say(
        (
            Message(
                translate_html(ask.language, "alias.learnt", name=name, others=", ".join(others))
            ),
        )
    )


async def _known(ask: Ask, world: World) -> Reply:
    """List what was taught."""
    known = await world.db.read(aliases.every)
    if not known:
        raise NewsError("alias.form")
    lines = "\n".join(f"{name} = {', '.join(others)}" for name, others in known[-40:])
    return Say((Message(translate_html(ask.language, "alias.known", names=tidy_lines(lines))),))


def tidy_lines(text: str) -> str:
    """Keep a list of names within one message."""
    return text[-3000:]


def two_numbers(text: str, key: str) -> tuple[int, int]:
    """Read two numbers; NewsError that shows how it is typed."""
    found = _NUMBERS.fullmatch(text.strip())
    if found is None:
        raise NewsError(key)
    return int(found[1]), int(found[2])


async def merge(ask: Ask, world: World) -> Reply:
    """Make one story of two; the decision is remembered."""
    one, into = two_numbers(ask.text, "merge.form")
    first, second = await stories.by_number(world, one), await stories.by_number(world, into)
    if first.id == second.id:
        key = "merge.itself" if one == into else "merge.one_already"
        raise NewsError(key, one=str(one), other=str(into), id=str(first.id))
    together = await world.editor.merge(StoryId(one), StoryId(into), ask.person_id, world.clock())
    story = await stories.by_number(world, together)
    return Say(
        (
            Message(translate_html(ask.language, "merge.done", id=str(together))),
            await stories.shown(ask, world, story, 0),
        )
    )


async def split(ask: Ask, world: World) -> Reply:
    """Take one telling, by its place in the card, out into a story of its own."""
    number, place = two_numbers(ask.text, "split.form")
    story = await stories.by_number(world, number)
    if len(story.items) == 1:
        raise NewsError("split.only_one", id=str(story.id))
    if not 1 <= place <= len(story.items):
        raise NewsError("split.no_telling", place=str(place), count=len(story.items))
    item = story.items[place - 1]
    own = await world.editor.move(item.id, None, ask.person_id, world.clock())
    alone = await stories.by_number(world, own)
    return Say(
        (
            Message(translate_html(ask.language, "split.done", id=str(own))),
            await stories.shown(ask, world, alone, 0),
        )
    )
