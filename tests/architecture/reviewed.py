"""Every exception from a fence, with its reason. A reason that no longer holds is removed."""

from __future__ import annotations

TOO_LONG: dict[str, str] = {}
"""Files and functions (`path::name`) that may be longer than the rest."""

UNSCOPED_ROWS: dict[str, str] = {}
"""`path::function` where a screen may reach rows without visible()."""

HTTP_CLIENTS = {
    "helpdesk/outbound_http.py": "the one client",
    "helpdesk/embedded/health.py": "asks our own web server on loopback whether it answers",
    "helpdesk/sandbox/caller.py": "plays the providers: posts webhooks to ourselves",
    "helpdesk/sandbox/control.py": "drives the fake providers on loopback",
    "helpdesk/sandbox/demo/traffic.py": "plays customers who write to our own web server",
}

CHANNEL_NAMES = {
    "helpdesk/sandbox": "plays the outside world, channel by channel",
    "helpdesk/demo": "tells a story that needs every channel",
    "helpdesk/management/commands/seed_demo.py": "fills every channel with demo data",
}

_LOCKED = "takes what its caller has locked"
ATOMIC_BY_CALLER = {
    "helpdesk/services/automatic.py::append_automatic": _LOCKED,
    "helpdesk/services/automatic.py::append_line": _LOCKED,
    "helpdesk/services/automatic.py::append_unsigned": _LOCKED,
    "helpdesk/services/messages.py::append": _LOCKED,
    "helpdesk/services/assignments.py::give": "takes a conversation that its caller has locked",
    "helpdesk/services/conversations.py::move": "takes a conversation that its caller has locked",
    "helpdesk/services/conversations.py::put_away": _LOCKED,
    "helpdesk/services/customers.py::locked_talks": "its caller has locked the customer",
    "helpdesk/services/customers.py::tell": "its caller has locked the customer",
    "helpdesk/services/legs.py::begin": _LOCKED,
    "helpdesk/services/legs.py::close_offer": _LOCKED,
    "helpdesk/services/legs.py::end": _LOCKED,
    "helpdesk/services/legs.py::finish": _LOCKED,
    "helpdesk/services/legs.py::follow": _LOCKED,
    "helpdesk/services/legs.py::locked_agents": _LOCKED,
    "helpdesk/services/legs.py::make_room_soon": _LOCKED,
    "helpdesk/services/legs.py::open_item": _LOCKED,
    "helpdesk/services/legs.py::queue_again": _LOCKED,
    "helpdesk/services/legs.py::take": _LOCKED,
    "helpdesk/services/messages.py::append_inbound": "runs inside receive()'s transaction",
    "helpdesk/services/papers.py::tell": "its caller has locked the conversation",
    "helpdesk/services/presence.py::seen": "one UPDATE statement",
    "helpdesk/services/promises.py::broken": "its caller has locked the conversation",
    "helpdesk/services/promises.py::unanswered": "its caller has locked the conversation",
    "helpdesk/services/promises.py::revived": _LOCKED,
    "helpdesk/services/promises.py::wait_changed": _LOCKED,
    "helpdesk/services/unsending.py::show_last": _LOCKED,
    "helpdesk/services/weaving.py::one_at_a_time": "locks for its caller's transaction",
    "helpdesk/services/promises.py::facts_changed": "its caller has locked the conversation",
    "helpdesk/services/promises.py::on_event": "a reaction: runs in its event's transaction",
    "helpdesk/services/rule_runs.py::notice": "a reaction: runs in its event's transaction",
    "helpdesk/services/steps.py::offer_alternatives": "its caller has locked the conversation",
    "helpdesk/services/steps.py::raise_priority": "its caller has locked the conversation",
    "helpdesk/services/steps.py::relax": "its caller has locked the conversation",
    "helpdesk/services/steps.py::take": "its caller has locked the conversation",
    "helpdesk/services/steps.py::take_back": "its caller has locked the conversation",
    "helpdesk/services/steps.py::tell_agent": "its caller has locked the conversation",
    "helpdesk/services/steps.py::tell_supervisors": "its caller has locked the conversation",
    "helpdesk/services/timers.py::drop": "one DELETE statement",
    "helpdesk/services/timers.py::rewrite": "its caller has locked the conversation",
    "helpdesk/services/templates.py::used": "one UPDATE statement",
    "helpdesk/services/legs.py::route_soon": "one UPDATE statement",
    "helpdesk/services/unsending.py::take_back": "its caller has locked the conversation",
    "helpdesk/services/work.py::relax": "one UPDATE statement",
}

READ_ONLY = {
    "helpdesk/services/alerts.py::choices",
    "helpdesk/services/alerts.py::keep",
    "helpdesk/services/alerts.py::on_event",
    "helpdesk/services/alerts.py::push_soon",
    "helpdesk/services/alerts.py::remember",
    "helpdesk/services/acts.py::checked",
    "helpdesk/services/acts.py::needed",
    "helpdesk/services/act_values.py::queues",
    "helpdesk/services/acts.py::reasons",
    "helpdesk/services/acts.py::refusal",
    "helpdesk/services/acts.py::sentences",
    "helpdesk/services/papers.py::addressed",
    "helpdesk/services/papers.py::may_write",
    "helpdesk/services/papers.py::supervisors",
    "helpdesk/services/attachments.py::sniff",
    "helpdesk/services/cards.py::as_text",
    "helpdesk/services/cards.py::checked",
    "helpdesk/services/custom_fields.py::checked",
    "helpdesk/services/leads.py::typed_email",
    "helpdesk/services/leads.py::typed_phone",
    "helpdesk/services/legs.py::agent_units",
    "helpdesk/services/messages.py::checked",
    "helpdesk/services/preferences.py::of",
    "helpdesk/services/legs.py::lacking",
    "helpdesk/services/legs.py::needs_somebody",
    "helpdesk/services/presence.py::rights_changed",
    "helpdesk/services/promises.py::concerned",
    "helpdesk/services/weaving.py::waits_since",
    "helpdesk/services/macros.py::may_edit",
    "helpdesk/services/rule_kinds.py::forget",
    "helpdesk/services/rule_kinds.py::looked",
    "helpdesk/services/rule_kinds.py::repair",
    "helpdesk/services/rule_kinds.py::wanted",
    "helpdesk/services/rule_kinds.py::write",
    "helpdesk/services/rule_trial.py::run",
    "helpdesk/services/rules.py::checked",
    "helpdesk/services/rules.py::may_edit",
    "helpdesk/services/rules.py::scope",
    "helpdesk/services/templates.py::measure_soon",
    "helpdesk/services/text.py::clean",
    "helpdesk/services/text.py::clean_line",
    "helpdesk/services/text.py::mask_cards",
    "helpdesk/services/text.py::preview",
    "helpdesk/services/timers.py::accepted_at",
    "helpdesk/services/timers.py::plan",
    "helpdesk/services/unsending.py::before",
}

MARKUP: dict[str, str] = {
    "helpdesk/web/originals.py:SafeString": "cleaned by nh3 one line above, in a page of its own",
}
"""`path:text` of a line with markup that was looked at, with the reason."""
