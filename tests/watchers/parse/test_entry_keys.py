"""The scenarios of identity inside a feed: a second document against the keys of the first."""

import pytest

from watchers.parse.entry_keys import Told, keys

A, B, C = "https://a.kz/1", "https://a.kz/2", "https://a.kz/3"

KNOWN = {
    "the same": ([Told("g1", A)], [Told("g1", A)], [True]),
    "edited title": ([Told("g1", A, "x")], [Told("g1", A, "y")], [True]),
    "new link, old guid": ([Told("g1", A)], [Told("g1", B)], [True]),
    "new guid, old link": ([Told("g1", A)], [Told("g2", A)], [True]),
    "guid gone": ([Told("g1", A)], [Told("", A)], [True]),
    "guid from http to https": ([Told("http://a.kz/?p=1", A)], [Told("https://a.kz/?p=1", B)], [True]),
    "link from http to https": ([Told("", "http://a.kz/1")], [Told("", A)], [True]),
    "tracking added": ([Told("", A)], [Told("", A + "?utm_source=rss")], [True]),
    "guid becomes the link": ([Told(A, A)], [Told("77", A)], [True]),
    "re-ordered": ([Told("g1", A), Told("g2", B)], [Told("g2", B), Told("g1", A)], [True, True]),
    "one guid for all, links tell": ([Told("g", A)], [Told("g", A), Told("g", B)], [True, False]),
    "one link for all, guids tell": (
        [Told("g1", A), Told("g2", A)],
        [Told("g3", A), Told("g1", A)],
        [False, True],
    ),
    "front page for a link": ([Told("g1", "https://a.kz/")], [Told("g2", "https://a.kz/")], [False]),
    "neither, the text tells": ([Told("", "", "x")], [Told("", "", "x"), Told("", "", "y")], [True, False]),
    "one guid and one link for all": (
        [Told("g", A, "x"), Told("g", A, "y")],
        [Told("g", A, "z"), Told("g", A, "x")],
        [False, True],
    ),
    "places on one page": (
        [Told("", A + "#1"), Told("", A + "#2")],
        [Told("", A + "#3"), Told("", A + "#2")],
        [False, True],
    ),
    "a rubric's title": ([Told("g1", A, "Курс")], [Told("g2", B, "Курс")], [False]),
    "mobile page of the outlet": ([Told("", A)], [Told("", "https://m.a.kz/1")], [True]),
}  # fmt: skip


@pytest.mark.parametrize(("first", "second", "expected"), KNOWN.values(), ids=KNOWN)
def test_an_entry_is_known_by_any_of_its_keys(
    first: list[Told], second: list[Told], expected: list[bool]
) -> None:
    kept = {key for found in keys(first, own={"a.kz"}) for key in found}
    told = [not kept.isdisjoint(found) for found in keys(second, own={"a.kz"})]
    assert expected == told


def test_an_entry_listed_twice_is_one_entry() -> None:
    one, other = keys([Told("g1", A, "x"), Told("g1", A, "x")])
    assert one == other == ("g:g1", "u:a.kz/1")


def test_every_entry_has_a_key() -> None:
    assert all(
        keys(
            [Told("", ""), Told("", "", "x"), Told("g", "javascript:x"), Told("", "https://a.kz")]
        )
    )


def test_other_entries_of_the_document_count_for_uniqueness_only() -> None:
    assert [("u:a.kz/1",)] == keys([Told("g", A)], others=[Told("g", C)])
