"""The translation catalogue: what we say, in the reader's language, with right plurals.

Sentences live in a file a language (``en.po``) under keys (``subscribe.saved``). They may hold
the tags b, i and code; ``translate`` drops these for places that show plain text (menus, toasts,
the command line), ``bot.render.markup.translate_html`` keeps them and escapes the values.
docs/translating.md says how a language is added, and which nobody who grew up with it has read.
"""

import gettext
import html
import re
from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from babel.messages.pofile import read_po

from bot.texts.words import number
from storage.errors import NewsError, Text
from storage.masking import masked

LANGUAGES = ("en", "ru", "kk", "ky", "uz", "tg")
FALLBACK = "en"

_TAG = re.compile(r"</?(?:b|i|code)>")

_NAMES = frozenset({"id", "port", "line", "status"})
"""Numbers that are names: 8080 is no 8,080."""

_NOT_COUNTED = _NAMES | {"position"}

# Where we do not speak a person's language, the one they most likely read as well.
_NEIGHBOURS = {"be": "ru", "tk": "ru", "tt": "ru"}


class Catalogue:
    """One language's sentences and its rule of plurals."""

    def __init__(self, language: str) -> None:
        """Read the language's file."""
        with files(__package__).joinpath(f"{language}.po").open("rb") as file:
            read = read_po(file, locale=language)
        # The standard library's own reader of the gettext header's expression: n → index.
        self.plural: Callable[[int], int] = gettext.c2py(read.plural_expr)
        self.forms: dict[str, tuple[str, ...]] = {
            message.id if isinstance(message.id, str) else message.id[0]: (
                (message.string,)
                if isinstance(message.string, str)
                else tuple(message.string or ())
            )
            for message in read
            if message.id
        }

    def template(self, key: str, count: object) -> str | None:
        """Return the sentence under a key, in the plural form that ``count`` asks for."""
        forms = self.forms.get(key)
        if forms is None or len(forms) == 1:
            return forms[0] if forms else None
        amount = abs(int(count)) if isinstance(count, int | float) else 0
        return forms[min(self.plural(amount), len(forms) - 1)]


@cache
def catalogue(language: str) -> Catalogue:
    """Return a language's catalogue, read once; English for a language we do not have."""
    return Catalogue(language if language in LANGUAGES else FALLBACK)


def has(key: str) -> bool:
    """Tell whether the catalogue has a sentence under this key."""
    return key in catalogue(FALLBACK).forms


def filled(language: str, key: str, fill: Callable[[str], str], /, **values: object) -> str:
    """Fill the sentence's placeholders with values, each written by ``fill`` after formatting.

    ``count``, or else the only number, chooses the plural. Numbers get the language's grouping. A
    key that is in no catalogue is told as itself: the tests forbid it, and a person should still
    see something.
    """
    template = catalogue(language).template(key, counted(values))
    if template is None:
        template = catalogue(FALLBACK).template(key, counted(values)) or key
    told = {name: fill(written(value, language)) for name, value in values.items()}
    return template.format_map(_Blanks(told))


def counted(values: Mapping[str, object]) -> object:
    """Return the number that a sentence counts: ``count``, else the only one there is."""
    if "count" in values:
        return values["count"]
    numbers = [
        one
        for name, one in values.items()
        if isinstance(one, int | float) and not isinstance(one, bool) and name not in _NOT_COUNTED
    ]
    return numbers[0] if len(numbers) == 1 else None


class _Blanks(dict[str, str]):
    """Values for a sentence; one that is missing leaves a mark, not an error."""

    def __missing__(self, key: str) -> str:
        return "?"


def written(value: object, language: str) -> str:
    """Write a placeholder's value: numbers and texts in the language's way, the rest as it is.

    Addresses go without their secrets. What is HTML already stays as it is: its links must lead
    somewhere.
    """
    if isinstance(value, str):
        return masked(value) if type(value) is str else value
    if isinstance(value, Text):
        return translate(language, value.key)
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value)
    if isinstance(value, int | float):
        return number(value, language)
    return masked(str(value))


def translate(language: str, key: str, /, **values: object) -> str:
    """Return a sentence as plain text."""
    template = catalogue(language).template(key, counted(values))
    if template is None:
        template = catalogue(FALLBACK).template(key, counted(values)) or key
    plain = html.unescape(_TAG.sub("", template))
    return plain.format_map(_Blanks({n: written(v, language) for n, v in values.items()}))


def sentence(error: NewsError, language: str) -> str:
    """Say a wrong request's sentence as plain text, as the command line does."""
    key, values = said(error)
    return translate(language, key, **values)


def said(error: NewsError) -> tuple[str, dict[str, object]]:
    """Return the key and the values under which a wrong request is said.

    Positions are counted from one for people. A key that the catalogue does not have gets the
    general sentence.
    """
    if catalogue(FALLBACK).template(error.text_key, 0) is None:
        return "error.request", {"key": error.text_key}
    values = dict(error.values)
    if isinstance(position := values.get("position"), int):
        values["position"] = position + 1
    for name in _NAMES & values.keys():
        values[name] = str(values[name])
    return error.text_key, values


def complaint(language: str, key: str, values: Mapping[str, Any]) -> str:
    """Say what ails a feed, as it stands in its row, with the feeds that a page points to."""
    found = values.get("feeds") or ()
    links = (
        translate(language, "error.page_links", links=", ".join(map(str, found[:3])))
        if found
        else ""
    )
    reason = (
        translate(language, "error.detail", reason=values["reason"])
        if values.get("reason")
        else ""
    )
    return " ".join(part for part in (translate(language, key, **values), reason, links) if part)


def choose(told: str | None, default: str) -> str:
    """Choose our language for a person whose Telegram is in ``told`` (a BCP 47 tag)."""
    short = (told or "").casefold().replace("_", "-").split("-")[0]
    if short in LANGUAGES:
        return short
    if short in _NEIGHBOURS:
        return _NEIGHBOURS[short]
    return default if not short and default in LANGUAGES else FALLBACK
