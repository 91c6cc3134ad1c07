"""Which mail servers may be called: public ones, and private ones that the installation names.

A name is resolved once and the address that was checked is the one that is connected to (SEC-12).
Servers on one's own network are normal; MAIL_ALLOWED_NETWORKS lists them, so that nobody who may
only set up a mailbox looks around in there.
"""

from __future__ import annotations

import smtplib
import socket
from ipaddress import ip_network
from typing import Any

from django.conf import settings

from helpdesk.outbound_lines import is_public, meant


class ForbiddenServerError(OSError):
    """The address is a private or special one; the text is for whoever set up the mailbox."""


def address_of(host: str, port: int) -> str:
    """The address to connect to. Raises ForbiddenServerError, or socket.gaierror for no such name.

    The installation's own relay is as its administrator wrote it.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if (host, port) == (settings.EMAIL_HOST, settings.EMAIL_PORT):
        return addresses[0]
    for address in addresses:
        if _may_be_called(address):
            return address
    text = f"{host} is on a private network; the setting MAIL_ALLOWED_NETWORKS must name it"
    raise ForbiddenServerError(text)


def _may_be_called(address: str) -> bool:
    ip = meant(address)
    if any(ip in ip_network(one, strict=False) for one in settings.MAIL_ALLOWED_NETWORKS):
        return True
    return is_public(ip)


class PinnedSMTP(smtplib.SMTP):
    """Connects to the address that was checked; certificates are still for the name."""

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        address = address_of(host, port)
        return super()._get_socket(address, port, timeout)  # type: ignore[misc]


class PinnedSMTPS(smtplib.SMTP_SSL):
    """As PinnedSMTP, under TLS from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        address = address_of(host, port)
        return super()._get_socket(address, port, timeout)  # type: ignore[misc]
