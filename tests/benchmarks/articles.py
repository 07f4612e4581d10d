"""Reading articles: how much of 30 made-up pages is read, and what hostile ones cost.

``python -m tests.benchmarks.articles``: CPU time; memory is that of the whole process, in which
each hostile page is read alone.
"""

import re
import resource
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable
from multiprocessing import get_context

from tests.watchers.parse.article_pages import HOSTILE, ArticlePage, pages, semantic
from watchers.parse import article
from watchers.parse.article import ArticleText, FetchedPage

ROUNDS = 5


def read(body: bytes, content_type: str = "") -> str:
    """Return the text that is read of a page."""
    found = article.read(FetchedPage(body, "https://outlet.example/1", content_type))
    return "\n".join(found.paragraphs) if isinstance(found, ArticleText) else ""


def counted(text: str) -> "Counter[str]":
    return Counter(re.findall(r"\w+", text.casefold()))


def quality(page: ArticlePage) -> tuple[float, float, float]:
    """Return precision and recall of the words that are read, and milliseconds."""
    began = time.process_time()
    for _ in range(ROUNDS):
        text = read(page.body, page.content_type)
    spent = (time.process_time() - began) / ROUNDS * 1000
    said, meant = counted(text), counted(" ".join(page.paragraphs))
    both = (said & meant).total()
    return both / max(1, said.total()), both / meant.total(), spent


def cost(name: str) -> tuple[float, float]:
    """Return milliseconds and megabytes of a process that reads one hostile page."""
    # What is imported is not the page's; some of it only where there is hardly a text.
    for page in (semantic(next(pages()).paragraphs), "<html><body><p>" + "слово " * 9):
        read(page.encode())
    body = HOSTILE[name]().encode()
    began = time.process_time()
    read(body)
    spent = (time.process_time() - began) * 1000
    return spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def in_a_process(work: Callable[[str], tuple[float, float]], name: str) -> tuple[float, float]:
    """Do it in a process of its own: the most that a process ever had is all that is told."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(work, (name,))


def main() -> None:
    """Print a line for the pages, and one for each hostile page."""
    read(semantic(next(pages()).paragraphs).encode())
    figures = [quality(page) for page in pages()]
    precision, recall, spent = (list(part) for part in zip(*figures, strict=True))
    print(
        f"{len(figures)} pages: precision {statistics.mean(precision):.3f} (least"
        f" {min(precision):.3f}), recall {statistics.mean(recall):.3f} (least {min(recall):.3f}),"
        f" {statistics.median(spent):.1f} ms, at most {max(spent):.1f} ms"
    )
    for name in sys.argv[1:] or HOSTILE:
        hostile_ms, megabytes = in_a_process(cost, name)
        print(f"{name}: {hostile_ms:.0f} ms, {megabytes:.0f} MB")


if __name__ == "__main__":
    main()
