"""What an erasure counts and what an import did, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _


def rows(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """(what, how many) of an erasure, in its order; what an app of its own names stays as it is."""
    words = {
        "messages": _("Messages and notes"),
        "files": _("Files"),
        "raw messages": _("Raw messages as they came in"),
        "deliveries": _("Deliveries"),
        "drafts": _("Drafts"),
        "scheduled": _("Answers for later"),
        "tasks": _("Tasks"),
        "calls": _("Calls"),
        "ratings": _("Words with ratings"),
        "events": _("Entries of histories"),
        "addresses": _("Addresses"),
        "leads": _("Leads"),
        "orders": _("Orders"),
        "consents": _("Consents"),
        "copies": _("Copies of their data"),
        "sessions": _("Sessions in the chat"),
        "visits": _("Visits"),
    }
    return [(words.get(name, name), many) for name, many in counts.items()]


def outcome(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """(what, how many) of an import."""
    words = {
        "new": _("new"),
        "made": _("new"),
        "known": _("known"),
        "erased": _("erased on request"),
        "faulty": _("cannot be used"),
        "empty": _("without a word"),
    }
    return [(words.get(name, name), many) for name, many in counts.items() if many]
