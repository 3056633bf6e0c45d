"""Where a webhook may lead."""

import ipaddress

import pytest

from devices.alerts.addresses import Target, is_public, read, resolve


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("https://alerts.example.org/hubs?key=1", Target(True, "alerts.example.org", 443, "/hubs?key=1")),
        ("https://alerts.example.org:8443", Target(True, "alerts.example.org", 8443, "/")),
    ],
)
def test_an_address_is_read(url, target):
    assert read(url, loopback=False) == target


def test_plain_http_is_for_development_only():
    assert read("http://localhost:9000/x", loopback=True) == Target(False, "localhost", 9000, "/x")
    assert read("http://localhost/x", loopback=True).port == 80
    with pytest.raises(ValueError, match="begins with https"):
        read("http://localhost:9000/x", loopback=False)


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("ftp://alerts.example.org", "begins with https"),
        ("https://", "names a host"),
        ("https://alerts.example.org/a b", "has no spaces"),
        ("https://alerts.example.org/a\r\nHost: x", "names a host, has no spaces"),
        ("https://alerts.example.org/" + "a" * 300, "at most 300"),
        ("https://me:secret@alerts.example.org/", "Leave name, password"),
        ("https://alerts.example.org/#top", "anything after #"),
        ("https://alerts.example.org:99999/", "This is no address"),
        ("https://[::1/", "This is no address"),
    ],
)
def test_what_is_no_address_says_why(url, sentence):
    with pytest.raises(ValueError, match=sentence):
        read(url, loopback=False)


def target(host, *, is_https=True):
    return Target(is_https, host, 443, "/")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "10.1.2.3",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.1",
        "224.0.0.1",
        "::1",
        "fe80::1",
        "fd00::1",
        "::ffff:10.1.2.3",
        "2002:0a01:0203::1",
    ],
)
def test_addresses_inside_a_network_are_refused(host):
    with pytest.raises(ValueError, match="no public address"):
        resolve(target(host), loopback=False)


def test_a_public_address_is_called_as_it_was_checked():
    assert resolve(target("93.184.216.34"), loopback=False) == "93.184.216.34"


def test_this_machine_is_called_in_development_only():
    assert resolve(target("127.0.0.1", is_https=False), loopback=True) == "127.0.0.1"
    with pytest.raises(ValueError, match="no public address"):
        resolve(target("93.184.216.34", is_https=False), loopback=True)  # in the clear


def test_a_host_nobody_knows():
    with pytest.raises(ValueError, match="is not known"):
        resolve(target("nobody.invalid"), loopback=False)


def test_one_address_wrapped_in_another_is_as_public_as_it():
    assert is_public(ipaddress.ip_address("::ffff:93.184.216.34"))
    assert is_public(ipaddress.ip_address("2606:2800:220:1::1"))
