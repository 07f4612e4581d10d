"""How an item came to its story, read back from rows of any age."""

import ast
from pathlib import Path

import pytest

from bot.render.reasons import account
from bot.texts import LANGUAGES, catalogue
from storage import corrections, items, stories
from storage.corrections import CorrectionKind, NewCorrection
from storage.model import ItemId, StoryId
from storage.sql import Connection, to_json
from tests.storage.rows import NOON, feed, new_item, told
from watchers import explanation
from watchers import stories as identity
from watchers.explanation import Account, Came, noted
from watchers.stories.identity import _REASON_SIGNALS
from watchers.text.names import gazetteer

ROWS = [
    [],
    None,
    "",
    [["new"]],
    [["page", 1]],
    [["old", 21]],
    [["near", 1], ["words", 0.62], ["headline", 0.5], ["copied", 0.4], ["figures", 2.0]],
    [["near", 1], ["notions", 0.6], ["names", 0.3], ["entities", 0.9]],
    [["near", 1], ["words", 0.3], ["meaning", 0.87]],
    [["new", 1], ["meaning", 0.71]],
    [["near", 999], ["words", 0.62]],
    [["new", 1], ["veto", "place", "almaty", "bishkek", 1], ["veto", "place", "kz", "kg", 1]],
    [["new", 1], ["veto", "figure", "kill", 3.0, 5.0, 1], ["veto", "figure", "%", 16.5, 17.0, 1]],
    [["new", 1], ["veto", "figure", "injur", 3, 5, 1], ["veto", "figure", "", 3, 5, 1]],
    [["new", 1], ["veto", "stage", 1], ["veto", "denial", 1], ["veto", "roles", 1]],
    [["new", 1], ["veto", "thin", 1, 1], ["veto", "instalment", 24, 1]],
    [["new", 1], ["veto", "theme", 1]],
    [["new", 1], ["veto", "of tomorrow", {"a": 1}, 1], ["veto"], ["veto", "thin"], [], [3]],
    [["words", 0.62, "5 of 8"], ["names", 0.3, "kz"]],
    [{"title": 0.9}, ["place", "kz"]],
    {"words": 0.5},
    [["near", None], ["near", "x"], ["words", "much"]],
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stored", ROWS, ids=str)
def test_reasons_of_any_age_are_said_in_words(
    connection: Connection, stored: object, language: str
) -> None:
    told(connection, feed(connection), new_item(1), new_item(2, 1))
    connection.conn.execute(
        "update items set reasons = ?, score = 0.913 where id = 2", (to_json(stored),)
    )
    story = stories.get(connection, stories.current(connection, 1))  # type: ignore[arg-type]
    assert story is not None
    said = [
        line
        for one in explanation.accounts(connection, story, gazetteer())
        for line in account(one, story, language, gazetteer().entities)
    ]
    assert len(said) >= 2
    for line in said:
        assert not set("[]{}_=") & set(line), line
        assert "None" not in line
        assert "?" not in line


def veto_kinds() -> set[str]:
    """Every kind of veto that the code can give."""
    rooms = [Path(identity.__file__).parent / name for name in ("vetoes.py", "frames.py")]
    return {
        str(kind.value)
        for room in rooms
        for node in ast.walk(ast.parse(room.read_text("utf-8")))
        if isinstance(node, ast.Tuple) and len(node.elts) > 1
        for mark, kind in [node.elts[:2]]
        if isinstance(mark, ast.Constant)
        and mark.value == "veto"
        and isinstance(kind, ast.Constant)
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_reason_has_its_words(language: str) -> None:
    wanted = {f"veto.{kind}" for kind in veto_kinds()}
    assert len(wanted) >= 10
    wanted |= {f"signal.{name}" for name in _REASON_SIGNALS} | {f"came.{one}" for one in Came}
    assert set() == wanted - catalogue(language).forms.keys()


def came(connection: Connection, number: int) -> Account:
    story = stories.get(connection, stories.current(connection, 1))  # type: ignore[arg-type]
    assert story is not None
    found = explanation.accounts(connection, story, gazetteer())
    return next(one for one in found if one.item.id == number)


def test_a_story_joined_on_second_thoughts_is_said_to_be(connection: Connection) -> None:
    told(connection, feed(connection), new_item(1), new_item(2, reasons=(("new",),)))
    stories.join(connection, 2, 1, NOON)  # type: ignore[arg-type]
    assert Came.FIRST is came(connection, 1).came
    assert Came.LATER is came(connection, 2).came


def test_what_an_admin_decided_is_said_to_be(connection: Connection) -> None:
    told(connection, feed(connection), new_item(1), new_item(2, reasons=(("new",),)))
    correct(connection, CorrectionKind.MERGE, [2], 1)
    joined = came(connection, 2)
    assert (Came.JOINED, 1) == (joined.came, joined.other and joined.other.id)
    assert Came.FIRST is came(connection, 1).came


def correct(connection: Connection, kind: CorrectionKind, out: list[int], to: int) -> None:
    new = NewCorrection(kind, [ItemId(one) for one in out], StoryId(to), 5)
    corrections.make(connection, new, NOON)


@pytest.mark.parametrize(("out", "to"), [([1, 2], 3), ([3, 4], 1)])
def test_a_merge_is_told_at_the_report_that_began_the_younger_story(
    connection: Connection, out: list[int], to: int
) -> None:
    """Whichever story was merged into which."""
    near = (("near", 3), ("words", 0.5))
    told(
        connection,
        feed(connection),
        new_item(1, reasons=(("new",),)),
        new_item(2, 1, reasons=(("near", 1), ("words", 0.5))),
        new_item(3, reasons=(("new",),)),
        new_item(4, 3, reasons=near),
    )
    correct(connection, CorrectionKind.MERGE, out, to)
    ways = [came(connection, number).came for number in range(1, 5)]
    assert [Came.FIRST, Came.LIKE, Came.JOINED, Came.LIKE] == ways
    other = came(connection, 3).other
    assert other is not None
    assert other.id == 1


def test_a_split_is_told_at_what_was_taken_out_and_at_what_had_come_for_it(
    connection: Connection,
) -> None:
    told(
        connection,
        feed(connection),
        new_item(1, reasons=(("new",),)),
        new_item(2, 1, reasons=(("near", 1), ("words", 0.5))),
        new_item(3, 1, reasons=(("near", 2), ("words", 0.5))),
    )
    correct(connection, CorrectionKind.SPLIT, [2], 9)
    left = came(connection, 3)
    assert (Came.LEFT, 2) == (left.came, left.other and left.other.id)
    assert Came.FIRST is came(connection, 1).came
    story = stories.get(connection, 9)  # type: ignore[arg-type]
    assert story is not None
    (alone,) = explanation.accounts(connection, story, gazetteer())
    assert Came.PARTED is alone.came
    assert alone.other is not None
    said = account(alone, story, "en", gazetteer().entities)
    assert ["An admin took it out of the story of /s1 (courier.example) on 22 Nov 2026."] == said


def test_a_move_is_told_at_what_was_moved_with_its_day(connection: Connection) -> None:
    told(connection, feed(connection), new_item(1), new_item(2, 1), new_item(3))
    correct(connection, CorrectionKind.MOVE, [2], 3)
    story = stories.get(connection, 3)  # type: ignore[arg-type]
    assert story is not None
    moved = next(
        one for one in explanation.accounts(connection, story, gazetteer()) if one.item.id == 2
    )
    assert Came.MOVED is moved.came
    for language, day in (("en", "on 22 Nov 2026"), ("ru", "(22 нояб. 2026")):
        (said,) = account(moved, story, language, gazetteer().entities)
        assert "/s1 (courier.example)" in said
        assert day in said


def test_what_was_undone_is_told_no_more(connection: Connection) -> None:
    told(connection, feed(connection), new_item(1), new_item(2, reasons=(("new",),)))
    correct(connection, CorrectionKind.MERGE, [2], 1)
    (made,) = corrections.in_force(connection)
    corrections.undo(connection, made.id, NOON)
    assert Came.FIRST is came(connection, 1).came
    story = stories.get(connection, 2)  # type: ignore[arg-type]
    assert story is not None
    (alone,) = explanation.accounts(connection, story, gazetteer())
    assert Came.FIRST is alone.came


@pytest.mark.parametrize(
    ("language", "said"), [("en", "the same currency: dollar"), ("ru", "та же валюта: доллар")]
)
def test_a_currency_is_no_name(connection: Connection, language: str, said: str) -> None:
    told(
        connection,
        feed(connection),
        new_item(1, title="Dollar falls as Tokayev speaks"),
        new_item(
            2, 1, title="Tokayev speaks, dollar falls", reasons=(("near", 1), ("words", 0.5))
        ),
    )
    story = stories.get(connection, stories.current(connection, 1))  # type: ignore[arg-type]
    assert story is not None
    (line,) = account(came(connection, 2), story, language, gazetteer().entities)
    names = {"en": "1 name in both", "ru": "1 общее имя"}[language]
    assert said in line
    assert names in line


def test_two_texts_name_what_they_have_in_common(connection: Connection) -> None:
    told(
        connection,
        feed(connection),
        new_item(1, title="Magnitude 5.1 earthquake shakes Bishkek", summary="Kara-Dobo felt it"),
        new_item(
            2,
            1,
            title="Earthquake of magnitude 5.1 near Bishkek",
            summary="Houses in Kara-Dobo have cracks",
            reasons=(("near", 1), ("words", 0.5)),
            score=0.97,
        ),
    )
    found = came(connection, 2).grounds
    assert found is not None
    assert ("magnitude 5.1",) == found.figures
    assert ("bishkek",) == found.places
    assert {"Kara", "Dobo"} <= set(found.words)


def test_a_name_is_told_as_both_texts_write_it(connection: Connection) -> None:
    told(
        connection,
        feed(connection),
        new_item(1, title="Doctors of Toktogul save nine", summary="They lie in Toktogul"),
        new_item(2, 1, title="Nine are in hospital in Toktogul", reasons=(("near", 1),)),
    )
    found = came(connection, 2).grounds
    assert found is not None
    assert ("Toktogul",) == found.names


def test_a_name_that_both_texts_write_whole_is_told_whole(connection: Connection) -> None:
    told(
        connection,
        feed(connection),
        new_item(1, title="Toktogul Dam is low"),
        new_item(2, 1, title="Water falls at Toktogul Dam", reasons=(("near", 1),)),
    )
    found = came(connection, 2).grounds
    assert found is not None
    assert ("toktogul",) == found.names


@pytest.mark.parametrize(
    ("title", "other", "places", "apart"),
    [
        ("Rain floods Osh", "Snow falls in Osh", ("osh",), None),
        ("Rain floods Osh", "Rain floods Almaty", (), ("almaty", "osh")),
        ("Rain floods Osh", "Rain floods homes", (), None),
    ],
)
def test_places_are_the_same_differ_or_are_not_said(
    connection: Connection,
    title: str,
    other: str,
    places: tuple[str, ...],
    apart: tuple[str, str] | None,
) -> None:
    told(
        connection,
        feed(connection),
        new_item(1, title=title),
        new_item(2, 1, title=other, reasons=(("near", 1),)),
    )
    found = came(connection, 2).grounds
    assert found is not None
    assert (places, apart) == (found.places, found.apart)


def test_across_languages_words_of_one_meaning_are_named(connection: Connection) -> None:
    told(
        connection,
        feed(connection),
        new_item(1, title="Uranium plant opens in Turkistan"),
        new_item(2, 1, title="В Туркестане открыли завод урана", lang="ru",
                 reasons=(("near", 1),)),
    )  # fmt: skip
    found = came(connection, 2).grounds
    assert found is not None
    assert found.across
    assert {"завод", "урана"} <= set(found.words)


def test_rows_are_read_as_they_were_written(connection: Connection) -> None:
    told(connection, feed(connection), new_item(1, reasons=(("old", 21), ("words", 0.5))))
    _, stored = items.reasons(connection, 1)  # type: ignore[arg-type]
    assert ("old", 21, (("words", 0.5),)) == (
        noted(stored).kind,
        noted(stored).value,
        noted(stored).signals,
    )


@pytest.mark.parametrize(
    ("language", "said"), [("en", "likeness 0.87 of 1"), ("ru", "близость 0,87 из 1")]
)
def test_where_meaning_decided_that_is_said(
    connection: Connection, language: str, said: str
) -> None:
    told(connection, feed(connection), new_item(1), new_item(2, 1))
    connection.conn.execute(
        "update items set reasons = ?, score = 0.6 where id = 2",
        (to_json([["near", 1], ["words", 0.3], ["meaning", 0.87]]),),
    )
    story = stories.get(connection, StoryId(1))
    assert story is not None
    first, second = explanation.accounts(connection, story, gazetteer())
    assert (None, 0.87) == (first.meaning, second.meaning)
    assert said in account(second, story, language, gazetteer().entities)[0]
