"""The webhook takes what Telegram brings, and nothing from anybody else."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
from telegram.ext import Application

from bot.sandbox import ANNA_ID, Sandbox
from bot.sandbox.box import PATIENCE_S
from bot.telegram import webhook
from bot.telegram.rate_limiter import Limiter
from bot.telegram.rates import LIFTED
from bot.telegram.webhook import MOST_WAITING, SECRET_HEADER
from tests.bot.delivery.kit import plain_bot

SECRET = "s3cret_Token-42"
UPDATE = {
    "update_id": 7,
    "message": {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}},
}


@dataclass
class Hooked:
    """A bot with a webhook on a box, and its address."""

    box: Sandbox
    application: Any
    address: str

    async def post(self, body: Any = UPDATE, secret: str | None = SECRET, **more: Any) -> int:
        headers = {} if secret is None else {SECRET_HEADER: secret}
        data = {"data": io.BytesIO(body)} if isinstance(body, bytes) else {"json": body}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.address, headers=headers, **data, **more) as answer,
        ):
            return answer.status

    @property
    def waiting(self) -> int:
        return self.application.update_queue.qsize()


@pytest.fixture
async def hooked() -> AsyncIterator[Hooked]:
    async with Sandbox.start() as box:
        bot = plain_bot(box.token, box.base_url, Limiter(LIFTED))
        application = Application.builder().bot(bot).updater(None).build()
        await application.initialize()
        async with webhook.served(
            application, "https://news.example/hook", "127.0.0.1:0", SECRET, ["message"]
        ) as address:
            yield Hooked(box, application, address)
        await application.shutdown()


async def test_telegram_is_told_the_address_the_secret_and_what_to_bring(hooked: Hooked) -> None:
    (call,) = hooked.box.calls.of("setWebhook")
    assert ("https://news.example/hook", SECRET) == (
        call.params["url"],
        call.params["secret_token"],
    )
    assert "message" in str(call.params["allowed_updates"])


async def test_an_update_with_the_secret_goes_into_the_queue(hooked: Hooked) -> None:
    assert await hooked.post() == 200
    assert hooked.application.update_queue.get_nowait().update_id == 7


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET + "x", "ключ"])
async def test_without_the_secret_nothing_is_taken(hooked: Hooked, secret: str | None) -> None:
    assert (403, 0) == (await hooked.post(secret=secret), hooked.waiting)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b'{"update_id":[]}', b"\xff", b"null"])
async def test_what_cannot_be_read_is_taken_once_and_dropped(hooked: Hooked, body: bytes) -> None:
    assert await hooked.post(body) == 200


async def test_a_body_too_large_is_refused(hooked: Hooked) -> None:
    assert await hooked.post(b" " * (webhook.MOST_BYTES + 1)) == 413


async def test_a_full_queue_bids_telegram_come_again(hooked: Hooked) -> None:
    for number in range(MOST_WAITING):
        hooked.application.update_queue.put_nowait(number)
    assert await hooked.post() == 503


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
        bot = plain_bot(box.token, box.base_url, Limiter(LIFTED))
        application = Application.builder().bot(bot).updater(None).build()
        await application.initialize()
        await webhook.register(application, "https://news.example/hook", SECRET, ["message"])
        assert len(box.calls.of("setWebhook")) == 3
        await application.shutdown()


async def test_what_a_person_says_arrives_through_the_hook() -> None:
    async with Sandbox.start() as box:
        bot = plain_bot(box.token, box.base_url, Limiter(LIFTED))
        application = Application.builder().bot(bot).updater(None).build()
        await application.initialize()
        hook = webhook.Hook(application, "/hook", SECRET)
        server = aiohttp.web.Application()
        server.router.add_post("/hook", hook.take)
        runner = aiohttp.web.AppRunner(server)
        await runner.setup()
        site = aiohttp.web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        await application.bot.set_webhook(
            f"http://127.0.0.1:{runner.addresses[0][1]}/hook", secret_token=SECRET
        )
        box.telegram.start(ANNA_ID)
        update = await asyncio.wait_for(application.update_queue.get(), PATIENCE_S)
        while update.message is None:
            update = await asyncio.wait_for(application.update_queue.get(), PATIENCE_S)
        assert "/start" == update.message.text
        await runner.cleanup()
        await application.shutdown()
