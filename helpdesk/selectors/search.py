"""Full-text search over messages, notes and customers, newest first, within the agent's inboxes.

Texts with words that begin like those typed come first, then those with other forms of them. A
conversation is shown once on a page, with its newest place. A common word is met by walking back
from the newest message, a rare one in the index: each is quick where the other is slow.
"""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

from django.db import connection, transaction

from helpdesk import search_words
from helpdesk.models import Agent, Conversation, Customer, Message, Visibility
from helpdesk.permissions import inbox_ids, visible
from helpdesk.realtime import payloads

PAGE = 30
PEOPLE = 5
WINDOW = 2000  # texts that are read one by one, for a word that is in many of them
# A page's texts may be many of few conversations: so often is another handful read.
HANDFUL, HANDFULS = 100, 4
EXACT, ALIKE = "exact", "alike"

_NEWEST = """
SELECT m.id, conversation_id FROM (
    SELECT id, conversation_id, words FROM helpdesk_message WHERE id < %(before)s
    ORDER BY id DESC LIMIT %(window)s
) m
JOIN helpdesk_conversation c ON c.id = conversation_id
WHERE {where} AND c.inbox_id = ANY(%(inboxes)s)
ORDER BY m.id DESC LIMIT %(handful)s
"""
_INDEXED = """
WITH found AS MATERIALIZED (SELECT id, conversation_id FROM helpdesk_message WHERE {where})
SELECT found.id, conversation_id FROM found
JOIN helpdesk_conversation c ON c.id = conversation_id
WHERE c.inbox_id = ANY(%(inboxes)s) AND found.id < %(before)s
ORDER BY found.id DESC LIMIT %(handful)s
"""
_ASKED = "words @@ to_tsquery('simple', %(asked)s)"
_WITHOUT = " AND NOT words @@ to_tsquery('simple', %(without)s)"
_PEOPLE = """
SELECT id FROM helpdesk_customer WHERE helpdesk_words(name) @@ to_tsquery('simple', %(asked)s)
UNION
SELECT customer_id FROM helpdesk_customeridentity
WHERE helpdesk_words(address) @@ to_tsquery('simple', %(asked)s)
LIMIT 500
"""
_LAST = uuid.UUID(int=2**128 - 1)


class UnknownCursorError(LookupError):
    """The cursor is not one of ours."""


class Place(NamedTuple):
    """Where a page begins: among the exact finds or those alike, before a message."""

    stage: str
    before: uuid.UUID


def find(agent: Agent, text: str, cursor: str = "") -> dict[str, Any]:
    """One page: customers (on the first), results and the cursor of the next page or None.

    A result is a row of the inbox with `found`: the message's id, in whose thread it is read
    (another's where the conversation was merged into one that the agent may see), whether it is a
    note, a snippet as plain text, and the places (start, end) in it to be marked. Raises
    UnknownCursorError.
    """
    wanted, place = search_words.words(text), _read(cursor)
    if not wanted:
        return {"customers": [], "results": [], "next": None}
    inboxes = inbox_ids(agent)
    with transaction.atomic():
        _by_index()
        hits, following = _page(wanted, inboxes, place)
    return {
        "customers": [] if cursor else _people(agent, wanted, inboxes),
        "results": _results(hits, wanted, inboxes),
        "next": f"{following.stage}.{following.before}" if following else None,
    }


def _by_index() -> None:
    """The planner takes a question with many forms for one that most texts answer, and would read
    them all; until the end of the transaction it may not.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")


def _page(
    wanted: list[str], inboxes: list[int], place: Place
) -> tuple[list[uuid.UUID], Place | None]:
    """The newest find of each conversation, and where the next page begins."""
    exact, alike = search_words.begin_with(wanted), search_words.are_like(wanted)
    newest: dict[int, uuid.UUID] = {}
    stage, before = place
    for _handful in range(HANDFULS):
        asked, without = (exact, "") if stage == EXACT else (alike, exact)
        hits, all_of_them = _hits(asked, without, inboxes, before)
        for pk, conversation in hits:
            before = pk
            newest.setdefault(conversation, pk)
            if len(newest) == PAGE:
                return list(newest.values()), Place(stage, before)
        if all_of_them:
            if stage == ALIKE or alike == exact:
                return list(newest.values()), None
            stage, before = ALIKE, _LAST
    return list(newest.values()), Place(stage, before)


def _hits(
    asked: str, without: str, inboxes: list[int], before: uuid.UUID
) -> tuple[list[tuple[uuid.UUID, int]], bool]:
    """The next finds (message, conversation), newest first, and whether there are no more."""
    where = _ASKED + (_WITHOUT if without else "")
    facts: dict[str, Any] = {"asked": asked, "without": without, "inboxes": inboxes}
    facts |= {"before": before, "window": WINDOW, "handful": HANDFUL}
    with connection.cursor() as cursor:
        cursor.execute(_NEWEST.format(where=where), facts)
        found = cursor.fetchall()
        if len(found) >= PAGE:
            return list(found), False
        cursor.execute(_INDEXED.format(where=where), facts)
        found = cursor.fetchall()
    return list(found), len(found) < HANDFUL


def _results(
    hits: list[uuid.UUID], wanted: list[str], inboxes: list[int]
) -> list[payloads.Payload]:
    joined = ("customer", "inbox", "assignee", "merged_into")
    messages = Message.objects.select_related(*(f"conversation__{one}" for one in joined))
    found = messages.in_bulk(hits)
    return [_result(found[pk], wanted, inboxes) for pk in hits if pk in found]


def _result(message: Message, wanted: list[str], inboxes: list[int]) -> payloads.Payload:
    root = message.conversation.merged_into
    text, marks = search_words.snippet(f"{message.subject} {message.body}", wanted)
    return {
        **payloads.row(message.conversation),
        "found": {
            "message": str(message.pk),
            "seq": message.seq,
            "thread": root.pk if root and root.inbox_id in inboxes else message.conversation_id,
            "internal": message.visibility == Visibility.INTERNAL,
            "at": payloads.stamp(message.created_at),
            "text": text,
            "marks": marks,
        },
    }


def _people(agent: Agent, wanted: list[str], inboxes: list[int]) -> list[payloads.Payload]:
    """Customers by name or address, each with his newest conversation that the agent may see."""
    with connection.cursor() as cursor:
        cursor.execute(_PEOPLE, {"asked": search_words.begin_with(wanted)})
        ids = [pk for (pk,) in cursor.fetchall()]
    if not ids:
        return []
    found = list(visible(agent, Customer).filter(pk__in=ids).order_by("-pk")[:PEOPLE])
    newest = (
        Conversation.objects.filter(customer__in=found, inbox_id__in=inboxes)
        .order_by("customer", "-last_message_at", "-pk")
        .distinct("customer")
    )
    latest = dict(newest.values_list("customer", "pk"))
    return [
        {**payloads.customer_brief(one), "conversation": latest[one.pk]}
        for one in found
        if one.pk in latest
    ]


def _read(cursor: str) -> Place:
    if not cursor:
        return Place(EXACT, _LAST)
    stage, _dot, before = cursor.partition(".")
    try:
        at = uuid.UUID(before)
    except ValueError:
        raise UnknownCursorError(cursor) from None
    if stage not in {EXACT, ALIKE}:
        raise UnknownCursorError(cursor)
    return Place(stage, at)
