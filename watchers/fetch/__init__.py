"""HTTP from the outside: one conditional, guarded, bounded request, and what came of it.

``opened`` gives a fetcher, whose ``fetch`` makes a request. This package is the only
importer of the HTTP client.
"""

from watchers.fetch.fetcher import Fetcher, opened
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
