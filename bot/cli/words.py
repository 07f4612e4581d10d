"""``match`` and ``language``: the notion of words, for scripts; JSON lines in and out."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

from bot import texts
from storage.errors import NewsError
from watchers.keywords import match_text
from watchers.text.language import identify


def lines() -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of stdin, one a line; what is none is answered with an error."""
    for raw in sys.stdin.buffer:
        if not raw.strip():
            continue
        try:
            value = json.loads(raw)
        except (ValueError, RecursionError):  # no JSON, or nested without an end
            value = None
        yield value if isinstance(value, dict) else {"error": "not a JSON object"}


def answer(
    asked: dict[str, Any], needs: tuple[str, ...], work: Callable[[], dict[str, Any]]
) -> None:
    """Print a line back with what ``work`` finds, or with one clear error."""
    missing = [name for name in needs if not isinstance(asked.get(name), str)]
    if "error" not in asked and missing:
        asked = asked | {
            "error": f"{' and '.join(missing)} must be there, as text in quotation marks"
        }
    elif "error" not in asked:
        try:
            asked = asked | work()
        except NewsError as error:
            asked = asked | {"error": texts.sentence(error, "en")}
    sys.stdout.write(json.dumps(asked, ensure_ascii=False) + "\n")


@click.command()
def match() -> None:
    """Tell whether queries match texts.

    Reads JSON lines {"query", "text", "lang" (optional)} on stdin and writes them back with
    "match": true or false, or with "error" where the query is none.
    """
    for asked in lines():
        lang = asked.get("lang")
        answer(
            asked,
            ("query", "text"),
            lambda: {
                "match": match_text(
                    asked["query"],  # noqa: B023 (called at once)
                    asked["text"],  # noqa: B023
                    lang=lang if isinstance(lang, str) else None,  # noqa: B023
                )
            },
        )


@click.command()
def language() -> None:
    """Tell the language of texts.

    Reads JSON lines {"text"} on stdin and writes them back with "lang": en, ru, kk, ky,
    uz-Latn, uz-Cyrl, tg, tk, another code, or und.
    """
    for asked in lines():
        answer(asked, ("text",), lambda: {"lang": identify(asked["text"])})  # noqa: B023
