"""The readers of a long run: people in six zones, groups and channels, with what they wait for."""

import random
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.sandbox.telegram.model import Dialog, Key, User
from bot.sandbox.telegram.service import Telegram
from storage import chats, subscriptions
from storage.errors import NewsError
from storage.model import NO_THREAD, Chat, ChatId, ChatKind, Mode, QuietMode, Reach
from storage.sql import Connection
from watchers import keywords

ZONES = (
    "Asia/Almaty",
    "Asia/Tashkent",
    "Asia/Bishkek",
    "Asia/Dushanbe",
    "Asia/Ashgabat",
    "Europe/Moscow",
)
FIRST_PERSON = 10_001
WORD = re.compile(r"[^\W\d_]{5,}")


@dataclass(frozen=True, slots=True)
class Readers:
    people: tuple[int, ...]
    groups: tuple[int, ...]
    channels: tuple[int, ...]

    @property
    def everybody(self) -> tuple[int, ...]:
        return (*self.people, *self.groups, *self.channels)


def move_in(telegram: Telegram, many: int) -> Readers:
    """Let them be in Telegram: of twenty chats two are groups and one a channel."""
    people = tuple(range(FIRST_PERSON, FIRST_PERSON + many - many * 3 // 20))
    for number in people:
        telegram.add_person(User(number, f"Reader {number}", "ru" if number % 2 else "en"))
        telegram.dialogs[Key(number, telegram.main_bot)] = Dialog(started=True)
    groups, channels = [], []
    for number in range(many * 3 // 20):
        owner = people[number % len(people)]
        kind = "channel" if number % 3 == 2 else "supergroup" if number % 3 else "group"
        chat = telegram.create_chat(f"Chat {number}", kind, owner=owner, members=(owner,))
        telegram.add_bot(chat.id)
        (channels if kind == "channel" else groups).append(chat.id)
    telegram.queues[telegram.main_bot].clear()  # they are known already
    return Readers(people, tuple(groups), tuple(channels))


def move_in_here(
    db: Connection, readers: Readers, titles: Sequence[str], chance: random.Random, now: datetime
) -> None:
    """Let them be known to the bot, each with some queries of words that the news will have."""
    counted = Counter(word for title in titles for word in set(WORD.findall(title.casefold())))
    words = [word for word, times in counted.items() if times <= max(3, len(titles) // 40)]
    words.sort()
    for chat_id in readers.everybody:
        chats.see_chat(db, settings_of(chat_id, readers, chance), now)
        for _ in range(chance.choice((1, 1, 2, 3, 4))):
            query = chance.choice(words)
            if chance.random() < 0.3:
                query = f"{query} OR {chance.choice(words)}"
            try:
                canonical = keywords.parse(query).text
            except NewsError:
                continue
            subscriptions.add(
                db,
                chat_id=ChatId(chat_id),
                thread_id=NO_THREAD,
                query=canonical,
                mode=Mode.INSTANT if chance.random() < 0.8 else Mode.DIGEST,
                reach=chance.choice((Reach.HEADLINE, Reach.ANYWHERE)),
                now=now,
            )


def settings_of(chat_id: int, readers: Readers, chance: random.Random) -> Chat:
    kind = ChatKind.PRIVATE
    if chat_id in readers.groups:
        kind = ChatKind.SUPERGROUP if chat_id < -1_000_000_000_000 else ChatKind.GROUP
    elif chat_id in readers.channels:
        kind = ChatKind.CHANNEL
    quiet = chance.random() < 0.3
    return Chat(
        ChatId(chat_id),
        kind,
        title=f"Chat {chat_id}",
        language=chance.choice(("en", "ru")),
        time_zone=chance.choice(ZONES),
        digest_times=tuple(
            sorted({chance.randrange(24) * 60 for _ in range(chance.choice((0, 1, 1, 2)))})
        ),
        digest_when_empty=chance.random() < 0.5,
        weekly_day=chance.choice((0, 0, 0, 1, 5)),
        quiet_from=23 * 60 if quiet else None,
        quiet_to=7 * 60 if quiet else None,
        quiet_mode=chance.choice(tuple(QuietMode)),
        alerts_per_hour=chance.choice((1, 3, 12, 12)),
    )
