"""docs/house.md has every room and every file, in the files' own words; its picture every room."""

from scripts.draw_house import HALLS, PICTURE, drawn
from scripts.map_house import PACKAGES, PAGE, ROOT, first_line, page_with, rooms, the_map


def test_the_map_is_of_the_house_as_it_stands() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page_with(the_map(), page) == page, "run: python -m scripts.map_house"


def test_every_room_and_file_says_what_it_is() -> None:
    unsaid = [
        file.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for room in rooms(ROOT / package)
        for file in room.glob("*.py")
        if not first_line(file)
    ]
    assert [] == unsaid


def test_the_picture_has_every_room() -> None:
    there = {
        hall: {one.parent.name for one in (ROOT / hall).glob("*/__init__.py")} for hall in HALLS
    }
    assert there == {hall: set(rooms) for hall, (_, rooms) in HALLS.items()}
    assert drawn() == PICTURE.read_text("utf-8"), "run: python -m scripts.draw_house"
