"""Ten thousand digests at eight: ``python -m tests.benchmarks.digests [SECONDS]``.

First makes the digests of 10,000 readers out of 1,000 stories of three tellings: in six
languages, each a third as set, a third in an order of their own, a third without a machine's
help; half with a line of rates. Every fifth story has pictures, every third is translated. Then
sends them for so many seconds (60) under Telegram's real limits, over HTTP to a Telegram in a
box, while somebody asks something every second; prints the rate and how long an answer waited.
"""

import asyncio
import logging
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import structlog

from bot.delivery import Deliverer
from bot.sandbox.telegram.people import BOT_TOKEN
from bot.telegram.rate_limiter import Limiter
from storage import changes, chats, items, matches, rates, subscriptions, translations
from storage.database import Database
from storage.model import (
    Chat,
    ChatId,
    ChatKind,
    ItemId,
    ItemImage,
    Mode,
    NewMatch,
    StoryId,
    ThreadId,
)
from storage.rates import OfficialRate
from storage.sql import Connection
from tests.benchmarks.delivery import CHATS
from tests.bot.delivery.kit import plain_bot
from tests.bot.people import digests_of
from tests.storage import rows
from watchers.taught_names import TaughtNames

READERS, STORIES, TELLINGS = 10_000, 1_000, 3
LANGUAGES = ("en", "ru", "kk", "ky", "uz", "tg")
TOLD_IN = ("ru", "kk", "en", "uz-Latn", "tg", "ky")
EIGHT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


HEADLINES = {
    "ru": "Совет обсудил вопрос номер {}: строительство дороги через перевал начнут весной",
    "kk": "Кеңес №{} мәселені талқылады: асу арқылы өтетін жол құрылысы көктемде басталады",
    "en": "Council discusses matter {}: work on the road over the pass will begin in spring",
    "uz-Latn": "Kengash {}-masalani koʻrib chiqdi: dovon orqali yoʻl qurilishi bahorda boshlanadi",
    "tg": "Шӯро масъалаи {}-ро баррасӣ кард: сохтмони роҳ аз ағба баҳор оғоз мешавад",
    "ky": "Кеңеш №{} маселени талкуулады: ашуу аркылуу жол куруу жазында башталат",
}


def furnish(db: Connection) -> None:
    feeds = [
        rows.feed(db, f"https://outlet{n}.example/rss", country=("KZ", "KG", "UZ", "TJ")[n % 4])
        for n in range(20)
    ]
    seen = EIGHT - timedelta(hours=5)
    for story in range(1, STORIES + 1):
        for telling in range(TELLINGS):
            number = story if telling == 0 else STORIES * (telling + 1) + story
            item = rows.new_item(
                number,
                None if telling == 0 else story,
                words="s:headline c:kz n:4",
                title=HEADLINES[TOLD_IN[(story + telling) % 6]].format(story),
                lang=TOLD_IN[(story + telling) % 6],
                image=ItemImage(f"https://outlet.example/{number}.jpg") if story % 5 else None,
            )
            rows.told(db, feeds[(story + telling) % 20], item, now=seen)
    for number in range(1, READERS + 1):
        chat = Chat(
            ChatId(number),
            ChatKind.PRIVATE,
            language=LANGUAGES[number % 6],
            reads=((), ("ru", "en"), (LANGUAGES[number // 6 % 6],))[number % 3],
            machine=number % 3 < 2,
            digest_rates=("USD/KZT", "EUR/KZT", "RUB/KZT") if number % 4 < 2 else (),
            next_digest_at=EIGHT,
        )
        chats.see_chat(db, chat, EIGHT - timedelta(days=1))
        story = number % STORIES + 1
        subscriptions.add(
            db,
            chat_id=chat.id,
            thread_id=ThreadId(0),
            query=f"astana{story}",
            mode=Mode.DIGEST,
            now=EIGHT,
        )
    translate(db)
    day = EIGHT.date()
    for code, value in (("USD", "512.3"), ("EUR", "590.1"), ("RUB", "6.31")):
        told = (OfficialRate("KZ", code, day - timedelta(days=n), Decimal(value)) for n in (0, 1))
        rates.keep(db, told)
    found = [NewMatch(f"astana{one}", ItemId(one), StoryId(one)) for one in range(1, STORIES + 1)]
    matches.add(db, found, changes.last(db), seen)


def translate(db: Connection) -> None:
    """Have every third story's first headline in the four languages that it is not told in."""
    for (number,) in db.conn.execute("select id from items where id <= 1000 and id % 3 = 0"):
        (item,) = items.by_ids(db, [ItemId(number)])
        for target in LANGUAGES:
            translations.want(db, item, target, 1, EIGHT)
    db.conn.execute(
        "update translations set state = 'done', said = 'Machine: ' || text, ended_at = 0"
    )
    db.conn.execute("update translated_items set arrived_at = 0")


async def make(db: Database) -> None:
    """Make every digest, and watch how long anything else would have had to wait."""
    longest, done = 0.0, asyncio.Event()

    async def watch() -> None:
        nonlocal longest
        while not done.is_set():
            began = time.perf_counter()
            await db.read(lambda _: None)
            longest = max(longest, time.perf_counter() - began)
            await asyncio.sleep(0.005)

    watching = asyncio.create_task(watch())
    began, cpu = time.perf_counter(), time.process_time()
    made = await digests_of(db, lambda: EIGHT + timedelta(seconds=6)).round()
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    done.set()
    await watching
    print(
        f"made {made} digests in {seconds:.1f} s, {cpu / made * 1000:.2f} ms CPU each;"
        f" the longest wait for the database meanwhile was {longest * 1000:.0f} ms"
    )


async def send(db: Database, url: str, seconds: float) -> None:
    limiter = Limiter()
    bot = plain_bot(BOT_TOKEN, f"{url}/bot", limiter)
    await bot.initialize()
    began, ahead = datetime.now(UTC), EIGHT + timedelta(seconds=7) - datetime.now(UTC)
    sent = 0

    def heed(_owed: object, _outcome: object) -> None:
        nonlocal sent
        sent += 1

    deliverer = Deliverer(
        db,
        bot,
        limiter,
        lambda: datetime.now(UTC) + ahead,
        wake_up=asyncio.Event(),
        names=TaughtNames(db),
        heed=heed,
    )
    await deliverer.start()
    running, waited = asyncio.create_task(deliverer.run()), list[float]()
    for number in range(int(seconds)):
        await asyncio.sleep(1)
        asked = time.perf_counter()
        await bot.send_message(CHATS - number % 100, "an answer")
        waited.append(time.perf_counter() - asked)
    spent = (datetime.now(UTC) - began).total_seconds()
    await deliverer.stop()
    await running
    await bot.shutdown()
    waited.sort()
    print(
        f"sent {sent} digests in {spent:.0f} s: {READERS / (sent / spent) / 60:.1f} minutes for"
        f" {READERS}; {len(waited)} answers took {waited[len(waited) // 2] * 1000:.0f} ms in the"
        f" middle, {waited[-1] * 1000:.0f} ms at most"
    )


async def main(seconds: float) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    server = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.benchmarks.delivery",
        "serve",
        str(READERS),
        stdout=asyncio.subprocess.PIPE,
    )
    assert server.stdout is not None
    url = (await server.stdout.readline()).decode().strip()
    try:
        with tempfile.TemporaryDirectory() as folder:
            db = await Database.opened(Path(folder) / "news.db")
            await db.write(furnish)
            await make(db)
            await send(db, url, seconds)
            await db.close()
    finally:
        server.kill()
        await server.wait()


if __name__ == "__main__":
    asyncio.run(main(float((sys.argv[1:] or [60])[0])))
