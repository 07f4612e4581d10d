"""The ledger: the outbox read back, for the admins' counts and for being asked why."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from storage import lanes
from storage.model import DeliveryId, StoryId
from storage.sql import Connection, from_ms, to_ms


@dataclass(frozen=True, slots=True)
class Counts:
    """The outbox at a glance, for the admins."""

    waiting: int
    due: int
    sending: int
    held: int
    oldest_due: datetime | None
    settled_today: tuple[tuple[str, int], ...]
    resting: int
    everybody_rests_until: datetime | None


def counts(db: Connection, now: datetime) -> Counts:
    """Count what waits, what went in the last day and who rests."""
    waiting, due, oldest = db.conn.execute(
        "select count(*), coalesce(sum(due_at <= ?1), 0),"
        " min(case when due_at <= ?1 then due_at end) from deliveries where state = 'queued'",
        (to_ms(now),),
    ).fetchone()
    settled = db.conn.execute(
        "select state, count(*) from deliveries where settled_at > ? group by state order by state",
        (to_ms(now - timedelta(days=1)),),
    ).fetchall()
    ((sending,), (held,)) = (
        db.conn.execute(f"select count(*) from deliveries where state = '{state}'").fetchone()  # noqa: S608 (ours)
        for state in ("sending", "held")
    )
    rests = lanes.rests(db, now)
    return Counts(
        waiting=waiting,
        due=due,
        sending=sending,
        held=held,
        oldest_due=from_ms(oldest),
        settled_today=tuple((state, count) for state, count in settled),
        resting=len([chat for chat in rests if chat != lanes.EVERYBODY]),
        everybody_rests_until=rests.get(lanes.EVERYBODY),
    )


def carried(db: Connection, fold: DeliveryId) -> tuple[StoryId, ...]:
    """Return the stories that one message tells, in the order they came."""
    rows = db.conn.execute(
        "select story_id from deliveries where carrier = ? and story_id is not null"
        " order by created_at, id",
        (fold,),
    )
    return tuple(dict.fromkeys(StoryId(row[0]) for row in rows))
