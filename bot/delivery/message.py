"""Letters: an outbox row and what it speaks of → one call's worth of message (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot import render
from bot.conversation import Html, Keyboard, Message
from bot.digests.ranking import MOST_LINES, Issued
from bot.render import Marker, reasons
from storage.local_time import quiet_until
from storage.model import (
    Chat,
    ChatKind,
    DeliveryKind,
    Item,
    Match,
    Owed,
    QuietMode,
    Story,
    SubscriptionId,
)
from storage.outbox.outcomes import Void
from watchers.text.names import Gazetteer

PLAIN, BAREST = 1, 2
"""Levels of saying it more plainly, after Telegram refused the HTML."""

PLAIN_UNITS = 3500
ADDRESSED = frozenset({DeliveryKind.NOTICE, DeliveryKind.BROADCAST})
"""What is said to whoever reads along, and is no post of a channel's own."""

MOST_TERMS = 3
"""So many words of queries are named as the reason of an alert."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What a row speaks of, read in one transaction.

    ``target`` is the row whose message is edited or answered. ``carried`` are the stories of a
    fold, ``item`` the telling that an answer speaks of. ``told`` says that another alert told
    the story here, which was taken for another story when this one became due. ``muted`` says
    that the chat muted the story.
    """

    chat: Chat
    story: Story | None = None
    target: Owed | None = None
    carried: tuple[Story, ...] = ()
    matches: tuple[Match, ...] = ()
    queries: tuple[tuple[SubscriptionId, str], ...] = ()
    item: Item | None = None
    told: bool = False
    muted: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """One call: a new message, or an edit of ``edits``, or an answer to ``answers``."""

    text: str
    html: bool = True
    keyboard: Keyboard = ()
    preview: bool = False
    silent: bool = False
    edits: int | None = None
    answers: int | None = None


def write(
    owed: Owed,
    matter: Matter,
    now: datetime,
    bot_username: str,
    names: Gazetteer | None = None,
) -> Letter | Void:
    """Write the message that is owed, as plainly as Telegram made necessary.

    In a channel its button leads to ``bot_username``. By ``names`` queries meet words.
    """
    said = message(owed, matter, now, bot_username, names)
    if isinstance(said, Void):
        return said
    if owed.kind not in ADDRESSED:
        said = ended(said, matter.chat)
    target = matter.target.message_id if matter.target else None
    if owed.kind is DeliveryKind.EDIT and target is None:
        return Void("message gone")
    return Letter(
        text=said.html if owed.level == 0 else plainly(owed, matter, said),
        html=owed.level == 0,
        keyboard=said.keyboard if owed.level < BAREST else (),
        preview=said.preview,
        silent=is_silent(owed, matter.chat, now),
        edits=target if owed.kind is DeliveryKind.EDIT else None,
        answers=target if owed.kind is DeliveryKind.UPDATE else None,
    )


def ended(said: Message, chat: Chat) -> Message:
    """End a channel's post with its own line, where there is room for it."""
    if chat.kind is not ChatKind.CHANNEL or not chat.footer:
        return said
    html = render.joined((said.html, chat.footer), "\n\n")
    return replace(said, html=html) if len(render.chunks(html)) == 1 else said


def message(
    owed: Owed,
    matter: Matter,
    now: datetime,
    bot_username: str,
    names: Gazetteer | None = None,
) -> Message | Void:
    """Render what is owed."""
    match owed.kind:
        case DeliveryKind.ALERT:
            return alert(matter, now, bot_username, names)
        case DeliveryKind.UPDATE:
            return update(matter, now, bot_username)
        case DeliveryKind.FOLD:
            return fold(owed, matter, bot_username)
        case DeliveryKind.EDIT:
            if matter.target is not None and matter.target.kind is DeliveryKind.FOLD:
                return fold(matter.target, matter, bot_username)
            return alert(matter, now, bot_username, names)
        case DeliveryKind.NOTICE | DeliveryKind.DIGEST | DeliveryKind.BROADCAST:
            return frozen(owed, matter.chat, bot_username)


def alert(
    matter: Matter, now: datetime, bot_username: str, names: Gazetteer | None = None
) -> Message | Void:
    """Render the living message of a story, with the words that met the chat's queries.

    A channel's readers see them only where its owner wants that.
    """
    if matter.story is None or not matter.story.items:
        return Void("story gone")
    if matter.told:
        return Void("joined")
    if matter.chat.kind is ChatKind.CHANNEL and not matter.chat.shows_query:
        return render.alert(matter.story, matter.chat, now=now, bot_username=bot_username)
    met = {one.subscription_id for one in matter.matches}
    queries = tuple(query for one, query in matter.queries if one in met)
    marker = Marker.of(queries, names)
    shown = render.headline(matter.story, matter.chat.language)
    return render.alert(
        matter.story,
        matter.chat,
        now=now,
        because=because(matter.matches, marker.words(shown)),
        query=next(iter(queries), ""),
        marker=marker,
        bot_username=bot_username,
        muted=matter.muted,
    )


def because(matches: Iterable[Match], shown: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Pair each term that brought a story with the word it met, at most three.

    The word is that of the telling which is ``shown``, where it has one: other outlets, and
    other languages, write it in their own ways. What a headline met comes first.
    """
    first = sorted((one for one in matches if one.term), key=lambda one: not one.in_headline)
    pairs: dict[str, str] = {}
    for one in first:
        pairs.setdefault(one.term, shown.get(one.term, one.word))
    return tuple(pairs.items())[:MOST_TERMS]


def update(matter: Matter, now: datetime, bot_username: str) -> Message | Void:
    """Render the short answer under an alert."""
    if matter.story is None or matter.item is None:
        return Void("story gone")
    return render.update(
        matter.story, matter.item, matter.chat, now=now, bot_username=bot_username
    )


def fold(owed: Owed, matter: Matter, bot_username: str) -> Message | Void:
    """Render one message for many alerts: those held at night by name, the others by number.

    The subject's first letter tells why they are together: q quiet hours, h the hour's limit,
    l late, b backlog.
    """
    stories = matter.carried
    if not stories:
        return Void("nothing folded")
    if owed.subject.startswith("q"):
        return render.awake(
            stories, matter.chat, most=MOST_LINES, row=owed.id, bot_username=bot_username
        )
    folded = render.fold(len(stories), matter.chat, row=owed.id, bot_username=bot_username)
    if owed.subject.startswith("h"):
        return folded
    late = render.told(matter.chat.language, "alert.late", count=len(stories))
    return Message(late, folded.keyboard)


def frozen(owed: Owed, chat: Chat, bot_username: str) -> Message | Void:
    """Take up what was rendered when it became due, or a sentence of the catalogue.

    A digest's buttons name its row, so that they lead on from it for as long as it is kept.
    """
    if html := owed.payload.get("html"):
        issued = Issued.of(owed)
        if issued is None:
            return Message(Html(html))
        return Message(
            Html(html),
            render.into_digest(
                chat,
                owed.id,
                more=issued.more,
                told_before=issued.told,
                bot_username=bot_username,
            ),
        )
    if key := owed.payload.get("key"):
        values = owed.payload.get("values", {})
        if why := values.get("why"):
            values = {**values, "why": reasons.because(why, chat.language)}
        return Message(render.told(chat.language, key, **values))
    return Void("nothing to say")


def plainly(owed: Owed, matter: Matter, said: Message) -> str:
    """Say it without markup; at last only what it is and where to read it."""
    if owed.level >= BAREST and matter.story is not None and matter.story.items:
        return render.bare(matter.story, matter.chat.language)
    most = PLAIN_UNITS if owed.level < BAREST else PLAIN_UNITS // 10
    return render.cut(render.plain(said.html), most)


def is_silent(owed: Owed, chat: Chat, now: datetime) -> bool:
    """Tell whether it makes no sound: in quiet hours only what was let out as urgent does."""
    urgent = chat.quiet_mode is QuietMode.URGENT and owed.kind is DeliveryKind.ALERT
    quiet = quiet_until(now, chat.time_zone, chat.quiet_from, chat.quiet_to) is not None
    return quiet and not urgent
