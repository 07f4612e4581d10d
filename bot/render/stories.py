"""Stories as people see them: alerts, cards, lines of a search. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.conversation import NO_HTML, Button, Html, Keyboard, Message
from bot.render import changes
from bot.render.buttons import into_bot, press, turn
from bot.render.marking import UNMARKED, Marker
from bot.render.markup import (
    bold,
    chunks,
    cut,
    escape,
    italic,
    joined,
    link,
    measure,
    plain,
    tidy,
    translate_html,
)
from bot.render.queries import query_title
from bot.texts import catalogue, translate, words
from storage.model import (
    Chat,
    ChatKind,
    FeedKind,
    Item,
    ItemId,
    Outlet,
    Ownership,
    Story,
    StoryId,
)
from storage.outbox.deliveries import Turn
from storage.reading import (
    LanguageOrder,
    for_reader,
    headline,
    in_machine_words,
    labels,
    language_of,
    reading_of,
)
from storage.revisions import Revision
from watchers.stories import outgrown

HEADLINE_UNITS = 220
SUMMARY_UNITS = 260
ITEMS_ON_A_PAGE = 8
OUTLETS_NAMED = 5
CHANGES_UNITS = 1000
"""So much of a card's page may say what outlets changed; the reports themselves come first."""

MACHINE = "🤖"
"""Stands wherever a machine's words are shown."""

MOST_PAIRS = 3
"""So many languages stand beside the reader's in one message."""

MOST_TRIED = 8
"""So many items of a story are looked through for the first that matched a query."""
TURNS = {
    "kill": "toll.dead",
    "injur": "toll.injured",
    "missing": "toll.missing",
    "detain": "toll.detained",
    "evacuat": "toll.evacuated",
}
"""The names of what a toll counts people as."""
ANY: frozenset[str] = frozenset()
"""No language in particular."""
NO_VERSIONS: Mapping[ItemId, Sequence[Revision]] = {}
SOURCES = {FeedKind.PAGE: "source.page", FeedKind.TELEGRAM: "source.telegram"}


# --- a story's headline and its outlets -----------------------------------------------------


def title(item: Item, language: str) -> str:
    """Return an item's headline, fit to be shown; where it has none, words that say so."""
    return tidy(item.title, HEADLINE_UNITS) or translate(language, "story.untitled")


def outlets(story: Story) -> list[Outlet]:
    """Return the story's outlets, each once, in the order of their first items."""
    return [item.outlet for item in first_items(story)]


def first_items(story: Story) -> list[Item]:
    """Return each outlet's first item of a story, earliest first."""
    first: dict[str, Item] = {}
    for item in story.items:
        first.setdefault(item.outlet.name, item)
    return list(first.values())


def distinct_items(story: Story) -> list[tuple[int, Item]]:
    """Return the items with their places, without an outlet's second of the same page.

    An outlet that is read by its feed and by its page, or by two of its feeds, brings a page
    twice. Places count all items: /split and /why name them so.
    """
    shown: dict[tuple[str, str], tuple[int, Item]] = {}
    for place, item in enumerate(story.items, 1):
        page = item.url_key or f"#{place}"
        shown.setdefault((item.outlet.name, page), (place, item))
    return list(shown.values())


def language_mark(item: Item, language: str, *, short: bool = False) -> Html:
    """Say in which language an item is, where that is not the reader's: in Kazakh.

    Of a machine's words it says that they are, and, unless it is to be ``short``, of which.
    """
    if item.original is not None:
        original = "" if short else in_language_words(item.original, language)
        key = "machine.of" if original else "machine.mark"
        return italic(f"{MACHINE} {translate(language, key, original=original)}")
    if item.lang in ("", "und", *labels(language)):
        return Html()
    return italic(in_language_words(item, language))


def in_language_words(item: Item, language: str) -> str:
    """Write in which language an item is: in Kazakh."""
    key = f"in.{item.lang.partition('-')[0]}"
    known = catalogue(language).template(key, 0)
    return translate(language, key) if known else words.language_name(item.lang, language)


def tolls(story: Story, item: Item, language: str) -> Html:
    """Say how many died or were injured by now where the shown headline states fewer."""
    now = outgrown(item.original or item, story.items)
    return joined(
        (
            italic(translate(language, key, count=count))
            for key, count in (
                ("story.by_now_dead", now.dead),
                ("story.by_now_injured", now.injured),
            )
            if count
        ),
        ", ",
    )


def ownership(outlet: Outlet, language: str) -> str:
    """Say who stands behind an outlet in a word or two; "" where nobody knows."""
    if outlet.official:
        return translate(language, "owner.official")  # that says who stands behind it
    who = (
        ""
        if outlet.ownership is Ownership.UNKNOWN
        else translate(language, f"owner.{outlet.ownership}")
    )
    wire = translate(language, "owner.wire") if outlet.wire else ""
    return ", ".join(part for part in (who, wire) if part)


def outlet_name(outlet: Outlet, language: str, *, owner: bool = True, url: str = "") -> Html:
    """Write an outlet with its country's flag and, softly, who stands behind it.

    The one place where a flag is written: it always means the outlet's country, and nothing
    else. ``url`` makes its name a link.
    """
    who = ownership(outlet, language) if owner else ""
    behind = italic(f"({who})") if who else ""
    name = tidy(outlet.name, 40)
    shown = link(name, url) if url else name
    return joined((words.flag(outlet.country), shown, behind), " ")


def source(item: Item, language: str) -> str:
    """Name the kind of source that brought an item, where it was no feed.

    Of a forwarded post it says whose it was.
    """
    kind = translate(language, SOURCES[item.kind]) if item.kind in SOURCES else ""
    if item.kind is not FeedKind.TELEGRAM or not item.source:
        return kind
    forwarded = translate(language, "source.forwarded", source=tidy(item.source, 40))
    return f"{kind}, {forwarded}"


def outlet_list(story: Story, language: str, most: int = OUTLETS_NAMED) -> Html:
    """List a story's outlets, the first to publish it first, the surplus as a number.

    Each name links that outlet's own item.
    """
    items = first_items(story)
    names = [outlet_name(item.outlet, language, url=item.url) for item in items[:most]]
    surplus = len(items) - most
    if surplus > 0:
        names.append(translate_html(language, "story.more_outlets", count=surplus))
    return joined(names, " · ")


def removed_by(story: Story, language: str) -> Html:
    """Name the outlets that removed a report of theirs; "" where none did."""
    by = [item.outlet for item in story.items if item.removed_at is not None]
    named = list(dict.fromkeys(tidy(outlet.name, 40) for outlet in by))
    if not named:
        return Html()
    surplus = ["…"] if len(named) > OUTLETS_NAMED else []
    shown = ", ".join([*named[:OUTLETS_NAMED], *surplus])
    return translate_html(language, "alert.removed", count=len(named), outlets=shown)


# --- an alert -------------------------------------------------------------------------------


def alert(
    story: Story,
    chat: Chat,
    *,
    now: datetime,
    because: Sequence[tuple[str, str, str]] = (),
    query: str = "",
    marker: Marker = UNMARKED,
    bot_username: str = "",
    muted: bool = False,
    asked: frozenset[str] = ANY,
    reads_pages: bool = True,
) -> Message:
    """Render an alert; it is rendered anew, and edited, when further outlets have the story.

    ``bot_username`` is whom a channel's button leads to; ``marker`` marks what met the queries.
    ``muted`` says that the chat wants to hear no more of the story, which its button then
    takes back. ``asked`` are the languages that the queries want, those of ``marker`` by default.
    ``reads_pages`` says that articles' pages can be read here.

    ``because`` is terms of queries with the word that each matched, and the outlet that wrote it
    where that is not the shown item's; ``query`` is the subscription's. The last line names
    both, so that nobody wonders why the alert came.
    """
    language = chat.language
    item = headline(story, reading_of(chat), asked or marker.languages)
    parts = [
        joined(
            (
                _alert_headline(item, language, marker),
                language_mark(item, language),
                tolls(story, item, language),
            ),
            " · ",
        ),
        _lead(item, marker),
        joined(
            (
                outlet_list(story, language),
                removed_by(story, language),
                f"🕗 {_times(story, chat, now)}",
                _why_line(because, query, language),
            )
        ),
    ]
    if chat.kind is ChatKind.CHANNEL:
        label = _story_label(story, language)
        return Message(joined(parts, "\n\n"), into_bot(label, "s", story.id, bot_username))
    keys = alert_buttons(story, item, language, muted=muted, reads_pages=reads_pages)
    return Message(joined(parts, "\n\n"), keys)


def _alert_headline(item: Item, language: str, marker: Marker) -> Html:
    """Write a headline as a link, in bold the words that met the query, or else all of it."""
    name = title(item, language)
    if marker.in_title(item):
        return link(marker.title(item, name), item.url)
    return bold(link(name, item.url))


def _lead(item: Item, marker: Marker) -> Html:
    """Write the beginning of a text, or the sentence with the word that met the query.

    The headline's own hit needs no second one, nor does a hit in the beginning.
    """
    text = _summary(item)
    lead = marker.lead(item, text)
    if marker.in_title(item) or lead != escape(text):
        return lead
    return marker.sentence(item) or lead


def _summary(item: Item) -> str:
    text = tidy(item.summary, SUMMARY_UNITS)
    return (
        ""
        if text.casefold().startswith(item.title.casefold()) and len(text) < len(item.title) + 20
        else text
    )


def _times(story: Story, chat: Chat, now: datetime) -> str:
    """Write when a story was published first; and last, where several outlets have it."""
    zone = words.zone(chat.time_zone)
    first = words.when(story.items[0].told_at, now, chat.language, zone)
    last = words.when(story.items[-1].told_at, now, chat.language, zone)
    if len(outlets(story)) == 1:  # a second piece of the same outlet is not a further outlet
        last = first
    return zoned(first if first == last else f"{first} → {last}", chat)


def zoned(times: str, chat: Chat) -> str:
    """Add whose clock it is while nobody has chosen the chat's: 08:00 (Almaty)."""
    if not chat.zone_assumed:
        return times
    return f"{times} ({words.zone_name(chat.time_zone, chat.language)})"


def _why_line(because: Sequence[tuple[str, str, str]], query: str, language: str) -> Html:
    """Say which term matched which word, and whose word it is; equal ones are written once."""
    met = [_reason(*reason) for reason in because[:3]]
    if not met and not query:
        return Html()
    return joined(("🔎", joined(met, ", ") if met else query_title(query, language, 80)), " ")


def _reason(term: str, word: str, outlet: str) -> Html:
    met = bold(tidy(term, 40))
    if word and word.casefold() != term.casefold():
        met = joined((met, tidy(word, 40)), " ≈ ")
    return joined((met, f"({tidy(outlet, 40)})" if outlet else ""), " ")


def _story_label(story: Story, language: str) -> str:
    count = len(outlets(story))
    if count == 1:
        return f"📖 {translate(language, 'button.story')}"
    return f"📖 {translate(language, 'button.story_outlets', count=count)}"


def mute_button(story_id: StoryId, language: str, *, muted: bool, own: bool = False) -> Button:
    """Return the button that mutes a story, or takes that back.

    ``own`` marks the button under the sentence that says so, which is then written anew.
    """
    data = (story_id, "o") if own else (story_id,)
    if muted:
        return Button(f"🔔 {translate(language, 'button.unmute')}", press("um", *data))
    return Button(f"🔕 {translate(language, 'button.mute')}", press("m", *data))


def read_button(item: Item, language: str, *, reads_pages: bool) -> tuple[Button, ...]:
    """Return the button that shows an item's whole text; none where that cannot be had.

    A post of a channel is kept whole, whether or not pages can be read here.
    """
    if item.kind is not FeedKind.TELEGRAM and not (reads_pages and item.url):
        return ()
    return (Button(f"📃 {translate(language, 'button.read')}", press("rd", item.id)),)


def alert_buttons(
    story: Story, item: Item, language: str, *, muted: bool = False, reads_pages: bool = True
) -> Keyboard:
    """Return the buttons under an alert: the shown item whole, the story, mute it, why it came."""
    return (
        (
            *read_button(item, language, reads_pages=reads_pages),
            Button(_story_label(story, language), press("s", story.id)),
        ),
        (
            mute_button(story.id, language, muted=muted),
            Button(f"❓ {translate(language, 'button.why')}", press("w", story.id)),
        ),
    )


def update(
    story: Story,
    item: Item,
    chat: Chat,
    *,
    now: datetime,
    turn: Turn | None = None,
    bot_username: str = "",
) -> Message:
    """Render the short reply under an alert: an item that changes the facts.

    Of a toll ``turn`` says from what to what.
    """
    language, item = chat.language, for_reader(item, reading_of(chat))
    at = words.when(item.told_at, now, language, words.zone(chat.time_zone))
    head = translate_html(language, "alert.changed")
    line = joined((outlet_name(item.outlet, language), source(item, language), at), " · ")
    name = bold(link(title(item, language), item.url))
    named = joined((name, language_mark(item, language)), " · ")
    html = joined((head, named, turned(turn, language), line))
    label = f"📖 {translate(language, 'button.story')}"
    leads_to = bot_username if chat.kind is ChatKind.CHANNEL else ""
    return Message(html, into_bot(label, "s", story.id, leads_to))


def turned(turn: Turn | None, language: str) -> Html:
    """Say from what to what a toll changed; "" where the headline says all."""
    if turn is None or turn.kind not in TURNS:
        return Html("")
    key = "alert.toll_more" if turn.more else "alert.toll"
    what = translate(language, TURNS[turn.kind])
    return translate_html(language, key, what=what, before=turn.before, after=turn.after)


# --- a story with all its items ---------------------------------------------------------------


def card(
    story: Story,
    chat: Chat,
    *,
    now: datetime,
    page: int = 0,
    muted: bool = False,
    corrects: bool = False,
    versions: Mapping[ItemId, Sequence[Revision]] = NO_VERSIONS,
    reads_pages: bool = True,
) -> Message:
    """Render a whole story, a page at a time: outlets, times, headlines, links.

    ``versions`` are what its items said earlier. ``corrects`` adds the button of who may say
    that it is not one event, or not all of it. ``reads_pages`` is as of ``alert``.
    """
    language, first = chat.language, headline(story, reading_of(chat))
    items = distinct_items(story)
    pages = max(1, -(-len(items) // ITEMS_ON_A_PAGE))
    page = min(max(page, 0), pages - 1)
    start = page * ITEMS_ON_A_PAGE
    shown = items[start : start + ITEMS_ON_A_PAGE]
    name = title(first, language)
    room = CHANGES_UNITS
    body = []
    for place, item in shown:
        changed = changes.lines(item, versions.get(item.id, ()), chat, now)
        changed = changed if measure(changed) <= room else Html()
        room -= measure(changed)
        body.append(numbered_item(place, item, chat, now, known=name, changed=changed))
    mark = language_mark(first, language) if first.original is not None else Html()
    named = (bold(link(name, first.url)), mark, tolls(story, first, language))
    head = joined((joined(named, " · "), facts(story, language)))
    lead = escape(_summary(first)) if page == 0 else ""
    text = joined((head, lead, *body), "\n\n")
    return Message(
        chunks(text)[0],
        (
            *turn(("sp", story.id), page, pages),
            *filter(None, (read_button(first, language, reads_pages=reads_pages),)),
            *_card_buttons(story, language, muted=muted),
            *_side_button(story, chat),
            *(_correct_button(story, language) if corrects else ()),
        ),
    )


def _side_button(story: Story, chat: Chat) -> Keyboard:
    if not pairs(story, reading_of(chat)):
        return ()
    label = f"🔤 {translate(chat.language, 'button.side_by_side')}"
    return ((Button(label, press("sb", story.id)),),)


def _correct_button(story: Story, language: str) -> Keyboard:
    return ((Button(f"✏️ {translate(language, 'button.correct')}", press("c", story.id)),),)


def facts(story: Story, language: str, *, command: bool = True) -> Html:
    """Count in one line a story's outlets and countries, and name its languages.

    ``command`` adds what shows it in the chat.
    """
    languages = sorted({item.lang for item in story.items if item.lang not in ("", "und")})
    homes = {item.outlet.country for item in story.items if item.outlet.country}
    parts = [
        translate(language, "n.outlets", count=len(outlets(story))),
        translate(language, "n.countries", count=len(homes)) if len(homes) > 1 else "",
        " ".join(label.split("-")[0].upper() for label in languages) if len(languages) > 1 else "",
        f"/s{story.id}" if command else "",
    ]
    return joined(parts, " · ")


def numbered_item(
    number: int,
    item: Item,
    chat: Chat,
    now: datetime,
    *,
    known: str = "",
    changed: Html = NO_HTML,
) -> Html:
    """Render one item of a story's card; ``known`` is the headline over it all.

    A changed headline says what it said first, which is ``changed``, or at least since when it
    reads so: what it says may have been unknown when the outlet first published the item.
    """
    language, zone = chat.language, words.zone(chat.time_zone)
    at = words.when(item.told_at, now, language, zone)
    if item.published is None:
        at = translate(language, "story.first_seen", at=at)
    since = words.when(item.headline_at, now, language, zone)
    if item.retitled_at is not None and since != at and not changed:
        at = translate(language, "story.headline_of", at=at, changed=since)
    return joined(
        (
            joined(
                (
                    f"{number}. {at}",
                    outlet_name(item.outlet, language, url=item.url),
                    source(item, language),
                ),
                " · ",
            ),
            "" if title(item, language) == known else link(title(item, language), item.url),
            changed,
            removed(item, chat, now),
        )
    )


def removed(item: Item, chat: Chat, now: datetime) -> Html:
    """Say since when an item's page is gone; "" where it stands."""
    if item.removed_at is None:
        return Html()
    at = words.when(item.removed_at, now, chat.language, words.zone(chat.time_zone))
    return translate_html(chat.language, "story.removed", at=at)


def _card_buttons(story: Story, language: str, *, muted: bool) -> Keyboard:
    return (
        (
            mute_button(story.id, language, muted=muted),
            Button(f"❓ {translate(language, 'button.why')}", press("w", story.id)),
            Button(f"↗️ {translate(language, 'button.share')}", inline=f"story {story.id}"),
        ),
    )


# --- in two languages -------------------------------------------------------------------------


def pairs(story: Story, reading: LanguageOrder) -> list[tuple[Item, Item]]:
    """Return tellings in other languages, each beside one in the language liked best.

    Beside a machine's words for that very telling, else beside an outlet's; the earliest of each
    language.
    """
    own = [item for item in story.items if item.lang in labels(reading.first) and item.title]
    others: dict[str, Item] = {}
    for item in story.items:
        if item.title.strip() and item.lang not in ("", "und", *labels(reading.first)):
            others.setdefault(language_of(item.lang), item)
    found = []
    for item in list(others.values())[:MOST_PAIRS]:
        beside = in_machine_words(item, reading.first) or next(iter(own), None)
        if beside is not None:
            found.append((item, beside))
    return found


def side_by_side(story: Story, chat: Chat) -> Message:
    """Render a story's tellings in pairs: an original, and the same in the reader's language.

    What stands beside several originals is told once, beside the first.
    """
    language = chat.language
    said: dict[Html, None] = {}
    for original, beside in pairs(story, reading_of(chat)):
        for item in (original, beside):
            mark = language_mark(item, language, short=True)
            said[_told(item, mark or italic(in_language_words(item, language)), language)] = None
    head = translate_html(language, "side.head")
    body = said or [translate_html(language, "side.nothing")]
    label = f"📖 {translate(language, 'button.story')}"
    return Message(
        chunks(joined((head, *body), "\n\n"))[0], ((Button(label, press("s", story.id)),),)
    )


def _told(item: Item, mark: Html, language: str) -> Html:
    by = joined((outlet_name(item.outlet, language, owner=False), mark), " · ")
    return joined((by, bold(link(title(item, language), item.url)), escape(_summary(item))))


# --- lists ----------------------------------------------------------------------------------


def line(
    story: Story,
    chat: Chat,
    *,
    now: datetime,
    name: Html | None = None,
    asked: frozenset[str] = ANY,
) -> Html:
    """Render a story in a list: its linked headline, whose headline that is, and when.

    How many other outlets have the story stands beside them. ``name`` is the headline where it
    is set already, with matched words in bold; ``asked`` are the languages that a query wants.
    """
    language, item = chat.language, headline(story, reading_of(chat), asked)
    by = outlet_name(item.outlet, language, owner=False)
    surplus = len(outlets(story)) - 1
    if surplus:
        by = joined((by, translate(language, "story.plus", count=surplus)), " ")
    at = words.when(item.told_at, now, language, words.zone(chat.time_zone))
    shown = link(name if name is not None else escape(title(item, language)), item.url)
    head = (shown, language_mark(item, language, short=True), tolls(story, item, language))
    return joined((joined(head, " · "), joined((by, at, f"/s{story.id}"), " · ")))


def found_line(
    story: Story,
    chat: Chat,
    marker: Marker,
    *,
    now: datetime,
    near: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
) -> Html:
    """Render a story in a search's results: what met the query in bold, and where it stands.

    Where the headline that is shown has no such word, the line under it has the sentence that
    does, or the other headline, with the outlet's name. ``near`` are the words by which it was
    found instead of those that were asked for, ``without`` those that it has not.
    """
    asked = marker.languages
    language, item = chat.language, headline(story, reading_of(chat), asked)
    name = marker.title(item, title(item, language))
    shown = line(story, chat, now=now, name=name, asked=asked)
    for key, said in (("search.near", near), ("search.without", without)):
        if said:
            words_ = ", ".join(tidy(word, 40) for word in dict.fromkeys(said))
            return joined((shown, italic(translate_html(language, key, words=words_))))
    return joined((shown, snippet(story, chat, marker)))


def snippet(story: Story, chat: Chat, marker: Marker) -> Html:
    """Show what met a query where the shown headline does not: a sentence, another headline.

    A machine's words are the last to be shown, and said to be such.
    """
    item, language = headline(story, reading_of(chat), marker.languages), chat.language
    if not marker.queries or marker.in_title(item):
        return Html()
    return italic(marker.sentence(item) or _proof(story, item, language, marker))


def _proof(story: Story, shown: Item, language: str, marker: Marker) -> Html:
    """Write what another item says that matched the query: its headline, or a sentence of it."""
    others = [item for item in story.items if item is not (shown.original or shown)][:MOST_TRIED]
    for item in others:
        if marker.in_title(item):
            return joined(
                (tidy(item.outlet.name, 40), marker.title(item, title(item, language))), ": "
            )
    for item in others:
        if sentence := marker.sentence(item):
            return joined((tidy(item.outlet.name, 40), sentence), ": ")
    for item in _by_machine(story):
        if marker.in_title(item) or marker.sentence(item):
            said = marker.title(item, title(item, language))
            if not marker.in_title(item):
                said = marker.sentence(item)
            return joined((f"{MACHINE} {translate(language, 'machine.mark')}", said), ": ")
    return Html()


def _by_machine(story: Story) -> list[Item]:
    """Return what machines made of a story's items."""
    told = [
        in_machine_words(item, text.lang)
        for item in story.items[:MOST_TRIED]
        for text in item.machine
    ]
    return [one for one in told if one is not None]


# --- when HTML fails ------------------------------------------------------------------------


def bare(story: Story, chat: Chat) -> str:
    """Return title and link as plain text: the last form of a message that Telegram refuses."""
    item, language = headline(story, reading_of(chat)), chat.language
    mark = plain(language_mark(item, language)) if item.original is not None else ""
    return "\n".join(
        part for part in (cut(title(item, language), 300), mark, item.url[:500]) if part
    )
