"""Parse a query: text into a tree of conditions, words resolved to keys once and for all."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial
from typing import NamedTuple

from storage.errors import NewsError, Text
from watchers.keywords.filters import read_filter
from watchers.keywords.function_words import means_either, weightless
from watchers.keywords.lexer import EXAMPLE, MAX_TERMS, Lexeme, Sort, is_chunk, lex
from watchers.keywords.negations import may_deny, put_first
from watchers.keywords.query import All, Exact, Filter, No, Node, Prefix, Query, Some, Term
from watchers.text import signs
from watchers.text.designations import designation_keys
from watchers.text.figures import canonical
from watchers.text.forms import Asked, name_forms, query_forms
from watchers.text.look_alikes import look
from watchers.text.names import EntityId, Gazetteer, NameMatch, NameWord, gazetteer
from watchers.text.normal import Cut, clean, fold_case, tokenize
from watchers.text.russian import is_common_noun, is_known, lemmas, nominative, surnames
from watchers.text.skeleton import is_cyrillic, keyboard, skeleton
from watchers.text.words import as_acronym

_MAX_DEPTH = 20
_MIN_PREFIX = 3
_GROUP = 3
_MIN_LINKED = 2
_TAJIK = frozenset("ҷӣӯ")
_ORDINARY = frozenset(
    "us who it is so am or no he me we my by as at do go if in of on to up".split()
)
"""Words that nobody looks for: typed small they still mean the acronym."""
_WORDY = (Sort.PHRASE, Sort.WORD, Sort.EXACT, Sort.PREFIX, Sort.FILTER)


def parse(text: str, names: Gazetteer | None = None) -> Query:
    """Read a query; raises NewsError ``query.*`` with ``position`` and a working ``example``.

    Words stand for AND; also OR or |, NOT or -, "phrases", brackets, ``word*``, ``=exact`` and
    filters ``country: lang: source: by: since: until: topic:``. Function words and commas weigh
    nothing, a small "or" or a slash joins its two neighbours; negations may stand as in the
    languages themselves (``negations``). Linear in the text's length.
    """
    names = names or gazetteer()
    typed = lex(clean(text))
    lexemes = put_first(typed, partial(_name_length, names=names))
    reader = _Reader(lexemes, names)
    part = reader.read()
    if part.written != text and any(map(may_deny, typed)):
        # Without its commas and ANDs it may deny what it did not: it means what it is stored as.
        return replace(parse(part.written, names), reworded=True)
    reworded = reader.reworded or lexemes != typed
    return Query(part.written, part.node, part.understood, reworded, reader.literal)


def _name_length(texts: Sequence[str], names: Gazetteer) -> int:
    """Tell how many words, from the first on, are one name; one that may mean else in capitals."""
    cuts = [_cut(text) for text in texts]
    ends = [sum(map(len, cuts[: place + 1])) for place in range(len(cuts))]
    words = [cut for word in cuts for cut in word]
    found = [
        ends.index(match.end) + 1
        for match in names.find([_name_word(cut) for cut in words])
        if match.start == 0
        and match.end in ends
        and match.alias.entity
        and (words[0].surface[0].isupper() or not match.alias.guarded)
    ]
    return max(found, default=0)


class _Part(NamedTuple):
    """A piece of a query: its node, its canonical text, and how it was understood."""

    node: Node
    written: str
    understood: tuple[str, ...]


class _Reader:
    """Recursive descent over the lexemes; each step gives a part."""

    def __init__(self, lexemes: Sequence[Lexeme], names: Gazetteer) -> None:
        said = [one for one in lexemes if one.sort is not Sort.WORD or _says_something(one.text)]
        lexemes = said if any(one.sort in _WORDY for one in said) else lexemes
        self._lexemes = lexemes
        self._names = names
        self._at = 0
        self._depth = 0
        bare = [at for at, lexeme in enumerate(lexemes) if lexeme.sort is Sort.WORD]
        words = [lexemes[at].text for at in bare]
        self._small = frozenset(bare[place] for place in weightless(words))
        self._ors = frozenset(at for place, at in enumerate(bare) if means_either(words, place))
        self.reworded = any(text[-1] in ",;" for text in words)
        self.literal = False

    def read(self) -> _Part:
        if not any(lexeme.sort in _WORDY for lexeme in self._lexemes):
            raise self._wordless()
        terms = [lexeme for lexeme in self._lexemes if lexeme.sort in _WORDY]
        if len(terms) > MAX_TERMS:
            raise NewsError(
                "query.too_many_terms", position=terms[MAX_TERMS].at, limit=MAX_TERMS,
                example=EXAMPLE,
            )  # fmt: skip
        part = self._either()
        left = self._peek()
        if left is not None:
            raise NewsError("query.unbalanced", position=left.at, example=Text("example.brackets"))
        return part

    def _wordless(self) -> NewsError:
        """Say what is wrong with a query that has no word: nothing there, or brackets alone."""
        brackets = [lexeme for lexeme in self._lexemes if lexeme.sort in (Sort.OPEN, Sort.CLOSE)]
        if not brackets:
            return NewsError("query.empty", position=0, example=EXAMPLE)
        opened = sum(lexeme.sort is Sort.OPEN for lexeme in brackets)
        key = "query.empty_brackets" if 2 * opened == len(brackets) else "query.unbalanced"
        return NewsError(key, position=brackets[0].at, example=Text("example.brackets"))

    def _peek(self) -> Lexeme | None:
        return self._lexemes[self._at] if self._at < len(self._lexemes) else None

    def _either(self) -> _Part:
        branches = [self._both()]
        while (lexeme := self._peek()) is not None and lexeme.sort is Sort.OR:
            self._at += 1
            branches.append(self._both())
        if len(branches) == 1:
            return branches[0]
        return _Part(
            Some(tuple(part.node for part in branches)),
            " OR ".join(part.written for part in branches),
            _between("OR", branches),
        )

    def _both(self) -> _Part:
        parts: list[_Part] = []
        written: list[str] = []
        small: list[Lexeme] = []
        bare: tuple[str, ...] = ()  # the words just before, as they will be read again
        began, joins = self._at, False
        while (lexeme := self._peek()) is not None and lexeme.sort not in (Sort.OR, Sort.CLOSE):
            if lexeme.sort is Sort.AND:
                self._operator(lexeme, written, needs_left=self._at > began)
                continue
            if self._joins(parts):
                joins = self.reworded = True
                written.append(lexeme.text)
                self._at += 1
                bare = ()
            if self._is_word():
                found, bare = self._words(written, small, bare)
            else:
                found, bare = [self._unary(written)], ()
            if joins and found:
                found[0] = _joined(parts.pop(), found[0])
                joins = False
            parts += found
        if self._at == began:
            raise self._dangling()
        parts += self._demanded(small, parts)
        if not parts:
            mute = self._lexemes[began]
            raise NewsError("query.no_words", position=mute.at, text=mute.text, example=EXAMPLE)
        nodes = tuple(part.node for part in parts)
        return _Part(
            nodes[0] if len(nodes) == 1 else All(nodes), " ".join(written), _between("AND", parts)
        )

    def _demanded(self, small: Sequence[Lexeme], beside: Sequence[_Part]) -> list[_Part]:
        """Give the function words where nothing else is asked for; else they weigh nothing."""
        if all(isinstance(part.node, No) for part in beside):
            self.literal |= bool(small)
            return [part for lexeme in small for part in _run((lexeme.text,), self._names)]
        self.reworded |= bool(small)
        return []

    def _is_word(self) -> bool:
        lexeme = self._peek()
        return lexeme is not None and lexeme.sort is Sort.WORD

    def _joins(self, parts: Sequence[_Part]) -> bool:
        """Tell whether a small "or" stands here between two things to be asked for."""
        after = self._lexemes[self._at + 1] if self._at + 1 < len(self._lexemes) else None
        return (
            self._at in self._ors
            and bool(parts)
            and after is not None
            and after.sort not in (Sort.OR, Sort.AND, Sort.CLOSE)
            and self._at + 1 not in self._ors
        )

    def _operator(self, lexeme: Lexeme, written: list[str], *, needs_left: bool) -> None:
        if self._at - 1 in self._ors:
            written.append("AND")  # else the small "or" before would join
        self._at += 1
        after = self._peek()
        if not needs_left or after is None or after.sort in (Sort.OR, Sort.CLOSE, Sort.AND):
            raise NewsError("query.dangling_operator", position=lexeme.at, operator=lexeme.text,
                            example=Text("example.and"))  # fmt: skip

    def _dangling(self) -> NewsError:
        before = self._lexemes[self._at - 1] if self._at else self._lexemes[0]
        if before.sort is Sort.OPEN:
            return NewsError(
                "query.empty_brackets", position=before.at, example=Text("example.brackets")
            )
        return NewsError("query.dangling_operator", position=before.at, operator=before.text,
                         example=Text("example.or"))  # fmt: skip

    def _unary(self, written: list[str]) -> _Part:
        part = self._one()
        written.append(part.written)
        return part

    def _one(self) -> _Part:
        lexeme = self._lexemes[self._at]
        self._at += 1
        if lexeme.sort is Sort.NOT:
            return self._negation(lexeme)
        if lexeme.sort is Sort.OPEN:
            return self._brackets(lexeme)
        return _leaf(lexeme, self._names)

    def _negation(self, lexeme: Lexeme) -> _Part:
        after = self._peek()
        if after is None or after.sort in (Sort.OR, Sort.AND, Sort.CLOSE):
            raise NewsError("query.dangling_operator", position=lexeme.at, operator=lexeme.text,
                            example=Text("example.not"))  # fmt: skip
        self._deeper(lexeme)
        part = self._one()
        self._depth -= 1
        if not isinstance(part.node, No):
            return _Part(No(part.node), f"-{part.written}", ("NOT", *_bracketed(part)))
        written = f"-{part.written}"
        if after.sort is Sort.NOT:  # not in brackets, -(-gas)
            # Bare, a word would be read with its neighbours: --1 000 is not 1 000.
            bare = self._lexemes[self._at - 1].sort is Sort.WORD
            written = f"({part.written[1:]})" if bare else part.written[1:]
        return _Part(part.node.child, written, part.understood[1:])

    def _brackets(self, lexeme: Lexeme) -> _Part:
        self._deeper(lexeme)
        part = self._either()
        self._depth -= 1
        closing = self._peek()
        if closing is None or closing.sort is not Sort.CLOSE:
            raise NewsError(
                "query.unbalanced", position=lexeme.at, example=Text("example.brackets")
            )
        self._at += 1
        return _Part(part.node, f"({part.written})", part.understood)

    def _deeper(self, lexeme: Lexeme) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise NewsError(
                "query.too_deep", position=lexeme.at, limit=_MAX_DEPTH, example=EXAMPLE
            )

    def _words(
        self, written: list[str], small: list[Lexeme], bare: tuple[str, ...]
    ) -> tuple[list[_Part], tuple[str, ...]]:
        """Read a run of bare words; several that are one name together mean it, too.

        ``bare`` are the words before an AND. It is written only where words would else be read
        together: 1 AND 000. Returns also the words that whatever follows would be read with.
        """
        run: list[Lexeme] = []
        weightless_here: set[int] = set()
        while self._is_word() and not (run and self._at in self._ors):
            if self._at in self._small:
                weightless_here.add(len(run))
            run.append(self._lexemes[self._at])
            self._at += 1
        told = tuple(lexeme.text for lexeme in run)
        alone = _run(told, self._names)
        together = not bare or [*_run(bare, self._names), *alone] == _run(bare + told, self._names)
        written += told if together else ("AND", *told)
        small += [run[place] for place in sorted(weightless_here)]
        parts = _run(told, self._names, frozenset(weightless_here)) if weightless_here else alone
        return parts, bare + told if together else told


def _says_something(text: str) -> bool:
    return bool(tokenize(text) or signs.of_query(text))


def _between(operator: str, parts: Sequence[_Part]) -> tuple[str, ...]:
    """Put an operator between parts, and brackets where an OR would be torn by an AND."""
    if len(parts) == 1:
        return parts[0].understood
    told: list[str] = []
    for part in parts:
        told += (operator, *(_bracketed(part) if operator == "AND" else part.understood))
    return tuple(told[1:])


def _bracketed(part: _Part) -> tuple[str, ...]:
    if isinstance(part.node, Some) and len(part.understood) > 1:
        return ("(", *part.understood, ")")
    return part.understood


def _joined(left: _Part, right: _Part) -> _Part:
    """Join two neighbours by a small "or"."""
    before = (
        left.node.children
        if isinstance(left.node, Some) and "OR" in left.understood
        else (left.node,)
    )
    return _Part(Some((*before, right.node)), "", (*left.understood, "OR", *right.understood))


def country_of(query: Query, names: Gazetteer | None = None) -> str:
    """Give the ISO code of the country that is all a query asks for, in any language; else ""."""
    node = query.root
    if isinstance(node, Some) and len(query.understood) == 1:
        node = node.children[0]
    if not isinstance(node, Term) or len(query.understood) != 1:
        return ""
    entities = (names or gazetteer()).entities
    found = {
        str(entity.id)
        for key in node.keys
        if key.startswith("e:")
        and (entity := entities.get(EntityId(key.removeprefix("e:")))) is not None
        and entity.kind == "country"
    }
    return found.pop() if len(found) == 1 else ""


# --- words into keys -------------------------------------------------------------------------


def _leaf(lexeme: Lexeme, names: Gazetteer) -> _Part:
    if lexeme.sort is Sort.WORD and (parts := _run((lexeme.text,), names)):
        if len(parts) == 1:
            return parts[0]
        return _Part(All(tuple(part.node for part in parts)), lexeme.text, _between("AND", parts))
    node, written = _condition(lexeme, names)
    return _Part(node, written, (written,))


def _condition(lexeme: Lexeme, names: Gazetteer) -> tuple[Node, str]:
    if lexeme.sort is Sort.FILTER:
        condition = read_filter(lexeme, names)
        if condition.name == "topic":
            return topic(condition.value, names), f"topic:{condition.value}"
        return condition, _filter_text(condition, lexeme.text)
    cuts = tokenize(lexeme.text)
    if not cuts:
        raise NewsError("query.no_words", position=lexeme.at, text=lexeme.text, example=EXAMPLE)
    if lexeme.sort is Sort.PHRASE:
        return _phrase(lexeme.text, cuts, names), f'"{lexeme.text}"'
    normal = "".join(cut.normal for cut in cuts)
    if lexeme.sort is Sort.EXACT:
        keys = _asked(cuts[0]).keys if len(cuts) == 1 and cuts[0].number else {"s:" + normal}
        return Exact(lexeme.text, normal, frozenset(keys)), f"={lexeme.text}"
    if len(normal) < _MIN_PREFIX:
        raise NewsError(
            "query.prefix_too_short",
            position=lexeme.at,
            limit=_MIN_PREFIX,
            example=Text("example.prefix"),
        )
    return Prefix(lexeme.text, normal), f"{lexeme.text}*"


@lru_cache(maxsize=64)
def topic(name: str, names: Gazetteer) -> Some:
    """Give what a topic is met by: any of its words, outside the phrases that it leaves out.

    Oil is energy, cottonseed oil is none.
    """
    met: list[Node] = []
    left_out: list[Term] = []
    for word in names.topics[name]:
        bare = word.strip('-"')
        if word.startswith('-"'):
            left_out.append(_phrase(bare, tokenize(bare), names))
        elif word.startswith('"'):
            met.append(_phrase(bare, tokenize(bare), names))
        else:
            met += [part.node for part in _run((word,), names)]
    return Some(tuple(_outside(node, left_out) for node in met), key=f"t:{name}")


def _outside(node: Node, phrases: Sequence[Term]) -> Node:
    """Let a word count only where none of the phrases that have it stands."""
    if not isinstance(node, Term) or node.words:
        return node
    skeletons = _skeletons(node.label)
    having = [
        No(phrase)
        for phrase in phrases
        if any(not node.keys.isdisjoint(words) for words in phrase.words)
        or not skeletons.isdisjoint(_skeletons(phrase.label))
    ]
    return All((node, *having)) if having else node


@lru_cache(maxsize=1024)
def _skeletons(label: str) -> frozenset[str]:
    """Give the skeletons of words: «газ» is found as gaz, too."""
    return frozenset(skeleton(cut.normal) for cut in tokenize(label))


def _filter_text(condition: Filter, typed: str) -> str:
    if condition.name != "source":
        return f"{condition.name}:{condition.value}"
    name = typed.strip(",; ")
    return f"source:{name}" if is_chunk(name) else f'source:"{name}"'


def _run(
    texts: tuple[str, ...], names: Gazetteer, small: frozenset[int] = frozenset()
) -> list[_Part]:
    """Turn neighbouring bare words into parts, but for the places of those that weigh nothing."""
    kept = _grouped(texts, small)
    owner = [at for at, word in enumerate(kept) for _ in word.cuts]
    found = names.find([_name_word(cut) for word in kept for cut in word.cuts])
    parts: list[_Part] = []
    starts = [owner.index(at) if word.cuts else -1 for at, word in enumerate(kept)]
    at = 0
    while at < len(kept):
        name = _wide(found, owner, starts, at)
        end = owner[name[0].end - 1] + 1 if name else at + 1
        here = [] if name else [match for match in found if owner[match.start] == at]
        words = [_word(word, here, names) for word in kept[at:end] if not word.small]
        if name is not None:
            label = " ".join(word.text for word in kept[at:end])
            keys = frozenset(_entity_key(match) for match in name if match.alias.entity)
            together = All(tuple(part.node for part in words))
            node = Some((Term(label, keys), together)) if keys else together
            words = [_Part(node, label, (label,))]
        parts += words
        at = end
    return parts


class _Bare(NamedTuple):
    """A bare word, its tokens, the keys of its signs, and whether it weighs nothing."""

    text: str
    cuts: tuple[Cut, ...]
    signs: tuple[signs.AskedSign, ...]
    small: bool


def _grouped(texts: tuple[str, ...], small: frozenset[int]) -> list[_Bare]:
    """Put together what is written apart, figures in groups and № 5, and cut each word."""
    joined: list[tuple[str, bool]] = []
    for at, text in enumerate(texts):
        before = joined[-1][0] if joined else ""
        grouped = len(text) == _GROUP and text.isdecimal() and before.replace(" ", "").isdecimal()
        if grouped or (before == "№" and text.isdecimal()):
            joined[-1] = (f"{before} {text}", False)
        else:
            joined.append((text, at in small))
    return [
        _Bare(text.strip(",;"), _cut(text), signs.of_query(text), is_small)
        for text, is_small in joined
        if _says_something(text)
    ]


def _wide(
    found: Sequence[NameMatch], owner: Sequence[int], starts: Sequence[int], at: int
) -> list[NameMatch] | None:
    """Give the names that begin with word ``at`` and take in the words after it."""
    wide = [f for f in found if f.start == starts[at] and owner[f.end - 1] > at]
    return wide or None


def _entity_key(match: NameMatch) -> str:
    return ("ef:" if match.alias.full else "e:") + str(match.alias.entity)


def _name_word(cut: Cut) -> NameWord:
    asked = _asked(cut)
    forms = asked.forms
    russian = is_cyrillic(cut.normal) and is_known(cut.normal)
    if russian and cut.surface == cut.normal and is_common_noun(cut.normal):
        forms = forms[:1]  # путина is the fishing season, not what Putin would be in the genitive
    elif russian and cut.surface[0].isupper():
        # Оша is a river, too, but sooner a case of Ош.
        forms = tuple(dict.fromkeys((*forms, *surnames(cut.normal), *lemmas(cut.normal))))
    elif not russian and not cut.number:
        more = name_forms(cut.normal, capital=cut.surface[0].isupper())
        forms = tuple(dict.fromkeys((*forms, *more)))
    return NameWord(
        tuple(dict.fromkeys(map(keyboard, forms))),
        tuple(dict.fromkeys(map(skeleton, forms))),
        cut.surface[0].isupper(),
        cut.surface.isupper() and len(cut.surface) > 1,
        cut.normal,
        loose=not russian,
    )


def _asked(cut: Cut) -> Asked:
    if cut.number:
        keys = frozenset({"n:" + canonical(cut.surface, lang) for lang in ("en", "ru")})
        return Asked(keys, (cut.normal,), (cut.normal,))
    asked = query_forms(cut.normal, cut.surface[0].isupper())
    more = look(cut.surface) | designation_keys(cut.normal, told=False)
    return replace(asked, keys=asked.keys | more) if more else asked


def _cut(text: str) -> tuple[Cut, ...]:
    """Cut a query's words; acronyms typed in the other alphabet are read as they are meant."""
    return tuple(
        cut._replace(surface=meant, normal=fold_case(meant))
        if (meant := as_acronym(cut.surface))
        else cut
        for cut in tokenize(text)
    )


def _word(word: _Bare, found: Sequence[NameMatch], names: Gazetteer) -> _Part:
    """Give one bare word; a hyphenated one is a phrase of its parts or the joined form.

    What signs say stands beside words and figures (10% is ten, of a hundred) or in their place
    (C++).
    """
    terms = [Term(word.text, sign.keys) for sign in word.signs]
    is_whole = any(sign.is_whole for sign in word.signs)
    if len(word.cuts) == 1 and not is_whole:
        keys = _word_keys(word.cuts[0], found, names)
        if more := signs.of_meaning(keys):  # else queries of a word share its set of keys
            keys |= more
        terms.insert(0, Term(word.text, keys))
    elif word.cuts and not is_whole:
        terms.insert(0, _phrase(word.text, word.cuts, names))
    node = terms[0] if len(terms) == 1 else All(tuple(terms))
    return _Part(node, word.text, (_shown(word, found),))


def _shown(word: _Bare, found: Sequence[NameMatch]) -> str:
    """Give a bare word as a title has it: Кыргызстане is asked for as Кыргызстан."""
    if len(word.cuts) != 1 or word.signs or word.cuts[0].surface != word.text:
        return word.text
    normal = word.cuts[0].normal
    names = {match.alias.words for match in found if match.alias.entity}
    if (normal,) in names:  # Токаев is no case of токай
        return word.text
    told = nominative(normal) if is_cyrillic(normal) else normal
    if told == normal and len(names) == 1 and len(*names) == 1:
        ((name,),) = names
        told = name if _is_case_of(normal, name) else normal
    if told == normal:
        return word.text
    return (
        told.upper() if word.text.isupper() else told.title() if word.text[0].isupper() else told
    )


def _is_case_of(normal: str, name: str) -> bool:
    """Tell a name with an ending from another spelling of it."""
    return normal.startswith(name[:-1]) and len(normal) > len(name) - 1


def _word_keys(cut: Cut, found: Sequence[NameMatch], names: Gazetteer) -> frozenset[str]:
    asked = _asked(cut)
    entities = [match for match in found if match.alias.entity]
    if not entities:
        return asked.keys
    keys = frozenset(_entity_key(match) for match in entities)
    typed_plain = not cut.surface[0].isupper()
    guarded = any(
        (match.alias.upper and (not typed_plain or cut.normal in _ORDINARY))
        or (match.alias.guarded and not typed_plain)
        or names.entities[match.alias.entity].unless
        for match in entities
        if match.alias.entity
    )
    if guarded:
        return keys
    if any(
        names.entities[match.alias.entity].kind == "person"
        for match in entities
        if match.alias.entity
    ):
        return keys | asked.keys
    return keys | frozenset(key for key in asked.keys if key[0] in "sk")


def _phrase(text: str, cuts: Sequence[Cut], names: Gazetteer) -> Term:
    found = names.find([_name_word(cut) for cut in cuts])
    whole = frozenset(
        _entity_key(match)
        for match in found
        if match.alias.entity and match.start == 0 and match.end == len(cuts)
    )
    tajik = any(not _TAJIK.isdisjoint(cut.normal) for cut in cuts)
    words = tuple(
        _word_keys(cut, names.find([_name_word(cut)]) if len(cuts) > 1 else found, names)
        | (_unlinked(cut, tajik=tajik) if at < len(cuts) - 1 else frozenset())
        for at, cut in enumerate(cuts)
    )
    if len(words) == 1:
        return Term(text, words[0])
    glued = False
    if cuts[1].joined:
        joined = "".join(cut.normal for cut in cuts)
        designated = designation_keys(joined, told=False)
        whole |= designated or query_forms(joined, cuts[0].surface[0].isupper()).keys
        # С-400 is not «с 400 ракетами».
        glued = bool(designated) and len(cuts[0].normal) == 1
    return Term(text, whole, words, glued)


def _unlinked(cut: Cut, *, tajik: bool) -> frozenset[str]:
    """Give the bare form of a Tajik word that -и links to the next: захираи об → захира."""
    bare = cut.normal.removesuffix("и")
    if bare == cut.normal or len(bare) < _MIN_LINKED:
        return frozenset()
    if not tajik and is_known(cut.normal):
        return frozenset()  # a Russian plural
    return frozenset(key for key in query_forms(bare, False).keys if key[0] in "sk")  # noqa: FBT003


@lru_cache(maxsize=4096)
def parse_cached(text: str, names: Gazetteer | None = None) -> Query:
    """Parse, remembering what was parsed: for queries that come again and again."""
    return parse(text, names)
