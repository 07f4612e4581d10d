"""The kept names are those of the tables, and never those of other tables."""

from functools import cache

from watchers.text import kept_names
from watchers.text.name_tables import Names, fingerprint, read, sources


@cache
def told() -> Names:
    return read(sources())


def test_what_is_kept_is_what_the_tables_tell() -> None:
    assert told() == kept_names.kept(fingerprint(sources()))


def test_the_file_is_of_the_tables_as_they_stand() -> None:
    written = kept_names.written(told(), fingerprint(sources()))
    assert written == kept_names.FILE.read_text("utf-8"), "run: python -m scripts.keep_names"


def test_other_tables_are_read_themselves() -> None:
    tables = sources()
    tables["cities.tsv"] += b"\nnowhere\tkz\tNowhere-upon-Chu"
    assert kept_names.kept(fingerprint(tables)) is None
