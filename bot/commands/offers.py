"""/subscribe: shows what a query would have brought before it is kept."""

from datetime import timedelta

from bot.commands import finding
from bot.commands.screens import kept, switching_on
from bot.conversation import Ask, Button, Edit, Keyboard, Message, Reply, Say, World
from bot.render import bold, code, escape, joined, line, press, tidy, told
from bot.texts import say
from storage import chats, subscriptions, talks
from storage.errors import NewsError
from storage.model import Mode, Subscription
from storage.sql import Connection

TRIED_OVER = timedelta(days=7)
SAMPLES = 3
LITTLE = 1
"""Where a query brought no more than this, its names may have been misspelt."""

DOUBLE_TAP = timedelta(seconds=10)
"""A second tap within this is the first one's echo, not a second wish."""

TOPICS = ("kazakhstan", "energy", "sanctions", "migration")
"""What a newcomer may begin with, by a tap."""

MANY_A_DAY = 20
"""Above this, alerts at once would be a nuisance: the digest is offered first."""


async def subscribe(ask: Ask, world: World) -> Reply:
    """Show the last seven days of a query and ask how its stories shall be told."""
    text = ask.text.strip()
    if not text:
        await world.db.write(talks.expect, ask.here.id, ask.person_id, "subscribe", world.clock())
        return Say((Message(told(ask.language, "subscribe.what"), asks=True),))
    try:
        return Say((await offer(ask, world, text),))
    except NewsError:
        if ask.word(0) == "subscribe":  # it answered our question, and so will the next
            await world.db.write(
                talks.expect, ask.here.id, ask.person_id, "subscribe", world.clock()
            )
        raise


async def offer(ask: Ask, world: World, text: str) -> Message:
    """Make the offer for a query."""
    query = finding.canonical(world, text)
    now = world.clock()
    found = await finding.find(world, query, limit=SAMPLES, since=now - TRIED_OVER)
    draft = await world.db.write(talks.keep_draft, ask.here.id, query, now)
    a_day = round(found.total / TRIED_OVER.days)
    samples = [line(one, ask.chat, now=now) for one in found.stories[:SAMPLES]]
    meant = await finding.meant(world, query) if found.total <= LITTLE else ()
    others = [
        (
            Button(
                f"❓ {tidy(other, 40)}",
                press("fs", await world.db.write(talks.keep_draft, ask.here.id, other, now)),
            ),
        )
        for other in meant
    ]
    return Message(
        joined(
            (
                joined((bold(tidy(query, 200)), _forecast(ask.language, found.total, a_day))),
                *samples,
                told(ask.language, "subscribe.how" if a_day <= MANY_A_DAY else "subscribe.many"),
                *((told(ask.language, "subscribe.perhaps"),) if others else ()),
            ),
            "\n\n",
        ),
        (*_choices(ask.language, draft, digest_first=a_day > MANY_A_DAY), *others),
    )


def _forecast(language: str, total: int, a_day: int) -> str:
    if not total:
        return told(language, "subscribe.nothing_yet")
    if not a_day:
        return told(language, "subscribe.forecast_rare", count=total)
    return told(language, "subscribe.forecast", count=total, a_day=a_day)


def _choices(language: str, draft: int, *, digest_first: bool) -> Keyboard:
    at_once = (Button(f"🔔 {say(language, 'button.at_once')}", press("a", draft, "i")),)
    in_digest = (Button(f"📰 {say(language, 'button.in_digest')}", press("a", draft, "d")),)
    rest = (
        Button(f"🔎 {say(language, 'button.narrow')}", press("an", draft)),
        Button(f"✖️ {say(language, 'button.cancel')}", press("x")),
    )
    return (in_digest, at_once, rest) if digest_first else (at_once, in_digest, rest)


async def accept(ask: Ask, world: World) -> Reply:
    """Keep the offered query, at once or in the digest."""
    query = await world.db.read(talks.draft, ask.number(1), ask.here.id)
    if query is None:
        raise NewsError("button.old")
    mode = Mode.DIGEST if ask.word(2) == "d" else Mode.INSTANT
    one, new = await keep(ask, world, query, mode)
    just_made = one.created_at is not None and world.clock() - one.created_at < DOUBLE_TAP
    key = "subscribe.saved" if new or just_made else "subscribe.changed"
    in_digest = mode is Mode.DIGEST
    how = (
        kept("subscribe.mode_digest", "subscribe.mode_digest_off", ask.chat, ask.language)
        if in_digest
        else told(ask.language, "subscribe.mode_instant")
    )
    text = joined((told(ask.language, key, query=tidy(one.query, 200)), how))
    off = switching_on(ask.chat, ask.language, one.id) if in_digest else ()
    if in_digest and ask.chat.zone_assumed:
        off = (*off, (Button(f"🕗 {say(ask.language, 'settings.zone')}", press("t", "zone")),))
    listing = Button(f"📋 {say(ask.language, 'button.subscriptions')}", press("l", 0))
    return Edit(Message(text, (*off, (listing,))), toast=say(ask.language, "toast.saved"))


async def keep(ask: Ask, world: World, query: str, mode: Mode) -> tuple[Subscription, bool]:
    """Write a subscription down and have the desk match it from now on."""

    def write(db: Connection) -> tuple[Subscription, bool]:
        chats.listens_again(db, ask.chat.id)
        return subscriptions.add(
            db,
            chat_id=ask.chat.id,
            thread_id=ask.thread_id,
            query=query,
            mode=mode,
            now=world.clock(),
        )

    one, new = await world.db.write(write)
    world.desk.subscribe(one)
    return one, new


async def topic(ask: Ask, world: World) -> Reply:
    """Offer one of the topics that the greeting shows."""
    name = ask.word(1)
    if name not in TOPICS:
        raise NewsError("button.old")
    return Say((await offer(ask, world, say(ask.language, f"topic.{name}_query")),))


async def narrow(ask: Ask, world: World) -> Reply:
    """Ask for a narrower query, with the present one at hand to be copied."""
    query = await world.db.read(talks.draft, ask.number(1), ask.here.id)
    if query is None:
        raise NewsError("button.old")
    await world.db.write(talks.expect, ask.here.id, ask.person_id, "subscribe", world.clock())
    text = joined((told(ask.language, "subscribe.narrow"), code(tidy(query, 400))), "\n\n")
    return Say((Message(text, asks=True),))


async def cancel(ask: Ask, world: World) -> Reply:
    """Take back what was offered."""
    del world
    return Edit(Message(escape(say(ask.language, "cancelled"))))
