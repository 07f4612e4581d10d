from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from storage import feeds
from storage.errors import NewsError
from storage.feeds import NewFeed
from storage.model import (
    Feed,
    FeedKind,
    FeedNoticeKind,
    FeedState,
    FeedStatus,
    Outlet,
    OutletId,
    Ownership,
)
from storage.sql import Connection
from watchers import catalogue
from watchers.catalogue.starting import starting_fallbacks, starting_feeds

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def add(db: Connection, url: str = "https://a.kz/rss", **told: str) -> Feed:
    return feeds.add(db, NewFeed(url, told.get("title", ""), told.get("outlet", "A")), NOW)


def urls(found: tuple[Feed, ...]) -> list[str]:
    return [feed.url for feed in found]


def test_every_field_of_a_state_is_kept(connection: Connection) -> None:
    feed = add(connection)
    state = FeedState(
        status=FeedStatus.ERROR,
        next_check_at=NOW + timedelta(hours=1),
        interval_s=901,
        last_checked_at=NOW,
        last_status=503,
        last_ok_at=NOW - timedelta(hours=1),
        last_new_at=NOW - timedelta(hours=2),
        usual_gap_s=3600,
        failure_weight=1.25,
        failure_count=3,
        failing_since=NOW - timedelta(minutes=5),
        error_key="error.unavailable",
        error_values={"status": 503, "host": "а"},
        told_ill_at=NOW,
        silent_since=NOW,
        etag='W/"x"',
        last_modified="Mon",
        body_digest="1ab",
        entries_seen="AAAA",
        max_age_s=60,
        ttl_s=3600,
        rest_times="1 2/6",
        moved_to="https://b.kz/",
        moved_seen=1,
        baseline_done=True,
        told_well_at=NOW,
        notice=FeedNoticeKind.ILL,
    )
    feeds.keep_state(connection, feed.id, state, new=2)
    kept = feeds.found(connection, str(feed.id))
    assert (state, 2) == (kept.state, kept.items)


def test_a_new_feed_is_due_at_once_and_a_visited_one_at_its_time(connection: Connection) -> None:
    feed = add(connection)
    assert urls(feeds.due(connection, NOW)) == [feed.url]
    later = replace(feed.state, status=FeedStatus.OK, next_check_at=NOW + timedelta(minutes=15))
    feeds.keep_states(connection, [(feed.id, later)])
    assert () == feeds.due(connection, NOW + timedelta(minutes=14))
    assert [feed.url] == urls(feeds.due(connection, NOW + timedelta(minutes=15)))
    assert NOW + timedelta(minutes=15) == feeds.next_due(connection)
    add(connection, "https://a.kz/new")
    assert NOW == feeds.next_due(connection)


def test_the_longest_waiting_come_first(connection: Connection) -> None:
    for hours in (1, 3, 2):
        feed = add(connection, f"https://a.kz/{hours}")
        state = FeedState(status=FeedStatus.OK, next_check_at=NOW - timedelta(hours=hours))
        feeds.keep_state(connection, feed.id, state)
    first, *_ = due = feeds.due(connection, NOW, 2)
    assert ["https://a.kz/3", "https://a.kz/2"] == urls(due)
    besides = frozenset({first.id})
    assert ["https://a.kz/2", "https://a.kz/1"] == urls(feeds.due(connection, NOW, 2, besides))


def test_paused_gone_and_imported_feeds_are_not_polled(connection: Connection) -> None:
    paused, gone = add(connection, "https://a.kz/1"), add(connection, "https://a.kz/2")
    feeds.of_import(connection, "archive", "Вестник", NOW)
    feeds.pause(connection, paused.id)
    feeds.keep_state(connection, gone.id, FeedState(status=FeedStatus.GONE))
    assert () == feeds.due(connection, NOW) == feeds.pollable(connection)
    assert None is feeds.found(connection, str(paused.id)).state.next_check_at


def test_a_feed_paused_while_it_is_looked_at_stays_paused(connection: Connection) -> None:
    feed = add(connection)
    feeds.pause(connection, feed.id)
    feeds.keep_state(connection, feed.id, FeedState(status=FeedStatus.OK, last_ok_at=NOW))
    kept = feeds.found(connection, str(feed.id)).state
    assert (FeedStatus.PAUSED, NOW) == (kept.status, kept.last_ok_at)


def test_a_resumed_feed_is_due_with_a_clean_slate(connection: Connection) -> None:
    feed = add(connection)
    ill = FeedState(status=FeedStatus.GONE, failure_weight=4, error_key="error.gone")
    feeds.keep_state(connection, feed.id, ill)
    feeds.resume(connection, feed.id, NOW)
    (due,) = feeds.due(connection, NOW)
    assert (FeedStatus.NEW, 0, "") == (
        due.state.status,
        due.state.failure_weight,
        due.state.error_key,
    )


@pytest.mark.parametrize(
    "again",
    [
        "https://a.kz/rss",
        "http://a.kz/rss",
        "HTTPS://A.KZ/rss",
        "https://a.kz:443/rss",
        "http://a.kz:80/rss",
        "https://a.kz/rss#top",
    ],
)
def test_an_address_is_there_once_however_it_is_spelt(connection: Connection, again: str) -> None:
    feed = add(connection)
    with pytest.raises(NewsError) as refused:
        add(connection, again)
    assert ("feed.exists", feed.id) == (refused.value.text_key, refused.value.values["id"])


PLAIN = {
    "HTTP://U:P@A.KZ:80/Rss?x=1&Y#z": "http://U:P@a.kz/Rss?x=1&Y",
    "https://a.kz": "https://a.kz/",
    "https://a.kz:80/?": "https://a.kz:80/?",
    "http://[FE80::1]:8080/A/../b": "http://[fe80::1]:8080/A/../b",
    "import:Archive/Source": "import:Archive/Source",
    "http://[": "http://[",
}


@pytest.mark.parametrize(("told", "kept"), PLAIN.items())
def test_only_what_no_server_sees_of_an_address_is_made_plain(told: str, kept: str) -> None:
    assert (kept, kept) == (feeds.plainly(told), feeds.plainly(kept))


def test_a_feed_is_found_by_id_or_address(connection: Connection) -> None:
    feed = add(connection)
    assert feed == feeds.found(connection, str(feed.id)) == feeds.found(connection, feed.url)
    for unknown in ("77", "https://b.kz/", "", "9" * 30, "²"):
        with pytest.raises(NewsError) as refused:
            feeds.found(connection, unknown)
        assert "feed.unknown" == refused.value.text_key


def test_a_move_keeps_where_the_feed_came_from(connection: Connection) -> None:
    feed, other = add(connection), add(connection, "https://b.kz/rss")
    assert feeds.move(connection, feed.id, "https://c.kz:8443/rss")
    moved = feeds.found(connection, str(feed.id))
    assert ("https://c.kz:8443/rss", feed.url) == (moved.url, moved.moved_from)
    assert not feeds.move(connection, feed.id, other.url)


def test_a_host_at_rest_puts_its_feeds_off_and_brings_none_forward(connection: Connection) -> None:
    soon, late = add(connection, "https://a.kz/1"), add(connection, "https://a.kz/2")
    other = add(connection, "https://b.kz/1")
    for feed, hours in ((soon, 1), (late, 9), (other, 1)):
        state = FeedState(status=FeedStatus.OK, next_check_at=NOW + timedelta(hours=hours))
        feeds.keep_state(connection, feed.id, state)
    feeds.rest_host(connection, "a.kz", NOW + timedelta(hours=4))
    told = [
        feeds.found(connection, str(one.id)).state.next_check_at for one in (soon, late, other)
    ]
    rested, *others = told
    assert timedelta() <= rested - NOW - timedelta(hours=4) < timedelta(minutes=1)
    assert [NOW + timedelta(hours=hours) for hours in (9, 1)] == others


def test_a_hosts_feeds_do_not_all_wake_at_once(connection: Connection) -> None:
    asleep = [add(connection, f"https://a.kz/{n}") for n in range(20)]
    for feed in asleep:
        state = FeedState(status=FeedStatus.OK, next_check_at=NOW)
        feeds.keep_state(connection, feed.id, state)
    feeds.rest_host(connection, "a.kz", NOW + timedelta(hours=4))
    wake = {feeds.found(connection, str(one.id)).state.next_check_at for one in asleep}
    assert len(asleep) == len(wake)


def test_notices_are_taken_once(connection: Connection) -> None:
    feed = add(connection)
    ill = FeedState(
        error_key="error.dns", error_values={"host": "a.kz"}, notice=FeedNoticeKind.ILL
    )
    feeds.keep_state(connection, feed.id, ill)
    feeds.keep_state(connection, feed.id, replace(ill, notice=None))
    (notice,) = feeds.take_notices(connection)
    assert (FeedNoticeKind.ILL, "error.dns", {"host": "a.kz"}) == (
        notice.kind,
        notice.error_key,
        notice.error_values,
    )
    assert () == feeds.take_notices(connection)


def test_removing_a_feed_forgets_it(connection: Connection) -> None:
    feed = add(connection)
    feeds.remove(connection, feed.id)
    assert None is feeds.by_url(connection, feed.url)


def test_a_feeds_own_name_never_replaces_a_better_one(connection: Connection) -> None:
    nameless, named = add(connection), add(connection, "https://b.kz/", title="Вестник")
    for feed in (nameless, named):
        feeds.retitle(connection, feed.id, "RSS", "https://a.kz/", "ru")
    told = [feeds.found(connection, str(one.id)).title for one in (nameless, named)]
    assert ["RSS", "Вестник"] == told


def test_a_set_of_feeds_is_added_once(connection: Connection) -> None:
    outlet = Outlet(OutletId(0), "Вестник", "KZ", Ownership.STATE, wire=True, family="house")
    first = [(NewFeed("https://a.kz/", "", "Вестник"), outlet)]
    assert [1, 0] == [len(feeds.add_all(connection, first, NOW)) for _ in range(2)]
    kept = feeds.found(connection, "https://a.kz/").outlet
    assert replace(outlet, id=kept.id) == kept


def test_the_catalogue_is_added_once_with_its_fallbacks(connection: Connection) -> None:
    found, others = starting_feeds(), starting_fallbacks()
    added = [feeds.add_catalogue(connection, found, NOW, others) for _ in range(2)]
    assert [len(found), 0] == added
    every = feeds.every(connection)
    assert len(found) + len(others) == len(every)
    official = {feed.url for feed in every if feed.outlet.official}
    assert official >= {feed.url for feed, outlet in found if outlet.official}


def test_who_removed_every_feed_is_not_given_the_catalogue_again(connection: Connection) -> None:
    assert feeds.wants_catalogue(connection)
    feeds.add_catalogue(connection, starting_feeds(), NOW)
    for feed in feeds.every(connection):
        feeds.remove(connection, feed.id)
    assert not feeds.wants_catalogue(connection)


def test_who_chose_their_own_feeds_is_not_given_the_catalogue(connection: Connection) -> None:
    add(connection)
    assert not feeds.wants_catalogue(connection)


def test_mirrors_never_lead_in_circles() -> None:
    table = catalogue.mirrors()
    assert set(table).isdisjoint(table.values())


# --- fallbacks -------------------------------------------------------------------------------

ILL = FeedState(status=FeedStatus.ERROR, failure_weight=1.0)
AILING = FeedState(status=FeedStatus.ERROR, failure_weight=0.5)
WELL = FeedState(status=FeedStatus.OK, last_ok_at=NOW)
SILENT = replace(WELL, silent_since=NOW, last_new_at=NOW - timedelta(days=2))
GONE = FeedState(status=FeedStatus.GONE)
PAUSED = FeedState(status=FeedStatus.PAUSED)

TURNS: dict[str, tuple[FeedState, tuple[FeedState, ...], str]] = {
    "all is well": (WELL, (WELL, WELL, WELL), ""),
    "the source was never looked at": (FeedState(), (FeedState(),) * 3, ""),
    "it failed, not yet ill": (AILING, (WELL, WELL, WELL), ""),
    "ill: the first": (ILL, (FeedState(), FeedState(), FeedState()), "sitemap"),
    "gone: the first": (GONE, (WELL, WELL, WELL), "sitemap"),
    "silent: the first": (SILENT, (WELL, WELL, WELL), "sitemap"),
    "the first too: it is tried again, and the second": (ILL, (ILL, WELL, WELL), "sitemap page"),
    "the first is gone: the second": (ILL, (GONE, WELL, WELL), "page"),
    "the first fails, not yet ill": (ILL, (AILING, WELL, WELL), "sitemap"),
    "the first is switched off": (ILL, (PAUSED, WELL, WELL), "page"),
    "all but the last are ill": (ILL, (ILL, SILENT, WELL), "sitemap page channel"),
    "the source is paused": (PAUSED, (WELL, WELL, WELL), ""),
    "well again while the others are not": (WELL, (ILL, ILL, WELL), ""),
}


@pytest.mark.parametrize(("source", "others", "expected"), TURNS.values(), ids=TURNS)
def test_a_fallback_is_read_while_all_before_it_are_ill(
    connection: Connection, source: FeedState, others: tuple[FeedState, ...], expected: str
) -> None:
    kinds = {"channel": FeedKind.TELEGRAM, "page": FeedKind.PAGE, "sitemap": FeedKind.FEED}
    main = add(connection, outlet="Outlet")
    ids = {}
    for name, kind in kinds.items():  # added in another order than that of their turns
        new = NewFeed(f"https://a.kz/{name}", "", "", kind)
        ids[name] = feeds.add_fallback(connection, main.id, new, NOW).id
    feeds.keep_state(connection, main.id, source)
    for name, state in zip(("sitemap", "page", "channel"), others, strict=True):
        feeds.keep_state(connection, ids[name], state)
    for found in (feeds.pollable(connection), feeds.due(connection, NOW)):
        assert expected == " ".join(
            name for name in ("sitemap", "page", "channel") if ids[name] in [f.id for f in found]
        )
    for any_of_them in (main.id, ids["page"]):
        line = feeds.line_up(connection, any_of_them)
        assert [main.id, ids["sitemap"], ids["page"], ids["channel"]] == [one.id for one in line]
        waiting = [
            one.waits or one.state.status in {FeedStatus.GONE, FeedStatus.PAUSED}
            for one in line[1:]
        ]
        assert [name not in expected.split() for name in ("sitemap", "page", "channel")] == waiting
    assert {main.outlet.name} == {one.outlet.name for one in feeds.every(connection)}


def test_a_fallback_of_a_fallback_is_its_sources(connection: Connection) -> None:
    main = add(connection)
    first = feeds.add_fallback(connection, main.id, NewFeed("https://a.kz/1", "", ""), NOW)
    second = feeds.add_fallback(connection, first.id, NewFeed("https://a.kz/2", "", ""), NOW)
    assert (main.id, main.id) == (first.fallback_of, second.fallback_of)


def test_a_fallback_that_is_a_source_already_is_refused(connection: Connection) -> None:
    main, other = add(connection), add(connection, "https://b.kz/rss")
    with pytest.raises(NewsError, match=r"feed\.exists"):
        feeds.add_fallback(connection, main.id, NewFeed(other.url, "", ""), NOW)


def test_an_import_has_no_fallbacks(connection: Connection) -> None:
    imported = feeds.of_import(connection, "a.jsonl", "", NOW)
    with pytest.raises(NewsError, match=r"feed\.imported"):
        feeds.add_fallback(connection, imported.id, NewFeed("https://a.kz/1", "", ""), NOW)


def test_fallbacks_go_with_their_source_and_count_as_part_of_it(connection: Connection) -> None:
    main = add(connection)
    feeds.add_fallback(connection, main.id, NewFeed("https://a.kz/1", "", ""), NOW)
    assert {FeedStatus.NEW: 1} == feeds.count(connection)
    feeds.remove(connection, main.id)
    assert () == feeds.every(connection)


@pytest.mark.parametrize(
    ("state", "expected"),
    [(FeedState(), None), (replace(ILL, last_ok_at=NOW), NOW), (SILENT, NOW - timedelta(days=2))],
)
def test_news_is_told_until_a_source_last_told_some(
    connection: Connection, state: FeedState, expected: datetime | None
) -> None:
    main = add(connection)
    other = feeds.add_fallback(connection, main.id, NewFeed("https://a.kz/1", "", ""), NOW)
    feeds.keep_state(connection, main.id, state)
    assert expected == feeds.told_until(connection, other.id)


def test_an_ill_sources_notice_says_that_others_are_tried(connection: Connection) -> None:
    main = add(connection)
    feeds.add_fallback(connection, main.id, NewFeed("https://a.kz/1", "", ""), NOW)
    feeds.keep_state(connection, main.id, replace(ILL, notice=FeedNoticeKind.ILL))
    (notice,) = feeds.take_notices(connection)
    assert 1 == notice.fallbacks


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://blog.example.org/rss", "Steppe Palace (blog.example.org)"),
        ("https://t.me/s/steppe_palace_fans", "Steppe Palace (t.me)"),
        ("https://www.palace.example/kz/rss", "Steppe Palace"),
        ("https://t.me/s/steppe_palace", "Steppe Palace"),
    ],
)
@pytest.mark.parametrize("door", ["one", "many"])
def test_nobody_is_official_by_a_borrowed_name(
    connection: Connection, url: str, name: str, door: str
) -> None:
    palace = Outlet(OutletId(0), "Steppe Palace", "kz", Ownership.STATE, official=True)
    known = ("https://palace.example/rss", "https://t.me/s/steppe_palace_press")
    feeds.add_all(connection, [(NewFeed(one, "", "Steppe Palace"), palace) for one in known], NOW)
    feeds.add_all(
        connection, [(NewFeed("https://t.me/s/Steppe_Palace", "", "Steppe Palace"), palace)], NOW
    )
    if url == "https://t.me/s/steppe_palace":
        url += "?before=1"
    new = NewFeed(url, "", "Steppe Palace")
    if door == "one":
        added = feeds.add(connection, new, NOW)
    else:
        unknown = Outlet(OutletId(0), "Steppe Palace", "", Ownership.UNKNOWN)
        [number] = feeds.add_all(connection, [(new, unknown)], NOW)
        added = feeds.get(connection, number)
    assert added is not None
    assert (name, name == "Steppe Palace") == (added.outlet.name, added.outlet.official)
