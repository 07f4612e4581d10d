"""Finding stories for a query: the one way that offers, searches, exports and charts share."""

from collections.abc import Iterable
from datetime import datetime

from bot.context import Context
from bot.conversation import Ask
from storage import dialogs
from storage.errors import NewsError
from watchers import keywords, search

MOST_SUGGESTED = 3
MOST_TERMS_TRIED = 6


def canonical(context: Context, text: str) -> str:
    """Check a query and return its canonical form. Raises NewsError that says where it fails."""
    return read(context, text).text


def read(context: Context, text: str) -> keywords.Query:
    """Read a query by the names the ingester knows. Raises NewsError where it cannot be read."""
    return keywords.parse(text, context.names.current)


def watchable(context: Context, text: str) -> keywords.Query:
    """Read a query that is to be watched for. Raises NewsError, also where its time is over."""
    query = read(context, text)
    _, until = keywords.window(query, context.clock())
    if until is not None and until <= context.clock():
        raise NewsError("subscribe.over", filter="until:")
    return query


async def draft_of(ask: Ask, context: Context, text: str) -> int:
    """Keep a text for buttons that name it; 0 where it cannot be: then there are no buttons.

    Who asks is answered by reading, also while nothing can be written.
    """
    return await context.db.attempt(0, dialogs.keep_draft, ask.here.id, text, context.clock())


_NO_CODES = frozenset("am as at be by do go he if in is it me my no of on or so to up we".split())
"""Country codes that are English words: who types «it» hardly means Italy."""


def of_a_country(context: Context, text: str) -> str:
    """Return ``about:kz`` for a country's code or its name in any language and case, else ""."""
    code = text.casefold()
    known = context.names.current.entities
    if len(code) == 2 and code not in _NO_CODES:  # noqa: PLR2004 - ISO 3166
        entity = next((known[one] for one in known if one == code), None)
        if entity is not None and entity.kind == "country":
            return f"about:{code}"
    try:
        code = keywords.country_of(read(context, text), context.names.current)
    except NewsError:
        return ""
    return f"about:{code}" if code else ""


async def find(
    context: Context,
    text: str,
    *,
    limit: int,
    offset: int = 0,
    since: datetime | None = None,
    near: bool = False,
) -> search.Found:
    """Search the archive, with ``near`` by near words too. Raises NewsError for a bad query."""
    return await search.find(
        context.db,
        keywords.parse(text, context.names.current),
        now=context.clock(),
        limit=limit,
        offset=offset,
        since=since,
        names=context.names.current,
        near=near,
    )


async def turn(
    context: Context, text: str, found: search.Found, *, limit: int, offset: int
) -> search.Found:
    """Return another page of what was found before, in the order of then."""
    return await search.turn(
        context.db,
        read(context, text),
        found,
        now=context.clock(),
        limit=limit,
        offset=offset,
        names=context.names.current,
    )


async def forecast(context: Context, text: str, since: datetime) -> search.Forecast:
    """Count what a subscription would have brought. Raises NewsError where it cannot be read."""
    query = read(context, text)
    return await search.forecast(
        context.db, query, now=context.clock(), since=since, names=context.names.current
    )


def by_its_name(context: Context, text: str) -> str:
    """Return a query that is one known name in its dictionary form, any other as it is."""
    query = read(context, text)
    named = any(
        key.startswith("e:") for term in query.terms() for key in getattr(term, "keys", ())
    )
    if not named or len(query.understood) != 1 or text[:1] in '"=':
        return text
    (name,) = query.understood
    return name[:1].upper() + name[1:]


async def suggestions(context: Context, text: str) -> tuple[str, ...]:
    """Return queries near to one that found nothing, and that do find something.

    First with misspelt words put right, then each of several words alone.
    """
    labels = dict.fromkeys(term.label for term in read(context, text).terms())
    others = [label for label in labels if label != text][:MOST_TERMS_TRIED]
    alone = [by_its_name(context, label) for label in others]
    return await _that_find(context, dict.fromkeys((*await _put_right(context, text), *alone)))


async def any_of(context: Context, text: str) -> tuple[str, ...]:
    """Return a list with commas as one of alternatives, if that finds something.

    Commas ask for all of the words; who lists topics means any of them.
    """
    written = keywords.alternatives(text)
    return await _that_find(context, (written,)) if written else ()


async def meant(context: Context, text: str) -> tuple[str, ...]:
    """Return a query with misspelt words put right (Такаев → Токаев), if it finds something."""
    return await _that_find(context, await _put_right(context, text))


async def _put_right(context: Context, text: str) -> tuple[str, ...]:
    vocabulary = await search.told_words(context.db)
    found = keywords.suggest(read(context, text), context.names.current, vocabulary)
    return tuple(suggestion.query for suggestion in found)


async def _that_find(context: Context, queries: Iterable[str]) -> tuple[str, ...]:
    good: list[str] = []
    for query in queries:
        try:
            found = await find(context, query, limit=1)
        except NewsError:
            continue
        if found.total:
            good.append(query)
    return tuple(good[:MOST_SUGGESTED])
