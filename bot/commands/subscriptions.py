"""/subscriptions and /unsubscribe: what a chat wants told, changed in place by buttons."""

from collections.abc import Sequence
from dataclasses import replace

from bot.commands import queries, rates, settings
from bot.commands.settings_screens import (
    digests,
    kept,
    left_to_digest,
    resuming,
    still_stopped,
    switching_on,
    way_of,
)
from bot.context import Context
from bot.conversation import Ask, Button, Edit, Html, Keyboard, Message, Reply, Row, Say, Toast
from bot.digests import calendar
from bot.render.buttons import press, turn
from bot.render.markup import bold, code, joined, tidy, translate_html
from bot.render.queries import query_title
from bot.texts import translate
from storage import chats, dialogs, rate_alerts, subscriptions
from storage.errors import NewsError
from storage.model import Chat, ChatKind, Mode, Reach, Subscription, SubscriptionId
from storage.rate_alerts import RateAlert
from storage.sql import Connection

ON_A_PAGE = 8
_ALL = frozenset("all все всё бәрі барлығы баары бардыгы hammasi barchasi ҳама ҳамааш".split())
"""What ends every subscription, in each language."""


async def listed(ask: Ask, context: Context) -> Reply:
    """List the chat's subscriptions, a button each."""
    page = await page_of(ask, context, ask.number(1))
    return Edit(page) if ask.button else Say((page,))


async def page_of(ask: Ask, context: Context, page: int) -> Message:
    """Return a page of the list."""
    every = await context.db.read(subscriptions.of_chat, ask.chat.id)
    watched = await context.db.read(rate_alerts.of_chat, ask.chat.id)
    language, chat = ask.language, ask.chat
    thresholds = rates.thresholds_button(watched, language)
    if not every:
        try_one = Button(f"🔔 {translate(language, 'button.try_subscribe')}", press("new"))
        none = translate_html(language, "subscriptions.none")
        return Message(
            joined((none, thresholds_line(watched, language)), "\n\n"), ((try_one,), *thresholds)
        )
    pages = -(-len(every) // ON_A_PAGE)
    page = min(max(page, 0), pages - 1)
    shown = every[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    body = joined(
        joined((sign(subscription), query_title(subscription.query, language, 120)), " ")
        for subscription in shown
    )
    rows = tuple(
        (
            Button(
                f"{sign(subscription)} {query_title(subscription.query, language, 40)}",
                press("l1", subscription.id),
            ),
        )
        for subscription in shown
    )
    head = translate_html(language, "subscriptions.head", count=len(every))
    stopped = translate_html(language, "start.stopped") if chat.silenced_at else ""
    legend = joined((stopped, translate_html(language, "subscriptions.legend")), "\n\n")
    off: Keyboard = ()
    if any(left_to_digest(subscription) and not subscription.paused for subscription in every):
        off = switching_on(chat, language)
    if off:
        legend = joined((legend, translate_html(language, "subscriptions.digests_off")), "\n\n")
    if ask.here.kind is not ChatKind.PRIVATE:
        legend = joined((legend, translate_html(language, "subscriptions.admins_only")), "\n\n")
    return Message(
        joined((head, body, thresholds_line(watched, language), legend), "\n\n"),
        (*rows, *turn(("l",), page, pages), *thresholds, *off, *going_on(chat, every, language)),
    )


def thresholds_line(watched: Sequence[RateAlert], language: str) -> Html:
    """Name the thresholds of rates that a chat watches; "" where there are none."""
    if not watched:
        return Html("")
    pairs = ", ".join(rates.named(one, language) for one in watched)
    return translate_html(language, "subscriptions.thresholds", pairs=pairs)


def going_on(chat: Chat, every: list[Subscription], language: str) -> Keyboard:
    """Return the button that takes up what /stop stopped, where there is any of it."""
    left = (
        chat.silenced_times
        or chat.silenced_weekly
        or any(subscription.silenced for subscription in every)
    )
    return resuming(chat, language, stopped=bool(left))


def sign(subscription: Subscription) -> str:
    """Return the sign of how a subscription is told."""
    if subscription.paused:
        return "⏸"
    return "🔔" if subscription.mode is Mode.INSTANT else "📰"


async def own(ask: Ask, context: Context) -> Subscription:
    """Return the subscription that a button means; NewsError where it is gone or not theirs."""
    subscription = await context.db.read(
        subscriptions.get, SubscriptionId(ask.number(1)), ask.chat.id
    )
    if subscription is None:
        raise NewsError("subscriptions.gone")
    return subscription


def detail(subscription: Subscription, chat: Chat, language: str) -> Message:
    """Show one of a chat's subscriptions with what can be done to it."""
    waits = left_to_digest(subscription) and not subscription.paused
    return Message(
        joined(
            (
                joined(
                    (sign(subscription), bold(query_title(subscription.query, language, 400))), " "
                ),
                _state(subscription, chat, language),
                still_stopped(chat, language) if not subscription.paused else "",
            )
        ),
        (
            *resuming(chat, language),
            *(switching_on(chat, language, subscription.id) if waits else ()),
            *_deeds(subscription, language),
        ),
    )


def _state(subscription: Subscription, chat: Chat, language: str) -> Html:
    """Say when a subscription's stories are told, and what becomes of the others."""
    if subscription.paused:
        return translate_html(
            language, f"subscriptions.state_{'silenced' if subscription.silenced else 'paused'}"
        )
    way = way_of(subscription, chat)
    return translate_html(language, f"subscriptions.state_{way}", when=digests(chat, language))


def code_of(subscription: Subscription) -> str:
    """Return how a subscription is told, as a button's data has it: ``i``, ``d``, ``ia``."""
    mode = "i" if subscription.mode is Mode.INSTANT else "d"
    return mode + ("a" if subscription.reach is Reach.ANYWHERE else "")


def _deeds(subscription: Subscription, language: str) -> Keyboard:
    pause = (
        "▶️ " + translate(language, "button.resume")
        if subscription.paused
        else "⏸ " + translate(language, "button.pause")
    )
    other = (
        "📰 " + translate(language, "button.in_digest")
        if subscription.mode is Mode.INSTANT
        else "🔔 " + translate(language, "button.at_once")
    )
    wider = (
        "🔎 " + translate(language, "button.anywhere")
        if subscription.reach is Reach.HEADLINE
        else "🗞 " + translate(language, "button.headlines_only")
    )
    other_reach = "a" if subscription.reach is Reach.HEADLINE else "h"
    reach = (
        ((Button(wider, press("lw", subscription.id, other_reach)),),)
        if subscription.mode is Mode.INSTANT
        else ()
    )
    return (
        (
            Button(pause, press("lp", subscription.id, int(not subscription.paused))),
            Button(
                other,
                press("lm", subscription.id, "d" if subscription.mode is Mode.INSTANT else "i"),
            ),
        ),
        *reach,
        (
            Button(f"✏️ {translate(language, 'button.edit')}", press("le", subscription.id)),
            Button(f"🗑 {translate(language, 'button.remove')}", press("lr", subscription.id)),
        ),
        (Button(f"‹ {translate(language, 'button.all')}", press("lb", 0)),),
    )


async def show(ask: Ask, context: Context) -> Reply:
    """Open one subscription of the list."""
    return Edit(detail(await own(ask, context), ask.chat, ask.language))


async def pause(ask: Ask, context: Context) -> Reply:
    """Pause a subscription or resume it, as its button says; an old button turns it around.

    Who pauses by hand wants it paused also when all that /stop stopped goes on.
    """
    subscription = await own(ask, context)
    paused = {"1": True, "0": False}.get(ask.word(2), not subscription.paused)
    return await changed(ask, context, replace(subscription, paused=paused, silenced=False))


async def switch(ask: Ask, context: Context) -> Reply:
    """Tell a subscription's stories at once or in the digest, as its button says."""
    subscription = await own(ask, context)
    other = Mode.DIGEST if subscription.mode is Mode.INSTANT else Mode.INSTANT
    mode = {"d": Mode.DIGEST, "i": Mode.INSTANT}.get(ask.word(2), other)
    return await changed(ask, context, replace(subscription, mode=mode))


async def widen(ask: Ask, context: Context) -> Reply:
    """Let a subscription ring for headlines only, or for a word anywhere, as its button says."""
    subscription = await own(ask, context)
    other = Reach.HEADLINE if subscription.reach is Reach.ANYWHERE else Reach.ANYWHERE
    reach = {"a": Reach.ANYWHERE, "h": Reach.HEADLINE}.get(ask.word(2), other)
    return await changed(ask, context, replace(subscription, reach=reach))


async def changed(ask: Ask, context: Context, subscription: Subscription) -> Reply:
    """Write a changed subscription and show it."""

    def write(db: Connection) -> Chat:
        subscriptions.save(db, subscription)
        return (
            None if subscription.paused else chats.asked_for_more(db, subscription.chat_id)
        ) or ask.chat

    chat = await context.db.write(write)
    return Edit(
        detail(subscription, chat, ask.language), toast=translate(ask.language, "toast.saved")
    )


async def digests_on(ask: Ask, context: Context) -> Reply:
    """Switch digests on, from wherever something was kept for them; show that again."""
    chat = await settings.switched_on(ask, context)
    toast = translate(ask.language, "toast.saved")
    subscription = await context.db.read(
        subscriptions.get, SubscriptionId(ask.number(1)), ask.chat.id
    )
    if subscription is not None:
        return Edit(detail(subscription, chat, ask.language), toast=toast)
    language = ask.language
    text = joined(
        (kept("start.digest", "start.digest_off", chat, language), still_stopped(chat, language)),
        "\n\n",
    )
    rows = (*resuming(chat, language), settings_button(language))
    return Edit(Message(text, rows), toast=toast)


def settings_button(language: str) -> Row:
    """Return the way to the settings."""
    return (Button(f"⚙️ {translate(language, 'button.settings')}", press("t")),)


async def remove(ask: Ask, context: Context) -> Reply:
    """Remove a subscription at once; what was removed stays on the screen for a way back."""
    subscription = await own(ask, context)
    await context.db.write(subscriptions.remove, subscription.id, ask.chat.id)
    draft = await context.db.write(
        dialogs.keep_draft, ask.here.id, subscription.query, context.clock()
    )
    return Edit(
        Message(
            translate_html(
                ask.language,
                "subscriptions.removed",
                query=query_title(subscription.query, ask.language),
            ),
            (
                (
                    Button(
                        f"↩️ {translate(ask.language, 'button.undo')}",
                        press("a", draft, code_of(subscription)),
                    ),
                ),
                (Button(f"‹ {translate(ask.language, 'button.all')}", press("lb", 0)),),
            ),
        )
    )


async def edit(ask: Ask, context: Context) -> Reply:
    """Ask for a subscription's new words."""
    subscription = await own(ask, context)
    await context.db.write(
        dialogs.expect, ask.here.id, ask.person_id, f"edit:{subscription.id}", context.clock()
    )
    text = joined(
        (translate_html(ask.language, "subscriptions.edit"), code(tidy(subscription.query, 400))),
        "\n\n",
    )
    return Say((Message(text, asks=True),))


async def edited(ask: Ask, context: Context) -> Reply:
    """Give a subscription the words that were typed."""
    subscription = await own(ask, context)
    try:
        query = queries.watchable(context, ask.text).text
    except NewsError:  # they will type it anew, and mean this subscription
        question = f"edit:{subscription.id}"
        await context.db.write(
            dialogs.expect, ask.here.id, ask.person_id, question, context.clock()
        )
        raise
    rewritten = replace(subscription, query=query)
    await context.db.write(subscriptions.save, rewritten)
    return Say((detail(rewritten, ask.chat, ask.language),))


async def unsubscribe(ask: Ask, context: Context) -> Reply:
    """Remove by words, by number in the list, all, or by choosing from the list."""
    wanted = ask.text.strip()
    every = await context.db.read(subscriptions.of_chat, ask.chat.id)
    if not wanted or not every:
        return Say((await page_of(ask, context, 0),))
    if wanted.casefold() in _ALL:
        return _ask_all(ask, len(every))
    subscription = _meant(wanted, every, ask.language)
    if subscription is None:
        raise NewsError("subscriptions.no_such", wanted=tidy(wanted, 80))
    return await remove(replace(ask, button=("lr", str(subscription.id))), context)


def _meant(wanted: str, every: list[Subscription], language: str) -> Subscription | None:
    if wanted.isdecimal() and 1 <= int(wanted[:6]) <= len(every):
        return every[int(wanted[:6]) - 1]
    folded = wanted.casefold()
    exact = [
        subscription
        for subscription in every
        if folded
        in (subscription.query.casefold(), query_title(subscription.query, language).casefold())
    ]
    containing = [
        subscription for subscription in every if folded in subscription.query.casefold()
    ]
    if exact:
        return exact[0]
    return containing[0] if len(containing) == 1 else None


def _ask_all(ask: Ask, count: int) -> Reply:
    return Say(
        (
            Message(
                translate_html(ask.language, "subscriptions.remove_both")
                if count == 2  # noqa: PLR2004 - two are "both", in Russian too
                else translate_html(ask.language, "subscriptions.remove_all", count=count),
                (
                    (
                        Button(f"🗑 {translate(ask.language, 'button.remove_all')}", press("lz")),
                        Button(f"✖️ {translate(ask.language, 'button.cancel')}", press("x")),
                    ),
                ),
            ),
        )
    )


async def remove_all(ask: Ask, context: Context) -> Reply:
    """Remove every subscription of the chat, after it was confirmed."""
    removed = await context.db.write(subscriptions.remove_all, ask.chat.id)
    if not removed:  # a second tap
        return Toast(translate(ask.language, "subscriptions.gone"))
    return Edit(
        Message(translate_html(ask.language, "subscriptions.removed_all", count=len(removed)))
    )


async def resume_all(ask: Ask, context: Context) -> Reply:
    """Take up exactly what /stop stopped: its subscriptions, and the digests as they were."""

    def resume(db: Connection) -> tuple[list[Subscription], Chat]:
        subscriptions.end_silence(db, ask.chat.id)
        listening = subscriptions.listening_of(db, ask.chat.id)
        chat = chats.end_silence(db, ask.chat.id)
        if chat is None:
            return listening, ask.chat
        appointed = calendar.next_at(chat, context.clock())
        return listening, chats.change(db, chat.id, next_digest_at=appointed) or chat

    listening, chat = await context.db.write(resume)
    language = ask.language
    goes_on = (
        translate_html(language, "subscriptions.resumed", count=len(listening))
        if listening
        else ""
    )
    return Edit(
        Message(
            joined(
                (
                    translate_html(language, "stop.over"),
                    goes_on,
                    kept("start.digest", "start.digest_off", chat, language),
                )
            ),
            (*switching_on(chat, language), listing_button(language), settings_button(language)),
        )
    )


def listing_button(language: str) -> Row:
    """Return the way to the list of subscriptions."""
    return (Button(f"📋 {translate(language, 'button.subscriptions')}", press("l", 0)),)
