import ipaddress

import pytest

from storage.errors import NewsError
from watchers.fetch import ssrf

REFUSED = {
    "this network": "0.0.0.0 0.1.2.3 ::",
    "loopback": "127.0.0.1 127.8.8.8 ::1",
    "private": "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 fc00::1 fd00:ec2::254 fec0::1",
    "shared by a provider's customers": "100.64.0.1 100.127.255.255",
    "link-local": "169.254.169.254 fe80::1 fe80::1%eth0",
    "multicast and reserved": "224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 ff02::1 4000::1",
    "documentation": "192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1 3fff:fff::1",
    "benchmarks, discard, routing": "198.18.0.1 198.19.255.255 2001:2::1 100::1 100:0:0:1::1 5f00::1",
    "services of the net itself": """192.0.0.8 192.0.0.9 192.0.0.10 192.0.0.170 192.31.196.1
        192.52.193.1 192.175.48.1 2001:1::1 2001:1::3 2001:3::1 2001:4:112::1 2620:4f:8000::1""",
    "identifiers": "2001:10::1 2001:20::1 2001:30::1",
    "IPv4-mapped": """::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:192.88.99.1
        ::ffff:7f00:1 0:0:0:0:0:ffff:c0a8:1""",
    "IPv4-compatible": "::127.0.0.1 ::10.0.0.1 ::8.8.8.8",
    "IPv4-translated": "::ffff:0:127.0.0.1 ::ffff:0:8.8.8.8",
    "NAT64": "64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b::192.168.0.1 64:ff9b:0:0:1::808:808",
    "NAT64 for local use": "64:ff9b:1::a00:1 64:ff9b:1::808:808 64:ff9b:1:a00:0:100::",
    "6to4": "192.88.99.1 2002:7f00:1:: 2002:a00:1:: 2002:a9fe:a9fe::1 2002:808:808::",
    "Teredo": "2001:0:7f00:1:: 2001::f5ff:fffe 2001:0:4136:e378:8000:63bf:f7f7:f7f7",
    "ISATAP": """fe80::5efe:8.8.8.8 2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:192.168.0.1
        2606:4700::5efe:7f00:1 2002:808:808::5efe:8.8.8.8""",
    "no address": "localhost outlet.kz 127.1 0x7f000001 2130706433 0177.0.0.1 1.2.3 ::ffff:1.2.3.400",
}

PUBLIC = {
    "IPv4": """8.8.8.8 93.184.216.34 1.0.0.0 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0
        126.255.255.255 128.0.0.0 169.253.255.255 169.255.0.0 172.15.255.255 172.32.0.0
        191.255.255.255 192.0.1.0 192.0.3.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0
        223.255.255.255""",
    "IPv6": """2000:: 2001:200::1 2001:db7:ffff::1 2001:db9::1 2003::1 2606:4700::1111 2a00:1450::1
        3ffe::1 3fff:1000::1 2606:4700::5eff:10.0.0.1""",
    "IPv4-mapped": "::ffff:8.8.8.8 ::ffff:808:808",
    "NAT64": "64:ff9b::808:808 64:ff9b::93.184.216.34",
    "ISATAP": "2606:4700::5efe:8.8.8.8 2606:4700::200:5efe:808:808",
}


def every(table: dict[str, str]) -> list[tuple[str, str]]:
    return [(kind, one) for kind, addresses in table.items() for one in addresses.split()]


@pytest.mark.parametrize(("kind", "address"), every(REFUSED))
def test_what_is_not_the_public_internet_is_refused(kind: str, address: str) -> None:
    assert not ssrf.is_public(address), kind


@pytest.mark.parametrize(("kind", "address"), every(PUBLIC))
def test_the_public_internet_may_be_dialled(kind: str, address: str) -> None:
    assert ssrf.is_public(address), kind


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "10.0.0.1", "2002:808:808::"])
def test_the_verdict_is_not_that_of_this_pythons_library(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``is_global`` and its kin change with patch releases of Python."""
    before = ssrf.is_public(address)
    for name in ("is_global", "is_private", "is_reserved"):
        for kind in (ipaddress.IPv4Address, ipaddress.IPv6Address):
            monkeypatch.delattr(kind, name)
    assert ssrf.is_public(address) is before


def test_an_allowed_endpoint_is_one_port_of_one_host() -> None:
    allowed = ssrf.allowed_hosts(["127.0.0.1:8080", "[::1]:9000", "Feeds.Local:80"])
    assert {("127.0.0.1", 8080), ("::1", 9000), ("feeds.local", 80)} == allowed
    assert ssrf.may_dial("127.0.0.1", 8080, allowed)
    assert not ssrf.may_dial("127.0.0.1", 8081, allowed)
    assert not ssrf.may_dial("127.0.0.2", 8080, allowed)


@pytest.mark.parametrize(
    "entry", ["", "host", "host:", ":80", "host:0", "host:65536", "host:http"]
)
def test_entries_that_name_no_endpoint_are_refused(entry: str) -> None:
    with pytest.raises(NewsError) as refused:
        ssrf.allowed_hosts([entry])
    assert "settings.allow_host" == refused.value.text_key
