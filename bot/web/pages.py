"""The pages of the web archive: the newest stories, a day's, a search's, one story."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from aiohttp import web
from yarl import URL

from bot.conversation import Html
from bot.render.marking import Marker
from bot.render.markup import plain, tidy, translate_html
from bot.render.queries import query_title, understood
from bot.texts import LANGUAGES, translate, words
from bot.web import answers, asking, finding, views
from bot.web.finding import FoundList
from bot.web.reading import ReadArchive
from bot.web.views import ListedStory
from bot.web.visitor import Visitor
from storage import local_time
from watchers.text.names import gazetteer

if TYPE_CHECKING:
    from jinja2 import Environment

ARCHIVE: web.AppKey[ReadArchive] = web.AppKey("archive", ReadArchive)
VISITOR: web.RequestKey[Visitor] = web.RequestKey("visitor", Visitor)

REGION = ("kz", "uz", "kg", "tj", "tm", "ru")
"""Countries that stand above the newest stories, each with what is about it."""

OWN_NAMES = dict(
    zip(
        LANGUAGES,
        ("English", "Русский", "Қазақша", "Кыргызча", "Oʻzbekcha", "Тоҷикӣ"),
        strict=True,
    )
)


def visitor(request: web.Request) -> Visitor:
    """Return who asks."""
    return request[VISITOR]


@cache
def templates() -> "Environment":
    """Return the templates: what they are given is escaped, unless it is our own HTML."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 (an extra)
    from markupsafe import Markup  # noqa: PLC0415

    made = Environment(
        loader=PackageLoader("bot.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["shown"] = lambda text: Markup(text) if isinstance(text, Html) else text  # noqa: S704
    return made


def rendered(request: web.Request, name: str, status: int = 200, **values: Any) -> web.Response:
    """Give a page made of a template, with what stands on each."""
    who = visitor(request)
    answer = answers.page(
        templates().get_template(name).render(**_around(request, who), **values), status
    )
    answer.headers["Vary"] = "Accept-Language"
    answer.headers["Content-Language"] = who.language
    return answer


def _around(request: web.Request, who: Visitor) -> dict[str, Any]:
    language = who.language
    here = [
        (name, value)
        for name, value in request.query.items()
        if name in ("q", "page") and len(value) <= asking.MOST_QUERY
    ]
    return {
        "language": language,
        "said": labels(language),
        "query": request.query.get("q", "")[: asking.MOST_QUERY],
        "languages": [
            (
                tag,
                OWN_NAMES[tag],
                f"{request.rel_url.raw_path}?{urlencode([*here, ('lang', tag)])}",
            )
            for tag in LANGUAGES
        ],
        "keep": who.language if who.asked else "",
        "to": _links(who),
        "times": translate(language, "web.times", zone=words.zone_name(who.time_zone, language)),
    }


def labels(language: str) -> dict[str, str]:
    """Return the words that stand on every page."""
    return {
        "newest": translate(language, "web.newest"),
        "search": translate(language, "web.search"),
        "next": translate(language, "web.next"),
        "previous": translate(language, "web.previous"),
        "how": translate(language, "web.how"),
        "nothing": translate(language, "web.nothing"),
        "by_day": translate(language, "web.by_day"),
        "feed": translate(language, "web.feed"),
        "languages": translate(language, "web.languages"),
    }


def _links(who: Visitor) -> Any:
    """Return what makes an address of ours: in the visitor's language where that was asked for."""

    def to(path: str, **query: object) -> str:
        kept = {"lang": who.language} if who.asked else {}
        told = {name: str(value) for name, value in {**query, **kept}.items() if value}
        return f"{path}?{urlencode(told)}" if told else path

    return to


@dataclass(frozen=True, slots=True)
class Turns:
    """The addresses of the pages before and behind one, "" where there is none."""

    previous: str = ""
    next: str = ""


NO_TURNS = Turns()


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """A page with stories: what stands above and under them, as words and addresses of ours."""

    title: str
    lines: Sequence[ListedStory]
    head: str = ""
    told: Sequence[Html] = ()
    topics: Sequence[tuple[str, str]] = ()
    days: Sequence[tuple[str, str]] = ()
    turns: Turns = NO_TURNS
    feed: str = ""
    today: date | None = None


def _turns(who: Visitor, path: str, page: int, *, more: bool, **query: object) -> Turns:
    to = _links(who)
    before = "" if page == 1 else to(path, **query, page=page - 1 if page > 2 else "")  # noqa: PLR2004
    return Turns(before, to(path, **query, page=page + 1) if more else "")


async def newest(request: web.Request) -> web.Response:
    """Show the stories that were told last."""
    who, page = visitor(request), asking.page_of(request.query)
    listed = await finding.newest(request.app[ARCHIVE], page)
    name, at = translate(who.language, "web.newest"), finding.now()
    listing = ArchivePage(
        name,
        [views.story_line(story, who, at) for story in listed.stories],
        head=name,
        topics=topics(who.language) if page == 1 else (),
        today=at.astimezone(words.zone(who.time_zone)).date(),
        feed="/feed.atom",
        turns=_turns(who, "/", page, more=listed.more),
    )
    return rendered(request, "stories.html", page=listing, title=name)


async def day(request: web.Request) -> web.Response:
    """Show a day's stories, those that most outlets told first."""
    who, page = visitor(request), asking.page_of(request.query)
    asked = asking.day_of(request.match_info["day"])
    listed = await finding.of_day(request.app[ARCHIVE], asked, who.time_zone, page)
    name, at = _day_said(asked, who), finding.now()
    beside = [asked + timedelta(days=n) for n in (-1, 1)]
    listing = ArchivePage(
        name,
        [views.story_line(story, who, at) for story in listed.stories],
        head=name,
        told=(translate_html(who.language, "web.day_of"),),
        days=[(_links(who)(f"/day/{other}"), _day_said(other, who)) for other in beside],
        turns=_turns(who, f"/day/{asked}", page, more=listed.more),
    )
    return rendered(request, "stories.html", page=listing, title=name)


def _day_said(day: date, who: Visitor) -> str:
    noon = local_time.instant(day, 12 * 60, who.time_zone)
    return words.date(noon, who.language, words.zone(who.time_zone))


def topics(language: str) -> list[tuple[str, str]]:
    """Return queries with their names: the region's countries, then the topics."""
    queries = [f"about:{code}" for code in REGION] + [f"topic:{one}" for one in gazetteer().topics]
    return [(query, query_title(query, language)) for query in queries]


async def search(request: web.Request) -> web.Response:
    """Show what a search finds, or say how to search."""
    who, page = visitor(request), asking.page_of(request.query)
    text = asking.query_of(request.query)
    if not text:
        what = translate_html(who.language, "search.what")
        listing = ArchivePage(plain(what), (), told=(what,), topics=topics(who.language))
    else:
        asked = await finding.searched(request.app[ARCHIVE], text, page)
        listing = ArchivePage(
            tidy(text, 80),
            _found(asked, text, who),
            told=_told(asked, who),
            feed=f"/feed.atom?{urlencode({'q': text})}",
            turns=_turns(who, "/search", page, more=asked.more, q=text),
        )
    return rendered(request, "stories.html", page=listing, title=listing.title)


def _found(asked: FoundList, text: str, who: Visitor) -> list[ListedStory]:
    """Show what a search found, with the words that met it."""
    found, at = asked.found, finding.now()
    marker = Marker.of((text,), asked.names)
    return [
        views.story_line(
            one, who, at, marker, found.near.get(one.id, ()), found.without.get(one.id, ())
        )
        for one in found.stories
    ]


def _told(asked: FoundList, who: Visitor) -> list[Html]:
    """Say how much was found, and as what the query was read."""
    language, found = who.language, asked.found
    name = query_title(asked.query.text, language)
    if not found.total:
        return [translate_html(language, "search.nothing", query=name)]
    key = "search.found_more" if found.more else "search.found"
    said = [translate_html(language, key, query=name, count=found.total)]
    if asked.query.reworded:
        said.append(understood(asked.query, language))
    if found.without and not set(found.order) - found.without.keys() - found.near.keys():
        said.append(translate_html(language, "search.not_all"))
    return [line for line in said if line]


async def story(request: web.Request) -> web.Response:
    """Show one story; under a number that it had before it became another, that one."""
    who, number = visitor(request), int(request.match_info["number"])
    told = await finding.whole(request.app[ARCHIVE], number, who.language, who.time_zone)
    if told.story.id != number:
        # Not for good: what an admin joined may be parted again.
        raise web.HTTPFound(URL(_links(who)(f"/story/{told.story.id}"), encoded=True))
    page = views.story_page(told.story, who, told.versions, told.how)
    return rendered(request, "story.html", story=page, title=page.title)


def message(request: web.Request, sentence: str, status: int) -> web.Response:
    """Say one sentence instead of a page."""
    return rendered(request, "message.html", status, sentence=sentence, title=sentence)


async def style(_request: web.Request) -> web.Response:
    """Give the one stylesheet."""
    content = resources.files("bot.web").joinpath("style.css").read_bytes()
    return answers.file(content, "text/css")


async def robots(_request: web.Request) -> web.Response:
    """Ask search engines to stay away: the texts are the outlets'."""
    return answers.file(b"User-agent: *\nDisallow: /\n", "text/plain")
