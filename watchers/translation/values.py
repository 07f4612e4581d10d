"""What is asked of a translator, and how its answers are told apart; pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol


class Engine(StrEnum):
    """Who translates: which way of asking a service has."""

    LIBRETRANSLATE = "libretranslate"
    OPENAI = "openai"
    DEEPL = "deepl"


BUDGET: Final = 200_000
"""Characters a day, where the operator says nothing: some 1,500 headlines with their leads."""

NAMES: Final = {
    "en": "English", "ru": "Russian", "kk": "Kazakh (Cyrillic script)",
    "ky": "Kyrgyz (Cyrillic script)", "uz": "Uzbek (Latin script)",
    "tg": "Tajik (Cyrillic script)", "tk": "Turkmen", "uk": "Ukrainian", "az": "Azerbaijani",
    "tr": "Turkish",
}  # fmt: skip
"""Languages as a language model is told them; others by their codes."""


class TranslationError(Exception):
    """A translator did not answer, or answered with something else than translations.

    ``is_final`` says that these texts will be refused whenever they are asked for again,
    ``is_answer`` that there was an answer: it is the texts that led to what cannot be read.
    """

    def __init__(self, why: str, *, is_final: bool = False, is_answer: bool = True) -> None:
        """Say why in a few words; no key is among them."""
        super().__init__(why)
        self.is_final = is_final
        self.is_answer = is_answer


class Translator(Protocol):
    """Whatever translates texts, all of one language, and answers in their order."""

    async def translate(self, texts: Sequence[str], source: str, target: str) -> list[str]:
        """Ask once, however long it takes. Raises TranslationError or OSError."""
        ...

    async def close(self) -> None:
        """Let go of who answers."""
        ...


def as_many(answers: object, texts: Sequence[str]) -> list[str]:
    """Check that an answer is a text for each text. Raises TranslationError."""
    if not isinstance(answers, list) or len(answers) != len(texts):
        raise TranslationError("not as many translations as texts")
    if not all(isinstance(answer, str) for answer in answers):
        raise TranslationError("an answer that is no text")
    return answers
