"""Short ways to describe stories, without a database."""

from datetime import UTC, datetime, timedelta

from storage.model import (
    Chat,
    ChatId,
    ChatKind,
    FeedId,
    Item,
    ItemId,
    Outlet,
    OutletId,
    Ownership,
    Story,
    StoryId,
)

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ALMATY = Chat(ChatId(1), ChatKind.PRIVATE, time_zone="Asia/Almaty")
MOSCOW = Chat(ChatId(2), ChatKind.PRIVATE, language="ru", time_zone="Europe/Moscow")


def sample_item(
    title: str,
    *,
    outlet: str = "Steppe Courier",
    country: str = "KZ",
    ownership: Ownership = Ownership.INDEPENDENT,
    wire: bool = False,
    lang: str = "en",
    summary: str = "",
    url: str = "https://news.example/1",
    ago: timedelta = timedelta(hours=1),
    dated: bool = True,
) -> Item:
    """One outlet's item."""
    at = NOW - ago
    return Item(
        id=ItemId(1),
        feed_id=FeedId(1),
        story_id=StoryId(7),
        external_id="1",
        url=url,
        url_key=url,
        title=title,
        summary=summary,
        lang=lang,
        published=at if dated else None,
        first_seen=at,
        outlet=Outlet(OutletId(1), outlet, country, ownership, wire=wire),
    )


def story(*items: Item, number: int = 7) -> Story:
    """A story of these items, in this order."""
    return Story(StoryId(number), items[0].told_at, items[-1].told_at, items)
