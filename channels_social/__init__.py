"""Messages from social networks: translate, verify, send. No business rules."""
