"""The settings of `manage.py up`, with the faulty parser."""

from config.settings.local import *  # noqa: F403
from config.settings.local import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.faults.poison.apps.PoisonConfig"]
