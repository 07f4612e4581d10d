"""Two instances on one database or token would double every message."""

import os
from pathlib import Path

import pytest

from bot.instance import alone, database_lock, token_lock
from storage.errors import NewsError


def test_a_second_instance_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "news.db.lock"
    with (
        alone(path, "instance.database"),
        pytest.raises(NewsError) as raised,
        alone(path, "instance.database"),
    ):
        pass
    assert (raised.value.text_key, raised.value.values) == (
        "instance.database",
        {"pid": str(os.getpid())},
    )


def test_the_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    path = tmp_path / "news.db.lock"
    for _ in range(2):
        with alone(path, "instance.database"):
            assert path.exists()


def test_lock_names_tell_no_token() -> None:
    assert "AAH" not in token_lock("123:AAH").name
    assert token_lock("123:AAH") != token_lock("124:AAH")
    assert database_lock(Path("a/news.db")) == Path("a/news.db.lock")
