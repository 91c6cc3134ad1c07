"""The batteries against hostile pages and visitors use the desks of other tests."""

from tests.e2e.conftest import agent_page, browser, desk, faults, new_page
from tests.realtime.conftest import agent, inbox, open_visitor, stack, tabs, team

__all__ = [
    "agent",
    "agent_page",
    "browser",
    "desk",
    "faults",
    "inbox",
    "new_page",
    "open_visitor",
    "stack",
    "tabs",
    "team",
]
