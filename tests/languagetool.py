"""A LanguageTool for tests: real HTTP on loopback, the documented shape of /v2/check, few words."""

from __future__ import annotations

import contextlib
import http.server
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

KNOWN_MISTAKES = {
    "recieve": ["receive", "relieve"],
    "adress": ["address"],
    "wiadomosc": ["wiadomość"],
    "Birchwood": ["Birch wood"],
}


@dataclass
class LanguageTool:
    """What it was asked, and how it behaves. mood: well, ill, slow, mad."""

    base: str = ""
    mood: str = "well"
    asked: list[dict[str, str]] = field(default_factory=list)

    def read(self) -> str:
        """Everything that it was ever sent, as it came."""
        return "\n".join(one.get("data", "") for one in self.asked)


def _matches(annotation: list[dict[str, str]]) -> list[dict[str, Any]]:
    plain = "".join(one.get("text") or one.get("markup", "") for one in annotation)
    found = []
    for word in re.finditer(r"\w+", plain):
        if word.group() in KNOWN_MISTAKES:
            before = len(plain[: word.start()].encode("utf-16-le")) // 2
            found.append(
                {
                    "message": "Possible spelling mistake found.",
                    "shortMessage": "Spelling mistake",
                    "offset": before,
                    "length": len(word.group()),
                    "replacements": [{"value": one} for one in KNOWN_MISTAKES[word.group()]],
                    "rule": {"id": "MORFOLOGIK_RULE", "issueType": "misspelling"},
                }
            )
    return found


@contextlib.contextmanager
def languagetool(port: int = 0) -> Iterator[LanguageTool]:
    """Serve until the block ends."""
    made = LanguageTool()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(sent).items()}
            made.asked.append(form)
            if made.mood == "slow":
                time.sleep(2.6)
            body = {"matches": _matches(json.loads(form["data"])["annotation"])}
            answer = b"[{" if made.mood == "mad" else json.dumps(body).encode()
            self.send_response(500 if made.mood == "ill" else 200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(answer)

        def log_message(self, *args: object) -> None:
            """Silence."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        made.base = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield made
        finally:
            server.shutdown()
