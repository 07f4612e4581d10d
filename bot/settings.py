"""The settings, read once from the environment and ``.env``; the only reader of ``os.environ``.

A name that stands in the process environment counts as it stands there, and be it empty; only
names that do not are looked up in the file.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rapidfuzz.distance import OSA

from bot import envfile
from bot.envfile import EnvFile
from storage.backups import rotation, sealing
from storage.backups.rotation import Keep
from storage.retention import SHORTEST, Retention
from watchers.meaning.models import BUILTIN, FITTED
from watchers.translation.values import BUDGET, Engine

PUBLIC_API = "https://api.telegram.org"
MIN_POLL_INTERVAL_S = 60
LANGUAGES = ("en", "ru", "kk", "ky", "uz", "tg")
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
LOG_FORMATS = ("auto", "json", "pretty")

BOT_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]{3,100}")
"""BotFather's have 35 characters after the colon; other servers give what they like."""

BOT_NAME = re.compile(r"[a-z0-9-]{1,32}")
WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
HOST_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[\w.-]+):([0-9]{1,5})")
MAX_PORT = 65_535
CONTACT = re.compile(r"(mailto:)?[^\s@:/]+@[^\s@/]+|(https?://)?[^\s/@:]+\.[^\s/@]+(/\S*)?")
"""How to reach somebody: an e-mail address, or a page's."""

FREE_A_SECOND = 25
PAID_A_SECOND = 1_000
"""Messages a second: what we send where nothing is paid for, and the most that Telegram sells."""

SMALLEST_MB = 100
"""A schema, a dictionary of words and some weeks of a few feeds."""

LONGEST_HOURS = 168
"""A week between two backups."""

NO_PLACES = frozenset({"localtime", "posixrules", "Factory"})
"""Files beside the time zones' that name none: what they mean differs from machine to machine."""

MEANT_FOR_US = frozenset(
    {
        "ADMIN",
        "ADMINS",
        "BACKUP",
        "BACKUPS",
        "BOT",
        "DATABASE",
        "DB",
        "FEED",
        "FEEDS",
        "HEALTH",
        "POLL",
        "POLLING",
    }
    | {
        "EMBEDDING",
        "EMBEDDINGS",
        "RATES",
        "RETENTION",
        "TELEGRAM",
        "TIMEZONE",
        "TOKEN",
        "WEBHOOK",
        "LANGUAGE",
        "CONTACT",
        "TRANSLATE",
        "TRANSLATION",
        "TRANSLATOR",
    }
)
"""Words in a name of the file that mean one of our settings, however it is put."""

DATABASE = Path("steppewire.db")
MOST_FILE_BYTES = 1_000_000
MISSPELT_BY = 2
"""Letters added, left out, changed or swapped: no other program's name is so alike."""

NO_FILE = EnvFile()


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


def bot_name(raw: str) -> str:
    """Read which of several bots on one archive this is."""
    if not BOT_NAME.fullmatch(raw):
        raise ValueError(f"may only have a-z, 0-9 and -, at most 32, not {raw!r}")
    return raw


def http_url(raw: str) -> str:
    """Read an http(s) address, without its trailing slash."""
    if not re.fullmatch(r"https?://[^\s/]+\S*", raw):
        raise ValueError(f"must be an http(s) address, not {raw!r}")
    try:
        has_host = bool(urlsplit(raw).hostname) and urlsplit(raw).port != 0
    except ValueError:  # a port beyond 65535, an IPv6 address that is not closed
        has_host = False
    if not has_host:
        raise ValueError(f"must be an address with a host and a port that can be, not {raw!r}")
    return raw.rstrip("/")


def embeddings(raw: str) -> str:
    """Read who answers what texts mean: ``builtin``, or the http(s) address of a service."""
    return BUILTIN if raw.casefold() == BUILTIN else http_url(raw)


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
    if not all(re.fullmatch(r"[1-9][0-9]{0,15}", part) for part in parts):
        raise ValueError(f"must be people's numbers with commas between them, not {raw!r}")
    return frozenset(map(int, parts))


def poll_seconds(raw: str) -> int:
    """Read a feed's base interval in seconds."""
    if not re.fullmatch(r"[0-9]{1,7}", raw) or not MIN_POLL_INTERVAL_S <= int(raw) <= 24 * 3600:
        raise ValueError(f"must be seconds between {MIN_POLL_INTERVAL_S} and 86400, not {raw!r}")
    return int(raw)


def characters(raw: str) -> int:
    """Read how many characters a day may be translated."""
    if not re.fullmatch(r"[0-9]{1,9}", raw) or not int(raw):
        raise ValueError(f"must be a number of characters a day, such as {BUDGET}, not {raw!r}")
    return int(raw)


def paid_broadcast(raw: str) -> int:
    """Read how many messages a second may be sent, those that Telegram charges for among them."""
    if not re.fullmatch(r"[0-9]{1,4}", raw) or not FREE_A_SECOND < int(raw) <= PAID_A_SECOND:
        raise ValueError(
            f"must be messages a second between {FREE_A_SECOND + 1} and {PAID_A_SECOND}, not {raw!r}"
        )
    return int(raw)


def zone(raw: str) -> str:
    """Read an IANA time zone's name."""
    try:
        is_place = raw not in NO_PLACES and bool(ZoneInfo(raw))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        is_place = False
    if not is_place:
        raise ValueError(f"must be a time zone such as Asia/Almaty, not {raw!r}")
    return raw


def file_path(raw: str) -> Path:
    """Read where a file is; ``~`` is the home of whoever runs us."""
    if not raw.isprintable():
        raise ValueError(f"must be a file's path on one line, not {raw!r}")
    try:
        path = Path(raw).expanduser()
    except RuntimeError:
        raise ValueError(f"names a home that nobody has: {raw!r}") from None
    if not path.name or path.name == "..":
        raise ValueError(f"must name a file, not {raw!r}")
    return path


def folder_path(raw: str) -> str:
    """Read where a folder is; it need not be there yet."""
    return str(file_path(raw.rstrip("/") or raw))


def backup_hours(raw: str) -> int:
    """Read how many hours lie between two backups."""
    if not re.fullmatch(r"[0-9]{1,3}", raw) or not 1 <= int(raw) <= LONGEST_HOURS:
        raise ValueError(f"must be hours between 1 and {LONGEST_HOURS}, not {raw!r}")
    return int(raw)


def retention_days(raw: str) -> int:
    """Read for how many days a story is kept after it was told last."""
    if not re.fullmatch(r"[0-9]{1,5}", raw) or int(raw) < SHORTEST.days:
        raise ValueError(f"must be a number of days, {SHORTEST.days} at least, not {raw!r}")
    return int(raw)


def retention_mb(raw: str) -> int:
    """Read how many megabytes the database may have."""
    if not re.fullmatch(r"[0-9]{1,8}", raw) or int(raw) < SMALLEST_MB:
        raise ValueError(f"must be a number of megabytes, {SMALLEST_MB} at least, not {raw!r}")
    return int(raw)


def public_key(raw: str) -> str:
    """Read for whom backups are sealed: a public key of age or of ssh, never a secret one."""
    if raw.upper().startswith("AGE-SECRET-KEY"):
        raise ValueError("must be the public key, age1…; a secret one must not lie here")
    sealing.recipient(raw)
    return raw


def rates_table(raw: str) -> str:
    """Read whose official rates are asked for: ``1`` for our table of banks, or a table's path."""
    return raw if raw == "1" else str(file_path(raw))


def one_of(*choices: str) -> Callable[[str], str]:
    """Return a reader that takes one of these words, in any case."""

    def read(raw: str) -> str:
        for choice in choices:
            if raw.casefold() == choice.casefold():
                return choice
        raise ValueError(f"must be one of {', '.join(choices)}, not {raw!r}")

    return read


def header_line(raw: str) -> str:
    """Read what will stand in an HTTP header, which is ASCII (RFC 9110 §5.5)."""
    if not raw.isprintable() or not raw.isascii():
        raise ValueError("must be plain ASCII on one line, such as mailto:you@example.org")
    return raw


def header_secret(raw: str) -> str:
    """Read a key that will stand in an HTTP header; what it is stays unsaid."""
    if not raw.isprintable() or not raw.isascii():
        raise ValueError("must be plain ASCII on one line")
    return raw


def contact(raw: str) -> str:
    """Read how an outlet's engineer reaches the operator: it goes into our User-Agent."""
    if not CONTACT.fullmatch(header_line(raw)):
        raise ValueError(f"must be an address or mailto:you@example.org, not {raw!r}")
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
    telegram_paid_broadcast: int = setting(0, paid_broadcast)
    bot_name: str = setting("", bot_name)
    admin_ids: frozenset[int] = setting(frozenset(), people)
    database_path: Path = setting(DATABASE, file_path)  # noqa: RUF009 (a Path never changes)
    backup_dir: str = setting("", folder_path)
    backup_hours: int = setting(24, backup_hours)
    backup_keep: Keep = setting(Keep(), rotation.keep)  # noqa: RUF009 (it never changes)
    backup_recipient: str = setting("", public_key)
    retention_days: int = setting(0, retention_days)
    retention_mb: int = setting(0, retention_mb)
    poll_interval: int = setting(900, poll_seconds)
    default_timezone: str = setting("Asia/Almaty", zone)
    default_language: str = setting("en", one_of(*LANGUAGES))
    feed_allow_hosts: frozenset[tuple[str, int]] = setting(frozenset(), host_ports)
    user_agent_contact: str = setting("", contact)
    rates: str = setting("", rates_table)
    embeddings_url: str = setting("", embeddings)
    embeddings_key: str = setting("", header_secret, hidden=True)
    embeddings_model: str = setting(FITTED, str)
    translate_engine: str = setting("", one_of(*Engine))
    translate_url: str = setting("", http_url)
    translate_key: str = setting("", header_secret, hidden=True)
    translate_model: str = setting("", str)
    translate_budget: int = setting(BUDGET, characters)
    health_listen: str = setting("", host_port_text)
    log_level: str = setting("INFO", one_of(*LOG_LEVELS))
    log_format: str = setting("auto", one_of(*LOG_FORMATS))
    dotenv_path: str = setting(".env", str)

    @property
    def retention(self) -> Retention:
        """For how long stories are kept, and in how many bytes."""
        days, megabytes = self.retention_days, self.retention_mb
        return Retention(
            timedelta(days=days) if days else None, megabytes * 1_000_000 if megabytes else None
        )

    @property
    def secrets(self) -> frozenset[str]:
        """What must stand in no line of the log."""
        hidden = (getattr(self, one.name) for one in fields(self) if not one.repr)
        return frozenset(value for value in hidden if value)

    @property
    def telegram_is_here(self) -> bool:
        """Whether the Bot API is on this machine, so that no proxy leads there."""
        return is_here(self.telegram_api_url)


def is_here(url: str) -> bool:
    """Tell whether an address is on this machine."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or bool(re.fullmatch(r"127(\.[0-9]{1,3}){3}|::1", host))


NAMES = tuple(setting.name.upper() for setting in fields(Settings))


def load(*, need_token: bool = False, without: frozenset[str] = frozenset()) -> Settings:
    """Read the environment and the file that ``DOTENV_PATH`` names; the environment wins.

    ``without`` names settings that the caller replaces: what is wrong with them is no matter.
    Raises SettingsError with every problem at once.
    """
    file = env_file(os.environ.get("DOTENV_PATH", "").strip())
    return read(os.environ, file, need_token=need_token, without=without)


def given() -> dict[str, str]:
    """Return the settings that stand in the process environment, and can in a file, too."""
    names = (name for name in NAMES if name != "DOTENV_PATH")
    return {name: raw for name in names if (raw := os.environ.get(name, "").strip())}


def hints() -> tuple[str, ...]:
    """Tell the environment's names that are nearly a setting's, and the file's that mean one.

    No problems: the environment is not ours alone, and the file may serve others, too.
    """
    typos = (
        f"{name} is no setting (process environment); did you mean {meant}?"
        for name, meant in misspelt(os.environ)
    )
    file = env_file(os.environ.get("DOTENV_PATH", "").strip())
    return (*typos, *(f"{where}; .env.example lists all" for where in without_effect(file)))


def may_colour() -> bool:
    """Tell whether nobody asked programs to spare them colours (no-color.org)."""
    return not os.environ.get("NO_COLOR")


def without_effect(file: EnvFile) -> Iterator[str]:
    """Yield the file's names that speak of one of our settings and are none of them."""
    nearly = {name for name, _ in misspelt(file.entries)}
    for name, entry in file.entries.items():
        if (
            name not in NAMES
            and name not in nearly
            and MEANT_FOR_US & set(name.upper().split("_"))
        ):
            yield f"{name} is no setting and has no effect ({file.path}, line {entry.line})"


def env_file(asked: str) -> EnvFile:
    """Read the file that is asked for, which must be there, or ``.env``, which need not."""
    path = asked or NO_FILE.path
    try:
        with Path(path).expanduser().open("rb") as opened:
            raw = opened.read(MOST_FILE_BYTES + 1)
    except (OSError, ValueError, RuntimeError) as error:
        if not asked and isinstance(error, FileNotFoundError):
            return NO_FILE
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        named = f"DOTENV_PATH names {path!r}, which" if asked else path
        return EnvFile(path, problems=(f"{named} cannot be read: {reason}",))
    if len(raw) > MOST_FILE_BYTES:
        return EnvFile(path, problems=(f"{path} is larger than a megabyte: no file of settings",))
    return envfile.parsed(raw, path)


def misspelt(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield names that no setting bears but that are a letter or two off, and what is meant."""
    for name in names:
        if name in NAMES:
            continue
        upper = name.upper()
        off, meant = min((OSA.distance(upper, known), known) for known in NAMES)
        if off <= MISSPELT_BY:
            yield name, meant


def read(
    environ: Mapping[str, str],
    file: EnvFile = NO_FILE,
    *,
    need_token: bool = False,
    without: frozenset[str] = frozenset(),
) -> Settings:
    """Turn texts into settings; a name in ``environ`` hides the file's.

    Raises SettingsError with every problem.
    """
    values: dict[str, Any] = {}
    problems = [*file.problems, *strays(file)]
    for setting in fields(Settings):
        raw, origin = found(setting.name.upper(), environ, file)
        if not raw or setting.name in without:
            continue
        try:
            values[setting.name] = setting.metadata["read"](raw)
        except ValueError as error:
            problems.append(f"{setting.name.upper()} {error}{origin}")
    if need_token and not found("TELEGRAM_BOT_TOKEN", environ, file)[0]:
        problems.append(no_token(environ, file))
    secret_given = found("TELEGRAM_WEBHOOK_SECRET", environ, file)[0]
    if values.get("telegram_webhook_url") and not secret_given:
        problems.append(
            "TELEGRAM_WEBHOOK_SECRET is not set: a webhook without one takes anybody's updates;"
            " any 32 letters and digits will do"
        )
    problems.extend(conflicts(values))
    if problems:
        raise SettingsError(tuple(problems))
    return Settings(**values)


def conflicts(values: Mapping[str, Any]) -> Iterator[str]:
    """Tell what cannot be together, of values that are each right."""
    hook = values.get("telegram_webhook_url", "")
    if hook.startswith("http://") and not is_here(values.get("telegram_api_url", PUBLIC_API)):
        yield f"TELEGRAM_WEBHOOK_URL must be an https address: Telegram calls no other, not {hook!r}"
    listen = values.get("telegram_webhook_listen", Settings().telegram_webhook_listen)
    if hook and listen == values.get("health_listen"):
        yield f"HEALTH_LISTEN and TELEGRAM_WEBHOOK_LISTEN cannot both be {listen}"
    yield from _translator_lacks(values)


_NEEDED = {
    Engine.LIBRETRANSLATE: ("translate_url",),
    Engine.OPENAI: ("translate_url", "translate_model"),
    Engine.DEEPL: ("translate_key",),
}
"""What each translator needs to be told."""


def _translator_lacks(values: Mapping[str, Any]) -> Iterator[str]:
    """Tell what a translator lacks to be asked."""
    engine = values.get("translate_engine", "")
    if engine:
        for name in _NEEDED[Engine(engine)]:
            if not values.get(name):
                yield f"{name.upper()} is not set, which TRANSLATE_ENGINE={engine} needs"
    elif values.get("translate_url") or values.get("translate_key"):
        yield (
            f"TRANSLATE_ENGINE is not set: say which of {', '.join(Engine)} is to translate,"
            " or take out what else is set of TRANSLATE_"
        )


def found(name: str, environ: Mapping[str, str], file: EnvFile) -> tuple[str, str]:
    """Return a setting's text and, where the file has it, where it stands: for a problem's end."""
    entry = file.entries.get(name)
    place = f"{file.path}, line {entry.line}" if entry else ""
    if name in environ:
        hidden = f" (process environment, which wins over {place})" if entry else ""
        return environ[name].strip(), hidden
    return (entry.value.strip(), f" ({place})") if entry else ("", "")


def strays(file: EnvFile) -> Iterator[str]:
    """Tell the file's names that mean a setting and are none, and what works elsewhere only."""
    for name, meant in misspelt(file.entries):
        line = file.entries[name].line
        yield f"{name} is no setting ({file.path}, line {line}); did you mean {meant}?"
    other = file.entries.get("DOTENV_PATH")
    if other is not None and other.value != file.path:
        yield (
            f"DOTENV_PATH ({file.path}, line {other.line}) names another file to read, which"
            " works in the process environment only"
        )


def no_token(environ: Mapping[str, str], file: EnvFile) -> str:
    """Say that the token is missing and how to come by one."""
    entry = file.entries.get("TELEGRAM_BOT_TOKEN")
    if entry is not None and "TELEGRAM_BOT_TOKEN" in environ:
        return (
            "TELEGRAM_BOT_TOKEN is empty in the process environment, which wins over"
            f" {file.path}, line {entry.line}: take it out of the environment"
        )
    return (
        f"TELEGRAM_BOT_TOKEN is not set: ask @BotFather for one and put it into {file.path}"
        " (or try `make demo`, which needs none)"
    )
