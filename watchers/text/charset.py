"""Bytes to text: which encoding a feed really is in, whatever it says.

The order is measured, not polite: a byte order mark, then UTF-8 if the bytes are valid (or
almost) UTF-8, then what HTTP says, then what the document says, and where the result looks
unlike any Cyrillic text, the best scoring of the encodings this region has used.
"""

import codecs
import re
from dataclasses import dataclass

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_XML_CHARSET = re.compile(rb"""^[^>]{0,200}?\bencoding\s*=\s*["']\s*([A-Za-z0-9._:\- ]{1,40})""")
_HTML_CHARSET = re.compile(
    rb"""(?i)<meta[^>]{1,200}?charset\s*=\s*["']?([A-Za-z0-9._:\-]{1,40})"""
)
_HTTP_CHARSET = re.compile(r"""(?i)\bcharset\s*=\s*["']?([^"';,\s]{1,40})""")
_SINGLE_BYTE_CYRILLIC = ("cp1251", "koi8-r", "iso8859-5", "cp866", "mac-cyrillic")
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_SAMPLE = 40_000
"""Bytes that decide; a feed does not change its encoding half-way."""
_CREDIBLE = 0.3
_GOOD_TO_BAD = 5
# Labels met in feeds that Python does not know by that name.
_LABELS = {
    "cp1251": "windows-1251",
    "win1251": "windows-1251",
    "windows1251": "windows-1251",
    "1251": "windows-1251",
    "xcp1251": "windows-1251",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "utf8": "utf-8",
    "utf": "utf-8",
    "unicode": "utf-8",
    "utf8mb4": "utf-8",
    "unicode11utf8": "utf-8",
    "utf16": "utf-16",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "dos866": "cp866",
    "iso88591": "windows-1252",
    "latin1": "windows-1252",
    "ascii": "windows-1252",
    "usascii": "windows-1252",
    "xmaccyrillic": "mac-cyrillic",
    "strk10482002": "kz1048",
    "windows31j": "cp932",
}
# Letters a thousand letters of running Russian text; enough to tell decodings of one text apart.
_COMMON = "о109 е85 а80 и74 н67 т63 с55 р47 в45 л44 к35 м32 д30 п28 у26 я20 ы19 ь17 г17 з16 б16"
_RARE = "ч14 й12 х10 ж9 ш7 ю6 ц5 щ4 э3 ф3 ъ1 ё1"
_FREQUENCY = {pair[0]: int(pair[1:]) for pair in f"{_COMMON} {_RARE}".split()}
_LATIN = frozenset({"cp1252", "iso8859-1", "iso8859-15", "cp437"})


@dataclass(frozen=True, slots=True)
class Decoded:
    """A document as text, the encoding it was read in, and whether bytes had to be replaced."""

    text: str
    charset: str
    lossless: bool = True


def decode(body: bytes, content_type: str = "") -> Decoded:
    """Decode a document; never fails, replaces what cannot be read."""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], name)
    if wide := _wide(body):
        return _decoded(body, wide)
    try:
        return Decoded(body.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    if _almost_utf8(body[:_SAMPLE]):
        return Decoded(body.decode("utf-8", "replace"), "utf-8", lossless=False)
    return _decoded(body, _single_byte(body, content_type))


def declared(body: bytes, content_type: str) -> list[str]:
    """Return the encodings HTTP and the document name, usable ones only, HTTP first."""
    head = body[:2048]
    labels = [match.group(1) for match in (_HTTP_CHARSET.search(content_type),) if match]
    declared = (pattern.search(head) for pattern in (_XML_CHARSET, _HTML_CHARSET))
    labels.extend(match.group(1).decode("ascii") for match in declared if match)
    return [name for name in map(codec_name, labels) if name]


def codec_name(label: str) -> str:
    """Return the codec a charset label means, or "" if nobody knows it."""
    squeezed = re.sub(r"[^a-z0-9]", "", label.lower())
    name = _LABELS.get(squeezed, label.strip())
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return ""
    # Python's registry also holds byte-to-byte transforms (zip, hex), which are no charsets.
    is_text = getattr(codec, "_is_text_encoding", True)
    return codec.name if is_text and codec.name not in {"utf-7", "idna", "punycode"} else ""


def _decoded(body: bytes, name: str) -> Decoded:
    try:
        return Decoded(body.decode(name), name)
    except (UnicodeDecodeError, LookupError):
        return Decoded(body.decode(name, "replace"), name, lossless=False)


def _almost_utf8(sample: bytes) -> bool:
    """Tell whether a text is UTF-8 with a few bytes spoilt, as cut strings leave them."""
    text = sample.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    good = sum(1 for char in text if not char.isascii()) - bad
    # Text in a single-byte encoding turns out the other way round: nearly all of it is bad.
    # Only cp866 makes letters by chance, and none of these scripts.
    ours = sum(1 for char in text if "\x80" <= char < "\u0530" or "\u2000" <= char < "\u2100")
    return good > _GOOD_TO_BAD * bad or ours > bad


def _wide(body: bytes) -> str:
    """Recognise UTF-16 or UTF-32 without a mark by where its zero bytes stand."""
    head = body[:64]
    if b"\x00" not in head:
        return ""
    for name, start in (
        ("utf-32-be", b"\0\0\0<"),
        ("utf-32-le", b"<\0\0\0"),
        ("utf-16-be", b"\0<"),
        ("utf-16-le", b"<\0"),
    ):
        if head.lstrip(b" \r\n\t").startswith(start) or head.startswith(start):
            return name
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < len(head) // 4:
        return ""
    return "utf-16-be" if even > odd else "utf-16-le"


def _single_byte(body: bytes, content_type: str) -> str:
    """Choose among what is declared and what the region uses by how the text would read."""
    named = [name for name in declared(body, content_type) if name not in _WIDE]
    named = [name for name in named if name not in {"utf-8", "utf-16", "utf-32"}]
    sample = _high_words(body[: _SAMPLE * 4])
    if named and named[0] not in _LATIN and not _is_cyrillic(named[0]):
        return named[0]  # Turkish, Japanese…: not ours to second-guess
    scores = {name: _score(sample, name) for name in _SINGLE_BYTE_CYRILLIC}
    scores |= {name: _score(sample, name) for name in named if _is_cyrillic(name)}
    best = max(scores, key=lambda name: scores[name])
    honest = next((name for name in named if _is_cyrillic(name)), "")
    if honest and (
        scores[honest] >= scores[best] - 0.15 or not _reads_cyrillic(sample, scores[best])
    ):
        return honest  # also where only quotation marks could speak against it
    if named and named[0] in _LATIN and not _reads_cyrillic(sample, scores[best]):
        return named[0]
    if not named and not _reads_cyrillic(sample, scores[best]):
        return "cp1252"
    return best


def _is_cyrillic(name: str) -> bool:
    return name in {*_SINGLE_BYTE_CYRILLIC, "koi8-u", "koi8-t", "kz1048", "ptcp154", "cp855"}


def _reads_cyrillic(words: list[bytes], score: float) -> bool:
    # A lone accented letter inside Latin words is no Cyrillic text.
    long_runs = sum(1 for word in words if len(word) > 2)  # noqa: PLR2004 (é, ü stand alone or in pairs)
    return score > _CREDIBLE and long_runs * 2 >= len(words)


def _high_words(body: bytes) -> list[bytes]:
    return re.findall(rb"[\x80-\xff]+", body)[:2000]


def _score(words: list[bytes], name: str) -> float:
    """Grade a decoding between 0 and about 1: letters, common ones, in credible case."""
    total = sum(map(len, words))
    if not total:
        return 0.0
    points = 0.0
    for raw in words:
        word = raw.decode(name, "replace")
        lower = word.lower()
        weight = sum(_FREQUENCY.get(char, -20) for char in lower) / 60
        # Two wrong tables in a row give "оПХБЕР": the case betrays them.
        credible = word == lower or word[1:] == lower[1:] or word == word.upper()
        points += weight if credible else weight * 0.3 - len(word) * 0.2
        if word == word.upper() and len(word) > 1:
            points -= weight * 0.2
    return points / total
