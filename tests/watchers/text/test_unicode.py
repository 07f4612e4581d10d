"""Python brings its own Unicode data: 14.0 with 3.11 up to 16.0 with 3.14."""

import re
import unicodedata
from hashlib import blake2b

# Latin, its accents, Cyrillic, and the punctuation of both: all that news of ours is written in.
WRITTEN = (*range(0x0530), *range(0x1E00, 0x1F00), *range(0x2000, 0x20D0), *range(0x2DE0, 0x2E00))


def test_letters_of_our_languages_are_the_same_on_every_python() -> None:
    """Keys kept in a database are found again by a newer Python."""
    properties = "\n".join(
        repr(
            (
                code,
                unicodedata.category(letter),
                unicodedata.normalize("NFC", f"e{letter}"),
                letter.casefold(),
                letter.lower(),
                letter.isupper(),
                letter.isspace(),
                [bool(re.match(kind, letter)) for kind in (r"\w", r"\d", r"\s")],
            )
        )
        for code, letter in ((code, chr(code)) for code in WRITTEN)
    )
    assert "4b7f68b5272a9a30" == blake2b(properties.encode(), digest_size=8).hexdigest()
