"""What ails a feed, as one plain English sentence, for logs and the command line; pure.

The chat says the same in the reader's language: the keys are those of the text catalogue.
"""

from collections.abc import Mapping
from typing import Any

_SENTENCES = {
    "error.address": "The address {address} cannot be fetched: it must be a valid http or https address.",
    "error.refused_host": "{host} is not a public address; private ones must be named in FEED_ALLOW_HOSTS.",
    "error.dns": "The name {host} cannot be resolved.",
    "error.connect": "{host} refuses the connection.",
    "error.tls": "The connection to {host} cannot be secured. {reason}",
    "error.timeout": "No complete answer came within {seconds} seconds.",
    "error.broken": "The connection broke before an answer came.",
    "error.too_large": "The answer is larger than {limit} bytes.",
    "error.encoding": "The answer is in a content encoding that was not asked for or is damaged: {encoding}.",
    "error.headers": "The answer's headers are malformed or too long. {reason}",
    "error.redirects": "Too many redirects, or redirects in a circle.",
    "error.gone": "The server says that the feed is gone for good (410).",
    "error.not_found": "There is nothing at this address (HTTP {status}).",
    "error.forbidden": "The server refuses to give the feed (HTTP {status}).",
    "error.challenge": "A challenge page of {vendor} came instead of the feed (HTTP {status}).",
    "error.rate_limited": "The server asks for fewer requests (HTTP {status}).",
    "error.unavailable": "The server is unavailable for now (HTTP {status}).",
    "error.server": "The server failed (HTTP {status}).",
    "error.status": "The server answered with HTTP {status}.",
    "error.page_empty": "The answer is empty ({bytes} bytes).",
    "error.page_html": "A web page came instead of a feed. {links}",
    "error.page_challenge": "A challenge page of {vendor} came instead of a feed.",
    "error.page_login": "A login page came instead of a feed.",
    "error.page_blocked": "A notice that access is blocked came instead of a feed.",
    "error.page_parked": "A page that offers the domain for sale came instead of a feed.",
    "error.page_xml": "An XML document came that is not a feed (<{root}>).",
    "error.page_json": "A JSON document came that is not a JSON Feed.",
    "error.page_sitemap": "A sitemap without news came; one with news (news:title) or a feed is needed.",
    "error.page_unreadable": "The document could not be read; the log has the details.",
    "error.page_sitemap_index": "A sitemap index came; add one of the sitemaps it lists instead.",
    "error.page_opml": "A list of feeds (OPML) came; import it instead.",
    "error.page_text": "Plain text came instead of a feed.",
    "error.page_binary": "A file that is no text came instead of a feed.",
    "error.page_cut_off": "The document breaks off before its first complete entry.",
    "error.page_no_matches": "The page has no entry that matches the selector {selector}.",
    "error.page_no_headlines": "The page has no list of headlines; name the selector of one entry.",
    "error.page_too_slow": "Reading the document took too long; it may be made to.",
    "error.page_crashed": "Reading the document needed too much memory; it may be made to.",
    "error.emptied": "The feed is empty now; it held entries before.",
    "feed.address": "“{url}” is no web address. Like this: https://example.org/rss",
    "feed.selectors": "“{line}” cannot be used as a selector of a page's entries.",
    "settings.allow_host": "“{entry}” must be host:port, such as 127.0.0.1:8080.",
    "error.bug": "SteppeWire failed on this feed; the log has the details.",
}  # fmt: skip


def sentence(key: str, values: Mapping[str, Any]) -> str:
    """Say what ails a feed; "" if nothing does."""
    if not key:
        return ""
    told = {"links": "", "reason": "", **{name: str(value) for name, value in values.items()}}
    if feeds := values.get("feeds"):
        told["links"] = "It points to: " + ", ".join(map(str, feeds))
    return _SENTENCES.get(key, key).format_map(_Blank(told)).strip()


class _Blank(dict[str, str]):
    """Values for a sentence; one that is missing leaves a gap, not an error."""

    def __missing__(self, key: str) -> str:
        return "?"
