"""Halves apart, killed and begun again in any order, tell every reader every story, once."""

from pathlib import Path

from tests.journeys.halves import play


async def test_what_was_owed_arrives_once_however_the_halves_end(tmp_path: Path) -> None:
    came = await play(tmp_path, readers=3, stories=2, seed=3)
    assert (6, 0, 0, True) == (came.told, came.missing, came.doubled, came.adds_up)
    assert came.kills >= 4  # the last two by SIGTERM
