"""How the page looks: readable in both schemes, nothing cut, nothing in the way, for fingers
too."""

from dataclasses import replace
from itertools import product

import pytest

from bot.sandbox import ADMIN_ID, AIGUL_ID, ANNA_ID
from bot.sandbox.botapi.methods.params import Params
from bot.sandbox.botapi.methods.profile import set_my_description, set_my_short_description
from bot.sandbox.telegram.people import BOT_ID
from tests.browser import looks

pytestmark = pytest.mark.asyncio(loop_scope="session")
MESSAGE = "[data-message]"


async def furnish(sandbox):
    """Say something of every kind, and let others write in the group."""
    for text in ("/start", "/rich", "/photo", "/file", "/where"):
        await sandbox.ask(ANNA_ID, text)
    for person in (AIGUL_ID, ADMIN_ID):
        sandbox.telegram.say(person, "Сәлем", chat=sandbox.group_id)
        await sandbox.ask(person, "/start")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
async def test_every_text_stands_out_from_its_ground(chrome, sandbox, dark):
    await furnish(sandbox)
    async with chrome.page(sandbox.page_url, dark=dark) as page:
        await page.text(MESSAGE, "Macron")
        pale = {"a talk": await looks.pale(page)}
        await page.click(f"{MESSAGE}[data-out] [data-tap]")
        await page.type("[data-input]", "/")
        await page.see("[data-command]")
        pale["commands"] = await looks.pale(page)
        await page.press("Escape")
        await page.run("document.querySelector('[data-input]').value = ''")
        await page.type("[data-input]", "@SteppeWireBot macron")
        await page.see("[data-result]")
        pale["results"] = await looks.pale(page)
        await page.press("Escape")
        await page.click("[data-button]", "Good")
        await page.see("[data-toast]")
        pale["a toast"] = await looks.pale(page)
        await page.click('[data-action="more"]')
        await page.see("[data-alert]")
        pale["a profile"] = await looks.pale(page)
        await page.click('[data-action="block"]')
        await page.see('[data-action="start"]')
        pale["blocked"] = await looks.pale(page)
        await page.click('[data-kind="group"]')
        await page.text(MESSAGE, "Сәлем")
        pale["a group"] = await looks.pale(page)
        await page.click('[data-kind="channel"]')
        await page.text("[data-composer], .readonly", "admins")
        pale["a channel"] = await looks.pale(page)
        assert {} == {name: found for name, found in pale.items() if found}


@pytest.mark.parametrize(("width", "person"), list(product([320, 1280], [ANNA_ID, AIGUL_ID])))
async def test_nothing_is_too_small_for_a_finger_or_beyond_the_edge(
    chrome, sandbox, width, person
):
    for text in ("/start", "/rich", "/photo", "/file", "/where"):
        await sandbox.ask(person, text)
    async with chrome.page(f"{sandbox.page_url}#/{person}", width, 640) as page:
        faults = {"the list": await looks.small(page) + await looks.sideways(page)}
        await page.click('[data-kind="private"]')
        await page.text(MESSAGE, "Macron")
        faults["a talk"] = await looks.small(page) + await looks.sideways(page)
        await page.type("[data-input]", "@SteppeWireBot a long query, as people type them")
        await page.see("[data-result]")
        faults["results"] = await looks.small(page) + await looks.sideways(page)
        await page.press("Escape")
        await page.click('[data-action="menu"]')
        await page.see("[data-command]")
        faults["commands"] = await looks.small(page) + await looks.sideways(page)
        await page.press("Escape")
        await page.click('[data-action="attach"]')
        await page.click('[data-attach="location"]')
        await page.see("[data-alert]")
        faults["places"] = await looks.small(page) + await looks.sideways(page)
        assert {} == {name: found for name, found in faults.items() if found}


@pytest.mark.parametrize(("width", "person"), list(product([320, 1280], [ANNA_ID, AIGUL_ID])))
async def test_the_placeholder_is_whole_from_the_first_moment(chrome, sandbox, width, person):
    async with chrome.page(f"{sandbox.page_url}#/{person}", width, 568) as page:
        await page.click('[data-kind="private"]')
        await page.click('[data-action="start"]')
        await page.text(MESSAGE, "Hello")
        await page.see("[data-input]")
        inside = """(() => {
          const input = document.querySelector("[data-input]"), style = getComputedStyle(input);
          const pen = document.createElement("canvas").getContext("2d");
          pen.font = style.font;
          const room = input.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
          const box = input.getBoundingClientRect(), edge = input.parentElement.getBoundingClientRect();
          return pen.measureText(input.placeholder).width <= room && input.clientHeight >= 40
            && box.top >= edge.top && box.bottom <= edge.bottom;
        })()"""
        assert await page.run(inside)


async def test_the_day_never_lies_over_a_message(chrome, sandbox):
    async with chrome.page(sandbox.page_url, 390, 500) as page:
        await page.click('[data-kind="private"]')
        await page.click('[data-action="start"]')
        for _ in range(6):
            await sandbox.ask(ANNA_ID, "/rich")
        await page.text(MESSAGE, "Macron")
        over = """(() => {
          const list = document.querySelector("[data-messages]");
          list.scrollTop -= 333;
          const boxes = (what) => [...list.querySelectorAll(what)].map((n) => n.getBoundingClientRect());
          return boxes("[data-day]").some((day) => boxes("[data-message]").some((one) => one.top < day.bottom && day.top < one.bottom));
        })()"""
        assert not await page.run(over)


# --- what is edited ---------------------------------------------------------------------------


async def test_what_is_edited_above_does_not_move_what_is_read(chrome, sandbox):
    async with chrome.page(sandbox.page_url, 900, 500) as page:
        first = await sandbox.ask(ANNA_ID, "/start")
        for number in range(30):
            sandbox.telegram.say(ANNA_ID, f"/none{number}")
        await page.text(MESSAGE, "/none29")
        middle = "document.querySelectorAll('[data-message]')[15]"
        await page.run(f"{middle}.scrollIntoView({{behavior: 'instant'}})")
        await page.see('[data-action="down"]')
        place = await page.run(f"{middle}.getBoundingClientRect().top")
        longer = replace(first, text="A story that grows.\n" * 12, entities=())
        sandbox.telegram.change(longer)
        await page.text(MESSAGE, "A story that grows.")
        assert place == pytest.approx(
            await page.run(f"{middle}.getBoundingClientRect().top"), abs=1
        )
        sandbox.telegram.remove(longer)
        await page.gone(f'[data-message="{longer.id}"]')
        middle = middle.replace("15", "14")
        assert place == pytest.approx(
            await page.run(f"{middle}.getBoundingClientRect().top"), abs=1
        )


async def test_who_is_at_the_end_stays_there_when_a_message_grows(chrome, sandbox):
    async with chrome.page(sandbox.page_url, 900, 500) as page:
        for _ in range(4):
            last = await sandbox.ask(ANNA_ID, "/rich")
        await page.see(f'[data-message="{last.id}"]')
        sandbox.telegram.change(replace(last, text="A story that grows.\n" * 12, entities=()))
        await page.text(MESSAGE, "A story that grows.")
        await page.gone('[data-action="down"]')
        rest = "((n) => n.scrollHeight - n.scrollTop - n.clientHeight)(document.querySelector('[data-messages]'))"
        assert await page.run(rest) < 2


async def test_a_picture_is_exchanged_in_its_place(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        await page.click('[data-action="start"]')
        await page.text(MESSAGE, "Hello")
        shown = await sandbox.ask(ANNA_ID, "/photo")
        image = f'[data-message="{shown.id}"] [data-photo]'
        await page.see(f'{image}[data-photo="{shown.photo.id}"]')
        telegram = sandbox.telegram
        other = telegram.put_file(shown.photo.content, "b.png", "image/png", (640, 320))
        telegram.change(replace(shown, photo=other, text="Another chart", entities=()))
        await page.see(f'{image}[data-photo="{other.id}"]')
        await page.text(f'[data-message="{shown.id}"]', "Another chart")
        assert 1 == await page.run(f"document.querySelectorAll('{image}').length")
        assert await page.until(f"document.querySelector('{image} img').naturalWidth === 640")


async def test_an_edit_leaves_open_what_was_opened_and_the_keyboard_where_it_was(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        await page.click('[data-action="start"]')
        await page.text(MESSAGE, "Hello")
        rich = await sandbox.ask(ANNA_ID, "/rich")
        await page.click('[data-action="expand"]')
        await page.click(".spoiler")
        await page.see(".spoiler.open")
        button = f'[data-message="{rich.id}"] [data-button="1"]'
        await page.run(f"window.was = document.querySelector('{button}'); window.was.focus()")
        edited = replace(rich, text=rich.text.replace("Macron", "MACRON"))
        sandbox.telegram.change(edited)
        await page.text(MESSAGE, "MACRON")
        assert await page.run("document.activeElement === window.was && window.was.isConnected")
        assert await page.run("!document.querySelector('.folded, .spoiler:not(.open)')")
        keys = replace(rich.markup, rows=rich.markup.rows[:1])
        sandbox.telegram.change(replace(edited, markup=keys))
        await page.gone(f'[data-message="{rich.id}"] [data-button="3"]')
        assert await page.run("document.activeElement.dataset.button === '1'")


# --- what the bot says of itself ----------------------------------------------------------------


async def test_before_start_a_person_reads_what_the_bot_does_in_their_language(chrome, sandbox):
    def says(set_field, field, text, language=""):
        bot = sandbox.telegram.bots[BOT_ID]
        set_field(sandbox.telegram, bot, Params({field: text, "language_code": language}))

    says(set_my_short_description, "short_description", "One message per event.")
    async with chrome.page(f"{sandbox.page_url}#/{AIGUL_ID}") as page:
        await page.text("[data-about]", "News of the steppe.")
        says(set_my_description, "description", "Новости степи.", "ru")
        says(set_my_short_description, "short_description", "Одно сообщение на событие.", "ru")
        await page.text("[data-about]", "Новости степи.")  # told while the page is open
        await page.text("[data-about]", "Что умеет этот бот?")
        await page.click('[data-action="more"]')
        await page.text("[data-bio]", "Одно сообщение на событие.")
    says(set_my_description, "description", "News of the steppe.\n" * 25)
    async with chrome.page(f"{sandbox.page_url}#/{ANNA_ID}", 320, 568) as page:
        await page.click('[data-kind="private"]')
        await page.text("[data-about]", "News of the steppe.")
        heading = "document.querySelector('[data-about] h2').getBoundingClientRect().top"
        assert 60 < await page.run(heading) < 568  # a long one is read from its beginning
        await page.click('[data-action="more"]')
        await page.text("[data-bio]", "One message per event.")
