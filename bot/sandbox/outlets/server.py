"""The sample outlets as web sites on loopback: feeds with ETag and 304, and home pages."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from aiohttp import web

from bot.sandbox.outlets.documents import atom, home_page, rss, story_page
from bot.sandbox.outlets.generator import Supply
from bot.sandbox.outlets.news import SampleItem, first_items
from bot.sandbox.outlets.painting import painted
from bot.sandbox.outlets.samples import SampleOutlet, sample_outlets

SHOWN = 30  # items per feed document


@dataclass(frozen=True, slots=True)
class Printed:
    """An item with the time and place it appeared; ``removed``: its outlet took it off."""

    item: SampleItem
    number: int
    at: datetime
    removed: bool = False

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/outlets/{self.item.outlet}/{self.number}"

    @property
    def image_path(self) -> str:
        """Where its picture is; "" for one in five, which has none."""
        return f"{self.path}.png" if self.number % 5 else ""


class Newsstand:
    """What the outlets show now: the first items, the supply so far, and what tests add."""

    def __init__(self, clock: Callable[[], datetime], *, every: float, seed: int) -> None:
        self._clock = clock
        self._every = every
        self._supply = Supply(seed)
        self._opened = clock()
        self._extra: list[Printed] = []
        self._first = [
            Printed(item, 1 + place, self._opened + timedelta(minutes=item.after))
            for place, item in enumerate(first_items())
        ]
        self._later: list[Printed] = []
        self._next = 0

    def routes(self) -> list[web.RouteDef]:
        """List the routes."""
        return [
            web.get("/outlets/", self.index),
            web.get("/outlets/{slug}/", self.home),
            web.get("/outlets/{slug}/feed.xml", self.feed),
            web.get(r"/outlets/{slug}/{number:\d+}", self.story),
            web.get(r"/outlets/{slug}/{number:\d+}.png", self.image),
        ]

    def publish(self, outlet: str, title: str, summary: str = "", lang: str = "en") -> Printed:
        """Let an outlet publish something now (for tests)."""
        item = SampleItem(outlet, title, summary, lang)
        printed = Printed(item, 900_000 + len(self._extra), self._clock())
        self._extra.append(printed)
        return printed

    def revise(self, page: Printed, title: str, summary: str = "") -> Printed:
        """Let an outlet change what stands on a page that was published so (for tests)."""
        return self._turn(page, replace(page.item, title=title, summary=summary))

    def remove(self, page: Printed) -> None:
        """Let an outlet take a page off that was published so (for tests)."""
        self._turn(page, page.item, removed=True)

    def _turn(self, page: Printed, item: SampleItem, *, removed: bool = False) -> Printed:
        turned = replace(page, item=item, removed=removed)
        self._extra = [turned if one.number == page.number else one for one in self._extra]
        return turned

    def printed(self, slug: str) -> list[Printed]:
        """List what an outlet shows now, newest first."""
        found = [one for one in self.everything() if one.item.outlet == slug and not one.removed]
        found.sort(key=lambda page: (page.at, page.number), reverse=True)
        return found[:SHOWN]

    def everything(self) -> list[Printed]:
        """List what all outlets have printed so far, each page with its latest text.

        What was removed is among it.
        """
        self._catch_up()
        return [*self._first, *self._later, *self._extra]

    def _catch_up(self) -> None:
        if self._every <= 0:
            return
        passed = (self._clock() - self._opened).total_seconds()
        due = min(int(passed // self._every), len(self._supply))
        for number in range(self._next, due):
            self._print(number)
        self._next = max(self._next, due)

    def _print(self, number: int) -> None:
        """Print an item of the supply, an update on the page that its outlet has already."""
        item = self._supply.item(number)
        for place, old in enumerate(self._later if item.update else ()):
            if _page_of(old.item) == _page_of(item):
                said = old.item if item.removal else item
                self._later[place] = replace(old, item=said, removed=item.removal)
                return
        at = self._opened + timedelta(seconds=self._every * (number + 1))
        self._later.append(Printed(item, len(self._first) + 1 + number, at))

    def _outlet(self, request: web.Request) -> SampleOutlet:
        slug = request.match_info["slug"]
        found = next((o for o in sample_outlets() if o.slug == slug), None)
        if found is None:
            raise web.HTTPNotFound
        return found

    async def index(self, _request: web.Request) -> web.Response:
        """List the outlets for the curious."""
        rows = [(o.name, o.home_path) for o in sample_outlets()]
        return _html(home_page("Sample outlets, all invented", "", rows))

    async def home(self, request: web.Request) -> web.Response:
        """Give an outlet's home page, which names its feed."""
        outlet = self._outlet(request)
        rows = [(p.item.title, p.path) for p in self.printed(outlet.slug)]
        return _html(home_page(outlet.name, outlet.feed_path, rows, outlet.form))

    async def story(self, request: web.Request) -> web.Response:
        """Give the page of one item, however old, until it is removed."""
        outlet = self._outlet(request)
        found = next((page for page in self.everything() if page.path == request.path), None)
        if found is None or found.removed:
            raise web.HTTPNotFound
        return _html(story_page(outlet.name, found.item, found.at))

    async def image(self, request: web.Request) -> web.Response:
        """Give an item's picture."""
        number = int(request.match_info["number"][:9])
        return web.Response(body=painted(number), content_type="image/png")

    async def feed(self, request: web.Request) -> web.Response:
        """Give a feed, or 304 to who has it already; the ill outlet shows its illness."""
        outlet = self._outlet(request)
        if outlet.form == "page":
            return _html(home_page(outlet.name, "", [("This page is no feed.", outlet.home_path)]))
        if outlet.form == "down":
            # No Retry-After: it would rest the whole host, and here all outlets share one.
            raise web.HTTPServiceUnavailable(text="Under repair")
        printed = self.printed(outlet.slug)
        latest = printed[0].at if printed else self._opened
        write = atom if outlet.form == "atom" else rss
        entries = [(p.item, p.path, p.at, p.image_path) for p in printed]
        body = write(outlet, str(request.url.origin()), entries, latest).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:20]}"'
        headers = {"ETag": etag, "Last-Modified": format_datetime(latest, usegmt=True)}
        if _unchanged(request, etag, latest):
            return web.Response(status=304, headers=headers)
        kind = "application/atom+xml" if outlet.form == "atom" else "application/rss+xml"
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=headers)


def _page_of(item: SampleItem) -> tuple[str, str, str]:
    return item.event, item.outlet, item.lang


def _unchanged(request: web.Request, etag: str, latest: datetime) -> bool:
    """Apply RFC 9110: If-None-Match decides where given, else If-Modified-Since."""
    match = request.headers.get("If-None-Match")
    if match is not None:
        return etag in [tag.strip().removeprefix("W/") for tag in match.split(",")]
    since = request.headers.get("If-Modified-Since")
    try:
        return since is not None and latest.replace(microsecond=0) <= _aware(since)
    except ValueError:
        return False


def _aware(text: str) -> datetime:
    found = parsedate_to_datetime(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _html(text: str) -> web.Response:
    return web.Response(text=text, content_type="text/html")
