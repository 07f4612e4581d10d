"""Alarms, dashboard and documents name the metrics and lines that are there, and no others."""

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.monitoring.metrics import GAUGES, Metrics
from tests.bot.commands.test_health import WELL
from tests.bot.test_parts import STUCK

ROOT = Path(__file__).parents[3]
ALARMS = ROOT / "deploy" / "prometheus" / "alerts.yml"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
OF_ALL_PROCESSES = frozenset({"up", "process_start_time_seconds"})
"""What Prometheus itself, and prometheus_client, give of every process."""

NAME = re.compile(r"\b(?:steppewire|process)_[a-z_]+|\bup\b")


@cache
def metrics() -> dict[str, frozenset[str]]:
    """Every metric by the names under which it can be asked for."""
    found = {name: frozenset({name}) for name in GAUGES}
    for family in Metrics("0").registry.collect():
        name = family.name
        match family.type:
            case "counter":
                found[f"{name}_total"] = frozenset({f"{name}_total"})
            case "histogram":
                found[name] = frozenset(f"{name}_{part}" for part in ("bucket", "sum", "count"))
            case "info":
                found[f"{name}_info"] = frozenset({f"{name}_info"})
            case _:
                found.setdefault(name, frozenset({name}))
    return found


def unknown(expression: str) -> set[str]:
    """Name what an expression asks for that nobody gives."""
    given = OF_ALL_PROCESSES.union(*metrics().values())
    return set(NAME.findall(expression)) - given


def alarms() -> list[dict[str, Any]]:
    """Read the alarms."""
    groups = yaml.safe_load(ALARMS.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


@pytest.mark.parametrize("alarm", alarms(), ids=lambda alarm: alarm["alert"])
def test_an_alarm_asks_for_what_is_measured_and_says_what_to_do(alarm: dict[str, Any]) -> None:
    assert set() == unknown(alarm["expr"])
    assert NAME.search(alarm["expr"])
    name, said_of_it = alarm["alert"], alarm["annotations"]
    assert alarm["for"]
    assert alarm["labels"]["severity"] in {"critical", "warning"}
    assert said_of_it["summary"]
    assert said_of_it["description"]
    assert f"docs/operations.md#{name.lower()}" == said_of_it["runbook"]
    (said,) = re.findall(rf"^#### {name}\n\n(.+)$", OPERATIONS, re.MULTILINE)
    assert len(said) > 60


def test_no_alarm_is_explained_that_is_none() -> None:
    assert [one["alert"] for one in alarms()] == re.findall(
        r"^#### (\w+)$", OPERATIONS, re.MULTILINE
    )


def test_what_nobody_measures_is_found() -> None:
    assert {"steppewire_nothing_total"} == unknown("rate(steppewire_nothing_total[5m]) > up")
    assert {"steppewire_tick_seconds"} == unknown("steppewire_tick_seconds")  # has no such series


@cache
def dashboard() -> dict[str, Any]:
    return json.loads((ROOT / "deploy/grafana/steppewire.json").read_text(encoding="utf-8"))


def test_the_dashboard_asks_for_what_is_measured() -> None:
    panels = [one for one in dashboard()["panels"] if one["type"] != "row"]
    for panel in panels:
        assert panel["title"]
        assert panel["description"], panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        for target in panel["targets"]:
            assert set() == unknown(target["expr"])
            assert "${datasource}" == target["datasource"]["uid"] == panel["datasource"]["uid"]
    shown = " ".join(target["expr"] for panel in panels for target in panel["targets"])
    missing = {
        name for name, series in metrics().items() if not any(one in shown for one in series)
    }
    assert missing & {name for name in missing if name.startswith("steppewire_")} <= NOT_SHOWN


NOT_SHOWN = frozenset(
    """steppewire_info steppewire_database_writable steppewire_telegram_connected
    steppewire_telegram_token_valid steppewire_unanswered_oldest_seconds steppewire_workers
    steppewire_resident_bytes steppewire_ticks_total steppewire_backup_failing
    steppewire_backup_duration_seconds steppewire_articles_read_a_day
    steppewire_articles_without_text_a_day steppewire_articles_waiting
    steppewire_translated_characters_today steppewire_translation_budget_characters
    steppewire_translations_done_a_day steppewire_translations_dropped_a_day
    steppewire_translations_wanted steppewire_translator_resting""".split()
)
"""What another panel shows, or what few have."""


def test_the_dashboard_can_be_laid_out() -> None:
    panels = dashboard()["panels"]
    assert len(panels) == len({one["id"] for one in panels})
    taken = set[tuple[int, int]]()
    for panel in panels:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not taken & cells, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_the_document_has_every_metric_and_no_other() -> None:
    named = set(re.findall(r"^\| `(steppewire_\w+)` \|", OPERATIONS, re.MULTILINE))
    ours = {name for name in metrics() if name.startswith("steppewire_")}
    assert ours == named


def test_the_lines_that_the_document_names_are_written() -> None:
    table = OPERATIONS.partition("### Lines of the log")[2].partition("### What is measured")[0]
    named = [line for row in re.findall(r"^\| (`.+?) \|", table, re.MULTILINE)
             for line in re.findall(r"`([a-z][a-z ,]+)`", row)]  # fmt: skip
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for package in ("bot", "watchers")
        for path in (ROOT / package).rglob("*.py")
    )
    assert len(named) > 20
    assert [] == [line for line in named if f'"{line}"' not in code]
    assert set() == set(heads(code)) - set(named)


LOGGED = re.compile(
    r"log\.(?:info|warning|error|exception|critical|log)\(\s*(?:level,\s*)?"
    r'"([^"{]+)"(?: if [^,]+ else "([^"]+)")?', re.DOTALL
)  # fmt: skip


def heads(code: str) -> list[str]:
    """What the log's lines begin with, those for whoever looks for a bug (debug) aside."""
    return [head for found in LOGGED.findall(code) for head in found if head]


def test_a_line_that_the_document_lacks_is_found() -> None:
    code = 'log.info(\n    "one" if x() else "two", n=1)\nlog.log(\n  level, "three")\nlog.debug("four")'
    assert ["one", "two", "three"] == heads(code)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="Prometheus is not installed here")
@pytest.mark.parametrize(
    "words",
    ["check config deploy/prometheus/prometheus.yml", "check rules deploy/prometheus/alerts.yml",
     "test rules deploy/prometheus/alerts_test.yml"],
)  # fmt: skip
def test_prometheus_own_tool_agrees(words: str) -> None:
    told = subprocess.run(
        ["promtool", *words.split()], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert 0 == told.returncode, told.stdout + told.stderr


def test_the_document_says_of_every_condition_and_part_what_to_do() -> None:
    table = OPERATIONS.partition("| `wrong` |")[2].partition("\n\n")[0]
    named = set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))
    assert set(STUCK) | set(WELL.conditions) == named
