"""What is counted and measured: every happening, by few labels, in both of Prometheus' forms."""

import logging
from typing import get_args

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as of_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from bot.monitoring.health import PartHealth, Vitals
from bot.monitoring.metrics import GAUGES, Metrics
from storage import happenings as told
from storage.happenings import Happening, HostClass

TOLD: tuple[tuple[Happening, str, dict[str, str], float], ...] = (
    (told.HostAsked(HostClass.TELEGRAM, 0.3), "fetch_seconds_sum", {"hosts": "telegram"}, 0.3),
    (told.DocumentRead(0.2), "parse_seconds_sum", {}, 0.2),
    (told.FeedLooked("error.timeout", HostClass.OUTLET), "looks_total",
     {"outcome": "error.timeout", "hosts": "outlet"}, 1),
    (told.EntryDecided(0.002), "verdict_seconds_count", {}, 1),
    (told.PartRecorded(3, 1, 2, 4), "items_total", {"what": "new"}, 3),
    (told.PartRecorded(3, 1, 2, 4), "items_total", {"what": "updated"}, 1),
    (told.PartRecorded(3, 1, 2, 4), "stories_total", {"what": "new"}, 2),
    (told.PartRecorded(3, 1, 2, 4), "matches_total", {}, 4),
    (told.StoriesChanged("joined"), "stories_total", {"what": "joined"}, 1),
    (told.AsideNoted("item"), "set_aside_total", {"kind": "item"}, 1),
    (told.TransactionDone("write", 0.1, 0.2), "transaction_seconds_sum", {"hand": "write"}, 0.2),
    (told.TransactionDone("write", 0.1, 0.2), "transaction_wait_seconds_sum",
     {"hand": "write"}, 0.1),
    (told.DeliverySettled("alert", "AnswerLost", None), "sends_total",
     {"kind": "alert", "outcome": "answer_lost"}, 1),
    (told.DeliverySettled("alert", "Sent", 2.0), "send_lag_seconds_sum", {"kind": "alert"}, 2),
    (told.TelegramCalled("sendMessage", "RetryAfter", 0.4), "telegram_calls_total",
     {"method": "sendMessage", "outcome": "retry_after"}, 1),
    (told.TelegramCalled("sendMessage", "Ok", 0.4), "telegram_call_seconds_sum",
     {"method": "sendMessage"}, 0.4),
    (told.UpdateAnswered("command", "told", 0.1, 1.5), "update_lag_seconds_sum", {}, 1.5),
    (told.UpdateAnswered("press", "told", 0.1, None), "answer_seconds_sum",
     {"what": "press", "outcome": "told"}, 0.1),
    (told.TickEnded("digests", "failed", 1.0), "ticks_total",
     {"part": "digests", "outcome": "failed"}, 1),
    (told.LoopLagged(0.05), "loop_lag_seconds_sum", {}, 0.05),
    (told.PartRestarted("digests"), "part_restarts_total", {"part": "digests"}, 1),
)  # fmt: skip


@pytest.mark.parametrize(("happening", "name", "labels", "value"), TOLD)
def test_what_happens_is_counted(
    happening: Happening, name: str, labels: dict[str, str], value: float
) -> None:
    metrics = Metrics("1.2.3")
    metrics.tell(happening)
    assert value == metrics.registry.get_sample_value(f"steppewire_{name}", labels)


def test_every_happening_is_told_above() -> None:
    assert set(get_args(Happening)) == {type(one[0]) for one in TOLD}


VITALS = Vitals(
    {"steppewire_database_bytes": 9, "steppewire_feeds_ok": 3, "steppewire_outbox_waiting": 2},
    {"telegram": False},
    (PartHealth("poller", 3.0, 120.0),),
    {"steppewire_feeds": {"ok": 3}, "steppewire_outbox_waiting": {"alert": 2, "digest": 0}},
)


def everything() -> Metrics:
    metrics = Metrics("1.2.3")
    for happening, *_ in TOLD:
        metrics.tell(happening)
    return metrics


def test_both_forms_are_read_by_prometheus_own_parsers() -> None:
    plain, plain_type = everything().exposition("text/plain", VITALS)
    open_, open_type = everything().exposition(
        "application/openmetrics-text; version=1.0.0; charset=utf-8", VITALS
    )
    assert plain_type.startswith("text/plain; version=")
    assert open_type.startswith("application/openmetrics-text; version=1.0.0")
    of_plain = {one.name for one in text_string_to_metric_families(plain.decode())}
    of_open = {one.name for one in of_openmetrics(open_.decode())}
    assert of_open - of_plain == {"steppewire"}  # which the older form calls steppewire_info
    assert 'steppewire_outbox_waiting{kind="alert"} 2.0' in plain.decode()
    assert 'steppewire_condition{condition="telegram"} 0.0' in plain.decode()
    assert "steppewire_info{" in plain.decode()
    assert 'version="1.2.3"' in plain.decode()


def test_names_have_units_and_words_and_labels_are_few() -> None:
    metrics = everything()
    metrics.exposition("", VITALS)
    for family in metrics.registry.collect():
        assert family.documentation, family.name
        if family.name.startswith("steppewire_"):
            for sample in family.samples:
                assert LABELS >= sample.labels.keys() - {"le"}, sample
    for name, gauge in GAUGES.items():
        assert name.startswith("steppewire_"), name
        assert gauge.help.endswith("."), name
        assert not gauge.label or gauge.label in LABELS


LABELS = {
    *("outcome", "hosts", "what", "kind", "hand", "method", "part", "condition", "status"),
    *("concern", "level", "version", "python", "sqlite"),
}
"""None of them is a feed, a chat or an address."""


def test_a_line_of_the_log_is_counted_by_its_room() -> None:
    metrics = Metrics("0")
    with metrics.counting_problems():
        for name in ("watchers.poll", "bot.telegram.inbox", "aiohttp.client"):
            logging.getLogger(name).error("broke")
        logging.getLogger("watchers.poll").info("well")
    logging.getLogger("watchers.poll").error("later")
    for part in ("watchers.poll", "bot.telegram", "aiohttp"):
        labels = {"level": "error", "part": part}
        name = "steppewire_problems_logged_total"
        assert 1 == metrics.registry.get_sample_value(name, labels), part
