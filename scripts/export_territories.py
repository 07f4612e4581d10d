"""Export the names of the world's countries from CLDR (by way of Babel) for the gazetteer.

Run by hand when Babel is renewed: python scripts/export_territories.py
"""

import json
from pathlib import Path

from babel import Locale

LOCALES = {
    "en": "en", "ru": "ru", "kk": "kk", "ky": "ky", "uz": "uz", "uz-Cyrl": "uz_Cyrl",
    "tg": "tg", "tk": "tk",
}  # fmt: skip
TARGET = Path(__file__).parents[1] / "watchers/catalogue/gazetteer/territories.json"
NOT_COUNTRIES = frozenset("AQ EU EZ UN XA XB ZZ QO HM BV TF IO UM".split())
"""Unions and test codes; and wastes that never make news under their ISO name."""


def main() -> None:
    """Write one object a country: language → the common name."""
    tables = {lang: Locale.parse(code).territories for lang, code in LOCALES.items()}
    codes = sorted(c for c in tables["en"] if c.isalpha() and c not in NOT_COUNTRIES)
    told = {}
    for code in codes:
        names = {
            lang: table[code].split(" (")[0] for lang, table in tables.items() if code in table
        }
        told[code.lower()] = names
    lines = (
        f"{json.dumps(code)}: {json.dumps(names, ensure_ascii=False)}"
        for code, names in told.items()
    )
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
