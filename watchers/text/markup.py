"""HTML and escaped text made into plain text that a person can read, in linear time."""

import html
import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

LONGEST_TITLE = 400
LONGEST_SUMMARY = 8000
"""Characters: a whole article, as some feeds give it."""
_LARGEST_FRAGMENT = 64 * 1024
"""Beyond this a summary is an article or an attack; its beginning says enough."""

_DEEPEST = 2000

# A tag starts with a letter right after "<": "Inflation < 10 %" and "a <3 b" are text.
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,2000}>|<!--.{0,2000}?-->|<!\[CDATA\[|\]\]>", re.DOTALL)
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
_SKIPPED = ("script", "style", "template", "noscript", "iframe", "object", "svg", "head")
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
        bare = _TAG.sub(" ", _UNREAD.sub(" ", text)) if "<" in text else text
        unescaped = html.unescape(bare) if _ENTITY.search(bare) else bare
        if unescaped == text:
            break
        text = unescaped
    return _shorten(one_line(text), LONGEST_TITLE)


def plain(fragment: str, limit: int = LONGEST_SUMMARY) -> str:
    """Turn an HTML fragment into text: paragraphs become lines, scripts and styles nothing."""
    fragment = fragment[:_LARGEST_FRAGMENT]
    if "<" not in fragment:
        text = html.unescape(fragment) if "&" in fragment else fragment
        if "<" not in text or not _TAG.search(text):
            return _shorten(_lines(text), limit)
        fragment = text  # escaped twice: it was markup after all
    text = _text_of(fragment)
    if "<" in text and _TAG.search(text):
        text = _text_of(text)
    elif _ENTITY.search(text):
        text = html.unescape(text)
    return _shorten(_lines(text), limit)


def one_line(text: str) -> str:
    """Collapse white space and drop characters nobody can see."""
    return " ".join(_INVISIBLE.sub("", text).split())


def first_sentence(text: str, limit: int = 160) -> str:
    """Return a headline's worth of a text's beginning: its first line or sentence."""
    line = text.strip().partition("\n")[0].strip()
    if len(line) <= limit:
        return line
    ends = list(re.finditer(r"[.!?…](?=\s)", line[: limit + 1]))
    return (
        line[: ends[-1].end()] if ends and ends[-1].end() >= limit // 4 else _shorten(line, limit)
    )


def _text_of(fragment: str) -> str:
    if fragment.count("<") - 2 * fragment.count("</") > _DEEPEST:
        # Tree building costs the square of the depth; nothing to read is nested like that.
        return html.unescape(_TAG.sub(" ", _UNREAD.sub(" ", fragment)))
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
