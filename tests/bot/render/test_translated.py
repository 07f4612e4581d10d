"""A machine's words wherever a story is shown: marked, escaped, the original a tap away."""

from dataclasses import replace

import pytest

from bot.conversation import Message
from bot.render.digests import StoryLine, story_list
from bot.render.marking import Marker
from bot.render.markup import plain, translate_html
from bot.render.stories import alert, bare, card, found_line, line, side_by_side, update
from storage.model import ChatKind, MachineText
from tests.bot.sample_stories import MOSCOW, NOW, sample_item, story
from tests.watchers.translation.kit import KAZAKH, LEAD, RUSSIAN, RUSSIAN_LEAD

HOSTILE = "Взрыв <b>&</b> </a>"
TOLD = replace(
    sample_item(KAZAKH, lang="kk", summary=LEAD),
    machine=(MachineText("ru", RUSSIAN, RUSSIAN_LEAD),),
)
STORY = story(TOLD)
CHANNEL = replace(MOSCOW, kind=ChatKind.CHANNEL)


@pytest.mark.parametrize(
    "shown",
    [
        alert(STORY, MOSCOW, now=NOW).html,
        alert(STORY, CHANNEL, now=NOW, bot_username="wire_bot").html,
        card(STORY, MOSCOW, now=NOW).html,
        line(STORY, MOSCOW, now=NOW),
        found_line(STORY, MOSCOW, Marker.of(["взрыв"]), now=NOW),
        update(STORY, TOLD, MOSCOW, now=NOW).html,
        story_list(translate_html("ru", "side.head"), [StoryLine(1, STORY)], MOSCOW).html,
        bare(STORY, MOSCOW),
    ],
    ids=["alert", "post", "card", "line", "found", "update", "list", "bare"],
)
def test_wherever_a_story_is_shown_a_machines_words_are_marked(shown: str) -> None:
    assert RUSSIAN.split(" взрыв")[0] in plain(shown)  # type: ignore[arg-type]
    assert "🤖 машинный перевод" in plain(shown)  # type: ignore[arg-type]
    assert "https://news.example/1" in shown  # the original


def test_a_machines_words_are_escaped() -> None:
    hostile = replace(TOLD, machine=(MachineText("ru", HOSTILE, HOSTILE),))
    html = alert(story(hostile), MOSCOW, now=NOW).html
    assert HOSTILE not in html
    assert "Взрыв &lt;b&gt;&amp;&lt;/b&gt; &lt;/a&gt;" in html


def labels(message: Message) -> list[str]:
    return [button.label for row in message.keyboard for button in row]


def test_a_storys_tellings_stand_side_by_side() -> None:
    assert "🔤 Сравнить языки" in labels(card(STORY, MOSCOW, now=NOW))
    told = plain(side_by_side(STORY, MOSCOW).html)
    parts = [KAZAKH, LEAD, "🤖 машинный перевод", RUSSIAN, RUSSIAN_LEAD]
    places = [told.find(part) for part in parts]
    assert sorted(places) == places
    assert -1 not in places


def test_an_outlets_own_words_in_the_readers_language_stand_beside_where_no_machine_spoke() -> (
    None
):
    own = sample_item(RUSSIAN, lang="ru", outlet="Вестник")
    both = story(sample_item(KAZAKH, lang="kk"), own)
    told = plain(side_by_side(both, MOSCOW).html)
    assert "🤖" not in told
    assert told.find(KAZAKH) < told.find("Вестник · на русском") < told.find(RUSSIAN)


def test_what_stands_beside_several_languages_is_told_once() -> None:
    own = sample_item(RUSSIAN, lang="ru", outlet="Вестник")
    english = sample_item("Blast in Almaty", lang="en")
    told = plain(side_by_side(story(sample_item(KAZAKH, lang="kk"), own, english), MOSCOW).html)
    assert told.startswith("🔤 На разных языках")
    assert 1 == told.count(RUSSIAN)
    assert told.find(KAZAKH) < told.find(RUSSIAN) < told.find("Blast in Almaty")


def test_a_story_in_one_language_has_no_other_side() -> None:
    one = story(sample_item(RUSSIAN, lang="ru"))
    assert "🔤 Сравнить языки" not in labels(card(one, MOSCOW, now=NOW))
    assert "на одном языке" in plain(side_by_side(one, MOSCOW).html)


def test_a_hit_of_a_machines_words_in_another_language_than_the_readers_is_said_to_be_one() -> (
    None
):
    reader = replace(MOSCOW, language="kk")
    shown = plain(found_line(STORY, reader, Marker.of(["взрыв"]), now=NOW))
    assert f"🤖 машина аудармасы: {RUSSIAN}" in shown
