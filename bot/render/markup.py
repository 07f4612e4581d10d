"""Text → Telegram HTML. All escaping happens here, and all cutting to Telegram's measures."""

import html
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from bot import texts
from bot.conversation import Html
from storage.masking import without_user_info
from watchers.text import urls

MOST_UNITS = 4096
"""Telegram counts a message after reading its HTML; UTF-16 units are the strictest reading."""

MOST_BYTES = 30_000
"""Raw HTML beyond 32,768 bytes is not even read by the server."""

MOST_ENTITIES = 95
"""Of 100 that take effect; the surplus would silently lose its links."""

_REMEMBERED = 4096
"""So many headlines, names and addresses are remembered as rendered: many are told the same."""

_LINE_SPACE = re.compile(r"[^\S\n]+")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]")
_INVISIBLE = re.compile("[\u200b\u2060\ufeff\u00ad\u180e\u3164\u115f\u1160]")
_PIECE = re.compile(r"<[^<>]*>|&(?:[a-zA-Z]+|#\d+);|[^<&]+|[<&]")
_MOST_MARKS = 2
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_VOID = ("br",)
_SPACED = re.compile(r"[\s\x00-\x1f]")


# --- one string ----------------------------------------------------------------------------


def units(text: str) -> int:
    """Measure text as Telegram does, in UTF-16 units: an emoji counts two."""
    return len(text) + sum(1 for letter in text if letter > "\uffff")


def cut(text: str, limit: int) -> str:
    """Cut plain text to a limit in UTF-16 units, at a word's end where one is near."""
    if units(text) <= limit:
        return text
    room = limit - 1
    end = 0
    for letter in text:
        room -= 2 if letter > "\uffff" else 1
        if room < 0:
            break
        end += 1
    while end and _clings(text[end : end + 1], text[end - 1]):
        end -= 1
    space = text.rfind(" ", max(0, end - 24), end + 1)
    return text[: space if space > 0 else end].rstrip(" ,;:–—-") + "…"


def _clings(following: str, last: str) -> bool:
    """Tell whether a cut between two characters would break one that people see as one."""
    joins = bool(following) and (
        unicodedata.combining(following) > 0 or following in "\u200d\ufe0f\U0001f3fb\U0001f3ff"
    )
    return joins or last == "\u200d"


@lru_cache(maxsize=_REMEMBERED)
def tidy(text: str, limit: int = 300) -> str:
    """Make a foreign string harmless to look at: one line, no controls, no towers of marks.

    Direction marks that could turn the rest of the message around are dropped; text that runs
    from right to left is isolated instead.
    """
    plain = _INVISIBLE.sub("", _BIDI.sub("", text.replace("\n", " ")))
    plain = "".join(_without_towers(plain[: limit * 8]))
    plain = cut(_LINE_SPACE.sub(" ", plain).strip(), limit)
    if any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in plain):
        return f"{_ISOLATE}{plain}{_END_ISOLATE}"
    return plain


def _without_towers(text: str) -> Iterator[str]:
    marks = 0
    for letter in text:
        category = unicodedata.category(letter)
        if category in ("Mn", "Me"):
            marks += 1
            if marks > _MOST_MARKS:
                continue
        else:
            marks = 0
        if category in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp"):
            yield " "
        else:
            yield letter


def escape(text: str) -> Html:
    """Escape foreign text; what is HTML already stays as it is."""
    return text if isinstance(text, Html) else Html(html.escape(text, quote=True))


def translate_html(language: str, key: str, /, **values: object) -> Html:
    """Say a catalogue's sentence as HTML: its own tags are kept, every value is escaped."""
    return Html(texts.filled(language, key, escape, **values))


def joined(parts: Iterable[str], separator: str = "\n") -> Html:
    """Join pieces of HTML (or plain pieces, which are escaped), leaving out the empty ones."""
    return Html(separator.join(escape(part) for part in parts if part))


def bold(text: str) -> Html:
    """Set text in bold; nothing stays nothing."""
    return Html(f"<b>{escape(text)}</b>") if text else Html()


def italic(text: str) -> Html:
    """Set text in italics; nothing stays nothing."""
    return Html(f"<i>{escape(text)}</i>") if text else Html()


def struck(text: str) -> Html:
    """Strike text through: it stood there and stands no more."""
    return Html(f"<s>{escape(text)}</s>")


def code(text: str) -> Html:
    """Set text as something to be typed; a touch copies it."""
    return Html(f"<code>{escape(text)}</code>")


def quote(text: str, *, folded: bool = False) -> Html:
    """Set text as a quotation; a folded one opens at a touch."""
    return Html(f"<blockquote{' expandable' if folded else ''}>{escape(text)}</blockquote>")


def link(text: str, url: str) -> Html:
    """Link text to a web address; an address that is not plainly http(s) gives the text alone."""
    safe = web_address(url)
    return Html(
        f'<a href="{html.escape(safe, quote=True)}">{escape(text)}</a>' if safe else escape(text)
    )


def mention(name: str, person_id: int) -> Html:
    """Name a person so that Telegram tells them and opens the answer to what asks them."""
    return Html(f'<a href="tg://user?id={int(person_id)}">{escape(tidy(name, 60))}</a>')


@lru_cache(maxsize=_REMEMBERED)
def web_address(url: str) -> str:
    """Return the address where it is http(s) with a host and of a sane length, else "".

    Never with a name and a password: what we link to, everybody may open.
    """
    url = without_user_info(url.strip())
    try:
        parts = urls.split(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return url if good and not _SPACED.search(url) and len(url) <= 2000 else ""  # noqa: PLR2004 - above it Telegram drops the link


def plain(markup: str) -> str:
    """Take Telegram HTML back to plain text, for a message that Telegram could not read."""
    return html.unescape(re.sub(r"<[^<>]*>", "", markup))


def measure(markup: str) -> int:
    """Measure HTML as Telegram does: what is seen, in UTF-16 units."""
    return units(plain(markup))


# --- many messages -------------------------------------------------------------------------


@dataclass(slots=True)
class _Page:
    """A message being filled: its pieces, what they weigh, and which tags stand open."""

    pieces: list[str] = field(default_factory=list)
    seen: int = 0
    size: int = 0
    entities: int = 0
    open_tags: list[str] = field(default_factory=list)

    def add(self, piece: str) -> None:
        self.pieces.append(piece)
        self.size += len(piece.encode(errors="surrogatepass"))
        if not piece.startswith("<"):
            self.seen += units(html.unescape(piece))
        elif piece.startswith("</"):
            if self.open_tags:
                self.open_tags.pop()
        elif _name(piece) not in _VOID:
            self.entities += 1
            self.open_tags.append(piece)

    def closed(self) -> Html:
        """End the page: tags still open are closed."""
        ends = "".join(f"</{_name(tag)}>" for tag in reversed(self.open_tags))
        return Html("".join(self.pieces).rstrip() + ends)


def _name(tag: str) -> str:
    return tag.strip("</>").split(maxsplit=1)[0]


def chunks(markup: str, limit: int = MOST_UNITS) -> list[Html]:
    """Split HTML into messages below Telegram's measures, at paragraphs, lines, then words.

    A tag open at a split is closed and opened again; nothing else of the text is lost but the
    white space at the split.
    """
    done: list[Html] = []
    page = _Page()
    for line in _lines(markup, limit):
        if page.pieces and not _fits(page, line, limit):
            done.append(page.closed())
            tags = list(page.open_tags)
            page = _Page()
            for tag in tags:
                page.add(tag)
            line = line.lstrip("\n")  # noqa: PLW2901 - a page does not begin with blank lines
        for piece in _PIECE.findall(line):
            page.add(piece)
    if plain("".join(page.pieces)).strip():
        done.append(page.closed())
    return [message for message in done if plain(message).strip()]


def _fits(page: _Page, line: str, limit: int) -> bool:
    """Tell whether the line goes onto the page; a heading goes with what it heads."""
    return (
        page.seen + measure(line) <= limit
        and page.size + len(line.encode(errors="surrogatepass")) <= MOST_BYTES
        and page.entities + line.count("<") // 2 <= MOST_ENTITIES
    )


def _lines(markup: str, limit: int) -> Iterator[str]:
    """Yield whole paragraphs where they fit a message, else lines, else words, else letters."""
    for paragraph in re.split(r"(?<=\n)(?=\n)", markup):
        if _small(paragraph, limit):
            yield paragraph
            continue
        for line in re.split(r"(?<=\n)", paragraph):
            if _small(line, limit):
                yield line
            else:
                yield from _parts(line, limit)


def _small(text: str, limit: int) -> bool:
    return (
        measure(text) <= limit
        and len(text.encode(errors="surrogatepass")) <= MOST_BYTES
        and text.count("<") // 2 <= MOST_ENTITIES
    )


def _parts(line: str, limit: int) -> Iterator[str]:
    """Split one overlong line between words; a word longer than a message between letters."""
    for piece in _PIECE.findall(line):
        if piece.startswith(("<", "&")):
            yield piece
            continue
        for word in re.split(r"(?<=\s)(?=\S)", piece):
            if units(word) <= limit:
                yield word
            else:
                yield from _letters(word, limit)


def _letters(word: str, limit: int) -> Iterator[str]:
    room = max(1, limit // 4)
    for start in range(0, len(word), room):
        yield word[start : start + room]
