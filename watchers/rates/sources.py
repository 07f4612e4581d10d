"""Whom to ask for official rates: a table that comes with us, or the operator's own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any

from storage.errors import NewsError
from watchers.catalogue import rows_of
from watchers.rates.banks import BANKS
from watchers.rates.formats import READERS


@dataclass(frozen=True, slots=True)
class RateSource:
    """An address with a bank's rates: in which format, and by which rules a page is read."""

    name: str
    bank: str
    format: str
    address: str
    rules: Mapping[str, Any] = field(default_factory=dict)

    def url(self, today: date) -> str:
        """Return where today's rates are: some banks want the day in their address."""
        dotted = f"{today:%d.%m.%Y}"
        return self.address.replace("{dmy}", dotted).replace("{iso}", today.isoformat())


OURS = "1"
"""What asks for the table that comes with us."""


def asked_for(wanted: str) -> tuple[RateSource, ...]:
    """Return the sources that an operator wants: none (""), ours (``OURS``), or a file's.

    Raises NewsError where the file cannot be read or has an odd row.
    """
    if not wanted:
        return ()
    return our_own() if wanted == OURS else from_file(Path(wanted))


def our_own() -> tuple[RateSource, ...]:
    """Return the sources that come with us. None of their addresses has been seen to answer."""
    table = resources.files(__package__).joinpath("sources.tsv").read_text(encoding="utf-8")
    return sources_of(table)


def from_file(path: Path) -> tuple[RateSource, ...]:
    """Read an operator's table. Raises NewsError where it cannot be read or has an odd row."""
    try:
        return sources_of(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError) as error:
        raise NewsError("rates.no_table", path=str(path)) from error


def sources_of(text: str) -> tuple[RateSource, ...]:
    """Read a table of sources. Raises NewsError with the number of the first odd line."""
    found = []
    for line, row in enumerate(rows_of(text), 2):
        if (source := _source(row)) is None:
            raise NewsError("rates.odd_table", line=line)
        found.append(source)
    return tuple(found)


def _source(row: Mapping[str, str]) -> RateSource | None:
    """Read a row; None where it is none."""
    try:
        rules = json.loads(row.get("rules") or "{}")
        source = RateSource(row["name"], row["bank"], row["format"], row["url"], rules)
    except (KeyError, ValueError, RecursionError):
        return None
    is_whole = source.name and source.address and isinstance(rules, dict)
    return source if is_whole and source.bank in BANKS and source.format in READERS else None
