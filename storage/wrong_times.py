"""Times that a wrong clock wrote: what lies beyond its rule, and drawing it back.

A due time is a promise relative to the moment at which it was made. One made in the future, or
lying farther ahead than anything is ever put off, was made by a clock that was wrong, and would
hold up its part until that time comes. The two tables say of every such column what its rule is;
``next_digest_at`` has the reader's calendar for its rule (``bot.digests``).

Whether it is our clock that is wrong now (a machine without a battery starts in another year) or
was wrong then, the outlets say: their own dates stand beside ours.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.outbox import chat_queues, recovery
from storage.sql import Connection, from_ms, to_ms

TOLERANCE = timedelta(minutes=1)
"""Clocks are corrected by seconds all the time: that far ahead nothing is wrong."""

LONGEST_POLL = timedelta(hours=24, minutes=5)
"""No feed is put off for longer: ``PollingPace.cap_s`` and the minute over which hosts spread."""

LONGEST_BAN = timedelta(hours=25)
"""Telegram has been seen to ask for a day of rest, not for more."""

DATED_AHEAD = timedelta(days=1)
"""How far ahead an outlet may date what it tells: our longest day behind its calendar's."""

AHEAD_AT_MOST = timedelta(days=1)
"""How far a clock may be ahead of what outlets told last and still be believed to forget by."""

LAST_MS = 253_402_300_799_999
"""The last moment of the last year that a clock of ours can show."""

LATELY = 50
"""So many items say what the outlets' time is, the tenth that is dated latest left out."""


@dataclass(frozen=True, slots=True)
class DueTime:
    """A column that says when something is due, and its rule.

    It is at most ``longest`` ahead. ``written`` is the column that says when it was appointed, ""
    where none does: one appointed in the future is as far from now as it was from then.
    ``instead`` (milliseconds, SQL) is how soon it is due where it is still farther.
    """

    table: str
    column: str
    longest: timedelta
    written: str = ""
    instead: str = "0"
    where: str = "1"


DUE_TIMES = (
    DueTime("feeds", "next_check_at", LONGEST_POLL, "last_checked_at", "interval_s * 1000"),
    # Three days until the last look, a day of a host's rest.
    DueTime("page_looks", "due_at", timedelta(days=4), "taken_at", "86400000"),
    # What waits for the morning, an answer's cooldown, an old message's next edit; nearer ones and
    # the chats' turns are ``recovery.clock_went_back``'s.
    DueTime("deliveries", "due_at", timedelta(days=2), where="state = 'queued'"),
    # Tried again: Telegram says how long it means it.
    # A bank's daily table, put off after failures.
    DueTime("rate_sources", "due_at", timedelta(hours=25), "checked_at", "3600000"),
    DueTime("rests", "until", LONGEST_BAN, instead="60000"),
    DueTime("shut", "until", timedelta(days=1), instead="3600000"),
    # A text that no translator answered for is asked for ever more seldom, a day long.
    DueTime("translations", "due_at", timedelta(hours=6, minutes=5), where="state = 'wanted'"),
    DueTime("feeds", "articles_due_at", LONGEST_BAN, instead="3600000"),
    # The pause before the third try.
    DueTime("wanted_articles", "due_at", timedelta(hours=4), where="ended_at is null"),
)
"""Every due time in the database but ``chats.next_digest_at``, which is the calendar's, and
``lanes``, which are worked out from the rows above."""

STAMPS = (
    ("items", "first_seen"),
    ("items", "updated_at"),
    ("items", "retitled_at"),
    ("items", "removed_at"),
    ("items", "moved_at"),
    ("matches", "seen_at"),
    ("stories", "first_at"),
    ("stories", "updated_at"),
    ("revisions", "until"),
    ("old_texts", "told_at"),
    ("feeds", "added_at"),
    ("feeds", "last_checked_at"),
    ("feeds", "last_ok_at"),
    ("feeds", "last_new_at"),
    ("feeds", "failing_since"),
    ("feeds", "told_ill_at"),
    ("feeds", "told_well_at"),
    ("feeds", "silent_since"),
    ("feeds", "last_gap_at"),
    ("page_looks", "missed_at"),
    ("rate_sources", "checked_at"),
    ("rate_alerts", "created_at"),
    ("chats", "digest_from"),
    ("chats", "created_at"),
    ("chats", "silenced_at"),
    ("chats", "zone_asked_at"),
    ("chats", "gone_at"),
    ("subscriptions", "created_at"),
    ("deliveries", "created_at"),
    ("deliveries", "sending_since"),
    ("deliveries", "settled_at"),
    ("drafts", "made_at"),
    ("expected_answers", "made_at"),
    ("inbox", "taken_at"),
    ("promises", "made_at"),
    ("admin_corrections", "made_at"),
    ("admin_corrections", "undone_at"),
    ("aliases", "added_at"),
    ("set_aside", "first_at"),
    ("set_aside", "last_at"),
    ("set_aside", "told_at"),
    ("errands", "asked_at"),
    ("errands", "told_at"),
    ("full_texts", "fetched_at"),
    ("translations", "wanted_at"),
    ("translations", "ended_at"),
    ("translated_items", "arrived_at"),
    ("wanted_articles", "wanted_at"),
    ("wanted_articles", "asked_at"),
    ("wanted_articles", "ended_at"),
)
"""Every column that says when something happened: none of them may be later than now. Windows of
digests, alerts an hour, cooldowns, ages and what is forgotten by age are counted from them."""


FOUND_BY = {
    # An index beside the column: these tables are too large to be read through while all wait.
    # A story is as young as its youngest item, which its outlet dated a day ahead at most.
    ("stories", "first_at"): "updated_at > :soon - 86400000",
    ("deliveries", "sending_since"): "state = 'sending'",
    ("deliveries", "created_at"): (
        "id in (select d.id from chats c cross join deliveries d"
        " on d.chat_id = c.id and d.created_at > :soon)"
    ),
}
"""What holds of every row that has such a stamp in the future, by the stamp's column."""


def has_any(db: Connection, now: datetime, *, thorough: bool = False) -> bool:
    """Tell whether times beyond their rule stand where they would hold something up.

    Asked at every tick, so it looks at the few rows that a wrong clock writes first;
    ``thorough`` looks at all chats' windows, too.
    """
    values = {
        "soon": to_ms(now + TOLERANCE),
        "poll": to_ms(now + LONGEST_POLL),
        "ban": to_ms(now + LONGEST_BAN),
        # A weekly digest is the rarest there is.
        "digest": to_ms(now + timedelta(days=8)),
        "thorough": thorough,
    }
    (found,) = db.conn.execute(
        "select exists(select 1 from feeds where last_checked_at > :soon)"
        " or exists(select 1 from feeds where next_check_at > :poll"
        " and status not in ('gone', 'paused'))"
        " or exists(select 1 from chats where active = 1 and next_digest_at > :digest)"
        " or exists(select 1 from rests where until > :ban)"
        " or exists(select 1 from items where first_seen > :soon)"
        " or exists(select 1 from deliveries where settled_at > :soon)"
        " or (:thorough and exists(select 1 from chats where digest_from > :soon))",
        values,
    ).fetchone()
    return bool(found)


def draw_back(db: Connection, now: datetime) -> bool:
    """Draw back every due time beyond its rule, and what a clock that was ahead noted.

    Returns False where our clock seems to be behind: what was noted then stays as it is, for the
    time will come. Due times are drawn back all the same, so that news goes on.
    """
    behind = is_behind(db, now)
    ahead_by = timedelta(0) if behind else newest_stamp(db, now) - now
    recovery.clock_went_back(db, now)
    # Before the stamps: a due time is as far from now as it was from its own.
    for due in DUE_TIMES:
        draw_due_back(db, due, now)
    if ahead_by > TOLERANCE:
        draw_stamps_back(db, now, ahead_by)
    chat_queues.refresh_all(db, now)
    return not behind


def is_behind(db: Connection, now: datetime) -> bool:
    """Tell whether outlets, too, date what we saw in the future by then: our clock is late.

    A quarter of them suffices: most items are dated some time before we see them.
    """
    (dated, later) = db.conn.execute(
        "select count(*), coalesce(sum(published > :soon), 0) from (select published from items"
        " where first_seen > :soon and published is not null order by first_seen desc limit 1000)",
        {"soon": to_ms(now + TOLERANCE)},
    ).fetchone()
    return bool(later * 4 > dated)


def newest_stamp(db: Connection, now: datetime) -> datetime:
    """Return the latest moment that was ever noted, now where none lies ahead."""
    newest = to_ms(now) or 0
    for table, column in STAMPS:
        (found,) = db.conn.execute(
            f"select max({column}) from {table} where {lies_ahead(table, column)}",  # noqa: S608 (our own names)
            {"soon": newest},
        ).fetchone()
        newest = max(newest, found or 0)
    found_at = from_ms(newest)
    assert found_at is not None  # noqa: S101 (a number)
    return found_at


def draw_due_back(db: Connection, due: DueTime, now: datetime) -> None:
    """Draw one column of due times back."""
    values = {
        "now": to_ms(now),
        "soon": to_ms(now + TOLERANCE),
        "longest": due.longest // timedelta(milliseconds=1),
    }
    if due.written:
        db.conn.execute(
            f"update {due.table} set {due.column} = max(0, {due.column} - {due.written} + :now),"  # noqa: S608 (our own names)
            f" {due.written} = :now where {due.written} > :soon and {due.where}",
            values,
        )
    db.conn.execute(
        f"update {due.table} set {due.column} = :now + min(:longest, {due.instead})"  # noqa: S608 (our own names)
        f" where {due.column} > :now + :longest and {due.where}",
        values,
    )


def draw_stamps_back(db: Connection, now: datetime, by: timedelta) -> None:
    """Draw what was noted in the future back by as much, so that its order stays."""
    values = {
        "by": by // timedelta(milliseconds=1),
        "now": to_ms(now),
        "soon": to_ms(now + TOLERANCE),
        "dated": to_ms(now + DATED_AHEAD),
    }
    db.conn.execute(
        # What the wrong clock let pass as "tomorrow": no date at all is the honest one.
        "update items set published = null where first_seen > :soon and published > :dated",
        values,
    )
    for table, column in STAMPS:
        db.conn.execute(
            # Two revisions of one item may fall together: the later one stays where it is.
            f"update or ignore {table} set {column} = min(:now, {column} - :by)"  # noqa: S608 (our own names)
            f" where {lies_ahead(table, column)}",
            values,
        )


def lies_ahead(table: str, column: str) -> str:
    """Return the condition of rows that have a stamp after ``:soon``, found without a scan."""
    return f"{column} > :soon and {FOUND_BY.get((table, column), '1')}"


def told_lately(db: Connection) -> datetime | None:
    """Return what time it is by what outlets told last, None where they never told it.

    It is never ahead: news is dated before it reaches us.
    """
    dates = sorted(
        row[0]
        for row in db.conn.execute(
            "select published from items where published between 0 and ? order by id desc limit ?",
            (LAST_MS, LATELY),
        )
    )
    return from_ms(dates[len(dates) * 9 // 10]) if dates else None


def is_told(db: Connection, now: datetime) -> bool:
    """Tell whether outlets' dates speak for a clock that nothing else is known of."""
    told = told_lately(db)
    return told is not None and told - TOLERANCE <= now <= told + AHEAD_AT_MOST


def believable(db: Connection, now: datetime) -> datetime:
    """Return now, or as late as can be believed: what is forgotten by age is gone for good.

    A clock that runs a year ahead for a minute must not take everything for a year old.
    """
    told = told_lately(db)
    return now if told is None else min(now, told + AHEAD_AT_MOST)
