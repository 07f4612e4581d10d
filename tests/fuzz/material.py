"""Material to throw: samples of the kept corpora, whole, and changed as accidents change them."""

from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st

SOME = settings(max_examples=settings.default.max_examples * 3 // 10)
"""How many of each: 30 in the suite, 1,500 in a round of `make fuzz`."""

CORPUS = Path(__file__).parent / "corpus"
MOST_CHANGES = 6


def samples(kind: str) -> list[bytes]:
    """Every kept sample of a kind, in the order of their names."""
    return [path.read_bytes() for path in sorted((CORPUS / kind).iterdir())]


def texts(kind: str) -> list[str]:
    """Every line of a kind's samples."""
    return [line for one in samples(kind) for line in one.decode().splitlines() if line]


def changed(kind: str) -> st.SearchStrategy[bytes]:
    """Samples with pieces cut out, doubled, moved, spliced in from another, or made noise."""
    return st.one_of(st.sampled_from(samples(kind)), _changed(tuple(samples(kind))))


@st.composite
def _changed(draw: st.DrawFn, corpus: tuple[bytes, ...]) -> bytes:
    data = draw(st.sampled_from(corpus))
    for _ in range(draw(st.integers(1, MOST_CHANGES))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        piece = draw(
            st.one_of(
                st.just(b""),
                st.just(data[start:end] * 2),
                st.binary(max_size=8),
                st.sampled_from(NASTY),
                st.sampled_from(corpus).flatmap(_piece_of),
            )
        )
        data = data[:start] + piece + data[end:]
    return data


@st.composite
def _piece_of(draw: st.DrawFn, other: bytes) -> bytes:
    start = draw(st.integers(0, len(other)))
    return other[start : start + draw(st.integers(0, 200))]


NASTY = (
    b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xf0\x9f\x92\xa3", b"]]>", b"<!--",
    b"<![CDATA[", b"&#0;", b"&#xD800;", b"&amp;amp;", b"9" * 30, b"-1", b"1e999", b"NaN",
    b"9999-12-31T23:59:59Z", b"0001-01-01T00:00:00+14:00", b"\xe2\x80\xae", b"\xcc\x81" * 5,
    b'"', b"'", b"\\u0000", b"\\ud800", b"\r\n", b"[" * 50, b"{" * 50,
)  # fmt: skip
"""Pieces that parsers have stumbled over before, ours or others'."""
