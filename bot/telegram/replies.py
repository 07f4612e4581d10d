"""Replies as JSON: what was decided to be said, kept until it is said. Pure."""

import json
from dataclasses import asdict
from typing import Any

from bot.conversation import (
    Button,
    Edit,
    EditButton,
    Html,
    Message,
    Nothing,
    Preview,
    Reply,
    Say,
    Toast,
)


def written(reply: Reply) -> str | None:
    """Write a reply; None for what is no text: files, pictures, long work."""
    match reply:
        case Say() | Edit() | EditButton() | Toast() | Nothing():
            return json.dumps({"kind": type(reply).__name__, **asdict(reply)})
        case _:
            return None


def read(text: str) -> Reply:
    """Read what was written. Raises ValueError, KeyError or TypeError for anything else."""
    values = json.loads(text)
    match values.pop("kind"):
        case "Say":
            return Say(tuple(map(_message, values["messages"])))
        case "Edit":
            return Edit(_message(values["message"]), values["toast"])
        case "EditButton":
            return EditButton(Button(**values["button"]), values["toast"])
        case "Toast":
            return Toast(**values)
        case "Nothing":
            return Nothing()
        case kind:
            raise ValueError(kind)


def _message(values: dict[str, Any]) -> Message:
    keyboard = tuple(tuple(Button(**button) for button in row) for row in values.pop("keyboard"))
    preview = values.pop("preview", None)  # once a switch: no message had it on
    shown = Preview(**preview) if preview else None
    return Message(Html(values.pop("html")), keyboard, preview=shown, **values)
