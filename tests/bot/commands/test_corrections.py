"""What admins correct in stories: typed, by buttons on the card, and taken back."""

from datetime import timedelta

import pytest

from bot.render.buttons import press
from storage import stories
from storage.database import Database
from storage.errors import NewsError
from storage.model import ItemId, Story
from tests.bot.people import ADMIN, READER, Person, buttons
from tests.bot.pipeline import Pipeline
from watchers.ingester import Ingester

RAILWAY = "Tokayev opens a railway"
FLOODS = "Floods reach the Aral Sea"
WHEAT = "Wheat harvest ends in Kostanay"


@pytest.fixture
async def room(db: Database) -> Pipeline:
    return await Pipeline.opened(db)


@pytest.fixture
async def timur(room: Pipeline) -> Person:
    return await Person.comes(room.context(), ADMIN)


@pytest.fixture
async def three(room: Pipeline) -> list[int]:
    """Three stories of one item each."""
    told = zip(
        ("Steppe Courier", "Oasis Times", "Steppe Courier"), (RAILWAY, FLOODS, WHEAT), strict=True
    )
    return [int((await room.tells(outlet, title)).id) for outlet, title in told]


async def sizes(person: Person) -> list[int]:
    return [len(story.items) for story in await every(person)]


async def every(person: Person) -> list[Story]:
    """Every story, by number."""
    found = await person.context.db.read(lambda db: list(stories.every(db)))
    return sorted(found, key=lambda story: story.id)


def labels(person: Person) -> list[str]:
    return [button.label for button in buttons(person.last)]


async def restarted(room: Pipeline, person: Person) -> Person:
    """The same person after our restart."""
    room.ingester = await Ingester.opened(room.db)
    await room.ingester.remember(room.clock())
    again = await Person.comes(room.context(), person.chat.id)
    again.last = person.last
    return again


# --- typed ----------------------------------------------------------------------------------


async def test_two_stories_become_one_for_good(timur: Person, three: list[int]) -> None:
    one, other, _ = three
    assert f"One story now: {other}" in await timur.types(f"/merge {one} {other}")
    assert [2, 1] == await sizes(timur)
    assert RAILWAY in await timur.types(f"/story {one}")
    for same in (f"{other} {other}", f"{one} {other}", f"{other} {one}"):
        with pytest.raises(NewsError, match=r"merge\.(itself|one_already)"):
            await timur.types(f"/merge {same}")


async def test_an_item_is_taken_out(timur: Person, three: list[int]) -> None:
    one, other, _ = three
    await timur.types(f"/merge {one} {other}")
    assert "A separate story now" in await timur.types(f"/split {other} 1")
    with pytest.raises(NewsError, match=r"split\.only_one"):
        await timur.types(f"/split {other} 1")
    assert [1, 1, 1] == await sizes(timur)


async def test_an_item_is_moved_by_its_place(timur: Person, three: list[int]) -> None:
    one, other, third = three
    await timur.types(f"/merge {one} {other}")
    assert f"1 report moved into story {third}" in await timur.types(f"/move {other} 1 {third}")
    assert [1, 2] == await sizes(timur)
    assert "An admin moved it here from the story of /s" in await timur.types(f"/why {third}")


async def test_a_place_in_a_story_that_is_another_s_now_moves_nothing(
    timur: Person, three: list[int]
) -> None:
    """Its one report has another number in the story that it is part of."""
    one, other, third = three
    await timur.types(f"/merge {one} {other}")
    for typed in (f"/move {one} 1 {third}", f"/split {one} 1"):
        with pytest.raises(NewsError, match=r"story\.renumbered"):
            await timur.types(typed)
    assert [2, 1] == await sizes(timur)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("/merge 91 91", "story.unknown"),
        ("/merge 1 91", "story.unknown"),
        ("/merge", "merge.form"),
        ("/merge 1", "merge.form"),
        ("/split x", "split.form"),
        ("/split 99 1", "story.unknown"),
        ("/split 1 1", "split.only_one"),
        ("/move", "move.form"),
        ("/move 1 2", "move.form"),
        ("/move 1 x 2", "move.form"),
        ("/move 99 1 1", "story.unknown"),
        ("/move 1 1 99", "story.unknown"),
        ("/move 1 1 1", "move.same"),
        ("/move 1 2 3", "split.no_telling"),
        ("/move 1 0 3", "split.no_telling"),
        ("/move 1 1 3", "move.only_one"),
    ],
)
async def test_an_unclear_correction_says_why(
    timur: Person, three: list[int], typed: str, key: str
) -> None:
    assert three == [1, 2, 3]
    with pytest.raises(NewsError) as refused:
        await timur.types(typed)
    assert key == refused.value.text_key


async def test_why_names_the_admins_merge_and_its_day(timur: Person, three: list[int]) -> None:
    one, other, _ = three
    await timur.types(f"/merge {one} {other}")
    said = await timur.types(f"/why {other}")
    assert 1 == said.count("An admin joined the story of this report")
    assert "on 22 Nov 2026" in said
    assert "later found" not in said


# --- by buttons -----------------------------------------------------------------------------


async def test_only_an_admin_in_private_is_offered_to_correct(
    room: Pipeline, timur: Person, three: list[int]
) -> None:
    reader = await Person.comes(room.context(), READER)
    for person, offered in ((timur, True), (reader, False)):
        await person.types(f"/story {three[0]}")
        assert offered == any("Correct" in label for label in labels(person))


async def test_ticked_items_are_taken_out(timur: Person, three: list[int]) -> None:
    one, other, third = three
    await timur.types(f"/merge {one} {third}")
    await timur.types(f"/merge {other} {third}")
    await timur.types(f"/story {third}")
    await timur.presses("Correct")
    assert "Tick the reports" in await timur.presses("take out")
    assert not any("Take out (" in label for label in labels(timur))
    await timur.presses("☐ 1")
    await timur.presses("☐ 3")
    assert ["☑ 1", "☐ 2", "☑ 3"] == labels(timur)[:3]
    await timur.presses("☑ 3")
    chosen = timur.last
    assert "A separate story now" in await timur.presses("Take out (1)")
    assert [2, 1] == await sizes(timur)
    done = timur.last
    timur.last = chosen
    with pytest.raises(NewsError, match=r"button\.old"):
        await timur.presses("Take out (1)")
    timur.last = done
    assert "One story again" in await timur.presses("Undo")
    assert [3] == await sizes(timur)


async def test_nothing_is_taken_out_of_a_story_with_one_item(
    timur: Person, three: list[int]
) -> None:
    await timur.types(f"/story {three[0]}")
    await timur.presses("Correct")
    assert ["🔗 Same event as…", "‹ Back"] == labels(timur)
    await timur.presses("Back")
    assert any("Correct" in label for label in labels(timur))


async def test_all_items_are_not_taken_out_and_their_move_is_a_merge(
    timur: Person, three: list[int]
) -> None:
    one, other, third = three
    await timur.types(f"/merge {one} {other}")
    await timur.types(f"/story {other}")
    await timur.presses("Correct")
    await timur.presses("take out")
    await timur.presses("☐ 1")
    await timur.presses("☐ 2")
    assert not any("Take out (" in label for label in labels(timur))
    with pytest.raises(NewsError, match=r"split\.all"):
        await timur.context.editor.split(
            [item.id for item in (await every(timur))[0].items], 1, timur.context.clock()
        )
    await timur.presses("Into another")
    assert f"One story now: {third}" in await timur.types(str(third))
    assert [3] == await sizes(timur)


async def test_a_ticked_item_goes_into_a_story_that_is_pressed_or_typed(
    room: Pipeline, timur: Person, three: list[int]
) -> None:
    quake = "Earthquake of magnitude {} shakes the Naryn region of Kyrgyzstan at night"
    five = await room.tells("Steppe Courier", quake.format("5.1"))
    six = await room.tells("Oasis Times", quake.format("6.8"))
    assert five.id != six.id
    await timur.types(f"/merge {three[0]} {five.id}")
    place = next(
        at
        for at, item in enumerate((await room.story(int(five.id))).items, 1)
        if item.title == five.items[0].title
    )
    for how in ("press", "type"):
        await timur.types(f"/story {five.id}")
        await timur.presses("Correct")
        await timur.presses("take out")
        await timur.presses(f"☐ {place}")
        await timur.presses("Into another")
        said = await (
            timur.presses("Earthquake of magnitude 6.8")
            if how == "press"
            else timur.types(f"s{six.id}")
        )
        assert f"moved into story {six.id}" in said
        assert 2 == len((await room.story(int(six.id))).items)
        assert f"/s{five.id}" in await timur.presses("Undo")
        assert 1 == len((await room.story(int(six.id))).items)


async def test_the_same_event_is_chosen_among_the_nearest_or_typed(
    room: Pipeline, timur: Person, three: list[int]
) -> None:
    quake = "Earthquake of magnitude {} shakes the Naryn region of Kyrgyzstan at night"
    five = await room.tells("Steppe Courier", quake.format("5.1"))
    six = await room.tells("Oasis Times", quake.format("6.8"))
    await timur.types(f"/story {five.id}")
    await timur.presses("Correct")
    assert "magnitude 6.8" in await timur.presses("Same event")
    offered = timur.last
    assert f"One story now: {six.id}" in await timur.presses("Earthquake of magnitude 6.8")
    done = timur.last
    timur.last = offered
    with pytest.raises(NewsError, match=r"merge\.one_already"):
        await timur.presses("Earthquake of magnitude 6.8")
    timur.last = done
    assert "Two stories again" in await timur.presses("Undo")
    timur.last = offered
    await timur.presses("Back")
    await timur.presses("Same event")
    assert f"One story now: {three[0]}" in await timur.types(str(three[0]))


async def test_an_old_button_says_that_it_is_old(timur: Person, three: list[int]) -> None:
    assert three
    for data in ("ct:99:0:1", "cs:99", "cv:99", "cg:99:1", "cp:99:0", "cu:99", "cs:0"):
        with pytest.raises(NewsError, match=r"button\.old"):
            await timur.sends(data)
    for data in ("c:99", "ci:99", "cm:99", "cj:1:99", "cj:99:1"):
        with pytest.raises(NewsError, match=r"story\.unknown"):
            await timur.sends(data)


async def test_what_left_the_story_meanwhile_is_ticked_no_more(
    timur: Person, three: list[int]
) -> None:
    one, other, third = three
    await timur.types(f"/merge {one} {other}")
    await timur.sends(press("ci", other))
    await timur.presses("☐ 1")
    ticked = timur.last
    await timur.types(f"/move {other} 1 {third}")
    timur.last = ticked
    with pytest.raises(NewsError, match=r"button\.old"):
        await timur.presses("Into another")


async def test_a_long_story_is_ticked_over_its_pages(room: Pipeline, timur: Person) -> None:
    ids = [
        (await room.tells("Steppe Courier", f"{title} {word}", ago=timedelta(minutes=at))).id
        for at, (title, word) in enumerate(
            zip((RAILWAY, FLOODS, WHEAT) * 3, "abcdefghi", strict=True)
        )
    ]
    target = ids[0]
    for other in dict.fromkeys(ids):
        if other != target:
            await timur.types(f"/merge {other} {target}")
    assert [9] == await sizes(timur)
    await timur.sends(press("ci", target))
    await timur.presses("☐ 1")
    await timur.presses("›")
    assert "☐ 9" in labels(timur)
    await timur.presses("☐ 9")
    assert "2 / 2" in labels(timur)
    await timur.presses("‹")
    assert "☑ 1" in labels(timur)
    await timur.presses("Take out (2)")
    assert [2, 7] == sorted(await sizes(timur))


# --- undo -----------------------------------------------------------------------------------


@pytest.mark.parametrize("restart", [False, True])
async def test_every_correction_is_undone_once_and_after_a_restart_too(
    room: Pipeline, timur: Person, three: list[int], *, restart: bool
) -> None:
    one, other, third = three
    for correction, said, before in (
        (f"/merge {one} {other}", "Two stories again", [1, 1, 1]),
        (None, "", [2, 1]),
        (f"/split {other} 1", "One story again", [2, 1]),
        (f"/move {other} 2 {third}", f"/s{other}", [2, 1]),
    ):
        if correction is None:
            await timur.types(f"/merge {one} {other}")
            continue
        await timur.types(correction)
        changed = timur.last
        if restart:
            timur = await restarted(room, timur)
        assert said in await timur.presses("Undo")
        assert before == await sizes(timur)
        timur.last = changed
        with pytest.raises(NewsError, match=r"correct\.undone_already"):
            await timur.presses("Undo")
        assert before == await sizes(timur)


async def test_a_story_that_was_merged_away_has_its_own_number_again(
    timur: Person, three: list[int]
) -> None:
    one, other, third = three
    await timur.types(f"/merge {one} {other}")
    await timur.types(f"/merge {other} {third}")
    await timur.presses("Undo")
    for number, title in ((one, RAILWAY), (other, FLOODS), (third, WHEAT)):
        assert title in await timur.types(f"/story {number}")
    assert [2, 1] == await sizes(timur)
    assert [other, third] == [int(story.id) for story in await every(timur)]


async def test_a_correction_is_not_undone_under_a_later_one(
    timur: Person, three: list[int]
) -> None:
    one, other, third = three
    await timur.types(f"/merge {one} {other}")
    first = timur.last
    await timur.types(f"/merge {other} {third}")
    second = timur.last
    timur.last = first
    with pytest.raises(NewsError, match=r"correct\.changed_since"):
        await timur.presses("Undo")
    timur.last = second
    await timur.presses("Undo")
    timur.last = first
    await timur.presses("Undo")
    assert [1, 1, 1] == await sizes(timur)


async def test_items_that_are_gone_with_their_feed_are_not_corrected(
    timur: Person, three: list[int]
) -> None:
    assert three
    for out in ([], [ItemId(99)], [ItemId(1), ItemId(2)]):
        with pytest.raises(NewsError, match=r"story\.no_item"):
            await timur.context.editor.split(out, 1, timur.context.clock())
