"""The screens of corrections: what is offered, for which story."""

from dataclasses import replace

import pytest

from bot.render import corrections as render
from storage.corrections import Correction, CorrectionKind
from storage.model import Chat, ChatId, ChatKind, ItemId, StoryId
from tests.bot.people import NOW
from tests.bot.sample_stories import sample_item, story

CHAT = Chat(ChatId(1), ChatKind.PRIVATE)
ITEMS = [
    replace(sample_item(f"Headline {number}", outlet=f"Outlet {number}"), id=ItemId(number))
    for number in range(1, 11)
]


def labels(message: object) -> list[list[str]]:
    return [[button.label for button in row] for row in message.keyboard]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("count", "offered"),
    [(1, ["🔗 Same event as…"]), (2, ["✂️ Not one event: take out…", "🔗 Same event as…"])],
)
def test_what_can_be_wrong_with_a_story(count: int, offered: list[str]) -> None:
    shown = render.menu(story(*ITEMS[:count]), "en")
    assert [*offered, "‹ Back"] == [row[0] for row in labels(shown)]


@pytest.mark.parametrize(
    ("count", "chosen", "page", "rows"),
    [
        (2, [], 0, [["☐ 1", "☐ 2"]]),
        (2, [2], 0, [["☐ 1", "☑ 2"], ["✂️ Take out (1)"], ["➡️ Into another story…"]]),
        (2, [1, 2], 0, [["☑ 1", "☑ 2"], ["➡️ Into another story…"]]),
        (5, [], 0, [["☐ 1", "☐ 2", "☐ 3", "☐ 4"], ["☐ 5"]]),
        (10, [], 1, [["☐ 9", "☐ 10"], ["‹", "2 / 2"]]),
        (10, [], 9, [["☐ 9", "☐ 10"], ["‹", "2 / 2"]]),
        (10, [1, 9], 1,
         [["☑ 9", "☐ 10"], ["‹", "2 / 2"], ["✂️ Take out (2)"], ["➡️ Into another story…"]]),
    ],
)  # fmt: skip
def test_items_are_ticked(count: int, chosen: list[int], page: int, rows: list[list[str]]) -> None:
    shown = render.ticks(
        story(*ITEMS[:count]), [ItemId(one) for one in chosen], CHAT, 7, page, now=NOW
    )
    assert [*rows, ["‹ Back"]] == labels(shown)


def test_who_is_near_is_named_and_else_that_nobody_is() -> None:
    one, other = story(ITEMS[0]), story(ITEMS[1])
    assert [["Headline 2"], ["‹ Back"]] == labels(render.twins(one, [other], CHAT, now=NOW))
    alone = render.targets(one, [ItemId(1)], [], CHAT, 7, now=NOW)
    assert [["‹ Back"]] == labels(alone)
    assert "no similar story" in alone.html


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (CorrectionKind.MERGE, "One story now: 12"),
        (CorrectionKind.SPLIT, "A separate story now: 12"),
        (CorrectionKind.MOVE, "2 reports moved into story 12"),
    ],
)
def test_what_was_done_has_a_way_back(kind: CorrectionKind, said: str) -> None:
    moved = frozenset({ItemId(1), ItemId(2)})
    shown = render.done(Correction(5, kind, StoryId(9), StoryId(12), NOW, moved), "en")
    assert said in shown.html
    assert ["cu:5", "s:12"] == [button.press for button in shown.keyboard[0]]
