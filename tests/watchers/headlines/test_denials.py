"""What denies a report, and what only says no."""

import pytest

from storage.model import StoryId
from tests.watchers.stories.features import features
from watchers.headlines.denials import denies
from watchers.stories import Index, identify
from watchers.stories.vetoes import veto
from watchers.text.words import analyse

DENIALS = [
    ("en", "Tajik officials deny epidemic of typhoid in Kulob"),
    ("en", "No typhoid epidemic in Kulob, Tajik officials say"),
    ("en", "Ministry says no plans to close the border"),
    ("en", "Rumours of school closures are false, says ministry"),
    ("en", "Akimat refutes demolition of the zoo"),
    ("en", "Report on fuel shortage is fake"),
    ("en", "Kazakh railway calls reports of dearer tickets fake"),
    ("en", "Minister denies corruption charges"),
    ("en", "Bank rejects claims of a cash shortage"),
    ("en", "Kremlin does not confirm the meeting"),
    ("ru", "Минобразования опровергло перенос каникул"),
    ("ru", "В КТЖ назвали фейком сообщения о росте цен на билеты"),
    ("ru", "Слухи о переносе каникул ложны, заявило Минобразования"),
    ("ru", "Информация о закрытии рынка не соответствует действительности"),
    ("ru", "В акимате не подтвердили снос зоопарка"),
    ("ru", "Сообщения о нехватке угля оказались ложью"),
    ("ru", "Экс-министр отрицает вину"),
    ("ru", "МИД отверг обвинения в шпионаже"),
    ("ru", "Дефицита сахара нет, заявили в правительстве"),
    ("ru", "«Это фейк»: в МВД ответили на сообщения о похищении детей"),
    ("kk", "Министр қант тапшылығы жоқ деді"),
    ("kk", "Шымкент әкімдігі хайуанаттар бағы бұзылады дегенді жоққа шығарды"),
    ("kk", "Министрлік бензин тапшылығын теріске шығарды"),
    ("kk", "Мектеп жабылады деген ақпарат жалған"),
    ("kk", "Әкімдік қауесетті жалған деп атады"),
    ("ky", "Министрлик каникул жылат дегенди төгүнгө чыгарды"),
    ("ky", "Мэрия базар жабылат деген маалыматты четке какты"),
    ("ky", "Ишкана жабылганы тууралуу маалымат жалган"),
    ("ky", "Өкмөт бензин тартыштыгы тууралуу кабарды жокко чыгарды"),
    ("uz-Latn", "Metropoliten «Chilonzor» bekati yopilishini rad etdi"),
    ("uz-Latn", "Vazirlik gaz taqchilligini inkor qildi"),
    ("uz-Latn", "Maktablar yopilishi haqidagi xabarlar yolgʻon"),
    ("uz-Latn", "Bank kartalar bloklanishi haqidagi xabarni feyk deb atadi"),
    ("uz-Latn", "Markaziy bank: devalvatsiya haqidagi mish-mishlar asossiz"),
    ("uz-Cyrl", "Метрополитен бекат ёпилишини рад этди"),
    ("tg", "Вазорат вабои домана дар Кӯлобро рад кард"),
    ("tg", "Хабар дар бораи баста шудани бозор дурӯғ аст"),
    ("tg", "Ҳукумат ин хабарҳоро такзиб кард"),
]
NO_DENIALS = [
    ("en", "Kazakh wrestler denied first gold"),
    ("en", "Court denies bail to former minister"),
    ("en", "Blogger denied entry to Uzbekistan"),
    ("en", "Students denied visas by Poland"),
    ("en", "Parliament rejects bill on foreign agents"),
    ("en", "No casualties in Osh quake, ministry says"),
    ("en", "Shymkent police seize fake dollars"),
    ("en", "Man fined under fake news law"),
    ("en", "Russia withdraws its ambassador"),
    ("en", "Kairat scores, Ajax does not"),
    ("ru", "Казахстан отозвал посла"),
    ("ru", "Парламент отклонил закон о семейном насилии"),
    ("ru", "Польша отказала студентам в визах"),
    ("ru", "Блогера оштрафовали за фейки о пандемии"),
    ("ru", "Отрицательное сальдо торговли выросло"),
    ("ru", "Сенат отверг закон о рекламе"),
    ("ru", "Суд не поддержал иск"),
    ("ru", "Пострадавших нет, сообщили в МЧС"),
    ("kk", "Өрттен зардап шеккендер жоқ деді ТЖМ"),
    ("kk", "Сенат кодексті қайтарды"),
    ("kk", "Шымкентте жалған доллар тәркіленді"),
    ("kk", "Жалған ақпарат таратқан блогерге айыппұл салынды"),
    ("ky", "Депутаттар мыйзам долбоорун четке какты"),
    ("ky", "Кыргызстан визаны жокко чыгарды"),
    ("uz-Latn", "Senat qonun loyihasini rad etdi"),
    ("uz-Latn", "Polsha talabalarga viza berishni rad etdi"),
    ("uz-Latn", "Yolgʻon xabar tarqatgan bloger jarimaga tortildi"),
    ("tg", "Радиои нав ба кор даромад"),
    ("tg", "Парлумон лоиҳаи қонунро рад кард"),
]


@pytest.mark.parametrize(("lang", "title"), DENIALS)
def test_a_headline_denies_in_every_language(lang: str, title: str) -> None:
    assert denies(analyse(title, lang=lang).tokens, lang)
    assert features(1, title, lang=lang).denies


@pytest.mark.parametrize(("lang", "title"), NO_DENIALS)
def test_what_is_refused_withdrawn_or_forged_is_no_denial(lang: str, title: str) -> None:
    assert not denies(analyse(title, lang=lang).tokens, lang)


@pytest.mark.parametrize(
    ("title", "parted"),
    [
        ("Минфин Узбекистана: налог на карты вводиться не будет", False),
        ("Минфин Узбекистана: налог на карты вводится", True),
    ],
)
def test_what_will_not_be_is_denied_without_the_word(title: str, *, parted: bool) -> None:
    denial, told = features(1, "Слухи о налоге на карты в Узбекистане ложны"), features(2, title)
    assert denial.denies
    assert not told.denies
    assert (veto(denial, told, 0.5, 0.0) == ("veto", "denial")) is parted


def test_no_veto_stands_between_two_denials_of_one_claim() -> None:
    index = Index()
    index.add(features(1, "Минобразования Киргизии опровергло перенос каникул"), StoryId(1))
    again = features(2, "Слухи о переносе каникул в Киргизии ложны, заявило Минобразования")
    claim = features(3, "Минобразования Киргизии перенесло каникулы")
    [denial] = index.compared(again)
    assert denial.veto is None
    assert identify(claim, index).story is None
