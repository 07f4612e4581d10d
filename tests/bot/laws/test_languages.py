"""Laws of each language by itself: its letters, quotes, lengths, dates, counts and names."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from bot import settings, texts
from bot.commands import COMMANDS
from bot.commands.settings_screens import LANGUAGE_NAMES, NOT_YET_READ, ZONES
from bot.texts import LANGUAGES, words
from watchers.keywords import compared, parse
from watchers.text.language import OURS
from watchers.text.names import gazetteer

OWN = ("kk", "ky", "uz", "tg")
NOON = datetime(2026, 11, 21, 12, 5, tzinfo=UTC)
CYRILLIC = re.compile("[\u0400-\u04ff]", re.IGNORECASE)
LATIN_WORD = re.compile(r"[A-Za-z]+")
TAGS = re.compile(r"</?[bi]>")

NOT_PROSE = re.compile(
    r"<code>.*?</code>|`.*?`|&\w+;|\{\w+\}|(?<!\w)[/@.]{1,2}[\w{}./-]+|https?://\S+|--[\w-]+"
    r"|\b[a-z_]+:(?=[\s{])|\w+[./]\w+(?:[./]\w+)*|[A-Z]+_[A-Z_]+|\bsteppewire \S.*$|host:port"
    r"|[\d-]+T[\d:]+Z"
)
"""What stands in a sentence and is no sentence: examples, commands, filters, names of settings."""

NAMES = frozenset(
    """Telegram SteppeWire SQLite HTTP http https OPML RSS CSS JSON Feed XML DNS DOCTYPE UTC ID MB GB
    OR AND xmlUrl title auto Asia Almaty news card li a h TelegramUTC Litestream ssh""".split()
)
"""Latin words of every language's texts: names of things that have no other name."""

SHOWS_TWO_SCRIPTS = frozenset({"alias.form", "usage.alias"})

FOREIGN_LETTERS = {
    "ru": "әғқңөұүһіҳҷӣӯў",
    "kk": "ҳҷӣӯў",
    "ky": "әғқұһіҳҷӣӯў",
    "tg": "әңөұүһіўщцыь",
}
"""Letters of neighbours' alphabets. Tajik has had no щ, ц, ы and ь since 1998."""


def prose(language: str) -> list[tuple[str, str]]:
    """Every sentence and plural form of a language without what is no sentence."""
    return [
        (key, NOT_PROSE.sub(" ", TAGS.sub("", one)))
        for key, said in texts.catalogue(language).forms.items()
        for one in said
        if not key.startswith("example.")
    ]


# --- letters ----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", [*FOREIGN_LETTERS])
def test_texts_in_cyrillic_hold_no_latin_words_and_no_neighbours_letters(language: str) -> None:
    foreign = re.compile(f"[{FOREIGN_LETTERS[language]}]", re.IGNORECASE)
    latin = [
        (key, word)
        for key, said in prose(language)
        for word in LATIN_WORD.findall(said)
        if word not in NAMES and key not in SHOWS_TWO_SCRIPTS
    ]
    assert [] == latin
    every = texts.catalogue(language).forms.items()
    assert [] == [(k, foreign.findall(s)) for k, said in every for s in said if foreign.search(s)]


def test_uzbek_is_written_in_its_latin_alphabet() -> None:
    """oʻ and gʻ with U+02BB, a tutuq belgisi with U+02BC: no apostrophe or quote for them."""
    every = texts.catalogue("uz").forms.items()
    said = [(key, one) for key, forms in every for one in forms]
    assert [] == [k for k, one in said if CYRILLIC.search(one) and k not in SHOWS_TWO_SCRIPTS]
    assert [] == [(k, one) for k, one in said if re.search(r"\w['‘’´]|[^oOgG]ʻ|\w`\w", one)]


@pytest.mark.parametrize("language", OWN)
def test_every_language_is_its_own(language: str) -> None:
    """Nothing of several words was left as it stands in English or Russian."""
    mine = texts.catalogue(language).forms
    left = []
    for other in ("en", "ru"):
        theirs = texts.catalogue(other).forms
        for key, said in mine.items():
            if key.startswith("example."):
                continue
            bare = [NOT_PROSE.sub("", TAGS.sub("", one)) for one in said]
            if set(said) & set(theirs[key]) and any(
                len(re.findall(r"[^\W\d_]{2,}", one)) > 1 for one in bare
            ):
                left.append((other, key))
    assert [] == left


# --- lengths ----------------------------------------------------------------------------------

TOASTS = frozenset({"button.just_above", "button.old"})
ALONE = frozenset({"button.search_for"})


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_are_as_short_as_in_english_or_russian(language: str) -> None:
    """The chat page's tests measure them in a browser; this holds without one."""
    most = {
        key: max(len(form) for one in ("en", "ru") for form in texts.catalogue(one).forms[key])
        for key in texts.catalogue("en").forms
        if key.startswith(("button.", "topic", "settings.mode_", "settings.when_empty_"))
    }
    long = [
        (key, form)
        for key, longest in most.items()
        if key not in TOASTS
        for form in texts.catalogue(language).forms[key]
        if len(form) > max(1.6 * longest, 14)
    ]
    assert [] == long


@pytest.mark.parametrize("language", LANGUAGES)
def test_toasts_fit_telegram(language: str) -> None:
    keys = {*TOASTS, *(one for one in texts.catalogue("en").forms if one.startswith("toast."))}
    assert all(len(form) <= 200 for k in keys for form in texts.catalogue(language).forms[k])


# --- dates, counts, names -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "day", "date", "weekday", "number"),
    [
        ("en", "21 Nov", "21 Nov 2026", "Sat", "1,234.5"),
        ("ru", "21 нояб.", "21 нояб. 2026\u202fг.", "сб", "1\u00a0234,5"),
        ("kk", "21 қар.", "2026\u202fж. 21 қар.", "сб", "1\u00a0234,5"),
        ("ky", "21-ноя.", "2026-ж. 21-ноя.", "иш", "1\u00a0234,5"),
        ("uz", "21-noy", "21-noy, 2026", "Shan", "1\u00a0234,5"),
        ("tg", "21 ноя", "21 ноя 2026", "Шнб", "1\u00a0234,5"),
    ],
)
def test_a_day_and_a_number_are_written_as_the_language_does(
    language: str, day: str, date: str, weekday: str, number: str
) -> None:
    said = (
        words.day(NOON, NOON, language, UTC),
        words.date(NOON, language, UTC),
        words.weekday(6, language),
        words.number(1234.5, language),
    )
    assert (day, date, weekday, number) == said


@pytest.mark.parametrize(
    ("language", "before", "after", "long"),
    [
        ("en", "2 hours ago", "in 2 hours", "2 hours"),
        ("ru", "2 часа назад", "через 2 часа", "2 часа"),
        ("kk", "2 сағат бұрын", "2 сағаттан кейін", "2 сағат"),
        ("ky", "2 саат мурун", "2 сааттан кийин", "2 саат"),
        ("uz", "2 soat oldin", "2 soatdan keyin", "2 soat"),
        ("tg", "2 соат пеш", "пас аз 2 соат", "2 соат"),
    ],
)
def test_a_length_of_time_is_said_in_words(
    language: str, before: str, after: str, long: str
) -> None:
    two = timedelta(hours=2)
    said = (
        words.ago(NOON - two, NOON, language),
        words.ago(NOON + two, NOON, language),
        words.lasting(two, language),
    )
    assert (before, after, long) == said


LENGTHS = [timedelta(seconds=n) for n in (1, 90, 5_000, 90_000, 900_000, 9_000_000, 90_000_000)]
NEIGHBOURS = "KZ KG UZ TJ TM RU AF CN IR AZ AM GE TR UA BY MN PK IN".split()
FARTHER = "US GB DE FR PL LT LV EE MD IL PS SY IQ AE SA QA KR KP JP".split()
TONGUES = sorted({one.partition("-")[0] for one in OURS} | {"az", "tr", "uk", "be", "tt", "de", "fr",
    "fa", "prs", "ps", "zh", "ar", "es", "it", "ka", "hy", "mn", "ug", "kaa", "ko", "ja"})  # fmt: skip
CITIES = (*ZONES, "Asia/Qyzylorda", "Asia/Samarkand", "Asia/Yekaterinburg", "Asia/Omsk",
          "Europe/Kyiv", "Asia/Kolkata", "Asia/Kabul", "Asia/Tehran", "Asia/Urumqi")  # fmt: skip


def names_said(language: str) -> dict[str, str]:
    """Every date, weekday, length, country, language and city that a reader may be told."""
    dated = [
        datetime(year, month, 1, tzinfo=UTC) for year in (2025, 2026) for month in range(1, 13)
    ]
    return {
        **{f"day {one:%Y-%m}": words.day(one, NOON, language, UTC) for one in dated},
        **{f"weekday {one}": words.weekday(one, language) for one in range(1, 8)},
        **{f"lasting {one}": words.lasting(one, language) for one in LENGTHS},
        **{f"ago {one}": words.ago(NOON - one, NOON, language) for one in LENGTHS},
        **{f"in {one}": words.ago(NOON + one, NOON, language) for one in LENGTHS},
        **{one: words.country(one, language) for one in (*NEIGHBOURS, *FARTHER)},
        **{f"language {one}": words.language_name(one, language) for one in TONGUES},
        **{one: words.city(one, language) for one in CITIES},
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_name_and_no_date_falls_back_to_english_or_to_a_placeholder(language: str) -> None:
    said = names_said(language)
    foreign = CYRILLIC if language in ("en", "uz") else LATIN_WORD
    assert {} == {what: one for what, one in said.items() if foreign.search(one)}
    assert {} == {
        what: one for what, one in said.items() if re.search(r"M\d\d|\d+ [a-z]$|['‘’`]", one)
    }
    if language == "uz":
        english = names_said("en")
        same = {what for what, one in said.items() if one == english[what]}
        assert same <= {*FARTHER, "BY", *CITIES}, "one name in both languages"


@pytest.mark.parametrize("language", OWN)
@pytest.mark.parametrize("count", [0, 1, 2, 5, 11, 21, 1004])
def test_after_a_number_a_noun_stays_as_it_is(language: str, count: int) -> None:
    said = texts.translate(language, "n.outlets", count=count)
    assert texts.translate(language, "n.outlets", count=7) == said.replace(
        words.number(count, language), "7"
    )


# --- examples -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_example_is_read_as_it_is_meant(language: str) -> None:
    """A command that a text shows is one, a query parses, and what it compares are two topics."""
    sentences = texts.catalogue(language).forms
    queries = [
        one for key, said in sentences.items() if key.startswith("example.") for one in said
    ]
    commands = {f"/{one.name}" for one in COMMANDS}
    for said in sentences.values():
        for example in re.findall(r"<code>([^<{]+)</code>", " ".join(said)):
            command, _, rest = example.partition(" ")
            assert command in commands or not command.startswith("/"), example
            if command in ("/subscribe", "/search"):
                queries.append(rest)
            elif command == "/trends":
                assert len(compared(rest)) == 1 + (" vs " in rest or "против" in rest), example
    assert len(queries) >= 10
    assert all([*parse(one).terms()] for one in queries)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_topic_is_asked_for_by_the_name_that_is_shown(language: str) -> None:
    begins = "topic_name."
    topics = {key for key in texts.catalogue(language).forms if key.startswith(begins)}
    assert {begins + topic for topic in gazetteer().topics} == topics
    for key in topics:
        asked = f'topic:"{texts.translate(language, key)}"'
        assert f"topic:{key.removeprefix(begins)}" == parse(asked).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_button_that_a_sentence_names_is_called_so(language: str) -> None:
    def said(key: str) -> str:
        return texts.translate(language, key)

    how = texts.catalogue(language).forms["subscribe.how"][0]
    headlines, anywhere = re.findall("<b>(.+?)</b>", how)
    assert headlines.casefold() in said("button.alert_headlines").casefold()
    assert anywhere.casefold() in said("button.alert_anywhere").casefold()
    assert anywhere in said("usage.subscribe")
    assert said("button.resume_all") in said("start.stopped")
    assert said("settings.posts") in said("usage.channel")


# --- who gets which -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "chosen"),
    [("kk", "kk"), ("ky_KG", "ky"), ("uz-Latn", "uz"), ("uz-Cyrl-UZ", "uz"), ("TG", "tg"),
     ("tk", "ru"), ("be", "ru"), ("tt-RU", "ru"), ("tr", "en"), ("kaa", "en")],
)  # fmt: skip
def test_telegrams_language_is_ours_where_we_speak_it(told: str, chosen: str) -> None:
    assert chosen == texts.choose(told, "ru")


def test_every_language_is_offered_by_its_own_name() -> None:
    assert [*LANGUAGES] == [*LANGUAGE_NAMES] == [*settings.LANGUAGES]
    assert {*NOT_YET_READ} < {*LANGUAGES}
    assert len({*LANGUAGE_NAMES.values()}) == len(LANGUAGES)
