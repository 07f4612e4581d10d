"""/addfeed, /checkfeed: what is at an address, seen before anything is kept."""

from dataclasses import replace

from bot.commands import feeds as feed_commands
from bot.context import Context
from bot.conversation import (
    Ask,
    Button,
    Edit,
    Html,
    Keyboard,
    Message,
    Reply,
    Report,
    Row,
    Say,
    Working,
)
from bot.render import feeds as render
from bot.render.buttons import press
from bot.render.markup import bold, code, escape, joined, tidy, translate_html
from bot.texts import complaint, translate
from storage import dialogs, feeds
from storage.errors import NewsError
from storage.masking import is_masked, masked
from storage.model import ChatKind, Feed, FeedStatus
from storage.sql import Connection
from watchers import addresses as watchers_addresses
from watchers.discover import Seen
from watchers.text import urls

SAMPLES = 3
MOST_LINKS = 4
SELECTOR_NEEDED = (
    "error.page_no_headlines",
    "error.page_no_matches",
    "error.page_bad_selector",
)


async def add(ask: Ask, context: Context) -> Reply:
    """Find the feed at an address, show what it would bring, and ask."""
    return await looked(ask, context, ask.text, adding=True)


async def check(ask: Ask, context: Context) -> Reply:
    """Show what an address would bring, or what a source that is read brings; keep nothing."""
    typed = ask.text.strip()
    if typed.isdecimal():
        feed = await feed_commands.wanted(ask, context)
        typed = watchers_addresses.written(feed.url, feed.rules)
    return await looked(ask, context, typed, adding=False)


def offers_channel(ask: Ask) -> bool:
    """Tell whether an admin shows us a channel by forwarding a post of it, alone with us."""
    return ask.forwarded is not None and ask.is_admin and ask.here.kind is ChatKind.PRIVATE


async def forwarded(ask: Ask, context: Context) -> Reply:
    """Offer the channel of a forwarded post as a source.

    Raises NewsError ``feed.no_name`` where the channel is private.
    """
    assert ask.forwarded is not None  # noqa: S101 (``offers_channel`` said so)
    if not ask.forwarded.name:
        raise NewsError("feed.no_name", title=tidy(ask.forwarded.title, 80))
    return await looked(ask, context, f"@{ask.forwarded.name}", adding=True)


async def again(ask: Ask, context: Context) -> Reply:
    """Look at an address that a button stands for."""
    address = await context.db.read(dialogs.draft, ask.number(1), ask.here.id)
    if address is None:
        raise NewsError("button.old")
    return await looked(ask, context, address, adding=True)


async def looked(ask: Ask, context: Context, typed: str, *, adding: bool) -> Reply:
    """Look beside the chat's other business: an outlet may take its time."""
    if not typed.strip():
        question = "addfeed" if adding else "checkfeed"
        await context.db.write(
            dialogs.expect, ask.here.id, ask.person_id, question, context.clock()
        )
        return Say((Message(translate_html(ask.language, "addfeed.what"), asks=True),))
    address, _ = watchers_addresses.source(typed)
    if adding and (there := await known(context, address)):
        return Say((await here_already(there, ask, context),))

    async def work(_: Report) -> Reply:
        return Edit(await shown(ask, context, await context.feeds.look(typed), adding=adding))

    first = translate_html(ask.language, "addfeed.looking", address=tidy(address, 200))
    return Working(Message(first), work)


async def known(context: Context, *addresses: str) -> Feed | None:
    """Return the feed that is read at one of these addresses already, or was before it moved.

    Addresses that differ in nothing that a server minds (scheme, ``www.``, a slash at the end)
    are one. Feeds that are paused or gone for good are known as well.
    """
    wanted = {urls.canonical_key(address) for address in addresses if address} - {""}
    copied = [address for address in addresses if is_masked(address)]

    def looked_up(db: Connection) -> Feed | None:
        for address in copied:
            if (feed := feeds.by_url(db, address)) is not None:
                return feed
        for feed in feeds.every(db, polled_only=True):
            if wanted & {
                urls.canonical_key(address) for address in (feed.url, feed.moved_from) if address
            }:
                return feed
        return None

    return await context.db.read(looked_up)


async def here_already(feed: Feed, ask: Ask, context: Context) -> Message:
    """Say that a feed is there, how it is, and let it be resumed where it rests."""
    page = await feed_commands.card(ask, context, feed)
    resting = feed.state.status in (FeedStatus.PAUSED, FeedStatus.GONE)
    key = "addfeed.resting" if resting else "addfeed.known"
    return replace(page, html=joined((translate_html(ask.language, key), page.html), "\n\n"))


async def shown(ask: Ask, context: Context, seen: Seen, *, adding: bool) -> Message:
    """Return what is at an address, with the ways to go on."""
    language, now = ask.language, context.clock()
    if seen.feed is None:
        text = escape(complaint(language, seen.error_key, seen.error_values))
        head = joined(("🔴", code(tidy(masked(seen.url), 300))), " ")
        if seen.error_key in SELECTOR_NEEDED:
            text = joined(
                (text, translate_html(language, "addfeed.selectors"), quote_source(seen))
            )
        there = await known(context, seen.url)
        anyway = await _anyway(ask, context, seen) if there is None else ()
        return Message(joined((head, text), "\n\n"), (*await _links(ask, context, seen), *anyway))
    there = await known(context, seen.url, seen.final_url)
    if adding and there is not None:
        return await here_already(there, ask, context)
    samples = [
        render.sample(entry.title, entry.url, entry.published, ask.here, now)
        for entry in seen.entries[:SAMPLES]
    ]
    head = joined(("🟢", bold(tidy(masked(seen.title), 100))), " ")
    facts = translate_html(
        language,
        "addfeed.brings",
        count=seen.feed.total,
        address=code(tidy(masked(seen.url), 300)),
    )
    body = joined((joined((head, facts)), *samples), "\n\n")
    if there is not None:
        text = translate_html(language, "addfeed.known")
        open_it = Button(tidy(f"{there.id} · {render.name(there)}", 50), press("fv", there.id))
        return Message(joined((body, text), "\n\n"), ((open_it,),))
    draft = await _draft(ask, context, seen.url, seen.rules)
    keyboard: Keyboard = (
        (
            Button(f"➕ {translate(language, 'button.add')}", press("fa", draft)),
            Button(f"✖️ {translate(language, 'button.cancel')}", press("x")),
        ),
    )
    question = translate_html(language, "addfeed.sure") if adding else ""
    return Message(joined((body, question), "\n\n"), keyboard)


async def _links(ask: Ask, context: Context, seen: Seen) -> Keyboard:
    """Return a button for every feed that the page points to, and one to try again."""
    rows: list[Row] = []
    for link in seen.links[:MOST_LINKS]:
        draft = await _draft(ask, context, link.url, {})
        name = tidy(masked(link.title or link.url), 50)
        rows.append((Button(name, press("fl", draft)),))
    if seen.is_page:
        draft = await _draft(ask, context, seen.asked, {"item": watchers_addresses.AUTO})
        rows.append(
            (Button(f"📄 {translate(ask.language, 'button.headlines')}", press("fl", draft)),)
        )
    draft = await _draft(ask, context, seen.asked, seen.rules)
    rows.append((Button(f"🔄 {translate(ask.language, 'button.again')}", press("fl", draft)),))
    return tuple(rows)


def quote_source(seen: Seen) -> Html:
    """Return what is to be sent to read a page by selectors, for its address."""
    return code(f"/addfeed {tidy(masked(seen.asked), 300)}\nitem: .news-card\ntitle: h3")


async def _anyway(ask: Ask, context: Context, seen: Seen) -> Keyboard:
    """Return the button that adds what fails only for the moment: it will be tried again."""
    if not seen.fails_for_now:
        return ()
    draft = await _draft(ask, context, seen.url, seen.rules)
    return ((Button(f"➕ {translate(ask.language, 'button.add_anyway')}", press("fa", draft)),),)


async def _draft(ask: Ask, context: Context, url: str, rules: dict[str, str]) -> int:
    """Keep a source for a button that names it."""
    source = watchers_addresses.written(url, rules)
    return await context.db.write(dialogs.keep_draft, ask.here.id, source, context.clock())


async def confirmed(ask: Ask, context: Context) -> Reply:
    """Keep the feed; what it has already is stored without alerts."""
    source = await context.db.read(dialogs.draft, ask.number(1), ask.here.id)
    if source is None:
        raise NewsError("button.old")

    async def work(_: Report) -> Reply:
        feed = await context.feeds.add(source)
        return Edit(await feed_commands.card(ask, context, feed))

    address, _ = watchers_addresses.source(source)
    return Working(
        Message(translate_html(ask.language, "addfeed.adding", address=tidy(address, 200))),
        work,
        in_place=True,
    )
