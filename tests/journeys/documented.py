"""The command lines that stand in README.md, CONTRIBUTING.md and docs/.

A fenced block marked ``sh`` holds command lines and nothing else; one in the text stands between
backticks and begins with a program's name.
"""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
INLINE = re.compile(r"`([^`\n]+)`")
AS_USER = "sudo -u steppewire "
"""Before what the service's user does, where root types it."""

COMMENT = re.compile(r"(^|\s+)# .*$")

PROGRAMS = (
    *("steppewire", ".venv/bin/steppewire", "make", "python", "python3", "pip", ".", "cd", "sh"),
    *("git", "cp", "mv", "rm", "chmod", "chown", "useradd", "su", "sudo", "systemctl", "docker"),
    *(
        "install",
        "apt",
        "eval",
        "export",
        "source",
        "curl",
        "unzip",
        "tar",
        "pipx",
        "uv",
        "podman",
    ),
    *("journalctl", "systemd-analyze", "litestream", "/opt/litestream/bin/pip", "ln", "mkdir"),
)


@dataclass(frozen=True, slots=True)
class Documented:
    """A command line and the document it stands in, relative to the repository."""

    document: str
    line: str

    @property
    def program(self) -> str:
        """The first word."""
        return self.line.split()[0]


def documents() -> list[Path]:
    return [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(text: str, kind: str) -> list[str]:
    """The bodies of the fenced blocks that are marked so."""
    return [body for marked, body in FENCE.findall(text) if marked == kind]


def lines(body: str) -> list[str]:
    """A block's lines without comments and whoever they are typed for, one command each."""
    told = (COMMENT.sub("", line).strip() for line in body.splitlines())
    return [part.removeprefix(AS_USER) for line in told if line for part in line.split(" && ")]


def spans(text: str) -> list[str]:
    """The code spans of running text that are command lines: a program and what it is given."""
    found = (" ".join(one.split()) for one in INLINE.findall(FENCE.sub("", text)))
    return [one for one in found if " " in one and one.split()[0] in PROGRAMS]


def commands() -> list[Documented]:
    """Every command line of the documents, each once, with the first that has it."""
    found: dict[str, Documented] = {}
    for path in documents():
        text = path.read_text("utf-8")
        name = str(path.relative_to(ROOT))
        in_blocks = [line for body in blocks(text, "sh") for line in lines(body)]
        for line in (*in_blocks, *spans(text)):
            found.setdefault(line, Documented(name, line))
    return list(found.values())


def section(document: str, heading: str) -> str:
    """The text under a heading, up to the next one."""
    text = (ROOT / document).read_text("utf-8")
    return text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
