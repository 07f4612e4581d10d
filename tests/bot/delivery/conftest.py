"""The delivery room as a fixture."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests.bot.delivery.kit import Room, room


@pytest.fixture
async def here(db: Database) -> AsyncIterator[Room]:
    """An empty delivery room with Anna in it."""
    async with room(db) as made:
        await made.meet()
        yield made
