"""The audit: whether the rows of a database add up, law by law, and the books of what came and went.

Each law is a select of the rows that break it; nothing is written. Each runs in a read of its own,
so that a bot may go on writing: what one statement reads is one picture of the data. Rows that
retention has removed accuse nobody, as far as a law can see that they may be gone.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias

import sqlite_utils

from storage.backup import reading
from storage.database import refuse_foreign, refuse_other, wrapped
from storage.errors import StorageError
from storage.migrations import migrations
from storage.outbox.followups import ALIVE
from storage.outbox.recovery import KEPT
from storage.sql import from_ms, to_ms

EXAMPLES = 5
"""So many rows are shown of those that break a law."""

GRACE = timedelta(minutes=5)
"""How far ahead of ours a clock that wrote a row may have been."""

LONGEST_PROMISE = timedelta(days=9)
"""No digest, look, or message is appointed for later: the longest is a week's digest, and a day."""

LONGEST_REST = timedelta(days=2)
"""No feed rests longer: a day is the most, and what an outlet's own calendar adds to it."""


@dataclass(frozen=True, slots=True)
class Law:
    """What must hold. ``breaks`` selects the rows that break it, in columns that name themselves.

    The select may use :now, :grace, :promise, :rest, :alive and :kept, in milliseconds.
    """

    name: str
    says: str
    breaks: str
    needs: str = ""
    """The table that it speaks of, where some database of this version may have none."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A law that does not hold: by how many rows, and what some of them look like."""

    law: Law
    rows: int
    examples: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Account:
    """One of the books: what came, and what became of it, the parts in the order to be read.

    ``note`` says what the book cannot know any more, or since when it is kept.
    """

    name: str
    total: int
    parts: tuple[tuple[str, int], ...]
    note: str = ""

    @property
    def missing(self) -> int:
        """What came and is in no part, or, below 0, is in one part too many."""
        return self.total - sum(count for _, count in self.parts)


@dataclass(frozen=True, slots=True)
class Report:
    """What an audit found."""

    accounts: tuple[Account, ...]
    breaches: tuple[Breach, ...]
    laws: int

    @property
    def adds_up(self) -> bool:
        """Whether nothing is wrong."""
        return not self.breaches and not any(account.missing for account in self.accounts)


LAWS: tuple[Law, ...] = (
    # --- items, stories, and the names of stories ----------------------------------------------
    Law(
        "references",
        "every row that names another one names one that is there",
        'select "table", rowid as row, parent from pragma_foreign_key_check',
    ),
    Law(
        "size of a story",
        "a story counts the items that it has",
        "select s.id as story, s.size, count(i.id) as items from stories s"
        " left join items i on i.story_id = s.id group by s.id having s.size <> count(i.id)",
    ),
    Law(
        "empty story",
        "a story has at least one item",
        "select id as story from stories s"
        " where not exists (select 1 from items i where i.story_id = s.id)",
    ),
    Law(
        "items of a feed",
        "a feed counts the items that it brought",
        "select f.id as feed, f.items as counted, count(i.id) as items from feeds f"
        " left join items i on i.feed_id = f.id group by f.id having f.items <> count(i.id)",
    ),
    Law(
        "entries of a document",
        "every entry that was read was stored, changed an item, was known, or was refused",
        "select feed_id as feed, day, entries, stored, changed, known, kept, refused from tallies"
        " where entries <> stored + changed + known + kept + refused",
    ),
    Law(
        "entries that were stored",
        "a feed has the items that its documents' entries became",
        "select f.id as feed, coalesce(t.stored, 0) as stored, coalesce(i.items, 0) as items"
        " from feeds f"
        " left join (select feed_id, sum(stored) as stored from tallies group by feed_id) t"
        " on t.feed_id = f.id"
        " left join (select feed_id, count(*) as items from items where id >"
        " coalesce((select value + 0 from facts where name = 'counted_from'), 0)"
        " group by feed_id) i on i.feed_id = f.id"
        " where coalesce(t.stored, 0) <> coalesce(i.items, 0)",
    ),
    Law(
        "former name of a story",
        "a former id of a story names a story of today, and none of today has it",
        "select a.id as story, a.story_id as now_called from story_aliases a"
        " where exists (select 1 from stories s where s.id = a.id)"
        " or not exists (select 1 from stories s where s.id = a.story_id)",
    ),
    Law(
        "key without an item",
        "a key by which an entry is known again leads to an item",
        "select k.feed_id as feed, hex(k.key) as key, k.item_id as item from item_keys k"
        " where not exists (select 1 from items i where i.id = k.item_id)",
    ),
    # --- matches -------------------------------------------------------------------------------
    Law(
        "story of a match",
        "a match is about the story that its item is in",
        "select m.item_id as item, m.story_id as kept, i.story_id as story from matches m join items i on i.id = m.item_id"
        " where m.story_id <> i.story_id",
    ),
    Law(
        "muted story",
        "a muted story is named by its id of today",
        "select m.chat_id as chat, m.story_id as story from muted_stories m"
        " where exists (select 1 from story_aliases a where a.id = m.story_id)",
    ),
    Law(
        "query that is asked for",
        "a subscription asks for its query, and for no other, while it is not paused",
        "select s.id as subscription, s.query, s.paused from subscriptions s"
        " where s.paused = exists (select 1 from askings a where a.subscription_id = s.id"
        " and a.until is null and a.query = s.query) or exists (select 1 from askings a"
        " where a.subscription_id = s.id and a.until is null and a.query <> s.query)",
        needs="askings",
    ),
    # --- what people write ---------------------------------------------------------------------
    Law(
        "command left behind",
        "what people write is answered in its turn, and nothing is left behind",
        "select w.id as row, w.chat_id as chat, w.taken_at from inbox w"
        " where w.body is not null and w.taken_at < :now - 3600000"
        " and exists (select 1 from inbox a where a.body is null and a.id > w.id"
        " and a.taken_at > w.taken_at + 3600000)",
        needs="inbox",
    ),
    # --- the outbox: what state a row may be in ------------------------------------------------
    Law(
        "state of a message",
        "a message waits, is being sent, was sent, is held, was told otherwise or failed, and"
        " its row says when and why",
        "select id as message, kind, state, reason from deliveries where case state"
        " when 'queued' then settled_at is not null or sending_since is not null"
        " when 'sending' then settled_at is not null or sending_since is null"
        " when 'sent' then settled_at is null or sending_since is not null"
        " when 'held' then settled_at is not null or carrier is null"
        " when 'merged' then settled_at is null or reason = ''"
        " when 'failed' then settled_at is null or reason = ''"
        " when 'unknown' then settled_at is null or reason = ''"
        " else 1 end",
    ),
    Law(
        "kind of a message",
        "a message is an alert, a change, an edit, a digest, a list, a notice or an announcement",
        "select id as message, kind from deliveries where kind not in"
        " ('alert', 'update', 'edit', 'digest', 'fold', 'notice', 'broadcast')",
    ),
    Law(
        "story of a message",
        "a message names its story by its id of today",
        "select d.id as message, d.story_id as story, a.story_id as now_called"
        " from deliveries d join story_aliases a on a.id = d.story_id",
    ),
    Law(
        "alert of nothing",
        "an alert that waits has a story to tell",
        "select d.id as message, d.story_id as story from deliveries d"
        " where d.kind = 'alert' and d.state in ('queued', 'held')"
        " and not exists (select 1 from stories s where s.id = d.story_id)"
        # A story goes with its last item, where its feed was removed.
        " and exists (select 1 from items i where i.id >= json_extract(d.payload, '$.item'))"
        " and exists (select 1 from items i where i.id = json_extract(d.payload, '$.item'))",
    ),
    Law(
        "two alerts of one story",
        "a place is alerted of a story once, unless it was two stories then",
        "select min(d.id) as first, max(d.id) as last, d.chat_id as chat,"
        " d.thread_id as thread, d.story_id as story from deliveries d"
        " where d.kind = 'alert' and d.story_id is not null"
        # Told under another story's id, which was merged into this one or moved to it.
        " and (d.subject = 's' || d.story_id or not exists (select 1 from story_aliases a"
        " where d.subject = 's' || a.id and a.story_id = d.story_id)"
        " and not exists (select 1 from admin_corrections c where d.subject = 's' || c.source"
        " or d.subject = 's' || c.target))"
        " group by d.chat_id, d.thread_id, d.story_id having count(*) > 1",
    ),
    Law(
        "chat that is gone",
        "nothing waits for a chat that is gone",
        "select d.id as message, d.chat_id as chat, d.state from deliveries d"
        " join chats c on c.id = d.chat_id"
        " where d.state in ('queued', 'held') and c.active = 0",
    ),
    Law(
        "turn of a chat",
        "a chat for which something waits has its turn",
        "select d.chat_id as chat, count(*) as waiting from deliveries d"
        " left join lanes l on l.chat_id = d.chat_id"
        " where d.state = 'queued' and l.next_at is null and not exists"
        " (select 1 from deliveries s where s.chat_id = d.chat_id and s.state = 'sending')"
        " group by d.chat_id",
    ),
    Law(
        "two at a time",
        "a chat is sent one message at a time",
        "select chat_id as chat, count(*) as sending from deliveries where state = 'sending'"
        " group by chat_id having count(*) > 1",
    ),
    # --- lists: who carries what ---------------------------------------------------------------
    Law(
        "held without a list",
        "what is held waits for a list that waits too, or is being sent",
        "select d.id as message, d.carrier, c.state from deliveries d"
        " left join deliveries c on c.id = d.carrier"
        " where d.state = 'held' and coalesce(c.state, '') not in ('queued', 'sending')",
    ),
    Law(
        "told by no list",
        "what a list tells names a list of the same chat that is there",
        "select d.id as message, d.carrier, d.chat_id as chat, c.kind, c.chat_id as list_chat"
        " from deliveries d left join deliveries c on c.id = d.carrier"
        " where d.carrier is not null and (c.id is null and d.created_at > :kept"
        " or c.kind <> 'fold' or c.chat_id <> d.chat_id)",
    ),
    Law(
        "overflow without a list",
        "an alert beyond its chat's number is in a list",
        "select id as message, reason from deliveries where kind = 'alert' and state = 'merged'"
        " and reason in ('hour', 'late', 'quiet') and carrier is null",
    ),
    # --- edits ---------------------------------------------------------------------------------
    Law(
        "edit of nothing",
        "an edit or an answer that waits names a message of its chat that was sent",
        "select d.id as message, d.kind, json_extract(d.payload, '$.of') as of, o.state"
        " from deliveries d left join deliveries o on o.id = json_extract(d.payload, '$.of')"
        " where d.kind in ('edit', 'update') and d.state = 'queued'"
        " and (o.id is null or o.chat_id <> d.chat_id or o.state not in ('sent', 'sending'))",
    ),
    Law(
        "edit owed",
        "what came while a message was on its way is in an edit, done or waiting",
        "select d.id as message, d.chat_id as chat, d.story_id as story from deliveries d"
        " where d.state = 'sent' and d.behind = 1 and d.kind in ('alert', 'fold')"
        " and d.message_id is not null"
        " and not exists (select 1 from deliveries e where e.chat_id = d.chat_id"
        " and e.thread_id = d.thread_id and e.kind = 'edit' and e.subject = 'd' || d.id)",
    ),
    Law(
        "telling that is not in the message",
        "an item that joined a story of which an alert was sent is in an edit of it, done or"
        " waiting",
        "select d.id as message, d.chat_id as chat, d.story_id as story, i.id as item"
        " from deliveries d join items i on i.story_id = d.story_id"
        " join chats c on c.id = d.chat_id"
        " where d.kind = 'alert' and d.state = 'sent' and d.message_id is not null"
        " and i.first_seen > d.settled_at and i.first_seen < d.settled_at + :alive"
        " and d.subject = 's' || d.story_id and c.active = 1"
        " and i.score > 0"  # what a correction or a merge brought was another story's then
        " and not exists (select 1 from muted_stories m where m.chat_id = d.chat_id"
        " and m.story_id = d.story_id)"
        " and not exists (select 1 from story_aliases a where a.story_id = d.story_id)"
        " and not exists (select 1 from corrected_items x where x.item_id = i.id)"
        " and not exists (select 1 from deliveries e where e.chat_id = d.chat_id"
        " and e.thread_id = d.thread_id and e.kind = 'edit' and e.subject = 'd' || d.id"
        " and (e.settled_at is null or e.settled_at >= i.first_seen))"
        " group by d.id",
    ),
    # --- digests -------------------------------------------------------------------------------
    Law(
        "digests that overlap",
        "a chat's daily digests cover no moment twice",
        "select chat_id as chat, id as message, since, until, before from ("
        " select id, chat_id, json_extract(payload, '$.since') as since,"
        " json_extract(payload, '$.until') as until,"
        " lag(json_extract(payload, '$.until')) over (partition by chat_id"
        " order by json_extract(payload, '$.until'), id) as before"
        " from deliveries where kind = 'digest' and state in ('queued', 'sending', 'sent')"
        " and json_extract(payload, '$.until') is not null"
        " and not json_extract(payload, '$.weekly')) where since < before",
    ),
    Law(
        "window of a chat",
        "a chat's next digest begins where its last one that came ended, or earlier where one"
        " did not come",
        "select c.id as chat, c.digest_from, max(json_extract(d.payload, '$.until')) as ended"
        " from chats c join deliveries d on d.chat_id = c.id"
        " where d.kind = 'digest' and d.state in ('queued', 'sending', 'sent')"
        " and json_extract(d.payload, '$.until') is not null"
        " and not json_extract(d.payload, '$.weekly') group by c.id"
        " having c.digest_from < ended and not exists (select 1 from deliveries f"
        " where f.chat_id = c.id and f.kind = 'digest'"
        " and f.state in ('failed', 'unknown', 'merged'))",
    ),
    Law(
        "digest without a time",
        "a chat that wants digests and is there has the time of its next one",
        "select id as chat, next_digest_at from chats where active = 1"
        " and digest_times <> '' and digest_days <> '' and next_digest_at < :now - 86400000",
    ),
    # --- times that no clock of ours may have written ------------------------------------------
    Law(
        "message of the future",
        "no message was written, or is appointed, for a time that a wrong clock once showed",
        "select id as message, state, created_at, due_at from deliveries"
        " where state in ('queued', 'sending', 'held')"
        " and (created_at > :now + :grace or due_at > :now + :promise)",
    ),
    Law(
        "item of the future",
        "no item was seen at a time that has not come",
        "select id as item, first_seen from items where first_seen > :now + :grace",
    ),
    Law(
        "feed put off",
        "no feed's next look is later than the longest rest",
        "select id as feed, next_check_at from feeds"
        " where status not in ('gone', 'paused') and next_check_at > :now + :rest",
    ),
    Law(
        "digest put off",
        "no chat's next digest is more than a week away",
        "select id as chat, next_digest_at from chats where next_digest_at > :now + :promise",
    ),
    Law(
        "chat put off",
        "no chat rests longer than Telegram asked for",
        "select l.chat_id as chat, l.open_at from lanes l where l.open_at > :now + :rest"
        " and not exists (select 1 from rests r where r.chat_id = l.chat_id"
        " and r.until >= l.open_at)",
    ),
)

Part: TypeAlias = tuple[str, str]
"""A part of a book and the condition of its rows."""

OF_ALERTS: tuple[Part, ...] = (
    ("sent", "d.state = 'sent'"),
    ("on the way", "d.state in ('queued', 'sending')"),
    ("held over quiet hours", "d.state = 'held'"),
    ("told in a list", "d.state = 'merged' and c.state = 'sent'"),
    ("in a list on the way", "d.state = 'merged' and c.state in ('queued', 'sending')"),
    ("left to the digest", "d.state = 'merged' and d.carrier is null and d.reason = 'backlog'"),
    (
        "in a list that did not arrive",
        "d.state = 'merged' and d.carrier is not null and coalesce(c.state, '') not in"
        " ('sent', 'queued', 'sending')",
    ),
    (
        "not to be told (muted, shut, told already)",
        "d.state = 'merged' and d.carrier is null and d.reason not in ('', 'backlog')",
    ),
    ("not sent, with a reason", "d.state = 'failed' and d.reason <> ''"),
    ("perhaps sent: the answers were lost", "d.state = 'unknown' and d.reason <> ''"),
)

OF_MESSAGES: tuple[Part, ...] = (
    ("sent", "d.state = 'sent'"),
    ("on the way", "d.state in ('queued', 'sending', 'held')"),
    ("needed no more", "d.state = 'merged' and d.reason <> ''"),
    ("not sent, with a reason", "d.state = 'failed' and d.reason <> ''"),
    ("perhaps sent: the answers were lost", "d.state = 'unknown' and d.reason <> ''"),
)


MATCHES = {
    True: "matches m join askings a on a.query = m.query and a.since <= m.as_of"
    " and (a.until is null or a.until > m.as_of) join subscriptions s on s.id = a.subscription_id",
    False: "matches m join subscriptions s on s.id = m.subscription_id",
}
"""Whose query each match met: with the spans in which a query was asked for, and without."""

OF_MATCHES: tuple[Part, ...] = (
    (
        "alerted of",
        "exists (select 1 from deliveries d where d.kind = 'alert' and d.story_id = m.story_id"
        " and d.chat_id = s.chat_id and d.thread_id = s.thread_id)",
    ),
    ("for the digest by choice", "s.mode <> 'instant' or not m.in_headline and s.reach = 'headline'"),
    (
        "no news when they came",
        "i.recirculated or i.first_seen - coalesce(i.published, i.first_seen) >= 86400000"
        " or f.kind = 'import' or f.fallback_of is not null or s.created_at > m.seen_at"
        # The baseline: what a feed has at the first look is kept without alerts.
        " or i.first_seen = (select min(first_seen) from items b where b.feed_id = i.feed_id)",
    ),
    ("of chats that are gone", "not c.active"),
    ("whose alerts are kept no more", "m.seen_at < :kept"),
    ("whose chat or query was paused, gone or another then", "true"),
)
"""What became of matches. The first part that fits counts; what a chat or a subscription was at
the time is kept nowhere, so that the last part accuses nobody."""


def steps() -> int:
    """Count what ``audit`` does one after the other, for showing how far it is."""
    return len(LAWS) + len(ACCOUNTS)


def audit(path: Path, now: datetime, progress: Callable[[int], None]) -> Report:
    """Look through a database, which a bot may have open; ``progress`` hears each step.

    Raises StorageError where there is none, it is another program's, or not of this version.
    """
    values = {
        "now": to_ms(now),
        "grace": GRACE // timedelta(milliseconds=1),
        "promise": LONGEST_PROMISE // timedelta(milliseconds=1),
        "rest": LONGEST_REST // timedelta(milliseconds=1),
        "alive": ALIVE // timedelta(milliseconds=1),
        "kept": to_ms(now - KEPT),
    }
    with opened(path) as db:
        breaches = []
        for law in LAWS:
            if has(db, law.needs):
                breaches += broken(db, law, values)
            progress(1)
        accounts = []
        for account in ACCOUNTS:
            accounts.append(account(db, now))
            progress(1)
    return Report(tuple(accounts), tuple(breaches), len(LAWS))


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database of this version for reading alone."""
    if not path.is_file():
        raise StorageError("storage.missing", path=str(path))
    refuse_other(path)
    try:
        with closing(reading(path)) as db:
            refuse_version(db)
            yield db
    except sqlite3.DatabaseError as error:
        raise wrapped(error) from error


def refuse_version(db: sqlite3.Connection) -> None:
    """Refuse a database that is not ours, or not of this version: its rows mean something else."""
    ours = sqlite_utils.Database(db, execute_plugins=False)
    refuse_foreign(ours)
    if not ours.table_names() or migrations.pending(ours):
        raise StorageError("storage.older")


def has(db: sqlite3.Connection, table: str) -> bool:
    """Tell whether there is a table of that name; there is none called ""."""
    return not table or bool(
        db.execute("select 1 from sqlite_schema where name = ?", (table,)).fetchone()
    )


def broken(db: sqlite3.Connection, law: Law, values: dict[str, Any]) -> Iterator[Breach]:
    """Look whether a law holds."""
    rows = db.execute(law.breaks, values)
    names = [column[0] for column in rows.description]
    examples = [dict(zip(names, row, strict=True)) for row in rows.fetchmany(EXAMPLES)]
    if examples:
        yield Breach(law, len(examples) + sum(1 for _ in rows), tuple(examples))


# --- the books ------------------------------------------------------------------------------


def entries_read(db: sqlite3.Connection, now: datetime) -> Account:
    """Say what became of the entries that were read since they are counted."""
    del now
    total, *counts = db.execute(
        "select coalesce(sum(entries), 0), coalesce(sum(stored), 0), coalesce(sum(changed), 0),"
        " coalesce(sum(known), 0), coalesce(sum(kept), 0), coalesce(sum(refused), 0) from tallies"
    ).fetchone()
    names = ("stored", "changed an item", "known", "known and kept as they were", "refused")
    parts = tuple((name, count) for name, count in zip(names, counts, strict=True) if count)
    (uncounted,) = db.execute(
        "select count(*) from items where id <="
        " coalesce((select value + 0 from facts where name = 'counted_from'), 0)"
    ).fetchone()
    note = f"{uncounted:,} items came before entries were counted" if uncounted else ""
    return Account("entries", total, parts, note)


def items_told(db: sqlite3.Connection, now: datetime) -> Account:
    """Say how many items there are, and of what they are part."""
    del now
    (total, alone, told) = db.execute(
        "select count(*), coalesce(sum(s.size = 1), 0), coalesce(sum(s.size > 1), 0)"
        " from items i left join stories s on s.id = i.story_id"
    ).fetchone()
    parts = (("alone in their story", alone), ("with others in a story", told))
    return Account("items", total, tuple(part for part in parts if part[1]))


def matched(db: sqlite3.Connection, now: datetime) -> Account:
    """Say which matches came as alerts, and why the others did not."""
    cases = " ".join(
        f"when {condition} then {number}" for number, (_, condition) in enumerate(OF_MATCHES)
    )
    counts = dict(
        db.execute(
            f"select case {cases} end, count(*) from {MATCHES[has(db, 'askings')]} join chats c on c.id = s.chat_id"  # noqa: S608 (our own conditions)
            " join items i on i.id = m.item_id join feeds f on f.id = i.feed_id group by 1",
            {"kept": to_ms(now - KEPT)},
        ).fetchall()
    )
    parts = tuple(
        (name, counts[number]) for number, (name, _) in enumerate(OF_MATCHES) if number in counts
    )
    return Account("matches", sum(counts.values()), parts)


def alerts(db: sqlite3.Connection, now: datetime) -> Account:
    """Say what became of every alert that a match made due."""
    return parted(
        db,
        "alerts",
        OF_ALERTS,
        "deliveries d left join deliveries c on c.id = d.carrier where d.kind = 'alert'",
        pruned(db, now),
    )


def others(kind: str, name: str) -> Callable[[sqlite3.Connection, datetime], Account]:
    """Say what became of the messages of another kind."""

    def account(db: sqlite3.Connection, now: datetime) -> Account:
        return parted(
            db, name, OF_MESSAGES, f"deliveries d where d.kind = '{kind}'", pruned(db, now)
        )

    return account


def parted(
    db: sqlite3.Connection, name: str, parts: tuple[Part, ...], rows: str, note: str
) -> Account:
    """Count rows and each of their parts in one read."""
    sums = ", ".join(f"coalesce(sum({condition}), 0)" for _, condition in parts)
    total, *counts = db.execute(f"select count(*), {sums} from {rows}").fetchone()  # noqa: S608 (our own conditions)
    named = ((part, count) for (part, _), count in zip(parts, counts, strict=True) if count)
    return Account(name, total, tuple(named), note)


def pruned(db: sqlite3.Connection, now: datetime) -> str:
    """Say that older messages are kept no more, where there were any."""
    (first,) = db.execute("select min(first_seen) from items").fetchone()
    oldest = from_ms(first)
    if oldest is None or oldest > now - KEPT:
        return ""
    return f"those settled before {now - KEPT:%Y-%m-%d} are kept no more"


def commands(db: sqlite3.Connection, now: datetime) -> Account:
    """Say how much of what people wrote is answered."""
    del now
    if not has(db, "inbox"):
        return Account("commands", 0, ())
    total, waiting = db.execute(
        "select count(*), coalesce(sum(body is not null), 0) from inbox"
    ).fetchone()
    parts = (("answered", total - waiting), ("waiting for their answer", waiting))
    return Account(
        "commands",
        total,
        tuple(part for part in parts if part[1]),
        "numbers of those answered are kept for three days",
    )


ACCOUNTS: tuple[Callable[[sqlite3.Connection, datetime], Account], ...] = (
    entries_read,
    items_told,
    matched,
    alerts,
    others("update", "answers to alerts"),
    others("edit", "edits"),
    others("fold", "lists"),
    others("digest", "digests"),
    others("notice", "notices"),
    others("broadcast", "announcements"),
    commands,
)
