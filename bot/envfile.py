"""The ``.env`` file: its bytes ↔ names, values and lines; pure, read by ``bot.settings``.

The form is python-dotenv's: ``NAME=value``, quotes, ``export``, ``# comments``. A ``$`` stays a
``$``: nothing is put in its place. A line that cannot be read is named by its number and never
shown, for it may hold the token.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO

from dotenv.parser import Binding, parse_stream

_PLAIN = re.compile(r"[\w./:@+,=-]+")
"""A value that means itself without quotes."""


@dataclass(frozen=True, slots=True)
class EnvEntry:
    """A value and the line, counted from 1, on which its name stands."""

    value: str
    line: int


@dataclass(frozen=True, slots=True)
class EnvFile:
    """What a file says, by name, and a sentence for each line that cannot be read."""

    path: str = ".env"
    entries: Mapping[str, EnvEntry] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


def parsed(raw: bytes, path: str) -> EnvFile:
    """Read a file's bytes. An empty value is as if its line were not there; the last line wins."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return EnvFile(path, problems=(_not_utf8(raw, path, error.start),))
    entries: dict[str, EnvEntry] = {}
    problems: list[str] = []
    for binding in parse_stream(StringIO(text, newline=None)):
        line = _line(binding)
        if binding.error or (binding.key is not None and binding.value is None):
            problems.append(f"{path}, line {line}: {_ailment(binding)}")
        elif binding.key is not None and binding.value and binding.value.strip():
            entries[binding.key] = EnvEntry(binding.value, line)
    return EnvFile(path, entries, tuple(problems))


def filled(template: str, values: Mapping[str, str]) -> str:
    """Put values behind their names in a file's text, whose lines may be commented out.

    A name that stands in no line of its own gets one at the end.
    """
    for name, value in values.items():
        line = f"{name}={_quoted(value)}"
        place = re.search(rf"^#?{name}=.*$", template, re.MULTILINE)
        if place:
            template = template[: place.start()] + line + template[place.end() :]
        else:
            template = f"{template.rstrip()}\n{line}\n"
    return template


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _line(binding: Binding) -> int:
    """Return the line of a binding's name: the blank lines before it belong to it, too."""
    written = binding.original.string
    before = written[: len(written) - len(written.lstrip())]
    return binding.original.line + before.count("\n")


def _ailment(binding: Binding) -> str:
    name, equals, value = binding.original.string.strip().partition("=")
    if not equals:
        return "there is no “=” in it; a setting is written NAME=value, a comment begins with #"
    if value.lstrip()[:1] in ("'", '"'):
        return "the quotation mark is not closed, or something stands behind the closing one"
    if " " in name.strip():
        return "a name has no blanks; a setting is written NAME=value"
    return "it cannot be read; a setting is written NAME=value"


def _not_utf8(raw: bytes, path: str, place: int) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return f"{path} is written in UTF-16; save it as UTF-8"
    line = raw.count(b"\n", 0, place) + 1
    return f"{path}, line {line}: this is not UTF-8 text (perhaps Windows-1251); save it as UTF-8"
