"""Text messages: translate, verify, send. No business rules."""
