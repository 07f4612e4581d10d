"""Telegram's HTML mode (pure): marked-up text → plain text and entities, as strict as TDLib.

The rules and the sentences of refusal follow TDLib's `parse_html` (td/telegram/MessageEntity.cpp);
byte offsets count UTF-8 bytes of the source, entity offsets count UTF-16 units of the result.
"""

import re
from dataclasses import dataclass, replace

from bot.sandbox.telegram.autolinks import valid_link
from bot.sandbox.telegram.errors import ApiError, bad_request
from bot.sandbox.telegram.model import MessageEntity

MAX_ENTITIES = 100  # surplus is silently lost
KINDS = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "code": "code",
    "pre": "pre",
    "a": "text_link",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_REFERENCE = re.compile(r"&(?:#(\d{1,8})|#[xX]([0-9a-fA-F]{1,8})|(lt|gt|amp|quot));?")
_SPACE = " \t\r\n\0\v\f"


def utf16_len(text: str) -> int:
    """Length in UTF-16 units, the unit of every offset in the Bot API."""
    return len(text) + sum(ch > "\uffff" for ch in text)


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    piece: int


class _Parser:
    """One pass over the source; every character is visited a bounded number of times."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.units = 0
        self.pieces: list[str] = []
        self.open: list[_Open] = []
        self.entities: list[MessageEntity] = []

    def parse(self) -> tuple[str, tuple[MessageEntity, ...]]:
        while self.at < len(self.source):
            char = self.source[self.at]
            if char == "<":
                self._tag()
            elif char == "&":
                self._put(self._reference())
            else:
                stop = re.compile("[<&]").search(self.source, self.at)
                end = stop.start() if stop else len(self.source)
                self._put(self.source[self.at : end])
                self.at = end
        if self.open:
            tag = self.open[-1].tag
            raise _refusal(f"Can't find end tag corresponding to start tag {_quoted(tag)}")
        return "".join(self.pieces), tuple(self.entities)

    def _put(self, text: str) -> None:
        self.pieces.append(text)
        self.units += utf16_len(text)

    def _reference(self) -> str:
        found = _REFERENCE.match(self.source, self.at)
        text = _decoded(found) if found else ""
        self.at = found.end() if found and text else self.at + 1
        return text or "&"

    def _tag(self) -> None:
        begin = self.at
        self.at += 1
        if self._peek() == "/":
            self._end_tag(begin)
        else:
            self._start_tag(begin)

    def _peek(self) -> str:
        return self.source[self.at] if self.at < len(self.source) else ""

    def _until(self, stops: str) -> str:
        begin = self.at
        while self.at < len(self.source) and self.source[self.at] not in stops:
            self.at += 1
        return self.source[begin : self.at]

    def _skip_space(self) -> None:
        while self._peek() and self._peek() in _SPACE:
            self.at += 1

    def _where(self, index: int) -> str:
        return f"at byte offset {len(self.source[:index].encode(errors='surrogatepass'))}"

    def _start_tag(self, begin: int) -> None:
        tag = self._until(_SPACE + ">").lower()
        if not self._peek():
            raise _refusal(f"Unclosed start tag {self._where(begin)}")
        if tag not in KINDS:
            raise _refusal(f"Unsupported start tag {_quoted(tag)} {self._where(begin)}")
        argument = ""
        while True:
            self._skip_space()
            if self._peek() == ">":
                break
            name, value = self._attribute(tag, begin)
            argument = _argument(tag, name, value) or argument
        if tag == "span" and argument != "spoiler":
            text = f'Tag "span" must have class "tg-spoiler" {self._where(begin)}'
            raise _refusal(text)
        self.at += 1
        self.open.append(_Open(tag, argument, self.units, len(self.pieces)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str]:
        name = self._until(_SPACE + "=>").lower()
        if not self._peek():
            raise _refusal(f"Unclosed start tag {_quoted(tag)} {self._where(begin)}")
        if not name:
            raise _refusal(f"Empty attribute name in the tag {_quoted(tag)} {self._where(begin)}")
        self._skip_space()
        if self._peek() != "=":
            if tag == "blockquote" and name == "expandable" and self._peek():
                return name, "1"
            text = "Expected equal sign in declaration of an attribute of the tag"
            raise _refusal(f"{text} {_quoted(tag)} {self._where(begin)}")
        self.at += 1
        self._skip_space()
        value = self._value(begin)
        if not self._peek():
            raise _refusal(f"Unclosed start tag {self._where(begin)}")
        return name, value

    def _value(self, begin: int) -> str:
        quote = self._peek()
        if not quote:
            raise _refusal(f"Unclosed start tag {self._where(begin)}")
        if quote not in "\"'":
            token_at = self.at
            value = re.compile(r"[A-Za-z0-9.\-]*").match(self.source, self.at)
            token = value.group() if value else ""
            self.at += len(token)
            if self._peek() and self._peek() not in _SPACE + ">":
                raise _refusal(f"Unexpected end of name token {self._where(token_at)}")
            return token.lower()
        self.at += 1
        raw = self._until(quote)
        self.at += 1
        return _REFERENCE.sub(lambda found: _decoded(found) or found.group(), raw)

    def _end_tag(self, begin: int) -> None:
        if not self.open:
            raise _refusal(f"Unexpected end tag {self._where(begin)}")
        self.at += 1
        found = self._until(_SPACE + ">").lower()
        self._skip_space()
        if self._peek() != ">":
            raise _refusal(f"Unclosed end tag {self._where(begin)}")
        self.at += 1
        opened = self.open.pop()
        if found and found != opened.tag:
            raise _refusal(
                f'Unmatched end tag {self._where(begin)}, expected "</{opened.tag}>",'
                f' found "</{found}>"'
            )
        if self.units > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity = MessageEntity(KINDS[opened.tag], opened.offset, self.units - opened.offset)
        match opened.tag:
            case "a":
                url = opened.argument or "".join(self.pieces[opened.piece :])
                if not valid_link(url):
                    return  # dropped silently, the text stays
                entity = replace(entity, url=url)
            case "blockquote" if opened.argument:
                entity = replace(entity, type="expandable_blockquote")
            case "tg-emoji":
                entity = replace(entity, custom_emoji_id=opened.argument)
            case "code" if opened.argument and self.open and self.open[-1].tag == "pre":
                self.open[-1].argument = opened.argument
                return
            case "pre":
                entity = replace(entity, language=opened.argument)
            case _:
                pass
        self.entities.append(entity)


def _decoded(found: re.Match[str]) -> str:
    decimal, hexadecimal, name = found.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    legal = 0 < code < 0x110000 and not 0xD800 <= code < 0xE000  # noqa: PLR2004 - Unicode
    return chr(code) if legal else ""


def _argument(tag: str, name: str, value: str) -> str:
    match tag, name:
        case "a", "href":
            return value
        case "code", "class" if value.startswith("language-"):
            return value.removeprefix("language-")
        case "span", "class" if value.startswith("tg-"):
            return value.removeprefix("tg-")
        case "tg-emoji", "emoji-id":
            return value
        case "blockquote", "expandable":
            return "1"
        case _:
            return ""


def _quoted(tag: str) -> str:
    return f'"{tag}"'


def _refusal(text: str) -> ApiError:
    return bad_request(f"can't parse entities: {text}")


def parse_html(source: str) -> tuple[str, tuple[MessageEntity, ...]]:
    """Read HTML mode; raise ApiError 400 "can't parse entities: …" where Telegram would."""
    text, entities = _Parser(source).parse()
    return text, tuple(sorted(entities, key=lambda e: (e.offset, -e.length)))


def trimmed(
    text: str, entities: tuple[MessageEntity, ...]
) -> tuple[str, tuple[MessageEntity, ...]]:
    """Cut the white space around a text and move the entities along."""
    clean = text.strip(_SPACE)
    lead = utf16_len(text[: len(text) - len(text.lstrip(_SPACE))])
    size = utf16_len(clean)
    kept = []
    for entity in entities[:MAX_ENTITIES]:
        start = max(0, entity.offset - lead)
        end = min(size, entity.offset + entity.length - lead)
        if end > start:
            kept.append(replace(entity, offset=start, length=end - start))
    return clean, tuple(kept)
