"""Data about the region's outlets: where they publish, and under which names and mirrors."""

from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def mirrors() -> Mapping[str, str]:
    """Return mirror and former hosts of outlets → the host each is known by."""
    text = resources.files(__name__).joinpath("mirrors.tsv").read_text(encoding="utf-8")
    table = {}
    for line in text.splitlines()[1:]:
        host, *others = line.split("\t")
        for other in " ".join(others).split():
            table[other] = host
    return table
