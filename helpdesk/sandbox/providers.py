"""The process that plays the outside world: one loopback HTTP server for all fakes.

    POST   /_control/<fake>/faults    {"fault": …, "times": n, "seconds": s, "code": c}
    GET    /_control/<fake>/ledger    accepted sends, in order     DELETE resets
    POST   /_control/<fake>/incoming  a customer writes (HttpFake.incoming has the fields)
    GET    /_control/                 the names of the fakes: the sign that it is ready
    anything else                     the fake whose prefix matches

It lives apart from the workers so that killing those never costs the ledger (PRV-9). It
binds to loopback only and refuses calls from web pages.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from helpdesk.sandbox.caller import Caller
from helpdesk.sandbox.fakes import Call, Fault, HttpFake, Ledger, MailFake, Reply, json_reply

HOST = "127.0.0.1"
CONTROL = "/_control/"
_MAX_BYTES = 64 * 1024 * 1024


class Host(ThreadingHTTPServer):
    """The server. fakes: dotted paths of HttpFake classes or of MailFake ones.

    port and smtp_port: 0 picks a free HTTP port; the mail fake is started by `start_mail`.
    ledger: a file that keeps the ledgers over a restart. Raises ImportError or OSError.
    """

    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, fakes: Sequence[str], port: int = 0, ledger: Path | None = None) -> None:
        super().__init__((HOST, port), _Handler)
        base_url = f"http://{HOST}:{self.server_address[1]}"
        caller = Caller()
        self.http_fakes: dict[str, HttpFake] = {}
        self.mail_fakes: dict[str, MailFake] = {}
        for path in fakes:
            module, _, name = path.rpartition(".")
            made = getattr(import_module(module), name)
            if isinstance(made, type) and issubclass(made, HttpFake):
                self.http_fakes[made.name] = made(Ledger(made.name, ledger), caller, base_url)
            else:
                self.mail_fakes[getattr(made, "name", "mailbox")] = made()

    def start_mail(self, port: int) -> None:
        """Let the mail fakes listen, the first on `port`, a second one above it."""
        for offset, fake in enumerate(self.mail_fakes.values()):
            fake.start(HOST, port + offset)

    def answer(self, call: Call) -> Reply:
        """Answer a control call or pass the call to its fake."""
        if call.path.startswith(CONTROL):
            return self._control(call)
        for fake in self.http_fakes.values():
            if call.path.startswith(fake.prefixes):
                return fake.handle(call)
        return json_reply(404, {"error": "no fake answers here"})

    def _control(self, call: Call) -> Reply:
        if "origin" in call.headers:
            return json_reply(403, {"error": "not for web pages"})
        name, _, action = call.path.removeprefix(CONTROL).partition("/")
        if not name:
            return json_reply(200, {"fakes": sorted([*self.http_fakes, *self.mail_fakes])})
        try:
            order = json.loads(call.body or b"{}")
            if name in self.http_fakes:
                return _control_http(self.http_fakes[name], call.method, action, order)
            if name in self.mail_fakes:
                return _control_mail(self.mail_fakes[name], call.method, action, order)
        except (KeyError, TypeError, ValueError) as error:
            return json_reply(400, {"error": f"{type(error).__name__}: {error}"})
        return json_reply(404, {"error": f"no fake called {name!r}"})


def _control_http(fake: HttpFake, method: str, action: str, order: Mapping[str, Any]) -> Reply:
    match method, action:
        case "POST", "faults":
            fake.faults.add(
                Fault(
                    str(order["fault"]),
                    int(order.get("times", 1)),
                    float(order.get("seconds", 1)),
                    int(order.get("code", 0)),
                )
            )
            return json_reply(200, {"ok": True})
        case "DELETE", "faults":
            fake.faults.clear()
            return json_reply(200, {"ok": True})
        case "GET", "ledger":
            entries = fake.ledger.entries()
            posted = list(fake.caller.posted)
            return json_reply(200, {"count": len(entries), "entries": entries, "posted": posted})
        case "DELETE", "ledger":
            fake.forget()
            return json_reply(200, {"ok": True})
        case "POST", "incoming":
            return json_reply(200, {"sent": fake.incoming(order)})
    return json_reply(404, {"error": f"no control {method} {action!r}"})


def _control_mail(fake: MailFake, method: str, action: str, order: Mapping[str, Any]) -> Reply:
    match method, action:
        case "POST", "faults":
            fake.script(str(order["fault"]), int(order.get("times", 1)))
            return json_reply(200, {"ok": True})
        case "GET", "ledger":
            entries = [_plain(message) for message in fake.messages()]
            return json_reply(200, {"count": len(entries), "entries": entries})
        case "DELETE", "ledger" if callable(clear := getattr(fake, "clear", None)):
            clear()
            return json_reply(200, {"ok": True})
    return json_reply(404, {"error": f"no control {method} {action!r}"})


def _plain(value: Any) -> Any:
    """A kept mail as JSON can carry it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = dataclasses.asdict(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return value if isinstance(value, str | int | float | None) else str(value)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60
    server: Host

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if length > _MAX_BYTES:
            self.send_error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(length)
        self._write(self.server.answer(Call(self.command, parts.path, parts.query, headers, body)))

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815

    def _write(self, reply: Reply) -> None:
        if reply.close:
            self.close_connection = True
            if reply.close == "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                os.close(self.connection.detach())
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing: the ledger is the log."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run until SIGTERM or Ctrl-C: `python -m helpdesk.sandbox --port 8026 <fake> …`."""
    parser = argparse.ArgumentParser(prog="fakeproviders", description="Play the providers.")
    parser.add_argument("--port", type=int, default=8026)
    parser.add_argument("--smtp-port", type=int, default=8025)
    parser.add_argument("--ledger", type=Path, help="a file that keeps the ledgers")
    parser.add_argument("fakes", nargs="+", help="dotted paths of the fakes")
    given = parser.parse_args(arguments)
    host = Host(given.fakes, given.port, given.ledger)
    host.start_mail(given.smtp_port)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    names = ", ".join(sorted([*host.http_fakes, *host.mail_fakes]))
    sys.stdout.write(f"fake providers on http://{HOST}:{host.server_address[1]}: {names}\n")
    sys.stdout.flush()
    try:
        host.serve_forever(poll_interval=0.2)
    except (KeyboardInterrupt, SystemExit):
        sys.exit(0)
    finally:
        for fake in host.mail_fakes.values():
            fake.stop()
