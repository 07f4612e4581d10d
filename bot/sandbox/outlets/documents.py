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
REST = {
    "en": (
        "Nobody of this article exists, and nothing of it has happened: it is here so that whoever tries the demo can read a page to its end, in a chat, by the button under an alert.",
        "An article of an outlet begins like this one. First comes what is new, in a sentence or two; then who said so, and where; then what was known before, for those who were away last week.",
        "People who were asked in the bazaar gave five answers to three questions. Two had heard of it from a neighbour, one from the radio, and the fourth wanted to talk about the price of melons.",
        "The editors sent a photographer, who came back with forty pictures of hills. One of them stands beside the headline, small or large, or not at all for those who said so in the settings.",
        "Specialists remind readers that a steppe looks empty only from a train. From a saddle one sees that it is full of things which have no wish to be seen, and most of them are listening.",
        "Officials promised to look into the matter before the end of the quarter. Which quarter that is was not said, and the press service asked for questions to be sent in writing, in two copies.",
        "The weather on that day was as one expects it: wind from the north-west until noon, then from all the other sides in turn. Nobody was surprised but a visitor, who had come without a hat.",
        "What comes next is not known. This outlet is invented as well, and will be printing the next number of its paper as soon as the demo wants one, which is every few seconds.",
    ),
    "ru": (
        "Никого из этой статьи нет, и ничего из неё не случилось: она здесь для того, чтобы всякий, кто пробует демо, мог дочитать страницу до конца прямо в чате, кнопкой под оповещением.",
        "Так начинается и статья настоящего издания. Сначала то, что нового, одной-двумя фразами; потом кто это сказал и где; потом то, что было известно раньше, для тех, кто неделю был в отъезде.",
        "Люди, которых спросили на базаре, дали пять ответов на три вопроса. Двое слышали об этом от соседа, один по радио, а четвёртый хотел говорить о ценах на дыни и больше ни о чём.",
        "Редакция отправила фотографа, и он вернулся с сорока снимками холмов. Один из них стоит рядом с заголовком, маленький или большой, а для тех, кто так выбрал в настройках, не стоит вовсе.",
        "Знатоки напоминают, что пустой степь кажется только из поезда. Из седла видно, что в ней полно всякого, кому вовсе не хочется быть увиденным, и почти все они прислушиваются.",
        "В ведомстве обещали разобраться до конца квартала. Какого именно, не сказали, а пресс-служба попросила присылать вопросы письменно, в двух экземплярах и без сокращений.",
        "Погода в тот день была такой, какой её и ждут: до полудня ветер с северо-запада, потом по очереди со всех остальных сторон. Удивился один приезжий, который был без шапки.",
        "Что будет дальше, неизвестно. Издание это тоже выдумано и напечатает следующий номер, как только он понадобится демо, а нужен он ему каждые несколько секунд.",
    ),
}  # fmt: skip
"""How every article of the demo goes on."""
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
    told = (item.summary, *REST.get(item.lang, REST["en"]))
    text = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in told)
    return _page(name, f"<article>{body}{text}</article>", "")


def _page(name: str, body: str, head: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(name)}</title>{head}</head><body><h1>{escape(name)}</h1>"
        f"<p><small>{escape(NOTICE)}</small></p>{body}</body></html>"
    )
