"""Full texts: articles' words as they were fetched for readers, compressed, for some days."""

import zlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.model import ItemId
from storage.sql import Connection, to_ms

KEPT = timedelta(days=7)
"""How long a text serves those who ask for it after the first."""
REFUSED = timedelta(hours=1)
"""How long it is remembered that a page could not be had; then it is asked for again."""
MOST = 5_000
"""So many are kept, the newest: about 4 KB each."""


@dataclass(frozen=True, slots=True)
class FullText:
    """What came of an article's page: its paragraphs, or why there are none (``refusal``)."""

    paragraphs: tuple[str, ...] = ()
    refusal: str = ""


def get(db: Connection, item_id: ItemId, now: datetime) -> FullText | None:
    """Return what is kept of an item's page; None where it is to be asked for."""
    row = db.conn.execute(
        "select refusal, body from full_texts where item_id = :item"
        " and fetched_at > case refusal when '' then :kept else :refused end",
        {"item": item_id, "kept": to_ms(now - KEPT), "refused": to_ms(now - REFUSED)},
    ).fetchone()
    if row is None:
        return None
    refusal, body = row
    return FullText(_unpacked(body) if not refusal else (), refusal)


def keep(db: Connection, item_id: ItemId, text: FullText, now: datetime) -> None:
    """Keep what came of an item's page; nothing of one that is gone meanwhile."""
    db.conn.execute(
        "insert or replace into full_texts(item_id, fetched_at, refusal, body)"
        " select id, ?, ?, ? from items where id = ?",
        (to_ms(now), text.refusal, _packed(text.paragraphs), item_id),
    )


def prune(db: Connection, now: datetime) -> int:
    """Forget texts that are old, or too many; return how many."""
    return db.conn.execute(
        "delete from full_texts where fetched_at <= :kept or item_id not in"
        " (select item_id from full_texts order by fetched_at desc limit :most)",
        {"kept": to_ms(now - KEPT), "most": MOST},
    ).rowcount


def _packed(paragraphs: tuple[str, ...]) -> bytes:
    return zlib.compress("\n".join(paragraphs).encode(errors="replace"))


def _unpacked(body: bytes) -> tuple[str, ...]:
    text = zlib.decompress(body).decode()
    return tuple(text.split("\n")) if text else ()
