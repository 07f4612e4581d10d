"""The query language's lexer: text into brackets, operators, phrases, filters and words."""

import re
from dataclasses import dataclass
from enum import Enum, auto

from storage.errors import NewsError, Text

MAX_QUERY = 400
MAX_TERMS = 40
EXAMPLE = Text("example.query")
FILTERS = ("about", "country", "lang", "source", "by", "since", "until", "topic")


class Sort(Enum):
    """What a lexeme is."""

    OPEN = auto()
    CLOSE = auto()
    AND = auto()
    OR = auto()
    NOT = auto()
    PHRASE = auto()
    WORD = auto()
    EXACT = auto()
    PREFIX = auto()
    FILTER = auto()


@dataclass(frozen=True, slots=True)
class Lexeme:
    """A piece of a query; ``at`` is its offset in what was typed."""

    sort: Sort
    text: str
    at: int
    name: str = ""


_OPERATORS = {
    word: sort
    for sort, words in {
        Sort.AND: "AND && & И ЖӘНЕ JÄNE ЖАНА VA ВА WE",
        Sort.OR: "OR || | ИЛИ НЕМЕСЕ NEMESE ЖЕ YOKI ЁКИ Ё ÝA-DA",
        Sort.NOT: "NOT НЕ ЕМЕС EMES ЭМЕС EMAS ЭМАС DÄL",
    }.items()
    for word in words.split()
}
"""In capitals, of every language that we read; each may stand where the English one does."""
_CLOSING = {'"': '"\u201d\u201c', "«": "»", "“": '”"', "„": '“”"'}
_OPENING = (*_CLOSING, "(")
_QUOTES = re.compile('["«»“”„]')
_CHUNK = re.compile(r"[^\s()|\"«“„]+")
_FILTER = re.compile(r"([^\W\d_]+):(\S+)\Z")
_COMMAS = ",;"
_LISTED = re.compile(r"(?:[^\s()|\"«“„,;]|,(?=\d))+[,;]*|[,;]+")
"""A word with its comma; a comma before a figure belongs to the figure: 16,5%."""
_SLASHED = re.compile(r"([^\W\d_]{3,})((?:/[^\W\d_]{3,})+)")
"""Words with slashes between: either. AC/DC, km/h and 24/7 are rows of words."""
_AGAINST = frozenset({"vs", "vs.", "versus", "против", "/"})
_HYPHENS = "-\u2013\u2212"


def lex(text: str) -> list[Lexeme]:
    """Cut a query; raises NewsError query.too_long or query.unclosed_quote."""
    if len(text) > MAX_QUERY:
        raise NewsError("query.too_long", position=MAX_QUERY, limit=MAX_QUERY, example=EXAMPLE)
    found: list[Lexeme] = []
    at = 0
    while at < len(text):
        letter = text[at]
        if letter.isspace():
            at += 1
        elif letter in "()":
            found.append(Lexeme(Sort.OPEN if letter == "(" else Sort.CLOSE, letter, at))
            at += 1
        elif letter == "|":
            found.append(Lexeme(Sort.OR, "|", at))
            at += 2 if text.startswith("||", at) else 1
        elif letter in _CLOSING:
            at = _phrase(text, at, found)
        elif (letter in _HYPHENS or letter == "!") and _negates(text, at):
            found.append(Lexeme(Sort.NOT, "-", at))
            at += 1
        else:
            at = _chunk(text, at, found)
    return found


def alternatives(text: str) -> str:
    """Write a list with commas as one with OR: «газ, нефть» as «газ OR нефть»; "" for no list.

    A comma weighs nothing in a query: all of the words are asked for.
    """
    groups: list[list[str]] = [[]]
    for lexeme in lex(text):
        if lexeme.sort not in (Sort.WORD, Sort.PHRASE):
            return ""
        if lexeme.sort is Sort.PHRASE:
            groups[-1].append(f'"{lexeme.text}"')
            continue
        word = lexeme.text.strip(_COMMAS)
        groups[-1] += [word] if word else []
        if lexeme.text[-1] in _COMMAS:
            groups.append([])
    told = [" ".join(group) for group in groups if group]
    return " OR ".join(told) if len(told) > 1 else ""


def compared(text: str) -> tuple[str, ...]:
    """Cut ``A vs B`` into the queries that are compared, outside brackets and quotation marks."""
    parts: list[str] = []
    start = depth = 0
    for lexeme in lex(text):
        depth += (lexeme.sort is Sort.OPEN) - (lexeme.sort is Sort.CLOSE)
        if not depth and lexeme.sort is Sort.WORD and lexeme.text.casefold() in _AGAINST:
            parts.append(text[start : lexeme.at].strip())
            start = lexeme.at + len(lexeme.text)
    return tuple(part for part in (*parts, text[start:].strip()) if part)


def is_chunk(text: str) -> bool:
    """Tell whether a text would be read as one word, without quotation marks around it."""
    return _CHUNK.fullmatch(text) is not None


def _negates(text: str, at: int) -> bool:
    after = text[at + 1 : at + 2]
    return bool(after.strip()) and (text[at] != "!" or after.isalnum() or after in _OPENING)


def _phrase(text: str, at: int, found: list[Lexeme]) -> int:
    ends = [end for mark in _CLOSING[text[at]] if (end := text.find(mark, at + 1)) > 0]
    if not ends:
        raise NewsError("query.unclosed_quote", position=at, example=Text("example.phrase"))
    end = min(ends)
    found.append(Lexeme(Sort.PHRASE, " ".join(_QUOTES.sub(" ", text[at + 1 : end]).split()), at))
    return end + 1


def _chunk(text: str, at: int, found: list[Lexeme]) -> int:
    whole = _CHUNK.match(text, at)
    if whole and (named := _FILTER.match(whole.group())):
        return _filter(text, at, named, found)
    chunk = _LISTED.match(text, at)
    if chunk is None:  # a mark that belongs to nothing
        return at + 1
    word = chunk.group()
    bare = word.rstrip(_COMMAS)
    operator = _OPERATORS.get(bare)
    if operator:
        found.append(Lexeme(operator, word, at))
    elif word.endswith(":") and word[:-1].casefold() in FILTERS:
        return _spaced_filter(text, at, word, found)
    elif word[0] == "=" and len(bare) > 1:
        found.append(Lexeme(Sort.EXACT, bare[1:], at))
    elif word[0] != "*" and bare[-1:] == "*":
        found.append(Lexeme(Sort.PREFIX, bare.rstrip("*"), at))
    elif _SLASHED.fullmatch(bare):
        _either(word, at, found)
    else:
        found.append(Lexeme(Sort.WORD, word, at))
    return chunk.end()


def _either(word: str, at: int, found: list[Lexeme]) -> None:
    """Read нефть/газ as «нефть or газ»."""
    for place, part in enumerate(word.split("/")):
        if place:
            found.append(Lexeme(Sort.WORD, "or", at))
        found.append(Lexeme(Sort.WORD, part, at))
        at += len(part) + 1


def _filter(text: str, at: int, named: re.Match[str], found: list[Lexeme]) -> int:
    del text
    name, value = named[1].casefold(), named[2]
    found.append(Lexeme(Sort.FILTER, value.strip(",;"), at, name))
    return at + len(named[0])


def _spaced_filter(text: str, at: int, word: str, found: list[Lexeme]) -> int:
    """Read ``source: "Радио Свобода"`` and ``country: kz``."""
    start = at + len(word)
    while start < len(text) and text[start].isspace():
        start += 1
    name = word[:-1].casefold()
    if start < len(text) and text[start] in _CLOSING:
        end = _phrase(text, start, found)
        phrase = found.pop()
        found.append(Lexeme(Sort.FILTER, phrase.text, at, name))
        return end
    value = _CHUNK.match(text, start)
    if value is None:
        raise NewsError("query.bad_value", position=at, name=name, value="", example=EXAMPLE)
    found.append(Lexeme(Sort.FILTER, value.group(), at, name))
    return value.end()
