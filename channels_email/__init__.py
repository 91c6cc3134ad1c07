"""The e-mail channel: SMTP in, SMTP out, and everything mail does to a text between."""
