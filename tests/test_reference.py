"""docs/commands.md and docs/schema.md tell of the program as it is, and leave nothing out."""

import re
from collections import Counter

import click
import pytest

from bot.cli import LazyGroup, main
from scripts.write_reference import PAGES, ROOT, Schema, examples, typed
from tests.journeys.documented import section

SCHEMA = Schema()
TABLES = SCHEMA.tables()


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_are_of_the_program_as_it_stands(name: str) -> None:
    written = (ROOT / name).read_text("utf-8")
    assert PAGES[name]() == written, "run: python -m scripts.write_reference"


@pytest.mark.parametrize("name", [*PAGES, "docs/operations.md"])
def test_no_cell_of_a_table_is_left_empty(name: str) -> None:
    rows = re.findall(r"^\|.+\|$", (ROOT / name).read_text("utf-8"), re.MULTILINE)
    assert rows
    assert [] == [row for row in rows if re.search(r"\|\s*\|", row)]


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


LEAVES = [
    one.name
    for one in typed(main, click.Context(main, info_name="steppewire"))
    if not isinstance(one.command, LazyGroup)
]


@pytest.mark.parametrize("name", LEAVES)
def test_every_command_has_an_example(name: str) -> None:
    """And tests/journeys/test_documented.py runs it, as every command line of the pages."""
    assert examples(name), "see EXAMPLES in scripts/write_reference.py"


WITHOUT_A_DATABASE = {"init", "demo", "units"}


def test_every_command_says_whether_it_may_run_beside_a_bot() -> None:
    told = section("docs/operations.md", "Commands beside a running bot")
    known = {word.split()[-1] for word in re.findall("`([a-z ]+)`", told)}
    assert set() == {name.split()[-1] for name in LEAVES} - WITHOUT_A_DATABASE - known
