"""What an outlet changed, as readers see it: words struck through, words in bold, an arrow."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.render import changes
from bot.render.changes import MOST_CHANGES, difference, lines, plainly
from bot.render.markup import measure, plain
from bot.render.stories import CHANGES_UNITS, alert, card
from storage.model import Chat, ChatId, ChatKind, Item, ItemId
from storage.revisions import LEAD_UNITS, Revision
from tests.bot.sample_stories import sample_item, story

AT = datetime(2026, 11, 22, 14, 20, tzinfo=UTC)
NOW = AT + timedelta(hours=1)
READER = Chat(ChatId(1), ChatKind.PRIVATE)


def item(
    title: str,
    summary: str = "",
    *,
    number: int = 1,
    outlet: str = "Courier",
    retitled_at: datetime | None = None,
    removed_at: datetime | None = None,
) -> Item:
    one = sample_item(title, summary=summary, outlet=outlet, url=f"https://news.example/{number}")
    return replace(one, id=ItemId(number), retitled_at=retitled_at, removed_at=removed_at)


def shown(old: str, new: str) -> str:
    """The difference of two headlines as wdiff writes it."""
    return plainly(item(new, ""), [Revision(old, "", AT)])[0]


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ("Fire at oil plant kills four in Atyrau", "Fire at refinery kills five in Atyrau",
         "Fire at [-oil plant-] → {+refinery+} kills [-four-] → {+five+} in Atyrau"),
        ("Глава Минфина подал в отставку", "Глава Минэкономики подал в отставку",
         "Глава [-Минфина-] → {+Минэкономики+} подал в отставку"),
        ("Суд арестовал вице-министра энергетики по делу о взятке",
         "Суд арестовал чиновника по делу о взятке",
         "Суд арестовал [-вице-министра энергетики-] → {+чиновника+} по делу о взятке"),
        ("Қаржы министрі отставкаға кетті", "Экономика министрі отставкаға кетті",
         "[-Қаржы-] → {+Экономика+} министрі отставкаға кетті"),
        ("Toshkentda 5 kishi halok bo‘ldi", "Toshkentda 7 kishi halok bo'ldi",
         "Toshkentda [-5-] → {+7+} kishi halok bo'ldi"),
        ("Премьер уволил акима", "Премьер уволил акима Костаная",
         "Премьер уволил акима {+Костаная+}"),
        ("Talks end without a deal, ministry says", "Talks end without a deal",
         "Talks end without a deal [-ministry says-]"),
        # Money and shares are words; a small word between two changes is part of both.
        ("Grain at $250 a tonne", "Grain at €250 a tonne", "Grain at [-$250-] → {+€250+} a tonne"),
        ("Inflation at 9% in May", "Inflation at 9 in May", "Inflation at [-9%-] → {+9+} in May"),
        ("Banks of Osh closed for an hour today", "Banks of Osh open to a crowd today",
         "Banks of Osh [-closed for an hour-] → {+open to a crowd+} today"),
        # Another headline is shown whole, as it was.
        ("Министр обвинил акима в растрате", "В Костанае обсудили бюджет области",
         "[-Министр обвинил акима в растрате-]"),
        # What does not change what is said.
        ("Fire in Osh", "Fire in Osh", ""),
        ("«Пожар» на шахте: погибли четверо", "Пожар на шахте, погибли четверо.", ""),
        ("FIRE IN OSH", "Fire in  Osh!", ""),
        ("", "Fire in Osh", ""),
    ],
)  # fmt: skip
def test_a_difference_says_which_words_went_and_which_came(
    old: str, new: str, difference: str
) -> None:
    assert difference == shown(old, new)


def test_on_a_phone_it_is_struck_through_and_bold_and_nothing_of_the_outlet_is_markup() -> None:
    one = item("Fire <b>kills</b> five & more", "", retitled_at=AT)
    told = lines(one, [Revision("Fire <b>kills</b> four & more", "", AT)], READER, NOW)
    assert (
        "✏️ changed 14:20: Fire &lt;b&gt;kills&lt;/b&gt; <s>four</s> → <b>five</b> &amp; more"
    ) == told
    assert "✏️ изменено 14:20: " in lines(
        one, [Revision("Fire four", "", AT)], replace(READER, language="ru"), NOW
    )


def test_of_a_long_text_the_changes_are_shown_with_a_few_words_around() -> None:
    before = " ".join(f"w{number}" for number in range(200))
    after = before.replace("w50 ", "x ").replace("w100 ", "y ").replace(" w150", "")
    one = item("T", after.replace("w180", "z"))
    _, text = plainly(one, [Revision("T", before, AT)])
    assert text == (
        "… w47 w48 w49 [-w50-] → {+x+} w51 w52 w53 … w97 w98 w99 [-w100-] → {+y+} w101 w102 w103"
        " … w147 w148 w149 [-w150-] w151 w152 w153 … w177 w178 w179 …"
    )
    assert MOST_CHANGES == text.count("[-")


def test_what_an_outlet_adds_or_cuts_at_length_is_cut() -> None:
    cut_out = " ".join(["word"] * 300)
    one = item("T", "The minister spoke of grain in the parliament today")
    told = lines(one, [Revision("T", f"{one.summary} {cut_out}", AT)], READER, NOW)
    assert "text changed" in told
    assert measure(told) < 300
    assert told.endswith("…</s>")


def test_of_a_text_that_was_cut_off_its_end_says_nothing() -> None:
    text = " ".join(f"w{number}" for number in range(1000))
    one = item("T", f"{text} and more")
    assert "" == lines(one, [Revision("T", text[:LEAD_UNITS], AT)], READER, NOW)
    changed = one.summary.replace("w3 ", "other ")
    told = lines(
        replace(one, summary=changed), [Revision("T", text[:LEAD_UNITS], AT)], READER, NOW
    )
    assert "<s>w3</s> → <b>other</b>" in told
    assert 1 == told.count("<s>")


def test_the_first_version_counts_whatever_came_between() -> None:
    one = item("Five dead", "", retitled_at=AT)
    three = [Revision("Three dead", "", AT), Revision("Four dead", "", AT)]
    assert "<s>Three</s> → <b>Five</b>" in lines(one, three, READER, NOW)
    back = [Revision("Five dead", "", AT), Revision("Four dead", "", AT)]
    assert "" == lines(one, back, READER, NOW)  # changed back
    assert "" == lines(one, [], READER, NOW)


def test_a_text_that_came_later_changed_nothing_and_one_that_went_did() -> None:
    one = item("T", "A lead")
    assert "" == lines(one, [Revision("T", "", AT)], READER, NOW)
    gone = replace(one, summary="")
    assert "<s>A lead</s>" in lines(gone, [Revision("T", "A lead", AT)], READER, NOW)
    later = [Revision("T", "", AT), Revision("T", "One lead", AT)]
    assert "<s>One</s> → <b>A</b> lead" in lines(one, later, READER, NOW)


def test_a_card_says_what_was_changed_and_removed_under_each_report() -> None:
    first = item("Akim bought a villa", retitled_at=AT)
    second = item("Another headline", number=2, outlet="Herald", removed_at=AT, retitled_at=AT)
    told = story(first, second)
    versions = {first.id: (Revision("Akim bought a villa with school money", "", AT),)}
    text = plain(card(told, READER, now=NOW, versions=versions).html).split("\n")
    assert 1 == sum(
        "✏️ changed 14:20: Akim bought a villa with school money" in line for line in text
    )
    assert 1 == sum("headline of" in line for line in text)  # where the earlier one is not known
    assert "🗑 removed by the outlet, seen 14:20" == text[-1]
    russian = plain(card(told, replace(READER, language="ru"), now=NOW).html)
    assert "🗑 удалено изданием, замечено 14:20" in russian


def test_changes_leave_a_card_its_reports() -> None:
    told = story(
        *(
            item(f"Headline {number}", number=number, outlet=f"O{number}", retitled_at=AT)
            for number in range(8)
        )
    )
    earlier = tuple((one.id, (Revision("x " * 100, "y " * 100, AT),)) for one in told.items)
    text = plain(card(told, READER, now=NOW, versions=dict(earlier)).html)
    assert all(f"Headline {number}" in text for number in range(8))
    changed = [line for line in text.split("\n") if "✏️" in line]
    assert 0 < sum(map(len, changed)) <= CHANGES_UNITS


def test_an_alert_names_who_removed_a_report_in_one_line() -> None:
    one = item("A", removed_at=AT)
    two = item("B", number=2, outlet="Herald", removed_at=AT)
    three = item("C", number=3, outlet="Wire")
    told = plain(alert(story(one, three), READER, now=NOW).html).split("\n")
    assert "🗑 Removed by the outlet: Courier" in told
    told = plain(alert(story(one, two, three), READER, now=NOW).html).split("\n")
    assert "🗑 Removed by the outlets: Courier, Herald" in told
    assert "🗑" not in alert(story(three), READER, now=NOW).html


def test_equal_texts_have_no_difference_however_long() -> None:
    text = "слово " * 20_000
    assert () == difference(text, text)
    assert changes.Replaced(("a",), ("b",)) in difference("one a two", "one b two")
