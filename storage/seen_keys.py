"""Seen keys: entries are known by them for good, though their items are kept no more.

A feed that lists a year-old entry again tells nothing new. A key is some bytes of a digest of its
feed and itself, packed behind others that begin alike: five bytes each instead of thirty. By the
birthday bound 72 million of them (five years of 300 feeds) take one new entry in a billion for
one that was seen.
"""

from collections import defaultdict
from collections.abc import Iterable
from hashlib import blake2b
from typing import Final

from storage import meta
from storage.model import FeedId, ItemId
from storage.sql import Connection, from_json, marks, to_json

BUCKET_BYTES: Final = 2
KEY_BYTES: Final = 5
A_STEP: Final = 2_000
"""Keys that are looked through at once: some 10 ms."""

SWEPT_TO: Final = "keys_swept_to"
"""The fact that says after which key a pass goes on; there is none while none is under way."""


def add(db: Connection, keys: Iterable[tuple[FeedId, bytes]]) -> None:
    """Keep the keys of feeds, each as the digest by which an item is known."""
    by_bucket: defaultdict[int, bytes] = defaultdict(bytes)
    for bucket, key in {_place(feed, key) for feed, key in keys}:
        by_bucket[bucket] += key
    db.conn.executemany(
        "insert into seen_keys(bucket, packed) values (?, ?)"
        # Two blobs joined are a text to SQLite, of the same bytes.
        " on conflict do update set packed = cast(packed || excluded.packed as blob)",
        by_bucket.items(),
    )


def known(db: Connection, feed_id: FeedId, keys: Iterable[bytes]) -> set[bytes]:
    """Return those of a feed's keys that were seen and whose items are kept no more."""
    places = {key: _place(feed_id, key) for key in keys}
    buckets = list({bucket for bucket, _ in places.values()})
    packed: dict[int, bytes] = {}
    for start in range(0, len(buckets), 500):
        part = buckets[start : start + 500]
        packed |= db.conn.execute(
            f"select bucket, packed from seen_keys where bucket in ({marks(len(part))})",  # noqa: S608 (only marks)
            part,
        ).fetchall()
    return {
        key for key, (bucket, kept) in places.items() if _is_among(kept, packed.get(bucket, b""))
    }


def step(db: Connection, upto: ItemId) -> bool:
    """Move the next keys whose items are gone; return whether a pass has more to look through.

    All items after ``upto`` are there: only of the others each is looked for. Items that go while
    it walks leave their keys to the next pass; they are known all the same.
    """
    feed, key = from_json(meta.get(db, SWEPT_TO)) or (0, "")
    rows = db.conn.execute(
        "select k.feed_id, k.key, case when k.item_id <= ?"
        " then not exists (select 1 from items i where i.id = k.item_id) else 0 end"
        " from item_keys k where (feed_id, key) > (?, ?) order by feed_id, key limit ?",
        (upto, feed, bytes.fromhex(key), A_STEP),
    ).fetchall()
    gone = [(FeedId(feed), key) for feed, key, is_gone in rows if is_gone]
    add(db, gone)
    db.conn.executemany("delete from item_keys where feed_id = ? and key = ?", gone)
    if len(rows) < A_STEP:
        meta.forget(db, SWEPT_TO)
        return False
    meta.put(db, SWEPT_TO, to_json([rows[-1][0], rows[-1][1].hex()]))
    return True


def is_under_way(db: Connection) -> bool:
    """Tell whether a pass was begun and not ended."""
    return meta.get(db, SWEPT_TO) is not None


def _place(feed_id: FeedId, key: bytes) -> tuple[int, bytes]:
    told = feed_id.to_bytes(8, "big") + key
    whole = blake2b(told, digest_size=BUCKET_BYTES + KEY_BYTES).digest()
    return int.from_bytes(whole[:BUCKET_BYTES], "big"), whole[BUCKET_BYTES:]


def _is_among(key: bytes, packed: bytes) -> bool:
    """Tell whether a key stands among packed ones, and not across two of them."""
    at = packed.find(key)
    while at % KEY_BYTES and at >= 0:
        at = packed.find(key, at + 1)
    return at >= 0
