"""Metrics: what happened, counted, and what is measured when Prometheus asks.

The only file that knows prometheus_client. The rooms tell plain values (``storage.happenings``);
each has few labels, none of them an address: what is kept here does not grow with the feeds.
"""

import logging
import platform
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from bot.monitoring.health import HEALTHY, Vitals
from storage import happenings as told
from storage.database import SQLITE
from storage.set_aside import AsideKind

# Else there is a second series for each counter, which nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]

QUICK_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0)
"""Of what takes milliseconds: verdicts, transactions, the loop."""

NETWORK_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0)
"""Of what somebody else answers."""

PATIENCE_S = (0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0)
"""Of what people wait for."""

WORK_S = (0.001, 0.01, 0.05, 0.1, 0.25, 1.0, 5.0, 20.0, 60.0, 600.0)
"""Of a tick, a document."""


@dataclass(frozen=True, slots=True)
class MeasuredGauge:
    """What is measured when asked: what it means, and by what it is told apart, if by anything."""

    help: str
    label: str = ""


CONDITION = "steppewire_condition"
CONCERN = "steppewire_concern"
SILENT = "steppewire_part_silent_seconds"
MOST = "steppewire_part_silent_limit_seconds"

GAUGES: Mapping[str, MeasuredGauge] = {
    HEALTHY: MeasuredGauge("1 while every condition holds and no part is stuck."),
    CONDITION: MeasuredGauge("1 while a condition of /health holds.", "condition"),
    CONCERN: MeasuredGauge("1 while an admin should look at it.", "concern"),
    SILENT: MeasuredGauge("For how long a part has shown no progress.", "part"),
    MOST: MeasuredGauge("For how long a part may show none before it is stuck.", "part"),
    "steppewire_telegram_connected": MeasuredGauge("1 while Telegram was reached and answers."),
    "steppewire_telegram_token_valid": MeasuredGauge("1 while Telegram takes the token."),
    "steppewire_database_writable": MeasuredGauge("1 while the database can be written."),
    "steppewire_unanswered_oldest_seconds": MeasuredGauge(
        "How long the oldest update of a chat has waited for its answer."
    ),
    "steppewire_outbox_waiting": MeasuredGauge("Messages that wait in the outbox.", "kind"),
    "steppewire_outbox_oldest_due_seconds": MeasuredGauge(
        "For how long the oldest message that should have left is late.", "kind"
    ),
    "steppewire_poll_late_seconds": MeasuredGauge("For how long the latest feed is late."),
    "steppewire_feeds": MeasuredGauge("Sources by how they are.", "status"),
    "steppewire_articles_read_a_day": MeasuredGauge("Articles read whole within a day."),
    "steppewire_articles_without_text_a_day": MeasuredGauge(
        "Articles within a day in whose page no text was found."
    ),
    "steppewire_backup_failing": MeasuredGauge("1 while scheduled backups fail."),
    "steppewire_backup_age_seconds": MeasuredGauge(
        "How long ago the newest scheduled backup was begun; before the first, the time we run."
    ),
    "steppewire_backup_bytes": MeasuredGauge("Size of the newest scheduled backup."),
    "steppewire_backup_duration_seconds": MeasuredGauge("How long that backup took."),
    "steppewire_articles_waiting": MeasuredGauge("Articles whose pages are still to be read."),
    "steppewire_translated_characters_today": MeasuredGauge("Characters given to the translator."),
    "steppewire_translation_budget_characters": MeasuredGauge("Characters allowed a day."),
    "steppewire_translations_done_a_day": MeasuredGauge("Texts translated within a day."),
    "steppewire_translations_dropped_a_day": MeasuredGauge("Texts refused within a day."),
    "steppewire_translations_wanted": MeasuredGauge("Texts that wait for the translator."),
    "steppewire_translator_resting": MeasuredGauge("1 while the translator is left alone."),
    "steppewire_database_bytes": MeasuredGauge("Size of the database file."),
    "steppewire_wal_bytes": MeasuredGauge("Size of the -wal file beside it."),
    "steppewire_disk_free_bytes": MeasuredGauge("Room on the disk of the database."),
    "steppewire_up_seconds": MeasuredGauge("For how long the process has run."),
    "steppewire_resident_bytes": MeasuredGauge("Memory of the process itself."),
    "steppewire_workers": MeasuredGauge("Processes of ours that read documents."),
    "steppewire_workers_resident_bytes": MeasuredGauge("Memory of these processes together."),
}


class Metrics:
    """Counts what it is told. One for each process, made by the composition root."""

    def __init__(self, version: str) -> None:
        """Begin with nothing counted."""
        self.registry = CollectorRegistry()
        self._vitals = VitalsCollector()
        self.registry.register(self._vitals)
        ProcessCollector(registry=self.registry)
        GCCollector(self.registry)
        info = Info("steppewire", "What runs here.", registry=self.registry)
        info.info(
            {
                "version": version,
                "python": platform.python_version(),
                "sqlite": SQLITE,
            }
        )
        self._hears: dict[type[told.Happening], Callable[[Any], None]] = {
            **self._of_feeds(),
            **self._of_stories(),
            **self._of_messages(),
            **self._of_ourselves(),
        }
        self._problems = self._counter(
            "problems_logged", "Log lines of warning and worse.", "level", "part"
        )

    def tell(self, happening: told.Happening) -> None:
        """Count something."""
        self._hears[type(happening)](happening)

    def exposition(self, accept: str, vitals: Vitals) -> tuple[bytes, str]:
        """Write everything as ``accept`` wants it; return that and its content type."""
        encode, content_type = choose_encoder(accept)
        self._vitals.vitals = vitals
        return encode(self.registry), content_type

    @contextmanager
    def counting_problems(self) -> Iterator[None]:
        """Count log lines of warning and worse, ours and the libraries', while the block runs."""
        handler = ProblemCounter(self._problems)
        logging.getLogger().addHandler(handler)
        try:
            yield
        finally:
            logging.getLogger().removeHandler(handler)

    # --- what is counted -----------------------------------------------------------------------

    def _of_feeds(self) -> dict[type[told.Happening], Callable[[Any], None]]:
        asked = self._histogram(
            "fetch", "From a request for a feed to the end of its answer.", NETWORK_S, "hosts"
        )
        read = self._histogram(
            "parse", "How long a document was read, in a process of its own.", WORK_S
        )
        looks = self._counter("looks", "Looks at feeds.", "outcome", "hosts")
        return {
            told.HostAsked: lambda one: asked.labels(one.hosts).observe(one.seconds),
            told.DocumentRead: lambda one: read.observe(one.seconds),
            told.FeedLooked: lambda one: looks.labels(one.outcome, one.hosts).inc(),
        }

    def _of_stories(self) -> dict[type[told.Happening], Callable[[Any], None]]:
        verdict = self._histogram(
            "verdict", "How long it was decided what an entry of a feed is.", QUICK_S
        )
        items = self._counter("items", "Items that came (new) or changed (updated).", "what")
        stories = self._counter("stories", "Stories that began (new), joined, or parted.", "what")
        matches = self._counter("matches", "Items that met a query of a subscription.")
        asides = self._counter("set_aside", "What raised and was left out.", "kind")

        # What is told of by its first increase must be there before.
        for what in ("new", "updated"):
            items.labels(what)
        for how in ("new", "joined", "moved"):
            stories.labels(how)
        for kind in AsideKind:
            asides.labels(kind)

        def recorded(one: told.PartRecorded) -> None:
            items.labels("new").inc(one.new)
            items.labels("updated").inc(one.updated)
            stories.labels("new").inc(one.stories)
            matches.inc(one.matches)

        return {
            told.EntryDecided: lambda one: verdict.observe(one.seconds),
            told.PartRecorded: recorded,
            told.StoriesChanged: lambda one: stories.labels(one.how).inc(),
            told.AsideNoted: lambda one: asides.labels(one.kind).inc(),
        }

    def _of_messages(self) -> dict[type[told.Happening], Callable[[Any], None]]:
        sends = self._counter("sends", "Messages of the outbox, by outcome.", "kind", "outcome")
        late = self._histogram(
            "send_lag", "From when a message was due until it was sent.", PATIENCE_S, "kind"
        )
        calls = self._histogram(
            "telegram_call",
            "How long a call of the Bot API took, its turn aside.",
            NETWORK_S,
            "method",
        )
        called = self._counter(
            "telegram_calls", "Calls of the Bot API, by what came.", "method", "outcome"
        )
        lag = self._histogram(
            "update_lag", "From Telegram's date of a message to its answer.", PATIENCE_S
        )
        answer = self._histogram(
            "answer", "How long an update was answered.", PATIENCE_S, "what", "outcome"
        )

        def settled(one: told.DeliverySettled) -> None:
            sends.labels(one.kind, snake(one.outcome)).inc()
            if one.late_s is not None:
                late.labels(one.kind).observe(max(one.late_s, 0.0))

        def call(one: told.TelegramCalled) -> None:
            calls.labels(one.method).observe(one.seconds)
            called.labels(one.method, snake(one.outcome)).inc()

        def answered(one: told.UpdateAnswered) -> None:
            answer.labels(one.what, one.outcome).observe(one.seconds)
            if one.late_s is not None:
                lag.observe(max(one.late_s, 0.0))

        return {
            told.DeliverySettled: settled,
            told.TelegramCalled: call,
            told.UpdateAnswered: answered,
        }

    def _of_ourselves(self) -> dict[type[told.Happening], Callable[[Any], None]]:
        waits = self._histogram(
            "transaction_wait", "How long a transaction waited for its turn.", QUICK_S, "hand"
        )
        works = self._histogram("transaction", "How long a transaction took.", QUICK_S, "hand")
        ticks = self._histogram("tick", "How long a round of a part took.", WORK_S, "part")
        ended = self._counter("ticks", "Rounds of a part, by outcome.", "part", "outcome")
        lag = self._histogram(
            "loop_lag", "How late the event loop came, asked for once a second.", QUICK_S
        )
        restarts = self._counter("part_restarts", "Parts that hung and began anew.", "part")

        def transaction(one: told.TransactionDone) -> None:
            waits.labels(one.hand).observe(one.waited_s)
            works.labels(one.hand).observe(one.seconds)

        def tick(one: told.TickEnded) -> None:
            ticks.labels(one.part).observe(one.seconds)
            ended.labels(one.part, one.outcome).inc()

        return {
            told.TransactionDone: transaction,
            told.TickEnded: tick,
            told.LoopLagged: lambda one: lag.observe(one.seconds),
            told.PartRestarted: lambda one: restarts.labels(one.part).inc(),
        }

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"steppewire_{name}", meaning, labels, registry=self.registry)

    def _histogram(
        self, name: str, meaning: str, buckets: Iterable[float], *labels: str
    ) -> Histogram:
        return Histogram(
            f"steppewire_{name}_seconds",
            meaning,
            labels,
            buckets=tuple(buckets),
            registry=self.registry,
        )


class VitalsCollector(Collector):
    """Gives Prometheus what was measured when it asked."""

    def __init__(self) -> None:
        """Begin with nothing measured."""
        self.vitals: Vitals | None = None

    def collect(self) -> Iterable[Metric]:
        """Give a family for each gauge that was measured."""
        for name, values in {} if self.vitals is None else measured(self.vitals).items():
            gauge = GAUGES[name]
            family = GaugeMetricFamily(
                name, gauge.help, labels=[gauge.label] if gauge.label else []
            )
            for value_of, value in values.items():
                family.add_metric([value_of] if gauge.label else [], value)
            yield family


def measured(vitals: Vitals) -> dict[str, Mapping[str, float]]:
    """Give what was measured by metric, and in it by the label's value."""
    return {
        HEALTHY: {"": float(not vitals.wrong)},
        **{
            name: {"": value}
            for name, value in vitals.numbers.items()
            if name not in vitals.by_label and name in GAUGES
        },
        **vitals.by_label,
        CONDITION: {name: float(holds) for name, holds in vitals.conditions.items()},
        CONCERN: {name: float(stands) for name, stands in vitals.concerns.items()},
        SILENT: {part.name: part.silent_s for part in vitals.parts},
        MOST: {part.name: part.most_s for part in vitals.parts},
    }


class ProblemCounter(logging.Handler):
    """Counts log lines by their level and the part that wrote them."""

    def __init__(self, counter: Counter) -> None:
        """Count into ``counter``."""
        super().__init__(logging.WARNING)
        self._counter = counter

    def emit(self, record: logging.LogRecord) -> None:
        """Count a line."""
        self._counter.labels(record.levelname.lower(), part_of(record.name)).inc()


@cache
def part_of(logger: str) -> str:
    """Name the room that a logger is of: ``watchers.poll``; another's package by its own name."""
    names = logger.split(".")
    return ".".join(names[:2]) if names[0] in {"bot", "watchers", "storage"} else names[0]


@cache
def snake(name: str) -> str:
    """Write a class's name as a label's value: a Sent as sent, with a line between two words."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()
