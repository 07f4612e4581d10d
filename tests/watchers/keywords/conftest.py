"""A small archive to look keys up in."""

from collections.abc import Iterator

import pytest
import sqlite_utils

from storage import search
from storage.model import ItemId
from watchers.filing import item_words
from watchers.keywords import Facts
from watchers.text.words import analyse


class Archive:
    """The search index over one text at a time."""

    def __init__(self) -> None:
        self._db = sqlite_utils.Database(memory=True)
        for statement in search.SCHEMA:
            self._db.execute(statement)
        self._ids: dict[str, int] = {}

    def finds(self, text: str, expression: str) -> bool:
        if text not in self._ids:
            self._ids[text] = len(self._ids) + 1
            search.index(self._db, ItemId(self._ids[text]), item_words(analyse(text), Facts()))
        return ItemId(self._ids[text]) in search.search(self._db, expression, limit=1000)

    def close(self) -> None:
        self._db.close()


@pytest.fixture(scope="session")
def archive() -> Iterator[Archive]:
    opened = Archive()
    yield opened
    opened.close()
