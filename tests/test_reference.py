"""docs/commands.md and docs/schema.md tell of the program as it is, and leave nothing out."""

import re
from collections import Counter

import click
import pytest

from bot.cli import LazyGroup, main
from scripts.write_reference import PAGES, ROOT, Schema, typed

SCHEMA = Schema()
TABLES = SCHEMA.tables()
PAGE = "docs/commands.md"


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_are_of_the_program_as_it_stands(name: str) -> None:
    written = (ROOT / name).read_text("utf-8")
    assert PAGES[name]() == written, "run: python -m scripts.write_reference"


def test_every_table_says_what_it_is_and_has_one_room() -> None:
    rooms = Counter(table for tables in SCHEMA.words["rooms"].values() for table in tables)
    assert dict.fromkeys(TABLES, 1) == rooms, "see scripts/schema_words.toml"
    assert [] == [table for table in TABLES if not SCHEMA.about(table)]


def test_every_column_says_what_it_is() -> None:
    """In a comment beside it in its ``create table``, or in scripts/schema_words.toml."""
    columns = {table: SCHEMA.columns(table) for table in TABLES}
    unsaid = [f"{of}.{name}" for of, said in columns.items() for name in said if not said[name]]
    assert [] == unsaid
    words = SCHEMA.words["columns"]
    assert [] == [f"{of}.{one}" for of in words for one in words[of] if one not in columns[of]]


def test_every_command_has_an_example() -> None:
    """A command that goes on until it is stopped needs none beside its name."""
    page = (ROOT / PAGE).read_text("utf-8")
    parts = dict(re.findall(r"^### steppewire (.+)\n((?:(?!^##).*\n)*)", page, re.MULTILINE))
    every = typed(main, click.Context(main, info_name="steppewire"))
    leaves = {one.name for one in every if not isinstance(one.command, LazyGroup)}
    assert [] == [name for name in leaves if "```sh" not in parts[name] and name != "run"]
