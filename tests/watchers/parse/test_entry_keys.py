"""The scenarios of identity inside a feed: a second document against the keys of the first."""

import pytest

from watchers.parse.entry_keys import EntryIdentity, keys

A, B, C = "https://a.kz/1", "https://a.kz/2", "https://a.kz/3"

KNOWN = {
    "the same": ([EntryIdentity("g1", A)], [EntryIdentity("g1", A)], [True]),
    "edited title": ([EntryIdentity("g1", A, "x")], [EntryIdentity("g1", A, "y")], [True]),
    "new link, old guid": ([EntryIdentity("g1", A)], [EntryIdentity("g1", B)], [True]),
    "new guid, old link": ([EntryIdentity("g1", A)], [EntryIdentity("g2", A)], [True]),
    "guid gone": ([EntryIdentity("g1", A)], [EntryIdentity("", A)], [True]),
    "guid from http to https": ([EntryIdentity("http://a.kz/?p=1", A)], [EntryIdentity("https://a.kz/?p=1", B)], [True]),
    "link from http to https": ([EntryIdentity("", "http://a.kz/1")], [EntryIdentity("", A)], [True]),
    "tracking added": ([EntryIdentity("", A)], [EntryIdentity("", A + "?utm_source=rss")], [True]),
    "guid becomes the link": ([EntryIdentity(A, A)], [EntryIdentity("77", A)], [True]),
    "re-ordered": ([EntryIdentity("g1", A), EntryIdentity("g2", B)], [EntryIdentity("g2", B), EntryIdentity("g1", A)], [True, True]),
    "one guid for all, links tell": ([EntryIdentity("g", A)], [EntryIdentity("g", A), EntryIdentity("g", B)], [True, False]),
    "one link for all, guids tell": (
        [EntryIdentity("g1", A), EntryIdentity("g2", A)],
        [EntryIdentity("g3", A), EntryIdentity("g1", A)],
        [False, True],
    ),
    "front page for a link": ([EntryIdentity("g1", "https://a.kz/")], [EntryIdentity("g2", "https://a.kz/")], [False]),
    "neither, the text tells": ([EntryIdentity("", "", "x")], [EntryIdentity("", "", "x"), EntryIdentity("", "", "y")], [True, False]),
    "one guid and one link for all": (
        [EntryIdentity("g", A, "x"), EntryIdentity("g", A, "y")],
        [EntryIdentity("g", A, "z"), EntryIdentity("g", A, "x")],
        [False, True],
    ),
    "places on one page": (
        [EntryIdentity("", A + "#1"), EntryIdentity("", A + "#2")],
        [EntryIdentity("", A + "#3"), EntryIdentity("", A + "#2")],
        [False, True],
    ),
    "a rubric's title": ([EntryIdentity("g1", A, "Курс")], [EntryIdentity("g2", B, "Курс")], [False]),
    "mobile page of the outlet": ([EntryIdentity("", A)], [EntryIdentity("", "https://m.a.kz/1")], [True]),
}  # fmt: skip


@pytest.mark.parametrize(("first", "second", "expected"), KNOWN.values(), ids=KNOWN)
def test_an_entry_is_known_by_any_of_its_keys(
    first: list[EntryIdentity], second: list[EntryIdentity], expected: list[bool]
) -> None:
    kept = {key for found in keys(first, own={"a.kz"}) for key in found}
    told = [not kept.isdisjoint(found) for found in keys(second, own={"a.kz"})]
    assert expected == told


COUNTED = {
    "from the top": (["1", "2", "3"], [], True),
    "from nought": (["0", "1"], [], True),
    "the first one changed": (["1"], ["2", "3"], True),
    "newest on top": (["3", "2", "1"], [], False),
    "newest on top, alone changed": (["3"], ["2", "1"], False),
    "one entry": (["1"], [], False),
    "not from the beginning": (["7", "8", "9"], [], False),
    "gaps": (["1", "2", "5"], [], False),
    "numbers of articles": (["123456", "123457"], [], False),
    "words": (["1", "2", "x"], [], False),
}


@pytest.mark.parametrize(("guids", "others", "counted"), COUNTED.values(), ids=COUNTED)
def test_guids_that_are_places_in_the_list_are_no_keys(
    guids: list[str], others: list[str], *, counted: bool
) -> None:
    every = [EntryIdentity(guid, f"https://a.kz/p{guid}") for guid in (*guids, *others)]
    found = keys(every[: len(guids)], every[len(guids) :])
    for guid, kept in zip(guids, found, strict=True):
        assert ((f"u:a.kz/p{guid}",) if counted else (f"g:{guid}", f"u:a.kz/p{guid}")) == kept


def test_places_in_the_list_under_one_link_leave_the_text_to_decide() -> None:
    first = keys([EntryIdentity("1", A, "x"), EntryIdentity("2", A, "y")])
    second = keys([EntryIdentity("1", A, "z"), EntryIdentity("2", A, "x")])
    assert first[0] == second[1]
    assert {*first[0], *first[1]}.isdisjoint(second[0])


def test_an_entry_listed_twice_is_one_entry() -> None:
    one, other = keys([EntryIdentity("g1", A, "x"), EntryIdentity("g1", A, "x")])
    assert one == other == ("g:g1", "u:a.kz/1")


def test_every_entry_has_a_key() -> None:
    assert all(
        keys(
            [
                EntryIdentity("", ""),
                EntryIdentity("", "", "x"),
                EntryIdentity("g", "javascript:x"),
                EntryIdentity("", "https://a.kz"),
            ]
        )
    )


def test_other_entries_of_the_document_count_for_uniqueness_only() -> None:
    assert [("u:a.kz/1",)] == keys([EntryIdentity("g", A)], others=[EntryIdentity("g", C)])
