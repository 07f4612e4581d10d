"""Buttons' data, buttons that turn pages, and those that lead from a channel to the bot. Pure."""

from bot.conversation import Button, Keyboard


def press(verb: str, *values: object) -> str:
    """Write a button's data: ``s:12:3``."""
    return ":".join((verb, *(str(value) for value in values)))


def into_bot(label: str, verb: str, number: int, bot_username: str) -> Keyboard:
    """Return the one button under a channel's post, where anybody may press.

    It leads into the bot (``bot_username``), which answers in private, by a deep link:
    ``s_`` and a story, ``h_`` and the outbox row of a message that tells many.
    """
    if not bot_username:
        return ((Button(label, press(verb, number)),),)
    return ((Button(label, url=f"https://t.me/{bot_username}?start={verb}_{number}"),),)


def turn(data: tuple[object, ...], page: int, pages: int) -> Keyboard:
    """Return the buttons that turn pages, with the page's number between them.

    The first page has none that leads back, the last none that leads on.
    """
    if pages <= 1:
        return ()
    verb, *rest = data
    back = Button("‹", press(str(verb), *rest, page - 1))
    on = Button("›", press(str(verb), *rest, page + 1))
    here = Button(f"{page + 1} / {pages}", press("_"))
    return ((*((back,) if page else ()), here, *((on,) if page < pages - 1 else ())),)
