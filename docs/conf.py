"""How `make docs` makes a site of these pages: Sphinx, MyST, furo. Nothing is fetched or imported.

The pages are plain Markdown, as they are read in the repository. What Sphinx wants beside that
is added here while it reads them: the contents of the site, from the links of index.md.
"""

import re
import tomllib
from pathlib import Path

from sphinx.application import Sphinx

DOCS = Path(__file__).parent

project = "SteppeWire"
copyright = "the SteppeWire authors, MIT licence"  # noqa: A001 (Sphinx's name)
release = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))["project"]["version"]

extensions = ["myst_parser"]
exclude_patterns = ["images"]
myst_heading_anchors = 4
smartquotes = False

html_theme = "furo"
html_title = f"SteppeWire {release}"
html_show_sphinx = False
html_copy_source = False

TOCTREE = "\n\n```{{toctree}}\n:hidden:\n:glob:\n:caption: {}\n\n{}\n```\n"
LINK_OUT = re.compile(r"\[([^]]*)\]\(\.\./[^)]*\)")
"""A link out of the folder of a page: the README and settings are no pages of the site."""


def contents(page: str) -> str:
    """Return what tells Sphinx of the pages to which each part of index.md links."""
    parts = [part.partition("\n") for part in page.split("\n## ")[1:]]
    return "".join(
        TOCTREE.format(name, "\n".join(re.findall(r"\]\((.+?)\.md\)", links)))
        for name, _, links in parts
    )


def read(_app: Sphinx, name: str, source: list[str]) -> None:
    """Add to a page what Sphinx wants, as it is read."""
    if name == "index":
        source[0] += contents(source[0])
    if name == "decisions/index":
        source[0] += TOCTREE.format("", "0*").replace(":hidden:\n", "").replace(":caption: \n", "")
    if "/" not in name:
        source[0] = LINK_OUT.sub(r"\1", source[0])


def setup(app: Sphinx) -> None:
    """Tell Sphinx of us."""
    app.connect("source-read", read)
