"""Notices that come by themselves: of feeds, of what was set aside, of an unwritable file."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from bot.conversation import Html
from bot.render import feeds as render
from bot.render.markup import code, escape, joined, tidy, translate_html
from bot.texts import has, sentence, translate, words
from storage import chats, feeds, meta, set_aside
from storage.errors import StorageError
from storage.model import NO_THREAD, Chat, ChatId, ChatKind
from storage.outbox import queue
from storage.outbox.deliveries import DeliveryKind, NewDelivery, Rendered, Sentence
from storage.set_aside import Aside, AsideKind
from storage.sql import Connection

MOST_ASIDE = 10
"""So many things that were set aside are named in one message."""

FEEDS_TOLD = "feeds_told"
"""The fact that says when admins were told of feeds last."""

FEEDS_AGAIN_AFTER = timedelta(minutes=10)

STORAGE_TOLD = "storage_told"
"""The facts that tell when each admin heard last of the end of such a trouble."""


def enqueue_feed_notices(db: Connection, admins: Iterable[int], now: datetime) -> int:
    """Queue one message about changed feeds for each admin who has a chat with us.

    Run in one transaction, so that no notice is taken and not queued. Returns how many messages
    were queued. While no admin has a chat with us, the notices wait; so they do for some minutes
    after a message, for a network that fails takes every feed along, one after the other.
    """
    known = met(db, admins)
    if not known or meta.is_recent(db, FEEDS_TOLD, FEEDS_AGAIN_AFTER, now):
        return 0
    notices = feeds.take_notices(db)
    if not notices:
        return 0
    meta.put_moment(db, FEEDS_TOLD, now)
    new = written_to(known, "feeds", lambda chat: render.notices(notices, chat, now=now).html, now)
    return queue.enqueue(db, new, now)


def met(db: Connection, admins: Iterable[int]) -> list[Chat]:
    """Return the chats of those admins who have one with us."""
    known = (chats.get(db, ChatId(admin)) for admin in sorted(admins))
    return [chat for chat in known if chat is not None]


def written_to(
    known: Iterable[Chat], subject: str, said: Callable[[Chat], Html], now: datetime
) -> list[NewDelivery]:
    """Make a notice for each of these chats, in its own words."""
    return [
        NewDelivery(
            chat.id,
            NO_THREAD,
            DeliveryKind.NOTICE,
            f"{subject}/{now:%Y%m%d%H%M%S%f}",
            payload=Rendered(said(chat)),
        )
        for chat in known
    ]


def enqueue_aside_notices(db: Connection, admins: Iterable[int], now: datetime) -> int:
    """Queue one message for each admin about what was newly set aside, and a word to its owner.

    Run in one transaction. While no admin has a chat with us, the admins' notice waits, for it is
    said once; whose subscription it is hears of it at once. Returns how many were queued.
    """
    noted = [one.aside for one in set_aside.untold(db)]
    if not noted:
        return 0
    known = [
        chat
        for admin in sorted(admins)
        if (chat := chats.readable(db, ChatId(admin), now)) is not None
    ]
    to_admins = written_to(known, "aside", lambda chat: aside_notice(noted, chat.language), now)
    to_owners = [notice for one in noted if (notice := owners_notice(db, one, now)) is not None]
    if known or not admins:
        set_aside.told(db, noted, now)
    return queue.enqueue(db, [*to_admins, *to_owners], now)


def aside_notice(asides: Sequence[Aside], language: str) -> Html:
    """Say what was set aside, each in a line with its reason."""
    lines = [
        joined(
            (
                "•",
                translate_html(language, f"aside.{one.kind}", what=tidy(one.what, 80)),
                f"«{tidy(one.label, 80)}»" if one.label else "",
                reason(one, language),
            ),
            " ",
        )
        for one in asides[:MOST_ASIDE]
    ]
    more = len(asides) - MOST_ASIDE
    foot = translate_html(language, "aside.more", count=more) if more > 0 else ""
    return joined((translate_html(language, "aside.head"), *lines, foot))


def reason(aside: Aside, language: str) -> Html:
    """Say why it was set aside: a wrong request in words, anything else as it was raised."""
    request = set_aside.request_of(aside.why)
    if request is None or not has(request.text_key):
        return code(tidy(aside.why, 160))
    return escape(tidy(sentence(request, language), 160))


def owners_notice(db: Connection, aside: Aside, now: datetime) -> NewDelivery | None:
    """Return the word to whoever made a subscription that is set aside; of a channel its owner.

    The same is said once, whatever it raises later.
    """
    if aside.kind is not AsideKind.SUBSCRIPTION or aside.chat_id is None:
        return None
    chat = chats.readable(db, aside.chat_id, now)
    whose = chat_of_people(chat)
    if whose is None:
        return None
    is_unread = aside.why.startswith("query.")
    return NewDelivery(
        whose,
        NO_THREAD,
        DeliveryKind.NOTICE,
        f"aside/{aside.what}/{'unread' if is_unread else 'broke'}",
        payload=Sentence(
            "aside.query_unread" if is_unread else "aside.query_broke",
            {"query": tidy(aside.label, 120)},
        ),
    )


def chat_of_people(chat: Chat | None) -> ChatId | None:
    """Return where a chat's own people are spoken to: of a channel, with its owner."""
    if chat is None or not chat.active:
        return None
    return chat.owner_id if chat.kind is ChatKind.CHANNEL else chat.id


def enqueue_part_notice(
    db: Connection, admins: Iterable[int], key: str, part: str, now: datetime
) -> int:
    """Queue one message for each admin about a part that hung; return how many were queued."""
    known = [ChatId(admin) for admin in sorted(admins) if chats.get(db, ChatId(admin)) is not None]
    new = [
        NewDelivery(
            chat_id,
            NO_THREAD,
            DeliveryKind.NOTICE,
            f"part/{part}/{now:%Y%m%d%H%M%S%f}",
            payload=Sentence(key, {"part": part}),
        )
        for chat_id in known
    ]
    return queue.enqueue(db, new, now)


def storage_notice(error: StorageError, language: str, lasted: timedelta | None = None) -> Html:
    """Say that nothing can be written to the database, or, with how long it ``lasted``, could."""
    if lasted is None:
        reason = sentence(error, language)
        return translate_html(language, "notice.unwritable", reason=reason)
    told, reason = words.lasting(lasted, language), translate(language, key_of_past(error))
    return translate_html(language, "notice.writable", lasted=told, reason=reason)


def key_of_past(error: StorageError) -> str:
    """Name what was wrong and is over, without what there was to do."""
    match error.text_key:
        case "storage.full":
            return "notice.was_full"
        case "storage.locked":
            return "notice.was_locked"
        case _:
            return "notice.was_failing"


def enqueue_backup_notice(
    db: Connection,
    admins: Iterable[int],
    error: StorageError | None,
    failing_since: datetime | None,
    now: datetime,
) -> int:
    """Queue one message for each admin that backups fail, or do so no more; return how many."""
    new = written_to(
        met(db, admins),
        "backup",
        lambda chat: backup_notice(error, failing_since, chat.language, now),
        now,
    )
    return queue.enqueue(db, new, now)


def backup_notice(
    error: StorageError | None, failing_since: datetime | None, language: str, now: datetime
) -> Html:
    """Say why a backup failed, or that one succeeded after others had failed."""
    if error is not None:
        reason = sentence(error, language)
        return translate_html(language, "notice.backup_failed", reason=reason)
    lasted = words.lasting(now - (failing_since or now), language)
    return translate_html(language, "notice.backup_well", lasted=lasted)


def enqueue_storage_notice(
    db: Connection,
    admins: Iterable[int],
    error: StorageError,
    lasted: timedelta,
    now: datetime,
) -> int:
    """Queue one message for each admin that the database can be written again; return how many.

    Each process that works on it has met the same trouble: who heard of its end hears it once.
    """
    untold = [one for one in met(db, admins) if not was_told(db, one.id, now - lasted, now)]
    new = written_to(
        untold, "storage", lambda chat: storage_notice(error, chat.language, lasted), now
    )
    for chat in untold:
        meta.put_moment(db, f"{STORAGE_TOLD}/{chat.id}", now)
    return queue.enqueue(db, new, now)


def was_told(db: Connection, admin: ChatId, since: datetime, now: datetime) -> bool:
    """Tell whether an admin heard since a moment that the database can be written again."""
    heard = meta.moment_of(db, f"{STORAGE_TOLD}/{admin}")
    return heard is not None and since <= heard <= now
