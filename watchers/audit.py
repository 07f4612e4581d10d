"""Audits: each address of the catalogue looked at once, and what to change in its tables."""

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.feeds import NewFeed
from storage.model import Feed, FeedId, FeedKind, Outlet, OutletId
from watchers.discover import Looker
from watchers.fetch import Failed, FailKind
from watchers.host_queues import Politeness, in_turn
from watchers.observe import FeedDocument, Observation, Observer, Page, error_of, target_of
from watchers.parse import Entry
from watchers.text import language

_NOBODY_THERE = frozenset({FailKind.DNS, FailKind.CONNECT})
_MOST_TITLES = 20


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of one look at an address of the catalogue.

    ``url`` is where the feed is by now. ``error_key`` is why there is none, "" where there is one
    of so many ``entries``, the newest of them at ``newest``; ``speaks`` is the language of most,
    where that is not the one told first. ``offline`` says that nobody answered at all.
    """

    url: str
    error_key: str = ""
    error_values: Mapping[str, Any] = field(default_factory=dict)
    entries: int = 0
    newest: datetime | None = None
    speaks: str = ""
    offline: bool = False


Say = Callable[[str, Mapping[str, Any]], str]
"""Writes the sentence of an error's key and values."""


async def looked_at(
    wanted: Sequence[NewFeed],
    observer: Observer,
    politeness: Politeness,
    progress: Callable[[int], None] = lambda _done: None,
) -> dict[str, Finding]:
    """Look at each feed once, hosts side by side and gently; return what came, by address."""
    found: dict[str, Finding] = {}
    looker = Looker(observer)
    outlet = Outlet(OutletId(0), "")
    feeds = [
        Feed(FeedId(number), new.url, new.title, new.kind, outlet, new.languages, rules=new.rules)
        for number, new in enumerate(wanted)
    ]

    async def look(host: str, feed: Feed) -> bool:
        del host
        url, observed = feed.url, await observer.observe(target_of(feed))
        if isinstance(observed, Page) and observed.links and feed.kind is FeedKind.FEED:
            behind = await looker.follow(feed.url, observed.links)
            if behind is not None:
                url, observed = behind.url, behind.observed
        found[feed.url] = finding(feed, url, observed)
        progress(len(found))
        return True

    await in_turn(feeds, politeness, look)
    return found


def finding(feed: Feed, url: str, observed: Observation) -> Finding:
    """Say what an observation means for the catalogue's row; ``url`` is where it was made."""
    if not isinstance(observed, FeedDocument):
        key, values = error_of(observed)
        offline = isinstance(observed, Failed) and observed.kind in _NOBODY_THERE
        return Finding(feed.url, key, values, offline=offline)
    entries = observed.feed.entries
    return Finding(
        observed.response.permanent_url or url,
        entries=observed.feed.total,
        newest=max((entry.published for entry in entries if entry.published), default=None),
        speaks=_other_language(entries, feed.languages),
    )


def written(found: Finding, now: datetime, say: Say) -> str:
    """Write what the column ``checked`` says of a look, in one line without tabs."""
    if found.error_key:
        told = f"failed: {say(found.error_key, found.error_values)}"
    else:
        newest = f", newest {found.newest:%Y-%m-%d}" if found.newest else ""
        speaks = f", mostly {found.speaks}" if found.speaks else ""
        entries = "entry" if found.entries == 1 else "entries"
        told = f"ok: {found.entries} {entries}{newest}{speaks}"
    return " ".join(f"{now:%Y-%m-%d} {told}".split())


def revised(text: str, found: Mapping[str, Finding], now: datetime, say: Say) -> str:
    """Return a table of the catalogue as it is to be: addresses that moved, what was seen when.

    An address is not moved to one that another row has.
    """
    head, *lines = text.splitlines()
    names = head.split("\t")
    rows = [dict(zip(names, line.split("\t"), strict=True)) for line in lines]
    taken = {row["url"] for row in rows}
    moved = {old: one.url for old, one in found.items() if one.url not in taken | found.keys()}
    for row in rows:
        if (one := found.get(row["url"])) is not None:
            row["checked"] = written(one, now, say)
        for name in ("url", "of"):  # a fallback follows its source
            if name in row:
                row[name] = moved.get(row[name], row[name])
    return "\n".join([head, *("\t".join(row[name] for name in names) for row in rows), ""])


def patch(name: str, before: str, after: str) -> str:
    """Return a unified diff of a table, as `git apply` takes it."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    return "".join(difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"))


def is_offline(found: Iterable[Finding]) -> bool:
    """Tell whether no host was reached at all: that says nothing of the catalogue."""
    return all(one.offline for one in found)


def _other_language(entries: Iterable[Entry], told: Sequence[str]) -> str:
    """Return the language of most headlines where it is not the first that the catalogue tells."""
    titles = [entry.title for entry in entries if entry.title][:_MOST_TITLES]
    heard = Counter(language.identify(title).partition("-")[0] for title in titles)
    if not heard or not told:
        return ""
    code, times = heard.most_common(1)[0]
    return code if code not in (told[0], "und") and 2 * times > len(titles) else ""
