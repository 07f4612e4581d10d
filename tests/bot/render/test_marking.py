"""What is bold is what the matcher met, in the words that are shown; the sentence that has it."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render import reasons
from bot.render.marking import Marker
from bot.render.markup import plain, tidy
from bot.render.stories import alert, found_line, language_mark, update
from storage.model import ItemId, Match, StoryId, SubscriptionId
from tests.bot.sample_stories import ALMATY, MOSCOW, NOW, sample_item, story


def bold(html: str) -> list[str]:
    """What is set in bold."""
    return re.findall(r"<b>(.*?)</b>", html)


@pytest.mark.parametrize(
    ("query", "title", "lang", "expected"),
    [
        ("Makron", "Macron arrives in Astana", "en", ["Macron"]),
        ("Макрон", "Macron arrives in Astana, Macron leaves", "en", ["Macron", "Macron"]),
        ("Токаев", "Тоқаевтың жарлығы", "kk", ["Тоқаевтың"]),
        ("газ", "Подача газа в сектор Газа", "ru", ["газа"]),  # the name of a place is no gas
        ("банк", "Национальный Банк и банкир", "ru", ["Банк"]),
        ('"central bank"', "The central bank of Tajikistan", "en", ["central bank"]),
        ("Jalal-Abad", "Fire in Jalal-Abad", "en", ["Jalal-Abad"]),
        ("каз*", "Казначейство Казани", "ru", ["Казначейство", "Казани"]),
        ("uranium -gas", "Uranium without gas", "en", ["Uranium"]),
        ("country:kz", "Kazakhstan", "en", []),
        ("R&D", "R&D in Almaty", "en", ["R&amp;D"]),
    ],
)
def test_bold_is_exactly_what_the_matcher_met(
    query: str, title: str, lang: str, expected: list[str]
) -> None:
    told = sample_item(title, lang=lang)
    assert expected == bold(Marker.of((query,)).title(told, title))


def test_words_that_only_look_like_it_are_not_marked_in_an_untidy_headline() -> None:
    raw = "Газ\u200b \u202eв секторе  Газа и  газ"
    told = sample_item(raw, lang="ru")
    shown = tidy(raw)
    assert ["Газ", "газ"] == bold(Marker.of(("газ",)).title(told, shown))


@given(st.text(max_size=60), st.sampled_from(["gas", "газ", "каз*", '"a b"', "Makron", "1 500"]))
@settings(max_examples=150)
def test_marking_changes_no_letter(text: str, query: str) -> None:
    told = sample_item(f"{text} газ gas Macron", summary=text)
    shown = tidy(told.title, 60)
    assert shown == plain(Marker.of((query,)).title(told, shown))


# --- the sentence of a text -------------------------------------------------------------------

LONG = (
    "The rescuers set out at dawn and walked for nine hours through deep snow. "
    "In a hut below the pass they found the two climbers with a torch, a stove and a power bank, "
    "tired but unhurt, and waited with them until the wind had calmed and a helicopter could "
    "land beside the frozen lake. Both are at home again."
)


def test_the_sentence_around_a_word_of_the_text_is_short_and_has_it_in_bold() -> None:
    told = sample_item("Climbers found", summary=LONG)
    said = Marker.of(("bank",)).sentence(told)
    assert ["bank"] == bold(said)
    assert len(plain(said)) <= 163
    assert plain(said).startswith("…")
    assert plain(said).endswith("…")
    assert "rescuers set out" not in said


def test_a_short_sentence_is_whole() -> None:
    told = sample_item("Climbers found", summary="They had a “power bank”. They are well.")
    assert "They had a “power <b>bank</b>”." == Marker.of(("bank",)).sentence(told)


def test_a_text_without_the_word_has_no_such_sentence() -> None:
    assert "" == Marker.of(("uranium",)).sentence(sample_item("Climbers found", summary=LONG))


# --- in alerts and in searches ----------------------------------------------------------------


def test_an_alert_marks_what_met_in_the_headline_that_is_shown() -> None:
    told = story(
        sample_item("Макрон Астанаға келді", lang="kk"),
        sample_item("Macron arrives in Astana", ago=timedelta(minutes=5)),
    )
    html = alert(told, ALMATY, now=NOW, marker=Marker.of(("Макрон",))).html
    assert html.startswith('<a href="https://news.example/1"><b>Macron</b> arrives in Astana</a>')


def test_an_alert_for_a_word_deep_in_the_text_shows_its_sentence() -> None:
    told = story(sample_item("Climbers found", summary=LONG))
    assert "walked for nine hours" in alert(told, ALMATY, now=NOW).html
    html = alert(told, ALMATY, now=NOW, marker=Marker.of(("home",))).html
    assert "\n\nBoth are at <b>home</b> again.\n\n" in html


def test_an_alert_that_no_query_brought_has_its_whole_headline_in_bold() -> None:
    html = alert(story(sample_item("Macron arrives")), ALMATY, now=NOW).html
    assert '<b><a href="https://news.example/1">Macron arrives</a></b>' in html


def test_a_search_shows_the_line_that_has_the_word() -> None:
    marker = Marker.of(("bank",))
    told = story(sample_item("Climbers found", summary="They had a power bank."))
    found = found_line(told, ALMATY, marker, now=NOW)
    assert "<i>They had a power <b>bank</b>.</i>" in found
    in_title = story(sample_item("Bank fined", summary="The bank says nothing."))
    assert "says nothing" not in found_line(in_title, ALMATY, marker, now=NOW)


def test_a_search_shows_the_item_that_met_where_the_shown_one_did_not() -> None:
    told = story(
        sample_item("Закон о воде подписан", lang="ru"),
        sample_item("Water law signed by hydrographers", outlet="Oasis Times"),
    )
    found = found_line(told, MOSCOW, Marker.of(("hydrographers",)), now=NOW)
    assert "Oasis Times: Water law signed by <b>hydrographers</b>" in found


# --- whose language, whose words --------------------------------------------------------------


@pytest.mark.parametrize(
    ("lang", "english", "russian"),
    [
        ("kk", "in Kazakh", "на казахском"),
        ("uz-Latn", "in Uzbek", "на узбекском"),
        ("de", "German", "немецкий"),
        ("en", "", "на английском"),
        ("ru", "in Russian", ""),
        ("und", "", ""),
        ("", "", ""),
    ],
)
def test_a_headline_in_another_language_says_in_which(
    lang: str, english: str, russian: str
) -> None:
    said = [plain(language_mark(sample_item("Title", lang=lang), one)) for one in ("en", "ru")]
    assert [english, russian] == said


def test_the_names_of_the_outlets_lead_to_what_each_tells() -> None:
    told = story(
        sample_item("Water law signed", outlet="Steppe Courier", url="https://a.example/1"),
        sample_item("Water law", outlet="Oasis Times", url="https://b.example/2"),
        sample_item("Water law again", outlet="Steppe Courier", url="https://a.example/3"),
    )
    html = alert(told, ALMATY, now=NOW).html
    assert '<a href="https://a.example/1">Steppe Courier</a>' in html
    assert '<a href="https://b.example/2">Oasis Times</a>' in html
    assert "a.example/3" not in html


ENGLISH = sample_item("Macron meets bankers in Astana", outlet="Steppe Courier")
KAZAKH = replace(sample_item("Макронның Астанаға сапары", outlet="Дала", lang="kk"), id=ItemId(2))


def met(query: str, term: str, word: str, *, item: int = 2, number: int = 1) -> Match:
    return Match(SubscriptionId(number), ItemId(item), StoryId(7), term, word, query=query)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        # The item that is shown met it: its own word, whoever else met it before.
        ([met("Макрон", "Макрон", "Макронның"), met("Макрон", "Макрон", "Macron", item=1)],
         [("Макрон", "Макрон", "Macron", "")]),
        # It has such a word, though it came before the subscription.
        ([met("Макрон", "Макрон", "Макронның")], [("Макрон", "Макрон", "Macron", "")]),
        # It has none: whose word it is.
        ([met("сапар", "сапар", "сапары")], [("сапар", "сапар", "сапары", "Дала")]),
        # Each query once, however many items met it.
        ([met("сапар", "сапар", "сапары"), met("bank", "bank", "bankers", item=1, number=2),
          met("сапар", "сапар", "сапар")],
         [("сапар", "сапар", "сапары", "Дала"), ("bank", "bank", "bankers", "")]),
    ],
)  # fmt: skip
def test_the_reason_is_one_word_a_query_as_the_shown_item_writes_it(
    found: list[Match], said: list[tuple[str, str, str, str]]
) -> None:
    told = reasons.met(story(ENGLISH, KAZAKH), ENGLISH, found, {})
    assert said == [(one.query, one.term, one.word, one.outlet) for one in told]


def test_an_answer_in_another_language_says_in_which() -> None:
    item = sample_item("Су туралы заң", lang="kk")
    assert "на казахском" in plain(update(story(item), item, MOSCOW, now=NOW).html)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("газ", "Газ подорожал"),
        ("газ lang:kk", "Газ қымбаттады"),
        ("газ lang:tk", "Газ подорожал"),
    ],
)
def test_a_story_is_shown_as_the_asked_language_tells_it(query: str, shown: str) -> None:
    told = story(
        sample_item("Газ подорожал", lang="ru"),
        sample_item("Газ қымбаттады", lang="kk"),
    )
    line = found_line(told, MOSCOW, Marker.of((query,)), now=NOW)
    assert shown == plain(line).partition(" · ")[0].partition("\n")[0]
