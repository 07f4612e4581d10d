"""The threat model names tests that exist; no tracked file holds a secret."""

import re
import shutil
from pathlib import Path

import pytest

from scripts import audit

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "threats.md").read_text()
IN_A_REPOSITORY = (ROOT / ".git").exists() and shutil.which("git") is not None
DEFINED = {
    name
    for path in (ROOT / "tests").rglob("*.py")
    for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
}


def doors() -> list[str]:
    """The lines of the tables of threats, those below the heading of the doors."""
    _, _, told = PAGE.partition("## The doors")
    return [
        line
        for line in told.splitlines()
        if line.startswith("|") and not line.startswith(("|---", "| threat"))
    ]


def test_every_threat_names_the_test_that_holds_it() -> None:
    assert len(doors()) > 20
    for line in doors():
        assert re.search(r"`test_\w+` *(?:, `test_\w+` *)*\|$", line), line


def test_every_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert named
    assert set() == named - DEFINED


@pytest.mark.skipif(not IN_A_REPOSITORY, reason="no git repository: an unpacked archive")
def test_no_tracked_file_holds_a_secret() -> None:
    assert [] == audit.leaks()


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("a bot's token", ("7512345670", ":", "AAFz3kQ9vXbLmT2rWcYuJdNhGpEsRiOqZx1")),
        ("a private key", ("-----BEGIN RSA ", "PRIVATE KEY-----")),
        ("an access key", ("AKIA", "Q3EGRIWMTLQ7WXYZ")),
        ("a service's token", ("ghp_", "q3EgRiWmTlQ7WxYzq3EgRiWmTlQ7WxYz1234")),
        ("a service's token", ("glpat-", "q3EgRiWmTlQ7WxYzq3Eg")),
    ],
)
def test_a_secret_is_found_with_its_line(kind: str, parts: tuple[str, ...]) -> None:
    body = f"first\nTOKEN={''.join(parts)}\n".encode()
    assert [f"{kind} in line 2"] == list(audit.secrets_in(body))


@pytest.mark.parametrize(
    "text",
    [
        "7000000001:sandbox-token-of-no-use-elsewhere-0",
        "TELEGRAM_BOT_TOKEN=",
        "sha256:" + "0" * 64,
    ],
)
def test_what_is_made_up_is_no_secret(text: str) -> None:
    assert [] == list(audit.secrets_in(text.encode()))


def test_the_audit_looks_at_every_list_of_pinned_packages() -> None:
    lists = {path.name for path in (ROOT / "deploy").glob("requirements*.txt")}
    assert lists == set(audit.LISTS)
