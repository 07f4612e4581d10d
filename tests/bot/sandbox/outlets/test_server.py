"""The sample outlets are invented, say so, and are served as real feeds."""

from datetime import timedelta

import aiohttp
import feedparser
import pytest

from bot.sandbox import Sandbox, sample_outlets
from bot.sandbox.outlets.generator import Supply
from bot.sandbox.outlets.news import first_items, later

HEALTHY = [outlet for outlet in sample_outlets() if outlet.form in ("rss", "atom")]


async def read(url, **headers):
    async with (
        aiohttp.ClientSession() as session,
        session.get(url, headers={k.replace("_", "-"): v for k, v in headers.items()}) as answer,
    ):
        return answer, await answer.read()


def test_every_outlet_says_that_it_is_a_sample_and_has_items():
    assert all("(sample)" in outlet.name for outlet in sample_outlets())
    assert {o.slug for o in HEALTHY} == {item.outlet for item in first_items()}
    assert {"en", "ru", "kk", "ky", "uz", "tg"} == {item.lang for item in first_items()}
    assert len(first_items()) >= 55


@pytest.mark.parametrize("outlet", HEALTHY, ids=lambda outlet: outlet.slug)
async def test_a_feed_is_well_formed_and_fresh(box, clock, outlet):
    answer, body = await read(box.url + outlet.feed_path)
    feed = feedparser.parse(body)
    assert (200, False, outlet.name) == (answer.status, bool(feed.bozo), feed.feed.title)
    assert feed.version == ("atom10" if outlet.form == "atom" else "rss20")
    times = [e.published_parsed[:6] for e in feed.entries]
    assert sorted(times, reverse=True) == times
    assert len({e.id for e in feed.entries}) == len(feed.entries) > 2
    assert all(e.link.startswith(box.url) for e in feed.entries)
    assert (await read(feed.entries[0].link))[0].status == 200


async def test_an_unchanged_feed_answers_304_and_a_changed_one_200(box, clock):
    url = box.url + HEALTHY[0].feed_path
    first, _ = await read(url)
    again, body = await read(url, If_None_Match=first.headers["ETag"])
    assert (304, b"") == (again.status, body)
    since, _ = await read(url, If_Modified_Since=first.headers["Last-Modified"])
    assert since.status == 304
    clock.forward(minutes=30)
    changed, _ = await read(url, If_None_Match=first.headers["ETag"])
    assert changed.status == 200


async def test_new_items_appear_with_the_clock_and_only_then(box, clock):
    def count():
        return sum(len(box.newsstand.printed(o.slug)) for o in HEALTHY)

    before = count()
    assert before == count()
    clock.forward(seconds=61)
    assert before + 3 == count()


async def test_the_ill_outlets_are_ill(box):
    ill = {o.form: o for o in sample_outlets() if o not in HEALTHY}
    page, body = await read(box.url + ill["page"].feed_path)
    assert (200, "text/html") == (page.status, page.content_type)
    assert feedparser.parse(body).version == ""
    down, _ = await read(box.url + ill["down"].feed_path)
    assert (503, None) == (down.status, down.headers.get("Retry-After"))


async def test_a_home_page_names_its_feed(box):
    _, body = await read(box.url + HEALTHY[0].home_path)
    assert 'rel="alternate" type="application/rss+xml"' in body.decode()
    assert HEALTHY[0].feed_path in body.decode()


async def test_an_update_changes_the_text_of_a_page_that_stays(clock):
    async with Sandbox.start(clock=clock, every=1) as box:
        supply = Supply(1)
        [number, *_] = [
            n for n in range(len(supply)) if supply.item(n).update and not supply.item(n).removal
        ]
        update = supply.item(number)

        def page():
            told = [p for p in box.newsstand.everything() if p.item.event == update.event]
            [one] = [
                p for p in told if (p.item.outlet, p.item.lang) == (update.outlet, update.lang)
            ]
            return one

        clock.forward(seconds=number)
        before = page()
        clock.forward(seconds=1)
        after = page()
        assert (before.path, before.at) == (after.path, after.at)
        assert before.item.title != after.item.title == update.title


async def test_a_removal_takes_a_page_off_its_feed_and_its_address(clock):
    async with Sandbox.start(clock=clock, every=1) as box:
        supply = Supply(1)
        [number, *_] = [n for n in range(len(supply)) if supply.item(n).removal]
        removal = supply.item(number)

        def page():
            return next(
                one
                for one in box.newsstand.everything()
                if one.item.event == removal.event and one.item.lang == removal.lang
            )

        clock.forward(seconds=number)
        before = page()
        feed = f"{box.url}/outlets/{removal.outlet}/feed.xml"
        for removed, status in ((False, 200), (True, 404)):
            answer, _ = await read(box.url + page().path)
            _, listed = await read(feed)
            assert (removed, status) == (page().removed, answer.status)
            assert (before.item.title in listed.decode()) is not removed
            clock.forward(seconds=1)
        assert before.item == page().item


async def test_an_old_page_stands_though_its_feed_lists_it_no_more(clock):
    async with Sandbox.start(clock=clock, every=1) as box:
        oldest = box.newsstand.everything()[0]
        clock.forward(hours=4)
        assert oldest.path not in [p.path for p in box.newsstand.printed(oldest.item.outlet)]
        answer, _ = await read(box.url + oldest.path)
        assert 200 == answer.status


async def test_when_all_is_told_nothing_is_told_again(clock):
    async with Sandbox.start(clock=clock, every=1) as box:
        clock.forward(hours=100)
        told = box.newsstand.everything()
        clock.forward(hours=100)
        assert len(told) == len(box.newsstand.everything())
        assert {event.name for event in later()} <= {one.item.event for one in told}


async def test_tests_may_publish_by_hand(clock):
    async with Sandbox.start(clock=clock, every=0) as box:
        box.newsstand.publish("steppe-courier", "Breaking <b>news</b> & more")
        clock.forward(hours=1)
        latest = box.newsstand.printed("steppe-courier")[0]
        assert latest.at == clock() - timedelta(hours=1)
        _, body = await read(f"{box.url}/outlets/steppe-courier/feed.xml")
        assert "Breaking <b>news</b> & more" in feedparser.parse(body).entries[0].title
