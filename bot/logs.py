"""Logging, set up once: one canonical line a unit of work, JSON or pretty, no secrets."""

import logging
import re
import sys
from typing import Any

import structlog

from bot.settings import Settings, may_colour
from storage.masking import masked

SECRET = re.compile(r"\b[0-9]{5,20}:[A-Za-z0-9_-]{6,100}\b")
"""A bot's token anywhere in a line: httpx, inside python-telegram-bot, logs whole URLs."""

NOISY = (
    "aiohttp.access",
    "asyncio",
    "httpcore",
    "httpx",
    "matplotlib",
    "pymorphy3",
    "telegram",
)

SILENT = ("telegram.request",)
"""Tells each unreadable answer of Telegram with a traceback; our own line says it in a row."""


def without_secrets(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Blank out bot tokens, and what is secret of addresses, in every text of a log line."""
    for key, value in event.items():
        event[key] = _without_secrets(value)
    return event


def _without_secrets(value: Any) -> Any:
    match value:
        case str():
            return masked(SECRET.sub("<token>", value) if ":" in value else value)
        case dict():
            return {name: _without_secrets(inner) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_without_secrets(inner) for inner in value]
        case None | bool() | int() | float():
            return value
        case _:  # an error, a feed: as it would be written
            return _without_secrets(str(value))


def set_up(settings: Settings) -> None:
    """Send our lines and the libraries' warnings to stderr in one form."""
    pretty = settings.log_format == "pretty" or (
        settings.log_format == "auto" and sys.stderr.isatty()
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = (
        [
            # A traceback is made text first, or nothing could be blanked out in it.
            structlog.processors.format_exc_info,
            without_secrets,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty() and may_colour(),
                exception_formatter=structlog.dev.plain_traceback,
            ),
        ]
        if pretty
        else [
            structlog.processors.format_exc_info,
            without_secrets,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.log_level]
        ),
        logger_factory=structlog.stdlib.LoggerFactory(),
        # A cached logger never hears of another set-up; to bind one takes microseconds a line.
        cache_logger_on_first_use=False,
    )
    to_stderr = logging.StreamHandler(sys.stderr)
    to_stderr.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [to_stderr]
    root.setLevel(settings.log_level)
    for name in NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It warns whenever a round takes longer than a tick, which is how ticks are meant.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
