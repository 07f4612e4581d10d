"""What pages, the API and the feed of changes look up: each a read of the archive."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.render import reasons
from bot.texts import words
from bot.web.asking import MOST_PAGES
from bot.web.reading import OpenArchive, ReadArchive
from storage import local_time, revisions
from storage import stories as archive
from storage.model import ItemId, Story, StoryId
from storage.revisions import Revision
from storage.sql import Connection
from watchers import explanation, keywords, search
from watchers.text.names import Gazetteer

ON_A_PAGE = 20
"""Stories of a list: some 10 ms of work."""


@dataclass(frozen=True, slots=True)
class StoryList:
    """A page of stories; ``more`` says that there is a next one."""

    stories: tuple[Story, ...]
    more: bool


@dataclass(frozen=True, slots=True)
class FoundList:
    """A page of what a search found, the query as it was read, and the names it was read by."""

    query: keywords.Query
    found: search.Found
    names: Gazetteer
    more: bool


@dataclass(frozen=True, slots=True)
class WholeStory:
    """A story with what its outlets changed, and how its first reports came to it."""

    story: Story
    versions: dict[ItemId, tuple[Revision, ...]]
    how: tuple[tuple[str, ...], ...] = ()


def now() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


async def newest(read: ReadArchive, page: int) -> StoryList:
    """Return the stories that were told last."""

    def look(db: Connection) -> StoryList:
        ids = archive.newest(db, ON_A_PAGE + 1, (page - 1) * ON_A_PAGE)
        return _listed(db, ids, page)

    return await read.read(lambda open_: open_.pages.read(look))


async def of_day(read: ReadArchive, day: date, time_zone: str, page: int) -> StoryList:
    """Return the stories of a day by a zone's clock, those that most told first."""
    begins, ends = (local_time.instant(day + timedelta(days=n), 0, time_zone) for n in (0, 1))

    def look(db: Connection) -> StoryList:
        ids = archive.between(db, begins, ends, limit=page * ON_A_PAGE + 1)
        return _listed(db, ids[(page - 1) * ON_A_PAGE :], page)

    return await read.read(lambda open_: open_.pages.read(look))


def _listed(db: Connection, ids: list[StoryId], page: int) -> StoryList:
    told = archive.by_ids(db, ids[:ON_A_PAGE])
    return StoryList(
        tuple(story for story in told if story.items),
        more=len(ids) > ON_A_PAGE and page < MOST_PAGES,
    )


async def searched(read: ReadArchive, text: str, page: int) -> FoundList:
    """Search as the chat does, by the same names. Raises NewsError where a query is not read."""

    async def look(open_: OpenArchive) -> FoundList:
        await open_.names.refresh()
        names = open_.names.current
        query = keywords.parse(text, names)
        found = await search.find(
            open_.searches,
            query,
            now=now(),
            limit=ON_A_PAGE,
            offset=(page - 1) * ON_A_PAGE,
            names=names,
            near=True,
        )
        more = page * ON_A_PAGE < min(len(found.order), found.total) and page < MOST_PAGES
        return FoundList(query, found, names, more)

    return await read.search(look)


async def whole(read: ReadArchive, number: int, language: str, time_zone: str) -> WholeStory:
    """Return a story under its number, or a number it had. Raises NewsError where it is gone."""

    async def look(open_: OpenArchive) -> WholeStory:
        await open_.names.refresh()
        return await open_.pages.read(
            _whole, StoryId(number), language, time_zone, open_.names.current
        )

    return await read.read(look)


def _whole(
    db: Connection, number: StoryId, language: str, time_zone: str, names: Gazetteer
) -> WholeStory:
    story = archive.get(db, number)
    if story is None or not story.items:
        raise archive.not_there(db, number)
    accounts = explanation.accounts(db, story, names)
    zone = words.zone(time_zone)
    how = tuple(
        tuple(reasons.account(one, story, language, names.entities, zone)) for one in accounts
    )
    return WholeStory(story, revisions.of_story(db, story.id), how)
