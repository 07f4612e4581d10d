"""One article or two under one key: tables of what outlets do with their addresses."""

from datetime import datetime, timedelta

import pytest

from watchers.articles import Article, Keys, is_another, is_lasting

AT = datetime.fromisoformat("2026-11-22T08:00:00+00:00")
LATER = AT + timedelta(hours=3)
MORROW = AT + timedelta(hours=24)
LEAD = (
    "Rescuers have been clearing the mountain road since early morning; drivers wait in"
    " heated tents beside the closed tunnel, the ministry reports."
)
SAME, PARTED, RENAMED = Keys(), Keys(parted=True), Keys(parted=True, renamed=True)

EDITS = {
    "the same": ("Bridge opens", "Bridge opens", SAME),
    "case and marks": ("Bridge over the Talas opens", "BRIDGE OVER THE TALAS OPENS!", SAME),
    "a slip of the pen": ("Brigde over the Talas opens", "Bridge over the Talas opens", RENAMED),
    "a misspelt name": ("Мост в Кызылорде отрыли", "Мост в Кызыл-Орде открыли", SAME),
    "a mark before": ("Bridge over the Talas opens", "UPDATED: Bridge over the Talas opens", SAME),
    "a mark behind": ("Мост через Талас открыт", "Мост через Талас открыт (обновлено, видео)", SAME),
    "a headline that grew": (
        "Avalanche closes road to Naryn",
        "Avalanche closes road to Naryn: two dead, 14 missing, tunnel shut until Friday",
        SAME,
    ),
    "a live page's next turn": (
        "Floods in Atyrau, live: dam holds",
        "Floods in Atyrau, live: second dam breaks, thousands evacuated",
        SAME,
    ),
    "another day of the week": ("Мост откроют в среду", "Мост откроют в четверг", SAME),
    "a rising toll": ("Mine fire kills 5 people", "Mine fire kills 9 people", SAME),
    "a corrected place": ("Minister arrives in Almaty for talks", "Minister arrives in Astana for talks", SAME),
    "turned round": ("Talks on water begin in Osh", "In Osh, ministers begin to talk about water", SAME),
    "into Russian": ("Tokayev arrives in Astana", "Токаев прибыл в Астану", SAME),
    "into Kazakh": ("Ураган оставил город без света", "Дауыл қаланы жарықсыз қалдырды", SAME),
    "made dearer": ("Цены на хлеб растут", "Почему растут цены на хлеб", SAME),
}  # fmt: skip

NEWS = {
    "a section's next article": ("Village gets a new school", "Apple fair sells a hundred tonnes", SAME),
    "the same in Russian": ("Посёлок получил новую школу", "На ярмарке продали сто тонн яблок", SAME),
    "the next quake": (
        "Earthquake of magnitude 4.1 near Almaty",
        "Earthquake of magnitude 5.2 near Tashkent",
        SAME,
    ),
    "a quake there again, with its own id": (
        "Earthquake of magnitude 4.1 near Almaty",
        "Earthquake of magnitude 4.4 near Almaty",
        RENAMED,
    ),
    "half of the words, another id": (
        "Kazakhstan bans export of wheat",
        "Kazakhstan opens a museum of wheat and bread",
        RENAMED,
    ),
    "a place in the list": ("Шахтёры вернулись на смену", "Сборная по дзюдо улетела", PARTED),
    "in another language, with other names": (
        "Снегопад закрыл аэропорт Астаны",
        "Uzbekistan wins judo gold in Paris",
        RENAMED,
    ),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "keys"), EDITS.values(), ids=EDITS)
def test_an_edit_is_no_other_article(old: str, new: str, keys: Keys) -> None:
    assert not is_another(Article(old, published=AT), Article(new, published=LATER), keys)


@pytest.mark.parametrize(("old", "new", "keys"), NEWS.values(), ids=NEWS)
def test_other_words_at_another_time_are_another_article(old: str, new: str, keys: Keys) -> None:
    assert is_another(Article(old, published=AT), Article(new, published=LATER), keys)


SCHOOL, APPLES = "Village gets a new school", "Apple fair sells a hundred tonnes"
WHEN = {
    "told at the same time": (AT, AT, SAME, False),
    "the same, with another id": (AT, AT, RENAMED, True),
    "told earlier": (LATER, AT, SAME, True),
    "no dates, a page's address": (None, None, SAME, True),
    "no dates, an article's address": (None, None, Keys(lasting=True), False),
    "no dates, another id": (None, None, Keys(parted=True, lasting=True), True),
    "one date only": (AT, None, SAME, True),
}


@pytest.mark.parametrize(("before", "now", "keys", "expected"), WHEN.values(), ids=WHEN)
def test_a_rewritten_headline_is_judged_by_its_time_and_its_keys(
    before: datetime | None, now: datetime | None, keys: Keys, *, expected: bool
) -> None:
    old, new = Article(SCHOOL, published=before), Article(APPLES, published=now)
    assert expected is is_another(old, new, keys)


def test_figures_of_the_next_day_are_news_and_those_of_the_next_hour_a_correction() -> None:
    old = Article("Dollar costs 520 tenge", published=AT)
    for at, expected in ((LATER, False), (MORROW, True)):
        new = Article("Dollar costs 524 tenge", published=at)
        assert expected is is_another(old, new, SAME)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ((SCHOOL, LEAD), ("Why the pass stays shut", LEAD + " More follows.")),
        ((SCHOOL, LEAD), ("Drivers wait in heated tents beside tunnel", "")),
        (("Drivers wait in heated tents beside tunnel", ""), (SCHOOL, LEAD)),
    ],
    ids=["one text", "a headline from the text", "a text to the headline"],
)
def test_a_text_may_say_that_a_new_headline_is_an_edit(
    old: tuple[str, str], new: tuple[str, str]
) -> None:
    assert not is_another(Article(*old, published=AT), Article(*new, published=LATER), SAME)


def test_a_line_under_every_article_ties_nothing() -> None:
    line = "Read more on our site."
    assert is_another(Article(SCHOOL, line, AT), Article(APPLES, line, LATER), SAME)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.example/news/123456", True),
        ("https://a.example/2026/11/22/bridge-over-the-talas-opens/", True),
        ("https://a.example/live", False),
        ("https://a.example/last-quake?x=1", False),
    ],
)
def test_an_address_may_look_like_one_articles_own(address: str, *, expected: bool) -> None:
    assert expected is is_lasting(address)
