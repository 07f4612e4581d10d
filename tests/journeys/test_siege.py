"""Whoever waits for an answer gets it, once and in order, however the program ended meanwhile."""

import signal
from pathlib import Path

import pytest

from tests.journeys.siege import Came, besiege


@pytest.mark.parametrize(
    ("sign", "webhook"),
    [(signal.SIGKILL, False), (signal.SIGKILL, True), (signal.SIGTERM, False)],
)
async def test_nobody_who_waits_is_forgotten(
    tmp_path: Path, sign: signal.Signals, *, webhook: bool
) -> None:
    came = await besiege(tmp_path, people=8, each=2, ends=1, sign=sign, webhook=webhook)
    # A second answer is there only where the first was on its way when the program was killed.
    told = Came(16, 1, repeated=came.repeated, interrupted=came.interrupted)
    assert told == came
    assert came.repeated + came.interrupted <= 8
