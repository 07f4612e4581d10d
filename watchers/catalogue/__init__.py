"""Data about the region's outlets: where they publish, and under which names and mirrors."""

import csv
from collections.abc import Mapping
from functools import cache
from importlib import resources


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the catalogue's tables as they are written."""
    return rows_of(_text(name))


def rows_of(text: str) -> list[dict[str, str]]:
    """Read a table written like the catalogue's: fields between tabs, names in the first line."""
    return list(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def mirrors() -> Mapping[str, str]:
    """Return mirror and former hosts of outlets → the host each is known by."""
    table = {}
    for line in _text("mirrors.tsv").splitlines()[1:]:
        host, *others = line.split("\t")
        for other in " ".join(others).split():
            table[other] = host
    return table


@cache
def small_talk() -> Mapping[tuple[str, ...], str]:
    """Return what people say to a bot as to a person: → ``thanks``, ``hello``, ``cancel``."""
    rows = csv.DictReader(_text("small_talk.tsv").splitlines(), delimiter="\t")
    return {
        tuple(phrase.split()): row["kind"] for row in rows for phrase in row["phrases"].split("|")
    }


def _text(name: str) -> str:
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")
