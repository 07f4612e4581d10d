"""Items: what each outlet wrote of a story, and the keys by which an item is known again."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

from storage import full_texts, outlets, seen_keys, translations
from storage.masking import without_user_info
from storage.model import FeedId, FeedKind, Item, ItemId, ItemImage, StoryId
from storage.sql import Connection, from_json, from_ms, marks, moment, readable, to_json, to_ms

COLUMNS = (
    "i.id, i.feed_id, i.story_id, i.external_id, i.url, i.title, i.summary, i.lang,"
    " i.published, i.first_seen, i.updated_at, i.url_key, f.kind, i.retitled_at,"
    " i.removed_at, i.source, i.image, i.image_width, i.image_height"
)
JOINED = "items i join feeds f on f.id = i.feed_id join outlets o on o.id = f.outlet_id"
KEY_BYTES = 10
"""Of a key's digest. By the birthday bound a feed needs 10^11 items for a chance of 1 in 100."""


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item ready to be stored: cleaned, recognised, keyed, its story decided.

    ``keys`` are the identity keys inside the feed (guid, canonical link), kept for good. ``words``
    are the search keys, space-separated; ``countries`` what the text is about, as ISO codes in
    upper case, ``title_countries`` what its headline names. ``opens`` says that ``story_id`` is a
    story of its own. Ids are given by the ingester, which alone adds items, so that two new items
    of one document can be one story. ``reasons`` are the verdict's, compact, stored as JSON.
    ``packed_features`` and ``packed_weights`` are what a start reads again instead of analysing
    the item anew.
    ``source`` is the channel from which a post was forwarded, or whom an aggregator names.
    """

    id: ItemId
    story_id: StoryId
    opens: bool
    external_id: str
    url: str
    url_key: str
    title: str
    summary: str
    lang: str
    published: datetime | None
    keys: tuple[str, ...]
    words: str
    countries: tuple[str, ...] = ()
    title_countries: tuple[str, ...] = ()
    score: float = 0.0
    reasons: tuple[Any, ...] = ()
    recirculated: bool = False
    packed_features: bytes = b""
    packed_weights: bytes | None = None
    source: str = ""
    image: ItemImage | None = None


@dataclass(frozen=True, slots=True)
class EditedItem:
    """A known item whose outlet changed its words: an update, not news."""

    id: ItemId
    story_id: StoryId
    title: str
    summary: str
    url: str
    url_key: str
    words: str
    countries: tuple[str, ...] = ()
    title_countries: tuple[str, ...] = ()
    packed_features: bytes = b""
    """What it is compared with others by from now on, empty where that stays as it was."""
    packed_weights: None = None
    """Weighed again at the next start."""
    image: ItemImage | None = None


@dataclass(frozen=True, slots=True)
class MovedItem:
    """A known item that says what it said, under an address that it never had before."""

    id: ItemId
    url: str
    url_key: str


@dataclass(frozen=True, slots=True)
class LearntKey:
    """A further identity key of a known item, seen in a later document."""

    key: str
    item_id: ItemId


@dataclass(frozen=True, slots=True)
class KnownItem:
    """What an incoming entry is compared with: the item already kept under one of its keys."""

    id: ItemId
    story_id: StoryId
    title: str
    summary: str
    url: str
    url_key: str = ""
    external_id: str = ""
    lang: str = ""
    published: datetime | None = None
    first_seen: datetime | None = None
    recirculated: bool = False


PRUNED = KnownItem(ItemId(0), StoryId(0), "", "", "")
"""Stands for all items that are kept no more and whose keys are packed."""


def of_row(row: tuple[Any, ...]) -> Item:
    """Read an item and its outlet off ``COLUMNS`` followed by ``outlets.COLUMNS``."""
    return Item(
        id=ItemId(row[0]),
        feed_id=FeedId(row[1]),
        story_id=StoryId(row[2]),
        external_id=row[3],
        url=without_user_info(row[4]),  # older versions kept what a feed was opened with
        title=row[5],
        summary=row[6],
        lang=row[7],
        published=from_ms(row[8]),
        first_seen=moment(row[9]),
        updated_at=from_ms(row[10]),
        url_key=row[11],
        kind=FeedKind(row[12]),
        retitled_at=from_ms(row[13]),
        removed_at=from_ms(row[14]),
        source=row[15],
        image=ItemImage(row[16], row[17] or 0, row[18] or 0) if row[16] else None,
        outlet=outlets.of_row(row[19:]),
    )


def digest(key: str) -> bytes:
    """Shorten an identity key for keeping it for good."""
    return blake2b(key.encode(errors="surrogatepass"), digest_size=KEY_BYTES).digest()


def known(db: Connection, feed_id: FeedId, keys: Iterable[str]) -> dict[str, KnownItem]:
    """Return what is already kept under each of these identity keys of a feed.

    A key whose item was pruned from the archive is still known, with an empty title.
    """
    by_digest = {digest(key): key for key in keys}
    found: dict[str, KnownItem] = {}
    wanted = list(by_digest)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        rows = db.conn.execute(
            "select k.key, k.item_id, coalesce(i.story_id, 0), coalesce(i.title, ''),"  # noqa: S608 (only marks)
            " coalesce(i.summary, ''), coalesce(i.url, ''), coalesce(i.url_key, ''),"
            " coalesce(i.external_id, ''), coalesce(i.lang, ''), i.published, i.first_seen,"
            " coalesce(i.recirculated, 0)"
            " from item_keys k left join items i on i.id = k.item_id"
            f" where k.feed_id = ? and k.key in ({marks(len(part))})",
            (feed_id, *part),
        )
        for key, *row in rows:
            found[by_digest[key]] = _known(row)
    missing = [key for key in wanted if by_digest[key] not in found]
    return found | {by_digest[key]: PRUNED for key in seen_keys.known(db, feed_id, missing)}


def _known(row: Sequence[Any]) -> KnownItem:
    item, story, title, summary, url, url_key, external_id, lang, published, seen, old = row
    return KnownItem(
        ItemId(item),
        StoryId(story),
        title,
        summary,
        url,
        url_key=url_key,
        external_id=external_id,
        lang=lang,
        published=from_ms(published),
        first_seen=from_ms(seen),
        recirculated=bool(old),
    )


def last_ids(db: Connection) -> tuple[int, int]:
    """Return the highest item id and the highest story id ever given.

    Keys and aliases outlive what they point to, so they count too: no id is given twice.
    """
    (item,) = db.conn.execute(
        "select max(coalesce((select max(id) from items), 0),"
        " coalesce((select value from facts where name = 'last_item'), 0) + 0)"
    ).fetchone()
    (story,) = db.conn.execute(
        "select max(coalesce((select max(id) from stories), 0),"
        " coalesce((select max(id) from story_aliases), 0),"
        " coalesce((select value from facts where name = 'last_story'), 0) + 0)"
    ).fetchone()
    return item, story


def note_last_ids(db: Connection) -> None:
    """Note the highest ids ever given, before rows go: an old message may still point to them."""
    for name, table in (("last_item", "items"), ("last_story", "stories")):
        db.conn.execute(
            "insert into facts(name, value)"  # noqa: S608 (our own names)
            # ("where true" keeps the parser from taking "on conflict" for the "on" of a join.)
            f" select '{name}', coalesce(max(id), 0) from {table} where true"
            # The larger stays: what had the newest may have gone before.
            " on conflict(name) do update set value = max(value + 0, excluded.value + 0)"
        )


def count_out(db: Connection, ids: Iterable[ItemId]) -> None:
    """Take items that are to go out of what their feeds count, and out of their tallies' books."""
    db.conn.execute(
        "update feeds set items = feeds.items - g.items, pruned = pruned + g.counted"
        " from (select feed_id, count(*) as items, sum(id > coalesce((select value + 0"
        " from facts where name = 'counted_from'), 0)) as counted from items"
        " where id in (select value from json_each(?)) group by feed_id) g"
        " where feeds.id = g.feed_id",
        (to_json(list(ids)),),
    )


def add(db: Connection, feed_id: FeedId, new: Iterable[NewItem], now: datetime) -> None:
    """Store new items with their keys. Their stories must be there already."""
    seen = to_ms(now)
    for item in new:
        db.conn.execute(
            "insert into items(id, feed_id, story_id, external_id, url, url_key, title, summary,"
            " lang, published, first_seen, score, reasons, recirculated, countries,"
            " title_countries, source, image, image_width, image_height)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                item.id,
                feed_id,
                item.story_id,
                item.external_id,
                item.url,
                item.url_key,
                item.title,
                item.summary,
                item.lang,
                to_ms(item.published),
                seen,
                item.score,
                to_json(item.reasons) if item.reasons else "",
                item.recirculated,
                " ".join(item.countries),
                " ".join(item.title_countries),
                item.source[:200],
                *image_columns(item.image),
            ),
        )
        db.conn.executemany(
            # A key used again, for another article, leads to the newest.
            "insert into item_keys(feed_id, key, item_id) values (?, ?, ?)"
            " on conflict(feed_id, key) do update set item_id = excluded.item_id",
            [(feed_id, digest(key), item.id) for key in item.keys],
        )


def image_columns(image: ItemImage | None) -> tuple[str | None, int | None, int | None]:
    """Return a picture as it is kept: what is not told takes no room in a row."""
    if image is None:
        return None, None, None
    return image.url, image.width or None, image.height or None


def learn(db: Connection, feed_id: FeedId, learnt: Iterable[LearntKey]) -> None:
    """Keep further keys of items for good; a key already known stays with its item."""
    keys = [(digest(key.key), key.item_id) for key in learnt]
    db.conn.executemany(
        "insert into item_keys(feed_id, key, item_id) values (?, ?, ?) on conflict do nothing",
        [(feed_id, key, item) for key, item in keys if item != PRUNED.id],
    )
    seen_keys.add(db, [(feed_id, key) for key, item in keys if item == PRUNED.id])


def edit(db: Connection, edited: Iterable[EditedItem], now: datetime) -> None:
    """Keep an outlet's new words for an item it had told before."""
    for item in edited:
        image, width, height = image_columns(item.image)
        db.conn.execute(
            "update items set title = :title, summary = :summary, url = :url, url_key = :key,"
            " countries = :countries, title_countries = :title_countries, updated_at = :now,"
            " image = :image, image_width = :width, image_height = :height,"
            # What is told again is there.
            " removed_at = null,"
            " retitled_at = case when title = :title then retitled_at else :now end"
            " where id = :id",
            {
                "title": item.title,
                "summary": item.summary,
                "url": item.url,
                "key": item.url_key,
                "countries": " ".join(item.countries),
                "title_countries": " ".join(item.title_countries),
                "image": image,
                "width": width,
                "height": height,
                "now": to_ms(now),
                "id": item.id,
            },
        )


def readdress(db: Connection, moved: Iterable[MovedItem]) -> None:
    """Let items lead to where their outlets have them now; the old address may answer no more."""
    for item in moved:
        db.conn.execute(
            "update items set url = ?, url_key = ?, removed_at = null where id = ?",
            (item.url, item.url_key, item.id),
        )
        db.conn.execute("update page_looks set missed_at = null where item_id = ?", (item.id,))


def every(db: Connection, *, feed_id: FeedId | None = None) -> Iterator[tuple[Item, str]]:
    """Yield every item with its feed's address, oldest first, for listings."""
    where, values = ("where i.feed_id = ?", (feed_id,)) if feed_id else ("", ())
    rows = db.conn.execute(
        f"select f.url, {COLUMNS}, {outlets.COLUMNS} from {JOINED} {where} order by i.id",  # noqa: S608 (our own column lists)
        values,
    )
    for row in rows:
        yield of_row(row[1:]), row[0]


def headlines(db: Connection, limit: int) -> list[str]:
    """Return the newest headlines."""
    rows = db.conn.execute("select title from items order by id desc limit ?", (limit,))
    return [row[0] for row in rows]


def by_ids(db: Connection, ids: Iterable[ItemId]) -> tuple[Item, ...]:
    """Return these items, in the order asked; ids that are not there are left out."""
    wanted = list(ids)
    rows = db.conn.execute(
        f"select {COLUMNS}, {outlets.COLUMNS} from {JOINED} where i.id in ({marks(len(wanted))})",  # noqa: S608 (our own column lists)
        wanted,
    )
    read = translations.attached(db, readable(rows, of_row))
    found = {item.id: item for item in read}
    return tuple(found[item_id] for item_id in wanted if item_id in found)


def with_texts(db: Connection, ids: Iterable[ItemId]) -> list[Item]:
    """Return items as ``by_ids`` does, with the articles' texts by which they are known, too."""
    return full_texts.attached(db, by_ids(db, ids))


def was_news(db: Connection, item_id: ItemId) -> bool:
    """Tell whether an item was news when it came.

    Not what a feed had when it was read first, what came out before, or what was imported.
    """
    row = db.conn.execute(
        "select i.recirculated = 0 and f.kind <> 'import' and i.first_seen >"
        # The feed's first: ids are given as items come.
        " (select e.first_seen from items e where e.feed_id = i.feed_id order by e.id limit 1)"
        " from items i join feeds f on f.id = i.feed_id where i.id = ?",
        (item_id,),
    ).fetchone()
    return bool(row and row[0])


def reasons(db: Connection, item_id: ItemId) -> tuple[float, Any]:
    """Return the score and the stored reasons of the verdict that joined an item to its story."""
    row = db.conn.execute("select score, reasons from items where id = ?", (item_id,)).fetchone()
    if row is None:
        return 0.0, ()
    return row[0], from_json(row[1])
