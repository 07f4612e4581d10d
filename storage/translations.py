"""Translations: texts of outlets in other languages, as a machine has them; rows with a state.

A text is ``wanted`` until it is ``done`` or ``dropped`` with its reason, and the same text of five
copies is one row. Whose it is stands in ``translated_items``: an item *arrives* in a language when
nothing of it is wanted any more, which is when readers, search and subscriptions get it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Final

from storage import forgetting, meta
from storage.model import Item, ItemId, MachineText
from storage.reading import language_of
from storage.sql import Connection, marks, to_ms

KEPT: Final = timedelta(days=30)
"""How long a translation, or why there is none, is kept."""

TOO_LATE: Final = timedelta(days=1)
"""A text that was not translated for so long is news no more."""

FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=6)
"""How long a text waits that was asked for and not answered: twice as long after each time."""

MOST_TEXTS: Final = 20
MOST_CHARACTERS: Final = 4_000
"""Of one question: LibreTranslate and DeepL take more, a small language model does not."""

MOST_HEADLINE: Final = 400
MOST_LEAD: Final = 600
"""Characters of a text that are translated: what readers are shown, and a little more."""

_SPENT: Final = "translated_characters"


@dataclass(frozen=True, slots=True)
class AskedText:
    """A text that is asked for just now."""

    id: int
    text: str
    is_headline: bool


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts to be asked for at once, all of one language."""

    source: str
    target: str
    texts: tuple[AskedText, ...]


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of a text: what was ``said``, or "" with the ``reason`` why it is dropped."""

    id: int
    said: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ArrivedTranslation:
    """An item of whose texts nothing is wanted any more; ``text`` None: it has no headline."""

    item: ItemId
    target: str
    text: MachineText | None


@dataclass(frozen=True, slots=True)
class TranslationCounts:
    """How translating goes: characters asked for today, texts by what became of them in a day."""

    characters: int
    done: int
    dropped: int
    wanted: int


# --- what is wanted -------------------------------------------------------------------------


def texts_of(item: Item) -> tuple[str, str]:
    """Return what is translated of an item: its headline, and how its text begins."""
    title = " ".join(item.title.split())[:MOST_HEADLINE]
    return title, _shortened(" ".join(item.summary.split()), MOST_LEAD)


def _shortened(text: str, most: int) -> str:
    """Cut a text behind its last sentence that fits, else behind its last word."""
    if len(text) <= most:
        return text
    cut = text[:most]
    end = max(cut.rfind(mark) for mark in (". ", "! ", "? ", "… "))
    return cut[: end + 1] if end > most // 3 else cut.rpartition(" ")[0] or cut


def want(db: Connection, item: Item, target: str, rank: int, now: datetime) -> None:
    """Ask for an item in a language, unless that was asked before; ``rank`` 0 is for an alert."""
    source = language_of(item.lang)
    title, lead = texts_of(item)
    if not source or source == target or not title:
        return
    if not unknown(db, [(item.id, target)]):
        return
    # The headline is asked for before: the newest goes first.
    lead_id = _text_id(db, (source, target), lead, rank, now, headline=False) if lead else None
    title_id = _text_id(db, (source, target), title, rank, now, headline=True)
    db.conn.execute(
        "insert into translated_items(item_id, target, title_id, lead_id) values (?, ?, ?, ?)"
        " on conflict do update set title_id = excluded.title_id, lead_id = excluded.lead_id",
        (item.id, target, title_id, lead_id),
    )


def unknown(db: Connection, pairs: Iterable[tuple[ItemId, str]]) -> list[tuple[ItemId, str]]:
    """Return those items and languages that nobody has asked for yet."""
    return [
        pair
        for pair in pairs
        if not db.conn.execute(
            "select 1 from translated_items"
            " where item_id = ? and target = ? and title_id is not null",
            pair,
        ).fetchone()
    ]


def _text_id(
    db: Connection,
    languages: tuple[str, str],
    text: str,
    rank: int,
    now: datetime,
    *,
    headline: bool,
) -> int:
    kind = "h" if headline else "l"
    digest = blake2b(f"{kind}{text}".encode(errors="surrogatepass"), digest_size=16).digest()
    row = db.conn.execute(
        "insert into translations(digest, source, target, headline, text, rank, due_at, wanted_at)"
        " values (?, ?, ?, ?, ?, ?, ?, ?)"
        " on conflict do update set rank = min(rank, excluded.rank) returning id",
        (digest, *languages, int(headline), text, rank, to_ms(now), to_ms(now)),
    ).fetchone()
    return int(row[0])


def to_be_asked_anew(db: Connection) -> list[tuple[ItemId, str]]:
    """Return which items were given other words, and in which languages they are wanted."""
    rows = db.conn.execute(
        "select item_id, target from translated_items where arrived_at is null and title_id is null"
    )
    return [(ItemId(item), target) for item, target in rows]


# --- asking ---------------------------------------------------------------------------------


def claim(db: Connection, now: datetime, budget: int) -> Batch | None:
    """Take the texts that are asked for next, the newest of the lowest rank; None: there is none.

    They are asked again later unless ``settle`` ends them: their next time, ever later, and their
    characters are written down before anybody is asked. ``budget`` is in characters a day.
    """
    db.conn.execute(
        "update translations set state = 'dropped', reason = ?, text = '', ended_at = ?"
        " where state = 'wanted' and wanted_at < ?",
        ("not in time", to_ms(now), to_ms(now - TOO_LATE)),
    )
    room = min(budget - spent(db, now), MOST_CHARACTERS)
    first = db.conn.execute(
        "select source, target from translations where state = 'wanted' and due_at <= ?"
        " order by rank, id desc limit 1",
        (to_ms(now),),
    ).fetchone()
    if first is None:
        return None
    source, target = first
    rows = db.conn.execute(
        "select id, text, headline, tries from translations where state = 'wanted'"
        " and due_at <= ? and source = ? and target = ? order by rank, id desc limit ?",
        (to_ms(now), source, target, MOST_TEXTS),
    ).fetchall()
    taken: list[AskedText] = []
    for number, text, headline, tries in rows:
        room -= len(text)
        if room < 0:
            break
        taken.append(AskedText(number, text, bool(headline)))
        db.conn.execute(
            "update translations set tries = tries + 1, due_at = ? where id = ?",
            (to_ms(now + _pause(tries)), number),
        )
    if not taken:
        return None
    _spend(db, sum(len(one.text) for one in taken), now)
    return Batch(source, target, tuple(taken))


def _pause(tries: int) -> timedelta:
    return min(FIRST_PAUSE * int(2 ** min(tries, 12)), LONGEST_PAUSE)


def spent(db: Connection, now: datetime) -> int:
    """Return how many characters were asked for on this day (UTC)."""
    day, _, characters = (meta.get(db, _SPENT) or "").partition(" ")
    return int(characters) if day == f"{now:%Y-%m-%d}" and characters.isdecimal() else 0


def _spend(db: Connection, characters: int, now: datetime) -> None:
    meta.put(db, _SPENT, f"{now:%Y-%m-%d} {spent(db, now) + characters}")


def settle(db: Connection, ended: Iterable[Ended], now: datetime) -> None:
    """Write down what became of texts that were asked for."""
    db.conn.executemany(
        "update translations set state = ?, said = ?, reason = ?, text = '', ended_at = ?"
        " where id = ? and state = 'wanted'",
        [
            ("done" if one.said else "dropped", one.said, one.reason, to_ms(now), one.id)
            for one in ended
        ],
    )


# --- arriving -------------------------------------------------------------------------------

_TEXT = """
from translated_items t cross join translations h on h.id = t.title_id
    left join translations l on l.id = t.lead_id
"""


def arrivals(db: Connection, limit: int) -> list[ArrivedTranslation]:
    """Return items that arrive in a language: nothing of them is wanted any more."""
    rows = db.conn.execute(
        f"select t.item_id, t.target, h.said, coalesce(l.said, '') {_TEXT}"
        " where t.arrived_at is null and h.state <> 'wanted'"
        " and (l.id is null or l.state <> 'wanted') order by t.item_id desc limit ?",
        (limit,),
    )
    return [
        ArrivedTranslation(
            ItemId(item), target, MachineText(target, title, lead) if title else None
        )
        for item, target, title, lead in rows
    ]


def are_there(db: Connection) -> bool:
    """Tell whether any item's translation has arrived."""
    (found,) = db.conn.execute(
        "select exists(select 1 from translated_items where arrived_at is not null)"
    ).fetchone()
    return bool(found)


def arrive(db: Connection, one: ArrivedTranslation, now: datetime) -> None:
    """Note that an item is had in a language, or will not be."""
    db.conn.execute(
        "update translated_items set arrived_at = ? where item_id = ? and target = ?",
        (to_ms(now), one.item, one.target),
    )


def attached(db: Connection, read: Sequence[Item]) -> list[Item]:
    """Return items with what machines made of them."""
    if not read or not db.conn.execute("select 1 from translated_items limit 1").fetchone():
        return list(read)
    rows = db.conn.execute(
        f"select t.item_id, t.target, h.said, coalesce(l.said, '') {_TEXT}"
        f" where t.item_id in ({marks(len(read))}) and t.arrived_at is not null and h.said <> ''",
        [item.id for item in read],
    )
    made: dict[int, list[MachineText]] = {}
    for item, target, title, lead in rows:
        made.setdefault(item, []).append(MachineText(target, title, lead))
    return [
        replace(item, machine=tuple(made[item.id])) if item.id in made else item for item in read
    ]


# --- counting and forgetting ----------------------------------------------------------------


def counts(db: Connection, now: datetime) -> TranslationCounts:
    """Count what translating came to."""
    by_state = dict(
        db.conn.execute(
            "select state, count(*) from translations where ended_at >= ? group by state",
            (to_ms(now - timedelta(days=1)),),
        ).fetchall()
    )
    (wanted,) = db.conn.execute(
        "select count(*) from translations where state = 'wanted'"
    ).fetchone()
    return TranslationCounts(
        spent(db, now), by_state.get("done", 0), by_state.get("dropped", 0), wanted
    )


def prune(db: Connection, now: datetime, limit: int = 500) -> int:
    """Forget translations that ended ``KEPT`` ago; return how many rows went."""
    return forgetting.forget(db, "translations", "ended_at", now - KEPT, limit=limit)
