"""The Celery application. Tasks live beside what they wake: inbound, outbox, routing."""

import os
import sys

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

app = Celery("parley")
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery would close the database connection after every task, and a new one costs more than most
# tasks. helpdesk.tasks drops broken and old ones itself.
app.add_defaults(lambda: {"CELERY_DB_REUSE_MAX": 1_000_000_000})
app.autodiscover_tasks(["helpdesk", "channels_sms", "channels_social"], related_name="tasks")


@worker_init.connect
def _tell_that_we_live(**_: object) -> None:
    from helpdesk.worker_life import SignOfLife  # Django is set up by now

    app.steps["consumer"].add(SignOfLife)


@worker_init.connect
def _share_the_interpreter(**_: object) -> None:
    """Threads that wait for the database get their turn ten times sooner than by default.

    A task is twenty short waits; after each it would stand in line for up to 5 ms per neighbour.
    """
    sys.setswitchinterval(0.0005)
