"""LibreTranslate's ``/translate``, by whichever server speaks it; pure."""

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from watchers.translation.values import TranslationError, as_many


def endpoint(url: str) -> str:
    """Complete a base address: with ``/translate`` or without."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/")
    if not path.endswith("/translate"):
        path += "/translate"
    return urlunsplit(parts._replace(path=path, fragment=""))


def question(texts: Sequence[str], source: str, target: str, key: str) -> dict[str, object]:
    """Return what is asked."""
    shown = {"api_key": key} if key else {}
    return {"q": list(texts), "source": source, "target": target, "format": "text", **shown}


def answer(said: object, texts: Sequence[str]) -> list[str]:
    """Read ``{"translatedText": […]}``. Raises TranslationError."""
    match said:
        case {"translatedText": [*translated]}:
            return as_many(translated, texts)
        case {"translatedText": str(one)}:
            return as_many([one], texts)
        case _:
            raise TranslationError("an answer without translations")
