"""What a request tells of its sender without asking him: device, network, wishes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_network

from django.conf import settings
from django.http import HttpRequest

from chat.visits.models import Device
from helpdesk import client_ip

# Every browser still calls itself Mozilla; who names one of these is a program, or says so.
_PROGRAM = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|archiver|scrap|preview|facebookexternalhit|embedly|"
    r"lighthouse|pagespeed|pingdom|uptime|monitor|phantomjs|validator|fetch|"
    r"curl|wget|python|java/|httpclient|okhttp|go-http|libwww|perl|ruby|axios|postman",
    re.IGNORECASE,
)
_TABLET = re.compile(r"iPad|Tablet|Silk/|PlayBook|Android(?!.*\bMobile\b)", re.IGNORECASE)
_PHONE = re.compile(r"iPhone|iPod|\bMobile\b|Opera Mini", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Browser:
    """One sender. `counted` is his address as limits count it: keyed, never kept."""

    counted: str
    network: str | None
    country: str
    device: str
    is_bot: bool
    wants_no_tracking: bool


def of(request: HttpRequest) -> Browser:
    """The browser behind a request."""
    agent = request.headers.get("User-Agent", "")[:500]
    address = client_ip.of_request(request)
    return Browser(
        counted=client_ip.keyed(address),
        network=network(address),
        country=_country(request),
        device=device(agent),
        is_bot=not agent.startswith(("Mozilla/", "Opera/")) or bool(_PROGRAM.search(agent)),
        wants_no_tracking=request.headers.get("Sec-GPC") == "1"
        or request.headers.get("DNT") == "1",
    )


def device(agent: str) -> str:
    """phone, tablet or computer, by the words that browsers put into their names for this."""
    if _TABLET.search(agent):
        return Device.TABLET
    return Device.PHONE if _PHONE.search(agent) else Device.COMPUTER


def network(address: client_ip.IP | None) -> str | None:
    """The address cut to its /24 or /48 network, so that it names no household."""
    if address is None:
        return None
    prefix = 24 if address.version == 4 else 48
    return str(ip_network(f"{address}/{prefix}", strict=False).network_address)


def _country(request: HttpRequest) -> str:
    """The country that our own proxy found out, as two letters."""
    header = settings.TRUSTED_COUNTRY_HEADER
    if not header or not client_ip.through_proxy(request):
        return ""
    code = request.headers.get(header, "").strip().upper()
    # XX is what proxies say for "unknown"; T1, for Tor, is no country either.
    return code if re.fullmatch(r"[A-Z]{2}", code) and code != "XX" else ""
