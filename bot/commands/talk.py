"""What is no command: plain words, unknown commands, ``@bot words`` in other chats."""

import re
from dataclasses import replace

from rapidfuzz import fuzz, process

from bot.commands import adding, digest, feeds, finding, lists, search, settings, stories
from bot.conversation import Ask, Button, Card, Cards, Message, Nothing, Reply, Say, World
from bot.render import alert, headline, ownership, tidy, told
from bot.texts import say
from storage import matches
from storage import stories as archive
from storage.errors import NewsError
from storage.model import ChatKind, Story, StoryId

NEAR_ENOUGH = 60
CARDS_ON_A_PAGE = 10
MOST_WORDS = 12
LONG_TEXT = 300

_FEED = re.compile(r"f\d{1,15}")
_STORY = re.compile(r"s\d{1,15}")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


class Unknown:
    """Answers an unknown command, in private only: in groups it may be meant for somebody else."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """Keep the names that may be told."""
        self._names = names

    async def __call__(self, ask: Ask, world: World) -> Reply:
        """Open a story for /s12; else name the command that was perhaps meant."""
        if _STORY.fullmatch(ask.command) and not ask.text:
            return await stories.story(replace(ask, text=ask.command), world)
        if ask.is_admin and _FEED.fullmatch(ask.command):
            return await feeds.one(replace(ask, text=ask.command[1:]), world)
        if ask.here.kind is not ChatKind.PRIVATE:
            return Nothing()
        name, score, _ = process.extractOne(ask.command, self._names, scorer=fuzz.WRatio)
        if score >= NEAR_ENOUGH:
            text = told(ask.language, "unknown.near", command=f"/{name}")
        else:
            text = told(ask.language, "unknown.command")
        return Say((Message(text),))


async def plain_text(ask: Ask, world: World) -> Reply:
    """Take plain words in a private chat as a search; hint where they can be none."""
    if ask.location is not None:
        return await settings.zone_typed(ask, world)
    if ask.document is not None and ask.is_admin:
        return await lists.taken_in(ask, world, ask.document)
    text = ask.text.strip()
    if not text or len(text) > LONG_TEXT or "\n" in text:
        return Say((Message(told(ask.language, "unknown.text")),))
    return await line_typed(ask, world, text)


async def line_typed(ask: Ask, world: World, text: str) -> Reply:
    """Take one line: a number of the last list, a web address, else words to search for."""
    if (numbered := await digest.story_numbered(ask, world)) is not None:
        return await stories.story(replace(ask, text=str(numbered)), world)
    if _ADDRESS.fullmatch(text):
        if ask.is_admin:
            return await adding.add(ask, world)
        return Say((Message(told(ask.language, "unknown.address")),))
    return await search.search(ask, world)


# --- inline mode ----------------------------------------------------------------------------


async def inline(ask: Ask, world: World) -> Cards:
    """Answer ``@bot words``: a search; nothing typed: what the person's queries met lately."""
    text, offset = ask.text.strip(), min(ask.number(1), 200)
    found: tuple[Story, ...] = ()
    more = ""
    story = re.fullmatch(r"story (\d{1,15})", text)
    if story is not None:
        found = await world.db.read(archive.by_ids, [StoryId(int(story[1]))])
    elif not text:
        found = await latest(ask, world)
    else:
        try:
            page = await finding.find(world, text, limit=CARDS_ON_A_PAGE, offset=offset)
        except NewsError:  # half-typed: an unclosed quote is no reason to complain
            return Cards(())
        found = page.stories
        more = str(offset + CARDS_ON_A_PAGE) if offset + len(found) < page.total else ""
    return Cards(tuple(card_of(one, ask, world) for one in found if one.items), more)


async def latest(ask: Ask, world: World) -> tuple[Story, ...]:
    """Return the stories that the person's queries met last; without any, the most told."""
    now = world.clock()
    since = now - search.LATELY
    met = await world.db.read(matches.of_chat, ask.chat.id, None, since, now)
    ids = list(dict.fromkeys(one.story_id for one in met)) or await world.db.read(
        archive.between, since, now, limit=CARDS_ON_A_PAGE
    )
    return await world.db.read(archive.by_ids, ids[:CARDS_ON_A_PAGE])


def card_of(story: Story, ask: Ask, world: World) -> Card:
    """Return a story as a result of the inline list."""
    item = headline(story, ask.language)
    who = ownership(item.outlet, ask.language)
    about = " · ".join(part for part in (item.outlet.name, who) if part)
    message = alert(story, ask.chat, now=world.clock())
    link = f"https://t.me/{world.bot_username}?start=s_{story.id}"
    label = say(ask.language, "button.story")
    keyboard = ((Button(f"📖 {label}", url=link),),) if world.bot_username else ()
    return Card(
        id=f"s{story.id}",
        title=tidy(item.title, 120) or say(ask.language, "story.untitled"),
        about=tidy(about, 120),
        message=replace(message, keyboard=keyboard),
        url=item.url if item.url.startswith("http") else "",
    )
