"""What rings: a headline that meets the query; a word only in the text for who asked for that."""

from datetime import timedelta

import pytest

from storage import chats, matches, subscriptions
from storage.database import Database
from storage.model import Mode, Reach
from storage.outbox import queue
from tests.bot.people import NOW, READER, Person, buttons
from tests.bot.pipeline import Pipeline
from watchers import search

NOW_TOLD = timedelta(0)

BANK = "Central bank of Kazakhstan keeps its rate"
MENTION = ("Mountain rescuers find two climbers near Almaty", "They had a power bank and a torch.")


@pytest.fixture
async def room(db: Database) -> Pipeline:
    return await Pipeline.opened(db)


@pytest.fixture
async def anna(room: Pipeline) -> Person:
    return await Person.comes(room.context())


@pytest.fixture
async def aigul(room: Pipeline) -> Person:
    return await Person.comes(room.context(), language="ru")


async def rung(room: Pipeline) -> list[str]:
    """The stories that rang, by their numbers."""
    found = await room.db.read(
        lambda db: db.conn.execute(
            "select subject from deliveries where kind = 'alert'"
        ).fetchall()
    )
    return [row[0] for row in found]


# --- ringing ----------------------------------------------------------------------------------


async def test_a_word_in_the_text_alone_does_not_ring_but_is_kept(
    room: Pipeline, anna: Person
) -> None:
    await anna.types("/subscribe bank")
    await anna.presses("Alert at once")
    story = await room.tells("Steppe Courier", *MENTION, ago=NOW_TOLD)
    assert [] == await rung(room)
    (kept,) = await room.db.read(matches.of_story, READER, story.id)
    assert (False, "bank") == (kept.in_headline, kept.word)


async def test_who_wants_it_anywhere_hears_of_a_mention(room: Pipeline, anna: Person) -> None:
    await anna.types("/subscribe bank")
    await anna.presses("anywhere")
    story = await room.tells("Steppe Courier", *MENTION, ago=NOW_TOLD)
    assert [f"s{story.id}"] == await rung(room)


async def test_why_tells_the_query_of_then_after_it_was_edited(
    room: Pipeline, anna: Person
) -> None:
    await anna.types("/subscribe bank")
    await anna.presses("Alert at once")
    story = await room.tells("Steppe Courier", BANK, ago=NOW_TOLD)
    await anna.sends("le:1")
    await anna.types("bank country:kg")
    said = await anna.types(f"/why {story.id}")
    assert "Your query “bank” matched the word “bank”. (now it is “bank country:kg”)" in said


async def test_a_later_telling_that_meets_it_in_its_headline_rings_then(
    room: Pipeline, anna: Person
) -> None:
    await anna.types("/subscribe uranium")
    await anna.presses("Alert at once")
    title = "President of France arrives in Astana for talks with Tokayev"
    await room.tells("Steppe Courier", title, "They will speak of uranium.", ago=NOW_TOLD)
    assert [] == await rung(room)
    story = await room.tells("Oasis Times", f"{title} on uranium", ago=NOW_TOLD)
    assert len(story.items) == 2
    assert [f"s{story.id}"] == await rung(room)


@pytest.mark.parametrize(
    ("query", "title", "summary", "rings"),
    [
        ("bank", "Bank fined", "", True),
        ("bank", "", "A bank is fined.", True),  # no headline: its text is all there is to judge
        ("bank fined", "Bank in court", "It is fined.", False),
        ("bank OR fined", "Bank in court", "It is fined.", True),
        ("bank -court", "Bank fined", "By the regulator.", True),
        ("country:kz bank", "Bank fined", "", True),  # the outlet's own country
        ("country:uz", "Storm over the steppe", "Roads in Uzbekistan are closed.", False),
        ("country:uz", "Storm over Uzbekistan", "", True),
        ("by:independent", "Storm over the steppe", "", True),
        ("Тоқаев", "Tokayev opens a railway", "", True),
        ("Макрон", "Qirgʻizistonda saylov", "Prezident Makron tabrikladi.", False),
        ('"power plant"', "Power", "Plant closed.", False),  # no phrase runs over the line
    ],
)
async def test_the_headline_alone_must_meet_the_whole_query(
    room: Pipeline, anna: Person, query: str, title: str, summary: str, *, rings: bool
) -> None:
    await anna.types(f"/subscribe {query}")
    await anna.presses("Alert at once")
    await room.tells("Steppe Courier", title, summary, ago=NOW_TOLD)
    assert rings is bool(await rung(room))


# --- choosing ---------------------------------------------------------------------------------


async def test_the_offer_says_what_each_way_would_bring(room: Pipeline, anna: Person) -> None:
    await room.tells("Steppe Courier", BANK)
    await room.tells("Oasis Times", *MENTION, ago=timedelta(days=2))
    await room.tells("Oasis Times", "Tashkent opens a new theatre", ago=timedelta(days=8))
    said = await anna.types("/subscribe bank")
    assert "Last 7 days: 2 stories" in said
    assert "In headlines: 1 story" in said
    labels = [one.label for one in buttons(anna.last)]
    assert labels[:2] == ["🔔 Alert at once: headlines · 1", "🔎 Alert at once: anywhere · 2"]


async def test_the_offer_speaks_russian(room: Pipeline, aigul: Person) -> None:
    await room.tells("Степной вестник", "Национальный банк сохранил ставку")
    said = await aigul.types("/subscribe банк")
    assert "1 сюжет" in said
    assert "🔔 Сразу: заголовки · 1" == buttons(aigul.last)[0].label


async def test_where_digests_are_off_the_offer_says_what_would_be_lost(
    room: Pipeline, anna: Person
) -> None:
    await room.db.write(lambda db: chats.change(db, READER, digest_times=()))
    await room.tells("Oasis Times", *MENTION)
    assert "you would miss the other 1" in await anna.types("/subscribe bank")
    assert "digests are off in this chat" in await anna.presses("headlines")
    await anna.presses("Switch digests on")
    assert (await room.db.read(chats.get, READER)).wants_digests  # type: ignore[union-attr]


async def test_counts_beyond_what_is_tried_are_the_share_of_all(
    room: Pipeline, anna: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await room.tells("Steppe Courier", BANK)
    await room.tells("Oasis Times", *MENTION, ago=timedelta(minutes=30))
    monkeypatch.setattr(search, "TRIED", 1)
    said = await anna.types("/subscribe bank")
    assert "Estimated from the newest" in said


async def test_a_subscription_is_switched_in_the_list(room: Pipeline, anna: Person) -> None:
    await anna.types("/subscribe bank")
    await anna.presses("Alert at once")
    await anna.types("/subscriptions")
    assert "when it is in a headline" in await anna.presses("bank")
    assert "mentions in the text too" in await anna.presses("Mentions too")
    await room.tells("Steppe Courier", *MENTION, ago=NOW_TOLD)
    assert len(await rung(room)) == 1
    await anna.presses("Headlines only")
    (one,) = await room.db.read(subscriptions.of_chat, READER)
    assert one.reach is Reach.HEADLINE


@pytest.mark.parametrize("way", ["anywhere", "headlines"])
async def test_undoing_a_removal_keeps_its_reach(room: Pipeline, anna: Person, way: str) -> None:
    await anna.types("/subscribe bank")
    await anna.presses(way)
    (before,) = await room.db.read(subscriptions.of_chat, READER)
    await anna.types("/unsubscribe 1")
    await anna.presses("Undo")
    (after,) = await room.db.read(subscriptions.of_chat, READER)
    assert (
        (before.mode, before.reach)
        == (after.mode, after.reach)
        == (
            Mode.INSTANT,
            Reach.ANYWHERE if way == "anywhere" else Reach.HEADLINE,
        )
    )


async def test_the_file_of_everything_kept_has_it(anna: Person) -> None:
    await anna.types("/subscribe bank")
    await anna.presses("anywhere")
    await anna.types("/export_me")
    assert b'"reach": "anywhere"' in anna.last.body  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("times", "said"), [((480,), "left for the digest"), ((), "digests are off")]
)
async def test_why_says_that_it_stood_in_the_text_only(
    room: Pipeline, anna: Person, times: tuple[int, ...], said: str
) -> None:
    await anna.types("/subscribe bank")
    await anna.presses("Alert at once")
    await room.db.write(lambda db: chats.change(db, READER, digest_times=times))
    story = await room.tells("Steppe Courier", *MENTION, ago=NOW_TOLD)
    why = await anna.types(f"/why {story.id}")
    assert "only in the text" in why
    assert said in why


async def test_one_headline_rings_for_all_queries_of_a_chat_once(
    room: Pipeline, anna: Person
) -> None:
    for query in ("bank", "Kazakhstan"):
        await anna.types(f"/subscribe {query}")
        await anna.presses("Alert at once")
    await room.tells("Steppe Courier", BANK, ago=NOW_TOLD)
    assert len(await room.db.write(queue.claim, NOW, 10)) == 1
