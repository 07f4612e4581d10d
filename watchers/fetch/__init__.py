"""HTTP from the outside: one conditional, guarded, bounded request, and what came of it.

``opened`` gives the session, ``fetch`` makes a request with it. This package is the only
importer of the HTTP client.
"""

from watchers.fetch.client import Fetcher, opened
from watchers.fetch.values import (
    Failed,
    FailKind,
    Fetched,
    FetchLimits,
    Freshness,
    NotModified,
    Outcome,
    Request,
)

__all__ = [
    "FailKind",
    "Failed",
    "FetchLimits",
    "Fetched",
    "Fetcher",
    "Freshness",
    "NotModified",
    "Outcome",
    "Request",
    "opened",
]
