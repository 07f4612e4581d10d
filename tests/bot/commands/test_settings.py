"""/settings: by buttons and by typing; /channel: for whom."""

from dataclasses import replace

import pytest

from bot.context import ChannelFacts
from storage import chats, dialogs
from storage.database import Database
from storage.errors import NewsError
from storage.model import Chat, ChatId, ChatKind, Pictures, QuietMode
from tests.bot.people import NOW, READER, Person, Translates, context_of

CHANNEL = ChatId(-1007)


@pytest.fixture
async def anna(db: Database) -> Person:
    return await Person.comes(context_of(db))


async def now_of(person: Person, chat_id: ChatId = READER) -> Chat:
    chat = await person.context.db.read(chats.get, chat_id)
    assert chat is not None
    return chat


async def test_the_overview_says_everything_that_is_set(anna: Person) -> None:
    said = await anna.types("/settings")
    assert "Language: English" in said
    assert "Digests: 08:00, every day" in said
    assert "Quiet hours: off" in said
    assert "at most 12" in said


async def test_the_language_changes_at_once(anna: Person) -> None:
    await anna.types("/settings")
    await anna.presses("Language")
    assert "Настройки" in await anna.presses("Русский")
    assert "ru" == (await now_of(anna)).language


async def test_pictures_are_small_large_or_none(anna: Person) -> None:
    assert "Pictures: small" in await anna.types("/settings")
    for label, chosen in (("large", Pictures.LARGE), ("none", Pictures.NONE)):
        await anna.presses("Pictures")
        await anna.presses(label)
        assert chosen is (await now_of(anna)).pictures
        assert f"Pictures: {label}" in await anna.presses("Settings")
    with pytest.raises(NewsError, match="old"):
        await anna.sends("t:pictures:huge")


async def test_a_zone_is_a_button_and_moves_the_next_digest(anna: Person) -> None:
    await anna.types("/settings")
    await anna.presses("Time zone")
    await anna.presses("Almaty")
    chat = await now_of(anna)
    assert "Asia/Almaty" == chat.time_zone
    assert "2026-11-23T03:00:00+00:00" == chat.next_digest_at.isoformat()


@pytest.mark.parametrize(
    ("typed", "zone"),
    [("Ош", "Asia/Bishkek"), ("tashkent", "Asia/Tashkent"), ("UTC+5", "Etc/GMT-5"),
     ("мск+2", "Etc/GMT-5"), ("новосибирск", "Asia/Novosibirsk"), ("Тошкент", "Asia/Tashkent"),
     ("+5:45", "UTC+5:45"), ("utc", "UTC")],
)  # fmt: skip
async def test_a_city_or_an_offset_can_be_typed(anna: Person, typed: str, zone: str) -> None:
    await anna.sends("t:typezone")
    await anna.types(typed)
    assert zone == (await now_of(anna)).time_zone


@pytest.mark.parametrize(
    ("typed", "button", "zone"),
    [("Ташкнет", "Ташкент · 13:00", "Asia/Tashkent"), ("Россия", "Moscow", "Europe/Moscow"),
     ("Ом", "Омск", "Asia/Omsk")],
)  # fmt: skip
async def test_a_town_that_is_only_near_is_asked_and_never_assumed(
    anna: Person, typed: str, button: str, zone: str
) -> None:
    await anna.sends("t:typezone")
    before = (await now_of(anna)).time_zone
    assert "Did you mean one of these?" in await anna.types(typed)
    assert before == (await now_of(anna)).time_zone
    await anna.presses(button)
    assert zone == (await now_of(anna)).time_zone


async def test_after_the_question_another_town_can_be_typed(anna: Person) -> None:
    await anna.sends("t:typezone")
    await anna.types("Ташкнет")
    await anna.types("Бишкек")
    assert "Asia/Bishkek" == (await now_of(anna)).time_zone


@pytest.mark.parametrize("typed", ["Xyzzyville", "+99", "", "12345", "🌍", "x" * 500])
async def test_an_unknown_city_is_said_and_asked_again(anna: Person, typed: str) -> None:
    await anna.sends("t:typezone")
    with pytest.raises(NewsError, match="no_zone"):
        await anna.types(typed)
    await anna.types("Bishkek")
    assert "Asia/Bishkek" == (await now_of(anna)).time_zone


@pytest.mark.parametrize(
    ("place", "zone"),
    [((51.13, 71.43), "Asia/Almaty"), ((41.3, 69.2), "Asia/Tashkent"),
     ((55.75, 37.6), "Europe/Moscow"), ((38.5, 68.8), "Asia/Dushanbe"),
     ((40.53, 72.8), "Asia/Bishkek"), ((55.16, 61.4), "Asia/Yekaterinburg"),
     ((43.24, 76.9), "Asia/Almaty"), ((-33.9, 151.2), "Australia/Sydney")],
)  # fmt: skip
async def test_a_shared_location_sets_the_zone(
    anna: Person, place: tuple[float, float], zone: str
) -> None:
    await anna.types("", location=place)
    assert zone == (await now_of(anna)).time_zone


async def test_digest_times_are_toggled_and_typed(anna: Person) -> None:
    await anna.types("/settings")
    await anna.presses("Digests")
    await anna.presses("18:00")
    assert (480, 1080) == (await now_of(anna)).digest_times
    await anna.presses("✓ 08:00")
    assert (1080,) == (await now_of(anna)).digest_times
    await anna.presses("Type times")
    await anna.types("8, 13:30 и 20".replace(" и", ","))
    assert (480, 810, 1080, 1200) == (await now_of(anna)).digest_times
    await anna.presses("Type times")
    with pytest.raises(NewsError, match=r"many_times"):
        await anna.types("1 2 3 4 5 6 7 9 10")


async def test_no_times_are_no_digests(anna: Person) -> None:
    await anna.sends("t:time:480")
    chat = await now_of(anna)
    assert ((), None) == (chat.digest_times, chat.next_digest_at)


async def test_days_and_the_weekly_digest(anna: Person) -> None:
    await anna.types("/settings")
    await anna.presses("Days")
    await anna.presses("✓ Sun")
    await anna.sends("t:week:1")
    chat = await now_of(anna)
    assert ((1, 2, 3, 4, 5, 6), 1) == (chat.digest_days, chat.weekly_day)
    await anna.sends("t:week:1")
    assert 0 == (await now_of(anna)).weekly_day


async def test_quiet_hours_and_what_becomes_of_alerts(anna: Person) -> None:
    await anna.types("/settings")
    await anna.presses("Quiet hours")
    await anna.presses("23:00-07:00")
    await anna.presses("Only the urgent")
    chat = await now_of(anna)
    assert (1380, 420, QuietMode.URGENT) == (chat.quiet_from, chat.quiet_to, chat.quiet_mode)
    await anna.sends("t:typequiet")
    await anna.types("22:30 – 7:15")
    assert (1350, 435) == ((await now_of(anna)).quiet_from, (await now_of(anna)).quiet_to)
    await anna.sends("t:hush:off")
    assert (await now_of(anna)).quiet_from is None


@pytest.mark.parametrize(
    ("question", "typed", "key"),
    [("typetimes", "whenever", "no_times"), ("typetimes", "25", "no_times"),
     ("typequiet", "night", "no_hours"), ("typequiet", "8-8", "no_hours")],
)  # fmt: skip
async def test_wrong_times_are_one_sentence(
    anna: Person, question: str, typed: str, key: str
) -> None:
    await anna.sends(f"t:{question}")
    before = await now_of(anna)
    with pytest.raises(NewsError, match=key):
        await anna.types(typed)
    assert before == await now_of(anna)


@pytest.mark.parametrize(
    "forged",
    ["t:lang:xx", "t:zone:99", "t:zone:Mars/Base", "t:zone:-1", "t:time:99999", "t:day:0", "t:week:8", "t:cap:1000000",
     "t:hush:1-2", "t:mode:loud", "t:nothing:1", "t:time:٣"],
)  # fmt: skip
async def test_forged_buttons_change_nothing(anna: Person, forged: str) -> None:
    before = await now_of(anna)
    with pytest.raises(NewsError, match=r"button\.old"):
        await anna.sends(forged)
    assert before == await now_of(anna)


# --- channels -------------------------------------------------------------------------------


async def test_a_channel_is_managed_from_its_owners_chat(anna: Person) -> None:
    async def facts(name: str, person: int) -> ChannelFacts | None:
        known = name == "steppe" and person == int(READER)
        return ChannelFacts(CHANNEL, "Steppe", True, True) if known else None

    anna.context = replace(anna.context, find_channel=facts)
    assert "I will write to “Steppe”" in await anna.types("/channel https://t.me/steppe")
    channel = await now_of(anna, CHANNEL)
    assert (ChatKind.CHANNEL, READER) == (channel.kind, channel.owner_id)
    assert CHANNEL == await anna.context.db.read(dialogs.acting_for, READER)
    anna_for_channel = await anna.ask(chat=channel)
    assert CHANNEL == anna_for_channel.chat.id
    assert "apply to you again" in await anna.types("/channel off")
    assert await anna.context.db.read(dialogs.acting_for, READER) is None
    await anna.types("/channel")
    await anna.presses("Steppe")
    assert CHANNEL == await anna.context.db.read(dialogs.acting_for, READER)


@pytest.mark.parametrize(
    ("facts", "key"),
    [(None, "unknown"), (ChannelFacts(CHANNEL, "S", True, False), "not_yours"),
     (ChannelFacts(CHANNEL, "S", False, True), "no_right")],
)  # fmt: skip
async def test_only_an_admin_binds_a_channel_that_we_may_post_to(
    anna: Person, facts: ChannelFacts | None, key: str
) -> None:
    async def told(name: str, person: int) -> ChannelFacts | None:
        del name, person
        return facts

    anna.context = replace(anna.context, find_channel=told)
    with pytest.raises(NewsError, match=key):
        await anna.types("/channel @steppe")
    assert await anna.context.db.read(chats.get, CHANNEL) is None


async def test_nobody_takes_anothers_channel_by_a_forged_button(anna: Person) -> None:
    other = Chat(CHANNEL, ChatKind.CHANNEL, owner_id=ChatId(5))
    await anna.context.db.write(chats.see_chat, other, NOW)
    with pytest.raises(NewsError, match=r"button\.old"):
        await anna.sends(f"ch:{CHANNEL}")
    assert await anna.context.db.read(dialogs.acting_for, READER) is None


# --- the languages that are read --------------------------------------------------------------


async def test_languages_are_read_in_the_order_in_which_they_were_tapped(anna: Person) -> None:
    said = await anna.types("/settings")
    assert "Languages I read: English" in said
    assert "machine" not in said
    await anna.presses("Languages I read")
    await anna.presses("Русский")
    await anna.presses("Қазақша")
    assert ("en", "ru", "kk") == (await now_of(anna)).reads
    await anna.presses("1. English")
    assert ("ru", "kk") == (await now_of(anna)).reads
    said = await anna.presses("‹ Settings")
    assert "Languages I read: Русский › Қазақша" in said
    await anna.presses("Languages I read")
    await anna.presses("As usual for my language")
    assert () == (await now_of(anna)).reads


@pytest.mark.parametrize("data", ["t:read:ru:1", "t:read:en:1"])
async def test_a_double_tap_on_a_language_is_one(anna: Person, data: str) -> None:
    await anna.sends(data)
    before = (await now_of(anna)).reads
    await anna.sends(data)
    assert before == (await now_of(anna)).reads


async def test_somebody_reads_at_least_one_language(anna: Person) -> None:
    await anna.sends("t:read:en:0")
    assert ("en",) == (await now_of(anna)).reads


@pytest.mark.parametrize("data", ["t:read:xx:1", "t:machine:2", "t:machine:on"])
async def test_a_forged_language_changes_nothing(anna: Person, data: str) -> None:
    with pytest.raises(NewsError, match=r"button\.old"):
        await anna.sends(data)


async def test_the_rest_is_as_it_is_for_whoever_wants_no_machine(db: Database) -> None:
    anna = await Person.comes(context_of(db, translator=Translates(is_on=True)))
    said = await anna.types("/settings")
    assert "Languages I read: English. The rest: machine translation" in said
    await anna.presses("Languages I read")
    await anna.presses("The rest: as it is")
    assert not (await now_of(anna)).machine
    assert "English. The rest: as it is" in await anna.types("/settings")
