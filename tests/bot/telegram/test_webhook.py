"""The webhook takes what Telegram brings, and nothing from anybody else."""

import asyncio
import io
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.sandbox import ANNA_ID, Sandbox
from bot.sandbox.box import PATIENCE_S
from bot.telegram import inbox as inbox_at_work
from bot.telegram import webhook
from bot.telegram.inbox import Inbox
from bot.telegram.rate_limiter import Limiter
from bot.telegram.rates import LIFTED
from bot.telegram.webhook import SECRET_HEADER
from storage import inbox
from storage.database import Database
from storage.inbox import WaitingUpdate
from tests.bot.delivery.kit import plain_bot
from tests.bot.people import Clock

SECRET = "s3cret_Token-42"
HOOK, BOT = "https://news.example/hook", 7
UPDATE = {
    "update_id": 7,
    "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}},
}


@dataclass
class Hooked:
    """A bot with a webhook on a box, and its address."""

    box: Sandbox
    db: Database
    inbox: Inbox
    address: str

    async def post(self, body: Any = UPDATE, secret: str | None = SECRET, **more: Any) -> int:
        headers = {} if secret is None else {SECRET_HEADER: secret}
        data = {"data": io.BytesIO(body)} if isinstance(body, bytes) else {"json": body}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.address, headers=headers, **data, **more) as answer,
        ):
            return answer.status

    async def waiting(self) -> list[str]:
        return [update.body for update in await self.db.read(inbox.waiting, BOT)]


class Silent:
    """Answers nobody, so that what was taken can be seen."""

    async def answer(self, update: WaitingUpdate) -> bool:
        await asyncio.Event().wait()
        return True

    async def answer_late(self, updates: Sequence[WaitingUpdate]) -> bool:
        return await self.answer(updates[0])


@pytest.fixture
async def hooked(db: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hooked]:
    for name in ("ANSWERS_END_S", "LAST_CALLS_S"):
        monkeypatch.setattr(inbox_at_work, name, 0.01)
    taking = Inbox(db, BOT, Silent(), Clock())
    async with Sandbox.start() as box, plain_bot(box.token, box.base_url, Limiter(LIFTED)) as bot:
        async with webhook.served(
            bot, taking, HOOK, "127.0.0.1:0", SECRET, allowed_updates=["message"]
        ) as address:
            yield Hooked(box, db, taking, address)
        await taking.close(lambda: None)


async def test_telegram_is_told_the_address_the_secret_and_what_to_bring(hooked: Hooked) -> None:
    (call,) = hooked.box.calls.of("setWebhook")
    assert (HOOK, SECRET) == (
        call.params["url"],
        call.params["secret_token"],
    )
    assert "message" in str(call.params["allowed_updates"])


async def test_an_update_with_the_secret_is_a_row_when_telegram_hears_200(hooked: Hooked) -> None:
    assert await hooked.post() == 200
    assert [json.dumps(UPDATE)] == await hooked.waiting()
    assert await hooked.post() == 200
    assert [json.dumps(UPDATE)] == await hooked.waiting()


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "ключ"])
async def test_without_the_secret_nothing_is_taken(hooked: Hooked, secret: str | None) -> None:
    assert (403, []) == (await hooked.post(secret=secret), await hooked.waiting())


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"7", b'{"update_id":[]}', b"\xff", b"null", b"[" * 100_000]
)
async def test_what_cannot_be_read_is_taken_once_and_dropped(hooked: Hooked, body: bytes) -> None:
    assert await hooked.post(body) == 200


async def test_a_body_too_large_is_refused(hooked: Hooked) -> None:
    assert await hooked.post(b" " * (webhook.MOST_BYTES + 1)) == 413


async def test_a_full_inbox_bids_telegram_come_again(
    hooked: Hooked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inbox_at_work, "MOST_WAITING", 1)
    assert await hooked.post() == 200
    assert await hooked.post(UPDATE | {"update_id": 8}) == 503
    assert 1 == len(await hooked.waiting())


async def test_only_posts_to_the_path_are_answered(hooked: Hooked) -> None:
    async with aiohttp.ClientSession() as session:
        async with session.get(hooked.address) as answer:
            assert answer.status == 405
        async with session.post(hooked.address + "/more", json=UPDATE) as answer:
            assert answer.status == 404


async def test_an_address_telegram_did_not_hear_is_told_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(webhook, "FIRST_WAIT_S", 0.01)
    async with Sandbox.start() as box:
        box.faults.fail("setWebhook", 502, "Bad Gateway", times=2)
        async with plain_bot(box.token, box.base_url, Limiter(LIFTED)) as bot:
            await webhook.register(bot, HOOK, SECRET, ["message"])
        assert len(box.calls.of("setWebhook")) == 3


async def test_what_a_person_says_arrives_through_the_hook(hooked: Hooked) -> None:
    async with plain_bot(hooked.box.token, hooked.box.base_url, Limiter(LIFTED)) as bot:
        await bot.set_webhook(hooked.address, secret_token=SECRET)
        taken = asyncio.Event()
        take = hooked.inbox.take

        async def taking(raws: Sequence[Any]) -> None:
            await take(raws)
            taken.set()

        hooked.inbox.take = taking  # type: ignore[method-assign] # looks on
        hooked.box.telegram.say(ANNA_ID, "/start")
        async with asyncio.timeout(PATIENCE_S):
            await taken.wait()
    assert "/start" in str(await hooked.waiting())


async def test_an_update_that_does_not_come_to_its_end_is_not_waited_for(hooked, monkeypatch):
    monkeypatch.setattr(webhook, "BODY_S", 0.01)

    async def unended() -> AsyncIterator[bytes]:
        yield b'{"update_id": 7'
        await asyncio.Event().wait()

    async with (
        asyncio.timeout(PATIENCE_S),
        aiohttp.ClientSession() as session,
        session.post(hooked.address, headers={SECRET_HEADER: SECRET}, data=unended()) as answer,
    ):
        assert 408 == answer.status
    assert [] == await hooked.waiting()
