"""An embeddings service by its address: the ``/v1/embeddings`` that OpenAI's clients speak."""

from collections.abc import Sequence

from watchers.meaning.values import MeaningError
from watchers.services import JsonService, ServiceError, bearer, openai_endpoint


class Service:
    """A service that is asked over HTTP."""

    def __init__(self, url: str, key: str, model: str) -> None:
        """Open a session; nothing is asked yet. ``key`` may be empty."""
        self._service = JsonService(openai_endpoint(url, "embeddings"), bearer(key))
        self._model = model

    async def ask(self, texts: Sequence[str]) -> object:
        """Ask once. Raises MeaningError or OSError."""
        wanted = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        try:
            return vectors_in(await self._service.ask(wanted))
        except ServiceError as error:
            raise MeaningError(str(error)) from error

    async def give_up(self) -> None:
        """Do nothing: another's service is not ours to end."""

    async def close(self) -> None:
        """Close the session."""
        await self._service.close()


def vectors_in(answer: object) -> object:
    """Read ``{"data": [{"index": 0, "embedding": […]}, …]}``, in the order of the indexes.

    Raises MeaningError.
    """
    match answer:
        case {"data": [*rows]}:
            by_index = dict(_indexed(place, row) for place, row in enumerate(rows))
        case _:
            raise MeaningError("an answer without vectors")
    if set(by_index) != set(range(len(rows))):
        raise MeaningError("vectors that belong to no text")
    return [by_index[place] for place in range(len(rows))]


def _indexed(place: int, row: object) -> tuple[int, object]:
    """Read one vector and which text's it is: without an index that of its place."""
    match row:
        case {"embedding": vector, "index": int(index)}:
            return index, vector
        case {"embedding": vector, **rest} if "index" not in rest:
            return place, vector
        case _:
            raise MeaningError("an answer without vectors")
