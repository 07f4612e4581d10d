"""What tests cost: ``python -m pytest -p tests.cpu_times …`` tells CPU seconds a file and a test.

Those of the processes that a test started and waited for count, too. Where others work on the same
machine ``--durations`` tells of them.
"""

import resource
from collections import Counter
from collections.abc import Generator

import pytest

SHOWN = 40


def spent() -> float:
    """Seconds of CPU that this process and its ended children have had."""
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


class CpuTimes:
    """Puts its CPU seconds into each phase's report, and adds up what reports say."""

    def __init__(self) -> None:
        self.tests: Counter[str] = Counter()
        self.files: Counter[str] = Counter()
        self.last = 0.0

    def pytest_runtest_logstart(self) -> None:
        self.last = spent()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        now = spent()
        report.cpu_s, self.last = now - self.last, now
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.tests[report.nodeid] += report.cpu_s
        self.files[report.nodeid.partition("::")[0]] += report.cpu_s

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section(f"CPU: {self.files.total():.0f} s in {len(self.tests)} tests")
        for heap in (self.files, self.tests):
            for name, seconds in heap.most_common(SHOWN):
                terminalreporter.write_line(f"{seconds:7.2f}  {name}")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to count."""
    config.pluginmanager.register(CpuTimes())
