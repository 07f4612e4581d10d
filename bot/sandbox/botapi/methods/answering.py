"""answerCallbackQuery and answerInlineQuery."""

from dataclasses import replace
from typing import Any

from bot.sandbox.botapi.methods.params import Params
from bot.sandbox.telegram.entities import parse_html, utf16_len
from bot.sandbox.telegram.errors import QUERY_TOO_OLD, bad_request
from bot.sandbox.telegram.keyboards import read_markup
from bot.sandbox.telegram.limits import (
    INLINE_LIFETIME,
    MAX_ANSWER,
    MAX_INLINE_RESULTS,
    MAX_TEXT,
    PRESS_LIFETIME,
)
from bot.sandbox.telegram.model import Bot, StoreEvent
from bot.sandbox.telegram.service import Telegram

MAX_RESULT_ID = 64


def answer_callback_query(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Answer a press: a toast, an alert or silence; only once and not too late."""
    press = telegram.callback_queries.get(params.text("callback_query_id"))
    fresh = press is not None and telegram.clock() - press.created < PRESS_LIFETIME
    if press is None or not fresh or press.answered or press.bot_id != bot.id:
        raise bad_request(QUERY_TOO_OLD)
    text = params.text("text")
    if len(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    url = params.text("url")
    telegram.settle_callback_query(
        replace(press, text=text, alert=params.flag("show_alert"), url=url)
    )
    return True


def answer_inline_query(telegram: Telegram, bot: Bot, params: Params) -> Any:
    """Answer an inline query with up to 50 results."""
    ask = telegram.inline_queries.get(params.text("inline_query_id"))
    fresh = ask is not None and telegram.clock() - ask.created < INLINE_LIFETIME
    if ask is None or not fresh or ask.answered or ask.bot_id != bot.id:
        raise bad_request(QUERY_TOO_OLD)
    results = params.json("results", "inline query results")
    if not isinstance(results, list):
        raise bad_request("can't parse inline query results JSON object")
    if len(results) > MAX_INLINE_RESULTS:
        raise bad_request("RESULTS_TOO_MUCH")
    for result in results:
        _check_result(result)
    if len({result["id"] for result in results}) < len(results):
        raise bad_request("RESULT_ID_DUPLICATE")
    telegram.inline_queries[ask.id] = replace(ask, answered=True, results=tuple(results))
    telegram.notify(
        StoreEvent("answer", bot_id=bot.id, person_id=ask.person_id, detail=f"inline:{ask.id}")
    )
    return True


def _check_result(result: Any) -> None:
    if not isinstance(result, dict):
        raise bad_request("can't parse inline query result: Object expected")
    if not 1 <= len(str(result.get("id", "")).encode()) <= MAX_RESULT_ID:
        raise bad_request("RESULT_ID_INVALID")
    content = result.get("input_message_content")
    if result.get("type") == "article":
        if not str(result.get("title", "")).strip():
            raise bad_request('can\'t parse inline query result: Field "title" must be non-empty')
        if not isinstance(content, dict):
            raise bad_request("can't parse inline query result: input_message_content is empty")
        _check_content(content)
    read_markup(result.get("reply_markup"), private=False)


def _check_content(content: dict[str, Any]) -> None:
    text = str(content.get("message_text", ""))
    if str(content.get("parse_mode", "")).lower() == "html":
        text, _ = parse_html(text)
    if not text.strip():
        raise bad_request("message text is empty")
    if utf16_len(text) > MAX_TEXT:
        raise bad_request("MESSAGE_TOO_LONG")
