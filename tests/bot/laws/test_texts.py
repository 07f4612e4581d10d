"""Laws of the translation catalogue, over every key there is."""

import ast
import re
import string
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest

from bot import texts
from bot.commands import COMMANDS, subscribe
from bot.render.markup import plain
from bot.render.reasons import because
from bot.telegram.rates import TelegramLimits
from storage import dialogs
from storage.errors import NewsError, Text
from storage.model import ChatKind, FeedStatus, Mode, Ownership, Pictures, QuietMode, Reach
from storage.outbox.deliveries import DeliveryKind, DeliveryState, FoldReason
from tests.bot.laws.test_languages import SHOWS_TWO_SCRIPTS
from watchers.parse.article import NoTextKind

ROOT = Path(texts.__file__).parents[2]
PACKAGES = ("bot", "watchers", "storage")
TAGS = re.compile(r"<(/?)([a-z]+)>")


def templates(language: str) -> dict[str, tuple[str, ...]]:
    return texts.catalogue(language).forms


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@cache
def nodes() -> tuple[ast.AST, ...]:
    """Every node of our code that may hold a key."""
    return tuple(
        node
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant | ast.JoinedStr | ast.Call)
    )


def literal_keys() -> set[str]:
    """Every string in the code that looks like a key, f-strings' beginnings as ``begin*``."""
    found: set[str] = set()
    for node in nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found.add(node.value)
        elif isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
            found.add(f"{node.values[0].value}*")
    return found


KEY_AT = {
    "translate": 1,
    "translate_html": 1,
    "refusal": 1,
    "Text": 0,
    "NewsError": 0,
    "StorageError": 0,
}
"""What says a key of the catalogue, and which of its arguments the key is."""

VALUELESS = frozenset({"refusal", "Text"})
"""What says a key without values."""


def said_keys(code: Iterable[ast.AST]) -> Iterator[tuple[str, frozenset[str] | None]]:
    """Yield every literal key said in the code, with its values' names: None where unpacked."""
    for node in code:
        name = _called(node)
        if not isinstance(node, ast.Call) or name not in KEY_AT:
            continue
        given = frozenset(one.arg for one in node.keywords if one.arg)
        unpacked = any(one.arg is None for one in node.keywords)
        for key in _constants(node.args[KEY_AT[name] : KEY_AT[name] + 1]):
            if isinstance(key.value, str):
                yield (
                    key.value,
                    None if unpacked else frozenset() if name in VALUELESS else given,
                )


def _called(node: ast.AST) -> str:
    """Return the name of what a node calls; "" where it calls nothing that has a name."""
    called = node.func if isinstance(node, ast.Call) else None
    return getattr(called, "id", "") or getattr(called, "attr", "")


def test_every_language_has_every_key() -> None:
    for language in texts.LANGUAGES:
        lacking = set(templates("en")) - set(templates(language))
        unknown = set(templates(language)) - set(templates("en"))
        assert [] == [*sorted(lacking), *sorted(unknown)], language


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_sentences_stand_in_the_order_of_their_keys(language: str) -> None:
    assert sorted(templates(language)) == list(templates(language))


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_sentence_is_said_and_has_all_plural_forms(language: str) -> None:
    forms = {"en": 2, "ru": 3}.get(language, 1)
    for key, said in templates(language).items():
        assert all(said), key
        assert len(said) == (1 if len(templates("en")[key]) == 1 else forms), key


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_placeholders_are_the_same_in_every_language_and_plural(language: str) -> None:
    for key, said in templates(language).items():
        wanted = set().union(*(placeholders(one) for one in templates("en")[key]))
        for one in said:
            assert wanted >= placeholders(one), key
        assert wanted == set().union(*(placeholders(one) for one in said)), key
        assert all(re.fullmatch(r"[a-z_]+", name) for name in wanted), key


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_tags_are_ones_we_know_and_closed(language: str) -> None:
    for key, said in templates(language).items():
        for one in said:
            opened: list[str] = []
            for closing, name in TAGS.findall(one):
                assert name in ("b", "i", "code"), key
                if closing:
                    assert opened.pop() == name, key
                else:
                    opened.append(name)
            assert not opened, key
            assert one.count("<") == len(TAGS.findall(one)), key
            assert one.count(">") == len(TAGS.findall(one)), key


def test_no_key_is_unused() -> None:
    used = literal_keys()
    beginnings = tuple(one[:-1] for one in used if one.endswith("*") and "." in one)
    unused = [key for key in templates("en") if key not in used and not key.startswith(beginnings)]
    assert [] == unused


def test_every_key_that_is_said_has_its_sentence_and_all_its_values() -> None:
    assert [] == wrongly_said(nodes())
    assert len(list(said_keys(nodes()))) > 400


@pytest.mark.parametrize(
    "code",
    [
        'translate_html(language, "never.heard")',
        'texts.translate(language, "search.nothing")',
        'translate(language, "help.start" if new else "never.heard")',
        'NewsError("query.unbalanced", position=0)',
        'refusal(ask, "search.nothing")',
        'Text("search.nothing", query=query)',
    ],
)
def test_a_key_that_is_said_wrongly_is_found(code: str) -> None:
    assert 1 == len(wrongly_said(ast.walk(ast.parse(code))))


def wrongly_said(code: Iterable[ast.AST]) -> list[tuple[str, set[str]]]:
    """Return the keys that the catalogue does not have, and those said without a value."""
    found = []
    for key, given in said_keys(code):
        wanted = set().union(*map(placeholders, templates("en").get(key, ())))
        missing = set() if given is None else wanted - given
        if missing or key not in templates("en"):
            found.append((key, missing))
    return found


@pytest.mark.parametrize(
    "key",
    [
        *(f"help.{command.name}" for command in COMMANDS),
        *(f"usage.{command.name}" for command in COMMANDS),
        *(f"owner.{one}" for one in Ownership if one is not Ownership.UNKNOWN),
        *(f"why.{one}" for one in DeliveryState),
        *(f"state.{one}" for one in DeliveryState),
        *(f"kind.{one}" for one in DeliveryKind),
        *(f"feeds.is_{one}" for one in FeedStatus),
        *(f"chat.kind_{one}" for one in ChatKind),
        *(f"settings.{kind}_{one}" for one in QuietMode for kind in ("quiet", "mode")),
        *(f"read.{one}" for one in NoTextKind),
        *(f"settings.pictures_{one}" for one in Pictures),
        *(f"subscribe.mode_{one}" for one in (Mode.DIGEST, *Reach)),
        *(f"subscriptions.state_{one}" for one in (Mode.DIGEST, *Reach, "paused")),
    ],
)
def test_every_value_that_is_said_has_its_words(key: str) -> None:
    assert key in templates("en")


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, "1 издание"), (2, "2 издания"), (5, "5 изданий"), (11, "11 изданий"),
     (21, "21 издание"), (112, "112 изданий"), (1004, "1\u00a0004 издания")],
)  # fmt: skip
def test_russian_counts_as_russians_do(count: int, expected: str) -> None:
    assert expected == texts.translate("ru", "n.outlets", count=count)


@pytest.mark.parametrize(
    ("told", "chosen"),
    [("ru", "ru"), ("ru-RU", "ru"), ("tk", "ru"), ("en-GB", "en"), ("de", "en"), ("", "ru"),
     (None, "ru"), ("<script>", "en")],
)  # fmt: skip
def test_the_language_is_the_persons_or_one_their_neighbours_read(
    told: str | None, chosen: str
) -> None:
    assert chosen == texts.choose(told, "ru")


def test_values_are_never_read_as_templates() -> None:
    said = texts.translate("en", "search.nothing", query="{query.__class__} {0} <b>")
    assert "Nothing found for “{query.__class__} {0} <b>”." == said


def test_a_position_is_counted_from_one() -> None:
    error = NewsError("query.unbalanced", position=0, example="(a OR b)")
    assert "at character 1 " in texts.sentence(error, "en")


def test_an_unknown_wrong_request_is_still_a_sentence() -> None:
    assert "(never.heard)" in texts.sentence(NewsError("never.heard"), "en")


CLAIMS = re.compile(
    r"(?i)\b(?:\d+|hundreds?|thousands?|dozens?|two|three|four|five|six|seven|eight|nine|ten"
    r"|twenty|сотн\w+|тысяч\w*|десят\w+|двух|тр[её]х|четыр[её]х|пят\w+|шест\w+|сем\w+"
    r"|восьм?\w*|девят\w+|двадцат\w+"
    r"|екі|үш|төрт|бес|алты|жеті|сегіз|тоғыз|жүздеген|мыңдаған|эки|төрт|беш|жети|сегиз|тогуз"
    r"|жүздөгөн|миңдеген|ikki|uch|toʻrt|besh|olti|yetti|sakkiz|toʻqqiz|oʻn|yuzlab|minglab"
    r"|ду|се|чор|панҷ|шаш|ҳафт|ҳашт|нуҳ|даҳ|садҳо|ҳазорон)\s+(?:of\s+|та\s+|ta\s+)?"
    r"(?:outlets?|sources?|feeds?|languages?|countries|издани\w+|источник\w*|лент\w*|язык\w*"
    r"|стран\w*|басыл\w+|дереккөз\w*|тіл\w*|ел(?:де|дің)?\b|булак\w*|тил\w*|өлкө\w*"
    r"|nashr\w*|manba\w*|til(?:da|ni)?\b|mamlakat\w*|нашрия\w*|манбаъ?\w*|забон\w*|кишвар\w*)"
)
"""A number of what is read that somebody wrote down: it is true until the catalogue changes."""


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_no_text_claims_how_much_is_read(language: str) -> None:
    claim = {
        "en": "in eight languages", "ru": "сотни изданий", "kk": "сегіз тілде",
        "ky": "жүздөгөн басылма", "uz": "sakkiz tilda", "tg": "ҳашт забон",
    }  # fmt: skip
    assert CLAIMS.search(claim[language])
    assert [] == [k for k, said in templates(language).items() if CLAIMS.search(" ".join(said))]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_the_numbers_that_texts_name_are_the_programs_own(language: str) -> None:
    limits = TelegramLimits()
    said = texts.translate(language, "limits.rules", most=limits.everybody.most)
    numbers = re.findall(r"\d+", said)
    assert [str(limits.everybody.most), str(limits.group.most)] == numbers
    assert subscribe.TRIED_OVER.days == 7  # usage.subscribe, subscribe.forecast
    assert dialogs.DRAFTS_KEPT.days == 30  # privacy: a month


def test_plain_text_has_no_tags() -> None:
    for key, said in templates("en").items():
        values = dict.fromkeys(set().union(*map(placeholders, said)), "x")
        assert "<b>" not in texts.translate("en", key, **values)
        assert plain(texts.translate("en", key, **values)) is not None


OUTCOMES = frozenset({
    "Away", "Fold", "Gone", "Leave", "NoTopic", "NotSent", "Poison", "Shut", "AnswerLost", "Vanished",
    "Void",
})  # fmt: skip
"""What becomes of a message, each with a reason in a word or two, which /why says."""


@cache
def delivery_reasons() -> frozenset[str]:
    """Every reason that the code notes beside a message, by where it stands in the code."""
    found = set(map(str, FoldReason))
    for node in nodes():
        if isinstance(node, ast.Call):
            name = _called(node)
            told = {"requeue": 2, "end": 3, "gone": 2}.get(name, 0 if name in OUTCOMES else 99)
            given = [
                *node.args[told : told + 1],
                *(k.value for k in node.keywords if k.arg == "reason"),
            ]
            found |= {str(one.value) for one in _constants(given) if isinstance(one.value, str)}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= set(re.findall(r"\breason = '([^']+)'", node.value))
    return frozenset(found - {""})


def _constants(given: list[ast.expr]) -> list[ast.Constant]:
    sides = [
        side
        for one in given
        for side in ([one.body, one.orelse] if isinstance(one, ast.IfExp) else [one])
    ]
    return [one for one in sides if isinstance(one, ast.Constant)]


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_every_reason_noted_beside_a_message_has_its_words(language: str) -> None:
    reasons = delivery_reasons()
    assert {"limited", "no rights", "told already", "quiet", "muted", "kicked"} <= reasons
    strange = because("odd", language).replace("odd", "{}")
    assert [] == [one for one in reasons if because(one, language) == strange.replace("{}", one)]


def test_a_value_that_is_a_text_is_said_in_the_readers_language() -> None:
    error = NewsError("query.empty", position=0, example=Text("example.query"))
    assert "Central Asia" in texts.sentence(error, "en")
    assert "Центральная Азия" in texts.sentence(error, "ru")


CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)


def test_english_sentences_hold_no_russian_and_no_value_is_a_russian_word() -> None:
    for key, said in templates("en").items():
        assert key in SHOWS_TWO_SCRIPTS or not any(map(CYRILLIC.search, said)), key
    values = [
        (node.lineno, keyword.arg, keyword.value.value)
        for node in nodes()
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "NewsError"
        for keyword in node.keywords
        if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
    ]
    worded = [
        one for one in values if re.search(r"[^\W\d_] [^\W\d_]|[а-яё]", one[2], re.IGNORECASE)
    ]
    assert [] == worded


@pytest.mark.parametrize(
    ("values", "said"),
    [({"bytes": 1}, "(1 байт)"), ({"bytes": 3}, "(3 байта)"), ({"bytes": 11}, "(11 байт)"),
     ({"bytes": 0}, "(0 байт)")],
)  # fmt: skip
def test_the_only_number_of_a_sentence_chooses_its_plural(
    values: dict[str, int], said: str
) -> None:
    assert said in texts.translate("ru", "error.page_empty", **values)


NOT_OUR_WORDS = {
    "en": re.compile(r"(?i)\btellings?\b|\bshall\b| …|(?<!“)\{query\}"),
    "ru": re.compile(r"(?i)истори|пересказ|админ(?!истратор)|(?<=\S) —|[“”]| …|(?<!«)\{query\}"),
    "kk": re.compile(r"(?i)сюжет|әңгіме|админ|подписк|(?<=\S) —|[“”]| …|(?<!«)\{query\}"),
    "ky": re.compile(
        r"(?i)сюжет|аңгеме|админ(?!истратор)|подписк|(?<=\S) —|[“”]| …|(?<!«)\{query\}"
    ),
    "uz": re.compile(r"(?i)syujet|hikoya|(?<=\S) —|[«»]| …|(?<!“)\{query\}"),
    "tg": re.compile(r"(?i)сюжет|ҳикоя|админ(?!истратор)|(?<=\S) —|[“”]| …|(?<!«)\{query\}"),
}
"""What no language says: other names for our own things (a story is «сюжет» in Russian, «оқиға» in
Kazakh, what an outlet reports «публикация»: docs/translating.md has them all), a dash that a line
may begin with (it wants U+00A0 before it), an ellipsis set off by a space, foreign quotation
marks, a query without any."""


@pytest.mark.parametrize(
    ("language", "wrong"),
    [("en", "the first telling"), ("en", "Your query {query}"), ("ru", "2 истории"),
     ("ru", "Оба номера — {one}"), ("ru", "Запрос <b>{query}</b>"), ("kk", "2 сюжет"),
     ("ky", "Баары — {one}"), ("uz", "«{query}»"), ("tg", "<b>{query}</b>")],
)  # fmt: skip
def test_each_language_keeps_to_its_words_and_marks(language: str, wrong: str) -> None:
    assert NOT_OUR_WORDS[language].search(wrong)
    found = [
        (key, one)
        for key, said in templates(language).items()
        for one in said
        if NOT_OUR_WORDS[language].search(one)
    ]
    assert [] == found
