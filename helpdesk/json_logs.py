"""Log lines as JSON, joined by ids: of the request, the task, the payload, the delivery (OPS-8).

Messages are ours and hold no words of customers; what looks like an address is masked all the same.
"""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from helpdesk import acting

IDS = ("event", "delivery", "conversation", "inbox", "message_id")
"""What a line may say by `extra`, beside its words."""
FACTS = ("request", "task", "event", "delivery")
"""What it says by itself, of what is in work (helpdesk.acting)."""
_path = logging.getLogger("helpdesk.path")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<![\w.-])\+?\d(?:[ -]?\d){8,15}(?![\w.-])")
_TOKEN = re.compile(r"(?i)\b(bearer|token|password|secret|api_key)([=: ]+)\S+")


def masked(text: str) -> str:
    """Without mail addresses, telephone numbers and secrets."""
    text = _TOKEN.sub(r"\1\2•••", text)
    return _NUMBER.sub("•••", _MAIL.sub("•••", text))


def step(text: str, **ids: Any) -> None:
    """A message goes one step on: kept, filed, waiting to leave, sent. ids: of IDS.

    Only logs for machines have these lines (settings.LOGGING).
    """
    _path.info(text, extra=ids)


class JsonLines(logging.Formatter):
    """One object a line. A traceback keeps its places and its kind of error, never its values."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        facts = acting.facts()
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "text": masked(record.getMessage()),
            "process": record.process,
        }
        line |= {name: value for name in FACTS if (value := getattr(facts, name))}
        line |= {name: value for name in IDS if (value := record.__dict__.get(name)) is not None}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["places"] = _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False, default=str)


def _places(trace: Any) -> list[str]:
    found = []
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{code.co_filename.rpartition('/')[2]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-12:]
