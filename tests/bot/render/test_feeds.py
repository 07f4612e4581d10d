"""Sources as admins see them, and explanations of what came or did not."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.conversation import Message
from bot.delivery import message as delivery_message
from bot.notices import enqueue_feed_notices
from bot.render import feeds as render
from bot.render import reasons
from bot.render.markup import plain
from bot.texts import complaint
from storage import chats, feeds
from storage.feeds import FeedNotice
from storage.model import (
    Chat,
    ChatId,
    ChatKind,
    DeliveryId,
    Feed,
    FeedId,
    FeedKind,
    FeedNoticeKind,
    FeedState,
    FeedStatus,
    ItemId,
    Match,
    Outlet,
    OutletId,
    StoryId,
    SubscriptionId,
    ThreadId,
)
from storage.outbox import queue
from storage.outbox.deliveries import Delivery, DeliveryKind, DeliveryState, Sentence
from storage.sql import Connection
from tests.bot.sample_stories import ALMATY, MOSCOW, NOW, sample_item, story
from watchers.explanation import Account, Apart, Came
from watchers.stories import Grounds
from watchers.text.names import EntityId

AGO = NOW - timedelta(hours=2)
AGO_S = timedelta(seconds=1)


def feed(number: int = 1, **state: object) -> Feed:
    outlet = Outlet(OutletId(number), f"Outlet {number}", "KZ")
    return Feed(
        FeedId(number), f"https://o{number}.example/rss", "", FeedKind.FEED, outlet,
        state=FeedState(**state),  # type: ignore[arg-type]
    )  # fmt: skip


OK = {"status": FeedStatus.OK, "last_new_at": AGO}
ILL = {"status": FeedStatus.ERROR, "error_key": "error.timeout", "error_values": {"seconds": 30}}


@pytest.mark.parametrize(
    ("state", "sign", "said"),
    [
        ({}, "⚪", "not checked yet"),
        (OK, "🟢", "last news 2 hours ago"),
        (OK | {"last_new_at": NOW - timedelta(seconds=43)}, "🟢", "last news just now"),
        (OK | {"silent_since": AGO}, "🟡", "answers, but brings nothing new (went quiet 2 hours ago)"),
        (ILL, "🔴", "No complete answer came within 30 seconds."),
        (ILL | {"failing_since": AGO}, "🔴",
         "No complete answer came within 30 seconds. (began 2 hours ago)"),
        ({"status": FeedStatus.PAUSED}, "⏸", "paused"),
        ({"status": FeedStatus.GONE}, "⚫", "gone for good"),
    ],
)  # fmt: skip
def test_a_feeds_health_is_a_sign_and_a_reason(
    state: dict[str, object], sign: str, said: str
) -> None:
    one = replace(feed(**state), items=4)
    assert (sign, said) == (render.sign(one), render.condition(one, "en", NOW))


def test_an_empty_feed_has_no_last_news_and_one_that_is_due_no_past() -> None:
    looked = {"last_new_at": NOW, "last_checked_at": NOW, "next_check_at": NOW - AGO_S}
    empty = feed(**(OK | looked))
    said = plain(render.detail(empty, ALMATY, now=NOW).html)
    assert "Checked: just now" in said
    assert "Last news: none yet" in said
    assert "Next check: now" in said
    later = replace(empty.state, next_check_at=NOW + timedelta(minutes=5))
    assert "Next check: in 5 minutes" in plain(
        render.detail(replace(empty, state=later), ALMATY, now=NOW).html
    )
    assert "Следующая проверка: сейчас" in plain(render.detail(empty, MOSCOW, now=NOW).html)


def test_a_paused_feed_is_said_to_be_whatever_it_told_before() -> None:
    paused = replace(feed(**(OK | {"status": FeedStatus.PAUSED})), items=4)
    assert "paused" == render.condition(paused, "en", NOW)


def test_whoever_needs_a_look_stands_first() -> None:
    states = ({"status": FeedStatus.PAUSED}, OK, {}, OK | {"silent_since": AGO},
              {"status": FeedStatus.GONE}, ILL, ILL | {"failure_weight": 9.0})  # fmt: skip
    found = [feed(number, **state) for number, state in enumerate(states, 1)]
    assert [7, 6, 5, 4, 3, 2, 1] == [one.id for one in render.ill_first(found)]


def test_a_thousand_feeds_are_pages() -> None:
    found = [feed(number, **OK) for number in range(1, 1001)]
    first = render.overview(found, ALMATY, now=NOW, page=0, wanted="")
    assert "1,000 sources" in plain(first.html)
    assert ["1 / 125", "›"] == [button.label for button in first.keyboard[0]]
    last = render.overview(found, ALMATY, now=NOW, page=999, wanted="")
    assert "125 / 125" == last.keyboard[0][1].label


@pytest.mark.parametrize(
    ("gaps", "chat", "said"),
    [
        (1, ALMATY, "Gaps: 1 time nothing was left of the look before, last 2 hours ago. I look more often."),
        (3, MOSCOW, "Пропуски: 3 раза от прошлого просмотра ничего не осталось, последний раз 2 часа назад. Смотрю чаще."),
    ],
)  # fmt: skip
def test_a_card_tells_the_gaps(gaps: int, chat: Chat, said: str) -> None:
    one = feed(**(OK | {"gaps": gaps, "last_gap_at": AGO}))
    assert said in plain(render.detail(one, chat, now=NOW).html)
    assert said.partition(":")[0] not in plain(render.detail(feed(**OK), chat, now=NOW).html)


def test_a_feed_in_full_leaves_out_what_is_not_known() -> None:
    said = plain(render.detail(feed(), MOSCOW, now=NOW).html)
    assert "Адрес: https://o1.example/rss" in said
    assert "Неудач подряд" not in said
    known = replace(
        feed(**OK, last_checked_at=AGO, interval_s=900, last_status=200, failure_count=3),
        moved_from="https://old.example/", languages=("ru", "uz-Latn"),
    )  # fmt: skip
    said = plain(render.detail(known, ALMATY, now=NOW).html)
    for fact in ("Check interval: 15 minutes", "Last answer: HTTP 200", "Failures in a row: 3",
                 "Languages: Russian, Uzbek", "Moved from: https://old.example/"):  # fmt: skip
        assert fact in said


@pytest.mark.parametrize(
    ("kind", "rules", "said"),
    [
        (FeedKind.PAGE, {"item": ".news > li"}, "Read: from its page (.news > li)"),
        (FeedKind.TELEGRAM, {}, "Read: from Telegram"),
        (FeedKind.FEED, {}, ""),
    ],
)
def test_a_source_that_is_no_feed_says_how_it_is_read(
    kind: FeedKind, rules: dict[str, str], said: str
) -> None:
    shown = plain(render.detail(replace(feed(), kind=kind, rules=rules), ALMATY, now=NOW).html)
    assert said in shown
    assert bool(said) == ("Read:" in shown)


def test_a_complaint_names_the_feeds_a_page_points_to() -> None:
    said = complaint("en", "error.page_html", {"feeds": ["https://a.example/rss"]})
    assert "A web page came instead of a feed. It points to: https://a.example/rss" == said
    assert "?" in complaint("en", "error.timeout", {})


# --- notices --------------------------------------------------------------------------------


def notice(kind: FeedNoticeKind, number: int = 1) -> FeedNotice:
    return FeedNotice(
        FeedId(number), kind, f"https://o{number}.example/", "Outlet", "error.dns",
        {"host": "o1.example"}, AGO,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (FeedNoticeKind.ILL, ("🔴 Outlet is failing /f1\n"
         "The name o1.example cannot be resolved. (began 2 hours ago)")),
        (FeedNoticeKind.RECOVERED, "🟢 Outlet works again /f1"),
        (FeedNoticeKind.SILENT, ("🟡 Outlet answers but brings nothing new /f1\n"
         "(began 2 hours ago)")),
        (FeedNoticeKind.GONE, ("⚫ Outlet is gone for good /f1\n"
         "The name o1.example cannot be resolved.")),
        (FeedNoticeKind.MOVED, "➡️ Outlet has moved /f1\nhttps://o1.example/"),
    ],
)  # fmt: skip
def test_what_befell_a_feed_is_told_in_a_line_or_two(kind: FeedNoticeKind, said: str) -> None:
    assert said == plain(render.notices([notice(kind)], ALMATY, now=NOW).html)


def test_many_notices_are_one_message() -> None:
    told = render.notices(
        [notice(FeedNoticeKind.ILL, number) for number in range(30)], ALMATY, now=NOW
    )
    head, _, foot = plain(told.html).partition("\n\n")
    assert 10 == len(head.splitlines())
    assert "🔴 Outlet is failing /f0" == head.splitlines()[0]
    assert "…and 20 more in /feeds" == foot


def test_admins_are_told_once_and_only_those_who_met_us(connection: Connection) -> None:
    added = feeds.add(connection, feeds.NewFeed("https://a.example/", "A", "A"), NOW)
    state = FeedState(status=FeedStatus.ERROR, error_key="error.broken", notice=FeedNoticeKind.ILL)
    feeds.keep_state(connection, added.id, state)
    assert 0 == enqueue_feed_notices(connection, {5}, NOW)
    chats.see_chat(connection, Chat(ChatId(5), ChatKind.PRIVATE, language="ru"), NOW)
    assert 1 == enqueue_feed_notices(connection, {5, 6}, NOW)
    assert 0 == enqueue_feed_notices(connection, {5, 6}, NOW)
    (owed,) = queue.claim(connection, NOW, 10)
    assert "перестал читаться" in owed.payload.html


# --- why ------------------------------------------------------------------------------------

TOLD = story(sample_item("Tokayev opens a railway"))
GAS = SubscriptionId(1)


def owed(state: DeliveryState, reason: str = "") -> Delivery:
    return Delivery(
        DeliveryId(1), ALMATY.id, ThreadId(0), DeliveryKind.ALERT, "s7", StoryId(7), {}, state,
        AGO, AGO, reason=reason,
    )  # fmt: skip


def explained(**known: object) -> str:
    return plain(reasons.why(reasons.Trace(TOLD, **known), ALMATY, now=NOW).html)  # type: ignore[arg-type]


def met(term: str, word: str) -> Match:
    return Match(GAS, ItemId(1), StoryId(7), term, word)


@pytest.mark.parametrize(
    ("term", "word", "said"),
    [
        ("Токаев", "Tokayev", "Your query “Токаев”: “Токаев” ≈ “Tokayev”."),
        ("tokayev", "Tokayev", "Your query “Токаев” matched the word “Tokayev”."),
        ("", "", "Your query “Токаев” matched it."),
    ],
)
def test_why_names_the_query_and_the_word(term: str, word: str, said: str) -> None:
    assert said in explained(matches=(met(term, word),) * 3, queries={GAS: "Токаев"})


def test_why_tells_the_query_as_it_was_then() -> None:
    matches = (replace(met("bank", "Bank"), query="bank"),)
    said = explained(matches=matches, queries={GAS: "bank country:kg"})
    assert "Your query “bank” matched the word “Bank”. (now it is “bank country:kg”)" in said
    assert "not noted" not in said
    old = explained(matches=(met("bank", "Bank"),), queries={GAS: "bank country:kg"})
    assert "which they were then was not noted yet" in old


def test_why_names_a_word_once_however_outlets_write_it() -> None:
    matches = (met("gas", "gas"), met("gas", "Gas"), met("gas", "GAS"))
    said = explained(matches=matches, queries={GAS: "gas"})
    assert 1 == said.casefold().count("query “gas”")


def test_an_alert_names_a_word_once_however_outlets_write_it() -> None:
    matter = delivery_message.RenderContext(
        ALMATY, TOLD, matches=(met("gas", "gas"), met("gas", "Gas"))
    )
    said = delivery_message.alert(matter, NOW, "wire_bot")
    assert isinstance(said, Message)
    assert 1 == plain(said.html).casefold().count("🔎 gas")
    assert "gas, gas" not in plain(said.html).casefold()


def test_why_says_what_became_of_it_and_for_what_reason() -> None:
    said = explained(
        matches=(met("a", "a"),),
        deliveries=(owed(DeliveryState.HELD, "quiet"), owed(DeliveryState.FAILED, "odd <thing>")),
    )
    assert "• Alert: held since 11:00 (quiet hours)" in said
    assert "• Alert: not sent, 11:00 (Telegram says “odd <thing>”)" in said


def test_why_says_when_nothing_met_or_came_too_early() -> None:
    assert "None of your queries matched this story." in explained()
    assert "it came before you subscribed" in explained(too_late=("Токаев",))
    assert "it was no news when it reached me" in explained(matches=(met("a", "a"),))
    digest = explained(matches=(met("a", "a"),), by_digest=frozenset({GAS}))
    assert "is told in the digest" in digest
    assert "no news" not in digest
    assert "You muted this story" in explained(muted=True)


def test_admins_see_what_joined_each_item() -> None:
    first, second = TOLD.items[0], replace(TOLD.items[0], id=ItemId(2))
    both = replace(TOLD, items=(first, second))
    evidence = (
        Account(first, Came.FIRST),
        Account(
            second,
            Came.LIKE,
            0.913,
            first,
            Grounds(0.42, ("railway", "Tokayev"), figures=("9 <cars>",), places=(EntityId("kz"),)),
            apart=(Apart("place", ("kz", "kg"), first),),
        ),
    )
    trace = reasons.Trace(both, evidence=evidence)
    said = plain(reasons.why(trace, ALMATY, now=NOW).html)
    assert "1. 🇰🇿 Steppe Courier\n— The first report of this story" in said
    assert (
        "2. 🇰🇿 Steppe Courier\n— 91% sure to be the same event as 1 (Steppe Courier): 42% of the"
        " text word for word; 2 rare words in common: railway, Tokayev; the same figure: 9 <cars>;"
        " the same place: Kazakhstan\n— Not the same as 1 (Steppe Courier): the places differ:"
        " Kazakhstan and Kyrgyzstan" in said
    )


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("no rights", "у бота нет права писать там"),
        ("unreadable answer: KeyError", "ответ Telegram не удалось прочесть"),
        ("bad request: odd", "ответ Telegram: «bad request: odd»"),
    ],
)
def test_a_channels_owner_reads_in_their_language_why_it_is_shut(why: str, said: str) -> None:
    notice = replace(
        owed(DeliveryState.SENDING),
        payload=Sentence("notice.shut", {"title": "Степь", "why": why}),
    )
    message = delivery_message.frozen(notice, MOSCOW, NOW, "")
    assert isinstance(message, Message)
    assert f"«Степь»: {said}." in plain(message.html)


def test_a_sure_verdict_is_not_said_to_be_certain() -> None:
    assert (99, 100, 0) == (reasons.percent(0.999), reasons.percent(1.0), reasons.percent(0.001))


# --- fallbacks ------------------------------------------------------------------------------


def line_up(source: dict[str, object], *others: tuple[dict[str, object], bool]) -> list[Feed]:
    """A source, and a news sitemap, a page and a channel that stand in for it."""
    kinds = (FeedKind.FEED, FeedKind.PAGE, FeedKind.TELEGRAM)
    main = feed(1, **source)
    return [
        main,
        *(
            replace(feed(number, **state), kind=kind, fallback_of=main.id, waits=waits, items=3)
            for number, ((state, waits), kind) in enumerate(zip(others, kinds, strict=False), 2)
        ),
    ]


WORKS = OK | {"last_ok_at": NOW, "last_new_at": NOW}
LINE_UPS = {
    "all is well": ((OK, (WORKS, True), (WORKS, True)), ""),
    "the first works": ((ILL, (WORKS, False), (WORKS, True)), "🔁 Meanwhile I read: feed or news sitemap /f2"),
    "the first is ill too": ((ILL, (ILL, False), (WORKS, False)), "🔁 Meanwhile I read: page /f3"),
    "the last": (
        (ILL, (ILL, False), (ILL, False), (WORKS, False)), "🔁 Meanwhile I read: Telegram /f4"
    ),
    "none yet": ((ILL, ({}, False), ({}, True)), "🔁 Trying what can stand in for it."),
    "none works": ((ILL, (ILL, False), (ILL, False)), "🔁 Trying what can stand in for it."),
}  # fmt: skip


@pytest.mark.parametrize(("states", "expected"), LINE_UPS.values(), ids=LINE_UPS)
def test_the_list_and_the_card_say_what_is_read_in_an_ill_sources_place(
    states: tuple[Any, ...], expected: str
) -> None:
    found = line_up(*states)
    listed = plain(
        render.overview(
            found[:1], ALMATY, now=NOW, page=0, wanted="", fallbacks={found[0].id: found[1:]}
        ).html
    )
    card = plain(render.detail(found[0], ALMATY, now=NOW, line_up=found).html)
    assert "While it is ill, in this order:" in card
    assert "1. " in card
    for said in (listed, card):
        assert expected in said
        assert bool(expected) == ("🔁" in said)


def test_a_fallback_that_waits_says_so_and_for_whom() -> None:
    found = line_up(OK, (WORKS, True))
    assert ("💤", "waits its turn") == (
        render.sign(found[1]),
        render.condition(found[1], "en", NOW),
    )
    said = plain(render.detail(found[1], MOSCOW, now=NOW, line_up=found).html)
    assert f"Заменяет {render.name(found[0])} /f1" in said


def test_a_notice_of_an_ill_source_says_that_it_is_being_replaced() -> None:
    ill = FeedNotice(FeedId(1), FeedNoticeKind.ILL, "https://a.example/", "A", fallbacks=2)
    assert "Trying what can stand in for it." in plain(render.notice(ill, "en", NOW))
    well = replace(ill, kind=FeedNoticeKind.RECOVERED)
    assert "stand in" not in plain(render.notice(well, "en", NOW))
