"""The batteries against hostile pages and visitors use the desks of other tests."""

from tests.realtime.conftest import agent, inbox, open_agent, open_visitor, stack, tabs, team

__all__ = ["agent", "inbox", "open_agent", "open_visitor", "stack", "tabs", "team"]
