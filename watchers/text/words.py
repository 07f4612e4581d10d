"""What counts as a word: a text analysed for subscriptions, search and story identity."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from watchers.text import signs
from watchers.text.designations import designation_keys
from watchers.text.figures import Number, canonical, numbers_in
from watchers.text.forms import LetterCase, text_forms, without
from watchers.text.grammar import GRAMMARS
from watchers.text.language import identify
from watchers.text.look_alikes import look, other_reading, unmixed
from watchers.text.names import EntityId, Gazetteer, NameMatch, NameWord, gazetteer
from watchers.text.normal import clean, fold_case, is_shouting, tokenize
from watchers.text.russian import (
    are_one_person,
    does,
    is_known,
    is_lacking,
    is_only_surname,
    is_written_as_a_name,
    other_words,
)
from watchers.text.skeleton import is_cyrillic, keyboard, skeleton

_SUFFIXED = re.compile(
    r"((?:Sh|Ch|[A-ZА-ЯЁӘҒҚҢӨҰҮҺІҲҶӢӮЎÝŇŞÇÜÖ]){2,})(?:s|[a-zа-яёәғқңөұүһіҳҷӣӯўýňşçüöä]{2,})\Z"
)
_SHORT_LATIN = 3
_ACRONYM = 5
_MAX_COMPOUND = 4


@dataclass(frozen=True, slots=True)
class Word:
    """What a word is wherever it stands in texts of one language; kept from text to text.

    ``keys`` are what a query may meet it by; ``forms`` its possible dictionary forms, ``stem``
    the likeliest, ``skeleton`` that one across scripts. ``name_word`` is the word as the
    gazetteer compares it inside a sentence.
    """

    normal: str
    capital: bool
    upper: bool
    number: bool
    stem: str
    skeleton: str
    keys: tuple[str, ...]
    forms: tuple[str, ...]
    name_word: NameWord


class Token(NamedTuple):
    """One word of a text; a tuple, because every word of every text is one.

    ``start`` and ``end`` are offsets into ``Analysis.text``. ``position`` counts the words;
    ``width`` is 1, or the number of parts that a hyphenated compound joins; ``joined`` marks a
    part that a hyphen glues to the one before. ``capital`` is meaningless where a sentence
    just began; ``upper`` marks acronyms.
    """

    word: Word
    surface: str
    start: int
    end: int
    position: int
    sentence: int
    joined: bool = False
    width: int = 1

    @property
    def normal(self) -> str:
        """The normal form: lower case, one apostrophe, ё as е."""
        return self.word.normal

    @property
    def capital(self) -> bool:
        """Whether it is written with a capital."""
        return self.word.capital

    @property
    def upper(self) -> bool:
        """Whether it is an acronym, written in capitals where other words are not."""
        return self.word.upper

    @property
    def number(self) -> bool:
        """Whether it is a figure."""
        return self.word.number

    @property
    def stem(self) -> str:
        """Its likeliest dictionary form."""
        return self.word.stem

    @property
    def skeleton(self) -> str:
        """Its likeliest dictionary form across scripts."""
        return self.word.skeleton

    @property
    def forms(self) -> tuple[str, ...]:
        """All dictionary forms that it can be of."""
        return self.word.forms

    @property
    def keys(self) -> tuple[str, ...]:
        """What a query may meet it by."""
        return self.word.keys


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of the gazetteer in a text, at the words ``start`` to ``end`` (exclusive).

    ``kind`` is country, region, city, water, project, person, organisation, company, currency
    or other; ``country`` the lower-case ISO code it belongs to; ``full`` marks a person's full
    name. A name inside a longer one is a mention of its own.
    """

    id: EntityId
    kind: str
    country: str
    start: int
    end: int
    full: bool = False


@dataclass(frozen=True, slots=True)
class Analysis:
    """What a text says, as far as words go.

    ``text`` is the cleaned title, and after a line feed the cleaned summary; the first
    ``title_words`` tokens are the title's. ``keys`` is the union of all that a query may meet:
    ``s: k: xc: xl: xn:`` words (see ``forms``), ``e:`` entities, ``ef:`` people by full name,
    ``c:`` countries of entities, ``n:`` numbers, ``d:`` designations, ``l:`` acronyms by their
    look, ``g:`` signs. ``compounds`` has what more than one word makes, and signs.
    """

    text: str
    lang: str
    tokens: tuple[Token, ...]
    compounds: tuple[Token, ...]
    title_words: int
    entities: tuple[Mention, ...]
    numbers: tuple[Number, ...]
    keys: frozenset[str]


def of_title(analysis: Analysis) -> Analysis:
    """Return what the headline alone says; without a headline, what the whole text does.

    Language and meaning of its words stay as the whole text made them out.
    """
    size = analysis.title_words
    if size in (0, len(analysis.tokens)):
        return analysis
    tokens = analysis.tokens[:size]
    compounds = tuple(
        compound for compound in analysis.compounds if compound.position + compound.width <= size
    )
    mentions = tuple(mention for mention in analysis.entities if mention.end <= size)
    return Analysis(
        text=analysis.text,
        lang=analysis.lang,
        tokens=tokens,
        compounds=compounds,
        title_words=size,
        entities=mentions,
        numbers=tuple(number for number in analysis.numbers if number.end <= size),
        keys=_keys(tokens, compounds, mentions),
    )


def analyse(
    title: str,
    summary: str = "",
    lang: str | None = None,
    declared: tuple[str, ...] = (),
    *,
    names: Gazetteer | None = None,
) -> Analysis:
    """Analyse a headline and its summary; ``lang`` is given, or found among ``declared``.

    Linear in the length of the text, which is cut at ``normal.MAX_TEXT`` characters a field.
    """
    head, body = clean(title), clean(summary)
    text = f"{head}\n{body}" if body else head
    lang = lang or identify(text, declared)
    cuts = tokenize(text)
    shouting = is_shouting(head), is_shouting(body)
    size = len(head)
    hashes = "#" in text
    tokens = [
        tuple.__new__(  # as Token(…) does, without its call in Python
            Token,
            (
                _word(
                    _tagged(text, start, surface) if hashes else surface,
                    normal,
                    number,
                    lang,
                    shouting[start > size],
                ),
                surface,
                start,
                end,
                position,
                sentence,
                joined,
                1,
            ),
        )
        for position, (surface, normal, start, end, sentence, joined, number) in enumerate(cuts)
    ]
    compounds = (
        *_compounds(tokens, lang),
        *_designations(tokens, text),
        *_signs(tokens, text, size),
    )
    names = names or gazetteer()
    found = _named(tokens, lang, names)
    _cover(tokens, found, names)
    mentions = tuple(
        _mention(names, match.alias.entity, match) for match in found if match.alias.entity
    )
    keys = _keys(tokens, compounds, mentions)
    title_words = bisect_right(cuts, size, key=lambda cut: cut.start)
    numbers = numbers_in(tokens, text, lang)
    return Analysis(text, lang, tuple(tokens), compounds, title_words, mentions, numbers, keys)


def _tagged(text: str, start: int, surface: str) -> str:
    """Give a hashtag's word a capital: #баку is a name, however it is typed."""
    return surface[:1].upper() + surface[1:] if start and text[start - 1] == "#" else surface


@lru_cache(maxsize=4096)
def as_acronym(surface: str) -> str:
    """Give an acronym of the gazetteer that was typed in the other alphabet; "" for others."""
    other = other_reading(surface)
    known = gazetteer().singles
    if not other or keyboard(surface.casefold()) in known:
        return ""
    return other if keyboard(other.casefold()) in known else ""


@lru_cache(maxsize=6144)
def _word(surface: str, normal: str, number: bool, lang: str, shouting: bool) -> Word:  # noqa: FBT001 - a cache key
    if number:
        keys = ("n:" + canonical(surface, lang),)
        name_word = NameWord((normal,), (normal,), capital=False, upper=False, normal=normal)
        return Word(
            normal,
            capital=False,
            upper=False,
            number=True,
            stem=normal,
            skeleton=normal,
            keys=keys,
            forms=(normal,),
            name_word=name_word,
        )
    surface = unmixed(surface)
    capital = surface[0].isupper()
    upper = capital and len(surface) > 1 and surface.upper() == surface
    if upper and shouting and len(surface) <= _SHORT_LATIN and surface.isascii():
        upper = False
    if upper and not shouting and (meant := as_acronym(surface)):
        surface, normal = meant, fold_case(meant)
    if capital and (suffixed := _SUFFIXED.match(surface)):
        # An ending glued to an acronym: ЖКнын, БУУга, MPs.
        upper, normal = True, fold_case(suffixed[1])
    acronym = upper and not shouting and len(normal) <= _ACRONYM
    word = _composed(
        normal, lang, LetterCase.ACRONYM if acronym else LetterCase(capital), upper=upper
    )
    if upper and not shouting and (double := look(surface)):
        return replace(word, keys=tuple({*word.keys, *double}))
    return word


def _composed(normal: str, lang: str, case: LetterCase, *, upper: bool) -> Word:
    forms = text_forms(normal, lang, case)
    capital = case is not LetterCase.SMALL
    folds = tuple(dict.fromkeys(map(keyboard, forms.forms)))
    loose = lang in GRAMMARS or not is_cyrillic(normal) or not is_known(normal)
    name_word = NameWord(folds, forms.skeletons, capital, upper, normal, loose=loose)
    return Word(
        normal, capital, upper, False, forms.stem, skeleton(forms.stem), forms.keys,  # noqa: FBT003
        forms.forms, name_word,
    )  # fmt: skip


def _compounds(tokens: list[Token], lang: str) -> tuple[Token, ...]:
    """Join what bare hyphens glue: Jalal-Abad is also Jalalabad."""
    made: list[Token] = []
    at = 0
    size = len(tokens)
    while at < size:
        end = at + 1
        while end < size and tokens[end].joined and end - at < _MAX_COMPOUND:
            end += 1
        if end - at > 1 and not any(token.number for token in tokens[at:end]):
            made.append(_compound(tokens[at:end], lang))
        at = end
    return tuple(made)


_FIGURED = re.compile(
    r"[0-9](?:(?=[^\W\d_])|(?<=[^\W\d_][0-9])|(?<=[^\W\d_][-\u2010\u2011][0-9]))"
)


def _designations(tokens: list[Token], text: str) -> Iterator[Token]:
    """Find what letters and figures name together: С-400, Су-35С, 4K."""
    if not _FIGURED.search(text):
        return
    for before, token in pairwise((None, *tokens)):
        if token is None or not any(map(str.isdigit, token.normal)):
            continue
        parts = (
            (before, token) if before and token.joined and before.normal.isalpha() else (token,)
        )
        normal = "".join(part.normal for part in parts)
        if keys := designation_keys(normal, told=True):
            first = parts[0]
            word = _bare_word(normal, keys)
            surface = "-".join(part.surface for part in parts)
            yield Token(
                word, surface, first.start, token.end, first.position, first.sentence,
                width=len(parts),
            )  # fmt: skip


def _signs(tokens: list[Token], text: str, size: int) -> Iterator[Token]:
    """Find signs that say something; each has the place of the word before it in its field."""
    for sign in signs.of_text(text):
        at = max(bisect_right(tokens, sign.start, key=lambda token: token.start) - 1, 0)
        if at + 1 < len(tokens) and (tokens[at].start <= size) != (sign.start <= size):
            at += 1
        sentence = tokens[at].sentence if tokens else 0
        surface = text[sign.start : sign.end]
        yield Token(
            _bare_word(surface.casefold(), sign.keys), surface, sign.start, sign.end, at, sentence
        )


@lru_cache(maxsize=1024)
def _bare_word(normal: str, keys: frozenset[str]) -> Word:
    """Make a word that is nobody's name and of which only keys are asked."""
    name_word = NameWord((normal,), (normal,), capital=False, upper=False, normal=normal)
    return Word(
        normal, False, False, False, normal, normal, tuple(keys), (normal,), name_word,  # noqa: FBT003
    )  # fmt: skip


def _compound(parts: list[Token], lang: str) -> Token:
    first, last = parts[0], parts[-1]
    normal = "".join(part.normal for part in parts)
    word = _composed(normal, lang, LetterCase(first.capital), upper=first.upper and last.upper)
    surface = "-".join(part.surface for part in parts)
    return Token(
        word, surface, first.start, last.end, first.position, first.sentence, width=len(parts)
    )


def _named(tokens: list[Token], lang: str, names: Gazetteer) -> list[NameMatch]:
    sentence = -1
    words = []
    for token in tokens:
        word = token.word.name_word
        words.append(word if token.sentence == sentence else replace(word, opens=True))
        sentence = token.sentence
    present: set[str] | None = None
    kept = []
    for match in names.find(words, lang):
        unless = match.alias.unless
        if match.alias.entity:
            unless |= names.entities[match.alias.entity].unless
        if unless:
            if present is None:
                present = {fold for word in words for fold in word.folds}
            if not unless.isdisjoint(present):
                continue
        kept.append(match)
    return kept


def _cover(tokens: list[Token], found: list[NameMatch], names: Gazetteer) -> None:
    """Take their other meanings from words that are names: in «сектор Газа» is no газ.

    Some names say so themselves; of the others a word with a capital inside a sentence is the
    name alone: in «помощь Газе» is no газ, in «жители Индии» no индий. One that begins a sentence
    is the name where it stands as a dictionary has it (Куба is no genitive of куб), unless the
    next word says otherwise.
    """
    named = set()
    for match in found:
        if match.alias.covers:
            for at in range(match.start, match.end):
                tokens[at] = _bare(tokens[at])
        elif match.alias.entity and match.end == match.start + 1 and len(match.alias.words) == 1:
            named.add(match.start)
            _cover_others(tokens, match, names)
    for at, token in enumerate(tokens):
        if token.capital and at not in named and len(token.forms) > 1:
            _cover_unlisted(tokens, at)


def _cover_others(tokens: list[Token], match: NameMatch, names: Gazetteer) -> None:
    token = tokens[match.start]
    name = token.normal if is_written_as_a_name(token.normal) else match.alias.words[0]
    lost = other_words(token.normal, name)
    if not lost or not token.capital or match.alias.entity is None:
        return
    lost = frozenset(
        word
        for word in lost
        if all(one.entity != match.alias.entity for one in names.singles.get(keyboard(word), ()))
    )
    if not _opens(tokens, match.start) or (
        token.normal == name and _is_the_name(name, _next(tokens, match.start))
    ):
        tokens[match.start] = _stripped(token, lost)


def _is_the_name(name: str, deed: str) -> bool:
    """Tell whether the next word lets one at a sentence's start be the name, and no other's case.

    «Ростов обстреляли»: the accusative of a town in a consonant is written as the nominative.
    """
    if name[-1] not in "ая" and is_written_as_a_name(name):
        return not is_lacking(deed)
    return does(name, deed)


def _cover_unlisted(tokens: list[Token], at: int) -> None:
    """Take the wolves from Mr Волков, whom no list has; where he begins, by what stands next."""
    token = tokens[at]
    if not _opens(tokens, at):
        if is_only_surname(token.normal):
            tokens[at] = _stripped(token, other_words(token.normal, token.normal))
        return
    after = tokens[at + 1] if _next(tokens, at) else None
    if after is None or not is_written_as_a_name(token.normal):
        return
    if does(token.normal, after.normal) or (
        after.capital and are_one_person(token.normal, after.normal)
    ):
        tokens[at] = _stripped(token, frozenset(token.forms) - {token.normal})


def _opens(tokens: list[Token], at: int) -> bool:
    return at == 0 or tokens[at - 1].sentence != tokens[at].sentence


def _next(tokens: list[Token], at: int) -> str:
    """Give the next word of the sentence, "" at its end."""
    after = at + 1
    return "" if after == len(tokens) or _opens(tokens, after) else tokens[after].normal


def _stripped(token: Token, lost: frozenset[str]) -> Token:
    forms = tuple(form for form in token.forms if form not in lost)
    if len(forms) == len(token.forms):
        return token
    word = replace(token.word, forms=forms, keys=without(token.forms, token.keys, lost))
    return token._replace(word=word)


def _bare(token: Token) -> Token:
    old = token.word
    word = Word(
        old.normal, old.capital, old.upper, old.number, old.normal, skeleton(old.normal),
        ("s:" + old.normal,), (old.normal,), old.name_word,
    )  # fmt: skip
    return Token(
        word, token.surface, token.start, token.end, token.position, token.sentence, token.joined
    )


def _mention(names: Gazetteer, identity: EntityId, match: NameMatch) -> Mention:
    entity = names.entities[identity]
    return Mention(identity, entity.kind, entity.country, match.start, match.end, match.alias.full)


def _keys(
    tokens: Sequence[Token], compounds: Sequence[Token], mentions: Sequence[Mention]
) -> frozenset[str]:
    return frozenset().union(
        *[token.word.keys for token in tokens],
        *[token.word.keys for token in compounds],
        *[_mention_keys(mention) for mention in mentions],
    )


def _mention_keys(mention: Mention) -> set[str]:
    keys = {"e:" + mention.id}
    if mention.country:
        keys.add("c:" + mention.country)
    if mention.full:
        keys.add("ef:" + mention.id)
    return keys
