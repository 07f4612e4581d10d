"""A headline's gravity: who died, what broke, what is only play; in the languages of the
region."""

import pytest

from watchers.stories import Gravity, gravest, gravity


@pytest.mark.parametrize(
    ("headline", "lang", "dead", "injured"),
    [
        ("Earthquake kills five in Almaty", "en", 5, 0),
        ("Flash floods leave 14 dead in Khatlon", "en", 14, 0),
        ("Two killed, three hurt as bus overturns near Karaganda", "en", 2, 3),
        ("При землетрясении погибли пять человек, 30 ранены", "ru", 5, 30),
        ("Взрыв на шахте: 12 погибших", "ru", 12, 0),
        ("Число погибших возросло до 9", "ru", 9, 0),
        ("Жер сілкінісінен бес адам қаза тапты", "kk", 5, 0),
        ("Zilzilada 5 kishi halok bo‘ldi", "uz-Latn", 5, 0),
        ("Дар натиҷаи обхезӣ 5 нафар ҳалок шуданд", "tg", 5, 0),
        ("80th anniversary of the quake that killed 100 people", "en", 0, 0),
        ("Parliament passes the budget with 98 votes", "en", 0, 0),
        ("Blast at an oil plant kills three workers", "en", 3, 0),
        ("Пожар на шахте: погибли четыре горняка", "ru", 4, 0),
        ("Fire on ferry injures eight sailors", "en", 0, 8),
        ("Poet dies at 90", "en", 0, 0),
        ("Man killed 5 km from Osh", "en", 0, 0),
        # Animals are no toll, in whichever language they die.
        ("More than 200 dead seals wash up near Bautino", "en", 0, 0),
        ("На берег вынесло более 200 мёртвых тюленей", "ru", 0, 0),
        ("300 лошадей погибли из-за джута", "ru", 0, 0),
        ("Frost kills 3,000 sheep", "en", 0, 0),
        ("Боранда 300 жылқы қаза болды", "kk", 0, 0),
        ("Sovuqda 300 qo‘y halok bo‘ldi", "uz-Latn", 0, 0),
        ("Two killed by bear in Altai", "en", 2, 0),
        ("Двое погибли при столкновении с лошадью", "ru", 2, 0),
        ("Два рыбака погибли на Каспии", "ru", 2, 0),
        ("Прививки от кори получили 500 детей", "ru", 0, 0),
        ("", "", 0, 0),
    ],
)
def test_the_dead_and_the_injured_are_counted(
    headline: str, lang: str, dead: int, injured: int
) -> None:
    found = gravity(headline, lang)
    assert (dead, injured) == (found.dead, found.injured)


@pytest.mark.parametrize(
    ("headline", "lang", "magnitude"),
    [
        ("Earthquake of magnitude 5.8 felt in Osh", "en", 5.8),
        ("Землетрясение магнитудой 6,8 произошло близ Оша", "ru", 6.8),
        ("Earthquake 20 km from Osh, 300 calls to rescuers", "en", 0.0),
        ("Inflation at 5.8 percent", "en", 0.0),
    ],
)
def test_an_earthquakes_magnitude_is_read(headline: str, lang: str, magnitude: float) -> None:
    assert magnitude == gravity(headline, lang).magnitude


@pytest.mark.parametrize(
    ("headline", "lang", "play"),
    [
        ("Astana hosts the final of the chess tournament", "en", True),
        ("Шахматисты сыграли в финале чемпионата", "ru", True),
        ("Astana beat Tobol 2-1 in cup match", "en", True),
        ("Film festival opens in Bishkek", "en", True),
        ("Боксёры завоевали три медали", "ru", True),
        ("Team of doctors finds record virus", "en", False),
        ("World Bank wins a bid for the dam", "en", False),
        ("Президент подписал закон о воде", "ru", False),
        ("Attack on a border post", "en", False),
    ],
)
def test_sport_and_entertainment_are_told_from_the_rest(
    headline: str, lang: str, play: bool
) -> None:
    assert play == gravity(headline, lang).play


@pytest.mark.parametrize(
    ("headline", "lang", "disaster"),
    [
        ("Пожар на рынке в Бишкеке", "ru", True),
        ("Avalanche closes the road to Khorog", "en", True),
        ("Firefighters' football cup: explosion of joy", "en", False),
        ("Museum of the flood opens", "en", False),
        ("New school opens in Osh", "en", False),
        ("В дельте Волги массово погибла вобла", "ru", False),
        ("Twelve tonnes of dead roach collected in the Volga delta", "en", False),
        ("Flood kills cattle in Batken", "en", True),
    ],
)
def test_disaster_is_known_without_a_figure(headline: str, lang: str, disaster: bool) -> None:
    assert disaster == gravity(headline, lang).disaster


def test_a_story_is_as_grave_as_its_gravest_headline() -> None:
    told = gravest(
        [
            ("Earthquake felt in Almaty", "en"),
            ("При землетрясении погибли пять человек", "ru"),
            ("Stadium shut for the season", "en"),
        ]
    )
    assert Gravity(dead=5, disaster=True) == told


def test_one_headline_in_three_about_sport_makes_no_sport() -> None:
    headlines = [("President opens a stadium", "en"), ("President meets the football team", "en"),
                 ("Президент открыл стадион", "ru")]  # fmt: skip
    assert not gravest(headlines).play
    assert Gravity() == gravest([])
