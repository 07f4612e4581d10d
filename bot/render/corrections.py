"""The screens on which admins correct stories, and what they did. Pure."""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.conversation import Button, Html, Keyboard, Message
from bot.render.buttons import press, turn
from bot.render.markup import bold, chunks, joined, tidy, translate_html
from bot.render.stories import line, numbered_item, title
from bot.texts import translate
from storage.corrections import Correction, CorrectionKind, Undone
from storage.model import Chat, ItemId, Story
from storage.reading import headline, in_language

ITEMS_ON_A_PAGE = 8
TICKS_IN_A_ROW = 4
LABEL_UNITS = 60
DONE = {
    CorrectionKind.MERGE: "merge.done",
    CorrectionKind.SPLIT: "split.done",
    CorrectionKind.MOVE: "move.done",
}
UNDONE = {
    CorrectionKind.MERGE: "merge.undone",
    CorrectionKind.SPLIT: "split.undone",
    CorrectionKind.MOVE: "move.undone",
}


def menu(story: Story, language: str) -> Message:
    """Ask what is wrong with a story."""
    rows: list[tuple[Button, ...]] = []
    if len(story.items) > 1:
        rows.append((_button("✂️", "button.take_out", language, press("ci", story.id)),))
    rows.append((_button("🔗", "button.same_event", language, press("cm", story.id)),))
    rows.append((_back(language, press("sp", story.id, 0)),))
    return Message(_asked(story, "correct.what", language), tuple(rows))


def ticks(
    story: Story,
    chosen: Collection[ItemId],
    chat: Chat,
    draft: int,
    page: int,
    *,
    now: datetime,
) -> Message:
    """List a story's items, a page at a time, each with a box to tick."""
    language = chat.language
    items = list(enumerate(story.items, 1))
    pages = -(-len(items) // ITEMS_ON_A_PAGE)
    page = min(max(page, 0), pages - 1)
    shown = items[page * ITEMS_ON_A_PAGE : (page + 1) * ITEMS_ON_A_PAGE]
    boxes = [
        Button(f"{'☑' if item.id in chosen else '☐'} {place}", press("ct", draft, page, item.id))
        for place, item in shown
    ]
    rows = [boxes[at : at + TICKS_IN_A_ROW] for at in range(0, len(boxes), TICKS_IN_A_ROW)]
    body = [numbered_item(place, item, chat, now) for place, item in shown]
    text = joined((_asked(story, "correct.tick", language), *body), "\n\n")
    return Message(
        chunks(text)[0],
        (
            *map(tuple, rows),
            *turn(("cp", draft), page, pages),
            *_leaving(story, chosen, draft, language),
            (_back(language, press("c", story.id)),),
        ),
    )


def _leaving(story: Story, chosen: Collection[ItemId], draft: int, language: str) -> Keyboard:
    """Return what can be done with what is ticked; all of a story is not taken out of it."""
    if not chosen:
        return ()
    into = (_button("➡️", "button.into_story", language, press("cv", draft)),)
    if len(chosen) == len(story.items):
        return (into,)
    count = len(chosen)
    out = Button(f"✂️ {translate(language, 'button.out', count=count)}", press("cs", draft))
    return ((out,), into)


def targets(
    story: Story,
    chosen: Sequence[ItemId],
    near: Sequence[Story],
    chat: Chat,
    draft: int,
    *,
    now: datetime,
) -> Message:
    """Offer the stories into which ticked items may go."""
    language = chat.language
    asked = translate_html(language, "correct.into", count=len(chosen), id=str(story.id))
    rows = [(_named(other, language, press("cg", draft, other.id)),) for other in near]
    rows.append((_back(language, press("cp", draft, 0)),))
    return _offer(asked, near, chat, tuple(rows), now)


def twins(story: Story, near: Sequence[Story], chat: Chat, *, now: datetime) -> Message:
    """Offer the stories that may be the same event as one."""
    language = chat.language
    rows = [(_named(other, language, press("cj", story.id, other.id)),) for other in near]
    rows.append((_back(language, press("c", story.id)),))
    return _offer(_asked(story, "correct.same_as", language), near, chat, tuple(rows), now)


def done(made: Correction, language: str) -> Message:
    """Say what a correction did, with the way back."""
    said = translate_html(language, DONE[made.kind], id=str(made.target), count=len(made.moved))
    undo = _button("↩️", "button.undo", language, press("cu", made.id))
    story = _button("📖", "button.story", language, press("s", made.target))
    return Message(said, ((undo, story),))


def undone(back: Undone, language: str) -> Message:
    """Say what taking a correction back did."""
    key = UNDONE[back.correction.kind]
    said = translate_html(language, key, id=str(back.target), other=str(back.source))
    story = _button("📖", "button.story", language, press("s", back.target))
    return Message(said, ((story,),))


def _offer(
    asked: Html, near: Sequence[Story], chat: Chat, rows: Keyboard, now: datetime
) -> Message:
    lines = [line(story, chat, now=now) for story in near]
    if not near:
        lines = [translate_html(chat.language, "correct.none_near")]
    return Message(chunks(joined((asked, *lines), "\n\n"))[0], rows)


def _asked(story: Story, key: str, language: str) -> Html:
    name = title(headline(story, in_language(language)), language)
    said = joined((bold(tidy(name, 120)), f"/s{story.id}"), " · ")
    return joined((said, translate_html(language, key)), "\n\n")


def _named(story: Story, language: str, data: str) -> Button:
    name = title(headline(story, in_language(language)), language)
    return Button(tidy(name, LABEL_UNITS), data)


def _button(sign: str, key: str, language: str, data: str) -> Button:
    return Button(f"{sign} {translate(language, key)}", data)


def _back(language: str, data: str) -> Button:
    return Button(f"‹ {translate(language, 'button.back')}", data)
