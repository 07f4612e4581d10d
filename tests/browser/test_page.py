"""The chat page in a real browser: what a person does and sees."""

import pytest

from bot.sandbox import ADMIN_ID, AIGUL_ID, ANNA_ID
from bot.sandbox.telegram.model import Key, Markup, SandboxMessage
from bot.sandbox.telegram.people import BOT_ID

pytestmark = pytest.mark.asyncio(loop_scope="session")
MESSAGE = "[data-message]"


async def test_a_newcomer_presses_start_and_talks(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        await page.text("[data-about]", "News of the steppe.")
        await page.text("[data-banner]", "invented")
        await page.click('[data-action="start"]')
        await page.text(MESSAGE, "Hello, Anna Reed")
        await page.type("[data-input]", "Сәлем, steppe")
        await page.press("Enter")
        await page.text(f"{MESSAGE}[data-out]", "Сәлем, steppe")
        await page.text(f"{MESSAGE}:not([data-out]) [data-quoted]", "Сәлем, steppe")
        assert [] == page.errors


async def test_buttons_answer_edit_and_alert(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        await page.click('[data-action="start"]')
        await page.click("[data-button]", "Good")
        await page.text("[data-toast]", "Thank you!")
        await page.gone(".waiting")
        await page.click("[data-button]", "Alert")
        await page.text("[data-alert]", "This is an alert.")
        await page.click('[data-action="ok"]')
        await page.click("[data-button]", "Edit me")
        await page.text(MESSAGE, "edited text")
        await page.text("[data-edited]", "edited")


async def test_commands_are_offered_in_the_persons_language_and_picked_by_keyboard(
    chrome, sandbox
):
    async with chrome.page(f"{sandbox.page_url}#/{AIGUL_ID}") as page:
        await page.click('[data-action="start"]', "НАЧАТЬ")
        await page.text(MESSAGE, "Hello")
        await page.click('[data-action="menu"]', "Меню")
        await page.text("[data-command]", "Сообщение со всем сразу")
        await page.press("Escape")
        await page.gone("[data-popup]")
        await page.type("[data-input]", "/")
        await page.press("ArrowDown")
        await page.press("ArrowDown")
        await page.press("Enter")
        await page.text(MESSAGE, "Macron in Astana")


async def test_what_is_typed_is_sent_whatever_longer_command_is_offered(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        await page.click('[data-action="start"]')
        await page.text(MESSAGE, "Hello")
        await page.type("[data-input]", "/ric")
        await page.see('[data-command="rich"]')
        await page.press("Enter")
        await page.text(f"{MESSAGE}[data-out]", "/ric")
        await page.gone("[data-popup]")
        assert "/rich" not in await page.all_text(f"{MESSAGE}[data-out] [data-text]")


async def test_the_menu_is_walked_by_the_keyboard_and_left_with_escape(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        await page.click('[data-action="start"]')
        await page.text(MESSAGE, "Hello")
        await page.click('[data-action="menu"]')
        await page.until("document.activeElement.dataset.command === 'start'")
        await page.press("ArrowDown")
        await page.until("document.activeElement.dataset.command === 'rich'")
        await page.press("Escape")
        await page.gone("[data-popup]")
        await page.until("document.activeElement.dataset.action === 'menu'")
        await page.press("Enter")
        await page.see("[data-command]")
        await page.press("ArrowDown")
        await page.press("Enter")
        await page.text(MESSAGE, "Macron in Astana")


async def unfold_a_quote(page, sandbox):
    """Start, get a message with everything in it, and open its long quotation."""
    await page.click('[data-action="start"]')
    await page.text(MESSAGE, "Hello")
    sandbox.telegram.say(ANNA_ID, "/rich")
    await page.see("blockquote.folded")
    await page.click('[data-action="expand"]')
    await page.gone("blockquote.folded")


async def test_formatting_is_shown_and_hidden_things_open(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        await unfold_a_quote(page, sandbox)
        await page.click(".spoiler")
        await page.see(".spoiler.open")
        await page.text("pre code", "Сәлем")
        link = await page.run("document.querySelector('.text a[href]').rel")
        assert "noopener" in link
        await page.click("[data-tap]", "/photo")
        await page.see("[data-photo] img")
        width = "document.querySelector('[data-photo] img').naturalWidth"
        assert await page.until(f"{width} === 640")


async def test_what_a_person_unfolded_stays_so_whatever_the_chat_does(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        await unfold_a_quote(page, sandbox)
        await page.click('[data-action="more"]')
        await page.click('[data-action="block"]')
        await page.see('[data-action="start"]')
        await page.see("blockquote:not(.folded)")
        await page.gone("blockquote.folded")


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=x onerror=document.title='owned'>",
        "</span><script>document.title='owned'</script>",
        "javascript:document.title='owned' https://e.org/\"onclick=\"document.title='owned'",
        "\u202egnissim\u202c \u0416\u0301\u0301\u0301",
    ],
)
async def test_a_hostile_text_is_only_text(chrome, sandbox, hostile):
    async with chrome.page(sandbox.page_url) as page:
        await page.click('[data-action="start"]')
        await page.text(MESSAGE, "Hello")
        sandbox.telegram.say(ANNA_ID, hostile)
        answer = await sandbox.message(ANNA_ID, "echo:")
        shown = f'[data-message="{answer.id}"] [data-text]'
        await page.see(shown)
        text = await page.run(f"document.querySelector('{shown}').textContent")
        assert f"echo: {hostile}" == text
        assert "owned" not in await page.run("document.title")
        assert (
            await page.run(f"document.querySelectorAll('{shown} script, {shown} img').length") == 0
        )
        assert [] == page.errors


async def test_files_and_places_are_sent_and_documents_offered(chrome, sandbox, tmp_path):
    file = tmp_path / "подписки.opml"
    file.write_text("<opml/>")
    async with chrome.page(sandbox.page_url) as page:
        await page.click('[data-action="start"]')
        await page.text(MESSAGE, "Hello")
        await page.choose_file("[data-file]", file)
        await page.text(MESSAGE, "подписки.opml: 7 bytes")
        await page.click('[data-action="attach"]')
        await page.click('[data-attach="location"]')
        await page.click('[data-action="place-Almaty"]')
        await page.text(MESSAGE, "at 43.24 76.94")
        sandbox.telegram.say(ANNA_ID, "/file")
        await page.see('[data-document="feeds.opml"]')
        address = await page.run("document.querySelector('[data-document=\"feeds.opml\"]').href")
        body = await page.run(f"fetch('{address}').then((r) => r.text())")
        assert body == "<opml version='2.0'/>"


async def test_news_for_others_show_as_dots_and_badges(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        sandbox.telegram.say(AIGUL_ID, "/rich")
        await page.see(f'[data-person="{AIGUL_ID}"] .dot')
        await page.click('[data-kind="group"]')
        sandbox.telegram.say(ANNA_ID, "/start")
        await page.see('[data-kind="private"] [data-unread="1"]')
        await page.click('[data-kind="private"]')
        await page.gone("[data-unread]")
        await page.click(f'[data-person="{AIGUL_ID}"]')
        await page.text(MESSAGE, "Macron")


async def test_a_phone_goes_from_the_list_to_a_chat_and_back(chrome, sandbox):
    async with chrome.page(sandbox.page_url, 390, 844) as page:
        await page.see("[data-chats]")
        await page.gone("[data-chat-pane]")
        await page.click('[data-kind="private"]')
        await page.see('[data-action="start"]')
        await page.gone("[data-chats]")
        wide = "document.documentElement.scrollWidth"
        assert await page.run(wide) == 390
        await page.click('[data-action="start"]')
        await page.text(MESSAGE, "Hello")
        sandbox.telegram.say(ANNA_ID, "/rich")
        await page.text(MESSAGE, "Macron")
        assert await page.run(wide) == 390
        await page.click('[data-action="back"]')
        await page.text("[data-chats]", "Macron in Astana")


async def test_blocking_ends_the_chat_until_restart(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        await page.click('[data-action="start"]')
        await page.text(MESSAGE, "Hello")
        await page.click('[data-action="more"]')
        await page.click('[data-action="block"]')
        await page.click('[data-action="start"]', "RESTART")
        await page.see("[data-input]")


async def test_every_control_has_a_name(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        await page.click('[data-action="start"]')
        await page.text(MESSAGE, "Hello")
        sandbox.telegram.say(ANNA_ID, "/photo")
        await page.see("[data-photo] img")
        nameless = await page.run(
            "[...document.querySelectorAll('button, a, textarea')].filter((n) => !(n.innerText.trim()"
            " || n.getAttribute('aria-label') || n.querySelector('img[alt]'))"
            " && n.getClientRects().length).map((n) => n.outerHTML)"
        )
        assert [] == nameless


async def test_a_reply_keyboard_typing_and_inline_results_show(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        await page.click('[data-action="start"]')
        await page.text(MESSAGE, "Hello")
        sandbox.telegram.say(ANNA_ID, "/typing")
        await page.text('[data-typing="typing"]', "typing")
        sandbox.telegram.say(ANNA_ID, "/where")
        await page.see("[data-reply-keyboard]")
        await page.gone('[data-typing="typing"]')  # what is drawn anew loses a click under way
        await page.click("[data-reply-key]", "Later")
        await page.text(MESSAGE, "echo: Later")
        await page.click("[data-reply-key]", "Here")
        await page.click('[data-action="place-Tashkent"]')
        await page.text(MESSAGE, "at 41.31 69.28")
        await page.type("[data-input]", "@SteppeWireBot macron")
        await page.click("[data-result]", "About macron")
        await page.text(f"{MESSAGE}[data-out]", "macron told inline")
        assert [] == page.errors


async def test_who_is_asked_in_a_group_answers_that_message(chrome, sandbox):
    telegram, key = sandbox.telegram, Key(sandbox.group_id)
    telegram.add_bot(sandbox.group_id, by=ADMIN_ID)

    def asks(answered):
        number, at = telegram.next_message_id(key), telegram.clock()
        markup = Markup("force")
        asked = SandboxMessage(
            number, key, at, BOT_ID, "Which?", markup=markup, reply_to=answered.id
        )
        return telegram.append(asked)

    async with chrome.page(f"{sandbox.page_url}#/{ANNA_ID}/{sandbox.group_id}") as page:
        asks(telegram.say(AIGUL_ID, "/feeds", chat=sandbox.group_id))
        await page.text(MESSAGE, "Which?")
        await page.gone('[data-action="unquote"]')  # another was asked
        mine = asks(telegram.say(ANNA_ID, "/feeds", chat=sandbox.group_id))
        await page.see('[data-action="unquote"]')
        await page.type("[data-input]", "The third")
        await page.press("Enter")
        await page.see(f'[data-out] [data-quoted="{mine.id}"]')


async def test_what_happens_elsewhere_leaves_lists_and_keyboards_as_they_are(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        await page.click('[data-action="start"]')
        await sandbox.ask(ANNA_ID, "/where")
        await page.see("[data-reply-key]")
        await page.run(
            # Anna's own entry counts what she has not read yet, and may change: Aigul's may not.
            f"window.kept = ['[data-kind=group]', '[data-person=\"{AIGUL_ID}\"]', '[data-reply-key]']"
            ".map((what) => document.querySelector(what)); window.kept[0].focus()"
        )
        sandbox.telegram.say(ANNA_ID, "/none")
        await page.text('[data-kind="private"]', "/none")
        assert await page.run("window.kept.every((node) => node.isConnected)")
        assert await page.run("document.activeElement === window.kept[0]")
        sandbox.telegram.say(AIGUL_ID, "Сәлем", chat=sandbox.group_id)
        await page.text('[data-kind="group"]', "Сәлем")
        assert await page.run("document.activeElement.dataset.kind === 'group'")


async def test_a_deep_link_in_a_message_starts_with_its_payload(chrome, sandbox):
    async with chrome.page(sandbox.page_url) as page:
        await page.click('[data-action="start"]')
        await page.text(MESSAGE, "Hello")
        sandbox.telegram.say(ANNA_ID, "https://t.me/SteppeWireBot?start=story_12")
        await page.text(f"{MESSAGE}:not([data-out])", "echo: https")
        await page.click(f"{MESSAGE}[data-out] a", "story_12")
        await page.text(MESSAGE, "Hello, Anna Reed story_12")


async def test_scrolling_up_stays_and_the_button_leads_back(chrome, sandbox):
    async with chrome.page(sandbox.page_url, 900, 500) as page:
        await page.click('[data-action="start"]')
        for number in range(130):
            sandbox.telegram.say(ANNA_ID, f"/none{number}")
        await page.text(MESSAGE, "/none129")
        await page.until("document.querySelector('[data-messages]').scrollTop > 1000")
        await page.run("document.querySelector('[data-messages]').scrollTop = 300")
        await page.see('[data-action="down"]')
        await sandbox.ask(ANNA_ID, "/start")
        await page.text(MESSAGE, "/start")
        await page.run("document.querySelector('[data-messages]').scrollTop = 0")
        await page.click('[data-action="down"]')
        await page.gone('[data-action="down"]')
    async with chrome.page(sandbox.page_url, 900, 500) as page:
        await page.text(MESSAGE, "/none129")
        assert "/none0" not in "\n".join(await page.all_text(f"{MESSAGE} [data-text]")).split()
        await page.run("document.querySelector('[data-messages]').scrollTop = 0")
        await page.click('[data-action="older"]')
        await page.text(f"{MESSAGE} [data-text]", "/none0")
        await page.gone('[data-action="older"]')
