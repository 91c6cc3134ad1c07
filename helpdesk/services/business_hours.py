"""Keeping business hours up to date: each year brings its public holidays."""

from __future__ import annotations

from django.db import transaction

from helpdesk.models import BusinessHours
from helpdesk.services import promises
from helpdesk.sla import public_holidays, stored

# The year for which this process has looked; the sweeper asks every second.
_looked: list[int] = []


def keep_up() -> int:
    """Once a year, and after a start: write the holidays to come; how many calendars changed.

    Promises that run are counted by them from now on.
    """
    year = stored.database_now().year
    if year in _looked:
        return 0
    changed = [pk for pk in _with_country() if _renew(pk, year)]
    _looked[:] = [year]
    return len(changed)


def _with_country() -> list[int]:
    return list(BusinessHours.objects.exclude(country="").values_list("pk", flat=True))


def _renew(pk: int, year: int) -> bool:
    with transaction.atomic():
        hours = BusinessHours.objects.select_for_update().get(pk=pk)
        if not public_holidays.wanting(hours.calendar, year):
            return False
        found = public_holidays.days(hours.country, hours.region, year)
        if not found:
            return False
        hours.calendar = {**hours.calendar, "holidays": found}
        hours.save(update_fields=["calendar"])
    promises.review(promises.concerned(hours))
    return True
