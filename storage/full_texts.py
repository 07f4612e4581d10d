"""Full texts: articles' words as they were fetched for readers, compressed, for some days."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from storage.model import Item, ItemId
from storage.sql import Connection, to_json, to_ms

KEPT = timedelta(days=7)
"""How long a text serves those who ask for it after the first."""
REFUSED = timedelta(hours=1)
"""How long it is remembered that a page could not be had; then it is asked for again."""
MOST = 5_000
"""So many are kept, the newest: about 4 KB each."""
BEGINNING = 2_500
"""Characters of a text that serve search and stories, 400 words: some 15 ms of the one loop."""


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


def attached(db: Connection, read: Sequence[Item]) -> list[Item]:
    """Return items with the texts that serve search and stories, while they are kept."""
    rows = db.conn.execute(
        "select t.item_id, t.body from json_each(?) w"
        " cross join wanted_articles a on a.item_id = w.value and a.ended_at is not null"
        " cross join full_texts t on t.item_id = w.value and t.refusal = ''",
        (to_json([item.id for item in read]),),
    )
    texts = {item_id: beginning(_unpacked(body)) for item_id, body in rows}
    return [replace(item, text=texts[item.id]) if item.id in texts else item for item in read]


def beginning(paragraphs: Iterable[str]) -> str:
    """Return so much of a text as serves search and stories; it ends with a word."""
    text = "\n".join(paragraphs)
    return text if len(text) <= BEGINNING else text[:BEGINNING].rpartition(" ")[0]


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
