"""Which address a line may be opened to that does not speak HTTP (SEC-12).

A name is resolved once, and the address that was checked is the one to connect to.
"""

from __future__ import annotations

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from django.conf import settings

from helpdesk.outbound_http import OLD_CLOTHES, ForbiddenError

_NAT64: Final = ip_network("64:ff9b::/96")
_INNER: Final = (_NAT64, *map(ip_network, OLD_CLOTHES))
IPAddress = IPv4Address | IPv6Address


def address_of(host: str, port: int) -> str:
    """A public address of the host, or any where OUTBOUND_ALLOWED_HOSTS names `host:port`.

    Raises ForbiddenError; OSError or UnicodeError when the name does not resolve.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if f"{host}:{port}" in settings.OUTBOUND_ALLOWED_HOSTS:
        return addresses[0]
    for address in addresses:
        if is_public(meant(address)):
            return address
    raise ForbiddenError("the address is private or not a public one")


def is_public(ip: IPAddress) -> bool:
    """Neither private nor special."""
    return ip.is_global and not ip.is_multicast


def meant(address: str) -> IPAddress:
    """The address, or the IPv4 one that an IPv6 one stands for."""
    ip = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv4Address) or ip.is_loopback or ip.is_unspecified:
        return ip
    if any(ip in network for network in _INNER):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
