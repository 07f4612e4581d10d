"""/feeds, /feed, /pausefeed, /resumefeed, /removefeed: the sources and their health."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.conversation import Ask, Button, Edit, Message, Reply, Say, Toast, World
from bot.render import feeds as render
from bot.render.buttons import press
from bot.render.markup import tidy, translate_html
from bot.texts import translate
from storage import dialogs, feeds
from storage.errors import NewsError
from storage.model import Feed, FeedId
from storage.sql import Connection


async def wanted(ask: Ask, world: World) -> Feed:
    """Return the feed meant by a number, an address, or a part of its name.

    Where nothing is typed, the next plain message is awaited as that.
    """
    text = ask.text.strip()
    if not text:
        question = ask.command or ask.word(0)
        await world.db.write(dialogs.expect, ask.here.id, ask.person_id, question, world.clock())
        raise NewsError("feed.which")
    if text.isdecimal() or "://" in text:
        return await world.db.read(feeds.found, text)
    near = await named(world, text)
    if len(near) != 1:
        raise NewsError("feed.unknown" if not near else "feed.several", feed=tidy(text, 80))
    return near[0]


async def named(world: World, text: str) -> list[Feed]:
    """Return the feeds whose title, outlet or address has this in it."""
    folded = text.casefold()
    every = await world.db.read(feeds.every, polled_only=True)
    return [
        one for one in every if folded in f"{one.title}\n{one.outlet.name}\n{one.url}".casefold()
    ]


async def listed(ask: Ask, world: World) -> Reply:
    """Show every source's health, or those with a word in their name."""
    word = ask.text.strip()
    every = (
        await named(world, word)
        if word
        else list(await world.db.read(feeds.every, polled_only=True))
    )
    if not every:
        key = "feeds.none_such" if word else "feeds.none"
        return Say((Message(translate_html(ask.language, key, feed=tidy(word, 80))),))
    chat = replace(ask.here, language=ask.language)
    page = render.overview(every, chat, now=world.clock(), page=ask.number(1), wanted=word)
    return Edit(page) if ask.button else Say((page,))


async def one(ask: Ask, world: World) -> Reply:
    """Show one source in full."""
    feed = await wanted(ask, world)
    return Say((render.detail(feed, ask.here, now=world.clock()),))


async def pause(ask: Ask, world: World) -> Reply:
    """Poll a source no more."""
    return await changed(ask, world, feeds.pause)


async def resume(ask: Ask, world: World) -> Reply:
    """Poll a source again, at once."""
    now = world.clock()
    return await changed(ask, world, lambda db, feed_id: feeds.resume(db, feed_id, now))


async def changed(ask: Ask, world: World, change: Callable[[Connection, FeedId], None]) -> Reply:
    """Change a source and show it changed."""
    feed = await wanted(ask, world)
    await world.db.write(change, feed.id)
    return await one(replace(ask, text=str(feed.id)), world)


async def remove(ask: Ask, world: World) -> Reply:
    """Ask before removing a source with everything it told."""
    return Say((_question(await wanted(ask, world), ask.language),))


def _question(feed: Feed, language: str) -> Message:
    return Message(
        translate_html(language, "feed.remove", title=render.name(feed), count=feed.items),
        (
            (
                Button(f"🗑 {translate(language, 'button.remove')}", press("fz", feed.id)),
                Button(f"✖️ {translate(language, 'button.cancel')}", press("x")),
            ),
        ),
    )


# --- buttons --------------------------------------------------------------------------------


def by_button(
    do: Callable[[Ask, World, Feed], Awaitable[Reply]],
) -> Callable[[Ask, World], Awaitable[Reply]]:
    """Return a handler of a button that names its feed by number."""

    async def pressed(ask: Ask, world: World) -> Reply:
        feed = await world.db.read(feeds.get, FeedId(ask.number(1)))
        if feed is None:
            raise NewsError("feed.unknown", feed=ask.word(1))
        return await do(ask, world, feed)

    return pressed


async def _shown(ask: Ask, world: World, feed: Feed, *, toast: str = "") -> Reply:
    fresh = await world.db.read(feeds.get, feed.id)
    return Edit(render.detail(fresh or feed, ask.here, now=world.clock()), toast=toast)


async def _pause(ask: Ask, world: World, feed: Feed) -> Reply:
    await world.db.write(feeds.pause, feed.id)
    return await _shown(ask, world, feed, toast=translate(ask.language, "toast.saved"))


async def _resume(ask: Ask, world: World, feed: Feed) -> Reply:
    await world.db.write(feeds.resume, feed.id, world.clock())
    return await _shown(ask, world, feed, toast=translate(ask.language, "toast.saved"))


async def _look_now(ask: Ask, world: World, feed: Feed) -> Reply:
    if world.poll is None:
        return Toast(translate(ask.language, "feed.no_poller"))
    await world.poll(feed.id)
    return await _shown(ask, world, feed, toast=translate(ask.language, "feed.looked"))


async def _ask_removal(ask: Ask, world: World, feed: Feed) -> Reply:
    del world
    return Edit(_question(feed, ask.language))


async def _remove(ask: Ask, world: World, feed: Feed) -> Reply:
    await world.db.write(feeds.remove, feed.id)
    return Edit(Message(translate_html(ask.language, "feed.removed", title=render.name(feed))))


async def _show(ask: Ask, world: World, feed: Feed) -> Reply:
    return await _shown(ask, world, feed)


pause_pressed = by_button(_pause)
resume_pressed = by_button(_resume)
look_pressed = by_button(_look_now)
removal_pressed = by_button(_ask_removal)
remove_pressed = by_button(_remove)
show_pressed = by_button(_show)
