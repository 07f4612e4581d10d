"""What is no command: plain words, unknown commands, ``@bot words`` in other chats."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.commands import adding, digest, feeds, opml, queries, search, settings, stories
from bot.context import Context
from bot.conversation import Ask, Button, Card, Cards, Message, Nothing, Reply, Say
from bot.digests.listing import Listing
from bot.render.buttons import press
from bot.render.markup import plain, tidy, translate_html
from bot.render.queries import languages_asked
from bot.render.stories import alert, outlet_name
from bot.texts import sentence, translate, words
from storage import matches
from storage import stories as archive
from storage.errors import NewsError
from storage.model import ChatKind, Story, StoryId
from storage.reading import headline, reading_of
from watchers import catalogue
from watchers.text.normal import APOSTROPHE, clean, tokenize

LETTERS_A_SLIP = 4
"""One slip of the finger in a name of up to seven letters, two from eight, three from twelve."""

MOST_SLIPS = 3
LEAST_BEGINNING = 3
CARDS_ON_A_PAGE = 10
MOST_PHRASE = 5
LONG_TEXT = 300

_FEED = re.compile(r"f\d{1,15}")
_STORY = re.compile(r"s\d{1,15}")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)


class UnknownCommand:
    """Answers an unknown command, in private only: in groups it may be meant for somebody else."""

    def __init__(self, names: tuple[str, ...], admins: tuple[str, ...] = ()) -> None:
        """Keep the names that may be told to everybody, and those told to admins too."""
        self._names, self._admins = names, (*names, *admins)

    async def __call__(self, ask: Ask, context: Context) -> Reply:
        """Open a story for /s12; else name the command that was perhaps meant."""
        if _STORY.fullmatch(ask.command) and not ask.text:
            return await stories.story(replace(ask, text=ask.command), context)
        if ask.is_admin and _FEED.fullmatch(ask.command):
            return await feeds.detail(replace(ask, text=ask.command[1:]), context)
        if ask.here.kind is not ChatKind.PRIVATE:
            return Nothing()
        name = nearest(ask.command, self._admins if ask.is_admin else self._names)
        if name is not None:
            text = translate_html(ask.language, "unknown.near", command=f"/{name}")
        else:
            text = translate_html(ask.language, "unknown.command")
        return Say((Message(text),))


def nearest(typed: str, names: Sequence[str]) -> str | None:
    """Return the name that was meant by a slip of the finger, None where none is near.

    A slip is a letter too many, too few, wrong, or swapped with its neighbour. A name's beginning
    stands for the shortest name that begins so; a name with words run into it for itself.
    """
    slips = min(MOST_SLIPS, max(1, len(typed) // LETTERS_A_SLIP))
    closest = process.extractOne(typed, names, scorer=OSA.distance, score_cutoff=slips)
    if closest is not None and closest[1] < len(typed):
        return str(closest[0])
    begun = [name for name in names if len(typed) >= LEAST_BEGINNING and name.startswith(typed)]
    run_on = [name for name in names if len(name) > LEAST_BEGINNING and typed.startswith(name)]
    return min(begun, key=len, default=None) or max(run_on, key=len, default=None)


async def plain_text(ask: Ask, context: Context) -> Reply:
    """Take plain words in a private chat as a search; hint where they can be none."""
    if ask.location is not None:
        return await settings.zone_typed(ask, context)
    if ask.document is not None and ask.is_admin:
        return await opml.taken_in(ask, context, ask.document)
    text = ask.text.strip()
    if _ADDRESS.fullmatch(text) and ask.is_admin:
        return await adding.add(ask, context)
    if hint := no_search(text):
        return Say((Message(translate_html(ask.language, hint)),))
    return await line_typed(ask, context)


async def line_typed(ask: Ask, context: Context) -> Reply:
    """Take one line: a number of the last list, else words to search for."""
    numbered = await digest.story_numbered(ask, context)
    if isinstance(numbered, Listing):
        return await no_such_number(ask, context, numbered)
    if numbered is not None:
        return await stories.story(replace(ask, text=str(numbered)), context)
    return await search.search(ask, context)


async def no_such_number(ask: Ask, context: Context, seen: Listing) -> Reply:
    """Say which numbers the last list has; who did mean a search has it at a tap."""
    text = ask.text.strip()
    draft = await queries.draft_of(ask, context, text)
    last = seen.first + len(seen.stories) - 1
    answer = translate_html(
        ask.language, "list.no_number", number=text, first=str(seen.first), last=str(last)
    )
    label = f"🔎 {translate(ask.language, 'button.search_for', text=text)}"
    keyboard = ((Button(label, press("f", draft, 0)),),) if draft else ()
    return Say((Message(answer, keyboard),))


def no_search(text: str) -> str:
    """Return the sentence for plain words that can be no search; "" for those that can."""
    if not text or len(text) > LONG_TEXT or "\n" in text:
        return "unknown.text"
    if _ADDRESS.fullmatch(text):
        return "unknown.address"
    kind = small_talk(text)
    return f"talk.{kind}" if kind else ""


def small_talk(text: str) -> str:
    """Return what kind of small talk a whole message is: ``thanks``, ``hello``; "" for none.

    A message of pictures alone (👍) is one too. Words beyond small talk make it a search.
    """
    kinds = phrases_of(text)
    if kinds is None:
        return "thanks" if any(unicodedata.category(sign) == "So" for sign in text) else ""
    if not kinds or "cancel" in kinds:  # with no question of ours open, it may be news
        return ""
    return "hello" if "hello" in kinds else "thanks"


def takes_back(text: str) -> bool:
    """Tell whether a whole message says that our question needs no answer: отмена, never mind."""
    return "cancel" in (phrases_of(text) or ())


async def take_back(ask: Ask, context: Context) -> Reply:
    """End the question that we asked last.

    Whoever brings a message in has forgotten it already.
    """
    del context
    return Say((Message(translate_html(ask.language, "cancelled")),))


def phrases_of(text: str) -> frozenset[str] | None:
    """Return of which kinds the phrases are that make up a whole message.

    Empty where there are other words in it too, None where there is no word at all.
    """
    typed = tuple(cut.normal.replace(APOSTROPHE, "'") for cut in tokenize(clean(text)))
    if not typed:
        return None
    phrases = catalogue.small_talk()
    kinds: set[str] = set()
    at = 0
    while at < len(typed):
        for length in range(min(MOST_PHRASE, len(typed) - at), 0, -1):
            if kind := phrases.get(typed[at : at + length]):
                kinds.add(kind)
                at += length
                break
        else:
            return frozenset()
    return frozenset(kinds)


# --- inline mode ----------------------------------------------------------------------------


async def inline(ask: Ask, context: Context) -> Cards:
    """Answer ``@bot words``: a search; nothing typed: what the person's queries matched lately."""
    text, offset = ask.text.strip(), min(ask.number(1), 200)
    found: tuple[Story, ...] = ()
    more = ""
    story = re.fullmatch(r"story (\d{1,15})", text)
    if story is not None:
        found = await context.db.read(archive.by_ids, [StoryId(int(story[1]))])
    elif not text:
        found = await latest(ask, context)
    else:
        try:
            page = await queries.find(context, text, limit=CARDS_ON_A_PAGE, offset=offset)
        except NewsError as error:  # half-typed, perhaps: it says what is missing yet
            return Cards((nothing_card(ask, text, sentence(error, ask.language)),))
        found = page.stories
        more = str(offset + CARDS_ON_A_PAGE) if offset + len(found) < page.total else ""
    asked = languages_asked((text,))
    cards = tuple(card_of(story, ask, context, asked) for story in found if story.items)
    if not cards and not offset:
        cards = (nothing_card(ask, text, translate(ask.language, "inline.nothing_about")),)
    return Cards(cards, more)


def nothing_card(ask: Ask, text: str, about: str) -> Card:
    """Return the one result that says there is none, lest the list seem broken."""
    title = translate_html(ask.language, "inline.nothing")
    if text:
        title = translate_html(ask.language, "search.nothing", query=tidy(text, 200))
    return Card("nothing", tidy(plain(title), 120), tidy(about, 120), Message(title))


async def latest(ask: Ask, context: Context) -> tuple[Story, ...]:
    """Return the stories that the person's queries matched last; without any, the most told."""
    now = context.clock()
    since = now - search.LATELY
    matched = await context.db.read(matches.of_chat, ask.chat.id, None, since, now)
    ids = list(dict.fromkeys(match.story_id for match in matched)) or await context.db.read(
        archive.between, since, now, limit=CARDS_ON_A_PAGE
    )
    return await context.db.read(archive.by_ids, ids[:CARDS_ON_A_PAGE])


def card_of(story: Story, ask: Ask, context: Context, asked: frozenset[str]) -> Card:
    """Return a story as a result of the inline list, in a language that was ``asked`` for."""
    item, now = headline(story, reading_of(ask.chat), asked), context.clock()
    at = words.when(item.told_at, now, ask.language, words.zone(ask.chat.time_zone))
    about = " · ".join((at, plain(outlet_name(item.outlet, ask.language))))
    # Whoever reads it in the other chat may live by another clock.
    message = alert(story, replace(ask.chat, zone_assumed=True), now=now, asked=asked)
    link = f"https://t.me/{context.bot_username}?start=s_{story.id}"
    label = translate(ask.language, "button.story")
    keyboard = ((Button(f"📖 {label}", url=link),),) if context.bot_username else ()
    return Card(
        id=f"s{story.id}",
        title=tidy(item.title, 120) or translate(ask.language, "story.untitled"),
        about=tidy(about, 120),
        message=replace(message, keyboard=keyboard),
        url=item.url if item.url.startswith("http") else "",
    )
