"""Link previews (pure): the `link_preview_options` of a call → LinkPreview, as strict as Telegram.

What is not an object, or has a field of another type, is refused (tdlib/telegram-bot-api,
Client::get_link_preview_options). An address that leads nowhere is no error: a text with words of
its own goes without a preview (tdlib/td, inputMediaWebPage's flag "optional").
"""

from typing import Any

from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.model import Json, LinkPreview

_SWITCHES = ("is_disabled", "prefer_small_media", "prefer_large_media", "show_above_text")
_REFUSED = "can't parse link preview options JSON object"


def read_preview(raw: Any) -> LinkPreview:
    """Read the options; without any, the first link of the text is previewed."""
    if raw is None:
        return LinkPreview()
    if not isinstance(raw, dict):
        raise bad_request(f"{_REFUSED}: object expected as link preview options")
    for name in _SWITCHES:
        if not isinstance(raw.get(name, False), bool):
            raise bad_request(f'{_REFUSED}: Field "{name}" must be of type Boolean')
    if not isinstance(raw.get("url", ""), str):
        raise bad_request(f'{_REFUSED}: Field "url" must be of type String')
    return LinkPreview(
        disabled=raw.get("is_disabled", False),
        url=raw.get("url", ""),
        small=raw.get("prefer_small_media", False),
        large=raw.get("prefer_large_media", False),
        above=raw.get("show_above_text", False),
    )


def preview_json(preview: LinkPreview) -> Json:
    """Write the options as a message carries them: only what was asked for."""
    if preview.disabled:
        return {"is_disabled": True}
    written = {
        "url": preview.url,
        "prefer_small_media": preview.small,
        "prefer_large_media": preview.large,
        "show_above_text": preview.above,
    }
    return {name: value for name, value in written.items() if value}
