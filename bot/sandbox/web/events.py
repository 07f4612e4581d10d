"""What happens in a person's chats, streamed to the chat page (Server-Sent Events)."""

import asyncio
import json

from aiohttp import web

from bot.sandbox.telegram.model import Json, SandboxMessage, StoreEvent
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.web.files import HEADERS
from bot.sandbox.web.views import chat_view, message_view, page_chat_id, sees

BACKLOG = 2_000  # events kept for a slow page before it is told to look again
HEARTBEAT = 15.0  # seconds


class Streams:
    """The open pages."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._streams: set[asyncio.Queue[StoreEvent | None]] = set()

    async def serve(self, request: web.Request, person: int) -> web.StreamResponse:
        """Stream what happens in a person's chats (Server-Sent Events)."""
        stream = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
        queue: asyncio.Queue[StoreEvent | None] = asyncio.Queue()
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
        self, stream: web.StreamResponse, queue: asyncio.Queue[StoreEvent | None], person: int
    ) -> None:
        while True:
            try:
                event = await asyncio.wait_for(queue.get(), HEARTBEAT)
            except TimeoutError:
                await stream.write(b": still here\n\n")
                continue
            if event is None:
                return
            shown = self._shown(event, person)
            if shown is not None:
                text = json.dumps(shown, ensure_ascii=False)
                await stream.write(f"data: {text}\n\n".encode(errors="replace"))

    def _shown(self, event: StoreEvent, person: int) -> Json | None:
        key = event.key
        if event.kind == "answer":
            return self._answer_event(event, person)
        if key is not None and not sees(self._telegram, person, key):
            return _elsewhere(event)
        match event.kind:
            case "message" | "edit":
                message = key and self._telegram.find(key, event.message_id)
                return self._message_event(event, message, person) if message else None
            case "delete" | "action":
                return {
                    "kind": event.kind,
                    "chat": page_chat_id(key) if key else 0,
                    "message": event.message_id,
                    "action": event.detail,
                }
            case "chats" | "menu":
                return {"kind": "chats"}
            case _:
                return None

    def _message_event(self, event: StoreEvent, message: SandboxMessage, person: int) -> Json:
        return {
            "kind": event.kind,
            "chat": page_chat_id(message.key),
            "message": message_view(self._telegram, message, person),
            "frame": chat_view(self._telegram, person, message.key),
        }

    def _answer_event(self, event: StoreEvent, person: int) -> Json | None:
        if event.person_id != person:
            return None
        if event.detail.startswith("inline:"):
            ask = self._telegram.inline_queries[event.detail.removeprefix("inline:")]
            results = [
                {"title": r.get("title", ""), "description": r.get("description", "")}
                for r in ask.results
            ]
            return {"kind": "inline", "ask": ask.id, "results": results}
        press = self._telegram.callback_queries[event.detail]
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


def _elsewhere(event: StoreEvent) -> Json | None:
    """Other people's news only moves the dots beside their names."""
    kinds = {"chats": "chats", "message": "people"}
    kind = kinds.get(event.kind)
    return {"kind": kind} if kind else None


def _offer(queue: asyncio.Queue[StoreEvent | None], event: StoreEvent) -> None:
    """Queue an event; a page too slow for the backlog is cut off, reconnects and looks anew."""
    if event.kind in ("update", "poll") or queue.qsize() > BACKLOG:
        return
    queue.put_nowait(None if queue.qsize() == BACKLOG else event)
