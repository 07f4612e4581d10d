"""Messages: an outbox row and what it speaks of → one call's worth of message (pure)."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.conversation import Html, Keyboard, Message, Preview
from bot.digests.ranking import MOST_LINES
from bot.render import pictures, rates, reasons
from bot.render import stories as render
from bot.render.digests import into_digest, together
from bot.render.marking import Marker
from bot.render.markup import chunks, cut, joined, plain, translate_html
from bot.render.queries import languages_asked, query_title
from bot.texts import translate, words
from storage.local_time import quiet_until
from storage.model import Chat, ChatKind, Item, Match, QuietMode, Story, StoryId, SubscriptionId
from storage.outbox.deliveries import (
    Change,
    Delivery,
    DeliveryKind,
    DigestPart,
    FoldReason,
    Issued,
    RateNews,
    Rendered,
    Sentence,
)
from storage.outbox.outcomes import Void
from storage.reading import headline, reading_of
from watchers.text.names import Gazetteer

BAREST = 2
"""How plainly a message is said after Telegram refused it: 0 HTML, 1 its text, 2 title and
link."""

PLAIN_UNITS = 3500
ADDRESSED = frozenset({DeliveryKind.NOTICE, DeliveryKind.BROADCAST})
"""What is said to whoever reads along, and is no post of a channel's own."""

HEADS = {
    FoldReason.QUIET: "alert.awake",
    FoldReason.HOUR: "alert.folded",
    FoldReason.BACKLOG: "alert.late",
    FoldReason.LATE: "alert.late",
}
"""What a message for many says first."""

MOST_TERMS = 3
"""So many words of queries are named as the reason of an alert."""


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What a row speaks of, read in one transaction.

    ``target`` is the row whose message is edited or answered. ``carried`` are the stories of a
    fold, ``met`` the queries that each of them met; ``item`` the item that an answer speaks of.
    ``told`` says that another alert told the story here, which was taken for another story when
    this one became due. ``muted`` says that the chat muted the story, ``reads_pages`` that
    articles' pages can be read here.
    """

    chat: Chat
    story: Story | None = None
    target: Delivery | None = None
    carried: tuple[Story, ...] = ()
    met: Mapping[StoryId, tuple[str, ...]] = field(default_factory=dict)
    matches: tuple[Match, ...] = ()
    queries: tuple[tuple[SubscriptionId, str], ...] = ()
    item: Item | None = None
    told: bool = False
    muted: bool = False
    reads_pages: bool = True


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """One call: a new message, or an edit of ``edits``, or an answer to ``answers``."""

    text: str
    html: bool = True
    keyboard: Keyboard = ()
    preview: Preview | None = None
    silent: bool = False
    edits: int | None = None
    answers: int | None = None


def write(
    delivery: Delivery,
    context: RenderContext,
    now: datetime,
    bot_username: str,
    names: Gazetteer | None = None,
) -> OutgoingMessage | Void:
    """Write the message that is owed, as plainly as Telegram made necessary.

    In a channel its button leads to ``bot_username``. By ``names`` queries meet words.
    """
    said = message(delivery, context, now, bot_username, names)
    if isinstance(said, Void):
        return said
    if delivery.kind not in ADDRESSED:
        said = ended(said, context.chat)
    target = context.target.message_id if context.target else None
    if delivery.kind is DeliveryKind.EDIT and target is None:
        return Void("message gone")
    return OutgoingMessage(
        text=said.html if delivery.level == 0 else plainly(delivery, context, said),
        html=delivery.level == 0,
        keyboard=said.keyboard if delivery.level < BAREST else (),
        preview=said.preview if delivery.level == 0 else None,
        silent=is_silent(delivery, context.chat, now),
        edits=target if delivery.kind is DeliveryKind.EDIT else None,
        answers=target if delivery.kind is DeliveryKind.UPDATE else None,
    )


def ended(said: Message, chat: Chat) -> Message:
    """End a channel's post with its own line, where there is room for it."""
    if chat.kind is not ChatKind.CHANNEL or not chat.footer:
        return said
    html = joined((said.html, chat.footer), "\n\n")
    return replace(said, html=html) if len(chunks(html)) == 1 else said


def message(
    delivery: Delivery,
    context: RenderContext,
    now: datetime,
    bot_username: str,
    names: Gazetteer | None = None,
) -> Message | Void:
    """Render what is owed."""
    match delivery.kind:
        case DeliveryKind.ALERT:
            return pictured(alert(context, now, bot_username, names), context)
        case DeliveryKind.UPDATE:
            return update(delivery, context, now, bot_username)
        case DeliveryKind.FOLD:
            return fold(delivery, context, now, bot_username)
        case DeliveryKind.EDIT:
            if context.target is not None and context.target.kind is DeliveryKind.FOLD:
                return fold(context.target, context, now, bot_username)
            return pictured(alert(context, now, bot_username, names), context)
        case (
            DeliveryKind.NOTICE | DeliveryKind.DIGEST | DeliveryKind.BROADCAST | DeliveryKind.RATE
        ):
            return frozen(delivery, context.chat, now, bot_username)


def alert(
    context: RenderContext, now: datetime, bot_username: str, names: Gazetteer | None = None
) -> Message | Void:
    """Render the living message of a story, with the words that met the chat's queries.

    A channel's readers see them only where its owner wants that.
    """
    if context.story is None or not context.story.items:
        return Void("story gone")
    if context.told:
        return Void("joined")
    if context.chat.kind is ChatKind.CHANNEL and not context.chat.shows_query:
        return render.alert(context.story, context.chat, now=now, bot_username=bot_username)
    queries = dict(context.queries)
    asked = languages_asked(
        one.query or queries.get(one.subscription_id, "") for one in context.matches
    )
    shown = headline(context.story, reading_of(context.chat), asked)
    met = reasons.met(context.story, shown, context.matches, queries, names)
    return render.alert(
        context.story,
        context.chat,
        now=now,
        because=because(met, context.chat.language),
        query=met[0].query if met else "",
        marker=Marker.of([one.query for one in met], names),
        bot_username=bot_username,
        muted=context.muted,
        reads_pages=context.reads_pages,
    )


def pictured(said: Message | Void, context: RenderContext) -> Message | Void:
    """Show a story's picture beside its living message, as the chat wants it."""
    if isinstance(said, Void) or context.story is None:
        return said
    return replace(said, preview=pictures.preview(context.story, context.chat))


def because(met: Iterable[reasons.Reason], language: str) -> tuple[tuple[str, str, str], ...]:
    """Return what the queries met, at most three terms, each once; a topic by its name."""
    named: dict[str, tuple[str, str, str]] = {}
    for one in met:
        title = query_title(one.query, language)
        term = title if one.query.startswith("topic:") and title != one.query else one.term
        if term:
            by = (
                f"{render.MACHINE} {translate(language, 'machine.mark')}"
                if one.machine
                else one.outlet
            )
            named.setdefault(term.casefold(), (term, one.word, by))
    return tuple(named.values())[:MOST_TERMS]


def update(
    delivery: Delivery, context: RenderContext, now: datetime, bot_username: str
) -> Message | Void:
    """Render the short answer under an alert."""
    if context.story is None or context.item is None:
        return Void("story gone")
    return render.update(
        context.story,
        context.item,
        context.chat,
        now=now,
        turn=delivery.payload.turn if isinstance(delivery.payload, Change) else None,
        bot_username=bot_username,
    )


def fold(
    delivery: Delivery, context: RenderContext, now: datetime, bot_username: str
) -> Message | Void:
    """Render one message for many alerts, each by name."""
    stories, chat = context.carried, context.chat
    if not stories:
        return Void("nothing folded")
    head = translate_html(
        chat.language,
        HEADS[delivery.why or FoldReason.LATE],
        count=len(stories),
        limit=chat.alerts_per_hour,
    )
    shows_query = chat.kind is not ChatKind.CHANNEL or chat.shows_query
    return together(
        head,
        stories,
        chat,
        now=now,
        most=MOST_LINES,
        queries=context.met if shows_query else {},
        row=delivery.id,
        bot_username=bot_username,
    )


def frozen(delivery: Delivery, chat: Chat, now: datetime, bot_username: str) -> Message | Void:
    """Take up what was rendered when it became due, or a sentence of the catalogue.

    A digest's buttons name its row, so that they lead on from it for as long as it is kept.
    """
    match delivery.payload:
        case Rendered(html) | DigestPart(html, issued=None):
            return Message(Html(html))
        case DigestPart(html, issued=Issued() as issued):
            buttons = into_digest(
                chat,
                delivery.id,
                more=issued.more,
                told_before=issued.told,
                bot_username=bot_username,
            )
            return Message(Html(html), buttons)
        case RateNews(crossings) if crossings:
            today = now.astimezone(words.zone(chat.time_zone)).date()
            return rates.news(delivery.payload, chat, today=today)
        case Sentence(key, values):
            if why := values.get("why"):
                values = {**values, "why": reasons.because(why, chat.language)}
            return Message(translate_html(chat.language, key, **values))
        case _:
            return Void("nothing to say")


def plainly(delivery: Delivery, context: RenderContext, said: Message) -> str:
    """Say it without markup; at last only what it is and where to read it."""
    if delivery.level >= BAREST and context.story is not None and context.story.items:
        return render.bare(context.story, context.chat)
    most = PLAIN_UNITS if delivery.level < BAREST else PLAIN_UNITS // 10
    return cut(plain(said.html), most)


def barest(delivery: Delivery, context: RenderContext | None) -> OutgoingMessage | Void | None:
    """Say of a message that cannot be rendered what it tells and where to read it.

    None where not even that can be said.
    """
    if context is None:
        return None
    if context.told:
        return Void("joined")
    told = [*context.carried, *((context.story,) if context.story is not None else ())]
    lines: list[str] = []
    for story in told[:MOST_LINES]:
        # Of many stories one may be what cannot be rendered.
        with suppress(Exception):
            lines.append(render.bare(story, context.chat))
    if not lines:
        return None
    target = context.target.message_id if context.target else None
    if delivery.kind is DeliveryKind.EDIT and target is None:
        return Void("message gone")
    return OutgoingMessage(
        text=cut("\n\n".join(lines), PLAIN_UNITS),
        html=False,
        edits=target if delivery.kind is DeliveryKind.EDIT else None,
        answers=target if delivery.kind is DeliveryKind.UPDATE else None,
    )


def is_silent(delivery: Delivery, chat: Chat, now: datetime) -> bool:
    """Tell whether it makes no sound: in quiet hours only what was let out as urgent does.

    Nor does what goes beyond the alerts that the chat wants in an hour.
    """
    if delivery.kind is DeliveryKind.FOLD and delivery.why is FoldReason.HOUR:
        return True
    urgent = chat.quiet_mode is QuietMode.URGENT and delivery.kind is DeliveryKind.ALERT
    quiet = quiet_until(now, chat.time_zone, chat.quiet_from, chat.quiet_to) is not None
    return quiet and not urgent
