"""Opening what the operator's settings name: a service, the built-in model, or nothing."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from watchers.meaning.asking import Asking, Patience
from watchers.meaning.builtin import Builtin
from watchers.meaning.models import BUILTIN, FITTED
from watchers.meaning.service import Service


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Who answers: an address, ``builtin``, or nobody; a service's key and model."""

    url: str = ""
    key: str = field(default="", repr=False)
    model: str = FITTED


@asynccontextmanager
async def opened(
    wanted: Embeddings, patience: Patience | None = None
) -> AsyncIterator[Asking | None]:
    """Ask whom the settings name for as long as the block lasts; None where they name nobody."""
    if not wanted.url:
        yield None
        return
    async with asking(wanted, patience) as one:
        yield one


def asking(wanted: Embeddings, patience: Patience | None = None) -> Asking:
    """Make what asks; entering it begins."""
    if wanted.url == BUILTIN:
        return Asking(Builtin(), BUILTIN, patience)
    return Asking(Service(wanted.url, wanted.key, wanted.model), wanted.model, patience)
