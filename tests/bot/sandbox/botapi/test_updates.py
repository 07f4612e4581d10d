"""Updates reach one consumer, in order, until confirmed; by polls or by a web hook."""

import asyncio
from dataclasses import replace

import aiohttp
from aiohttp import web

from bot.sandbox import ANNA_ID
from bot.sandbox.telegram.model import User


async def test_updates_stay_until_confirmed(box, call):
    box.telegram.say(ANNA_ID, "one")
    box.telegram.say(ANNA_ID, "two")
    first = await call.result("getUpdates")
    assert ["one", "two"] == [u["message"]["text"] for u in first]
    assert first == await call.result("getUpdates")
    rest = await call.result("getUpdates", offset=first[0]["update_id"] + 1)
    assert first[1:] == rest
    assert [] == await call.result("getUpdates", offset=first[1]["update_id"] + 1)


async def test_a_negative_offset_forgets_all_but_the_last(box, call):
    for text in ("one", "two", "three"):
        box.telegram.say(ANNA_ID, text)
    assert ["three"] == [u["message"]["text"] for u in await call.result("getUpdates", offset=-1)]
    assert len(await call.result("getUpdates")) == 1


async def test_a_long_poll_returns_as_soon_as_something_is_said(box, call):
    poll = asyncio.create_task(call.result("getUpdates", timeout=30))
    await asyncio.sleep(0)
    box.telegram.say(ANNA_ID, "now")
    assert (await asyncio.wait_for(poll, 20))[0]["message"]["text"] == "now"


async def test_of_two_polls_the_older_is_ended(box, call):
    older = asyncio.create_task(call("getUpdates", timeout=30))
    await box.until(lambda: box.waiting_polls() == 1)
    newer = asyncio.create_task(call("getUpdates", timeout=30))
    ended = await asyncio.wait_for(older, 20)
    assert (409, True) == (ended["error_code"], "terminated by other getUpdates" in str(ended))
    box.telegram.say(ANNA_ID, "to the newer")
    assert (await asyncio.wait_for(newer, 20))["ok"]


async def test_allowed_updates_last_until_changed_and_member_news_must_be_asked_for(box, call):
    await call.result("getUpdates", allowed_updates=["message"])
    box.telegram.say(ANNA_ID, "hello")
    box.telegram.block(ANNA_ID)
    kinds = [set(u) - {"update_id"} for u in await call.result("getUpdates")]
    assert [{"message"}] == kinds
    await call.result("getUpdates", allowed_updates=[])
    box.telegram.unblock(ANNA_ID)
    assert "my_chat_member" in (await call.result("getUpdates"))[-1]


async def test_updates_grow_stale(box, call, clock):
    box.telegram.say(ANNA_ID, "old")
    box.telegram.ask_inline(ANNA_ID, "query")
    clock.forward(seconds=31)
    assert ["message"] == [
        next(k for k in u if k != "update_id") for u in await call.result("getUpdates")
    ]
    clock.forward(hours=24)
    assert [] == await call.result("getUpdates")


async def test_a_web_hook_gets_each_update_with_the_secret_until_it_takes_it(box, call):
    seen: list[tuple[str, str]] = []
    all_seen = asyncio.Event()
    answers = iter((500, 200, 200))

    async def hook(request: web.Request) -> web.Response:
        body = await request.json()
        seen.append((request.headers["X-Telegram-Bot-Api-Secret-Token"], body["message"]["text"]))
        if len(seen) == 3:
            all_seen.set()
        return web.Response(status=next(answers))

    app = web.Application()
    app.router.add_post("/hook", hook)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    box.telegram.say(ANNA_ID, "one")
    await call.result("setWebhook", url=url, secret_token="s3cret")
    box.telegram.say(ANNA_ID, "two")
    await asyncio.wait_for(all_seen.wait(), 20)
    await runner.cleanup()
    assert [("s3cret", "one"), ("s3cret", "one"), ("s3cret", "two")] == seen
    info = await call.result("getWebhookInfo")
    assert (url, 0) == (info["url"], info["pending_update_count"])
    refused = await call("getUpdates")
    assert (409, True) == (refused["error_code"], "webhook is active" in refused["description"])
    await call.result("deleteWebhook")
    assert (await call("getUpdates"))["ok"]


async def test_a_web_hook_outside_loopback_needs_https_and_a_known_port(call):
    plain = await call.refusal("setWebhook", url="http://example.org/")
    assert "An HTTPS URL must be provided" in plain
    port = await call.refusal("setWebhook", url="https://example.org:5000/")
    assert "80, 88, 443 or 8443" in port
    secret = await call.refusal("setWebhook", url="https://example.org/", secret_token="а")
    assert "unallowed characters" in secret


async def test_a_revoked_token_is_refused_and_a_new_bot_starts_afresh(box, call):
    box.telegram.start(ANNA_ID)
    old = box.telegram.bots[box.telegram.main_bot]
    box.telegram.put_bot(replace(old, revoked=True))
    assert await call.refusal("getMe") == "Unauthorized"
    box.telegram.new_bot("8:new", User(8, "New", username="new_bot", is_bot=True))
    answer = await call("sendMessage", token="8:new", chat_id=ANNA_ID, text="x")
    assert answer["description"] == "Bad Request: chat not found"
    box.telegram.start(ANNA_ID, bot_id=8)
    assert (await call("sendMessage", token="8:new", chat_id=ANNA_ID, text="x"))["ok"]


async def test_the_control_door_orders_faults_and_shows_calls(box, call):
    box.telegram.start(ANNA_ID)
    async with aiohttp.ClientSession(base_url=box.url) as session:
        fault = {"method": "sendMessage", "code": 403, "description": "Forbidden: x", "times": 1}
        async with session.post("/control/faults", json=fault) as answer:
            assert answer.status == 200
        assert await call.refusal("sendMessage", chat_id=ANNA_ID, text="a") == "Forbidden: x"
        await call.result("sendMessage", chat_id=ANNA_ID, text="b")
        async with session.get("/control/calls?method=sendMessage") as answer:
            calls = await answer.json()
        assert [(403, "a"), (200, "b")] == [(c["status"], c["params"]["text"]) for c in calls]
        act = {"act": "say", "person_id": ANNA_ID, "text": "from outside"}
        async with session.post("/control/acts", json=act) as answer:
            assert (await answer.json())["result"]["text"] == "from outside"
        async with session.post("/control/faults", json={"colour": "red"}) as answer:
            assert answer.status == 400


async def test_other_sites_pages_and_borrowed_names_are_refused(box):
    async with aiohttp.ClientSession() as session:
        for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"}):
            async with session.get(f"{box.url}/page/api/people", headers=headers) as answer:
                assert answer.status == 403
        async with session.get(box.page_url) as answer:
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
