"""/search: the archive by pages, to be subscribed to or taken home as a file."""

import csv
import io
import json
from datetime import timedelta

from bot.commands import queries as commands_queries
from bot.commands import subscribe
from bot.context import Context
from bot.conversation import Ask, Button, Edit, File, Keyboard, Message, Reply, Say
from bot.render.buttons import press, turn
from bot.render.marking import Marker
from bot.render.markup import escape, joined, tidy, translate_html
from bot.render.queries import literally, query_title, understood
from bot.render.stories import found_line
from storage import dialogs
from storage.errors import NewsError
from storage.local_time import rfc3339
from storage.model import Story, StoryId
from watchers import search as search_engine

ON_A_PAGE = 5
LATELY = timedelta(days=2)
MOST_EXPORTED = 2000
MOST_PAGES = 200
BEGINNING = '{"search":'
"""What every kept search begins with, among the other texts that buttons stand for."""


async def search(ask: Ask, context: Context) -> Reply:
    """Search for what was typed, and show the first page."""
    text = ask.text.strip()
    if not text:
        await context.db.write(
            dialogs.expect, ask.here.id, ask.person_id, "search", context.clock()
        )
        return Say((Message(translate_html(ask.language, "search.what"), asks=True),))
    query = commands_queries.canonical(context, text)
    return Say((await begun(ask, context, query, 0),))


async def turned(ask: Ask, context: Context) -> Reply:
    """Turn to another page of a search: of what it found then, in the order of then."""
    text = await drafted(ask, context)
    page = min(max(ask.number(2), 0), MOST_PAGES)
    kept = from_json(text)
    if kept is None:
        return Edit(await begun(ask, context, text, page))
    query, before = kept
    found = await commands_queries.turn(
        context, query, before, limit=ON_A_PAGE, offset=page * ON_A_PAGE
    )
    return Edit(await page_of(ask, context, query, ask.number(1), found, page))


async def begun(ask: Ask, context: Context, query: str, page: int) -> Message:
    """Search anew, keep what was found for pages to be turned, and show one of them."""
    found = await commands_queries.find(
        context, query, limit=ON_A_PAGE, offset=page * ON_A_PAGE, near=True
    )
    kept = await commands_queries.draft_of(ask, context, to_json(query, found))
    return await page_of(ask, context, query, kept, found, page)


def to_json(query: str, found: search_engine.Found) -> str:
    """Write down what a search found: its stories' numbers in their order."""
    return json.dumps(
        {
            "search": query,  # first: BEGINNING
            "stories": found.order,
            "near": {str(story): words for story, words in found.near.items()},
            "machine": sorted(found.machine),
            "without": {str(story): words for story, words in found.without.items()},
            "total": found.total,
            "more": found.more,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    )


def from_json(text: str) -> tuple[str, search_engine.Found] | None:
    """Read what a search found again, with its query; None where the text is a query alone."""
    if not text.startswith(BEGINNING):
        return None
    kept = json.loads(text)
    found = search_engine.Found(
        total=kept["total"],
        more=kept["more"],
        order=tuple(map(StoryId, kept["stories"])),
        near=_by_story(kept["near"]),
        without=_by_story(kept.get("without", {})),  # kept before there were any
        machine=frozenset(map(StoryId, kept.get("machine", ()))),
    )
    return kept["search"], found


def _by_story(kept: dict[str, list[str]]) -> dict[StoryId, tuple[str, ...]]:
    return {StoryId(int(story)): tuple(words) for story, words in kept.items()}


async def drafted(ask: Ask, context: Context) -> str:
    """Return the query that a button stands for; NewsError where it is too old."""
    query = await context.db.read(dialogs.draft, ask.number(1), ask.here.id)
    if query is None:
        raise NewsError("button.old")
    return query


async def page_of(  # noqa: PLR0917 - what a page is of
    ask: Ask, context: Context, query: str, kept: int, found: search_engine.Found, page: int
) -> Message:
    """Return one page of results with the buttons under it."""
    draft = await commands_queries.draft_of(ask, context, query)
    language, now = ask.language, context.clock()
    if not found.total:
        return await _nothing(ask, context, query, draft)
    key = "search.found_more" if found.more else "search.found"
    name = query_title(query, language)
    head = translate_html(language, key, query=name, count=found.total)
    marker = Marker.of((query,), context.names.current)
    body = [
        found_line(
            story,
            ask.chat,
            marker,
            now=now,
            near=found.near.get(story.id, ()),
            without=found.without.get(story.id, ()),
        )
        for story in found.stories
    ]
    if page == 0:
        read = commands_queries.read(context, query)
        head = joined(
            (head, understood(read, language) if read.reworded else "", literally(read, language))
        )
    if found.without and not set(found.order) - found.without.keys() - found.near.keys():
        head = joined((head, translate_html(language, "search.not_all")))
    pages = -(-found.total // ON_A_PAGE)
    watching = await subscribe.watching(ask, context, query, draft)
    rows = [*turn(("f", kept), page, pages), *_deeds(watching, draft)]
    listed = await commands_queries.any_of(context, query)
    if listed:
        body.append(translate_html(language, "query.commas"))
    few = found.total <= subscribe.LITTLE
    meant = (*listed, *(await commands_queries.meant(context, query) if few else ()))
    if meant:
        body.append(translate_html(language, "search.perhaps"))
        rows += await _other_searches(ask, context, meant)
    return Message(joined((head, *body), "\n\n"), tuple(rows) if draft and kept else ())


async def _other_searches(
    ask: Ask, context: Context, queries: tuple[str, ...]
) -> list[tuple[Button, ...]]:
    """Return a button for each of some other queries."""
    rows: list[tuple[Button, ...]] = []
    for other in queries:
        number = await commands_queries.draft_of(ask, context, other)
        rows.append((Button(f"🔎 {tidy(other, 40)}", press("f", number, 0)),))
    return rows


def _deeds(watching: Button, draft: int) -> Keyboard:
    return (
        (watching,),
        (
            Button("⬇️ CSV", press("fx", draft, "csv")),
            Button("⬇️ JSON", press("fx", draft, "json")),
        ),
    )


async def _nothing(ask: Ask, context: Context, query: str, draft: int) -> Message:
    """Say that nothing was found, what would have been, and how to be told when it comes."""
    listed = await commands_queries.any_of(context, query)
    nearby = (*listed, *await commands_queries.suggestions(context, query))
    nearby = tuple(dict.fromkeys(nearby))[: commands_queries.MOST_SUGGESTED]
    read = commands_queries.read(context, query)
    parts = [
        joined(
            (
                translate_html(
                    ask.language, "search.nothing", query=query_title(query, ask.language)
                ),
                understood(read, ask.language) if read.reworded else "",
                literally(read, ask.language),
            )
        )
    ]
    if listed:
        parts.append(translate_html(ask.language, "query.commas"))
    rows = await _other_searches(ask, context, nearby)
    if nearby:
        parts.append(translate_html(ask.language, "search.perhaps"))
    rows.append((await subscribe.watching(ask, context, query, draft),))
    return Message(joined(parts, "\n\n"), tuple(rows) if draft else ())


async def subscribe_this(ask: Ask, context: Context) -> Reply:
    """Offer a subscription to what was searched for."""
    return Say((await subscribe.offer(ask, context, await drafted(ask, context)),))


# --- taking home ----------------------------------------------------------------------------


async def export(ask: Ask, context: Context) -> Reply:
    """Send what was found as a file, one line an item."""
    query = await drafted(ask, context)
    found = await commands_queries.find(context, query, limit=MOST_EXPORTED)
    rows = [row for story in found.stories for row in _rows(story)]
    as_json = ask.word(2) == "json"
    body = _json(rows) if as_json else _csv(rows)
    name = f"search-{context.clock():%Y%m%d-%H%M}.{'json' if as_json else 'csv'}"
    caption = joined(
        (
            escape(query_title(query, ask.language)),
            translate_html(ask.language, "search.exported", count=len(found.stories)),
        )
    )
    return File(name, body, caption)


def _rows(story: Story) -> list[dict[str, str | int]]:
    return [
        {
            "story": int(story.id),
            "told_at": rfc3339(item.told_at),
            "outlet": item.outlet.name,
            "country": item.outlet.country,
            "ownership": str(item.outlet.ownership),
            "language": item.lang,
            "title": item.title,
            "url": item.url,
        }
        for item in story.items
    ]


def _json(rows: list[dict[str, str | int]]) -> bytes:
    return json.dumps(rows, ensure_ascii=False, indent=1).encode("utf-8", "replace")


def _csv(rows: list[dict[str, str | int]]) -> bytes:
    out = io.StringIO()
    names = ["story", "told_at", "outlet", "country", "ownership", "language", "title", "url"]
    writer = csv.DictWriter(out, names)
    writer.writeheader()
    writer.writerows({name: _harmless(value) for name, value in row.items()} for row in rows)
    # The mark at the beginning tells Excel that this is UTF-8.
    return ("\ufeff" + out.getvalue()).encode("utf-8", "replace")


def _harmless(value: str | int) -> str | int:
    """Keep spreadsheets from reading a headline as a formula (OWASP: CSV injection)."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
