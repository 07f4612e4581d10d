"""A played week: every alert of a short query has it in the headline, and no story is lost."""

from bot.sandbox.outlets.news import SampleItem
from storage import matches
from storage.database import Database
from storage.model import ChatId, Item, Reach
from tests.benchmarks.ringing import READERS, START, played, rung
from watchers.keywords import match_text

HEADLINES, ANYWHERE = (
    next(one for one, reach in READERS.items() if reach is wanted) for wanted in Reach
)
QUERIES = ("банк", "gas", "суд")

WEEK = (
    # (the headline, the text, its language); each an event of its own
    ("Национальный банк сохранил ставку", "Решение приняли единогласно.", "ru"),
    ("Спасатели нашли двух туристов под Алматы", "У них был пауэр-банк и фонарь.", "ru"),
    ("Шторм отрезал Курилы от материка", "Паром с грузом для банка стоит в порту.", "ru"),
    ("Ұлттық банк мөлшерлемені өзгертпеді", "Шешім бірауыздан қабылданды.", "kk"),
    ("Ошто жаңы мектеп ачылды", "Курулушту банк каржылады.", "ky"),
    ("Turkmenistan raises gas exports to China", "Ashgabat gave no price.", "en"),
    ("Bus drivers in Nukus end their strike", "Buses will switch to gas next year.", "en"),
    ("Узбекистан начал импорт газа по новой трубе", "Мощность не названа.", "ru"),
    ("Помощь доставлена в сектор Газа", "Груз отправили из Астаны.", "ru"),
    ("Суд в Бишкеке отложил приговор по делу о рудниках", "Адвокаты просили отсрочку.", "ru"),
    ("Чемпионом по кокпару стала команда Тараза", "Протест отклонил спортивный суд.", "ru"),
    ("Судно село на мель у Актау", "Экипаж не пострадал.", "ru"),
    ("Toshkentda yangi metro bekati ochildi", "Qurilishni bank moliyalashtirdi.", "uz-Latn"),
    ("Court in Dushanbe frees a blogger", "He had spent two years in jail.", "en"),
)


def stories_of(alerts: list[tuple[ChatId, str, Item]], reader: ChatId) -> set[int]:
    return {int(one.story_id) for chat, _, one in alerts if chat == reader}


async def test_every_alert_for_headlines_has_the_query_in_its_headline(db: Database) -> None:
    told = [SampleItem(f"Outlet {n}", *one) for n, one in enumerate(WEEK)]
    await played(db, told, QUERIES)
    alerts = await db.read(rung)
    by_headline = [(query, item) for chat, query, item in alerts if chat == HEADLINES]
    unearned = [
        (query, item.title)
        for query, item in by_headline
        if not match_text(query, item.title, item.lang)
    ]
    assert [] == unearned
    assert [("банк", 1), ("gas", 6), ("суд", 10)] == [
        (query, int(one.id)) for query, one in by_headline
    ]
    assert len(stories_of(alerts, ANYWHERE)) == 9
    kept = await db.read(matches.of_chat, HEADLINES, None, START, START.replace(year=2027))
    assert stories_of(alerts, ANYWHERE) == {one.story_id for one in kept}
