"""A mixed archive for searches: the demo's events, daily rubrics, texts that mention in passing.

All of it in our own words. An event's name is its name in the demo's news; rubrics are
``rubric``, passing mentions ``passing``.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.sandbox.outlets import news
from storage import search
from storage.model import FeedId, ItemId, Ownership, StoryId
from storage.sql import Connection
from tests.storage import rows
from watchers import filing, keywords
from watchers.text.words import analyse

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
DAYS = 28
"""How many days the events are spread over, and rubrics come."""

RUBRIC, PASSING = "rubric", "passing"
MONTHS = {
    "ru": "ноября", "en": "November", "kk": "қараша", "ky": "ноябрь", "uz": "noyabr", "tg": "ноябр",
}  # fmt: skip

RUBRICS = (
    ("uly-dala", "ru", "Погода в Алматы на завтра, {day}", "Ночью {n} градусов, днём туман. Землетрясений, лавин и пожаров не ожидается."),
    ("uly-dala", "ru", "Курс доллара и тенге на {day}", "Нацбанк установил курс доллара: {n} тенге. Ставка прежняя, цены на нефть и золото без перемен."),
    ("uly-dala", "ru", "Главное за день: дайджест {day}", "Погибли люди в аварии, суд вынес приговор, Токаев подписал закон, газ подорожал, выборы всё ближе."),
    ("ala-too-line", "ru", "Цена золота на {day}", "Унция стоит {n}99 долларов, сообщил Нацбанк Кыргызстана."),
    ("ala-too-line", "ru", "Курс валют на {day}", "Доллар {n} сомов, рубль и тенге подешевели. Инфляция прежняя."),
    ("ala-too-line", "ky", "Аба ырайы: {day}", "Бишкекте түнкүсүн {n} градус суук. Жер титирөө күтүлбөйт."),
    ("steppe-courier", "en", "Morning briefing, {day}", "Gas exports, an election, an earthquake drill, Tokayev in Japan, central bank rates and measles: number {n}."),
    ("steppe-courier", "en", "Gold price of the day: {day}", "An ounce costs {n}99 dollars; oil and uranium are unchanged."),
    ("severny-vestovoy", "ru", "Гороскоп на {day}", "Рыбам не стоит спорить с судьёй, Львам снится президент. Счастливое число {n}."),
    ("severny-vestovoy", "ru", "Сейсмолог ответил: прогноз землетрясений на {day}", "Вероятность толчков {n} процентов, Балхаш и Камчатка спокойны."),
    ("zarafshon-vaqti", "uz", "Valyuta kursi: {day}", "Dollar {n} so‘mga oshdi, Markaziy bank stavkasi o‘zgarmadi."),
    ("zarafshon-vaqti", "uz", "Ob-havo ma’lumoti, {day}", "Toshkentda {n} daraja. Zilzila xavfi yo‘q, qizamiq kamaydi."),
    ("vakhsh-navidi", "tg", "Обу ҳаво: {day}", "Дар Душанбе {n} дараҷа. Тарма ва заминларза интизор нест."),
    ("vakhsh-navidi", "tg", "Қурби асъор: {day}", "Доллар {n} сомонӣ шуд. Интихобот наздик аст."),
)  # fmt: skip
"""Outlet, language, headline and text of what comes each day under one headline."""

MENTIONS = (
    ("severny-vestovoy", "ru", "В Омске открыли памятник сибирскому писателю", "На церемонии вспомнили тех, кто погиб на войне. Автор романа о пожаре на шахте умер в 1911 году."),
    ("uly-dala", "ru", "Пианистка из Караганды записала третий альбом", "Её родители погибли, когда ей было семь; дед-шахтёр пережил землетрясение и лавину."),
    ("ala-too-line", "ru", "Как пекут лепёшки в Узгене", "Печь досталась пекарю от деда, который ушёл с мельницы после забастовки. Газ подорожал, а мука нет."),
    ("silk-wire", "en", "A week among the carpet weavers of Khotan", "One remembers an earthquake, another an election; a third has a cousin in Shymkent who had measles."),
    ("capital-ledger", "en", "Why Almaty's cafes love flat white", "A barista blames the central bank's rate and the oil price, and a friend flies to Paris for beans."),
    ("steppe-courier", "en", "Bank robbers hide three nights in central Osh", "Police found them in a cellar near the bazaar. The loot, 40,000 dollars, was in a samovar."),
    ("severny-vestovoy", "ru", "Выставка кошек прошла в Казани", "Судья из Китая вручил приз коту по кличке Газ. Экспорт породы растёт."),
    ("uly-dala", "kk", "Шымкентте кітап жәрмеңкесі өтті", "Жазушы сайлау мен жер сілкінісі туралы әңгімесін оқыды, атом станциясы туралы да айтты."),
    ("ysyk-kol-jarchysy", "ky", "Токмокто комузчулар жыйыны өттү", "Улуу комузчу шайлоо жана жер титирөө жөнүндө ырдады."),
    ("zarafshon-vaqti", "uz", "Buxoroda shashlik bayrami bo‘lib o‘tdi", "Oshpaz zilzila va qizamiq haqida hikoya qilib berdi."),
    ("vakhsh-navidi", "tg", "Дар Хуҷанд озмуни оши палав баргузор шуд", "Ошпаз дар бораи интихобот ва заминларза қисса кард."),
    ("uly-dala", "ru", "Турист из Японии прошёл пешком от Астаны до Борового", "Он видел, как Токаев открывал мост, и слышал о Путине. Визит занял девять дней."),
    ("ala-too-line", "ru", "В Бишкеке выбрали лучшую тыкву года", "Выборы жюри шли три дня, Кыргызстан представил сорок сортов. Судью угостили взяткой в виде пирога."),
    ("severny-vestovoy", "ru", "Театр кукол показал сказку о золотой рыбке", "По сюжету министра арестовали, а мэр подал в отставку. Инфляция в царстве прошла сама."),
    ("uly-dala", "ru", "Почему в Балхаше любят рыбалку зимой", "Лунка стоит как доллар, говорят старики, помнящие корь и землетрясение."),
    ("capital-ledger", "en", "Chess club in Dushanbe marks ten years", "Its founder, caught by an avalanche as a student, taught himself openings in hospital."),
    ("silk-wire", "en", "Grandmother from Khorog sells socks online", "She began after an earthquake broke her loom. Buyers live in Germany and work in oil."),
    ("uly-dala", "ru", "В Улькене провели турнир по шашкам", "Рядом построят АЭС, но игроки говорили о погоде в Алматы."),
    ("ala-too-line", "ru", "Журналист собрал коллекцию из 400 чайников", "Первый он нашёл в день, когда было объявлено освобождение заложников. Электричество в доме от солнца."),
    ("severny-vestovoy", "ru", "Школьник из Томска собрал ткацкий станок", "Чертежи он взял у деда-пожарного. Мэр обещал подарить нить."),
)  # fmt: skip
"""What names in passing what others tell, and came last."""


class Told(NamedTuple):
    """A story of the archive: its event, and its items as (outlet, lang, title, text, minutes)."""

    event: str
    at: datetime
    items: tuple[tuple[str, str, str, str, float], ...]


def stories() -> Iterator[Told]:
    """List the stories of the archive, in the order in which they began."""
    yield from sorted((*_events(), *_rubrics(), *_mentions()), key=lambda told: told.at)


def _events() -> Iterator[Told]:
    events = news.later()
    for at, event in enumerate(events):
        # 37 has no divisor in common with their number: each has a time of its own.
        ago = timedelta(days=DAYS) * ((at * 37 % len(events)) + 1) / len(events)
        items = tuple(
            (item.outlet, item.lang, item.title, item.summary, item.after)
            for item in event.items
            if not item.update
        )
        yield Told(event.name, NOW - ago, items)


def _rubrics() -> Iterator[Told]:
    for ago in range(DAYS):
        day = NOW - timedelta(days=ago, hours=4)
        for at, (outlet, lang, title, text) in enumerate(RUBRICS):
            date = f"{MONTHS[lang]} {day.day}" if lang == "en" else f"{day.day} {MONTHS[lang]}"
            item = (outlet, lang, title.format(day=date), text.format(n=3 + ago), 0.0)
            yield Told(RUBRIC, day + timedelta(minutes=at), (item,))


def _mentions() -> Iterator[Told]:
    for at, (outlet, lang, title, text) in enumerate(MENTIONS):
        yield Told(
            PASSING, NOW - timedelta(minutes=10 * at + 5), ((outlet, lang, title, text, 0),)
        )


def fill(db: Connection) -> dict[StoryId, str]:
    """Write the archive as the ingester would; return the event of each story."""
    feeds: dict[str, FeedId] = {}
    events: dict[StoryId, str] = {}
    number = 0
    for told in stories():
        story = number + 1
        events[StoryId(story)] = told.event
        for outlet, lang, title, text, after in told.items:
            number += 1
            if outlet not in feeds:
                feeds[outlet] = rows.feed(
                    db, f"https://{outlet}.example/rss", ownership=Ownership.PRIVATE
                )
            at = min(told.at + timedelta(minutes=after), NOW)
            said = analyse(title, text, lang="uz-Latn" if lang == "uz" else lang)
            words = filing.item_words(said, keywords.Facts(country="KZ", lang=said.lang))
            item = rows.new_item(
                number,
                None if number == story else story,
                id=ItemId(number),
                title=title,
                summary=text,
                lang=said.lang,
                published=at,
                words=words,
            )
            rows.told(db, feeds[outlet], item, now=at)
            search.index(db, item.id, words)
    return events
