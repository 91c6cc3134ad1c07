"""The book of a conversation's clocks: which run, what they promise, and how they are written.

helpdesk.services.promises says when; everything runs on a conversation that its caller has locked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cached_property

from helpdesk import writing
from helpdesk.events import at_last
from helpdesk.models import Conversation, SLAClock, SLAPolicy, Timer, WorkItem, WorkState
from helpdesk.services import legs, timers
from helpdesk.sla import clocks, policies, stored
from helpdesk.sla.calendar import Calendar
from helpdesk.sla.clocks import Clock, Metric
from helpdesk.sla.policies import Policy, Target

Broken = Callable[[Conversation, SLAClock, datetime], None]
_BEGINS = "_book_of_its_beginning"
REPLIES: tuple[Metric, ...] = ("frt", "nrt")
# Nobody is promised anything; where a policy was deleted under a running clock.
_NOTHING = Policy(name="", targets={})


class Book:
    """The running clocks of one locked conversation, read when they are first asked for."""

    def __init__(self, conversation: Conversation, *, say_broken: Broken) -> None:
        self.conversation = conversation
        self._broken = say_broken

    @cached_property
    def now(self) -> datetime:
        return stored.database_now()

    @cached_property
    def rows(self) -> dict[str, SLAClock]:
        return {row.metric: row for row in self.conversation.clocks.filter(open=True)}

    @cached_property
    def found(self) -> tuple[SLAPolicy | None, Policy] | None:
        return stored.matching(stored.in_force(), stored.case_of(self.conversation))

    @property
    def policy(self) -> Policy:
        return self.found[1] if self.found else _NOTHING

    def target(self, metric: Metric) -> Target | None:
        return policies.target(self.policy, metric, stored.case_of(self.conversation))

    @cached_property
    def calendar(self) -> Calendar | None:
        queue = self.conversation.inbox.queue
        return stored.calendar_of(queue.hours) if queue else None

    def start(self, metric: Metric) -> None:
        """A new promise from now on, unless this one runs already or nothing is promised."""
        target = None if metric in self.rows else self.target(metric)
        if target is None:
            return
        calendar = self.calendar if target.business else None
        row = SLAClock(conversation=self.conversation)
        self.save(row, clocks.started(metric, target.seconds, self.now, calendar))
        self.rows[metric] = row

    def change(self, metric: str, new: Callable[[Clock], Clock]) -> None:
        """Another clock in the place of a running one; nothing if none runs."""
        row = self.rows.get(metric)
        if row is None:
            return
        before = stored.clock_of(row)
        clock = new(before)
        if clock == before:
            return
        if clock.fulfilled_at and row.breached_at is None:
            self._say_if_broken(row, clock)
        self.save(row, clock)
        if not row.open:
            del self.rows[metric]

    def _say_if_broken(self, row: SLAClock, clock: Clock) -> None:
        """Answered too late, and nobody had time to notice: it is broken all the same."""
        if clocks.state(clock, self.now) == "breached":
            self._broken(self.conversation, row, clocks.due(clock) or self.now)

    def save(self, row: SLAClock, clock: Clock) -> None:
        """Write what the clock says now, and keep its open row among the conversation's own."""
        row.policy = self.found[0] if self.found else None
        new = row.pk is None
        stored.fill(row, clock).save()
        if new:
            begun = [(row, clock, self.policy, self._accepted(clock))]
            writing.write(timers.of(begun, now=self.now))
        elif row.open:
            self.plan(row, clock)
        else:
            timers.drop(row)
        self._mark({**self.rows, row.metric: row})

    def _accepted(self, clock: Clock) -> datetime | None:
        return None if self.conversation.assignee_id is None else clock.started_at

    def _mark(self, rows: dict[str, SLAClock]) -> None:
        """Repeat in the conversation when the first clock is due and when the first is at risk."""
        due: list[datetime] = []
        risk: list[datetime] = []
        for row in rows.values():
            if row.open and row.due_at:
                due.append(row.due_at)
                near = clocks.moment(stored.clock_of(row), self._last_warning)
                risk.append(min(near or row.due_at, row.due_at))
        self.conversation.promised_at = min(due, default=None)
        self.conversation.late_from = min(risk, default=None)

    @property
    def _last_warning(self) -> float:
        """The warning nearest to the due time, in per cent of the target."""
        return max(
            (one.percent for one in self.policy.warnings if one.percent < timers.BREACH),
            default=timers.BREACH,
        )

    def plan(self, row: SLAClock, clock: Clock, accepted: datetime | None = None) -> None:
        """Write the timers anew; accepted: somebody took the conversation just now."""
        if self.conversation.assignee_id is None:
            accepted = None
        elif accepted is None:
            accepted = timers.accepted_at(row) or clock.started_at
        timers.rewrite(row, clock, self.policy, now=self.now, accepted=accepted)

    def tell_work(self) -> None:
        """The router's unit of work runs to the reply that is due first."""
        due_at, target = self._first_reply()
        WorkItem.objects.filter(conversation=self.conversation).exclude(
            state=WorkState.DONE
        ).update(due_at=due_at, target=target)

    def _first_reply(self) -> tuple[datetime | None, float | None]:
        running = [row for metric in REPLIES if (row := self.rows.get(metric)) and row.due_at]
        first = min(running, key=lambda row: row.due_at or self.now, default=None)
        return (first.due_at, first.clock["target"]) if first else (None, None)


class BeginningBook(Book):
    """The clocks of a conversation that this transaction makes: written all at once, at last."""

    def __init__(self, conversation: Conversation, *, say_broken: Broken) -> None:
        super().__init__(conversation, say_broken=say_broken)
        self.rows = {}
        conversation.__dict__[_BEGINS] = self
        at_last(conversation, "clocks", self.begun)

    def save(self, row: SLAClock, clock: Clock) -> None:
        row.policy = self.found[0] if self.found else None
        stored.fill(row, clock)
        self._mark({**self.rows, row.metric: row})

    def tell_work(self) -> None:
        item = legs.beginning(self.conversation)
        if item is None:
            super().tell_work()
        else:
            item.due_at, item.target = self._first_reply()

    def begun(self) -> list[Timer]:
        """Write the clocks, once, and give their timers, to be written by who asks for them.

        The conversation has an ordinary book then.
        """
        if self.conversation.__dict__.pop(_BEGINS, None) is not self:
            return []
        rows = list(self.rows.values())
        writing.write(rows)
        read = [(row, stored.clock_of(row)) for row in rows]
        begun = [(row, clock, self.policy, self._accepted(clock)) for row, clock in read]
        return timers.of(begun, now=self.now)


def begins(conversation: Conversation) -> BeginningBook | None:
    """The book of a conversation that this transaction makes, while it is not written."""
    found: BeginningBook | None = conversation.__dict__.get(_BEGINS)
    return found
