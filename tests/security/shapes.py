"""Frames as browsers really send them, one for each action of each socket, and what is done to
them: one thing wrong, or nothing right at all.
"""

from __future__ import annotations

import json
import random
import uuid
from typing import Any

VISITORS: dict[str, dict[str, Any]] = {
    "hello": {"token": "", "last_seq": 0, "language": "pl", "name": "Ada", "sitting": "",
              "page": {"url": "https://shop.example/", "title": "Shop"}, "visit": "v", "cart": {}},
    "identify": {"token": "a.b.c"},
    "sign_out": {"everywhere": True},
    "send": {"cid": str(uuid.UUID(int=7)), "body": "Hello", "attachments": [],
             "answers": {"q": "a"}},
    "read": {"seq": 1},
    "got": {"seq": 1},
    "typing": {"on": True, "state": "composing"},
    "ping": {},
    "answers": {"answers": {"q": "a"}},
    "leave": {"email": "ada@example.com", "consent": True},
    "end": {},
    "rate": {"score": 5, "text": "Good", "solved": True},
    "transcript": {"email": "ada@example.com"},
    "press": {"message": str(uuid.UUID(int=7)), "button": 0, "cid": str(uuid.UUID(int=8))},
}  # fmt: skip
AGENTS: dict[str, dict[str, Any]] = {
    "typing": {"conversation": 1, "on": True},
    "viewing": {"conversation": 1, "silent": False},
    "writing": {"conversation": 1, "on": True},
    "ping": {},
}
ODD: list[Any] = [
    *(None, True, False, 0, -1, 2**31, 2**62, 2**63, -(2**63), 10**30, 1.5, 1e308, "", "x", "\x00"),
    *("\u202e", "\ufffe", "9" * 30, "x" * 20_001, "é" * 1000, "a\u0301" * 500, "\U0001f600" * 500),
    *([], {}, [1], ["7"], [None], {"a": 1}, {"": ""}, {"\x00": "\x00"}, [[[]]], ["x"] * 1000),
    *({str(n): n for n in range(100)}, "' OR 1=1 --", "<script>", "../../etc/passwd", "%s%n"),
    *(str(uuid.UUID(int=7)), f"{{{uuid.UUID(int=7)}}}", "00000000", [str(uuid.UUID(int=7))] * 50),
]
JUNK: list[str | bytes] = [
    *("", " ", "null", "7", '"x"', "[]", "{}", "[{}]", "{", "}", '{"type":}', "NaN", "Infinity"),
    *("\ufeff{}", "{'type':'ping'}", '{"type":"ping"}{"type":"ping"}', '{"type":"ping",}'),
    *('{"type":"\\ud800"}', '{"type":"ping","type":"end"}', "[" * 5000, "x" * 70_000),
    *('{"a":' * 300 + "1" + "}" * 300, '{"type":"__init__"}', '{"type":"websocket.close"}'),
    *('{"type":' + json.dumps(one) + "}" for one in ODD[:20]),
    *('{"type":"' + one + '"}' for one in ("handlers", "dispatch", "push")),
    *(b"", b"\x00", b"\xff\xfe", b'{"type":"ping"}', b"\x80" * 70_000),
]  # fmt: skip


def strange(source: random.Random, shapes: dict[str, dict[str, Any]]) -> str | bytes:
    """A frame: mostly a real one with one thing wrong, sometimes junk."""
    if source.random() < 0.12:
        return source.choice(JUNK)
    kind = source.choice(list(shapes))
    frame: dict[str, Any] = {"type": kind, **shapes[kind]}
    name = source.choice([*frame, "conversation", "author", "extra"])
    done = source.randrange(4)
    if done == 0:
        frame.pop(name, None)
    elif done == 1 and isinstance(frame.get(name), dict):
        frame[name] = {**frame[name], source.choice(["url", "q", "\x00"]): source.choice(ODD)}
    elif done == 2:
        frame = dict(reversed(frame.items())) | {name: source.choice(ODD)}
    else:
        frame[name] = source.choice(ODD)
    return json.dumps(frame)
