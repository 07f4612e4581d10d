"""HTML and escaped text made into plain text that a person can read, in linear time."""

import html
import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

LONGEST_TITLE = 400
LONGEST_SUMMARY = 8000
"""Characters: a whole article, as some feeds give it."""
_LARGEST_FRAGMENT = 64 * 1024
"""Beyond this a summary is an article or an attack; its beginning says enough."""

_DEEPEST = 2000

# A tag starts with a letter right after "<": "Inflation < 10 %" and "a <3 b" are text.
_TAG = re.compile(r"</?([a-zA-Z][\w:-]{0,60})(?![\w:-])[^<>]{0,2000}>")
# Marks of a document in what is a text: they mean nothing there, and a tree's builder would take
# escaped CDATA for a comment, with all that stands in it.
_MARKS = re.compile(
    r"<!--.{0,2000}?-->|<!\[CDATA\[|\]\]>|<!doctype\b[^<>]{0,2000}>|<\?[a-z][^<>]{0,2000}\?>"
    r"|<!\[(?:end)?if\b[^<>\]]{0,200}\](?:--)?>",
    re.DOTALL | re.IGNORECASE,
)
_UNREAD = re.compile(r"(?is)<(script|style)\b[^<>]{0,2000}>.*?(?:</\1\s*>|\Z)")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# Controls, bidirectional overrides, zero-width marks and soft hyphens: they make a headline
# look like another one or break words for search. ZWNJ and ZWJ stay: they spell words.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\uffff\U000e0000-\U000e007f\ud800-\udfff]"
)
_NEEDS_CARE = re.compile(r"[<&\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u180e\u2000-\u206f\ufeff\ufff0-]")
_BLOCKS = frozenset(
    "p div br li ul ol tr td th h1 h2 h3 h4 h5 h6 blockquote section article header footer "
    "figure figcaption table pre dd dt hr".split()
)
_PARTING = _BLOCKS | frozenset(
    "address aside audio button canvas caption center details dialog dir dl embed fieldset form "
    "frame hgroup iframe img input legend main menu nav noscript object option picture "
    "plaintext search select summary svg tbody textarea tfoot thead video xmp".split()
)
"""Elements beside which a word ends: what HTML shows as blocks (HTML, §15.3.3), and pictures."""
_LETTERING = "b,i,em,strong,u,s,sup,sub,small,big,font,mark,wbr"
_SKIPPED = ("script", "style", "template", "noscript", "iframe", "object", "svg", "head")
# XML ends an element where it closes itself; HTML reads on, and hides all that follows. A slash at
# the end of an attribute without quotes is the address's.
_SELF_CLOSED = re.compile(
    rf"""(?i)<(?:{"|".join((*_SKIPPED, "textarea", "title", "xmp", "noembed", "noframes"))})"""
    r"""(?:\s+[^\s<>"'=/]{1,100}(?:\s*=\s*(?:"[^"<]{0,4000}"|'[^'<]{0,4000}'"""
    r"""|[^\s"'<>]{1,2000}(?=\s)))?)*\s*/>"""
)
_SKIPS = re.compile(rf"<(?:{'|'.join(_SKIPPED)})", re.IGNORECASE)


def title(raw: str) -> str:
    """Make a headline of what a feed gives as one: no markup, no escapes, one line.

    Feeds escape once too often and put tags where text belongs; both are undone, at most
    twice, so that a headline about ``&amp;`` itself does not unravel further.
    """
    if not _NEEDS_CARE.search(raw):
        return _shorten(" ".join(raw.split()), LONGEST_TITLE)
    text = raw[:_LARGEST_FRAGMENT]
    for _ in range(3):
        bare = _without_tags(text) if "<" in text or "]]>" in text else text
        unescaped = html.unescape(bare) if _ENTITY.search(bare) else bare
        if unescaped == text:
            break
        text = unescaped
    return _shorten(one_line(text), LONGEST_TITLE)


def plain(fragment: str, limit: int = LONGEST_SUMMARY) -> str:
    """Turn an HTML fragment into text: paragraphs become lines, scripts and styles nothing."""
    fragment = fragment[:_LARGEST_FRAGMENT]
    if "<" not in fragment and "]]>" not in fragment:
        text = html.unescape(fragment) if "&" in fragment else fragment
        if "<" not in text or not _is_markup(text):
            return _shorten(_lines(text), limit)
        fragment = text  # escaped twice: it was markup after all
    text = _text_of(fragment)
    if "<" in text and _is_markup(text):
        text = _text_of(text)
    elif _ENTITY.search(text):
        text = html.unescape(text)
    return _shorten(_lines(text), limit)


def one_line(text: str) -> str:
    """Collapse white space and drop characters nobody can see."""
    return " ".join(_INVISIBLE.sub("", text).split())


def line_of(node: LexborNode) -> str:
    """Return what a page's element reads, on one line.

    Letters set in bold or higher belong to their word; other elements inside stand apart, as a
    card's hour and its headline do.
    """
    if node.css_first(_LETTERING) is not None:
        tree = LexborHTMLParser(node.html or "")  # the page itself stays as it is
        tree.unwrap_tags(_LETTERING.split(","))
        node = tree.body or node
        node.merge_text_nodes()
    return one_line(node.text(separator=" "))


def first_sentence(text: str, limit: int = 160) -> str:
    """Return a headline's worth of a text's beginning: its first line or sentence."""
    line = text.strip().partition("\n")[0].strip()
    if len(line) <= limit:
        return line
    ends = list(re.finditer(r"[.!?…](?=\s)", line[: limit + 1]))
    return (
        line[: ends[-1].end()] if ends and ends[-1].end() >= limit // 4 else _shorten(line, limit)
    )


def _is_markup(text: str) -> bool:
    return _TAG.search(text) is not None or _MARKS.search(text) is not None


def _without_tags(text: str) -> str:
    """Take tags out by themselves: a tag within a word leaves no blank, a block's does."""
    text = _UNREAD.sub(" ", _SELF_CLOSED.sub(" ", _MARKS.sub("", text)))
    return _TAG.sub(lambda tag: " " if tag[1].lower() in _PARTING else "", text)


def _text_of(fragment: str) -> str:
    if "<!" in fragment or "<?" in fragment or "]]>" in fragment:
        fragment = _MARKS.sub("", fragment)
    if "/>" in fragment:
        fragment = _SELF_CLOSED.sub("", fragment)
    if fragment.count("<") - 2 * fragment.count("</") > _DEEPEST:
        # Tree building costs the square of the depth; nothing to read is nested like that.
        return html.unescape(_without_tags(fragment))
    # Lexbor reads "< 10 %" as text, closes what is open and is not recursive.
    tree = LexborHTMLParser(_break_blocks(fragment))
    if _SKIPS.search(fragment):
        tree.strip_tags(list(_SKIPPED))
    body = tree.body
    return body.text(deep=True, separator="") if body is not None else ""


_BLOCK_TAG = re.compile(rf"<(?=/?(?:{'|'.join(sorted(_BLOCKS))})[\s/>])", re.IGNORECASE)


def _break_blocks(fragment: str) -> str:
    # Source line breaks are spaces in HTML; only block tags break lines.
    return "\x0b<".join(_BLOCK_TAG.split(fragment.replace("\n", " ")))


def _lines(text: str) -> str:
    text = _INVISIBLE.sub("", text.replace("\x0b", "\n"))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    return "\n".join([line for line in lines if line])


def _shorten(text: str, limit: int) -> str:
    if len(text) <= limit:
        return text
    cut = text[: limit - 1]
    # Never split a letter from its combining mark, and prefer the end of a word.
    while cut and unicodedata.combining(text[len(cut)]):
        cut = cut[:-1]
    at_word = cut.rsplit(" ", 1)[0]
    return (at_word if len(at_word) > limit * 3 // 4 else cut).rstrip() + "…"


def is_selector(css: str) -> bool:
    """Tell whether a text can be read as a CSS selector."""
    try:
        LexborHTMLParser("<p>").css(css)
    except SelectolaxError:
        return False
    return True
