"""Which addresses may be dialled: the public internet, and private places named one by one.

Checked on addresses, never on host names: names are the attacker's, and ``2130706433``,
``127.1`` or a name that resolves to 10.0.0.1 are all the same machine.
"""

import ipaddress
from collections.abc import Iterable

from storage.errors import NewsError

Endpoint = tuple[str, int]
"""A host as written in an address (lower case, no brackets) and a port."""

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

_NAT64 = (
    ipaddress.IPv6Network("64:ff9b::/96"),  # RFC 6052
    ipaddress.IPv6Network("64:ff9b:1::/48"),  # RFC 8215, local use
)
_IPV4_COMPATIBLE = ipaddress.IPv6Network("::/96")  # RFC 4291 §2.5.5.1, deprecated
_IPV4_TRANSLATED = ipaddress.IPv6Network("::ffff:0:0:0/96")  # RFC 2765, deprecated
_NOT_SERVED = (
    # Python 3.11 calls some of these global; nobody publishes news there.
    ipaddress.IPv6Network("5f00::/16"),  # RFC 9602, segment routing
    ipaddress.IPv6Network("3fff::/20"),  # RFC 9637, documentation
    ipaddress.IPv6Network("fec0::/10"),  # RFC 3879, old site-local
    ipaddress.IPv4Network("192.0.0.0/24"),  # RFC 6890
    ipaddress.IPv4Network("192.88.99.0/24"),  # RFC 7526, 6to4 relays
)


def is_public(address: str) -> bool:
    """Tell whether an IP address in text form belongs to the public internet.

    IPv6 forms that carry an IPv4 address (mapped, compatible, 6to4, NAT64, Teredo) are judged
    by the address they carry as well.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    carried = _carried(ip)
    if _only_carries(ip):
        return all(map(_is_global, carried))
    return all(map(_is_global, (ip, *carried)))


def is_literal(host: str) -> bool:
    """Tell whether a host is an IP address rather than a name."""
    try:
        ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def may_dial(address: str, port: int, allowed: frozenset[Endpoint]) -> bool:
    """Tell whether this very address may be connected to."""
    return (address, port) in allowed or is_public(address)


def allowed_hosts(entries: Iterable[str]) -> frozenset[Endpoint]:
    """Read ``host:port`` entries of FEED_ALLOW_HOSTS (``[::1]:8080`` for IPv6).

    Raises NewsError ``settings.allow_host`` for an entry without a host or a sane port.
    """
    endpoints = set()
    for entry in entries:
        host, colon, port = entry.strip().rpartition(":")
        host = host.strip("[]").lower().rstrip(".")
        if not colon or not host or not port.isdecimal() or not 0 < int(port) < 1 << 16:
            raise NewsError("settings.allow_host", entry=entry)
        endpoints.add((host, int(port)))
    return frozenset(endpoints)


def _is_global(ip: IPAddress) -> bool:
    if not ip.is_global or ip.is_multicast or ip.is_reserved or ip.is_unspecified:
        return False
    return not any(ip.version == net.version and ip in net for net in _NOT_SERVED)


def _only_carries(ip: IPAddress) -> bool:
    """Tell whether an address is nothing but an IPv4 address in another form.

    Behind NAT64 every IPv4 host has such an address; the library calls the form reserved.
    """
    if isinstance(ip, ipaddress.IPv4Address):
        return False
    return ip.ipv4_mapped is not None or ip in _NAT64[0]


def _carried(ip: IPAddress) -> list[IPAddress]:
    """Return the IPv4 addresses an IPv6 address leads to."""
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    last = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    found: list[IPAddress] = [one for one in (ip.ipv4_mapped, ip.sixtofour) if one is not None]
    if ip.teredo is not None:
        found.extend(ip.teredo)
    if any(ip in net for net in (*_NAT64, _IPV4_COMPATIBLE, _IPV4_TRANSLATED)):
        found.append(last)
    return found
