"""Whose address a request comes from; the one place that believes a proxy (SEC-34)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from django.conf import settings
from django.http import HttpRequest

IP = IPv4Address | IPv6Address
# What one household or phone has of the new address space; it may use any part of it.
IPV6_SITE = 64


def of_request(request: HttpRequest) -> IP | None:
    """The caller of an HTTP request, None if nothing tells it (a Unix socket without a proxy)."""
    return _caller(request.META.get("REMOTE_ADDR", ""), request.headers.get("X-Forwarded-For", ""))


def through_proxy(request: HttpRequest) -> bool:
    """True if one of our own proxies sent the request: only then may its headers be believed."""
    peer = parsed(request.META.get("REMOTE_ADDR", ""))
    return peer is not None and _trusted(peer)


def of_scope(scope: Mapping[str, Any]) -> IP | None:
    """The caller of a socket."""
    headers = [bytes(v).decode("latin-1") for n, v in scope["headers"] if n == b"x-forwarded-for"]
    client = scope.get("client") or ("",)
    return _caller(str(client[0]), ",".join(headers))


def group(address: IP) -> str:
    """What limits and bans count by: the address, of IPv6 the /64 network."""
    if isinstance(address, IPv6Address):
        return str(ip_network((int(address), IPV6_SITE), strict=False))
    return str(address)


def keyed(address: IP | None) -> str:
    """The group as 64 hex digits that only this installation can make; "" without an address.

    A plain hash of an address is undone by trying all of them.
    """
    if address is None:
        return ""
    key = hashlib.sha256(b"client address" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, group(address).encode(), hashlib.sha256).hexdigest()


def _caller(peer: str, forwarded: str) -> IP | None:
    """The nearest sender that is none of our proxies: what stands left of him may be made up."""
    address = parsed(peer)
    for hop in reversed(forwarded.split(",")):
        if address is None or not _trusted(address):
            break
        nearer = parsed(hop)
        if nearer is None:
            break
        address = nearer
    return address


def parsed(text: str) -> IP | None:
    """An address, with an IPv4 one in IPv6 clothes as IPv4; None for anything else."""
    try:
        address = ip_address(text.strip().partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def _trusted(address: IP) -> bool:
    return any(address in network for network in _proxies(tuple(settings.TRUSTED_PROXIES)))


@lru_cache(maxsize=4)
def _proxies(texts: tuple[str, ...]) -> tuple[IPv4Network | IPv6Network, ...]:
    """TRUSTED_PROXIES: addresses or networks. Raises ValueError for anything else."""
    return tuple(ip_network(text.strip()) for text in texts if text.strip())
