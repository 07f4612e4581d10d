"""Tajik paradigms: plural, izofat, object, indefinite and enclitics; verbs of two stems."""

from collections.abc import Iterator

_VOWELS = "аеёиоуэюяӣӯ"
_PAST = ("", "ам", "ем", "ед", "анд")
_PERFECT = ("а", "ааст", "аанд", "аам", "аем")
_PRESENT = ("ад", "анд", "ам", "ем", "ед")


def tajik(cell: str, part: str) -> Iterator[str]:
    """Give a word's forms."""
    word, _, present = cell.rstrip("*").partition(":")
    if part == "verb":
        yield from _verb(word, present)
    elif part == "noun":
        yield from _noun(word, person=cell.endswith("*"))
    else:
        yield from _adjective(word)


def _noun(word: str, *, person: bool) -> Iterator[str]:
    yield from _ended(word)
    many = _short(word) + "ҳо"
    yield from _ended(many)
    if person:
        yield from _ended(_people(word))


def _short(word: str) -> str:
    """Shorten a last ӣ, which any ending does: бозӣ, бозиҳо."""
    return word[:-1] + "и" if word[-1] == "ӣ" else word


def _people(word: str) -> str:
    if word.endswith("а"):
        return word[:-1] + "агон"
    if word.endswith(("ӣ", "и")):
        return word[:-1] + "иён"
    return word + ("ён" if word.endswith(("о", "у", "ӯ")) else "он")


def _ended(word: str) -> Iterator[str]:
    stem = _short(word)
    yield word
    yield from (stem + "и", stem + "ро", stem + "е")
    glide = stem[-1] in "оуӯ"
    for one in ("аш", "ашон", "амон"):
        yield stem + one.replace("а", "я", 1) if glide else stem + one
    if stem[-1] not in _VOWELS:
        yield stem + "у"


def _adjective(word: str) -> Iterator[str]:
    stem = _short(word)
    yield from (word, stem + "и", stem + "тар", stem + "тари", stem + "тарин", stem + "ҳо")


def _verb(past: str, present: str) -> Iterator[str]:
    infinitive = past + "ан"
    yield infinitive
    yield from (past + end for end in (*_PAST, *_PERFECT))
    yield from ("ме" + past + end for end in _PAST)
    yield from ("на" + past + end for end in (*_PAST, *_PERFECT))
    yield from ("наме" + past + end for end in _PAST)
    yield from (infinitive + "и", infinitive + "ро", infinitive + "ӣ", infinitive + "аш")
    for end in _PRESENT:
        now = present + (end.replace("а", "я", 1) if _glides(present) else end)
        yield from ("ме" + now, "наме" + now, now, "би" + now, "на" + now)


def _glides(stem: str) -> bool:
    """Tell whether a present stem takes й before its endings: мегӯяд, меояд."""
    return stem[-1] in "оуӯи"
