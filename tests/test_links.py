"""Links between the documents lead somewhere, and index.md leads to every page of the site."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(
    path
    for folder in (ROOT, ROOT / "watchers", DOCS, ROOT / "tests")
    for path in (folder.glob("*.md") if folder == ROOT else folder.rglob("*.md"))
)
FENCED = re.compile(r"^(```|:::).*?^\1", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"(?<!`)\]\(([^)\s]+)\)")


def anchors(page: Path) -> set[str]:
    """A page's headings as links name them: small letters, hyphens for spaces, no marks."""
    text = FENCED.sub("", page.read_text("utf-8"))
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", head).strip().lower() for head in heads)
    return {re.sub(r"[^\w\- ]", "", head).replace(" ", "-") for head in plain}


def astray(page: Path) -> list[str]:
    """The links of a page that lead nowhere."""
    found = []
    for link in LINK.findall(FENCED.sub("", page.read_text("utf-8"))):
        path, _, anchor = link.partition("#")
        if re.match(r"\w+:", link):
            continue
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    assert [] == astray(page)


def test_the_contents_name_every_page() -> None:
    """`make docs` makes the site's contents of these links; decisions are gathered by number."""
    linked = LINK.findall((DOCS / "index.md").read_text("utf-8"))
    pages = {page.name for page in DOCS.glob("*.md")} - {"index.md"}
    assert pages == {link for link in linked if "/" not in link}
    decisions = [page for page in (DOCS / "decisions").glob("*.md") if page.name != "index.md"]
    heads = {page.name: page.read_text("utf-8").partition("\n")[0] for page in decisions}
    assert {} == {
        name: head for name, head in heads.items() if not head.startswith(f"# {int(name[:4])}. ")
    }
    assert len({name[:4] for name in heads}) == len(heads), "two decisions have one number"


NAMED = re.compile(r'docs/(\w+)\.md, "([^"]+)"')


def heads(page: Path) -> set[str]:
    """A page's headings as they are read."""
    return set(re.findall(r"^##+ (.+)$", FENCED.sub("", page.read_text("utf-8")), re.MULTILINE))


def test_a_heading_is_named_by_a_link_or_after_its_page() -> None:
    """So a heading that was renamed is missed: quoted alone, it would point nowhere, unseen."""
    every = {head for page in PAGES for head in heads(page)}
    text = {page: FENCED.sub("", page.read_text("utf-8")) for page in PAGES}
    alone = [
        (page.name, quoted)
        for page, said in text.items()
        for quoted in re.findall(r'"([A-Z][^"\n]+)"', NAMED.sub("", said))
        if quoted in every and page.parent.name != "decisions"
    ]
    assert [] == alone
    files = [path for name in ("deploy", "bot", ".env.example") for path in sources(ROOT / name)]
    named = [one for file in (*files, *PAGES) for one in NAMED.findall(file.read_text("utf-8"))]
    assert named
    assert [] == [(page, head) for page, head in named if head not in heads(DOCS / f"{page}.md")]


def sources(path: Path) -> list[Path]:
    """A file, or what is written by hand in a folder."""
    kinds = {".py", ".yml", ".yaml", ".service", ".timer", ""}
    inside = [path] if path.is_file() else path.rglob("*")
    return [one for one in inside if one.is_file() and one.suffix in {*kinds, ".example"}]


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A `head`, of (two)\n[a](#a-head-of-two) [b](#b) [c](c.md)\n", "utf-8")
    assert ["#b", "c.md"] == astray(page)
