"""Translators of ours on loopback: one of each kind, well or as ill as a test wants."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.farm import Farm
from watchers.translation.opening import Translations
from watchers.translation.values import Engine

Dictionary = dict[str, str]

KAZAKH = "Қарағанды шахтасында жарылыс болып, 3 адам қаза тапты"
RUSSIAN = "На шахте в Караганде произошёл взрыв, погибли 3 человека"
LEAD = "Құтқарушылар қалған кеншілерді жер бетіне шығарды."
RUSSIAN_LEAD = "Спасатели вывели остальных шахтёров на поверхность."


@dataclass
class TranslationService:
    """A service that knows what a test tells it; ``asked`` are the texts of each question."""

    farm: Farm
    engine: Engine
    knows: Dictionary = field(default_factory=dict)
    answers: Callable[[Sequence[str]], list[Any]] | None = None
    status: int = 200
    asked: list[list[str]] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Serve under each kind's own path."""
        self.farm.at("/translate")(self.serve)
        self.farm.at("/v1/chat/completions")(self.serve)
        self.farm.at("/v2/translate")(self.serve)

    @property
    def settings(self) -> Translations:
        """What an operator would set."""
        return Translations(self.engine, self.farm.url(""), "k-1", "m-1")

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer as a service of this kind."""
        body = await request.json()
        self.bodies.append(body)
        match self.engine:
            case Engine.LIBRETRANSLATE:
                texts = body["q"]
            case Engine.DEEPL:
                texts = body["text"]
            case Engine.OPENAI:
                texts = json.loads(body["messages"][1]["content"])["texts"]
        self.asked.append(texts)
        said = self.answers(texts) if self.answers else [self.knows.get(t, t) for t in texts]
        return web.Response(text=json.dumps(self.framed(said)), status=self.status)

    def framed(self, said: list[Any]) -> object:
        """Frame translations as a service of this kind does."""
        match self.engine:
            case Engine.LIBRETRANSLATE:
                return {"translatedText": said}
            case Engine.DEEPL:
                return {"translations": [{"text": one} for one in said]}
            case Engine.OPENAI:
                told = f"Here you are:\n```json\n{json.dumps({'translations': said})}\n```"
                return {"choices": [{"message": {"role": "assistant", "content": told}}]}
