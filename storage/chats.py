"""Chats: where we write to, how their people want it, and whether Telegram still lets us."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from storage import set_aside, sql
from storage.model import Chat, ChatId, ChatKind, Pictures, QuietMode, StoryId, ThreadId
from storage.set_aside import Aside, AsideKind, why_of
from storage.sql import ODD_VALUES, Connection, from_ms, to_json, to_ms

SETTINGS = (
    "kind",
    "title",
    "language",
    "time_zone",
    "zone_assumed",
    "zone_asked_at",
    "digest_times",
    "digest_days",
    "digest_thread",
    "digest_from",
    "next_digest_at",
    "digest_when_empty",
    "digest_rates",
    "weekly_day",
    "silenced_at",
    "silenced_times",
    "silenced_weekly",
    "quiet_from",
    "quiet_to",
    "quiet_mode",
    "alerts_per_hour",
    "shows_query",
    "footer",
    "pictures",
    "reads",
    "machine",
    "active",
    "gone_why",
    "gone_at",
    "owner_id",
)


# --- one chat ------------------------------------------------------------------------------


def get(db: Connection, chat_id: ChatId) -> Chat | None:
    """Return the chat, or None when we never met."""
    row = next(db.query("select * from chats where id = ?", [chat_id]), None)
    return None if row is None else to_chat(row)


def readable(db: Connection, chat_id: ChatId, now: datetime) -> Chat | None:
    """Return the chat; None where we never met, or where its row has odd values, which is noted.

    For whoever writes for many chats at once: one of them must not keep the news from the others.
    """
    return next(iter(readable_by_ids(db, [chat_id], now).values()), None)


def readable_by_ids(db: Connection, ids: Iterable[ChatId], now: datetime) -> dict[ChatId, Chat]:
    """Return those of the chats that ``readable`` would, in one go."""
    found: dict[ChatId, Chat] = {}
    for row in db.query(
        "select * from chats where id in (select value from json_each(?))", [to_json(list(ids))]
    ):
        try:
            found[ChatId(row["id"])] = to_chat(row)
        except ODD_VALUES as error:
            aside = Aside(AsideKind.CHAT, str(row["id"]), why_of(error), chat_id=row["id"])
            set_aside.note(db, [aside], now)
    return found


def bot_of(db: Connection, chat_id: ChatId) -> str | None:
    """Return which of the archive's bots writes to a chat; None when we never met."""
    row = db.conn.execute("select bot from chats where id = ?", [chat_id]).fetchone()
    return row[0] if row else None


def see_chat(db: Connection, chat: Chat, now: datetime) -> Chat:
    """Write down a chat at the first meeting; later only follow its kind and title.

    Settings that its people chose are never touched. A chat that speaks to us is not gone.
    """
    known = get(db, chat.id)
    if known is None:
        known = replace(chat, created_at=now, digest_from=now)
        insert(db, known)
        return known
    current = replace(
        known, kind=chat.kind, title=chat.title, active=True, gone_why="", gone_at=None
    )
    if current != known:
        save(db, current)
    return current


def insert(db: Connection, chat: Chat) -> None:
    """Add a chat's row with every setting."""
    row = to_row(chat)
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    db.conn.execute(f"insert into chats ({names}) values ({values})", row)  # noqa: S608 - our names


def save(db: Connection, chat: Chat) -> None:
    """Write a chat's settings as a whole."""
    changes = ", ".join(f"{name} = :{name}" for name in SETTINGS)
    db.conn.execute(f"update chats set {changes} where id = :id", to_row(chat))  # noqa: S608 - our names


def change(db: Connection, chat_id: ChatId, **changes: Any) -> Chat | None:
    """Change some settings of a chat, leaving the others as they are at this moment."""
    chat = get(db, chat_id)
    if chat is None:
        return None
    changed = replace(chat, **changes)
    save(db, changed)
    return changed


def silence(db: Connection, chat_id: ChatId, now: datetime) -> None:
    """Note that a chat said /stop; end its digests and remember them.

    A second time forgets nothing.
    """
    chat = get(db, chat_id)
    if chat is None:
        return
    silenced = replace(
        chat,
        silenced_at=chat.silenced_at or now,
        silenced_times=chat.digest_times or chat.silenced_times,
        silenced_weekly=chat.weekly_day or chat.silenced_weekly,
        digest_times=(),
        weekly_day=0,
        next_digest_at=None,
    )
    save(db, silenced)


def asked_for_more(db: Connection, chat_id: ChatId) -> Chat | None:
    """Note that a chat which said /stop asked for something since; return it as it is now.

    The stop is over where nothing is left of it. While anything is, it stays one that said
    /stop: what is paused stays so, and is offered to go on wherever the chat looks.
    """
    db.conn.execute(
        "update chats set silenced_at = null where id = :chat"
        " and silenced_times = '' and silenced_weekly = 0 and not exists"
        " (select 1 from subscriptions where chat_id = :chat and silenced = 1)",
        {"chat": chat_id},
    )
    return get(db, chat_id)


def end_silence(db: Connection, chat_id: ChatId) -> Chat | None:
    """Give a chat its digests back, unless it has chosen others since."""
    chat = get(db, chat_id)
    if chat is None:
        return None
    back = replace(
        chat,
        silenced_at=None,
        silenced_times=(),
        silenced_weekly=0,
        digest_times=chat.digest_times or chat.silenced_times,
        weekly_day=chat.weekly_day or chat.silenced_weekly,
    )
    save(db, back)
    return back


def mark_gone(db: Connection, chat_id: ChatId, why: str, now: datetime) -> None:
    """Stop writing to a chat that blocked or expelled us; its settings stay for its return."""
    db.conn.execute(
        "update chats set active = 0, gone_why = ?, gone_at = ? where id = ? and active = 1",
        [why, to_ms(now), chat_id],
    )


def mark_back(db: Connection, chat_id: ChatId) -> None:
    """Write to the chat again: it unblocked us or let us in."""
    db.conn.execute(
        "update chats set active = 1, gone_why = '', gone_at = null where id = ? and active = 0",
        [chat_id],
    )


def move(db: Connection, old: ChatId, new: ChatId) -> None:
    """Follow a group that became a supergroup: everything of the old id is the new id's.

    Telegram announces the move several times, also after the new id has already spoken to us;
    then the old chat's settings win, because people chose them there.
    """
    chat = get(db, old)
    if chat is None or old == new:
        return
    if get(db, new) is not None:
        for table in ("subscriptions", "muted_stories", "deliveries", "rate_alerts"):
            db.conn.execute(
                f"update or ignore {table} set chat_id = ? where chat_id = ?",  # noqa: S608 - ours
                [old, new],
            )
        db.conn.execute("delete from chats where id = ?", [new])
    db.conn.execute(
        "update chats set id = ?, kind = ? where id = ?", [new, ChatKind.SUPERGROUP, old]
    )
    db.conn.execute("update chats set owner_id = ? where owner_id = ?", [new, old])
    db.conn.execute("update moved_chats set new_id = ? where new_id = ?", [new, old])
    db.conn.execute("insert or replace into moved_chats values (?, ?)", [old, new])
    db.conn.execute("delete from moved_chats where old_id = ?", [new])


def current(db: Connection, chat_id: ChatId) -> ChatId:
    """Follow an id that somebody still remembers to the one that the chat has now."""
    row = db.conn.execute("select new_id from moved_chats where old_id = ?", [chat_id]).fetchone()
    return ChatId(row[0]) if row else chat_id


def forget(db: Connection, chat_id: ChatId) -> None:
    """Delete a chat and all that hangs on it: settings, subscriptions, messages, mutes."""
    for table in ("drafts", "expected_answers", "acting_for"):
        db.conn.execute(f"delete from {table} where chat_id = ?", [chat_id])  # noqa: S608 - ours
    db.conn.execute("update chats set owner_id = null where owner_id = ?", [chat_id])
    db.conn.execute("delete from chats where id = ?", [chat_id])


# --- many chats ----------------------------------------------------------------------------


def active(db: Connection, *, after: ChatId | None = None, limit: int = 1000) -> list[Chat]:
    """Return a page of the chats that can be written to, by id; ``after`` continues."""
    rows = db.query(
        "select * from chats where active = 1 and (:after is null or id > :after)"
        " order by id limit :limit",
        {"after": after, "limit": limit},
    )
    return sql.readable(rows, to_chat)


def owned_by(db: Connection, person: ChatId) -> list[Chat]:
    """Return the channels that a person manages through their private chat."""
    rows = db.query("select * from chats where owner_id = ? order by title, id", [person])
    return sql.readable(rows, to_chat)


# --- muted stories -------------------------------------------------------------------------


def mute(db: Connection, chat_id: ChatId, story_id: StoryId) -> None:
    """Tell this chat nothing more of a story."""
    db.conn.execute(
        "insert into muted_stories (chat_id, story_id) values (?, ?) on conflict do nothing",
        [chat_id, story_id],
    )


def unmute(db: Connection, chat_id: ChatId, story_id: StoryId) -> None:
    """Tell this chat of the story again."""
    db.conn.execute(
        "delete from muted_stories where chat_id = ? and story_id = ?", (chat_id, story_id)
    )


def mutes(db: Connection, chat_id: ChatId, story_id: StoryId) -> bool:
    """Tell whether a chat muted a story."""
    row = db.conn.execute(
        "select 1 from muted_stories where chat_id = ? and story_id = ?", (chat_id, story_id)
    ).fetchone()
    return row is not None


def muted(db: Connection, chat_id: ChatId) -> frozenset[StoryId]:
    """Return the stories this chat wants to hear no more of."""
    rows = db.query("select story_id from muted_stories where chat_id = ?", [chat_id])
    return frozenset(StoryId(row["story_id"]) for row in rows)


# --- counts --------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Readership:
    """Who reads, in numbers; never who they are. ``stopped`` of the active ones said /stop."""

    active: int
    stopped: int
    gone: int
    new_this_week: int
    kinds: tuple[tuple[str, int], ...]
    languages: tuple[tuple[str, int], ...]
    subscriptions: int
    chats_subscribing: int


def readership(db: Connection, week_ago: datetime) -> Readership:
    """Count the chats for the admins."""
    counts = next(
        db.query(
            "select coalesce(sum(active), 0) as active,"
            " coalesce(sum(active and silenced_at is not null), 0) as stopped, coalesce(sum(not active), 0) as gone,"
            " coalesce(sum(created_at >= ?), 0) as fresh from chats",
            [to_ms(week_ago)],
        )
    )
    subscribed = next(
        db.query("select count(*) as total, count(distinct chat_id) as chats from subscriptions")
    )
    return Readership(
        active=counts["active"],
        stopped=counts["stopped"],
        gone=counts["gone"],
        new_this_week=counts["fresh"],
        kinds=_tally(db, "kind"),
        languages=_tally(db, "language"),
        subscriptions=subscribed["total"],
        chats_subscribing=subscribed["chats"],
    )


def _tally(db: Connection, column: str) -> tuple[tuple[str, int], ...]:
    rows = db.query(
        f"select {column} as name, count(*) as n from chats where active = 1"  # noqa: S608 - ours
        f" group by {column} order by n desc, name"
    )
    return tuple((row["name"], row["n"]) for row in rows)


# --- rows ----------------------------------------------------------------------------------


def to_chat(row: dict[str, Any]) -> Chat:
    """Turn a row into a value."""
    return Chat(
        id=ChatId(row["id"]),
        kind=ChatKind(row["kind"]),
        title=row["title"],
        language=row["language"],
        time_zone=row["time_zone"],
        zone_assumed=bool(row["zone_assumed"]),
        zone_asked_at=from_ms(row["zone_asked_at"]),
        digest_times=_numbers(row["digest_times"]),
        digest_days=_numbers(row["digest_days"]),
        digest_thread=ThreadId(row["digest_thread"]),
        digest_from=from_ms(row["digest_from"]),
        next_digest_at=from_ms(row["next_digest_at"]),
        digest_when_empty=bool(row["digest_when_empty"]),
        digest_rates=tuple(row["digest_rates"].split()),
        weekly_day=row["weekly_day"],
        silenced_at=from_ms(row["silenced_at"]),
        silenced_times=_numbers(row["silenced_times"]),
        silenced_weekly=row["silenced_weekly"],
        quiet_from=row["quiet_from"],
        quiet_to=row["quiet_to"],
        quiet_mode=QuietMode(row["quiet_mode"]),
        alerts_per_hour=row["alerts_per_hour"],
        shows_query=bool(row["shows_query"]),
        footer=row["footer"],
        pictures=Pictures(row["pictures"]),
        reads=tuple(row["reads"].split()),
        machine=bool(row["machine"]),
        active=bool(row["active"]),
        gone_why=row["gone_why"],
        gone_at=from_ms(row["gone_at"]),
        owner_id=None if row["owner_id"] is None else ChatId(row["owner_id"]),
        created_at=from_ms(row["created_at"]),
    )


def to_row(chat: Chat) -> dict[str, Any]:
    """Turn a value into a row."""
    return {
        "id": chat.id,
        "kind": chat.kind,
        "title": chat.title,
        "language": chat.language,
        "time_zone": chat.time_zone,
        "zone_assumed": int(chat.zone_assumed),
        "zone_asked_at": to_ms(chat.zone_asked_at),
        "digest_times": _joined(chat.digest_times),
        "digest_days": _joined(chat.digest_days),
        "digest_thread": chat.digest_thread,
        "digest_from": to_ms(chat.digest_from),
        "next_digest_at": to_ms(chat.next_digest_at),
        "digest_when_empty": int(chat.digest_when_empty),
        "digest_rates": " ".join(chat.digest_rates),
        "weekly_day": chat.weekly_day,
        "silenced_at": to_ms(chat.silenced_at),
        "silenced_times": _joined(chat.silenced_times),
        "silenced_weekly": chat.silenced_weekly,
        "quiet_from": chat.quiet_from,
        "quiet_to": chat.quiet_to,
        "quiet_mode": chat.quiet_mode,
        "alerts_per_hour": chat.alerts_per_hour,
        "shows_query": int(chat.shows_query),
        "footer": chat.footer,
        "pictures": chat.pictures,
        "reads": " ".join(chat.reads),
        "machine": int(chat.machine),
        "active": int(chat.active),
        "gone_why": chat.gone_why,
        "gone_at": to_ms(chat.gone_at),
        "owner_id": chat.owner_id,
        "created_at": to_ms(chat.created_at),
    }


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split())


def _joined(numbers: tuple[int, ...]) -> str:
    return " ".join(str(number) for number in numbers)
