"""English paradigms: regular endings, and the forms that a list spells out: take/took/taken."""

from collections.abc import Iterator


def english(cell: str, part: str) -> Iterator[str]:
    """Give a word's forms; of an adjective its degrees, where the list has them."""
    word, *told = cell.split("/")
    double = "2" in told
    told = [form for form in told if form != "2"]
    yield word
    if part == "noun":
        yield from told or [_with_s(word)]
        yield word + "'s"
    elif part == "adjective":
        yield from told
    else:
        yield _with_s(word)
        yield _stem(word, double=double) + "ing"
        yield from told or [_past(word, double=double)]


def _with_s(word: str) -> str:
    if _ends_in_y(word):
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) or word == "go" else "s")


def _stem(word: str, *, double: bool) -> str:
    if double:
        return word + word[-1]
    if word.endswith("ie"):
        return word[:-2] + "y"
    return word[:-1] if word[-1] == "e" and not word.endswith(("ee", "oe", "ye")) else word


def _past(word: str, *, double: bool) -> str:
    if _ends_in_y(word):
        return word[:-1] + "ied"
    if double:
        return word + word[-1] + "ed"
    return word + ("d" if word[-1] == "e" else "ed")


def _ends_in_y(word: str) -> bool:
    return word[-1] == "y" and word[-2] not in "aeou"
