"""Negations as people write them: «газ, но не Россия», "gas except Iran", «газ Ресей ЕМЕС»; pure.

A list of lexemes comes out as another one, in which NOT stands before what is ruled out. The
languages whose verb stands last deny what stands before; elsewhere "not" stands in front. In
small letters it denies a name, and whatever follows a "but"; else it is a word to be met as any
other («не хватает», «дұрыс емес»), and so it is where one name is said to be no other:
«Казахстан не Россия».
"""

from collections.abc import Callable, Sequence
from itertools import takewhile

from watchers.keywords.function_words import weightless
from watchers.keywords.lexer import Lexeme, Sort
from watchers.text.normal import fold_case

NameLength = Callable[[Sequence[str]], int]
"""Tells how many words, from the first on, are one name of the gazetteer; 0 where none is."""

_LAST = frozenset(map(fold_case, "ЕМЕС EMES ЭМЕС EMAS ЭМАС DÄL".split()))
_FIRST = frozenset({"не", "not"})
_BUT = frozenset("но а but бірақ бирок lekin лекин ammo аммо emma вале".split())
_EXCEPT = frozenset({"кроме", "исключая", "except", "excluding"})
_ALSO = frozenset({"и", "или", "and", "or", "nor"})
_OTHER_THAN = {
    "басқа": "дан ден тан тен нан нен", "башка": "дан ден дон дөн тан тен тон төн",
    "boshqa": "dan", "tashqari": "dan", "бошқа": "дан", "ташқари": "дан", "başga": "dan den",
}  # fmt: skip
"""«Ресейден басқа», other than Russia: the word and the endings before it that make it say so."""

_DENYING = _LAST | _FIRST | _EXCEPT | _OTHER_THAN.keys()
_LONGEST = 4
"""Words of a name that are looked at."""

_AFTER = (Sort.OR, Sort.AND, Sort.CLOSE)
_OPERANDS = (Sort.WORD, Sort.PHRASE, Sort.EXACT, Sort.PREFIX, Sort.FILTER, Sort.CLOSE)


def put_first(lexemes: Sequence[Lexeme], name_length: NameLength) -> list[Lexeme]:
    """Give the lexemes with each negation as a NOT before what it denies."""
    told: list[Lexeme] = []
    at = 0
    while at < len(lexemes):
        lexeme, rest = lexemes[at], lexemes[at + 1 :]
        if before := _denied_before(lexeme, told, rest, name_length):
            operand = [told.pop() for _ in range(before)][::-1]
            told += _negated(lexeme, operand)
        elif after := _denied_after(lexeme, told, rest, name_length):
            if told and _word(told[-1]) in _BUT:
                told.pop()
            told += _negated(lexeme, _either(rest[after.start : after.stop]))
            at += after.stop
        else:
            told.append(lexeme)
        at += 1
    return told


def may_deny(lexeme: Lexeme) -> bool:
    """Tell whether a bare word is one of those that can deny others."""
    return _word(lexeme) in _DENYING


def _word(lexeme: Lexeme) -> str:
    """Give a bare word in small letters, "" for any other lexeme."""
    return fold_case(lexeme.text.rstrip(",;")) if lexeme.sort is Sort.WORD else ""


def _negated(lexeme: Lexeme, operand: Sequence[Lexeme]) -> list[Lexeme]:
    first = Lexeme(Sort.NOT, lexeme.text, lexeme.at)
    if len(operand) == 1 or operand[-1].sort is Sort.CLOSE:
        return [first, *operand]
    opened, closed = (Lexeme(sort, "", lexeme.at) for sort in (Sort.OPEN, Sort.CLOSE))
    return [first, opened, *operand, closed]


def _denied_before(
    lexeme: Lexeme, told: Sequence[Lexeme], rest: Sequence[Lexeme], name_length: NameLength
) -> int:
    """Tell how many of the lexemes before are denied by one that stands last."""
    if not told or told[-1].sort not in _OPERANDS:
        return 0
    normal = fold_case(lexeme.text.rstrip(",;"))
    if lexeme.sort is Sort.NOT:
        ends = lexeme.text[-1] in ",;" or not rest or rest[0].sort in _AFTER
        whole = _last_name(told, name_length) or _size_of_last(told)
        return whole if normal in _LAST and ends else 0
    if lexeme.sort is not Sort.WORD or told[-1].sort is not Sort.WORD:
        return 0
    name = _last_name(told, name_length)
    if normal in _LAST:
        beside = told[: len(told) - name]
        return name if beside and not _last_name(beside, name_length) else 0
    if normal in _OTHER_THAN and _word(told[-1]).endswith(tuple(_OTHER_THAN[normal].split())):
        return max(name, 1) if len(told) > max(name, 1) or rest else 0
    return 0


def _either(operands: Sequence[Lexeme]) -> list[Lexeme]:
    """Read what stands between the denied as OR: «кроме Ирана и Ирака» wants neither."""
    return [
        Lexeme(Sort.OR, "OR", lexeme.at) if _word(lexeme) in _ALSO else lexeme
        for lexeme in operands
    ]


def _size_of_last(told: Sequence[Lexeme]) -> int:
    """Tell of how many lexemes the last operand is: one, or a pair of brackets with all in it."""
    depth = 0
    for size, lexeme in enumerate(reversed(told), start=1):
        depth += (lexeme.sort is Sort.CLOSE) - (lexeme.sort is Sort.OPEN)
        if depth == 0:
            return size
    return 0


def _last_name(told: Sequence[Lexeme], name_length: NameLength) -> int:
    for size in range(min(_LONGEST, len(told)), 0, -1):
        words = [_typed(lexeme) for lexeme in told[-size:]]
        if all(words) and name_length(words) == size:
            return size
    return 0


def _denied_after(
    lexeme: Lexeme, told: Sequence[Lexeme], rest: Sequence[Lexeme], name_length: NameLength
) -> range:
    """Tell which of the lexemes after are denied by one that stands first; empty for none."""
    normal = _word(lexeme)
    operator = lexeme.sort is Sort.NOT and lexeme.text != "-"
    if not operator and normal not in _FIRST and normal not in _EXCEPT:
        return range(0)
    words = list(takewhile(bool, map(_typed, rest)))
    if operator:  # of a name of one word the parser knows as much
        return range(size if (size := name_length(words[:_LONGEST])) > 1 else 0)
    but = len(told) > 1 and _word(told[-1]) in _BUT
    if normal in _EXCEPT or but:
        small = weightless(words)
        start = next((at for at in range(len(words)) if at not in small), len(words))
        end = start + (name_length(words[start : start + _LONGEST]) or 1)
        while end + 1 < len(words) and words[end] in _ALSO and words[end + 1] not in _ALSO:
            end += 1 + (name_length(words[end + 1 : end + 1 + _LONGEST]) or 1)
        beside = told or len(rest) > end
        return range(start, end) if start < len(words) and beside else range(0)
    says_of_a_name = not told or _last_name(told, name_length)
    return range(0 if says_of_a_name else name_length(words[:_LONGEST]))


def _typed(lexeme: Lexeme) -> str:
    return lexeme.text.rstrip(",;") if lexeme.sort is Sort.WORD else ""
