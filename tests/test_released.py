"""What a version is called stands in one place, and CHANGELOG tells what it brought."""

import re

from scripts.keep_version import ROOT, version


def test_the_newest_dated_version_is_the_projects() -> None:
    """CONTRIBUTING, "Releasing": all that a release writes is written at once."""
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert "[Unreleased]" == headings[0]
    dated = [re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d", one) for one in headings[1:]]
    assert all(dated), headings
    assert [version()] == [one[1] for one in dated if one][:1]
