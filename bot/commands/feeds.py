"""/feeds, /feed, /pausefeed, /resumefeed, /removefeed: the sources and their health."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.context import Context
from bot.conversation import Ask, Button, Edit, Message, Reply, Report, Say, Working
from bot.render import feeds as render
from bot.render.buttons import press
from bot.render.markup import tidy, translate_html
from bot.texts import translate
from storage import dialogs, feeds, wanted_articles
from storage.errors import NewsError
from storage.masking import masked
from storage.model import Feed, FeedId
from storage.sql import Connection
from watchers import addresses


async def wanted(ask: Ask, context: Context) -> Feed:
    """Return the feed meant by a number, an address, or a part of its name.

    Where nothing is typed, the next plain message is awaited as that.
    """
    text = ask.text.strip()
    if not text:
        question = ask.command or ask.word(0)
        await context.db.write(
            dialogs.expect, ask.here.id, ask.person_id, question, context.clock()
        )
        raise NewsError("feed.which")
    if text.isdecimal() or "://" in text:
        return await context.db.read(feeds.found, text)
    found = await named(context, text)
    if len(found) != 1:
        raise NewsError("feed.unknown" if not found else "feed.several", feed=tidy(text, 80))
    return found[0]


async def named(context: Context, text: str) -> list[Feed]:
    """Return the sources whose title, outlet or address has this in it, else such fallbacks."""
    folded = text.casefold()
    every = await context.db.read(feeds.every, polled_only=True)
    found = [
        feed
        for feed in every
        if folded in masked(f"{feed.title}\n{feed.outlet.name}\n{feed.url}").casefold()
    ]
    return [feed for feed in found if feed.fallback_of is None] or found


async def card(ask: Ask, context: Context, feed: Feed) -> Message:
    """Return one source in full as it is now, with what stands in for it."""
    line_up = await context.db.read(feeds.line_up, feed.id)
    fresh = next((one for one in line_up if one.id == feed.id), feed)
    now = context.clock()
    return render.detail(
        fresh,
        ask.here,
        now=now,
        line_up=line_up,
        counts=await context.db.read(wanted_articles.counts, now, fresh.id),
        reads_pages=context.full_texts.reads_pages,
    )


async def listed(ask: Ask, context: Context) -> Reply:
    """Show every source's health, or those with a word in their name."""
    word = ask.text.strip()
    found = (
        await named(context, word)
        if word
        else await context.db.read(feeds.every, polled_only=True)
    )
    every = [feed for feed in found if word or feed.fallback_of is None]
    if not every:
        key = "feeds.none_such" if word else "feeds.none"
        return Say((Message(translate_html(ask.language, key, feed=tidy(word, 80))),))
    chat = replace(ask.here, language=ask.language)
    page = render.overview(
        every,
        chat,
        now=context.clock(),
        page=ask.number(1),
        wanted=word,
        fallbacks=await context.db.read(feeds.fallbacks),
    )
    return Edit(page) if ask.button else Say((page,))


async def detail(ask: Ask, context: Context) -> Reply:
    """Show one source in full."""
    return Say((await card(ask, context, await wanted(ask, context)),))


async def fall_back(ask: Ask, context: Context) -> Reply:
    """Name what is to be read in a source's place while that is ill: /fallback 12 @name."""
    number, _, typed = ask.text.strip().partition(" ")
    if not number.isdecimal() or not typed.strip():
        raise NewsError("usage.fallback")
    feed = await context.db.read(feeds.found, number)

    async def work(_: Report) -> Reply:
        added = await context.feeds.add_fallback(feed.id, typed)
        return Edit(await card(ask, context, replace(added, id=added.fallback_of or added.id)))

    address, _ = addresses.source(typed)
    first = translate_html(ask.language, "addfeed.looking", address=tidy(address, 200))
    return Working(Message(first), work)


async def pause(ask: Ask, context: Context) -> Reply:
    """Poll a source no more."""
    return await changed(ask, context, feeds.pause)


async def resume(ask: Ask, context: Context) -> Reply:
    """Look at a paused or retired source at once, and then as before."""
    now = context.clock()
    return await changed(ask, context, lambda db, feed_id: feeds.resume(db, feed_id, now))


async def changed(
    ask: Ask, context: Context, change: Callable[[Connection, FeedId], None]
) -> Reply:
    """Change a source and show it changed."""
    feed = await wanted(ask, context)
    await context.db.write(change, feed.id)
    return await detail(replace(ask, text=str(feed.id)), context)


async def remove(ask: Ask, context: Context) -> Reply:
    """Ask before removing a source with everything it told."""
    return Say((_question(await wanted(ask, context), ask.language),))


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
    do: Callable[[Ask, Context, Feed], Awaitable[Reply]],
) -> Callable[[Ask, Context], Awaitable[Reply]]:
    """Return a handler of a button that names its feed by number."""

    async def pressed(ask: Ask, context: Context) -> Reply:
        feed = await context.db.read(feeds.get, FeedId(ask.number(1)))
        if feed is None:
            raise NewsError("feed.unknown", feed=ask.word(1))
        return await do(ask, context, feed)

    return pressed


async def _shown(ask: Ask, context: Context, feed: Feed, *, toast: str = "") -> Reply:
    return Edit(await card(ask, context, feed), toast=toast)


async def _pause(ask: Ask, context: Context, feed: Feed) -> Reply:
    await context.db.write(feeds.pause, feed.id)
    return await _shown(ask, context, feed, toast=translate(ask.language, "toast.saved"))


async def _resume(ask: Ask, context: Context, feed: Feed) -> Reply:
    await context.db.write(feeds.resume, feed.id, context.clock())
    return await _shown(ask, context, feed, toast=translate(ask.language, "toast.saved"))


async def _look_now(ask: Ask, context: Context, feed: Feed) -> Reply:
    await context.feeds.poll_one(feed.id)
    return await _shown(ask, context, feed, toast=translate(ask.language, "feed.looked"))


async def _read_articles(ask: Ask, context: Context, feed: Feed) -> Reply:
    await context.db.write(wanted_articles.switch, feed.id, on=ask.number(2) == 1)
    return await _shown(ask, context, feed, toast=translate(ask.language, "toast.saved"))


async def _ask_removal(ask: Ask, context: Context, feed: Feed) -> Reply:
    del context
    return Edit(_question(feed, ask.language))


async def _remove(ask: Ask, context: Context, feed: Feed) -> Reply:
    await context.db.write(feeds.remove, feed.id)
    return Edit(Message(translate_html(ask.language, "feed.removed", title=render.name(feed))))


async def _show(ask: Ask, context: Context, feed: Feed) -> Reply:
    return await _shown(ask, context, feed)


pause_pressed = by_button(_pause)
resume_pressed = by_button(_resume)
look_pressed = by_button(_look_now)
articles_pressed = by_button(_read_articles)
removal_pressed = by_button(_ask_removal)
remove_pressed = by_button(_remove)
show_pressed = by_button(_show)
