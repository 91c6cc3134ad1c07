#!/usr/bin/env python3
"""Runs management commands; ``up`` starts everything without loading Django."""

import sys

from helpdesk.embedded.python import check_python

check_python()


def main() -> None:
    """Hand over to Django, or to the supervisor for ``up``."""
    import os

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    if sys.argv[1:2] == ["up"]:
        from helpdesk.embedded.up import main as up

        sys.exit(up(sys.argv[2:]))

    from helpdesk.embedded.state import load_environment

    load_environment()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
