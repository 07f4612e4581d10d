"""Logging, set up once: one canonical line a unit of work, JSON or pretty, no secrets."""

import logging
import re
import sys
from collections.abc import Callable, Iterable, MutableMapping
from time import monotonic
from typing import Any, TypeAlias

import structlog
from structlog.typing import Processor

from bot.settings import Settings, may_colour
from bot.texts import sentence
from storage.errors import NewsError
from storage.masking import masked

SECRET = re.compile(r"(?<![0-9])[0-9]{5,20}:[A-Za-z0-9_-]{6,100}\b")
"""A bot's token anywhere in a line: httpx, inside python-telegram-bot, logs whole URLs, in which
"bot" stands right before it."""

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


SHORTEST = 6
"""A shorter secret stays: its letters stand in half of all lines, and give it away by missing."""

ACCEPT_FAILED = "socket.accept() out of system resource"
AGAIN_AFTER_S = 60.0


class NoPlaces(logging.Filter):
    """Lets asyncio say once a minute, in a sentence, that no connection can be taken.

    It says so a hundred times a second, with a traceback each.
    """

    def __init__(self) -> None:
        """Begin with nothing said."""
        super().__init__()
        self._said_at = -AGAIN_AFTER_S

    def filter(self, record: logging.LogRecord) -> bool:
        """Pass whatever else there is; of this one in a minute, without its traceback."""
        if not record.getMessage().startswith(ACCEPT_FAILED):
            return True
        if monotonic() - self._said_at < AGAIN_AFTER_S:
            return False
        self._said_at = monotonic()
        record.msg, record.args = "no connection can be taken: too many files are open", ()
        record.exc_info = record.exc_text = None
        return True


Blank: TypeAlias = Callable[[str], str]


def without_secrets(secrets: Iterable[str]) -> Processor:
    """Return what blanks out, in every text of a log line, bot tokens and secrets of addresses.

    So it does with ``secrets``, the settings' own, whatever a library writes around them.
    """
    known = [re.escape(one) for one in sorted(secrets, key=len, reverse=True)]
    own = re.compile("|".join(one for one in known if len(one) >= SHORTEST) or r"(?!)")

    def blank(text: str) -> str:
        text = own.sub("***", text)
        return masked(SECRET.sub("<token>", text) if ":" in text else text)

    def blank_all(
        _logger: Any, _method: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        for key, value in event.items():
            event[key] = _blanked(value, blank)
        return event

    return blank_all


def _blanked(value: Any, blank: Blank) -> Any:
    match value:
        case str():
            return blank(value)
        case dict():
            return {name: _blanked(inner, blank) for name, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_blanked(inner, blank) for inner in value]
        case None | bool() | int() | float():
            return value
        case NewsError():  # who looks into the log for the reason reads no key
            return blank(sentence(value, "en"))
        case _:  # an error, a feed: as it would be written
            return blank(str(value))


def set_up(settings: Settings) -> None:
    """Send our lines and the libraries' warnings to stderr in one form."""
    pretty = settings.log_format == "pretty" or (
        settings.log_format == "auto" and sys.stderr.isatty()
    )
    blanking = without_secrets(settings.secrets)
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Any] = (
        [
            # A traceback is made text first, or nothing could be blanked out in it.
            structlog.processors.format_exc_info,
            blanking,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty() and may_colour(),
                exception_formatter=structlog.dev.plain_traceback,
            ),
        ]
        if pretty
        else [
            structlog.processors.format_exc_info,
            blanking,
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
    logging.getLogger("asyncio").filters[:] = [NoPlaces()]
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
