"""Parse a query: text into a tree of conditions, words resolved to keys once and for all."""

from collections.abc import Sequence
from functools import lru_cache

from storage.errors import NewsError, Text
from watchers.keywords.filters import read_filter
from watchers.keywords.lexer import EXAMPLE, MAX_TERMS, Lexeme, Sort, is_chunk, lex
from watchers.keywords.query import All, Exact, Filter, No, Node, Prefix, Query, Some, Term
from watchers.text.figures import canonical
from watchers.text.forms import Asked, query_forms
from watchers.text.names import Gazetteer, NameMatch, NameWord, gazetteer
from watchers.text.normal import Cut, clean, tokenize
from watchers.text.russian import is_known, lemmas
from watchers.text.skeleton import is_cyrillic, keyboard, skeleton

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
    filters ``country: lang: source: by: since: until: topic:``. Linear in the text's length.
    """
    cleaned = clean(text)
    reader = _Reader(lex(cleaned), names or gazetteer())
    root, written = reader.read()
    return Query(written, root)


class _Reader:
    """Recursive descent over the lexemes; each step gives a node and its canonical text."""

    def __init__(self, lexemes: Sequence[Lexeme], names: Gazetteer) -> None:
        self._lexemes = lexemes
        self._names = names
        self._at = 0
        self._depth = 0

    def read(self) -> tuple[Node, str]:
        if not any(lexeme.sort in _WORDY for lexeme in self._lexemes):
            raise self._wordless()
        terms = [lexeme for lexeme in self._lexemes if lexeme.sort in _WORDY]
        if len(terms) > MAX_TERMS:
            raise NewsError(
                "query.too_many_terms", position=terms[MAX_TERMS].at, limit=MAX_TERMS,
                example=EXAMPLE,
            )  # fmt: skip
        node, written = self._either()
        left = self._peek()
        if left is not None:
            raise NewsError("query.unbalanced", position=left.at, example=Text("example.brackets"))
        return node, written

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

    def _either(self) -> tuple[Node, str]:
        branches = [self._both()]
        while (lexeme := self._peek()) is not None and lexeme.sort is Sort.OR:
            self._at += 1
            branches.append(self._both())
        if len(branches) == 1:
            return branches[0]
        return Some(tuple(node for node, _ in branches)), " OR ".join(
            written for _, written in branches
        )

    def _both(self) -> tuple[Node, str]:
        nodes: list[Node] = []
        written: list[str] = []
        bare: tuple[str, ...] = ()  # the words just before, as they will be read again
        while (lexeme := self._peek()) is not None and lexeme.sort not in (Sort.OR, Sort.CLOSE):
            if lexeme.sort is Sort.AND:
                self._operator(lexeme, needs_left=bool(nodes))
                continue
            if lexeme.sort is Sort.WORD:
                bare = self._words(nodes, written, bare)
                continue
            node, text = self._unary()
            nodes.append(node)
            written.append(text)
            bare = ()
        if not nodes:
            raise self._dangling()
        return (nodes[0] if len(nodes) == 1 else All(tuple(nodes))), " ".join(written)

    def _operator(self, lexeme: Lexeme, *, needs_left: bool) -> None:
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

    def _unary(self) -> tuple[Node, str]:
        lexeme = self._lexemes[self._at]
        self._at += 1
        if lexeme.sort is Sort.NOT:
            return self._negation(lexeme)
        if lexeme.sort is Sort.OPEN:
            return self._brackets(lexeme)
        return _leaf(lexeme, self._names)

    def _negation(self, lexeme: Lexeme) -> tuple[Node, str]:
        after = self._peek()
        if after is None or after.sort in (Sort.OR, Sort.AND, Sort.CLOSE):
            raise NewsError("query.dangling_operator", position=lexeme.at, operator=lexeme.text,
                            example=Text("example.not"))  # fmt: skip
        self._deeper(lexeme)
        node, written = self._unary()
        self._depth -= 1
        if not isinstance(node, No):
            return No(node), f"-{written}"
        if after.sort is not Sort.NOT:  # in brackets: -(-gas)
            return node.child, f"-{written}"
        # Bare, a word would be read with its neighbours: --1 000 is not 1 000.
        bare = self._lexemes[self._at - 1].sort is Sort.WORD
        return node.child, f"({written[1:]})" if bare else written[1:]

    def _brackets(self, lexeme: Lexeme) -> tuple[Node, str]:
        self._deeper(lexeme)
        node, written = self._either()
        self._depth -= 1
        closing = self._peek()
        if closing is None or closing.sort is not Sort.CLOSE:
            raise NewsError(
                "query.unbalanced", position=lexeme.at, example=Text("example.brackets")
            )
        self._at += 1
        return node, f"({written})"

    def _deeper(self, lexeme: Lexeme) -> None:
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise NewsError(
                "query.too_deep", position=lexeme.at, limit=_MAX_DEPTH, example=EXAMPLE
            )

    def _words(
        self, nodes: list[Node], written: list[str], bare: tuple[str, ...]
    ) -> tuple[str, ...]:
        """Read a run of bare words; several that are one name together mean it, too.

        ``bare`` are the words before an AND. It is written only where words would else be read
        together: 1 AND 000. Returns the words that whatever follows would be read with.
        """
        run: list[Lexeme] = []
        while (lexeme := self._peek()) is not None and lexeme.sort is Sort.WORD:
            run.append(lexeme)
            self._at += 1
        told = tuple(lexeme.text for lexeme in run if tokenize(lexeme.text))
        found = _run(told, self._names)
        together = not bare or [*_run(bare, self._names), *found] == _run(bare + told, self._names)
        nodes += found
        written += told if together else ("AND", *told)
        if not nodes:
            raise NewsError(
                "query.no_words", position=run[0].at, text=run[0].text, example=EXAMPLE
            )
        return bare + told if together else told


# --- words into keys -------------------------------------------------------------------------


def _leaf(lexeme: Lexeme, names: Gazetteer) -> tuple[Node, str]:
    cuts = tokenize(lexeme.text)
    if lexeme.sort is Sort.WORD and cuts:
        return _run((lexeme.text,), names)[0], lexeme.text
    if lexeme.sort is Sort.FILTER:
        condition = read_filter(lexeme, names)
        if condition.name == "topic":
            return _topic(condition.value, names), f"topic:{condition.value}"
        return condition, _filter_text(condition, lexeme.text)
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
def _topic(topic: str, names: Gazetteer) -> Node:
    """Give what a topic is met by: any of its words, outside the phrases that it leaves out.

    Oil is energy, cottonseed oil is none.
    """
    met: list[Node] = []
    left_out: list[Term] = []
    for word in names.topics[topic]:
        bare = word.strip('-"')
        if word.startswith('-"'):
            left_out.append(_phrase(bare, tokenize(bare), names))
        elif word.startswith('"'):
            met.append(_phrase(bare, tokenize(bare), names))
        else:
            met += _run((word,), names)
    return Some(tuple(_outside(node, left_out) for node in met))


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


def _skeletons(label: str) -> frozenset[str]:
    """Give the skeletons of words: «газ» is found as gaz, too."""
    return frozenset(skeleton(cut.normal) for cut in tokenize(label))


def _filter_text(condition: Filter, typed: str) -> str:
    if condition.name != "source":
        return f"{condition.name}:{condition.value}"
    name = typed.strip(",; ")
    return f"source:{name}" if is_chunk(name) else f'source:"{name}"'


def _run(texts: tuple[str, ...], names: Gazetteer) -> list[Node]:
    """Turn neighbouring bare words into nodes."""
    kept = [(text, cuts) for text in _figures(texts) if (cuts := tokenize(text))]
    owner = [at for at, (_, cuts) in enumerate(kept) for _ in cuts]
    found = names.find([_name_word(cut) for _, cuts in kept for cut in cuts])
    nodes: list[Node] = []
    at = 0
    starts = [owner.index(group) for group in range(len(kept))]
    while at < len(kept):
        name = _wide(found, owner, starts, at)
        if name is None:
            nodes.append(_word(*kept[at], [f for f in found if owner[f.start] == at], names))
            at += 1
            continue
        end = owner[name[0].end - 1] + 1
        words = tuple(_word(text, cuts, [], names) for text, cuts in kept[at:end])
        label = " ".join(text for text, _ in kept[at:end])
        keys = frozenset(_entity_key(match) for match in name if match.alias.entity)
        nodes.append(Some((Term(label, keys), All(words))) if keys else All(words))
        at = end
    return nodes


def _figures(texts: tuple[str, ...]) -> list[str]:
    """Put figures together that are written in groups: 1 000 000."""
    joined: list[str] = []
    for text in texts:
        grouped = len(text) == _GROUP and text.isdecimal() and joined
        if grouped and joined[-1].replace(" ", "").isdecimal():
            joined[-1] += f" {text}"
        else:
            joined.append(text)
    return joined


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
    if is_cyrillic(cut.normal) and not russian:
        # A surname that no dictionary has may be typed in any case: Токаева.
        forms = tuple(dict.fromkeys((*forms, *lemmas(cut.normal))))
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
    return query_forms(cut.normal, cut.surface[0].isupper())


def _word(text: str, cuts: Sequence[Cut], found: Sequence[NameMatch], names: Gazetteer) -> Term:
    """Give one bare word; a hyphenated one is a phrase of its parts or the joined form."""
    if len(cuts) > 1:
        return _phrase(text, cuts, names)
    return Term(text, _word_keys(cuts[0], found, names))


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
    if cuts[1].joined:
        joined = "".join(cut.normal for cut in cuts)
        whole |= query_forms(joined, cuts[0].surface[0].isupper()).keys
    return Term(text, whole, words)


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
