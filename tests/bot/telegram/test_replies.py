"""A reply that is kept is said as it was decided; what is no text is not kept."""

import pytest

from bot.conversation import (
    Button,
    Cards,
    Edit,
    EditButton,
    File,
    Html,
    Message,
    Nothing,
    Picture,
    Preview,
    Reply,
    Say,
    Toast,
    Working,
)
from bot.telegram import replies

BUTTONS = (
    (Button("Да", "a:1"), Button("↗", url="https://news.example/?a=1&b=2")),
    (Button("Найти", inline=""),),
)
ONE = Message(Html("<b>Қазақстан</b> “x”"), BUTTONS, preview=Preview("https://news.example/p.jpg"))
OTHER = Message(Html(""), asks=True)


@pytest.mark.parametrize(
    "reply",
    [Say(()), Say((ONE, OTHER)), Edit(ONE), Edit(OTHER, "Saved"), EditButton(BUTTONS[0][1], "ok"),
     Toast("too old", box=True), Nothing()],
)  # fmt: skip
def test_a_reply_is_read_as_it_was_written(reply: Reply) -> None:
    text = replies.written(reply)
    assert text is not None
    assert reply == replies.read(text)
    for said in getattr(replies.read(text), "messages", ()):
        assert isinstance(said.html, Html)


async def _work(_: object) -> Reply:
    return Nothing()


@pytest.mark.parametrize("reply", [File("a", b""), Picture(b""), Cards(()), Working(ONE, _work)])
def test_what_is_no_text_is_made_anew(reply: Reply) -> None:
    assert replies.written(reply) is None


def test_what_nobody_wrote_is_refused() -> None:
    with pytest.raises(ValueError, match="Cards"):
        replies.read('{"kind": "Cards"}')
