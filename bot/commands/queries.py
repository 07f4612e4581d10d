"""Finding stories for a query: the one way that offers, searches, exports and charts share."""

from collections.abc import Iterable
from datetime import datetime

from bot.context import Context
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


async def suggestions(context: Context, text: str) -> tuple[str, ...]:
    """Return queries near to one that found nothing, and that do find something.

    First with misspelt words put right, then each of several words alone.
    """
    labels = dict.fromkeys(
        term.label
        for term in read(context, text).terms()
        if term.label not in keywords.SMALL_OPERATORS
    )
    alone = [label for label in labels if label != text][:MOST_TERMS_TRIED]
    return await _that_find(context, dict.fromkeys((*await _put_right(context, text), *alone)))


async def spelled(context: Context, text: str) -> tuple[str, ...]:
    """Return a query with operators in capitals that were typed small, if it finds something.

    A small "or" is a word that must stand in the news; «газ или нефть» hardly means that.
    """
    written = keywords.spelled_out(text)
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
