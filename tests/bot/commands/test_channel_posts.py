"""What a channel's posts tell beside the news: why, only if wanted, and a line of its own."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.conversation import Html
from bot.delivery import message
from bot.render.markup import MOST_UNITS
from storage import chats
from storage.database import Database
from storage.errors import NewsError
from storage.model import (
    NO_THREAD,
    Chat,
    ChatId,
    ChatKind,
    DeliveryId,
    ItemId,
    Match,
    StoryId,
    SubscriptionId,
)
from storage.outbox.deliveries import (
    NO_PAYLOAD,
    Delivery,
    DeliveryKind,
    DeliveryState,
    DigestPart,
    Payload,
    Rendered,
)
from tests.bot.people import NOW, READER, Person, buttons, context_of
from tests.bot.sample_stories import NOW as TOLD
from tests.bot.sample_stories import sample_item, story

CHANNEL = ChatId(-1001)
STEPPE = Chat(CHANNEL, ChatKind.CHANNEL, "Steppe", owner_id=READER)


@pytest.fixture
async def owner(db: Database) -> Person:
    anna = await Person.comes(context_of(db))
    await db.write(chats.see_chat, STEPPE, NOW)
    await db.write(lambda db: chats.change(db, CHANNEL, owner_id=READER))
    return anna


async def manages(owner: Person, press: str = "", text: str = "") -> str:
    """Press or type something that concerns the channel."""
    channel = await owner.context.db.read(chats.get, CHANNEL)
    ask = owner.ask

    async def about(**parts: object) -> object:
        return replace(await ask(**parts), chat=channel)

    owner.ask = about  # type: ignore[assignment, method-assign]
    try:
        return await (owner.sends(press) if press else owner.types(text))
    finally:
        owner.ask = ask  # type: ignore[method-assign]


async def channel_of(owner: Person) -> Chat:
    found = await owner.context.db.read(chats.get, CHANNEL)
    assert found is not None
    return found


def owed(kind: DeliveryKind = DeliveryKind.ALERT, payload: Payload = NO_PAYLOAD) -> Delivery:
    return Delivery(
        DeliveryId(1), CHANNEL, NO_THREAD, kind, "s7", StoryId(7), payload,
        DeliveryState.SENDING, NOW, NOW,
    )  # fmt: skip


def post(
    chat: Chat, kind: DeliveryKind = DeliveryKind.ALERT, payload: Payload = NO_PAYLOAD
) -> str:
    """What a channel's readers see."""
    told = story(sample_item("Tokayev signs the water law", ago=timedelta(hours=2)))
    found = Match(SubscriptionId(1), ItemId(1), StoryId(7), "Токаев", "Tokayev")
    matter = message.RenderContext(
        chat, told, matches=(found,), queries=((SubscriptionId(1), "Токаев -футбол"),)
    )
    written = message.write(owed(kind, payload), matter, TOLD, "steppewire_bot")
    assert isinstance(written, message.OutgoingMessage)
    return written.text


def test_a_channels_posts_keep_the_owners_query_to_themselves() -> None:
    assert "🔎" not in post(STEPPE)
    assert "<b>Tokayev</b> signs" not in post(STEPPE)


def test_a_channels_posts_say_why_where_the_owner_wants_it() -> None:
    said = post(replace(STEPPE, shows_query=True))
    assert "🔎 <b>Токаев</b> ≈ Tokayev" in said
    assert "<b>Tokayev</b> signs" in said


def test_people_and_groups_are_always_told_why() -> None:
    assert "🔎" in post(replace(STEPPE, kind=ChatKind.SUPERGROUP))


@pytest.mark.parametrize(
    ("kind", "payload"),
    [(DeliveryKind.ALERT, NO_PAYLOAD), (DeliveryKind.DIGEST, DigestPart("Digest"))],
)
def test_a_footer_ends_every_post_of_a_channel_and_of_nothing_else(
    kind: DeliveryKind, payload: Payload
) -> None:
    ended = replace(STEPPE, footer="<b>Steppe</b> & sky: t.me/steppe")
    said = post(ended, kind, payload)
    assert said.endswith("\n\n&lt;b&gt;Steppe&lt;/b&gt; &amp; sky: t.me/steppe")
    assert "t.me/steppe" not in post(replace(ended, kind=ChatKind.PRIVATE), kind, payload)


def test_what_an_admin_announces_is_no_post() -> None:
    ended = replace(STEPPE, footer="sky")
    assert "sky" not in post(ended, DeliveryKind.BROADCAST, Rendered("We move"))


def test_a_post_that_is_full_has_no_footer() -> None:
    full = Html("x" * (MOST_UNITS - 10))
    said = post(replace(STEPPE, footer="sky " * 40), DeliveryKind.DIGEST, DigestPart(full))
    assert said == full


# --- setting it -------------------------------------------------------------------------------


async def test_the_owner_shows_the_reason_and_hides_it_again(owner: Person) -> None:
    assert "why is hidden, no footer" in await manages(owner, text="/settings")
    assert "why is hidden" in await manages(owner, "t:posts")
    assert "why is shown" in await manages(owner, "t:why:on")
    assert (await channel_of(owner)).shows_query
    await manages(owner, "t:why:on")  # a double tap is one tap
    assert (await channel_of(owner)).shows_query
    assert "why is hidden" in await manages(owner, "t:why:off")


async def test_the_owner_types_a_footer_and_removes_it(owner: Person) -> None:
    await manages(owner, "t:typefooter")
    said = await manages(owner, text="News of the steppe:  t.me/steppe")
    assert "footer: News of the steppe: t.me/steppe" in said
    await manages(owner, "t:footer:off")
    assert "" == (await channel_of(owner)).footer
    assert not any("Remove" in one.label for one in buttons(owner.last))


@pytest.mark.parametrize("text", ["x" * 201, "\u200b"])
async def test_a_footer_that_is_too_long_may_be_typed_again(owner: Person, text: str) -> None:
    await manages(owner, "t:typefooter")
    with pytest.raises(NewsError, match=r"settings\.long_footer"):
        await manages(owner, text=text)
    await manages(owner, text="Short")
    assert "Short" == (await channel_of(owner)).footer


@pytest.mark.parametrize("press", ["t:why:on", "t:footer:off", "t:why:perhaps"])
async def test_only_channels_have_posts(owner: Person, press: str) -> None:
    with pytest.raises(NewsError, match=r"button\.old"):
        await owner.sends(press)
    assert "Posts" not in await owner.types("/settings")
