"""Some hours of news in a database, as the program writes them: of each kind of row a few."""

from contextlib import closing
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

from storage import (
    changes,
    chats,
    full_texts,
    inbox,
    items,
    matches,
    rate_alerts,
    rates,
    stories,
    subscriptions,
    tallies,
    translations,
    wanted_articles,
)
from storage.database import connect
from storage.full_texts import FullText
from storage.inbox import NewUpdate
from storage.model import (
    NO_THREAD,
    Chat,
    ChatId,
    ChatKind,
    FeedId,
    ItemId,
    Mode,
    NewMatch,
    QuietMode,
    StoryId,
)
from storage.outbox import queue
from storage.outbox.deliveries import (
    AlertCause,
    DeliveryKind,
    DigestPart,
    Issued,
    NewDelivery,
)
from storage.outbox.outcomes import Sent
from storage.rates import OfficialRate, SourceState
from storage.sql import Connection, to_ms
from storage.tallies import DocumentTally
from storage.translations import Ended
from tests.storage.rows import NOON, feed, new_item, told

READER, SLEEPER = ChatId(1), ChatId(2)
LATER = NOON + timedelta(hours=1)


def settle_in(db: Connection) -> None:
    """Two readers, one of them asleep; an outlet, and another one; a story that was two."""
    one = feed(db)
    two = feed(db, "https://herald.example/rss")
    told(db, one, new_item(1), new_item(2))
    told(db, two, new_item(3, story=1), new_item(4))
    stories.join(db, StoryId(4), StoryId(2), NOON)
    for number in (one, two):
        tallies.add(db, number, DocumentTally(entries=3, stored=2, known=1), NOON)
    db.conn.execute(
        "update feeds set items = 2, status = 'ok', next_check_at = ?", (to_ms(LATER),)
    )
    chats.see_chat(db, Chat(READER, ChatKind.PRIVATE), NOON)
    sleeping = Chat(
        SLEEPER, ChatKind.PRIVATE, quiet_from=0, quiet_to=23 * 60, quiet_mode=QuietMode.HOLD
    )
    chats.see_chat(db, sleeping, NOON)
    for chat in (READER, SLEEPER):
        subscription, _ = subscriptions.add(
            db, chat_id=chat, thread_id=NO_THREAD, query="headline", mode=Mode.INSTANT, now=NOON
        )
        cause = AlertCause(subscription.id, "headline", "headline", "Headline", ItemId(1))
        alert = NewDelivery(chat, NO_THREAD, DeliveryKind.ALERT, "s1", StoryId(1), cause)
        queue.enqueue(db, [alert], NOON)
    met = NewMatch("headline", ItemId(1), StoryId(1), "headline", "Headline")
    matches.add(db, [met], changes.last(db), NOON)


def send_all(db: Connection, now: datetime, number: int) -> None:
    """Let Telegram take everything that is due."""
    while claimed := queue.claim(db, now, 10):
        for one in claimed:
            number += 1
            queue.settle(db, one, Sent(number), now)


def digest(db: Connection, since: datetime, until: datetime, name: str) -> None:
    issued = Issued(since, until, (StoryId(2),))
    part = DigestPart("<b>News</b>", window_from=since, issued=issued)
    row = NewDelivery(READER, NO_THREAD, DeliveryKind.DIGEST, name, payload=part)
    queue.enqueue(db, [row], until)
    chats.change(db, READER, digest_from=until, next_digest_at=until + timedelta(days=1))


def translate(db: Connection) -> None:
    """Have one headline translated, another one dropped; a third is wanted."""
    for number in (1, 2, 3):
        (item,) = items.by_ids(db, [ItemId(number)])
        translations.want(db, item, "ru", 0, NOON)
    batch = translations.claim(db, NOON, 10_000)
    assert batch is not None
    first, second, *_ = batch.texts
    ends = [Ended(first.id, "Заголовок"), Ended(second.id, reason="a figure was lost")]
    translations.settle(db, ends, NOON)
    for arrival in translations.arrivals(db, 9):
        translations.arrive(db, arrival, LATER)


def read_articles(db: Connection) -> None:
    """Read an article that a reader asked for, and one for search; a third could not be had."""
    full_texts.keep(db, ItemId(1), FullText(("All of it.",)), NOON)
    full_texts.keep(db, ItemId(2), FullText(refusal="forbidden"), NOON)
    wanted_articles.switch(db, FeedId(1), on=True)
    db.conn.execute("update feeds set baseline_done = 1")
    wanted_articles.want(db, FeedId(1), [ItemId(1), ItemId(2)], NOON)
    for number, refusal in ((1, ""), (2, "forbidden")):
        wanted_articles.begin(db, ItemId(number), NOON)
        wanted_articles.end(db, ItemId(number), NOON, refusal)


def tell_rates(db: Connection) -> None:
    """Know a rate of tomorrow, whom to ask again, and a threshold."""
    tomorrow = (LATER + timedelta(days=1)).date()
    rates.keep(db, [OfficialRate("KZ", "USD", tomorrow, Decimal("512.30"))])
    rates.settle(db, SourceState("kz", "https://bank.example/rates", LATER, NOON))
    rate_alerts.add(db, (READER, NO_THREAD), ("USD", "KZT"), Decimal(550), NOON, above=False)


NOW = LATER + timedelta(hours=4)
"""When somebody looks at it."""


def hours_of_news(path: Path) -> None:
    """Fill a new database."""
    with closing(connect(path)) as db, db.conn:
        settle_in(db)
        send_all(db, NOON, 100)
        third = feed(db, "https://third.example/rss")
        told(db, third, new_item(5, story=1, score=3.0), now=LATER)
        tallies.add(db, third, DocumentTally(entries=1, stored=1), LATER)
        db.conn.execute("update feeds set items = 1 where url like '%third%'")
        queue.grown(db, StoryId(1), LATER)
        digest(db, NOON, LATER, "1/1")
        digest(db, LATER, LATER + timedelta(hours=2), "2/1")
        send_all(db, LATER + timedelta(hours=3), 200)
        first, _ = inbox.take(
            db, 1, [NewUpdate(7, READER, "{}"), NewUpdate(8, READER, "{}")], NOON
        )
        assert first is not None
        inbox.done(db, [first.row])
        translate(db)
        read_articles(db)
        tell_rates(db)
        db.execute("insert into item_words(rowid, words) select id, 's:headline' from items")
        db.execute("insert into item_words(rowid, words) values (99, 's:gone')")
        db.execute("insert into removed_items(id) values (99)")
