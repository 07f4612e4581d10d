"""Sources as admins see them: health at a glance, one in full. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType

from bot.conversation import Button, Html, Keyboard, Message
from bot.render.buttons import press, turn
from bot.render.markup import bold, code, escape, italic, joined, link, tidy, translate_html
from bot.render.stories import SOURCES, outlet_name
from bot.texts import complaint, translate, words
from storage.feeds import FeedNotice
from storage.masking import masked
from storage.model import Chat, Feed, FeedId, FeedKind, FeedNoticeKind, FeedStatus
from storage.wanted_articles import ArticleCounts

ON_A_PAGE = 8
JUST_NOW = timedelta(minutes=1)

SIGNS = {
    FeedStatus.OK: "🟢",
    FeedStatus.ERROR: "🔴",
    FeedStatus.GONE: "⚫",
    FeedStatus.PAUSED: "⏸",
    FeedStatus.NEW: "⚪",
}
SILENT = "🟡"
WAITING = "💤"
NOT_READ = ArticleCounts()
NO_FALLBACKS: Mapping[FeedId, Sequence[Feed]] = MappingProxyType({})
_ILL_FIRST = (FeedStatus.ERROR, FeedStatus.GONE, FeedStatus.NEW, FeedStatus.OK, FeedStatus.PAUSED)


def sign(feed: Feed) -> str:
    """Return the coloured sign of how a feed is; silent ones answer but bring nothing."""
    if feed.waits and feed.state.status is not FeedStatus.PAUSED:
        return WAITING
    if feed.state.status is FeedStatus.OK and feed.state.silent_since is not None:
        return SILENT
    return SIGNS[feed.state.status]


def ill_first(feeds: Sequence[Feed]) -> list[Feed]:
    """Order feeds so that whoever needs a look stands first."""

    def weight(feed: Feed) -> tuple[float, float, str]:
        silent = feed.state.status is FeedStatus.OK and feed.state.silent_since is not None
        rank = 1.5 if silent else float(_ILL_FIRST.index(feed.state.status))
        return (rank, -feed.state.failure_weight, name(feed).casefold())

    return sorted(feeds, key=weight)


def name(feed: Feed) -> str:
    """Return what a feed is called: its title, else its outlet, else its address."""
    return tidy(masked(feed.title or feed.outlet.name or feed.url), 60)


def in_place(line_up: Sequence[Feed]) -> Feed | None:
    """Return the fallback that is read with success in an ill source's place, if there is one.

    ``line_up`` is the source and its fallbacks in the order of their turns.
    """
    return next(
        (
            feed
            for feed in line_up[1:]
            if not feed.waits and sign(feed) == SIGNS[FeedStatus.OK] and feed.state.last_ok_at
        ),
        None,
    )


def overview(
    feeds: Sequence[Feed],
    chat: Chat,
    *,
    now: datetime,
    page: int,
    wanted: str,
    fallbacks: Mapping[FeedId, Sequence[Feed]] = NO_FALLBACKS,
) -> Message:
    """Show all sources' health, ill ones first, a page at a time, and what is read instead."""
    language = chat.language
    ordered = ill_first(feeds)
    pages = max(1, -(-len(ordered) // ON_A_PAGE))
    page = min(max(page, 0), pages - 1)
    shown = ordered[page * ON_A_PAGE : (page + 1) * ON_A_PAGE]
    counts: dict[str, int] = {}
    for feed in ordered:
        counts[sign(feed)] = counts.get(sign(feed), 0) + 1
    signs = joined((f"{mark} {count}" for mark, count in counts.items()), "  ")
    head = joined((translate_html(language, "feeds.head", count=len(ordered)), signs))
    body = [
        joined(
            (
                line(feed, language, now),
                instead((feed, *fallbacks.get(feed.id, ())), language),
            )
        )
        for feed in shown
    ]
    keys = turn(("fd",), page, pages) if not wanted else ()
    return Message(joined((head, *body), "\n\n"), keys)


def line(feed: Feed, language: str, now: datetime) -> Html:
    """Return a feed's lines in the list: its sign, name, and what ails it or when it spoke."""
    head = joined((sign(feed), bold(name(feed)), f"/f{feed.id}"), " ")
    return joined((head, italic(condition(feed, language, now))))


def instead(line_up: Sequence[Feed], language: str) -> Html:
    """Say what is read in the place of an ill source; "" where none is, or needs to be."""
    turns = [feed for feed in line_up[1:] if not feed.waits]
    if not turns:
        return Html("")
    reads = in_place(line_up)
    if reads is None:
        return translate_html(language, "feeds.tries_fallbacks")
    way = joined((way_of(reads, language), f"/f{reads.id}"), " ")
    return translate_html(language, "feeds.reads_instead", way=way)


def way_of(feed: Feed, language: str) -> str:
    """Say how a fallback is read: its feed or news sitemap, its page, its Telegram channel."""
    return translate(language, f"feeds.way_{feed.kind}")


def condition(feed: Feed, language: str, now: datetime) -> str:
    """Say in one line how a feed is."""
    state = feed.state
    if state.status is FeedStatus.PAUSED or feed.waits:
        key = "feeds.is_paused" if state.status is FeedStatus.PAUSED else "feeds.is_waiting"
        return translate(language, key)
    if state.error_key and state.status in (FeedStatus.ERROR, FeedStatus.GONE):
        since = state.failing_since
        return " ".join(
            part
            for part in (
                complaint(language, state.error_key, state.error_values),
                translate(language, "feeds.since", ago=ago(since, now, language)) if since else "",
            )
            if part
        )
    if state.silent_since is not None:
        return translate(language, "feeds.silent", ago=ago(state.silent_since, now, language))
    if state.last_new_at is not None and feed.items:
        return translate(language, "feeds.last_new", ago=ago(state.last_new_at, now, language))
    if state.status is FeedStatus.OK and not feed.items:
        return translate(language, "feeds.is_empty")
    return translate(language, f"feeds.is_{state.status}")


def ago(moment: datetime, now: datetime, language: str) -> str:
    """Write how long ago something was; within the last minute it was just now."""
    if timedelta(0) <= now - moment < JUST_NOW:
        return translate(language, "feeds.just_now")
    return words.ago(moment, now, language)


def news(feed: Feed, now: datetime, language: str) -> str:
    """Say when a feed last brought something."""
    if not feed.items:
        return translate(language, "feeds.no_news")
    last_at = feed.state.last_new_at
    return "" if last_at is None else ago(last_at, now, language)


def next_look(feed: Feed, now: datetime, language: str) -> str:
    """Say when a feed is looked at next: one that is due waits only for its turn."""
    due = feed.state.next_check_at
    if due is None:
        return ""
    return translate(language, "feeds.due") if due <= now else words.ago(due, now, language)


def gaps(feed: Feed, now: datetime, language: str) -> str:
    """Say how often a feed had rolled on between two looks, so that something was missed."""
    last_at = feed.state.last_gap_at
    if last_at is None:
        return ""
    when = ago(last_at, now, language)
    return translate(language, "feeds.gaps_told", count=feed.state.gaps, ago=when)


def articles(feed: Feed, counts: ArticleCounts, language: str, *, reads_pages: bool) -> str:
    """Say what reading a feed's articles came to within a day; "" where they are not read."""
    if not feed.reads_articles:
        return ""
    if not reads_pages:
        return translate(language, "feeds.articles_resting")
    return translate(
        language,
        "feeds.articles_counts",
        read=words.number(counts.read, language),
        without=words.number(counts.without_text, language),
        waiting=words.number(counts.waiting, language),
    )


def detail(
    feed: Feed,
    chat: Chat,
    *,
    now: datetime,
    line_up: Sequence[Feed] = (),
    counts: ArticleCounts = NOT_READ,
    reads_pages: bool = False,
) -> Message:
    """Show one feed in full, with what can be done to it, and who is read in whose place.

    ``line_up`` is the source and its fallbacks in the order of their turns. ``reads_pages`` says
    that articles' pages can be read here, ``counts`` what came of reading the feed's.
    """
    language, state = chat.language, feed.state
    facts: list[tuple[str, str | Html]] = [
        ("feeds.address", code(tidy(masked(feed.url), 500))),
        ("feeds.outlet", outlet_name(feed.outlet, language)),
        ("feeds.read_as", read_as(feed, language)),
        ("feeds.languages", ", ".join(words.language_name(lang, language) for lang in feed.languages)),
        ("feeds.items", words.number(feed.items, language)),
        ("feeds.checked", ago(state.last_checked_at, now, language) if state.last_checked_at else ""),
        ("feeds.new_item", news(feed, now, language)),
        ("feeds.next", next_look(feed, now, language)),
        ("feeds.every", words.lasting(timedelta(seconds=state.interval_s), language) if state.interval_s else ""),
        ("feeds.answer", "" if state.last_status is None else f"HTTP {state.last_status}"),
        ("feeds.failures", words.number(state.failure_count, language) if state.failure_count else ""),
        ("feeds.gaps", gaps(feed, now, language)),
        ("feeds.articles", articles(feed, counts, language, reads_pages=reads_pages)),
        ("feeds.moved", tidy(masked(feed.moved_from), 300)),
    ]  # fmt: skip
    rows = [joined((f"{translate(language, key)}:", value), " ") for key, value in facts if value]
    title = link(name(feed), masked(feed.site_url or feed.url))
    head = joined((sign(feed), bold(title), f"· {feed.id}"), " ")
    # What it last brought stands in a row of its own.
    ails = "" if sign(feed) == SIGNS[FeedStatus.OK] else escape(condition(feed, language, now))
    return Message(
        joined((head, ails, joined(rows), _turns(feed, line_up, language, now)), "\n\n"),
        buttons(feed, language, reads_pages=reads_pages),
    )


def _turns(feed: Feed, line_up: Sequence[Feed], language: str, now: datetime) -> Html:
    """List a source's fallbacks in order; of a fallback, name what it stands in for."""
    if len(line_up) <= 1:
        return Html("")
    source = line_up[0]
    if feed.id != source.id:
        named = joined((name(source), f"/f{source.id}"), " ")
        return translate_html(language, "feeds.fallback_of", source=named)
    rows = [
        joined(
            (
                f"{place}. {sign(one)} {way_of(one, language)} /f{one.id}",
                italic(condition(one, language, now)),
            ),
            " · ",
        )
        for place, one in enumerate(line_up[1:], 1)
    ]
    head = translate_html(language, "feeds.fallbacks")
    return joined((joined((head, instead(line_up, language)), " "), *rows))


def read_as(feed: Feed, language: str) -> str:
    """Say how a source is read that is no feed, and by which selector."""
    if feed.kind not in SOURCES:
        return ""
    item = feed.rules.get("item", "")
    kind = translate(language, SOURCES[feed.kind])
    return f"{kind} ({tidy(item, 100)})" if item else kind


def buttons(feed: Feed, language: str, *, reads_pages: bool = False) -> Keyboard:
    """Return what can be done to a feed."""
    resting = feed.state.status in (FeedStatus.PAUSED, FeedStatus.GONE)
    toggle = (
        Button(f"▶️ {translate(language, 'button.resume')}", press("fr", feed.id))
        if resting
        else Button(f"⏸ {translate(language, 'button.pause')}", press("fp", feed.id))
    )
    look = Button(f"🔄 {translate(language, 'button.check_now')}", press("fn", feed.id))
    return (
        (toggle,) if resting else (toggle, look),
        *_articles_button(feed, language, reads_pages=reads_pages),
        (
            Button(f"🗑 {translate(language, 'button.remove')}", press("fq", feed.id)),
            Button(f"‹ {translate(language, 'button.all')}", press("fd", 0)),
        ),
    )


def _articles_button(feed: Feed, language: str, *, reads_pages: bool) -> Keyboard:
    """Return the button that has a feed's articles read, or no more; none where that is moot."""
    if feed.reads_articles:
        label = f"📰 {translate(language, 'button.headlines_only')}"
        return ((Button(label, press("fh", feed.id, 0)),),)
    if not reads_pages or feed.kind in (FeedKind.TELEGRAM, FeedKind.IMPORT):
        return ()
    label = f"📃 {translate(language, 'button.read_articles')}"
    return ((Button(label, press("fh", feed.id, 1)),),)


def sample(title: str, url: str, at: datetime | None, chat: Chat, now: datetime) -> Html:
    """Return one entry that a feed would bring."""
    when = words.when(at, now, chat.language, words.zone(chat.time_zone)) if at else ""
    shown = tidy(title, 160) or translate(chat.language, "story.untitled")
    return joined((link(shown, url), when), " · ")


# --- notices --------------------------------------------------------------------------------

NOTICE_SIGNS = {
    FeedNoticeKind.ILL: "🔴",
    FeedNoticeKind.RECOVERED: "🟢",
    FeedNoticeKind.SILENT: SILENT,
    FeedNoticeKind.GONE: "⚫",
    FeedNoticeKind.MOVED: "➡️",
    FeedNoticeKind.LISTED_TWICE: "☝️",
}
MOST_NOTICES = 10
"""So many changes are told with their causes, or, of more, in a line each."""


def notices(changes: Sequence[FeedNotice], chat: Chat, *, now: datetime) -> Message:
    """Show what befell feeds: one message, however many there are, that fits on a screen."""
    language, more = chat.language, len(changes) - MOST_NOTICES
    if more <= 0:
        return Message(joined((notice(one, language, now) for one in changes), "\n\n"))
    lines = joined(befell(one, language) for one in changes[:MOST_NOTICES])
    return Message(joined((lines, translate_html(language, "notice.more", count=more)), "\n\n"))


def befell(change: FeedNotice, language: str) -> Html:
    """Return in a line what befell a feed."""
    return joined(
        (
            NOTICE_SIGNS[change.kind],
            bold(tidy(masked(change.title or change.url), 60)),
            escape(translate(language, f"notice.feed_{change.kind}")),
            f"/f{change.feed_id}",
        ),
        " ",
    )


def notice(change: FeedNotice, language: str, now: datetime) -> Html:
    """Return what befell one feed, and why."""
    ails = change.kind in (FeedNoticeKind.ILL, FeedNoticeKind.GONE) and change.error_key
    cause = complaint(language, change.error_key, change.error_values) if ails else ""
    since = ""
    if change.since is not None and change.kind in (FeedNoticeKind.ILL, FeedNoticeKind.SILENT):
        since = translate(language, "feeds.since", ago=ago(change.since, now, language))
    tried = ""
    if change.fallbacks and change.kind in (FeedNoticeKind.ILL, FeedNoticeKind.GONE):
        tried = translate(language, "feeds.tries_fallbacks")
    where = code(tidy(masked(change.url), 300)) if change.kind is FeedNoticeKind.MOVED else ""
    return joined((befell(change, language), joined((cause, since, tried), " "), where))
