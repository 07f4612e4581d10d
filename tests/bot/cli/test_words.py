"""match and language: JSON lines in, the same lines with the answer out."""

import json

from tests.bot.cli.conftest import lines


def asked(*rows: object) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)


def test_every_line_is_answered_in_order(cli):
    told = lines(
        cli(
            "match",
            input=asked(
                {"id": 1, "query": "газ", "text": "Газета вышла"},
                {"id": 2, "query": "Токаев", "text": "Tokayev met farmers", "lang": "en"},
            ),
        )
    )
    assert [(1, False), (2, True)] == [(row["id"], row["match"]) for row in told]


def test_bad_lines_are_answered_with_an_error_and_stop_nothing(cli):
    told = lines(
        cli(
            "match",
            input=asked(
                {"query": "(gas", "text": "x"},
                "no json",
                {"query": "gas"},
                {"query": "gas", "text": "gas"},
            ),
        )
    )
    assert [True, True, True, False] == ["error" in row for row in told]
    assert told[3]["match"] is True


def test_language_of_texts(cli):
    told = lines(
        cli(
            "language",
            input=asked(
                {"text": "Президент прибыл в Астану с визитом"},
                {"text": "Қазақстан президенті Астанаға келді"},
                {"text": "The president arrived in Astana"},
            ),
        )
    )
    assert ["ru", "kk", "en"] == [row["lang"] for row in told]
