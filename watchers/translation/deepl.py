"""DeepL's API, version 2; pure."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from watchers.translation.values import TranslationError, as_many

_FREE: Final = "https://api-free.deepl.com"
_PAID: Final = "https://api.deepl.com"
_TARGETS: Final = {"en": "EN-GB"}
"""DeepL wants to know which English."""


def endpoint(url: str, key: str) -> str:
    """Complete a base address; without one a key tells which of DeepL's own it is for."""
    parts = urlsplit(url or (_FREE if key.endswith(":fx") else _PAID))
    path = parts.path.rstrip("/")
    if not path.endswith("/translate"):
        path += "/translate" if path.endswith("/v2") else "/v2/translate"
    return urlunsplit(parts._replace(path=path, fragment=""))


def headers(key: str) -> dict[str, str]:
    """Return the header that shows the key."""
    return {"Authorization": f"DeepL-Auth-Key {key}"}


def question(texts: Sequence[str], source: str, target: str) -> dict[str, object]:
    """Return what is asked."""
    return {
        "text": list(texts),
        "source_lang": source.upper(),
        "target_lang": _TARGETS.get(target, target.upper()),
        "preserve_formatting": True,
    }


def answer(said: object, texts: Sequence[str]) -> list[str]:
    """Read ``{"translations": [{"text": …}, …]}``. Raises TranslationError."""
    match said:
        case {"translations": [*rows]} if all(isinstance(row, dict) for row in rows):
            return as_many([row.get("text") for row in rows], texts)
        case _:
            raise TranslationError("an answer without translations")
