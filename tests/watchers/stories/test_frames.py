"""Two headlines laid over each other: what is one, what fills the rest, what contradicts."""

import pytest

from tests.watchers.stories.features import features
from watchers.stories.frames import Contrast, compare_frames
from watchers.stories.hashes import FIGURE, KIND

LANGS = {"uz": "uz-Latn"}


def laid(lang: str, one: str, other: str, *, text: str = "", hours: float = 2.0) -> Contrast:
    lang = LANGS.get(lang, lang)
    return compare_frames(
        features(1, one, text, lang=lang), features(2, other, text, lang=lang, hours=hours)
    )


SWAPPED = (
    ("ru", "Сербия ввела пошлины против Албании", "Албания ввела пошлины против Сербии"),
    ("ru", "«Барс» обыграл «Сокол» в овертайме", "«Сокол» обыграл «Барс» в овертайме"),
    ("ru", "Баку вызвал посла Армении", "Ереван вызвал посла Азербайджана"),
    ("ru", "«Барс» разгромил «Сокол» в гостях", "«Сокол» обыграл в гостях «Барс»"),
    ("en", "Barys beat Sokol in Astana opener", "Sokol stun Barys in Astana opener"),
    ("en", "Armenia accuses Georgia of shelling", "Georgia accuses Armenia of shelling"),
    ("kk", "Астана Тегеранға нота жолдады", "Тегеран Астанаға нота жолдады"),
    ("ky", "Бишкек Ташкентти айыптады", "Ташкент Бишкекти айыптады"),
    ("uz", "Toshkent Dushanbeni aybladi", "Dushanbe Toshkentni aybladi"),
    ("tg", "Душанбе Тошкандро гунаҳкор кард", "Тошканд Душанберо гунаҳкор кард"),
)


@pytest.mark.parametrize(("lang", "one", "other"), SWAPPED)
def test_who_does_it_to_whom_makes_two_events(lang: str, one: str, other: str) -> None:
    assert ("veto", "roles") == laid(lang, one, other).veto()


ONE_DEED = (
    ("ru", "Парламент Молдавии одобрил договор", "Договор одобрен парламентом Молдавии"),
    ("ru", "Германия передала Таджикистану машины", "Таджикистан получил от Германии машины"),
    ("en", "Turkmenistan frees poet Atayev", "Poet Atayev freed in Turkmenistan"),
    ("en", "Germany hands Tajikistan patrol cars", "Tajikistan receives patrol cars from Germany"),
    ("en", "Teen Aida Omar beats No. 3 in Doha", "No. 3 loses to teen Aida Omar in Doha"),
    ("ru", "«Барс» уступил «Соколу» по буллитам", "«Сокол» обыграл «Барс» по буллитам"),
    ("ru", "Токаев встретился с Путиным", "Путин встретился с Токаевым"),
    ("kk", "Сот зауытты жапты", "Зауыт сот шешімімен жабылды"),
)


@pytest.mark.parametrize(("lang", "one", "other"), ONE_DEED)
def test_one_deed_told_from_either_side_is_one(lang: str, one: str, other: str) -> None:
    assert laid(lang, one, other).veto() is None


CONTRARY = (
    ("ru", "Цены на бензин выросли в Казахстане", "Цены на бензин снизились в Казахстане"),
    ("ru", "Казахстан ввёл запрет на вывоз пшеницы", "Казахстан снял запрет на вывоз пшеницы"),
    ("ru", "Суд осудил министра Бекова", "Суд оправдал министра Бекова"),
    ("en", "Kazakh court convicts journalist Bekova", "Kazakh court acquits journalist Bekova"),
    ("kk", "Сенат кодексті мақұлдады", "Сенат кодексті қабылдамады"),
    ("ky", "Өкмөт көмүр экспортуна уруксат берди", "Өкмөт көмүр экспортуна тыюу салды"),
    ("uz", "Xivada bozor ochildi", "Xivada bozor yopildi"),
    ("tg", "Нархи барқ боло рафт", "Нархи барқ паст шуд"),
    ("ru", "Врачи Нарына начали забастовку", "Врачи Нарына прекратили забастовку"),
    ("ru", "Цены на уголь в Омске пошли вверх", "Цены на уголь в Омске упали"),
)


@pytest.mark.parametrize(("lang", "one", "other"), CONTRARY[:4] + CONTRARY[5:])
def test_contraries_make_two_events(lang: str, one: str, other: str) -> None:
    assert ("veto", "opposite") == laid(lang, one, other).veto()


def test_a_ban_lifted_and_a_permit_given_are_no_contraries() -> None:
    found = laid("ru", "Казахстан снял запрет на вывоз рыбы", "Казахстан разрешил вывоз рыбы")
    assert not found.signal("opposite")


FILLED = (
    ("ru", "На рынках Душанбе дешевеет лук", "На рынках Душанбе дешевеет рис", "лук", "рис"),
    ("en", "Turkish firm builds hospital in Nukus", "Turkish firm builds hospital in Urgench", "nukus", "urgench"),
    ("kk", "Қостанайда ұн зауыты ашылды", "Қостанайда трактор зауыты ашылды", "ұн", "трактор"),
)  # fmt: skip


@pytest.mark.parametrize(("lang", "one", "other", "mine", "theirs"), FILLED)
def test_what_fills_the_frame_differently_is_named(
    lang: str, one: str, other: str, mine: str, theirs: str
) -> None:
    found = laid(lang, one, other)
    assert ((mine,), (theirs,)) == (found.mine, found.theirs)
    assert found.signal("fill_slot")


EXPLAINED = (
    ("en", "Japarov opens school in Naryn", "Kyrgyz president opens school in Naryn"),
    ("ru", "Москва предложила зерно", "Россия предложила зерно"),
    ("ru", "Джакишев выпустил мемуары", "Жакишев выпустил мемуары"),
    ("ru", "Оправдан рыбак из Аральска", "Рыбак из Аральска оправдан"),
)


@pytest.mark.parametrize(("lang", "one", "other"), EXPLAINED)
def test_another_name_of_the_same_fills_nothing_else(lang: str, one: str, other: str) -> None:
    assert not laid(lang, one, other).signal("fill_least")


def test_what_the_others_text_speaks_of_is_explained() -> None:
    one = features(1, "Рыбаки нашли лодку", "Лодку с мешком соли нашли у Муйнака.", lang="ru")
    other = features(2, "Рыбаки нашли мешок соли", "Мешок лежал в лодке.", lang="ru")
    assert not compare_frames(one, other).signal("fill_least")


@pytest.mark.parametrize(
    "headline", ["Анекдот дня", "Погода в Оше", "Главные новости этого часа", "Weekend reads"]
)
def test_a_rubric_is_news_anew_each_time(headline: str) -> None:
    lang = "en" if headline.isascii() else "ru"
    one = features(1, headline, "Чабан пришёл за кредитом.", lang=lang)
    other = features(2, headline, "Учитель спросил про Каспий.", lang=lang)
    assert ("veto", "rubric") == compare_frames(one, other).veto()


@pytest.mark.parametrize(
    ("lang", "headline"),
    [("ru", "Пожар на рынке в Оше"), ("en", "Fire at Osh market"), ("kk", "Алматыда өрт"),
     ("uz-Latn", "Xivada zilzila")],
)  # fmt: skip
def test_two_outlets_with_one_short_headline_tell_one_event(lang: str, headline: str) -> None:
    assert laid(lang, headline, headline).veto() is None
    text = "Огонь потушили за час, никто не пострадал."
    assert laid(lang, headline, headline, text=text).veto() is None


def test_whichever_comes_first_they_share_the_same() -> None:
    for lang, one, other in (*SWAPPED, *ONE_DEED, *CONTRARY):
        there, back = laid(lang, one, other), laid(lang, other, one)
        assert there.signal("frame_share") == pytest.approx(back.signal("frame_share"))
        assert there.signal("opposite") == back.signal("opposite")


REACTING = (
    ("ru", "Токаев поздравил Сериккали с премией", "Тенор Сериккали получил премию"),
    ("ru", "В ЕС прокомментировали падение ракеты на Гродно", "Ракета упала на Гродно"),
    ("ru", "Жители Оша протестуют: снесли рынок", "Рынок в Оше снесли"),
    ("en", "Minister condoles with families of dead miners", "Five miners die in shaft"),
    ("kk", "Тұрғындар базардың жабылуына наразы", "Базар жабылды"),
    ("ky", "Тургундар базардын жабылышына нааразы", "Базар жабылды"),
    ("uz", "Elchixona kuryerlarga taqiqqa munosabat bildirdi", "Kuryerlar ishi taqiqlandi"),
    ("tg", "Вазорат ба хабари боздошт вокуниш кард", "Рӯзноманигор боздошт шуд"),
)


@pytest.mark.parametrize(("lang", "reaction", "event"), REACTING)
def test_what_somebody_does_about_an_event_is_told_from_it(
    lang: str, reaction: str, event: str
) -> None:
    assert laid(lang, reaction, event).signal("reaction")
    assert laid(lang, event, reaction).signal("reaction")
    assert not laid(lang, event, event).signal("reaction")
    assert not laid(lang, reaction, reaction).signal("reaction")


DATED = (
    ("ru", "Принят закон о выборах по 30 округам", "Выборы назначены на 30 ноября"),
    ("en", "Law sets 30 districts for the vote", "Vote set for November 30"),
    ("kk", "Сайлау 30 округте өтеді", "Сайлау 30 қарашада өтеді"),
    ("ky", "Шайлоо 30 округда өтөт", "Шайлоо 30-ноябрда өтөт"),
    ("uz", "Saylov 30 okrugda oʻtadi", "Saylov 30-noyabrda oʻtadi"),
    ("tg", "Интихобот дар 30 ҳавза", "Интихобот 30 ноябр"),
)


@pytest.mark.parametrize(("lang", "count", "date"), DATED)
def test_a_day_of_a_month_is_no_count(lang: str, count: str, date: str) -> None:
    lang = LANGS.get(lang, lang)
    one, other = features(1, count, lang=lang), features(2, date, lang=lang)
    assert "30" in one.frame.stems.split()
    assert "30/november" in other.frame.stems.split()
    figures = {key for key in one.cross_lingual if key & KIND == FIGURE}
    assert figures
    assert figures.isdisjoint(other.cross_lingual)


CAPITALS = (
    ("ru", "Анкара отзывает посла из Ирана", "Турция отозвала посла в Иране"),
    ("en", "Baku closes consulate in Kazan", "Azerbaijan closes its consulate in Kazan"),
    ("uz", "Toshkent Qozonda konsullik ochadi", "Oʻzbekiston Qozonda konsullik ochadi"),
)


@pytest.mark.parametrize(("lang", "capital", "country"), CAPITALS)
def test_a_capital_that_acts_is_its_country(lang: str, capital: str, country: str) -> None:
    found = laid(lang, capital, country)
    assert () == (*found.mine, *found.theirs)


def test_a_capital_where_something_is_stays_a_town() -> None:
    found = laid("ru", "Пожар потушили в Анкаре", "Пожар потушили в Турции")
    assert found.signal("frame_names") == 0


def test_a_surname_is_no_word_of_the_news() -> None:
    """Сафаров begins like a visit, Морозов like frost, Золотов like gold."""
    for lang, title, name in (
        ("tg", "Варзишгар Забиҳулло Сафаров медал гирифт", "Сафаров"),
        ("ru", "Боксёр Иван Золотов сменил тренера", "Золотов"),
    ):
        told = features(1, title, lang=lang)
        named = features(2, f"он {name}", lang=lang)
        assert set(named.cross_lingual) <= set(told.cross_lingual)
