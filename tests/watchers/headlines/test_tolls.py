"""How many people a headline counts, in every language, and how tolls rise."""

import pytest

from storage.model import StoryId
from tests.watchers.stories.features import features
from watchers.headlines.tolls import TOLLS
from watchers.stories import Index
from watchers.stories.contradictions import figures_agree, figures_differ, toll_rises
from watchers.stories.signals import SIGNALS

COUNTED = [
    ("en", "Third victim dies after Osh gym roof collapse", {("kill", 3)}),
    ("en", "Death toll in Karaganda mine blast rises to five", {("kill", 5)}),
    ("en", "Two more bodies found under avalanche", {("kill+", 2)}),
    ("en", "Third body recovered from collapsed mine", {("kill", 3)}),
    ("en", "Floods in Khatlon kill five", {("kill", 5)}),
    ("en", "Mudflow claims three lives in Kulob", {("kill", 3)}),
    ("en", "Another miner dies in hospital", {("kill+", 1)}),
    ("en", "Explosion kills two miners in Ekibastuz", {("kill", 2)}),
    ("en", "Bus crash: 9 dead, 14 injured", {("kill", 9), ("injur", 14)}),
    ("en", "Blast kills three, injures twelve", {("kill", 3), ("injur", 12)}),
    ("en", "Twelve missing after boat sinks in Caspian", {("missing", 12)}),
    ("en", "Police detain 40 at Almaty rally", {("detain", 40)}),
    ("en", "Flood forces evacuation of 2,500 people", {("evacuat", 2500)}),
    ("en", "More than 20 people injured in Bishkek blast", {("injur", 20)}),
    ("en", "Number of dead in Osh floods rises from 4 to 6", {("kill", 4), ("kill", 6)}),
    ("en", "Toll in Aktau plane crash reaches 38", {("kill", 38)}),
    ("en", "Landslide kills a family of five in Jalal-Abad", {("kill", 5)}),
    ("en", "Two soldiers killed, five wounded in clash", {("kill", 2), ("injur", 5)}),
    ("ru", "Погибли двое горняков", {("kill", 2)}),
    ("ru", "До девяти возросло число погибших при сходе сели", {("kill", 9)}),
    ("ru", "Двое задержаны за убийство троих", {("detain", 2), ("kill", 3)}),
    ("ru", "Из-под завала достали тело третьего шахтёра", {("kill", 3)}),
    ("ru", "Скончались ещё двое пассажиров маршрутки", {("kill+", 2)}),
    ("ru", "Скончался ещё один пострадавший при взрыве", {("kill+", 1)}),
    ("ru", "Число погибших при взрыве в Шу достигло пяти", {("kill", 5)}),
    ("ru", "Паводок в Хатлоне унёс жизни трёх человек", {("kill", 3)}),
    ("ru", "Взрыв на складе: трое погибших", {("kill", 3)}),
    ("ru", "Число пострадавших выросло до 30", {("injur", 30)}),
    ("ru", "Спасатели нашли тела ещё двух альпинистов", {("kill+", 2)}),
    ("ru", "Пропали без вести 12 рыбаков", {("missing", 12)}),
    ("ru", "Эвакуированы 2 500 жителей", {("evacuat", 2500)}),
    ("ru", "На митинге задержали 40 человек", {("detain", 40)}),
    ("ru", "Скончался 3-й пострадавший", {("kill", 3)}),
    ("ru", "Погибли трое, пострадали двенадцать человек", {("kill", 3), ("injur", 12)}),
    ("kk", "Қайық апатынан үш балықшы қаза тапты", {("kill", 3)}),
    ("kk", "Қаза тапқандар саны беске жетті", {("kill", 5)}),
    ("kk", "Зардап шеккендер саны тоғызға жетті", {("injur", 9)}),
    ("kk", "Шахтада тағы екі кенші қаза болды", {("kill+", 2)}),
    ("kk", "Өрттен 12 адам жараланды", {("injur", 12)}),
    ("ky", "Жол кырсыгынан төрт адам каза болду", {("kill", 4)}),
    ("ky", "Каза болгондордун саны жетиге жетти", {("kill", 7)}),
    ("ky", "Авариядан каза тапкандардын саны 6га жетти", {("kill", 6)}),
    ("ky", "Сел төрт адамдын өмүрүн алып кетти", {("kill", 4)}),
    ("ky", "Кырсыктан эки адам өлүп, үчөө жаракат алды", {("kill", 2), ("injur", 3)}),
    ("ky", "Дагы эки адам набыт болду", {("kill+", 2)}),
    ("en", "Street food poisons 19 people in Osh", {("injur", 19)}),
    ("ru", "Шашлыком отравились 19 человек", {("injur", 19)}),
    ("uz-Latn", "19 kishi zaharlandi", {("injur", 19)}),
    ("ky", "Кар көчкүдөн үч адам жарадар болду", {("injur", 3)}),
    ("uz-Latn", "Avtohalokatda toʻrt kishi halok boʻldi", {("kill", 4)}),
    ("uz-Latn", "Halok boʻlganlar soni beshga yetdi", {("kill", 5)}),
    ("uz-Latn", "Yana ikki nafar konchi vafot etdi", {("kill+", 2)}),
    ("uz-Latn", "Portlashda 12 kishi jarohat oldi", {("injur", 12)}),
    ("tg", "Дар садама чор нафар ҳалок шуданд", {("kill", 4)}),
    ("tg", "Шумораи ҳалокшудагон ба панҷ расид", {("kill", 5)}),
    ("tg", "Боз ду нафар фавтид", {("kill+", 2)}),
    ("tg", "Обхезӣ ҷони се нафарро гирифт", {("kill", 3)}),
]  # fmt: skip
ALIVE = [
    ("en", "Avalanche at Anzob: two dead, eleven rescued"),
    ("en", "Three die, forty found alive under rubble"),
    ("en", "Two hostages killed, nine freed"),
    ("ru", "Лавина у тоннеля: двое погибших, одиннадцать спасённых"),
    ("ru", "Погибли трое, уцелели сорок"),
    ("ru", "Двое заложников убиты, девять освобождены"),
    ("kk", "Көшкіннен екі адам қаза тауып, он бірі құтқарылды"),
    ("kk", "Көшкін: екі адам қаза тапты, 11 адам аман қалды"),
    ("ky", "Көчкүдөн эки адам каза болуп, 11и куткарылды"),
    ("ky", "Эки адам каза болду, 11 адам тирүү калды"),
    ("uz-Latn", "Ko‘chkida ikki kishi halok bo‘ldi, 11 kishi qutqarildi"),
    ("uz-Latn", "Ikki kishi halok bo‘ldi, 11 kishi omon qoldi"),
    ("tg", "Тарма: ду нафар ҳалок шуд, 11 нафар наҷот ёфт"),
    ("tg", "Ду нафар ҳалок шуданд, ёздаҳ нафар зинда монд"),
]  # fmt: skip
"""Who lived is no toll, though the dead stand beside."""
NOT_COUNTED = [
    ("en", "Poet dies at 90"),
    ("en", "Rocket lands 5 km away, kills nobody"),
    ("en", "Among the dead two children"),
    ("en", "Wolves near Naryn kill 40 sheep"),
    ("en", "Covid-19 patients die in Osh"),
    ("en", "Toll road between Astana and 5 towns opens"),
    ("ru", "Среди погибших двое детей"),
    ("ru", "За 5 убитых овец заплатят"),
    ("ru", "Умер 2-й президент Польши"),
    ("ru", "Музыкант умер через 3 дня"),
    ("ru", "За сутки умерли 91 человек"),
    ("ru", "Он погиб 22 ноября 1963 года"),
    ("ru", "Погиб 5-летний мальчик"),
    ("kk", "Қаза тапқандардың арасында екі бала бар"),
]


@pytest.mark.parametrize(("lang", "title", "expected"), COUNTED)
def test_a_headline_counts_people(lang: str, title: str, expected: set[tuple[str, float]]) -> None:
    assert set(features(1, title, lang=lang).figures) == expected


@pytest.mark.parametrize(("lang", "title"), NOT_COUNTED)
def test_what_counts_no_people_is_no_toll(lang: str, title: str) -> None:
    units = {unit for unit, _ in features(1, title, lang=lang).figures}
    assert not units & {"kill", "kill+", "injur", "injur+"}


@pytest.mark.parametrize(("lang", "title"), ALIVE)
def test_who_lived_is_no_toll(lang: str, title: str) -> None:
    told = {one for one in features(1, title, lang=lang).figures if one[0] in TOLLS}
    assert 1 == len(told)
    assert {"kill"} == {unit for unit, _ in told}
    assert all(value < 9 for _, value in told)


RISING = [
    ("ru", "В ДТП под Карши погибли четверо", "ru", "Авария под Карши: скончались ещё двое"),
    ("en", "Roof collapse at Osh gym kills two", "en", "Third victim dies after Osh roof collapse"),
    ("ru", "Паводок в Хатлоне унёс жизни трёх человек", "en", "Floods in Khatlon kill five"),
    ("kk", "Қайық апатынан үш балықшы қаза тапты", "kk", "Қайық апаты: қаза тапқандар саны беске жетті"),
    ("ru", "Взрыв в Шу: трое погибших", "kk", "Шудағы жарылыс: қаза тапқандар саны тоғызға жетті"),
    ("en", "Storm leaves 12 missing off Aktau", "en", "Missing off Aktau now 15 people"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "first", "later_lang", "later"), RISING)
def test_a_growing_toll_contradicts_nothing(
    lang: str, first: str, later_lang: str, later: str
) -> None:
    one = features(1, first, lang=lang)
    other = features(2, later, lang=later_lang, hours=5)
    assert toll_rises(one, other)
    assert toll_rises(other, one)
    assert figures_differ(one, other) is None
    index = Index()
    index.add(one, StoryId(1))
    [likeness] = index.compared(other)
    assert likeness.veto is None or likeness.veto[1] != "figure"
    assert not likeness.signals[SIGNALS.index("figures_apart")]
    assert not likeness.signals[SIGNALS.index("figures_title_apart")]


FALLING = [
    ("en", "Bus crash near Osh kills 7", "Bus crash near Osh kills 4"),
    ("ru", "Взрыв в Шу: пятеро погибших", "Взрыв в Шу: трое погибших"),
    ("en", "Bus crash near Osh kills 4", "Bus crash near Naryn kills 7"),
]


@pytest.mark.parametrize(("lang", "first", "later"), FALLING)
def test_a_toll_that_falls_or_is_another_places_does_not_rise(
    lang: str, first: str, later: str
) -> None:
    one, other = features(1, first, lang=lang), features(2, later, lang=lang, hours=5)
    assert not toll_rises(one, other)
    assert figures_differ(one, other) is not None


@pytest.mark.parametrize(
    ("lang", "grown", "lagging"),
    [
        ("en", "Death toll in Osh bus crash rises to 7", "Osh bus crash kills 4"),
        ("ru", "Число погибших при взрыве в Шу выросло до пяти", "Взрыв в Шу: трое погибших"),
    ],
)
def test_an_outlet_may_still_tell_the_toll_that_another_says_has_grown(
    lang: str, grown: str, lagging: str
) -> None:
    one = features(1, grown, lang=lang)
    soon, late = (features(2, lagging, lang=lang, hours=hours) for hours in (5, 20))
    assert toll_rises(one, soon)
    assert not toll_rises(one, late)


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("ru", "Землетрясение магнитудой {} у границы"),
        ("en", "Quake of magnitude {} hits the border"),
        ("en", "A {} magnitude quake is felt at the border"),
    ],
)
def test_two_magnitudes_are_two_quakes_unless_two_seismologists_differ(
    lang: str, title: str
) -> None:
    one = features(1, title.format("4.1"), lang=lang)
    other, near = (features(2, title.format(value), lang=lang) for value in ("5.6", "4.4"))
    assert figures_differ(one, other) == ("magnitude", 4.1, 5.6)
    assert figures_differ(one, near) is None


def test_a_lead_tells_the_toll_where_the_headline_has_none() -> None:
    told = features(1, "ДТП под Карши", "Погибли четверо. В прошлом году здесь погибли 9 человек.")
    assert ("kill", 4.0) in told.figures
    assert ("kill", 9.0) not in told.figures
    headline = features(
        2, "ДТП под Карши: погибли пятеро", "Сперва сообщали, что погибли четверо."
    )
    assert headline.figures == (("kill", 5.0),)


AGREEING = [
    ("ru", "Урожай составил 1,287 млн тонн", "ru", "Собрали 1,29 миллиона тонн"),
    ("en", "Kazakhstan attracts $2.5 bn for railways", "en", "$2,500 million in railway funding"),
    ("ru", "Собрали 812,5 тыс. тонн черешни", "en", "Uzbekistan harvests 812,500 tonnes of cherries"),
    ("ru", "Население выросло до 46,447 млн человек", "en", "Population grows to 46.4 million"),
    ("ru", "Без света остались 3 тыс. домов", "kk", "3 000 үй жарықсыз қалды"),
    ("ru", "Выделили 7 миллиардов 400 миллионов тенге", "en", "7.4 billion tenge set aside"),
    ("ru", "Живут уже 2 млн 306 тысяч человек", "en", "Population passes 2.306 million"),
    ("uz-Latn", "5 million 230 ming sayyoh keldi", "ru", "Приехали 5,23 млн туристов"),
    ("uz-Latn", "Aholi 38,2 mln kishiga yetdi", "tg", "Аҳолӣ ба 38,2 миллион нафар расид"),
]  # fmt: skip


@pytest.mark.parametrize(("lang", "one", "other_lang", "other"), AGREEING)
def test_figures_that_only_rounding_or_spelling_parts_agree(
    lang: str, one: str, other_lang: str, other: str
) -> None:
    first, second = features(1, one, lang=lang), features(2, other, lang=other_lang, hours=3)
    assert figures_agree(first, second)
    assert figures_differ(first, second) is None
    for later, earlier in ((first, second), (second, first)):
        index = Index()
        index.add(earlier, StoryId(1))
        [likeness] = index.compared(later)
        assert not likeness.signals[SIGNALS.index("figures_apart")]
        assert not likeness.signals[SIGNALS.index("figures_title_apart")]
