"""Which addresses may be dialled: the public internet, and private places named one by one.

Checked on addresses, never on host names: names are the attacker's, and ``2130706433``,
``127.1`` or a name that resolves to 10.0.0.1 are all the same machine.

What is not public stands here as a table, from the IANA IPv4 and IPv6 Special-Purpose Address
Registries (RFC 6890; as updated on 2025-10-09): the verdicts of Python's own ``is_global`` change
with its patch releases.
"""

import ipaddress
from collections.abc import Iterable

from storage.errors import NewsError

_NOT_PUBLIC = (".localhost", ".local", ".internal", ".home.arpa", ".lan", ".invalid", ".onion")

Endpoint = tuple[str, int]
"""A host as written in an address (lower case, no brackets) and a port."""

_SPECIAL_IPV4 = tuple(
    map(
        ipaddress.IPv4Network,
        (
            # IANA IPv4 Special-Purpose Address Registry
            "0.0.0.0/8",  # this network, RFC 791
            "10.0.0.0/8",  # private use, RFC 1918
            "100.64.0.0/10",  # shared by a provider's customers, RFC 6598
            "127.0.0.0/8",  # loopback, RFC 1122
            "169.254.0.0/16",  # link-local, clouds' metadata among it, RFC 3927
            "172.16.0.0/12",  # private use, RFC 1918
            "192.0.0.0/24",  # protocol assignments, RFC 6890
            "192.0.2.0/24",  # documentation, RFC 5737
            "192.31.196.0/24",  # AS112, RFC 7535
            "192.52.193.0/24",  # AMT, RFC 7450
            "192.88.99.0/24",  # 6to4 relays, deprecated by RFC 7526
            "192.168.0.0/16",  # private use, RFC 1918
            "192.175.48.0/24",  # AS112, RFC 7534
            "198.18.0.0/15",  # benchmarking, RFC 2544
            "198.51.100.0/24",  # documentation, RFC 5737
            "203.0.113.0/24",  # documentation, RFC 5737
            "240.0.0.0/4",  # reserved, RFC 1112, and limited broadcast, RFC 8190
            # IANA IPv4 Address Space Registry
            "224.0.0.0/4",  # multicast, RFC 5771
        ),
    )
)
_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that was ever given out for public hosts: IANA IPv6 Address Space Registry, RFC 4291.

Outside lie loopback, unique local (fc00::/7), link-local, site-local, multicast, discard
(100::/64), segment routing (5f00::/16), and the forms of IPv4: compatible (::/96), translated
(::ffff:0:0:0/96) and NAT64 for local use (64:ff9b:1::/48, RFC 8215)."""

_SPECIAL_IPV6 = tuple(
    map(
        ipaddress.IPv6Network,
        (
            # IANA IPv6 Special-Purpose Address Registry, as far as it lies in global unicast
            "2001::/23",  # protocol assignments, RFC 2928; 2001::/32 is Teredo, RFC 4380
            "2001:db8::/32",  # documentation, RFC 3849
            "2002::/16",  # 6to4, RFC 3056
            "2620:4f:8000::/48",  # AS112, RFC 7534
            "3fff::/20",  # documentation, RFC 9637
        ),
    )
)
_FORMS_OF_IPV4 = (
    ipaddress.IPv6Network("::ffff:0:0/96"),  # IPv4-mapped, RFC 4291 §2.5.5.2
    ipaddress.IPv6Network("64:ff9b::/96"),  # NAT64, RFC 6052
)
"""Behind NAT64 every IPv4 host of the world has such an address."""

_ISATAP = 0x0000_5EFE
_ISATAP_MASK = 0xFDFF_FFFF
"""An interface identifier that ends with an IPv4 address, RFC 5214 §6.1; the "u" bit is free."""


def is_public(address: str) -> bool:
    """Tell whether an IP address in text form belongs to the public internet.

    That is every address but those which the IANA registries of special-purpose addresses name,
    tunnels (6to4, Teredo) and services that publish no news among them. An IPv6 address that
    stands for an IPv4 address (mapped, NAT64), or ends with one (ISATAP), is judged by that. A
    network's own NAT64 prefix cannot be told from any other part of the internet.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return _is_public_ipv4(ip)
    last = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    if any(ip in form for form in _FORMS_OF_IPV4):
        return _is_public_ipv4(last)
    if ip not in _GLOBAL_UNICAST or any(ip in special for special in _SPECIAL_IPV6):
        return False
    is_isatap = int(ip) >> 32 & _ISATAP_MASK == _ISATAP
    return not is_isatap or _is_public_ipv4(last)


def _is_public_ipv4(ip: ipaddress.IPv4Address) -> bool:
    return not any(ip in special for special in _SPECIAL_IPV4)


def is_literal(host: str) -> bool:
    """Tell whether a host is an IP address rather than a name."""
    try:
        ipaddress.ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return False
    return True


def is_private(host: str, port: int, allowed: frozenset[Endpoint]) -> bool:
    """Tell whether a host as written, unresolved, is plainly no public one nor allowed.

    A name without a dot is one of somebody's own network; so are the names that are reserved for
    that (RFC 6761, RFC 6762, RFC 8375) or lead elsewhere than to the web (RFC 7686).
    """
    host = host.strip("[]").lower().rstrip(".")
    if (host, port) in allowed:
        return False
    if is_literal(host):
        return not is_public(host)
    return "." not in host or host.endswith(_NOT_PUBLIC)


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
