"""Sample items → RSS 2.0, Atom (RFC 4287) and plain HTML pages (pure)."""

from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime
from html import escape
from typing import TypeAlias

from bot.sandbox.outlets.news import SampleItem
from bot.sandbox.outlets.samples import SampleOutlet

Entry: TypeAlias = tuple[SampleItem, str, datetime, str]
"""An item, the paths of its page, when it came out, and of its picture, "" where it has none."""
NOTICE = "An invented outlet of the SteppeWire demo; nothing here is real reporting."


def rss(outlet: SampleOutlet, origin: str, entries: Sequence[Entry], latest: datetime) -> str:
    """Write an RSS 2.0 document."""
    items = "".join(_rss_item(origin, *entry) for entry in entries)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"'
        ' xmlns:media="http://search.yahoo.com/mrss/"><channel>'
        f"<title>{escape(outlet.name)}</title><link>{escape(origin + outlet.home_path)}</link>"
        f"<description>{escape(NOTICE)}</description><language>{outlet.languages[0]}</language>"
        f"<lastBuildDate>{format_datetime(latest)}</lastBuildDate>{items}</channel></rss>\n"
    )


def _rss_item(origin: str, item: SampleItem, path: str, at: datetime, image: str) -> str:
    link = escape(origin + path)
    picture = f'<media:content url="{escape(origin + image)}" medium="image"/>' if image else ""
    return (
        f"\n<item><title>{escape(item.title)}</title><link>{link}</link>"
        f'<guid isPermaLink="true">{link}</guid><pubDate>{format_datetime(at)}</pubDate>'
        f"<description>{escape(f'<p>{escape(item.summary)}</p>')}</description>{picture}</item>"
    )


def atom(outlet: SampleOutlet, origin: str, entries: Sequence[Entry], latest: datetime) -> str:
    """Write an Atom document."""
    home = escape(origin + outlet.home_path)
    items = "".join(_atom_entry(origin, *entry) for entry in entries)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"'
        f' xml:lang="{outlet.languages[0]}"><title>{escape(outlet.name)}</title><id>{home}</id>'
        f'<link href="{home}"/><link rel="self" href="{escape(origin + outlet.feed_path)}"/>'
        f"<subtitle>{escape(NOTICE)}</subtitle><updated>{latest.isoformat()}</updated>"
        f"<author><name>{escape(outlet.name)}</name></author>{items}</feed>\n"
    )


def _atom_entry(origin: str, item: SampleItem, path: str, at: datetime, image: str) -> str:
    link = escape(origin + path)
    file = f'<link rel="enclosure" type="image/png" href="{escape(origin + image)}"/>'
    return (
        f'\n<entry><title>{escape(item.title)}</title><link href="{link}"/><id>{link}</id>'
        f"<published>{at.isoformat()}</published><updated>{at.isoformat()}</updated>"
        f'<summary type="text">{escape(item.summary)}</summary>{file if image else ""}</entry>'
    )


def home_page(
    name: str, feed_path: str, rows: Sequence[tuple[str, str]], form: str = "rss"
) -> str:
    """Write a page of links that names its feed, if it has one."""
    kind = "atom" if form == "atom" else "rss"
    link = (
        f'<link rel="alternate" type="application/{kind}+xml" title="{escape(name)}"'
        f' href="{escape(feed_path)}">'
        if feed_path
        else ""
    )
    lines = "".join(f'<li><a href="{escape(path)}">{escape(text)}</a></li>' for text, path in rows)
    return _page(name, f"<ul>{lines}</ul>", link)


def story_page(name: str, item: SampleItem, at: datetime) -> str:
    """Write the page of one item."""
    body = f"<h2>{escape(item.title)}</h2><p><time>{at:%d %B %Y, %H:%M} UTC</time></p>"
    return _page(name, f"{body}<p>{escape(item.summary)}</p>", "")


def _page(name: str, body: str, head: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(name)}</title>{head}</head><body><h1>{escape(name)}</h1>"
        f"<p><small>{escape(NOTICE)}</small></p>{body}</body></html>"
    )
