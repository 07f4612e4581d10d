"""The page's own door: people see their chats only, files never run, wrong requests are
refused."""

import json

import aiohttp
import pytest

from bot.sandbox import AIGUL_ID, ANNA_ID
from bot.sandbox.telegram.model import Member
from bot.sandbox.telegram.people import BOT_ID, other_bot


@pytest.fixture
async def page(box):
    async with aiohttp.ClientSession(base_url=f"{box.url}/page/api/") as session:
        yield session


async def act(page, name, **body):
    async with page.post(f"do/{name}", json=body) as answer:
        return answer.status, await answer.text()


async def test_a_person_sees_own_chats_only(box, page):
    box.telegram.say(AIGUL_ID, "private words")
    box.telegram.set_member(box.group_id, Member(ANNA_ID, "left"))
    async with page.get(f"chats?person={ANNA_ID}") as answer:
        assert [BOT_ID, box.channel_id] == [chat["id"] for chat in await answer.json()]
    async with page.get(f"messages?person={ANNA_ID}&chat={BOT_ID}") as answer:
        assert await answer.json() == {"messages": [], "more": False}
    async with page.get(f"messages?person={ANNA_ID}&chat={box.group_id}") as answer:
        assert answer.status == 403
    status, _ = await act(page, "say", person=ANNA_ID, chat=box.group_id, text="x")
    assert status == 403


@pytest.mark.parametrize(
    ("name", "body", "status"),
    [
        ("say", {"person": ANNA_ID, "chat": BOT_ID, "text": "hi"}, 200),
        ("say", {"person": ANNA_ID, "chat": BOT_ID, "text": " "}, 400),
        ("say", {"person": 5, "chat": BOT_ID, "text": "hi"}, 404),
        ("say", {"person": BOT_ID, "chat": BOT_ID, "text": "hi"}, 404),
        ("say", {"person": ANNA_ID, "chat": "x", "text": "hi"}, 404),
        ("press", {"person": ANNA_ID, "chat": BOT_ID, "message": 77, "number": 0}, 400),
        ("dance", {"person": ANNA_ID, "chat": BOT_ID}, 400),
        ("block", {"person": ANNA_ID, "chat": BOT_ID}, 200),
    ],
)
async def test_requests_are_checked(page, name, body, status):
    assert status == (await act(page, name, **body))[0]


async def test_of_two_bots_each_has_its_chat_and_is_asked_there(box, page):
    token, other = other_bot(2)
    box.telegram.new_bot(token, other)
    async with page.get(f"chats?person={ANNA_ID}") as answer:
        assert [BOT_ID, other.id] == [chat["id"] for chat in (await answer.json())[:2]]
    for chat in (BOT_ID, other.id, box.group_id):
        assert 200 == (await act(page, "inline", person=ANNA_ID, chat=chat, query="gas"))[0]
    asked = [ask.bot_id for ask in box.telegram.inline_queries.values()]
    assert [BOT_ID, other.id, BOT_ID] == asked


async def test_a_uploaded_page_is_only_ever_downloaded(box, page):
    query = {"person": str(ANNA_ID), "chat": str(BOT_ID), "name": 'a"\r\nb<script>.html'}
    async with page.post("upload", params=query, data=b"<script>") as answer:
        assert answer.status == 200
    document = box.telegram.messages(ANNA_ID)[-1].document
    async with page.get(f"file/{document.id}") as answer:
        assert answer.content_type == "application/octet-stream"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
    async with page.post("upload", params=query, data=b"") as answer:
        assert answer.status == 400


async def test_events_are_streamed_to_those_who_may_see_them(box, page):
    async with page.get(f"events?person={ANNA_ID}") as stream:
        assert stream.content_type == "text/event-stream"
        box.telegram.say(AIGUL_ID, "not for Anna")
        box.telegram.say(ANNA_ID, "for Anna")
        events = []
        while len(events) < 4:
            line = (await stream.content.readline()).decode()
            if line.startswith("data: "):
                events.append(json.loads(line.removeprefix("data: ")))
    assert ["chats", "people", "chats", "message"] == [event["kind"] for event in events]
    assert (events[-1]["message"]["text"], events[-1]["frame"]["unread"]) == ("for Anna", 0)
    assert "not for Anna" not in str(events)


async def test_only_the_pages_own_files_are_given(box):
    async with aiohttp.ClientSession() as session:
        for name, status in (("app.js", 200), ("index.html", 404), ("..%2Fbox.py", 404)):
            async with session.get(f"{box.url}/page/{name}") as answer:
                assert status == answer.status
