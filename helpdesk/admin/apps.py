"""Puts our site in the place of Django's; stands in INSTALLED_APPS for django.contrib.admin."""

from __future__ import annotations

from importlib import import_module

from django.contrib.admin.apps import AdminConfig

SCREENS = (
    "agents",
    "calls",
    "capacity",
    "companies",
    "custom_fields",
    "customers",
    "deliveries",
    "heartbeats",
    "hours",
    "inboxes",
    "leads",
    "promises",
    "quarantine",
    "queues",
    "reliefs",
    "skills",
    "suppressed",
    "tags",
    "teams",
    "templates",
)


class DeskAdminConfig(AdminConfig):
    """django.contrib.admin with DeskAdminSite as the default site."""

    default_site = "helpdesk.admin.site.DeskAdminSite"

    def ready(self) -> None:
        """Import the screens; each registers itself."""
        super().ready()
        for screen in SCREENS:
            import_module(f"helpdesk.admin.{screen}")
