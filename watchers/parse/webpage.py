"""Sources without a feed: pages read by CSS selectors, and public Telegram channel previews."""

import html
import re
from collections.abc import Iterable, Iterator, Mapping

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from watchers import addresses
from watchers.parse import images
from watchers.parse.headlines import Headline, headlines
from watchers.parse.images import RawImage
from watchers.parse.raw import RawEntry, RawFeed
from watchers.parse.values import FeedLink
from watchers.text import markup, urls

_FEED_TYPE = re.compile(r"\b(?:rss2?|atom|rdf)\b|\bfeed\+json\b")
_XML_TYPES = frozenset({"text/xml", "application/xml"})
_COMMENTS = re.compile(
    r"comment|repl(?:y|ies)\b|коммент|отзыв|пікір|пикир|изоҳ|izoh|шарҳ|sharh|yorum", re.IGNORECASE
)
_FEEDLIKE = re.compile(r"(?i)(?:^|[/.?=_-])(?:rss2?|atom|feed|feeds|rdf)(?:$|[/.?&=_-])")
# An attribute in quotes may hold ">"; where quotes do not come in pairs, the first ">" ends it.
_WITHIN_TAG = r"""((?:[^<>"']|"[^"<]*"|'[^'<]*'){1,1000}|[^<>]{1,1000})>"""
_LINK_TAG = re.compile(rf"(?i)<link\s{_WITHIN_TAG}")
_ANCHOR_TAG = re.compile(rf"(?i)<a\s{_WITHIN_TAG}")
_BASE_TAG = re.compile(rf"(?i)<base\s{_WITHIN_TAG}")
_COMMENTED_OUT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,30})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_LONE_ADDRESS = re.compile(r"https?://\S+")
_PHOTOS = (
    ":not(.tgme_widget_message_reply) > a.tgme_widget_message_photo_wrap,"
    " .tgme_widget_message_grouped_layer .tgme_widget_message_photo_wrap,"
    " .tgme_widget_message_video_thumb, .link_preview_image, .link_preview_right_image"
)
_BACKGROUND = re.compile(r"background-image:\s*url\(['\"]?([^'\")\s]{1,1000})['\"]?\)")
_WIDTH = re.compile(r"(?:^|;)\s*width:\s*(\d{1,5})(?:\.\d+)?px")
_SHARE = re.compile(r"padding-top:\s*(\d{1,4}(?:\.\d{1,6})?)%")
_LARGEST_PAGE = 2_000_000
_MOST_UNCLOSED = 20_000
_MOST_ENTRIES = 200
_MOST_LINKS = 12
_ANNOUNCES_NONE = 9


def feed_links(text: str, base: str) -> tuple[FeedLink, ...]:
    """Return the feeds a page points to: announced ones, else links that look like one.

    Feeds of comments only where there are no others, and last. By tags, not by tree: this reads
    whatever comes where a feed was expected, and building a tree of half a million nested
    elements takes minutes.
    """
    text = _COMMENTED_OUT.sub("", text[:_LARGEST_PAGE])
    if told_base := _BASE_TAG.search(text):
        base = urls.absolute(base, _attributes(told_base.group(1)).get("href", "")) or base
    links = [_attributes(tag) for tag in _LINK_TAG.findall(text)]
    anchors = [_attributes(tag) for tag in _ANCHOR_TAG.findall(text)]
    announced = [told for told in (*links, *anchors) if _announces(told) < _ANNOUNCES_NONE]
    found = _noted(sorted(announced, key=_announces), base)
    if all(map(_is_of_comments, found)):
        likely = ({"href": told.get("href", "")} for told in anchors)
        guessed = _noted((told for told in likely if _FEEDLIKE.search(told["href"])), base)
        found = list({link.url: link for link in (*guessed, *found)}.values())
    else:
        found = [link for link in found if not _is_of_comments(link)]
    return tuple(sorted(found, key=_is_of_comments)[:_MOST_LINKS])


def _is_of_comments(link: FeedLink) -> bool:
    return _COMMENTS.search(f"{link.url} {link.title}") is not None


def _announces(told: Mapping[str, str]) -> int:
    """Say how plainly a tag's attributes announce a feed, 0 the plainest."""
    relations = told.get("rel", "").lower().split()
    kind = told.get("type", "").lower().partition(";")[0].strip()
    if not relations and _FEED_TYPE.search(kind):
        return 2
    if not {"alternate", "feed"}.intersection(relations):
        return _ANNOUNCES_NONE
    if _FEED_TYPE.search(kind):
        return 0
    if "feed" in relations and not kind.startswith("text/html"):
        return 1  # a relation of HTML 5's drafts, hAtom's too
    is_likely = kind in _XML_TYPES or (not kind and _FEEDLIKE.search(told.get("href", "")))
    return 2 if is_likely and "hreflang" not in told else _ANNOUNCES_NONE


def _noted(tags: Iterable[Mapping[str, str]], base: str) -> list[FeedLink]:
    """Make links of tags, each address once."""
    found: dict[str, FeedLink] = {}
    for told in tags:
        url = urls.absolute(base, told.get("href", ""))
        if url and url not in found:
            found[url] = FeedLink(url, markup.title(told.get("title", ""))[:100])
    return list(found.values())


def _attributes(tag: str) -> dict[str, str]:
    return {
        name.lower(): html.unescape(double or single or bare).strip()
        for name, double, single, bare in _ATTRIBUTE.findall(tag)
    }


def is_telegram(text: str) -> bool:
    """Tell whether a page is the public preview of a Telegram channel."""
    return "tgme_channel_info" in text or "tgme_widget_message" in text


def is_telegram_without_preview(text: str) -> bool:
    """Tell whether a page is Telegram's for a name that has no preview.

    Such are people, bots, groups, private channels, channels that do not want one, and names
    that nobody has: asked for their preview, Telegram shows the page with the button that opens
    the app.
    """
    return "tgme_page" in text and "tgme_action_button" in text


def telegram(text: str) -> RawFeed:
    """Read the last posts of a public channel from its preview page, oldest first."""
    tree = _tree(text)
    name = tree.css_first(".tgme_channel_info_header_title")
    home = tree.css_first(".tgme_channel_info_header_username a")
    feed = RawFeed(
        title=markup.one_line(name.text()) if name else "",
        site_url=(home.attributes.get("href") or "") if home else "",
        format="telegram",
    )
    for node in tree.css(".tgme_widget_message[data-post]")[:_MOST_ENTRIES]:
        if entry := _post(node):
            feed.entries.append(entry)
    return feed


def scraped(text: str, url: str, rules: dict[str, str]) -> RawFeed | None:
    """Read a page by selectors: ``item`` (each entry), ``title``, ``link``, ``date``, ``summary``.

    All but ``item`` are searched inside the entry; without them the entry's own first link is
    title and address. With ``addresses.AUTO`` for ``item`` the page's main list of headlines is
    found anew each time. None when a selector is not valid CSS.
    """
    tree = _tree(text)
    base = _base(tree, url)
    heading = tree.css_first("title")
    feed = RawFeed(
        title=markup.one_line(heading.text()) if heading else "", site_url=url, format="page"
    )
    if rules.get("item") == addresses.AUTO:
        feed.entries = [_headline_entry(one) for one in headlines(tree, base)[:_MOST_ENTRIES]]
        return feed
    try:
        for node in tree.css(rules["item"])[:_MOST_ENTRIES]:
            if entry := _scraped_entry(node, rules, base):
                feed.entries.append(entry)
    except (SelectolaxError, ValueError, KeyError):
        return None
    return feed


def bad_selector(rules: dict[str, str]) -> str:
    """Return the first of the rules that is not valid CSS; "" where all are."""
    tree = LexborHTMLParser("<p></p>")
    for name, selector in rules.items():
        if name == "time_zone" or selector == addresses.AUTO:
            continue
        try:
            tree.css_first(selector)
        except (SelectolaxError, ValueError):
            return selector
    return ""


def _scraped_entry(node: LexborNode, rules: dict[str, str], base: str) -> RawEntry | None:
    anchor = _one(node, rules.get("link") or "a[href]")
    if anchor is None and node.tag == "a":
        anchor = node
    heading = _one(node, rules["title"]) if rules.get("title") else anchor or node
    when = _one(node, rules.get("date") or "time")
    summary = _one(node, rules["summary"]) if rules.get("summary") else None
    link = urls.absolute(base, (anchor.attributes.get("href") or "") if anchor else "")
    title = markup.line_of(heading) if heading else ""
    if not title or not link:
        return None
    return RawEntry(
        link=link,
        title=title,
        summary=(summary.html or "") if summary else "",
        dates=_dates(when),
        images=list(images.in_markup(node.html or "")),
    )


def _headline_entry(one: Headline) -> RawEntry:
    return RawEntry(link=one.url, title=one.text, dates=_dates(one.date))


def _dates(when: LexborNode | None) -> list[str]:
    told = [when.attributes.get("datetime") or "", when.text()] if when else []
    return [date for date in told if date.strip()]


def _post(node: LexborNode) -> RawEntry | None:
    """Read a post, or a picture's caption; None for a picture without words.

    What it answers is another post's words, and "pinned a post" nobody's.
    """
    post = node.attributes.get("data-post") or ""
    body = _one(node, ".tgme_widget_message_text.js-message_text") or _one(
        node,
        ":not(.tgme_widget_message_reply) > .tgme_widget_message_text:not(.js-message_reply_text)",
    )
    is_service = "service_message" in (node.attributes.get("class") or "").split()
    if body is None or "/" not in post or is_service:
        return None
    when = _one(node, ".tgme_widget_message_date time[datetime]") or _one(node, "time[datetime]")
    origin = _one(node, ".tgme_widget_message_forwarded_from_name")
    inner = body.html or ""
    return RawEntry(
        guid=post,
        link=f"https://t.me/{post}",
        title=_title_of_post(node, markup.plain(inner)),
        summary=inner,
        dates=[when.attributes.get("datetime") or ""] if when else [],
        source=markup.line_of(origin) if origin else "",
        source_url=(origin.attributes.get("href") or "") if origin else "",
        images=list(_photos(node)),
    )


def _photos(node: LexborNode) -> Iterator[RawImage]:
    """Name a post's pictures: its photos, a film's first view, that of the page it links to."""
    for photo in node.css(_PHOTOS):
        style = photo.attributes.get("style") or ""
        address = _BACKGROUND.search(style)
        if address is None:
            continue
        width = told[1] if (told := _WIDTH.search(style)) else ""
        # A photo's height is written as its share of the width.
        share = _SHARE.search(photo.html or "")
        height = round(int(width) * float(share[1]) / 100) if width and share else 0
        yield RawImage(html.unescape(address[1]), width, str(height or ""))


def _title_of_post(node: LexborNode, text: str) -> str:
    """Return a post's first sentence, or what it links to is called where it only links."""
    linked = _one(node, ".tgme_widget_message_link_preview .link_preview_title")
    if linked is not None and _LONE_ADDRESS.fullmatch(text.strip()):
        return markup.line_of(linked)
    return markup.first_sentence(text)


def _tree(text: str) -> LexborHTMLParser:
    text = text[:_LARGEST_PAGE]
    if text.count("<") - 2 * text.count("</") > _MOST_UNCLOSED:
        text = ""  # building a tree costs the square of its depth
    return LexborHTMLParser(text)


def _one(node: LexborNode, selector: str) -> LexborNode | None:
    return node.css_first(selector)


def _base(tree: LexborHTMLParser, url: str) -> str:
    node = tree.css_first("base[href]")
    href = node.attributes.get("href") if node else None
    return urls.absolute(url, href or "") or url
