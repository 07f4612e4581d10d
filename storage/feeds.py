"""Feeds: what is polled, when next, and how each is. Polling's whole memory is in these rows."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from storage import meta, outlets, removal
from storage.errors import FeedGoneError, NewsError
from storage.local_time import rfc3339
from storage.masking import is_masked, masked
from storage.model import (
    ILL_FROM,
    Feed,
    FeedId,
    FeedKind,
    FeedNoticeKind,
    FeedState,
    FeedStatus,
    Outlet,
    Ownership,
)
from storage.sql import (
    Connection,
    from_json,
    from_ms,
    readable,
    repeatable,
    to_json,
    to_ms,
)

_ILL = (
    f"(e.status = 'gone' or (e.status = 'error' and e.failure_weight >= {ILL_FROM})"
    " or (e.status = 'ok' and e.silent_since is not null))"
)
_ORDER = "case {0}.kind when 'telegram' then 2 when 'page' then 1 else 0 end, {0}.id"
"""Which fallback comes first: feeds and news sitemaps, then pages, then Telegram's previews."""
_BEFORE = (
    "(e.id = f.fallback_of or (e.fallback_of = f.fallback_of and e.status <> 'paused'"
    f" and ({_ORDER.format('e')}) < ({_ORDER.format('f')})))"
)
_WAITS = (
    "(f.fallback_of is not null"  # noqa: S608 (constants)
    f" and exists (select 1 from feeds e where {_BEFORE} and not {_ILL}))"
)
"""A fallback ``f`` is read while every ``e`` before it is ill; where the source itself is paused,
so are they all."""

_READS_ARTICLES = (
    "exists (select 1 from feeds s"
    " where s.id = coalesce(f.fallback_of, f.id) and s.reads_articles = 1)"
)
"""A fallback is read as its source is."""

COLUMNS = (
    "f.id, f.url, f.title, f.kind, f.languages, f.site_url, f.rules, f.moved_from, f.added_at,"
    " f.items, f.status, f.next_check_at, f.interval_s, f.last_checked_at, f.last_status,"
    " f.last_ok_at, f.last_new_at, f.usual_gap_s, f.failure_weight, f.failure_count,"
    " f.failing_since, f.error_key, f.error_values, f.told_ill_at, f.silent_since, f.etag,"
    " f.last_modified, f.body_digest, f.entries_seen, f.moved_to, f.moved_seen, f.baseline_done,"
    " f.told_well_at, f.notice, f.max_age_s, f.ttl_s, f.rest_times, f.gaps, f.last_gap_at,"
    f" f.fallback_of, {_WAITS}, {_READS_ARTICLES}"
)
_WIDTH = 42
_SELECT = (
    f"select {COLUMNS}, {outlets.COLUMNS} from (select * from feeds where removed = 0) f"  # noqa: S608 (our own column lists)
    " join outlets o on o.id = f.outlet_id"
)
_CATALOGUE = "catalogue_added"
"""The fact that says when the catalogue was added."""

_POLLED = (
    f"f.removed = 0 and f.status not in ('gone', 'paused') and f.kind <> 'import' and not {_WAITS}"
)


@dataclass(frozen=True, slots=True)
class NewFeed:
    """A feed to be added, and the outlet it belongs to (added where it is not known yet).

    A fallback's outlet and languages are those of its source.
    """

    url: str
    title: str
    outlet: str
    kind: FeedKind = FeedKind.FEED
    languages: tuple[str, ...] = ()
    site_url: str = ""
    rules: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FeedNotice:
    """Something that admins have yet to hear of a feed, and what its sentence needs."""

    feed_id: FeedId
    kind: FeedNoticeKind
    url: str
    title: str
    error_key: str = ""
    error_values: dict[str, Any] = field(default_factory=dict)
    since: datetime | None = None
    fallbacks: int = 0


# --- reading ---------------------------------------------------------------------------------


def get(db: Connection, feed_id: FeedId) -> Feed | None:
    """Return a feed, or None where there is none of that id."""
    return _first(db, "where f.id = ?", (feed_id,))


def by_url(db: Connection, url: str) -> Feed | None:
    """Return the feed at an address, whichever of http and https it was added with.

    A masked address finds the first feed that is shown by it.
    """
    if is_masked(url):
        return next(iter(shown_as(db, url)), None)
    plain = plainly(url)
    one_of = (plain, _other_scheme(plain), url)
    return _first(db, "where f.url in (?, ?, ?) order by f.url <> ?", (*one_of, plain))


def shown_as(db: Connection, url: str) -> tuple[Feed, ...]:
    """Return the feeds whose address is shown as this one, its secrets masked."""
    plain = plainly(url)
    one_of = {plain, _other_scheme(plain)}
    return tuple(feed for feed in every(db) if plainly(masked(feed.url)) in one_of)


def found(db: Connection, wanted: str) -> Feed:
    """Return the feed that a person means by an id or an address, masked or not.

    Raises NewsError if there is none, or if several are shown by that address.
    """
    feed = None
    if is_masked(wanted) and len(shown_as(db, wanted)) > 1:
        raise NewsError("feed.several_masked", feed=wanted)
    if wanted.isascii() and wanted.isdecimal() and len(wanted) < 19:  # noqa: PLR2004 (64 bits)
        feed = get(db, FeedId(int(wanted)))
    feed = feed or by_url(db, wanted)
    if feed is None:
        raise NewsError("feed.unknown", feed=wanted)
    return feed


def refuse_known(db: Connection, url: str) -> None:
    """Raise NewsError where a feed is at that address already."""
    if (there := by_url(db, url)) is not None:
        raise NewsError("feed.exists", url=url, id=there.id)


def must_be_there(db: Connection, feed_id: FeedId) -> None:
    """Raise FeedGoneError where a feed was removed, or is being removed."""
    row = db.conn.execute("select 1 from feeds where id = ? and removed = 0", (feed_id,))
    if row.fetchone() is None:
        raise FeedGoneError("feed.unknown", feed=feed_id)


def every(db: Connection, *, polled_only: bool = False) -> tuple[Feed, ...]:
    """Return all feeds in the order they were added; ``polled_only`` leaves imports out."""
    where = "where f.kind <> 'import'" if polled_only else ""
    return tuple(readable(db.conn.execute(f"{_SELECT} {where} order by f.id"), of_row))


def due(
    db: Connection,
    now: datetime,
    limit: int = 1_000,
    besides: Collection[FeedId] = (),
) -> tuple[Feed, ...]:
    """Return the feeds whose next look has come, the longest waiting first, besides some.

    Of these, which may be many, no more than the ids are read.
    """
    ids = db.conn.execute(
        f"select f.id from feeds f where {_POLLED} and f.next_check_at <= ?"  # noqa: S608 (constants)
        " order by f.next_check_at, f.id limit ?",
        (to_ms(now), limit + len(besides)),
    )
    wanted = [number for (number,) in ids if number not in besides][:limit]
    rows = db.conn.execute(
        f"{_SELECT} where f.id in (select value from json_each(?))"  # noqa: S608 (constants)
        " order by f.next_check_at, f.id",
        (to_json(wanted),),
    )
    return tuple(readable(rows, of_row))


def pollable(db: Connection) -> tuple[Feed, ...]:
    """Return every feed but those gone or paused: what a forced round looks at."""
    rows = db.conn.execute(f"{_SELECT} where {_POLLED} order by f.id")
    return tuple(readable(rows, of_row))


def fallbacks(db: Connection) -> dict[FeedId, tuple[Feed, ...]]:
    """Return every source's fallbacks in the order of their turns, by the source."""
    found: dict[FeedId, tuple[Feed, ...]] = {}
    order = _ORDER.format("f")
    for row in db.conn.execute(f"{_SELECT} where f.fallback_of is not null order by {order}"):
        feed = of_row(row)
        assert feed.fallback_of is not None  # noqa: S101 (so it was asked)
        found[feed.fallback_of] = (*found.get(feed.fallback_of, ()), feed)
    return found


def line_up(db: Connection, feed_id: FeedId) -> tuple[Feed, ...]:
    """Return a source and its fallbacks, in the order of their turns, by the id of any of them."""
    feed = get(db, feed_id)
    if feed is None:
        return ()
    source = get(db, feed.fallback_of) if feed.fallback_of else feed
    assert source is not None  # noqa: S101 (they go together)
    return (source, *fallbacks(db).get(source.id, ()))


def told_until(db: Connection, feed_id: FeedId) -> datetime | None:
    """Return until when what comes before a fallback has brought the news; None if it never did.

    Who answers without bringing anything was of no use since it last did.
    """
    (moment,) = db.conn.execute(
        "select max(case when e.silent_since is null then e.last_ok_at else e.last_new_at end)"  # noqa: S608 (a constant)
        f" from feeds f join feeds e on {_BEFORE} where f.id = ?",
        (feed_id,),
    ).fetchone()
    return from_ms(moment)


def count(db: Connection) -> dict[FeedStatus, int]:
    """Count sources by status; their fallbacks are part of them."""
    rows = db.conn.execute(
        "select status, count(*) from feeds"
        " where kind <> 'import' and fallback_of is null and removed = 0 group by 1"
    )
    return {FeedStatus(status): number for status, number in rows}


def next_due(db: Connection) -> datetime | None:
    """Return when the next look is due, None where nothing is polled.

    A feed that was never looked at is due since it was added.
    """
    (moment,) = db.conn.execute(
        # The first by an index, beside those of no promise yet: not all the feeds.
        "select min(at) from (select min(f.added_at) as at from feeds f"  # noqa: S608 (a constant)
        f" where f.next_check_at = 0 and {_POLLED}"
        " union all select * from (select f.next_check_at from feeds f"
        f" where f.next_check_at > 0 and {_POLLED} order by f.next_check_at limit 1))"
    ).fetchone()
    return from_ms(moment)


# --- adding and changing ---------------------------------------------------------------------


def add(db: Connection, new: NewFeed, now: datetime) -> Feed:
    """Add a feed; its first look is due at once. NewsError where its address is there already."""
    refuse_known(db, new.url)
    name = own_name(db, masked(new.outlet) or host_of(new.url), new.url)
    outlet = outlets.named(db, name, home_url=new.site_url)
    return _insert(db, new, outlet, now)


def own_name(db: Connection, name: str, url: str) -> str:
    """Give the name of a feed's outlet; a borrowed one with the site that borrows it.

    What is known of an outlet (a state's, official, a country's) is known of its sites: whoever
    calls a blog "Akorda" does not make it the president's.
    """
    outlet = outlets.by_name(db, name)
    if outlet is None or not (outlet.official or outlet.ownership is not Ownership.UNKNOWN):
        return name
    rows = db.conn.execute(
        "select url from feeds where outlet_id = ? and removed = 0", (outlet.id,)
    ).fetchall()
    sites = {_site_of(row[0]) for row in rows} | ({_site_of(outlet.home_url)} - {""})
    if not sites or _site_of(url) in sites:
        return name
    return f"{name} ({host_of(url)})"


def _site_of(url: str) -> str:
    """Give whose an address is: its domain, of a Telegram channel the channel."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    host = (parts.hostname or "").removeprefix("www.")
    if host in ("t.me", "telegram.me"):
        return f"t.me/{parts.path.strip('/').removeprefix('s/').partition('/')[0].lower()}"
    return ".".join(host.split(".")[-2:])


def add_fallback(db: Connection, feed_id: FeedId, new: NewFeed, now: datetime) -> Feed:
    """Add what is read in the place of a source while that is ill; of a fallback, of its source.

    NewsError where the address is there already, or the source is an import.
    """
    refuse_known(db, new.url)
    refuse_import(db, feed_id)
    asked = found(db, str(feed_id))
    source = found(db, str(asked.fallback_of)) if asked.fallback_of else asked
    named = replace(new, title=source.title, languages=source.languages)
    return _insert(db, named, source.outlet, now, fallback_of=source.id)


@repeatable
def add_all(db: Connection, new: Iterable[tuple[NewFeed, Outlet]], now: datetime) -> list[FeedId]:
    """Add the feeds that are not there yet (a catalogue, an OPML file); return which were.

    Outlets are described by the values given; their ids do not matter.
    """
    added = []
    for feed, described in new:
        if by_url(db, feed.url) is not None:
            continue
        outlet = outlets.named(
            db,
            described.name
            if described.official or described.ownership is not Ownership.UNKNOWN
            else own_name(db, masked(described.name), feed.url),
            country=described.country,
            ownership=described.ownership,
            wire=described.wire,
            family=described.family,
            home_url=described.home_url,
            official=described.official,
        )
        added.append(_insert(db, feed, outlet, now).id)
    return added


def wants_catalogue(db: Connection) -> bool:
    """Tell whether this database polls nothing and never had the catalogue: a fresh one.

    Who removed every feed of it does not get it again.
    """
    (polled,) = db.conn.execute(
        "select count(*) from feeds where kind <> 'import' and removed = 0"
    ).fetchone()
    return not polled and meta.get(db, _CATALOGUE) is None


def add_catalogue(
    db: Connection,
    new: Iterable[tuple[NewFeed, Outlet]],
    now: datetime,
    others: Iterable[tuple[str, NewFeed]] = (),
) -> int:
    """Add the feeds of the catalogue, remember that it was, and return how many were new.

    ``others`` are fallbacks with the addresses of their sources.
    """
    meta.put(db, _CATALOGUE, rfc3339(now))
    added = len(add_all(db, new, now))
    for address, fallback in others:
        source = by_url(db, address)
        if source is not None and by_url(db, fallback.url) is None:
            add_fallback(db, source.id, fallback, now)
    return added


def of_import(db: Connection, name: str, source: str, now: datetime) -> Feed:
    """Return the feed that stands for an imported file's source, adding it where needed."""
    url = f"import:{name}/{source}" if source else f"import:{name}"
    there = _first(db, "where f.url = ?", (url,))
    if there is not None:
        return there
    outlet = outlets.named(db, source or name)
    return _insert(db, NewFeed(url, source or name, outlet.name, FeedKind.IMPORT), outlet, now)


def refuse_import(db: Connection, feed_id: FeedId) -> None:
    """Raise NewsError where a feed only stands for an imported file: there is nothing to poll."""
    feed = get(db, feed_id)
    if feed is not None and feed.kind is FeedKind.IMPORT:
        raise NewsError("feed.imported", title=feed.title)


def pause(db: Connection, feed_id: FeedId) -> None:
    """Look at a feed no more until it is resumed. NewsError where it is an import."""
    refuse_import(db, feed_id)
    db.conn.execute("update feeds set status = 'paused' where id = ?", (feed_id,))


def resume(db: Connection, feed_id: FeedId, now: datetime) -> None:
    """Look at a paused or retired feed again, at once, with a clean slate.

    NewsError where it is an import, which nobody looks at.
    """
    refuse_import(db, feed_id)
    db.conn.execute(
        "update feeds set status = case when last_ok_at is null then 'new' else 'ok' end,"
        " next_check_at = ?, failure_weight = 0, failure_count = 0, failing_since = null,"
        " error_key = '', error_values = '{}', silent_since = null where id = ?",
        (to_ms(now), feed_id),
    )


def remove(db: Connection, feed_id: FeedId) -> None:
    """Forget a feed with its fallbacks, their items and keys; stories keep what others told.

    It is out of sight at once, and its first items with it: of most all. What is left goes in
    steps (``storage.removal``).
    """
    removal.begin(db, feed_id)
    left = removal.ITEMS_A_STEP
    while left > 0 and (gone := removal.some(db)):
        left -= gone


def retitle(db: Connection, feed_id: FeedId, title: str, site_url: str, language: str) -> None:
    """Keep what a feed says of itself where nothing better is known."""
    db.conn.execute(
        "update feeds set"
        " title = case when title in ('', url, host) and :title <> '' then :title else title end,"
        " site_url = case when site_url = '' then :site else site_url end,"
        " languages = case when languages = '' then :language else languages end where id = :feed",
        {"title": title[:300], "site": site_url, "language": language[:35], "feed": feed_id},
    )


def move(db: Connection, feed_id: FeedId, url: str) -> bool:
    """Follow a permanent move; False where another feed is at the new address already."""
    url = plainly(url)
    there = _first(db, "where f.url = ?", (url,))
    if there is not None and there.id != feed_id:
        return False
    db.conn.execute(
        "update feeds set moved_from = url, url = :url, host = :host, moved_to = '',"
        " moved_seen = 0 where id = :feed and url <> :url",
        {"url": url, "host": host_of(url), "feed": feed_id},
    )
    return True


def drop_second(db: Connection, feed_id: FeedId, url: str) -> Feed | None:
    """Drop a feed that turned out to be the one at ``url``, which is there; admins hear it there.

    Returns the one that stays; None where there is no other at that address.
    """
    there = by_url(db, url)
    if there is None or there.id == feed_id:
        return None
    remove(db, feed_id)
    db.conn.execute(
        "update feeds set notice = ? where id = ? and notice = ''",
        (FeedNoticeKind.LISTED_TWICE.value, there.id),
    )
    return there


# --- what polling learns ---------------------------------------------------------------------


def keep_state(db: Connection, feed_id: FeedId, state: FeedState, *, new: int = 0) -> None:
    """Keep what a look has taught, and how many new items it brought.

    A feed paused while it was looked at stays paused.
    """
    db.conn.execute(_KEEP, _state_row(state, new, feed_id))


def keep_states(db: Connection, states: Iterable[tuple[FeedId, FeedState]]) -> None:
    """Keep the states of many looks that brought no items."""
    db.conn.executemany(_KEEP, [_state_row(state, 0, feed_id) for feed_id, state in states])


def grow(db: Connection, feed_id: FeedId, new: int) -> None:
    """Count new items of a feed that has no state to keep: an import."""
    db.conn.execute("update feeds set items = items + ? where id = ?", (new, feed_id))


def rest_host(db: Connection, host: str, until: datetime) -> None:
    """Put off every feed of a host that asked to be left alone; never bring one forward.

    Over a minute, not all to the same moment: the host has just said that it was too much.
    """
    db.conn.execute(
        # Any prime spreads ids over the minute; a feed that rests longer already keeps its time.
        "update feeds set next_check_at = max(next_check_at, ? + id * 7919 % 60000)"
        " where host = ?",
        (to_ms(until), host),
    )


def take_notices(db: Connection) -> tuple[FeedNotice, ...]:
    """Return what admins have yet to hear about feeds, and consider it taken.

    Call it in the transaction that writes them to the outbox: each is said once.
    """
    rows = db.conn.execute(
        "select id, notice, url, title, error_key, error_values,"
        " coalesce(silent_since, failing_since),"
        " (select count(*) from feeds o where o.fallback_of = feeds.id and o.status <> 'paused')"
        " from feeds where notice <> '' order by id"
    ).fetchall()
    db.conn.execute("update feeds set notice = '' where notice <> ''")
    return tuple(
        FeedNotice(
            feed_id=FeedId(row[0]),
            kind=FeedNoticeKind(row[1]),
            url=row[2],
            title=row[3],
            error_key=row[4],
            error_values=from_json(row[5]) or {},
            since=from_ms(row[6]),
            fallbacks=row[7],
        )
        for row in rows
    )


def host_of(url: str) -> str:
    """Return the host and non-default port that politeness counts together."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    host = (parts.hostname or "").lower().rstrip(".")
    is_default = port is None or port == {"http": 80, "https": 443}.get(parts.scheme.lower())
    return host if is_default else f"{host}:{port}"


def plainly(url: str) -> str:
    """Write an address the one way it is kept: what is dropped here never reaches a server.

    Scheme and host in lower case, no default port, no fragment (RFC 3986 §6.2.2.1, §6.2.3);
    everything behind the host stays as it was told.
    """
    try:
        parts = urlsplit(url)
        default = {"http": ":80", "https": ":443"}.get(parts.scheme)
    except ValueError:
        return url
    told = f"//{parts.netloc}"
    if default is None or not parts.netloc or told not in url:
        return url
    user, at, host = parts.netloc.rpartition("@")
    behind = url.partition("#")[0].partition(told)[2]
    return f"{parts.scheme}://{user}{at}{host.lower().removesuffix(default)}{behind or '/'}"


# --- rows ------------------------------------------------------------------------------------


_KEEP = (
    "update feeds set status = case when status = 'paused' then 'paused' else ? end,"
    " next_check_at = ?, interval_s = ?, last_checked_at = ?, last_status = ?, last_ok_at = ?,"
    " last_new_at = ?, usual_gap_s = ?, failure_weight = ?, failure_count = ?,"
    " failing_since = ?, error_key = ?, error_values = ?, told_ill_at = ?, silent_since = ?,"
    " etag = ?, last_modified = ?, body_digest = ?, entries_seen = ?, moved_to = ?,"
    " moved_seen = ?, baseline_done = ?, told_well_at = ?, max_age_s = ?, ttl_s = ?,"
    " rest_times = ?, gaps = ?, last_gap_at = ?,"
    " notice = case when ? <> '' then ? else notice end, items = items + ?"
    " where id = ? and removed = 0"
)


def _state_row(state: FeedState, new: int, feed_id: FeedId) -> tuple[Any, ...]:
    notice = state.notice.value if state.notice else ""
    return (
        state.status.value,
        to_ms(state.next_check_at) or 0,
        state.interval_s,
        to_ms(state.last_checked_at),
        state.last_status,
        to_ms(state.last_ok_at),
        to_ms(state.last_new_at),
        state.usual_gap_s,
        state.failure_weight,
        state.failure_count,
        to_ms(state.failing_since),
        state.error_key,
        to_json(state.error_values),
        to_ms(state.told_ill_at),
        to_ms(state.silent_since),
        state.etag,
        state.last_modified,
        state.body_digest,
        state.entries_seen,
        state.moved_to,
        state.moved_seen,
        state.baseline_done,
        to_ms(state.told_well_at),
        state.max_age_s,
        state.ttl_s,
        state.rest_times,
        state.gaps,
        to_ms(state.last_gap_at),
        notice,
        notice,
        new,
        feed_id,
    )


EVERY_ROW_AFTER = f"{_SELECT} where f.id > :after order by f.id limit :most"
"""The rows of the next feeds after an id, as ``of_row`` reads them."""


def of_row(row: tuple[Any, ...]) -> Feed:
    """Read a feed off ``_SELECT``."""
    return Feed(
        id=FeedId(row[0]),
        url=row[1],
        title=row[2],
        kind=FeedKind(row[3]),
        outlet=outlets.of_row(row[_WIDTH:]),
        languages=tuple(row[4].split()),
        site_url=row[5],
        rules=from_json(row[6]) or {} if row[6] != "{}" else {},
        moved_from=row[7],
        added_at=from_ms(row[8]),
        items=row[9],
        fallback_of=FeedId(row[_WIDTH - 3]) if row[_WIDTH - 3] else None,
        waits=bool(row[_WIDTH - 2]),
        reads_articles=bool(row[_WIDTH - 1]),
        state=_state_of(row[10 : _WIDTH - 3]),
    )


def _state_of(row: tuple[Any, ...]) -> FeedState:
    status = FeedStatus(row[0])
    is_promised = row[1] and status not in {FeedStatus.GONE, FeedStatus.PAUSED}
    return FeedState(
        status=status,
        next_check_at=from_ms(row[1]) if is_promised else None,
        interval_s=row[2],
        last_checked_at=from_ms(row[3]),
        last_status=row[4],
        last_ok_at=from_ms(row[5]),
        last_new_at=from_ms(row[6]),
        usual_gap_s=row[7],
        failure_weight=row[8],
        failure_count=row[9],
        failing_since=from_ms(row[10]),
        error_key=row[11],
        error_values=from_json(row[12]) or {} if row[12] != "{}" else {},
        told_ill_at=from_ms(row[13]),
        silent_since=from_ms(row[14]),
        etag=row[15],
        last_modified=row[16],
        body_digest=row[17],
        entries_seen=row[18],
        moved_to=row[19],
        moved_seen=row[20],
        baseline_done=bool(row[21]),
        told_well_at=from_ms(row[22]),
        notice=FeedNoticeKind(row[23]) if row[23] else None,
        max_age_s=row[24],
        ttl_s=row[25],
        rest_times=row[26],
        gaps=row[27],
        last_gap_at=from_ms(row[28]),
    )


def _insert(
    db: Connection,
    new: NewFeed,
    outlet: Outlet,
    now: datetime,
    *,
    fallback_of: FeedId | None = None,
) -> Feed:
    url = plainly(new.url)
    title = masked(new.title)
    if title != new.title and plainly(new.title) == url:
        title = ""  # a list that names a feed by its address: the feed will say its name
    (feed_id,) = db.conn.execute(
        "insert into feeds(url, title, kind, outlet_id, languages, site_url, rules, host,"
        " added_at, fallback_of) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) returning id",
        (
            url,
            title,
            new.kind.value,
            outlet.id,
            " ".join(new.languages),
            new.site_url,
            to_json(new.rules),
            host_of(url),
            to_ms(now),
            fallback_of,
        ),
    ).fetchone()
    feed = get(db, FeedId(feed_id))
    assert feed is not None  # noqa: S101 (just written)
    return feed


def _first(db: Connection, where: str, values: tuple[Any, ...]) -> Feed | None:
    row = db.conn.execute(f"{_SELECT} {where} limit 1", values).fetchone()
    return of_row(row) if row else None


def _other_scheme(url: str) -> str:
    if url.startswith("https://"):
        return "http://" + url.removeprefix("https://")
    return "https://" + url.removeprefix("http://") if url.startswith("http://") else url
