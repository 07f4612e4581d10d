"""What happens in a person's chats, streamed to the chat page (Server-Sent Events)."""

import asyncio
import json

from aiohttp import web

from bot.sandbox.telegram.model import Happening, Json, SandboxMessage
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.web.files import HEADERS
from bot.sandbox.web.views import chat_view, message_view, page_chat_id, sees

BACKLOG = 2_000  # events kept for a slow page before it is told to look again
HEARTBEAT = 15.0  # seconds


class Streams:
    """The open pages."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._streams: set[asyncio.Queue[Happening | None]] = set()

    async def serve(self, request: web.Request, person: int) -> web.StreamResponse:
        """Stream what happens in a person's chats (Server-Sent Events)."""
        stream = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        queue: asyncio.Queue[Happening | None] = asyncio.Queue()
        forget = self._telegram.listen(lambda h: _offer(queue, h))
        self._streams.add(queue)
        try:
            await stream.prepare(request)
            await stream.write(b"retry: 1000\n\n")
            await self._pump(stream, queue, person)
        except ConnectionError:
            pass  # the page was closed
        finally:
            forget()
            self._streams.discard(queue)
        return stream

    async def _pump(
        self, stream: web.StreamResponse, queue: asyncio.Queue[Happening | None], person: int
    ) -> None:
        while True:
            try:
                happening = await asyncio.wait_for(queue.get(), HEARTBEAT)
            except TimeoutError:
                await stream.write(b": still here\n\n")
                continue
            if happening is None:
                return
            event = self._event(happening, person)
            if event is not None:
                text = json.dumps(event, ensure_ascii=False)
                await stream.write(f"data: {text}\n\n".encode(errors="replace"))

    def _event(self, happening: Happening, person: int) -> Json | None:
        key = happening.key
        if happening.kind == "answer":
            return self._answer_event(happening, person)
        if key is not None and not sees(self._telegram, person, key):
            return _elsewhere(happening)
        match happening.kind:
            case "message" | "edit":
                message = key and self._telegram.find(key, happening.message_id)
                return self._message_event(happening, message, person) if message else None
            case "delete" | "action":
                return {
                    "kind": happening.kind,
                    "chat": page_chat_id(key) if key else 0,
                    "message": happening.message_id,
                    "action": happening.detail,
                }
            case "chats" | "menu":
                return {"kind": "chats"}
            case _:
                return None

    def _message_event(self, happening: Happening, message: SandboxMessage, person: int) -> Json:
        return {
            "kind": happening.kind,
            "chat": page_chat_id(message.key),
            "message": message_view(self._telegram, message, person),
            "frame": chat_view(self._telegram, person, message.key),
        }

    def _answer_event(self, happening: Happening, person: int) -> Json | None:
        if happening.person_id != person:
            return None
        if happening.detail.startswith("inline:"):
            ask = self._telegram.inline_queries[happening.detail.removeprefix("inline:")]
            results = [
                {"title": r.get("title", ""), "description": r.get("description", "")}
                for r in ask.results
            ]
            return {"kind": "inline", "ask": ask.id, "results": results}
        press = self._telegram.callback_queries[happening.detail]
        return {
            "kind": "answer",
            "press": press.id,
            "text": press.text,
            "alert": press.alert,
            "url": press.url,
        }

    def close(self) -> None:
        """End all streams."""
        for queue in self._streams:
            queue.put_nowait(None)


def _elsewhere(happening: Happening) -> Json | None:
    """Other people's news only moves the dots beside their names."""
    kinds = {"chats": "chats", "message": "people"}
    kind = kinds.get(happening.kind)
    return {"kind": kind} if kind else None


def _offer(queue: asyncio.Queue[Happening | None], happening: Happening) -> None:
    """Queue an event; a page too slow for the backlog is cut off, reconnects and looks anew."""
    if happening.kind in ("update", "poll") or queue.qsize() > BACKLOG:
        return
    queue.put_nowait(None if queue.qsize() == BACKLOG else happening)
