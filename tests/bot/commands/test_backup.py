"""/backup: a sealed copy for an admin, or a sentence that says what to do; nothing stays."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bot import backups
from bot.backups import SealedCopies
from bot.conversation import File, Message, Working
from bot.ground import Ground
from bot.settings import Settings
from bot.trusted_clock import TrustedClock
from storage.backups import copies, sealing, worker
from storage.database import Database
from storage.errors import NewsError, StorageError
from storage.happenings import unheard
from tests.bot.people import ADMIN, NOW, Person, context_of
from watchers.pulse import Pulse

SECRET, PUBLIC = sealing.new_key()


async def here(asked: dict[str, str], beat: Callable[[], None]) -> dict[str, object]:
    return await asyncio.to_thread(worker.work, asked, lambda *_: beat())


async def fails(asked: dict[str, str], beat: Callable[[], None]) -> dict[str, object]:
    del asked, beat
    return {}


async def admin(db: Database, recipient: str, making: object = here) -> Person:
    settings = Settings(database_path=db.path, backup_recipient=recipient)
    clock = TrustedClock(lambda: NOW, time.monotonic)
    ground = Ground(settings, db, clock, asyncio.Event(), Pulse(), unheard)
    copies = SealedCopies(ground, making)  # type: ignore[arg-type]
    return await Person.comes(context_of(db, backups=copies), ADMIN)


async def worked(person: Person) -> object:
    await person.types("/backup")
    assert isinstance(person.last, Working)

    async def unheard_report(_message: Message) -> None:
        raise AssertionError

    return await person.last.work(unheard_report)


def left(db: Database) -> list[str]:
    return [path.name for path in db.path.parent.iterdir() if "-sent" in path.name]


async def test_what_is_sent_is_the_database_sealed(db: Database, tmp_path: Path) -> None:
    sent = await worked(await admin(db, PUBLIC))
    assert isinstance(sent, File)
    assert "BACKUP_RECIPIENT" in sent.caption
    assert b"SQLite format" not in sent.body
    assert [] == left(db)
    (tmp_path / "key").write_text(SECRET)
    (tmp_path / sent.name).write_bytes(sent.body)
    restored = tmp_path / "restored.db"
    copies.restore(
        tmp_path / sent.name, restored, tmp_path / "aside", lambda *_: None, key=tmp_path / "key"
    )
    assert restored.read_bytes().startswith(b"SQLite format")


async def test_without_a_key_nothing_leaves(db: Database) -> None:
    with pytest.raises(NewsError, match=r"backup\.no_key"):
        await (await admin(db, "")).types("/backup")


async def test_what_a_bot_may_not_send_is_refused_before_or_after(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = await admin(db, PUBLIC)
    for most, when in ((5_000, "after"), (1_000, "before")):
        monkeypatch.setattr(backups, "MOST_SENT", most)
        monkeypatch.setattr(backups, "SMALLER_AT_MOST", 500)
        with pytest.raises(NewsError, match=r"backup\.too_large"):
            await worked(person)
        assert [] == left(db), when


async def test_a_copy_that_fails_says_so_and_leaves_nothing(db: Database) -> None:
    with pytest.raises(StorageError, match=r"storage\.copy_ended"):
        await worked(await admin(db, PUBLIC, fails))
    assert [] == left(db)
