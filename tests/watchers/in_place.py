"""Reading in the test's own process: one for each test would take most of its time to start."""

from watchers.parse import Document, NotAFeed, ParsedFeed, article, parse
from watchers.parse.article import ArticleText, FetchedPage, NoText


class InPlace:
    """Does what the pool's processes do, here."""

    async def parse(self, document: Document) -> ParsedFeed | NotAFeed:
        return parse(document)

    async def extract(self, page: FetchedPage) -> ArticleText | NoText:
        return article.read(page)
