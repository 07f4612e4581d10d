"""A dry run: ``python -m watchers URL`` says what a feed would bring, and keeps nothing."""

import argparse
import asyncio
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from storage.errors import NewsError
from storage.model import Feed, FeedId, FeedKind, FeedState, FeedStatus, Outlet, OutletId
from watchers import fetch, schedule
from watchers.complaints import sentence
from watchers.discover import Looker, Seen
from watchers.fetch import Fetched, ssrf
from watchers.parse_pool import pool
from watchers.text import leads, markup


def _now() -> datetime:
    return datetime.now(UTC)


async def look(url: str, allowed: list[str]) -> Seen:
    """Look at an address once, through the same guard and parser as the program."""
    async with (
        fetch.opened(
            user_agent="SteppeWire (dry run)", allowed=ssrf.allowed_hosts(allowed), clock=_now
        ) as fetcher,
        pool.opened() as parsing,
    ):
        return await Looker(fetcher, parsing, _now).look(url)


def told(seen: Seen) -> Iterator[str]:
    """Say what is there, line by line."""
    if seen.feed is None:
        yield f"No feed: {sentence(seen.error_key, seen.error_values)}"
        return
    feed = seen.feed
    if seen.url != seen.asked:
        yield f"The page points to {seen.url}"
    yield f"{seen.title}: {feed.format}, {feed.charset}, {feed.total} entries"
    if not feed.complete:
        yield "The document is cut off; its validators would not be kept."
    if isinstance(seen.outcome, Fetched):
        yield from _plan(seen, seen.outcome)
    for entry in feed.entries:
        when = entry.published.isoformat(timespec="minutes") if entry.published else "no time"
        raw = "" if entry.published or not entry.published_raw else f" ({entry.published_raw!r})"
        yield f"\n{when}{raw}  {entry.title}"
        yield f"  {entry.url or 'no link'}"
        yield f"  known again by {' or '.join(entry.keys)}"
        if summary := leads.lead(markup.plain(entry.summary_html, 200), entry.title):
            yield f"  {summary.splitlines()[0]}"


def _plan(seen: Seen, fetched: Fetched) -> Iterator[str]:
    """Say when the next look would be, and by whose wish."""
    assert seen.feed is not None  # noqa: S101 (the caller checked)
    now = _now()
    state = FeedState(status=FeedStatus.NEW)
    feed = Feed(FeedId(0), seen.url, "", FeedKind.FEED, Outlet(OutletId(0), ""), state=state)
    reading = schedule.Reading(
        total=seen.feed.total, new=seen.feed.total, ttl_s=seen.feed.advice.ttl_s
    )
    visit = schedule.Visit(now, fetched.status, fetched.freshness.max_age_s)
    after = schedule.after_document(feed, visit, reading, schedule.Policy())
    wait = (after.next_check_at or now) - now
    yield (
        f"Next look in {timedelta(seconds=round(wait.total_seconds()))}: own interval"
        f" {after.interval_s} s, max-age {fetched.freshness.max_age_s},"
        f" ttl {seen.feed.advice.ttl_s}; conditional requests"
        f" {'possible' if fetched.etag or fetched.last_modified else 'not possible'}"
    )


def main() -> int:
    """Read the arguments, look, print; 1 if there is no feed."""
    parser = argparse.ArgumentParser(prog="python -m watchers", description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--allow", action="append", default=[], metavar="HOST:PORT")
    asked = parser.parse_args()
    try:
        seen = asyncio.run(look(asked.url, asked.allow))
    except NewsError as error:
        sys.stderr.write(f"{sentence(error.text_key, error.values)}\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in told(seen))
    return 0 if seen.feed is not None else 1


if __name__ == "__main__":
    sys.exit(main())
