"""An old text is known by its headline or by its text, and the table of them never grows."""

from datetime import timedelta

from storage.model import StoryId
from tests.watchers.stories.features import NOON, features
from watchers.stories import Features, Index, identify
from watchers.stories.recirculated import OldTexts, marks

TITLE = "В Караганде открыли новый мост через реку Нуру"
TEXT = "Мост строили два года, движение по нему началось утром, сообщили в акимате области."
OTHER = "Паводок отступил от дачных посёлков, спасатели вернулись на базу к вечеру среды."
FOOTER = "Подписывайтесь на наш канал и читайте новости первыми каждый день без рекламы."
MONTHS = 24 * 90


def known(*told: Features) -> OldTexts:
    texts = OldTexts()
    for one in told:
        texts.put(one, StoryId(one.item))
    return texts


def test_a_text_is_known_under_another_headline() -> None:
    found = known(features(1, TITLE, TEXT)).find(features(2, "Совсем иначе озаглавлено", TEXT))
    assert found is not None
    assert (found.story_id, found.told_at) == (1, features(1, TITLE).told_at)


def test_a_headline_is_known_over_another_text() -> None:
    assert known(features(1, TITLE, TEXT)).find(features(2, TITLE, OTHER)) is not None


def test_what_an_outlet_puts_under_every_text_makes_none_old() -> None:
    texts = known(features(1, TITLE, f"{TEXT} {FOOTER}"))
    assert texts.find(features(2, "Паводок в регионе отступил", f"{OTHER} {FOOTER}")) is None


def test_a_word_or_two_are_no_mark() -> None:
    assert marks(features(1, "Новый мост")) == ()


def test_the_first_to_tell_a_text_stays_its_story() -> None:
    texts = known(features(1, TITLE))
    assert texts.put(features(2, TITLE), StoryId(2)) == ()
    found = texts.find(features(3, TITLE))
    assert found is not None
    assert found.story_id == 1


def test_where_places_run_out_the_longest_told_gives_way() -> None:
    texts = OldTexts(buckets=1)
    headlines = [f"{TITLE}: {word}" for word in ("утром", "днём", "вечером", "ночью", "зимой")]
    for number, headline in enumerate(headlines, 1):
        texts.put(features(number, headline, hours=-number), StoryId(number))
    kept = [texts.find(features(9, headline)) is not None for headline in headlines]
    assert kept == [True, True, True, False, True]


def test_it_is_known_after_a_restart() -> None:
    index = Index(timedelta(days=7))
    index.add(features(1, TITLE, TEXT), StoryId(1))
    rows = index.expire(NOON + timedelta(days=30)).old
    after = Index()
    after.restore_old(rows)
    verdict = identify(features(2, TITLE, hours=MONTHS), after)
    assert (verdict.story, verdict.recirculated) == (1, True)
