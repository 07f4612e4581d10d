"""An article's text: most of its words and few others, and what outlets forbid is not read."""

import re
import time
from collections import Counter

import pytest

from tests.watchers.parse.article_pages import HOSTILE, TEXTS, ArticlePage, pages, semantic, shell
from watchers.parse import article
from watchers.parse.article import ArticleText, FetchedPage, NoText, NoTextKind

pytest.importorskip("trafilatura")

PAGES = list(pages())


def read(body: str | bytes, robots: str = "", content_type: str = "") -> ArticleText | NoText:
    body = body.encode() if isinstance(body, str) else body
    return article.read(FetchedPage(body, "https://outlet.example/1", content_type, robots))


def counted(text: str) -> "Counter[str]":
    return Counter(re.findall(r"\w+", text.casefold()))


def measured(page: ArticlePage) -> tuple[float, float]:
    """Return precision and recall of the words that are read, against those of the text."""
    found = read(page.body, content_type=page.content_type)
    said = counted(" ".join(found.paragraphs if isinstance(found, ArticleText) else ()))
    meant = counted(" ".join(page.paragraphs))
    both = (said & meant).total()
    return both / max(1, said.total()), both / meant.total()


def test_there_are_thirty_pages() -> None:
    assert 30 == len(PAGES)


def test_of_all_pages_nearly_every_word_is_read_and_few_others() -> None:
    figures = [measured(page) for page in PAGES]
    precision, recall = (sum(part) / len(PAGES) for part in zip(*figures, strict=True))
    assert precision > 0.9, figures
    assert recall > 0.9, figures


@pytest.mark.parametrize(
    ("directives", "forbidden"),
    [
        ("noarchive", True), ("NOARCHIVE, nofollow", True), ("all, noai", True), ("none", True),
        ("nosnippet", True), ("max-snippet: 0", True), ("steppewire: noarchive", True),
        ("", False), ("index, follow", False), ("max-snippet:-1, max-image-preview:large", False),
        ("googlebot: noarchive", False), ("noindex", False), ("unavailable_after: 25 Jun 2027", False),
    ],
)  # fmt: skip
def test_what_an_outlet_forbids_is_not_read(directives: str, *, forbidden: bool) -> None:
    body = semantic(TEXTS["en"])
    meta = body.replace("</head>", f'<META content="{directives}" NAME=robots></head>')
    for found in (read(body, directives), read(meta)):
        assert forbidden == (found == NoText(NoTextKind.FORBIDDEN))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (semantic(TEXTS["en"]).replace("</head>", '<script type="application/ld+json">{"isAccessibleForFree": false}</script></head>'), NoTextKind.PAID),
        (shell('<div class="player"><video src="/v.mp4"></video></div>'), NoTextKind.NOTHING),
        ("", NoTextKind.NOTHING),
        ("just words", NoTextKind.NOTHING),
        ("\x00" * 5000, NoTextKind.NOTHING),
        ("<html><body>" + "<div>" * 30_000 + "deep", NoTextKind.NOTHING),
    ],
)  # fmt: skip
def test_where_there_is_no_text_it_is_said_why(body: str, kind: NoTextKind) -> None:
    assert NoText(kind) == read(body)


@pytest.mark.parametrize("name", HOSTILE)
def test_of_a_hostile_page_so_much_is_read_as_is_soon_read(name: str) -> None:
    shown, elements = article.bounded(HOSTILE[name]()[:400_000])
    assert elements <= article.MOST_ELEMENTS + 1
    assert shown.count("<div") + shown.count("<span") <= article.DEEPEST
    assert " a9999=" not in shown


@pytest.mark.parametrize("name", ["articles", "attributes", "comments without end", "deep"])
def test_hostile_pages_cost_little(name: str) -> None:
    body = HOSTILE[name]()
    began = time.process_time()
    read(body)
    assert time.process_time() - began < 2


def test_of_a_page_that_goes_on_and_on_the_beginning_is_read() -> None:
    text = "".join(f"<p>{line} {n}</p>" for n in range(800) for line in TEXTS["en"])
    found = read(f"<html><body><article>{text}</article></body></html>")
    assert isinstance(found, ArticleText)
    assert f"{TEXTS['en'][0]} 0" == found.paragraphs[0]
    assert 1_900 < len(found.paragraphs) < 2_000
