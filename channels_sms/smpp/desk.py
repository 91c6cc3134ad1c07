"""Between the worker that sends and the process that holds the bind: one job, taken once.

The worker puts a job into Valkey and waits. Whoever writes the job's mark first has it: the
process before it submits, or the worker when its patience ends, and then nothing has been sent.
So a job is never submitted after the worker was told that it was not.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

import orjson
from django.db import connection
from redis.exceptions import RedisError

from helpdesk import quick_redis
from helpdesk.adapters import AmbiguousError, TransientError

TAKEN_WITHIN = 10.0  # seconds until the process takes the job
DONE_WITHIN = 120.0  # seconds from then on until all its parts are answered
STEP = 0.5  # seconds of one look: the client gives up after a second
KEPT = 600
NOT_TAKEN = "The process that holds the line to the message centre does not run, or is not bound."


@dataclass(frozen=True, slots=True)
class Job:
    """One text to submit. reference: shared by its parts."""

    source: str
    to: str
    text: str
    reference: int
    validity: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """id: the message centre's, of the last part. status: its error; sent: parts it had taken."""

    id: str = ""
    status: int = 0
    sent: int = 0
    cut: bool = False


def _key(*names: Any) -> str:
    return ":".join(("parley", "smpp", connection.settings_dict["NAME"], *map(str, names)))


def hand_over(inbox_id: int, job: Job) -> Outcome:
    """Let the process submit the job. TransientError: surely not sent; AmbiguousError: maybe."""
    named = Job(**{**asdict(job), "id": secrets.token_hex(8)})
    mark, answers = _key("mark", named.id), _key("answer", named.id)
    client = quick_redis.client()
    try:
        client.lpush(_key("jobs", inbox_id), orjson.dumps(asdict(named)))
        client.expire(_key("jobs", inbox_id), KEPT)
        found = _popped(answers, TAKEN_WITHIN)
        if found is None and client.set(mark, "worker", nx=True, ex=KEPT):
            raise TransientError(NOT_TAKEN, "not_bound")
        found = found or _popped(answers, DONE_WITHIN)
    except (RedisError, OSError) as error:
        raise AmbiguousError("The line to the message centre was lost.") from error
    if found is None:
        raise AmbiguousError("The message centre did not answer.")
    return Outcome(**found)


def _popped(key: str, seconds: float) -> dict[str, Any] | None:
    """The next of a list; waits in short steps."""
    left = seconds
    while left > 0:
        step = min(STEP, left)
        found = cast("tuple[bytes, bytes] | None", quick_redis.client().brpop([key], timeout=step))
        if found is not None:
            return dict(orjson.loads(found[1]))
        left -= step
    return None


def take(inbox_id: int) -> Job | None:
    """The next job that is still wanted; None when none came. Raises RedisError."""
    found = _popped(_key("jobs", inbox_id), STEP)
    if found is None:
        return None
    job = Job(**found)
    mine = quick_redis.client().set(_key("mark", job.id), "process", nx=True, ex=KEPT)
    return job if mine else None


def tell(job: Job, outcome: Outcome) -> None:
    """Let the worker know."""
    client, key = quick_redis.client(), _key("answer", job.id)
    facts: Mapping[str, Any] = asdict(outcome)
    client.lpush(key, orjson.dumps(facts))
    client.expire(key, KEPT)
