"""The one notion of words: a text analysed for subscriptions, search and story identity."""

import re
from dataclasses import dataclass
from functools import lru_cache

from watchers.text.figures import Number, numbers_in
from watchers.text.forms import Case, Forms, text_forms
from watchers.text.language import identify
from watchers.text.names import EntityId, Found, Gazetteer, Place, gazetteer
from watchers.text.normal import Cut, clean, fold_case, is_shouting, tokenize
from watchers.text.skeleton import keyboard

_SUFFIXED = re.compile(
    r"((?:Sh|Ch|[A-ZА-ЯЁӘҒҚҢӨҰҮҺІҲҶӢӮЎÝŇŞÇÜÖ]){2,})(?:s|[a-zа-яёәғқңөұүһіҳҷӣӯўýňşçüöä]{2,})\Z"
)
_SHORT_LATIN = 3
_ACRONYM = 5
_MAX_COMPOUND = 4


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a text.

    ``start`` and ``end`` are offsets into ``Analysis.text``. ``position`` counts the words;
    ``width`` is 1, or the number of parts that a hyphenated compound joins. ``capital`` is
    meaningless where ``sentence`` just began. ``keys`` are what a query may meet it by;
    ``stem`` is its likeliest dictionary form, ``skeleton`` that form across scripts.
    """

    surface: str
    normal: str
    start: int
    end: int
    position: int
    sentence: int
    capital: bool
    upper: bool
    number: bool
    stem: str
    skeleton: str
    keys: frozenset[str]
    forms: tuple[str, ...]
    width: int = 1
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Mention:
    """A name of the gazetteer in a text, at the words ``start`` to ``end`` (exclusive).

    ``kind`` is country, region, city, water, project, person, organisation, company or
    currency; ``country`` the lower-case ISO code it belongs to; ``full`` marks a person's
    full name.
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
    ``c:`` countries of entities, ``n:`` numbers.
    """

    text: str
    lang: str
    tokens: tuple[Token, ...]
    compounds: tuple[Token, ...]
    title_words: int
    entities: tuple[Mention, ...]
    numbers: tuple[Number, ...]
    keys: frozenset[str]


def analyse(
    title: str,
    summary: str = "",
    lang: str | None = None,
    declared: tuple[str, ...] = (),
    *,
    names: Gazetteer | None = None,
) -> Analysis:
    """Analyse a headline and its summary; ``lang`` is told, or found among ``declared``.

    Linear in the length of the text, which is cut at ``normal.MAX_TEXT`` characters a field.
    """
    head, body = clean(title), clean(summary)
    text = f"{head}\n{body}" if body else head
    lang = lang or identify(text, declared)
    cuts = tokenize(text)
    shouting = is_shouting(head), is_shouting(body)
    tokens = tuple(
        _token(cut, position, lang, shouting[cut.start > len(head)])
        for position, cut in enumerate(cuts)
    )
    compounds = _compounds(tokens, lang)
    names = names or gazetteer()
    found = _named(tokens, lang, names)
    tokens = _covered(tokens, found)
    mentions = tuple(_mention(one, names) for one in found if one.alias.entity)
    numbers = numbers_in(tokens, text)
    keys = frozenset().union(
        *(token.keys for token in tokens),
        *(token.keys for token in compounds),
        *(_mention_keys(mention) for mention in mentions),
    )
    title_words = sum(token.start <= len(head) for token in tokens)
    return Analysis(text, lang, tokens, compounds, title_words, mentions, numbers, keys)


def _token(cut: Cut, position: int, lang: str, shouting: bool) -> Token:  # noqa: FBT001
    surface = cut.surface
    if cut.number:
        figure = _figure_keys(surface, lang)
        return Token(
            surface, cut.normal, cut.start, cut.end, position, cut.sentence, False, False, True,  # noqa: FBT003
            cut.normal, cut.normal, figure, (cut.normal,), 1, cut.joined,
        )  # fmt: skip
    capital = surface[0].isupper()
    upper = capital and len(surface) > 1 and surface.upper() == surface
    if upper and shouting and len(surface) <= _SHORT_LATIN and surface.isascii():
        upper = False
    normal = cut.normal
    if capital and (suffixed := _SUFFIXED.match(surface)):
        # An ending glued to an acronym: ЖКнын, БУУга, MPs.
        upper, normal = True, fold_case(suffixed[1])
    acronym = upper and not shouting and len(normal) <= _ACRONYM
    forms = text_forms(normal, lang, Case.ACRONYM if acronym else Case(capital))
    return Token(
        surface, cut.normal, cut.start, cut.end, position, cut.sentence, capital, upper, False,  # noqa: FBT003
        forms.stem, _bone(forms), forms.keys, forms.forms, 1, cut.joined,
    )  # fmt: skip


def _bone(forms: Forms) -> str:
    at = forms.forms.index(forms.stem)
    return forms.skeletons[at] if at < len(forms.skeletons) else forms.skeletons[-1]


@lru_cache(maxsize=2048)
def _figure_keys(surface: str, lang: str) -> frozenset[str]:
    from watchers.text.figures import canonical  # noqa: PLC0415

    return frozenset({"n:" + canonical(surface, lang)})


def _compounds(tokens: tuple[Token, ...], lang: str) -> tuple[Token, ...]:
    """Join what bare hyphens glue: Jalal-Abad is also Jalalabad."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        end = at + 1
        while end < len(tokens) and tokens[end].joined and end - at < _MAX_COMPOUND:
            end += 1
        if end - at > 1 and not any(token.number for token in tokens[at:end]):
            made.append(_compound(tokens[at:end], lang))
        at = end
    return tuple(made)


def _compound(parts: tuple[Token, ...], lang: str) -> Token:
    first, last = parts[0], parts[-1]
    normal = "".join(part.normal for part in parts)
    forms = text_forms(normal, lang, Case(first.capital))
    return Token(
        "-".join(part.surface for part in parts), normal, first.start, last.end, first.position,
        first.sentence, first.capital, first.upper and last.upper, False,  # noqa: FBT003
        forms.stem, _bone(forms), forms.keys, forms.forms, len(parts),
    )  # fmt: skip


def _named(tokens: tuple[Token, ...], lang: str, names: Gazetteer) -> list[Found]:
    places = [
        Place(
            _folds(token.forms),
            _bones(token.forms),
            token.capital,
            token.upper,
            token.normal,
            at == 0 or tokens[at - 1].sentence != token.sentence,
        )
        for at, token in enumerate(tokens)
    ]
    present: set[str] | None = None
    kept = []
    for one in names.find(places, lang):
        identity = one.alias.entity
        unless = one.alias.unless
        if identity:
            unless |= names.entities[identity].unless
        if unless:
            if present is None:
                present = {fold for place in places for fold in place.folds}
            if not unless.isdisjoint(present):
                continue
        kept.append(one)
    return kept


@lru_cache(maxsize=16384)
def _folds(forms: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(keyboard, forms)))


@lru_cache(maxsize=16384)
def _bones(forms: tuple[str, ...]) -> tuple[str, ...]:
    from watchers.text.skeleton import skeleton  # noqa: PLC0415

    return tuple(dict.fromkeys(map(skeleton, forms)))


def _covered(tokens: tuple[Token, ...], found: list[Found]) -> tuple[Token, ...]:
    """Take the other meanings from words that a name covers: in «сектор Газа» is no газ."""
    covering = [one for one in found if one.alias.covers]
    if not covering:
        return tokens
    from dataclasses import replace  # noqa: PLC0415

    changed = list(tokens)
    for one in covering:
        for at in range(one.start, one.end):
            changed[at] = replace(
                changed[at],
                keys=frozenset({"s:" + changed[at].normal}),
                forms=(changed[at].normal,),
            )
    return tuple(changed)


def _mention(one: Found, names: Gazetteer) -> Mention:
    assert one.alias.entity is not None  # noqa: S101 - narrowed by the caller
    entity = names.entities[one.alias.entity]
    return Mention(entity.id, entity.kind, entity.country, one.start, one.end, one.alias.full)


def _mention_keys(mention: Mention) -> frozenset[str]:
    keys = {"e:" + mention.id}
    if mention.country:
        keys.add("c:" + mention.country)
    if mention.full:
        keys.add("ef:" + mention.id)
    return frozenset(keys)
