"""What only a translation says is found behind all that says it itself."""

import pytest

from storage import items, record, stories, translations
from storage.database import Database
from storage.model import ItemId, MachineText
from storage.sql import Connection
from storage.translations import ArrivedTranslation
from tests.storage import rows
from tests.storage.rows import NOON, new_item
from tests.watchers.translation.kit import KAZAKH, RUSSIAN
from watchers import filing, keywords, search
from watchers.keywords import Facts
from watchers.text import words

OWN = "Взрыв газа в жилом доме: один погибший"


def furnish(db: Connection) -> None:
    feed = rows.feed(db)
    for number, title, lang in ((1, OWN, "ru"), (2, KAZAKH, "kk"), (3, "Quiet day", "en")):
        read = words.analyse(title, lang=lang)
        keys = filing.item_words(read, Facts(country="KZ", lang=lang))
        new = new_item(number, title=title, lang=lang, words=keys)
        rows.told(db, feed, new)
        record.search.index(db, new.id, keys)
    (item,) = items.by_ids(db, [ItemId(2)])
    translations.want(db, item, "ru", 0, NOON)
    batch = translations.claim(db, NOON, 1000)
    assert batch is not None
    translations.settle(db, [translations.Ended(one.id, RUSSIAN) for one in batch.texts], NOON)
    keys = filing.machine_words(words.analyse(RUSSIAN, lang="ru"))
    arrival = ArrivedTranslation(item.id, "ru", MachineText("ru", RUSSIAN))
    record.translated(db, record.Translated(arrival, keys), NOON)


@pytest.mark.parametrize(
    ("query", "found", "by_machine"),
    [
        ("взрыв", [1, 2], {2}),
        ("шахта взрыв", [2], {2}),
        ("погибли", [1, 2], {2}),
        ("жарылыс", [2], set()),
        ("Караганда", [2], set()),
        ("взрыв -шахта", [1], set()),
        ("Караганда -взрыв", [2], set()),
        ("взрыв lang:kk", [2], {2}),
        ("взрыв lang:ru", [1], set()),
        ("country:kz взрыв", [1, 2], {2}),
        ('"произошёл взрыв"', [2], {2}),
        ("lang:kk", [2], set()),
        ("наводнение", [], set()),
    ],
)
async def test_direct_hits_come_first_and_a_machines_are_known(
    db: Database, query: str, found: list[int], by_machine: set[int]
) -> None:
    await db.write(furnish)
    asked = keywords.parse(query)
    page = await search.find(db, asked, now=NOON, limit=5)
    assert (found, by_machine) == ([story.id for story in page.stories], set(page.machine))
    assert len(found) == page.total


async def test_pages_lead_from_direct_hits_to_a_machines(db: Database) -> None:
    await db.write(furnish)
    asked = keywords.parse("взрыв")
    first = await search.find(db, asked, now=NOON, limit=1)
    second = await search.find(db, asked, now=NOON, limit=1, offset=1)
    turned = await search.turn(db, asked, first, now=NOON, limit=1, offset=1)
    ids = [[story.id for story in page.stories] for page in (first, second, turned)]
    assert [[1], [2], [2]] == ids
    assert await db.read(stories.by_ids, first.order)
