"""The web archive's server: its addresses, and what is said where a page cannot be given."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from bot.listening import listening, written
from bot.settings import host_port
from bot.texts import said, sentence, translate
from bot.version import installed_version
from bot.web import answers, api, pages
from bot.web.asking import NoPageError
from bot.web.reading import LONGEST_S, ReadArchive
from bot.web.visitor import visitor_of
from storage.errors import NewsError, StorageError

log = structlog.get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

MOST_BYTES = 1024
"""Nobody has anything to send here."""

AGAIN_LATER = (500, 503)

LOOKED_AT_EVERY_S = 60.0

NUMBER = r"{number:[1-9][0-9]{0,14}}"

PAGES: dict[str, Callable[[web.Request], Awaitable[web.Response]]] = {
    "/": pages.newest,
    "/day/{day}": pages.day,
    f"/story/{NUMBER}": pages.story,
    "/search": pages.search,
    "/feed.atom": api.feed,
    "/api/stories": api.stories,
    f"/api/stories/{NUMBER}": api.story,
    "/api/search": api.search,
    "/style.css": pages.style,
    "/robots.txt": pages.robots,
    "/health": api.health,
}
"""All there is, each asked for by GET or HEAD."""


def application(archive: ReadArchive, language: str, time_zone: str) -> web.Application:
    """Make the server's application; visitors whose language is unknown get ``language``."""

    @web.middleware
    async def known(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[pages.VISITOR] = visitor_of(
            request.query.get("lang"),
            request.headers.get("Accept-Language", ""),
            language,
            time_zone,
        )
        answer = await answered(request, handler)
        return (
            answers.unless_known(request, answer) if isinstance(answer, web.Response) else answer
        )

    app = web.Application(middlewares=[known], client_max_size=MOST_BYTES)
    app[pages.ARCHIVE] = archive
    for path, handler in PAGES.items():
        app.router.add_get(path, handler)
    return app


async def answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer, whatever comes: what fails is one sentence."""
    try:
        return await handler(request)
    except web.HTTPFound:
        raise
    except Exception as error:  # noqa: BLE001 - a bug is logged whole in ``refusal_of``
        refused = refusal_of(error, request[pages.VISITOR].language)
        answer = _said(request, refused)
        if isinstance(error, web.HTTPMethodNotAllowed):
            answer.headers["Allow"] = error.headers["Allow"]
        if refused.status in AGAIN_LATER:
            answer.headers["Retry-After"] = "10"
        return answer


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why there is no page: the catalogue's key, the sentence, and HTTP's number for it."""

    key: str
    sentence: str
    status: int


def refusal_of(error: Exception, language: str) -> Refusal:
    """Say what a visitor is told of what was raised; what they cannot mend is logged."""
    match error:
        case web.HTTPException():
            only_read = isinstance(error, web.HTTPMethodNotAllowed)
            key = "web.read_only" if only_read else "web.no_page"
            return Refusal(key, translate(language, key), error.status)
        case StorageError():
            if error.text_key != "web.away":  # it is there, and busy
                log.warning("archive away", error=sentence(error, "en"))
            return Refusal("web.away", translate(language, "web.away"), 503)
        case NewsError() if error.text_key.startswith("story."):
            return Refusal("web.no_story", translate(language, "web.no_story"), 404)
        case NewsError():
            status = 404 if isinstance(error, NoPageError) else 400
            return Refusal(said(error)[0], sentence(error, language), status)
        case TimeoutError():
            return Refusal("web.slow", translate(language, "web.slow"), 503)
        case _:
            log.error("page failed", exc_info=error)
            return Refusal("web.away", translate(language, "web.away"), 500)


def _said(request: web.Request, refused: Refusal) -> web.Response:
    told = {"error": {"key": refused.key, "sentence": refused.sentence}}
    if request.path == "/health":
        return answers.data({"ok": False, "version": installed_version(), **told}, refused.status)
    if request.path.startswith("/api/"):
        return answers.data(told, refused.status)
    return pages.message(request, refused.sentence, refused.status)


@asynccontextmanager
async def served(
    path: Path,
    listen: str,
    language: str,
    time_zone: str,
    *,
    longest_s: float = LONGEST_S,
    outdated: Callable[[], None] = lambda: None,
    **door: Any,
) -> AsyncIterator[str]:
    """Serve the archive at a path for as long as the block runs; yields the address.

    ``outdated`` is called where a newer version took the file over, within a minute of that.
    ``door`` says how ``listening`` lets in, where not as ever.

    Raises NewsError where nobody can listen at ``listen`` (host:port).
    """
    archive = ReadArchive(path, longest_s, outdated)
    app = application(archive, language, time_zone)
    looking = asyncio.create_task(looked_at(archive), name="archive")
    try:
        async with listening(app, host_port(listen), "--listen", **door) as where:
            yield f"http://{written(*where)}"
    finally:
        looking.cancel()
        await asyncio.wait([looking])
        await archive.close()


async def looked_at(archive: ReadArchive) -> None:
    """Look at the archive again and again: a night may go by without a visitor."""
    while True:
        await asyncio.sleep(LOOKED_AT_EVERY_S)
        await archive.look()
