"""Look for secrets in tracked files, and for known holes in the packages that are pinned.

Run by `make audit`. The search for secrets needs nothing; the packages' part asks the advisory
database of PyPI through pip-audit and so needs a network. Exit codes: 0 nothing found, 1 something
found, 3 the packages could not be asked about.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PIP_AUDIT = "pip-audit==2.9.0"
LISTS = (
    "requirements.txt",
    "requirements-dev.txt",
    "requirements-docs.txt",
    "requirements-fulltext.txt",
    "requirements-meaning.txt",
    "requirements-parquet.txt",
    "requirements-translate.txt",
    "requirements-web.txt",
)
"""In deploy/: every list of packages that somebody installs."""

HOLES = re.compile(r"Found \d+ known vulnerabilit")
"""What pip-audit says when it could ask; every other failure has the same exit code."""

FOUND, NOT_ASKED = 1, 3

SECRETS = {
    "a bot's token": re.compile(
        rb"(?<![0-9A-Za-z])[0-9]{8,10}:[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])"
    ),
    "a private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "an access key": re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a service's token": re.compile(
        rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{60,}|glpat-[\w-]{20}|xox[abprs]-[\w-]{10,}"
        rb"|pypi-AgE[\w-]{50,}|sk-[A-Za-z0-9]{32,}|AIza[\w-]{35})\b"
    ),
}
"""What secrets look like, of the kinds that end up in repositories of bots."""

INVENTED = re.compile(rb"sandbox|example|EXAMPLE|invented|(.)\1{7}|ABCDEFGHI|abcdefghi|123456789:")
"""What says itself that it is made up."""


def secrets_in(body: bytes) -> Iterator[str]:
    """Yield what looks like a secret in a file's bytes: its kind and its line."""
    for kind, shape in SECRETS.items():
        for found in shape.finditer(body):
            if not INVENTED.search(found[0]):
                line = body.count(b"\n", 0, found.start()) + 1
                yield f"{kind} in line {line}"


def tracked() -> list[Path]:
    """Return every file of the repository. Raises OSError or CalledProcessError without git."""
    listing = ["git", "ls-files", "-z"]
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True)
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name]


def leaks() -> list[str]:
    """Return what looks like a secret in tracked files, a line each."""
    return [
        f"{path.relative_to(ROOT)}: {what}"
        for path in tracked()
        if path.is_file()
        for what in secrets_in(path.read_bytes())
    ]


def main() -> int:
    """Do both; say in a sentence what came of each."""
    found = leaks()
    for line in found:
        print(f"✗ {line}")
    print("→ secrets:", f"{len(found)} found" if found else "none in tracked files")
    audit = packages()
    if audit == NOT_ASKED:
        print("→ packages: not asked about. pip-audit needs PyPI; run this where a network is.")
    else:
        print("→ packages:", "known holes, see above" if audit else "no known holes")
    return FOUND if found or audit == FOUND else audit


def packages() -> int:
    """Ask about each list of pinned packages, by a pip-audit in a folder of its own."""
    tool = ROOT / ".venv" / "audit"
    made = [sys.executable, "-m", "pip", "install", "-q", "--target", str(tool), PIP_AUDIT]
    if (
        not (tool / "pip_audit").is_dir()
        and subprocess.run(made, capture_output=True, check=False).returncode
    ):
        return NOT_ASKED
    worst = 0
    for name in LISTS:
        asked = subprocess.run(
            [sys.executable, "-m", "pip_audit", "--strict", "--disable-pip", "--require-hashes",
             "-r", str(ROOT / "deploy" / name)],
            env={"PYTHONPATH": str(tool), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip
        print(asked.stdout, end="")
        if asked.returncode and not HOLES.search(asked.stderr):
            return NOT_ASKED
        worst = max(worst, FOUND if asked.returncode else 0)
    return worst


if __name__ == "__main__":
    sys.exit(main())
