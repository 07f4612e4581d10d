"""Items and stories as the JSON of the command line and of the web archive has them. Pure."""

from datetime import datetime
from typing import Any

from storage.local_time import rfc3339
from storage.model import Item, Story


def isoformat(moment: datetime | None) -> str | None:
    """Write a moment as every JSON of ours does: UTC, whole seconds, ``Z`` (RFC 3339)."""
    return rfc3339(moment) if moment is not None else None


def story_item_row(item: Item) -> dict[str, Any]:
    """Describe one item of a story."""
    return {
        "id": item.id,
        "external_id": item.external_id,
        "kind": item.kind.value,
        "outlet": item.outlet.name,
        "country": item.outlet.country,
        "ownership": item.outlet.ownership.value,
        "lang": item.lang,
        "title": item.title,
        "url": item.url,
        "published": isoformat(item.published),
        "first_seen": isoformat(item.first_seen),
        "removed_at": isoformat(item.removed_at),
    }


def story_row(story: Story) -> dict[str, Any]:
    """Describe a story with all its items, earliest first."""
    return {
        "id": story.id,
        "title": next((item.title for item in story.items if item.title), ""),
        "first_at": isoformat(story.first_at),
        "updated_at": isoformat(story.updated_at),
        "tellings": len(story.items),
        "items": [story_item_row(item) for item in story.items],
    }
