"""kill -9 under load loses nothing, repeats only what lost its answer, and keeps the order."""

from pathlib import Path

from tests.journeys.crash import Siege, besiege


async def test_kill_9_loses_nothing_and_keeps_the_order(tmp_path: Path) -> None:
    came = await besiege(tmp_path, chats=12, stories=40, kills=3, delay=0.1)
    expected = Siege(480, 3, lost=0, repeated=came.repeated, unexplained=0, disordered=0)
    assert came == expected
    # Each kill can repeat what was under way: at most one message a worker.
    assert came.repeated <= 3 * 16
