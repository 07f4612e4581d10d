"""What response headers say about waiting and moving; pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from watchers.fetch.values import Freshness

LONGEST_WAIT_S = 366 * 86_400
LONGEST_VALIDATOR = 4096
_UNSENDABLE = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")


def freshness(headers: Mapping[str, str], now: datetime) -> Freshness:
    """Read Cache-Control, Expires and Retry-After (RFC 9111 §5.2.2.1, §5.3; RFC 9110 §10.2.3)."""
    return Freshness(max_age_s=_max_age(headers, now), retry_after_s=_retry_after(headers, now))


def validator(headers: Mapping[str, str], name: str) -> str:
    """Return a validator verbatim; one that cannot be sent back as it came is treated as none.

    Bytes that are not UTF-8 arrive as lone surrogates: the client cannot send them again.
    """
    value = headers.get(name, "")
    is_sendable = len(value) <= LONGEST_VALIDATOR and not _UNSENDABLE.search(value)
    return value if is_sendable else ""


def listed(headers: Mapping[str, str], name: str) -> str:
    """Return a header that is a list; one sent in several lines is one list (RFC 9110 §5.3)."""
    getall = getattr(headers, "getall", None)
    return ",".join(getall(name, ())) if getall else headers.get(name, "")


def _max_age(headers: Mapping[str, str], now: datetime) -> int | None:
    for directive in listed(headers, "Cache-Control").lower().split(","):
        name, _, value = directive.strip().partition("=")
        if name == "max-age":
            digits = value.strip().strip('"')
            # max-age beats Expires even when it is nonsense: stale, RFC 9111 §4.2.1.
            return min(int(digits), LONGEST_WAIT_S) if digits.isdecimal() else 0
    expires = headers.get("Expires")
    if expires is None:
        return None
    moment = _http_date(expires)
    if moment is None:
        return 0  # "Expires: 0" and its kin mean: already stale
    # Against the server's own clock where it tells it: clocks differ.
    base = _http_date(headers.get("Date", "")) or now
    return _seconds(moment, base)


def _retry_after(headers: Mapping[str, str], now: datetime) -> int | None:
    value = headers.get("Retry-After", "").strip()
    if not value:
        return None
    if value.isdecimal():
        return min(int(value[:12]), LONGEST_WAIT_S)
    moment = _http_date(value)
    if moment is None:
        return None
    base = _http_date(headers.get("Date", "")) or now
    return _seconds(moment, base)


def _seconds(moment: datetime, base: datetime) -> int:
    return max(0, min(int((moment - base).total_seconds()), LONGEST_WAIT_S))


def _http_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value[:64])
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
