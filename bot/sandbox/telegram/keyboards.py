"""Keyboards (pure): the `reply_markup` of a call → Markup, refused where Telegram refuses it."""

import json
from typing import Any

from bot.sandbox.telegram.autolinks import valid_link
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.model import Json, KeyboardButton, Markup

MAX_BUTTONS = 100
MAX_IN_ROW = 8
MAX_BYTES = 10_240
MAX_DATA_BYTES = 64


def read_markup(raw: Any, *, private: bool, channel: bool = False) -> Markup | None:
    """Read a `reply_markup` object; None when there is none or it is empty."""
    if raw is None or raw in ({}, ""):
        return None
    if not isinstance(raw, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in raw:
        return _inline(raw["inline_keyboard"], private=private)
    if channel:
        raise bad_request("reply markup of this kind is not allowed in channels")
    if "keyboard" in raw:
        return _reply(raw, private=private)
    if raw.get("remove_keyboard"):
        return Markup("remove")
    if raw.get("force_reply"):
        return Markup("force", placeholder=str(raw.get("input_field_placeholder", "")))
    return None


def _rows(raw: Any, what: str) -> list[list[Any]]:
    if not isinstance(raw, list) or not all(isinstance(row, list) for row in raw):
        raise bad_request(f'field "{what}" of the ReplyMarkup must be an Array of Arrays')
    return [row for row in raw if row]


def _inline(raw: Any, *, private: bool) -> Markup | None:
    rows = _rows(raw, "inline_keyboard")
    if not rows:
        return None
    buttons = sum(len(row) for row in rows)
    if buttons > MAX_BUTTONS or len(json.dumps(rows, ensure_ascii=False).encode()) > MAX_BYTES:
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    if any(len(row) > MAX_IN_ROW for row in rows):
        raise bad_request("REPLY_MARKUP_TOO_LONG")
    keys = tuple(tuple(_inline_button(key, private=private) for key in row) for row in rows)
    return Markup("inline", keys)


def _inline_button(raw: Any, *, private: bool) -> KeyboardButton:
    if not isinstance(raw, dict):
        raise bad_request(
            "can't parse inline keyboard button: InlineKeyboardButton must be an Object"
        )
    text = str(raw.get("text", "")).strip()
    if not text:
        raise bad_request("can't parse inline keyboard button: Text must be non-empty")
    if "callback_data" in raw:
        return KeyboardButton(text, callback_data=_callback_data(raw["callback_data"]))
    if raw.get("url") is not None:
        return KeyboardButton(text, url=_button_url(str(raw["url"])))
    if isinstance(raw.get("copy_text"), dict):
        return KeyboardButton(text, copy_text=str(raw["copy_text"].get("text", "")))
    if isinstance(raw.get("web_app"), dict):
        return KeyboardButton(text, url=_web_app_url(raw["web_app"], private=private))
    return _inline_switch(text, raw)


def _inline_switch(text: str, raw: Json) -> KeyboardButton:
    if "switch_inline_query" in raw:
        return KeyboardButton(text, inline_query=str(raw["switch_inline_query"]))
    if "switch_inline_query_current_chat" in raw:
        return KeyboardButton(text, inline_here=str(raw["switch_inline_query_current_chat"]))
    raise bad_request(
        "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
    )


def _callback_data(raw: Any) -> str:
    data = str(raw)
    if not 1 <= len(data.encode()) <= MAX_DATA_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    return data


def _button_url(url: str) -> str:
    if not valid_link(url):
        raise bad_request(f"inline keyboard button URL '{url}' is invalid: Wrong HTTP URL")
    return url if ":" in url else f"http://{url}"


def _web_app_url(web_app: Json, *, private: bool) -> str:
    url = str(web_app.get("url", ""))
    if not private:
        raise bad_request("BUTTON_TYPE_INVALID")
    if not url.startswith("https://"):
        raise bad_request(
            f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed"
        )
    return url


def _reply(raw: Json, *, private: bool) -> Markup | None:
    rows = _rows(raw["keyboard"], "keyboard")
    keys = tuple(tuple(_reply_button(key, private=private) for key in row) for row in rows)
    if not keys:
        return None
    placeholder = str(raw.get("input_field_placeholder", ""))
    return Markup("reply", keys, bool(raw.get("one_time_keyboard")), placeholder)


def _reply_button(raw: Any, *, private: bool) -> KeyboardButton:
    if isinstance(raw, str):
        return KeyboardButton(raw)
    if not isinstance(raw, dict) or not str(raw.get("text", "")).strip():
        raise bad_request("can't parse keyboard button: Text must be non-empty")
    wants_location = bool(raw.get("request_location"))
    if wants_location and not private:
        raise bad_request("location can be requested in private chats only")
    return KeyboardButton(str(raw["text"]), request_location=wants_location)


def markup_json(markup: Markup) -> Json:
    """Write an inline keyboard as the Bot API shows it."""
    return {"inline_keyboard": [[_button_json(button) for button in row] for row in markup.rows]}


def _button_json(button: KeyboardButton) -> Json:
    if button.callback_data is not None:
        return {"text": button.text, "callback_data": button.callback_data}
    if button.url:
        return {"text": button.text, "url": button.url}
    if button.inline_query is not None:
        return {"text": button.text, "switch_inline_query": button.inline_query}
    if button.copy_text:
        return {"text": button.text, "copy_text": {"text": button.copy_text}}
    return {"text": button.text, "switch_inline_query_current_chat": button.inline_here or ""}
