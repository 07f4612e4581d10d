"""The chat page's HTTP API: what a person sees and does, its files, its stream of events."""

import json
from typing import Any

from aiohttp import web

from bot.sandbox.botapi.methods.params import Params
from bot.sandbox.telegram.limits import MAX_DOWNLOAD
from bot.sandbox.telegram.model import Json, Key
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.web.events import Streams
from bot.sandbox.web.files import HEADERS, answer, asset, disposition, static
from bot.sandbox.web.views import chat_view, keys_of, message_view, page_chat_id, people_view, sees

PAGE = 100  # messages per request
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")


class PageApi:
    """The HTTP door for the chat page."""

    def __init__(self, telegram: Telegram) -> None:
        self._telegram = telegram
        self._streams = Streams(telegram)

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
        return static("index.html", "text/html")

    async def asset(self, request: web.Request) -> web.Response:
        """Give one of the page's files."""
        return asset(request.match_info["name"])

    # -- what is there

    async def people(self, _request: web.Request) -> web.Response:
        """List the people."""
        return answer(people_view(self._telegram))

    async def chats(self, request: web.Request) -> web.Response:
        """List a person's chats."""
        person = self._person(request.query.get("person", ""))
        keys = keys_of(self._telegram, person)
        return answer([chat_view(self._telegram, person, key) for key in keys])

    async def messages(self, request: web.Request) -> web.Response:
        """List the latest messages of a chat, or those before an id."""
        person = self._person(request.query.get("person", ""))
        key = self._key(person, request.query.get("chat", ""))
        talk = list(self._telegram.talks.get(key, {}).values())
        before = Params(request.query).number("before")
        if before:
            talk = [message for message in talk if message.id < before]
        shown = [message_view(self._telegram, message, person) for message in talk[-PAGE:]]
        return answer({"messages": shown, "more": len(talk) > PAGE})

    async def file(self, request: web.Request) -> web.Response:
        """Give a file: known pictures inline, all else as a download."""
        file = self._telegram.files.get(request.match_info["file_id"])
        if file is None:
            raise web.HTTPNotFound
        inline = file.mime in _PICTURES and "download" not in request.query
        found = web.Response(
            body=file.content,
            content_type=file.mime if inline else "application/octet-stream",
            headers=HEADERS,
        )
        if not inline:
            found.headers["Content-Disposition"] = disposition(file.name)
        return found

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

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Stream what happens in a person's chats."""
        return await self._streams.serve(request, self._person(request.query.get("person", "")))

    def close(self) -> None:
        """End all streams."""
        self._streams.close()

    # -- what a person does

    async def act(self, request: web.Request) -> web.Response:
        """Do one thing as a person: say, start, press, location, block, read, inline, choose."""
        body = await _object(request)
        person = self._person(body.get("person"))
        key = self._key(person, body.get("chat"))
        try:
            done = self._do(request.match_info["act"], person, key, body)
        except (ValueError, LookupError, TypeError) as error:
            return answer({"ok": False, "error": str(error)}, status=400)
        return answer({"ok": True, "result": done})

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
                return telegram.ask_inline(person, params.text("query"), key.bot_id or None).id
            case "choose":
                ask = telegram.inline_queries[params.text("ask")]
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
            return answer({"ok": False, "error": "a file has 1 byte to 20 MB"}, status=400)
        try:
            message = self._telegram.send_file(
                person,
                request.query.get("name", "file")[:200],
                content,
                caption=request.query.get("caption", ""),
                chat=page_chat_id(key),
            )
        except ValueError as error:
            return answer({"ok": False, "error": str(error)}, status=400)
        return answer({"ok": True, "result": message.id})


async def _object(request: web.Request) -> Json:
    try:
        body = json.loads(await request.read())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="a JSON object is expected")
    return body
