"""Draw docs/images/house.svg: the three halls, their rooms, and the ways between them.

``python -m scripts.draw_house`` writes it. A test compares: a room that was added, or has no words
here, fails it.
"""

from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs/images/house.svg"

HALLS: dict[str, tuple[str, dict[str, str]]] = {
    "watchers": (
        "how the world becomes stories",
        {
            "catalogue": "feeds, names, mirrors",
            "fetch": "guarded, bounded HTTP",
            "parse_pool": "processes to be killed",
            "parse": "documents → entries",
            "text": "words in eight languages",
            "headlines": "what a headline says",
            "stories": "“same story?”",
            "keywords": "queries, and who waits",
            "meaning": "a model, when in doubt",
            "translation": "by a service of yours",
            "rates": "of central banks",
        },
    ),
    "storage": (
        "all SQL",
        {
            "outbox": "what is owed, and sent",
            "audit": "do the books add up?",
            "backups": "checked, sealed copies",
        },
    ),
    "bot": (
        "how stories become messages",
        {
            "delivery": "the outbox, emptied",
            "render": "values → messages",
            "digests": "by the reader’s clock",
            "texts": "six languages",
            "telegram": "updates in, calls out",
            "commands": "the chat, a file each",
            "cli": "the command line",
            "monitoring": "how we are; what hangs",
            "exports": "Parquet, a file a month",
            "web": "the archive, to be read",
            "sandbox": "a Telegram in a box",
        },
    ),
}
"""Each hall's words, and those of its rooms, in the order in which news passes them."""

WIDE, HIGH, ROOM_W, ROOM_H, GAP, TOP = 1060, 640, 172, 52, 12, 150
LEFT = {"watchers": 12, "storage": 432, "bot": 668}
"""Where a hall begins."""

COLUMNS = {"watchers": 2, "storage": 1, "bot": 2}
FLOOR = 6 * (ROOM_H + GAP) + GAP + 44
STYLE = """\
text { font: 14px system-ui, sans-serif; fill: #1f2933; }
.name { font: 600 15px ui-monospace, monospace; }
.hall { font: 700 19px ui-monospace, monospace; }
.small { font-size: 12.5px; fill: #52606d; }
.middle { text-anchor: middle; }
.end { text-anchor: end; }
.way { stroke: #b4530a; stroke-width: 2.5; fill: none; marker-end: url(#tip); }"""
TIP = """\
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">
<path d="M0 0 L8 4 L0 8 z" fill="#b4530a"/></marker></defs>"""
FILL = {"watchers": "#e3f0e6", "storage": "#fdf0d5", "bot": "#e2ecf7"}


def text(x: float, y: float, words: str, kind: str = "") -> str:
    """Write words at a place."""
    marked = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}"{marked}>{escape(words)}</text>'


def box(x: float, y: float, wide: float, high: float, fill: str) -> str:
    """Draw a box."""
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{high:g}" rx="8"'
        f' fill="{fill}" stroke="#9aa5b1"/>'
    )


def way(points: str) -> str:
    """Draw an arrow through these points."""
    return f'<path class="way" d="{points}"/>'


def width_of(hall: str) -> float:
    """Tell how wide a hall is."""
    return COLUMNS[hall] * (ROOM_W + GAP) + GAP


def rooms_of(hall: str) -> Iterator[tuple[float, float, str, str]]:
    """Yield a hall's rooms: where each is, its name, its words."""
    for number, (name, words) in enumerate(HALLS[hall][1].items()):
        row, column = divmod(number, COLUMNS[hall])
        x = LEFT[hall] + GAP + column * (ROOM_W + GAP)
        yield x, TOP + 44 + GAP + row * (ROOM_H + GAP), name, words


def hall_of(hall: str) -> Iterator[str]:
    """Draw a hall and its rooms."""
    words, _ = HALLS[hall]
    x, wide = LEFT[hall], width_of(hall)
    yield box(x, TOP, wide, FLOOR, FILL[hall])
    yield text(x + wide / 2, TOP + 24, f"{hall}/", "hall middle")
    yield text(x + wide / 2, TOP + 43, words, "small middle")
    for left, top, name, said in rooms_of(hall):
        yield box(left, top, ROOM_W, ROOM_H, "#ffffff")
        yield text(left + 9, top + 22, f"{name}/", "name")
        yield text(left + 9, top + 41, said, "small")


def rows_between() -> Iterator[str]:
    """Write which rows the halls meet in."""
    x, y = LEFT["storage"] + GAP + 4, TOP + 44 + GAP + 2 * (ROOM_H + GAP) + 46
    yield text(x, y, "One SQLite file:")
    lines = (
        *(
            "feeds, items, stories,",
            "matches, promises,",
            "chats, subscriptions,",
            "inbox, errands,",
        ),
        *("changes …", "", "The other halls meet", "in these rows."),
    )
    for number, line in enumerate(lines, 1):
        if line:
            yield text(x, y + 20 * number, line, "small")


def outside() -> Iterator[str]:
    """Draw who is outside, above the halls."""
    for hall, name, words in (
        ("watchers", "outlets", "feeds, pages, central banks"),
        ("bot", "Telegram", "readers, groups, channels, admins"),
    ):
        middle = LEFT[hall] + width_of(hall) / 2
        yield box(middle - 140, 46, 280, 56, "#ffffff")
        yield text(middle, 70, name, "middle")
        yield text(middle, 90, words, "small middle")


def ways() -> Iterator[str]:
    """Draw the ways of news, of messages, and of what people type."""
    west, east = (LEFT[hall] + width_of(hall) for hall in ("watchers", "storage"))
    above = {hall: LEFT[hall] + width_of(hall) / 2 for hall in ("watchers", "bot")}
    first = TOP + 44 + GAP + ROOM_H / 2
    yield way(f"M{above['watchers']:g} 102 V{TOP - 2}")
    yield way(f"M{west:g} {first:g} H{LEFT['storage'] - 2}")
    yield way(f"M{east:g} {first:g} H{LEFT['bot'] - 2}")
    yield way(f"M{LEFT['storage']} {first + 2 * (ROOM_H + GAP):g} H{west + 2:g}")
    yield way(f"M{above['bot'] - 60:g} {TOP} V104")
    yield way(f"M{above['bot'] + 60:g} 102 V{TOP - 2}")
    yield way(f"M{LEFT['bot']} {first + 2 * (ROOM_H + GAP):g} H{east + 2:g}")
    yield text(above["bot"] - 68, 132, "alerts, digests", "small end")
    yield text(above["bot"] + 70, 132, "what people type", "small")


def words_around() -> Iterator[str]:
    """Write the title, and the law below the halls."""
    yield text(12, 28, "SteppeWire: three halls that meet in the rows of one database", "hall")
    law = "Imports go one way, bot → watchers → storage; only storage knows SQL. A machine checks both."
    yield text(WIDE / 2, TOP + FLOOR + 30, law, "middle")


def drawn() -> str:
    """Return the whole picture."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" role="img">',
        "<title>The three halls of SteppeWire and their rooms</title>",
        f"<style>{STYLE}</style>",
        TIP,
        f'<rect width="{WIDE}" height="{HIGH}" rx="10" fill="#ffffff"/>',
        *words_around(),
        *outside(),
        *(line for hall in HALLS for line in hall_of(hall)),
        *rows_between(),
        *ways(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def main() -> None:
    """Write the picture anew."""
    PICTURE.write_text(drawn(), encoding="utf-8")


if __name__ == "__main__":
    main()
