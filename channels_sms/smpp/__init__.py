"""SMPP 3.4: a bind to a message centre, in a process of its own (`manage.py smppd`)."""
