"""The .env file: every form that people and editors write, and a sentence for what is none."""

import pytest

from bot.envfile import EnvEntry, filled, parsed


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("ADMIN_IDS=5", "5"),
        ("ADMIN_IDS = 5 ", "5"),
        ("export ADMIN_IDS=5", "5"),
        ('ADMIN_IDS="5, 6"', "5, 6"),
        ("ADMIN_IDS='5'", "5"),
        ("ADMIN_IDS=5  # mine and Anna's", "5"),
        ('ADMIN_IDS="5"\t# mine', "5"),
        ("ADMIN_IDS=$HOME${PATH}`id`", "$HOME${PATH}`id`"),
        ("ADMIN_IDS='$HOME'", "$HOME"),
        ("ADMIN_IDS=а=б", "а=б"),
        ("ADMIN_IDS=4\nADMIN_IDS=5", "5"),
        ("ADMIN_IDS=5\nADMIN_IDS=", "5"),
        ("  ADMIN_IDS=5", "5"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", ""])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_value_is_read_as_it_is_written(written: str, value: str, end: str, mark: str) -> None:
    file = parsed((mark + written.replace("\n", end or "\n") + end).encode(), ".env")
    assert (value, ()) == (file.entries["ADMIN_IDS"].value, file.problems)


@pytest.mark.parametrize("written", ["", "ADMIN_IDS=", "ADMIN_IDS= # none", "# ADMIN_IDS=5", "\n"])
def test_an_empty_value_is_as_if_its_line_were_not_there(written: str) -> None:
    assert ({}, ()) == (parsed(written.encode(), ".env").entries, parsed(b"", ".env").problems)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_an_editor_counts_them(end: str) -> None:
    text = end.join(["# first", "", "A=1", "no equals sign", "  ", "", " B=2", "C='open", "D=3"])
    file = parsed(text.encode(), "my.env")
    assert {"A": EnvEntry("1", 3), "B": EnvEntry("2", 7), "D": EnvEntry("3", 9)} == file.entries
    assert ["my.env, line 4", "my.env, line 8"] == [one.split(":")[0] for one in file.problems]


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("TELEGRAM_BOT_TOKEN 12:AAA", "no “=”"),
        ("TELEGRAM_BOT_TOKEN: 12:AAA", "no “=”"),
        ("TELEGRAM_BOT_TOKEN", "no “=”"),
        ('TELEGRAM_BOT_TOKEN="12:AAA', "quotation mark"),
        ('TELEGRAM_BOT_TOKEN="12:AAA" "', "quotation mark"),
        ("set TELEGRAM_BOT_TOKEN=12:AAA", "no blanks"),
        ("=12:AAA", "NAME=value"),
    ],
)
def test_a_line_that_cannot_be_read_says_why_and_is_not_shown(line: str, why: str) -> None:
    [problem] = parsed(f"A=1\n{line}\nB=2\n".encode(), ".env").problems
    assert problem.startswith(".env, line 2: ")
    assert why in problem
    assert "12:AAA" not in problem


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("A=1\n# ключ\n".encode("cp1251"), ".env, line 2: this is not UTF-8"),
        ("A=1\n".encode("utf-16"), "UTF-16"),
    ],
)
def test_a_file_in_another_encoding_says_so(raw: bytes, why: str) -> None:
    [problem] = parsed(raw, ".env").problems
    assert why in problem
    assert "save it as UTF-8" in problem


# --- written ------------------------------------------------------------------------------------

TEMPLATE = "# Who.\nADMIN_IDS=\n\n# Where, such as DATABASE_PATH=x.db\n#DATABASE_PATH=news.db\n"


def test_values_stand_behind_their_names_and_comments_stay() -> None:
    assert filled(TEMPLATE, {"ADMIN_IDS": "5", "DATABASE_PATH": "my news.db", "RATES": "1"}) == (
        "# Who.\nADMIN_IDS=5\n\n# Where, such as DATABASE_PATH=x.db\n"
        "DATABASE_PATH='my news.db'\nRATES=1\n"
    )


@pytest.mark.parametrize(
    "value",
    ["5", "my news.db", "a # b", "#b", "Anna's", '"so"', "'", "\\", "C:\\new\\'", "$HOME", "а=б", " x "],
)  # fmt: skip
def test_what_is_written_is_read_as_it_was(value: str) -> None:
    file = parsed(filled(TEMPLATE, {"ADMIN_IDS": value, "RATES": "1"}).encode(), ".env")
    assert () == file.problems
    assert [value, "1"] == [entry.value for entry in file.entries.values()]
