"""Rules at work: an event is noted in its own transaction, and looked at after its commit.

One transaction holds everything that the rules do about one event: the note goes, what they did
and its log stay, or nothing of it. So each rule acts once for an event, however often a worker
dies and a sweeper takes over. A rule that cannot act, or is faulty, undoes only itself.
"""

from __future__ import annotations

import logging
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import F, Q
from django.utils import translation

from helpdesk import nudge
from helpdesk.after_commit import after_commit
from helpdesk.events import caused_by, locked, written
from helpdesk.models import (
    Conversation,
    ConversationEvent,
    Outcome,
    Rule,
    RuleFiring,
    RuleRun,
)
from helpdesk.ruling import conditions
from helpdesk.selectors import rule_facts
from helpdesk.services import acts, rule_kinds

log = logging.getLogger(__name__)
MOST_DEEP = 3
MOST_A_MINUTE = 10
PAUSE = timedelta(hours=24)
KEPT = timedelta(days=90)
# A worker is asked at once; who dies over it, or never hears of it, is replaced after so long.
UNHEARD, LEASE = timedelta(seconds=5), timedelta(seconds=60)
MOST_TRIES = 5
_CLEANED_EVERY = 300.0
_MINUTE = timedelta(minutes=1)
_cleaned = [float("-inf")]

Detail = dict[str, Any]


def notice(conversation: Conversation, event: ConversationEvent) -> None:
    """The reaction to an event: no query unless an enabled rule waits for its kind.

    What happened in a merged conversation is none of theirs: they would answer the wrong person.
    """
    if event.kind not in rule_kinds.wanted() or "strand" in event.payload:
        return
    written(conversation)
    run = RuleRun.objects.create(event=event, due_at=event.created_at + UNHEARD)
    after_commit(nudge.soon, "helpdesk.run_rules", run.pk)


def look(run_id: int) -> int:
    """Let the rules look at a noted event; how many acted. Harmless to repeat. Never raises."""
    try:
        return _look(run_id) if _claimed(run_id) else 0
    except (Conversation.DoesNotExist, ConversationEvent.DoesNotExist):
        return 0
    except Exception:
        log.exception("rules of run %s", run_id)
        return 0


def _claimed(run_id: int) -> bool:
    """Take it for a while; False while another worker has it."""
    now = datetime.now(UTC)
    free = RuleRun.objects.filter(Q(tries=0) | Q(due_at__lte=now), pk=run_id)
    with transaction.atomic():
        return free.update(tries=F("tries") + 1, due_at=now + LEASE) > 0


def _look(run_id: int) -> int:
    with transaction.atomic():
        # Waits rather than skips: who lost the claim may hold the row for a moment, as an UPDATE
        # that waited locks the newer version of the row before it finds that it no longer fits.
        run = RuleRun.objects.select_for_update().filter(pk=run_id).first()
        if run is None:
            return 0
        if run.tries > MOST_TRIES:
            log.error("rules gave up on event %s after %s tries", run.event_id, MOST_TRIES)
            run.delete()
            return 0
        # First of all the lock: what the rules ask must still be so when they act.
        conversation = ConversationEvent.objects.values_list("conversation", flat=True)
        with locked(conversation.get(pk=run.event_id)):
            pass
        fired = _all_rules(run.event_id)
        run.delete()
    return fired


def _all_rules(event_id: int) -> int:
    events = rule_facts.joined(ConversationEvent.objects.filter(pk=event_id))
    event, facts, fired = events.get(), None, 0
    for rule in _concerned(event):
        if facts is None:
            event = events.get()
            (facts,) = rule_facts.facts([event])
        outcome = _one_rule(rule, event, facts)
        if outcome is Outcome.FIRED:
            fired, facts = fired + 1, None
            if rule.stop_after:
                break
    return fired


def _concerned(event: ConversationEvent) -> list[Rule]:
    here = Q(everywhere=True) | Q(inboxes=event.conversation.inbox_id)
    rules = Rule.objects.filter(here, enabled=True, kind=event.kind).distinct()
    return list(rules.select_related("author").order_by("position", "pk"))


def _one_rule(rule: Rule, event: ConversationEvent, facts: Detail) -> Outcome:
    """Evaluate, guard, act, write it down. A fault of the rule is its own, never the event's."""
    paused: datetime | None = None
    language = rule.author.language if rule.author else None
    try:
        if not conditions.evaluate(rule.conditions, facts).holds:
            return Outcome.NO_MATCH
        if _paused(rule, event):
            return Outcome.LOOPED
        with translation.override(language):
            loop = _loop(rule, event)
            if loop:
                outcome, detail = Outcome.LOOPED, {"loop": loop}
                paused = datetime.now(UTC) + PAUSE if loop == "often" else None
            else:
                outcome, detail = _act(rule, event)
    except DatabaseError:
        raise
    except Exception as error:
        log.exception("rule %s at event %s", rule.pk, event.pk)
        outcome, detail = Outcome.FAILED, {"why": f"{type(error).__name__}: {error}"[:300]}
    RuleFiring.objects.create(
        rule=rule,
        event=event,
        conversation_id=event.conversation_id,
        at=datetime.now(UTC),
        outcome=outcome,
        detail=detail,
        paused_until=paused,
    )
    return outcome


def _act(rule: Rule, event: ConversationEvent) -> tuple[Outcome, Detail]:
    chain = [*event.payload.get("chain", []), rule.pk]
    try:
        with caused_by(rule.pk, chain):
            changed = acts.run(event.conversation_id, rule.actions, by=None)
    except acts.StoppedError as error:
        return Outcome.REFUSED, {"acts": rule.actions, "at": error.number, "why": str(error)}
    return Outcome.FIRED, {"acts": rule.actions, "changed": changed}


def _loop(rule: Rule, event: ConversationEvent) -> str:
    """Which guard stops it: own (it caused this event itself), deep, often; "" none."""
    chain = event.payload.get("chain", [])
    if rule.pk in chain:
        return "own"
    if len(chain) >= MOST_DEEP:
        return "deep"
    lately = RuleFiring.objects.filter(
        rule=rule,
        conversation=event.conversation_id,
        outcome=Outcome.FIRED,
        at__gt=datetime.now(UTC) - _MINUTE,
    )
    return "often" if lately.count() >= MOST_A_MINUTE else ""


def _paused(rule: Rule, event: ConversationEvent) -> bool:
    return RuleFiring.objects.filter(
        rule=rule,
        conversation=event.conversation_id,
        paused_until__gt=datetime.now(UTC),
        at__gte=rule.changed_at,
    ).exists()


def sweep(limit: int = 100) -> int:
    """Look at what no worker has looked at, and forget what is old; how many rows."""
    rule_kinds.repair()
    due = RuleRun.objects.filter(due_at__lte=datetime.now(UTC)).order_by("due_at")
    touched = 0
    for pk in list(due.values_list("pk", flat=True)[:limit]):
        look(pk)
        touched += 1
    if time.monotonic() - _cleaned[0] > _CLEANED_EVERY:
        _cleaned[0] = time.monotonic()
        touched += forget_old()
    return touched


def forget_old(limit: int = 5000) -> int:
    """Delete log entries that are older than KEPT; how many."""
    old = RuleFiring.objects.filter(at__lt=datetime.now(UTC) - KEPT).order_by("at")
    with transaction.atomic():
        gone, _by_model = RuleFiring.objects.filter(pk__in=old.values("pk")[:limit]).delete()
    return gone
