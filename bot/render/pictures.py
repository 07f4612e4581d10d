"""A story's picture beside its alert: which one, and how large the chat wants it; pure."""

from bot.conversation import Preview
from storage.model import Chat, Pictures, Story

SHARP = 400
"""Pixels of width under which a picture is blurred where it is as wide as a phone's screen."""


def preview(story: Story, chat: Chat) -> Preview | None:
    """Return the picture that the earliest item with one has; None where a chat wants none.

    The earliest, whichever headline is shown: an alert that is edited as its story grows keeps
    the picture that it had.
    """
    if chat.pictures is Pictures.NONE:
        return None
    image = next((item.image for item in story.items if item.image is not None), None)
    if image is None:
        return None
    large = chat.pictures is Pictures.LARGE and not 0 < image.width < SHARP
    return Preview(image.url, large=large)
