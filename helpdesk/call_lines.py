"""What became of a call, from what was told of its lines, in whatever order. Pure.

A telephone system takes a call itself, plays its words, and makes phones ring: for it the
caller's line is "answered" from the first tone on. Where it tells of the phones, only one that
somebody picked up is an answer; a line that ended while all of them rang in vain is a missed call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

OWN = ""
RANK = {"queued": 0, "ringing": 1, "in_progress": 2}
ENDED = 3
TALKED = ("in_progress", "completed")
Line = Sequence[object]
"""[state, sequence of the report that set it, when it was picked up (ISO 8601) or ""]"""


def rank(state: object) -> int:
    """How far a state is; all ends are equal."""
    return RANK.get(str(state), ENDED)


def with_report(
    lines: Mapping[str, Line], line: str, state: str, sequence: int, picked_up: str
) -> dict[str, Line]:
    """The lines with one more report: each moves forward only, its first pick-up counts."""
    known: Line = lines.get(line) or ["queued", -1, ""]
    ahead = (rank(state), sequence) > (rank(known[0]), int(str(known[1])))
    newest = (state, sequence) if ahead else (known[0], known[1])
    moments = [one for one in (str(known[2]), picked_up) if one]
    return {**lines, line: [*newest, min(moments, default="")]}


def outcome(lines: Mapping[str, Line]) -> tuple[str, str]:
    """The state of the call and when somebody picked it up ("": nobody, or it is not known)."""
    own = lines.get(OWN) or ["queued", -1, ""]
    state = str(own[0])
    phones = [line for name, line in lines.items() if name != OWN]
    talked = [line for line in phones if line[0] in TALKED or line[2]]
    if not phones:
        return state, str(own[2])
    if talked:
        at = min((str(line[2]) for line in talked if line[2]), default="")
        return ("in_progress" if rank(state) < ENDED else state), at
    if state == "in_progress":
        return "ringing", ""
    if state == "completed":
        return ("busy" if all(line[0] == "busy" for line in phones) else "no_answer"), ""
    return state, ""
