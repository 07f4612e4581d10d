"""Opening what the operator's settings name: one of three kinds of service, or nothing."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from watchers.services import JsonService, ServiceError, bearer, openai_endpoint
from watchers.translation import chat, deepl, libretranslate
from watchers.translation.values import BUDGET, Engine, TranslationError, Translator

_FINAL: Final = frozenset({400, 413, 422})
"""What a service answers to a language that it does not have, or to a text that it does not take.

A wrong key, a spent quota and a service that is busy may be otherwise in an hour."""


@dataclass(frozen=True, slots=True)
class Translations:
    """Who translates, None for nobody; how it is asked, and for how many characters a day."""

    engine: Engine | None = None
    url: str = ""
    key: str = field(default="", repr=False)
    model: str = ""
    budget: int = BUDGET


class HttpTranslator:
    """A service over HTTP: how it is asked, and how its answer is read, are given."""

    def __init__(
        self,
        service: JsonService,
        question: Callable[[Sequence[str], str, str], dict[str, object]],
        answer: Callable[[Any, Sequence[str]], list[str]],
    ) -> None:
        """Ask ``service``."""
        self._service = service
        self._question = question
        self._answer = answer

    async def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Ask once. Raises TranslationError or OSError."""
        try:
            said = await self._service.ask(self._question(texts, source, target))
        except ServiceError as error:
            raise TranslationError(
                str(error), is_final=error.status in _FINAL, is_answer=False
            ) from error
        return self._answer(said, texts)

    async def close(self) -> None:
        """Close the session."""
        await self._service.close()


def translator(wanted: Translations) -> Translator | None:
    """Make what asks; None where the settings name nobody."""
    match wanted.engine:
        case Engine.LIBRETRANSLATE:
            return HttpTranslator(
                JsonService(libretranslate.endpoint(wanted.url), {}),
                partial(libretranslate.question, key=wanted.key),
                libretranslate.answer,
            )
        case Engine.OPENAI:
            return HttpTranslator(
                JsonService(openai_endpoint(wanted.url, "chat/completions"), bearer(wanted.key)),
                partial(chat.question, model=wanted.model),
                chat.answer,
            )
        case Engine.DEEPL:
            return HttpTranslator(
                JsonService(deepl.endpoint(wanted.url, wanted.key), deepl.headers(wanted.key)),
                deepl.question,
                deepl.answer,
            )
        case None:
            return None


@asynccontextmanager
async def opened(wanted: Translations) -> AsyncIterator[Translator | None]:
    """Keep whom the settings name for as long as the block lasts; None where they name nobody."""
    one = translator(wanted)
    try:
        yield one
    finally:
        if one is not None:
            await one.close()
