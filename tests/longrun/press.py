"""The outlets of a long run: hundreds of feeds of invented news, each well or ill by a plan.

The news is the demo's, told by many more feeds than the demo has, and told again under other
names when it is used up; beside it each feed tells small things that nobody else tells. All is
planned from a seed before the run begins.
"""

import asyncio
import hashlib
import random
import re
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from xml.sax.saxutils import escape

from aiohttp import web

from bot.sandbox.outlets.news import Event, later
from bot.sandbox.outlets.samples import SampleOutlet, sample_outlets
from tests.farm import ITEM, Farm, rss

SHOWN = 30
HOUR, DAY = 3600.0, 86_400.0
FEEDS_A_HOST = 3
ILLNESSES = ("hangs", "cut", "cut off", "500", "503", "429", "garbage", "page")
NAMES = (
    "Арманов Бекова Садыков Ibragimov Karimova Назаров Turgunov Ковалёва Омаров Yusupova".split()
)
PLACES = "Жаңатас Karasu Кызылсай Bulaq Сарыозек Oqtepa Чолпон Darvoza Каратал Shahriston".split()
SMALL = {
    "ru": "В районе {place} {name} открыли {what} номер {number}",
    "en": "{name} opens {what} number {number} in {place}",
    "kk": "{place} ауданында {name} {number} {what} ашты",
    "ky": "{place} районунда {name} {number} {what} ачты",
    "uz": "{place} tumanida {name} {number} {what} ochdi",
    "tg": "Дар ноҳияи {place} {name} {number} {what} кушод",
}
THINGS = {
    "ru": "школу мост аптеку музей рынок парк стадион библиотеку".split(),
    "en": "school bridge pharmacy museum market park stadium library".split(),
    "kk": "мектеп көпір дәріхана мұражай базар саябақ стадион кітапхана".split(),
    "ky": "мектеп көпүрө дарыкана музей базар парк стадион китепкана".split(),
    "uz": "maktab ko‘prik dorixona muzey bozor bog‘ stadion kutubxona".split(),
    "tg": "мактаб кӯпрук дорухона осорхона бозор боғ варзишгоҳ китобхона".split(),
}


PAGE = "<!doctype html><html><head><title>Wait</title></head><body>…</body></html>"
REST = {"Retry-After": "1200"}
ANSWERS: dict[str, Callable[[], web.Response]] = {
    "500": lambda: web.Response(status=500),
    "503": lambda: web.Response(status=503, headers=REST),
    "429": lambda: web.Response(status=429, headers=REST),
    "garbage": lambda: web.Response(body=b"\x00\xff\xfe" * 50),
    "page": lambda: web.Response(text=PAGE, content_type="text/html"),
}
"""What an ill feed answers."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a feed tells from a moment on, in seconds of the run; ``title`` "" takes it off."""

    at: float
    guid: str
    title: str = ""
    summary: str = ""
    dated: float = 0.0


@dataclass(frozen=True, slots=True)
class Illness:
    since: float
    until: float
    kind: str


@dataclass
class SampleFeed:
    """A feed: its plan, and what became of it so far."""

    number: int
    host: str
    name: str
    lang: str
    outlet: SampleOutlet
    plan: list[Told] = field(default_factory=list)
    illnesses: list[Illness] = field(default_factory=list)
    shown: deque[Told] = field(default_factory=lambda: deque(maxlen=SHOWN))
    served: dict[str, int] = field(default_factory=dict)
    """How often each entry stood in a document that was given out whole."""
    removed: set[str] = field(default_factory=set)
    _next: int = 0

    @property
    def path(self) -> str:
        return f"/feed/{self.number}.xml"

    def catch_up(self, now: float) -> None:
        while self._next < len(self.plan) and self.plan[self._next].at <= now:
            told = self.plan[self._next]
            self._next += 1
            old = next((n for n, one in enumerate(self.shown) if one.guid == told.guid), None)
            if old is None and told.title:
                self.shown.append(told)
            elif old is not None and told.title:
                self.shown[old] = replace(told, dated=self.shown[old].dated)
            elif old is not None:
                self.removed.add(told.guid)
                del self.shown[old]

    def illness(self, now: float) -> str:
        return next((ill.kind for ill in self.illnesses if ill.since <= now < ill.until), "")


class Press:
    """All feeds, served by a farm."""

    def __init__(
        self,
        farm: Farm,
        time: Callable[[], float],
        start: datetime,
        *,
        many: int,
        days: float,
        seed: int,
        small_a_day: float = 6.0,
    ) -> None:
        self.farm = farm
        self._time = time
        self._start = start
        chance = random.Random(seed)
        outlets = [one for one in sample_outlets() if one.form in ("rss", "atom")]
        self.feeds = [
            self._feed(number, outlets[number % len(outlets)], number // len(outlets))
            for number in range(many)
        ]
        self._plan_events(chance, days)
        for feed in self.feeds:
            self._plan_small(feed, chance, days, small_a_day)
            self._plan_illnesses(feed, chance, days)
            feed.plan.sort(key=lambda told: told.at)
            farm.endpoints[feed.path] = self._endpoint(feed)

    def _feed(self, number: int, outlet: SampleOutlet, copy: int) -> SampleFeed:
        host = host_of(number)
        name = f"{outlet.name} {copy}" if copy else outlet.name
        lang = outlet.languages[copy % len(outlet.languages)]
        return SampleFeed(number, host, name, lang, outlet)

    # --- plans -------------------------------------------------------------------------------

    def _plan_events(self, chance: random.Random, days: float) -> None:
        """Spread the demo's events over the days: some forty a day, each told by several feeds."""
        by_outlet: dict[tuple[str, str], list[SampleFeed]] = {}
        by_lang: dict[str, list[SampleFeed]] = {}
        for feed in self.feeds:
            by_outlet.setdefault((feed.outlet.slug, feed.lang), []).append(feed)
            by_lang.setdefault(feed.lang, []).append(feed)
        events = list(later())
        chance.shuffle(events)
        for number in range(max(1, round(40 * days))):
            event, again = events[number % len(events)], number // len(events)
            begins = chance.uniform(0, days * DAY)
            for n, item in enumerate(event.items):
                feeds = by_outlet.get((item.outlet, item.lang)) or by_lang.get(item.lang) or []
                if not feeds:
                    continue
                feed = chance.choice(feeds)
                at = begins + item.after * 60
                title = renamed(item.title, again, chance)
                if item.update and (page := feed_page(self.feeds, event, number)) is not None:
                    teller, guid = page
                    teller.plan.append(Told(at, guid, title, item.summary, at))
                elif not item.update:
                    guid = f"e{number}-{n}"
                    summary = renamed(item.summary, again, chance) if item.summary else ""
                    feed.plan.append(Told(at, guid, title, summary, at))

    def _plan_small(
        self, feed: SampleFeed, chance: random.Random, days: float, a_day: float
    ) -> None:
        for n in range(max(5, round(a_day * days))):
            at = chance.uniform(-0.2, days) * DAY
            told = Told(at, f"s{feed.number}-{n}", small(feed.lang, chance), "", at)
            feed.plan.append(told)
            if chance.random() < 0.05:
                changed = f"{told.title} ({chance.choice(NAMES)})"
                feed.plan.append(
                    replace(told, at=at + chance.uniform(0.2, 5) * HOUR, title=changed)
                )
            if chance.random() < 0.01:
                feed.plan.append(Told(at + chance.uniform(1, 9) * HOUR, told.guid))

    def _plan_illnesses(self, feed: SampleFeed, chance: random.Random, days: float) -> None:
        at = chance.expovariate(1 / (3 * DAY))
        while at < days * DAY:
            lasts = chance.expovariate(1 / (2 * HOUR))
            feed.illnesses.append(Illness(at, at + lasts, chance.choice(ILLNESSES)))
            at += lasts + chance.expovariate(1 / (3 * DAY))

    def heal(self) -> None:
        """Let every feed be well from now on."""
        for feed in self.feeds:
            feed.illnesses.clear()

    # --- serving -----------------------------------------------------------------------------

    def _endpoint(self, feed: SampleFeed) -> Callable[[web.Request], object]:
        async def answer(request: web.Request) -> web.StreamResponse:
            now = self._time()
            feed.catch_up(now)
            ill = feed.illness(now)
            if ill:
                return await self._ill(ill, feed, request)
            body = self._document(feed)
            etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if request.headers.get("If-None-Match") == etag:
                return web.Response(status=304, headers={"ETag": etag})
            for told in feed.shown:
                feed.served[told.guid] = feed.served.get(told.guid, 0) + 1
            headers = {"ETag": etag, "Content-Type": "application/rss+xml; charset=utf-8"}
            return web.Response(body=body, headers=headers)

        return answer

    async def _ill(self, kind: str, feed: SampleFeed, request: web.Request) -> web.StreamResponse:
        if kind == "hangs":
            await asyncio.sleep(600)
        elif kind == "cut" and request.transport is not None:
            request.transport.abort()
        elif kind == "cut off":
            body = self._document(feed)
            return web.Response(body=body[: len(body) * 2 // 3], content_type="text/xml")
        return ANSWERS.get(kind, web.Response)()

    def _document(self, feed: SampleFeed) -> bytes:
        items = (
            ITEM.format(
                title=escape(told.title),
                link=f"{self.farm.url('/page/' + told.guid, feed.host)}",
                guid=told.guid,
                date=format_datetime(self._start + timedelta(seconds=told.dated)),
                text=escape(told.summary),
            )
            for told in reversed(feed.shown)
        )
        return rss(*items, title=escape(feed.name)).encode()

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Give an article's page, unless it was removed."""
        guid = request.path.rpartition("/")[2]
        if any(guid in feed.removed for feed in self.feeds):
            return web.Response(status=404)
        return web.Response(text=f"<html><body>{guid}</body></html>", content_type="text/html")

    def events(self) -> Iterator[str]:
        """List the titles that are told at some time, for readers who look for words."""
        for feed in self.feeds:
            for told in feed.plan:
                if told.guid.startswith("e") and told.title:
                    yield told.title


def host_of(number: int) -> str:
    """Name the host of a feed: an address of loopback."""
    place = number // FEEDS_A_HOST
    return f"127.0.{place // 200 + 1}.{place % 200 + 1}"


def feed_page(feeds: list[SampleFeed], event: Event, number: int) -> tuple[SampleFeed, str] | None:
    """Find a page on which an event was told."""
    del event
    for feed in feeds:
        for told in feed.plan:
            if told.guid.startswith(f"e{number}-"):
                return feed, told.guid
    return None


def renamed(text: str, again: int, chance: random.Random) -> str:
    """Tell the same under other names and numbers."""
    if not again:
        return text
    changed = re.sub(r"\d+", lambda found: str(int(found[0]) + 7 * again), text)
    return f"{changed} — {PLACES[again % len(PLACES)]}, {chance.choice(NAMES)}"


def small(lang: str, chance: random.Random) -> str:
    return SMALL[lang].format(
        place=chance.choice(PLACES),
        name=chance.choice(NAMES),
        what=chance.choice(THINGS[lang]),
        number=chance.randrange(2, 9_999),
    )
