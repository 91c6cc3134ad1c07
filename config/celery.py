"""The Celery application. Tasks live beside what they wake: inbound, outbox, routing."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")

app = Celery("parley")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["helpdesk"], related_name="tasks")
