import pytest

from storage.errors import NewsError
from watchers import guard

REFUSED = """127.0.0.1 127.8.8.8 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0
0.1.2.3 224.0.0.1 240.0.0.1 255.255.255.255 192.0.2.1 198.18.0.1 198.51.100.1 203.0.113.1 192.0.0.8
192.88.99.1 :: ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::127.0.0.1 fe80::1
fe80::1%eth0 fec0::1 fc00::1 fd00:ec2::254 ff02::1 2001:db8::1 2002:7f00:1:: 2002:a00:1::
64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::a00:1 ::ffff:0:127.0.0.1 2001:0:7f00:1:: 3fff::1
2001:0:0:0:0:0:f5ff:fffe localhost outlet.kz 127.1""".split()


@pytest.mark.parametrize("address", REFUSED)
def test_what_is_not_the_public_internet_is_refused(address: str) -> None:
    assert not guard.is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"],
)  # fmt: skip
def test_the_public_internet_may_be_dialled(address: str) -> None:
    assert guard.is_public(address)


def test_an_allowed_endpoint_is_one_port_of_one_host() -> None:
    allowed = guard.allowed_hosts(["127.0.0.1:8080", "[::1]:9000", "Feeds.Local:80"])
    assert {("127.0.0.1", 8080), ("::1", 9000), ("feeds.local", 80)} == allowed
    assert guard.may_dial("127.0.0.1", 8080, allowed)
    assert not guard.may_dial("127.0.0.1", 8081, allowed)
    assert not guard.may_dial("127.0.0.2", 8080, allowed)


@pytest.mark.parametrize(
    "entry", ["", "host", "host:", ":80", "host:0", "host:65536", "host:http"]
)
def test_entries_that_name_no_endpoint_are_refused(entry: str) -> None:
    with pytest.raises(NewsError) as refused:
        guard.allowed_hosts([entry])
    assert "settings.allow_host" == refused.value.text_key
