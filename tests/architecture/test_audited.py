"""Every act in somebody's name is in the audit, or on a list that says why it need not be."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.admin.actions import delete_selected

from helpdesk.admin.audited import Audited
from tests.architecture.sources import ROOT, python

PLACES = (
    "helpdesk/services",
    "helpdesk",
    "chat",
    "channels_email/setup",
    "channels_sms/setup",
    "channels_social/setup",
)
TALK = "daily work: the conversation's own history tells who did it"
OWN = "changes nothing but what is one's own"
READS = "reads, or prepares what its caller writes"
CUSTOMER = "kept in the history of the customer's conversations, with what changed"
THROUGH = "writes through another service that records it"

REVIEWED = {
    "helpdesk/services/alarming.py::try_out": "something harmless, to those who are set",
    "helpdesk/services/four_eyes.py::needed": READS,
    "helpdesk/services/four_eyes.py::use": "the page records that the file was taken",
    "helpdesk/services/act_values.py::queues": READS,
    "helpdesk/services/acts.py::checked": READS,
    "helpdesk/services/acts.py::run": TALK,
    "helpdesk/services/attachments.py::store": TALK,
    "helpdesk/services/attachments.py::upload": TALK,
    "helpdesk/services/attachments.py::waiting": READS,
    "helpdesk/services/automatic.py::append_line": TALK,
    "helpdesk/services/addressing.py::facts": READS,
    "helpdesk/services/assignments.py::give": TALK,
    "helpdesk/services/calls.py::log": TALK,
    "helpdesk/services/reacting.py::react": TALK,
    "helpdesk/services/calls.py::edit": TALK,
    "helpdesk/services/requesters.py::hand_over": TALK,
    "helpdesk/services/requesters.py::take_back": TALK,
    "helpdesk/services/sign_ins.py::end": OWN,
    "helpdesk/services/webhooks.py::attempt": "something harmless, told in the webhook's own log",
    "helpdesk/services/webhooks.py::replay": "told in the webhook's own log",
    "helpdesk/services/carrying.py::checked": READS,
    "helpdesk/services/conversations.py::change_state": TALK,
    "helpdesk/services/conversations.py::move": TALK,
    "helpdesk/services/conversations.py::put_away": TALK,
    "helpdesk/services/conversations.py::set_priority": TALK,
    "helpdesk/services/customers.py::change": CUSTOMER,
    "helpdesk/services/customers.py::tell": CUSTOMER,
    "helpdesk/services/dictionary.py::learn": "a word for the spelling, for everybody's use",
    "helpdesk/services/dictionary.py::suggest": READS,
    "helpdesk/services/drafts.py::keep": OWN,
    "helpdesk/services/identities.py::add": CUSTOMER,
    "helpdesk/services/identities.py::mark": CUSTOMER,
    "helpdesk/services/identities.py::remove": CUSTOMER,
    "helpdesk/services/leads.py::capture": TALK,
    "helpdesk/services/leads.py::change": TALK,
    "helpdesk/services/legs.py::queue_again": TALK,
    "helpdesk/services/linking.py::link": TALK,
    "helpdesk/services/linking.py::unlink": TALK,
    "helpdesk/services/macros.py::may_edit": READS,
    "helpdesk/services/macros.py::move": "the order in a menu",
    "helpdesk/services/macros.py::run": TALK,
    "helpdesk/services/mentions.py::read": OWN,
    "helpdesk/services/mentions.py::watch": OWN,
    "helpdesk/services/messages.py::append": TALK,
    "helpdesk/services/messages.py::cancel": TALK,
    "helpdesk/services/messages.py::note": TALK,
    "helpdesk/services/messages.py::reply": TALK,
    "helpdesk/services/messages.py::retry": TALK,
    "helpdesk/services/outside.py::as_requester": READS,
    "helpdesk/services/outside.py::record_answer": TALK,
    "helpdesk/services/papers.py::addressed": READS,
    "helpdesk/services/papers.py::may_write": READS,
    "helpdesk/services/preferences.py::choose": OWN,
    "helpdesk/services/profiles.py::change": OWN,
    "helpdesk/services/profiles.py::hide": OWN,
    "helpdesk/services/profiles.py::show": OWN,
    "helpdesk/services/profiles.py::speak": OWN,
    "helpdesk/services/proposals.py::propose": "a proposal; deciding on it is written down",
    "helpdesk/services/rule_trial.py::run": READS,
    "helpdesk/services/rules.py::checked": READS,
    "helpdesk/services/rules.py::may_edit": READS,
    "helpdesk/services/rules.py::scope": READS,
    "helpdesk/services/scheduling.py::cancel": TALK,
    "helpdesk/services/scheduling.py::schedule": TALK,
    "helpdesk/services/scheduling.py::send_now": TALK,
    "helpdesk/services/splitting.py::split": TALK,
    "helpdesk/services/starting.py::start": TALK,
    "helpdesk/services/steering.py::relax": TALK,
    "helpdesk/services/steering.py::set_priority": TALK,
    "helpdesk/services/tags.py::tag": TALK,
    "helpdesk/services/tasks.py::change": TALK,
    "helpdesk/services/tasks.py::promise": TALK,
    "helpdesk/services/template_files.py::take": TALK,
    "helpdesk/services/templates.py::measure": "statistics of one's own words",
    "helpdesk/services/templates.py::measure_soon": "statistics of one's own words",
    "helpdesk/services/unsending.py::take_back": TALK,
    "helpdesk/services/views.py::delete": OWN,
    "helpdesk/services/views.py::order": OWN,
    "helpdesk/services/views.py::save": OWN,
    "helpdesk/services/ways.py::choose": TALK,
    "helpdesk/services/work.py::requeue": TALK,
    "helpdesk/receipts.py::set_state": TALK,
    "helpdesk/events.py::record": "the history itself",
    "helpdesk/audit.py::record": "the audit itself",
    "helpdesk/audit.py::log": "the audit itself",
    "chat/settings/saving.py::keep_logo": "an upload; using it is written down",
    "chat/settings/saving.py::may_use_logo": READS,
}
ACTIONS = {
    "helpdesk.InboundEvent: replay": THROUGH,
    "helpdesk.InboundEvent: discard": THROUGH,
    "helpdesk.Inbox: reconnect": "audit.log",
    "helpdesk.SuppressedAddress: lift": THROUGH,
    "helpdesk.Template: accept": THROUGH,
    "helpdesk.Template: refuse": THROUGH,
}
"""What may be done to chosen rows of the back office, beside Django's own deletion."""


def acts() -> Iterator[tuple[str, bool]]:
    """(path::function, whether it records) of every public function that takes `by`."""
    for name, tree in python(ROOT, *PLACES):
        if "/web/" in name or "/api/" in name or "/admin/" in name or "/sandbox/" in name:
            continue
        functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
        for function, node in functions.items():
            arguments = [*node.args.args, *node.args.kwonlyargs]
            if not function.startswith("_") and "by" in {one.arg for one in arguments}:
                yield f"{name}::{function}", records(node, functions, set())


def records(node: ast.FunctionDef, functions: dict[str, ast.FunctionDef], seen: set[str]) -> bool:
    """Calls audit.record() or audit.log(), by itself or by a function of its module."""
    seen.add(node.name)
    walked = list(ast.walk(node))
    direct = any(
        isinstance(one, ast.Attribute)
        and isinstance(one.value, ast.Name)
        and (one.value.id, one.attr) in {("audit", "record"), ("audit", "log")}
        for one in walked
    )
    names = {one.id for one in walked if isinstance(one, ast.Name)} & functions.keys() - seen
    return direct or any(records(functions[name], functions, seen) for name in sorted(names))


def test_every_act_is_written_down_or_reviewed() -> None:
    found = dict(acts())
    silent = sorted(name for name, told in found.items() if not told and name not in REVIEWED)
    assert not silent, "record it (helpdesk.audit), or say in REVIEWED why not"


def test_every_review_is_still_needed() -> None:
    found = dict(acts())
    needless = [name for name in REVIEWED if name not in found]
    assert not needless
    told = [name for name in REVIEWED if found[name] and not name.startswith("helpdesk/audit.py")]
    assert not told, "these are written down by now"


def test_the_look_sees_a_call_and_misses_none() -> None:
    tree = ast.parse("def a(*, by): b()\ndef b(): audit.record(1)\ndef c(*, by): audit.seal()")
    functions = {one.name: one for one in tree.body if isinstance(one, ast.FunctionDef)}
    assert records(functions["a"], functions, set())
    assert not records(functions["c"], functions, set())


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda one: one._meta.label)
def test_every_screen_of_the_back_office_is_heard(model: object) -> None:
    screen = admin.site._registry[model]  # type: ignore[index]
    assert isinstance(screen, Audited)
    for name in ("log_addition", "log_change", "log_deletions", "construct_change_message"):
        owner = next(one for one in type(screen).__mro__ if name in vars(one))
        assert owner is Audited, f"{owner.__name__}.{name} goes past the audit"
    own = [one for one in screen.actions or () if one != delete_selected.__name__]
    unknown = {f"{model._meta.label}: {one}" for one in own} - set(ACTIONS)  # type: ignore[attr-defined]
    assert not unknown
