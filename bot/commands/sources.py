"""/sources: the outlets that are read, whose they are, by country."""

from collections.abc import Sequence

from bot.context import Context
from bot.conversation import Ask, Button, Edit, Html, Keyboard, Message, Reply, Say
from bot.render.buttons import press
from bot.render.markup import bold, chunks, joined, translate_html
from bot.render.stories import outlet_name
from bot.texts import translate, words
from storage import feeds
from storage.model import Feed, FeedStatus, Outlet
from watchers.text.names import Gazetteer, meanings

READ = (FeedStatus.OK, FeedStatus.NEW, FeedStatus.ERROR)
WHOLE_REGION = "zz"
MOST_COUNTRIES = 40


async def sources(ask: Ask, context: Context) -> Reply:
    """Show the countries with the number of their outlets, or one country's outlets."""
    every = await read(context)
    for code in named(ask.text.strip(), context.names.current):
        if any(outlet.country.casefold() == code for outlet in every):
            return Say((of_country(every, code, ask.language),))
    return Say((by_country(every, ask.language),))


def named(typed: str, names: Gazetteer) -> tuple[str, ...]:
    """Return the codes of the countries that were perhaps typed: by code, or by any name."""
    return (typed.casefold(), *meanings(names, typed)) if typed else ()


async def pressed(ask: Ask, context: Context) -> Reply:
    """Open a country, or go back to all."""
    every, code = await read(context), ask.word(1)
    if not code:
        return Edit(by_country(every, ask.language))
    return Edit(of_country(every, code, ask.language))


async def read(context: Context) -> list[Outlet]:
    """Return the outlets of feeds that are being read, by name."""
    every: Sequence[Feed] = await context.db.read(feeds.every, polled_only=True)
    found = {feed.outlet.name: feed.outlet for feed in every if feed.state.status in READ}
    return sorted(found.values(), key=lambda outlet: outlet.name.casefold())


def by_country(every: list[Outlet], language: str) -> Message:
    """Return the countries, a button each."""
    counts: dict[str, int] = {}
    for outlet in every:
        counts[outlet.country] = counts.get(outlet.country, 0) + 1
    ordered = sorted(counts, key=lambda code: (-counts[code], code))
    buttons = [
        Button(
            f"{_country(code, language)} {counts[code]}",
            press("so", (code or WHOLE_REGION).lower()),
        )
        for code in ordered[:MOST_COUNTRIES]
    ]
    rows: Keyboard = tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))
    return Message(translate_html(language, "sources.head", count=len(every)), rows)


def _country(code: str, language: str) -> str:
    return words.country(code, language) if code else translate(language, "digest.region")


def of_country(every: list[Outlet], code: str, language: str) -> Message:
    """Return one country's outlets with who stands behind each."""
    code = "" if code == WHOLE_REGION else code.upper()
    those = [outlet for outlet in every if outlet.country.upper() == code]
    head = joined(
        (bold(_country(code, language)), translate(language, "n.outlets", count=len(those))), " · "
    )
    body = joined(line(outlet, language) for outlet in those)
    back = ((Button(f"‹ {translate(language, 'button.all')}", press("so")),),)
    return Message(chunks(joined((head, body), "\n\n"))[0], back)


def line(outlet: Outlet, language: str) -> Html:
    """Return an outlet's line."""
    return joined(("•", outlet_name(outlet, language, url=outlet.home_url)), " ")
