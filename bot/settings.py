"""The settings, read once from the environment; the only reader of ``os.environ``."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from environs import Env

PUBLIC_API = "https://api.telegram.org"
MIN_POLL_INTERVAL_S = 60
LANGUAGES = ("en", "ru")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("auto", "json", "pretty")

BOT_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{3,100}")
"""BotFather's have 35 characters after the colon; other servers give what they like."""

WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/@]+):([0-9]{1,5})")
MAX_PORT = 65_535
DATABASE = Path("steppewire.db")


class SettingsError(Exception):
    """One or more settings are missing or malformed; ``problems`` has a sentence for each."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Keep every problem, so that all can be mended at once."""
        super().__init__("\n".join(problems))
        self.problems = problems


# --- one reader a kind of value; ValueError's text ends the sentence "NAME …" ----------------


def token(raw: str) -> str:
    """Read a bot's token as BotFather gives it."""
    if not BOT_TOKEN.fullmatch(raw):
        raise ValueError("is not a bot's token; BotFather's look like 123456789:AAH…")
    return raw


def http_url(raw: str) -> str:
    """Read an http(s) address, without its trailing slash."""
    if not re.fullmatch(r"https?://[^\s/]+\S*", raw):
        raise ValueError(f"must be an http(s) address, not {raw!r}")
    return raw.rstrip("/")


def secret(raw: str) -> str:
    """Read a webhook's secret (Bot API, setWebhook: 1-256 of A-Z, a-z, 0-9, _ and -)."""
    if not WEBHOOK_SECRET.fullmatch(raw):
        raise ValueError("may only have letters, digits, _ and -, at most 256")
    return raw


def host_port(raw: str) -> tuple[str, int]:
    """Read ``host:port``; an IPv6 address stands in square brackets."""
    match = HOST_PORT.fullmatch(raw)
    if not match or not 0 < int(match[2]) <= MAX_PORT:
        raise ValueError(f"must be host:port, such as 127.0.0.1:8080, not {raw!r}")
    return match[1].strip("[]").lower(), int(match[2])


def host_port_text(raw: str) -> str:
    """Check ``host:port`` and keep it as text."""
    host_port(raw)
    return raw


def host_ports(raw: str) -> frozenset[tuple[str, int]]:
    """Read ``host:port`` pairs with commas between them."""
    return frozenset(host_port(part.strip()) for part in raw.split(",") if part.strip())


def people(raw: str) -> frozenset[int]:
    """Read Telegram ids of people, with commas between them."""
    parts = [part.strip() for part in raw.split(",") if part.strip()]
    if not all(re.fullmatch(r"[0-9]{1,19}", part) for part in parts):
        raise ValueError(f"must be numbers with commas between them, not {raw!r}")
    return frozenset(map(int, parts))


def poll_seconds(raw: str) -> int:
    """Read a feed's base interval in seconds."""
    if not re.fullmatch(r"[0-9]{1,7}", raw) or not MIN_POLL_INTERVAL_S <= int(raw) <= 24 * 3600:
        raise ValueError(f"must be seconds between {MIN_POLL_INTERVAL_S} and 86400, not {raw!r}")
    return int(raw)


def zone(raw: str) -> str:
    """Read an IANA time zone's name."""
    try:
        ZoneInfo(raw)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"must be a time zone such as Asia/Almaty, not {raw!r}") from None
    return raw


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a reader that takes one of these words, in any case."""

    def read(raw: str) -> str:
        for choice in choices:
            if raw.casefold() == choice.casefold():
                return choice
        raise ValueError(f"must be one of {', '.join(choices)}, not {raw!r}")

    return read


def one_line(raw: str) -> str:
    """Read what will stand in an HTTP header."""
    if not raw.isprintable() or not raw.isascii():
        raise ValueError("must be plain ASCII on one line, such as mailto:you@example.org")
    return raw


def setting(default: Any, read: Callable[[str], Any], *, hidden: bool = False) -> Any:
    """Declare a setting: its value when unset, and the reader of its text."""
    return field(default=default, repr=not hidden, metadata={"read": read})


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator decides. Field names are the environment's names in lower case."""

    telegram_bot_token: str = setting("", token, hidden=True)
    telegram_api_url: str = setting(PUBLIC_API, http_url)
    telegram_webhook_url: str = setting("", http_url)
    telegram_webhook_listen: str = setting("127.0.0.1:8080", host_port_text)
    telegram_webhook_secret: str = setting("", secret, hidden=True)
    admin_ids: frozenset[int] = setting(frozenset(), people)
    database_path: Path = setting(DATABASE, Path)  # noqa: RUF009 (a Path never changes)
    poll_interval: int = setting(900, poll_seconds)
    default_timezone: str = setting("Asia/Almaty", zone)
    default_language: str = setting("en", one_of(*LANGUAGES))
    feed_allow_hosts: frozenset[tuple[str, int]] = setting(frozenset(), host_ports)
    user_agent_contact: str = setting("", one_line)
    health_listen: str = setting("", host_port_text)
    log_level: str = setting("INFO", one_of(*LOG_LEVELS))
    log_format: str = setting("auto", one_of(*LOG_FORMATS))
    dotenv_path: str = setting(".env", str)


def load(*, need_token: bool = False) -> Settings:
    """Read the environment and the file that ``DOTENV_PATH`` names; the environment wins.

    Raises SettingsError with every problem at once.
    """
    path = os.environ.get("DOTENV_PATH", "").strip() or ".env"
    if Path(path).is_file():
        Env().read_env(path, recurse=False)
    return read(os.environ, need_token=need_token)


def read(environ: Mapping[str, str], *, need_token: bool = False) -> Settings:
    """Turn the environment's texts into settings. Raises SettingsError with every problem."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    for one in fields(Settings):
        raw = environ.get(one.name.upper(), "").strip()
        if not raw:
            continue
        try:
            values[one.name] = one.metadata["read"](raw)
        except ValueError as error:
            problems.append(f"{one.name.upper()} {error}")
    if need_token and not environ.get("TELEGRAM_BOT_TOKEN", "").strip():
        problems.append(
            "TELEGRAM_BOT_TOKEN is not set: ask @BotFather for one and put it into .env"
            " (or try `make demo`, which needs none)"
        )
    if values.get("telegram_webhook_url") and not values.get("telegram_webhook_secret"):
        problems.append(
            "TELEGRAM_WEBHOOK_SECRET is not set: a webhook without one takes anybody's updates;"
            " any 32 letters and digits will do"
        )
    if problems:
        raise SettingsError(tuple(problems))
    return Settings(**values)
