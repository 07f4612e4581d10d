"""Writing an alert: ``python -m tests.benchmarks.rendering``. CPU time a message, by language.

A story of five tellings in as many languages, with pictures, a machine's translation, two
queries that it met and the words that met them: all that an alert can have.
"""

import statistics
import time
from dataclasses import replace

from bot.delivery.message import OutgoingMessage, RenderContext, write
from storage.model import (
    NO_THREAD,
    Chat,
    ChatId,
    ChatKind,
    DeliveryId,
    Item,
    ItemId,
    ItemImage,
    MachineText,
    Match,
    Pictures,
    StoryId,
    SubscriptionId,
)
from storage.outbox.deliveries import AlertCause, Delivery, DeliveryKind, DeliveryState
from tests.benchmarks.digests import HEADLINES
from tests.bot.sample_stories import NOW, sample_item, story

ROUNDS = 200
QUERIES = ((SubscriptionId(1), "дорога перевал"), (SubscriptionId(2), "road OR жол OR yoʻl"))


def told(number: int) -> list[Item]:
    """Give the tellings of one story, whose headlines nobody has rendered before."""
    lead = "Строители обещают закончить за два года. " * 5
    return [
        replace(
            sample_item(
                HEADLINES[lang].format(f"{number}{at}"),
                summary=lead,
                lang=lang,
                outlet=f"Outlet {at}",
                url=f"https://news.example/{number}/{at}",
            ),
            id=ItemId(number * 10 + at),
            image=ItemImage("https://news.example/a.jpg", 1200, 630),
            machine=(MachineText("uz", f"Mashina {number}: yoʻl quriladi", "Ikki yilda."),),
        )
        for at, lang in enumerate(("ru", "kk", "en", "tg", "ky"))
    ]


def context(number: int, language: str) -> tuple[Delivery, RenderContext]:
    """Give what an alert of a story is written of."""
    one = story(*told(number))
    chat = Chat(
        ChatId(1), ChatKind.PRIVATE, language=language, time_zone="Asia/Almaty",
        pictures=Pictures.LARGE,
    )  # fmt: skip
    matches = tuple(
        Match(subscription, one.items[0].id, StoryId(1), "дорога", "дороги", True, query)
        for subscription, query in QUERIES
    )
    cause = AlertCause(SubscriptionId(1), QUERIES[0][1], "дорога", "дороги", one.items[0].id)
    delivery = Delivery(
        DeliveryId(number), chat.id, NO_THREAD, DeliveryKind.ALERT, f"s{number}", StoryId(1),
        cause, DeliveryState.SENDING, NOW, NOW,
    )  # fmt: skip
    return delivery, RenderContext(chat, one, matches=matches, queries=QUERIES)


def main() -> None:
    """Print what an alert costs in each language: of a new story, and of one told before."""
    for language in ("en", "ru", "kk", "ky", "uz", "tg"):
        pairs = [context(number, language) for number in range(ROUNDS)]
        spent: list[list[float]] = []
        for _ in range(2):
            took = []
            for delivery, matter in pairs:
                began = time.process_time()
                said = write(delivery, matter, NOW, "wire_bot")
                took.append((time.process_time() - began) * 1000)
                assert isinstance(said, OutgoingMessage)
            spent.append(sorted(took[5:]))
        first, again = spent
        print(
            f"{language}: {statistics.median(first):.2f} ms, p99"
            f" {first[len(first) * 99 // 100]:.2f}; the same once more"
            f" {statistics.median(again):.2f}"
        )


if __name__ == "__main__":
    main()
