"""Bytes to text: which encoding a feed really is in, whatever it says.

The order is measured, not polite: a byte order mark, then UTF-8 where the bytes are valid UTF-8,
then what HTTP says, then what the document says, and where that reads like no language, the best
reading of the encodings that this region has used. Titles that a site pasted in another encoding
than its own are read each by itself.
"""

import codecs
import re
from collections.abc import Collection, Iterable, Sequence
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
_CYRILLIC = ("cp1251", "koi8-r", "cp866", "iso8859-5", "mac-cyrillic")
_WIDER = {"cp1251": "kz1048", "koi8-r": "koi8-u"}
"""Encodings with the same Russian letters and, in other letters' places, Kazakh or Ukrainian."""
_OTHERS = ("cp1255", "cp1253", "iso8859-7", "cp1256", "iso8859-6")
"""Hebrew, Greek, Arabic: read as Cyrillic they would pass for words."""
_CANDIDATES = (*_CYRILLIC, *_WIDER.values(), *_OTHERS, "cp1252", "cp1254")
_RARE_CYRILLIC = frozenset({"koi8-t", "ptcp154", "cp855"})
_LATIN = frozenset({"cp1252", "iso8859-1", "iso8859-15", "cp437"})
_WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
_SAMPLE = 160_000
"""Bytes that decide; a feed does not change its encoding half-way."""
_MOST_WORDS = 400
_LONGEST_WORD = 100
_CREDIBLE = 0.3
_BETTER = 0.05
"""By how much another reading must beat what is declared: a short text tells little."""
_FEWEST = 4
"""Characters of UTF-8 that no other encoding makes by chance."""
_GOOD_TO_BAD = 5
_BOUNDARY = re.compile(rb"""([<>"\r\n]+)""")
"""What parts one text of a document from the next: tags, attributes, strings of JSON."""
_BETWEEN_WORDS = re.compile(rb"[\s<>\"'=;/]+")
_LETTERS = re.compile(r"[^\W\d_]+")
_GLUED = re.compile(r"(?<![^\W_])[—–](?=[^\W\d_])")
"""A dash that hangs on a word, as a capital letter does in another encoding."""
_NUMBERED = re.compile(
    r"(?:x|ms|microsoft|windows|win|ansi|cp|ibm|dos|oem|codepage|cs)*(125[0-8]|8\d\d|65001)"
    r"|(?:iso)?8859(1[0-6]|[1-9])(?:19\d\d)?[ei]?"
)
"""Windows' and DOS's code pages and the parts of ISO 8859, however they are called."""
_COLLATION = re.compile(r"(?i)_(?:[a-z0-9]+_)*(?:ci|cs|bin)$")
"""How MySQL calls a charset with its order: utf8_general_ci, cp1251_bin."""
# Labels met in feeds that Python does not know by that name.
_LABELS = {
    "cp65001": "utf-8",
    "koi8": "koi8-r",
    "koi8r": "koi8-r",
    "koi8u": "koi8-u",
    "koi8ru": "koi8-u",
    "utf": "utf-8",
    "unicode": "utf-8",
    "unicode11utf8": "utf-8",
    "utf16": "utf-16",
    "utf16le": "utf-16-le",
    "utf16be": "utf-16-be",
    "win": "cp1251",
    "windows": "cp1251",
    "wincyrillic": "cp1251",
    "windowscyrillic": "cp1251",
    "cyrillicwindows": "cp1251",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "ascii": "cp1252",
    "usascii": "cp1252",
    "logical": "iso8859-8",
    "maccyrillic": "mac-cyrillic",
    "xmaccyrillic": "mac-cyrillic",
    "kz1048": "kz1048",
    "strk10482002": "kz1048",
    "windows31j": "cp932",
    "xsjis": "cp932",
}
# Letters a thousand letters of running text; enough to tell decodings of one text apart.
_FREQUENCIES = (
    # Russian, and what its neighbours have besides
    "о109 е85 а80 и74 н67 т63 с55 р47 в45 л44 к35 м32 д30 п28 у26 я20 ы19 ь17 г17 з16 б16"
    " ч14 й12 х10 ж9 ш7 ю6 ц5 щ4 э3 ф3 ъ1 ё1"
    " і12 ї12 є12 ґ12 ў12 ә12 ғ12 қ12 ң12 ө12 ұ12 ү12 һ12 ҳ12 ҷ12 ӣ12 ӯ12"
    # Hebrew, Greek, Arabic with Persian
    " י111 ה109 ו104 ל74 א63 ר56 ת50 ב47 מ46 ש44 נ33 ע32 ם30 ד26 ח25 ק21 כ18 פ17 ן15 ס15 ג13"
    " ז13 ט12 צ12 ך5 ף4 ץ2"
    " α108 ο88 ι82 τ74 ε74 ν61 η46 σ45 ς44 ρ41 υ40 κ38 π37 μ31 ί27 λ26 ό25 ά20 ω18 έ18 ή18 γ15"
    " δ15 θ12 ύ11 χ11 ώ9 φ7 β7 ξ5 ζ5 ψ2"
    " ا135 ل108 ي68 م57 و54 ن54 ر50 ت41 ب36 ع34 ه34 د32 س27 ف25 ق24 ة23 ك22 ح20 أ18 ج14 ش12"
    " ص12 خ11 ط9 إ9 ض8 ى7 ز7 غ5 ث5 ذ5 ء5 ئ4 ظ3 ؤ2 آ3 پ9 گ9 چ5 ژ1"
)
_POINTS = {pair[0]: int(pair[1:]) / 60 for pair in _FREQUENCIES.split()}
_WRONG = -1 / 3
_USUAL = ("cp1251", "kz1048", "cp1252")
_UNUSUAL = 0.1
"""What the others must be better by, where a few letters read well in several encodings."""
_ACCENTED = 0.8
_MOST_ACCENTS = 2
"""More than the plain letters of a word: yağışı."""
_RARER = frozenset("ðþý")
"""Icelandic: rarer than the Turkish letters that have their places in cp1254."""
_UKRAINIAN = frozenset("їєґ")
"""Beside ы, which Ukrainian has not, they are Kazakh letters read wrongly."""
_KAZAKH = frozenset("әғқңөұүһ")
_SERBIAN = frozenset("љњџђѓ")
"""Beside them no letter is Kazakh."""
_FINAL = frozenset("םןךףץς")
"""Letters that only end a word."""
_WORDS_OF_ONE = frozenset("авикосуяюіўҳοηàéèêóöåæ")
_MARKS = frozenset("—–-«»„“”‘’‚…№•·©®™°§±€£\xa0\xad‹›¿¡")
"""What stands between words in the right reading; box drawing and controls do not."""


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
        return _text_by_text(body, content_type)


def declared(body: bytes, content_type: str) -> list[str]:
    """Return the encodings HTTP and the document name, usable ones only, HTTP first."""
    head = body[:2048]
    labels = [match.group(1) for match in (_HTTP_CHARSET.search(content_type),) if match]
    declared = (pattern.search(head) for pattern in (_XML_CHARSET, _HTML_CHARSET))
    labels.extend(match.group(1).decode("ascii") for match in declared if match)
    return [name for name in map(codec_name, labels) if name]


def codec_name(label: str) -> str:
    """Return the codec a charset label means, or "" if nobody knows it."""
    label = _COLLATION.sub("", label.strip())
    squeezed = re.sub(r"[^a-z0-9]", "", label.lower())
    if numbered := _NUMBERED.fullmatch(squeezed):
        page, part = numbered.groups()
        squeezed = label = f"cp{page}" if page else f"iso8859-{part}"
    name = "utf-8" if squeezed.startswith("utf8") else _LABELS.get(squeezed, label)
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


def _text_by_text(body: bytes, content_type: str) -> Decoded:
    """Decode a document that is not UTF-8, or not all of it.

    What is UTF-8 of some length is meant as such; a shorter text is what most of the document is.
    """
    texts = _BOUNDARY.split(body)  # and what parts them, which is ASCII
    letters = list(map(_utf8_letters, texts))
    named = _named(body, content_type)
    is_utf8 = sum(letters) > sum(
        _high_bytes(text) for text, count in zip(texts, letters, strict=True) if not count
    )
    if not is_utf8 and (max(letters) < _FEWEST or (named and named[0] not in _CANDIDATES)):
        return _decoded(body, _single_byte(_high_words([body[:_SAMPLE]]), named))
    least = 1 if is_utf8 else _FEWEST
    spoilt = (text for text in texts if not _decoded(text, "utf-8").lossless)
    words = [word for word in _high_words(spoilt) if _utf8_letters(word) < least]
    other = _pasted(words) if is_utf8 else _single_byte(words, named)
    parts = [_text(text, least, other) for text in texts]
    return Decoded(
        "".join(part.text for part in parts),
        "utf-8" if is_utf8 else other,
        all(part.lossless for part in parts),
    )


def _text(text: bytes, least: int, other: str) -> Decoded:
    """Decode a text as UTF-8 where it has this many letters of it, otherwise as ``other``."""
    told = _decoded(text, "utf-8")
    is_utf8 = not other or text.isascii() or _utf8_letters(text) >= least
    if is_utf8 and (told.lossless or not other):
        return told
    if b" " in text:
        # A title may be put together from a template's words and a database's.
        words = [_text(word, least, other) for word in text.split(b" ")]
        lossless = all(word.lossless for word in words)
        return Decoded(" ".join(word.text for word in words), other, lossless)
    return told if is_utf8 else _decoded(text, other)


def _utf8_letters(text: bytes) -> int:
    """Count the characters of a text that is UTF-8, with a few bytes spoilt as cut strings do."""
    if text.isascii():
        return 0
    read = text.decode("utf-8", "replace")
    bad = read.count("\ufffd")
    good = len(read) - (len(text) - _high_bytes(text)) - bad
    if good > _GOOD_TO_BAD * bad:
        return good
    # Text in a single-byte encoding turns out the other way round: nearly all of it is bad.
    # Only cp866 makes letters by chance, and none of these scripts.
    ours = sum(1 for char in read if "\x80" <= char < "\u0530" or "\u2000" <= char < "\u2100")
    return ours if ours > bad else 0


def _high_bytes(text: bytes) -> int:
    return 0 if text.isascii() else len(text.translate(None, bytes(range(128))))


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


def _named(body: bytes, content_type: str) -> list[str]:
    """Return what is declared, as far as it can be where the bytes are no Unicode."""
    unicode = {*_WIDE, "utf-8", "utf-16", "utf-32"}
    return [name for name in declared(body, content_type) if name not in unicode]


def _single_byte(words: Collection[bytes], named: Sequence[str]) -> str:
    """Choose among what is declared and what the region uses by how the words would read."""
    if named and named[0] not in _LATIN and not _is_cyrillic(named[0]):
        return named[0]  # Turkish, Japanese…: not ours to second-guess
    honest = next((name for name in named if _is_cyrillic(name)), "")
    scores = {name: _score(words, name) for name in (*_CANDIDATES, *filter(None, [honest]))}
    best = max(scores, key=lambda name: scores[name])
    if honest and (
        scores[honest] >= scores[best] - _BETTER
        or (scores[best] <= _CREDIBLE and scores[honest] >= 0)
    ):
        # Also where only quotation marks could speak against it.
        wider = _WIDER.get(honest, honest)
        return wider if scores[wider] > scores[honest] else honest
    if scores[best] > _CREDIBLE and not (named and named[0] in _LATIN and best == "cp1254"):
        return best
    return named[0] if named and named[0] in _LATIN else "cp1252"


def _pasted(words: Collection[bytes]) -> str:
    """Choose the encoding of what was pasted into a document in UTF-8; "" if it is none."""
    scores = {name: _score(words, name) for name in _CANDIDATES}
    best = max(scores, key=lambda name: scores[name])
    # Quotation marks and dashes alone are those of Windows.
    return best if scores[best] > _CREDIBLE else "" if scores["cp1252"] < 0 else "cp1252"


def _is_cyrillic(name: str) -> bool:
    return name in _CYRILLIC or name in _WIDER.values() or name in _RARE_CYRILLIC


def _high_words(texts: Iterable[bytes]) -> list[bytes]:
    """Return the first different words that are not ASCII."""
    words: dict[bytes, None] = {}
    for text in texts:
        for word in _BETWEEN_WORDS.split(text) if len(words) < _MOST_WORDS else ():
            if not word.isascii():
                words[word[:_LONGEST_WORD]] = None
    return list(words)[:_MOST_WORDS]


def _score(words: Collection[bytes], name: str) -> float:
    """Grade a reading: about 1 for running text, 0 where nothing speaks, below for nonsense."""
    text = b" ".join(words).decode(name, "replace")
    strange = (_UKRAINIAN if "ы" in text else frozenset()) | (
        frozenset() if _SERBIAN.isdisjoint(text) else _KAZAKH
    )
    count = sum(1 for char in text if not (char.isascii() or char.isalpha() or char in _MARKS))
    count += len(_GLUED.findall(text))
    points = 3 * _WRONG * count
    for match in _LETTERS.finditer(text):
        if not match.group().isascii():
            told, letters = _word_points(match, strange)
            points, count = points + told, count + letters
    doubt = 0.0 if name in _USUAL else _UNUSUAL
    return points / count - doubt if count else 0.0


def _word_points(match: re.Match[str], strange: Collection[str]) -> tuple[float, int]:
    """Grade one word; return its points and the number of its letters that are not ASCII."""
    word = match.group()
    lower = word.lower().replace("i\u0307", "ı")  # İ, whose small letter is two characters
    letters = [char for char in lower if not char.isascii()]
    count = len(letters)
    if len(word) == 1:
        is_initial = word != lower and match.string[match.end() : match.end() + 1] == "."
        return (0.0, 0) if lower in _WORDS_OF_ONE or is_initial else (_WRONG, 1)
    # Two wrong tables in a row give "оПХБЕР": the case betrays them.
    if not (word[1:] == word[1:].lower() or word == word.upper()):
        return _WRONG * count, count
    if letters[0] < "\u0250":
        return _latin_points(lower, letters), count
    if count < len(word) or not _FINAL.isdisjoint(word[:-1]):
        return _WRONG * count, count  # two scripts in one word
    points = sum(_WRONG if char in strange else _POINTS.get(char, _WRONG) for char in letters)
    return points * 0.8 if word == word.upper() else points, count


def _latin_points(word: str, letters: Sequence[str]) -> float:
    """Grade a Latin word: its accented letters stand among plain ones."""
    plain = len(word) - len(letters)
    if not plain or len(letters) > plain + _MOST_ACCENTS:
        return _WRONG * len(letters)
    return sum(_CREDIBLE if char in _RARER else _ACCENTED for char in letters)
