"""What is kept in a scratch file is there until it is dropped, and nothing stays of the file."""

import errno
import os
from pathlib import Path
from tempfile import gettempdir

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.scratch import Scratch


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=20))
def test_what_is_kept_is_read_again_whatever_was_dropped(data: list[bytes]) -> None:
    scratch = Scratch(Path(gettempdir()))
    kept: dict[int, bytes] = {}
    for at, one in enumerate(data):
        kept[scratch.put(one)] = one
        if at % 3 == 0:
            place = next(iter(kept))
            del kept[place]
            scratch.drop(place)
    assert kept == {place: scratch.get(place) for place in kept}


def test_a_place_that_was_dropped_is_used_again(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    first = scratch.put(b"a" * 100)
    second = scratch.put(b"b" * 100)
    scratch.drop(first)
    assert first == scratch.put(b"c" * 100)
    assert (b"c" * 100, b"b" * 100) == (scratch.get(first), scratch.get(second))


def test_the_file_has_no_name_and_goes_with_who_has_it(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path)
    scratch.put(b"a")
    number = scratch._file
    assert [] == [*tmp_path.iterdir()]
    os.fstat(number)
    del scratch
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(number)


def test_where_there_is_no_room_nothing_is_half_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = Scratch(tmp_path)
    dropped = scratch.put(b"a" * 10)
    scratch.drop(dropped)
    with monkeypatch.context() as full:
        full.setattr("storage.scratch.os.pwrite", lambda *_: 4)
        for data in (b"b" * 10, b"b" * 1000):
            with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
                scratch.put(data)
    assert dropped == scratch.put(b"c" * 10)
    assert b"d" * 1000 == scratch.get(scratch.put(b"d" * 1000))


def test_what_is_too_long_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        Scratch(tmp_path).put(bytes(1 << 26))
