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
    "AND": Sort.AND, "&&": Sort.AND, "&": Sort.AND, "И": Sort.AND,
    "OR": Sort.OR, "||": Sort.OR, "|": Sort.OR, "ИЛИ": Sort.OR,
    "NOT": Sort.NOT, "НЕ": Sort.NOT,
}  # fmt: skip
SMALL_OPERATORS = {
    "or": "OR", "или": "OR", "либо": "OR", "немесе": "OR", "әлде": "OR", "yoki": "OR",
    "ёки": "OR", "ýa-da": "OR",
    "and": "AND", "и": "AND", "және": "AND", "жана": "AND", "va": "AND", "ва": "AND",
}  # fmt: skip
"""Words between which people mean an operator, though they typed it small; the query language
takes them for words to be found."""

_CLOSING = {'"': '"\u201d\u201c', "«": "»", "“": '”"', "„": '“”"'}
_QUOTES = re.compile('["«»“”„]')
_CHUNK = re.compile(r"[^\s()|\"«“„]+")
_FILTER = re.compile(r"([^\W\d_]+):(\S+)\Z")
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
        elif letter in _HYPHENS and _negates(text, at):
            found.append(Lexeme(Sort.NOT, "-", at))
            at += 1
        else:
            at = _chunk(text, at, found)
    return found


def spelled_out(text: str) -> str:
    """Write in capitals the operators that stand small between words; "" where none does."""
    lexemes = lex(text)
    found = [
        lexeme
        for before, lexeme, after in zip(lexemes, lexemes[1:], lexemes[2:], strict=False)
        if lexeme.sort is Sort.WORD
        and lexeme.text in SMALL_OPERATORS
        and {before.sort, after.sort}.isdisjoint({Sort.OR, Sort.AND, Sort.NOT})
        and before.sort is not Sort.OPEN
        and after.sort is not Sort.CLOSE
    ]
    written = text
    for lexeme in reversed(found):
        written = (
            written[: lexeme.at]
            + SMALL_OPERATORS[lexeme.text]
            + written[lexeme.at + len(lexeme.text) :]
        )
    return written if found else ""


def is_chunk(text: str) -> bool:
    """Tell whether a text would be read as one word, without quotation marks around it."""
    return _CHUNK.fullmatch(text) is not None


def _negates(text: str, at: int) -> bool:
    return at + 1 < len(text) and not text[at + 1].isspace()


def _phrase(text: str, at: int, found: list[Lexeme]) -> int:
    ends = [end for mark in _CLOSING[text[at]] if (end := text.find(mark, at + 1)) > 0]
    if not ends:
        raise NewsError("query.unclosed_quote", position=at, example=Text("example.phrase"))
    end = min(ends)
    found.append(Lexeme(Sort.PHRASE, " ".join(_QUOTES.sub(" ", text[at + 1 : end]).split()), at))
    return end + 1


def _chunk(text: str, at: int, found: list[Lexeme]) -> int:
    chunk = _CHUNK.match(text, at)
    if chunk is None:  # a mark that belongs to nothing
        return at + 1
    word = chunk.group()
    operator = _OPERATORS.get(word)
    if operator:
        found.append(Lexeme(operator, word, at))
    elif named := _FILTER.match(word):
        return _filter(text, at, named, found)
    elif word.endswith(":") and word[:-1].casefold() in FILTERS:
        return _spaced_filter(text, at, word, found)
    elif word[0] == "=" and len(word) > 1:
        found.append(Lexeme(Sort.EXACT, word[1:], at))
    elif word[-1] == "*" and len(word) > 1:
        found.append(Lexeme(Sort.PREFIX, word.rstrip("*"), at))
    else:
        found.append(Lexeme(Sort.WORD, word, at))
    return chunk.end()


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
