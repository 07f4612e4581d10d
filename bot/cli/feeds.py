"""``feeds``: what is polled, how each feed is, adding and removing; as in the admins' chat."""

import sys
from collections.abc import Callable, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import click

from bot import pipeline, texts
from bot.cli import Overview
from bot.cli.common import Refused, archive, as_json, command, emit, isoformat, no_feeds, now
from bot.cli.workers import at_work
from bot.settings import Settings
from storage import feeds as feed_store
from storage import wanted_articles
from storage.errors import NewsError
from storage.masking import masked
from storage.model import Feed, FeedId, FeedKind
from storage.sql import Connection
from watchers import addresses, catalogue, opml
from watchers import audit as looking_at
from watchers.host_queues import Politeness
from watchers.parse.article import is_installed

FEED = click.argument("wanted", metavar="ID|URL")
COLUMNS = ("id", "status", "items", "last_status", "next_check_at", "title", "url", "error")


@click.group(cls=Overview)
def feeds() -> None:
    """List, add, remove, pause and check feeds; add the catalogue; import and export OPML."""


def feed_row(feed: Feed) -> dict[str, Any]:
    """Describe a feed as ``feeds list --json`` does."""
    state = feed.state
    return {
        "id": feed.id,
        "url": masked(feed.url),
        "title": masked(feed.title),
        "kind": feed.kind.value,
        "outlet": feed.outlet.name,
        "country": feed.outlet.country,
        "ownership": feed.outlet.ownership.value,
        "official": feed.outlet.official,
        "status": "import" if feed.kind is FeedKind.IMPORT else state.status.value,
        "error": texts.complaint("en", state.error_key, state.error_values)
        if state.error_key
        else None,
        "items": feed.items,
        "last_status": state.last_status,
        "last_checked_at": isoformat(state.last_checked_at),
        "last_ok_at": isoformat(state.last_ok_at),
        "failing_since": isoformat(state.failing_since),
        "next_check_at": isoformat(state.next_check_at),
        "silent_since": isoformat(state.silent_since),
        "moved_from": masked(feed.moved_from) or None,
        "fallback_of": feed.fallback_of,
        "waiting": feed.waits,
        "reads_articles": feed.reads_articles,
    }


@feeds.command(name="list")
@as_json
@command
async def list_(settings: Settings, *, as_json: bool) -> None:
    """List every feed and how it is."""
    async with archive(settings) as db:
        found = await db.read(feed_store.every)
    emit(map(feed_row, found), as_json=as_json, columns=COLUMNS, empty=no_feeds())


def selectors(decorated: Callable[..., Any]) -> Callable[..., Any]:
    """Let a page without a feed be read: options for what stands for an entry and its parts."""
    helps = {
        "item": "One entry of a page without a feed; auto: find the headlines.",
        "title": "Its headline, inside the entry.",
        "link": "Its address.",
        "date": "Its time.",
        "summary": "Its text.",
        "zone": "The time zone the page's times are in, as Asia/Almaty.",
    }
    for name in reversed(addresses.SELECTORS):
        metavar = "ZONE" if name == "zone" else "CSS"
        decorated = click.option(f"--{name}", metavar=metavar, help=helps[name])(decorated)
    return decorated


def typed(url: str, selectors: dict[str, str | None]) -> str:
    """Write an address and its selectors as an admin types them in the chat."""
    return addresses.written(url, {name: css for name, css in selectors.items() if css})


@feeds.command()
@click.argument("url")
@selectors
@as_json
@command
async def add(settings: Settings, /, url: str, *, as_json: bool, **css: str | None) -> None:
    """Add the feed at URL, or the one that the page at URL points to.

    It is looked at once before it is kept; what is there already is stored without alerts.
    One that cannot be read now is added too, says why on stderr, and is tried again.

    A page without a feed is read by CSS selectors: --item .news-card --title h3, or --item auto.
    """
    asked = typed(url, css)
    async with at_work(settings) as worker:
        fresh = await worker.db.read(feed_store.wants_catalogue)
        await worker.db.read(feed_store.refuse_known, addresses.source(asked)[0])
        async with worker.remembering():
            added = await worker.do("feeds.add", {"source": asked})
        row = feed_row(await worker.db.read(feed_store.found, str(added["feed"])))
    emit([row], as_json=as_json, columns=COLUMNS)
    if row["error"]:
        # Added all the same, and tried again: no failure of the request.
        click.echo(f"{row['error']} Next look: {row['next_check_at']}.", err=True)
    if fresh and not as_json:
        hint_at_catalogue()


def hint_at_catalogue() -> None:
    """Say how to come by the catalogue: the first start adds it only where nothing is polled."""
    number = len(catalogue.starting_feeds())
    click.echo(texts.translate("en", "cli.feeds.catalogue", feeds=number), err=True)


@feeds.command()
@FEED
@click.argument("url")
@selectors
@as_json
@command
async def fallback(
    settings: Settings, /, wanted: str, url: str, *, as_json: bool, **css: str | None
) -> None:
    """Let what is at URL be read in the place of the source ID|URL while that is ill.

    Of several fallbacks feeds and news sitemaps come first, then pages, then Telegram channels.
    """
    async with at_work(settings) as worker:
        source = await worker.db.read(feed_store.found, wanted)
        asked = {"feed": source.id, "source": typed(url, css)}
        added = await worker.do("feeds.fallback", asked)
        feed = await worker.db.read(feed_store.found, str(added["feed"]))
    emit([feed_row(feed)], as_json=as_json, columns=COLUMNS)


@feeds.command(name="catalogue")
@command
async def catalogue_(settings: Settings) -> None:
    """Add the catalogue's feeds of the region, as the first `run` does where there are none."""
    async with archive(settings) as db:
        added = await db.write(
            feed_store.add_catalogue,
            catalogue.starting_feeds(),
            now(),
            catalogue.starting_fallbacks(),
        )
    known = len(catalogue.starting_feeds()) - added
    click.echo(f"{added} added, {known} known before")


@feeds.command()
@click.argument("url")
@selectors
@as_json
@command
async def check(settings: Settings, /, url: str, *, as_json: bool, **css: str | None) -> None:
    """Look at URL as a feed, say what it would bring and keep nothing."""
    async with pipeline.looking(settings) as look:
        seen = await look(typed(url, css))
    if seen.error_key:
        raise Refused(texts.complaint("en", seen.error_key, seen.error_values))
    if not as_json:
        click.echo(masked(f"{seen.url}  {seen.title}: {len(seen.entries)} entries"))
    emit(seen.rows(), as_json=as_json, columns=("published", "title", "url"))


TABLES = ("feeds.tsv", "fallbacks.tsv")
IN_THE_REPOSITORY = "watchers/catalogue"


@feeds.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Where the tables are, instead of the catalogue's own.",
)
@command
async def audit(settings: Settings, *, folder: Path | None) -> None:
    """Look at each address of the catalogue once, and print a patch of what was seen.

    The patch notes in each row when its address was looked at and what came, and follows
    addresses that moved for good. Nothing is kept; hosts are asked as gently as in a round.
    """
    own = resources.files(catalogue)
    texts_of = {
        name: text
        for name in TABLES
        if (text := text_of((folder or own).joinpath(name))) is not None
    }
    rows = [row for text in texts_of.values() for row in catalogue.rows_of(text)]
    wanted = tuple(map(catalogue.feed_of, rows))
    async with pipeline.observing(settings) as observer:
        polite = Politeness(exempt=settings.feed_allow_hosts)
        with click.progressbar(length=len(wanted), label="looking", file=sys.stderr) as bar:
            found = await looking_at.looked_at(
                wanted, observer, polite, lambda done: bar.update(done - bar.pos)
            )
    if found and looking_at.is_offline(found.values()):
        raise NewsError("audit.offline")
    at = now()
    for name, text in texts_of.items():
        after = looking_at.revised(text, found, at, say)
        label = name if folder else f"{IN_THE_REPOSITORY}/{name}"
        click.echo(looking_at.patch(label, text, after), nl=False)
    failed = sum(bool(one.error_key) for one in found.values())
    moved = sum(one.url != url for url, one in found.items())
    answer = len(found) - failed
    click.echo(
        f"{len(found)} looked at: {answer} answer, {moved} moved, {failed} do not", err=True
    )


def say(key: str, values: Mapping[str, Any]) -> str:
    """Say what is wrong with a feed, as the listings do."""
    return texts.complaint("en", key, dict(values))


def text_of(file: Traversable) -> str | None:
    """Read a table; None where there is none."""
    return file.read_text(encoding="utf-8") if file.is_file() else None


async def changed(
    settings: Settings, wanted: str, change: Callable[[Connection, FeedId], None]
) -> None:
    """Change one feed's row and say which it was."""
    async with archive(settings) as db:
        feed = await db.read(feed_store.found, wanted)
        await db.write(change, feed.id)
    click.echo(f"{feed.id}  {masked(feed.url)}")


@feeds.command()
@FEED
@command
async def remove(settings: Settings, wanted: str) -> None:
    """Forget a feed and its items. Stories keep what other outlets told."""
    await changed(settings, wanted, feed_store.remove)


@feeds.command()
@FEED
@command
async def pause(settings: Settings, wanted: str) -> None:
    """Look at a feed no more until it is resumed."""
    await changed(settings, wanted, feed_store.pause)


@feeds.command()
@FEED
@command
async def resume(settings: Settings, wanted: str) -> None:
    """Look at a paused or retired feed again, at once."""
    at = now()
    await changed(settings, wanted, lambda db, feed_id: feed_store.resume(db, feed_id, at))


@feeds.command()
@FEED
@click.argument("switch", type=click.Choice(["on", "off"]), metavar="on|off")
@command
async def articles(settings: Settings, wanted: str, switch: str) -> None:
    """Read the pages of a feed that tells only headlines, so that search and stories know more.

    Alerts go by the headline, as ever; the words of the article serve from when it was read.
    Needs the extra `fulltext`; docs/fulltext.md says what is asked of the outlet.
    """
    if switch == "on" and not is_installed():
        raise NewsError("articles.not_installed")
    await changed(
        settings,
        wanted,
        lambda db, feed_id: wanted_articles.switch(db, feed_id, on=switch == "on"),
    )


def bytes_of(file: Path) -> bytes:
    """Read a file; NewsError where it cannot be."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise NewsError("ingest.no_file", path=str(file), reason=error.strerror or "") from error


@feeds.command(name="import")
@click.argument("file", type=click.Path(path_type=Path))
@command
async def import_(settings: Settings, file: Path) -> None:
    """Add the feeds of an OPML FILE; each is looked at in the next rounds, a few at a time.

    What cannot be read or polled is not added: its lines and addresses are named on stderr.
    """
    listing = opml.read(bytes_of(file), settings.feed_allow_hosts)
    async with archive(settings) as db:
        fresh = await db.read(feed_store.wants_catalogue)
        added = len(await db.write(feed_store.add_all, opml.new_feeds(listing.outlines), now()))
    known = len(listing.outlines) - added
    unusable, unread = listing.unusable, listing.unread
    summary = f"{added} added, {known} known before, {len(unusable)} with an unusable address"
    click.echo(f"{summary}, {len(unread)} not readable" if unread else summary)
    for address in filter(None, unusable):
        click.echo(f"unusable: {masked(address)}", err=True)
    for line in unread:
        click.echo(f"not readable: line {line}", err=True)
    if listing.masked:
        click.echo(texts.translate("en", "import.masked", count=len(listing.masked)), err=True)
    if listing.broken_off:
        click.echo(texts.translate("en", "import.broken_off"), err=True)
    if fresh and added:
        hint_at_catalogue()


@feeds.command()
@click.option(
    "--with-secrets",
    is_flag=True,
    help="Write passwords and keys inside addresses, too: the list is then as secret as they are.",
)
@command
async def export(settings: Settings, *, with_secrets: bool) -> None:
    """Write all feeds as OPML to stdout.

    Passwords and keys inside addresses are written as ***, and such feeds cannot be imported.
    """
    async with archive(settings) as db:
        found = await db.read(feed_store.every, polled_only=True)
    outlines = tuple(opml.outline(feed) for feed in found if feed.fallback_of is None)
    shown = outlines if with_secrets else tuple(map(opml.without_secrets, outlines))
    click.echo(opml.write(shown, "SteppeWire").decode())
    if shown != outlines:
        hidden = sum(one != other for one, other in zip(shown, outlines, strict=True))
        click.echo(texts.translate("en", "cli.export.masked", count=hidden), err=True)
