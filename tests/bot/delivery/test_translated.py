"""An alert leaves at once, and is edited when its headline comes in the reader's language."""

from storage import items, record, search, subscriptions, translations, wishes
from storage.model import NO_THREAD, ItemId, MachineText, Mode, NewMatch, StoryId
from storage.outbox import queue
from storage.outbox.deliveries import DeliveryKind, NewDelivery
from storage.sql import Connection
from tests.bot.delivery.kit import ANNA, START, Room
from tests.storage import rows
from tests.storage.rows import new_item
from tests.watchers.translation.kit import KAZAKH, LEAD, RUSSIAN, RUSSIAN_LEAD


def told(db: Connection) -> None:
    """Let a Kazakh report be owed to Anna."""
    feed = rows.feed(db)
    rows.told(db, feed, new_item(1, title=KAZAKH, summary=LEAD, lang="kk"), now=START)
    alert = NewDelivery(ANNA, NO_THREAD, DeliveryKind.ALERT, "s1", StoryId(1))
    queue.enqueue(db, [alert], START)


def arrives(db: Connection, title: str = RUSSIAN, lead: str = RUSSIAN_LEAD) -> None:
    """Let a machine's words for it arrive, as after an answer that passed its checks."""
    (item,) = items.by_ids(db, [ItemId(1)])
    translations.want(db, item, "ru", wishes.FOR_ALERT, START)
    batch = translations.claim(db, START, 10_000)
    assert batch is not None
    said = {True: title, False: lead}
    ended = [translations.Ended(one.id, said[one.is_headline]) for one in batch.texts]
    translations.settle(db, ended, START)
    for arrival in translations.arrivals(db, 10):
        record.translated(db, record.Translated(arrival, "mt:s:взрыв"), START)


async def test_an_alert_is_edited_when_the_translation_comes(here: Room) -> None:
    await here.db.write(lambda db: db.conn.execute("update chats set language = 'ru'"))
    await here.db.write(told)
    await here.deliver()
    (sent,) = here.messages()
    assert KAZAKH in sent.text
    assert "на казахском" in sent.text
    await here.db.write(arrives)
    await here.deliver(seconds=30)
    (edited,) = here.messages()
    assert sent.id == edited.id
    assert f"{RUSSIAN} · 🤖 машинный перевод, оригинал на казахском" in edited.text
    assert RUSSIAN_LEAD in edited.text
    assert KAZAKH not in edited.text
    assert "https://courier.example/1" in str(edited.entities)


async def test_nobody_elses_message_is_edited_for_it(here: Room) -> None:
    await here.db.write(
        lambda db: db.conn.execute("update chats set language = 'ru', machine = 0")
    )
    await here.db.write(told)
    await here.deliver()
    await here.db.write(arrives)
    await here.deliver(minutes=10)
    (sent,) = here.messages()
    assert KAZAKH in sent.text
    assert [("alert",)] == await here.rows("kind")


async def test_an_order_of_languages_is_a_readers_own(here: Room) -> None:
    """Who speaks English with us and likes Russian best is told in Russian."""
    await here.db.write(lambda db: db.conn.execute("update chats set reads = 'ru kk'"))
    await here.db.write(told)
    await here.db.write(arrives)
    await here.deliver(minutes=10)
    (sent,) = here.messages()
    assert KAZAKH in sent.text  # they read it
    await here.db.write(lambda db: db.conn.execute("update chats set reads = 'ru en'"))
    await here.db.write(lambda db: queue.translated(db, StoryId(1), "ru", here.clock()))
    await here.deliver(minutes=10)
    (edited,) = here.messages()
    assert f"{RUSSIAN} · 🤖 machine translation, original in Kazakh" in edited.text


async def test_a_machines_words_are_escaped_like_any_others(here: Room) -> None:
    await here.db.write(lambda db: db.conn.execute("update chats set language = 'ru'"))
    await here.db.write(told)
    await here.db.write(lambda db: arrives(db, "Взрыв <b>&amp; 5 > 3", "«a < b»"))
    await here.deliver(minutes=1)
    (sent,) = here.messages()
    assert "Взрыв <b>&amp; 5 > 3" in sent.text
    assert "«a < b»" in sent.text


async def test_an_alert_by_a_machines_words_says_so(here: Room) -> None:
    await here.db.write(lambda db: db.conn.execute("update chats set language = 'ru'"))

    def subscribes(db: Connection) -> None:
        subscriptions.add(
            db, chat_id=ANNA, thread_id=NO_THREAD, query="взрыв", mode=Mode.INSTANT, now=START
        )
        (as_of,) = db.conn.execute("select max(id) from changes").fetchone()
        told(db)
        arrives(db)
        (item,) = items.by_ids(db, [ItemId(1)])
        text = MachineText("ru", RUSSIAN, RUSSIAN_LEAD)
        met = NewMatch("взрыв", item.id, item.story_id, "взрыв", "взрыв", machine=True)
        arrival = translations.ArrivedTranslation(item.id, "ru", text)
        record.translated(db, record.Translated(arrival, matches=(met,), as_of=as_of), START)

    await here.db.write(subscribes)
    await here.deliver(minutes=1)
    (sent,) = here.messages()
    assert "🔎 взрыв (🤖 машинный перевод)" in sent.text


async def test_search_keys_of_a_translation_are_kept_apart(here: Room) -> None:
    await here.db.write(told)
    await here.db.write(arrives)
    hits = [await here.db.read(search.search, f'"{key}"') for key in ("s:взрыв", "mt:s:взрыв")]
    assert [(), (1,)] == hits
