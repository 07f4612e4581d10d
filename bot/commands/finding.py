"""Finding stories for a query: the one way that offers, searches, exports and charts share."""

from datetime import datetime

from bot.conversation import World
from storage.errors import NewsError
from watchers import archive, keywords

MOST_SUGGESTED = 3
MOST_TERMS_TRIED = 6


def canonical(world: World, text: str) -> str:
    """Check a query and return its canonical form. Raises NewsError that says where it fails."""
    return read(world, text).text


def read(world: World, text: str) -> keywords.Query:
    """Read a query by the names the desk knows. Raises NewsError where it cannot be read."""
    return keywords.parse(text, world.desk.names)


async def find(
    world: World, text: str, *, limit: int, offset: int = 0, since: datetime | None = None
) -> archive.Found:
    """Search the archive. Raises NewsError where the query cannot be read."""
    return await archive.find(
        world.db,
        keywords.parse(text, world.desk.names),
        now=world.clock(),
        limit=limit,
        offset=offset,
        since=since,
        names=world.desk.names,
    )


async def suggestions(world: World, text: str) -> tuple[str, ...]:
    """Return queries near to one that found nothing, and that do find something.

    Each of several words alone.
    """
    labels = dict.fromkeys(term.label for term in read(world, text).terms())
    tried = [label for label in labels if label != text][:MOST_TERMS_TRIED]
    good: list[str] = []
    for label in tried:
        try:
            found = await find(world, label, limit=1)
        except NewsError:
            continue
        if found.total:
            good.append(label)
    return tuple(good[:MOST_SUGGESTED])
