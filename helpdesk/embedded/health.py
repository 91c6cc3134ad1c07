"""Asks the web server for its health without an HTTP library."""

import socket

ANYWHERE = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}  # noqa: S104  (never bound)
OK = b" 200 "


def visible_host(host: str) -> str:
    """Return the name under which this machine reaches a server bound to ``host``."""
    return ANYWHERE.get(host, host)


def base_url(host: str, port: int) -> str:
    """Return the address for a browser on this machine, without a slash at the end."""
    name = visible_host(host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def listens(host: str, port: int) -> bool:
    """Say whether somebody takes connections there."""
    try:
        with socket.create_connection((visible_host(host), port), timeout=5):
            return True
    except OSError:
        return False


def answers(host: str, port: int, path: str = "/readyz", timeout: float = 5.0) -> bool:
    """Say whether GET ``path`` gives status 200 within ``timeout`` seconds per step."""
    name = visible_host(host)
    request = f"GET {path} HTTP/1.1\r\nHost: {name}:{port}\r\nConnection: close\r\n\r\n"
    try:
        with socket.create_connection((name, port), timeout) as link:
            link.sendall(request.encode())
            return OK in link.recv(64).split(b"\r\n", 1)[0]
    except OSError:
        return False
