"""The chat page's own door: its files, what a person sees and does, and a stream of events."""

import asyncio
import json
from importlib import resources
from typing import Any

from aiohttp import web

from bot.sandbox.guard import CONTENT_POLICY
from bot.sandbox.limits import MAX_DOWNLOAD
from bot.sandbox.methods.params import Params
from bot.sandbox.model import Happening, Json, Key, Message
from bot.sandbox.telegram import Telegram
from bot.sandbox.views import (
    chat_view,
    keys_of,
    message_view,
    page_chat_id,
    people_view,
    sees,
)

PAGE = 100  # messages per request
BACKLOG = 2_000  # events kept for a slow page before it is told to reload
HEARTBEAT = 15.0  # seconds
ASSETS = {
    "style.css": "text/css",
    "dark.css": "text/css",
    "app.js": "text/javascript",
    "api.js": "text/javascript",
    "richtext.js": "text/javascript",
    "bubbles.js": "text/javascript",
    "composer.js": "text/javascript",
    "sidebar.js": "text/javascript",
    "dom.js": "text/javascript",
    "icons.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
HEADERS = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


class PageApi:
    """The HTTP door for the chat page."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._streams: set[asyncio.Queue[Happening | None]] = set()

    def routes(self) -> list[web.RouteDef]:
        """List the routes."""
        return [
            web.get("/", self.index),
            web.get("/page/{name}", self.asset),
            web.get("/page/api/people", self.people),
            web.get("/page/api/chats", self.chats),
            web.get("/page/api/messages", self.messages),
            web.get("/page/api/events", self.events),
            web.get("/page/api/file/{file_id}", self.file),
            web.post("/page/api/do/{act}", self.act),
            web.post("/page/api/upload", self.upload),
        ]

    # -- the page's files

    async def index(self, _request: web.Request) -> web.Response:
        """Give the page."""
        return _static("index.html", "text/html")

    async def asset(self, request: web.Request) -> web.Response:
        """Give one of the page's files."""
        name = request.match_info["name"]
        if name not in ASSETS:
            raise web.HTTPNotFound
        return _static(name, ASSETS[name])

    # -- what is there

    async def people(self, _request: web.Request) -> web.Response:
        """List the people."""
        return _json(people_view(self._telegram))

    async def chats(self, request: web.Request) -> web.Response:
        """List a person's chats."""
        person = self._person(request.query.get("person", ""))
        keys = keys_of(self._telegram, person)
        return _json([chat_view(self._telegram, person, key) for key in keys])

    async def messages(self, request: web.Request) -> web.Response:
        """List the latest messages of a chat, or those before an id."""
        person = self._person(request.query.get("person", ""))
        key = self._key(person, request.query.get("chat", ""))
        talk = list(self._telegram.talks.get(key, {}).values())
        before = Params(request.query).number("before")
        if before:
            talk = [message for message in talk if message.id < before]
        shown = [message_view(self._telegram, message, person) for message in talk[-PAGE:]]
        return _json({"messages": shown, "more": len(talk) > PAGE})

    async def file(self, request: web.Request) -> web.Response:
        """Give a file: known pictures inline, all else as a download."""
        file = self._telegram.files.get(request.match_info["file_id"])
        if file is None:
            raise web.HTTPNotFound
        inline = file.mime in _PICTURES and "download" not in request.query
        answer = web.Response(
            body=file.content,
            content_type=file.mime if inline else "application/octet-stream",
            headers=HEADERS,
        )
        if not inline:
            answer.headers["Content-Disposition"] = web_disposition(file.name)
        return answer

    def _person(self, raw: Any) -> int:
        person = Params({"id": raw}).number("id")
        user = self._telegram.users.get(person)
        if user is None or user.is_bot:
            raise web.HTTPNotFound(text="no such person")
        return person

    def _key(self, person: int, raw: Any) -> Key:
        chat = Params({"id": raw}).number("id")
        if chat not in self._telegram.bots and chat not in self._telegram.chats:
            raise web.HTTPNotFound(text="no such chat")
        key = self._telegram.key(person, chat)
        if not sees(self._telegram, person, key):
            raise web.HTTPForbidden(text="not a member of this chat")
        return key

    # -- what a person does

    async def act(self, request: web.Request) -> web.Response:
        """Do one thing as a person: say, start, press, location, block, read, inline, choose."""
        body = await _object(request)
        person = self._person(body.get("person"))
        key = self._key(person, body.get("chat"))
        try:
            done = self._do(request.match_info["act"], person, key, body)
        except (ValueError, LookupError, TypeError) as error:
            return _json({"ok": False, "error": str(error)}, status=400)
        return _json({"ok": True, "result": done})

    def _do(self, act: str, person: int, key: Key, body: Json) -> Any:
        telegram, chat = self._telegram, page_chat_id(key)
        params = Params(body)
        match act:
            case "say":
                reply = params.number("reply_to") or None
                topic = params.number("thread") or None
                return telegram.say(
                    person, params.text("text"), chat=chat, reply_to=reply, thread=topic
                ).id
            case "start":
                return telegram.start(person, params.text("payload"), bot_id=chat).id
            case "press":
                message = telegram.talks[key][params.number("message")]
                return telegram.press(person, message, params.number("number")).id
            case "location":
                place = (params.real("latitude"), params.real("longitude"))
                return telegram.share_location(person, *place, chat=chat).id
            case _:
                return self._do_quietly(act, person, key, params)

    def _do_quietly(self, act: str, person: int, key: Key, params: Params) -> Any:
        telegram, chat = self._telegram, page_chat_id(key)
        match act:
            case "block":
                telegram.block(person, chat)
            case "unblock":
                telegram.unblock(person, chat)
            case "add_bot" if not key.bot_id:
                telegram.add_bot(chat, by=person)
            case "read":
                last = params.number("message")
                telegram.read[person, key] = max(telegram.read.get((person, key), 0), last)
            case "inline":
                return telegram.ask_inline(person, params.text("query")).id
            case "choose":
                ask = telegram.inline_asks[params.text("ask")]
                return telegram.choose_inline(ask, params.number("index"), chat=chat).id
            case _:
                raise ValueError(f"unknown act {act!r}")
        return None

    async def upload(self, request: web.Request) -> web.Response:
        """Send a file as a person; the body is the file itself."""
        person = self._person(request.query.get("person", ""))
        key = self._key(person, request.query.get("chat", ""))
        content = await request.read()
        if not 0 < len(content) <= MAX_DOWNLOAD:
            return _json({"ok": False, "error": "a file has 1 byte to 20 MB"}, status=400)
        try:
            message = self._telegram.send_file(
                person,
                request.query.get("name", "file")[:200],
                content,
                caption=request.query.get("caption", ""),
                chat=page_chat_id(key),
            )
        except ValueError as error:
            return _json({"ok": False, "error": str(error)}, status=400)
        return _json({"ok": True, "result": message.id})

    # -- events

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream what happens in a person's chats (Server-Sent Events)."""
        person = self._person(request.query.get("person", ""))
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
            return {"kind": "chats"} if happening.kind == "chats" else None
        match happening.kind:
            case "message" | "edit":
                assert key is not None
                message = self._telegram.find(key, happening.message_id)
                return self._message_event(happening, message, person) if message else None
            case "delete" | "action":
                assert key is not None
                return {
                    "kind": happening.kind,
                    "chat": page_chat_id(key),
                    "message": happening.message_id,
                    "action": happening.detail,
                }
            case "chats" | "menu":
                return {"kind": "chats"}
            case _:
                return None

    def _message_event(self, happening: Happening, message: Message, person: int) -> Json:
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
            ask = self._telegram.inline_asks[happening.detail.removeprefix("inline:")]
            results = [
                {"title": r.get("title", ""), "description": r.get("description", "")}
                for r in ask.results
            ]
            return {"kind": "inline", "ask": ask.id, "results": results}
        press = self._telegram.presses[happening.detail]
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


def _offer(queue: asyncio.Queue[Happening | None], happening: Happening) -> None:
    if happening.kind == "update" or queue.qsize() > BACKLOG:
        return
    queue.put_nowait(Happening("chats") if queue.qsize() == BACKLOG else happening)


def web_disposition(name: str) -> str:
    """Write a Content-Disposition that survives any file name (RFC 6266, RFC 8187)."""
    from urllib.parse import quote  # noqa: PLC0415

    return f"attachment; filename*=UTF-8''{quote(name)}"


def _static(name: str, kind: str) -> web.Response:
    content = resources.files("bot.sandbox").joinpath("page", name).read_bytes()
    return web.Response(body=content, content_type=kind, charset="utf-8", headers=HEADERS)


def _json(body: Any, status: int = 200) -> web.Response:
    return web.json_response(body, status=status, headers=HEADERS)


async def _object(request: web.Request) -> Json:
    try:
        body = json.loads(await request.read())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="a JSON object is expected")
    return body
