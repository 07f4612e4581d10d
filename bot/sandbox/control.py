"""The control API for tests in other processes: faults and calls over HTTP, as JSON.

POST /control/faults {method, code, …}; GET and DELETE /control/faults; GET /control/calls
[?method=…]; DELETE /control/calls; POST /control/acts {act, …} for what people do.
"""

import base64
import json
from dataclasses import asdict, fields
from typing import Any

from aiohttp import web

from bot.sandbox.botapi.calls import Call, Calls
from bot.sandbox.botapi.faults import Fault, Faults
from bot.sandbox.telegram.model import Json, SandboxMessage
from bot.sandbox.telegram.service import Telegram
from bot.sandbox.telegram.wire import message_json

_FAULT_FIELDS = {field.name for field in fields(Fault)}


class Control:
    """The HTTP door for tests."""

    def __init__(self, telegram: Telegram, faults: Faults, calls: Calls) -> None:
        self._telegram = telegram
        self._faults = faults
        self._calls = calls

    def routes(self) -> list[web.RouteDef]:
        """List the routes."""
        return [
            web.post("/control/faults", self.add_fault),
            web.get("/control/faults", self.list_faults),
            web.delete("/control/faults", self.clear_faults),
            web.get("/control/calls", self.list_calls),
            web.delete("/control/calls", self.clear_calls),
            web.post("/control/acts", self.act),
            web.get("/control/messages", self.list_messages),
        ]

    async def add_fault(self, request: web.Request) -> web.Response:
        """Order a fault; `body` is text."""
        body = await _object(request)
        unknown = set(body) - _FAULT_FIELDS
        if unknown:
            raise web.HTTPBadRequest(text=f"unknown fields: {', '.join(sorted(unknown))}")
        if isinstance(body.get("body"), str):
            body["body"] = body["body"].encode()
        return web.json_response({"id": self._faults.add(Fault(**body))})

    async def list_faults(self, _request: web.Request) -> web.Response:
        """List what is still to come."""
        ordered = [
            asdict(fault)
            | {"id": number, "body": fault.body and fault.body.decode(errors="replace")}
            for number, fault in self._faults.ordered()
        ]
        return web.json_response(ordered)

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Take all faults back."""
        self._faults.clear()
        return web.json_response({"ok": True})

    async def list_calls(self, request: web.Request) -> web.Response:
        """List the calls a bot made."""
        calls = self._calls.of(*request.query.getall("method", []))
        return web.json_response([_call_json(call) for call in calls])

    async def clear_calls(self, _request: web.Request) -> web.Response:
        """Forget the calls."""
        self._calls.clear()
        return web.json_response({"ok": True})

    async def list_messages(self, request: web.Request) -> web.Response:
        """List the messages of ?chat=ID; a person's id means the chat with the main bot."""
        found = self._telegram.messages(int(request.query["chat"]))
        return web.json_response([message_json(self._telegram, message) for message in found])

    async def act(self, request: web.Request) -> web.Response:
        """Do what people do."""
        body = await _object(request)
        try:
            done = self._act(str(body.pop("act", "")), body)
        except (KeyError, TypeError, ValueError, LookupError) as error:
            raise web.HTTPBadRequest(text=f"{type(error).__name__}: {error}") from None
        return web.json_response({"ok": True, "result": done})

    def _act(self, act: str, body: Json) -> Any:
        telegram = self._telegram
        match act:
            case "say" | "start" | "share_location" | "send_file":
                if "content" in body:
                    body["content"] = base64.b64decode(body["content"])
                message: SandboxMessage = getattr(telegram, act)(**body)
                return message_json(telegram, message)
            case "press":
                key = telegram.key(body["person_id"], body.get("chat"))
                message = telegram.talks[key][int(body["message_id"])]
                press = telegram.press(
                    body["person_id"], message, body.get("button", 0), data=body.get("data")
                )
                return press.id
            case "block" | "unblock" | "deactivate" | "migrate" | "kick_bot" | "add_bot":
                return getattr(telegram, act)(**body)
            case _:
                raise ValueError(f"unknown act {act!r}")


async def _object(request: web.Request) -> Json:
    try:
        body = json.loads(await request.read())
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(text="a JSON object is expected")
    return body


def _call_json(call: Call) -> Json:
    return asdict(call) | {"at": call.at.isoformat()}
