"""TCP ports: are they free, and who has them."""

import contextlib
import errno
import socket

from .failures import StartError


def busy(host: str, port: int) -> OSError | None:
    """Return why this process could not listen there, or None when it could."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        return error
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as error:
            return error
    return None


def owner_of(port: int) -> str:
    """Name the process that listens on the port, as far as this user may know; else empty."""
    with contextlib.suppress(Exception):
        import psutil

        for link in psutil.net_connections("tcp"):
            if link.status == psutil.CONN_LISTEN and link.laddr[1:] == (port,) and link.pid:
                return f"process {link.pid}, {psutil.Process(link.pid).name()}"
    return ""


def require_free(host: str, port: int, setting: str) -> None:
    """Raise StartError, naming the setting that changes it, when the port cannot be used."""
    error = busy(host, port)
    if error is None:
        return
    option = "--" + setting.lower().replace("_", "-")
    remedy = f"set {setting} (or {option}) to another port."
    if error.errno == errno.EADDRINUSE:
        owner = owner_of(port)
        by = f" by {owner}" if owner else ""
        raise StartError(f"Port {port} on {host} is already in use{by}: stop it, or {remedy}")
    if error.errno in (errno.EACCES, errno.EPERM):
        raise StartError(f"Port {port} on {host} is reserved for root: {remedy}")
    raise StartError(f"Cannot listen on {host}, port {port} ({error.strerror}): set HOST.")
