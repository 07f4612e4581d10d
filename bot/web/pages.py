"""The pages of the web archive: the newest stories, a day's, a search's, one story."""

from collections.abc import Mapping
from datetime import timedelta
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
from bot.web.finding import FoundList, StoryList
from bot.web.reading import ReadArchive
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
    here = [(name, value) for name, value in request.query.items() if name in ("q", "page")]
    return {
        "language": language,
        "said": labels(language),
        "query": request.query.get("q", "")[: asking.MOST_QUERY],
        "languages": [
            (tag, OWN_NAMES[tag], f"{_relative(request)}?{urlencode([*here, ('lang', tag)])}")
            for tag in LANGUAGES
        ],
        "keep": who.language if who.asked else "",
        "to": _links(who),
        "times": translate(language, "web.times", zone=words.zone_name(who.time_zone, language)),
    }


def _relative(request: web.Request) -> str:
    """Return the address of a page as a browser wrote it, for links that go back there."""
    return request.rel_url.raw_path


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


def _turns(
    who: Visitor, path: str, page: int, *, more: bool, **query: object
) -> Mapping[str, str]:
    """Return the addresses of the pages before and behind this one, "" where there is none."""
    to = _links(who)
    before = "" if page == 1 else to(path, **query, page=page - 1 if page > 2 else "")  # noqa: PLR2004
    return {"previous": before, "next": to(path, **query, page=page + 1) if more else ""}


async def newest(request: web.Request) -> web.Response:
    """Show the stories that were told last."""
    who, page = visitor(request), asking.page_of(request.query)
    listed = await finding.newest(request.app[ARCHIVE], page)
    return _listed(
        request,
        listed,
        translate(who.language, "web.newest"),
        turns=_turns(who, "/", page, more=listed.more),
        topics=topics(who.language) if page == 1 else (),
        feed="/feed.atom",
    )


async def day(request: web.Request) -> web.Response:
    """Show a day's stories, those that most outlets told first."""
    who, page = visitor(request), asking.page_of(request.query)
    asked = asking.day_of(request.match_info["day"])
    listed = await finding.of_day(request.app[ARCHIVE], asked, who.time_zone, page)
    begins = local_time.instant(asked, 0, who.time_zone)
    days = {
        name: (
            _links(who)(f"/day/{other}"),
            words.date(at, who.language, words.zone(who.time_zone)),
        )
        for name, n in (("before", -1), ("after", 1))
        for at in (begins + timedelta(days=n, hours=12),)
        for other in ((asked + timedelta(days=n)).isoformat(),)
    }
    return _listed(
        request,
        listed,
        words.date(begins, who.language, words.zone(who.time_zone)),
        turns=_turns(who, f"/day/{asked}", page, more=listed.more),
        days=days,
    )


def _listed(request: web.Request, listed: StoryList, head: str, **values: Any) -> web.Response:
    who, at = visitor(request), finding.now()
    lines = [views.story_line(story, who, at) for story in listed.stories]
    around = {"topics": (), "days": None, "feed": "", "told": (), "wrong": ""} | values
    today = at.astimezone(words.zone(who.time_zone)).date()
    return rendered(
        request, "stories.html", head=head, lines=lines, title=head, today=today, **around
    )


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
        return _results(request, (), plain(what), told=(what,), topics=topics(who.language))
    asked = await finding.searched(request.app[ARCHIVE], text, page)
    found, at = asked.found, finding.now()
    marker = Marker.of((text,), asked.names)
    lines = [
        views.story_line(
            story,
            who,
            at,
            marker,
            found.near.get(story.id, ()),
            found.without.get(story.id, ()),
        )
        for story in found.stories
    ]
    turns = _turns(who, "/search", page, more=asked.more, q=text)
    feed = f"/feed.atom?{urlencode({'q': text})}"
    return _results(request, lines, tidy(text, 80), told=_told(asked, who), turns=turns, feed=feed)


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


def _results(request: web.Request, lines: Any, title: str, **values: Any) -> web.Response:
    around = {"topics": (), "days": None, "feed": "", "turns": {"previous": "", "next": ""}}
    around |= {"told": (), "wrong": "", "today": ""} | values
    status = values.pop("status", 200)
    around.pop("status", None)
    return rendered(request, "stories.html", status, head="", lines=lines, title=title, **around)


async def story(request: web.Request) -> web.Response:
    """Show one story; under a number that it had before it became another, that one."""
    who, number = visitor(request), int(request.match_info["number"])
    told = await finding.whole(request.app[ARCHIVE], number, who.language, who.time_zone)
    if told.story.id != number:
        raise web.HTTPMovedPermanently(URL(_links(who)(f"/story/{told.story.id}"), encoded=True))
    page = views.story_page(told.story, who, finding.now(), told.versions, told.how)
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
