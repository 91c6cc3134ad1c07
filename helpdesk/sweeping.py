"""One pass of the sweeper: everything that is due and that nobody is working on (DEL-7)."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.db import connection

from helpdesk import audit, heartbeat, inbound, outbox, paces, reacting_out
from helpdesk.routing import engine
from helpdesk.services import (
    acknowledging,
    adoption,
    alarming,
    alerts,
    attachments,
    business_hours,
    changes,
    conversations,
    erasing,
    exporting,
    firing,
    ledger,
    mail_pictures,
    notices,
    presence,
    relief,
    retention,
    rule_runs,
    rush,
    scheduling,
    sign_ins,
    tasks,
    telling,
    tokens,
    work,
)

log = logging.getLogger(__name__)
LEADER_LOCK = 7_201_001
WORKER_SILENT = 30.0
Sweep = Callable[[], int]
_others: list[Sweep] = []


def also(sweep: Sweep) -> None:
    """Call `sweep` in every pass too; for apps above the core, in AppConfig.ready().

    It must be quick, safe to repeat, and return how many rows it touched.
    """
    if sweep not in _others:
        _others.append(sweep)


def lead() -> bool:
    """Take the sweeper's advisory lock for this connection; False if another one leads."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LEADER_LOCK])
        return bool(cursor.fetchone()[0])


def tick() -> int:
    """One pass; how many rows were touched. Works by itself while no worker answers."""
    alone = heartbeat.silent("worker", WORKER_SILENT)
    touched = inbound.sweep(work_here=alone)
    touched += outbox.sweep(send_here=alone)
    touched += work.expire()
    touched += work.end_wrap_ups()
    touched += presence.end_lost()
    touched += _swept(lambda: reacting_out.sweep(send_here=alone))
    touched += _swept(paces.forget_old)
    touched += _swept(acknowledging.forget_old)
    touched += _swept(adoption.adopt)
    touched += _swept(audit.seal)
    touched += _swept(erasing.finish_due)
    touched += _swept(exporting.make_due)
    touched += _swept(retention.sweep)
    touched += _swept(alerts.keep)
    touched += _swept(firing.fire_due)
    touched += _swept(scheduling.fire_due)
    touched += _swept(business_hours.keep_up)
    touched += _swept(ledger.keep)
    touched += _swept(relief.end_due)
    touched += _swept(rush.measure)
    touched += _swept(rule_runs.sweep)
    touched += _swept(tasks.remind_due)
    touched += _swept(alarming.keep)
    touched += _swept(lambda: notices.sweep(send_here=alone))
    touched += _swept(sign_ins.forget_old)
    touched += _swept(mail_pictures.forget_old)
    touched += _swept(attachments.drop_unused)
    touched += _swept(changes.attach_parked)
    touched += _swept(lambda: telling.sweep(send_here=alone))
    touched += _swept(tokens.keep)
    touched += conversations.wake_due()
    touched += conversations.rest_quiet()
    touched += conversations.resolve_rested()
    touched += conversations.close_old()
    touched += sum(map(_swept, _others))
    touched += engine.sweep()
    heartbeat.beat("sweeper", alone=alone)
    return touched


def _swept(sweep: Sweep) -> int:
    """A fault of one app's sweep must not keep messages waiting."""
    try:
        return sweep()
    except Exception:
        log.exception("a sweep failed: %s", sweep)
        return 0
