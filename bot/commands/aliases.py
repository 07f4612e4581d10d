"""/alias: other spellings of names, which admins teach for good."""

import re

from bot.context import Context
from bot.conversation import Ask, Button, Edit, Message, Reply, Say
from bot.render.buttons import press, turn
from bot.render.markup import joined, tidy, translate_html
from bot.texts import translate
from storage import aliases, dialogs
from storage.errors import NewsError
from watchers.text.names import Gazetteer, meanings

MOST_NAME = 80
MOST_OTHERS = 30
MOST_LINE = 300
ON_A_PAGE = 8

_NAME = re.compile(r"[^\W\d_][\w .’ʼ'‘\-–№&+]*")
_LETTERS = re.compile(r"[^\W\d_].*[^\W\d_]")
"""At least two letters: a single one would be found in every text."""


async def alias(ask: Ask, context: Context) -> Reply:
    """Teach other spellings of a name: ``Назарбаев = Nazarbayev, Nazarbaev``; else list them."""
    if not ask.text.strip():
        return Say((await _known(ask, context, 0),))
    name, others = spellings(ask.text, context.names.current)
    await context.db.write(aliases.teach, name, others, ask.person_id, context.clock())
    learnt = translate_html(ask.language, "alias.learnt", name=name, others=", ".join(others))
    known = (Button(f"📋 {translate(ask.language, 'button.all')}", press("al", 0)),)
    return Say((Message(learnt, (known,)),))


def spellings(text: str, names: Gazetteer) -> tuple[str, list[str]]:
    """Read a name and its other spellings; NewsError with what is wrong in them."""
    name, _, rest = text.partition("=")
    name = " ".join(name.split())
    others = list(
        dict.fromkeys(
            " ".join(spelling.split()) for spelling in rest.split(",") if spelling.strip()
        )
    )
    others = [spelling for spelling in others if spelling.casefold() != name.casefold()]
    if not name or not others:
        raise NewsError("alias.form")
    if len(others) > MOST_OTHERS:
        raise NewsError("alias.too_many", most=MOST_OTHERS)
    meant = meanings(names, name)
    for spelling in (name, *others):
        if (
            len(spelling) > MOST_NAME
            or not _NAME.fullmatch(spelling)
            or not _LETTERS.search(spelling)
        ):
            raise NewsError("alias.no_name", name=tidy(spelling, MOST_NAME), most=MOST_NAME)
        other = [names.entities[it].label for it in meanings(names, spelling) if it not in meant]
        if other and spelling != name:
            raise NewsError("alias.taken", name=spelling, other=other[0])
    return name, others


async def _known(ask: Ask, context: Context, page: int) -> Message:
    """List what was taught, with a button to forget each."""
    every = await context.db.read(aliases.numbered)
    form = translate_html(ask.language, "alias.form")
    if not every:
        return Message(form)
    pages = -(-len(every) // ON_A_PAGE)
    page = min(max(page, 0), pages - 1)
    shown = every[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    lines = joined(tidy(f"{name} = {', '.join(others)}", MOST_LINE) for _, name, others in shown)
    rows = tuple(
        (Button(f"🗑 {tidy(name, 40)}", press("ax", number)),) for number, name, _ in shown
    )
    text = joined((translate_html(ask.language, "alias.known"), lines, form), "\n\n")
    return Message(text, (*rows, *turn(("al",), page, pages)))


async def turned(ask: Ask, context: Context) -> Reply:
    """Show a page of what was taught."""
    return Edit(await _known(ask, context, ask.number(1)))


async def forgotten(ask: Ask, context: Context) -> Reply:
    """Forget a name's taught spellings; what was forgotten stays on the screen for a way back."""
    taught = await context.db.write(aliases.forget, ask.number(1))
    if taught is None:
        raise NewsError("button.old")
    name, others = taught
    line = f"{name} = {', '.join(others)}"
    draft = await context.db.write(dialogs.keep_draft, ask.here.id, line, context.clock())
    keyboard = (
        (Button(f"↩️ {translate(ask.language, 'button.undo')}", press("ar", draft)),),
        (Button(f"‹ {translate(ask.language, 'button.all')}", press("al", 0)),),
    )
    forgot = translate_html(ask.language, "alias.forgotten", names=tidy(line, MOST_LINE))
    return Edit(Message(forgot, keyboard))


async def restored(ask: Ask, context: Context) -> Reply:
    """Teach again what was just forgotten."""
    line = await context.db.read(dialogs.draft, ask.number(1), ask.here.id)
    name, _, rest = (line or "").partition(" = ")
    if not rest:
        raise NewsError("button.old")
    others = rest.split(", ")
    await context.db.write(aliases.teach, name, others, ask.person_id, context.clock())
    return Edit(await _known(ask, context, 0))
