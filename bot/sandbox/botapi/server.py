"""The Bot API over HTTP: `/bot<token>/METHOD` and `/file/bot<token>/PATH`, faults included."""

import asyncio
import json
from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.multipart import MultipartReader

from bot.sandbox.botapi.calls import Call, Calls
from bot.sandbox.botapi.faults import Fault, Faults
from bot.sandbox.botapi.methods import METHODS
from bot.sandbox.botapi.methods.params import Params, Upload
from bot.sandbox.botapi.polling import LongPolls
from bot.sandbox.telegram.errors import ApiError, bad_request
from bot.sandbox.telegram.limits import MAX_UPLOAD
from bot.sandbox.telegram.model import Bot, Json
from bot.sandbox.telegram.service import Telegram

MAX_BODY = MAX_UPLOAD + 1024 * 1024


class BotApi:
    """The HTTP door for bots."""

    def __init__(self, telegram: Telegram, faults: Faults, calls: Calls) -> None:
        self._telegram = telegram
        self._faults = faults
        self._calls = calls
        self.polling = LongPolls(telegram)

    def routes(self) -> list[web.RouteDef]:
        """List the routes."""
        return [
            web.route("*", r"/bot{token:[^/]+}/{method}", self.call),
            web.get(r"/file/bot{token:[^/]+}/{kind}/{file_id}", self.download),
        ]

    async def call(self, request: web.Request) -> web.StreamResponse:
        """Answer one call as Telegram would, or as the faults on order say."""
        method = request.match_info["method"]
        try:
            params = await read_params(request)
        except ApiError as error:
            return _answer(error.code, _refusal(error))
        except ConnectionResetError:  # the bot stopped while it was asking: no fault of ours
            return _cut(request)
        fault = self._faults.take(method, params.chat_id)
        if fault is not None and fault.delay:
            await asyncio.sleep(fault.delay)
        if fault is not None and not _takes_effect(fault):
            return self._refuse(request, method, params, fault)
        status, body = await self._try(request.match_info["token"], method, params)
        if fault is not None and fault.cut == "after":
            self._note(method, params, 0, body, effect=True)
            return _cut(request)
        if fault is not None and fault.body is not None:
            self._note(method, params, fault.code or 200, {}, effect=True)
            return web.Response(status=fault.code or 200, body=fault.body)
        heard = request.transport is not None and not request.transport.is_closing()
        self._note(method, params, status, body, effect=bool(body.get("ok")), heard=heard)
        return _answer(status, body)

    def _refuse(
        self, request: web.Request, method: str, params: Params, fault: Fault
    ) -> web.StreamResponse:
        if fault.cut == "before":
            self._note(method, params, 0, {}, effect=False)
            return _cut(request)
        if fault.body is not None:
            self._note(method, params, fault.code or 200, {}, effect=False)
            return web.Response(status=fault.code or 200, body=fault.body)
        error = fault.error or ApiError(500, "Internal Server Error")
        body = _refusal(error)
        self._note(method, params, error.code, body, effect=False)
        return _answer(error.code, body)

    async def _try(self, token: str, method: str, params: Params) -> tuple[int, Json]:
        try:
            bot = self._telegram.bot_by_token(token)
            return 200, {"ok": True, "result": await self._result(bot, method, params)}
        except ApiError as error:
            return error.code, _refusal(error)

    async def _result(self, bot: Bot, method: str, params: Params) -> Any:
        if bot.logged_out and method.lower() != "logout":
            raise bad_request("Logged out")
        if method.lower() == "getupdates":
            return await self.polling.get_updates(bot, params)
        found = METHODS.get(method.lower())
        if found is None:
            raise ApiError(404, "Not Found: method not found")
        return found(self._telegram, bot, params)

    def _note(
        self,
        method: str,
        params: Params,
        status: int,
        body: Json,
        *,
        effect: bool,
        heard: bool = True,
    ) -> None:
        if method.lower() == "getupdates" and body.get("ok") and not body.get("result"):
            return  # an idle bot polls for ever; the log is for what it did
        now = self._telegram.clock()
        self._calls.add(Call(method, params.logged(), now, status, body, effect, heard))

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Give a file's bytes."""
        try:
            self._telegram.bot_by_token(request.match_info["token"])
        except ApiError as error:
            return _answer(error.code, _refusal(error))
        fault = self._faults.take("file", None)
        if fault is not None and fault.cut:
            return _cut(request)
        if fault is not None and fault.error:
            return _answer(fault.error.code, _refusal(fault.error))
        file = self._telegram.files.get(request.match_info["file_id"])
        if file is None:
            return _answer(404, _refusal(ApiError(404, "Not Found: file not found")))
        return web.Response(body=file.content, content_type="application/octet-stream")


async def read_params(request: web.Request) -> Params:
    """Read a call's parameters from its query and its body of any of the allowed kinds."""
    values: dict[str, Any] = dict(request.query)
    kind = request.content_type
    if kind == "application/json" and request.can_read_body:
        values |= await _json_body(request)
    elif kind == "application/x-www-form-urlencoded":
        values |= {k: v for k, v in (await request.post()).items() if isinstance(v, str)}
    elif kind == "multipart/form-data":
        return await _multipart(request, values)
    return Params(values)


async def _json_body(request: web.Request) -> Json:
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(body, dict):
        raise bad_request("object expected")
    return body


async def _multipart(request: web.Request, values: dict[str, Any]) -> Params:
    uploads: dict[str, Upload] = {}
    reader: MultipartReader = await request.multipart()
    async for part in reader:
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        content = bytes(await part.read())
        if part.filename is None:
            values[part.name] = content.decode(errors="replace")
        else:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            uploads[part.name] = Upload(part.filename, mime, content)
    return Params(values, uploads)


def _takes_effect(fault: Fault) -> bool:
    slow_only = fault.cut is None and fault.code is None and fault.body is None
    return fault.cut == "after" or fault.effect or slow_only


def _refusal(error: ApiError) -> Json:
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    return body | ({"parameters": error.parameters} if error.parameters else {})


def _answer(status: int, body: Json) -> web.Response:
    return web.json_response(body, status=status)


def _cut(request: web.Request) -> web.StreamResponse:
    """Close the connection without an answer, as a broken network does."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
