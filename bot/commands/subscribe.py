"""/subscribe: shows what a query would have brought before it is kept."""

from datetime import timedelta

from bot.commands import queries
from bot.commands.settings_screens import (
    digests,
    left_to_digest,
    resuming,
    still_stopped,
    switching_on,
    way_of,
)
from bot.context import Context
from bot.conversation import Ask, Button, Edit, Html, Keyboard, Message, Reply, Say
from bot.render.buttons import press
from bot.render.marking import Marker
from bot.render.markup import bold, code, escape, joined, tidy, translate_html
from bot.render.queries import literally, query_title, understood
from bot.render.stories import found_line
from bot.texts import translate, words
from storage import chats, dialogs, stats, subscriptions
from storage.errors import NewsError
from storage.model import Chat, Mode, Reach, Subscription
from storage.sql import Connection
from watchers.search import Forecast

TRIED_OVER = timedelta(days=7)
SAMPLES = 3
LITTLE = 1
"""Where a query brought no more than this, its names may have been misspelt."""

DOUBLE_TAP = timedelta(seconds=10)
"""A second tap within this is the first one's echo, not a second wish."""

TOPICS = {
    "kazakhstan": "about:kz",
    "energy": "topic:energy",
    "sanctions": "topic:sanctions",
    "migration": "topic:migration",
}
"""What a newcomer may begin with, by a tap."""

MANY_A_DAY = 20
"""Above this, alerts at once would be a nuisance: the digest is offered first."""


async def subscribe(ask: Ask, context: Context) -> Reply:
    """Show the last seven days of a query and ask how its stories shall be told."""
    text = ask.text.strip()
    if not text:
        await context.db.write(
            dialogs.expect, ask.here.id, ask.person_id, "subscribe", context.clock()
        )
        return Say((Message(translate_html(ask.language, "subscribe.what"), asks=True),))
    try:
        return Say((await offer(ask, context, text),))
    except NewsError:
        if ask.word(0) == "subscribe":  # it answered our question, and so will the next
            await context.db.write(
                dialogs.expect, ask.here.id, ask.person_id, "subscribe", context.clock()
            )
        raise


async def offer(ask: Ask, context: Context, text: str) -> Message:
    """Make the offer for a query."""
    read = queries.watchable(context, text)
    query = read.text
    now = context.clock()
    found = await queries.find(context, query, limit=SAMPLES, since=now - TRIED_OVER)
    expected = await queries.forecast(context, query, now - TRIED_OVER)
    began = await context.db.read(stats.began)
    young = words.ago(began, now, ask.language) if began and now - began < TRIED_OVER else ""
    draft = await context.db.write(dialogs.keep_draft, ask.here.id, query, now)
    many = expected.headlines > MANY_A_DAY * TRIED_OVER.days
    marker = Marker.of((query,), context.names.current)
    samples = [found_line(story, ask.chat, marker, now=now) for story in found.stories[:SAMPLES]]
    had = await context.db.read(subscriptions.to_query, ask.chat.id, ask.thread_id, query)
    meant, hints = await _hints(ask, context, query, expected)
    others = [
        (
            Button(
                f"❓ {tidy(other, 40)}",
                press("fs", await context.db.write(dialogs.keep_draft, ask.here.id, other, now)),
            ),
        )
        for other in meant
    ]
    shown = translate(ask.language, "trends.query", query=query_title(query, ask.language))
    return Message(
        joined(
            (
                joined(
                    (
                        bold(shown),
                        understood(read, ask.language),
                        literally(read, ask.language),
                        _forecast(ask.language, expected, young),
                    )
                ),
                translate_html(ask.language, "subscribe.had") if had else "",
                *samples,
                _unheard(ask.chat, ask.language, expected),
                translate_html(ask.language, "subscribe.many" if many else "subscribe.how"),
                *hints,
            ),
            "\n\n",
        ),
        (*_choices(ask.language, draft, expected, digest_first=many), *others),
    )


async def _hints(
    ask: Ask, context: Context, query: str, expected: Forecast
) -> tuple[tuple[str, ...], list[Html]]:
    """Return other queries that may have been meant, and the sentences that lead to them."""
    listed = await queries.any_of(context, query)
    hints = [translate_html(ask.language, "query.commas")] if listed else []
    others: tuple[str, ...] = ()
    key = "subscribe.perhaps"
    if expected.anywhere <= LITTLE:
        others = await queries.meant(context, query)
    if not expected.anywhere and not others:
        others, key = await queries.suggestions(context, query), "search.perhaps"
    meant = tuple(dict.fromkeys((*listed, *others)))[: queries.MOST_SUGGESTED]
    return meant, [*hints, *([translate_html(ask.language, key)] if meant else [])]


def _forecast(language: str, expected: Forecast, young: str) -> Html:
    """Say what each way of being told would have brought in the last seven days.

    ``young`` is how long ago an archive began that knows less than these: a rate would be false.
    """
    if not expected.anywhere and young:
        return translate_html(language, "subscribe.nothing_since", ago=young)
    if not expected.anywhere:
        return translate_html(language, "subscribe.nothing_yet")
    total, a_day = expected.anywhere, round(expected.anywhere / TRIED_OVER.days)
    key = "_young" if young else "" if a_day else "_rare"
    heads = [
        translate_html(language, "subscribe.about") if expected.about else Html(),
        translate_html(language, f"subscribe.forecast{key}", count=total, a_day=a_day, ago=young),
    ]
    if expected.headlines < total:
        heads.append(translate_html(language, "subscribe.in_headlines", count=expected.headlines))
    return joined(heads)


def _unheard(chat: Chat, language: str, expected: Forecast) -> Html:
    """Say what headlines alone would leave to digests that this chat has switched off."""
    left = expected.anywhere - expected.headlines
    if not left or chat.wants_digests:
        return Html()
    return translate_html(language, "subscribe.unheard", count=left)


def _choices(language: str, draft: int, expected: Forecast, *, digest_first: bool) -> Keyboard:
    """Return a button for each way of being told, with what it would have brought."""
    ways = (
        ("🔔", "headlines", "i", expected.headlines),
        ("🔎", "anywhere", "ia", expected.anywhere),
    )
    at_once = tuple(
        (
            Button(
                f"{sign} {translate(language, f'button.alert_{name}')}"
                + (f" · {count}" if expected.anywhere else ""),
                press("a", draft, how),
            ),
        )
        for sign, name, how, count in ways
    )
    in_digest = (Button(f"📰 {translate(language, 'button.in_digest')}", press("a", draft, "d")),)
    rest = (
        Button(f"🔎 {translate(language, 'button.narrow')}", press("an", draft)),
        Button(f"✖️ {translate(language, 'button.cancel')}", press("x")),
    )
    return (in_digest, *at_once, rest) if digest_first else (*at_once, in_digest, rest)


async def accept(ask: Ask, context: Context) -> Reply:
    """Keep the offered query: at once for headlines or for any word, or in the digest."""
    query = await context.db.read(dialogs.draft, ask.number(1), ask.here.id)
    if query is None:
        raise NewsError("button.old")
    mode = Mode.DIGEST if ask.word(2).startswith("d") else Mode.INSTANT
    reach = Reach.ANYWHERE if ask.word(2).endswith("a") else Reach.HEADLINE
    subscription, before, chat = await keep(ask, context, query, mode, reach)
    just_made = (
        subscription.created_at is not None
        and context.clock() - subscription.created_at < DOUBLE_TAP
    )
    echo = before is not None and (before.mode, before.reach) == (mode, reach) and just_made
    key = "subscribe.saved" if before is None or echo else "subscribe.changed"
    text = joined(
        (
            translate_html(ask.language, key, query=query_title(subscription.query, ask.language)),
            translate_html(
                ask.language,
                f"subscribe.mode_{way_of(subscription, chat)}",
                when=digests(chat, ask.language),
            ),
            still_stopped(chat, ask.language),
        )
    )
    return Edit(
        Message(text, _after(subscription, chat, ask.language)),
        toast=translate(ask.language, "toast.saved"),
    )


def _after(subscription: Subscription, chat: Chat, language: str) -> Keyboard:
    """Return the ways on: to the digests it is left to, to the zone they go by, to the list."""
    off = switching_on(chat, language, subscription.id) if left_to_digest(subscription) else ()
    zone: Keyboard = ()
    if subscription.mode is Mode.DIGEST and chat.zone_assumed:
        zone = ((Button(f"🕗 {translate(language, 'settings.zone')}", press("t", "zone")),),)
    listing = Button(f"📋 {translate(language, 'button.subscriptions')}", press("l", 0))
    return (*resuming(chat, language), *off, *zone, (listing,))


async def keep(
    ask: Ask, context: Context, query: str, mode: Mode, reach: Reach = Reach.HEADLINE
) -> tuple[Subscription, Subscription | None, Chat]:
    """Write a subscription down; from now on it is matched.

    Returns it, what it was before (None where it is new), and the chat as it is then. Raises
    NewsError where its time is over: a button may be older than that.
    """
    queries.watchable(context, query)

    def write(db: Connection) -> tuple[Subscription, Subscription | None, Chat]:
        before = subscriptions.to_query(db, ask.chat.id, ask.thread_id, query)
        subscription, _ = subscriptions.add(
            db,
            chat_id=ask.chat.id,
            thread_id=ask.thread_id,
            query=query,
            mode=mode,
            reach=reach,
            now=context.clock(),
        )
        return subscription, before, chats.asked_for_more(db, ask.chat.id) or ask.chat

    return await context.db.write(write)


async def watching(ask: Ask, context: Context, query: str, draft: int) -> Button:
    """Return the button that subscribes to a query, or opens the subscription that there is.

    ``draft`` is the number under which the query is kept for buttons.
    """
    subscription = await context.db.read(subscriptions.to_query, ask.chat.id, ask.thread_id, query)
    if subscription is None:
        label = translate(ask.language, "button.subscribe_this")
        return Button(f"🔔 {label}", press("fs", draft))
    return Button(
        f"✓ {translate(ask.language, 'button.subscribed')}", press("l1", subscription.id)
    )


async def topic(ask: Ask, context: Context) -> Reply:
    """Offer one of the topics that the greeting shows."""
    name = ask.word(1)
    if name not in TOPICS:
        raise NewsError("button.old")
    return Say((await offer(ask, context, TOPICS[name]),))


async def narrow(ask: Ask, context: Context) -> Reply:
    """Ask for a narrower query, with the present one at hand to be copied."""
    query = await context.db.read(dialogs.draft, ask.number(1), ask.here.id)
    if query is None:
        raise NewsError("button.old")
    await context.db.write(
        dialogs.expect, ask.here.id, ask.person_id, "subscribe", context.clock()
    )
    text = joined(
        (translate_html(ask.language, "subscribe.narrow"), code(tidy(query, 400))), "\n\n"
    )
    return Say((Message(text, asks=True),))


async def cancel(ask: Ask, context: Context) -> Reply:
    """Take back what was offered."""
    del context
    return Edit(Message(escape(translate(ask.language, "cancelled"))))
