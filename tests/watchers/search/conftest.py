"""The mixed archive, written once for all tests of a file."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.database import Database, connect
from storage.model import StoryId
from tests.watchers.search import archive


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[StoryId, str]]:
    path = tmp_path_factory.mktemp("archive") / "archive.db"
    db = connect(path)
    with db.conn:
        db.conn.execute("begin")
        events = archive.fill(db)
    db.close()
    return path, events


@pytest.fixture
def events(written: tuple[Path, dict[StoryId, str]]) -> dict[StoryId, str]:
    """Give the event of each story of the archive."""
    return written[1]


@pytest.fixture
async def told(written: tuple[Path, dict[StoryId, str]]) -> AsyncIterator[Database]:
    """Open the archive, to be read only."""
    db = await Database.opened(written[0])
    yield db
    await db.close()
