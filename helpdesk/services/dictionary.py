"""The desk's own words, and suggestions for what an agent writes."""

from __future__ import annotations

import time

import redis
from django.db import transaction

from helpdesk import quick_redis, spelling
from helpdesk.models import Agent, Conversation, OwnWord
from helpdesk.models.spelling import WORD_LENGTH
from helpdesk.services.text import clean_line
from helpdesk.spelling import Match

A_MINUTE = 40  # questions of one agent


class NoWordError(ValueError):
    """This is not one word."""


@transaction.atomic
def learn(word: str, language: str, *, by: Agent) -> OwnWord:
    """From now on the word is right in this language, for everybody. Raises NoWordError."""
    word = clean_line(word, WORD_LENGTH + 1)
    base = language.partition("-")[0].lower()[:8]
    if not word or len(word) > WORD_LENGTH or len(word.split()) > 3 or not base:
        raise NoWordError("A word and its language, please.")
    row, _made = OwnWord.objects.get_or_create(language=base, word=word, defaults={"by": by})
    return row


def suggest(text: str, conversation: Conversation, *, by: Agent) -> list[Match]:
    """What may be wrong in an answer; [] where nobody can say. Own words and names are right.

    Needs the customer joined. Nothing of it is kept, and the text changes only by its writer.
    """
    language = language_of(conversation)
    if not text.strip() or not spelling.speaks(language) or not _may_ask(by):
        return []
    names = (conversation.customer.name, by.display_name, by.public_name)
    found = spelling.check(text, language, names=names)
    if not found:
        return []
    base = language.partition("-")[0].lower()
    words = {one.word for one in found} | {one.word.lower() for one in found}
    own = set(OwnWord.objects.filter(language=base, word__in=words).values_list("word", flat=True))
    return [one for one in found if one.word not in own and one.word.lower() not in own]


def language_of(conversation: Conversation) -> str:
    """The language in which this conversation is answered."""
    return conversation.language or conversation.customer.language or conversation.inbox.language


def _may_ask(agent: Agent) -> bool:
    """At most A_MINUTE questions; without Redis none, since nobody counts."""
    key = f"parley:spelling:{agent.pk}:{int(time.time() // 60)}"
    try:
        with quick_redis.client().pipeline() as pipe:
            pipe.incr(key)
            pipe.expire(key, 120)
            return int(pipe.execute()[0]) <= A_MINUTE
    except redis.RedisError:
        return False
