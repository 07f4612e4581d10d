"""Read the gazetteer's tables and keep what they tell: ``python -m scripts.keep_names``.

A start reads the kept file instead of the tables. A test compares: tables that were changed, or
read in another way, show.
"""

from watchers.text import kept_names, name_tables


def anew() -> str:
    """Give what the file should hold."""
    tables = name_tables.sources()
    return kept_names.written(name_tables.read(tables), name_tables.fingerprint(tables))


def main() -> None:
    """Write the file anew."""
    kept_names.FILE.write_text(anew(), encoding="utf-8")


if __name__ == "__main__":
    main()
