"""Addresses: made absolute, made showable, and made comparable.

A canonical key answers one question: do two addresses lead to the same article of the same
outlet? It is compared and stored, never shown and never fetched.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from ipaddress import IPv6Address
from types import MappingProxyType
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urljoin, urlsplit

from storage.masking import masked, without_user_info

LONGEST_URL = 2048
"""Longer addresses are cut off by servers and databases alike; such a link counts as none."""

NO_ALIASES: Mapping[str, str] = MappingProxyType({})

_TRACKERS = frozenset(
    "fbclid gclid dclid gbraid wbraid yclid ysclid ymclid _openstat msclkid twclid ttclid igshid "
    "igsh mc_cid mc_eid at_medium at_campaign at_link_origin at_format at_ptr_name at_bbc_team "
    "_ga _gl spm cmpid ocid ns_mchannel ns_source ns_campaign ns_linkname ns_fee xtor wt_mc "
    "wtrid __twitter_impression vero_id oly_enc_id oly_anon_id rb_clickid hss_channel".split()
)
_TRACKER_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_", "stm_")
_FROM_TRACKERS = frozenset(
    "rss main mainpage rssfeed feed newsfeed top telegram tg twitter fb facebook vk ok "
    "smi2 mediametrics yandex google share push".split()
)
_AMP_QUERIES = frozenset({("amp", ""), ("amp", "1"), ("amp", "true"), ("outputtype", "amp")})
_MOBILE_HOSTS = ("m.", "mobile.", "amp.", "wap.", "pda.", "touch.")
_LONGEST_LABEL = 63
"""Of a name that DNS can hold (RFC 1035, §2.3.4)."""
_DEFAULT_PORTS = {"http": 80, "https": 443}
_BRACKETED = re.compile(r"(?:[^\[\]@]*@)?\[([0-9A-Fa-f:.]+)(?:%[^\[\]@:]+)?\](?::[0-9]*)?")
_WRAPPER = re.compile(
    r"(?i)https?://(?:www\.)?(?:google\.[a-z]{2,3}(?:\.[a-z]{2})?/url"
    r"|bing\.com/news/apiclick\.aspx)\?(.*)",
)
_FEED_SCHEME = re.compile(
    r"(?i)^(?:feed|rss|itpc|pcast):(?:/{0,2}(?=https?:)|(?P<bare>//|(?=[^/])))"
)
# "N/A", "-", "#", "нет ссылки". A path may have blanks in it.
_NONE = re.compile(
    r"[^\w/?]*|n/a|na|none|null|nil|nan|undefined|false|true|empty|tb[ad]|about:blank|нет"
    r"|[^/?.]*\s[^/?.]*",
    re.IGNORECASE,
)
_JUNK = re.compile(r"[\x00-\x20\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff]+")
_INVISIBLE = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff]+")
# RFC 3986 unreserved and sub-delims: what may stand for itself in a path or query.
_SAFE_PATH = "/~!$&'()*+,;=:@-._"
_SAFE_QUERY = "~!$'()*,;:@/?-._"


def split(url: str) -> SplitResult:
    """Take an address apart, alike on every Python. Raises ValueError for what is no address.

    Only some patch releases refuse junk around a bracketed host: ``http://outlet.kz[::1]/`` would
    lead to ``::1`` on the others.
    """
    parts = urlsplit(url)
    if "[" in parts.netloc or "]" in parts.netloc:
        match = _BRACKETED.fullmatch(parts.netloc)
        if not match:
            raise ValueError(url)
        IPv6Address(match.group(1))
    return parts


def absolute(base: str, link: str) -> str:
    """Resolve ``link`` against ``base``; "" unless it is an http(s) address with a host."""
    link = link.strip()
    if not link or len(link) > LONGEST_URL:
        return ""
    # Line breaks and zero-width characters inside a link are an editor's accident; a NUL is worse.
    link = _INVISIBLE.sub("", link)
    link = web_scheme(link)
    if link[:4].lower() == "www." and "." in link[4:].partition("/")[0]:
        link = f"//{link}"  # as one writes it by hand; no outlet has a folder called so
    # An empty query or fragment says nothing; Python 3.14 keeps what others drop.
    link = re.sub(r"^\?(?=#|$)", "", link)
    try:
        joined = urljoin(base, link)
        parts = split(joined)
        port_is_sane = parts.port is None or parts.port > 0
    except ValueError:
        return ""
    if parts.scheme.lower() not in _DEFAULT_PORTS or not parts.hostname or not port_is_sane:
        return ""
    return parts.geturl().replace(" ", "%20")


def for_readers(url: str, document: str) -> str:
    """Return an article's address as it may be shown to anybody.

    A link that is told in relation to its document's address takes over what opens that: a name
    and password, a key in the query.
    """
    url = without_user_info(url)
    begin, mark, query = url.partition("?")
    if not mark:
        return url
    keys = set(_secret_pairs(document))
    if not keys:
        return url
    query, fragment_mark, fragment = query.partition("#")
    left = "&".join(pair for pair in query.split("&") if pair not in keys)
    return f"{begin}{'?' if left else ''}{left}{fragment_mark}{fragment}"


def _secret_pairs(url: str) -> Iterator[str]:
    """Give what of an address's query is a key to it, pair by pair."""
    for pair in url.partition("?")[2].partition("#")[0].split("&"):
        if masked(f"?{pair}") != f"?{pair}":
            yield pair


def web_scheme(link: str) -> str:
    """Write the schemes that readers of feeds are opened by as the web's: feed://, feed:https://."""
    match = _FEED_SCHEME.match(link)
    if match is None:
        return link
    return ("" if match["bare"] is None else "http://") + link[match.end() :]


def is_none(link: str) -> bool:
    """Tell what stands where an address belongs and says that there is none."""
    return _NONE.fullmatch(link.strip()) is not None


def unwrapped(url: str) -> str:
    """Return the address inside a search engine's redirect (alerts as feeds), or the one given."""
    if "url" not in url or not (match := _WRAPPER.match(url)):
        return url
    for name, value in parse_qsl(match.group(1)):
        if name in {"url", "q"} and value.startswith(("http://", "https://")):
            return absolute(url, value) or url
    return url


def host_of(url: str) -> str:
    """Return the address's host in lower case, IDN as Punycode; "" when there is none."""
    try:
        host = split(url).hostname or ""
    except ValueError:
        return ""
    return _ascii_host(host)


def endpoint_of(url: str) -> tuple[str, int]:
    """Return (host, port) as they would be dialled; ("", 0) for what cannot be dialled."""
    try:
        parts = split(url)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme.lower(), 0)
        host = _ascii_host(parts.hostname or "")
    except ValueError:
        return "", 0
    fits = all(0 < len(label) <= _LONGEST_LABEL for label in host.split("."))
    return (host, port) if fits and port else ("", 0)


def bare_host(host: str) -> str:
    """Drop ``www.`` and the trailing dot: the form in which outlets' hosts are compared."""
    return host.lower().rstrip(".").removeprefix("www.")


def is_front_page(url: str) -> bool:
    """Tell whether an address names a site rather than an article."""
    try:
        parts = split(url)
    except ValueError:
        return True
    return not parts.path.strip("/") and not parts.query and not _routes(parts.fragment)


def canonical_key(
    url: str, own: Collection[str] = (), aliases: Mapping[str, str] = NO_ALIASES
) -> str:
    """Return the comparable form of an article's address, or "" if it is not http(s).

    Dropped: scheme, ``www.``, default port, fragment, trailing slash, tracking parameters;
    the query is sorted and percent-encoding made uniform. ``own`` are the bare hosts of the
    feed's outlet: only for them do ``m.``/``amp.`` hosts and AMP paths mean the same article.
    ``aliases`` maps mirror hosts to the host the outlet is known by.
    """
    try:
        parts = split(_JUNK.sub("", url))
        port = parts.port
    except ValueError:
        return ""
    scheme = parts.scheme.lower()
    if scheme not in _DEFAULT_PORTS or not parts.hostname:
        return ""
    host, is_own = _outlet_host(_ascii_host(parts.hostname), own, aliases)
    if port and port not in _DEFAULT_PORTS.values():
        host = f"{host}:{port}"
    path = _path(parts.path, is_own=is_own)
    query = _query(parts.query, is_own=is_own)
    fragment = f"#{parts.fragment}" if _routes(parts.fragment) else ""
    return f"{host}{path}{'?' if query else ''}{query}{fragment}"


def _ascii_host(host: str) -> str:
    host = host.lower().rstrip(".")
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def _outlet_host(host: str, own: Collection[str], aliases: Mapping[str, str]) -> tuple[str, bool]:
    """Map a mirror or mobile host to the outlet's own; say whether it is the outlet's."""
    host = bare_host(host)
    host = aliases.get(host, host)
    for prefix in _MOBILE_HOSTS:
        rest = host.removeprefix(prefix)
        rest = aliases.get(rest, rest)
        if rest != host and (rest in own or rest in aliases.values()):
            return rest, True
    return host, host in own or host in aliases.values()


def _path(path: str, *, is_own: bool) -> str:
    if is_own:
        path = re.sub(r"(?i)^/amp(?=/.)|/amp(?:\.html?)?/?$|\.amp(?=$|\.html?$)", "", path)
    path = re.sub(r"/{2,}", "/", path)
    return quote(unquote(path), safe=_SAFE_PATH).rstrip("/")


def _query(query: str, *, is_own: bool) -> str:
    if not query:
        return ""
    kept = []
    for pair in query.replace("&amp;", "&").split("&"):
        name, separator, value = pair.partition("=")
        if not pair or _tracks(name.lower(), value.lower(), is_own=is_own):
            continue
        kept.append(_requote(name) + separator + _requote(value))
    return "&".join(sorted(kept))


def _requote(text: str) -> str:
    return quote(unquote(text.replace("+", " ")), safe=_SAFE_QUERY)


def _tracks(name: str, value: str, *, is_own: bool) -> bool:
    if name in _TRACKERS or name.startswith(_TRACKER_PREFIXES):
        return True
    if name in {"from", "ref", "source"} and value in _FROM_TRACKERS:
        return True
    return is_own and (name, value) in _AMP_QUERIES


def _routes(fragment: str) -> bool:
    """Tell whether a fragment is a page of a script-driven site, not a place on a page."""
    return fragment.startswith(("!", "/"))
