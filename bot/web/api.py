"""The JSON API, and the feed of a search: the rows of the command line, by pages."""

import re
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from aiohttp import web

from bot.render.markup import plain, web_address
from bot.render.queries import query_title
from bot.render.rows import isoformat, story_row
from bot.render.stories import facts, title
from bot.texts import translate
from bot.version import installed_version
from bot.web import answers, asking, finding
from bot.web.pages import ARCHIVE, visitor
from storage.errors import NewsError, Text
from storage.local_time import rfc3339
from storage.model import Story
from storage.reading import headline, reading_of

ATOM = "http://www.w3.org/2005/Atom"
NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may have (XML 1.0, 2.2, Char)."""


async def stories(request: web.Request) -> web.Response:
    """List the newest stories, or those of ?day=2026-11-29."""
    who, page = visitor(request), asking.page_of(request.query)
    if day := request.query.get("day"):
        listed = await finding.of_day(
            request.app[ARCHIVE], asking.day_of(day), who.time_zone, page
        )
    else:
        listed = await finding.newest(request.app[ARCHIVE], page)
    rows = [story_row(story) for story in listed.stories]
    return answers.data({"stories": rows, **_paged(request, page, more=listed.more)})


async def story(request: web.Request) -> web.Response:
    """Give one story, each item with what it said earlier."""
    number = int(request.match_info["number"])
    told = await finding.whole(request.app[ARCHIVE], number, "en", "UTC")
    row = story_row(told.story)
    for item in row["items"]:
        item["earlier"] = [
            {"title": one.title, "summary": one.summary, "until": isoformat(one.until)}
            for one in told.versions.get(item["id"], ())
        ]
    return answers.data({"story": row})


async def search(request: web.Request) -> web.Response:
    """Search, as /search in the chat."""
    page, text = asking.page_of(request.query), asking.query_of(request.query)
    if not text:
        raise NewsError("query.empty", example=Text("example.query"))
    asked = await finding.searched(request.app[ARCHIVE], text, page)
    found = asked.found
    rows = [
        story_row(one)
        | {
            "near": list(found.near.get(one.id, ())),
            "without": list(found.without.get(one.id, ())),
        }
        for one in found.stories
    ]
    told = {"query": asked.query.text, "found": found.total, "more": found.more, "stories": rows}
    return answers.data(told | _paged(request, page, more=asked.more))


def _paged(request: web.Request, page: int, *, more: bool) -> dict[str, Any]:
    """Say which page it is, and where the next one is."""
    kept = {name: request.query[name] for name in ("q", "day") if request.query.get(name)}
    path = request.rel_url.raw_path
    return {
        "page": page,
        "next": f"{path}?{urlencode(kept | {'page': page + 1})}" if more else None,
    }


async def health(request: web.Request) -> web.Response:
    """Say whether the archive can be read: 200, or 503 by whoever catches what it raises."""
    listed = await finding.newest(request.app[ARCHIVE], 1)
    newest = isoformat(listed.stories[0].updated_at) if listed.stories else None
    answer = answers.data({"ok": True, "version": installed_version(), "newest_story": newest})
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def feed(request: web.Request) -> web.Response:
    """Give the newest stories, or what ?q= finds, as Atom (RFC 4287)."""
    who, text = visitor(request), asking.query_of(request.query)
    if text:
        asked = await finding.searched(request.app[ARCHIVE], text, 1)
        told, name = asked.found.stories, query_title(asked.query.text, who.language)
    else:
        told = (await finding.newest(request.app[ARCHIVE], 1)).stories
        name = translate(who.language, "web.newest")
    newest_first = sorted(told, key=lambda story: story.updated_at, reverse=True)
    root = ET.Element("feed", xmlns=ATOM)
    add(root, "title", f"SteppeWire: {name}")
    add(root, "id", f"urn:steppewire:search:{text}" if text else "urn:steppewire:newest")
    ET.SubElement(root, "link", rel="self", href=request.rel_url.raw_path_qs)
    add(root, "updated", rfc3339(newest_first[0].updated_at if told else finding.now()))
    for story in newest_first:
        root.append(_entry(story, request))
    body = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    answer = answers.file(body, "application/atom+xml")
    answer.headers["Vary"] = "Accept-Language"
    return answer


def _entry(story: Story, request: web.Request) -> ET.Element:
    """Write a story as an entry: its headline, whose that is and where, and how many tell it."""
    who = visitor(request)
    item = headline(story, reading_of(who.chat))
    entry = ET.Element("entry")
    add(entry, "title", title(item, who.language))
    add(entry, "id", f"urn:steppewire:story:{story.id}")
    add(entry, "published", rfc3339(story.first_at))
    add(entry, "updated", rfc3339(story.updated_at))
    add(ET.SubElement(entry, "author"), "name", item.outlet.name)
    ET.SubElement(entry, "link", href=web_address(item.url) or f"/story/{story.id}")
    add(entry, "summary", plain(facts(story, who.language, command=False)))
    return entry


def add(parent: ET.Element, name: str, text: str) -> None:
    """Add an element with a text; what XML cannot say is left out."""
    ET.SubElement(parent, name).text = NOT_XML.sub("", text)
