"""What an admin types to name a source, an address, a channel or a page's selectors; pure."""

import re

from storage import local_time
from storage.errors import NewsError
from watchers.text import markup, urls

SELECTORS = ("item", "title", "link", "date", "summary", "zone")
"""What is told of a page without a feed (``watchers.parse.webpage.scraped``): CSS selectors, and
the zone that its times are in.
"""

AUTO = "auto"
"""In place of the item's selector: find the page's headlines yourself."""

_LONGEST_SELECTOR = 300
_ADDRESSES = re.compile(
    r"(?<!\S)(?:https?://\S|@[A-Za-z]\w{3}|[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}(?![^\s:/?#]))",
    re.IGNORECASE,
)
_TELEGRAM = r"(?:https?://)?(?:www\.)?(?:t\.me|telegram\.(?:me|dog))/"
_NAME = r"([a-z][a-z0-9_]{3,31})"
_CHANNEL = re.compile(
    rf"(?:@|{_TELEGRAM}(?:s/)?){_NAME}(?:/\d+)?/?(?:[?#]\S*)?"
    rf"|(?:https?://)?{_NAME}\.t\.me(?:/\d+)?/?(?:[?#]\S*)?"
    rf"|tg://resolve/?\?domain={_NAME}(?:&\S*)?",
    re.IGNORECASE | re.ASCII,
)
"""The ways to name a public channel, or one post of it (https://core.telegram.org/api/links)."""
_PRIVATE_CHANNEL = re.compile(
    rf"{_TELEGRAM}(?:\+|joinchat/|c/\d)\S*|tg://join\b\S*", re.IGNORECASE | re.ASCII
)
_PREVIEW = "https://t.me/s/"
"""Under it stands what Telegram shows of a public channel to whoever has no account."""


def address(typed: str) -> str:
    """Make a fetchable address of what a person typed.

    Raises NewsError ``feed.address``, ``feed.one_address`` or ``feed.private_channel``.
    """
    typed = urls.web_scheme(typed.strip())
    if len(_ADDRESSES.findall(typed)) > 1 and re.search(r"\s", typed):
        raise NewsError("feed.one_address")
    if named := _CHANNEL.fullmatch(typed):
        return preview_of(next(filter(None, named.groups())))
    if _PRIVATE_CHANNEL.fullmatch(typed):
        raise NewsError("feed.private_channel")
    if "://" not in typed and re.match(r"^[\w.-]+\.[^\W\d_]{2,}(?::\d+)?(?:[/?#]|$)", typed):
        typed = f"https://{typed}"
    url = urls.absolute("", typed)
    if not url or not urls.host_of(url):
        raise NewsError("feed.address", url=typed[:200])
    # What is typed without a path is asked for with one, as every client does.
    return url if urls.split(url).path else f"{url}/"


def preview_of(channel: str) -> str:
    """Return the address of a public channel's preview; Telegram minds no capitals in names."""
    return f"{_PREVIEW}{channel.lower()}"


def is_preview(url: str) -> bool:
    """Tell whether an address is that of a channel's preview."""
    return url.startswith(_PREVIEW)


def source(typed: str) -> tuple[str, dict[str, str]]:
    """Part an address from the selectors that follow it on lines of their own.

    Raises NewsError ``feed.address``, or what ``read_rules`` raises.
    """
    first, _, told = typed.strip().partition("\n")
    if any(_ADDRESSES.match(line.strip()) for line in told.splitlines()):
        raise NewsError("feed.one_address")
    return address(first), read_rules(told)


def read_rules(told: str) -> dict[str, str]:
    """Read the selectors of a page without a feed: ``item: .news-card``, ``title: h3``.

    ``item: auto`` (``AUTO``) lets the page's headlines be found. Raises NewsError
    ``feed.selectors``, ``feed.css``, ``feed.zone`` or ``feed.no_item``.
    """
    found: dict[str, str] = {}
    for line in filter(str.strip, told.splitlines()):
        name, _, value = (part.strip() for part in line.partition(":"))
        name = name.lower()
        if name not in SELECTORS or not 0 < len(value) <= _LONGEST_SELECTOR:
            raise NewsError("feed.selectors", line=line.strip()[:100])
        refuse_unreadable(name, value)
        found["time_zone" if name == "zone" else name] = value
    if found and "item" not in found:
        raise NewsError("feed.no_item")
    return found


def refuse_unreadable(name: str, value: str) -> None:
    """Raise NewsError where a zone is none, or a selector cannot be read."""
    if name == "zone":
        if str(local_time.zone(value)) != value:
            raise NewsError("feed.zone", zone=value[:100])
    elif (name, value) != ("item", AUTO) and not markup.is_selector(value):
        raise NewsError("feed.css", name=name, css=value[:100])


def write_rules(rules: dict[str, str]) -> str:
    """Write selectors as ``read_rules`` reads them."""
    return "\n".join(
        f"{'zone' if name == 'time_zone' else name}: {value}" for name, value in rules.items()
    )


def written(url: str, rules: dict[str, str]) -> str:
    """Write a source as ``source`` reads it."""
    return f"{url}\n{write_rules(rules)}".strip()
