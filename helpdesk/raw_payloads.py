"""Writing raw payloads down: one statement for a call, and committed when it returns.

So an acknowledgement costs its sender one trip to the database. The inbox need not be read for
it: who has read it before names the version that they know, and the same statement tells whether
it is still the newest (a key that was changed, an inbox that was closed counts from then on).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import orjson
from django.db import connection
from django.db.models.expressions import RawSQL

from helpdesk.adapters import Raw
from helpdesk.models import InboundEvent, Inbox

MOST_KEY = 200
# Where a row's newest version lies, and who wrote it: another one as soon as anything is changed.
_VERSION = "ctid::text || ' ' || xmin::text"
VERSION = RawSQL(f"helpdesk_inbox.{_VERSION.replace('xmin', 'helpdesk_inbox.xmin')}", ())  # noqa: S611
"""Of an inbox, for annotate()."""

_KEEP = f"""
WITH place AS (
  SELECT id FROM helpdesk_inbox
  WHERE id = %(inbox)s AND (%(version)s::text IS NULL OR enabled AND {_VERSION} = %(version)s)
), made AS (
  INSERT INTO helpdesk_inboundevent (inbox_id, dedupe_key, content_sha256, headers, body,
    received_at, next_at, state, attempts, error, parser_version, discard_reason)
  SELECT place.id, key, sha256(body), headers, body, at, at, 'new', 0, '', 0, ''
  FROM place, unnest(%(keys)s::text[], %(headers)s::jsonb[], %(bodies)s::bytea[],
    %(at)s::timestamptz[]) AS given (key, headers, body, at)
  ORDER BY key, at
  ON CONFLICT (inbox_id, dedupe_key) DO NOTHING
  RETURNING id, dedupe_key, received_at
)
SELECT EXISTS (SELECT FROM place), ARRAY(SELECT id FROM made ORDER BY received_at)
"""  # noqa: S608


def keep(inbox: Inbox, raws: Sequence[Raw], *, version: str | None = None) -> list[int] | None:
    """Write payloads down in the order given; the ids of those that are new.

    version: as `VERSION` gave it; None is returned, and nothing kept, if the inbox is another by
    now or closed. Always sorted by key: two calls with the same payloads never wait for each other
    in a circle.
    """
    now = datetime.now(UTC)
    given = {
        "inbox": inbox.pk,
        "version": version,
        "keys": [key_of(raw) for raw in raws],
        "headers": [_headers(raw) for raw in raws],
        "bodies": [raw.body for raw in raws],
        "at": [now + timedelta(microseconds=number) for number in range(len(raws))],
    }
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, given)
        there, made = cursor.fetchone()
    return list(made) if there else None


def kept(inbox: Inbox, raw: Raw) -> InboundEvent:
    """The row of a payload that was kept, without its body."""
    return InboundEvent.objects.defer("body").get(inbox=inbox, dedupe_key=key_of(raw))


def key_of(raw: Raw) -> str:
    """What tells a payload from others of its inbox."""
    key = _plain(raw.dedupe_key)
    if len(key) > MOST_KEY:
        return "sha256:" + hashlib.sha256(key.encode()).hexdigest()
    return key


def _headers(raw: Raw) -> str:
    return orjson.dumps(
        {_plain(name): _plain(value) for name, value in raw.headers.items()}
    ).decode()


def _plain(text: str) -> str:
    """What PostgreSQL can keep: no NUL, nothing that is no character."""
    return str(text).replace("\x00", "").encode(errors="replace").decode()
